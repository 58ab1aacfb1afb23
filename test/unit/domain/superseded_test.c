/* What becomes of a request when one that was approved later asks for the opposite. */
#include "domain/superseded.h"

#include "deciding.h"
#include "domain/line.h"
#include "domain/look.h"
#include "domain/notice_of.h"

/* All that it asked for, or with `left` all but that. */
static struct dossier superseded(const struct item *past, const struct item *left)
{
    struct dossier d = dossier_of(left ? left : past);

    d.superseded = past;
    d.superseded_count = 1;
    d.item_count = left ? 1 : 0;
    return d;
}

static struct item past_of(enum desired desired)
{
    struct item item = item_of(desired, NULL, 0);

    item.superseded_by = STR("SD-12");
    item.entitlement = STR("fin-auditor");
    return item;
}

static struct dossier over(const struct item *past)
{
    struct dossier d = superseded(past, NULL);

    d.phase = PHASE_CANCELLED;
    return d;
}

static void what_nobody_asks_for_any_more_is_cancelled(void **state)
{
    static const enum phase LIVE[] = {PHASE_APPROVED,  PHASE_TICKETING, PHASE_FULFILLING,
                                      PHASE_CLAIMED,   PHASE_VERIFYING, PHASE_VERIFIED,
                                      PHASE_EXCEPTION, PHASE_ORPHANED};
    struct item past = past_of(DESIRED_PRESENT), left = item_of(DESIRED_ABSENT, NULL, 0);
    (void)state;

    for (size_t i = 0; i < COUNT(LIVE); i++) {
        struct dossier d = superseded(&past, NULL);
        d.phase = LIVE[i];
        assert_true(superseded_wholly(&d));
        struct decision r = decided(&d);
        MOVES(r, PHASE_CANCELLED, "Superseded");
        d = superseded(&past, &left); /* the rest is asked for */
        d.phase = LIVE[i];
        assert_false(superseded_wholly(&d));
        r = decided(&d);
        assert_false(r.move && r.to == PHASE_CANCELLED);
    }
    struct dossier d =
        superseded(&past, NULL); /* what was closed stays closed, until it is reopened */
    d.phase = PHASE_CLOSED;
    d.closed_ms = d.verified_ms = NOW - HOUR;
    d.ticket.role = STATUS_DONE;
    d.ticket.moved_by_us = true;
    assert_false(decided(&d).move);
    d.ticket.role = STATUS_OPEN;
    MOVES(decided(&d), PHASE_FULFILLING, "Reopened");
}

static void its_ticket_says_so_and_is_cancelled_then(void **state)
{
    struct item past = past_of(DESIRED_PRESENT);
    struct dossier d = over(&past);
    struct decision r = decided(&d);
    (void)state;

    assert_false(r.move); /* an open ticket does not bring it back */
    assert_int_equal(says(&r), NOTICE_SUPERSEDED);
    assert_false(orders(&r, FLOW_CANCEL));
    have_said(&d, NOTICE_SUPERSEDED);
    d.notice_shown = NOTICE_SUPERSEDED;
    d.flow_open[FLOW_COMMENT] = true; /* the words are on their way */
    assert_false(superseded_cancels(&d));
    d.flow_open[FLOW_COMMENT] = false;
    d.flow_open[FLOW_FIELDS] = true;
    assert_false(superseded_cancels(&d));
    d.flow_parked[FLOW_FIELDS] = true; /* refused: it is cancelled without them */
    r = decided(&d);
    assert_true(orders(&r, FLOW_CANCEL));
    d.flow_open[FLOW_CANCEL] = true;
    r = decided(&d);
    assert_false(orders(&r, FLOW_CANCEL));
    refuse(&d, FLOW_CANCEL);
    r = decided(&d);
    assert_true(escalates(&r, "CannotCancel"));
    d.flow_open[FLOW_CANCEL] = d.flow_parked[FLOW_CANCEL] = false;
    d.returns_last_hour = POLICY_DEFAULT.reopens_per_hour; /* somebody opens it again and again */
    r = decided(&d);
    assert_true(escalates(&r, "CancelledTooOften"));
    assert_false(orders(&r, FLOW_CANCEL));
    d.returns_last_hour = 0;
    d.mode = GATE_WARN; /* there people move their tickets */
    r = decided(&d);
    assert_false(orders(&r, FLOW_CANCEL));
}

