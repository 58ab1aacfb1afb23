#include "domain/cursor.h"

#include "unit.h"

enum { OVERLAP = 600000 };

static void a_walk_starts_the_overlap_before_the_watermark(void **state)
{
    struct cursor c = {.watermark_ms = 5000000, .overlap_ms = OVERLAP};
    struct cursor_walk w;
    (void)state;

    cursor_begin(&c, &w);
    assert_int_equal(w.from_ms, 5000000 - OVERLAP);
    assert_int_equal(w.highest_ms, 5000000);
    assert_int_equal(w.seen, 0);

    c.watermark_ms = 10; /* a new site: from the beginning of time, not before it */
    cursor_begin(&c, &w);
    assert_int_equal(w.from_ms, 0);
}

static void a_complete_walk_moves_the_watermark_to_the_latest_it_saw(void **state)
{
    struct cursor c = {.watermark_ms = 5000000, .overlap_ms = OVERLAP};
    struct cursor_walk w;
    (void)state;

    cursor_begin(&c, &w);
    cursor_see(&w, 4900000);
    cursor_see(&w, 5200000);
    cursor_see(&w, 5100000); /* order does not matter */
    assert_int_equal(w.seen, 3);
    assert_true(cursor_finish(&c, &w, true, true));
    assert_int_equal(c.watermark_ms, 5200000);

    cursor_begin(&c, &w); /* nothing new: it stays, it never goes back */
    cursor_see(&w, 5000000);
    assert_true(cursor_finish(&c, &w, true, true));
    assert_int_equal(c.watermark_ms, 5200000);
}

static void an_incomplete_or_unproven_walk_leaves_the_cursor(void **state)
{
    static const struct {
        bool complete, authenticated;
    } CASES[] = {{false, true}, {true, false}, {false, false}};
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct cursor c = {.watermark_ms = 5000000, .overlap_ms = OVERLAP};
        struct cursor_walk w;
        cursor_begin(&c, &w);
        cursor_see(&w, 9000000);
        assert_false(cursor_finish(&c, &w, CASES[i].complete, CASES[i].authenticated));
        assert_int_equal(c.watermark_ms, 5000000);
    }
}

UNIT_MAIN(cmocka_unit_test(a_walk_starts_the_overlap_before_the_watermark),
          cmocka_unit_test(a_complete_walk_moves_the_watermark_to_the_latest_it_saw),
          cmocka_unit_test(an_incomplete_or_unproven_walk_leaves_the_cursor))
