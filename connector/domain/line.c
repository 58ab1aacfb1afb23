#include "domain/line.h"

#include "base/clock.h"

enum { NAME_CHARS = 40, DAY_CHARS = 10, DIGITS = 20, DAY_MS = 86400000 };

/* Of ASCII, and to be seen: most of what is said. */
static bool is_plain(char c)
{
    return c >= ' ' && c <= '~';
}

void line_add(struct line *l, struct str s)
{
    size_t run, unseen;
    bool whole;

    do {
        for (run = unseen = 0; run < s.len && !unseen; run += !unseen)
            unseen = is_plain(s.p[run]) ? 0 : str_unseen(s, run);
        whole = str_copy(l->p + l->len, l->size - l->len, str_n(s.p, run));
        l->len += __builtin_strlen(l->p + l->len);
        s = str_n(s.p + run + unseen, s.len - run - unseen);
    } while (whole && s.len);
}

void line_add_c(struct line *l, const char *text)
{
    line_add(l, str_of(text));
}

void line_add_number(struct line *l, int64_t n)
{
    char text[DIGITS];
    size_t at = sizeof text;

    do {
        text[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0 && at > 0);
    line_add(l, str_n(text + at, sizeof text - at));
}

void line_add_time(struct line *l, int64_t ms)
{
    int64_t minutes = ms / 60000 % (24 * 60);
    int64_t h = minutes / 60, m = minutes % 60;
    char text[] = {(char)('0' + h / 10), (char)('0' + h % 10), ':',
                   (char)('0' + m / 10), (char)('0' + m % 10), '\0'};
    line_add_c(l, text);
    line_add_c(l, " UTC");
}

static bool is_today(const struct line *l, int64_t ms)
{
    return ms / DAY_MS == l->now_ms / DAY_MS;
}

void line_add_since(struct line *l, const char *words, int64_t ms)
{
    if (!ms)
        return;
    line_add_c(l, words);
    if (l->now_ms && !is_today(l, ms)) {
        line_add_date(l, ms);
        line_add_c(l, " ");
    }
    line_add_time(l, ms);
}

void line_add_day(struct line *l, int64_t ms)
{
    char text[CLOCK_TEXT_SIZE];

    line_add(l, str_n(clock_rfc3339(ms, text), DAY_CHARS));
}

void line_add_date(struct line *l, int64_t ms)
{
    static const char MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    enum { MONTH_AT = 5, DAY_AT = 8, MONTH_CHARS = 3 };
    char text[CLOCK_TEXT_SIZE];
    const char *day = clock_rfc3339(ms, text);
    int month = (day[MONTH_AT] - '0') * 10 + day[MONTH_AT + 1] - '1';

    line_add_number(l, (day[DAY_AT] - '0') * 10 + day[DAY_AT + 1] - '0');
    line_add_c(l, " ");
    line_add(l, str_n(MONTHS + MONTH_CHARS * month, MONTH_CHARS));
}

static void add_two(struct line *l, int64_t big, const char *unit, int64_t small, const char *less)
{
    line_add_number(l, big);
    line_add_c(l, unit);
    line_add_number(l, small);
    line_add_c(l, less);
}

void line_add_span(struct line *l, int64_t ms)
{
    int64_t seconds = ms > 0 ? ms / 1000 : 0, minutes = seconds / 60, hours = minutes / 60;

    if (hours >= 24) {
        add_two(l, hours / 24, " d ", hours % 24, " h");
    } else if (hours) {
        add_two(l, hours, " h ", minutes % 60, " m");
    } else {
        line_add_number(l, minutes ? minutes : seconds);
        line_add_c(l, minutes ? " m" : " s");
    }
}

void line_add_when(struct line *l, int64_t ms)
{
    line_add_c(l, is_today(l, ms) ? " " : " on ");
    if (is_today(l, ms))
        line_add_time(l, ms);
    else
        line_add_date(l, ms);
}

/* Where so many characters of a text end. */
static size_t chars_end(struct str s, size_t chars)
{
    size_t at = 0;

    while (at < s.len && chars--) {
        at++;
        while (at < s.len && ((unsigned char)s.p[at] & 0xC0) == 0x80)
            at++;
    }
    return at;
}

void line_add_name(struct line *l, struct str name)
{
    size_t end = chars_end(name, l->name_max ? l->name_max : NAME_CHARS);

    line_add(l, str_n(name.p, end));
    if (end < name.len)
        line_add_c(l, "…");
}

size_t line_chars(const struct line *l)
{
    size_t chars = 0;

    for (size_t i = 0; i < l->len; i++)
        chars += ((unsigned char)l->p[i] & 0xC0) != 0x80;
    return chars;
}

void line_cut(struct line *l, size_t chars)
{
    if (line_chars(l) <= chars)
        return;
    l->len = chars_end(str_n(l->p, l->len), chars - 1);
    l->p[l->len] = '\0';
    line_add_c(l, "…");
}
