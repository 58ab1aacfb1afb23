/* timeline.h: where things stand in a picture of what happened when. Pure geometry: times in,
 * places out; evidence_picture.c draws it.
 *
 * Seconds and weeks stand in one picture: the way between two moments grows with the logarithm of
 * the time between them, and long ways say how long they are. Order is always right, and the same
 * moment is at the same place in all lanes. */
#ifndef COUNTERSIGN_CONSOLE_TIMELINE_H
#define COUNTERSIGN_CONSOLE_TIMELINE_H

#include "base/arena.h"
#include "console/say.h"

enum { TIMELINE_ROWS = 4, TIMELINE_NO_ROW = -1 };

/* Something that was so at one moment. */
struct timeline_dot {
    int64_t at_ms;
    enum say_mark mark;
    bool hollow;      /* what was read was not there */
    struct str label; /* in it: the number of its row below; may be empty */
    struct str words; /* shown to whoever points at it */
    int x, step;      /* step: 0, or which place above (-1) or below (1) the middle, where it would
                         cover another */
};

/* Something that was so from one moment to another. */
struct timeline_span {
    int64_t from_ms, until_ms;
    enum say_mark mark;
    bool hatched, hollow; /* hatched: nobody knows what was so; hollow: it was not there */
    struct str words;
    int x, width;
};

struct timeline_lane {
    struct str name, note;
    struct timeline_dot *dots;
    struct timeline_span *spans;
    size_t dot_count, span_count;
};

/* A moment that all lanes have in common, named above them. */
struct timeline_tick {
    int64_t at_ms;
    int rank; /* where there is no room for all names, the lowest are named */
    struct str name;
    int x;
    int row;    /* of its name, 0 is next to the lanes; TIMELINE_NO_ROW: it is not named */
    int left;   /* where its name begins, */
    int length; /* and how long it is */
};

/* A way that is long enough to say how much time it stands for. */
struct timeline_gap {
    int x, width;
    int64_t ms;
};

struct timeline {
    struct timeline_lane *lanes;
    size_t lane_count;
    struct timeline_tick *ticks; /* in the order of time */
    size_t tick_count;
    int64_t until_ms; /* what is later is still to come, and gets a sixth of the picture; 0: nothing
                         is */
    struct timeline_gap *gaps; /* set by timeline_lay, as all below */
    size_t gap_count;
    int64_t *moments; /* all that happen, in order, and where */
    int *places;
    size_t moment_count;
    int rows; /* of names that are used */
};

/* Place everything between left and right. char_width: of the names, in tenths. */
void timeline_lay(struct timeline *t, struct arena *arena, int left, int right, int char_width);
/* Where a moment is, also one that nothing happens at; before the first and behind the last: there.
 */
int timeline_x(const struct timeline *t, int64_t ms);
/* "27 Nov 2026 11:02:38", of UTC, and without the year. Into dst[SAY_BYTES]. */
struct str timeline_moment(int64_t ms, char *dst);
struct str timeline_time(int64_t ms, char *dst);

#endif
