#include "deciding.h"

/* Every close gets one word, in whichever mode. */
static enum refusal judged(enum desired desired, struct observation o)
{
    struct item item = item_of(desired, &o, 1);
    struct dossier d = claimed_of(&item);
    d.ticket.role = STATUS_DONE;
    return refusal_judge(&d);
}

static void a_claim_is_refused_for_what_the_reads_say(void **state)
{
    (void)state;
    assert_int_equal(judged(DESIRED_ABSENT, seen(OUTCOME_PRESENT, 0)), REFUSAL_STILL_PRESENT);
    assert_int_equal(judged(DESIRED_PRESENT, seen(OUTCOME_ABSENT, 0)), REFUSAL_MISSING);
    assert_int_equal(judged(DESIRED_ABSENT, seen(OUTCOME_UNKNOWN, 0)), REFUSAL_UNREADABLE);
    assert_int_equal(judged(DESIRED_ABSENT, seen(OUTCOME_ABSENT, 12 * MINUTE)), REFUSAL_STALE);
    /* it only needs time: another confirmation, another read */
    assert_int_equal(judged(DESIRED_ABSENT, seen(OUTCOME_ABSENT, 0)), REFUSAL_NONE);
    assert_int_equal(judged(DESIRED_PRESENT, seen(OUTCOME_PRESENT, 0)), REFUSAL_NONE);
    struct dossier d = claimed_of(&NOTHING_READ);
    assert_int_equal(refusal_judge(&d), REFUSAL_NONE);
    d.phase = PHASE_CLAIMED;
    assert_int_equal(refusal_judge(&d), REFUSAL_NONE);
    d.phase = PHASE_COUNT;
    assert_int_equal(refusal_judge(&d), REFUSAL_NONE);
}

static void a_close_outside_of_the_work_is_refused_too(void **state)
{
    static const enum phase ENDS[] = {PHASE_DENIED, PHASE_CANCELLED, PHASE_EXPIRED};
    struct dossier d = dossier_of(&NOTHING_READ);
    (void)state;

    d.phase = PHASE_PENDING_APPROVAL;
    assert_int_equal(refusal_judge(&d), REFUSAL_NONE);
    d.ticket.role = STATUS_DONE;
    assert_int_equal(refusal_judge(&d), REFUSAL_NOT_APPROVED);
    d.held = true;
    assert_int_equal(refusal_judge(&d), REFUSAL_UNCLEAR);
    d.ticket.moved_by_us = true;
    assert_int_equal(refusal_judge(&d), REFUSAL_NONE);
    for (size_t i = 0; i < sizeof ENDS / sizeof ENDS[0]; i++) {
        d.phase = ENDS[i];
        assert_int_equal(refusal_judge(&d), REFUSAL_OVER);
    }
    d.ticket.presence = TICKET_GONE;
    assert_int_equal(refusal_judge(&d), REFUSAL_NONE);
}

static void names_go_both_ways(void **state)
{
    enum refusal r;
    (void)state;

    for (int i = 0; i < REFUSAL_COUNT; i++) {
        assert_true(refusal_from(str_of(refusal_name((enum refusal)i)), &r));
        assert_int_equal(r, i);
        assert_true(i == REFUSAL_NONE || strlen(refusal_words((enum refusal)i)) > 20);
    }
    assert_false(refusal_from(STR("Unheard"), &r));
    assert_true(refusal_is_unknown(REFUSAL_STALE) && refusal_is_unknown(REFUSAL_UNREADABLE));
    assert_false(refusal_is_unknown(REFUSAL_MISSING));
}

/* --- what decide() makes of it --- */

static const enum gate_mode MODES[] = {GATE_OBSERVE, GATE_WARN, GATE_ENFORCE};

static void it_is_recorded_once_in_every_mode_and_what_weighs_more_again(void **state)
{
    struct observation o = seen(OUTCOME_UNKNOWN, 0);
    struct item item = item_of(DESIRED_ABSENT, &o, 1);
    (void)state;

    for (size_t i = 0; i < sizeof MODES / sizeof MODES[0]; i++) {
        struct dossier d = claimed_of(&item);
        d.mode = MODES[i];
        d.ticket.role = STATUS_DONE;
        o = seen(OUTCOME_UNKNOWN, 0);
        struct decision r = decided(&d);
        assert_int_equal(r.refused, REFUSAL_UNREADABLE);
        assert_int_equal(r.breach, MODES[i] == GATE_WARN); /* enforced: at the claim */
        d.refused = REFUSAL_UNREADABLE;
        assert_int_equal(decided(&d).refused, REFUSAL_NONE);
        o = seen(OUTCOME_PRESENT, 0); /* the source came back, and tells */
        r = decided(&d);
        assert_int_equal(r.refused, REFUSAL_STILL_PRESENT);
        assert_false(r.breach); /* one close is one breach */
        d.refused = REFUSAL_STILL_PRESENT;
        o = seen(OUTCOME_UNKNOWN, 0);
        assert_int_equal(decided(&d).refused, REFUSAL_NONE);
    }
}

