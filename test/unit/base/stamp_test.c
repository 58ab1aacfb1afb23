#include "base/stamp.h"

#include <string.h>

#include "base/arena.h"
#include "base/codecs.h"
#include "unit.h"

/* Of "a checkpoint", by `openssl ts -reply`, whose own certificate this is; it ends in 2036, and
 * the stamp does not. */
static const char CA[] = "-----BEGIN CERTIFICATE-----\n"
                         "MIIBjzCCATWgAwIBAgIUInWjVYtyEQGq43I2zIRccuavLf4wCgYIKoZIzj0EAwIw\n"
                         "GzEZMBcGA1UEAwwQVFNBIG9mIHRoZSB0ZXN0czAeFw0yNjExMjcwMjE5NDlaFw0z\n"
                         "NjExMjQwMjE5NDlaMBsxGTAXBgNVBAMMEFRTQSBvZiB0aGUgdGVzdHMwWTATBgcq\n"
                         "hkjOPQIBBggqhkjOPQMBBwNCAAQgs+dLS4xwezJaFRFwJ7w3fUS5B/Vr6Lu7MA2e\n"
                         "xpp0cz0bzkBU+KpxX/26bQEuL2a1r8x/G8utDA3wNSUNac9bo1cwVTAMBgNVHRMB\n"
                         "Af8EAjAAMA4GA1UdDwEB/wQEAwIHgDAWBgNVHSUBAf8EDDAKBggrBgEFBQcDCDAd\n"
                         "BgNVHQ4EFgQU8JHRbT5VpdTEUZ3++71mX9vUCOkwCgYIKoZIzj0EAwIDSAAwRQIg\n"
                         "XvInHRlxQigcuulLoOaTqHo0VwgXrzPyhQthgf1cZNoCIQDLySCESUfp1FWDpsOr\n"
                         "1i/1gx8t7PJ7EV6jJ2Gh/mS2EQ==\n"
                         "-----END CERTIFICATE-----\n";
static const char REPLY[] =
    "MIIDhjADAgEAMIIDfQYJKoZIhvcNAQcCoIIDbjCCA2oCAQMxDzANBglghkgBZQMEAgEFADByBgsqhkiG9w0BCRAB"
    "BKBjBGEwXwIBAQYEKgMEATAxMA0GCWCGSAFlAwQCAQUABCCMUby884fR8A1zA123O8jTVqWtexI+CvHYzsuBB8WM"
    "1wIBAhgPMjAyNjExMjcwMjE5NDlaMAMCAQECCF9RdTo0taicoIIBkzCCAY8wggE1oAMCAQICFCJ1o1WLchEBquNy"
    "NsyEXHLmry3+MAoGCCqGSM49BAMCMBsxGTAXBgNVBAMMEFRTQSBvZiB0aGUgdGVzdHMwHhcNMjYxMTI3MDIxOTQ5"
    "WhcNMzYxMTI0MDIxOTQ5WjAbMRkwFwYDVQQDDBBUU0Egb2YgdGhlIHRlc3RzMFkwEwYHKoZIzj0CAQYIKoZIzj0D"
    "AQcDQgAEILPnS0uMcHsyWhURcCe8N31EuQf1a+i7uzANnsaadHM9G85AVPiqcV/9um0BLi9mta/MfxvLrQwN8DUl"
    "DWnPW6NXMFUwDAYDVR0TAQH/BAIwADAOBgNVHQ8BAf8EBAMCB4AwFgYDVR0lAQH/BAwwCgYIKwYBBQUHAwgwHQYD"
    "VR0OBBYEFPCR0W0+VaXUxFGd/vu9Zl/b1AjpMAoGCCqGSM49BAMCA0gAMEUCIF7yJx0ZcUIoHLrpS6Dmk6h6NFcI"
    "F68z8oULYYH9XGTaAiEAy8kghElH6dRVg6bDq9Yv9YMfLezyexFeoydhof5kthExggFHMIIBQwIBATAzMBsxGTAX"
    "BgNVBAMMEFRTQSBvZiB0aGUgdGVzdHMCFCJ1o1WLchEBquNyNsyEXHLmry3+MA0GCWCGSAFlAwQCAQUAoIGkMBoG"
    "CSqGSIb3DQEJAzENBgsqhkiG9w0BCRABBDAcBgkqhkiG9w0BCQUxDxcNMjYxMTI3MDIxOTQ5WjAvBgkqhkiG9w0B"
    "CQQxIgQg0vJTwBHx6LXEjhau8vwLRypqdHfhFCaTHhtXR+I6Qw4wNwYLKoZIhvcNAQkQAi8xKDAmMCQwIgQg/oDi"
    "/CjlYBEZnepX0oqMQyHD1O1UPRgcHfURZDv5YeUwCgYIKoZIzj0EAwIERzBFAiAyQ0XqDmvr5TMe3vQSNzHsA4rR"
    "1ZhnGCQ3oJ/g5xvw7AIhAM/VCJ4zLkl9fqaVpngbaQyUPZdQ2m1UIzhp/mqh1IEF";
