/* event.h: what others are told, and when it is tried again. Pure.
 *
 * An event is made by the database with the evidence of a state change (sql/routine/event.sql) and
 * sent at least once to each subscriber that asked for it. The list of events stands in
 * governance.event_type too; a test compares the two. */
#ifndef COUNTERSIGN_DOMAIN_EVENT_H
#define COUNTERSIGN_DOMAIN_EVENT_H

#include "base/str.h"
#include "domain/request.h"

/* X(name): beside one of each phase, "request.closed". */
#define EVENTS(X)         \
    X(ticket.bound)       \
    X(approval.recorded)  \
    X(item.superseded)    \
    X(close.refused)      \
    X(exception.granted)  \
    X(exception.ended)    \
    X(exception.lapsed)   \
    X(exception.settled)  \
    X(emergency.reviewed) \
    X(drift.found)        \
    X(drift.changed)      \
    X(escalation.raised)

enum event_other {
    /* not names of enumerators: the names have dots */
    EVENT_OTHERS = 12,
    EVENT_COUNT = PHASE_COUNT + EVENT_OTHERS,
    EVENT_NAME_SIZE = 32
};

/* The name of event `i` of EVENT_COUNT, written into `name`. */
void event_name(int i, char name[EVENT_NAME_SIZE]);
/* Does `filter` ask for it? A name, or all of a kind ("request.*"), or all ("*"). */
bool event_matches(struct str filter, struct str name);
/* Is there an event that it asks for? */
bool event_filter_is_known(struct str filter);

/* What comes of one try. */
enum event_outcome { EVENT_DELIVERED, EVENT_RETRY, EVENT_DEAD };

struct event_try {
    int32_t attempts;   /* this one included */
    int status;         /* HTTP status; 0: no answer */
    int64_t since_ms;   /* since when it is tried */
    int64_t now_ms;     /* the same clock */
    int64_t give_up_ms; /* tried for so long at most */
    int64_t told_ms;    /* Retry-After; 0: none */
    uint64_t random;    /* uniform 64 bits */
};

/* 2xx is delivered, and 410 says that nobody wants it any more (Standard Webhooks, "Operational
 * considerations"), nor what follows: the database sends that subscriber nothing (event_done). All
 * else is tried again: after 5 s, doubled up to an hour, half of it at
 * random; never before Retry-After, of which a day is believed. What would come after the end is
 * tried once more at the end. */
enum event_outcome event_fate(const struct event_try *t, int64_t *ret_wait_ms);
/* As in the database, static. */
const char *event_outcome_name(enum event_outcome outcome);

#endif
