/* Repetitions: a tenth of the first tries while some fail, and what an outage left behind at once.
 */
#include "domain/budget.h"

#include "base/rng.h"
#include "unit.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
static struct budget b;

static int start(void **state)
{
    (void)state;
    budget_init(&b, 0);
    return 0;
}

/* As a hash is: all bits of it. */
static uint64_t hash(uint64_t n)
{
    return n * 0x9e3779b97f4a7c15u;
}

static void failing(uint64_t n, int64_t now)
{
    budget_sent(&b, hash(n), now);
    budget_ended(&b, hash(n), false);
}

static void answered(uint64_t n, int64_t now)
{
    budget_sent(&b, hash(n), now);
    budget_ended(&b, hash(n), true);
}

static void only_what_failed_is_repeated(void **state)
{
    (void)state;
    answered(1, 0);
    failing(2, 0);
    failing(2, 0); /* again: still one */
    assert_false(budget_repeats(&b, hash(1)));
    assert_true(budget_repeats(&b, hash(2)));
    answered(2, 0);
    assert_false(budget_repeats(&b, hash(2)));
}

/* As many as there are places are told apart but for a few; more are taken for first tries. */
static void what_failed_is_remembered_as_long_as_there_is_room(void **state)
{
    int known = 0;
    (void)state;

    for (uint64_t n = 0; n < BUDGET_REMEMBERED / 2; n++)
        failing(n, 0);
    for (uint64_t n = 0; n < BUDGET_REMEMBERED / 2; n++)
        known += budget_repeats(&b, hash(n));
    assert_in_range(known, BUDGET_REMEMBERED / 2 - 20, BUDGET_REMEMBERED / 2);
    for (uint64_t n = 0; n < 4 * BUDGET_REMEMBERED; n++)
        failing(n, 0);
    known = 0;
    for (uint64_t n = 0; n < 4 * BUDGET_REMEMBERED; n++)
        known += budget_repeats(&b, hash(n));
    assert_in_range(known, BUDGET_REMEMBERED / 2, BUDGET_REMEMBERED);
}

/* An hour: so many first tries a second, one in `one_in` calls fails, and whatever failed is sent
 * again as soon as it may. Repetitions in it. */
static int64_t repeated_in_an_hour(int64_t gap_ms, uint64_t one_in)
{
    static uint64_t waiting[HOUR / 100];
    struct rng rng;
    int64_t count = 0, repeated = 0;
    uint64_t n = 0;

    rng_seed(&rng, 7);
    budget_init(&b, 0);
    for (int64_t now = 0; now < HOUR; now += gap_ms) {
        bool failed = rng_next(&rng) % one_in == 0;
        budget_sent(&b, hash(++n), now);
        budget_ended(&b, hash(n), !failed);
        if (failed)
            waiting[count++] = hash(n);
        while (count && !budget_wait_ms(&b, waiting[count - 1], now)) {
            uint64_t what = waiting[--count];
            repeated += budget_repeats(&b, what);
            failed = rng_next(&rng) % one_in == 0;
            budget_sent(&b, what, now);
            budget_ended(&b, what, !failed);
            if (failed)
                waiting[count++] = what;
        }
    }
    return repeated;
}

static void an_hour_of_half_503_is_not_amplified(void **state)
{
    (void)state;
    int64_t repeated = repeated_in_an_hour(SECOND, 2);
    assert_in_range(repeated, 3600 / 20, 3600 / 10); /* it is used, and kept */
    /* nothing works: a probe every two seconds and no more; few calls: one a minute */
    assert_in_range(repeated_in_an_hour(500, 1), HOUR / BUDGET_PROBE_MS - 30,
                    HOUR / BUDGET_PROBE_MS + 30);
    assert_in_range(repeated_in_an_hour(5 * MINUTE, 2), 3, 80);
    /* one in fifty: all of them are repeated */
    assert_in_range(repeated_in_an_hour(SECOND, 50), 50, 100);
}

static void the_window_slides(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= 300; n++)
        answered(n, 0);
    failing(1000, 0);
    int at_once = 0;
    for (; !budget_wait_ms(&b, hash(1000), 0); at_once++) {
        failing(1000, 0);
        answered(0, 0);
    }
    assert_int_equal(at_once,
                     (300 + 1 + at_once) / BUDGET_SHARE); /* first tries of this loop too */
    assert_in_range(at_once, 30, 34);
    assert_int_equal(budget_wait_ms(&b, hash(1000), 0), BUDGET_STARVE_MS);
    assert_int_equal(budget_wait_ms(&b, hash(1000), BUDGET_STARVE_MS - 1), 1);
    assert_int_equal(budget_wait_ms(&b, hash(1000), BUDGET_STARVE_MS), 0); /* nothing starves */
    failing(1000, BUDGET_WINDOW_MS - 1);
    assert_int_equal(budget_wait_ms(&b, hash(1000), BUDGET_WINDOW_MS - 1), BUDGET_STARVE_MS);
    assert_int_equal(budget_wait_ms(&b, hash(1000), BUDGET_WINDOW_MS), 0); /* the floor is there */
    int64_t year = 365LL * 24 * HOUR;
    failing(1000, year);
    assert_int_equal(budget_wait_ms(&b, hash(1000), year), 0);
    assert_int_equal(budget_wait_ms(&b, hash(1000), 5), 0); /* a clock that went back: no harm */
}

/* Two thousand things wait out an outage: found out every two seconds, and then all may go. */
static void after_an_outage_all_may_go(void **state)
{
    int64_t now = 0;
    (void)state;

    for (uint64_t n = 1; n <= 2000; n++)
        failing(n, now);
    now += BUDGET_WINDOW_MS;
    assert_int_equal(budget_wait_ms(&b, hash(1), now), 0); /* the floor first */
    for (int i = 0; i < BUDGET_FLOOR; i++)
        failing(1, now);
    assert_int_equal(budget_wait_ms(&b, hash(2), now), BUDGET_PROBE_MS);
    now += BUDGET_PROBE_MS;
    assert_int_equal(budget_wait_ms(&b, hash(2), now), 0);
    failing(2, now);
    assert_int_equal(budget_wait_ms(&b, hash(2), now), BUDGET_PROBE_MS);
    now += BUDGET_PROBE_MS;
    int left = 0;
    for (uint64_t n = 3; n <= 2000; n++) {
        left += budget_wait_ms(&b, hash(n), now) != 0;
        answered(n, now);
    }
    assert_int_equal(left, 0);
    /* it was well for long enough: one failure more does not hold the rest */
    failing(5000, now);
    assert_int_equal(budget_wait_ms(&b, hash(2), now), 0);
}

/* It came back for a moment only: from the next failure on it is as when some fail. */
static void back_and_away_again(void **state)
{
    (void)state;
    for (uint64_t n = 1; n <= BUDGET_AWAY; n++)
        failing(n, 0);
    for (int i = 0; i < BUDGET_FLOOR; i++)
        failing(1, 0);
    answered(500, 0);
    assert_int_equal(budget_wait_ms(&b, hash(2), 0), 0);
    failing(2, 0);
    assert_int_equal(budget_wait_ms(&b, hash(3), 0), BUDGET_STARVE_MS);
}

#define TEST(name) cmocka_unit_test_setup(name, start)
UNIT_MAIN(TEST(only_what_failed_is_repeated),
          TEST(what_failed_is_remembered_as_long_as_there_is_room),
          TEST(an_hour_of_half_503_is_not_amplified), TEST(the_window_slides),
          TEST(after_an_outage_all_may_go), TEST(back_and_away_again))
