#include "domain/look.h"

#include <string.h>

#include "dossiers.h"
#include "unit.h"

/* --- which of two tickets is kept? --- */

static void the_ticket_a_person_touched_is_kept_else_the_oldest(void **state)
{
    static const struct {
        bool touched[3];
        int64_t created[3];
        size_t want;
    } CASES[] = {
        {{false, false, false}, {300, 100, 200}, 1}, {{false, false, true}, {100, 200, 300}, 2},
        {{true, false, true}, {300, 100, 200}, 2},   {{true, false, false}, {300, 100, 200}, 0},
        {{false, false, false}, {100, 100, 100}, 0},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct find_result f = {.proven = true, .count = 3};
        for (size_t k = 0; k < 3; k++) {
            f.human_touched[k] = CASES[i].touched[k];
            f.created_ms[k] = CASES[i].created[k];
        }
        assert_int_equal(duplicate_keep(&f), CASES[i].want);
    }
}

/* --- what a look means for a flow --- */

static enum flow_event judge(enum flow_kind kind, const struct dossier *d, const struct ticket *t)
{
    const char *why = NULL;
    struct flow flow = {.kind = kind, .state = FS_CHECKING, .cycle = d->claim_cycle};
    return flow_judge(&flow, d, t, NULL, &POLICY_DEFAULT, d->now_ms, &why);
}

static void a_create_looks_for_its_marker_first(void **state)
{
    const char *why = NULL;
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = dossier_of(&item);
    struct flow flow = {.kind = FLOW_CREATE, .state = FS_CHECKING};
    struct find_result none = {.proven = true}, stranger = {.proven = false};
    struct find_result one = {.proven = true, .count = 1};
    const struct policy *p = &POLICY_DEFAULT;
    (void)state;

    assert_int_equal(flow_judge(&flow, &d, NULL, &none, p, NOW, &why), EV_READY);
    assert_int_equal(flow_judge(&flow, &d, NULL, &one, p, NOW, &why), EV_FOUND);
    /* a stranger is answered 200 and an empty list */
    assert_int_equal(flow_judge(&flow, &d, NULL, &stranger, p, NOW, &why), EV_READ_FAILED);

    d.phase = PHASE_CANCELLED;
    assert_int_equal(flow_judge(&flow, &d, NULL, &none, p, NOW, &why), EV_NOT_WANTED);
    assert_int_equal(flow_judge(&flow, &d, NULL, &one, p, NOW, &why), EV_FOUND);
}

static void a_lost_create_waits_out_the_grace(void **state)
{
    const char *why = NULL;
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = dossier_of(&item);
    int64_t grace = POLICY_DEFAULT.times.grace_ms;
    struct flow flow = {.kind = FLOW_CREATE, .state = FS_PROBING, .sent_at_ms = NOW - grace + 1};
    struct find_result none = {.proven = true, .sighted = true};
    (void)state;

    assert_int_equal(flow_judge(&flow, &d, NULL, &none, &POLICY_DEFAULT, NOW, &why), EV_WAIT);
    d.phase = PHASE_CANCELLED; /* wanted or not: until it is known, it may appear */
    assert_int_equal(flow_judge(&flow, &d, NULL, &none, &POLICY_DEFAULT, NOW, &why), EV_WAIT);
    d.phase = PHASE_TICKETING;
    flow.state = FS_CHECKING; /* parked and tried again: no less in doubt for that */
    assert_int_equal(flow_judge(&flow, &d, NULL, &none, &POLICY_DEFAULT, NOW, &why), EV_WAIT);
    flow.sent_at_ms--;
    assert_int_equal(flow_judge(&flow, &d, NULL, &none, &POLICY_DEFAULT, NOW, &why), EV_READY);
    none.count = 1;
    assert_int_equal(flow_judge(&flow, &d, NULL, &none, &POLICY_DEFAULT, NOW, &why), EV_FOUND);
}

