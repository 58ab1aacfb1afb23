/* schema_watch.h: the database's schema is one that this program may run on, at the start and while
 * it runs. Before the first decision: an older one is waited for, until somebody ran `db migrate`;
 * one that a newer release changed so that we must not run on it ends the service. That may happen
 * while it runs, too: whoever upgrades stops every replica of before by it. */
#ifndef COUNTERSIGN_SERVICE_SCHEMA_WATCH_H
#define COUNTERSIGN_SERVICE_SCHEMA_WATCH_H

#include "service/service.h"

struct schema_watch;

/* fits: once, when it does. unfit: once, when we must not run on it, or not any more. Neither
 * within this call. */
struct schema_watch *schema_watch_new(struct service *svc, void (*fits)(void *arg),
                                      void (*unfit)(void *arg), void *arg);
/* Nothing more is asked or told. */
void schema_watch_stop(struct schema_watch *w);
/* After the pool is closed. False: it was unfit, and err says why and what to do (ERR_CONFIG). */
MUST_CHECK bool schema_watch_end(struct schema_watch *w, struct err *err);

#endif
