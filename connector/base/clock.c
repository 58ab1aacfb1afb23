#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t system_wall_ms(void *self)
{
    (void)self;
    return read_clock(CLOCK_REALTIME);
}

static int64_t system_mono_ms(void *self)
{
    (void)self;
    return read_clock(CLOCK_MONOTONIC);
}

const struct clock CLOCK_SYSTEM = {.wall_ms = system_wall_ms, .mono_ms = system_mono_ms};

/* Days since 1970-01-01 of a proleptic Gregorian date, and back: eras of 400 years, years beginning
 * in March. */
static int64_t days_from_civil(int64_t y, int64_t m, int64_t d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

static void civil_from_days(int64_t z, int64_t *y, int64_t *m, int64_t *d)
{
    z += 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *d = doy - (153 * mp + 2) / 5 + 1;
    *m = mp < 10 ? mp + 3 : mp - 9;
    *y = yoe + era * 400 + (*m <= 2);
}

const char *clock_rfc3339(int64_t wall_ms, char *dst)
{
    const int64_t DAY_MS = 86400000;
    int64_t days = wall_ms / DAY_MS, rest = wall_ms % DAY_MS;
    if (rest < 0) {
        rest += DAY_MS;
        days--;
    }
    int64_t y, m, d;
    civil_from_days(days, &y, &m, &d);
    snprintf(dst, CLOCK_TEXT_SIZE, "%04" PRId64 "-%02" PRId64 "-%02" PRId64 "T%02d:%02d:%02d.%03dZ",
             y, m, d, (int)(rest / 3600000), (int)(rest / 60000 % 60), (int)(rest / 1000 % 60),
             (int)(rest % 1000));
    return dst;
}

/* `count` digits at the front of *s, taken off; false when something else stands there. */
static bool take_digits(struct str *s, size_t count, int64_t *ret)
{
    int64_t v = 0;
    if (s->len < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (s->p[i] < '0' || s->p[i] > '9')
            return false;
        v = v * 10 + (s->p[i] - '0');
    }
    *s = str_n(s->p + count, s->len - count);
    *ret = v;
    return true;
}

static bool take_char(struct str *s, char c)
{
    if (!s->len || s->p[0] != c)
        return false;
    *s = str_n(s->p + 1, s->len - 1);
    return true;
}

static bool take_fraction(struct str *s, int64_t *ret_ms)
{
    int64_t scale = 100, digit;
    *ret_ms = 0;
    if (!take_char(s, '.'))
        return true;
    size_t seen = 0;
    while (take_digits(s, 1, &digit)) {
        *ret_ms += digit * scale;
        scale /= 10;
        seen++;
    }
    return seen > 0;
}

static bool take_zone(struct str *s, int64_t *ret_minutes)
{
    int64_t h, m;
    *ret_minutes = 0;
    if (take_char(s, 'Z'))
        return true;
    int64_t sign = take_char(s, '+') ? 1 : take_char(s, '-') ? -1 : 0;
    if (!sign || !take_digits(s, 2, &h))
        return false;
    take_char(s, ':'); /* Jira writes +0000 */
    if (!take_digits(s, 2, &m) || h > 23 || m > 59)
        return false;
    *ret_minutes = sign * (h * 60 + m);
    return true;
}

static int64_t days_in_month(int64_t y, int64_t m)
{
    static const int64_t DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    return m == 2 && leap ? 29 : DAYS[m - 1];
}

bool clock_parse(struct str s, int64_t *ret_wall_ms)
{
    int64_t y, mo, d, h, mi, sec, ms, zone;

    if (!take_digits(&s, 4, &y) || !take_char(&s, '-') || !take_digits(&s, 2, &mo) ||
        !take_char(&s, '-') || !take_digits(&s, 2, &d))
        return false;
    if (!take_char(&s, 'T') && !take_char(&s, 't') && !take_char(&s, ' '))
        return false;
    if (!take_digits(&s, 2, &h) || !take_char(&s, ':') || !take_digits(&s, 2, &mi))
        return false;
    if (!take_char(&s, ':') || !take_digits(&s, 2, &sec) || !take_fraction(&s, &ms) ||
        !take_zone(&s, &zone))
        return false;
    if (s.len || mo < 1 || mo > 12 || d < 1 || d > days_in_month(y, mo) || h > 23 || mi > 59 ||
        sec > 60)
        return false;
    *ret_wall_ms = (((days_from_civil(y, mo, d) * 24 + h) * 60 + mi - zone) * 60 + sec) * 1000 + ms;
    return true;
}
