/* progress.h: how far something long is, on a terminal's standard error; nothing elsewhere. */
#ifndef COUNTERSIGN_CLI_PROGRESS_H
#define COUNTERSIGN_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what; /* "requests" */
    int64_t total;    /* 0: nobody knows */
    int64_t done, next, began_ms, drawn_ms;
    bool shown;
};

/* total 0: nobody knows it. `what` is kept; the line appears after half a second. */
void progress_begin(struct progress *p, const char *what, int64_t total);
/* Something without a count is done: said at once, until progress_end. */
void progress_wait(struct progress *p, const char *what);
/* One more is done; cheap. */
void progress_step(struct progress *p);
/* The line is wiped; another step draws it again. */
void progress_end(struct progress *p);

#endif
