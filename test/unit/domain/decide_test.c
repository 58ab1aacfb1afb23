/* decide(): what may happen in any phase, and the way to the fulfiller. */
#include "domain/decide.h"

#include "deciding.h"

/* --- what may happen in any phase --- */

/* Withdrawn by the platform, denied, too late: not to be fulfilled. */
static const struct {
    enum phase phase;
    enum notice_state says;
} ENDS[] = {{PHASE_DENIED, NOTICE_DENIED},
            {PHASE_CANCELLED, NOTICE_WITHDRAWN},
            {PHASE_EXPIRED, NOTICE_EXPIRED}};

static struct dossier ended(size_t i, enum status_role role)
{
    struct dossier d = dossier_of(&NOTHING_READ);
    d.phase = ENDS[i].phase;
    d.cancel_asked = d.phase == PHASE_CANCELLED;
    d.ticket.role = role;
    d.ticket.cycle = STR("100");
    return d;
}

static void what_ended_on_its_ticket_too_rests(void **state)
{
    static const enum status_role ROLES[] = {STATUS_CANCELLED, STATUS_DECLINED};
    (void)state;
    for (size_t i = 0; i < COUNT(ENDS) * COUNT(ROLES); i++) {
        struct dossier d = ended(i / 2, ROLES[i % 2]);
        for (int here = 0; here < 2; here++) {
            struct decision r = decided(&d);
            assert_false(r.move);
            assert_int_equal(r.flow_count, 0);
            assert_int_equal(r.look_again_ms, 0);
            d.ticket.presence = TICKET_GONE;
            d.ticket.role = STATUS_OPEN;
        }
    }
}

static void an_open_ticket_of_what_is_over_says_so(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ENDS); i++) {
        struct dossier d = ended(i, STATUS_OPEN);
        struct decision r = decided(&d);
        assert_false(r.move);
        assert_int_equal(says(&r), ENDS[i].says);
        assert_true(orders(&r, FLOW_COMMENT));
        assert_false(orders(&r, FLOW_RETURN) || orders(&r, FLOW_REOPEN));
        assert_int_equal(r.escalation_count, 0);
        assert_int_equal(r.look_again_ms, NOW + POLICY_DEFAULT.sweep_ms);
        have_said(&d, ENDS[i].says);
        assert_int_equal(decided(&d).flow_count, 0);
    }
}

static void what_is_over_and_closed_as_done_is_a_breach_and_goes_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ENDS); i++) {
        struct dossier d = ended(i, STATUS_DONE);
        struct decision r = decided(&d);
        assert_false(r.move);
        assert_true(r.breach && r.answered);
        assert_true(escalates(&r, "ClosedAlthoughOver"));
        assert_true(orders(&r, FLOW_REOPEN));
        assert_int_equal(says(&r), ENDS[i].says);
        d.answered_cycle = d.ticket.cycle; /* counted once */
        r = decided(&d);
        assert_false(r.breach || r.answered);
        assert_true(orders(&r, FLOW_REOPEN));
        d.reopens_last_hour = POLICY_DEFAULT.reopens_per_hour;
        r = decided(&d);
        assert_false(orders(&r, FLOW_REOPEN));
        assert_true(escalates(&r, "ReopenedTooOften"));
        d.reopens_last_hour = 0;
        refuse(&d, FLOW_REOPEN);
        r = decided(&d);
        assert_int_equal(says(&r), NOTICE_CANNOT_REOPEN);
        assert_true(escalates(&r, "CannotReopen"));
        d.mode = GATE_WARN; /* told all the same */
        d.answered_cycle = STR_NONE;
        r = decided(&d);
        assert_true(escalates(&r, "ClosedAlthoughOver"));
        assert_false(orders(&r, FLOW_REOPEN));
        assert_true(r.breach); /* recorded, once */
        d.refused = REFUSAL_OVER;
        assert_false(decided(&d).breach);
        d.refused = REFUSAL_NONE;
        d.mode = GATE_OBSERVE;
        assert_false(decided(&d).breach);
    }
}

