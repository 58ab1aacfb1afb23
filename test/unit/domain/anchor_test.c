#include "domain/anchor.h"

#include "unit.h"

enum { MIN = 60 * 1000 };

static void left_as_often_as_it_is_wanted_when_there_is_something_new(void **state)
{
    struct anchor a = {.every_ms = MIN, .left_ms = -1, .tried_ms = -1};
    (void)state;

    assert_false(anchor_is_due(&a, 0)); /* nothing was published */
    assert_true(anchor_is_due(&a, 7));
    a = (struct anchor){.every_ms = MIN, .seq = 7, .left_ms = MIN, .tried_ms = MIN};
    assert_false(anchor_is_due(&a, 7));
    assert_true(anchor_is_due(&a, 8));
    a.left_ms = MIN - 1;
    assert_false(anchor_is_due(&a, 8));
    a.every_ms = 0; /* not configured */
    a.left_ms = MIN;
    assert_false(anchor_is_due(&a, 8));
}

static void what_failed_is_tried_again_ever_more_seldom(void **state)
{
    struct anchor a = {.every_ms = 10 * MIN, .seq = 7, .left_ms = MIN, .failures = 1};
    (void)state;

    a.tried_ms = 4999;
    assert_false(anchor_is_due(&a, 8));
    a.tried_ms = 5000; /* sooner than it is wanted again: it is not there */
    assert_true(anchor_is_due(&a, 8));
    a.failures = 3;
    assert_false(anchor_is_due(&a, 8));
    a.tried_ms = 20000;
    assert_true(anchor_is_due(&a, 8));
    a.failures = 1000000;
    assert_false(anchor_is_due(&a, 8));
    a.tried_ms = MIN;
    assert_true(anchor_is_due(&a, 8));
    a.tried_ms = -1; /* nobody knows when */
    assert_true(anchor_is_due(&a, 8));
}

static void it_is_late_a_minute_after_it_was_wanted(void **state)
{
    struct anchor a = {.every_ms = MIN, .behind_ms = 2 * MIN};
    (void)state;

    assert_false(anchor_is_late(&a));
    a.behind_ms++;
    assert_true(anchor_is_late(&a));
    a.behind_ms = 0;
    assert_false(anchor_is_late(&a));
    a.lost = true; /* nothing waits, and what was there is gone */
    assert_true(anchor_is_late(&a));
    a.every_ms = 0;
    assert_false(anchor_is_late(&a));
}

static void each_has_its_name(void **state)
{
    (void)state;
    assert_string_equal(anchor_name(ANCHOR_FILE), "file");
    assert_string_equal(anchor_name(ANCHOR_STAMP), "timestamp");
}

UNIT_MAIN(cmocka_unit_test(left_as_often_as_it_is_wanted_when_there_is_something_new),
          cmocka_unit_test(what_failed_is_tried_again_ever_more_seldom),
          cmocka_unit_test(it_is_late_a_minute_after_it_was_wanted),
          cmocka_unit_test(each_has_its_name))
