#include "base/sign.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/assert.h"

/* What callers hold is OpenSSL's own key. */
static EVP_PKEY *pkey(const struct sign_key *key)
{
    return (EVP_PKEY *)(uintptr_t)key;
}

bool sign_key_read(struct str pem, struct sign_key **ret, struct err *err)
{
    BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.len);
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)(uintptr_t) "") : NULL;

    BIO_free(bio);
    if (key && EVP_PKEY_id(key) == EVP_PKEY_ED25519) {
        *ret = (struct sign_key *)(void *)key;
        return true;
    }
    EVP_PKEY_free(key);
    return FAIL(err, ERR_CONFIG,
                "it is not an Ed25519 private key in PEM; make one with: openssl genpkey "
                "-algorithm ed25519 -out evidence.pem");
}

void sign_key_free(struct sign_key *key)
{
    EVP_PKEY_free(pkey(key));
}

void sign_key_public(const struct sign_key *key, uint8_t out[SIGN_PUBLIC_BYTES])
{
    size_t len = SIGN_PUBLIC_BYTES;

    ASSERT(EVP_PKEY_get_raw_public_key(pkey(key), out, &len) == 1 && len == SIGN_PUBLIC_BYTES);
}

void sign_make(const struct sign_key *key, struct str data, uint8_t out[SIGN_BYTES])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t len = SIGN_BYTES;

    ASSERT(ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey(key)) == 1);
    ASSERT(EVP_DigestSign(ctx, out, &len, (const unsigned char *)data.p, data.len) == 1 &&
           len == SIGN_BYTES);
    EVP_MD_CTX_free(ctx);
}

bool sign_check(const uint8_t public[SIGN_PUBLIC_BYTES], struct str data,
                const uint8_t signature[SIGN_BYTES])
{
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public, SIGN_PUBLIC_BYTES);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    ASSERT(ctx);
    bool good =
        key && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
        EVP_DigestVerify(ctx, signature, SIGN_BYTES, (const unsigned char *)data.p, data.len) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    return good;
}