static void a_ticket_that_is_not_readable_or_gone_decides_for_every_kind(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = claimed_of(&item);
    struct ticket unread = {.presence = TICKET_UNREAD}, gone = {.presence = TICKET_GONE};
    (void)state;

    for (int kind = FLOW_COMMENT; kind <= FLOW_REOPEN; kind++) {
        assert_int_equal(judge((enum flow_kind)kind, &d, &unread), EV_READ_FAILED);
        assert_int_equal(judge((enum flow_kind)kind, &d, &gone), EV_NOT_WANTED);
    }
    assert_int_equal(judge(FLOW_KIND_COUNT, &d, &d.ticket), EV_NOT_WANTED);
}

static void words_are_written_except_where_we_only_observe(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = claimed_of(&item);
    (void)state;

    assert_int_equal(judge(FLOW_COMMENT, &d, &d.ticket), EV_READY);
    d.mode = GATE_WARN;
    assert_int_equal(judge(FLOW_FIELDS, &d, &d.ticket), EV_READY);
    d.mode = GATE_OBSERVE;
    d.ticket.role = STATUS_DONE;
    assert_int_equal(judge(FLOW_COMMENT, &d, &d.ticket), EV_NOT_WANTED);
    assert_int_equal(judge(FLOW_FIELDS, &d, &d.ticket), EV_NOT_WANTED);
    d.notice_shown = NOTICE_OBSERVING; /* but for saying just that */
    assert_int_equal(judge(FLOW_FIELDS, &d, &d.ticket), EV_READY);
    d.notice_shown = NOTICE_VERIFIED; /* or by what we closed it */
    assert_int_equal(judge(FLOW_FIELDS, &d, &d.ticket), EV_READY);
    struct ticket waits = d.ticket; /* held by the workflow, whatever the mode */
    d.notice_shown = NOTICE_NOT_YET;
    assert_int_equal(judge(FLOW_COMMENT, &d, &waits), EV_NOT_WANTED);
    waits.role = STATUS_VERIFY;
    assert_int_equal(judge(FLOW_COMMENT, &d, &waits), EV_READY);
}

static void a_close_asks_the_gate_once_more(void **state)
{
    const char *why = NULL;
    struct observation obs[2] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, 2);
    struct dossier d = claimed_of(&item);
    struct ticket t = d.ticket;
    (void)state;

    assert_int_equal(judge(FLOW_CLOSE, &d, &t), EV_READY);

    /* There people close by themselves, but out of Verifying only we lead. */
    for (int mode = GATE_OBSERVE; mode <= GATE_WARN; mode++) {
        d.mode = (enum gate_mode)mode;
        t.role = STATUS_VERIFY;
        assert_int_equal(judge(FLOW_CLOSE, &d, &t), EV_READY);
        t.role = STATUS_OPEN;
        assert_int_equal(judge(FLOW_CLOSE, &d, &t), EV_NOT_WANTED);
    }
    t.role = STATUS_VERIFY;
    d.mode = GATE_ENFORCE;

    obs[0].outcome = OUTCOME_PRESENT; /* the access came back meanwhile */
    assert_int_equal(judge(FLOW_CLOSE, &d, &t), EV_NOT_WANTED);
    item.excepted = true;
    d.plea_covers = t.plea.edit = STR("77");
    assert_int_equal(judge(FLOW_CLOSE, &d, &t), EV_READY);
    t.plea.edit = STR("78"); /* the answer that granted the exception is taken back */
    assert_int_equal(judge(FLOW_CLOSE, &d, &t), EV_NOT_WANTED);
    obs[0].outcome = OUTCOME_ABSENT;
    item.excepted = false;
    assert_int_equal(judge(FLOW_CLOSE, &d, &t), EV_READY); /* proven, it needs none */

    t.role = STATUS_DONE; /* done already, by us */
    assert_int_equal(judge(FLOW_CLOSE, &d, &t), EV_FOUND);
    t.cycle = STR("102"); /* or by somebody else, in a cycle of his own */
    assert_int_equal(judge(FLOW_CLOSE, &d, &t), EV_NOT_WANTED);
    t.role = STATUS_CANCELLED;
    assert_int_equal(judge(FLOW_CLOSE, &d, &t), EV_NOT_WANTED);
    t.role = STATUS_DECLINED;
    assert_int_equal(judge(FLOW_CLOSE, &d, &t), EV_NOT_WANTED);

    t = d.ticket; /* the claim was taken back and made again since the close was ordered */
    struct flow late = {.kind = FLOW_CLOSE, .state = FS_CHECKING, .cycle = STR("90")};
    assert_int_equal(flow_judge(&late, &d, &t, NULL, &POLICY_DEFAULT, NOW, &why), EV_NOT_WANTED);
    t.role = STATUS_OPEN;
    t.cycle = STR("103");
    assert_int_equal(judge(FLOW_CLOSE, &d, &t), EV_NOT_WANTED);
}

