#include "tlog/tlog_range.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "unit.h"

enum { MOST = 70, ROOM = 16 * 1024 };

static struct tlog_hash leaf(int64_t n)
{
    char text[32];

    return tlog_leaf(str_n(text, (size_t)snprintf(text, sizeof text, "entry %lld", (long long)n)));
}

static struct tlog_range range_of(int64_t first, int64_t end)
{
    struct tlog_range r;

    tlog_range_start(&r, first);
    for (int64_t i = first; i < end; i++) {
        struct tlog_hash hash = leaf(i);
        tlog_range_add(&r, &hash);
    }
    return r;
}

static bool keep_nothing(void *arg, const struct tlog_tile *tile)
{
    (void)arg;
    (void)tile;
    return true;
}

/* A tree that lacks some entries has the root of the one that does not. */
static void a_range_takes_the_place_of_its_entries(void **state)
{
    static struct tlog whole;
    (void)state;

    for (int64_t size = 0; size <= MOST; size++) {
        struct tlog_hash root = tlog_root(&whole), last = leaf(size);
        for (int64_t a = 0; a <= size; a += 3)
            for (int64_t b = a; b <= size; b += 5) {
                struct tlog_range all = range_of(0, a), gap = range_of(a, b), rest;
                assert_true(tlog_range_join(&all, &gap));
                rest = range_of(b, size);
                assert_true(tlog_range_join(&all, &rest));
                struct tlog_hash got = tlog_range_root(&all);
                assert_true(tlog_same(&got, &root) && all.end == size);
            }
        assert_true(tlog_add(&whole, &last, keep_nothing, NULL));
    }
    struct tlog_range apart = range_of(5, 9), all = range_of(0, 4);
    assert_false(tlog_range_join(&all, &apart));
}

static void a_range_is_written_and_read(void **state)
{
    (void)state;

    for (int64_t a = 0; a < MOST; a++)
        for (int64_t b = a + 1; b <= MOST; b++) {
            AUTO(drop_buf) struct buf out;
            struct tlog_range r = range_of(a, b), back;
            buf_init(&out, ROOM);
            assert_true(tlog_range_write(&r, &out));
            assert_int_equal(out.len, (size_t)r.count * TLOG_NODE_BYTES);
            assert_true(tlog_range_read(buf_str(&out), a, b, &back));
            assert_int_equal(back.count, r.count);
            for (int i = 0; i < r.count; i++)
                assert_true(back.nodes[i].height == r.nodes[i].height &&
                            tlog_same(&back.nodes[i].hash, &r.nodes[i].hash));
            assert_false(tlog_range_read(buf_str(&out), a, b + 1, &back));
            assert_false(tlog_range_read(buf_str(&out), a, b - 1, &back));
            assert_false(tlog_range_read(buf_str(&out), a + 1, b + 1, &back) &&
                         back.nodes[0].height > 0);
            assert_false(tlog_range_read(str_n(out.p, out.len - 1), a, b, &back));
        }
}

static void what_is_no_range_is_refused(void **state)
{
    char high[TLOG_NODE_BYTES] = {63}, twice[2 * TLOG_NODE_BYTES] = {0};
    struct tlog_range r;
    AUTO(drop_buf) struct buf small;
    (void)state;

    assert_false(tlog_range_read(str_n(high, sizeof high), 0, 1, &r));
    assert_false(tlog_range_read(str_n(twice, sizeof twice), 0, 2, &r)); /* they are one subtree */
    assert_true(tlog_range_read(str_n(twice, sizeof twice), 1, 3, &r));
    assert_false(tlog_range_read(STR_NONE, -1, -1, &r));
    assert_false(tlog_range_read(STR_NONE, 2, 1, &r));
    high[0] = 60;
    assert_false(tlog_range_read(str_n(high, sizeof high), INT64_MAX - 1, INT64_MAX, &r));
    assert_false(tlog_range_read(str_n(high, sizeof high), 0, 5, &r));
    r = range_of(0, 7);
    buf_init(&small, TLOG_NODE_BYTES);
    assert_false(tlog_range_write(&r, &small));
}

UNIT_MAIN(cmocka_unit_test(a_range_takes_the_place_of_its_entries),
          cmocka_unit_test(a_range_is_written_and_read),
          cmocka_unit_test(what_is_no_range_is_refused))
