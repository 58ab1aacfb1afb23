#include "domain/event.h"

#include <string.h>

#include "domain/retry.h"

enum { BASE_MS = 5 * 1000, CAP_MS = 3600 * 1000, BELIEVED_MS = 24 * 3600 * 1000 };
enum { GONE = 410 };

static const char *const OTHERS[EVENT_OTHERS] = {
#define X(name) #name,
    EVENTS(X)
#undef X
};

void event_name(int i, char name[EVENT_NAME_SIZE])
{
    static const struct str REQUEST = {"request.", 8};

    if (i >= PHASE_COUNT) {
        (void)!str_copy(name, EVENT_NAME_SIZE, str_of(OTHERS[i - PHASE_COUNT]));
        return;
    }
    memcpy(name, REQUEST.p, REQUEST.len);
    (void)!str_copy(name + REQUEST.len, EVENT_NAME_SIZE - REQUEST.len,
                    str_of(phase_name((enum phase)i)));
}

bool event_matches(struct str filter, struct str name)
{
    if (str_eq_c(filter, "*"))
        return true;
    if (str_ends(filter, STR(".*")))
        return str_starts(name, str_n(filter.p, filter.len - 1));
    return str_eq(filter, name);
}

bool event_filter_is_known(struct str filter)
{
    char name[EVENT_NAME_SIZE];

    for (int i = 0; i < EVENT_COUNT; i++) {
        event_name(i, name);
        if (event_matches(filter, str_of(name)))
            return true;
    }
    return false;
}

enum event_outcome event_fate(const struct event_try *t, int64_t *ret_wait_ms)
{
    static const struct retry_rule RULE = {.base_ms = BASE_MS, .cap_ms = CAP_MS};
    int64_t end_ms = t->since_ms + t->give_up_ms;
    int64_t told_ms = t->told_ms < BELIEVED_MS ? t->told_ms : BELIEVED_MS;

    *ret_wait_ms = 0;
    if (t->status >= 200 && t->status < 300)
        return EVENT_DELIVERED;
    if (t->status == GONE || t->now_ms >= end_ms)
        return EVENT_DEAD;
    int64_t wait_ms = retry_after_ms(&RULE, t->attempts, told_ms, t->random);
    *ret_wait_ms = t->now_ms + wait_ms < end_ms ? wait_ms : end_ms - t->now_ms;
    return EVENT_RETRY;
}

const char *event_outcome_name(enum event_outcome outcome)
{
    static const char *const NAMES[] = {"delivered", "retry", "dead"};
    return NAMES[outcome];
}
