/* onward.h: two decisions in a row that are one, and what a claim makes of what is known. */
#include "domain/onward.h"

#include "deciding.h"

static struct decision onward(const struct dossier *d, bool *ret_rests)
{
    struct decision r;

    decide_onward(d, &POLICY_DEFAULT, &r, ret_rests);
    if (r.move)
        assert_true(phase_move_allowed(d->phase, r.to));
    return r;
}

/* Closed by a person without proof, claimed, and read once, a moment ago. */
static struct dossier closed_and_read(const struct item *item)
{
    struct dossier d = claimed_of(item);

    d.phase = PHASE_CLAIMED;
    d.ticket.role = STATUS_DONE;
    d.ticket.category = CATEGORY_DONE;
    d.reads_since_claim = 1;
    d.last_read_ms = NOW;
    return d;
}

static void what_is_not_proven_goes_back_by_the_decision_that_the_reads_arrived(void **state)
{
    struct observation still = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &still, 1);
    struct dossier d = closed_and_read(&item);
    bool rests;
    (void)state;

    struct decision r = onward(&d, &rests);
    MOVES(r, PHASE_VERIFYING, "ReadsArrived");
    assert_true(rests);
    assert_true(orders(&r, FLOW_REOPEN));
    assert_int_equal(says(&r), NOTICE_REOPENED);
    assert_true(r.look_again_ms > NOW);

    struct dossier then = d; /* the same as two would have said */
    then.phase = PHASE_VERIFYING;
    struct decision second = decided(&then);
    assert_int_equal(r.flow_count, second.flow_count);
    assert_true(r.notice_key == second.notice_key);
    assert_int_equal(r.refused, second.refused);
    assert_int_equal(r.look_again_ms, second.look_again_ms);
}

static void what_is_proven_is_a_decision_of_its_own(void **state)
{
    struct observation obs[2] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, 2);
    struct dossier d = closed_and_read(&item);
    bool rests;
    (void)state;

    struct decision r = onward(&d, &rests);
    MOVES(r, PHASE_VERIFYING, "ReadsArrived");
    assert_false(rests);
    assert_false(orders(&r, FLOW_REOPEN));
}

static void what_is_to_be_read_again_at_once_too(void **state)
{
    struct observation still = seen(OUTCOME_PRESENT, HOUR);
    struct item item = item_of(DESIRED_ABSENT, &still, 1);
    struct dossier d = closed_and_read(&item);
    bool rests;
    (void)state;

    d.last_read_ms = NOW - HOUR;
    struct decision r = onward(&d, &rests);
    MOVES(r, PHASE_VERIFYING, "ReadsArrived");
    assert_false(rests);
}

static void every_other_decision_is_as_it_was(void **state)
{
    struct observation still = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &still, 1);
    struct dossier d = closed_and_read(&item);
    bool rests;
    (void)state;

    d.phase = PHASE_VERIFYING;
    struct decision r = onward(&d, &rests);
    assert_false(r.move);
    assert_true(rests);
    d.phase = PHASE_FULFILLING;
    d.claim_cycle = STR("other");
    r = onward(&d, &rests);
    MOVES(r, PHASE_CLAIMED, "ClosedBeforeProof");
    assert_false(rests);
}

static void a_claim_forgets_what_was_read_before_it(void **state)
{
    struct observation still = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &still, 1);
    struct dossier d = closed_and_read(&item);
    (void)state;

    d.phase = PHASE_FULFILLING;
    d.claim_cycle = STR("other");
    int64_t version = d.version;
    int32_t generation = d.generation;
    onward_claimed(&d, NOW + 1);
    assert_int_equal(d.phase, PHASE_CLAIMED);
    assert_int_equal(d.claimed_ms, NOW + 1);
    assert_int_equal(d.version, version + 1);
    assert_int_equal(d.generation, generation + 1);
    assert_true(str_eq(d.claim_cycle, d.ticket.cycle));
    assert_int_equal(d.reads_since_claim, 0);
    assert_int_equal(d.last_read_ms, 0);
}

UNIT_MAIN(cmocka_unit_test(what_is_not_proven_goes_back_by_the_decision_that_the_reads_arrived),
          cmocka_unit_test(what_is_proven_is_a_decision_of_its_own),
          cmocka_unit_test(what_is_to_be_read_again_at_once_too),
          cmocka_unit_test(every_other_decision_is_as_it_was),
          cmocka_unit_test(a_claim_forgets_what_was_read_before_it))
