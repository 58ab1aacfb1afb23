#include "domain/retry.h"

#include "base/plant.h"

int64_t retry_after_ms(const struct retry_rule *rule, int32_t failures, int64_t told_ms,
                       uint64_t random)
{
    int64_t wait = rule->base_ms;

    for (int32_t i = 1; i < failures && wait < rule->cap_ms; i++)
        wait *= 2;
    if (wait > rule->cap_ms)
        wait = rule->cap_ms;
    int64_t half = wait / 2;
    wait = half + (int64_t)(random % (uint64_t)(wait - half + 1));
    if (PLANTED(RETRY_AFTER_IGNORED))
        return half / 8;
    return wait > told_ms ? wait : told_ms;
}
