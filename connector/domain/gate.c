#include "domain/gate.h"

#include "base/plant.h"

/* Reads older than this prove nothing: the claim, or before any claim the approval. */
static int64_t proof_since(const struct dossier *d)
{
    if (d->claimed_ms)
        return d->claimed_ms;
    return d->approved_ms ? d->approved_ms : d->requested_ms;
}

/* The proof belongs to the claim's cycle. Our own moves (reopen, the way through Verifying) do not
 * start a new one. */
static bool ticket_is_in_claimed_cycle(const struct dossier *d)
{
    return PLANTED(CYCLE_IGNORED) || str_eq(d->ticket.cycle, d->claim_cycle) ||
           d->ticket.moved_by_us;
}

/* What people are told first: what they can mend, then what nobody knows, then what only needs
 * time. */
static const int WORSE[] = {[VERDICT_VERIFIED] = 0,
                            [VERDICT_EXCEPTED] = 0,
                            [VERDICT_SETTLING] = 1,
                            [VERDICT_UNKNOWN] = 2,
                            [VERDICT_MISMATCH] = 3};

/* Take one item that is not proven into the summary. */
static void count_missing(struct gate_verdict *g, const struct item *item, size_t index,
                          const struct finding *f)
{
    bool newest_failed = f->proof && f->proof->outcome == OUTCOME_UNKNOWN;

    g->missing++;
    g->contradicted |= f->verdict == VERDICT_MISMATCH;
    if (newest_failed && !g->read_failed)
        g->first_failed = index;
    g->read_failed |= newest_failed;
    g->stale_copy |= f->verdict == VERDICT_UNKNOWN && f->proof && !newest_failed;
    if (f->verdict == VERDICT_SETTLING) {
        int64_t wait = item->rule.settle_ms > 1000 ? item->rule.settle_ms : 1000;
        if (!g->settling_ms || wait < g->settling_ms)
            g->settling_ms = wait;
    }
    if (g->missing == 1 || WORSE[f->verdict] > WORSE[g->worst]) {
        g->first_missing = index;
        g->worst = f->verdict;
        g->reason = f->reason;
    }
}

struct gate_verdict gate_judge(const struct dossier *d)
{
    struct gate_verdict g = {.first_missing = d->item_count,
                             .first_failed = d->item_count,
                             .reason = "AllItemsVerified",
                             .worst = VERDICT_VERIFIED};
    int64_t since = proof_since(d);

    for (size_t i = 0; i < d->item_count; i++) {
        struct finding f = verdict_judge(&d->items[i], since, d->now_ms);
        if (f.verdict == VERDICT_VERIFIED)
            g.verified++;
        else if (f.verdict == VERDICT_EXCEPTED)
            g.excepted++;
        else
            count_missing(&g, &d->items[i], i, &f);
    }
    if (!d->item_count)
        g.reason = "NoItems";
    else if (g.missing)
        return g;
    else if (str_empty(d->claim_cycle))
        g.reason = "NotClaimed";
    else if (!ticket_is_in_claimed_cycle(d))
        g.reason = "WrongCycle";
    else
        g.answer = g.excepted ? GATE_YES_BY_EXCEPTION : GATE_YES;
    if (g.answer == GATE_YES_BY_EXCEPTION)
        g.reason = "CoveredByException";
    return g;
}

/* The service desk's own decline moved the ticket, to a Done status that the mapping does not name.
 */
static bool is_the_declines_own_move(const struct ticket *t)
{
    enum { FOLLOWS_WITHIN_MS = 5000 };
    int64_t after = t->cycle_at_ms - t->approved_at_ms;

    return t->approval == APPROVAL_DECLINED && t->approved_at_ms && after >= 0 &&
           after <= FOLLOWS_WITHIN_MS;
}

bool gate_done_is_right(const struct dossier *d)
{
    struct gate_verdict g;
    bool ours = d->ticket.moved_by_us || str_eq(d->ticket.cycle, d->claim_cycle);

    if (PLANTED(DONE_IS_DONE))
        return true;
    if (d->phase == PHASE_DENIED && is_the_declines_own_move(&d->ticket))
        return true;
    if (d->phase == PHASE_VERIFIED || d->phase == PHASE_EXCEPTION || d->phase == PHASE_CLOSED)
        return ours;
    if (d->phase != PHASE_VERIFYING || !ours)
        return false;
    g = gate_judge(d);
    bool refreshing = d->ticket.moved_by_us && d->close_sent && !g.contradicted;
    return g.answer != GATE_NO || refreshing;
}

