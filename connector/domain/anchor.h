/* anchor.h: checkpoints of the log are left outside the database, at several places: when again,
 * and when one of them is late. Pure. */
#ifndef COUNTERSIGN_DOMAIN_ANCHOR_H
#define COUNTERSIGN_DOMAIN_ANCHOR_H

#include <stdbool.h>
#include <stdint.h>

enum anchor_kind {
    ANCHOR_FILE,    /* a file that is appended to; left with the checkpoint itself */
    ANCHOR_JOURNAL, /* a line of the service's log; likewise */
    ANCHOR_ISSUE,   /* a property of a ticket */
    ANCHOR_STAMP,   /* signed by a time stamping authority */
    ANCHOR_COUNT
};
/* As database, metrics and people call it; static. */
const char *anchor_name(enum anchor_kind kind);

struct anchor {
    int64_t every_ms;  /* so often, when there is something new; 0: it is not configured */
    int64_t seq;       /* entries of the checkpoint that was left there last; 0: none was */
    int64_t left_ms;   /* so long ago; -1: never */
    int64_t tried_ms;  /* likewise when it was tried last */
    int64_t behind_ms; /* so long has the oldest one waited that is newer; 0: none has */
    int64_t failures;  /* since it was left last */
    bool lost;         /* what was left there is not there any more */
};

/* Is the checkpoint of so many entries to be left there now? */
bool anchor_is_due(const struct anchor *anchor, int64_t published);
/* Is it to be told that nothing comes there, or stays? */
bool anchor_is_late(const struct anchor *anchor);

#endif
