#include "domain/refusal.h"

#include "domain/gate.h"

static const char *const NAMES[] = {
#define X(name, text, words) text,
    REFUSALS(X)
#undef X
};

const char *refusal_name(enum refusal r)
{
    return NAMES[r];
}

bool refusal_from(struct str name, enum refusal *ret)
{
    int i = str_index(name, NAMES, REFUSAL_COUNT);

    if (i >= 0)
        *ret = (enum refusal)i;
    return i >= 0;
}

const char *refusal_words(enum refusal r)
{
    static const char *const WORDS[] = {
#define X(name, text, words) words,
        REFUSALS(X)
#undef X
    };
    return WORDS[r];
}

bool refusal_is_unknown(enum refusal r)
{
    return r == REFUSAL_STALE || r == REFUSAL_UNREADABLE;
}

/* Claimed: what do the reads since say? */
static enum refusal judge_claim(const struct dossier *d)
{
    struct gate_verdict g = gate_judge(d);

    if (g.answer != GATE_NO)
        return REFUSAL_NONE;
    if (g.worst == VERDICT_MISMATCH && str_eq_c(str_of(g.reason), "OverGranted"))
        return REFUSAL_OVER_GRANTED;
    if (g.worst == VERDICT_MISMATCH)
        return d->items[g.first_missing].desired == DESIRED_ABSENT ? REFUSAL_STILL_PRESENT
                                                                   : REFUSAL_MISSING;
    if (g.worst != VERDICT_UNKNOWN)
        return REFUSAL_NONE;
    return g.read_failed ? REFUSAL_UNREADABLE : g.stale_copy ? REFUSAL_STALE : REFUSAL_NONE;
}

enum refusal refusal_judge(const struct dossier *d)
{
    bool done = d->ticket.presence == TICKET_HERE && d->ticket.role == STATUS_DONE;

    switch (d->phase) {
    case PHASE_RECEIVED:
    case PHASE_PENDING_APPROVAL:
        if (!done || d->ticket.moved_by_us)
            return REFUSAL_NONE;
        return d->held ? REFUSAL_UNCLEAR : REFUSAL_NOT_APPROVED;
    case PHASE_VERIFYING:
        return judge_claim(d);
    case PHASE_DENIED:
    case PHASE_CANCELLED:
    case PHASE_EXPIRED:
        return done && !gate_done_is_right(d) ? REFUSAL_OVER : REFUSAL_NONE;
    case PHASE_APPROVED:
    case PHASE_TICKETING:
    case PHASE_FULFILLING:
    case PHASE_CLAIMED:
    case PHASE_VERIFIED:
    case PHASE_EXCEPTION:
    case PHASE_CLOSED:
    case PHASE_ORPHANED:
    case PHASE_COUNT:
        break;
    }
    return REFUSAL_NONE;
}