static void the_decline_that_ended_it_may_stand_in_a_done_status(void **state)
{
    struct dossier d = ended(0, STATUS_DONE);
    (void)state;

    d.ticket.approval = APPROVAL_DECLINED;
    d.ticket.approved_at_ms = d.ticket.cycle_at_ms = NOW - MINUTE;
    struct decision r = decided(&d);
    assert_false(r.breach);
    assert_int_equal(r.flow_count, 0);
    assert_int_equal(r.look_again_ms, 0);
    d.ticket.cycle = STR("101"); /* closed again since */
    d.ticket.cycle_at_ms = NOW;
    assert_true(decided(&d).breach);
}

static void nothing_over_waits_in_verifying(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ENDS); i++) {
        struct dossier d = ended(i, STATUS_VERIFY);
        struct decision r = decided(&d);
        assert_true(orders(&r, FLOW_RETURN));
        assert_int_equal(says(&r), ENDS[i].says);
        d.flow_open[FLOW_RETURN] = true;
        r = decided(&d);
        assert_false(orders(&r, FLOW_RETURN));
        refuse(&d, FLOW_RETURN);
        r = decided(&d);
        assert_true(escalates(&r, "CannotReturn"));
        d.ticket.cycle = STR("102"); /* pressed again: the refusal was about another move */
        r = decided(&d);
        assert_true(orders(&r, FLOW_RETURN));
        d.returns_last_hour = POLICY_DEFAULT.reopens_per_hour;
        r = decided(&d);
        assert_false(orders(&r, FLOW_RETURN));
        assert_true(escalates(&r, "ReturnedTooOften"));
        d.returns_last_hour = 0;
        for (int mode = 0; mode < 3; mode++) { /* the gate holds it there whatever the mode is */
            d.mode = (enum gate_mode)mode;
            r = decided(&d);
            assert_true(orders(&r, FLOW_RETURN));
        }
    }
}

static void a_cancelled_ticket_that_is_opened_again_goes_on(void **state)
{
    static const enum status_role ROLES[] = {STATUS_OPEN, STATUS_VERIFY, STATUS_DONE};
    (void)state;
    for (size_t i = 0; i < COUNT(ROLES); i++) {
        struct dossier d = ended(1, ROLES[i]);
        d.cancel_asked = false; /* cancelled on the ticket, and thought better of */
        MOVES(decided(&d), PHASE_FULFILLING, "CancelTakenBack");
        d.approved_ms = 0; /* cancelled before anybody approved it */
        MOVES(decided(&d), PHASE_RECEIVED, "CancelTakenBack");
        d.phase = PHASE_ORPHANED;
        MOVES(decided(&d), PHASE_RECEIVED, "TicketCameBack");
    }
}

static void a_ticket_that_is_gone_orphans_the_request_and_somebody_is_told(void **state)
{
    (void)state;
    for (int p = 0; p < PHASE_COUNT; p++) {
        struct dossier d = dossier_of(&NOTHING_READ);
        d.phase = (enum phase)p;
        d.ticket.presence = TICKET_GONE;
        struct decision r = decided(&d);
        if (!phase_move_allowed(d.phase, PHASE_ORPHANED))
            continue;
        MOVES(r, PHASE_ORPHANED, "TicketGone");
        assert_true(escalates(&r, "TicketGone"));
    }
}

static void a_ticket_that_comes_back_goes_on(void **state)
{
    struct dossier d = dossier_of(&NOTHING_READ);
    (void)state;
    d.phase = PHASE_ORPHANED;
    MOVES(decided(&d), PHASE_FULFILLING, "TicketCameBack");
    d.ticket.presence = TICKET_UNREAD;
    assert_false(decided(&d).move);
}

static void a_withdrawn_request_is_cancelled_unless_it_is_proven_or_over(void **state)
{
    (void)state;
    for (int p = 0; p < PHASE_COUNT; p++) {
        struct dossier d = dossier_of(&NOTHING_READ);
        d.phase = (enum phase)p;
        d.cancel_asked = true;
        struct decision r = decided(&d);
        bool proven = d.phase == PHASE_VERIFIED || d.phase == PHASE_EXCEPTION;
        bool allowed = !proven && phase_move_allowed(d.phase, PHASE_CANCELLED);
        assert_int_equal(r.move && r.to == PHASE_CANCELLED, allowed);
        if (allowed)
            assert_string_equal(r.reason, "Withdrawn");
    }
}

