/* digest.h: SHA-256 and HMAC-SHA-256. The only base module that links a library: libcrypto. */
#ifndef COUNTERSIGN_BASE_DIGEST_H
#define COUNTERSIGN_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum { SHA256_BYTES = 32, SHA256_HEX_SIZE = 65, SHA1_BYTES = 20 };

/* SHA-256 of the bytes. */
void digest_sha256(struct str data, uint8_t out[SHA256_BYTES]);
/* Of a followed by b. */
void digest_sha256_2(struct str a, struct str b, uint8_t out[SHA256_BYTES]);

/* SHA-1 of a followed by b: for UUIDs of names (RFC 9562) and nothing that has to hold. */
void digest_sha1_2(struct str a, struct str b, uint8_t out[SHA1_BYTES]);

/* SHA-256 of what comes in pieces. The end frees it; NULL is allowed there, and out is left alone.
 */
struct digest;
struct digest *digest_new(void);
void digest_add(struct digest *digest, struct str piece);
void digest_end(struct digest *digest, uint8_t out[SHA256_BYTES]);

/* A keyed HMAC context is made once and reused: re-keying costs more than hashing (OpenSSL 3). Not
 * thread-safe. */
struct hmac;
struct hmac *hmac_new(struct str key);
void hmac_free(struct hmac *hmac);
/* HMAC-SHA-256 of the bytes under the context's key. */
void hmac_sign(struct hmac *hmac, struct str data, uint8_t out[SHA256_BYTES]);

#endif
