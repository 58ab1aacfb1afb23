#include "domain/zone.h"

#include <string.h>

#include "unit.h"

enum { HOUR = 3600, DAY = 24 * HOUR };

/* A compiled zone by hand: the old block empty, then times with their types, then the footer. */
struct tzif {
    char bytes[1024];
    size_t len;
};

static void put(struct tzif *z, int64_t n, size_t bytes)
{
    for (size_t i = bytes; i-- > 0;)
        z->bytes[z->len++] = (char)(uint64_t)(n >> (8 * i));
}

static void put_head(struct tzif *z, char version, int64_t leaps, int64_t times, int64_t types)
{
    int64_t counts[] = {0, 0, leaps, times, types, 4};

    memcpy(z->bytes + z->len, "TZif", 4);
    z->len += 4;
    z->bytes[z->len++] = version;
    put(z, 0, 8);
    put(z, 0, 7);
    for (size_t i = 0; i < COUNT(counts); i++)
        put(z, counts[i], 4);
}

static void put_type(struct tzif *z, int32_t offset_s)
{
    put(z, offset_s, 4);
    put(z, 0, 2);
}

struct shift {
    int64_t at_s;
    int32_t offset_s;
};

/* first: the offset before all of them. */
static struct tzif zone_of(int32_t first, const struct shift *shifts, size_t count,
                           const char *footer)
{
    struct tzif z = {.len = 0};

    put_head(&z, '2', 0, 0, 1);
    put_type(&z, 0);
    put(&z, 0, 4);
    put_head(&z, '2', 0, (int64_t)count, (int64_t)count + 1);
    for (size_t i = 0; i < count; i++)
        put(&z, shifts[i].at_s, 8);
    for (size_t i = 0; i < count; i++)
        put(&z, (int64_t)i + 1, 1);
    put_type(&z, first);
    for (size_t i = 0; i < count; i++)
        put_type(&z, shifts[i].offset_s);
    put(&z, 0, 4);
    z.bytes[z.len++] = '\n';
    memcpy(z.bytes + z.len, footer, strlen(footer));
    z.len += strlen(footer);
    z.bytes[z.len++] = '\n';
    return z;
}

static struct zone_change changes[ZONE_CHANGES_MAX];
static size_t count;

static bool read_zone(const struct tzif *z, int64_t from_s, int64_t until_s)
{
    const char *why;

    return zone_read((struct str){z->bytes, z->len}, from_s, until_s, changes, &count, &why);
}

static int64_t at(int64_t year, int32_t month, int32_t day, int32_t hour)
{
    return zone_day_of(year, month, day) * DAY + hour * HOUR;
}

static bool reads_rule(const char *footer, int64_t year)
{
    struct tzif z = zone_of(0, NULL, 0, footer);

    return read_zone(&z, at(year, 1, 1, 12), at(year + 1, 1, 1, 0));
}

static void days_and_dates_are_the_same(void **state)
{
    (void)state;

    assert_int_equal(zone_day_of(1970, 1, 1), 0);
    assert_int_equal(zone_day_of(2000, 3, 1), 11017);
    assert_int_equal(zone_day_of(-1, 12, 31), -719529);
    for (int64_t day = -1000000; day < 1000000; day += 97) {
        int64_t year;
        int32_t month, of_month;
        zone_date_of(day, &year, &month, &of_month);
        assert_int_equal(zone_day_of(year, month, of_month), day);
        assert_in_range(month, 1, 12);
        assert_in_range(of_month, 1, 31);
    }
}

static void the_north_has_summer_in_the_middle_of_the_year(void **state)
{
    (void)state;

    assert_true(reads_rule("CET-1CEST,M3.5.0,M10.5.0/3", 2026));
    assert_int_equal(count, 3);
    assert_int_equal(changes[0].offset_s, HOUR);
    assert_int_equal(changes[1].from_s, at(2026, 3, 29, 1));
    assert_int_equal(changes[1].offset_s, 2 * HOUR);
    assert_int_equal(changes[2].from_s, at(2026, 10, 25, 1));
    assert_int_equal(changes[2].offset_s, HOUR);
}

static void the_south_begins_the_year_in_summer(void **state)
{
    (void)state;

    assert_true(reads_rule("AEST-10AEDT,M10.1.0,M4.1.0/3", 2026));
    assert_int_equal(count, 3);
    assert_int_equal(changes[0].offset_s, 11 * HOUR);
    assert_int_equal(changes[1].from_s, at(2026, 4, 4, 16));
    assert_int_equal(changes[1].offset_s, 10 * HOUR);
    assert_int_equal(changes[2].from_s, at(2026, 10, 3, 16));
    assert_int_equal(changes[2].offset_s, 11 * HOUR);
}

