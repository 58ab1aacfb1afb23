/* event_send.h: sends events to who subscribed to them.
 *
 * At least once, of each request in order: what is due is claimed with a lease, sent, and marked;
 * who dies between the two leaves it to whoever claims it next. Each subscriber has its own few
 * calls at once, one while it fails, so that one that hangs delays nobody else. Calls go to the
 * configured address only: no redirects, and no connection to this machine or its link
 * (io_address.h). */
#ifndef COUNTERSIGN_SERVICE_EVENT_SEND_H
#define COUNTERSIGN_SERVICE_EVENT_SEND_H

#include "service/service.h"

struct event_send;

/* Tells the database who subscribes, also that nobody does; before the first event_send_new. */
void event_subscribers_put(struct service *svc, store_done_fn *fn, void *arg);
/* NULL when nobody subscribes; every function takes that. */
struct event_send *event_send_new(struct service *svc);
/* Is something on its way? Nothing new is begun while the service drains. */
bool event_send_is_busy(const struct event_send *send);
/* Calls on their way end now, and are marked as not delivered; fn once they have. */
void event_send_close(struct event_send *send, void (*fn)(void *arg), void *arg);
/* After the database's pool is closed. */
void event_send_free(struct event_send *send);

#endif
