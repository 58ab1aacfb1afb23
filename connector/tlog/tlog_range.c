#include "tlog/tlog_range.h"

#include <string.h>

#include "base/assert.h"

enum { HEIGHT_MAX = 60 };

void tlog_range_start(struct tlog_range *range, int64_t first)
{
    *range = (struct tlog_range){.first = first, .end = first};
}

/* Two subtrees of one height become one where the left one is a left child. */
static void push(struct tlog_range *r, const struct tlog_node *node)
{
    ASSERT(r->count < TLOG_RANGE_NODES);
    r->nodes[r->count++] = *node;
    r->end += (int64_t)1 << node->height;
    while (r->count > 1) {
        struct tlog_node *left = &r->nodes[r->count - 2], *right = left + 1;
        int64_t begins = r->end - ((int64_t)2 << right->height);
        if (left->height != right->height || begins >> right->height & 1)
            break;
        left->hash = tlog_node(&left->hash, &right->hash);
        left->height++;
        r->count--;
    }
}

void tlog_range_add(struct tlog_range *range, const struct tlog_hash *leaf)
{
    struct tlog_node node = {0, *leaf};

    push(range, &node);
}

bool tlog_range_join(struct tlog_range *range, const struct tlog_range *next)
{
    if (next->first != range->end)
        return false;
    for (int i = 0; i < next->count; i++)
        push(range, &next->nodes[i]);
    return true;
}

struct tlog_hash tlog_range_root(const struct tlog_range *range)
{
    struct tlog_hash root;

    if (!range->count) {
        digest_sha256(STR_NONE, root.bytes);
        return root;
    }
    root = range->nodes[range->count - 1].hash;
    for (int i = range->count - 2; i >= 0; i--)
        root = tlog_node(&range->nodes[i].hash, &root);
    return root;
}

bool tlog_range_write(const struct tlog_range *range, struct buf *out)
{
    for (int i = 0; i < range->count; i++)
        if (!buf_add_byte(out, (char)range->nodes[i].height) ||
            !buf_add(out, (const char *)range->nodes[i].hash.bytes, SHA256_BYTES))
            return false;
    return true;
}

bool tlog_range_read(struct str bytes, int64_t first, int64_t end, struct tlog_range *ret)
{
    tlog_range_start(ret, first);
    if (first < 0 || bytes.len % TLOG_NODE_BYTES)
        return false;
    for (size_t at = 0; at < bytes.len; at += TLOG_NODE_BYTES) {
        struct tlog_node node = {.height = (unsigned char)bytes.p[at]};
        /* a subtree stands where its size divides its place, and is no part of a larger one */
        if (node.height > HEIGHT_MAX || ret->count == TLOG_RANGE_NODES ||
            ret->end & (((int64_t)1 << node.height) - 1) ||
            (int64_t)1 << node.height > end - ret->end)
            return false;
        memcpy(node.hash.bytes, bytes.p + at + 1, SHA256_BYTES);
        int before = ret->count;
        push(ret, &node);
        if (ret->count != before + 1)
            return false;
    }
    return ret->end == end;
}