size_t duplicate_keep(const struct find_result *found)
{
    size_t keep = 0;

    for (size_t i = 1; i < found->count; i++) {
        bool touched_first = found->human_touched[i] && !found->human_touched[keep];
        bool same_touch = found->human_touched[i] == found->human_touched[keep];
        bool older = found->created_ms[i] < found->created_ms[keep];
        if (PLANTED(NEWEST_IS_KEPT))
            touched_first = same_touch = !older;
        if (touched_first || (same_touch && older))
            keep = i;
    }
    return keep;
}

static enum flow_event judge_create(const struct flow *flow, const struct dossier *d,
                                    const struct find_result *found, const struct policy *policy,
                                    int64_t now_ms)
{
    int64_t grace = PLANTED(REPOST_AT_ONCE) ? 0 : policy->times.grace_ms;

    if (PLANTED(GRACE_WITHOUT_LAG))
        grace = policy->times.lateness_ms / 2;
    if (!found->proven && !PLANTED(ANONYMOUS_SEARCH))
        return EV_READ_FAILED;
    if (found->count)
        return EV_FOUND;
    /* not seen: it may still appear while the request may be late or the index may lag */
    if (flow->sent_at_ms && now_ms - flow->sent_at_ms < grace)
        return EV_WAIT;
    return phase_is_terminal(d->phase) ? EV_NOT_WANTED : EV_READY;
}

static bool is_closed_role(enum status_role role)
{
    return role == STATUS_DONE || role == STATUS_CANCELLED || role == STATUS_DECLINED;
}

static enum flow_event judge_close(const struct flow *flow, const struct dossier *d)
{
    const struct ticket *t = &d->ticket;

    if (!str_eq(flow->cycle, d->claim_cycle))
        return EV_NOT_WANTED;
    if (t->role == STATUS_DONE && ticket_is_in_claimed_cycle(d))
        return EV_FOUND;
    if (is_closed_role(t->role) || d->mode != GATE_ENFORCE)
        return EV_NOT_WANTED;
    if (PLANTED(CLOSE_WITHOUT_GATE))
        return EV_READY;
    return gate_judge(d).answer == GATE_NO ? EV_NOT_WANTED : EV_READY;
}

static enum flow_event judge_reopen(const struct flow *flow, const struct dossier *d)
{
    /* closed again since: that is another breach, with a count of its own */
    if (d->ticket.role != STATUS_DONE || !str_eq(d->ticket.cycle, flow->cycle))
        return EV_FOUND;
    if (d->mode != GATE_ENFORCE)
        return EV_NOT_WANTED;
    return gate_done_is_right(d) ? EV_NOT_WANTED : EV_READY;
}

static enum flow_event judge_return(const struct flow *flow, const struct dossier *d)
{
    bool still_there = d->ticket.role == STATUS_VERIFY && str_eq(d->ticket.cycle, flow->cycle);
    return still_there ? EV_READY : EV_FOUND;
}

enum flow_event flow_judge(const struct flow *flow, const struct dossier *d,
                           const struct ticket *ticket, const struct find_result *found,
                           const struct policy *policy, int64_t now_ms)
{
    if (flow->kind == FLOW_CREATE)
        return judge_create(flow, d, found, policy, now_ms);
    if (ticket->presence == TICKET_UNREAD)
        return EV_READ_FAILED;
    if (ticket->presence == TICKET_GONE)
        return EV_NOT_WANTED;

    struct dossier fresh = *d; /* the dossier, with what this look saw */
    fresh.ticket = *ticket;
    switch (flow->kind) {
    case FLOW_CLOSE:
        return judge_close(flow, &fresh);
    case FLOW_REOPEN:
        return judge_reopen(flow, &fresh);
    case FLOW_RETURN:
        return judge_return(flow, &fresh);
    case FLOW_COMMENT:
    case FLOW_FIELDS:
        return d->mode == GATE_OBSERVE ? EV_NOT_WANTED
                                       : EV_READY; /* edited in place: doing it twice is harmless */
    case FLOW_CREATE:
    case FLOW_KIND_COUNT:
        break;
    }
    return EV_NOT_WANTED;
}
