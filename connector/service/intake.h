/* intake.h: POST /webhook/jira/{site}. Verify, store, answer; nothing else.
 *
 * Who sends is proven as jsm_hook.h says, over the raw bytes, before anything is parsed. Whatever
 * waits while the database is busy goes out as one statement and one commit (group commit), and
 * only then is 2xx answered. When the database is away, or a delivery has waited too long, the
 * answer is 503 and Jira sends it again:
 * https://developer.atlassian.com/cloud/jira/platform/webhooks
 */
#ifndef COUNTERSIGN_SERVICE_INTAKE_H
#define COUNTERSIGN_SERVICE_INTAKE_H

#include "base/clock.h"
#include "io/io_pg.h"
#include "io/io_serve.h"
#include "jsm/jsm_hook.h"
#include "service/hook_stats.h"
#include "service/metrics.h"

struct intake;

struct intake_options {
    struct pg *pg;            /* connections of the ingest role, used for nothing else */
    int64_t answer_within_ms; /* 503 after this long without a commit */
    struct metrics *metrics;
    const struct clock *clock;    /* for the times in tokens */
    void (*on_stored)(void *arg); /* deliveries were committed: wake the inbox worker */
    void *arg;
};

/* Borrows the pool and the metrics until intake_free. */
struct intake *intake_new(struct io_loop *loop, const struct intake_options *options);
/* The live secrets of a site, asked for at each delivery, because they change while we run.
 * Borrowed until the loop turns. */
typedef const struct jsm_hook_keys *intake_keys_fn(void *arg);
struct intake_site {
    struct str name;
    const char *header; /* in lower case: where automation rules put their secret */
    struct hook_stats *stats;
    intake_keys_fn *keys;
    bool (*renew)(void *arg); /* nobody proved to be anybody: have the secrets changed? */
    void *arg;
};
/* What it points at is borrowed for the intake's life. */
void intake_add_site(struct intake *intake, const struct intake_site *site);
/* Takes the request over: it is answered exactly once, perhaps later. site: the path's last part.
 */
void intake_take(struct intake *intake, struct serve_request *request, struct str site);
/* Are deliveries waiting, or on their way to the database? */
bool intake_is_busy(const struct intake *intake);
/* Take nothing more; what waits is answered 503, what is on its way is answered when the pool has
 * ended it. */
void intake_stop(struct intake *intake);
/* After the pool is closed. */
void intake_free(struct intake *intake);

#endif
