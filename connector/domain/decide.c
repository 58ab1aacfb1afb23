#include "base/plant.h"
#include "domain/ahead.h"
#include "domain/approving.h"
#include "domain/contested.h"
#include "domain/decide_priv.h"
#include "domain/drift.h"
#include "domain/emergency.h"
#include "domain/exception.h"
#include "domain/extra.h"
#include "domain/forged.h"
#include "domain/gate.h"
#include "domain/given_up.h"
#include "domain/notice_of.h"
#include "domain/owes.h"
#include "domain/permit_decide.h"
#include "domain/plea.h"
#include "domain/refusal.h"
#include "domain/schedule.h"
#include "domain/superseded.h"

static void see_ticket(struct deciding *s)
{
    const struct ticket *t = &s->d->ticket;

    s->here = t->presence == TICKET_HERE;
    if (!s->here)
        return;
    s->done = t->role == STATUS_DONE;
    s->verify = t->role == STATUS_VERIFY;
    bool taken_up = str_eq(t->cycle, s->d->claim_cycle);
    s->answered = str_eq(t->cycle, s->d->answered_cycle);
    bool claims = (s->done || s->verify) && !t->moved_by_us && !s->answered;
    /* one that was taken up where it was only told of is not taken up again where it is enforced */
    s->own =
        claims && (!taken_up || s->d->phase == PHASE_FULFILLING) && approving_forbids_claim(s->d);
    s->human_claim = claims && !taken_up && !s->own;
    s->taken_back = s->own || (t->role == STATUS_OPEN && !t->moved_by_us && !taken_up);
}

/* Done without proof: back it goes, unless somebody fights us for it; then hold and escalate. */
static enum hold hold_the_gate(struct deciding *s)
{
    const struct dossier *d = s->d;

    if (!s->done || gate_done_is_right(s->d) || !gate_holds(d))
        return HOLD_NONE;
    if (is_working(d, FLOW_REOPEN))
        return HOLD_UNDER_WAY;
    if (is_refused(d, FLOW_REOPEN, d->ticket.cycle)) {
        decide_try_again(s, FLOW_REOPEN, "CannotReopen");
        return HOLD_REFUSED;
    }
    if (d->reopens_last_hour >= s->p->reopens_per_hour && !PLANTED(REOPEN_UNCAPPED)) {
        escalate(s, "ReopenedTooOften", 0);
        look_by(s, d->now_ms + s->p->sweep_ms);
        return HOLD_GIVEN_UP;
    }
    enqueue(s, FLOW_REOPEN, d->ticket.cycle, NOTICE_REOPENED);
    return HOLD_ORDERED;
}

static void take_up_claim(struct deciding *s)
{
    move(s, PHASE_CLAIMED, s->done ? "ClosedBeforeProof" : "ClaimedDone");
    s->r->new_claim = !PLANTED(EVIDENCE_ACROSS_CYCLES) || str_empty(s->d->claim_cycle);
    s->r->breach = s->done && s->d->mode == GATE_ENFORCE;
}

/* What may happen in any phase that is not over. True when it decided. */
static bool decide_common(struct deciding *s)
{
    const struct dossier *d = s->d;
    enum phase ends;

    if (d->ticket.presence == TICKET_GONE && phase_move_allowed(d->phase, PHASE_ORPHANED)) {
        move(s, PHASE_ORPHANED, "TicketGone");
        escalate(s, "TicketGone", 0);
        return true;
    }
    bool proven = d->phase == PHASE_VERIFIED || d->phase == PHASE_EXCEPTION;
    if (d->cancel_asked && !proven && phase_move_allowed(d->phase, PHASE_CANCELLED)) {
        move(s, PHASE_CANCELLED, "Withdrawn");
        return true;
    }
    if (superseded_wholly(d) && phase_move_allowed(d->phase, PHASE_CANCELLED)) {
        move(s, PHASE_CANCELLED, "Superseded");
        return true;
    }
    const char *ended = s->here ? ended_on_ticket(d, &ends) : NULL;
    if (ended) {
        move(s, ends, ended);
        s->r->given_up = given_up(d);
        return true;
    }
    /* a change takes away, too, and that ends no more once it is worked on */
    bool gives = d->kind == REQUEST_GRANT || (d->kind == REQUEST_MODIFY && !d->approved_ms);
    if (gives && d->access_until_ms && d->access_until_ms <= d->now_ms &&
        phase_move_allowed(d->phase, PHASE_EXPIRED)) {
        move(s, PHASE_EXPIRED, "AccessPeriodOver");
        return true;
    }
    return false;
}

