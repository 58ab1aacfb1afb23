/* stamp.h: time stamps (RFC 3161): somebody else signs that a digest was there at a time. Links
 * libcrypto, as digest.h does. Bytes in, bytes out: who is asked, and how, is the caller's. */
#ifndef COUNTERSIGN_BASE_STAMP_H
#define COUNTERSIGN_BASE_STAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"

enum { STAMP_BYTES_MAX = 64 * 1024 }; /* an answer: some 6 KB with its certificates */

/* Append what is posted to a time stamping authority (application/timestamp-query): the digest, the
 * nonce (0: none), and that the answer shall carry its certificates. */
MUST_CHECK bool stamp_ask(const uint8_t digest[SHA256_BYTES], uint64_t nonce, struct buf *out);

/* Whose word counts: certificates of authorities, in PEM. ERR_CONFIG when there is none in it. The
 * caller frees it; NULL is fine there. */
struct stamp_trust;
MUST_CHECK bool stamp_trust_read(struct str pem, struct stamp_trust **ret, struct err *err);
void stamp_trust_free(struct stamp_trust *trust);

/* Is it an answer (application/timestamp-reply) that stamps the digest, signed by somebody who is
 * trusted, with certificates that were good at that time? nonce 0: whatever it carries. *ret_ms:
 * when it was stamped, since 1970. ERR_INPUT with a sentence when not. */
MUST_CHECK bool stamp_check(struct str reply, const uint8_t digest[SHA256_BYTES], uint64_t nonce,
                            const struct stamp_trust *trust, int64_t *ret_ms, struct err *err);

#endif
