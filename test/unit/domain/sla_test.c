#include "domain/sla.h"

#include "unit.h"

enum { START = 1000000, GOAL = 800000 };

static void the_state_follows_the_share_of_the_goal_that_is_used(void **state)
{
    static const struct {
        int64_t stopped, goal, paused, now;
        enum sla_state want;
        const char *name;
        int64_t elapsed;
    } CASES[] = {
        {0, GOAL, 0, START, SLA_RUNNING, "running", 0},
        {0, GOAL, 0, START + 599999, SLA_RUNNING, "running", 599999},
        {0, GOAL, 0, START + 600000, SLA_AT_RISK, "at_risk", 600000}, /* 75 % */
        {0, GOAL, 0, START + GOAL, SLA_AT_RISK, "at_risk", GOAL},
        {0, GOAL, 0, START + GOAL + 1, SLA_BREACHED, "breached", GOAL + 1},
        {0, GOAL, 300000, START + GOAL + 1, SLA_RUNNING, "running", GOAL + 1 - 300000},
        {START + GOAL, GOAL, 0, START + 9 * GOAL, SLA_MET, "met", GOAL},
        {START + GOAL + 1, GOAL, 0, START + 9 * GOAL, SLA_MISSED, "missed", GOAL + 1},
        {0, 0, 0, START + 99 * GOAL, SLA_EXEMPT, "exempt", 99 * (int64_t)GOAL},
        /* the database's time may step back at a failover: time used is never negative */
        {0, GOAL, 0, START - 5000, SLA_RUNNING, "running", 0},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct sla_clock c = {START, CASES[i].stopped, CASES[i].goal, CASES[i].paused};
        assert_int_equal(sla_state(&c, CASES[i].now), CASES[i].want);
        assert_string_equal(sla_state_name(sla_state(&c, CASES[i].now)), CASES[i].name);
        assert_int_equal(sla_elapsed_ms(&c, CASES[i].now), CASES[i].elapsed);
    }
}

static void recorded_pauses_move_the_due_time(void **state)
{
    struct sla_clock c = {START, 0, GOAL, 50000};
    (void)state;
    assert_int_equal(sla_due_ms(&c), START + GOAL + 50000);
    c.goal_ms = 0;
    assert_int_equal(sla_due_ms(&c), 0);
}

static void escalations_fall_due_one_after_the_other(void **state)
{
    static const int32_t STEPS[] = {50, 80, 100};
    struct sla_clock c = {START, 0, GOAL, 0};
    int64_t next;
    (void)state;

    assert_int_equal(sla_escalations_due(&c, STEPS, 3, START + 399999, &next), 0);
    assert_int_equal(next, START + 400000);
    assert_int_equal(sla_escalations_due(&c, STEPS, 3, START + 400000, &next), 1);
    assert_int_equal(next, START + 640000);
    assert_int_equal(sla_escalations_due(&c, STEPS, 3, START + 700000, &next), 2);
    assert_int_equal(next, START + 800000);
    assert_int_equal(sla_escalations_due(&c, STEPS, 3, START + 2 * GOAL, &next), 3);
    assert_int_equal(next, 0);
}

static void a_stopped_or_exempt_clock_escalates_nothing(void **state)
{
    static const int32_t STEPS[] = {50};
    struct sla_clock stopped = {START, START + GOAL, GOAL, 0}, exempt = {START, 0, 0, 0};
    int64_t next = -1;
    (void)state;

    assert_int_equal(sla_escalations_due(&stopped, STEPS, 1, START + 9 * GOAL, &next), 0);
    assert_int_equal(next, 0);
    next = -1;
    assert_int_equal(sla_escalations_due(&exempt, STEPS, 1, START + 9 * GOAL, &next), 0);
    assert_int_equal(next, 0);
}

UNIT_MAIN(cmocka_unit_test(the_state_follows_the_share_of_the_goal_that_is_used),
          cmocka_unit_test(recorded_pauses_move_the_due_time),
          cmocka_unit_test(escalations_fall_due_one_after_the_other),
          cmocka_unit_test(a_stopped_or_exempt_clock_escalates_nothing))