/* Nobody may work on it yet: the ticket says why, and may not be done. */
static void wait_before_work(struct deciding *s, enum notice_state why)
{
    enum hold hold = hold_the_gate(s);

    s->r->breach = hold == HOLD_ORDERED && !s->d->ticket.moved_by_us;
    decide_say(s, hold == HOLD_REFUSED || hold == HOLD_GIVEN_UP
                      ? decide_held_notice(s->d, hold, why)
                      : why);
    look_by(s, s->d->now_ms + s->p->sweep_ms);
}

/* Whatever else is waited for: a no is a no, and the time for an approval runs out. */
static bool ends_before_work(struct deciding *s, enum notice_state waits)
{
    const struct dossier *d = s->d;
    bool owed = d->approval_needed && !d->emergency && !approving_is_done(d);

    if (d->held)
        return false;
    if (d->approval_declined || waits == NOTICE_DENIED)
        move(s, PHASE_DENIED, d->approval_declined ? "Declined" : "PolicyDenied");
    else if (owed && approving_lapsed(d))
        move(s, PHASE_EXPIRED, "ApprovalExpired");
    return s->r->move;
}

static void decide_before_work(struct deciding *s)
{
    const struct dossier *d = s->d;
    enum notice_state waits = d->held ? NOTICE_UNCLEAR : permit_before_work(d, s->r);

    if (ends_before_work(s, waits))
        return;
    if (waits) {
        wait_before_work(s, waits);
        return;
    }
    if (approving_is_done(d))
        move(s, PHASE_APPROVED, "Approved");
    else if (!d->approval_needed)
        move(s, PHASE_APPROVED, "NoApprovalNeeded");
    else if (d->emergency)
        move(s, PHASE_APPROVED, "Emergency");
    else if (d->phase == PHASE_RECEIVED)
        move(s, PHASE_PENDING_APPROVAL, "ApprovalNeeded");
    if (s->r->move)
        return;
    approving_wait(d, s->r);
    wait_before_work(s, NOTICE_WAITING_APPROVAL);
}

static void decide_ticketing(struct deciding *s)
{
    const struct dossier *d = s->d;

    if (!str_empty(d->ticket.issue_id)) {
        move(s, PHASE_FULFILLING, "TicketReady");
        return;
    }
    if (d->phase == PHASE_APPROVED)
        move(s, PHASE_TICKETING, "TicketWanted");
    if (!d->flow_open[FLOW_CREATE])
        enqueue(s, FLOW_CREATE, STR_NONE, NOTICE_NONE);
    else
        s->r->read_sources = extra_is_unread(d, s->p); /* the ticket does not wait for it */
    if (d->flow_parked[FLOW_CREATE])
        escalate(s, "TicketRefused", 0);
    else if (d->flow_sent_ms[FLOW_CREATE] &&
             d->now_ms - d->flow_sent_ms[FLOW_CREATE] > 2 * s->p->times.grace_ms)
        escalate(s, "TicketInDoubt", 0); /* nobody can tell: it is not made again */
    look_by(s, d->now_ms + s->p->sweep_ms);
}

static void decide_fulfilling(struct deciding *s)
{
    const struct dossier *d = s->d;
    bool cannot_return = s->verify && is_refused(d, FLOW_RETURN, d->ticket.cycle);
    /* also a claim taken up before its ticket was away, and one our own half-made close left */
    bool waits_for_us = !s->answered && (s->verify || (s->done && !d->ticket.moved_by_us));
    /* where nothing is put back it is read on, whoever led it there and whatever we answered */
    bool stays = !gate_holds(d) && (s->done || (s->verify && !is_working(d, FLOW_RETURN)));

    if (s->own) {
        approving_send_back(d, s->p, s->r);
    } else if (waits_for_us || cannot_return || stays) {
        take_up_claim(s);
        return;
    }
    bool was_returned = !str_empty(d->answered_cycle);
    struct gate_verdict g = gate_judge(d);
    enum hold hold = hold_the_gate(s);
    enum notice_state work = was_returned ? gate_contradicts(d, &g) : NOTICE_READY;
    decide_say(s, s->own ? NOTICE_OWN_CLAIM : decide_held_notice(d, hold, work));
    s->r->read_sources = extra_is_unread(d, s->p);
    look_by(s, d->now_ms + s->p->sweep_ms);
}

