/* run.h: drives one claimed flow to its next rest. The only code that moves a flow, and the only
 * one that judges whether a call may still be sent.
 *
 * Order, always: look, decide by the table, commit the move, send one call, feed the answer; work
 * of several steps looks afresh after each. Whoever slept in between does not act: a call must end
 * within the lease, on a look no older than a call may take.
 */
#ifndef COUNTERSIGN_SERVICE_RUN_H
#define COUNTERSIGN_SERVICE_RUN_H

#include "service/world.h"

/* Why a run is over. All but RESTED leave the row as it is: the lease runs out and it is looked at
 * again. */
enum run_end {
    RUN_RESTED,       /* at rest, the lease given back */
    RUN_NO_DOSSIER,   /* the database did not say what we know of the request */
    RUN_LOST_LEASE,   /* someone else has the row */
    RUN_SAVE_REFUSED, /* a constraint of the database said no */
    RUN_SAVE_UNKNOWN, /* a save may have been committed */
    RUN_FORBIDDEN,    /* the table forbids what happened: a bug */
};

struct run;
typedef void run_finished_fn(void *arg, struct run *run);

/* flow: copied (its strings into the run's arena), as the claim left it: one that it has moved to
 * where work is looked at is looked at without a save. finished is called exactly once; the run is
 * freed after it. */
struct run *run_start(struct world *world, const struct policy *policy, const struct flow *flow,
                      run_finished_fn *finished, void *arg);
const struct flow *run_flow(const struct run *run);
enum run_end run_ended(const struct run *run);

#endif
