/* How fast one token may ask. */
#include "service/api_limit.h"

#include "unit.h"

enum { MINUTE_MS = 60000 };

static int burst(struct api_limit *limit, int32_t per_minute, int64_t now_ms)
{
    int n = 0;
    while (!api_limit_take(limit, per_minute, now_ms))
        n++;
    return n;
}

static void ten_seconds_at_once_then_evenly(void **state)
{
    struct api_limit limit = {0};
    int64_t now_ms = 5000;
    int n = 0;
    (void)state;

    assert_int_equal(burst(&limit, 6000, now_ms), 1000);
    assert_int_equal(api_limit_take(&limit, 6000, now_ms), 1);
    for (; now_ms < 5000 + MINUTE_MS; now_ms++)
        n += !api_limit_take(&limit, 6000, now_ms);
    assert_in_range(n, 5999, 6000);
    assert_int_equal(burst(&limit, 6000, now_ms + 100 * MINUTE_MS), 1000);
}

static void the_wait_is_told_and_is_enough(void **state)
{
    struct api_limit limit = {0};
    (void)state;

    assert_int_equal(burst(&limit, 3, 0), 10); /* few a minute: ten at once all the same */
    assert_int_equal(api_limit_take(&limit, 3, 0), 20);
    assert_int_equal(api_limit_take(&limit, 3, 19999), 1);
    assert_int_equal(api_limit_take(&limit, 3, 20000), 0);
    assert_int_equal(api_limit_take(&limit, 3, 20000), 20);
}

UNIT_MAIN(cmocka_unit_test(ten_seconds_at_once_then_evenly),
          cmocka_unit_test(the_wait_is_told_and_is_enough))
