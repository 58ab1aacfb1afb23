/* An exception asked for on the ticket: decided by who may, for others than himself, with an end
 * and an owner; or refused, and the ticket says why. */
#include "domain/plea.h"

#include <string.h>

#include "deciding.h"

static struct dossier asking(const struct item *item)
{
    struct dossier d = claimed_of(item);
    d.requester = STR("hr@example.com");
    d.beneficiary = STR("okafor@example.com");
    d.ticket.plea = (struct plea){.reason = STR("the vendor must do it"),
                                  .asked_by = STR("alex@example.com"),
                                  .owner = STR("lee@example.com"),
                                  .control = STR("logins are watched"),
                                  .until_ms = NOW + HOUR,
                                  .answer = PLEA_YES,
                                  .decided_by = STR("reyes@example.com"),
                                  .by_approver = true,
                                  .edit = STR("77")};
    return d;
}

static void who_may_decide_and_what_it_needs(void **state)
{
    const int64_t day = 24 * INT64_C(3600000);
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    struct dossier d = asking(&item), was = d;
    struct plea *p = &d.ticket.plea;
    (void)state;

#define BECOMES(verdict)                                  \
    do {                                                  \
        assert_int_equal(plea_judge(&d), PLEA_##verdict); \
        d = was;                                          \
    } while (0)
    BECOMES(GRANTED);
    p->reason = STR_NONE;
    BECOMES(NONE);
    d.ticket.presence = TICKET_GONE;
    BECOMES(NONE);
    d.phase = PHASE_CLOSED;
    BECOMES(NONE);
    p->answer = PLEA_UNANSWERED;
    BECOMES(WAITS);
    p->answer = PLEA_NO;
    BECOMES(DECLINED);
    p->by_approver = false;
    BECOMES(STRANGER);
    p->by_approver = false;
    p->answer = PLEA_NO; /* who may not say yes may not say no */
    BECOMES(STRANGER);
    p->by_worker = true;
    BECOMES(OWN);
    p->decided_by = STR("ALEX@example.com "); /* he asked for it himself */
    BECOMES(OWN);
    p->decided_by = STR("hr@example.com");
    BECOMES(OWN);
    p->decided_by = STR("Okafor@Example.com");
    BECOMES(OWN);
    p->until_ms = 0;
    BECOMES(NO_END);
    p->until_ms = NOW;
    BECOMES(NO_END);
    p->until_ms = NOW + 90 * day;
    BECOMES(GRANTED);
    p->until_ms = NOW + 90 * day + 1;
    BECOMES(NO_END);
    p->owner = STR_NONE;
    BECOMES(NO_OWNER);
    p->owner = STR("REYES@example.com");
    BECOMES(NO_OWNER);
    d.plea_done = STR("77");
    BECOMES(SPENT);
    item.excepted = true;
    BECOMES(NONE); /* covered: nobody needs another one */
}

/* It knows more names of people, and says why it would not have it. */
static void what_the_database_refused_is_refused(void **state)
{
    static const struct {
        const char *done, *why;
        enum plea_verdict v;
    } CASES[] = {{"77", "", PLEA_SPENT},
                 {"77", "own", PLEA_OWN},
                 {"77", "unclear", PLEA_UNCLEAR},
                 {"77", "owner", PLEA_NO_OWNER},
                 {"77", "exception_check", PLEA_NO_END},
                 {"77", "control", PLEA_NO_CONTROL},
                 {"77", "left", PLEA_LEFT},
                 {"76", "own", PLEA_GRANTED}, /* said to another answer */
                 {"9", "own", PLEA_GRANTED},  /* ids are numbers */
                 {"78", "", PLEA_SPENT},      /* an older answer than that one */
                 {"100", "own", PLEA_SPENT}};
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    struct dossier d = asking(&item);
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        d.plea_done = str_of(CASES[i].done);
        d.plea_refused = str_of(CASES[i].why);
        assert_int_equal(plea_judge(&d), CASES[i].v);
    }
}

