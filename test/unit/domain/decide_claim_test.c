/* decide(): from the claim to the close, the gate, and the words. */
#include "deciding.h"
#include "domain/decide.h"

/* --- verifying --- */

static void the_first_read_is_due_at_once_and_moves_on(void **state)
{
    struct observation o = seen(OUTCOME_ABSENT, 0);
    struct item one = item_of(DESIRED_ABSENT, &o, 1);
    struct dossier d = claimed_of(&NOTHING_READ);
    (void)state;

    d.phase = PHASE_CLAIMED;
    struct decision r = decided(&d);
    assert_false(r.move);
    assert_true(r.read_sources);
    assert_int_equal(says(&r), NOTICE_CHECKING);

    d = claimed_of(&one);
    d.phase = PHASE_CLAIMED;
    MOVES(decided(&d), PHASE_VERIFYING, "ReadsArrived");
}

static void proof_or_exception_ends_the_waiting(void **state)
{
    struct observation obs[2] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, 2);
    struct dossier d = claimed_of(&item);
    (void)state;

    MOVES(decided(&d), PHASE_VERIFIED, "AllItemsVerified");
    item.excepted = true; /* a proof is worth more */
    MOVES(decided(&d), PHASE_VERIFIED, "AllItemsVerified");
    item.obs_count = 1;
    MOVES(decided(&d), PHASE_EXCEPTION, "CoveredByException");
}

/* A read `age` old after `reads` since the claim: when is the next? */
static int64_t next_after(const struct item *item, int32_t reads, int64_t age)
{
    struct dossier d = claimed_of(item);
    d.reads_since_claim = reads;
    d.last_read_ms = NOW - age;
    have_said(&d, NOTICE_CANNOT_READ);
    struct decision r = decided(&d);
    return r.read_sources ? 0 : r.look_again_ms - d.last_read_ms;
}

static void reads_back_off_from_seconds_to_an_hour(void **state)
{
    struct observation down = seen(OUTCOME_UNKNOWN, 0);
    struct item item = item_of(DESIRED_ABSENT, &down, 1);
    (void)state;

    static const struct {
        int32_t reads;
        int64_t wait; /* at the most; spread over an eighth of it */
    } WAITS[] = {{1, 15 * SECOND}, {2, MINUTE}, {3, 5 * MINUTE},
                 {4, 15 * MINUTE}, {5, HOUR},   {500, HOUR}};

    for (size_t i = 0; i < COUNT(WAITS); i++)
        assert_in_range(next_after(&item, WAITS[i].reads, 0), WAITS[i].wait - WAITS[i].wait / 8,
                        WAITS[i].wait);
    assert_int_equal(next_after(&item, 1, 15 * SECOND), 0); /* due: read now */
}

static void a_settling_item_is_read_when_it_may_have_settled(void **state)
{
    struct observation once = seen(OUTCOME_ABSENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &once, 1);
    struct policy often = POLICY_DEFAULT;
    struct dossier d = claimed_of(&item);
    struct decision r;
    (void)state;

    assert_int_equal(next_after(&item, 5, 0), MINUTE);
    often.recheck_ms = 30 * SECOND; /* and never later than the recheck time */
    d.reads_since_claim = 5;
    decide(&d, &often, &r);
    assert_in_range(r.look_again_ms - d.last_read_ms, 26 * SECOND, 30 * SECOND);
}

static void a_mismatch_is_said_at_once_and_goes_back_after_a_while(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    struct dossier d = claimed_of(&item);
    (void)state;

    struct decision r = decided(&d);
    assert_false(r.move);
    assert_int_equal(says(&r), NOTICE_NOT_YET);
    assert_true(orders(&r, FLOW_COMMENT));
    assert_false(orders(&r, FLOW_RETURN));

    d.claimed_ms = NOW - POLICY_DEFAULT.return_after_ms;
    r = decided(&d);
    MOVES(r, PHASE_FULFILLING, "StillPresent");
    assert_true(r.answered);
    assert_true(orders(&r, FLOW_RETURN));

    refuse(&d, FLOW_RETURN); /* no road back: keep checking, tell somebody, try again later */
    r = decided(&d);
    assert_false(r.move);
    assert_true(escalates(&r, "CannotReturn"));
    d.ticket.cycle = d.claim_cycle = STR("104"); /* another claim: the refusal was not about it */
    MOVES(decided(&d), PHASE_FULFILLING, "StillPresent");
    d.flow_open[FLOW_RETURN] = d.flow_parked[FLOW_RETURN] = false;
    d.mode = GATE_WARN;
    assert_false(decided(&d).move);
}

