#include "unit.h"

static void numbers_are_whole_slices_or_nothing(void **state)
{
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } CASES[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"007", true, 7},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1e3", false, 0},
        {"0x1", false, 0},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        int64_t value = 0;
        bool ok = str_to_i64(str_of(CASES[i].text), &value);
        if (ok != CASES[i].ok || value != CASES[i].value)
            fail_msg("'%s' gave %d, %lld", CASES[i].text, ok, (long long)value);
    }
}

static void comparing(void **state)
{
    (void)state;
    assert_true(str_eq(STR("a"), str_n("ab", 1)));
    assert_true(str_eq(STR_NONE, STR("")));
    assert_false(str_eq(STR("a"), STR("b")));
    assert_false(str_eq(STR("a"), STR("aa")));
    assert_true(str_eq_c(STR("role"), "role"));
    assert_false(str_eq_c(STR("role"), NULL));
    assert_true(str_eq_nocase(STR("X-Hub"), STR("x-hUB")));
    assert_false(str_eq_nocase(STR("x"), STR("xx")));
    assert_false(str_eq_nocase(STR("["), STR("{"))); /* 0x20 apart, not letters */
    assert_true(str_starts(STR("abc"), STR("ab")));
    assert_true(str_starts(STR("abc"), STR_NONE));
    assert_false(str_starts(STR("a"), STR("ab")));
    assert_true(str_ends(STR("abc"), STR("bc")));
    assert_false(str_ends(STR("c"), STR("bc")));
    assert_true(str_empty(STR_NONE));
    assert_true(str_cmp(STR("a"), STR("b")) < 0);
    assert_true(str_cmp(STR("ab"), STR("a")) > 0);
    assert_true(str_cmp(STR("a"), STR("ab")) < 0);
    assert_true(str_cmp(STR("\xc3"), STR("a")) > 0); /* bytes are unsigned */
    assert_int_equal(str_cmp(STR_NONE, STR("")), 0);
}

static void cutting_and_trimming(void **state)
{
    (void)state;
    struct str rest = STR("a,,b");

    assert_str(str_cut(&rest, ','), "a");
    assert_str(str_cut(&rest, ','), "");
    assert_str(str_cut(&rest, ','), "b");
    assert_true(str_empty(rest));
    assert_str(str_cut(&rest, ','), "");
    rest = STR("k=");
    assert_str(str_cut(&rest, '='), "k");
    assert_str(rest, "");
    assert_str(str_trim(STR(" \t\r\n x y \v\f")), "x y");
    assert_str(str_trim(STR("  ")), "");
    assert_int_equal(str_find(STR("abca"), 'a'), 0);
    assert_int_equal(str_find(STR("abc"), 'c'), 2);
    assert_int_equal(str_find(STR("abc"), 'd'), -1);
    assert_int_equal(str_find(STR_NONE, 'd'), -1);
}

static void utf8_is_well_formed_or_not(void **state)
{
    static const struct {
        struct str text;
        bool ok;
    } CASES[] = {
        {{"", 0}, true},
        {{"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", 14}, true},
        {{"\0", 1}, true},
        {{"\x80", 1}, false},             /* continuation alone */
        {{"\xc3", 1}, false},             /* cut */
        {{"\xe2\x82", 2}, false},         /* cut */
        {{"\xc0\xaf", 2}, false},         /* overlong */
        {{"\xe0\x80\xaf", 3}, false},     /* overlong */
        {{"\xf0\x80\x80\xaf", 4}, false}, /* overlong */
        {{"\xed\xa0\x80", 3}, false},     /* surrogate */
        {{"\xed\x9f\xbf", 3}, true},      /* last before the surrogates */
        {{"\xf4\x8f\xbf\xbf", 4}, true},  /* U+10FFFF */
        {{"\xf4\x90\x80\x80", 4}, false}, /* above */
        {{"\xf5\x80\x80\x80", 4}, false}, /* above */
        {{"\xe2\x82\x41", 3}, false},     /* not a continuation */
        {{"\xff", 1}, false},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++)
        if (str_is_utf8(CASES[i].text) != CASES[i].ok)
            fail_msg("case %zu", i);
}

static void copies_are_cut_between_code_points(void **state)
{
    char dst[6];
    (void)state;

    assert_true(str_has_control(STR("a\nb")) && str_has_control(STR("\x7f")));
    assert_false(str_has_control(STR("a b\xc3\xa9")) || str_has_control(STR_NONE));
    char *kept = str_keep(STR("12345"));
    assert_string_equal(kept, "12345");
    free(kept);
    kept = str_keep(STR_NONE);
    assert_string_equal(kept, "");
    free(kept);
    assert_true(str_copy(dst, sizeof dst, STR("12345")));
    assert_string_equal(dst, "12345");
    assert_false(str_copy(dst, sizeof dst, STR("123456")));
    assert_string_equal(dst, "12345");
    assert_false(str_copy(dst, sizeof dst, STR("1234\xc3\xa9")));
    assert_string_equal(dst, "1234");
    assert_false(str_copy(dst, 3, STR("\xf0\x9f\x98\x80")));
    assert_string_equal(dst, "");
    assert_true(str_copy(dst, sizeof dst, STR_NONE));
    assert_string_equal(dst, "");
}

static void a_name_is_found_in_its_list(void **state)
{
    static const char *const NAMES[] = {"a", "ab", ""};
    (void)state;

    assert_int_equal(str_index(STR("ab"), NAMES, 3), 1);
    assert_int_equal(str_index(STR("a"), NAMES, 3), 0);
    assert_int_equal(str_index(STR_NONE, NAMES, 3), 2);
    assert_int_equal(str_index(STR("abc"), NAMES, 3), -1);
    assert_int_equal(str_index(STR("a"), NAMES, 0), -1);
}

static void what_nobody_sees_is_found(void **state)
{
    (void)state;
    assert_int_equal(str_unseen(STR("\n"), 0), 1);
    assert_int_equal(str_unseen(STR("a\x7F"), 1), 1);
    assert_int_equal(str_unseen(STR("\xC2\x85"), 0), 2); /* NEL */
    assert_int_equal(str_unseen(STR("\xC2\xA0"), 0), 0);
    assert_int_equal(str_unseen(STR("\xE2\x80\xAE"), 0), 3);
    assert_int_equal(str_unseen(STR("\xE2\x81\xA6"), 0), 3);
    assert_int_equal(str_unseen(STR("\xE2\x80\xA6"), 0), 0); /* an ellipsis */
    assert_int_equal(str_unseen(str_n("\xE2\x80\xAE", 2), 0), 0);
    assert_int_equal(str_unseen(STR("a"), 0), 0);
}

static void hash_is_fnv1a(void **state)
{
    (void)state;
    assert_true(str_hash(STR_NONE) == 0xcbf29ce484222325u);
    assert_true(str_hash(STR("foobar")) == 0x85944171f73967e8u); /* from the FNV test suite */
}

UNIT_MAIN(cmocka_unit_test(numbers_are_whole_slices_or_nothing), cmocka_unit_test(comparing),
          cmocka_unit_test(cutting_and_trimming), cmocka_unit_test(utf8_is_well_formed_or_not),
          cmocka_unit_test(copies_are_cut_between_code_points),
          cmocka_unit_test(what_nobody_sees_is_found), cmocka_unit_test(hash_is_fnv1a),
          cmocka_unit_test(a_name_is_found_in_its_list))
