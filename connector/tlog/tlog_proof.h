/* tlog_proof.h: that an entry is in the tree of a checkpoint (RFC 6962 section 2.1.1, RFC 9162
 * section 2.1.3). Pure. */
#ifndef COUNTERSIGN_TLOG_PROOF_H
#define COUNTERSIGN_TLOG_PROOF_H

#include "tlog/tlog.h"

enum { TLOG_PROOF_MAX = 63 };

struct tlog_proof {
    size_t count;
    struct tlog_hash hashes[TLOG_PROOF_MAX];
};

/* The hash that stands at `index` of `level` (0 is the leaves, in units of tiles: level 1 is above
 * 256 leaves). False: it cannot be had. */
typedef bool tlog_read_fn(void *arg, int level, int64_t index, struct tlog_hash *ret);

/* The way from entry `index` (0 is the first) to the root of a tree of that size. False: a hash
 * cannot be had, or there is no such entry. */
MUST_CHECK bool tlog_prove(int64_t size, int64_t index, tlog_read_fn *fn, void *arg,
                           struct tlog_proof *ret);
/* Does it lead from the leaf to the root? */
bool tlog_proves(const struct tlog_proof *proof, int64_t size, int64_t index,
                 const struct tlog_hash *leaf, const struct tlog_hash *root);

#endif