/* When the next read is due: at once after a claim, then backing off; sooner while a source
 * settles, and when somebody presses again. */
static int64_t next_read_ms(const struct dossier *d, const struct policy *p,
                            const struct gate_verdict *g)
{
    struct schedule_ask ask = {.who = d->request_id,
                               .now_ms = d->now_ms,
                               .claimed_ms = d->claimed_ms,
                               .last_read_ms = d->last_read_ms,
                               .reads = d->reads_since_claim,
                               .settling_ms = g->settling_ms,
                               .touched = d->touched};
    return schedule_next_ms(p, &ask);
}

/* Not as asked for long enough: back to the fulfiller, or stay where no road leads back. */
static bool send_back(struct deciding *s, const struct gate_verdict *g)
{
    const struct dossier *d = s->d;
    bool patient = d->now_ms - d->claimed_ms < s->p->return_after_ms;

    if (!g->contradicted || patient || !gate_holds(d))
        return false;
    if (s->verify && is_refused(d, FLOW_RETURN, d->ticket.cycle)) {
        decide_try_again(s, FLOW_RETURN, "CannotReturn");
        return false;
    }
    move(s, PHASE_FULFILLING, g->reason);
    s->r->answered = true;
    if (s->verify)
        enqueue(s, FLOW_RETURN, d->ticket.cycle, NOTICE_NOT_YET);
    return true;
}

static void decide_verifying(struct deciding *s)
{
    const struct dossier *d = s->d;
    struct gate_verdict g = gate_judge(d);
    enum notice_state waits = permit_before_proof(d, &g, s->r);

    if (d->phase == PHASE_CLAIMED && d->reads_since_claim > 0) {
        move(s, PHASE_VERIFYING, "ReadsArrived");
        return;
    }
    if (PLANTED(OBSERVED_IS_PROVEN) && d->mode == GATE_OBSERVE && s->done)
        g.answer = GATE_YES;
    if (d->phase == PHASE_VERIFYING && g.answer != GATE_NO && !waits) {
        move(s, g.answer == GATE_YES ? PHASE_VERIFIED : PHASE_EXCEPTION, g.reason);
        return;
    }
    if (send_back(s, &g))
        return;
    int64_t next = next_read_ms(d, s->p, &g);
    s->r->read_sources = next <= d->now_ms;
    s->r->next_read_ms = next;
    look_by(s, s->r->read_sources ? d->now_ms + 1000
                                  : next); /* also when this visit has read already */
    if (g.read_failed) /* the words that say so are added in the same transaction */
        escalate(s, "SourceUnreadable", item_since(&d->items[g.first_failed]).last_known_ms);
    decide_say(
        s, decide_held_notice(s->d, hold_the_gate(s), waits ? waits : notice_of_waiting(d, &g)));
}

static void decide_proven(struct deciding *s)
{
    const struct dossier *d = s->d;
    struct gate_verdict g = gate_judge(d);
    uint32_t owed = owes(d);

    if (owes_afterwards(owed) &&
        !g.contradicted) { /* for days, maybe; read again when it may close */
        decide_say(s, NOTICE_OWED);
        return;
    }
    if (g.answer == GATE_NO) {
        move(s, PHASE_VERIFYING, g.reason);
        return;
    }
    if (owes_permit(owed)) {
        move(s, PHASE_VERIFYING, "NotPermitted");
        return;
    }
    if (s->done && gate_done_is_right(s->d)) {
        move(s, PHASE_CLOSED, g.reason);
        return;
    }
    decide_say(s, g.answer == GATE_YES ? NOTICE_VERIFIED : NOTICE_EXCEPTION);
    if (is_refused(d, FLOW_CLOSE, d->claim_cycle))
        decide_try_again(s, FLOW_CLOSE, "CannotClose");
    else if (gate_closes(d) &&
             !is_working(d, FLOW_CLOSE)) /* a parked one of an earlier claim is replaced */
        enqueue(s, FLOW_CLOSE, d->claim_cycle, NOTICE_VERIFIED);
    hold_the_gate(s);
    look_by(s, d->now_ms + s->p->times.lease_ms);
}

