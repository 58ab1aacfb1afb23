/* SHA-256 by its own functions: EVP looks its algorithm up and allocates a context for each hash,
 * which takes longer than to hash an entry of a log. They are deprecated for that they know no
 * providers. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/digest.h"

#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/sha.h>

#include "base/assert.h"

struct digest {
    SHA256_CTX ctx;
};

struct digest *digest_new(void)
{
    struct digest *d = calloc(1, sizeof *d);
    if (!d)
        abort();
    ASSERT(SHA256_Init(&d->ctx) == 1);
    return d;
}

void digest_add(struct digest *d, struct str piece)
{
    ASSERT(SHA256_Update(&d->ctx, piece.p, piece.len) == 1);
}

void digest_end(struct digest *d, uint8_t out[SHA256_BYTES])
{
    if (!d)
        return;
    ASSERT(SHA256_Final(out, &d->ctx) == 1);
    free(d);
}

void digest_sha256_2(struct str a, struct str b, uint8_t out[SHA256_BYTES])
{
    SHA256_CTX ctx;

    ASSERT(SHA256_Init(&ctx) == 1 && SHA256_Update(&ctx, a.p, a.len) == 1 &&
           SHA256_Update(&ctx, b.p, b.len) == 1 && SHA256_Final(out, &ctx) == 1);
}

void digest_sha256(struct str data, uint8_t out[SHA256_BYTES])
{
    digest_sha256_2(data, STR_NONE, out);
}

void digest_sha1_2(struct str a, struct str b, uint8_t out[SHA1_BYTES])
{
    SHA_CTX ctx;

    ASSERT(SHA1_Init(&ctx) == 1 && SHA1_Update(&ctx, a.p, a.len) == 1 &&
           SHA1_Update(&ctx, b.p, b.len) == 1 && SHA1_Final(out, &ctx) == 1);
}

struct hmac {
    EVP_MAC *mac;
    EVP_MAC_CTX *ctx;
};

struct hmac *hmac_new(struct str key)
{
    char sha256[] = "SHA256";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256, 0),
                           OSSL_PARAM_construct_end()};
    struct hmac *h = calloc(1, sizeof *h);
    if (!h)
        abort();
    h->mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    ASSERT(h->mac);
    h->ctx = EVP_MAC_CTX_new(h->mac);
    ASSERT(h->ctx);
    const char *bytes = key.p ? key.p : ""; /* NULL would mean "keep the key" */
    ASSERT(EVP_MAC_init(h->ctx, (const unsigned char *)bytes, key.len, params) == 1);
    return h;
}

void hmac_free(struct hmac *h)
{
    if (!h)
        return;
    EVP_MAC_CTX_free(h->ctx);
    EVP_MAC_free(h->mac);
    free(h);
}

void hmac_sign(struct hmac *h, struct str data, uint8_t out[SHA256_BYTES])
{
    size_t len = 0;
    /* no key keeps the key: re-keying is the dear part */
    ASSERT(EVP_MAC_init(h->ctx, NULL, 0, NULL) == 1);
    ASSERT(EVP_MAC_update(h->ctx, (const unsigned char *)data.p, data.len) == 1);
    ASSERT(EVP_MAC_final(h->ctx, out, &len, SHA256_BYTES) == 1);
    ASSERT(len == SHA256_BYTES);
}
