#include "domain/decide.h"

#include "base/plant.h"
#include "domain/gate.h"
#include "domain/words.h"

static const int64_t READ_WAITS_MS[] = {0, 15000, 60000, 300000, 900000, 3600000};

const struct policy POLICY_DEFAULT = {
    .recheck_ms = 3600000,
    .return_after_ms = 15 * 60000,
    .reopens_per_hour = 3,
    .writes_per_hour = 6,
    .sweep_ms = 15 * 60000,
    .times = {.call_timeout_ms = 20000,
              .lease_ms = 60000,
              .safety_ms = 5000,
              .lateness_ms = 65000,
              .index_lag_ms = 120000,
              .grace_ms = 250000,
              .probe_ms = 5000,
              .backoff_base_ms = 2000,
              .backoff_cap_ms = 300000},
    .read_waits_ms = READ_WAITS_MS,
    .read_wait_count = sizeof READ_WAITS_MS / sizeof READ_WAITS_MS[0],
};

/* One call of decide(): what it sees and what it says. */
struct step {
    const struct dossier *d;
    const struct policy *p;
    struct decision *r;
    /* what the ticket's present status means to this request */
    bool here;
    bool done;        /* in a Done-category status that means done */
    bool verify;      /* in Verifying access */
    bool human_claim; /* a person moved it there in a cycle that is not taken up yet */
    bool taken_back;  /* a person moved it out again */
    bool answered;    /* we have sent that very claim back */
};

static void move(struct step *s, enum phase to, const char *reason)
{
    s->r->move = true;
    s->r->to = to;
    s->r->reason = reason;
}

static void enqueue(struct step *s, enum flow_kind kind, struct str cycle, enum notice_state notice)
{
    struct decision *r = s->r;
    if (r->flow_count < LIMIT_EFFECTS_PER_STEP)
        r->flows[r->flow_count++] =
            (struct enqueue){.kind = kind, .cycle = cycle, .notice = notice};
}

static void look_by(struct step *s, int64_t at_ms)
{
    if (!s->r->look_again_ms || at_ms < s->r->look_again_ms)
        s->r->look_again_ms = at_ms;
}

static bool is_working(const struct dossier *d, enum flow_kind kind)
{
    return d->flow_open[kind] && !d->flow_parked[kind];
}

static void see_ticket(struct step *s)
{
    const struct ticket *t = &s->d->ticket;

    s->here = t->presence == TICKET_HERE;
    if (!s->here)
        return;
    s->done = t->role == STATUS_DONE;
    s->verify = t->role == STATUS_VERIFY;
    bool taken_up = str_eq(t->cycle, s->d->claim_cycle);
    s->answered = str_eq(t->cycle, s->d->answered_cycle);
    s->human_claim = (s->done || s->verify) && !t->moved_by_us && !taken_up && !s->answered;
    s->taken_back = t->role == STATUS_OPEN && !t->moved_by_us && !taken_up;
}

/* Done without proof: back it goes, unless somebody fights us for it; then hold and escalate. True
 * when it goes back now. */
static bool hold_the_gate(struct step *s)
{
    const struct dossier *d = s->d;

    if (!s->done || gate_done_is_right(s->d) || d->mode != GATE_ENFORCE ||
        is_working(d, FLOW_REOPEN))
        return false;
    if (d->reopens_last_hour >= s->p->reopens_per_hour && !PLANTED(REOPEN_UNCAPPED)) {
        s->r->escalate = true;
        s->r->escalate_reason = "ReopenedTooOften";
        look_by(s, d->now_ms + s->p->sweep_ms);
        return false;
    }
    enqueue(s, FLOW_REOPEN, d->ticket.cycle, NOTICE_REOPENED);
    return true;
}

/* Say what is so on the ticket, when it differs from what it says and the hourly allowance is not
 * used up. */
static void say(struct step *s, enum notice_state state)
{
    const struct dossier *d = s->d;
    struct notice n;

    if (!s->here || (d->mode == GATE_OBSERVE && state != NOTICE_OBSERVING))
        return;
    words_for(d, s->p, state, &n);
    s->r->notice_key = n.key;
    if (n.key == d->notice_shown_key)
        return;
    if (is_working(d, FLOW_FIELDS) || is_working(d, FLOW_COMMENT)) {
        look_by(s, d->now_ms + s->p->times.probe_ms);
        return;
    }
    /* quiet states leave half of the allowance to those that need a person */
    int32_t allowance = n.notify ? s->p->writes_per_hour : s->p->writes_per_hour / 2;
    if (d->writes_last_hour + 1 + n.comment > allowance && !n.final) {
        look_by(s, d->now_ms + s->p->sweep_ms);
        return;
    }
    enqueue(s, FLOW_FIELDS, d->ticket.cycle, state);
    if (n.comment)
        enqueue(s, FLOW_COMMENT, d->ticket.cycle, state);
}

