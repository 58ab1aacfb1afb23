#include "console/say.h"

#include <stdio.h>

#include "base/clock.h"
#include "domain/line.h"

static const struct {
    const char *class, *sign;
} MARKS[MARK_COUNT] = {
    [MARK_GOOD] = {"good", "✓"},       [MARK_BAD] = {"bad", "✗"},   [MARK_WARN] = {"warn", "!"},
    [MARK_UNKNOWN] = {"unknown", "?"}, [MARK_NOTE] = {"note", "–"},
};

struct str say_duration(int64_t ms, char *dst)
{
    struct line line = {.p = dst, .size = SAY_BYTES};

    line_add_span(&line, ms < 0 ? -ms : ms);
    return str_n(dst, line.len);
}

struct str say_time(int64_t wall_ms, char *dst)
{
    static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[CLOCK_TEXT_SIZE];
    int64_t month = 1;

    clock_rfc3339(wall_ms, text);
    if (!str_to_i64(str_n(text + 5, 2), &month) || month < 1 || month > 12)
        month = 1;
    snprintf(dst, SAY_BYTES, "%.2s %s %.4s, %.5s UTC", text + 8, MONTHS[month - 1], text,
             text + 11);
    return str_of(dst);
}

struct str say_count(int64_t n, char *dst)
{
    char digits[SAY_BYTES];
    int len = snprintf(digits, sizeof digits, "%lld", (long long)n);
    size_t at = 0;

    for (int i = 0; i < len && at + 4 < SAY_BYTES; i++) {
        dst[at++] = digits[i];
        if (digits[i] != '-' && i + 1 < len && (len - i - 1) % 3 == 0)
            at += (size_t)snprintf(dst + at, SAY_BYTES - at, "\u202F");
    }
    dst[at] = '\0';
    return str_n(dst, at);
}

void say_put_time(struct markup *m, int64_t wall_ms)
{
    char text[SAY_BYTES], machine[CLOCK_TEXT_SIZE];

    if (wall_ms == 0)
        markup_text(m, STR("–"));
    else
        HTML_LEAF(m, TIME, say_time(wall_ms, text),
                  A_STR(DATETIME, str_of(clock_rfc3339(wall_ms, machine))));
}

const char *say_mark_class(enum say_mark mark)
{
    return MARKS[mark].class;
}

struct str say_mark_sign(enum say_mark mark)
{
    return str_of(MARKS[mark].sign);
}

void say_put_mark(struct markup *m, enum say_mark mark, struct str words)
{
    char class[SAY_BYTES];

    snprintf(class, sizeof class, "mark %s", MARKS[mark].class);
    HTML (m, SPAN, A_STR(CLASS, str_of(class))) {
        HTML_LEAF(m, SPAN, say_mark_sign(mark), A(CLASS, "sign"), A(ARIA_HIDDEN, "true"));
        markup_text(m, words);
    }
}
