#include "domain/advice.h"

#include "unit.h"

static void one_step_at_a_time_and_only_on_what_was_seen(void **state)
{
    struct close_tally t = {.mode = GATE_OBSERVE, .closed = ADVICE_CLOSES_MIN - 1, .wait_p90_s = 9};
    (void)state;

    struct advice a = advice_on(&t);
    assert_true(a.next == GATE_OBSERVE && a.why == ADVICE_TOO_FEW);
    t.closed = 40;
    t.refused[REFUSAL_STILL_PRESENT] = 30; /* what is refused rightly speaks for refusing it */
    a = advice_on(&t);
    assert_true(a.next == GATE_WARN && a.why == ADVICE_READY);
    t.refused[REFUSAL_UNREADABLE] = 1;
    t.refused[REFUSAL_STALE] = 1;
    assert_int_equal(advice_on(&t).why, ADVICE_READY); /* one in twenty */
    t.refused[REFUSAL_STALE] = 2;
    a = advice_on(&t);
    assert_true(a.next == GATE_OBSERVE && a.why == ADVICE_CANNOT_TELL);
    assert_int_equal(tally_unknown(&t), 3);
    assert_int_equal(tally_refused(&t), 33);

    t.refused[REFUSAL_STALE] = 0;
    t.mode = GATE_WARN;
    t.waited = 9;
    t.wait_p90_s = ADVICE_WAIT_S + 1;
    a = advice_on(&t);
    assert_true(a.next == GATE_WARN && a.why == ADVICE_WAITS_LONG);
    t.wait_p90_s = ADVICE_WAIT_S;
    a = advice_on(&t);
    assert_true(a.next == GATE_ENFORCE && a.why == ADVICE_READY);
    t.mode = GATE_ENFORCE;
    a = advice_on(&t);
    assert_true(a.next == GATE_ENFORCE && a.why == ADVICE_ENFORCED);
}

static void what_is_still_checked_says_nothing(void **state)
{
    struct close_tally t = {.mode = GATE_OBSERVE, .closed = 12, .checking = 12};
    (void)state;

    struct advice a = advice_on(&t);
    assert_true(a.next == GATE_OBSERVE && a.why == ADVICE_CHECKING);
    t.closed = 40;
    t.checking = 2;
    assert_int_equal(advice_on(&t).why, ADVICE_READY); /* one in twenty */
    t.refused[REFUSAL_UNREADABLE] = 1;
    assert_int_equal(advice_on(&t).why, ADVICE_CHECKING);
}

/* Opened again or ended before anything was found: they say nothing, nor are they waited for. */
static void what_nobody_checks_any_more_is_not_counted(void **state)
{
    struct close_tally t = {.mode = GATE_OBSERVE, .closed = 12, .unchecked = 3};
    (void)state;

    assert_int_equal(tally_judged(&t), 9);
    assert_int_equal(advice_on(&t).why, ADVICE_TOO_FEW);
    t.unchecked = 2;
    assert_int_equal(advice_on(&t).why, ADVICE_READY);
}

static void nothing_is_enforced_before_something_was_proven(void **state)
{
    struct close_tally t = {
        .mode = GATE_WARN, .closed = 40, .refused[REFUSAL_STILL_PRESENT] = 40, .unproven = 40};
    (void)state;

    struct advice a = advice_on(&t);
    assert_true(a.next == GATE_WARN && a.why == ADVICE_NONE_PROVEN);
    t.waited = 1;
    assert_int_equal(advice_on(&t).next, GATE_ENFORCE);
    t.waited = 0;
    t.as_asked = 1;
    assert_int_equal(advice_on(&t).next, GATE_ENFORCE);
}

static void every_reason_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < ADVICE_WHY_COUNT; i++)
        assert_true(advice_why_name((enum advice_why)i)[0] >= 'A');
}

UNIT_MAIN(cmocka_unit_test(one_step_at_a_time_and_only_on_what_was_seen),
          cmocka_unit_test(what_is_still_checked_says_nothing),
          cmocka_unit_test(what_nobody_checks_any_more_is_not_counted),
          cmocka_unit_test(nothing_is_enforced_before_something_was_proven),
          cmocka_unit_test(every_reason_has_a_name))
