/* What a rule of Jira's automation may do to a close, and whether the gate holds it. */
#include "domain/automation.h"

#include "unit.h"

#define JUDGED(open, ...) \
    RULE_REASON_NAMES[auto_rule_judge(&(const struct auto_rule){__VA_ARGS__}, open)]

static void test_a_gated_road_holds_rules_too(void **state)
{
    (void)state;
    assert_string_equal(JUDGED(false, .closes = true), "held");
    assert_string_equal(JUDGED(false, .wanders = true), "held");
    assert_string_equal(JUDGED(true, .closes = true), "roads_open");
    assert_string_equal(JUDGED(true, .wanders = true), "roads_open");
    assert_string_equal(JUDGED(false, .closes = true, .passes = true), "ignores_conditions");
}

static void test_who_it_acts_as(void **state)
{
    (void)state;
    assert_string_equal(JUDGED(false, .closes = true, .actor = RULE_AS_US), "acts_as_connector");
    assert_string_equal(JUDGED(false, .wanders = true, .actor = RULE_AS_WHOEVER),
                        "acts_as_whoever");
    assert_string_equal(JUDGED(false, .cancels = true, .actor = RULE_AS_US), "cancelled");
    assert_string_equal(JUDGED(true, .actor = RULE_AS_US), "aside");
}

static void test_what_it_writes(void **state)
{
    (void)state;
    assert_string_equal(JUDGED(false, .resolves = true), "sets_resolution");
    assert_string_equal(JUDGED(false, .resolves = true, .is_after = true), "done_already");
    assert_string_equal(JUDGED(false, .resolves = true, .is_after = true, .closes = true), "held");
    assert_string_equal(JUDGED(false, .resolves = true, .closes = true), "sets_resolution");
    assert_string_equal(JUDGED(false, .fills = true, .cancels = true), "writes_lock");
}

static void test_every_reason_is_worded_and_names_what_to_do(void **state)
{
    (void)state;
    for (int i = 0; i < RULE_REASON_COUNT; i++) {
        assert_true(RULE_REASON_WORDS[i][0] && RULE_REASON_NAMES[i][0]);
        assert_int_equal(auto_rule_state((enum rule_reason)i) == ROAD_IS_OPEN,
                         i < RULE_BECAUSE_HELD);
    }
    assert_int_equal(auto_rule_state(RULE_BECAUSE_HELD), ROAD_IS_GATED);
    assert_int_equal(auto_rule_state(RULE_BECAUSE_ASIDE), ROAD_IS_LEFT);
}

UNIT_MAIN(cmocka_unit_test(test_a_gated_road_holds_rules_too),
          cmocka_unit_test(test_who_it_acts_as), cmocka_unit_test(test_what_it_writes),
          cmocka_unit_test(test_every_reason_is_worded_and_names_what_to_do))
