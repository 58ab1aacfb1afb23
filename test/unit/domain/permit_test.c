/* Whether it may be: what a grant waits for, what stops it, and what a removal never hears of. */
#include <string.h>

#include "deciding.h"
#include "domain/notice_of.h"
#include "domain/permit_decide.h"

static struct dossier received(const struct item *item)
{
    struct dossier d = dossier_of(item);

    d.phase = PHASE_RECEIVED;
    d.kind = item->desired == DESIRED_PRESENT ? REQUEST_GRANT : REQUEST_REMOVAL;
    d.permit_wanted = true;
    d.approval_needed = false;
    d.approved_ms = 0;
    return d;
}

static struct permit said(enum permit_answer answer, int32_t tries, int64_t ago)
{
    return (struct permit){.answer = answer,
                           .tries = tries,
                           .tried_ms = tries ? NOW - ago : 0,
                           .since_ms = tries ? NOW - ago : 0,
                           .why = STR("because")};
}

static void a_grant_is_asked_about_at_once(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct dossier d = received(&item);
    (void)state;

    struct decision r = decided(&d);
    assert_false(r.move);
    assert_true(r.asks);
    assert_int_equal(r.asks_at, PERMIT_INTAKE);
    assert_int_equal(r.look_again_ms, NOW + 15000);
    d.permits[PERMIT_INTAKE].answer = PERMIT_GIVEN;
    r = decided(&d);
    assert_true(r.asks);
    assert_int_equal(r.asks_at, PERMIT_APPROVAL);
    d.permits[PERMIT_APPROVAL].answer = PERMIT_GIVEN;
    MOVES(decided(&d), PHASE_APPROVED, "NoApprovalNeeded");
    d.permit_wanted = false;
    memset(d.permits, 0, sizeof d.permits);
    MOVES(decided(&d), PHASE_APPROVED, "NoApprovalNeeded");
}

static void before_it_is_approved_only_the_first_question_is_asked(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct dossier d = received(&item);
    (void)state;

    d.approval_needed = true;
    d.permits[PERMIT_INTAKE].answer = PERMIT_GIVEN;
    MOVES(decided(&d), PHASE_PENDING_APPROVAL, "ApprovalNeeded");
    d.phase = PHASE_PENDING_APPROVAL;
    struct decision r = decided(&d);
    assert_false(r.asks || r.move);
    d.approval_given = true;
    r = decided(&d);
    assert_true(r.asks && r.asks_at == PERMIT_APPROVAL);
    d.approval_declined = true; /* nobody need be asked any more */
    MOVES(decided(&d), PHASE_DENIED, "Declined");
}

static void who_does_not_answer_is_asked_ever_more_seldom_and_told(void **state)
{
    static const int64_t WAITS[] = {15000, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, HOUR};
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct dossier d = received(&item);
    (void)state;

    for (int32_t tries = 1; tries <= (int32_t)COUNT(WAITS); tries++) {
        int64_t wait = WAITS[tries - 1];
        d.permits[PERMIT_INTAKE] = said(PERMIT_OPEN, tries, wait - 1);
        struct decision r = decided(&d);
        assert_false(r.move || r.asks);
        assert_int_equal(permit_wait_ms(tries), wait);
        if (wait < 15 * MINUTE) /* else the ticket is looked at before */
            assert_int_equal(r.look_again_ms, NOW + 1);
        assert_int_equal(r.escalation_count, tries >= 3);
        if (tries >= 3)
            assert_string_equal(r.escalations[0].reason, "PolicySilent");
        d.permits[PERMIT_INTAKE] = said(PERMIT_OPEN, tries, wait);
        r = decided(&d);
        assert_true(r.asks);
    }
}

static void a_no_is_a_no_and_is_told(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct notice n;
    (void)state;

    for (enum permit_stage stage = PERMIT_INTAKE; stage <= PERMIT_APPROVAL; stage++) {
        struct dossier d = received(&item);
        d.permits[PERMIT_INTAKE].answer = PERMIT_GIVEN;
        d.permits[stage] = said(PERMIT_DENIED, 1, 0);
        MOVES(decided(&d), PHASE_DENIED, "PolicyDenied");
        d.emergency = true;
        MOVES(decided(&d), PHASE_DENIED, "PolicyDenied");
        d.phase = PHASE_DENIED;
        words_for(&d, 0, notice_of_over(&d), &n);
        assert_string_equal(n.line, "Declined by the access policy: because");
        assert_non_null(strstr(n.next, "owner of the policy"));
    }
    struct dossier d = received(&item);
    d.permits[PERMIT_INTAKE].answer = d.permits[PERMIT_APPROVAL].answer = PERMIT_GIVEN;
    d.phase = PHASE_DENIED; /* by people */
    words_for(&d, 0, NOTICE_DENIED, &n);
    assert_non_null(strstr(n.line, "Declined: this was not approved"));
    d.permit_wanted = false;
    words_for(&d, 0, NOTICE_DENIED, &n);
    assert_non_null(strstr(n.line, "Declined: this was not approved"));
}

