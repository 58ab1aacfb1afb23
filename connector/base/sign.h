/* sign.h: Ed25519 signatures (RFC 8032). Links libcrypto, as digest.h does. */
#ifndef COUNTERSIGN_BASE_SIGN_H
#define COUNTERSIGN_BASE_SIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

enum { SIGN_PUBLIC_BYTES = 32, SIGN_BYTES = 64 };

struct sign_key;

/* A private key as `openssl genpkey -algorithm ed25519` writes it (PKCS #8 in PEM, not encrypted).
 * ERR_CONFIG when it is none. The caller frees it, which wipes it. */
MUST_CHECK bool sign_key_read(struct str pem, struct sign_key **ret, struct err *err);
void sign_key_free(struct sign_key *key); /* NULL is allowed */
/* Its public half. */
void sign_key_public(const struct sign_key *key, uint8_t out[SIGN_PUBLIC_BYTES]);
/* Sign the bytes. */
void sign_make(const struct sign_key *key, struct str data, uint8_t out[SIGN_BYTES]);
/* Is it the signature of the bytes by the holder of that key? */
bool sign_check(const uint8_t public[SIGN_PUBLIC_BYTES], struct str data,
                const uint8_t signature[SIGN_BYTES]);

#endif
