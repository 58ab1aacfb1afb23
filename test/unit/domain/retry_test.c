#include "domain/retry.h"

#include "unit.h"

static const struct retry_rule RULE = {.base_ms = 2000, .cap_ms = 300000};

static void waits_double_up_to_the_cap_with_jitter_over_the_upper_half(void **state)
{
    static const struct {
        int32_t failures;
        int64_t low, high;
    } CASES[] = {
        {0, 1000, 2000},     {1, 1000, 2000},     {2, 2000, 4000},           {3, 4000, 8000},
        {8, 128000, 256000}, {9, 150000, 300000}, {1000000, 150000, 300000},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        int64_t span = CASES[i].high - CASES[i].low;
        /* both ends of the jitter are reached, and nothing outside */
        assert_int_equal(retry_after_ms(&RULE, CASES[i].failures, 0, 0), CASES[i].low);
        assert_int_equal(retry_after_ms(&RULE, CASES[i].failures, 0, (uint64_t)span),
                         CASES[i].high);
        assert_int_equal(retry_after_ms(&RULE, CASES[i].failures, 0, (uint64_t)span + 1),
                         CASES[i].low);
    }
}

static void never_earlier_than_the_other_side_told(void **state)
{
    (void)state;
    assert_int_equal(retry_after_ms(&RULE, 1, 90000, 12345), 90000);
    assert_int_equal(retry_after_ms(&RULE, 1, 900000, 0), 900000); /* the cap is ours, not theirs */
    assert_int_equal(retry_after_ms(&RULE, 1, 10, 1000), 2000);    /* and never earlier than ours */
}

UNIT_MAIN(cmocka_unit_test(waits_double_up_to_the_cap_with_jitter_over_the_upper_half),
          cmocka_unit_test(never_earlier_than_the_other_side_told))
