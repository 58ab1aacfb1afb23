/* sla.h: the clock from the first request to verified fulfilment, on database time. It never goes
 * backwards and pauses only where a recorded exception says so. Removals and grants run on the same
 * clock. Pure. */
#ifndef COUNTERSIGN_DOMAIN_SLA_H
#define COUNTERSIGN_DOMAIN_SLA_H

#include <stddef.h>
#include <stdint.h>

enum sla_state { SLA_RUNNING, SLA_AT_RISK, SLA_BREACHED, SLA_MET, SLA_MISSED, SLA_EXEMPT };

struct sla_clock {
    int64_t started_ms; /* requested_at */
    int64_t stopped_ms; /* verified_at; 0 = still running */
    int64_t goal_ms;    /* 0 = no goal: exempt */
    int64_t paused_ms;  /* total of recorded pauses */
};

/* From the start to the stop, or to now, less recorded pauses; never negative. */
int64_t sla_elapsed_ms(const struct sla_clock *c, int64_t now_ms);
int64_t sla_due_ms(const struct sla_clock *c); /* absolute; 0 = none */
enum sla_state sla_state(const struct sla_clock *c,
                         int64_t now_ms); /* at risk from 75 % of the goal */
const char *sla_state_name(enum sla_state s);

/* Escalation steps in per cent of the goal, ascending. How many are due; the next one's absolute
 * time (0 = none). */
size_t sla_escalations_due(const struct sla_clock *c, const int32_t *percents, size_t count,
                           int64_t now_ms, int64_t *ret_next_ms);

#endif
