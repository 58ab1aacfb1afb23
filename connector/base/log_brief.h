/* log_brief.h: what strangers can cause as often as they like is one line for each place and reason
 * a minute, with how often it was so. Bounded: beyond LOG_BRIEF_SLOTS of them within a minute the
 * rest share one line. Not for counting: metrics are exact. */
#ifndef COUNTERSIGN_BASE_LOG_BRIEF_H
#define COUNTERSIGN_BASE_LOG_BRIEF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum { LOG_BRIEF_SLOTS = 32, LOG_BRIEF_MS = 60 * 1000, LOG_BRIEF_WHY_BYTES = 160 };

/* Begins as zero. Members are private to log_brief.c. */
struct log_brief {
    struct log_brief_slot {
        char place[64], why[LOG_BRIEF_WHY_BYTES]; /* cut */
        int64_t said_ms;
        uint64_t held; /* not said yet */
        bool used;
    } slots[LOG_BRIEF_SLOTS + 1]; /* the last: all others */
};

/* It happened, at now_ms (monotonic). True: say it now, it is the first of its minute; else it is
 * counted for log_brief_due. */
bool log_brief_take(struct log_brief *b, struct str place, struct str why, int64_t now_ms);
/* What was counted and whose minute is over, one at a time until false: to be said now. The texts
 * are lent until the next call. */
bool log_brief_due(struct log_brief *b, int64_t now_ms, struct str *ret_place, struct str *ret_why,
                   uint64_t *ret_count);

#endif