static void take_up_claim(struct step *s)
{
    move(s, PHASE_CLAIMED, s->done ? "ClosedBeforeProof" : "ClaimedDone");
    s->r->new_claim = !PLANTED(EVIDENCE_ACROSS_CYCLES) || str_empty(s->d->claim_cycle);
    s->r->breach = s->done && s->d->mode == GATE_ENFORCE;
}

/* What may happen in any phase that is not over. True when it decided. */
static bool decide_common(struct step *s)
{
    const struct dossier *d = s->d;

    if (d->ticket.presence == TICKET_GONE && phase_move_allowed(d->phase, PHASE_ORPHANED)) {
        move(s, PHASE_ORPHANED, "TicketGone");
        s->r->escalate = true;
        s->r->escalate_reason = "TicketGone";
        return true;
    }
    bool proven = d->phase == PHASE_VERIFIED || d->phase == PHASE_EXCEPTION;
    if (d->cancel_asked && !proven && phase_move_allowed(d->phase, PHASE_CANCELLED)) {
        move(s, PHASE_CANCELLED, "Withdrawn");
        return true;
    }
    if (s->here && d->ticket.role == STATUS_CANCELLED &&
        phase_move_allowed(d->phase, PHASE_CANCELLED)) {
        move(s, PHASE_CANCELLED, "CancelledOnTicket");
        return true;
    }
    if (s->here && d->ticket.role == STATUS_DECLINED &&
        phase_move_allowed(d->phase, PHASE_DENIED)) {
        move(s, PHASE_DENIED, "DeclinedOnTicket");
        return true;
    }
    bool over = d->access_until_ms && d->access_until_ms <= d->now_ms && d->kind == REQUEST_GRANT;
    if (over && phase_move_allowed(d->phase, PHASE_EXPIRED)) {
        move(s, PHASE_EXPIRED, "AccessPeriodOver");
        return true;
    }
    return false;
}

static void decide_before_work(struct step *s)
{
    const struct dossier *d = s->d;

    if (d->held) {
        say(s, NOTICE_UNCLEAR);
        hold_the_gate(s);
        look_by(s, d->now_ms + s->p->sweep_ms);
        return;
    }
    if (d->approval_declined)
        move(s, PHASE_DENIED, "Declined");
    else if (d->approval_given)
        move(s, PHASE_APPROVED, "Approved");
    else if (!d->approval_needed)
        move(s, PHASE_APPROVED, "NoApprovalNeeded");
    else if (d->emergency)
        move(s, PHASE_APPROVED, "Emergency");
    else if (d->phase == PHASE_RECEIVED)
        move(s, PHASE_PENDING_APPROVAL, "ApprovalNeeded");
    if (s->r->move)
        return;
    say(s, NOTICE_WAITING_APPROVAL);
    hold_the_gate(s);
    look_by(s, d->now_ms + s->p->sweep_ms);
}

static void decide_ticketing(struct step *s)
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
    if (d->flow_parked[FLOW_CREATE]) {
        s->r->escalate = true;
        s->r->escalate_reason = "TicketRefused";
    }
    look_by(s, d->now_ms + s->p->sweep_ms);
}

static void decide_fulfilling(struct step *s)
{
    const struct dossier *d = s->d;
    bool cannot_return = s->verify && d->flow_parked[FLOW_RETURN];
    /* also a claim taken up before its ticket was away, and one our own half-made close left */
    bool waits_for_us = !s->answered && (s->verify || (s->done && !d->ticket.moved_by_us));

    if (waits_for_us || cannot_return) {
        take_up_claim(s);
        return;
    }
    bool was_returned = !str_empty(d->answered_cycle);
    bool reopening = hold_the_gate(s);
    if (reopening)
        say(s, NOTICE_REOPENED);
    else if (was_returned)
        say(s, NOTICE_NOT_YET);
    else
        say(s, d->mode == GATE_OBSERVE ? NOTICE_OBSERVING : NOTICE_READY);
    look_by(s, d->now_ms + s->p->sweep_ms);
}

/* When the next read is due: at once after a claim, then backing off; sooner while a source
 * settles. */
static int64_t next_read_ms(const struct dossier *d, const struct policy *p,
                            const struct gate_verdict *g)
{
    size_t reads = d->reads_since_claim > 0 ? (size_t)d->reads_since_claim : 0;
    size_t last = p->read_wait_count - 1;
    int64_t wait = p->read_waits_ms[reads < last ? reads : last];

    if (g->settling_ms && g->settling_ms < wait)
        wait = g->settling_ms;
    if (p->recheck_ms < wait)
        wait = p->recheck_ms;
    if (!reads)
        return d->now_ms;
    return d->last_read_ms + wait;
}

