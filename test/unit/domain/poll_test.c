#include "domain/poll.h"

#include <stdlib.h>

#include "unit.h"

enum { OVERLAP = 600000, NOON = 50000000, LATER = NOON + 3600000 };

static const struct cursor CURSOR = {.watermark_ms = NOON, .overlap_ms = OVERLAP};

/* --- one walk --- */

/* An hour after the last one: all that it finds is settled. */
static void walk_begins(struct poll_walk *w)
{
    poll_walk_begin(&CURSOR, w);
    poll_walk_asked(w, LATER, OVERLAP);
}

static void a_walk_goes_on_where_a_page_ended(void **state)
{
    struct poll_walk w;
    (void)state;

    walk_begins(&w);
    assert_int_equal(w.bound_ms, NOON - OVERLAP);
    poll_walk_see(&w, NOON - 500);
    poll_walk_see(&w, NOON - 400);
    assert_int_equal(poll_walk_page(&w, false, false), POLL_BY_KEY);
    assert_int_equal(w.bound_ms, NOON - 400); /* that one again: others may have the same time */
    poll_walk_see(&w, NOON - 400);
    poll_walk_see(&w, NOON + 7);
    assert_int_equal(poll_walk_page(&w, true, false), POLL_COMPLETE);
    assert_int_equal(w.cursor.from_ms, NOON - OVERLAP);
    assert_int_equal(w.cursor.highest_ms, NOON + 7);
}

static void a_page_full_of_one_millisecond_goes_by_token(void **state)
{
    struct poll_walk w;
    (void)state;

    walk_begins(&w);
    poll_walk_see(&w, NOON);
    assert_int_equal(poll_walk_page(&w, false, false), POLL_BY_KEY);
    for (int page = 0; page < 100; page++) {
        poll_walk_see(&w, NOON);
        assert_int_equal(poll_walk_page(&w, false, false), POLL_BY_TOKEN);
    }
    poll_walk_see(&w, 0); /* unreadable: says nothing about the order */
    assert_int_equal(poll_walk_page(&w, false, false), POLL_BY_TOKEN);
    poll_walk_see(&w, NOON + 1);
    assert_int_equal(poll_walk_page(&w, false, false), POLL_BY_KEY);
    assert_int_equal(w.bound_ms, NOON + 1);
}

static void a_site_that_keeps_to_no_order_is_walked_by_token_from_the_start(void **state)
{
    struct poll_walk w;
    (void)state;

    walk_begins(&w);
    poll_walk_see(&w, NOON - 300);
    assert_int_equal(poll_walk_page(&w, false, false), POLL_BY_KEY);
    poll_walk_see(&w, NOON - 200);
    poll_walk_see(&w, NOON - 250);
    assert_int_equal(poll_walk_page(&w, true, false), POLL_BY_KEY); /* though it is the last page */
    assert_int_equal(w.bound_ms, NOON - OVERLAP);
    poll_walk_see(&w, NOON - 300);
    assert_int_equal(poll_walk_page(&w, false, false), POLL_BY_TOKEN);
    poll_walk_see(&w, NOON + 300);
    assert_int_equal(poll_walk_page(&w, true, false), POLL_COMPLETE);
}

/* The index has it somewhere among the old ones, and it shows when it was changed since. To go on
 * from there would leave out what lies between. */
static void what_changed_lately_says_nothing_of_the_order(void **state)
{
    struct poll_walk w;
    (void)state;

    walk_begins(&w);
    poll_walk_see(&w, NOON);
    poll_walk_see(&w, LATER - OVERLAP / 2 + 1);
    assert_int_equal(poll_walk_page(&w, false, false), POLL_BY_KEY);
    assert_int_equal(w.bound_ms, NOON);
    poll_walk_see(&w, LATER);
    poll_walk_see(&w, NOON + 1);
    assert_int_equal(poll_walk_page(&w, false, false), POLL_BY_KEY);
    assert_int_equal(w.bound_ms, NOON + 1);
    poll_walk_see(&w, LATER - 1);
    assert_int_equal(poll_walk_page(&w, false, false), POLL_BY_TOKEN);
    assert_int_equal(w.cursor.highest_ms, LATER);

    poll_walk_begin(&CURSOR, &w); /* Jira does not say when it was asked */
    poll_walk_asked(&w, 0, OVERLAP);
    poll_walk_see(&w, NOON);
    assert_int_equal(poll_walk_page(&w, false, false), POLL_BY_TOKEN);
}

