#include "base/log_brief.h"

#include <stdio.h>

#include "unit.h"

static struct log_brief brief;

static bool due(int64_t now_ms, const char *place, uint64_t count)
{
    struct str where, why;
    uint64_t times = 0;
    bool said = log_brief_due(&brief, now_ms, &where, &why, &times);

    if (said)
        assert_true(str_eq_c(where, place) && times == count);
    return said;
}

static void one_line_a_minute_for_each_place_and_reason(void **state)
{
    (void)state;

    brief = (struct log_brief){0};
    assert_true(log_brief_take(&brief, STR("acme"), STR("no JSON"), 0));
    for (int i = 0; i < 1000; i++)
        assert_false(log_brief_take(&brief, STR("acme"), STR("no JSON"), 10 + i));
    assert_true(log_brief_take(&brief, STR("acme"), STR("too old"), 20)); /* another reason */
    assert_true(log_brief_take(&brief, STR("other"), STR("no JSON"), 30));
    assert_false(due(LOG_BRIEF_MS - 1, "", 0));
    assert_true(due(LOG_BRIEF_MS, "acme", 1000)); /* and only what was held back */
    assert_false(due(LOG_BRIEF_MS, "", 0));
    assert_false(log_brief_take(&brief, STR("acme"), STR("no JSON"), LOG_BRIEF_MS + 1));
    assert_true(due(2 * LOG_BRIEF_MS, "acme", 1));
    assert_true(log_brief_take(&brief, STR("acme"), STR("no JSON"), 4 * LOG_BRIEF_MS));
}

static void what_nobody_asked_for_is_told_with_the_next(void **state)
{
    (void)state;

    brief = (struct log_brief){0};
    assert_true(log_brief_take(&brief, STR("acme"), STR("no JSON"), 0));
    assert_false(log_brief_take(&brief, STR("acme"), STR("no JSON"), 1));
    assert_false(log_brief_take(&brief, STR("acme"), STR("no JSON"), 3 * LOG_BRIEF_MS));
    assert_true(due(3 * LOG_BRIEF_MS, "acme", 2));
}

static void who_varies_the_reason_gets_one_line_for_the_rest(void **state)
{
    char why[32];
    int lines = 0;
    (void)state;

    brief = (struct log_brief){0};
    for (int i = 0; i < 10000; i++) {
        snprintf(why, sizeof why, "reason %d", i);
        lines += log_brief_take(&brief, STR("acme"), str_of(why), i);
    }
    assert_int_equal(lines, LOG_BRIEF_SLOTS + 1);
    /* those that were said once and are over give their places back */
    lines = 0;
    for (int i = 0; i < LOG_BRIEF_SLOTS; i++) {
        snprintf(why, sizeof why, "another reason %d", i);
        lines += log_brief_take(&brief, STR("acme"), str_of(why), 3 * LOG_BRIEF_MS);
    }
    assert_int_equal(lines, LOG_BRIEF_SLOTS);
    assert_true(due(3 * LOG_BRIEF_MS, "several", 10000 - LOG_BRIEF_SLOTS - 1));
}

UNIT_MAIN(cmocka_unit_test(one_line_a_minute_for_each_place_and_reason),
          cmocka_unit_test(what_nobody_asked_for_is_told_with_the_next),
          cmocka_unit_test(who_varies_the_reason_gets_one_line_for_the_rest))
