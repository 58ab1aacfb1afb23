#include "domain/flow.h"

#include <string.h>

#include "domain/decide.h"
#include "unit.h"

/* The table as this test reads the blueprint: one line a state, one entry an event. A rule that is
 * wrong, missing or too many in flow.c fails here. */
static const struct {
    enum flow_state from;
    enum flow_event on;
    enum flow_state to;
    enum flow_effect then;
    enum flow_rest rest;
} WANTED[] = {
    {FS_PENDING, EV_CLAIMED, FS_CHECKING, FX_LOOK, REST_NONE},
    {FS_CHECKING, EV_CLAIMED, FS_CHECKING, FX_LOOK, REST_NONE},
    {FS_CHECKING, EV_READY, FS_CALLING, FX_ACT, REST_NONE},
    {FS_CHECKING, EV_FOUND, FS_DONE, FX_REST, REST_NONE},
    {FS_CHECKING, EV_NOT_WANTED, FS_MOOT, FX_REST, REST_NONE},
    {FS_CHECKING, EV_WAIT, FS_PENDING, FX_REST, REST_BACKOFF},
    {FS_CHECKING, EV_REFUSED, FS_PARKED, FX_REST, REST_NONE},
    {FS_CHECKING, EV_READ_FAILED, FS_PENDING, FX_REST, REST_BACKOFF},
    {FS_CHECKING, EV_LIMITED, FS_PENDING, FX_REST, REST_TOLD},
    {FS_CALLING, EV_CLAIMED, FS_DOUBT, FX_REST, REST_PROBE},
    {FS_CALLING, EV_DID, FS_DONE, FX_REST, REST_NONE},
    {FS_CALLING, EV_STEP, FS_CHECKING, FX_LOOK, REST_NONE},
    {FS_CALLING, EV_REFUSED, FS_PARKED, FX_REST, REST_NONE},
    {FS_CALLING, EV_NOT_SENT, FS_PENDING, FX_REST, REST_BACKOFF},
    {FS_CALLING, EV_LIMITED, FS_PENDING, FX_REST, REST_TOLD},
    {FS_CALLING, EV_LOST, FS_DOUBT, FX_REST, REST_PROBE},
    {FS_DOUBT, EV_CLAIMED, FS_PROBING, FX_LOOK, REST_NONE},
    {FS_PROBING, EV_CLAIMED, FS_PROBING, FX_LOOK, REST_NONE},
    {FS_PROBING, EV_READY, FS_CALLING, FX_ACT, REST_NONE},
    {FS_PROBING, EV_FOUND, FS_DONE, FX_REST, REST_NONE},
    {FS_PROBING, EV_NOT_WANTED, FS_MOOT, FX_REST, REST_NONE},
    {FS_PROBING, EV_WAIT, FS_DOUBT, FX_REST, REST_PROBE},
    {FS_PROBING, EV_REFUSED, FS_PARKED, FX_REST, REST_NONE},
    {FS_PROBING, EV_READ_FAILED, FS_DOUBT, FX_REST, REST_PROBE},
    {FS_PROBING, EV_LIMITED, FS_DOUBT, FX_REST, REST_TOLD},
    {FS_PARKED, EV_RETRY_ASKED, FS_PENDING, FX_REST, REST_NONE},
};

static void every_pair_of_state_and_event_is_as_written(void **state)
{
    size_t count;
    (void)state;

    for (int from = 0; from < FS_PARKED + 1; from++) {
        for (int on = 0; on < FLOW_EVENT_COUNT; on++) {
            const struct flow_rule *rule = flow_decide((enum flow_state)from, (enum flow_event)on);
            bool wanted = false;
            for (size_t i = 0; i < COUNT(WANTED); i++) {
                if (WANTED[i].from != (enum flow_state)from || WANTED[i].on != (enum flow_event)on)
                    continue;
                wanted = true;
                assert_non_null(rule);
                assert_int_equal(rule->to, WANTED[i].to);
                assert_int_equal(rule->then, WANTED[i].then);
                assert_int_equal(rule->rest, WANTED[i].rest);
            }
            if (!wanted && rule)
                fail_msg("%s on %s is not in the blueprint", flow_state_name((enum flow_state)from),
                         flow_event_name((enum flow_event)on));
        }
    }
    flow_rules(&count);
    assert_int_equal(count, COUNT(WANTED));
}

