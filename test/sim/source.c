/* source.c: target systems, and what a read of one shows: its copy may be old, cut, flapping, seen
 * without rights, or of another account. */
#include "base/plant.h"
#include "sim.h"

void source_read(struct sim *s, const struct sitem *item, struct sobs *x)
{
    int64_t lag = FAULT(s, source_lag) ? rng_range(&s->rng, 0, s->source_lag_ms) : 0;
    bool truth = s->now_ms - lag >= item->truth_ms ? item->truth : item->truth_before;

    *x =
        (struct sobs){.real_as_of_ms = s->now_ms - lag, .real_complete = true, .real_canary = true};
    x->real_outcome = truth ? OUTCOME_PRESENT : OUTCOME_ABSENT;
    if (FAULT(s, flapping))
        x->real_outcome = truth ? OUTCOME_ABSENT : OUTCOME_PRESENT;
    if (FAULT(s, source_down)) {
        x->real_outcome = OUTCOME_UNKNOWN;
    } else if (FAULT(s, rights_lost)) {
        x->real_canary = false;
        x->real_outcome = OUTCOME_ABSENT; /* as it looks */
    } else if (FAULT(s, partial)) {
        x->real_complete = false;
        x->real_outcome = OUTCOME_ABSENT; /* it would have been on the page that failed */
    }
    x->o =
        (struct observation){.outcome = x->real_outcome,
                             .account = ACCOUNT_ACTIVE,
                             .complete = x->real_complete,
                             .canary_ok = x->real_canary,
                             .has_raw = true,
                             .native_id = STR("id"),
                             .entitlement_id = STR("group"),
                             .as_of_ms = PLANTED(LOCAL_CLOCK_AS_OF) ? s->now_ms : x->real_as_of_ms,
                             .reason = STR("Ok")};
    if (FAULT(s, account_replaced)) { /* the name is another account's: it may hold it or not */
        x->real_outcome = OUTCOME_UNKNOWN;
        x->o.native_id = STR("another");
        x->o.outcome = rng_range(&s->rng, 0, 1) ? OUTCOME_PRESENT : OUTCOME_ABSENT;
    }
    if (FAULT(s, entitlement_replaced)) { /* a group made anew under the name of the other */
        x->real_outcome = OUTCOME_UNKNOWN;
        x->o.entitlement_id = STR("another");
        x->o.outcome = rng_range(&s->rng, 0, 1) ? OUTCOME_PRESENT : OUTCOME_ABSENT;
    }
    observation_make_honest(&x->o);
    observation_hold_to(&x->o, STR("id"), true);
    x->o.others_known = s->policy.compares && x->o.outcome != OUTCOME_UNKNOWN;
    x->real_extra = extra_read(item, x->real_as_of_ms);
}
