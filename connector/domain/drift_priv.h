/* drift_priv.h: what drift.c and left.c share: the few things that either may say. */
#ifndef COUNTERSIGN_DOMAIN_DRIFT_PRIV_H
#define COUNTERSIGN_DOMAIN_DRIFT_PRIV_H

#include "domain/decide.h"

enum {
    DRIFT_SILENT_READS = 6, /* in a row: as it comes, for eight hours since the first was due */
};

static inline void drift_look_by(struct decision *r, int64_t at_ms)
{
    if (!r->look_again_ms || at_ms < r->look_again_ms)
        r->look_again_ms = at_ms;
}

static inline void drift_escalate(struct decision *r, const char *reason, int64_t since_ms)
{
    if (r->escalation_count < LIMIT_EFFECTS_PER_STEP)
        r->escalations[r->escalation_count++] = (struct escalation){reason, since_ms};
}

/* One thing at a time: the next item's at the next look. */
static inline bool drift_is_taken(const struct decision *r)
{
    return r->follow || r->drift || r->drift_over;
}

/* The first planned look after that moment, 0 = none: an hour, a day and a week after the end (the
 * close), then daily while there is something to watch for (on). */
int64_t drift_look_after(const struct watch *w, int64_t end_ms, int64_t at_ms, bool on);

/* A read that said nothing is made again, ever more seldom: after so many of them in a row, at
 * least one. */
int64_t drift_failed_wait_ms(const struct watch *w, size_t failed);

#endif