static void decide_claim(struct deciding *s)
{
    if (s->human_claim && s->d->phase != PHASE_CLAIMED) {
        take_up_claim(s);
        return;
    }
    if (s->taken_back || s->human_claim) { /* claimed anew while claimed: first the old one ends */
        move(s, PHASE_FULFILLING, "ClaimTakenBack");
        return;
    }
    if (s->d->phase == PHASE_CLAIMED || s->d->phase == PHASE_VERIFYING)
        decide_verifying(s);
    else
        decide_proven(s);
}

static void decide_closed(struct deciding *s)
{
    if (s->human_claim)
        take_up_claim(s);
    else if (s->here && (s->d->ticket.role == STATUS_OPEN || s->verify || s->own))
        move(s, PHASE_FULFILLING, "Reopened"); /* in Verifying: a late step of ours followed it */
    else /* the last word, when it could not be said yet, or was written over */
        decide_say(s, drift_notice(s->d));
}

/* Back to work, or to waiting for the approval that it never had. */
static void take_up_again(struct deciding *s, const char *reason)
{
    bool approved = s->d->approved_ms || PLANTED(BACK_WITHOUT_APPROVAL);
    move(s, approved ? PHASE_FULFILLING : PHASE_RECEIVED, reason);
}

static void decide_orphaned(struct deciding *s)
{
    if (s->here)
        take_up_again(s, "TicketCameBack");
}

/* --- over --- */

/* Only we may move it out of Verifying, whatever the mode: nobody shall wait there for a check that
 * never comes. */
static void return_what_is_over(struct deciding *s)
{
    const struct dossier *d = s->d;

    if (!s->verify || is_working(d, FLOW_RETURN))
        return;
    if (is_refused(d, FLOW_RETURN, d->ticket.cycle))
        decide_try_again(s, FLOW_RETURN, "CannotReturn");
    else if (d->returns_last_hour >= s->p->reopens_per_hour)
        escalate(s, "ReturnedTooOften", 0);
    else
        enqueue(s, FLOW_RETURN, d->ticket.cycle, notice_of_over(d));
}

/* Once its ticket says that a later request asks for the opposite, nobody shall have it in hand. */
static void cancel_superseded(struct deciding *s)
{
    const struct dossier *d = s->d;

    if (!superseded_cancels(d) || is_working(d, FLOW_CANCEL))
        return;
    if (is_refused(d, FLOW_CANCEL, d->ticket.cycle))
        decide_try_again(s, FLOW_CANCEL, "CannotCancel");
    else if (d->returns_last_hour >= s->p->reopens_per_hour)
        escalate(s, "CancelledTooOften", 0);
    else
        enqueue(s, FLOW_CANCEL, d->ticket.cycle, NOTICE_SUPERSEDED);
}

/* Over, and the ticket is here. Whoever cancelled on the ticket may think better of it, there. What
 * the platform withdrew, what was denied, and what came too late is not to be fulfilled: while the
 * ticket looks as if it were, it says so and is no way to Done. */
static void decide_over(struct deciding *s)
{
    const struct dossier *d = s->d;
    bool ended_too = d->ticket.role == STATUS_CANCELLED || d->ticket.role == STATUS_DECLINED;

    if (!s->here || ended_too || (s->done && gate_done_is_right(d)) || PLANTED(OVER_IS_OVER))
        return;
    bool stays = (d->cancel_asked && !PLANTED(WITHDRAWN_IS_WORKED)) || superseded_is_over(d) ||
                 emergency_is_ending(d);
    if (d->phase == PHASE_CANCELLED && !stays) {
        take_up_again(s, "CancelTakenBack");
        return;
    }
    if (s->done && !s->answered) {
        s->r->breach = d->mode == GATE_ENFORCE;
        s->r->answered = true;
    }
    if (s->done)
        escalate(s, "ClosedAlthoughOver", 0);
    enum hold hold = hold_the_gate(s);
    return_what_is_over(s);
    decide_say(s, hold == HOLD_REFUSED || hold == HOLD_GIVEN_UP
                      ? decide_held_notice(s->d, hold, NOTICE_NONE)
                      : notice_of_over(d));
    cancel_superseded(s);
    look_by(s, d->now_ms + s->p->sweep_ms);
}