static void a_reopen_is_wanted_while_done_is_not_proven(void **state)
{
    struct observation obs[2] = {seen(OUTCOME_PRESENT, 0), seen(OUTCOME_PRESENT, MINUTE)};
    struct item item = item_of(DESIRED_ABSENT, obs, 2);
    struct dossier d = claimed_of(&item);
    struct ticket t = d.ticket;
    (void)state;

    assert_int_equal(judge(FLOW_REOPEN, &d, &t), EV_FOUND); /* not Done: nothing to reopen */
    t.role = STATUS_DONE;
    assert_int_equal(judge(FLOW_REOPEN, &d, &t), EV_READY);

    d.mode = GATE_WARN;
    assert_int_equal(judge(FLOW_REOPEN, &d, &t), EV_NOT_WANTED);
    d.mode = GATE_ENFORCE;
    d.phase = PHASE_CLOSED;
    assert_int_equal(judge(FLOW_REOPEN, &d, &t), EV_NOT_WANTED);
    d.phase = PHASE_CANCELLED; /* over is not done */
    assert_int_equal(judge(FLOW_REOPEN, &d, &t), EV_READY);
    d.phase = PHASE_DENIED;
    assert_int_equal(judge(FLOW_REOPEN, &d, &t), EV_READY);
    t.approval = APPROVAL_DECLINED; /* the very decline that ended it led there */
    t.approved_at_ms = NOW - MINUTE;
    t.cycle_at_ms = t.approved_at_ms + SECOND;
    assert_int_equal(judge(FLOW_REOPEN, &d, &t), EV_NOT_WANTED);
    t.cycle_at_ms = t.approved_at_ms - SECOND; /* a person had closed it before */
    assert_int_equal(judge(FLOW_REOPEN, &d, &t), EV_READY);
    t.cycle_at_ms = NOW; /* or did after */
    assert_int_equal(judge(FLOW_REOPEN, &d, &t), EV_READY);

    d.phase = PHASE_VERIFYING; /* proven meanwhile */
    obs[0].outcome = obs[1].outcome = OUTCOME_ABSENT;
    assert_int_equal(judge(FLOW_REOPEN, &d, &t), EV_NOT_WANTED);
}

static void a_return_moves_only_the_claim_it_answers(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = claimed_of(&item);
    struct ticket t = d.ticket;
    (void)state;

    assert_int_equal(judge(FLOW_RETURN, &d, &t), EV_READY);
    d.mode = GATE_WARN; /* ordered before the mode changed */
    assert_int_equal(judge(FLOW_RETURN, &d, &t), EV_NOT_WANTED);
    d.phase = PHASE_DENIED; /* over: only we lead out of there, whatever the mode */
    assert_int_equal(judge(FLOW_RETURN, &d, &t), EV_READY);
    d.phase = PHASE_VERIFYING;
    d.mode = GATE_ENFORCE;
    t.cycle = STR("101"); /* claimed again since */
    assert_int_equal(judge(FLOW_RETURN, &d, &t), EV_FOUND);
    t = d.ticket;
    t.role = STATUS_OPEN; /* back already */
    assert_int_equal(judge(FLOW_RETURN, &d, &t), EV_FOUND);
}

