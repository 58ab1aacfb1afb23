/* rests.h: when nobody may call a site, by the word of Jira to whichever replica: told to wait, or
 * refused. Kept in the database, so that it holds for all replicas within a second, and after a
 * restart before the first call. Waits that reach no further than a ticket or an operation stay
 * with the replica that heard them: Jira says them anew to whoever comes, and they are short. */
#ifndef COUNTERSIGN_SERVICE_RESTS_H
#define COUNTERSIGN_SERVICE_RESTS_H

#include "service/service.h"
#include "site/site_auth.h"

/* Lent to the sites for the service's life. */
struct site_rests service_rests(struct service *svc);
/* Read what is known and tell our sites, then call back once. */
void rests_read(struct service *svc, store_done_fn *fn, void *arg);

struct rests_watch;
/* Reads it again every second. */
struct rests_watch *rests_watch_new(struct service *svc);
/* NULL is fine; while the pool is still there, which calls back what is under way. */
void rests_watch_free(struct rests_watch *watch);

#endif
