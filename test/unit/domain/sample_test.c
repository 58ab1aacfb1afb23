/* Samples: each stratum is seen, in proportion, and whoever draws again draws the same. */
#include "domain/sample.h"

#include <string.h>

#include "unit.h"

static void shares(const int64_t population[], int64_t size, const int64_t wanted[])
{
    int64_t got[SAMPLE_STRATA];

    sample_share(population, size, got);
    for (size_t i = 0; i < SAMPLE_STRATA; i++)
        assert_int_equal(got[i], wanted[i]);
}

#define SIX(...)                   \
    (const int64_t[SAMPLE_STRATA]) \
    {                              \
        __VA_ARGS__                \
    }

static void each_stratum_is_seen(void **state)
{
    (void)state;
    shares(SIX(1, 0, 3, 1000, 0, 1), 25, SIX(1, 0, 1, 22, 0, 1));
    shares(SIX(500, 300, 100, 50, 30, 20), 20, SIX(10, 6, 1, 1, 1, 1));
}

static void a_small_one_begins_with_what_is_privileged(void **state)
{
    (void)state;
    shares(SIX(0, 9, 9, 9000, 9, 9), 2, SIX(0, 1, 1, 0, 0, 0));
    shares(SIX(5, 5, 5, 5, 5, 5), 0, SIX(0, 0, 0, 0, 0, 0));
}

static void nobody_is_drawn_twice(void **state)
{
    (void)state;
    shares(SIX(2, 1, 0, 3, 0, 0), 100, SIX(2, 1, 0, 3, 0, 0));
    shares(SIX(0, 0, 0, 0, 0, 0), 100, SIX(0, 0, 0, 0, 0, 0));
}

static void strata_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(sample_stratum(true, REQUEST_GRANT), 0);
    assert_int_equal(sample_stratum(true, REQUEST_MODIFY), 2);
    assert_int_equal(sample_stratum(false, REQUEST_REMOVAL), 4);
}

/* printf '2026Q4\n8acd9aec-f24f-412f-aafb-8502c268fd3e' | sha256sum */
static void a_rank_can_be_had_without_us(void **state)
{
    uint8_t rank[SHA256_BYTES], other[SHA256_BYTES];
    struct str id = STR("8acd9aec-f24f-412f-aafb-8502c268fd3e");

    (void)state;
    sample_rank(STR("2026Q4"), id, rank);
    assert_memory_equal(rank, "\x3c\xfa\xd4\x76", 4);
    sample_rank(STR("2026Q3"), id, other);
    assert_memory_not_equal(rank, other, sizeof rank);
}

UNIT_MAIN(cmocka_unit_test(each_stratum_is_seen),
          cmocka_unit_test(a_small_one_begins_with_what_is_privileged),
          cmocka_unit_test(nobody_is_drawn_twice), cmocka_unit_test(strata_are_told_apart),
          cmocka_unit_test(a_rank_can_be_had_without_us))
