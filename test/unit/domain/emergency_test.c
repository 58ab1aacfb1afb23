/* Break-glass: work first, approval and review afterwards, and nothing closes without them. */
#include "domain/emergency.h"

#include "deciding.h"
#include "domain/drift.h"

#define APPROVAL_DUE (NOW + HOUR)
#define REVIEW_DUE (NOW + 30 * (int64_t)HOUR)

static struct dossier emergency_of(const struct item *item)
{
    struct dossier d = claimed_of(item);

    d.kind = REQUEST_GRANT;
    d.emergency = d.approval_needed = true;
    d.access_until_ms = NOW + 8 * HOUR;
    d.approval_due_ms = APPROVAL_DUE;
    d.review_due_ms = REVIEW_DUE;
    return d;
}

static void it_is_worked_on_before_anybody_approves(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct dossier d = emergency_of(&item);
    (void)state;

    d.phase = PHASE_RECEIVED;
    d.approved_ms = 0;
    d.claimed_ms = 0;
    struct decision r = decided(&d);
    assert_int_equal(r.to, PHASE_APPROVED);
    assert_string_equal(r.reason, "Emergency");
    assert_false(emergency_owes_approval(&d) || emergency_owes_review(&d)); /* not begun */
    d.approval_declined = true;
    assert_int_equal(decided(&d).to, PHASE_DENIED);
    assert_false(emergency_is_declined(&d));
}

static void proven_it_waits_for_both(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_PRESENT, &there, 1);
    struct dossier d = emergency_of(&item);
    struct notice both, one, other;
    (void)state;

    d.phase = PHASE_VERIFIED;
    d.verified_ms = NOW;
    struct decision r = decided(&d);
    assert_false(r.move || orders(&r, FLOW_CLOSE));
    assert_int_equal(says(&r), NOTICE_OWED);
    assert_int_equal(r.look_again_ms, APPROVAL_DUE);
    words_for(&d, 0, NOTICE_OWED, &both);
    assert_string_equal(
        both.line, "The access is there. An emergency closes once it is approved and reviewed");
    d.approval_given = true;
    words_for(&d, 0, NOTICE_OWED, &one);
    assert_string_equal(one.line, "The access is there. An emergency closes once it is reviewed");
    assert_false(decided(&d).move);
    d.approval_given = false;
    d.reviewed = true;
    words_for(&d, 0, NOTICE_OWED, &other);
    assert_string_equal(other.line, "The access is there. An emergency closes once it is approved");
    assert_true(both.key != one.key && one.key != other.key && both.key != other.key);
    d.approval_given = true;
    r = decided(&d);
    assert_true(orders(&r, FLOW_CLOSE));
    assert_int_equal(says(&r), NOTICE_VERIFIED);
}

static void a_proof_that_grows_old_meanwhile_is_made_anew_for_the_close(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_PRESENT, &there, 1);
    struct dossier d = emergency_of(&item);
    (void)state;

    d.phase = PHASE_VERIFIED;
    d.verified_ms = NOW;
    d.now_ms = NOW + 2 * HOUR;
    assert_false(decided(&d).move);
    d.approval_given = d.reviewed = true;
    struct decision r = decided(&d);
    assert_int_equal(r.to, PHASE_VERIFYING);
    assert_string_equal(r.reason, "ProofTooOld");
    there =
        seen(OUTCOME_ABSENT, 0); /* and one that is contradicted is no proof, whatever is owed */
    there.as_of_ms = there.observed_ms = d.now_ms;
    d.approval_given = false;
    assert_int_equal(decided(&d).to, PHASE_VERIFYING);
}

