#include "console/say.h"

#include "unit.h"

static void lengths_of_time(void **state)
{
    static const struct {
        int64_t ms;
        const char *said;
    } CASES[] = {{0, "0 s"},
                 {59999, "59 s"},
                 {60000, "1 m"},
                 {19080000, "5 h 18 m"},
                 {-7200000, "2 h 0 m"},
                 {273600000, "3 d 4 h"}};
    char text[SAY_BYTES];

    (void)state;
    for (size_t i = 0; i < COUNT(CASES); i++)
        assert_str(say_duration(CASES[i].ms, text), CASES[i].said);
}

static void times_and_counts(void **state)
{
    char text[SAY_BYTES];

    (void)state;
    assert_str(say_time(INT64_C(1795775999000), text), "27 Nov 2026, 10:39 UTC");
    assert_str(say_count(0, text), "0");
    assert_str(say_count(999, text), "999");
    assert_str(say_count(1000, text), "1\u202F000");
    assert_str(say_count(-1234567, text), "-1\u202F234\u202F567");
    assert_str(say_count(INT64_MIN, text),
               "-9\u202F223\u202F372\u202F036\u202F854\u202F775\u202F808");
}

static void elements(void **state)
{
    AUTO(drop_buf) struct buf out;
    struct markup m;

    (void)state;
    buf_init(&out, 1000);
    markup_begin(&m, &out);
    say_put_time(&m, 0);
    say_put_time(&m, INT64_C(1795775999000));
    say_put_mark(&m, MARK_BAD, STR("Late"));
    assert_str(buf_str(&out),
               "–<time datetime=\"2026-11-27T10:39:59.000Z\">27 Nov 2026, 10:39 UTC</time>"
               "<span class=\"mark bad\"><span class=\"sign\" aria-hidden=\"true\">✗</span>Late"
               "</span>");
    assert_string_equal(say_mark_class(MARK_UNKNOWN), "unknown");
    assert_str(say_mark_sign(MARK_GOOD), "✓");
}

UNIT_MAIN(cmocka_unit_test(lengths_of_time), cmocka_unit_test(times_and_counts),
          cmocka_unit_test(elements))
