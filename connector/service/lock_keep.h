/* lock_keep.h: one site's service desk, held against the lock beside its mapping: as often as its
 * gate is proven, by one replica at a time. Where there is no lock nothing is asked. What breaks
 * the mapping is logged, shown in /readyz and in a metric, and people are told once a day for each
 * different state of things (governance.escalation, MappingDrift). Nothing waits for it. */
#ifndef COUNTERSIGN_SERVICE_LOCK_KEEP_H
#define COUNTERSIGN_SERVICE_LOCK_KEEP_H

#include "base/buf.h"
#include "site/site.h"

struct lock_keep;
struct service;
/* What this process knows; the last look may have been another replica's. */
struct lock_stats {
    uint64_t looks;
    size_t breaking, harmless; /* of the last look that was whole */
    bool locked;               /* there is a lock beside the mapping */
    char said[200];            /* what breaks first, or why it is not known; empty: neither */
    bool known;                /* the last look was whole */
};
/* index: of the site in the configuration. */
struct lock_keep *lock_keep_new(struct service *svc, size_t index);
/* Is a look under way? */
bool lock_keep_is_busy(const struct lock_keep *keep);
/* Only when it is not busy; NULL is fine. */
void lock_keep_free(struct lock_keep *keep);
/* Metrics of `count` sites; names[i] belongs to stats[i]. Told only once somebody has looked. */
void lock_stats_render(const struct lock_stats *stats, const struct str *names, size_t count,
                       struct buf *out);
/* One line for /readyz: "as locked", "2 changes break the mapping: ...", "no lock". */
struct str lock_stats_line(const struct lock_stats *stats, struct arena *a);

#endif
