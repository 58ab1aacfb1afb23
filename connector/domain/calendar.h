/* calendar.h: business time. A calendar is open at an instant exactly when the wall clock of its
 * zone shows an open time of that weekday and the date is no holiday: the hour that daylight saving
 * skips is never open, the one it doubles is open twice. From that follow the spans, in UTC, and
 * from these every business second and every deadline: here and in SQL
 * (governance.business_between, business_add), which must agree to the microsecond. Pure; memory is
 * the caller's. */
#ifndef COUNTERSIGN_DOMAIN_CALENDAR_H
#define COUNTERSIGN_DOMAIN_CALENDAR_H

#include "domain/zone.h"

enum {
    CALENDAR_DAYS = 7,
    CALENDAR_HOURS_MAX = 8,      /* open times of one weekday */
    CALENDAR_HOLIDAYS_MAX = 512, /* dates, a whole horizon of them */
    CALENDAR_SPANS_MAX = 32768,
    CALENDAR_YEARS_BACK = 3, /* a request may be told of late */
    CALENDAR_YEARS_ON = 5,   /* and a deadline lies ahead */
};

/* Minutes since midnight on the wall: [opens, closes), at most 24:00. */
struct calendar_hours {
    int32_t opens_min, closes_min;
};

/* Of one day of the year, or of every year. */
struct calendar_holiday {
    int32_t year; /* 0: every year */
    int32_t month, day;
};

struct calendar {
    struct str name, zone;
    struct calendar_hours hours[CALENDAR_DAYS][CALENDAR_HOURS_MAX]; /* Monday first */
    size_t hours_count[CALENDAR_DAYS];
    struct calendar_holiday holidays[CALENDAR_HOLIDAYS_MAX];
    size_t holiday_count;
    struct zone_change changes[ZONE_CHANGES_MAX]; /* cover what spans are asked for */
    size_t change_count;
};

/* Open from then until then, UTC; before_s: open seconds of all spans before it. */
struct calendar_span {
    int64_t opens_s, closes_s, before_s;
};

/* What is wrong with the hours of one weekday: NULL when nothing is. */
const char *calendar_hours_fault(const struct calendar_hours *hours, size_t count);
bool calendar_ever_opens(const struct calendar *c);

/* The open spans within [from_s, until_s), in order, none touching the next. False when there are
 * more than `max`. */
MUST_CHECK bool calendar_spans(const struct calendar *c, int64_t from_s, int64_t until_s,
                               struct calendar_span *ret, size_t max, size_t *ret_count);

/* Open microseconds between two instants (microseconds since 1970); 0 where `to` is not later. */
int64_t calendar_between(const struct calendar_span *spans, size_t count, int64_t from_us,
                         int64_t to_us);
/* The first instant at which so much open time has passed since `from`; -1: not within the spans.
 */
int64_t calendar_add(const struct calendar_span *spans, size_t count, int64_t from_us,
                     int64_t open_us);

#endif
