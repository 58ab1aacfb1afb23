#include "domain/calendar.h"

enum { DAY_S = 24 * 3600, DAY_MIN = 24 * 60, MONDAY_OFF = 3 }; /* 1970 began on a Thursday */

static const int64_t SECOND_US = 1000000;

const char *calendar_hours_fault(const struct calendar_hours *hours, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (hours[i].opens_min < 0 || hours[i].closes_min > DAY_MIN ||
            hours[i].opens_min >= hours[i].closes_min)
            return "closes before it opens";
        if (i && hours[i].opens_min < hours[i - 1].closes_min)
            return "opens before the time before it has closed";
    }
    return NULL;
}

bool calendar_ever_opens(const struct calendar *c)
{
    for (size_t d = 0; d < CALENDAR_DAYS; d++)
        if (c->hours_count[d])
            return true;
    return false;
}

static bool is_holiday(const struct calendar *c, int64_t day)
{
    int64_t year;
    int32_t month, of_month;

    zone_date_of(day, &year, &month, &of_month);
    for (size_t i = 0; i < c->holiday_count; i++) {
        const struct calendar_holiday *h = &c->holidays[i];
        if ((!h->year || h->year == year) && h->month == month && h->day == of_month)
            return true;
    }
    return false;
}

struct writer {
    struct calendar_span *at;
    size_t count, max;
    bool full;
};

/* Times that touch are one: nobody closes at midnight to open at midnight. */
static void add_span(struct writer *w, int64_t opens_s, int64_t closes_s)
{
    struct calendar_span *last = w->count ? &w->at[w->count - 1] : NULL;

    if (opens_s >= closes_s)
        return;
    if (last && last->closes_s == opens_s) {
        last->closes_s = closes_s;
        return;
    }
    if (w->count == w->max) {
        w->full = true;
        return;
    }
    int64_t before = last ? last->before_s + last->closes_s - last->opens_s : 0;
    w->at[w->count++] = (struct calendar_span){opens_s, closes_s, before};
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t floor_day(int64_t s)
{
    return (s >= 0 ? s : s - DAY_S + 1) / DAY_S;
}

/* While the wall clock runs even: between two changes of it. */
static void add_even(const struct calendar *c, struct writer *w, int64_t from_s, int64_t until_s,
                     int32_t offset_s)
{
    for (int64_t day = floor_day(from_s + offset_s); day * DAY_S - offset_s < until_s; day++) {
        size_t weekday =
            (size_t)(((day + MONDAY_OFF) % CALENDAR_DAYS + CALENDAR_DAYS) % CALENDAR_DAYS);
        if (!c->hours_count[weekday] || is_holiday(c, day))
            continue;
        for (size_t i = 0; i < c->hours_count[weekday]; i++) {
            const struct calendar_hours *h = &c->hours[weekday][i];
            int64_t midnight = day * DAY_S - offset_s;
            add_span(w, larger(midnight + (int64_t)h->opens_min * 60, from_s),
                     smaller(midnight + (int64_t)h->closes_min * 60, until_s));
        }
    }
}

bool calendar_spans(const struct calendar *c, int64_t from_s, int64_t until_s,
                    struct calendar_span *ret, size_t max, size_t *ret_count)
{
    struct writer w = {.at = ret, .max = max};

    for (size_t i = 0; i < c->change_count; i++) {
        int64_t next = i + 1 < c->change_count ? c->changes[i + 1].from_s : until_s;
        add_even(c, &w, larger(c->changes[i].from_s, from_s), smaller(next, until_s),
                 c->changes[i].offset_s);
    }
    *ret_count = w.count;
    return !w.full;
}

/* How many spans open at or before it. */
static size_t opened_by(const struct calendar_span *spans, size_t count, int64_t us)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (spans[middle].opens_s * SECOND_US <= us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Open microseconds from the first span until then. */
static int64_t until(const struct calendar_span *spans, size_t count, int64_t us)
{
    size_t n = opened_by(spans, count, us);

    if (!n)
        return 0;
    const struct calendar_span *s = &spans[n - 1];
    return s->before_s * SECOND_US + smaller(us, s->closes_s * SECOND_US) - s->opens_s * SECOND_US;
}

int64_t calendar_between(const struct calendar_span *spans, size_t count, int64_t from_us,
                         int64_t to_us)
{
    return to_us <= from_us ? 0 : until(spans, count, to_us) - until(spans, count, from_us);
}

int64_t calendar_add(const struct calendar_span *spans, size_t count, int64_t from_us,
                     int64_t open_us)
{
    int64_t target = until(spans, count, from_us) + open_us;

    if (open_us <= 0)
        return from_us;
    for (size_t i = 0; i < count; i++) {
        int64_t before = spans[i].before_s * SECOND_US;
        if (target <= before + (spans[i].closes_s - spans[i].opens_s) * SECOND_US)
            return spans[i].opens_s * SECOND_US + target - before;
    }
    return -1;
}
