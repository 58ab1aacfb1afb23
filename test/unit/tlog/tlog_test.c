#include "tlog/tlog.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/codecs.h"
#include "unit.h"

enum { MANY = 70000 };

static bool never(void *arg, const struct tlog_tile *tile)
{
    (void)arg;
    (void)tile;
    fail();
    return false;
}

static void is_hash(const struct tlog_hash *h, const char *hex)
{
    char text[SHA256_HEX_SIZE];

    hex_encode(h->bytes, sizeof h->bytes, text);
    assert_string_equal(text, hex);
}

/* The test data of the certificate-transparency project: roots of one to eight entries. */
static void roots_are_those_of_rfc_6962(void **state)
{
    static const struct {
        const char *entry, *root;
    } ROWS[] = {
        {"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
        {"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
        {"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
        {"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
        {"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
        {"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
        {"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
        {"606162636465666768696a6b6c6d6e6f",
         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
    };
    struct tlog *log = calloc(1, sizeof *log);
    (void)state;

    struct tlog_hash root = tlog_root(log);
    is_hash(&root, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        char entry[16];
        size_t len = strlen(ROWS[i].entry) / 2;
        assert_true(hex_decode(str_of(ROWS[i].entry), entry, len));
        struct tlog_hash leaf = tlog_leaf(str_n(entry, len));
        assert_true(tlog_add(log, &leaf, never, NULL));
        root = tlog_root(log);
        is_hash(&root, ROWS[i].root);
    }
    free(log);
}

/* As the RFC defines it. */
static struct tlog_hash slow_root(const struct tlog_hash *leaves, int64_t count)
{
    int64_t k = 1;

    if (count == 1)
        return leaves[0];
    while (2 * k < count)
        k *= 2;
    struct tlog_hash left = slow_root(leaves, k), right = slow_root(leaves + k, count - k);
    return tlog_node(&left, &right);
}

struct seen {
    const struct tlog_hash *leaves;
    int64_t full[TLOG_LEVELS];
};

static bool sees(void *arg, const struct tlog_tile *tile)
{
    struct seen *s = arg;
    int64_t span = (int64_t)1 << (TLOG_HEIGHT * tile->level);

    if (tile->width == TLOG_WIDTH)
        assert_int_equal(tile->index, s->full[tile->level]++);
    struct tlog_hash first = slow_root(s->leaves + tile->index * 256 * span, span);
    assert_true(tlog_same(&first, &tile->hashes[0]));
    return true;
}

static void tiles_and_roots_of_many_entries(void **state)
{
    struct tlog *log = calloc(1, sizeof *log);
    struct tlog_hash *leaves = calloc(MANY, sizeof *leaves);
    struct seen seen = {.leaves = leaves};
    (void)state;

    for (int i = 0; i < MANY; i++) {
        char text[16];
        leaves[i] = tlog_leaf(str_n(text, (size_t)snprintf(text, sizeof text, "%d", i)));
        assert_true(tlog_add(log, &leaves[i], sees, &seen));
        if (i % 997 && i != 255 && i != 256 && i != 65535 && i != 65536)
            continue;
        struct tlog_hash root = tlog_root(log), wanted = slow_root(leaves, i + 1);
        assert_true(tlog_same(&root, &wanted));
    }
    assert_int_equal(seen.full[0], MANY / 256);
    assert_int_equal(seen.full[1], 1);
    assert_true(tlog_unfinished(log, sees, &seen));
    assert_int_equal(tlog_width(MANY, 0), MANY % 256);
    assert_int_equal(tlog_width(MANY, 1), MANY / 256 - 256);
    assert_int_equal(tlog_index(MANY, 1), 1);
    assert_int_equal(tlog_width(MANY, 2), 1);
    free(leaves);
    free(log);
}

static bool refuses(void *arg, const struct tlog_tile *tile)
{
    (void)arg;
    return tile->width < TLOG_WIDTH;
}

static void a_tile_that_cannot_be_kept_ends_it(void **state)
{
    struct tlog *log = calloc(1, sizeof *log);
    struct tlog_hash leaf = tlog_leaf(STR("x"));
    (void)state;

    for (int i = 0; i < TLOG_WIDTH - 1; i++)
        assert_true(tlog_add(log, &leaf, refuses, NULL));
    assert_false(tlog_add(log, &leaf, refuses, NULL));
    free(log);
}

static void names_of_tiles(void **state)
{
    char path[TLOG_PATH_SIZE];
    (void)state;

    tlog_path(path, 0, 0, TLOG_WIDTH);
    assert_string_equal(path, "tile/0/000");
    tlog_path(path, 0, 5, 17);
    assert_string_equal(path, "tile/0/005.p/17");
    tlog_path(path, 2, 1234067, TLOG_WIDTH); /* the specification's own example */
    assert_string_equal(path, "tile/2/x001/x234/067");
    tlog_path(path, TLOG_ENTRIES, 1000, 1);
    assert_string_equal(path, "tile/entries/x001/000.p/1");
}

static void bundles_hold_entries_behind_their_lengths(void **state)
{
    AUTO(drop_buf) struct buf b;
    struct str rest, entry;
    char *large = calloc(1, TLOG_ENTRY_BYTES + 1);
    bool torn;
    (void)state;

    buf_init(&b, 128 * 1024);
    assert_true(tlog_bundle_add(&b, STR("one")));
    assert_true(tlog_bundle_add(&b, STR_NONE));
    assert_true(tlog_bundle_add(&b, str_n(large, TLOG_ENTRY_BYTES)));
    assert_false(tlog_bundle_add(&b, str_n(large, TLOG_ENTRY_BYTES + 1)));
    rest = buf_str(&b);
    assert_true(tlog_bundle_next(&rest, &entry, &torn) && str_eq_c(entry, "one"));
    assert_true(tlog_bundle_next(&rest, &entry, &torn) && entry.len == 0);
    assert_true(tlog_bundle_next(&rest, &entry, &torn) && entry.len == TLOG_ENTRY_BYTES);
    assert_false(tlog_bundle_next(&rest, &entry, &torn) || torn);
    rest = str_n(b.p, 4); /* cut in an entry */
    assert_false(tlog_bundle_next(&rest, &entry, &torn));
    assert_true(torn);
    rest = str_n(b.p, 1); /* and in a length */
    assert_false(tlog_bundle_next(&rest, &entry, &torn));
    assert_true(torn);
    free(large);
}

UNIT_MAIN(cmocka_unit_test(roots_are_those_of_rfc_6962),
          cmocka_unit_test(tiles_and_roots_of_many_entries),
          cmocka_unit_test(a_tile_that_cannot_be_kept_ends_it), cmocka_unit_test(names_of_tiles),
          cmocka_unit_test(bundles_hold_entries_behind_their_lengths))