static void what_is_in_verifying_is_refused_and_nothing_is_broken(void **state)
{
    struct observation o = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &o, 1);
    struct dossier d = claimed_of(&item);
    (void)state;

    d.mode = GATE_WARN;
    struct decision r = decided(&d);
    assert_int_equal(r.refused, REFUSAL_STILL_PRESENT);
    assert_false(r.breach);
    d.phase = PHASE_RECEIVED; /* Done, and no approval is needed: it goes on, and is claimed */
    d.ticket.role = STATUS_DONE;
    assert_int_equal(decided(&d).refused, REFUSAL_NONE);
    d.approval_needed = true;
    d.phase = PHASE_PENDING_APPROVAL;
    r = decided(&d);
    assert_int_equal(r.refused, REFUSAL_NOT_APPROVED);
    assert_true(r.breach && !orders(&r, FLOW_REOPEN));
}

/* --- what each mode does to the ticket --- */

static void only_enforcing_holds_and_closes(void **state)
{
    struct observation obs[2] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, 2 * MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, 2);
    struct dossier d = claimed_of(&item);
    (void)state;

    for (size_t i = 0; i < sizeof MODES / sizeof MODES[0]; i++) {
        d.mode = MODES[i];
        d.phase = PHASE_VERIFIED;
        d.ticket.role = STATUS_VERIFY; /* out of there only we lead */
        assert_true(gate_closes(&d));
        struct decision r = decided(&d);
        assert_true(orders(&r, FLOW_CLOSE));
        d.ticket.role = STATUS_OPEN;
        assert_int_equal(gate_closes(&d), MODES[i] == GATE_ENFORCE);
        assert_int_equal(gate_holds(&d), MODES[i] == GATE_ENFORCE);
        d.ticket.role = STATUS_DONE; /* closed by people, and proven: over in every mode */
        MOVES(decided(&d), PHASE_CLOSED, "AllItemsVerified");
    }
}

/* A ticket closed without proof stays open here, is read on, and closes when the proof comes. */
static void without_proof_it_is_read_on_and_never_closed(void **state)
{
    struct observation o = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &o, 1);
    (void)state;

    for (size_t i = 0; i < 2; i++) {
        struct dossier d = claimed_of(&item);
        d.mode = MODES[i];
        d.ticket.role = STATUS_DONE;
        struct decision r = decided(&d);
        assert_false(r.move || orders(&r, FLOW_REOPEN) || orders(&r, FLOW_RETURN));
        assert_true(r.next_read_ms > NOW && r.next_read_ms <= NOW + HOUR);
        d.phase = PHASE_FULFILLING; /* sent back in an earlier mode; whoever led it there */
        d.answered_cycle = d.ticket.cycle;
        d.ticket.moved_by_us = i == 0;
        MOVES(decided(&d), PHASE_CLAIMED, "ClosedBeforeProof");
        d.ticket.moved_by_us = false;
        d.ticket.role = STATUS_VERIFY;
        MOVES(decided(&d), PHASE_CLAIMED, "ClaimedDone");
        d.flow_open[FLOW_RETURN] = true; /* it is on its way, and ends without a move */
        assert_false(decided(&d).move);
    }
}

static void observing_says_one_thing_and_corrects_what_was_said(void **state)
{
    struct observation o = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &o, 1);
    struct dossier d = claimed_of(&item);
    (void)state;

    d.mode = GATE_OBSERVE;
    d.phase = PHASE_FULFILLING;
    d.ticket.role = STATUS_OPEN;
    struct decision r = decided(&d);
    assert_int_equal(says(&r), NOTICE_OBSERVING);
    assert_false(orders(&r, FLOW_COMMENT));
    have_said(&d, NOTICE_OBSERVING);
    d.notice_shown = NOTICE_OBSERVING;
    d.generation = 7; /* the same at every claim */
    assert_int_equal(decided(&d).flow_count, 0);

    d.notice_shown_key = 1; /* an earlier mode said what was missing, and in a comment */
    d.notice_shown = NOTICE_NOT_YET;
    d.phase = PHASE_VERIFYING;
    d.ticket.role = STATUS_DONE;
    r = decided(&d);
    assert_int_equal(says(&r), NOTICE_OBSERVING);
    assert_true(orders(&r, FLOW_COMMENT));
    d.notice_shown = NOTICE_NONE; /* nothing was said: a closed ticket is left alone */
    assert_int_equal(decided(&d).flow_count, 0);
}

UNIT_MAIN(cmocka_unit_test(a_claim_is_refused_for_what_the_reads_say),
          cmocka_unit_test(a_close_outside_of_the_work_is_refused_too),
          cmocka_unit_test(names_go_both_ways),
          cmocka_unit_test(it_is_recorded_once_in_every_mode_and_what_weighs_more_again),
          cmocka_unit_test(what_is_in_verifying_is_refused_and_nothing_is_broken),
          cmocka_unit_test(only_enforcing_holds_and_closes),
          cmocka_unit_test(without_proof_it_is_read_on_and_never_closed),
          cmocka_unit_test(observing_says_one_thing_and_corrects_what_was_said))