static void the_table_keeps_the_three_promises(void **state)
{
    size_t count;
    const struct flow_rule *rules = flow_rules(&count);
    (void)state;

    for (size_t i = 0; i < count; i++) {
        const struct flow_rule *r = &rules[i];
        assert_true(strlen(r->reason) > 3);
        assert_false(flow_state_is_final(r->from)); /* nothing leaves an end */
        /* acting is right only after a look, and only by entering CALLING */
        assert_int_equal(r->then == FX_ACT, r->to == FS_CALLING);
        if (r->then == FX_ACT)
            assert_true(r->from == FS_CHECKING || r->from == FS_PROBING);
        /* what may have happened is never forgotten: out of doubt only by looking */
        if (r->from == FS_DOUBT)
            assert_int_equal(r->to, FS_PROBING);
        if (r->from == FS_PROBING)
            assert_true(r->to != FS_PENDING && r->to != FS_CHECKING);
    }
}

static void names_go_there_and_back(void **state)
{
    (void)state;
    for (int i = 0; i < FLOW_KIND_COUNT; i++) {
        enum flow_kind k;
        assert_true(flow_kind_from(str_of(flow_kind_name((enum flow_kind)i)), &k));
        assert_int_equal(k, i);
    }
    for (int i = 0; i < FLOW_STATE_COUNT; i++) {
        enum flow_state s;
        assert_true(flow_state_from(str_of(flow_state_name((enum flow_state)i)), &s));
        assert_int_equal(s, i);
        assert_int_equal(flow_state_is_final((enum flow_state)i), i == FS_DONE || i == FS_MOOT);
    }
    assert_string_equal(flow_event_name(EV_CLAIMED), "CLAIMED");
    assert_string_equal(flow_event_name(EV_RETRY_ASKED), "RETRY_ASKED");
}

static void other_names_are_refused(void **state)
{
    enum flow_kind k;
    enum flow_state s;
    (void)state;
    assert_false(flow_kind_from(STR("delete"), &k));
    assert_false(flow_kind_from(STR_NONE, &k));
    assert_false(flow_state_from(STR("Done"), &s));
}

static const struct flow_times GOOD = {.call_timeout_ms = 20000,
                                       .lease_ms = 60000,
                                       .safety_ms = 5000,
                                       .lateness_ms = 65000,
                                       .index_lag_ms = 120000,
                                       .grace_ms = 250000,
                                       .probe_ms = 5000,
                                       .backoff_base_ms = 2000,
                                       .backoff_cap_ms = 300000};

static void the_two_inequalities_are_checked_and_named(void **state)
{
    struct flow_times t = GOOD;
    const char *broken;
    (void)state;

    assert_true(flow_times_ok(&t, &broken));
    assert_null(broken);

    t.lease_ms = t.call_timeout_ms + t.safety_ms + FLOW_MARGIN_MS - 1; /* less, by too little */
    assert_false(flow_times_ok(&t, &broken));
    assert_non_null(strstr(broken, "lease"));
    t.lease_ms++;
    assert_true(flow_times_ok(&t, &broken));

    t = GOOD; /* given up at the end of its lease, done late, shown late: all before grace ends */
    t.grace_ms = t.lease_ms + t.lateness_ms + t.index_lag_ms + FLOW_MARGIN_MS - 1;
    assert_false(flow_times_ok(&t, &broken));
    assert_non_null(strstr(broken, "grace"));
    t.grace_ms++;
    assert_true(flow_times_ok(&t, &broken));
    assert_true(flow_times_ok(&POLICY_DEFAULT.times, &broken)); /* what we ship keeps both */
}

UNIT_MAIN(cmocka_unit_test(every_pair_of_state_and_event_is_as_written),
          cmocka_unit_test(the_table_keeps_the_three_promises),
          cmocka_unit_test(names_go_there_and_back), cmocka_unit_test(other_names_are_refused),
          cmocka_unit_test(the_two_inequalities_are_checked_and_named))
