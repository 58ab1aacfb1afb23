/* A sentence in a fixed array: cut at a character, never overrun. */
#include "domain/line.h"

#include <string.h>

#include "unit.h"

static void numbers_and_spans(void **state)
{
    static const struct {
        int64_t ms;
        const char *span;
    } CASES[] = {{-1, "0 s"},
                 {999, "0 s"},
                 {59999, "59 s"},
                 {60000, "1 m"},
                 {3599999, "59 m"},
                 {3600000, "1 h 0 m"},
                 {19080000, "5 h 18 m"},
                 {86400000, "1 d 0 h"},
                 {INT64_C(93600000), "1 d 2 h"}};
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        char text[40] = "";
        struct line l = {.p = text, .size = sizeof text};
        line_add_span(&l, CASES[i].ms);
        assert_string_equal(text, CASES[i].span);
    }
    char text[40] = "";
    struct line l = {.p = text, .size = sizeof text};
    line_add_number(&l, INT64_MAX);
    assert_string_equal(text, "9223372036854775807");
}

static void times_say_utc_and_days_are_of_utc(void **state)
{
    char text[60] = "";
    struct line l = {.p = text, .size = sizeof text};
    (void)state;

    line_add_since(&l, "since ", 0); /* nobody knows: nothing is said */
    assert_string_equal(text, "");
    line_add_since(&l, "since ", INT64_C(1796428800000));
    line_add_c(&l, " on ");
    line_add_day(&l, INT64_C(1796428800000));
    assert_string_equal(text, "since 00:00 UTC on 2026-12-05");
    line_add_c(&l, ", ");
    line_add_date(&l, INT64_C(1796428800000));
    line_add_c(&l, ", ");
    line_add_date(&l, INT64_C(1794700799999)); /* the last millisecond of a day */
    assert_string_equal(text, "since 00:00 UTC on 2026-12-05, 5 Dec, 14 Nov");
}

static void a_time_of_another_day_has_its_day(void **state)
{
    static const int64_t START = INT64_C(1796428800000), LAST = START - 1;
    char text[80] = "";
    struct line l = {.p = text, .size = sizeof text, .now_ms = START};
    (void)state;

    line_add_since(&l, "since ", START);
    line_add_since(&l, ", ", LAST);
    line_add_when(&l, START);
    line_add_when(&l, LAST);
    assert_string_equal(text, "since 00:00 UTC, 4 Dec 23:59 UTC 00:00 UTC on 4 Dec");
}

static void names_and_lines_are_cut_at_a_character(void **state)
{
    char text[64] = "", small[6] = "";
    struct line l = {.p = text, .size = sizeof text, .name_max = 3};
    struct line s = {.p = small, .size = sizeof small};
    (void)state;

    line_add_name(&l, STR("äbcd"));
    line_add_name(&l, STR("xyz"));
    assert_string_equal(text, "äbc…xyz");
    assert_int_equal(line_chars(&l), 7);
    line_cut(&l, 7);
    assert_string_equal(text, "äbc…xyz");
    line_cut(&l, 3);
    assert_string_equal(text, "äb…");
    line_add(&l, STR("\xE2\x80\xAEgnp\n\x7F|"));
    assert_string_equal(text, "äb…gnp|");
    line_add(&s, STR("aää"));
    line_add(&s, STR("bb"));
    assert_string_equal(small, "aää");
}

UNIT_MAIN(cmocka_unit_test(numbers_and_spans), cmocka_unit_test(times_say_utc_and_days_are_of_utc),
          cmocka_unit_test(a_time_of_another_day_has_its_day),
          cmocka_unit_test(names_and_lines_are_cut_at_a_character))
