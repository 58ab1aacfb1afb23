/* Which events there are and who asked for them; when one is sent again, and when it is given up.
 */
#include "domain/event.h"

#include <string.h>

#include "unit.h"

enum { SECOND = 1000, HOUR = 3600 * SECOND };

static void each_has_a_name_of_its_own(void **state)
{
    char names[EVENT_COUNT][EVENT_NAME_SIZE];
    (void)state;

    for (int i = 0; i < EVENT_COUNT; i++) {
        event_name(i, names[i]);
        assert_true(event_filter_is_known(str_of(names[i])));
        for (int k = 0; k < i; k++)
            assert_string_not_equal(names[i], names[k]);
    }
    assert_string_equal(names[PHASE_PENDING_APPROVAL], "request.pending_approval");
    assert_string_equal(names[EVENT_COUNT - 1], "escalation.raised");
}

static void filters(void **state)
{
    (void)state;
    assert_true(event_matches(STR("*"), STR("drift.found")));
    assert_true(event_matches(STR("request.*"), STR("request.closed")));
    assert_false(event_matches(STR("request.*"), STR("drift.found")));
    assert_true(event_matches(STR("request.closed"), STR("request.closed")));
    assert_false(event_matches(STR("request.close"), STR("request.closed")));
    assert_true(event_filter_is_known(STR("*")));
    assert_true(event_filter_is_known(STR("exception.*")));
    assert_false(event_filter_is_known(STR("requests.*")));
    assert_false(event_filter_is_known(STR("request.done")));
    assert_false(event_filter_is_known(STR("")));
}

static enum event_outcome fate(int status, int32_t attempts, int64_t now_ms, int64_t told_ms,
                               uint64_t random, int64_t *ret_wait_ms)
{
    struct event_try t = {.attempts = attempts,
                          .status = status,
                          .now_ms = now_ms,
                          .give_up_ms = 72 * (int64_t)HOUR,
                          .told_ms = told_ms,
                          .random = random};
    return event_fate(&t, ret_wait_ms);
}

static void what_an_answer_means(void **state)
{
    int64_t wait_ms = 1;
    (void)state;

    assert_int_equal(fate(200, 1, 0, 0, 0, &wait_ms), EVENT_DELIVERED);
    assert_int_equal(wait_ms, 0);
    assert_int_equal(fate(204, 1, 0, 0, 0, &wait_ms), EVENT_DELIVERED);
    assert_int_equal(fate(299, 900, 99 * (int64_t)HOUR, 0, 0, &wait_ms), EVENT_DELIVERED);
    assert_int_equal(fate(410, 1, 0, 0, 0, &wait_ms), EVENT_DEAD);
    static const int AGAIN[] = {0, 199, 301, 302, 308, 400, 401, 403, 404, 409, 413, 429, 500, 503};
    for (size_t i = 0; i < sizeof AGAIN / sizeof AGAIN[0]; i++)
        assert_int_equal(fate(AGAIN[i], 1, 0, 0, 0, &wait_ms), EVENT_RETRY);
}

static void waits_grow_up_to_an_hour_and_end(void **state)
{
    int64_t low_ms, high_ms;
    (void)state;

    fate(500, 1, 0, 0, 0, &low_ms);
    fate(500, 1, 0, 0, 2500, &high_ms);
    assert_int_equal(low_ms, 2500);
    assert_int_equal(high_ms, 5000);
    fate(500, 2, 0, 0, 5000, &high_ms);
    assert_int_equal(high_ms, 10 * SECOND);
    fate(500, 500, 0, 0, HOUR / 2, &high_ms);
    assert_int_equal(high_ms, HOUR);
    fate(429, 1, 0, 120 * SECOND, 0, &low_ms);
    assert_int_equal(low_ms, 120 * SECOND);
    fate(429, 1, 0, 48 * (int64_t)HOUR, 0, &low_ms);
    assert_int_equal(low_ms, 24 * HOUR);
    /* the last try is at the end, not beyond it */
    assert_int_equal(fate(500, 50, 72 * (int64_t)HOUR - 7, 0, 0, &low_ms), EVENT_RETRY);
    assert_int_equal(low_ms, 7);
    assert_int_equal(fate(500, 51, 72 * (int64_t)HOUR, 0, 0, &low_ms), EVENT_DEAD);
}

static void outcomes_have_names(void **state)
{
    (void)state;
    assert_string_equal(event_outcome_name(EVENT_DELIVERED), "delivered");
    assert_string_equal(event_outcome_name(EVENT_RETRY), "retry");
    assert_string_equal(event_outcome_name(EVENT_DEAD), "dead");
}

UNIT_MAIN(cmocka_unit_test(each_has_a_name_of_its_own), cmocka_unit_test(filters),
          cmocka_unit_test(what_an_answer_means),
          cmocka_unit_test(waits_grow_up_to_an_hour_and_end), cmocka_unit_test(outcomes_have_names))