static void it_is_granted_once_and_said_when_it_is_not(void **state)
{
    static const struct {
        enum plea_verdict v;
        const char *line;
    } CASES[] = {
        {PLEA_SPENT, "No exception: it has ended. The access is still to be made as asked"},
        {PLEA_UNCLEAR, "No exception: nobody can tell whether reyes@example.com is who asks or "
                       "who it is for"},
        {PLEA_DECLINED,
         "No exception: declined by reyes@example.com. The access is still to be made as asked"},
        {PLEA_STRANGER, "No exception: reyes@example.com is not one of those who may approve it"},
        {PLEA_OWN, "No exception: reyes@example.com asks for it, works on it or gains by it"},
        {PLEA_NO_END, "No exception: it needs an end date within 90 days from today, which its "
                      "approver has not seen"},
        {PLEA_NO_OWNER, "No exception: it needs an owner other than its approver"},
        {PLEA_NO_CONTROL, "No exception: it needs to say what mitigates it until then"},
        {PLEA_LEFT, "No exception: its owner or its approver has left"},
        {PLEA_NONE, "No exception: nobody asks for one that is not granted"},
    };
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    uint64_t keys[COUNT(CASES)];
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct dossier d = asking(&item);
        struct plea *p = &d.ticket.plea;
        struct notice n;
        bool left = CASES[i].v == PLEA_LEFT;
        bool done = CASES[i].v == PLEA_SPENT || CASES[i].v == PLEA_UNCLEAR || left;
        d.plea_done = done ? STR("77") : STR_NONE;
        d.plea_refused = left                         ? STR("left")
                         : CASES[i].v == PLEA_UNCLEAR ? STR("unclear")
                                                      : STR_NONE;
        p->control = CASES[i].v == PLEA_NO_CONTROL ? STR(" ") : p->control;
        p->answer = CASES[i].v == PLEA_DECLINED ? PLEA_NO : PLEA_YES;
        p->by_approver = CASES[i].v != PLEA_STRANGER;
        p->by_worker = CASES[i].v == PLEA_OWN;
        p->until_ms = CASES[i].v == PLEA_NO_END ? 0 : p->until_ms;
        p->owner = CASES[i].v == PLEA_NO_OWNER ? STR_NONE : p->owner;
        p->reason = CASES[i].v == PLEA_NONE ? STR_NONE : p->reason;
        words_for(&d, 0, NOTICE_NO_EXCEPTION, &n);
        assert_string_equal(n.line, CASES[i].line);
        keys[i] = n.key;
        for (size_t k = 0; k < i; k++)
            assert_true(keys[k] != keys[i]);
        struct decision r = decided(&d);
        assert_int_equal(says(&r), CASES[i].v == PLEA_NONE ? NOTICE_NOT_YET : NOTICE_NO_EXCEPTION);
        assert_int_equal(r.refuses, CASES[i].v != PLEA_NONE);
        assert_int_equal(!r.refuses_why, CASES[i].v == PLEA_NONE);
        if (r.refuses) /* all but one that was granted is kept as refused */
            assert_int_equal(!*r.refuses_why, CASES[i].v == PLEA_SPENT);
        assert_false(r.grants);
    }
    struct dossier d = asking(&item);
    struct decision r = decided(&d);
    assert_true(r.grants && !r.refuses);
    assert_true(r.look_again_ms <= NOW + SECOND); /* and all is looked at again */
    assert_int_equal(says(&r), NOTICE_NOT_YET);
    d.phase = PHASE_FULFILLING;
    d.claimed_ms = 0;
    d.claim_cycle = STR_NONE;
    d.ticket.role = STATUS_OPEN;
    assert_true(decided(&d).grants);
}

/* The answer 77 granted one that covers everything; the ticket's newest answer is `edit`: a later
 * one, and the item is not covered any more. */
static struct dossier covered(struct item *item, enum phase phase, const char *edit)
{
    int64_t answer = 0;
    item->excepted = !str_to_i64(str_of(edit), &answer) || answer <= 77;
    item->excepted_until_ms = NOW + HOUR;
    struct dossier d = asking(item);
    d.phase = phase;
    d.plea_done = d.plea_covers = STR("77");
    d.ticket.plea.edit = str_of(edit);
    d.ticket.plea.answer = PLEA_UNANSWERED;
    d.ticket.plea.decided_by = STR("lind@example.com");
    return d;
}

static void an_answer_that_is_taken_back_ends_its_exception(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    (void)state;

    struct dossier d = covered(&item, PHASE_EXCEPTION, "78");
    struct decision r = decided(&d);
    assert_true(r.revokes && !r.grants && !r.refuses);
    assert_false(orders(&r, FLOW_CLOSE));
    MOVES(r, PHASE_VERIFYING, "ExceptionTakenBack");
    d = covered(&item, PHASE_CLOSED, "1000"); /* compared as numbers */
    d.ticket.role = STATUS_DONE;
    r = decided(&d);
    assert_true(r.revokes);
    MOVES(r, PHASE_FULFILLING, "ExceptionTakenBack");
    d = covered(&item, PHASE_VERIFYING, "78"); /* nothing is proven by what ends right now */
    r = decided(&d);
    assert_true(r.revokes && !r.move);
    assert_true(r.look_again_ms <= NOW + SECOND);
    d.ticket.plea.answer = PLEA_YES; /* taken back, and given again: that is another one */
    assert_true(decided(&d).revokes);
    d = covered(&item, PHASE_VERIFYING, "78");
    d.ticket.role = STATUS_CANCELLED; /* it ends with its request */
    r = decided(&d);
    assert_true(r.revokes);
    MOVES(r, PHASE_CANCELLED, "CancelledOnTicket");

    static const char *const STANDS[] = {"77", "76", ""};
    for (size_t i = 0; i < COUNT(STANDS); i++) {
        d = covered(&item, PHASE_EXCEPTION, STANDS[i]);
        assert_true(!decided(&d).revokes && !decided(&d).move);
    }
    d = covered(&item, PHASE_EXCEPTION, "78");
    d.plea_covers = STR_NONE; /* what covers it was granted by the API */
    assert_false(decided(&d).revokes);
    d = covered(&item, PHASE_EXCEPTION, "78");
    d.ticket.presence = TICKET_GONE; /* nobody knows what stands there */
    assert_false(decided(&d).revokes);
}