/* --- creating: made, and then? --- */

#define MARKER "gar-1"
static const struct flow CREATE = {.kind = FLOW_CREATE,
                                   .request_id = {"r", 1},
                                   .marker = {MARKER, 5},
                                   .issue_id = {"10001", 5},
                                   .attempt = 1};

static struct ticket made_by_us(void)
{
    return (struct ticket){.presence = TICKET_HERE,
                           .issue_id = STR("10001"),
                           .made_by_us = true,
                           .markers = STR("gar-0 " MARKER),
                           .created_ms = 100};
}

/* Issue security may hide our own ticket from our own search: "none" would be said for ever. */
static void an_empty_search_counts_only_while_we_are_shown_what_we_make(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = dossier_of(&item);
    struct flow flow = {.kind = FLOW_CREATE, .sent_at_ms = 1};
    struct find_result none = {.proven = true};
    const char *why = NULL;
    (void)state;

    assert_int_equal(flow_judge(&flow, &d, NULL, &none, &POLICY_DEFAULT, NOW, &why), EV_WAIT);
    none.sighted = true;
    assert_int_equal(flow_judge(&flow, &d, NULL, &none, &POLICY_DEFAULT, NOW, &why), EV_READY);
    d.ours_unseen = true; /* what we made a moment ago is hidden: so may be this one */
    assert_int_equal(flow_judge(&flow, &d, NULL, &none, &POLICY_DEFAULT, NOW, &why), EV_WAIT);
    d.ours_unseen = false;
    none.sighted = false;
    flow.sent_at_ms = 0; /* nothing is in doubt: nothing can be hidden */
    assert_int_equal(flow_judge(&flow, &d, NULL, &none, &POLICY_DEFAULT, NOW, &why), EV_READY);
}

static void a_ticket_is_the_requests_when_a_read_shows_it(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = dossier_of(&item);
    const struct policy *p = &POLICY_DEFAULT;
    struct ticket t = made_by_us();
    const char *why = NULL;
    (void)state;

    d.phase = PHASE_TICKETING;
    assert_int_equal(flow_judge(&CREATE, &d, &t, NULL, p, NOW, &why), EV_READY);
    assert_null(why);
    t.markers = STR("gar-11 xgar-1"); /* part of a word is no word */
    assert_int_equal(flow_judge(&CREATE, &d, &t, NULL, p, NOW, &why), EV_REFUSED);
    assert_string_equal(why, "the ticket that was made does not carry our marker");
    t.bound_to = STR("r"); /* the label was removed, the property says it */
    assert_int_equal(flow_judge(&CREATE, &d, &t, NULL, p, NOW, &why), EV_READY);
    t.made_by_us = false; /* a clone */
    assert_int_equal(flow_judge(&CREATE, &d, &t, NULL, p, NOW, &why), EV_REFUSED);

    t = made_by_us();
    t.presence = TICKET_GONE;
    struct flow tried = CREATE;
    assert_int_equal(flow_judge(&tried, &d, &t, NULL, p, NOW, &why), EV_WAIT); /* yet */
    tried.failures = 4;
    assert_int_equal(flow_judge(&tried, &d, &t, NULL, p, NOW, &why), EV_REFUSED);
    assert_non_null(strstr(why, "issue security"));
    t.presence = TICKET_UNREAD;
    assert_int_equal(flow_judge(&CREATE, &d, &t, NULL, p, NOW, &why), EV_READ_FAILED);

    t = made_by_us(); /* withdrawn meanwhile: it is bound, so that it says so, and that is all */
    d.phase = PHASE_CANCELLED;
    assert_int_equal(flow_judge(&CREATE, &d, &t, NULL, p, NOW, &why), EV_FOUND);
}