/* Proven, and then read otherwise: to be done again, and the ticket says that it had been. */
static void what_came_back_is_no_proof_and_is_told(void **state)
{
    struct observation obs[] = {seen(OUTCOME_PRESENT, 0), seen(OUTCOME_ABSENT, 2 * MINUTE),
                                seen(OUTCOME_ABSENT, 4 * MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, COUNT(obs));
    struct dossier d = claimed_of(&item);
    (void)state;

    d.phase = PHASE_VERIFIED;
    MOVES(decided(&d), PHASE_VERIFYING, "StillPresent");
    d.phase = PHASE_VERIFYING;
    struct decision r = decided(&d);
    assert_int_equal(says(&r), NOTICE_CAME_BACK);
    item.obs_count = 2; /* seen gone once: nobody had believed that yet */
    r = decided(&d);
    assert_int_equal(says(&r), NOTICE_NOT_YET);
    item.proven_ms = NOW - HOUR; /* but an earlier claim had been proven, and closed */
    r = decided(&d);
    assert_int_equal(says(&r), NOTICE_CAME_BACK);
    assert_false(gate_came_back(&(struct dossier){0}, &(struct gate_verdict){0}));
}

static void unknown_never_goes_back_and_says_why(void **state)
{
    struct observation o = seen(OUTCOME_UNKNOWN, 0);
    struct item item = item_of(DESIRED_ABSENT, &o, 1);
    struct dossier d = claimed_of(&item);
    (void)state;

    d.claimed_ms = NOW - HOUR;
    struct decision r = decided(&d);
    assert_false(r.move);
    assert_int_equal(says(&r), NOTICE_CANNOT_READ);
    o = seen(OUTCOME_ABSENT, 2 * HOUR);
    r = decided(&d);
    assert_int_equal(says(&r), NOTICE_STALE);
    o = seen(OUTCOME_ABSENT, 0);
    r = decided(&d);
    assert_int_equal(says(&r), NOTICE_CHECKING);
}

static void a_claim_taken_back_or_made_again_starts_over(void **state)
{
    static const enum phase PHASES_OF_A_CLAIM[] = {PHASE_CLAIMED, PHASE_VERIFYING, PHASE_VERIFIED,
                                                   PHASE_EXCEPTION};
    struct observation obs[2] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, 2);
    (void)state;

    for (size_t i = 0; i < COUNT(PHASES_OF_A_CLAIM); i++) {
        struct dossier d = claimed_of(&item);
        d.phase = PHASES_OF_A_CLAIM[i];
        d.ticket.cycle = STR("101");
        d.ticket.role = STATUS_OPEN;
        MOVES(decided(&d), PHASE_FULFILLING, "ClaimTakenBack");
        d.ticket.cycle = STR("102");
        d.ticket.role = STATUS_VERIFY;
        if (phase_move_allowed(d.phase, PHASE_CLAIMED)) {
            struct decision r = decided(&d);
            MOVES(r, PHASE_CLAIMED, "ClaimedDone");
            assert_true(r.new_claim);
        }
    }
}

/* --- proven --- */

static void what_is_proven_is_closed_by_us(void **state)
{
    struct observation obs[2] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, 2);
    struct dossier d = claimed_of(&item);
    (void)state;

    d.phase = PHASE_VERIFIED;
    struct decision r = decided(&d);
    assert_false(r.move);
    assert_true(orders(&r, FLOW_CLOSE));
    assert_int_equal(says(&r), NOTICE_VERIFIED);

    d.flow_open[FLOW_CLOSE] = true;
    r = decided(&d);
    assert_false(orders(&r, FLOW_CLOSE));
    assert_int_equal(r.escalation_count, 0);
    refuse(&d, FLOW_CLOSE);
    r = decided(&d);
    assert_true(escalates(&r, "CannotClose"));
    assert_false(orders(&r, FLOW_CLOSE));
    d.flow_cycle[FLOW_CLOSE] = STR("90"); /* that was the close of an earlier claim */
    r = decided(&d);
    assert_true(orders(&r, FLOW_CLOSE));

    d.flow_open[FLOW_CLOSE] = d.flow_parked[FLOW_CLOSE] = false;
    d.mode = GATE_WARN; /* out of Verifying only we lead; elsewhere people close by themselves */
    r = decided(&d);
    assert_true(orders(&r, FLOW_CLOSE));
    d.ticket.role = STATUS_OPEN;
    d.ticket.moved_by_us = true;
    r = decided(&d);
    assert_false(orders(&r, FLOW_CLOSE));
}

