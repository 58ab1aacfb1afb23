#include "domain/notice_of.h"

#include "domain/superseded.h"

enum notice_state notice_of_waiting(const struct dossier *d, const struct gate_verdict *g)
{
    switch (g->worst) {
    case VERDICT_MISMATCH:
        return gate_contradicts(d, g);
    case VERDICT_UNKNOWN:
        return g->stale_copy ? NOTICE_STALE : g->read_failed ? NOTICE_CANNOT_READ : NOTICE_CHECKING;
    case VERDICT_SETTLING:
    case VERDICT_VERIFIED:
    case VERDICT_EXCEPTED:
        break;
    }
    return NOTICE_CHECKING;
}

enum notice_state notice_of_over(const struct dossier *d)
{
    if (d->phase == PHASE_DENIED)
        return NOTICE_DENIED;
    if (d->phase == PHASE_EXPIRED)
        return NOTICE_EXPIRED;
    return superseded_is_over(d) && !d->cancel_asked ? NOTICE_SUPERSEDED : NOTICE_WITHDRAWN;
}