static void what_is_late_is_told(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct dossier d = emergency_of(&item);
    (void)state;

    for (int over = 0; over < 2; over++) { /* whatever became of it */
        d.phase = over ? PHASE_CANCELLED : PHASE_FULFILLING;
        d.cancel_asked = over;
        d.now_ms = APPROVAL_DUE - 1;
        struct decision r = decided(&d);
        assert_false(r.approval_late || r.review_late || r.declined_late);
        assert_true(r.look_again_ms && r.look_again_ms <= APPROVAL_DUE);
        d.now_ms = APPROVAL_DUE;
        r = decided(&d);
        assert_true(r.approval_late);
        assert_false(r.review_late);
        d.now_ms = REVIEW_DUE;
        assert_true(decided(&d).review_late);
    }
    d.reviewed = d.approval_given = true;
    struct decision r = decided(&d);
    assert_false(r.approval_late || r.review_late);
    d.reviewed = d.approval_given = d.emergency = false;
    r = decided(&d);
    assert_false(r.approval_late || r.review_late);
    d.emergency = true;
    d.approval_due_ms = d.review_due_ms = 0; /* a database of before */
    r = decided(&d);
    assert_false(r.approval_late || r.review_late);
    r = (struct decision){.look_again_ms = 1};
    d.approval_due_ms = d.now_ms + HOUR;
    emergency_decide(&d, &r);
    assert_int_equal(r.look_again_ms, 1);
}

static void its_removal_is_asked_for_in_time_and_at_once_when_it_is_declined(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct item_after after = {0};
    struct dossier d = emergency_of(&item);
    (void)state;

    d.phase = PHASE_FULFILLING; /* nobody says that it is done */
    d.ticket.role = STATUS_OPEN;
    d.claimed_ms = 0;
    d.approved_ms = NOW;
    d.after.items = &after;
    struct decision r = decided(&d);
    assert_int_equal(r.follow, FOLLOW_NONE);
    d.now_ms = d.access_until_ms - drift_lead_ms(&d, &POLICY_DEFAULT);
    assert_int_equal(decided(&d).follow, FOLLOW_EXPIRY);
    d.now_ms = NOW + MINUTE;
    d.approval_declined = true;
    r = decided(&d);
    assert_true(r.declined_late);
    assert_int_equal(r.follow, FOLLOW_EXPIRY);
    d.approval_declined = false; /* taken back: only then somebody else can take it on himself */
    d.approval_given = true;
    r = decided(&d);
    assert_false(r.declined_late);
    assert_int_equal(r.follow, FOLLOW_NONE);
    d.emergency = false; /* nobody said that it is there */
    d.now_ms = d.access_until_ms - MINUTE;
    assert_int_equal(decided(&d).follow, FOLLOW_NONE);
}

/* In work, and nobody says that it is done. */
static struct dossier begun(const struct item *item, struct item_after *after)
{
    struct dossier d = emergency_of(item);

    d.phase = PHASE_FULFILLING;
    d.claimed_ms = 0;
    d.ticket.role = STATUS_OPEN;
    d.after.items = after;
    return d;
}

static void nobody_keeps_the_access_by_ending_the_request(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct item_after after = {0};
    struct dossier d = begun(&item, &after);
    (void)state;

    d.cancel_asked = true;
    MOVES(decided(&d), PHASE_CANCELLED, "Withdrawn");
    d.phase = PHASE_CANCELLED; /* the next look, of the same visit */
    assert_int_equal(decided(&d).follow, FOLLOW_EXPIRY);
    d.cancel_asked = false;
    d.phase = PHASE_FULFILLING;
    d.ticket.role = STATUS_DECLINED;
    MOVES(decided(&d), PHASE_DENIED, "DeclinedOnTicket");
    d.phase = PHASE_DENIED;
    assert_int_equal(decided(&d).follow, FOLLOW_EXPIRY);
    d.approval_given = true; /* whoever approved it meanwhile: nothing governs it any more */
    assert_int_equal(decided(&d).follow, FOLLOW_EXPIRY);
    d.phase = PHASE_FULFILLING;
    d.ticket.role = STATUS_OPEN;
    d.now_ms = d.access_until_ms;
    MOVES(decided(&d), PHASE_EXPIRED, "AccessPeriodOver");
    d.phase = PHASE_EXPIRED;
    assert_int_equal(decided(&d).follow, FOLLOW_EXPIRY);
    d.phase = PHASE_ORPHANED; /* its ticket may come back: in time is soon enough */
    d.ticket.presence = TICKET_GONE;
    d.now_ms = NOW;
    assert_int_equal(decided(&d).follow, FOLLOW_NONE);
    d.now_ms = d.access_until_ms;
    assert_int_equal(decided(&d).follow, FOLLOW_EXPIRY);
}

