/* say.h: times, lengths of time, numbers and marks as the pages say them. */
#ifndef COUNTERSIGN_CONSOLE_SAY_H
#define COUNTERSIGN_CONSOLE_SAY_H

#include "console/markup.h"

enum { SAY_BYTES = 48 };

/* "11 s", "5 h 18 m", "3 d 4 h", as on the ticket, into dst[SAY_BYTES]; of what is negative its
 * size. */
struct str say_duration(int64_t ms, char *dst);
/* "27 Nov 2026, 10:20 UTC" into dst[SAY_BYTES]. */
struct str say_time(int64_t wall_ms, char *dst);
/* "1 234 567" (narrow spaces) into dst[SAY_BYTES]. */
struct str say_count(int64_t n, char *dst);

/* The same as elements: <time datetime="...">. 0: a dash. */
void say_put_time(struct markup *m, int64_t wall_ms);

/* A word with a sign before it and a colour: never by colour alone. */
enum say_mark { MARK_GOOD, MARK_BAD, MARK_WARN, MARK_UNKNOWN, MARK_NOTE, MARK_COUNT };
void say_put_mark(struct markup *m, enum say_mark mark, struct str words);
/* The class of a mark ("good") and its sign ("✓"), for pictures. */
const char *say_mark_class(enum say_mark mark);
struct str say_mark_sign(enum say_mark mark);

#endif
