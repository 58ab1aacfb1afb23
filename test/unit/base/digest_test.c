#include "base/digest.h"

#include <string.h>

#include "base/codecs.h"
#include "unit.h"

static void assert_hex(const uint8_t got[SHA256_BYTES], const char *want)
{
    char text[SHA256_HEX_SIZE];
    hex_encode(got, SHA256_BYTES, text);
    assert_string_equal(text, want);
}

static void sha256_of_fips_180(void **state)
{
    uint8_t out[SHA256_BYTES];
    (void)state;

    digest_sha256(STR_NONE, out);
    assert_hex(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    digest_sha256(STR("abc"), out);
    assert_hex(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_sha256_2(STR("a"), STR("bc"), out);
    assert_hex(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* RFC 4231; the context is used over and over, as the webhook listener does */
static void hmac_of_rfc_4231(void **state)
{
    uint8_t out[SHA256_BYTES];
    char long_key[131];
    (void)state;

    struct hmac *jefe = hmac_new(STR("Jefe"));
    for (int i = 0; i < 3; i++) {
        hmac_sign(jefe, STR("what do ya want for nothing?"), out);
        assert_hex(out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        hmac_sign(jefe, STR("something else"), out);
    }
    hmac_free(jefe);

    memset(long_key, 0xaa, sizeof long_key);
    struct hmac *large = hmac_new(str_n(long_key, sizeof long_key));
    hmac_sign(large, STR("Test Using Larger Than Block-Size Key - Hash Key First"), out);
    assert_hex(out, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    hmac_free(large);
}

static void an_empty_key_is_a_key(void **state)
{
    uint8_t out[SHA256_BYTES];
    (void)state;

    struct hmac *empty = hmac_new(STR_NONE);
    hmac_sign(empty, STR_NONE, out);
    assert_hex(out, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
    hmac_free(empty);
    hmac_free(NULL);
}

UNIT_MAIN(cmocka_unit_test(sha256_of_fips_180), cmocka_unit_test(hmac_of_rfc_4231),
          cmocka_unit_test(an_empty_key_is_a_key))