/* An exception asked for on the ticket: granted once, or refused, and the ticket says why. */
static void answer_plea(struct deciding *s)
{
    const struct dossier *d = s->d;
    enum plea_verdict v = plea_judge(d);

    s->r->revokes = plea_is_taken_back(d); /* one thing at a time */
    s->r->grants = v == PLEA_GRANTED && !s->r->revokes;
    s->r->refuses = plea_is_refused(v) && v != PLEA_TAKEN_BACK && !s->r->revokes;
    s->r->refuses_why = s->r->refuses ? plea_why(v) : NULL;
    if (s->r->grants || s->r->revokes) /* then it is all looked at again */
        look_by(s, d->now_ms + 1000);
}

/* One whose answer was taken back covers something that no other does. */
static bool is_uncovered(const struct dossier *d)
{
    for (size_t i = 0; i < d->item_count; i++)
        if (!d->items[i].excepted && d->items[i].excepted_until_ms)
            return true;
    return false;
}

/* What the exception covered is to be made after all. */
static void take_up_uncovered(struct deciding *s)
{
    if (s->d->phase == PHASE_EXCEPTION)
        move(s, PHASE_VERIFYING, "ExceptionTakenBack");
    else if (s->d->phase == PHASE_CLOSED)
        move(s, PHASE_FULFILLING, "ExceptionTakenBack");
}

/* What is refused is recorded in every mode, once for each that outweighs the one before. Where we
 * only warn, a ticket that is closed then is the breach: people close there by themselves. */
static void record_refusal(struct deciding *s)
{
    const struct dossier *d = s->d;
    bool before_work = d->phase == PHASE_RECEIVED || d->phase == PHASE_PENDING_APPROVAL;
    enum refusal refused = s->r->move && before_work ? REFUSAL_NONE : refusal_judge(d);

    if (refused <= d->refused || PLANTED(REFUSAL_UNRECORDED))
        return;
    s->r->refused = refused;
    s->r->breach |= d->mode == GATE_WARN && s->done && !d->refused;
}

static void (*const DECIDE_IN[PHASE_COUNT])(struct deciding *) = {
    [PHASE_RECEIVED] = decide_before_work,  [PHASE_PENDING_APPROVAL] = decide_before_work,
    [PHASE_APPROVED] = decide_ticketing,    [PHASE_TICKETING] = decide_ticketing,
    [PHASE_FULFILLING] = decide_fulfilling, [PHASE_CLAIMED] = decide_claim,
    [PHASE_VERIFYING] = decide_claim,       [PHASE_VERIFIED] = decide_claim,
    [PHASE_EXCEPTION] = decide_claim,       [PHASE_CLOSED] = decide_closed,
    [PHASE_DENIED] = decide_over,           [PHASE_CANCELLED] = decide_over,
    [PHASE_EXPIRED] = decide_over,          [PHASE_ORPHANED] = decide_orphaned,
};

void decide(const struct dossier *d, const struct policy *policy, struct decision *ret)
{
    struct deciding s = {.d = d, .p = policy, .r = ret};

    *ret = (struct decision){.to = d->phase, .notice_key = d->notice_shown_key};
    see_ticket(&s);
    /* a ticket that maps to nothing any more was changed too */
    bool compared = s.here && d->approved_hash && !PLANTED(EDIT_IGNORED) &&
                    (d->ticket.mapped_hash || !PLANTED(EMPTY_IS_NO_EDIT));
    ret->tampered = compared && d->approved_hash != d->ticket.mapped_hash;
    ret->edited_back = compared && !ret->tampered && forged_and_taken_back(d);
    decide_tell_what_is_refused(&s);
    decide_mend(&s);
    answer_plea(&s);
    bool decided = decide_common(&s) || exception_reopens(d, ret);
    if (!decided && contested_waits(d))
        wait_before_work(&s, NOTICE_UNCLEAR);
    else if (!decided)
        (ret->revokes && is_uncovered(d) ? take_up_uncovered : DECIDE_IN[d->phase])(&s);
    drift_decide(d, policy, ret);
    exception_decide(d, policy, ret);
    emergency_decide(d, ret);
    ahead_decide(d, ret);
    decide_show_badge(&s);
    record_refusal(&s);
}