static void a_marker_that_is_empty_marks_nothing(void **state)
{
    struct ticket t = made_by_us();
    (void)state;

    assert_false(look_is_ours(&t, STR_NONE, STR_NONE));
    t.markers = STR_NONE;
    assert_false(look_is_ours(&t, STR(MARKER), STR("r")));
}

/* --- a second ticket --- */

static void of_two_tickets_one_is_kept(void **state)
{
    enum { US, CLONE };
    static const struct {
        const char *what;
        int by;
        bool touched, kept_touched;
        enum status_role role;
        enum ticket_presence kept;
        int64_t created;
        enum phase phase;
        enum second want;
    } CASES[] = {
        {"a clone", CLONE, false, false, STATUS_OPEN, TICKET_HERE, 200, PHASE_FULFILLING,
         SECOND_FOREIGN},
        {"nobody has it in hand", US, false, false, STATUS_OPEN, TICKET_HERE, 200, PHASE_FULFILLING,
         SECOND_RETIRE},
        {"people work on the other", US, false, true, STATUS_OPEN, TICKET_HERE, 50,
         PHASE_FULFILLING, SECOND_RETIRE},
        {"people work on it", US, true, false, STATUS_OPEN, TICKET_HERE, 200, PHASE_FULFILLING,
         SECOND_SWAP},
        {"the older", US, false, false, STATUS_OPEN, TICKET_HERE, 50, PHASE_FULFILLING,
         SECOND_SWAP},
        {"the older, but the other is claimed", US, false, false, STATUS_OPEN, TICKET_HERE, 50,
         PHASE_CLAIMED, SECOND_RETIRE},
        {"people work on both", US, true, true, STATUS_OPEN, TICKET_HERE, 200, PHASE_FULFILLING,
         SECOND_CONTESTED},
        {"worked on, the other is claimed", US, true, false, STATUS_VERIFY, TICKET_HERE, 200,
         PHASE_VERIFYING, SECOND_CONTESTED},
        {"closed", US, false, false, STATUS_DONE, TICKET_HERE, 200, PHASE_FULFILLING,
         SECOND_CONTESTED},
        {"cancelled", US, false, false, STATUS_CANCELLED, TICKET_HERE, 200, PHASE_FULFILLING,
         SECOND_OVER},
        {"declined", US, true, false, STATUS_DECLINED, TICKET_HERE, 200, PHASE_FULFILLING,
         SECOND_OVER},
        {"the other is gone", US, false, false, STATUS_OPEN, TICKET_GONE, 200, PHASE_ORPHANED,
         SECOND_SWAP},
        {"people had the other in hand, and it is gone", US, true, true, STATUS_OPEN, TICKET_GONE,
         200, PHASE_ORPHANED, SECOND_SWAP},
        {"nobody wants it any more", US, false, false, STATUS_OPEN, TICKET_HERE, 50,
         PHASE_CANCELLED, SECOND_RETIRE},
        {"the same, the other is gone", US, false, false, STATUS_OPEN, TICKET_GONE, 50,
         PHASE_CLOSED, SECOND_RETIRE},
        {"worked on although it is over", US, true, false, STATUS_OPEN, TICKET_HERE, 200,
         PHASE_CLOSED, SECOND_CONTESTED},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct ticket second = made_by_us(), kept = made_by_us();
        second.made_by_us = CASES[i].by == US;
        second.human_touched = CASES[i].touched;
        second.role = CASES[i].role;
        second.created_ms = CASES[i].created;
        kept.human_touched = CASES[i].kept_touched;
        kept.presence = CASES[i].kept;
        enum second said = second_judge(&second, &kept, STR(MARKER), STR("r"), CASES[i].phase);
        assert_true(strlen(second_name(said)) > 3);
        if (said != CASES[i].want)
            fail_msg("%s: %s", CASES[i].what, second_name(said));
    }
}