static const uint64_t NONCE = 0x5F51753A34B5A89C;
static const int64_t AT_MS = 1795745989000;

struct reply {
    struct buf bytes;
    uint8_t digest[SHA256_BYTES];
    struct stamp_trust *trust;
};

static struct reply make(void)
{
    struct reply r;
    struct err err = {0};

    buf_init(&r.bytes, STAMP_BYTES_MAX);
    assert_true(base64_decode(&r.bytes, str_of(REPLY)));
    digest_sha256(STR("a checkpoint"), r.digest);
    assert_true(stamp_trust_read(str_of(CA), &r.trust, &err));
    return r;
}

static void done(struct reply *r)
{
    buf_done(&r->bytes);
    stamp_trust_free(r->trust);
}

static void a_stamp_tells_when(void **state)
{
    struct reply r = make();
    int64_t at_ms = 0;
    struct err err = {0};
    (void)state;

    assert_true(stamp_check(buf_str(&r.bytes), r.digest, NONCE, r.trust, &at_ms, &err));
    assert_int_equal(at_ms, AT_MS);
    assert_true(stamp_check(buf_str(&r.bytes), r.digest, 0, r.trust, &at_ms, &err));
    done(&r);
}

static void refused(struct reply *r, struct str text, uint64_t nonce, const char *why)
{
    int64_t at_ms;
    struct err err = {0};

    assert_false(stamp_check(text, r->digest, nonce, r->trust, &at_ms, &err));
    if (!strstr(err.what, why))
        fail_msg("'%s' lacks '%s'", err.what, why);
}

static void what_is_none_has_its_sentence(void **state)
{
    struct reply r = make();
    static const char REFUSAL[] = {0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02};
    (void)state;

    refused(&r, STR_NONE, 0, "no answer of a time stamping authority");
    refused(&r, STR("hello"), 0, "no answer of a time stamping authority");
    refused(&r, str_n(r.bytes.p, r.bytes.len / 2), 0, "no answer of a time stamping authority");
    refused(&r, str_n(REFUSAL, sizeof REFUSAL), 0, "refuses to stamp it (status 2)");
    refused(&r, buf_str(&r.bytes), NONCE + 1, "not of this text");
    r.bytes.p[r.bytes.len - 1] ^= 1; /* the signature */
    refused(&r, buf_str(&r.bytes), NONCE, "not of this text, or nobody trusted");
    r.bytes.p[r.bytes.len - 1] ^= 1;
    r.digest[0] ^= 1;
    refused(&r, buf_str(&r.bytes), NONCE, "not of this text");
    done(&r);
}

static void whom_to_trust_is_said_in_pem(void **state)
{
    struct stamp_trust *trust;
    struct err err = {0};
    (void)state;

    assert_false(stamp_trust_read(STR("hello"), &trust, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    stamp_trust_free(NULL);
}

static void what_is_asked(void **state)
{
    uint8_t digest[SHA256_BYTES] = {7};
    AUTO(drop_buf) struct buf with, without;
    (void)state;

    buf_init(&with, STAMP_BYTES_MAX);
    buf_init(&without, STAMP_BYTES_MAX);
    assert_true(stamp_ask(digest, NONCE, &with) && stamp_ask(digest, 0, &without));
    assert_true(with.len > without.len && without.p[0] == 0x30 && without.len > SHA256_BYTES);
}

UNIT_MAIN(cmocka_unit_test(a_stamp_tells_when), cmocka_unit_test(what_is_none_has_its_sentence),
          cmocka_unit_test(whom_to_trust_is_said_in_pem), cmocka_unit_test(what_is_asked))
