/* api_limit.h: how fast one token may ask: a bucket that fills evenly and holds ten seconds' worth.
 * Each replica counts for itself. Pure. */
#ifndef COUNTERSIGN_SERVICE_API_LIMIT_H
#define COUNTERSIGN_SERVICE_API_LIMIT_H

#include <stdint.h>

struct api_limit {
    int64_t spent; /* of a minute's calls times 60000 ms: what is missing to a full bucket */
    int64_t at_ms; /* monotonic time of that */
};

/* One call at `now_ms` (monotonic), per_minute of them allowed. 0: go on; else so many seconds
 * later, rounded up, and nothing is spent. A new limit is all zeroes. */
int32_t api_limit_take(struct api_limit *limit, int32_t per_minute, int64_t now_ms);

#endif
