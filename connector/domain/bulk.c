#include "domain/bulk.h"

#include "base/plant.h"

bool bulk_takes(const struct flow *flow, size_t moving)
{
    return flow->kind == FLOW_REOPEN && !flow->failures && moving >= BULK_ALONE;
}

enum bulk_turn bulk_turn(size_t riders, size_t under_way, bool last)
{
    if (riders < BULK_LEAST)
        return BULK_SCATTERS;
    if (under_way < BULK_UNDER_WAY)
        return BULK_GOES;
    return last ? BULK_SCATTERS : BULK_STAYS;
}

bool bulk_may_leave(int64_t waited_ms, const struct flow_times *times)
{
    int64_t spare_ms = times->lease_ms - times->call_timeout_ms - times->safety_ms,
            most_ms = times->call_timeout_ms / 2;

    return waited_ms <= (spare_ms < most_ms ? spare_ms : most_ms) || PLANTED(BULK_LEAVES_LATE);
}

enum bulk_fate bulk_fate(enum bulk_task task, enum bulk_word word, bool over)
{
    switch (word) {
    case BULK_SAYS_MOVED:
        return BULK_DID;
    case BULK_SAYS_FAILED:
        return BULK_LEFT;
    case BULK_SAYS_NOTHING:
        break;
    }
    if (task == BULK_RUNS && !over)
        return BULK_WAITS;
    return PLANTED(BULK_SILENCE_IS_LEFT) ? BULK_LEFT : BULK_UNKNOWN;
}

enum flow_event bulk_refused(const struct flow *flow)
{
    return flow->kind == FLOW_REOPEN && flow->attempt == 2 ? EV_NOT_SENT : EV_REFUSED;
}

bool bulk_may_have_moved(const struct flow *flow)
{
    return flow->kind == FLOW_REOPEN && flow->sent_at_ms && flow->failures < BULK_LOOKS;
}

int64_t bulk_ask_ms(int64_t age_ms)
{
    enum { FIRST_MS = 100, LAST_MS = 2000, PART = 4 };
    int64_t wait = age_ms / PART;

    if (wait < FIRST_MS)
        return FIRST_MS;
    return wait < LAST_MS ? wait : LAST_MS;
}
