#include "domain/sla.h"

enum { AT_RISK_PERCENT = 75 };

int64_t sla_elapsed_ms(const struct sla_clock *c, int64_t now_ms)
{
    int64_t end = c->stopped_ms ? c->stopped_ms : now_ms;
    int64_t elapsed = end - c->started_ms - c->paused_ms;
    return elapsed > 0 ? elapsed : 0;
}

int64_t sla_due_ms(const struct sla_clock *c)
{
    return c->goal_ms ? c->started_ms + c->paused_ms + c->goal_ms : 0;
}

enum sla_state sla_state(const struct sla_clock *c, int64_t now_ms)
{
    if (!c->goal_ms)
        return SLA_EXEMPT;
    int64_t elapsed = sla_elapsed_ms(c, now_ms);
    if (c->stopped_ms)
        return elapsed <= c->goal_ms ? SLA_MET : SLA_MISSED;
    if (elapsed > c->goal_ms)
        return SLA_BREACHED;
    return elapsed * 100 >= c->goal_ms * AT_RISK_PERCENT ? SLA_AT_RISK : SLA_RUNNING;
}

const char *sla_state_name(enum sla_state s)
{
    static const char *const NAMES[] = {"running", "at_risk", "breached",
                                        "met",     "missed",  "exempt"};
    return NAMES[s];
}

size_t sla_escalations_due(const struct sla_clock *c, const int32_t *percents, size_t count,
                           int64_t now_ms, int64_t *ret_next_ms)
{
    size_t due = 0;

    *ret_next_ms = 0;
    if (!c->goal_ms || c->stopped_ms)
        return 0;
    for (; due < count; due++) {
        int64_t at = c->started_ms + c->paused_ms + c->goal_ms / 100 * percents[due];
        if (at > now_ms) {
            *ret_next_ms = at;
            break;
        }
    }
    return due;
}
