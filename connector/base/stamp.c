#include "base/stamp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509_vfy.h>

#include "base/assert.h"
#include "base/clock.h"

enum { TIME_BYTES = 80 };

struct stamp_trust {
    STACK_OF(X509) * roots;
};

/* --- asking --- */

static TS_REQ *make_request(const uint8_t digest[SHA256_BYTES], uint64_t nonce)
{
    TS_REQ *req = TS_REQ_new();
    TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
    X509_ALGOR *algorithm = X509_ALGOR_new();
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    uint8_t bytes[SHA256_BYTES];

    ASSERT(req && imprint && algorithm && number);
    memcpy(bytes, digest, sizeof bytes);
    X509_ALGOR_set_md(algorithm, EVP_sha256());
    ASSERT(TS_REQ_set_version(req, 1) == 1 && TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
           TS_MSG_IMPRINT_set_msg(imprint, bytes, sizeof bytes) == 1 &&
           TS_REQ_set_msg_imprint(req, imprint) == 1 && TS_REQ_set_cert_req(req, 1) == 1);
    if (nonce)
        ASSERT(ASN1_INTEGER_set_uint64(number, nonce) == 1 && TS_REQ_set_nonce(req, number) == 1);
    ASN1_INTEGER_free(number);
    X509_ALGOR_free(algorithm);
    TS_MSG_IMPRINT_free(imprint);
    return req;
}

bool stamp_ask(const uint8_t digest[SHA256_BYTES], uint64_t nonce, struct buf *out)
{
    TS_REQ *req = make_request(digest, nonce);
    unsigned char *der = NULL;
    int len = i2d_TS_REQ(req, &der);

    bool good = len > 0 && buf_add_str(out, str_n((const char *)der, (size_t)len));
    OPENSSL_free(der);
    TS_REQ_free(req);
    return good;
}

/* --- whose word counts --- */

bool stamp_trust_read(struct str pem, struct stamp_trust **ret, struct err *err)
{
    struct stamp_trust *trust = calloc(1, sizeof *trust);
    BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.len);
    X509 *one;

    if (!trust)
        abort();
    trust->roots = sk_X509_new_null();
    ASSERT(bio && trust->roots);
    while ((one = PEM_read_bio_X509(bio, NULL, NULL, NULL)))
        ASSERT(sk_X509_push(trust->roots, one) > 0);
    ERR_clear_error(); /* the end of the text is one */
    BIO_free(bio);
    *ret = trust;
    if (sk_X509_num(trust->roots))
        return true;
    stamp_trust_free(trust);
    *ret = NULL;
    return FAIL(err, ERR_CONFIG, "it holds no certificate in PEM");
}

void stamp_trust_free(struct stamp_trust *trust)
{
    if (!trust)
        return;
    sk_X509_pop_free(trust->roots, X509_free);
    free(trust);
}

/* As of the time that is stamped: certificates end, and what was stamped before does not. */
static X509_STORE *store_of(const struct stamp_trust *trust, int64_t at_ms)
{
    X509_STORE *store = X509_STORE_new();
    X509_VERIFY_PARAM *param = X509_VERIFY_PARAM_new();

    ASSERT(store && param);
    for (int i = 0; i < sk_X509_num(trust->roots); i++)
        X509_STORE_add_cert(store, sk_X509_value(trust->roots, i));
    X509_VERIFY_PARAM_set_time(param, (time_t)(at_ms / 1000));
    X509_STORE_set1_param(store, param);
    X509_VERIFY_PARAM_free(param);
    return store;
}

/* --- what was answered --- */

static bool is_granted(TS_RESP *resp, struct err *err)
{
    const ASN1_INTEGER *status = TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(resp));
    int64_t number = -1;

    if (!ASN1_INTEGER_get_int64(&number, status) ||
        (number != TS_STATUS_GRANTED && number != TS_STATUS_GRANTED_WITH_MODS) ||
        !TS_RESP_get_tst_info(resp))
        return FAIL(err, ERR_INPUT, "the authority refuses to stamp it (status %lld)",
                    (long long)number);
    return true;
}

static bool read_time(TS_RESP *resp, int64_t *ret_ms, struct err *err)
{
    char text[TIME_BYTES];
    struct tm tm;

    return (ASN1_TIME_to_tm(TS_TST_INFO_get_time(TS_RESP_get_tst_info(resp)), &tm) == 1 &&
            snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
                     tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec) > 0 &&
            clock_parse(str_of(text), ret_ms)) ||
           FAIL(err, ERR_INPUT, "the stamp says no time");
}

static bool verify(TS_RESP *resp, TS_REQ *req, const struct stamp_trust *trust, int64_t at_ms,
                   struct err *err)
{
    TS_VERIFY_CTX *ctx = TS_REQ_to_TS_VERIFY_CTX(req, NULL);

    ASSERT(ctx);
    TS_VERIFY_CTX_add_flags(ctx, TS_VFY_SIGNATURE);
    TS_VERIFY_CTX_set_store(ctx, store_of(trust, at_ms)); /* it is freed with it */
    ERR_clear_error();
    bool good = TS_RESP_verify_response(ctx, resp) == 1;
    unsigned long code = ERR_peek_last_error();
    const char *why = ERR_reason_error_string(code);
    ERR_clear_error();
    TS_VERIFY_CTX_free(ctx);
    return good || FAIL(err, ERR_INPUT,
                        "the time stamp is not of this text, or nobody trusted "
                        "has signed it: %s",
                        why ? why : "no reason was given");
}

bool stamp_check(struct str reply, const uint8_t digest[SHA256_BYTES], uint64_t nonce,
                 const struct stamp_trust *trust, int64_t *ret_ms, struct err *err)
{
    const unsigned char *p = (const unsigned char *)reply.p;
    TS_RESP *resp =
        reply.len && reply.len <= STAMP_BYTES_MAX ? d2i_TS_RESP(NULL, &p, (long)reply.len) : NULL;

    ERR_clear_error();
    if (!resp)
        return FAIL(err, ERR_INPUT, "it is no answer of a time stamping authority");
    TS_REQ *req = make_request(digest, nonce);
    bool good = is_granted(resp, err) && read_time(resp, ret_ms, err) &&
                verify(resp, req, trust, *ret_ms, err);
    TS_REQ_free(req);
    TS_RESP_free(resp);
    return good;
}