static void it_is_no_way_to_done(void **state)
{
    struct item past = past_of(DESIRED_PRESENT);
    struct dossier d = over(&past);
    struct decision r;
    (void)state;

    d.ticket.role = STATUS_VERIFY;
    d.ticket.cycle = STR("101");
    r = decided(&d);
    assert_true(orders(&r, FLOW_RETURN));
    assert_false(orders(&r, FLOW_CANCEL));
    d.ticket.role = STATUS_DONE;
    r = decided(&d);
    assert_true(orders(&r, FLOW_REOPEN) && r.breach);
    assert_true(escalates(&r, "ClosedAlthoughOver"));
    d.ticket.moved_by_us = true;
    d.verified_ms = NOW - MINUTE; /* proven and closed by us before anybody knew of the other one */
    r = decided(&d);
    assert_int_equal(r.flow_count, 0);
    assert_false(r.breach);
}

static void a_cancel_is_judged_on_a_fresh_look(void **state)
{
    struct item past = past_of(DESIRED_PRESENT), left = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = over(&past), rest = superseded(&past, &left);
    struct flow flow = {.kind = FLOW_CANCEL, .state = FS_CHECKING};
    struct ticket t = d.ticket;
    const char *why;
    (void)state;

    assert_int_equal(flow_judge(&flow, &d, &t, NULL, &POLICY_DEFAULT, NOW, &why), EV_READY);
    assert_int_equal(flow_judge(&flow, &rest, &t, NULL, &POLICY_DEFAULT, NOW, &why), EV_NOT_WANTED);
    t.role = STATUS_CANCELLED;
    assert_int_equal(flow_judge(&flow, &d, &t, NULL, &POLICY_DEFAULT, NOW, &why), EV_FOUND);
    t.role = STATUS_OPEN;
    d.mode = GATE_OBSERVE;
    assert_int_equal(flow_judge(&flow, &d, &t, NULL, &POLICY_DEFAULT, NOW, &why), EV_NOT_WANTED);
}

static void the_words_name_the_later_request(void **state)
{
    struct item past = past_of(DESIRED_PRESENT);
    struct dossier d = over(&past);
    struct notice n, before;
    (void)state;

    words_for(&d, 0, NOTICE_SUPERSEDED, &n);
    assert_string_equal(n.line, "Superseded: SD-12 was approved later and asks for the opposite. "
                                "Change nothing in SAP FIN");
    assert_string_equal(n.next, "If the change was made already, leave it: SD-12 sees to it. This "
                                "ticket is cancelled; closed as done, it is reopened.");
    assert_string_equal(n.check, "Waiting");
    d.mode = GATE_WARN;
    words_for(&d, 0, NOTICE_SUPERSEDED, &n);
    assert_non_null(strstr(n.next, "SD-12 sees to it. Cancel this ticket."));
    d.cancel_asked = true;
    assert_int_equal(notice_of_over(&d), NOTICE_WITHDRAWN);
    d = superseded(&past, &past);
    d.superseded_count = 0; /* nobody says by whom */
    words_for(&d, 0, NOTICE_SUPERSEDED, &before);
    assert_string_equal(before.line, "Superseded: another request was approved later and asks for "
                                     "the opposite. Change nothing");
}

static void of_several_what_is_left_out_is_said(void **state)
{
    struct observation o = seen(OUTCOME_PRESENT, 0);
    struct item past[2] = {past_of(DESIRED_PRESENT), past_of(DESIRED_PRESENT)};
    struct item left = item_of(DESIRED_ABSENT, &o, 1);
    struct dossier d = superseded(past, &left);
    struct notice n, plain;
    (void)state;

    words_for(&d, 0, NOTICE_READY, &n);
    assert_true(n.comment); /* somebody may be at it */
    assert_string_equal(n.line, "Approved. Remove fin-ledger-admin from M. Okafor in SAP FIN");
    assert_non_null(strstr(n.next, "Leave fin-auditor of M. Okafor as it is: SD-12 was approved "
                                   "later and asks for the opposite."));
    d.superseded_count = 2;
    words_for(&d, 0, NOTICE_NOT_YET, &n);
    assert_non_null(strstr(n.next, " Leave fin-auditor and 1 more of M. Okafor as it is"));
    assert_string_equal(n.rows[n.row_count - 1].mark, "SUPERSEDED");
    assert_string_equal(n.rows[n.row_count - 1].note, "SD-12 asks for the opposite");
    d.superseded_count = 0;
    words_for(&d, 0, NOTICE_NOT_YET, &plain);
    assert_true(plain.key != n.key && plain.row_count + 2 == n.row_count);
    words_for(&d, 0, NOTICE_READY, &plain);
    assert_false(plain.comment);
}

UNIT_MAIN(cmocka_unit_test(what_nobody_asks_for_any_more_is_cancelled),
          cmocka_unit_test(its_ticket_says_so_and_is_cancelled_then),
          cmocka_unit_test(it_is_no_way_to_done),
          cmocka_unit_test(a_cancel_is_judged_on_a_fresh_look),
          cmocka_unit_test(the_words_name_the_later_request),
          cmocka_unit_test(of_several_what_is_left_out_is_said))
