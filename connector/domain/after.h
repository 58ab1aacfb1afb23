/* after.h: what is known of the time after a proven close. drift.h decides on it.
 */
#ifndef COUNTERSIGN_DOMAIN_AFTER_H
#define COUNTERSIGN_DOMAIN_AFTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* Why a request was opened. X(enum suffix, text) */
#define FOLLOWS(X)                                                                          \
    X(NONE, "asked")    /* somebody asked for it */                                         \
    X(DRIFT, "drift")   /* what an earlier one proved is not so any more */                 \
    X(EXPIRY, "expiry") /* the time that an earlier one gave access for comes to its end */ \
    X(AHEAD, "ahead")   /* what an earlier one takes away does not wait for what it gives */

enum follow {
#define X(name, text) FOLLOW_##name,
    FOLLOWS(X)
#undef X
        FOLLOW_COUNT
};

/* What is done about a drift. X(enum suffix, text) */
#define DRIFT_ANSWERS(X)                                                                        \
    X(NONE, "")             /* there is none, or none is recorded */                            \
    X(RECORDED, "recorded") /* nothing: where we observe, or nobody holds what nobody should */ \
    X(HELD, "held")         /* nothing any more: it came back too often */                      \
    X(OPENED, "opened")     /* a request is opened, with a ticket of its own */

enum drift_answer {
#define X(name, text) DRIFT_##name,
    DRIFT_ANSWERS(X)
#undef X
        DRIFT_ANSWER_COUNT
};

/* Why a request follows another one, in words. */
enum { FOLLOW_STORY_BYTES = 512 };

/* About one item. */
struct item_after {
    bool superseded;            /* by a later request about the very same, that was approved; of
                                   what came to nothing also by any that stands and wants the same */
    bool mending;               /* a request opened because of its drift is not over */
    bool ending;                /* the same, because its time ends */
    bool before;                /* it was there before anybody could work on it (left.h) */
    enum drift_answer recorded; /* of a drift that has not ended */
    /* when requests were opened about it, whichever request they follow; newest first, bounded by
     * the loader */
    const int64_t *drifts_ms, *ends_ms;
    size_t drift_count, end_count;
};

struct after {
    const struct item_after
        *items;            /* one for each item of the dossier; NULL: nothing follows yet */
    int64_t over_ms;       /* of a grant without an end that came to nothing: when; 0 = of others */
    int64_t proof_seq;     /* evidence entry of the latest proof; 0 = none */
    enum follow cause;     /* why this request was opened */
    struct str earlier_id; /* ticket of the request that this one follows; empty: none, or gone */
    enum follow follow;    /* why the latest request was opened that follows this one */
    struct str follow_key; /* its ticket's key; empty: none yet */
    bool left;             /* of what went ahead: the earlier one asks for it no more (ahead.h) */
    struct str earlier_key; /* of that one's ticket */
};

#endif