/* The request's ticket is gone, and two others carry its marker. */
static void a_second_ticket_waits_for_those_that_people_work_on(void **state)
{
    static const struct {
        const char *what;
        bool in_hand, touched[4];
        size_t count;
        const char *left; /* of 1 (it), 2, 3, and 9 (the one that is kept), in this order */
    } CASES[] = {
        {"the only one", false, {false}, 1, ""},
        {"it was touched since", false, {true, false}, 2, ""},
        {"nobody works on any", false, {false, false, false, false}, 4, ""},
        {"people work on another", false, {false, true, false, false}, 4, "2"},
        {"on two others", false, {false, true, true, false}, 4, "23"},
        {"on the last", false, {false, false, true, false}, 4, "3"},
        {"on this one, too", true, {true, true, false, false}, 4, ""},
        {"on the one that was kept", false, {false, false, false, true}, 4, ""},
    };
    static const char *const IDS[] = {"1", "2", "3", "9"};
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct ticket second = made_by_us();
        struct find_result found = {.proven = true, .count = CASES[i].count};
        second.issue_id = STR("1");
        second.human_touched = CASES[i].in_hand;
        for (size_t k = 0; k < found.count; k++) {
            found.issue_id[k] = found.key[k] = str_of(IDS[k]);
            found.human_touched[k] = CASES[i].touched[k];
            found.created_ms[k] = (int64_t)k;
        }
        second_rivals(&second, STR("9"), &found);
        char left[5] = "";
        for (size_t k = 0; k < found.count; k++) {
            left[k] = found.issue_id[k].p[0];
            assert_true(str_eq(found.key[k], found.issue_id[k]) && found.human_touched[k]);
            assert_int_equal(found.created_ms[k], left[k] - '1');
        }
        if (strcmp(left, CASES[i].left) != 0)
            fail_msg("%s: left is '%s'", CASES[i].what, left);
    }
}

/* Whatever was decided: the ticket is read again before each step, and handed back when it is not
 * as it was. */
static void what_people_began_on_is_not_cancelled(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = dossier_of(&item);
    struct flow flow = {.kind = FLOW_RETIRE,
                        .request_id = STR("r"),
                        .marker = STR(MARKER),
                        .issue_id = STR("10002"),
                        .cycle = STR("10002")};
    const struct flow_times *times = &POLICY_DEFAULT.times;
    const struct policy *p = &POLICY_DEFAULT;
    struct ticket t = made_by_us();
    const char *why = NULL;
    (void)state;

    t.issue_id = STR("10002");
    assert_int_equal(flow_judge(&flow, &d, &t, NULL, p, NOW, &why), EV_READY);
    flow.sent_at_ms = NOW - times->lease_ms - times->lateness_ms + 1; /* it may still be said */
    assert_int_equal(flow_judge(&flow, &d, &t, NULL, p, NOW, &why), EV_WAIT);
    flow.sent_at_ms--;
    assert_int_equal(flow_judge(&flow, &d, &t, NULL, p, NOW, &why), EV_READY);

    t.human_touched = true;
    assert_int_equal(flow_judge(&flow, &d, &t, NULL, p, NOW, &why), EV_NOT_WANTED);
    t.human_touched = false;
    t.role = STATUS_DONE;
    assert_int_equal(flow_judge(&flow, &d, &t, NULL, p, NOW, &why), EV_NOT_WANTED);
    t.role = STATUS_CANCELLED;
    assert_int_equal(flow_judge(&flow, &d, &t, NULL, p, NOW, &why), EV_FOUND);
    t.role = STATUS_OPEN;
    t.made_by_us = false;
    assert_int_equal(flow_judge(&flow, &d, &t, NULL, p, NOW, &why), EV_NOT_WANTED);
    t.made_by_us = true;

    d.ticket.presence = TICKET_UNREAD; /* it may be the last one */
    assert_int_equal(flow_judge(&flow, &d, &t, NULL, p, NOW, &why), EV_READ_FAILED);
    d.ticket.presence = TICKET_GONE; /* it is the last one */
    assert_int_equal(flow_judge(&flow, &d, &t, NULL, p, NOW, &why), EV_NOT_WANTED);
    d.phase = PHASE_CANCELLED; /* and nobody wants one */
    assert_int_equal(flow_judge(&flow, &d, &t, NULL, p, NOW, &why), EV_READY);
    d.phase = PHASE_FULFILLING;
    d.ticket.presence = TICKET_HERE;
    d.ticket.issue_id = STR("10002"); /* it is the request's own by now */
    assert_int_equal(flow_judge(&flow, &d, &t, NULL, p, NOW, &why), EV_NOT_WANTED);
    t.presence = TICKET_GONE;
    assert_int_equal(flow_judge(&flow, &d, &t, NULL, p, NOW, &why), EV_FOUND);
    t.presence = TICKET_UNREAD;
    assert_int_equal(flow_judge(&flow, &d, &t, NULL, p, NOW, &why), EV_READ_FAILED);
}