static enum notice_state waiting_notice(const struct gate_verdict *g)
{
    switch (g->worst) {
    case VERDICT_MISMATCH:
        return NOTICE_NOT_YET;
    case VERDICT_UNKNOWN:
        return g->stale_copy ? NOTICE_STALE : g->read_failed ? NOTICE_CANNOT_READ : NOTICE_CHECKING;
    case VERDICT_SETTLING:
    case VERDICT_VERIFIED:
    case VERDICT_EXCEPTED:
        break;
    }
    return NOTICE_CHECKING;
}

/* Not as asked for long enough: back to the fulfiller, or stay where no road leads back. */
static bool send_back(struct step *s, const struct gate_verdict *g)
{
    const struct dossier *d = s->d;
    bool patient = d->now_ms - d->claimed_ms < s->p->return_after_ms;

    if (!g->contradicted || patient || d->mode != GATE_ENFORCE || d->flow_parked[FLOW_RETURN])
        return false;
    move(s, PHASE_FULFILLING, g->reason);
    s->r->answered = true;
    if (s->verify)
        enqueue(s, FLOW_RETURN, d->ticket.cycle, NOTICE_NOT_YET);
    return true;
}

static void decide_verifying(struct step *s)
{
    const struct dossier *d = s->d;
    struct gate_verdict g = gate_judge(d);

    if (d->phase == PHASE_CLAIMED && d->reads_since_claim > 0) {
        move(s, PHASE_VERIFYING, "ReadsArrived");
        return;
    }
    if (d->phase == PHASE_VERIFYING && g.answer == GATE_YES) {
        move(s, PHASE_VERIFIED, g.reason);
        return;
    }
    if (d->phase == PHASE_VERIFYING && g.answer == GATE_YES_BY_EXCEPTION) {
        move(s, PHASE_EXCEPTION, g.reason);
        return;
    }
    if (send_back(s, &g))
        return;
    int64_t next = next_read_ms(d, s->p, &g);
    s->r->read_sources = next <= d->now_ms;
    look_by(s, s->r->read_sources ? d->now_ms + 1000
                                  : next); /* also when this visit has read already */
    bool reopening = hold_the_gate(s);
    say(s, reopening ? NOTICE_REOPENED : waiting_notice(&g));
}

static void decide_proven(struct step *s)
{
    const struct dossier *d = s->d;
    struct gate_verdict g = gate_judge(d);

    if (g.answer == GATE_NO) {
        move(s, PHASE_VERIFYING, g.reason);
        return;
    }
    if (s->done && gate_done_is_right(s->d)) {
        move(s, PHASE_CLOSED, g.reason);
        return;
    }
    say(s, g.answer == GATE_YES ? NOTICE_VERIFIED : NOTICE_EXCEPTION);
    if (d->mode == GATE_ENFORCE &&
        !is_working(d, FLOW_CLOSE)) /* a parked one of an earlier claim is replaced */
        enqueue(s, FLOW_CLOSE, d->claim_cycle, NOTICE_VERIFIED);
    if (d->flow_parked[FLOW_CLOSE]) {
        s->r->escalate = true;
        s->r->escalate_reason = "CannotClose";
    }
    hold_the_gate(s);
    look_by(s, d->now_ms + s->p->times.lease_ms);
}

static void decide_claim(struct step *s)
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

static void decide_closed(struct step *s)
{
    if (s->human_claim)
        take_up_claim(s);
    else if (s->here && (s->d->ticket.role == STATUS_OPEN || s->verify))
        move(s, PHASE_FULFILLING, "Reopened"); /* in Verifying: a late step of ours followed it */
}

static void decide_orphaned(struct step *s)
{
    if (s->here)
        move(s, PHASE_FULFILLING, "TicketCameBack");
}

/* A phase without a row is over: nothing moves it. */
static void (*const DECIDE_IN[PHASE_COUNT])(struct step *) = {
    [PHASE_RECEIVED] = decide_before_work,  [PHASE_PENDING_APPROVAL] = decide_before_work,
    [PHASE_APPROVED] = decide_ticketing,    [PHASE_TICKETING] = decide_ticketing,
    [PHASE_FULFILLING] = decide_fulfilling, [PHASE_CLAIMED] = decide_claim,
    [PHASE_VERIFYING] = decide_claim,       [PHASE_VERIFIED] = decide_claim,
    [PHASE_EXCEPTION] = decide_claim,       [PHASE_CLOSED] = decide_closed,
    [PHASE_ORPHANED] = decide_orphaned,
};

void decide(const struct dossier *d, const struct policy *policy, struct decision *ret)
{
    struct step s = {.d = d, .p = policy, .r = ret};

    *ret = (struct decision){.to = d->phase, .notice_key = d->notice_shown_key};
    see_ticket(&s);
    if (!DECIDE_IN[d->phase])
        return;
    bool both = s.here && d->approved_hash && d->ticket.mapped_hash;
    ret->tampered = both && d->approved_hash != d->ticket.mapped_hash && !PLANTED(EDIT_IGNORED);
    if (!decide_common(&s))
        DECIDE_IN[d->phase](&s);
}
