/* policy_default.c: times and allowances where the configuration says nothing, and how long a
 * refused move rests by them. */
#include "domain/decide.h"
#include "domain/drift.h"
#include "domain/schedule.h"

static const int64_t READ_WAITS_MS[] = {0, 15000, 60000, 300000, 900000, 3600000};

const struct policy POLICY_DEFAULT = {
    .recheck_ms = 3600000,
    .return_after_ms = 15 * 60000,
    .reopens_per_hour = 3,
    .writes_per_hour = 6,
    .tells_per_ticket = 3,
    .touch_ms = 15000,
    .sweep_ms = 15 * 60000,
    .look_ms = SCHEDULE_LOOK_MS,
    .refused_ms = 5 * 60000,
    .times = {.call_timeout_ms = 20000,
              .lease_ms = 60000,
              .safety_ms = 5000,
              .lateness_ms = 65000,
              .index_lag_ms = 120000,
              .grace_ms = 250000,
              .probe_ms = 5000,
              .backoff_base_ms = 2000,
              .backoff_cap_ms = 300000},
    .read_waits_ms = READ_WAITS_MS,
    .read_wait_count = sizeof READ_WAITS_MS / sizeof READ_WAITS_MS[0],
    .watch = WATCH_DEFAULT,
};

int64_t refused_wait_ms(const struct policy *policy, int32_t attempts)
{
    enum { REFUSED_CAP_MS = 3600000 };
    int64_t wait = policy->refused_ms;

    for (int32_t i = 1; i < attempts && wait < REFUSED_CAP_MS; i++)
        wait *= 2;
    return wait < REFUSED_CAP_MS ? wait : REFUSED_CAP_MS;
}
