/* jsm_limit.h: how much of a limit is left, as the headers of any reply tell. Pure.
 *
 *   X-RateLimit-NearLimit: true            less than a fifth is left
 *   X-RateLimit-Limit / -Remaining         calls, or points
 *   RateLimit-Policy: "a";q=65000;w=3600   quota a window of seconds, several separated by commas
 *   RateLimit: "a";r=11000;t=600           left, and seconds until there is all of it again; r may
 *                                          be missing
 *
 * each also with "Beta-" in its name (X-Beta-RateLimit-..., Beta-RateLimit), and any of them may
 * be missing: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/ (August 2026).
 * What cannot be read is as if it were not there. */
#ifndef COUNTERSIGN_JSM_LIMIT_H
#define COUNTERSIGN_JSM_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* Header values, empty when absent. */
struct jsm_limit_headers {
    struct str near_limit, limit, remaining, ratelimit, policy;
};
struct jsm_limit {
    bool near;         /* little is left */
    int64_t remaining; /* of the limit that is nearest, -1 = not said */
    int64_t reset_ms;  /* until there is all of it again, 0 = not said */
};
struct jsm_limit jsm_limit_read(const struct jsm_limit_headers *headers);

#endif