/* A clock that was wrong once, or an import: everything until then would be passed over. */
static void a_date_that_has_not_come_moves_no_cursor(void **state)
{
    struct poll_walk w;
    struct cursor c = CURSOR;
    (void)state;

    walk_begins(&w);
    poll_walk_see(&w, LATER + 24 * 3600000);
    poll_walk_see(&w, 0); /* nor one that cannot be read */
    assert_int_equal(poll_walk_page(&w, true, false), POLL_COMPLETE);
    assert_true(cursor_finish(&c, &w.cursor, true, true));
    assert_int_equal(c.watermark_ms, LATER);
}

/* "updated >= X" of a site that knows minutes only begins before X, at every page. */
static void a_site_that_rounds_bounds_is_walked_by_token(void **state)
{
    struct poll_walk w;
    (void)state;

    walk_begins(&w);
    poll_walk_see(&w, NOON - OVERLAP - 20000);
    poll_walk_see(&w, NOON);
    assert_int_equal(poll_walk_page(&w, false, false), POLL_BY_TOKEN);
    assert_int_equal(w.bound_ms, NOON - OVERLAP);
}

static void pages_without_an_end_are_given_up(void **state)
{
    struct poll_walk w;
    int64_t pages = 0;
    (void)state;

    walk_begins(&w);
    assert_int_equal(poll_walk_page(&w, false, true), POLL_GIVEN_UP);
    walk_begins(&w);
    while (poll_walk_page(&w, false, false) == POLL_BY_TOKEN)
        pages++;
    assert_int_equal(pages, POLL_PAGES_MAX - 1);
}

static void an_expired_token_begins_the_query_again_so_many_times(void **state)
{
    const struct str expired = STR("The provided next page Token is invalid or expired.");
    struct poll_walk w;
    (void)state;

    walk_begins(&w);
    poll_walk_see(&w, NOON);
    assert_int_equal(poll_walk_page(&w, false, false), POLL_BY_KEY);
    for (int i = 0; i < POLL_RESTARTS_MAX; i++)
        assert_int_equal(poll_walk_refused(&w, true, expired), POLL_BY_KEY);
    assert_int_equal(w.bound_ms, NOON);
    assert_int_equal(poll_walk_refused(&w, true, expired), POLL_GIVEN_UP);

    walk_begins(&w);
    assert_int_equal(poll_walk_refused(&w, false, expired), POLL_GIVEN_UP);
    assert_int_equal(poll_walk_refused(&w, true, STR("Error in the JQL Query")), POLL_GIVEN_UP);
    assert_int_equal(poll_walk_refused(&w, true, STR("tok")), POLL_GIVEN_UP);
}

/* --- lag --- */

static void lateness_is_between_two_times_of_jira(void **state)
{
    (void)state;
    assert_int_equal(poll_late_ms(NOON, NOON - 240000), 240000);
    assert_int_equal(poll_late_ms(NOON, NOON + 1), 0); /* changed after the walk before began */
    assert_int_equal(poll_late_ms(0, NOON), 0);
    assert_int_equal(poll_late_ms(NOON, 0), 0);
}

