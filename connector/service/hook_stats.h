/* hook_stats.h: what one site's webhooks are worth: how many came, how late, and how many did not.
 * Counted since the start of this process, except `lost`, which the database knows. Rendered for
 * /metrics. */
#ifndef COUNTERSIGN_SERVICE_HOOK_STATS_H
#define COUNTERSIGN_SERVICE_HOOK_STATS_H

#include "base/buf.h"
#include "base/str.h"

/* X(seconds): upper bounds of the delays that are told apart. Jira means Primary ones to arrive
 * within 30 s, Secondary ones within 15 minutes. */
#define HOOK_DELAYS(X) X(1) X(5) X(30) X(120) X(900) X(3600)

enum {
#define X(seconds) HOOK_DELAY_##seconds,
    HOOK_DELAYS(X)
#undef X
        HOOK_DELAY_COUNT
};

struct hook_stats {
    uint64_t stored;                        /* committed and answered 200 */
    uint64_t refused;                       /* no proof, or a wrong one */
    uint64_t retried;                       /* of the stored: not the first try */
    uint64_t primary;                       /* of the stored, by X-Atlassian-Webhook-Flow */
    uint64_t secondary;                     /* likewise: fallout of bulk changes */
    uint64_t delay_count[HOOK_DELAY_COUNT]; /* each within its bound, those before it not counted */
    uint64_t timed;                         /* deliveries that say when it happened */
    int64_t delay_sum_ms, delay_max_ms;     /* of those */
    int64_t lost;                           /* changes found by polling alone, ever; all replicas */
    int64_t awaited;                        /* found by polling, and a delivery may come yet */
};

/* A delivery arrived so long after what it tells of. */
void hook_stats_delay(struct hook_stats *stats, int64_t delay_ms);

/* Append the metrics of `count` sites; names[i] belongs to stats[i]. */
void hook_stats_render(const struct hook_stats *stats, const struct str *names, size_t count,
                       struct buf *out);

#endif
