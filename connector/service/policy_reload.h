/* policy_reload.h: another policy while the service runs: the section `policy` and its rule file
 * are read again when SIGHUP says so. They are checked as at the start, the rule file's own tests
 * among that; then the pointer is swapped, the decision point gets a new line, and the database is
 * told, which has what is concerned asked again (sql/routine/policy_again.sql). What is being asked
 * ends by the policy it began with, and is asked again then. With faults the one before goes on:
 * said with place and remedy in the log, to the service manager, in a metric, and in the evidence.
 */
#ifndef COUNTERSIGN_SERVICE_POLICY_RELOAD_H
#define COUNTERSIGN_SERVICE_POLICY_RELOAD_H

#include "service/service.h"

/* Of a service whose policy is that of its configuration; owned by the caller. */
struct policy_reload *policy_reload_new(struct service *svc);
/* Read it again. */
void policy_reload_file(struct policy_reload *reload);
/* A question has ended: what no question is asked by any more is dropped. */
void policy_reload_settle(struct policy_reload *reload);
/* What was to be the policy last has faults. NULL: no. */
bool policy_reload_failed(const struct policy_reload *reload);
/* For the service manager: "; policy refused at 10:01 UTC: C172 policy.yaml:4:9", or nothing. NULL
 * says nothing. */
void policy_reload_say(const struct policy_reload *reload, struct buf *out);
/* Is `ours`, by which a question was begun, the policy that is live, as the database says with
 * that question? If not, this replica has not taken it up: that is logged once, and it decides
 * nothing. */
MUST_CHECK bool policy_reload_hear(struct policy_reload *reload, const struct policy_config *ours,
                                   struct str live);
/* What the database said to ours, as governance.policy_offer does: one that was replaced is not
 * made live by a start, and that is logged with the way back. NULL `reload` is fine. */
void policy_reload_offered(struct policy_reload *reload, const struct json *said);
/* Was it so when it was offered last? NULL: no. */
bool policy_reload_older(const struct policy_reload *reload);
/* Is another policy live than ours? `policies`: those of all sites, of governance.health(); NULL:
 * not known, no. */
bool policy_reload_apart(const struct policy_reload *reload, const struct json *policies);
/* Append both as metrics. */
void policy_reload_render(const struct policy_reload *reload, const struct json *policies,
                          struct buf *out);
/* Is the database being told, or an older line closed? NULL: no. */
bool policy_reload_is_busy(struct policy_reload *reload);
/* No more; before the loop ends. NULL is fine. */
void policy_reload_stop(struct policy_reload *reload);
/* When the loop has ended. NULL is fine. */
void policy_reload_free(struct policy_reload *reload);

#endif