static void duties_in_conflict_hold_it(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct dossier d = received(&item);
    struct notice n;
    (void)state;

    d.permits[PERMIT_INTAKE].answer = PERMIT_GIVEN;
    d.permits[PERMIT_APPROVAL] = said(PERMIT_CONFLICT, 1, 0);
    for (int emergency = 0; emergency < 2; emergency++) {
        d.emergency = emergency;
        struct decision r = decided(&d);
        assert_false(r.move);
        assert_string_equal(r.escalations[0].reason, "DutiesInConflict");
    }
    words_for(&d, 0, NOTICE_DUTIES, &n);
    assert_string_equal(n.line, "On hold, duties to be kept apart: because");
    d.approved_ms = NOW;
    words_for(&d, 0, NOTICE_DUTIES, &n);
    assert_string_equal(n.line, "Duties to be kept apart");
}

static void an_emergency_does_not_wait_for_silence(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct dossier d = received(&item);
    (void)state;

    d.emergency = d.approval_needed = true;
    assert_true(decided(&d).asks); /* it is asked all the same */
    d.permits[PERMIT_INTAKE] = said(PERMIT_OPEN, 1, 0);
    struct decision r = decided(&d);
    assert_true(r.asks && r.asks_at == PERMIT_APPROVAL);
    d.permits[PERMIT_APPROVAL] = said(PERMIT_OPEN, 1, 0);
    MOVES(decided(&d), PHASE_APPROVED, "Emergency");
}

static void a_removal_is_nobodys_question(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = received(&item);
    (void)state;

    d.permits[PERMIT_INTAKE] = said(PERMIT_DENIED, 1, 0);
    assert_false(permit_is_wanted(&d));
    MOVES(decided(&d), PHASE_APPROVED, "NoApprovalNeeded");
    d.kind = REQUEST_MODIFY; /* one that only takes away */
    MOVES(decided(&d), PHASE_APPROVED, "NoApprovalNeeded");
}

static struct dossier proven(struct item *item, struct observation *seen_now)
{
    *seen_now = seen(OUTCOME_PRESENT, 0);
    *item = item_of(DESIRED_PRESENT, seen_now, 1);
    struct dossier d = claimed_of(item);
    d.kind = REQUEST_GRANT;
    d.permit_wanted = true;
    return d;
}

static void what_is_proven_has_to_be_permitted_still(void **state)
{
    struct item item;
    struct observation o;
    struct dossier d = proven(&item, &o);
    struct notice n;
    (void)state;

    struct decision r = decided(&d);
    assert_true(r.asks && r.asks_at == PERMIT_VERIFICATION && !r.move);
    d.permits[PERMIT_VERIFICATION] = said(PERMIT_DENIED, 1, 0);
    r = decided(&d);
    assert_false(r.move || r.asks);
    assert_string_equal(r.escalations[0].reason, "PolicyDenies");
    words_for(&d, 0, NOTICE_NOT_PERMITTED, &n);
    assert_string_equal(n.line, "As asked, but the policy says no now: because");
    d.permits[PERMIT_VERIFICATION] = said(PERMIT_CONFLICT, 1, 0);
    r = decided(&d);
    assert_false(r.move);
    d.permits[PERMIT_VERIFICATION] = said(PERMIT_OPEN, 1, 0);
    assert_false(decided(&d).move);
    words_for(&d, 0, NOTICE_WAITING_POLICY, &n);
    assert_string_equal(n.line, "Waiting: because");
    d.permits[PERMIT_VERIFICATION].answer = PERMIT_GIVEN;
    MOVES(decided(&d), PHASE_VERIFIED, "AllItemsVerified");
    assert_null(permit_in_the_way(&d));
    d.ticket.role = STATUS_DONE; /* without its permit it is no right close */
    d.permits[PERMIT_VERIFICATION].answer = PERMIT_DENIED;
    assert_false(gate_done_is_right(&d));
}

/* Its close is refused for a while, or an emergency owes its approval; and an exception ends. */
static void what_is_proven_has_to_be_permitted_until_it_closes(void **state)
{
    struct item item;
    struct observation o;
    struct dossier d = proven(&item, &o);
    (void)state;

    d.phase = PHASE_VERIFIED;
    d.ticket.role = STATUS_DONE;
    d.permits[PERMIT_VERIFICATION].answer = PERMIT_GIVEN;
    MOVES(decided(&d), PHASE_CLOSED, "AllItemsVerified");
    for (enum permit_answer no = PERMIT_OPEN; no <= PERMIT_CONFLICT; no++) {
        d.permits[PERMIT_VERIFICATION] = said(no, no != PERMIT_OPEN, 0);
        if (no != PERMIT_GIVEN)
            MOVES(decided(&d), PHASE_VERIFYING, "NotPermitted");
    }
    d.phase = PHASE_EXCEPTION;
    item.excepted = true;
    MOVES(decided(&d), PHASE_VERIFYING, "NotPermitted"); /* it covers no duties in conflict */
    d.permits[PERMIT_VERIFICATION] = said(PERMIT_DENIED, 1, 0);
    MOVES(decided(&d), PHASE_CLOSED, "CoveredByException");
    d.phase = PHASE_VERIFIED; /* what was proven does not close as proven then */
    MOVES(decided(&d), PHASE_VERIFYING, "NotPermitted");
    d.phase = PHASE_VERIFYING;
    MOVES(decided(&d), PHASE_EXCEPTION, "CoveredByException");
}