static void odd_rules_are_read(void **state)
{
    (void)state;

    assert_true(reads_rule("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 2026)); /* half an hour */
    assert_int_equal(changes[0].offset_s, 11 * HOUR);
    assert_int_equal(changes[1].offset_s, 10 * HOUR + HOUR / 2);
    assert_true(reads_rule("IST-1GMT0,M10.5.0,M3.5.0/1", 2026)); /* winter is the exception */
    assert_int_equal(changes[0].offset_s, 0);
    assert_int_equal(changes[1].from_s, at(2026, 3, 29, 1));
    assert_int_equal(changes[1].offset_s, HOUR);
    assert_true(reads_rule("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2026)); /* before midnight */
    assert_int_equal(changes[1].from_s, at(2026, 3, 29, 1));
    assert_true(reads_rule("XXX0YYY,J60,J300/24", 2028)); /* 29 February is not counted */
    assert_int_equal(changes[1].from_s, at(2028, 3, 1, 2));
    assert_true(reads_rule("XXX0YYY,59,300/2:30:15", 2028)); /* it is */
    assert_int_equal(changes[1].from_s, at(2028, 2, 29, 2));
    assert_int_equal(changes[2].from_s, at(2028, 10, 27, 1) + 30 * 60 + 15);
    assert_true(reads_rule("XXX0YYY,M12.5.0,M1.1.1", 2026)); /* December has a next month too */
    assert_true(reads_rule("JST-9", 2026));
    assert_int_equal(count, 1);
    assert_int_equal(changes[0].offset_s, 9 * HOUR);
}

static void what_is_no_rule_is_refused(void **state)
{
    static const char *const BAD[] = {"C-1",
                                      "CET",
                                      "CET-x",
                                      "CET-200",
                                      "CET-30",
                                      "CET-1:60",
                                      "CET-1:00:61",
                                      "<CET-1",
                                      "CET-1CEST",
                                      "CET-1CE,M3.5.0,M10.5.0",
                                      "CET-1CEST,M3",
                                      "CET-1CEST,M13.5.0,M10.5.0",
                                      "CET-1CEST,M3.6.0,M10.5.0",
                                      "CET-1CEST,M3.5.0",
                                      "CET-1CEST,M3.5.0/x,M10.5.0",
                                      "CET-1CEST,J0,J5",
                                      "CET-1CEST,M3.5.0,M10.5.0/3x",
                                      "CET-1CEST,,",
                                      "CET-1CEST99,J1,J5"};
    (void)state;

    for (size_t i = 0; i < COUNT(BAD); i++)
        assert_false(reads_rule(BAD[i], 2026));
}

static void the_table_counts_before_the_rule(void **state)
{
    static const struct shift SHIFTS[] = {
        {-100 * DAY, HOUR}, {DAY, 2 * HOUR}, {2 * DAY, 2 * HOUR}, {3 * DAY, HOUR}, {9 * DAY, 5}};
    struct tzif z = zone_of(7, SHIFTS, COUNT(SHIFTS), "");
    (void)state;

    assert_true(read_zone(&z, 0, 9 * DAY));
    assert_int_equal(count, 3);
    assert_int_equal(changes[0].offset_s, HOUR);
    assert_int_equal(changes[1].from_s, DAY);
    assert_int_equal(changes[2].offset_s, HOUR);
    assert_true(read_zone(&z, -200 * DAY, -150 * DAY));
    assert_int_equal(changes[0].offset_s, 7); /* before all that it knows */
    z = zone_of(0, SHIFTS, 1, "CET-1CEST,M3.5.0,M10.5.0/3");
    assert_true(read_zone(&z, -200 * DAY, at(1970, 12, 31, 0)));
    assert_int_equal(count, 4);
    assert_int_equal(changes[1].from_s, -100 * DAY);
    assert_int_equal(changes[2].from_s, at(1970, 3, 29, 1));
}

static void it_may_not_change_without_end(void **state)
{
    struct tzif z = zone_of(0, NULL, 0, "CET-1CEST,M3.5.0,M10.5.0/3");
    (void)state;

    assert_false(read_zone(&z, 0, at(2200, 1, 1, 0)));
}

static void what_is_no_zone_is_refused(void **state)
{
    static const struct shift SHIFT[] = {{0, HOUR}};
    struct tzif good = zone_of(0, SHIFT, 1, "JST-9"), bad;
    (void)state;

    for (size_t len = 0; len < good.len; len++) { /* cut anywhere */
        bad = good;
        bad.len = len;
        assert_false(read_zone(&bad, 0, DAY));
    }
    bad = good;
    bad.bytes[4] = 0; /* of version 1: it ends in 2037 */
    assert_false(read_zone(&bad, 0, DAY));
    bad = good;
    bad.bytes[20 + 12] = 0x7f; /* more times than there are */
    assert_false(read_zone(&bad, 0, DAY));
    bad = (struct tzif){.len = 0};
    put_head(&bad, '2', 1, 0, 1); /* with leap seconds */
    put_type(&bad, 0);
    put(&bad, 0, 4);
    put(&bad, 0, 8);
    put_head(&bad, '2', 0, 0, 1);
    put_type(&bad, 0);
    put(&bad, 0, 4);
    assert_false(read_zone(&bad, 0, DAY));
    size_t kind = (44 + 6 + 4) + 44 + 8;
    bad = good;
    bad.bytes[kind] = 2; /* a type that it does not have */
    assert_false(read_zone(&bad, 0, DAY));
}

UNIT_MAIN(cmocka_unit_test(days_and_dates_are_the_same),
          cmocka_unit_test(the_north_has_summer_in_the_middle_of_the_year),
          cmocka_unit_test(the_south_begins_the_year_in_summer),
          cmocka_unit_test(odd_rules_are_read), cmocka_unit_test(what_is_no_rule_is_refused),
          cmocka_unit_test(the_table_counts_before_the_rule),
          cmocka_unit_test(it_may_not_change_without_end),
          cmocka_unit_test(what_is_no_zone_is_refused))
