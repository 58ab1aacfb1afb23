#include "base/rng.h"

#include <string.h>

#include "unit.h"

static void the_same_seed_gives_the_same_numbers(void **state)
{
    /* xoshiro256** seeded by splitmix64, as in the authors' reference code: replays must survive
     * upgrades */
    static const uint64_t WANT[] = {0x99ec5f36cb75f2b4u, 0xbf6e1f784956452au, 0x1a5f849d4933e6e0u};
    struct rng a, b;
    (void)state;

    rng_seed(&a, 0);
    rng_seed(&b, 0);
    for (size_t i = 0; i < COUNT(WANT); i++) {
        uint64_t n = rng_next(&a);
        if (n != WANT[i])
            fail_msg("number %zu is 0x%016llx", i, (unsigned long long)n);
        assert_true(rng_next(&b) == n);
    }
    rng_seed(&b, 1);
    assert_true(rng_next(&a) != rng_next(&b));
}

static void numbers_stay_in_their_bounds_and_reach_them(void **state)
{
    struct rng rng;
    unsigned seen[6] = {0};
    unsigned hits = 0;
    (void)state;

    rng_seed(&rng, 42);
    for (int i = 0; i < 60000; i++) {
        int64_t n = rng_range(&rng, -2, 3);
        assert_in_range(n + 2, 0, 5);
        seen[n + 2]++;
        assert_true(rng_below(&rng, 1) == 0);
        hits += rng_chance(&rng, 250000);
        assert_false(rng_chance(&rng, 0));
        assert_true(rng_chance(&rng, 1000000));
    }
    for (size_t i = 0; i < COUNT(seen); i++)
        assert_in_range(seen[i], 9500, 10500);
    assert_in_range(hits, 14500, 15500);
    assert_true(rng_range(&rng, 7, 7) == 7);
}

static void uuids_are_random_in_every_digit(void **state)
{
    struct rng rng;
    char text[37];
    bool seen[36][128] = {{false}};
    (void)state;

    rng_seed_system(&rng);
    for (int i = 0; i < 2000; i++) {
        rng_uuid(&rng, text);
        assert_int_equal(strlen(text), 36);
        for (size_t k = 0; k < 36; k++)
            seen[k][(unsigned char)text[k]] = true;
    }
    for (size_t k = 0; k < 36; k++) {
        size_t count = 0, want = 16;
        for (size_t c = 0; c < 128; c++)
            count += seen[k][c];
        if (k == 8 || k == 13 || k == 18 || k == 23 || k == 14)
            want = 1; /* the dashes, and the version */
        else if (k == 19)
            want = 4; /* the variant */
        if (count != want)
            fail_msg("digit %zu has %zu values", k, count);
    }
    assert_int_equal(text[14], '4');
}

static void secrets_differ(void **state)
{
    char a[300], b[300];
    (void)state;

    memset(a, 0, sizeof a);
    memset(b, 0, sizeof b);
    rng_secret(a, sizeof a);
    rng_secret(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
    assert_memory_not_equal(a + 284, b + 284, 16);
    rng_secret(a, 0);
}

UNIT_MAIN(cmocka_unit_test(the_same_seed_gives_the_same_numbers),
          cmocka_unit_test(numbers_stay_in_their_bounds_and_reach_them),
          cmocka_unit_test(uuids_are_random_in_every_digit), cmocka_unit_test(secrets_differ))
