/* evidence_keep.h: the chain of evidence is published as a log that strangers verify
 * (tlog/README.md): every few seconds the new entries, then a signed checkpoint. By one replica at
 * a time, of those that are configured to.
 *
 * What may be signed says domain/publish.h. A checkpoint is recorded in the database before anybody
 * sees it; where it contradicts what was signed before (a failover that lost entries, a table of
 * yesterday, somebody's hand), or the chain does not fit, it is never shown: the fork is recorded,
 * and nothing is signed under that origin any more, by no replica and after no restart. */
#ifndef COUNTERSIGN_SERVICE_EVIDENCE_KEEP_H
#define COUNTERSIGN_SERVICE_EVIDENCE_KEEP_H

#include "base/arena.h"
#include "base/buf.h"

struct service;
struct anchor_stats;

/* Of this replica; plain data, written by the keeper only. */
struct evidence_stats {
    bool published;       /* since the start, by us */
    bool failed;          /* the last time; said tells why */
    bool forked;          /* for good, until somebody looks into it */
    int64_t entries;      /* in the last checkpoint */
    int64_t published_ms; /* wall clock, as failing_since_ms; 0: not */
    int64_t failing_since_ms;
    char said[256];
};
/* For /readyz and /metrics; nothing where no log is configured. */
struct str evidence_stats_line(const struct evidence_stats *stats,
                               const struct anchor_stats *anchors, bool configured,
                               struct arena *arena);
void evidence_stats_render(const struct evidence_stats *stats, struct buf *out);

struct evidence_keep;
/* NULL where none is configured. The key is read at once: ERR_CONFIG when it cannot be. */
MUST_CHECK bool evidence_keep_new(struct service *svc, struct evidence_keep **ret, struct err *err);
/* NULL is fine for all of these. */
bool evidence_keep_is_busy(const struct evidence_keep *keep);
/* fn is called when nothing of it is left, not from inside. */
void evidence_keep_close(struct evidence_keep *keep, void (*fn)(void *arg), void *arg);

#endif
