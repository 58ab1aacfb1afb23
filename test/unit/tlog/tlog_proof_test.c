#include "tlog/tlog_proof.h"

#include <stdio.h>
#include <stdlib.h>

#include "unit.h"

enum { MOST = 1100 };

struct leaves {
    struct tlog_hash at[MOST];
    int64_t size, asked;
    bool away;
};

/* Level 0 as it is, level 1 folded of it: what tiles hold. */
static bool reads(void *arg, int level, int64_t index, struct tlog_hash *ret)
{
    struct leaves *l = arg;

    l->asked++;
    if (l->away || level > 1)
        return false;
    int64_t span = level ? TLOG_WIDTH : 1;
    assert_true((index + 1) * span <= l->size); /* nothing that is not there */
    *ret = level ? tlog_fold(&l->at[index * span], TLOG_HEIGHT) : l->at[index];
    return true;
}

static bool keeps(void *arg, const struct tlog_tile *tile)
{
    (void)arg;
    (void)tile;
    return true;
}

static void each_entry_of_each_size_is_proven(void **state)
{
    static const int64_t SIZES[] = {1,   2,   3,   4,   5,   7,   8,    13,
                                    100, 255, 256, 257, 511, 513, 1023, MOST};
    struct leaves *l = calloc(1, sizeof *l);
    struct tlog *log = calloc(1, sizeof *log);
    (void)state;

    for (size_t s = 0; s < sizeof SIZES / sizeof SIZES[0]; s++) {
        while (l->size < SIZES[s]) {
            char text[16];
            l->at[l->size] = tlog_leaf(
                str_n(text, (size_t)snprintf(text, sizeof text, "%lld", (long long)l->size)));
            assert_true(tlog_add(log, &l->at[l->size], keeps, NULL));
            l->size++;
        }
        struct tlog_hash root = tlog_root(log);
        for (int64_t i = 0; i < l->size; i += 1 + l->size / 50) {
            struct tlog_proof proof;
            assert_true(tlog_prove(l->size, i, reads, l, &proof));
            assert_true(tlog_proves(&proof, l->size, i, &l->at[i], &root));
            if (l->size == 1)
                continue;
            int64_t other = (i + 1) % l->size;
            assert_false(tlog_proves(&proof, l->size, i, &l->at[other], &root));
            assert_false(tlog_proves(&proof, l->size, other, &l->at[i], &root));
            proof.hashes[proof.count / 2].bytes[3] ^= 1;
            assert_false(tlog_proves(&proof, l->size, i, &l->at[i], &root));
            proof.hashes[proof.count / 2].bytes[3] ^= 1;
            proof.count--;
            assert_false(tlog_proves(&proof, l->size, i, &l->at[i], &root));
            proof.count += 2;
            assert_false(tlog_proves(&proof, l->size, i, &l->at[i], &root));
        }
    }
    free(l);
    free(log);
}

static void what_cannot_be_proven(void **state)
{
    struct leaves *l = calloc(1, sizeof *l);
    struct tlog_proof proof;
    struct tlog_hash any = tlog_leaf(STR("x"));
    (void)state;

    l->size = 10;
    assert_false(tlog_prove(10, 10, reads, l, &proof));
    assert_false(tlog_prove(10, -1, reads, l, &proof));
    assert_false(tlog_prove(0, 0, reads, l, &proof));
    l->away = true;
    assert_false(tlog_prove(10, 3, reads, l, &proof));
    proof.count = 0;
    assert_false(tlog_proves(&proof, 0, 0, &any, &any));
    assert_false(tlog_proves(&proof, 2, 2, &any, &any));
    free(l);
}

UNIT_MAIN(cmocka_unit_test(each_entry_of_each_size_is_proven),
          cmocka_unit_test(what_cannot_be_proven))
