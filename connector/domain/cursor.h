/* cursor.h: the poll cursor of one site. Bounds are Jira's own `updated` in epoch milliseconds,
 * never our clock; a walk is complete or it did not happen; the overlap covers the index lag. Pure.
 */
#ifndef COUNTERSIGN_DOMAIN_CURSOR_H
#define COUNTERSIGN_DOMAIN_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

struct cursor {
    int64_t watermark_ms; /* largest `updated` of the last complete walk */
    int64_t overlap_ms;   /* read again this far back: at least 10 min, or twice the observed lag */
};

struct cursor_walk {
    int64_t from_ms;    /* lower bound of this walk, no upper bound: a hot issue must not escape */
    int64_t highest_ms; /* largest `updated` seen in it */
    int64_t seen;
};

/* Start a walk: where it begins. */
void cursor_begin(const struct cursor *c, struct cursor_walk *ret);
/* Take one hit of the walk in. */
void cursor_see(struct cursor_walk *w, int64_t updated_ms);
/* After the last page. authenticated: the reads were proven to be ours. False: leave the cursor
 * alone. */
bool cursor_finish(struct cursor *c, const struct cursor_walk *w, bool complete,
                   bool authenticated);

#endif
