/* poller.h: one site's walk over what changed. Bounds are Jira's own time; a walk is complete or
 * did not happen; the cursor moves in the transaction of the last page; single flight across
 * replicas. Finds everything webhooks lose. */
#ifndef COUNTERSIGN_SERVICE_POLLER_H
#define COUNTERSIGN_SERVICE_POLLER_H

#include "site/site.h"

struct poller;
struct service;
/* Begins at once, then walks at the interval of the configuration. */
struct poller *poller_new(struct service *svc, struct site *site);
/* Is a walk under way? */
bool poller_is_busy(const struct poller *poller);
/* Only when it is not busy. */
void poller_free(struct poller *poller);

#endif
