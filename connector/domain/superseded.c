#include "domain/superseded.h"

#include "base/plant.h"
#include "domain/gate.h"

bool superseded_wholly(const struct dossier *d)
{
    return d->superseded_count > 0 && d->item_count == 0;
}

bool superseded_is_over(const struct dossier *d)
{
    return d->phase == PHASE_CANCELLED && superseded_wholly(d) && !PLANTED(SUPERSEDED_COMES_BACK);
}

static bool is_on_its_way(const struct dossier *d, enum flow_kind kind)
{
    return d->flow_open[kind] && !d->flow_parked[kind];
}

bool superseded_cancels(const struct dossier *d)
{
    bool said = d->notice_shown == NOTICE_SUPERSEDED && !is_on_its_way(d, FLOW_FIELDS) &&
                !is_on_its_way(d, FLOW_COMMENT);

    return superseded_is_over(d) && gate_holds(d) && d->ticket.role == STATUS_OPEN && said;
}

bool superseded_after_proof(const struct dossier *d)
{
    return superseded_is_over(d) && d->verified_ms && d->ticket.moved_by_us;
}
