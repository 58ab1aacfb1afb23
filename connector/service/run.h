/* run.h: drives one claimed flow to its next rest. The only code that moves a flow.
 *
 * Order, always: decide by the table, commit the move, act, feed the answer. Whoever slept in
 * between does not act: a call must end within the lease, on a look no older than a call may take.
 */
#ifndef COUNTERSIGN_SERVICE_RUN_H
#define COUNTERSIGN_SERVICE_RUN_H

#include "service/world.h"

struct run;
typedef void run_finished_fn(void *arg, struct run *run);

/* flow: copied (its strings into the run's arena). finished is called exactly once; the run is
 * freed after it. */
struct run *run_start(struct world *world, const struct policy *policy, const struct flow *flow,
                      run_finished_fn *finished, void *arg);
const struct flow *run_flow(const struct run *run);
/* NULL, or why the run ended early ("lost lease", "forbidden pair", ...). */
const char *run_trouble(const struct run *run);

#endif