static void the_tickets_own_end_ends_the_request(void **state)
{
    struct dossier d = dossier_of(&NOTHING_READ);
    (void)state;

    d.ticket.role = STATUS_CANCELLED;
    MOVES(decided(&d), PHASE_CANCELLED, "CancelledOnTicket");
    d.ticket.role = STATUS_DECLINED;
    MOVES(decided(&d), PHASE_DENIED, "DeclinedOnTicket");
    for (int p = PHASE_FULFILLING; p <= PHASE_EXCEPTION; p++) { /* at any time before the close */
        d.phase = (enum phase)p;
        d.ticket.role = STATUS_CANCELLED;
        MOVES(decided(&d), PHASE_CANCELLED, "CancelledOnTicket");
        d.ticket.role = STATUS_DECLINED;
        MOVES(decided(&d), PHASE_DENIED, "DeclinedOnTicket");
    }
    d.phase = PHASE_FULFILLING;
    d.ticket.presence = TICKET_UNREAD; /* an old picture decides nothing */
    assert_false(decided(&d).move);
}

static void a_grant_whose_time_passed_is_not_given_but_a_removal_never_expires(void **state)
{
    struct dossier d = dossier_of(&NOTHING_READ);
    (void)state;

    d.kind = REQUEST_GRANT;
    d.access_until_ms = NOW;
    MOVES(decided(&d), PHASE_EXPIRED, "AccessPeriodOver");
    d.phase = PHASE_VERIFYING; /* nor proven to be there when it should be gone */
    MOVES(decided(&d), PHASE_EXPIRED, "AccessPeriodOver");
    d.phase = PHASE_CLAIMED;
    MOVES(decided(&d), PHASE_EXPIRED, "AccessPeriodOver");
    d.phase = PHASE_FULFILLING;
    d.access_until_ms = NOW + 1;
    assert_false(decided(&d).move);
    d.access_until_ms = NOW;
    d.kind = REQUEST_REMOVAL;
    assert_false(decided(&d).move);
}

static void edits_after_approval_that_were_taken_back_are_seen_too(void **state)
{
    struct dossier d = dossier_of(&NOTHING_READ);
    (void)state;

    d.approved_hash = 7;
    d.from_ticket = true;
    d.ticket.edit = STR("20011");
    assert_false(decided(&d).edited_back); /* what it was approved with is not known */
    d.from_ticket = false;
    assert_true(decided(&d).edited_back); /* but of what we made it is: every edit came later */
    d.ticket.edit = STR("0");
    assert_false(decided(&d).edited_back);
    d.ticket.edit = STR_NONE; /* an earlier release read it */
    assert_false(decided(&d).edited_back);
    d.ticket.edit = d.approved_edit = STR("20011");
    assert_false(decided(&d).edited_back);
    d.ticket.edit = STR("20013");
    struct decision r = decided(&d);
    assert_true(r.edited_back);
    assert_false(r.tampered);
    assert_false(r.move);
    d.ticket.mapped_hash = 8; /* not taken back */
    assert_false(decided(&d).edited_back);
}

static void edits_after_approval_are_tampering_and_change_nothing(void **state)
{
    struct dossier d = dossier_of(&NOTHING_READ);
    (void)state;

    d.approved_hash = 7;
    assert_false(decided(&d).tampered);
    d.ticket.mapped_hash = 8;
    struct decision r = decided(&d);
    assert_true(r.tampered);
    assert_false(r.move);
    d.ticket.mapped_hash = 0; /* a field was emptied: it does not map now, and that is a change */
    assert_true(decided(&d).tampered);
    d.ticket.presence = TICKET_GONE; /* nobody looked: nothing to compare */
    assert_false(decided(&d).tampered);
    d.ticket.presence = TICKET_HERE;
    d.ticket.mapped_hash = 8;
    d.approved_hash = 0;
    assert_false(decided(&d).tampered);
}

/* --- before work --- */