/* --- does a read of a moment ago do? --- */

static void a_read_serves_for_a_moment_unless_somebody_told_of_a_change(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = dossier_of(&item);
    int64_t lasts = POLICY_DEFAULT.times.call_timeout_ms;
    (void)state;

    d.ticket.presence = TICKET_HERE;
    d.ticket_read_ms = NOW - lasts;
    assert_true(look_is_fresh(&d, &POLICY_DEFAULT));
    d.ticket_read_ms = NOW - lasts - 1;
    assert_false(look_is_fresh(&d, &POLICY_DEFAULT));
    d.ticket_read_ms = 0; /* a hint came */
    assert_false(look_is_fresh(&d, &POLICY_DEFAULT));
    d.ticket_read_ms = NOW;
    d.ticket.presence = TICKET_UNREAD;
    assert_false(look_is_fresh(&d, &POLICY_DEFAULT));
    d.ticket.presence = TICKET_GONE; /* that is proven anew each time */
    assert_false(look_is_fresh(&d, &POLICY_DEFAULT));
}

static void a_request_is_looked_at_with_it_while_nothing_has_happened(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = dossier_of(&item);
    (void)state;

    d.ticket.presence = TICKET_HERE;
    d.ticket_read_ms = NOW;
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        for (int role = STATUS_OPEN; role <= STATUS_DECLINED; role++) {
            bool early = phase == PHASE_TICKETING || phase == PHASE_FULFILLING;
            d.phase = (enum phase)phase;
            d.ticket.role = (enum status_role)role;
            assert_int_equal(look_suffices(&d, &POLICY_DEFAULT), early && role == STATUS_OPEN);
        }
    }
    d.phase = PHASE_FULFILLING;
    d.ticket.role = STATUS_OPEN;
    d.ticket_read_ms = 0;
    assert_false(look_suffices(&d, &POLICY_DEFAULT));
}

/* A lost comment may still be carried out; a lost edit, or a mending, does no harm twice. */
static void a_lost_comment_is_waited_out(void **state)
{
    const struct policy *p = &POLICY_DEFAULT;
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = dossier_of(&item);
    struct flow flow = {.kind = FLOW_COMMENT, .sent_at_ms = NOW - SECOND};
    const char *why;
    (void)state;

    assert_int_equal(flow_judge(&flow, &d, &d.ticket, NULL, p, NOW, &why), EV_WAIT);
    assert_int_equal(flow_judge(&flow, &d, &d.ticket, NULL, p, NOW + HOUR, &why), EV_READY);
    flow.kind = FLOW_FIELDS;
    assert_int_equal(flow_judge(&flow, &d, &d.ticket, NULL, p, NOW, &why), EV_READY);
    flow.kind = FLOW_MEND;
    assert_int_equal(flow_judge(&flow, &d, &d.ticket, NULL, p, NOW, &why), EV_READY);
}

