/* anchor_keep.h: checkpoints of the published log are left outside the database: as a property of a
 * ticket, and stamped by an authority (RFC 3161). The log's own file and the journal have each of
 * them already (log_files.h). domain/anchor.h says when.
 *
 * Nothing waits for it: it reads the last checkpoint that was recorded, one anchor at a time and
 * one replica at a time. What is about to be left is committed before the call; leaving it twice is
 * harmless, so an unknown outcome is simply tried again. */
#ifndef COUNTERSIGN_SERVICE_ANCHOR_KEEP_H
#define COUNTERSIGN_SERVICE_ANCHOR_KEEP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "domain/anchor.h"

struct service;

/* As the database knows it, so the same on every replica, but for `lost`; plain data, written by
 * the keepers only. */
struct anchor_stats {
    bool known;
    bool lost; /* what the file had is gone (evidence_keep.c saw it); until the next start */
    struct anchor of[ANCHOR_COUNT];
    char said[ANCHOR_COUNT][200]; /* why the last try failed; empty: it did not */
};
/* A line for /readyz when one is late, else nothing. */
struct str anchor_stats_line(const struct anchor_stats *stats, struct arena *arena);
/* Described even where there is none, so that a rule about it is not one about nothing. */
void anchor_stats_render(const struct anchor_stats *stats, struct buf *out);

struct anchor_keep;
/* Where a log is published. ERR_CONFIG when the authority's certificates cannot be read. */
MUST_CHECK bool anchor_keep_new(struct service *svc, struct anchor_keep **ret, struct err *err);
/* NULL is fine for all of these. */
bool anchor_keep_is_busy(const struct anchor_keep *keep);
/* When it is not busy. fn is called when nothing of it is left, not from inside. */
void anchor_keep_close(struct anchor_keep *keep, void (*fn)(void *arg), void *arg);

#endif
