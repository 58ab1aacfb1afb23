#include "domain/zone.h"

#include <string.h>

enum { HOUR_S = 3600, DAY_S = 24 * HOUR_S, WEEK = 7, THURSDAY = 4, HEADER = 44, TYPE_BYTES = 6 };

/* --- dates --- */

/* Years begin with March, so that the day a leap year adds is their last. */
int64_t zone_day_of(int64_t year, int32_t month, int32_t day)
{
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void zone_date_of(int64_t day, int64_t *ret_year, int32_t *ret_month, int32_t *ret_day)
{
    int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100), m = (5 * of_year + 2) / 153;

    *ret_day = (int32_t)(of_year - (153 * m + 2) / 5 + 1);
    *ret_month = (int32_t)(m < 10 ? m + 3 : m - 9);
    *ret_year = year + era * 400 + (*ret_month <= 2);
}

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* --- the rule of the footer: POSIX TZ --- */

enum yearly { DAY_JULIAN, DAY_OF_YEAR, DAY_OF_MONTH };

struct turn {
    enum yearly how;
    int32_t month, week, day; /* of DAY_OF_MONTH: week 5 is the last; else only day */
    int32_t time_s;           /* on the wall, may be negative or beyond a day */
};

struct rule {
    int32_t standard_s, summer_s;
    bool has_summer;
    struct turn begins, ends; /* of summer time */
};

static bool take(struct str *s, char c)
{
    if (!s->len || s->p[0] != c)
        return false;
    *s = (struct str){s->p + 1, s->len - 1};
    return true;
}

static bool is_digit(struct str s)
{
    return s.len && s.p[0] >= '0' && s.p[0] <= '9';
}