/* Granted by the API as well: the answer goes, and what it covered stays covered. */
static void what_another_exception_covers_stays_closed(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    (void)state;

    struct dossier d = covered(&item, PHASE_CLOSED, "78");
    item.excepted = true;
    d.ticket.role = STATUS_DONE;
    struct decision r = decided(&d);
    assert_true(r.revokes && !r.move);
    assert_false(orders(&r, FLOW_REOPEN));
    d = covered(&item, PHASE_EXCEPTION, "78");
    item.excepted = true;
    d.ticket.role = STATUS_DONE;
    r = decided(&d);
    assert_true(r.revokes);
    MOVES(r, PHASE_CLOSED, "CoveredByException");
}

/* What we closed under an exception was not closed on proof: when that has ended, nobody needs to
 * be able to read the source for it to go back. */
static void done_under_what_has_ended_is_reopened_unread(void **state)
{
    struct observation unread = seen(OUTCOME_UNKNOWN, 0);
    struct item item = item_of(DESIRED_ABSENT, &unread, 1);
    struct dossier d = covered(&item, PHASE_EXCEPTION, "78");
    (void)state;

    d.ticket.role = STATUS_DONE; /* not looked at since */
    d.ticket.moved_by_us = true;
    d.ticket.cycle = STR("101");
    MOVES(decided(&d), PHASE_VERIFYING, "ExceptionTakenBack");
    d.phase = PHASE_VERIFYING;
    item.excepted_until_ms = 0;
    d.plea_covers = STR_NONE;
    struct decision r = decided(&d);
    assert_true(orders(&r, FLOW_REOPEN));

    d = covered(&item, PHASE_EXCEPTION, "77"); /* or it expired */
    item.excepted = false;
    item.excepted_until_ms = 0;
    d.plea_covers = STR_NONE;
    d.ticket.role = STATUS_DONE;
    d.ticket.moved_by_us = true;
    d.ticket.cycle = STR("101");
    MOVES(decided(&d), PHASE_VERIFYING, "Unreadable");
    d.phase = PHASE_VERIFYING;
    r = decided(&d);
    assert_true(orders(&r, FLOW_REOPEN));
}

static void the_ticket_says_that_it_was_taken_back(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    struct dossier d = covered(&item, PHASE_VERIFYING, "78");
    struct notice n;
    (void)state;

    item.excepted = false; /* it has ended */
    d.plea_covers = STR_NONE;
    struct decision r = decided(&d);
    assert_int_equal(says(&r), NOTICE_NO_EXCEPTION);
    assert_false(r.refuses);
    words_for(&d, 0, NOTICE_NO_EXCEPTION, &n);
    assert_string_equal(n.line, "No exception: its approval was taken back by lind@example.com. "
                                "The access is still to be made as asked");
    assert_string_equal(n.next, "Still needed? Have one of its approvers answer it again.");

    /* what was closed under it goes back, and that is why */
    d.phase = PHASE_FULFILLING;
    d.ticket.role = STATUS_DONE;
    d.ticket.moved_by_us = true;
    r = decided(&d);
    assert_true(orders(&r, FLOW_REOPEN));
    assert_int_equal(says(&r), NOTICE_NO_EXCEPTION);
    words_for(&d, 0, NOTICE_NO_EXCEPTION, &n);
    assert_non_null(strstr(n.next, " It was closed under it, so it is reopened."));
    d.ticket.plea.answer = PLEA_NO;
    words_for(&d, 0, NOTICE_NO_EXCEPTION, &n);
    assert_string_equal(n.next, "It was closed under one, so it is reopened.");
    d.plea_done = STR_NONE; /* there was none */
    r = decided(&d);
    assert_int_equal(says(&r), NOTICE_REOPENED);
}

UNIT_MAIN(cmocka_unit_test(who_may_decide_and_what_it_needs),
          cmocka_unit_test(what_the_database_refused_is_refused),
          cmocka_unit_test(an_answer_that_is_taken_back_ends_its_exception),
          cmocka_unit_test(what_another_exception_covers_stays_closed),
          cmocka_unit_test(done_under_what_has_ended_is_reopened_unread),
          cmocka_unit_test(the_ticket_says_that_it_was_taken_back),
          cmocka_unit_test(it_is_granted_once_and_said_when_it_is_not))
