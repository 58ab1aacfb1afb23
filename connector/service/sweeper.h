/* sweeper.h: looks at all open tickets of one site by their ids, a hundred a call and past the
 * search index: what neither a delivery nor a walk told us of is found here. */
#ifndef COUNTERSIGN_SERVICE_SWEEPER_H
#define COUNTERSIGN_SERVICE_SWEEPER_H

#include "service/service.h"
#include "site/site.h"

struct sweeper;
/* A ticket had changed and nobody had told: its `updated`. */
typedef void sweeper_found_fn(void *arg, int64_t updated_ms);

/* Begins after one sweep interval (policy), and goes on by itself; one replica at a time. */
struct sweeper *sweeper_new(struct service *svc, struct site *site, sweeper_found_fn *found,
                            void *arg);
/* Sooner, because something is odd; no more often than 15 times in an interval. False: this site
 * cannot be swept. */
bool sweeper_kick(struct sweeper *sweeper);
bool sweeper_is_busy(const struct sweeper *sweeper);
void sweeper_free(struct sweeper *sweeper);

#endif