static void done_on_proof_is_closed(void **state)
{
    struct observation obs[2] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, 2);
    struct dossier d = claimed_of(&item);
    (void)state;

    d.phase = PHASE_VERIFIED;
    d.ticket.role = STATUS_DONE;
    MOVES(decided(&d), PHASE_CLOSED, "AllItemsVerified"); /* the claim itself was Done */
    d.ticket.cycle = STR("101");
    d.ticket.moved_by_us = true;
    MOVES(decided(&d), PHASE_CLOSED, "AllItemsVerified");

    item.excepted = true;
    d.phase = PHASE_EXCEPTION;
    MOVES(decided(&d), PHASE_CLOSED, "AllItemsVerified"); /* proven just in time */
    item.obs_count = 0;
    MOVES(decided(&d), PHASE_CLOSED, "CoveredByException");
    d.ticket.role = STATUS_VERIFY;
    struct decision r = decided(&d);
    assert_int_equal(says(&r), NOTICE_EXCEPTION);
    assert_true(orders(&r, FLOW_CLOSE));
}

static void a_proof_that_no_longer_holds_is_checked_again(void **state)
{
    struct observation obs[2] = {seen(OUTCOME_PRESENT, 0), seen(OUTCOME_ABSENT, MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, 2);
    struct dossier d = claimed_of(&item);
    (void)state;

    d.phase = PHASE_VERIFIED;
    MOVES(decided(&d), PHASE_VERIFYING, "StillPresent");
    d.phase = PHASE_EXCEPTION; /* the exception ended before the close */
    MOVES(decided(&d), PHASE_VERIFYING, "StillPresent");
}

static void a_closed_ticket_that_is_reopened_starts_a_new_cycle(void **state)
{
    struct dossier d = claimed_of(&NOTHING_READ);
    (void)state;

    d.phase = PHASE_CLOSED;
    d.ticket.role = STATUS_DONE;
    assert_false(decided(&d).move);
    d.ticket.role = STATUS_OPEN;
    d.ticket.cycle = STR("110");
    MOVES(decided(&d), PHASE_FULFILLING, "Reopened");
    d.ticket.role = STATUS_VERIFY; /* by a step of ours that came late, after the reopening */
    d.ticket.moved_by_us = true;
    MOVES(decided(&d), PHASE_FULFILLING, "Reopened");
    d.ticket.moved_by_us = false;
    d.ticket.role = STATUS_VERIFY; /* reopened and claimed again before we looked */
    d.ticket.cycle = STR("111");
    struct decision r = decided(&d);
    MOVES(r, PHASE_CLAIMED, "ClaimedDone");
    assert_true(r.new_claim);
}

/* --- the gate --- */

static void done_without_proof_is_reopened_three_times_an_hour_then_held(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    struct dossier d = claimed_of(&item);
    (void)state;

    d.ticket.role = STATUS_DONE;
    have_said(&d, NOTICE_NOT_YET);
    struct decision r = decided(&d);
    assert_true(orders(&r, FLOW_REOPEN));
    assert_int_equal(says(&r), NOTICE_REOPENED); /* and why */
    assert_int_equal(r.escalation_count, 0);

    d.flow_open[FLOW_REOPEN] = true; /* on its way */
    r = decided(&d);
    assert_false(orders(&r, FLOW_REOPEN));
    assert_int_equal(says(&r), NOTICE_REOPENED);
    d.flow_parked[FLOW_REOPEN] = true; /* of an earlier close: a new one replaces it */
    r = decided(&d);
    assert_true(orders(&r, FLOW_REOPEN));

    d.flow_open[FLOW_REOPEN] = d.flow_parked[FLOW_REOPEN] = false;
    d.reopens_last_hour = 3;
    r = decided(&d);
    assert_false(orders(&r, FLOW_REOPEN));
    assert_true(escalates(&r, "ReopenedTooOften"));
    assert_true(r.look_again_ms > NOW);
}

/* A refused reopening: tried again after 5, 10, 20 minutes, then hourly; never silent. */
static void what_jira_refused_is_told_and_tried_again_ever_more_seldom(void **state)
{
    static const int64_t WAITS[] = {5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 40 * MINUTE, HOUR, HOUR};
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    struct dossier d = claimed_of(&item);
    (void)state;

    d.ticket.role = STATUS_DONE;
    for (size_t i = 0; i < COUNT(WAITS); i++) {
        refuse(&d, FLOW_REOPEN);
        d.flow_attempts[FLOW_REOPEN] = (int32_t)i + 1;
        d.flow_refused_ms[FLOW_REOPEN] = NOW - WAITS[i] + 1;
        struct decision r = decided(&d);
        assert_true(escalates(&r, "CannotReopen"));
        assert_int_equal(says(&r), NOTICE_CANNOT_REOPEN);
        assert_false(r.retry[FLOW_REOPEN] || orders(&r, FLOW_REOPEN));
        assert_int_equal(r.look_again_ms, NOW + 1);
        d.flow_refused_ms[FLOW_REOPEN] = NOW - WAITS[i];
        r = decided(&d);
        assert_true(r.retry[FLOW_REOPEN]);
    }
}

static void an_unreadable_source_is_told_once_a_run(void **state)
{
    struct observation obs[2] = {seen(OUTCOME_UNKNOWN, 0), seen(OUTCOME_PRESENT, MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, 2);
    struct dossier d = claimed_of(&item);
    (void)state;

    struct decision r = decided(&d);
    assert_int_equal(says(&r), NOTICE_CANNOT_READ); /* "IAM on-call was told": so it is */
    assert_true(escalates(&r, "SourceUnreadable"));
    int64_t run = r.escalations[0].since_ms;
    assert_int_equal(run, NOW - MINUTE);
    obs[0].observed_ms = NOW + MINUTE; /* failed again: the same run */
    r = decided(&d);
    assert_int_equal(r.escalations[0].since_ms, run);
    obs[0] = seen(OUTCOME_PRESENT, 0);
    r = decided(&d);
    assert_int_equal(r.escalation_count, 0);
}

static void the_words_know_when_the_next_read_is(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    struct dossier d = claimed_of(&item);
    (void)state;

    int64_t next = decided(&d).next_read_ms;
    assert_in_range(next, NOW + 13 * SECOND, NOW + 15 * SECOND);
    assert_int_equal(decided(&d).next_read_ms, next); /* and it stays that, looked at again */
    d.last_read_ms = NOW - HOUR;                      /* due now */
    struct decision due = decided(&d);
    assert_true(due.read_sources && due.next_read_ms <= NOW);
}

static void done_by_us_stays_while_its_proof_is_refreshed(void **state)
{
    struct observation o = seen(OUTCOME_UNKNOWN, 0);
    struct item item = item_of(DESIRED_ABSENT, &o, 1);
    struct dossier d = claimed_of(&item);
    (void)state;

    d.ticket.role = STATUS_DONE;
    d.ticket.cycle = STR("101");
    d.ticket.moved_by_us = true;
    struct decision r = decided(&d); /* a late close of an earlier claim proves nothing here */
    assert_true(orders(&r, FLOW_REOPEN));
    d.close_sent = true;
    r = decided(&d);
    assert_false(orders(&r, FLOW_REOPEN));
    o = seen(OUTCOME_PRESENT, 0); /* but not against a fresh read */
    r = decided(&d);
    assert_true(orders(&r, FLOW_REOPEN));
}

/* --- words --- */

static void the_same_fact_is_said_once(void **state)
{
    struct dossier d = dossier_of(&NOTHING_READ);
    (void)state;

    have_said(&d, NOTICE_READY);
    struct decision r = decided(&d);
    assert_int_equal(r.flow_count, 0);
    assert_true(r.notice_key == d.notice_shown_key);
}

static void words_wait_for_words_under_way(void **state)
{
    struct dossier d = dossier_of(&NOTHING_READ);
    (void)state;

    d.flow_open[FLOW_FIELDS] = true;
    struct decision r = decided(&d);
    assert_int_equal(says(&r), NOTICE_NONE);
    assert_int_equal(r.look_again_ms, NOW + POLICY_DEFAULT.times.probe_ms);
    d.flow_open[FLOW_FIELDS] = false;
    d.flow_open[FLOW_COMMENT] = true;
    r = decided(&d);
    assert_int_equal(says(&r), NOTICE_NONE);
    d.flow_parked[FLOW_COMMENT] = true; /* refused words are replaced by newer ones */
    r = decided(&d);
    assert_int_equal(says(&r), NOTICE_READY);
}

static void six_writes_an_hour_most_of_them_for_states_that_need_a_person(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    struct dossier quiet = dossier_of(&NOTHING_READ), loud = claimed_of(&item);
    struct decision r;
    (void)state;

    quiet.writes_last_hour = 1;
    r = decided(&quiet);
    assert_int_equal(says(&r), NOTICE_READY);
    quiet.writes_last_hour = 2;
    r = decided(&quiet);
    assert_int_equal(says(&r), NOTICE_NONE);
    assert_int_equal(r.look_again_ms, NOW + POLICY_DEFAULT.sweep_ms);

    loud.writes_last_hour = 2; /* fields and comment: two, and two are left for a last word */
    r = decided(&loud);
    assert_int_equal(says(&r), NOTICE_NOT_YET);
    loud.writes_last_hour = 3;
    r = decided(&loud);
    assert_int_equal(says(&r), NOTICE_NONE);
    loud.writes_last_hour = 4;
    loud.notice_shown = NOTICE_VERIFIED; /* it was said: the ticket was opened again */
    r = decided(&loud);
    assert_int_equal(says(&r), NOTICE_NOT_YET);
    loud.writes_last_hour = 5;
    r = decided(&loud);
    assert_int_equal(says(&r), NOTICE_NONE);

    struct observation obs[2] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, MINUTE)};
    struct item gone = item_of(DESIRED_ABSENT, obs, 2);
    struct dossier last = claimed_of(&gone);
    last.phase = PHASE_VERIFIED;
    last.writes_last_hour = 4;
    r = decided(&last);
    assert_int_equal(says(&r), NOTICE_VERIFIED);
    last.writes_last_hour = 5; /* closed meanwhile, it is said when there is room */
    last.phase = PHASE_CLOSED;
    last.ticket.role = STATUS_DONE;
    r = decided(&last);
    assert_int_equal(says(&r), NOTICE_NONE);
    assert_int_equal(r.look_again_ms, NOW + POLICY_DEFAULT.sweep_ms);
    last.writes_last_hour = 0;
    r = decided(&last);
    assert_int_equal(says(&r), NOTICE_VERIFIED);
    gone.excepted = true;
    r = decided(&last);
    assert_int_equal(says(&r), NOTICE_EXCEPTION);
    gone.excepted = false;
    last.notice_shown = NOTICE_EXCEPTION; /* it has ended since */
    r = decided(&last);
    assert_int_equal(says(&r), NOTICE_EXCEPTION);
}

