/* view.h: documents of the API and the database for people's eyes: texts, times and numbers by a
 * path ("status/since"). Made in the arena. */
#ifndef COUNTERSIGN_CLI_VIEW_H
#define COUNTERSIGN_CLI_VIEW_H

#include <stdio.h>

#include "base/arena.h"
#include "json/json_read.h"

/* What strangers typed moves no cursor and ends no line: control characters become "?", as do those
 * that turn the direction of what follows. */
struct str view_plain(struct arena *arena, struct str text);
/* What makes a word that many of it: "s", or of one nothing. */
const char *view_plural(size_t n);
/* Print a line of which parts are theirs: the whole of it plain, and its end behind it. */
void view_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The text there, plain; "-" without one. */
struct str view_text(struct arena *arena, const struct json *v, const char *path);
/* "2026-11-24 10:20:07", in UTC; "-" without a time. */
struct str view_time(struct arena *arena, const struct json *v, const char *path);
/* The same of epoch milliseconds; "-" for 0. */
struct str view_time_ms(struct arena *arena, int64_t ms);
/* The whole number there; 0 without one. */
int64_t view_count(const struct json *v, const char *path);

/* Documents of the API that are one thing with an id, or a list of such. */
struct view_kind {
    const char *list, *one; /* the list's member; what one is called */
    const char *fewer;      /* what to say where there are more than were asked for */
    void (*print)(FILE *to, struct arena *arena, const struct json *v);
};
/* False: the document is neither, and is shown as it is. */
bool view_kind_print(const struct view_kind *kind, FILE *to, struct arena *arena,
                     struct str document);

#endif
