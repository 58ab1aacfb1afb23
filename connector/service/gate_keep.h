/* gate_keep.h: one site's gate, proven again and again: its projects one after the other, each time
 * `gate.reprove` is over, by one replica at a time. What it shows is kept (governance.gate_proof);
 * what it shows otherwise than the last time is told. Nothing waits for it. */
#ifndef COUNTERSIGN_SERVICE_GATE_KEEP_H
#define COUNTERSIGN_SERVICE_GATE_KEEP_H

#include "base/buf.h"
#include "site/site.h"

struct gate_keep;
struct service;
/* What this process knows; the last look may have been another replica's. */
struct gate_stats {
    uint64_t looks, drifts;
    int64_t open;   /* roads and failures of all projects; -1: nobody has looked yet */
    bool known;     /* all of them could be read */
    char said[128]; /* why not */
};
/* index: of the site in the configuration. */
struct gate_keep *gate_keep_new(struct service *svc, size_t index);
/* Is a look under way? */
bool gate_keep_is_busy(const struct gate_keep *keep);
/* Only when it is not busy; NULL is fine. */
void gate_keep_free(struct gate_keep *keep);
/* Metrics of `count` sites; names[i] belongs to stats[i]. Roads are told only once somebody has
 * looked. */
void gate_stats_render(const struct gate_stats *stats, const struct str *names, size_t count,
                       struct buf *out);
/* One line for /readyz: "gated", "2 ways to close without proof", "not known: …". */
struct str gate_stats_line(const struct gate_stats *stats, struct arena *a);

#endif
