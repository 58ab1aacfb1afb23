/* convoy.h: tickets that are opened again together, by one call of Jira's (domain/bulk.h).
 *
 * Each is a run of its own (run.h), which looks, judges and commits as if it were alone; it only
 * waits for others twice: before its step is made ready, and with its call. In between, which work
 * rides on the call is committed (governance.bulk_move). Whoever is not taken along, or whom the
 * call leaves behind, goes by itself: so does everybody where Jira does not let us, or few do. */
#ifndef COUNTERSIGN_SERVICE_CONVOY_H
#define COUNTERSIGN_SERVICE_CONVOY_H

#include "service/step_priv.h"

/* Take the step along, if it may wait: then it is made ready later, with p->seat or by a look at
 * its own transitions. False: it goes by itself, now. */
bool convoy_board(struct prep *p);
/* The transition that was found for it. */
struct str convoy_transition(const struct seat *seat);
/* Its call is to be sent: fn hears what became of it. False: the others have left, it is sent by
 * itself. */
bool convoy_ride(struct seat *seat, world_call_fn *fn, void *arg);
/* Ask on about a task whose replica is silent, if there is one: until it is known to be over, no
 * ticket that it may still move is closed. */
void convoy_adopt(struct service *svc, struct site *site);
/* Nobody waits any more for what Jira works on. After site_close; NULL is fine. */
void convoy_stop(struct site *site);

#endif
