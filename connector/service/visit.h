/* visit.h: one look at one governed request: load the dossier, read the ticket afresh, read the
 * sources when the decision wants it, save the facts, decide, save the decision. Level-triggered:
 * whatever woke us, the visit is the same. */
#ifndef COUNTERSIGN_SERVICE_VISIT_H
#define COUNTERSIGN_SERVICE_VISIT_H

#include "service/world.h"

struct visit;
typedef void visit_finished_fn(void *arg, struct visit *visit);

/* request_id: copied. The row was claimed by the caller; dossier.version is the fence. */
struct visit *visit_start(struct world *world, const struct policy *policy, struct str request_id,
                          visit_finished_fn *finished, void *arg);
const char *visit_trouble(const struct visit *visit);

#endif