static void what_ended_is_ended_once_and_only_where_it_may_be_held(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct item_after after = {.ending = true};
    struct dossier d = begun(&item, &after);
    int64_t ends[] = {NOW - MINUTE, NOW - 2 * HOUR, NOW - 4 * HOUR};
    (void)state;

    d.phase = PHASE_CANCELLED;
    d.ticket.role = STATUS_CANCELLED;
    assert_int_equal(decided(&d).follow, FOLLOW_NONE); /* it is asked for */
    after = (struct item_after){.superseded = true};
    assert_int_equal(decided(&d).follow, FOLLOW_NONE); /* and made */
    after = (struct item_after){.ends_ms = ends, .end_count = 1};
    struct decision r = decided(&d);
    assert_int_equal(r.follow, FOLLOW_NONE); /* somebody cancelled that too: asked again, later */
    assert_true(r.look_again_ms > NOW);
    d.now_ms = ends[0] + POLICY_DEFAULT.watch.first_ms;
    assert_int_equal(decided(&d).follow, FOLLOW_EXPIRY);
    after.end_count = 3;
    r = decided(&d);
    assert_int_equal(r.follow, FOLLOW_NONE);
    assert_true(escalates(&r, "RemovalGivenUp"));
    after = (struct item_after){0};
    d.now_ms = NOW;
    d.ticket.issue_id = STR_NONE; /* over before there was a ticket: nobody could work on it */
    assert_int_equal(decided(&d).follow, FOLLOW_NONE);
    d = begun(&item, &after);
    d.phase = PHASE_CANCELLED;
    d.ticket.role = STATUS_CANCELLED;
    d.approved_ms = 0; /* over before it was put to work */
    assert_int_equal(decided(&d).follow, FOLLOW_NONE);
    d.approved_ms = NOW - MINUTE;
    d.emergency = false; /* an ordinary one that somebody claimed */
    d.claimed_ms = CLAIM;
    d.now_ms = d.access_until_ms;
    assert_int_equal(decided(&d).follow, FOLLOW_NONE);
}

static void cancelled_it_comes_back_only_while_nobody_takes_the_access_away(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct item_after after = {0};
    struct dossier d = begun(&item, &after);
    (void)state;

    d.phase = PHASE_CANCELLED;
    MOVES(decided(&d), PHASE_FULFILLING, "CancelTakenBack");
    d.after.follow = FOLLOW_EXPIRY;
    struct decision r = decided(&d);
    assert_false(r.move);
    assert_int_equal(says(&r), NOTICE_WITHDRAWN);
    d.emergency = false; /* nor does any other whose time is ended early */
    assert_false(decided(&d).move);
}

UNIT_MAIN(cmocka_unit_test(it_is_worked_on_before_anybody_approves),
          cmocka_unit_test(proven_it_waits_for_both),
          cmocka_unit_test(a_proof_that_grows_old_meanwhile_is_made_anew_for_the_close),
          cmocka_unit_test(what_is_late_is_told),
          cmocka_unit_test(its_removal_is_asked_for_in_time_and_at_once_when_it_is_declined),
          cmocka_unit_test(nobody_keeps_the_access_by_ending_the_request),
          cmocka_unit_test(what_ended_is_ended_once_and_only_where_it_may_be_held),
          cmocka_unit_test(cancelled_it_comes_back_only_while_nobody_takes_the_access_away))
