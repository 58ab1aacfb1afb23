#include "base/sign.h"

#include <string.h>

#include "base/codecs.h"
#include "unit.h"

/* RFC 8032 section 7.1, test 2: the seed wrapped as openssl writes it. */
static const char PEM[] = "-----BEGIN PRIVATE KEY-----\n"
                          "MC4CAQAwBQYDK2VwBCIEIEzNCJssiv+W2oESilth+6xGl9Cdrbmv\n"
                          "XKqw4D11T7jP\n"
                          "-----END PRIVATE KEY-----\n";

static void a_key_signs_and_its_public_half_checks(void **state)
{
    struct sign_key *key = NULL;
    struct err err = {0};
    uint8_t public[SIGN_PUBLIC_BYTES], signature[SIGN_BYTES];
    (void)state;

    assert_true(sign_key_read(str_of(PEM), &key, &err));
    sign_key_public(key, public);
    sign_make(key, STR("what happened"), signature);
    assert_true(sign_check(public, STR("what happened"), signature));
    assert_false(sign_check(public, STR("what happened!"), signature));
    signature[10] ^= 1;
    assert_false(sign_check(public, STR("what happened"), signature));
    sign_key_free(key);
    sign_key_free(NULL);
}

/* RFC 8032 section 7.1, test 1. */
static void it_is_ed25519(void **state)
{
    uint8_t public[SIGN_PUBLIC_BYTES], signature[SIGN_BYTES];
    (void)state;

    assert_true(hex_decode(STR("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"),
                           public, sizeof public));
    assert_true(hex_decode(STR("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                               "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
                           signature, sizeof signature));
    assert_true(sign_check(public, STR_NONE, signature));
    assert_false(sign_check(public, STR("x"), signature));
}

static void what_is_no_key_is_refused_with_the_remedy(void **state)
{
    struct sign_key *key = NULL;
    struct err err = {0};
    (void)state;

    assert_false(sign_key_read(STR("-----BEGIN PRIVATE KEY-----\nAAAA\n"), &key, &err));
    assert_non_null(strstr(err.what, "openssl genpkey"));
    assert_false(sign_key_read(STR_NONE, &key, &err));
}

UNIT_MAIN(cmocka_unit_test(a_key_signs_and_its_public_half_checks), cmocka_unit_test(it_is_ed25519),
          cmocka_unit_test(what_is_no_key_is_refused_with_the_remedy))
