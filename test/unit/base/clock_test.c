#include "base/clock.h"

#include "unit.h"

static const struct {
    int64_t ms;
    const char *text;
} BOTH_WAYS[] = {
    {0, "1970-01-01T00:00:00.000Z"},
    {-1, "1969-12-31T23:59:59.999Z"},
    {1764000000123, "2025-11-24T16:00:00.123Z"},
    {951782400000, "2000-02-29T00:00:00.000Z"},
    {4107542399999, "2100-02-28T23:59:59.999Z"},
    {4107542400000, "2100-03-01T00:00:00.000Z"}, /* 2100 is no leap year */
    {253402300799999, "9999-12-31T23:59:59.999Z"},
    {-62135596800000, "0001-01-01T00:00:00.000Z"},
};

static void times_are_written_and_read(void **state)
{
    char text[CLOCK_TEXT_SIZE];
    (void)state;

    for (size_t i = 0; i < COUNT(BOTH_WAYS); i++) {
        int64_t ms = 0;
        assert_string_equal(clock_rfc3339(BOTH_WAYS[i].ms, text), BOTH_WAYS[i].text);
        assert_true(clock_parse(str_of(BOTH_WAYS[i].text), &ms));
        assert_true(ms == BOTH_WAYS[i].ms);
    }
    for (int64_t ms = -1000000000000; ms < 5000000000000; ms += 86399999 * 13) {
        int64_t back = 0;
        assert_true(clock_parse(str_of(clock_rfc3339(ms, text)), &back));
        assert_true(ms == back);
    }
    clock_rfc3339(INT64_MAX, text);
    clock_rfc3339(INT64_MIN, text);
}

static void other_forms_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } CASES[] = {
        {"2026-11-24T10:20:56.123+0000", 1795515656123}, /* Jira */
        {"2026-11-24T12:20:56.123+02:00", 1795515656123},
        {"2026-11-24T04:50:56.123-0530", 1795515656123},
        {"2026-11-24 10:20:56.123Z", 1795515656123},
        {"2026-11-24t10:20:56.1239999Z", 1795515656123},
        {"2026-11-24T10:20:56.1Z", 1795515656100},
        {"2026-11-24T10:20:56Z", 1795515656000},
        {"2026-12-31T23:59:60Z", 1798761600000}, /* a leap second is the next second */
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        int64_t ms = 0;
        if (!clock_parse(str_of(CASES[i].text), &ms) || ms != CASES[i].ms)
            fail_msg("'%s' gave %lld", CASES[i].text, (long long)ms);
    }
}

static void what_is_no_time_is_refused(void **state)
{
    static const char *const CASES[] = {
        "",
        "2026",
        "2026-11-24",
        "2026-11-24T10:20:56",
        "2026-11-24T10:20:56.Z",
        "2026-11-24T10:20:56.123",
        "2026-11-24T10:20:56.123+00",
        "2026-11-24T10:20:56.123+2400",
        "2026-11-24T10:20:56.123+0060",
        "2026-11-24T10:20:56.123Zx",
        "2026-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-11-24T24:00:00Z",
        "2026-11-24T10:60:00Z",
        "2026-11-24T10:20:61Z",
        "2026-11-24X10:20:56Z",
        "2026/11/24T10:20:56Z",
        "2026-11-24T10.20:56Z",
        "2026-11-24T10:20.56Z",
        "-026-11-24T10:20:56Z",
        " 2026-11-24T10:20:56Z",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        int64_t ms = 77;
        if (clock_parse(str_of(CASES[i]), &ms) || ms != 77)
            fail_msg("'%s' was taken for a time", CASES[i]);
    }
}

static int64_t fixed(void *self)
{
    return *(int64_t *)self;
}

static void a_clock_is_an_input(void **state)
{
    int64_t now = 5;
    const struct clock c = {.wall_ms = fixed, .mono_ms = fixed, .self = &now};
    (void)state;

    assert_true(clock_wall_ms(&c) == 5 && clock_mono_ms(&c) == 5);
    int64_t wall = clock_wall_ms(&CLOCK_SYSTEM), mono = clock_mono_ms(&CLOCK_SYSTEM);
    assert_true(wall > 1764000000000);
    assert_true(clock_mono_ms(&CLOCK_SYSTEM) >= mono);
}

UNIT_MAIN(cmocka_unit_test(times_are_written_and_read), cmocka_unit_test(other_forms_are_read),
          cmocka_unit_test(what_is_no_time_is_refused), cmocka_unit_test(a_clock_is_an_input))
