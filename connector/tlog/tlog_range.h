/* tlog_range.h: entries that stand side by side, as the roots of the complete subtrees that they
 * make up (RFC 6962 section 2.1): so much is left of entries that are not kept, and it is enough to
 * find the root of a tree that holds them. Pure.
 *
 * A range that begins with the first entry is a tree: it can go on, and has a root. */
#ifndef COUNTERSIGN_TLOG_RANGE_H
#define COUNTERSIGN_TLOG_RANGE_H

#include "tlog/tlog.h"

enum {
    TLOG_RANGE_NODES = 128, /* twice the height of any tree */
    TLOG_NODE_BYTES = 1 + SHA256_BYTES,
};

struct tlog_node {
    int height; /* of a subtree of 2^height entries */
    struct tlog_hash hash;
};
struct tlog_range {
    int64_t first, end; /* entries, counted from 0: the first one, and the one behind the last */
    int count;
    struct tlog_node nodes[TLOG_RANGE_NODES]; /* from the left */
};

/* An empty range in front of that entry. */
void tlog_range_start(struct tlog_range *range, int64_t first);
/* Take in the next entry by its leaf hash. */
void tlog_range_add(struct tlog_range *range, const struct tlog_hash *leaf);
/* Take in the entries of another range, which begins where this one ends; false where it does not.
 */
MUST_CHECK bool tlog_range_join(struct tlog_range *range, const struct tlog_range *next);
/* Of one that begins with entry 0. */
struct tlog_hash tlog_range_root(const struct tlog_range *range);

/* As bytes: height and hash of each node. read: false for what is no range of those entries. */
MUST_CHECK bool tlog_range_write(const struct tlog_range *range, struct buf *out);
MUST_CHECK bool tlog_range_read(struct str bytes, int64_t first, int64_t end,
                                struct tlog_range *ret);

#endif