static bool take_number(struct str *s, int32_t least, int32_t most, int32_t *ret)
{
    int32_t n = 0;
    size_t digits = 0;

    for (; is_digit(*s) && digits < 3; digits++) {
        n = n * 10 + (s->p[0] - '0');
        *s = (struct str){s->p + 1, s->len - 1};
    }
    *ret = n;
    return digits && n >= least && n <= most;
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(struct str *s, int32_t *ret_s)
{
    bool minus = take(s, '-');
    int32_t h, m = 0, sec = 0;

    if (!minus)
        (void)take(s, '+');
    if (!take_number(s, 0, 167, &h) || (take(s, ':') && !take_number(s, 0, 59, &m)) ||
        (take(s, ':') && !take_number(s, 0, 59, &sec)))
        return false;
    *ret_s = (h * HOUR_S + m * 60 + sec) * (minus ? -1 : 1);
    return true;
}

/* The name of a time: letters, or anything in angle brackets. Nobody asks for it. */
static bool skip_name(struct str *s)
{
    size_t n = 0;

    if (take(s, '<')) {
        while (s->len && s->p[0] != '>')
            *s = (struct str){s->p + 1, s->len - 1};
        return take(s, '>');
    }
    while (s->len && ((s->p[0] >= 'A' && s->p[0] <= 'Z') || (s->p[0] >= 'a' && s->p[0] <= 'z'))) {
        *s = (struct str){s->p + 1, s->len - 1};
        n++;
    }
    return n >= 3;
}

static bool take_turn(struct str *s, struct turn *ret)
{
    *ret = (struct turn){.how = DAY_OF_YEAR, .time_s = 2 * HOUR_S};
    if (!take(s, ','))
        return false;
    if (take(s, 'M')) {
        ret->how = DAY_OF_MONTH;
        if (!take_number(s, 1, 12, &ret->month) || !take(s, '.') ||
            !take_number(s, 1, 5, &ret->week) || !take(s, '.') || !take_number(s, 0, 6, &ret->day))
            return false;
    } else {
        ret->how = take(s, 'J') ? DAY_JULIAN : DAY_OF_YEAR;
        if (!take_number(s, ret->how == DAY_JULIAN, 365, &ret->day))
            return false;
    }
    return !take(s, '/') || take_time(s, &ret->time_s);
}

/* In POSIX the sign says how far UTC is ahead. */
static bool take_offset(struct str *s, int32_t *ret_s)
{
    if (!take_time(s, ret_s) || *ret_s > ZONE_OFFSET_MAX_S || *ret_s < -ZONE_OFFSET_MAX_S)
        return false;
    *ret_s = -*ret_s;
    return true;
}

static bool parse_rule(struct str s, struct rule *ret)
{
    *ret = (struct rule){0};
    if (!skip_name(&s) || !take_offset(&s, &ret->standard_s))
        return false;
    if (!s.len)
        return true;
    ret->has_summer = true;
    ret->summer_s = ret->standard_s + HOUR_S;
    if (!skip_name(&s) || (s.len && s.p[0] != ',' && !take_offset(&s, &ret->summer_s)))
        return false;
    return take_turn(&s, &ret->begins) && take_turn(&s, &ret->ends) && !s.len;
}

/* Day of that year's turn, since 1970. */
static int64_t day_of_turn(const struct turn *t, int64_t year)
{
    int64_t first = zone_day_of(year, 1, 1);

    if (t->how == DAY_OF_YEAR)
        return first + t->day;
    if (t->how == DAY_JULIAN) /* counts no 29 February */
        return first + t->day - 1 + (is_leap(year) && t->day >= 60);
    int64_t month = zone_day_of(year, t->month, 1);
    int64_t next =
        t->month == 12 ? zone_day_of(year + 1, 1, 1) : zone_day_of(year, t->month + 1, 1);
    int64_t weekday = ((month + THURSDAY) % WEEK + WEEK) % WEEK; /* 1970 began on a Thursday */
    int64_t day = month + (t->day - weekday + WEEK) % WEEK + (t->week - 1) * WEEK;

    while (day >= next)
        day -= WEEK;
    return day;
}

/* --- the file --- */

struct file {
    const unsigned char *times, *kinds, *types;
    size_t time_count, type_count;
    struct str footer;
};

static int64_t number(const unsigned char *p, size_t bytes)
{
    uint64_t n = p[0] & 0x80 ? UINT64_MAX : 0;

    for (size_t i = 0; i < bytes; i++)
        n = n << 8 | p[i];
    return (int64_t)n;
}

/* One block: its size, or 0 where it does not fit. */
static size_t block_size(struct str s, size_t time_bytes, struct file *ret)
{
    const unsigned char *p = (const unsigned char *)s.p;
    int64_t count[6]; /* isut, isstd, leap, time, type, char */

    if (s.len < HEADER || memcmp(s.p, "TZif", 4) != 0)
        return 0;
    for (size_t i = 0; i < 6; i++) {
        count[i] = number(p + 20 + 4 * i, 4);
        if (count[i] < 0 || count[i] > 65536)
            return 0;
    }
    *ret = (struct file){.time_count = (size_t)count[3], .type_count = (size_t)count[4]};
    ret->times = p + HEADER;
    ret->kinds = ret->times + ret->time_count * time_bytes;
    ret->types = ret->kinds + ret->time_count;
    size_t size = HEADER + ret->time_count * (time_bytes + 1) + ret->type_count * TYPE_BYTES +
                  (size_t)count[5] + (size_t)count[2] * (time_bytes + 4) + (size_t)count[1] +
                  (size_t)count[0];
    return size <= s.len && ret->type_count && !count[2] ? size : 0;
}

static bool parse_file(struct str s, struct file *ret, const char **ret_why)
{
    size_t old = block_size(s, 4, ret);
    struct str rest = {s.p + old, s.len - old};
    size_t size = old && s.p[4] >= '2' ? block_size(rest, 8, ret) : 0;

    *ret_why = "it is not a compiled time zone of version 2 or later without leap seconds";
    if (!size)
        return false;
    for (size_t i = 0; i < ret->time_count; i++)
        if (ret->kinds[i] >= ret->type_count)
            return false;
    rest = (struct str){rest.p + size, rest.len - size};
    if (rest.len < 2 || rest.p[0] != '\n' || rest.p[rest.len - 1] != '\n')
        return false;
    ret->footer = (struct str){rest.p + 1, rest.len - 2};
    return true;
}

static int32_t offset_of(const struct file *f, size_t type)
{
    return (int32_t)number(f->types + type * TYPE_BYTES, 4);
}

/* --- both together --- */

struct changes {
    struct zone_change *at;
    size_t count;
    int64_t from_s, until_s;
    bool full;
};

/* In order of time: what was before the beginning becomes the first. */
static void change(struct changes *c, int64_t from_s, int32_t offset_s)
{
    if (from_s >= c->until_s)
        return;
    if (from_s <= c->from_s) {
        c->at[0] = (struct zone_change){c->from_s, offset_s};
        return;
    }
    if (c->at[c->count - 1].offset_s == offset_s)
        return;
    if (c->count == ZONE_CHANGES_MAX)
        c->full = true;
    else
        c->at[c->count++] = (struct zone_change){from_s, offset_s};
}

/* The turns of a year in the order in which they come: in the south it begins in summer. */
static void change_yearly(struct changes *c, const struct rule *r, int64_t after_s)
{
    int64_t year, last;
    int32_t month, day;
    int64_t begin = c->from_s > after_s ? c->from_s : after_s;

    zone_date_of(begin / DAY_S - 366, &year, &month, &day);
    zone_date_of(c->until_s / DAY_S + 1, &last, &month, &day);
    for (; year <= last; year++) {
        int64_t begins = day_of_turn(&r->begins, year) * DAY_S + r->begins.time_s - r->standard_s;
        int64_t ends = day_of_turn(&r->ends, year) * DAY_S + r->ends.time_s - r->summer_s;
        bool north = begins < ends;
        struct zone_change summer = {begins, r->summer_s}, winter = {ends, r->standard_s};
        struct zone_change first = north ? summer : winter, second = north ? winter : summer;
        if (first.from_s > after_s)
            change(c, first.from_s, first.offset_s);
        if (second.from_s > after_s)
            change(c, second.from_s, second.offset_s);
    }
}

bool zone_read(struct str tzif, int64_t from_s, int64_t until_s,
               struct zone_change ret[ZONE_CHANGES_MAX], size_t *ret_count, const char **ret_why)
{
    struct changes c = {.at = ret, .count = 1, .from_s = from_s, .until_s = until_s};
    struct file f;
    struct rule rule;
    int64_t last_s = INT64_MIN / 2;

    if (!parse_file(tzif, &f, ret_why))
        return false;
    ret[0] = (struct zone_change){from_s, offset_of(&f, 0)};
    for (size_t i = 0; i < f.time_count; i++) {
        last_s = number(f.times + 8 * i, 8);
        change(&c, last_s, offset_of(&f, f.kinds[i]));
    }
    if (f.footer.len && !parse_rule(f.footer, &rule)) {
        *ret_why = "the rule at its end cannot be read";
        return false;
    }
    if (f.footer.len && rule.has_summer)
        change_yearly(&c, &rule, last_s);
    else if (f.footer.len && !f.time_count)
        ret[0].offset_s = rule.standard_s;
    *ret_count = c.count;
    *ret_why = c.full ? "it changes too often" : NULL;
    return !c.full;
}