/* An edit in place tells nobody: who has to act is told by a new comment, three times a ticket. */
static void somebody_is_told_once_a_state_and_three_times_a_ticket(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0), down = seen(OUTCOME_UNKNOWN, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    struct dossier d = claimed_of(&item);
    struct decision r;
    (void)state;

    r = decided(&d);
    assert_int_equal(told(&r), 1); /* the first is new whatever it says */
    d.tells = 1;
    d.notice_shown = NOTICE_CANNOT_READ;
    r = decided(&d);
    assert_int_equal(told(&r), 2);
    d.notice_shown = NOTICE_NOT_YET; /* the same again, of another read */
    r = decided(&d);
    assert_int_equal(told(&r), 0);
    d.notice_shown = NOTICE_CANNOT_READ;
    d.writes_last_hour = 1;
    r = decided(&d);
    assert_int_equal(told(&r), 2);
    d.writes_last_hour = 2; /* no room for a new one: what it says is written all the same */
    r = decided(&d);
    assert_int_equal(told(&r), 0);
    d.writes_last_hour = 0;
    d.tells = POLICY_DEFAULT.tells_per_ticket;
    r = decided(&d);
    assert_int_equal(told(&r), 0);
    item.obs = &down; /* nothing for anybody to do */
    d.tells = 1;
    d.notice_shown = NOTICE_NOT_YET;
    r = decided(&d);
    assert_int_equal(told(&r), 0);
}

