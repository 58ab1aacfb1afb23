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

/* However quick the policy says no: what is taken away does not depend on it. */
static void a_no_comes_after_what_it_takes_away(void **state)
{
    struct item items[3];
    struct dossier d;
    struct permit *p = &d.permits[PERMIT_INTAKE];
    (void)state;

    mover_of(items, &d);
    d.permit_wanted = true;
    *p = (struct permit){.answer = PERMIT_DENIED, .tries = 1, .tried_ms = NOW};
    items[2] = items[1];
    items[2].id = 3;
    d.item_count = 3;
    struct decision r = decided(&d);
    assert_true(!r.move && r.to == PHASE_PENDING_APPROVAL);
    assert_int_equal(r.follow, FOLLOW_AHEAD);
    assert_int_equal(r.about, 1);
    assert_int_equal(r.look_again_ms, NOW + SECOND);
    items[1].ahead = true;
    r = decided(&d);
    MOVES(r, PHASE_DENIED, "PolicyDenied"); /* with the last one */
    assert_int_equal(r.follow, FOLLOW_AHEAD);
    assert_int_equal(r.about, 2);
    items[2].ahead = true;
    assert_int_equal(decided(&d).follow, FOLLOW_NONE);
    d.permit_wanted = false;
    items[1].ahead = false;
    d.approval_declined = true; /* before we looked for the first time */
    assert_int_equal(decided(&d).follow, FOLLOW_AHEAD);
    d.together = true;
    r = decided(&d);
    MOVES(r, PHASE_DENIED, "Declined");
    assert_int_equal(r.follow, FOLLOW_NONE);
}

static void who_edits_on_and_on_waits_up_to_an_hour(void **state)
{
    struct item items[ROLES];
    struct dossier d;
    struct ahead_left left[3] = {
        {.at_ms = NOW - MINUTE}, {.at_ms = NOW - 2 * MINUTE}, {.at_ms = NOW - 50 * MINUTE}};
    (void)state;

    mover_of(items, &d);
    d.ahead_left = left;
    d.ahead_left_count = 2;
    assert_int_equal(decided(&d).follow, FOLLOW_AHEAD);
    d.ahead_left_count = 3;
    struct decision r = decided(&d);
    assert_int_equal(r.follow, FOLLOW_NONE);
    assert_int_equal(r.look_again_ms, NOW + 10 * MINUTE);
    left[2].at_ms = NOW - 60 * MINUTE;
    assert_int_equal(decided(&d).follow, FOLLOW_AHEAD);
    left[2].at_ms = NOW - MINUTE;
    d.approval_declined = true; /* it ends all the same */
    r = decided(&d);
    MOVES(r, PHASE_DENIED, "Declined");
}

static void what_an_edit_took_out_is_told_on_both_tickets(void **state)
{
    struct item items[ROLES];
    struct dossier d;
    struct notice before, edited, over;
    struct ahead_left left[] = {
        {.entitlement = STR("typo"), .account = STR("lind"), .key = STR("IAM-7")},
        {.entitlement = STR("older"), .account = STR("lind")}};
    (void)state;

    mover_of(items, &d);
    words_for(&d, 0, NOTICE_WAITING_APPROVAL, &before);
    d.ahead_left = left;
    d.ahead_left_count = 1;
    words_for(&d, 0, NOTICE_WAITING_APPROVAL, &edited);
    assert_non_null(strstr(edited.next,
                           " Taking typo from lind goes on, though it is asked for here "
                           "no more: IAM-7. Shall it stay, cancel that one."));
    left[0].over = true;
    words_for(&d, 0, NOTICE_WAITING_APPROVAL, &over);
    assert_non_null(
        strstr(over.next, " Taking typo from lind is asked for no more, withdrawn: IAM-7."));
    assert_true(before.key != edited.key && edited.key != over.key);
    left[1].over = true;
    d.ahead_left_count = 2;
    words_for(&d, 0, NOTICE_WAITING_APPROVAL, &over);
    assert_non_null(strstr(over.next, "withdrawn: IAM-7 (and 1 more)."));
    left[0].key = STR_NONE;
    words_for(&d, 0, NOTICE_VERIFIED, &over);
    assert_null(strstr(over.next, "typo"));
    words_for(&d, 0, NOTICE_DENIED, &over);
    assert_non_null(strstr(over.next, "withdrawn: its own ticket"));

    mover_of(items, &d); /* edited to what only gives: it says no less */
    d.kind = REQUEST_GRANT;
    d.item_count = 1;
    items[0].desired = DESIRED_PRESENT;
    left[0].key = STR("IAM-7");
    d.ahead_left = left;
    d.ahead_left_count = 1;
    words_for(&d, 0, NOTICE_WAITING_APPROVAL, &over);
    assert_non_null(
        strstr(over.next, "Taking typo from lind is asked for no more, withdrawn: IAM-7."));
    assert_null(strstr(over.next, "does not wait"));

    mover_of(items, &d); /* the ticket of what went ahead */
    items[0].desired = DESIRED_ABSENT;
    d.kind = REQUEST_REMOVAL;
    d.after = (struct after){.cause = FOLLOW_AHEAD, .earlier_key = STR("IAM-1")};
    words_for(&d, 0, NOTICE_READY, &before);
    d.after.left = true;
    words_for(&d, 0, NOTICE_READY, &edited);
    assert_non_null(strstr(
        edited.next, "IAM-1 was edited and asks for it no more: shall it stay, cancel this one."));
    assert_true(before.key != edited.key);
    d.after.earlier_key = STR_NONE;
    words_for(&d, 0, NOTICE_WITHDRAWN, &over);
    assert_non_null(strstr(over.next, "The first request was edited and asks for it no more."));
}

static void of_several_each_is_named(void **state)
{
    struct item items[5];
    struct dossier d;
    struct notice one, all;
    (void)state;

    mover_of(items, &d);
    for (size_t i = 2; i < COUNT(items); i++) {
        items[i] = items[1];
        items[i].id = (int64_t)i + 1;
        items[i].entitlement = STR("other");
    }
    words_for(&d, 0, NOTICE_WAITING_APPROVAL, &one);
    d.item_count = 3;
    words_for(&d, 0, NOTICE_WAITING_APPROVAL, &all);
    assert_non_null(strstr(all.next, "Taking payroll from M. Okafor, other from M. Okafor does not "
                                     "wait for that: each has a ticket of its own, linked here."));
    assert_true(one.key != all.key);
    d.item_count = COUNT(items);
    words_for(&d, 0, NOTICE_WAITING_APPROVAL, &all);
    assert_non_null(strstr(all.next, " and 1 more does not wait"));
    d.item_count = 3;
    items[1].ahead = items[2].ahead = true;
    items[1].ahead_key = STR("IAM-77");
    d.phase = PHASE_DENIED;
    words_for(&d, 0, NOTICE_DENIED, &all);
    assert_non_null(strstr(all.next,
                           "Taking payroll from M. Okafor: IAM-77, other from M. Okafor: its own "
                           "ticket goes on all the same. What shall stay, cancel its ticket."));
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
        cmocka_unit_test(a_no_comes_after_what_it_takes_away),
        cmocka_unit_test(who_edits_on_and_on_waits_up_to_an_hour),
        cmocka_unit_test(what_an_edit_took_out_is_told_on_both_tickets),
        cmocka_unit_test(of_several_each_is_named),
        cmocka_unit_test(both_tickets_say_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
