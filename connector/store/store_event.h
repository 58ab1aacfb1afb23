/* store_event.h: the outbox of events, as the sender and the API see it (sql/routine/event.sql). */
#ifndef COUNTERSIGN_STORE_EVENT_H
#define COUNTERSIGN_STORE_EVENT_H

#include "store/store.h"

/* Who is told of what: [{"name", "types"}], all there are. */
void store_subscribers_put(struct store *s, struct str json, store_done_fn *fn, void *arg);

/* An event on its way to one subscriber, held for the lease. Texts are valid within the callback.
 */
struct store_event {
    int64_t id;
    struct str subscriber, uid, type, request_id, data; /* data: JSON */
    int64_t at_ms, since_ms, now_ms; /* happened; tried since; the database's clock */
    int32_t attempts;                /* this one included */
};
typedef void store_events_fn(void *arg, enum store_outcome outcome, const struct store_event *rows,
                             size_t count);
/* rooms: of each subscriber by name, and how many it may get. */
void store_event_claim(struct store *s, int32_t lease_s, const struct store_room *rooms,
                       size_t count, store_events_fn *fn, void *arg);
/* What came of it: "delivered", "retry" after rest_ms, or "dead". LOST: another replica has it. */
struct store_event_end {
    int64_t id;
    struct str subscriber;
    const char *outcome, *why;
    int status; /* of HTTP; 0: no answer */
    int64_t rest_ms;
};
void store_event_done(struct store *s, const struct store_event_end *end, store_done_fn *fn,
                      void *arg);
/* Remove what ended so long ago. */
void store_event_purge(struct store *s, int64_t keep_s, store_done_fn *fn, void *arg);

/* For the API: filter as event_list takes it. */
void store_event_list(struct store *s, struct str filter, store_json_fn *fn, void *arg);
/* Send again what was given up: one event (uid), or all of a subscriber; either may be empty. An
 * empty text: there is no such event. */
void store_event_retry(struct store *s, struct str uid, struct str subscriber, struct str actor,
                       store_json_fn *fn, void *arg);

#endif
