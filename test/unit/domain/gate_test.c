#include "domain/gate.h"

#include "dossiers.h"
#include "unit.h"

/* --- may it close? --- */

static void a_proof_of_this_cycle_opens_the_gate(void **state)
{
    struct observation obs[2] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, 2);
    struct dossier d = claimed_of(&item);
    (void)state;

    struct gate_verdict g = gate_judge(&d);
    assert_int_equal(g.answer, GATE_YES);
    assert_string_equal(g.reason, "AllItemsVerified");
    assert_int_equal(g.verified, 1);
    assert_int_equal(g.missing, 0);
    assert_int_equal(g.first_missing, 1);
}

static void our_own_moves_do_not_end_the_cycle_but_a_persons_do(void **state)
{
    struct observation obs[2] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, 2);
    struct dossier d = claimed_of(&item);
    (void)state;

    d.ticket.cycle = STR("101");
    d.ticket.moved_by_us = true;
    assert_int_equal(gate_judge(&d).answer, GATE_YES);
    d.ticket.moved_by_us = false;
    assert_int_equal(gate_judge(&d).answer, GATE_NO);
    assert_string_equal(gate_judge(&d).reason, "WrongCycle");
}

static void nothing_to_prove_or_no_claim_is_no(void **state)
{
    struct observation obs[2] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, 2);
    struct dossier d = claimed_of(&item);
    (void)state;

    d.item_count = 0;
    assert_int_equal(gate_judge(&d).answer, GATE_NO);
    assert_string_equal(gate_judge(&d).reason, "NoItems");

    d = claimed_of(&item);
    d.claim_cycle = STR_NONE;
    assert_string_equal(gate_judge(&d).reason, "NotClaimed");
    assert_int_equal(gate_judge(&d).answer, GATE_NO);
}

static void before_any_claim_reads_count_from_the_approval_or_the_request(void **state)
{
    struct observation o = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_PRESENT, &o, 1);
    struct dossier d = claimed_of(&item);
    (void)state;

    d.claimed_ms = 0;
    o.as_of_ms = d.approved_ms - 1;
    assert_int_equal(gate_judge(&d).answer, GATE_NO);
    assert_true(gate_judge(&d).stale_copy);
    o.as_of_ms = d.approved_ms;
    assert_int_equal(gate_judge(&d).missing, 0);

    d.approved_ms = 0;
    o.as_of_ms = d.requested_ms - 1;
    assert_int_equal(gate_judge(&d).missing, 1);
    o.as_of_ms = d.requested_ms;
    assert_int_equal(gate_judge(&d).missing, 0);
}

static void an_exception_covers_what_is_not_proven(void **state)
{
    struct observation obs[2] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, MINUTE)};
    struct item items[2] = {item_of(DESIRED_ABSENT, obs, 2), item_of(DESIRED_ABSENT, NULL, 0)};
    struct dossier d = claimed_of(items);
    (void)state;

    d.item_count = 2;
    assert_int_equal(gate_judge(&d).answer, GATE_NO);
    assert_int_equal(gate_judge(&d).first_missing, 1);
    items[1].excepted = true;
    struct gate_verdict g = gate_judge(&d);
    assert_int_equal(g.answer, GATE_YES_BY_EXCEPTION);
    assert_string_equal(g.reason, "CoveredByException");
    assert_int_equal(g.verified, 1);
    assert_int_equal(g.excepted, 1);
}

static void the_worst_item_is_told_first(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0), once = seen(OUTCOME_ABSENT, 0);
    struct observation down = seen(OUTCOME_UNKNOWN, 0), old = seen(OUTCOME_ABSENT, 12 * MINUTE);
    struct item items[4] = {item_of(DESIRED_ABSENT, &once, 1), item_of(DESIRED_ABSENT, &down, 1),
                            item_of(DESIRED_ABSENT, &there, 1), item_of(DESIRED_ABSENT, &old, 1)};
    struct dossier d = claimed_of(items);
    (void)state;

    d.item_count = 1;
    struct gate_verdict g = gate_judge(&d);
    assert_int_equal(g.worst, VERDICT_SETTLING);
    assert_int_equal(g.settling_ms, MINUTE);
    assert_false(g.read_failed || g.stale_copy || g.contradicted);

    d.item_count = 2;
    g = gate_judge(&d);
    assert_int_equal(g.worst, VERDICT_UNKNOWN);
    assert_int_equal(g.first_missing, 1);
    assert_true(g.read_failed);
    assert_false(g.stale_copy);

    d.item_count = 4;
    g = gate_judge(&d);
    assert_int_equal(g.answer, GATE_NO);
    assert_int_equal(g.worst, VERDICT_MISMATCH);
    assert_int_equal(g.first_missing, 2);
    assert_string_equal(g.reason, "StillPresent");
    assert_int_equal(g.missing, 4);
    assert_true(g.contradicted && g.stale_copy && g.read_failed);
}

static void settling_waits_for_the_quickest_source_but_a_second_at_least(void **state)
{
    struct observation once = seen(OUTCOME_ABSENT, 0);
    struct item items[2] = {item_of(DESIRED_ABSENT, &once, 1), item_of(DESIRED_ABSENT, &once, 1)};
    struct dossier d = claimed_of(items);
    (void)state;

    d.item_count = 2;
    items[0].rule.settle_ms = 30 * SECOND;
    items[1].rule.settle_ms = 10 * SECOND;
    assert_int_equal(gate_judge(&d).settling_ms, 10 * SECOND);
    items[0].rule.settle_ms = 0;
    assert_int_equal(gate_judge(&d).settling_ms, SECOND);
}

UNIT_MAIN(cmocka_unit_test(a_proof_of_this_cycle_opens_the_gate),
          cmocka_unit_test(our_own_moves_do_not_end_the_cycle_but_a_persons_do),
          cmocka_unit_test(nothing_to_prove_or_no_claim_is_no),
          cmocka_unit_test(before_any_claim_reads_count_from_the_approval_or_the_request),
          cmocka_unit_test(an_exception_covers_what_is_not_proven),
          cmocka_unit_test(the_worst_item_is_told_first),
          cmocka_unit_test(settling_waits_for_the_quickest_source_but_a_second_at_least))