static void the_overlap_is_twice_what_nearly_all_kept_to(void **state)
{
    static const struct {
        int64_t late_ms, overlap_ms;
    } CASES[] = {{0, 600000},
                 {999, 600000},
                 {240000, 600000},              /* below 256 s: twice is less than 10 minutes */
                 {300000, 2 * 512000},          /* below 512 s */
                 {3600000, 2 * 4096000},        /* an hour */
                 {30 * 3600000LL, 6 * 3600000}, /* no further back than this */
                 {INT64_MAX, 6 * 3600000}};
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct poll_lag lag = {0};
        poll_lag_add(&lag, CASES[i].late_ms);
        assert_int_equal(poll_overlap_ms(&lag), CASES[i].overlap_ms);
    }
}

static void one_in_a_thousand_may_be_later(void **state)
{
    struct poll_lag lag = {0};
    (void)state;

    assert_int_equal(poll_lag_most_ms(&lag), 0);
    for (int i = 0; i < 1998; i++)
        poll_lag_add(&lag, 0);
    poll_lag_add(&lag, 3000000);
    assert_int_equal(poll_lag_most_ms(&lag), 0); /* 1 of 1999: one may be later */
    poll_lag_add(&lag, 5000);
    poll_lag_add(&lag, 5000);
    assert_int_equal(poll_lag_most_ms(&lag), 8000); /* 2 of 2001 may be later: the third is not */
}

static void a_lag_beyond_what_is_configured_is_certain(void **state)
{
    struct poll_lag lag = {0};
    (void)state;

    assert_false(poll_lags_beyond(&lag, 0)); /* nothing was late */
    poll_lag_add(&lag, 100000);              /* between 64 and 128 s: perhaps less than 120 */
    assert_false(poll_lags_beyond(&lag, 120000));
    assert_true(poll_lags_beyond(&lag, 60000));
    poll_lag_add(&lag, 130000);
    assert_true(poll_lags_beyond(&lag, 120000));
}

static void the_past_fades(void **state)
{
    struct poll_lag lag = {0};
    (void)state;

    for (int i = 0; i < 200; i++)
        poll_lag_add(&lag, 3600000);
    assert_int_equal(poll_lag_most_ms(&lag), 4096000);
    for (int i = 0; i < 300000; i++)
        poll_lag_add(&lag, 0);
    assert_int_equal(poll_lag_most_ms(&lag), 0);
}

/* --- seen --- */

static struct poll_seen seen_new(void)
{
    struct poll_seen s = {.slots = calloc(POLL_SEEN_SLOTS, sizeof(struct poll_slot)),
                          .size = POLL_SEEN_SLOTS,
                          .walk = 2};
    assert_non_null(s.slots);
    return s;
}

static void a_change_is_new_once(void **state)
{
    struct poll_seen s = seen_new();
    (void)state;

    assert_int_equal(poll_seen_put(&s, 7, NOON), POLL_NEW);
    assert_int_equal(poll_seen_put(&s, 7, NOON), POLL_SAME);
    s.walk++;
    assert_int_equal(poll_seen_put(&s, 7, NOON), POLL_SAME);
    assert_int_equal(poll_seen_put(&s, 7, NOON + 1), POLL_NEW);
    s.walk += 2; /* one walk did not show it: deleted and restored, or hidden for a while */
    assert_int_equal(poll_seen_put(&s, 7, NOON + 1), POLL_BACK);
    assert_int_equal(poll_seen_put(&s, 7, NOON + 1), POLL_SAME);
    poll_seen_clear(&s);
    assert_int_equal(poll_seen_put(&s, 7, NOON + 1), POLL_NEW);
    free(s.slots);
}

/* Keys that want the same place, at the end of the table, so that they go round. */
static uint64_t crowding(uint64_t n)
{
    return (n + 1) * POLL_SEEN_SLOTS - 2;
}

