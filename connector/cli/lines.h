/* lines.h: the lines of a file that somebody hands us, in room that no line can make larger. */
#ifndef COUNTERSIGN_CLI_LINES_H
#define COUNTERSIGN_CLI_LINES_H

#include <stdio.h>

#include "base/str.h"

struct lines {
    FILE *file; /* the caller's */
    char *room;
    size_t size, at, len; /* of the room; what is read and not given out yet: at .. len */
};

/* size: of the longest line that is given out whole, with its end. */
void lines_begin(struct lines *lines, FILE *file, size_t size);
void lines_end(struct lines *lines);
/* The next line with its end, lent until the next call; false: there is none. The last one may have
 * no end. *ret_fits false: a part of a longer one, which goes on with the next call. */
MUST_CHECK bool lines_next(struct lines *lines, struct str *ret, bool *ret_fits);

#endif