/* "Check now" for people without rights: press Resolve again, or write a comment. */
static void a_touched_ticket_is_read_again_at_once(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    struct dossier d = claimed_of(&item);
    struct decision r;
    (void)state;

    d.reads_since_claim = 5; /* the next read is an hour away */
    d.last_read_ms = NOW - MINUTE;
    r = decided(&d);
    assert_false(r.read_sources);
    d.touched = true;
    r = decided(&d);
    assert_true(r.read_sources);
    d.last_read_ms = NOW - SECOND; /* not at every key that is pressed */
    r = decided(&d);
    assert_false(r.read_sources);
    assert_int_equal(r.next_read_ms, NOW - SECOND + POLICY_DEFAULT.touch_ms);
}

/* Somebody closes it again and again: we stop, say so, and people hear of it. */
static void who_fights_us_is_told_that_we_stop(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    struct dossier d = claimed_of(&item);
    (void)state;

    d.ticket.role = STATUS_DONE;
    d.reopens_last_hour = POLICY_DEFAULT.reopens_per_hour;
    struct decision r = decided(&d);
    assert_int_equal(says(&r), NOTICE_HELD);
    assert_true(escalates(&r, "ReopenedTooOften"));
    assert_false(orders(&r, FLOW_REOPEN));
}

static void nothing_is_written_where_we_only_observe(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    struct dossier d = claimed_of(&item);
    (void)state;

    d.mode = GATE_OBSERVE;
    d.ticket.role = STATUS_DONE;
    assert_int_equal(decided(&d).flow_count, 0);
}

