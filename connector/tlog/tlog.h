/* tlog.h: a Merkle tree that grows at its right edge (RFC 6962 section 2.1), kept as tiles
 * (c2sp.org/tlog-tiles): a tile of level L holds up to 256 hashes of complete subtrees of 256^L
 * entries. Pure.
 *
 * What is held of the tree is its last, unfinished tile of each level: all that is needed to go on,
 * and the root. */
#ifndef COUNTERSIGN_TLOG_H
#define COUNTERSIGN_TLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/str.h"

enum {
    TLOG_WIDTH = 256,         /* hashes in a full tile */
    TLOG_HEIGHT = 8,          /* and its height in the tree */
    TLOG_LEVELS = 8,          /* of tiles: more than any size needs */
    TLOG_ENTRIES = -1,        /* the level of the bundles of entries beside the tiles */
    TLOG_ENTRY_BYTES = 65535, /* an entry's length has 16 bits in its bundle */
    TLOG_PATH_SIZE = 64,
};

/* What says that it has more entries is none: nothing that is counted from there overflows. */
#define TLOG_SIZE_MAX ((int64_t)1 << 48)

struct tlog_hash {
    uint8_t bytes[SHA256_BYTES];
};

/* Of an entry; of two subtrees side by side. */
struct tlog_hash tlog_leaf(struct str entry);
struct tlog_hash tlog_node(const struct tlog_hash *left, const struct tlog_hash *right);
bool tlog_same(const struct tlog_hash *a, const struct tlog_hash *b);

/* All zero: empty. Of level L hashes[L] holds those of the unfinished tile: tlog_width(size, L) of
 * them. */
struct tlog {
    int64_t size;
    struct tlog_hash hashes[TLOG_LEVELS][TLOG_WIDTH];
};

struct tlog_tile {
    int level;
    int64_t index;
    int width;
    const struct tlog_hash *hashes; /* lent until the call returns */
};
typedef bool tlog_tile_fn(void *arg, const struct tlog_tile *tile);

/* Take in the next entry by its leaf hash. Each tile that is full by it is told, the lowest first;
 * false as soon as fn says so: then the tree is of no use any more. */
bool tlog_add(struct tlog *log, const struct tlog_hash *leaf, tlog_tile_fn *fn, void *arg);
/* Tell the unfinished tile of each level that has one. */
bool tlog_unfinished(const struct tlog *log, tlog_tile_fn *fn, void *arg);
/* Of the empty tree: the hash of nothing. */
struct tlog_hash tlog_root(const struct tlog *log);

/* Of a tree of that size: hashes in the unfinished tile of a level (TLOG_ENTRIES counts as 0), and
 * which tile that is. */
int tlog_width(int64_t size, int level);
int64_t tlog_index(int64_t size, int level);
/* Root of the complete subtree of 2^height hashes that stand side by side. */
struct tlog_hash tlog_fold(const struct tlog_hash *hashes, int height);

/* Where a tile is kept: "tile/0/x001/234", with ".p/17" while it has 17 hashes; "tile/entries/..."
 * for TLOG_ENTRIES. */
void tlog_path(char out[TLOG_PATH_SIZE], int level, int64_t index, int width);

/* Bundles: each entry behind its length, two bytes, the high one first. add: false when it is too
 * long, or the buf full. next: cut the first one off; false at the end, and *ret_torn when
 * something is left that is no entry. */
MUST_CHECK bool tlog_bundle_add(struct buf *bundle, struct str entry);
MUST_CHECK bool tlog_bundle_next(struct str *bundle, struct str *ret_entry, bool *ret_torn);

#endif
