#include "tlog/tlog.h"

#include <stdio.h>
#include <string.h>

#include "base/assert.h"

enum { GROUP = 1000 };

struct tlog_hash tlog_leaf(struct str entry)
{
    struct tlog_hash h;

    digest_sha256_2(str_n("\0", 1), entry, h.bytes);
    return h;
}

struct tlog_hash tlog_node(const struct tlog_hash *left, const struct tlog_hash *right)
{
    char both[1 + 2 * SHA256_BYTES] = {1};
    struct tlog_hash h;

    memcpy(both + 1, left->bytes, SHA256_BYTES);
    memcpy(both + 1 + SHA256_BYTES, right->bytes, SHA256_BYTES);
    digest_sha256(str_n(both, sizeof both), h.bytes);
    return h;
}

bool tlog_same(const struct tlog_hash *a, const struct tlog_hash *b)
{
    return memcmp(a->bytes, b->bytes, SHA256_BYTES) == 0;
}

/* How many complete subtrees of a level there are. */
static int64_t count_of(int64_t size, int level)
{
    return size >> (TLOG_HEIGHT * (level < 0 ? 0 : level));
}

int tlog_width(int64_t size, int level)
{
    return (int)(count_of(size, level) % TLOG_WIDTH);
}

int64_t tlog_index(int64_t size, int level)
{
    return count_of(size, level) / TLOG_WIDTH;
}

struct tlog_hash tlog_fold(const struct tlog_hash *hashes, int height)
{
    struct tlog_hash row[TLOG_WIDTH];
    size_t count = (size_t)1 << height;

    ASSERT(count <= TLOG_WIDTH);
    memcpy(row, hashes, count * sizeof *row);
    for (; count > 1; count /= 2)
        for (size_t i = 0; i < count / 2; i++)
            row[i] = tlog_node(&row[2 * i], &row[2 * i + 1]);
    return row[0];
}

bool tlog_add(struct tlog *log, const struct tlog_hash *leaf, tlog_tile_fn *fn, void *arg)
{
    struct tlog_hash hash = *leaf;
    int64_t size = log->size++;

    for (int level = 0; level < TLOG_LEVELS; level++) {
        int at = tlog_width(size, level);
        log->hashes[level][at] = hash;
        if (at < TLOG_WIDTH - 1)
            return true;
        struct tlog_tile tile = {level, tlog_index(size, level), TLOG_WIDTH, log->hashes[level]};
        if (!fn(arg, &tile))
            return false;
        hash = tlog_fold(log->hashes[level], TLOG_HEIGHT);
    }
    return false; /* no size gets here */
}

bool tlog_unfinished(const struct tlog *log, tlog_tile_fn *fn, void *arg)
{
    for (int level = 0; level < TLOG_LEVELS; level++) {
        struct tlog_tile tile = {level, tlog_index(log->size, level), tlog_width(log->size, level),
                                 log->hashes[level]};
        if (tile.width && !fn(arg, &tile))
            return false;
    }
    return true;
}

struct tlog_hash tlog_root(const struct tlog *log)
{
    struct tlog_hash root;
    bool any = false;

    /* the complete subtrees from the right, the small ones first: each is the left of what is */
    for (int level = 0; level < TLOG_LEVELS; level++) {
        int width = tlog_width(log->size, level);
        for (int height = 0, at = width; height < TLOG_HEIGHT; height++) {
            if (!(width >> height & 1))
                continue;
            at -= 1 << height;
            struct tlog_hash left = tlog_fold(&log->hashes[level][at], height);
            root = any ? tlog_node(&left, &root) : left;
            any = true;
        }
    }
    if (!any)
        digest_sha256(STR_NONE, root.bytes);
    return root;
}

void tlog_path(char out[TLOG_PATH_SIZE], int level, int64_t index, int width)
{
    char groups[32] = "";
    size_t len = 0;
    int64_t above = 1;

    while (index / GROUP / above)
        above *= GROUP;
    for (; above > 1; above /= GROUP)
        len += (size_t)snprintf(groups + len, sizeof groups - len, "x%03d/",
                                (int)(index / above % GROUP));
    snprintf(groups + len, sizeof groups - len, "%03d", (int)(index % GROUP));
    len = level < 0 ? (size_t)snprintf(out, TLOG_PATH_SIZE, "tile/entries/%s", groups)
                    : (size_t)snprintf(out, TLOG_PATH_SIZE, "tile/%d/%s", level, groups);
    if (width < TLOG_WIDTH)
        snprintf(out + len, TLOG_PATH_SIZE - len, ".p/%d", width);
}

bool tlog_bundle_add(struct buf *bundle, struct str entry)
{
    if (entry.len > TLOG_ENTRY_BYTES)
        return false;
    return buf_add_byte(bundle, (char)(entry.len >> 8)) &&
           buf_add_byte(bundle, (char)(entry.len & 0xff)) && buf_add_str(bundle, entry);
}

bool tlog_bundle_next(struct str *bundle, struct str *ret_entry, bool *ret_torn)
{
    *ret_torn = false;
    if (!bundle->len)
        return false;
    size_t len = bundle->len < 2
                     ? 0
                     : (size_t)((unsigned char)bundle->p[0] << 8 | (unsigned char)bundle->p[1]);
    if (bundle->len < 2 + len) {
        *ret_torn = true;
        return false;
    }
    *ret_entry = str_n(bundle->p + 2, len);
    *bundle = str_n(bundle->p + 2 + len, bundle->len - 2 - len);
    return true;
}