static void approval_decides_what_comes_first(void **state)
{
    static const struct {
        const char *name;
        bool needed, given, declined, emergency;
        enum phase from, to;
        const char *reason;
    } CASES[] = {
        {"none needed", false, false, false, false, PHASE_RECEIVED, PHASE_APPROVED,
         "NoApprovalNeeded"},
        {"needed", true, false, false, false, PHASE_RECEIVED, PHASE_PENDING_APPROVAL,
         "ApprovalNeeded"},
        {"there already", true, true, false, false, PHASE_RECEIVED, PHASE_APPROVED, "Approved"},
        {"declined before we saw it", true, false, true, false, PHASE_RECEIVED, PHASE_DENIED,
         "Declined"},
        {"declined wins", true, true, true, false, PHASE_RECEIVED, PHASE_DENIED, "Declined"},
        {"emergency: owed afterwards", true, false, false, true, PHASE_RECEIVED, PHASE_APPROVED,
         "Emergency"},
        {"given", true, true, false, false, PHASE_PENDING_APPROVAL, PHASE_APPROVED, "Approved"},
        {"declined", true, false, true, false, PHASE_PENDING_APPROVAL, PHASE_DENIED, "Declined"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct dossier d = dossier_of(&NOTHING_READ);
        d.phase = CASES[i].from;
        d.approval_needed = CASES[i].needed;
        d.approval_given = CASES[i].given;
        d.approval_declined = CASES[i].declined;
        d.emergency = CASES[i].emergency;
        struct decision r = decided(&d);
        if (!r.move || r.to != CASES[i].to || strcmp(r.reason, CASES[i].reason) != 0)
            fail_msg("%s: %s", CASES[i].name, r.move ? r.reason : "stays");
    }
}

static void while_waiting_for_approval_the_ticket_says_so_and_may_not_be_done(void **state)
{
    struct dossier d = dossier_of(&NOTHING_READ);
    (void)state;

    d.phase = PHASE_PENDING_APPROVAL;
    d.approval_needed = true;
    struct decision r = decided(&d);
    assert_false(r.move);
    assert_int_equal(says(&r), NOTICE_WAITING_APPROVAL);
    assert_false(orders(&r, FLOW_REOPEN));
    assert_int_equal(r.look_again_ms, NOW + POLICY_DEFAULT.sweep_ms);
    assert_false(escalates(&r, "ApproverUnclear"));
    d.approval_unclear = true; /* by one of the two, for all we know */
    r = decided(&d);
    assert_false(r.move);
    assert_int_equal(says(&r), NOTICE_WAITING_APPROVAL);
    assert_true(escalates(&r, "ApproverUnclear"));

    d.ticket.role = STATUS_DONE;
    r = decided(&d);
    assert_true(orders(&r, FLOW_REOPEN));
    assert_true(r.breach);
    refuse(&d, FLOW_REOPEN);
    r = decided(&d);
    assert_int_equal(says(&r), NOTICE_CANNOT_REOPEN);
    assert_true(escalates(&r, "CannotReopen"));
    d.mode = GATE_WARN;
    r = decided(&d);
    assert_false(orders(&r, FLOW_REOPEN));
    assert_true(r.breach && r.refused == REFUSAL_NOT_APPROVED); /* and recorded */
}

static void a_ticket_that_does_not_map_is_held_and_says_which_field(void **state)
{
    struct dossier d = dossier_of(NULL);
    (void)state;

    d.phase = PHASE_RECEIVED;
    d.held = true;
    d.item_count = 0;
    d.hold_text = STR("the form does not say which role");
    struct decision r = decided(&d);
    assert_false(r.move); /* not even to approved: there is nothing to approve */
    assert_int_equal(says(&r), NOTICE_UNCLEAR);
    assert_true(orders(&r, FLOW_COMMENT));
    assert_true(r.look_again_ms > NOW);

    d.ticket.role = STATUS_DONE;
    r = decided(&d);
    assert_true(orders(&r, FLOW_REOPEN));
}

/* --- making the ticket --- */

static void an_approved_request_without_a_ticket_gets_one(void **state)
{
    struct dossier d = dossier_of(&NOTHING_READ);
    (void)state;

    d.phase = PHASE_APPROVED;
    d.ticket = (struct ticket){0};
    struct decision r = decided(&d);
    MOVES(r, PHASE_TICKETING, "TicketWanted");
    assert_true(orders(&r, FLOW_CREATE));

    d.phase = PHASE_TICKETING;
    d.flow_open[FLOW_CREATE] = true;
    r = decided(&d);
    assert_false(r.move);
    assert_false(orders(&r, FLOW_CREATE)); /* one is under way */
    assert_int_equal(r.escalation_count, 0);

    d.flow_sent_ms[FLOW_CREATE] = NOW - 2 * POLICY_DEFAULT.times.grace_ms;
    assert_int_equal(decided(&d).escalation_count, 0); /* lost: looked for */
    d.flow_sent_ms[FLOW_CREATE]--;
    r = decided(&d); /* nobody can tell, for far too long: never a second one, but people look */
    assert_true(escalates(&r, "TicketInDoubt"));
    assert_false(orders(&r, FLOW_CREATE));

    d.flow_parked[FLOW_CREATE] = true; /* refused: never a second one, but somebody is told */
    r = decided(&d);
    assert_false(orders(&r, FLOW_CREATE));
    assert_true(escalates(&r, "TicketRefused"));

    d.ticket.issue_id = STR("10001");
    MOVES(decided(&d), PHASE_FULFILLING, "TicketReady");
    d.phase = PHASE_APPROVED; /* the ticket came first */
    MOVES(decided(&d), PHASE_FULFILLING, "TicketReady");
}

/* --- with the fulfiller --- */

static void the_fulfiller_is_told_what_to_do(void **state)
{
    struct dossier d = dossier_of(&NOTHING_READ);
    (void)state;

    struct decision r = decided(&d);
    assert_int_equal(says(&r), NOTICE_READY);
    assert_false(orders(&r, FLOW_COMMENT)); /* the two fields are enough */
    d.answered_cycle = STR("90");
    r = decided(&d);
    assert_int_equal(says(&r), NOTICE_NOT_YET);
    assert_true(orders(&r, FLOW_COMMENT));
    d.answered_cycle = STR_NONE;
    d.mode = GATE_OBSERVE;
    r = decided(&d);
    assert_int_equal(says(&r), NOTICE_OBSERVING);
}

static void pressing_resolve_is_the_claim(void **state)
{
    struct dossier d = dossier_of(&NOTHING_READ);
    (void)state;

    d.ticket.role = STATUS_VERIFY;
    d.ticket.cycle = STR("100");
    struct decision r = decided(&d);
    MOVES(r, PHASE_CLAIMED, "ClaimedDone");
    assert_true(r.new_claim);
    assert_false(r.breach);

    d.ticket.role = STATUS_DONE;
    r = decided(&d);
    MOVES(r, PHASE_CLAIMED, "ClosedBeforeProof");
    assert_true(r.new_claim && r.breach);
    d.mode = GATE_WARN; /* a claim there too, but nothing was broken */
    assert_false(decided(&d).breach);
}

static void what_is_answered_or_ours_is_no_new_claim(void **state)
{
    struct dossier d = dossier_of(&NOTHING_READ);
    (void)state;

    d.ticket.role = STATUS_VERIFY;
    d.ticket.cycle = STR("100");
    d.answered_cycle = STR("100"); /* sent back; our move is still on its way */
    assert_false(decided(&d).move);
    refuse(&d, FLOW_RETURN); /* there is no road back */
    MOVES(decided(&d), PHASE_CLAIMED, "ClaimedDone");
    d = dossier_of(&NOTHING_READ);
    d.ticket.role = STATUS_DONE; /* our own late close of an earlier claim: back it goes */
    d.ticket.cycle = STR("101");
    d.ticket.moved_by_us = true;
    struct decision r = decided(&d);
    assert_false(r.move);
    assert_true(orders(&r, FLOW_REOPEN));
}

static void whatever_stands_in_verifying_unanswered_is_checked(void **state)
{
    struct dossier d = dossier_of(&NOTHING_READ);
    (void)state;

    d.ticket.role = STATUS_VERIFY;
    d.ticket.cycle = STR("100");
    d.claim_cycle = STR("100"); /* claimed, then the ticket was away for a while */
    MOVES(decided(&d), PHASE_CLAIMED, "ClaimedDone");
    d.ticket.cycle = STR("101"); /* our own close got half way */
    d.ticket.moved_by_us = true;
    MOVES(decided(&d), PHASE_CLAIMED, "ClaimedDone");
}

/* --- the whole --- */

/* Every phase × every status × who moved it × every mode: no illegal move, no proof from nothing,
 * no flood. */
static void no_dossier_leads_to_an_illegal_decision(void **state)
{
    static const char *const CYCLES[] = {"100", "101"};
    (void)state;

    for (int n = 0; n < PHASE_COUNT * 5 * 3 * 2 * 2 * 3; n++) {
        int rest = n;
        struct dossier d = claimed_of(&NOTHING_READ);
        d.phase = (enum phase)(rest % PHASE_COUNT), rest /= PHASE_COUNT;
        d.ticket.role = (enum status_role)(rest % 5), rest /= 5;
        d.mode = (enum gate_mode)(rest % 3), rest /= 3;
        d.ticket.moved_by_us = rest % 2, rest /= 2;
        d.ticket.cycle = str_of(CYCLES[rest % 2]), rest /= 2;
        d.ticket.presence = (enum ticket_presence)rest;
        struct decision r = decided(&d);
        assert_true(r.flow_count <= LIMIT_EFFECTS_PER_STEP);
        if (r.move) /* nothing was read: nothing is proven, nothing closes */
            assert_true(r.to != PHASE_VERIFIED && r.to != PHASE_EXCEPTION && r.to != PHASE_CLOSED);
        assert_false(orders(&r, FLOW_CLOSE));
        bool led_out = d.ticket.role == STATUS_VERIFY && phase_is_terminal(d.phase);
        if (d.mode != GATE_ENFORCE)
            assert_false(orders(&r, FLOW_REOPEN) || (orders(&r, FLOW_RETURN) && !led_out));
        for (size_t i = 0; i < r.flow_count; i++)
            assert_true(!gate_is_silent(&d) || r.flows[i].notice == NOTICE_OBSERVING ||
                        r.flows[i].kind == FLOW_CREATE || r.flows[i].kind == FLOW_RETURN);
    }
    struct decision r;
    decide(&(struct dossier){.phase = PHASE_ORPHANED}, &POLICY_DEFAULT, &r);
    assert_false(r.move);
}

/* Beside the request's own course: its ticket is there, or one too many is. */
static void refused_work_beside_the_request_is_told(void **state)
{
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = dossier_of(&item);
    struct decision r;
    (void)state;

    d.flow_open[FLOW_CREATE] = d.flow_parked[FLOW_CREATE] = true;
    r = decided(&d);
    assert_true(escalates(&r, "TicketUnfinished"));
    assert_false(r.retry[FLOW_CREATE]); /* an operator mends it, and says so */

    d = dossier_of(&item);
    d.flow_open[FLOW_RETIRE] = d.flow_parked[FLOW_RETIRE] = true;
    d.phase = PHASE_CANCELLED; /* whatever became of the request */
    r = decided(&d);
    assert_true(escalates(&r, "CannotRetire"));
    assert_true(r.retry[FLOW_RETIRE]);
}

/* Whose ticket it is, and that it is resolved: written by somebody else it changes nothing, is
 * undone, and is never forgotten. */
static void what_is_forged_on_the_ticket_is_undone(void **state)
{
    struct dossier d = dossier_of(&NOTHING_READ);
    struct decision r;
    (void)state;

    d.marker = STR("gar-1");
    d.ticket.markers = STR("gar-0 gar-1");
    r = decided(&d);
    assert_false(r.rebound || r.unmarked || r.resolved || orders(&r, FLOW_MEND));
    d.ticket.markers = STR("gar-0 gar-2");
    r = decided(&d);
    assert_true(r.unmarked && !orders(&r, FLOW_MEND));

    d.ticket.bound_to = STR("another");
    r = decided(&d);
    assert_true(r.rebound && orders(&r, FLOW_MEND));
    d.ticket.bound_to = STR("r");
    d.ticket.bound_elsewhere = true;
    r = decided(&d);
    assert_true(r.rebound && orders(&r, FLOW_MEND));
    d.flow_open[FLOW_MEND] = true;
    r = decided(&d);
    assert_true(r.rebound && !orders(&r, FLOW_MEND)); /* it is on its way */
    refuse(&d, FLOW_MEND);
    r = decided(&d);
    assert_true(escalates(&r, "CannotMend") && !orders(&r, FLOW_MEND) && !r.retry[FLOW_MEND]);
    d.flow_refused_ms[FLOW_MEND] = NOW - HOUR;
    r = decided(&d);
    assert_true(r.retry[FLOW_MEND]);
    d.flow_open[FLOW_MEND] = d.flow_parked[FLOW_MEND] = false;
    d.writes_last_hour = 4;
    r = decided(&d);
    assert_true(escalates(&r, "MendedTooOften") && !orders(&r, FLOW_MEND));
    d.writes_last_hour = 0;
    d.flow_open[FLOW_CREATE] = true; /* it is not bound yet */
    r = decided(&d);
    assert_false(r.rebound || r.unmarked || orders(&r, FLOW_MEND));
    d.flow_open[FLOW_CREATE] = false;
    d.from_ticket = true; /* people made it: it never had a binding of ours */
    r = decided(&d);
    assert_false(r.rebound || r.unmarked || orders(&r, FLOW_MEND));

    d.ticket.resolution_set = true; /* by a move whose workflow does not clear it */
    r = decided(&d);
    assert_true(!r.resolved && orders(&r, FLOW_MEND));
    d.ticket.resolution_edit = STR("77");
    r = decided(&d);
    assert_true(r.resolved && orders(&r, FLOW_MEND));
    assert_false(r.move);
    d.mode = GATE_WARN;
    r = decided(&d);
    assert_false(r.resolved || orders(&r, FLOW_MEND));
    d.mode = GATE_ENFORCE;
    d.ticket.role = STATUS_DONE;
    r = decided(&d);
    assert_false(r.resolved || orders(&r, FLOW_MEND));
}

UNIT_MAIN(cmocka_unit_test(what_is_forged_on_the_ticket_is_undone),
          cmocka_unit_test(refused_work_beside_the_request_is_told),
          cmocka_unit_test(what_ended_on_its_ticket_too_rests),
          cmocka_unit_test(an_open_ticket_of_what_is_over_says_so),
          cmocka_unit_test(what_is_over_and_closed_as_done_is_a_breach_and_goes_back),
          cmocka_unit_test(the_decline_that_ended_it_may_stand_in_a_done_status),
          cmocka_unit_test(nothing_over_waits_in_verifying),
          cmocka_unit_test(a_cancelled_ticket_that_is_opened_again_goes_on),
          cmocka_unit_test(a_ticket_that_is_gone_orphans_the_request_and_somebody_is_told),
          cmocka_unit_test(a_ticket_that_comes_back_goes_on),
          cmocka_unit_test(a_withdrawn_request_is_cancelled_unless_it_is_proven_or_over),
          cmocka_unit_test(the_tickets_own_end_ends_the_request),
          cmocka_unit_test(a_grant_whose_time_passed_is_not_given_but_a_removal_never_expires),
          cmocka_unit_test(edits_after_approval_that_were_taken_back_are_seen_too),
          cmocka_unit_test(edits_after_approval_are_tampering_and_change_nothing),
          cmocka_unit_test(approval_decides_what_comes_first),
          cmocka_unit_test(while_waiting_for_approval_the_ticket_says_so_and_may_not_be_done),
          cmocka_unit_test(a_ticket_that_does_not_map_is_held_and_says_which_field),
          cmocka_unit_test(an_approved_request_without_a_ticket_gets_one),
          cmocka_unit_test(the_fulfiller_is_told_what_to_do),
          cmocka_unit_test(pressing_resolve_is_the_claim),
          cmocka_unit_test(what_is_answered_or_ours_is_no_new_claim),
          cmocka_unit_test(whatever_stands_in_verifying_unanswered_is_checked),
          cmocka_unit_test(no_dossier_leads_to_an_illegal_decision))
