/* line.h: a sentence under construction in a fixed array. What does not fit is cut at a code point;
 * times are UTC and say so; names are kept short, for people typed them. Pure. */
#ifndef COUNTERSIGN_DOMAIN_LINE_H
#define COUNTERSIGN_DOMAIN_LINE_H

#include <stdbool.h>

#include "base/str.h"

struct line {
    char *p; /* NUL-terminated from the first add on; the caller's */
    size_t size, len;
    size_t name_max; /* characters that a name may take; 0 = 40 */
    bool terse;      /* what the rest of the ticket says as well is left out */
    int64_t now_ms;  /* a time of another day than this is told with its day; 0 = none is */
};

/* As it stands, but for what nobody sees (str_unseen); what does not fit is left out. */
void line_add(struct line *l, struct str s);
/* The same of a C string; NULL adds nothing. */
void line_add_c(struct line *l, const char *text);
void line_add_number(struct line *l, int64_t n); /* not negative */
/* "11:02 UTC" */
void line_add_time(struct line *l, int64_t ms);
/* A time with the words before it, "11:02 UTC" or "22 Nov 11:02 UTC" (see now_ms); without a time
 * nothing is said, least of all midnight of 1970. */
void line_add_since(struct line *l, const char *words, int64_t ms);
/* " 11:02 UTC" of now_ms's day, else " on 22 Nov" */
void line_add_when(struct line *l, int64_t ms);
/* "2026-12-05", of UTC */
void line_add_day(struct line *l, int64_t ms);
/* "22 Nov", of UTC */
void line_add_date(struct line *l, int64_t ms);
/* "2 d 3 h", "5 h 18 m", "12 m", "3 s"; nothing negative */
void line_add_span(struct line *l, int64_t ms);
void line_add_name(struct line *l, struct str name);
/* How many characters it holds. */
size_t line_chars(const struct line *l);
/* Cut to so many characters, the last of them "…". */
void line_cut(struct line *l, size_t chars);

#endif
