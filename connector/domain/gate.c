#include "domain/gate.h"

#include "base/plant.h"
#include "domain/permit_decide.h"
#include "domain/superseded.h"

/* Reads older than this prove nothing: the claim, or before any claim the approval. */
static int64_t proof_since(const struct dossier *d)
{
    if (d->claimed_ms)
        return d->claimed_ms;
    return d->approved_ms ? d->approved_ms : d->requested_ms;
}

bool gate_in_claimed_cycle(const struct dossier *d)
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

/* That something is missing is told before that there is more. */
static bool is_more(const struct gate_verdict *g, const struct finding *f)
{
    bool more = g->worst == VERDICT_MISMATCH && str_eq_c(str_of(g->reason), "OverGranted");
    return more && f->verdict == VERDICT_MISMATCH && !str_eq_c(str_of(f->reason), "OverGranted");
}

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
    if (g->missing == 1 || WORSE[f->verdict] > WORSE[g->worst] || is_more(g, f)) {
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
    else if (d->contested)
        g.reason = "MappingContested";
    else if (str_empty(d->claim_cycle))
        g.reason = "NotClaimed";
    else if (!gate_in_claimed_cycle(d))
        g.reason = "WrongCycle";
    else
        g.answer = g.excepted || permit_is_excepted(d) ? GATE_YES_BY_EXCEPTION : GATE_YES;
    if (g.answer == GATE_YES_BY_EXCEPTION)
        g.reason = "CoveredByException";
    return g;
}

bool gate_came_back(const struct dossier *d, const struct gate_verdict *g)
{
    return g->first_missing < d->item_count && item_came_back(&d->items[g->first_missing]).was_ms;
}

enum notice_state gate_contradicts(const struct dossier *d, const struct gate_verdict *g)
{
    struct str name;

    if (gate_came_back(d, g))
        return NOTICE_CAME_BACK;
    if (g->first_missing < d->item_count && item_swapped(&d->items[g->first_missing], &name))
        return NOTICE_WRONG_CHANGE;
    return NOTICE_NOT_YET;
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
    if (superseded_after_proof(d))
        return true;
    if (d->phase == PHASE_VERIFIED || d->phase == PHASE_EXCEPTION || d->phase == PHASE_CLOSED)
        return ours;
    if (d->phase != PHASE_VERIFYING || !ours)
        return false;
    g = gate_judge(d);
    bool refreshing =
        d->ticket.moved_by_us && d->close_sent && !g.contradicted && !permit_forbids(d);
    return (g.answer != GATE_NO && !permit_bars_proof(d)) || refreshing;
}

bool gate_holds(const struct dossier *d)
{
    return d->mode == GATE_ENFORCE || (PLANTED(WARN_REOPENS) && d->mode == GATE_WARN);
}

bool gate_closes(const struct dossier *d)
{
    return d->mode == GATE_ENFORCE || d->ticket.role == STATUS_VERIFY;
}

bool gate_is_silent(const struct dossier *d)
{
    bool waits = d->phase >= PHASE_CLAIMED && d->phase <= PHASE_EXCEPTION;
    return d->mode == GATE_OBSERVE && !(waits && d->ticket.role == STATUS_VERIFY);
}