/* What they are is the ladder's to say: ladder_test.c. */
static void deadlines_press_as_the_ladder_says(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = claimed_of(&item);
    (void)state;

    assert_int_equal(judge(FLOW_REMIND, &d, &d.ticket), EV_READY);
    assert_int_equal(judge(FLOW_RAISE, &d, &d.ticket), EV_READY);
}

/* It is a ticket: looked for as one. But nobody is pressed in vain, and what is made is not undone.
 */
static void an_escalation_is_looked_for_as_a_create_is(void **state)
{
    const char *why = NULL;
    const struct policy *p = &POLICY_DEFAULT;
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = dossier_of(&item);
    struct flow flow = {.kind = FLOW_ESCALATE, .state = FS_CHECKING};
    struct find_result none = {.proven = true, .sighted = true};
    struct find_result one = {.proven = true, .sighted = true, .count = 1};
    (void)state;

    assert_int_equal(flow_judge(&flow, &d, NULL, &none, p, NOW, &why), EV_READY);
    d.phase = PHASE_VERIFIED;
    assert_int_equal(flow_judge(&flow, &d, NULL, &none, p, NOW, &why), EV_NOT_WANTED);
    d.phase = PHASE_FULFILLING;
    flow.sent_at_ms = NOW - SECOND;
    assert_int_equal(flow_judge(&flow, &d, NULL, &none, p, NOW, &why), EV_WAIT);
    assert_int_equal(flow_judge(&flow, &d, NULL, &one, p, NOW, &why), EV_FOUND);
    assert_int_equal(flow_judge(&flow, &d, NULL, &none, p, NOW + HOUR, &why), EV_READY);
    none.sighted = false; /* what we make there may be hidden from us */
    assert_int_equal(flow_judge(&flow, &d, NULL, &none, p, NOW + HOUR, &why), EV_WAIT);
    flow.issue_id = STR("10009");
    d.phase = PHASE_CLOSED; /* whoever reads it is led to what it was about */
    assert_int_equal(flow_judge(&flow, &d, NULL, &none, p, NOW, &why), EV_READY);
    assert_int_equal(flow_judge(&flow, &d, &d.ticket, NULL, p, NOW, &why), EV_READY);
}

UNIT_MAIN(cmocka_unit_test(a_lost_comment_is_waited_out),
          cmocka_unit_test(an_escalation_is_looked_for_as_a_create_is),
          cmocka_unit_test(deadlines_press_as_the_ladder_says),
          cmocka_unit_test(the_ticket_a_person_touched_is_kept_else_the_oldest),
          cmocka_unit_test(a_create_looks_for_its_marker_first),
          cmocka_unit_test(a_lost_create_waits_out_the_grace),
          cmocka_unit_test(a_ticket_that_is_not_readable_or_gone_decides_for_every_kind),
          cmocka_unit_test(words_are_written_except_where_we_only_observe),
          cmocka_unit_test(a_close_asks_the_gate_once_more),
          cmocka_unit_test(a_reopen_is_wanted_while_done_is_not_proven),
          cmocka_unit_test(a_return_moves_only_the_claim_it_answers),
          cmocka_unit_test(an_empty_search_counts_only_while_we_are_shown_what_we_make),
          cmocka_unit_test(a_ticket_is_the_requests_when_a_read_shows_it),
          cmocka_unit_test(a_marker_that_is_empty_marks_nothing),
          cmocka_unit_test(of_two_tickets_one_is_kept),
          cmocka_unit_test(a_second_ticket_waits_for_those_that_people_work_on),
          cmocka_unit_test(what_people_began_on_is_not_cancelled),
          cmocka_unit_test(a_read_serves_for_a_moment_unless_somebody_told_of_a_change),
          cmocka_unit_test(a_request_is_looked_at_with_it_while_nothing_has_happened))
