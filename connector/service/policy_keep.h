/* policy_keep.h: the policy of the configuration, made ready and told to the database, which holds
 * to it (sql/routine/policy.sql); and how it stands, for whoever looks after it. */
#ifndef COUNTERSIGN_SERVICE_POLICY_KEEP_H
#define COUNTERSIGN_SERVICE_POLICY_KEEP_H

#include "service/policy_desk.h"
#include "service/service.h"

/* The way to the decision point, where there is one. False with ERR_CONFIG. */
MUST_CHECK bool policy_keep_open(struct service *svc, struct err *err);
enum { POLICY_DUTIES_BYTES = 1024 * 1024 };
/* The duties to be kept apart, as governance.policy_put takes them (JSON). */
void policy_keep_duties(struct buf *out, const struct policy_config *config);
/* Who is asked, and the duties to be kept apart, into the database. how: "start", or "reload" of
 * other files. Where another policy has taken the place of ours, a start does not make it live:
 * that is said, and this replica decides nothing (policy_reload_hear). */
void policy_keep_put(struct service *svc, const char *how, store_done_fn *fn, void *arg);
/* One line of /readyz?verbose; empty: nobody is asked. *ret_worse: it gives no decisions.
 * `policies`: as policy_reload_apart() takes them. */
struct str policy_keep_line(const struct service *svc, const struct json *policies,
                            struct arena *arena, bool *ret_worse);

#endif
