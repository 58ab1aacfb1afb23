/* codecs.h: hexadecimal, base64, percent-encoding, comparison in constant time. */
#ifndef COUNTERSIGN_BASE_CODECS_H
#define COUNTERSIGN_BASE_CODECS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

void hex_encode(const void *data, size_t len, char *dst); /* dst[2*len+1], lower case */
/* Exactly 2*len digits, any case; false otherwise. */
MUST_CHECK bool hex_decode(struct str text, void *dst, size_t len);

/* Base64 of RFC 4648 section 4, padded. Decoding takes only the one canonical text of each value.
 */
bool base64_encode(struct buf *dst, struct str data);
MUST_CHECK bool base64_decode(struct buf *dst, struct str text);
/* Percent-encode everything but RFC 3986 unreserved characters. */
bool url_encode(struct buf *dst, struct str text);
/* Same time whatever the content; lengths are not secret. */
bool equal_const_time(const void *a, const void *b, size_t len);

#endif