/* We closed it, and before we saw that, it was forbidden: it is no right close any more. */
static void what_is_forbidden_while_we_close_it_is_opened_again(void **state)
{
    struct item item;
    struct observation o;
    struct dossier d = proven(&item, &o);
    (void)state;

    d.ticket.role = STATUS_DONE;
    d.ticket.moved_by_us = d.close_sent = true;
    assert_true(gate_done_is_right(&d)); /* it is being asked */
    d.permits[PERMIT_VERIFICATION] = said(PERMIT_OPEN, 1, 0);
    assert_true(gate_done_is_right(&d));
    d.permits[PERMIT_VERIFICATION] = said(PERMIT_CONFLICT, 1, 0);
    assert_false(gate_done_is_right(&d));
    d.permits[PERMIT_VERIFICATION] = said(PERMIT_DENIED, 1, 0);
    assert_false(gate_done_is_right(&d));
}

static void an_exception_covers_the_policy_but_no_conflict(void **state)
{
    struct item items[2];
    struct observation o;
    struct dossier d = proven(&items[0], &o);
    (void)state;

    items[0].excepted = true;
    assert_true(decided(&d).asks); /* asked at least once */
    d.permits[PERMIT_VERIFICATION] = said(PERMIT_DENIED, 1, 0);
    MOVES(decided(&d), PHASE_EXCEPTION, "CoveredByException"); /* though it is there */
    items[1] = items[0];
    items[1].id = 2;
    items[1].excepted = false; /* which the policy may have meant */
    d.item_count = 2;
    assert_false(decided(&d).move);
    items[1].excepted = true;
    MOVES(decided(&d), PHASE_EXCEPTION, "CoveredByException");
    d.permits[PERMIT_VERIFICATION] = said(PERMIT_CONFLICT, 1, 0);
    assert_false(decided(&d).move);
}

static void what_waits_says_for_whom(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct dossier d = received(&item);
    struct notice first, other;
    (void)state;

    words_for(&d, 0, NOTICE_WAITING_POLICY, &first);
    assert_string_equal(first.line, "Waiting for the access policy to answer");
    d.permits[PERMIT_INTAKE] = said(PERMIT_OPEN, 1, 0);
    words_for(&d, 0, NOTICE_WAITING_POLICY, &other);
    assert_true(first.key != other.key);
    d.permits[PERMIT_INTAKE].answer = PERMIT_GIVEN;
    assert_ptr_equal(permit_in_the_way(&d), &d.permits[PERMIT_APPROVAL]);
    d.permits[PERMIT_APPROVAL].answer = PERMIT_GIVEN;
    assert_null(permit_in_the_way(&d));
}

static void names_are_the_databases(void **state)
{
    enum permit_answer answer;
    (void)state;

    assert_string_equal(permit_stage_name(PERMIT_VERIFICATION), "verification");
    assert_true(permit_answer_from(STR("conflict"), &answer) && answer == PERMIT_CONFLICT);
    assert_false(permit_answer_from(STR("perhaps"), &answer));
}

/* No more is told than there is room for. */
static void there_is_an_end_to_what_is_told(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct dossier d = received(&item);
    struct decision r = {.escalation_count = LIMIT_EFFECTS_PER_STEP};
    (void)state;

    d.permits[PERMIT_INTAKE] = said(PERMIT_OPEN, 4, 0);
    assert_int_equal(permit_before_work(&d, &r), NOTICE_WAITING_POLICY);
    assert_int_equal(r.escalation_count, LIMIT_EFFECTS_PER_STEP);
}

UNIT_MAIN(cmocka_unit_test(a_grant_is_asked_about_at_once),
          cmocka_unit_test(before_it_is_approved_only_the_first_question_is_asked),
          cmocka_unit_test(who_does_not_answer_is_asked_ever_more_seldom_and_told),
          cmocka_unit_test(a_no_is_a_no_and_is_told), cmocka_unit_test(duties_in_conflict_hold_it),
          cmocka_unit_test(an_emergency_does_not_wait_for_silence),
          cmocka_unit_test(a_removal_is_nobodys_question),
          cmocka_unit_test(what_is_proven_has_to_be_permitted_still),
          cmocka_unit_test(what_is_proven_has_to_be_permitted_until_it_closes),
          cmocka_unit_test(what_is_forbidden_while_we_close_it_is_opened_again),
          cmocka_unit_test(an_exception_covers_the_policy_but_no_conflict),
          cmocka_unit_test(what_waits_says_for_whom), cmocka_unit_test(names_are_the_databases),
          cmocka_unit_test(there_is_an_end_to_what_is_told))
