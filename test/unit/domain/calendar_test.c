#include "domain/calendar.h"

#include "unit.h"

enum { HOUR = 3600, DAY = 24 * HOUR, SPANS = 4096 };

static struct calendar_span spans[SPANS];
static size_t count;

static int64_t at(int64_t year, int32_t month, int32_t day, int32_t hour)
{
    return zone_day_of(year, month, day) * DAY + hour * HOUR;
}

/* Berlin in 2026, by hand. */
static struct calendar berlin(void)
{
    return (struct calendar){.changes = {{at(2026, 1, 1, 0), HOUR},
                                         {at(2026, 3, 29, 1), 2 * HOUR},
                                         {at(2026, 10, 25, 1), HOUR}},
                             .change_count = 3};
}

static void open_on(struct calendar *c, size_t weekday, int32_t opens, int32_t closes)
{
    c->hours[weekday][c->hours_count[weekday]++] = (struct calendar_hours){opens, closes};
}

static void lay_out(const struct calendar *c, int64_t from_s, int64_t until_s)
{
    assert_true(calendar_spans(c, from_s, until_s, spans, SPANS, &count));
}

static int64_t open_seconds(int64_t from_s, int64_t to_s)
{
    return calendar_between(spans, count, from_s * 1000000, to_s * 1000000) / 1000000;
}

static void hours_are_in_order_and_do_not_overlap(void **state)
{
    static const struct calendar_hours GOOD[] = {{480, 720}, {720, 1440}}, TURNED[] = {{720, 480}},
                                       BEFORE[] = {{-1, 5}}, BEYOND[] = {{0, 1441}},
                                       OVER[] = {{480, 720}, {719, 900}};
    struct calendar c = {0};
    (void)state;

    assert_null(calendar_hours_fault(GOOD, 2));
    assert_non_null(calendar_hours_fault(TURNED, 1));
    assert_non_null(calendar_hours_fault(BEFORE, 1));
    assert_non_null(calendar_hours_fault(BEYOND, 1));
    assert_non_null(calendar_hours_fault(OVER, 2));
    assert_false(calendar_ever_opens(&c));
    open_on(&c, 6, 0, 1);
    assert_true(calendar_ever_opens(&c));
}

static void a_week_with_its_lunch_breaks(void **state)
{
    struct calendar c = berlin();
    (void)state;

    for (size_t d = 0; d < 5; d++) {
        open_on(&c, d, 8 * 60, 12 * 60);
        open_on(&c, d, 13 * 60, 17 * 60);
    }
    lay_out(&c, at(2026, 11, 23, 0), at(2026, 11, 30, 0)); /* Monday to Sunday */
    assert_int_equal(count, 10);
    assert_int_equal(spans[0].opens_s, at(2026, 11, 23, 7)); /* 08:00 in Berlin */
    assert_int_equal(open_seconds(0, at(2027, 1, 1, 0)), 40 * HOUR);
    assert_int_equal(open_seconds(at(2026, 11, 23, 10), at(2026, 11, 23, 12)), 60 * 60);
    assert_int_equal(open_seconds(at(2026, 11, 23, 12), at(2026, 11, 23, 10)), 0);
    c.holidays[c.holiday_count++] = (struct calendar_holiday){2026, 11, 24};
    c.holidays[c.holiday_count++] = (struct calendar_holiday){0, 11, 25};
    c.holidays[c.holiday_count++] = (struct calendar_holiday){2025, 11, 26};
    lay_out(&c, at(2026, 11, 23, 0), at(2026, 11, 30, 0));
    assert_int_equal(open_seconds(0, at(2027, 1, 1, 0)), 24 * HOUR);
}

static void the_skipped_hour_is_never_open_and_the_doubled_one_twice(void **state)
{
    struct calendar c = berlin();
    (void)state;

    open_on(&c, 6, 60, 150); /* Sundays 01:00 to 02:30 */
    lay_out(&c, at(2026, 3, 29, 0), at(2026, 3, 30, 0));
    assert_int_equal(open_seconds(0, at(2027, 1, 1, 0)), HOUR); /* 02:00 to 02:30 is not */
    lay_out(&c, at(2026, 10, 25, 0) - HOUR, at(2026, 10, 26, 0));
    assert_int_equal(count, 2);
    assert_int_equal(open_seconds(0, at(2027, 1, 1, 0)), 2 * HOUR);
    assert_int_equal(spans[1].opens_s, at(2026, 10, 25, 1)); /* 02:00 again */
    c = berlin();
    open_on(&c, 6, 0, 24 * 60); /* all day: 23 hours, and 25 */
    lay_out(&c, at(2026, 3, 28, 0), at(2026, 3, 31, 0));
    assert_int_equal(open_seconds(0, at(2027, 1, 1, 0)), 23 * HOUR);
    lay_out(&c, at(2026, 10, 24, 0), at(2026, 10, 27, 0));
    assert_int_equal(count, 1);
    assert_int_equal(open_seconds(0, at(2027, 1, 1, 0)), 25 * HOUR);
}

