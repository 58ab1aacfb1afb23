/* worker.h: claims what is due (requests to visit, tickets to adopt, flows to run) and starts it, a
 * bounded number at a time. Woken by kicks and by a timer. */
#ifndef COUNTERSIGN_SERVICE_WORKER_H
#define COUNTERSIGN_SERVICE_WORKER_H

#include "base/list.h"
#include "service/service.h"

struct worker;
/* One per service; claims nothing before the service is ready. */
struct worker *worker_new(struct service *svc);
/* Something may be due: claim it, now or, where kicks come in a burst, in a twentieth of a second.
 * NULL allowed. */
void worker_kick(struct worker *worker);
/* A visit of that site waits for a source from now on (waits), or waits no more. While it does it
 * takes no place of the site's; how many may wait the gates of the sources tell. */
void worker_aside(struct worker *worker, struct str site, bool waits);
/* The same of a run of that site that rides with others (convoy.h). */
void worker_rides(struct worker *worker, struct str site, bool rides);
/* Something of a site that nobody waits for: not while more tickets are to be looked at than may be
 * at once, or many are being opened again. fn is called once, maybe from inside: go, or never
 * (we stop, or too many wait). The caller's memory, until then. */
struct when_calm {
    struct list link;
    void (*fn)(void *arg, bool go);
    void *arg;
};
void worker_when_calm(struct worker *worker, struct str site, struct when_calm *what);
/* Does it do, or claim, anything of that site (its number in the configuration)? What waits for a
 * source does not count; what rides with others does. */
bool worker_is_at(const struct worker *worker, size_t site);
bool worker_is_busy(const struct worker *worker);
void worker_free(struct worker *worker);

#endif
