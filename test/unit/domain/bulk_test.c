/* Who rides along on a call for many, when it leaves, and what its task's words mean for each. */
#include "domain/bulk.h"

#include "unit.h"

static void only_a_reopen_that_has_not_failed_rides(void **state)
{
    struct flow flow = {.kind = FLOW_REOPEN};
    (void)state;

    assert_true(bulk_takes(&flow, BULK_ALONE));
    assert_false(bulk_takes(&flow, BULK_ALONE - 1)); /* few go one by one */
    flow.failures = 1;                               /* it rode already, or something is amiss */
    assert_false(bulk_takes(&flow, BULK_MOST));
    for (enum flow_kind kind = 0; kind < FLOW_KIND_COUNT; kind++) {
        flow = (struct flow){.kind = kind};
        assert_int_equal(bulk_takes(&flow, BULK_MOST), kind == FLOW_REOPEN);
    }
}

static void enough_leave_while_few_are_under_way(void **state)
{
    (void)state;
    assert_int_equal(bulk_turn(BULK_LEAST, 0, false), BULK_GOES);
    assert_int_equal(bulk_turn(BULK_MOST, BULK_UNDER_WAY - 1, true), BULK_GOES);
    assert_int_equal(bulk_turn(BULK_LEAST - 1, 0, false), BULK_SCATTERS);
    assert_int_equal(bulk_turn(BULK_MOST, BULK_UNDER_WAY, false), BULK_STAYS);
    assert_int_equal(bulk_turn(BULK_MOST, BULK_UNDER_WAY, true), BULK_SCATTERS);
}

static void whoever_slept_does_not_leave(void **state)
{
    struct flow_times times = {.call_timeout_ms = 20000, .lease_ms = 60000, .safety_ms = 5000};
    (void)state;

    assert_true(bulk_may_leave(0, &times));
    assert_true(bulk_may_leave(10000, &times)); /* half of what a call may take */
    assert_false(bulk_may_leave(10001, &times));
    times.lease_ms = 28000; /* hardly more than a call */
    assert_true(bulk_may_leave(3000, &times));
    assert_false(bulk_may_leave(3001, &times));
}

static void what_is_not_said_is_unknown(void **state)
{
    (void)state;
    for (enum bulk_task task = BULK_RUNS; task <= BULK_BROKEN; task++) {
        assert_int_equal(bulk_fate(task, BULK_SAYS_MOVED, false), BULK_DID);
        assert_int_equal(bulk_fate(task, BULK_SAYS_FAILED, false), BULK_LEFT);
        assert_int_equal(bulk_fate(task, BULK_SAYS_NOTHING, true), BULK_UNKNOWN);
    }
    assert_int_equal(bulk_fate(BULK_RUNS, BULK_SAYS_NOTHING, false), BULK_WAITS);
    assert_int_equal(bulk_fate(BULK_COMPLETE, BULK_SAYS_NOTHING, false), BULK_UNKNOWN);
    assert_int_equal(bulk_fate(BULK_BROKEN, BULK_SAYS_NOTHING, false), BULK_UNKNOWN);
}

static void what_was_sent_before_may_have_been_carried_out(void **state)
{
    struct flow flow = {.kind = FLOW_REOPEN, .attempt = 1};
    (void)state;

    assert_int_equal(bulk_refused(&flow), EV_REFUSED);
    flow.attempt = 2;
    assert_int_equal(bulk_refused(&flow), EV_NOT_SENT);
    flow.attempt = 3; /* looked at since: it is a refusal */
    assert_int_equal(bulk_refused(&flow), EV_REFUSED);
    flow = (struct flow){.kind = FLOW_CLOSE, .attempt = 2};
    assert_int_equal(bulk_refused(&flow), EV_REFUSED);
}

static void a_road_that_is_gone_is_looked_at_once_more(void **state)
{
    struct flow flow = {.kind = FLOW_REOPEN, .attempt = 1, .sent_at_ms = 1};
    (void)state;

    assert_true(bulk_may_have_moved(&flow));
    flow.failures = 1; /* the answer that was lost */
    assert_true(bulk_may_have_moved(&flow));
    flow.failures = BULK_LOOKS; /* looked at since: there is none */
    assert_false(bulk_may_have_moved(&flow));
    flow = (struct flow){.kind = FLOW_REOPEN}; /* nothing of ours can have moved it */
    assert_false(bulk_may_have_moved(&flow));
    flow = (struct flow){.kind = FLOW_CLOSE, .sent_at_ms = 1};
    assert_false(bulk_may_have_moved(&flow));
}

static void an_old_task_is_asked_about_seldom(void **state)
{
    (void)state;
    assert_int_equal(bulk_ask_ms(0), 100);
    assert_int_equal(bulk_ask_ms(2000), 500);
    assert_int_equal(bulk_ask_ms(60 * 1000), 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_a_reopen_that_has_not_failed_rides),
        cmocka_unit_test(enough_leave_while_few_are_under_way),
        cmocka_unit_test(whoever_slept_does_not_leave),
        cmocka_unit_test(what_is_not_said_is_unknown),
        cmocka_unit_test(what_was_sent_before_may_have_been_carried_out),
        cmocka_unit_test(a_road_that_is_gone_is_looked_at_once_more),
        cmocka_unit_test(an_old_task_is_asked_about_seldom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