static void what_is_old_is_forgotten_and_the_rest_still_found(void **state)
{
    struct poll_seen s = seen_new();
    int64_t known, shown;
    (void)state;

    poll_seen_put(&s, 20, NOON + 1000); /* at home among them: it must not move */
    for (uint64_t n = 0; n < 40; n++)
        poll_seen_put(&s, crowding(n), NOON + (n % 3 ? 1000 : 0));
    poll_seen_put(&s, 1, NOON + 1000); /* its place is taken by one of those */
    poll_seen_count(&s, 0, &known, &shown);
    assert_int_equal(known, 42);
    poll_seen_prune(&s, NOON + 1);
    poll_seen_prune(&s, NOON + 1);
    assert_int_equal(s.used, 28);
    for (uint64_t n = 0; n < 40; n++)
        if (n % 3)
            assert_int_equal(poll_seen_put(&s, crowding(n), NOON + 1000), POLL_SAME);
    assert_int_equal(poll_seen_put(&s, 1, NOON + 1000), POLL_SAME);
    assert_int_equal(poll_seen_put(&s, 20, NOON + 1000), POLL_SAME);
    assert_int_equal(poll_seen_put(&s, crowding(0), NOON), POLL_NEW);
    free(s.slots);
}

static void a_full_table_shows_changes_again_rather_than_never(void **state)
{
    struct poll_seen s = seen_new();
    (void)state;

    for (uint64_t key = 1; key <= POLL_SEEN_SLOTS; key++)
        assert_int_equal(poll_seen_put(&s, key, NOON), POLL_NEW);
    assert_int_equal(s.used, POLL_SEEN_SLOTS / 4 * 3);
    assert_int_equal(poll_seen_put(&s, POLL_SEEN_SLOTS, NOON), POLL_NEW);
    assert_int_equal(poll_seen_put(&s, 1, NOON), POLL_SAME);
    free(s.slots);
}

static void a_table_that_grows_forgets_nothing(void **state)
{
    struct poll_seen s = {
        .slots = calloc(POLL_SEEN_FIRST, sizeof *s.slots), .size = POLL_SEEN_FIRST, .walk = 2};
    (void)state;

    assert_non_null(s.slots);
    assert_int_equal(poll_seen_size(&s, POLL_SEEN_FIRST / 4 * 3), POLL_SEEN_FIRST);
    assert_int_equal(poll_seen_size(&s, POLL_SEEN_FIRST / 4 * 3 + 1), 2 * POLL_SEEN_FIRST);
    assert_int_equal(poll_seen_size(&s, 10 * POLL_SEEN_SLOTS), POLL_SEEN_SLOTS);
    for (uint64_t key = 1; key <= 2000; key++) {
        size_t size = poll_seen_size(&s, 1);
        if (size != s.size) {
            struct poll_slot *slots = calloc(size, sizeof *slots);
            assert_non_null(slots);
            free(poll_seen_grow(&s, slots, size));
        }
        assert_int_equal(poll_seen_put(&s, key * 0x9e3779b97f4a7c15, NOON), POLL_NEW);
    }
    assert_int_equal(s.used, 2000);
    assert_int_equal(s.size, 4096);
    for (uint64_t key = 1; key <= 2000; key++)
        assert_int_equal(poll_seen_put(&s, key * 0x9e3779b97f4a7c15, NOON), POLL_SAME);
    free(s.slots);
}

/* --- less than before --- */

static void a_walk_that_shows_less_than_half_is_held_for_a_day(void **state)
{
    struct poll_seen s = seen_new();
    int64_t known, shown;
    (void)state;

    for (uint64_t key = 1; key <= 20; key++)
        poll_seen_put(&s, key, NOON);
    for (uint64_t key = 21; key <= 30; key++)
        poll_seen_put(&s, key, NOON - 2 * OVERLAP); /* not in the window: not expected */
    s.walk++;
    for (uint64_t key = 1; key <= 9; key++)
        poll_seen_put(&s, key, NOON);
    poll_seen_count(&s, NOON - OVERLAP, &known, &shown);
    assert_int_equal(known, 20);
    assert_int_equal(shown, 9);
    assert_true(poll_shows_less(known, shown));
    assert_false(poll_shows_less(20, 10));
    assert_true(poll_shows_less(POLL_KNOWN_MIN, 0));
    assert_false(poll_shows_less(POLL_KNOWN_MIN - 1, 0));
    assert_true(poll_knows(POLL_KNOWN_MIN));
    assert_false(poll_knows(POLL_KNOWN_MIN - 1));
    assert_true(poll_is_held(true, 0));
    assert_true(poll_is_held(true, 24 * 3600000 - 1));
    assert_false(poll_is_held(true, 24 * 3600000));
    assert_false(poll_is_held(false, 0));
    free(s.slots);
}

