/* submit.h: wishes of the API are stored in groups: whatever came while the last group was on its
 * way goes out as one statement and one commit, without a timer (as intake.h does it for webhooks).
 * The evidence of each is a link of one chain, so that one commit after the other is all there can
 * be; grouped, a commit carries many. */
#ifndef COUNTERSIGN_SERVICE_SUBMIT_H
#define COUNTERSIGN_SERVICE_SUBMIT_H

#include "service/service.h"

struct submit;

/* One for the service; its store is used while it lives. */
struct submit *submit_new(struct service *svc);
/* fn exactly once, never within this call; AWAY also when too many wait. Copies. */
void submit_put(struct submit *submit, struct str key, struct str body_sha256_hex,
                const struct store_intake *in, store_submitted_fn *fn, void *arg);
/* After the database's pool is closed. */
void submit_free(struct submit *submit);

#endif
