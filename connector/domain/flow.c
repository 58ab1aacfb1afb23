#include "domain/flow.h"

#include "base/plant.h"

/* Look before acting, and after every doubt. One table for every kind of work. */
static const struct flow_rule RULES[] = {
    /* from         on                to           then      rest */
    {FS_PENDING, EV_CLAIMED, FS_CHECKING, FX_LOOK, REST_NONE, "look first: it may be so already"},
    {FS_CHECKING, EV_READY, FS_CALLING, FX_ACT, REST_NONE, "not so yet, and acting is right"},
    {FS_CHECKING, EV_FOUND, FS_DONE, FX_REST, REST_NONE, "it is so already"},
    {FS_CHECKING, EV_NOT_WANTED, FS_MOOT, FX_REST, REST_NONE, "nobody wants it any more"},
    {FS_CHECKING, EV_WAIT, FS_PENDING, FX_REST, REST_BACKOFF,
     "it may have been done and does not show yet"},
    {FS_CHECKING, EV_REFUSED, FS_PARKED, FX_REST, REST_NONE,
     "we may not look, or no way leads there"},
    {FS_CHECKING, EV_READ_FAILED, FS_PENDING, FX_REST, REST_BACKOFF, "could not look"},
    {FS_CHECKING, EV_LIMITED, FS_PENDING, FX_REST, REST_TOLD, "told to wait"},
    {FS_CHECKING, EV_CLAIMED, FS_CHECKING, FX_LOOK, REST_NONE,
     "a worker died while looking: harmless"},
    {FS_CALLING, EV_DID, FS_DONE, FX_REST, REST_NONE, "done"},
    {FS_CALLING, EV_STEP, FS_CHECKING, FX_LOOK, REST_NONE, "done, and more follows: look afresh"},
    {FS_CALLING, EV_REFUSED, FS_PARKED, FX_REST, REST_NONE, "asking again would not help"},
    {FS_CALLING, EV_NOT_SENT, FS_PENDING, FX_REST, REST_BACKOFF, "nothing left us"},
    {FS_CALLING, EV_LIMITED, FS_PENDING, FX_REST, REST_TOLD, "turned away before any work"},
    {FS_CALLING, EV_LOST, FS_DOUBT, FX_REST, REST_PROBE, "the answer was lost: it may exist"},
    {FS_CALLING, EV_CLAIMED, FS_DOUBT, FX_REST, REST_PROBE,
     "a worker died mid-call: the same thing"},
    {FS_DOUBT, EV_CLAIMED, FS_PROBING, FX_LOOK, REST_NONE, "find out"},
    {FS_PROBING, EV_FOUND, FS_DONE, FX_REST, REST_NONE, "it was done after all"},
    {FS_PROBING, EV_WAIT, FS_DOUBT, FX_REST, REST_PROBE, "not seen, but it may still appear"},
    {FS_PROBING, EV_READY, FS_CALLING, FX_ACT, REST_NONE,
     "grace is over, and the look was the last call"},
    {FS_PROBING, EV_NOT_WANTED, FS_MOOT, FX_REST, REST_NONE, "nobody wants it any more"},
    {FS_PROBING, EV_REFUSED, FS_PARKED, FX_REST, REST_NONE, "we may not look: still in doubt"},
    {FS_PROBING, EV_READ_FAILED, FS_DOUBT, FX_REST, REST_PROBE, "could not look: still in doubt"},
    {FS_PROBING, EV_LIMITED, FS_DOUBT, FX_REST, REST_TOLD, "told to wait: still in doubt"},
    {FS_PROBING, EV_CLAIMED, FS_PROBING, FX_LOOK, REST_NONE, "looking twice is harmless"},
    {FS_PARKED, EV_RETRY_ASKED, FS_PENDING, FX_REST, REST_NONE, "something was changed: try again"},
};

const struct flow_rule *flow_rules(size_t *ret_count)
{
    *ret_count = sizeof RULES / sizeof RULES[0];
    return RULES;
}

const struct flow_rule *flow_decide(enum flow_state state, enum flow_event event)
{
    static const struct flow_rule BLIND = {FS_CALLING, EV_CLAIMED, FS_CHECKING,
                                           FX_LOOK,    REST_NONE,  "planted"};

    if (PLANTED(CRASH_IS_BLIND) && state == FS_CALLING && event == EV_CLAIMED)
        return &BLIND;
    for (size_t i = 0; i < sizeof RULES / sizeof RULES[0]; i++)
        if (RULES[i].from == state && RULES[i].on == event)
            return &RULES[i];
    return NULL;
}

static const char *const KIND_NAMES[] = {
#define X(name, text) text,
    FLOW_KINDS(X)
#undef X
};
static const char *const STATE_NAMES[] = {
#define X(name, text, final) text,
    FLOW_STATES(X)
#undef X
};
static const bool STATE_FINAL[] = {
#define X(name, text, final) final,
    FLOW_STATES(X)
#undef X
};
static const char *const EVENT_NAMES[] = {
#define X(name) #name,
    FLOW_EVENTS(X)
#undef X
};

bool flow_state_is_final(enum flow_state state)
{
    return STATE_FINAL[state];
}

const char *flow_kind_name(enum flow_kind kind)
{
    return KIND_NAMES[kind];
}

const char *flow_state_name(enum flow_state state)
{
    return STATE_NAMES[state];
}

const char *flow_event_name(enum flow_event event)
{
    return EVENT_NAMES[event];
}

bool flow_kind_from(struct str name, enum flow_kind *ret)
{
    int i = str_index(name, KIND_NAMES, FLOW_KIND_COUNT);

    if (i >= 0)
        *ret = (enum flow_kind)i;
    return i >= 0;
}

bool flow_state_from(struct str name, enum flow_state *ret)
{
    int i = str_index(name, STATE_NAMES, FLOW_STATE_COUNT);

    if (i >= 0)
        *ret = (enum flow_state)i;
    return i >= 0;
}

bool flow_times_ok(const struct flow_times *t, const char **ret_broken)
{
    *ret_broken = NULL;
    /* a run looks and then acts under one lease that every save renews: each call must fit into it
     */
    if (t->call_timeout_ms + t->safety_ms + FLOW_MARGIN_MS > t->lease_ms)
        *ret_broken = "call_timeout + safety must be less than lease by a second at least: a slow "
                      "call would outlive its lease";
    /* given up at the end of its lease at the latest, executed late, shown late: all of it within
     * grace */
    else if (t->grace_ms < t->lease_ms + t->lateness_ms + t->index_lag_ms + FLOW_MARGIN_MS)
        *ret_broken = "grace must be more than lease + lateness + index_lag by a second at least: "
                      "a late ticket would be created twice";
    return !*ret_broken;
}
