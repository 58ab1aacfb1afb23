#include "base/codecs.h"

#include <string.h>

#include "base/arena.h"
#include "base/rng.h"
#include "unit.h"

static void hexadecimal(void **state)
{
    char text[9];
    uint8_t bytes[4];
    (void)state;

    hex_encode("\x00\x7f\xff\x1a", 4, text);
    assert_string_equal(text, "007fff1a");
    assert_true(hex_decode(STR("007FfF1a"), bytes, 4));
    assert_memory_equal(bytes, "\x00\x7f\xff\x1a", 4);
    assert_false(hex_decode(STR("007fff1"), bytes, 4));
    assert_false(hex_decode(STR("007fff1a0"), bytes, 4));
    assert_false(hex_decode(STR("007fff1g"), bytes, 4));
    assert_false(hex_decode(STR("g07fff1a"), bytes, 4));
    assert_false(hex_decode(STR("00 fff1a"), bytes, 4));
    assert_true(hex_decode(STR_NONE, bytes, 0));
}

static void base64_of_rfc_4648(void **state)
{
    static const struct {
        const char *plain, *coded;
    } CASES[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xff\xfe\xfb\xf0", "//778A=="},
    };
    AUTO(drop_buf) struct buf b;
    (void)state;

    buf_init(&b, 1000);
    for (size_t i = 0; i < COUNT(CASES); i++) {
        buf_clear(&b);
        assert_true(base64_encode(&b, str_of(CASES[i].plain)));
        assert_str(buf_str(&b), CASES[i].coded);
        buf_clear(&b);
        assert_true(base64_decode(&b, str_of(CASES[i].coded)));
        assert_str(buf_str(&b), CASES[i].plain);
    }
}

static void base64_takes_one_text_a_value(void **state)
{
    static const char *const CASES[] = {
        "Zg",   "Zg=",  "Zg===",   "Zh==", "Zm9=",     "Z===",  "====",
        "Zm 9", "Zm-9", "Zm9vYg=", "=m9v", "Zg==Zg==", "Zm9\n", "Z=g="};
    AUTO(drop_buf) struct buf b;
    (void)state;

    buf_init(&b, 1000);
    for (size_t i = 0; i < COUNT(CASES); i++)
        if (base64_decode(&b, str_of(CASES[i])))
            fail_msg("'%s' was decoded", CASES[i]);
}

static void base64_round_trip_of_any_bytes(void **state)
{
    AUTO(drop_buf) struct buf coded, plain;
    struct rng rng;
    uint8_t bytes[64];
    (void)state;

    buf_init(&coded, 1000);
    buf_init(&plain, 1000);
    rng_seed(&rng, 1);
    for (size_t i = 0; i < 500; i++) {
        size_t len = rng_below(&rng, sizeof bytes + 1);
        for (size_t k = 0; k < len; k++)
            bytes[k] = (uint8_t)rng_next(&rng);
        buf_clear(&coded);
        buf_clear(&plain);
        assert_true(base64_encode(&coded, str_n((char *)bytes, len)));
        assert_true(base64_decode(&plain, buf_str(&coded)));
        assert_true(str_eq(buf_str(&plain), str_n((char *)bytes, len)));
    }
}

static void what_does_not_fit_is_told(void **state)
{
    AUTO(drop_buf) struct buf b;
    (void)state;

    buf_init(&b, 3);
    assert_false(base64_encode(&b, STR("a")));
    buf_clear(&b);
    assert_false(base64_decode(&b, STR("Zm9vYmFy")));
    buf_clear(&b);
    assert_false(url_encode(&b, STR("a b")));
}

static void percent_encoding(void **state)
{
    AUTO(drop_buf) struct buf b;
    (void)state;

    buf_init(&b, 1000);
    assert_true(url_encode(&b, STR("AZaz09-._~ /?#&=+%\xc3\xa9\n")));
    assert_str(buf_str(&b), "AZaz09-._~%20%2F%3F%23%26%3D%2B%25%C3%A9%0A");
}

static void comparing_in_constant_time(void **state)
{
    (void)state;
    assert_true(equal_const_time("abc", "abc", 3));
    assert_true(equal_const_time("abx", "aby", 2));
    assert_true(equal_const_time("", "", 0));
    assert_false(equal_const_time("abc", "abd", 3));
    assert_false(equal_const_time("\x80", "\x00", 1));
    assert_false(equal_const_time("xbc", "abc", 3));
}

UNIT_MAIN(cmocka_unit_test(hexadecimal), cmocka_unit_test(base64_of_rfc_4648),
          cmocka_unit_test(base64_takes_one_text_a_value),
          cmocka_unit_test(base64_round_trip_of_any_bytes),
          cmocka_unit_test(what_does_not_fit_is_told), cmocka_unit_test(percent_encoding),
          cmocka_unit_test(comparing_in_constant_time))