/* The workflow lets nobody out of Verifying, whatever the mode: for what it waits is said, and by
 * what it was closed stands. */
static void who_is_held_all_the_same_reads_why(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    struct dossier d = claimed_of(&item);
    (void)state;

    d.mode = GATE_OBSERVE;
    d.ticket.role = STATUS_VERIFY;
    struct decision r = decided(&d);
    assert_int_equal(says(&r), NOTICE_NOT_YET);
    assert_false(orders(&r, FLOW_RETURN));
    d.ticket.role = STATUS_OPEN;
    d.ticket.moved_by_us = true;
    d.notice_shown = NOTICE_NOT_YET;
    r = decided(&d);
    assert_int_equal(says(&r), NOTICE_OBSERVING);
    d.phase = PHASE_CLOSED;
    d.ticket.role = STATUS_DONE;
    d.notice_shown = NOTICE_VERIFIED;
    assert_int_equal(decided(&d).flow_count, 0);
    d.notice_shown = NOTICE_NOT_YET;
    r = decided(&d);
    assert_int_equal(says(&r), NOTICE_OBSERVING);
}

/* A proof of before is none of a close that somebody else made since. */
static void an_earlier_proof_is_not_left_on_another_close(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    struct dossier d = claimed_of(&item);
    (void)state;

    d.mode = GATE_OBSERVE;
    d.ticket.role = STATUS_DONE;
    d.notice_shown = NOTICE_VERIFIED;
    struct decision r = decided(&d);
    assert_int_equal(says(&r), NOTICE_OBSERVING);
}

UNIT_MAIN(cmocka_unit_test(what_came_back_is_no_proof_and_is_told),
          cmocka_unit_test(the_first_read_is_due_at_once_and_moves_on),
          cmocka_unit_test(proof_or_exception_ends_the_waiting),
          cmocka_unit_test(reads_back_off_from_seconds_to_an_hour),
          cmocka_unit_test(a_settling_item_is_read_when_it_may_have_settled),
          cmocka_unit_test(a_mismatch_is_said_at_once_and_goes_back_after_a_while),
          cmocka_unit_test(unknown_never_goes_back_and_says_why),
          cmocka_unit_test(a_claim_taken_back_or_made_again_starts_over),
          cmocka_unit_test(what_is_proven_is_closed_by_us),
          cmocka_unit_test(done_on_proof_is_closed),
          cmocka_unit_test(a_proof_that_no_longer_holds_is_checked_again),
          cmocka_unit_test(a_closed_ticket_that_is_reopened_starts_a_new_cycle),
          cmocka_unit_test(done_without_proof_is_reopened_three_times_an_hour_then_held),
          cmocka_unit_test(what_jira_refused_is_told_and_tried_again_ever_more_seldom),
          cmocka_unit_test(an_unreadable_source_is_told_once_a_run),
          cmocka_unit_test(the_words_know_when_the_next_read_is),
          cmocka_unit_test(done_by_us_stays_while_its_proof_is_refreshed),
          cmocka_unit_test(the_same_fact_is_said_once),
          cmocka_unit_test(who_is_held_all_the_same_reads_why),
          cmocka_unit_test(an_earlier_proof_is_not_left_on_another_close),
          cmocka_unit_test(words_wait_for_words_under_way),
          cmocka_unit_test(six_writes_an_hour_most_of_them_for_states_that_need_a_person),
          cmocka_unit_test(somebody_is_told_once_a_state_and_three_times_a_ticket),
          cmocka_unit_test(a_touched_ticket_is_read_again_at_once),
          cmocka_unit_test(who_fights_us_is_told_that_we_stop),
          cmocka_unit_test(nothing_is_written_where_we_only_observe))
