/* What a request takes away goes ahead of what it gives, while that waits for a yes. */
#include "domain/ahead.h"

#include "deciding.h"

enum { ROLES = 2 };

static void mover_of(struct item items[ROLES], struct dossier *d)
{
    items[0] = item_of(DESIRED_PRESENT, NULL, 0);
    items[1] = item_of(DESIRED_ABSENT, NULL, 0);
    items[1].id = 2;
    items[1].entitlement = STR("payroll");
    *d = dossier_of(items);
    d->item_count = ROLES;
    d->kind = REQUEST_MODIFY;
    d->phase = PHASE_PENDING_APPROVAL;
    d->approved_ms = 0;
    d->approval_needed = true;
}

static void it_goes_ahead_of_an_approval_and_once(void **state)
{
    struct item items[ROLES];
    struct dossier d;
    (void)state;

    mover_of(items, &d);
    struct decision r = decided(&d);
    assert_int_equal(r.follow, FOLLOW_AHEAD);
    assert_int_equal(r.about, 1);
    assert_int_equal(says(&r), NOTICE_WAITING_APPROVAL);
    items[1].ahead = true;
    assert_int_equal(decided(&d).follow, FOLLOW_NONE);
    items[1].ahead_over = true; /* who cancelled it is not asked again */
    assert_int_equal(decided(&d).follow, FOLLOW_NONE);
}

static void of_two_the_second_follows_at_the_next_look(void **state)
{
    struct item items[3];
    struct dossier d;
    (void)state;

    mover_of(items, &d);
    items[2] = items[1];
    items[2].id = 3;
    d.item_count = 3;
    struct decision r = decided(&d);
    assert_int_equal(r.about, 1);
    assert_int_equal(r.look_again_ms, NOW + SECOND);
    items[1].ahead = true;
    assert_int_equal(decided(&d).about, 2);
}

static void it_goes_ahead_of_a_policy_that_is_silent_and_of_duties_in_conflict(void **state)
{
    struct item items[ROLES];
    struct dossier d;
    struct permit *p = &d.permits[PERMIT_INTAKE];
    (void)state;

    mover_of(items, &d);
    d.approval_needed = false;
    d.permit_wanted = true;
    struct decision r = decided(&d);
    assert_true(r.asks && !r.follow); /* whoever answers at once lets both go on at once */
    p->tries = 1;
    p->tried_ms = NOW - SECOND;
    r = decided(&d);
    assert_true(!r.asks && r.follow == FOLLOW_AHEAD);
    d.permits[PERMIT_INTAKE].answer = PERMIT_GIVEN;
    d.permits[PERMIT_APPROVAL] =
        (struct permit){.answer = PERMIT_CONFLICT, .tries = 1, .tried_ms = NOW - SECOND};
    assert_int_equal(decided(&d).follow, FOLLOW_AHEAD);
    d.permits[PERMIT_APPROVAL].answer = PERMIT_GIVEN;
    r = decided(&d);
    MOVES(r, PHASE_APPROVED, "NoApprovalNeeded");
    assert_int_equal(r.follow, FOLLOW_NONE);
}

static void nothing_goes_ahead_where_nothing_waits_or_it_may_not(void **state)
{
    struct item items[ROLES];
    struct dossier d;
    (void)state;

    mover_of(items, &d);
    d.together = true;
    assert_int_equal(decided(&d).follow, FOLLOW_NONE);
    d.together = false;
    d.mode = GATE_OBSERVE;
    assert_int_equal(decided(&d).follow, FOLLOW_NONE);
    d.mode = GATE_WARN;
    assert_int_equal(decided(&d).follow, FOLLOW_AHEAD);
    d.held = true;
    assert_int_equal(decided(&d).follow, FOLLOW_NONE);
    d.held = false;
    d.cancel_asked = true;
    assert_int_equal(decided(&d).follow, FOLLOW_NONE);
    d.cancel_asked = false;
    items[0].desired = DESIRED_ABSENT; /* a removal: it does not wait */
    assert_int_equal(decided(&d).follow, FOLLOW_NONE);
    mover_of(items, &d);
    d.phase = PHASE_FULFILLING;
    assert_int_equal(decided(&d).follow, FOLLOW_NONE);
}

static void both_tickets_say_what_it_is(void **state)
{
    struct item items[ROLES];
    struct dossier d;
    struct notice before, ahead, known, over;
    char story[FOLLOW_STORY_BYTES];
    (void)state;

    mover_of(items, &d);
    assert_str(
        ahead_story(&d, 1, story),
        "IAM-1 asks to take payroll from M. Okafor and to give fin-ledger-admin. What is given "
        "still waits for a yes; what is taken away waits for nobody: do it here. That ticket is "
        "checked for it too.");
    d.ticket.key = STR_NONE;
    d.item_count = 1;
    items[0].desired = DESIRED_ABSENT;
    assert_str(str_n(ahead_story(&d, 0, story).p, 13), "r asks to tak");
    mover_of(items, &d);
    words_for(&d, 0, NOTICE_WAITING_APPROVAL, &before);
    assert_non_null(strstr(before.next,
                           "Taking payroll from M. Okafor does not wait for that: it has "
                           "a ticket of its own, linked here."));
    items[1].ahead = true;
    items[1].ahead_key = STR("IAM-77");
    words_for(&d, 0, NOTICE_WAITING_APPROVAL, &ahead);
    assert_string_equal(before.next, ahead.next); /* no word more is written on the ticket */
    assert_true(before.key == ahead.key);
    words_for(&d, 0, NOTICE_READY, &known);
    assert_non_null(strstr(known.next, "Taking payroll from M. Okafor was asked for before this: "
                                       "IAM-77."));
    d.together = true;
    words_for(&d, 0, NOTICE_DUTIES, &known);
    assert_null(strstr(known.next, "payroll"));
    d.together = false;
    words_for(&d, 0, NOTICE_DUTIES, &ahead);
    assert_non_null(strstr(ahead.next, "Taking payroll"));
    assert_true(known.key != ahead.key);
    d.phase = PHASE_DENIED;
    words_for(&d, 0, NOTICE_DENIED, &known);
    assert_non_null(
        strstr(known.next, "goes on all the same: IAM-77. Shall it stay, cancel that one."));
    words_for(&d, 0, NOTICE_VERIFIED, &known);
    assert_null(strstr(known.next, "IAM-77"));
    items[1].ahead_key = STR_NONE;
    words_for(&d, 0, NOTICE_EXPIRED, &known);
    assert_non_null(strstr(known.next, "goes on all the same: its own ticket."));
    items[1].ahead_over = true;
    words_for(&d, 0, NOTICE_DENIED, &over);
    assert_null(strstr(over.next, "payroll"));
    items[1].ahead_over = false; /* all of it superseded */
    d.superseded = items;
    d.superseded_count = ROLES;
    d.item_count = 0;
    d.phase = PHASE_CANCELLED;
    words_for(&d, 0, NOTICE_SUPERSEDED, &over);
    assert_non_null(strstr(over.next, "Taking payroll from M. Okafor goes on all the same: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_goes_ahead_of_an_approval_and_once),
        cmocka_unit_test(of_two_the_second_follows_at_the_next_look),
        cmocka_unit_test(it_goes_ahead_of_a_policy_that_is_silent_and_of_duties_in_conflict),
        cmocka_unit_test(nothing_goes_ahead_where_nothing_waits_or_it_may_not),
        cmocka_unit_test(both_tickets_say_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