/* --- how soon again --- */

static void it_is_slow_only_while_deliveries_announce_everything(void **state)
{
    struct poll_hooks h = {0};
    (void)state;

    assert_int_equal(poll_wait_ms(1000, 2000, &h, true, 100), 1000);
    poll_hooks_see(&h, 3, 0);
    poll_hooks_see(&h, 0, 0); /* nothing found says nothing */
    poll_hooks_see(&h, 1, 0);
    assert_int_equal(poll_wait_ms(1000, 2000, &h, true, 100), 1000);
    poll_hooks_see(&h, 1, 0);
    poll_hooks_see(&h, 1, 0);
    assert_int_equal(poll_wait_ms(1000, 2000, &h, true, 200), 2000);
    assert_int_equal(poll_wait_ms(1000, 2000, &h, false, 100), 1000);
    assert_int_equal(poll_wait_ms(1000, 500, &h, true, 100), 1000);
    poll_hooks_see(&h, 9, 1);
    assert_int_equal(poll_wait_ms(1000, 2000, &h, true, 100), 1000);
}

static void waits_are_spread_by_a_tenth(void **state)
{
    struct poll_hooks h = {0};
    int64_t low = INT64_MAX, high = 0;
    (void)state;

    for (uint64_t random = 0; random < 1000; random++) {
        int64_t wait = poll_wait_ms(1000, 2000, &h, true, random);
        low = wait < low ? wait : low;
        high = wait > high ? wait : high;
    }
    assert_int_equal(low, 900);
    assert_int_equal(high, 1100);
    assert_int_equal(poll_wait_ms(5, 5, &h, true, UINT64_MAX), 5);
}

UNIT_MAIN(cmocka_unit_test(a_walk_goes_on_where_a_page_ended),
          cmocka_unit_test(a_page_full_of_one_millisecond_goes_by_token),
          cmocka_unit_test(a_site_that_keeps_to_no_order_is_walked_by_token_from_the_start),
          cmocka_unit_test(what_changed_lately_says_nothing_of_the_order),
          cmocka_unit_test(a_date_that_has_not_come_moves_no_cursor),
          cmocka_unit_test(a_site_that_rounds_bounds_is_walked_by_token),
          cmocka_unit_test(pages_without_an_end_are_given_up),
          cmocka_unit_test(an_expired_token_begins_the_query_again_so_many_times),
          cmocka_unit_test(lateness_is_between_two_times_of_jira),
          cmocka_unit_test(the_overlap_is_twice_what_nearly_all_kept_to),
          cmocka_unit_test(one_in_a_thousand_may_be_later),
          cmocka_unit_test(a_lag_beyond_what_is_configured_is_certain),
          cmocka_unit_test(the_past_fades), cmocka_unit_test(a_change_is_new_once),
          cmocka_unit_test(what_is_old_is_forgotten_and_the_rest_still_found),
          cmocka_unit_test(a_full_table_shows_changes_again_rather_than_never),
          cmocka_unit_test(a_table_that_grows_forgets_nothing),
          cmocka_unit_test(a_walk_that_shows_less_than_half_is_held_for_a_day),
          cmocka_unit_test(it_is_slow_only_while_deliveries_announce_everything),
          cmocka_unit_test(waits_are_spread_by_a_tenth))
