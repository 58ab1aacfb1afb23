#include "tlog/tlog_proof.h"

struct reading {
    tlog_read_fn *fn;
    void *arg;
};

/* The root of a complete subtree of 2^height leaves, out of the highest tile that has what it is
 * made of. */
static bool complete(const struct reading *r, int height, int64_t index, struct tlog_hash *ret)
{
    struct tlog_hash row[TLOG_WIDTH];
    int level = height / TLOG_HEIGHT, above = height % TLOG_HEIGHT;
    int64_t first = index << above;

    for (int64_t i = 0; i < (int64_t)1 << above; i++)
        if (!r->fn(r->arg, level, first + i, &row[i]))
            return false;
    *ret = tlog_fold(row, above);
    return true;
}

/* Of the leaves from `from`, `count` of them; from is a multiple of the power of two that holds
 * count. */
static bool subtree(const struct reading *r, int64_t from, int64_t count, struct tlog_hash *ret)
{
    struct tlog_hash parts[TLOG_PROOF_MAX];
    size_t made = 0;

    for (int height = 62; height >= 0; height--) {
        if (!(count >> height & 1))
            continue;
        if (!complete(r, height, from >> height, &parts[made++]))
            return false;
        from += (int64_t)1 << height;
    }
    *ret = parts[--made];
    while (made--)
        *ret = tlog_node(&parts[made], ret);
    return true;
}

/* The largest power of two below n > 1. */
static int64_t split_at(int64_t n)
{
    int64_t k = 1;

    while (k < n - k)
        k *= 2;
    return k;
}

bool tlog_prove(int64_t size, int64_t index, tlog_read_fn *fn, void *arg, struct tlog_proof *ret)
{
    struct reading r = {fn, arg};
    struct tlog_hash down[TLOG_PROOF_MAX];
    int64_t from = 0, count = size;
    size_t steps = 0;

    if (index < 0 || index >= size)
        return false;
    for (; count > 1; steps++) { /* from the root down to the entry */
        int64_t k = split_at(count);
        bool left = index - from < k;
        if (!subtree(&r, left ? from + k : from, left ? count - k : k, &down[steps]))
            return false;
        from += left ? 0 : k;
        count = left ? k : count - k;
    }
    ret->count = steps;
    for (size_t i = 0; i < steps; i++)
        ret->hashes[i] = down[steps - 1 - i];
    return true;
}

bool tlog_proves(const struct tlog_proof *proof, int64_t size, int64_t index,
                 const struct tlog_hash *leaf, const struct tlog_hash *root)
{
    struct tlog_hash at = *leaf;
    int64_t node = index, last = size - 1;

    if (index < 0 || index >= size)
        return false;
    for (size_t i = 0; i < proof->count; i++) {
        if (!last)
            return false;
        if (node & 1 || node == last) {
            at = tlog_node(&proof->hashes[i], &at);
            while (!(node & 1) && node) {
                node >>= 1;
                last >>= 1;
            }
        } else {
            at = tlog_node(&at, &proof->hashes[i]);
        }
        node >>= 1;
        last >>= 1;
    }
    return !last && tlog_same(&at, root);
}
