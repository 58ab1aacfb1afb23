#include "console/timeline.h"

#include <string.h>

#include "unit.h"

enum { LEFT = 100, RIGHT = 700, CHAR = 60, DAY = 86400 * 1000, SECOND = 1000 };

static const int64_t T = 1795680133000; /* 2026-11-26 08:02:13 */

static struct arena *arena;

static int start(void **state)
{
    (void)state;
    arena = arena_new(1024 * 1024);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void test_order_is_exact_and_seconds_are_seen_beside_weeks(void **state)
{
    (void)state;
    struct timeline_dot dots[] = {
        {.at_ms = T}, {.at_ms = T + SECOND}, {.at_ms = T + 2 * SECOND}, {.at_ms = T + 30LL * DAY}};
    struct timeline_lane lane = {.dots = dots, .dot_count = 4};
    struct timeline t = {.lanes = &lane, .lane_count = 1};

    timeline_lay(&t, arena, LEFT, RIGHT, CHAR);
    assert_int_equal(dots[0].x, LEFT);
    assert_int_equal(dots[3].x, RIGHT);
    assert_true(dots[1].x - dots[0].x > 20 && dots[2].x - dots[1].x > 20);
    assert_in_range(dots[2].x - dots[1].x - (dots[1].x - dots[0].x) + 1, 0, 2); /* as far */
    assert_true(dots[3].x - dots[2].x > 300);
    assert_int_equal(t.gap_count, 1);
    assert_int_equal(t.gaps[0].ms, 30LL * DAY - 2 * SECOND);
    assert_int_equal(t.gaps[0].x + t.gaps[0].width, RIGHT);
}

static void test_a_moment_between_is_between(void **state)
{
    (void)state;
    struct timeline_span span = {.from_ms = T, .until_ms = T + DAY};
    struct timeline_lane lane = {.spans = &span, .span_count = 1};
    struct timeline t = {.lanes = &lane, .lane_count = 1};

    timeline_lay(&t, arena, LEFT, RIGHT, CHAR);
    assert_int_equal(span.x, LEFT);
    assert_int_equal(span.width, RIGHT - LEFT);
    assert_int_equal(timeline_x(&t, T + DAY / 2), (LEFT + RIGHT) / 2);
    assert_int_equal(timeline_x(&t, T - DAY), LEFT);
    assert_int_equal(timeline_x(&t, T + 2LL * DAY), RIGHT);
}

static void test_what_is_still_to_come_takes_a_sixth(void **state)
{
    (void)state;
    struct timeline_dot dots[] = {
        {.at_ms = T}, {.at_ms = T + SECOND}, {.at_ms = T + 2 * SECOND}, {.at_ms = T + 90LL * DAY}};
    struct timeline_lane lane = {.dots = dots, .dot_count = 4};
    struct timeline t = {.lanes = &lane, .lane_count = 1, .until_ms = T + 2 * SECOND};

    timeline_lay(&t, arena, LEFT, RIGHT, CHAR);
    assert_int_equal(dots[2].x, RIGHT - (RIGHT - LEFT) / 6);
    assert_int_equal(dots[3].x, RIGHT);
}

static void test_nothing_and_one_moment(void **state)
{
    (void)state;
    struct timeline_tick tick = {.at_ms = T, .name = STR("asked for")};
    struct timeline none = {0}, one = {.ticks = &tick, .tick_count = 1, .until_ms = T - 1};

    timeline_lay(&none, arena, LEFT, RIGHT, CHAR);
    assert_int_equal(timeline_x(&none, T), 0);
    timeline_lay(&one, arena, LEFT, RIGHT, CHAR);
    assert_int_equal(tick.x, LEFT);
    assert_int_equal(tick.row, 0);
    assert_int_equal(one.rows, 1);
}

static void test_dots_do_not_cover_each_other(void **state)
{
    (void)state;
    struct timeline_dot dots[40] = {0};
    struct timeline_lane lane = {.dots = dots, .dot_count = 40};
    struct timeline t = {.lanes = &lane, .lane_count = 1};

    for (int i = 0; i < 40; i++)
        dots[i].at_ms = T + i * 10 + (i == 39 ? 60LL * DAY : 0);
    timeline_lay(&t, arena, LEFT, RIGHT, CHAR);
    for (int i = 1; i < 40; i++) {
        assert_true(dots[i].x > dots[i - 1].x);
        assert_true(dots[i].x - dots[i - 1].x >= 11 || dots[i].step != dots[i - 1].step);
        assert_in_range(dots[i].step + 1, 0, 2);
    }
}

static void test_more_moments_than_pixels_stay_within(void **state)
{
    (void)state;
    static struct timeline_dot dots[2000];
    struct timeline_lane lane = {.dots = dots, .dot_count = 2000};
    struct timeline t = {.lanes = &lane, .lane_count = 1};

    for (int i = 0; i < 2000; i++)
        dots[i].at_ms = T + i * 60LL * SECOND;
    timeline_lay(&t, arena, LEFT, RIGHT, CHAR);
    for (int i = 1; i < 2000; i++)
        assert_true(dots[i].x >= dots[i - 1].x);
    assert_int_equal(dots[0].x, LEFT);
    assert_in_range(dots[1999].x, RIGHT - 2, RIGHT);
}

/* No name stands on another, nor does the line down from a higher one run through it. */
static void test_names_have_room_or_are_left_out(void **state)
{
    (void)state;
    struct timeline_tick ticks[24] = {0};
    struct timeline t = {.ticks = ticks, .tick_count = 24};
    int named = 0;

    for (int i = 0; i < 24; i++)
        ticks[i] = (struct timeline_tick){.at_ms = T + i * 7 * SECOND,
                                          .rank = i == 0 || i == 23 ? 0 : 1,
                                          .name = STR("close refused")};
    timeline_lay(&t, arena, LEFT, RIGHT, CHAR);
    assert_true(ticks[0].row == 0 && ticks[23].row == 0);
    for (int i = 0; i < 24; i++) {
        const struct timeline_tick *a = &ticks[i];
        named += a->row != TIMELINE_NO_ROW;
        assert_true(a->left >= LEFT && a->left + a->length <= RIGHT);
        for (int j = 0; j < 24 && a->row != TIMELINE_NO_ROW; j++) {
            const struct timeline_tick *b = &ticks[j];
            if (i != j && a->row == b->row)
                assert_true(a->left + a->length < b->left || b->left + b->length < a->left);
            if (b->row > a->row)
                assert_true(b->x < a->left || b->x > a->left + a->length);
        }
    }
    assert_in_range(named, 5, 23);
    assert_in_range(t.rows, 2, TIMELINE_ROWS);
}

static void test_times_are_exact(void **state)
{
    (void)state;
    char text[SAY_BYTES];

    assert_string_equal(timeline_moment(T, text).p, "26 Nov 2026 08:02:13");
    assert_string_equal(timeline_time(T, text).p, "26 Nov 08:02:13");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_order_is_exact_and_seconds_are_seen_beside_weeks,
                                        start, end),
        cmocka_unit_test_setup_teardown(test_a_moment_between_is_between, start, end),
        cmocka_unit_test_setup_teardown(test_what_is_still_to_come_takes_a_sixth, start, end),
        cmocka_unit_test_setup_teardown(test_nothing_and_one_moment, start, end),
        cmocka_unit_test_setup_teardown(test_dots_do_not_cover_each_other, start, end),
        cmocka_unit_test_setup_teardown(test_more_moments_than_pixels_stay_within, start, end),
        cmocka_unit_test_setup_teardown(test_names_have_room_or_are_left_out, start, end),
        cmocka_unit_test_setup_teardown(test_times_are_exact, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
