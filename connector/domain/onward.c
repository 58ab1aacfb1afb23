#include "domain/onward.h"

void decide_onward(const struct dossier *d, const struct policy *policy, struct decision *ret,
                   bool *ret_rests)
{
    decide(d, policy, ret);
    *ret_rests = !ret->move;
    if (!ret->move || d->phase != PHASE_CLAIMED || ret->to != PHASE_VERIFYING)
        return;

    struct dossier arrived = *d;
    struct decision then;
    arrived.phase = PHASE_VERIFYING;
    decide(&arrived, policy, &then);
    if (then.move || then.read_sources || then.asks)
        return;
    then.move = true;
    then.to = PHASE_VERIFYING;
    then.reason = ret->reason;
    *ret = then;
    *ret_rests = true;
}

void onward_claimed(struct dossier *d, int64_t claimed_ms)
{
    d->version++;
    d->generation++;
    d->phase = PHASE_CLAIMED;
    d->claimed_ms = claimed_ms;
    d->claim_cycle = d->ticket.cycle;
    d->reads_since_claim = 0;
    d->last_read_ms = 0;
}
