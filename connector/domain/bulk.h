/* bulk.h: many tickets moved by one call of Jira's, whose outcome is asked for later. Who rides
 * along, and what the task's words mean for each. Pure.
 *
 * A ride changes nothing of a flow's life (flow.h): each has committed its own `calling` before the
 * one call leaves, and ends by itself as done, not sent or lost. What is lost is found out by a
 * fresh read of its ticket, and whoever rode once goes by himself from then on. */
#ifndef COUNTERSIGN_DOMAIN_BULK_H
#define COUNTERSIGN_DOMAIN_BULK_H

#include "domain/flow.h"

enum {
    BULK_ALONE = 4,     /* so many that move at once go one by one */
    BULK_LEAST = 5,     /* for fewer no such call is made */
    BULK_MOST = 500,    /* Jira takes 1,000; their numbers stand in one address, too */
    BULK_LOOKS = 3,     /* so often, the lost answer counted, it is looked for */
    BULK_UNDER_WAY = 2, /* at once: Jira works on five, of all people together */
};

/* How the task stands: an end in which not all need have been tried is broken. */
enum bulk_task { BULK_RUNS, BULK_COMPLETE, BULK_BROKEN };
enum bulk_word { BULK_SAYS_NOTHING, BULK_SAYS_MOVED, BULK_SAYS_FAILED };
enum bulk_fate {
    BULK_WAITS,   /* it is still being worked on */
    BULK_DID,     /* moved */
    BULK_LEFT,    /* not moved: it goes by itself, after a look */
    BULK_UNKNOWN, /* nobody says: to be found out by a look */
};

/* Does this flow ride along? Only who opens a ticket again, and has not failed so far. moving: so
 * many go one by one just now. */
bool bulk_takes(const struct flow *flow, size_t moving);
/* Those who wait to leave together. */
enum bulk_turn { BULK_STAYS, BULK_GOES, BULK_SCATTERS /* each by itself */ };
/* under_way: calls that are being worked on; last: nobody waits any longer. */
enum bulk_turn bulk_turn(size_t riders, size_t under_way, bool last);
/* May the call still leave? waited_ms, by a monotonic clock: since before any of those who ride was
 * committed and its lease renewed. It must end within each lease, and on a look not much older than
 * one that goes alone acts on: whoever slept meanwhile lets them go by themselves. */
bool bulk_may_leave(int64_t waited_ms, const struct flow_times *times);
/* What the task's word on a ticket means; over: nobody waits for it any longer. */
enum bulk_fate bulk_fate(enum bulk_task task, enum bulk_word word, bool over);
/* Jira refuses what this flow has sent by itself: REFUSED. Where it had sent something before, that
 * may have been carried out between the look and the call, and the road is gone for that reason:
 * NOT_SENT once, so that it is looked at again. */
enum flow_event bulk_refused(const struct flow *flow);
/* No way leads where this flow wants to: may that be so because what it sent before was carried out
 * between the look at the ticket and the look at its roads? After some looks it is a refusal. */
bool bulk_may_have_moved(const struct flow *flow);
/* When to ask again, for a task that is so old. */
int64_t bulk_ask_ms(int64_t age_ms);

#endif