static void the_other_hemisphere(void **state)
{
    struct calendar sydney = {.changes = {{at(2026, 1, 1, 0), 11 * HOUR},
                                          {at(2026, 4, 4, 16), 10 * HOUR},
                                          {at(2026, 10, 3, 16), 11 * HOUR}},
                              .change_count = 3};
    (void)state;

    open_on(&sydney, 6, 0, 24 * 60);
    lay_out(&sydney, at(2026, 4, 4, 0), at(2026, 4, 6, 0));
    assert_int_equal(open_seconds(0, at(2027, 1, 1, 0)), 25 * HOUR);
    lay_out(&sydney, at(2026, 10, 3, 0), at(2026, 10, 5, 0));
    assert_int_equal(open_seconds(0, at(2027, 1, 1, 0)), 23 * HOUR);
    sydney.changes[0] = (struct zone_change){-40 * DAY, 11 * HOUR};
    lay_out(&sydney, -20 * DAY, -13 * DAY); /* before 1970 there were Sundays too */
    assert_int_equal(open_seconds(-20 * DAY, 0), 24 * HOUR);
}

static void midnight_is_no_break(void **state)
{
    struct calendar c = berlin();
    (void)state;

    for (size_t d = 0; d < CALENDAR_DAYS; d++)
        open_on(&c, d, 0, 24 * 60);
    lay_out(&c, at(2026, 1, 1, 0), at(2027, 1, 1, 0));
    assert_int_equal(count, 1);
    assert_int_equal(open_seconds(at(2026, 1, 1, 0), at(2027, 1, 1, 0)), 365 * DAY);
}

static void more_spans_than_fit_are_told(void **state)
{
    struct calendar c = berlin();
    (void)state;

    open_on(&c, 0, 0, 60);
    assert_false(calendar_spans(&c, at(2026, 1, 1, 0), at(2027, 1, 1, 0), spans, 3, &count));
}

static void a_deadline_is_the_first_instant_with_so_much_behind_it(void **state)
{
    struct calendar c = berlin();
    (void)state;

    for (size_t d = 0; d < 5; d++)
        open_on(&c, d, 9 * 60, 17 * 60);
    lay_out(&c, at(2026, 1, 1, 0), at(2027, 1, 1, 0));
    int64_t friday = at(2026, 11, 27, 14) * 1000000; /* 15:00 in Berlin */
    int64_t hour = (int64_t)HOUR * 1000000;
    assert_int_equal(calendar_add(spans, count, friday, 0), friday);
    assert_int_equal(calendar_add(spans, count, friday, 2 * hour), friday + 2 * hour);
    assert_int_equal(calendar_add(spans, count, friday, 2 * hour + 1),
                     at(2026, 11, 30, 8) * (int64_t)1000000 + 1);
    assert_int_equal(calendar_add(spans, count, friday, 400 * hour), -1); /* beyond the horizon */
    for (int64_t us = 1; us < 100 * hour; us += hour / 7) {
        int64_t due = calendar_add(spans, count, friday, us);
        assert_int_equal(calendar_between(spans, count, friday, due), us);
        assert_int_equal(calendar_between(spans, count, friday, due - 1), us - 1);
    }
}

UNIT_MAIN(cmocka_unit_test(hours_are_in_order_and_do_not_overlap),
          cmocka_unit_test(a_week_with_its_lunch_breaks),
          cmocka_unit_test(the_skipped_hour_is_never_open_and_the_doubled_one_twice),
          cmocka_unit_test(the_other_hemisphere), cmocka_unit_test(midnight_is_no_break),
          cmocka_unit_test(more_spans_than_fit_are_told),
          cmocka_unit_test(a_deadline_is_the_first_instant_with_so_much_behind_it))
