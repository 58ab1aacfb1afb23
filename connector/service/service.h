/* service.h: the running daemon: what its parts share. Made once at start by serve.c; each part has
 * its own file: intake (webhooks), inbox (deliveries to hints), poller, adopt (tickets to
 * requests), worker (visits and flow runs), world_* (the seam filled with the real world), api,
 * health. */
#ifndef COUNTERSIGN_SERVICE_SERVICE_H
#define COUNTERSIGN_SERVICE_SERVICE_H

#include "base/rng.h"
#include "config/config.h"
#include "io/io_http.h"
#include "io/io_serve.h"
#include "service/anchor_keep.h"
#include "service/evidence_keep.h"
#include "service/gate_keep.h"
#include "service/hook_stats.h"
#include "service/lock_keep.h"
#include "service/metrics.h"
#include "service/world.h"
#include "store/store.h"

struct site;
struct source_gate;
struct policy_desk;
struct policy_reload;

struct service {
    struct world world; /* first: the world's functions find the service by it */
    const struct config *config;
    struct io_loop *loop;
    struct pg *pg, *ingest_pg;
    struct store store;
    struct http *http;
    struct site *sites[CONFIG_SITES_MAX];
    struct reader *readers[CONFIG_SOURCES_MAX];    /* same order as config->sources */
    struct source_gate *gates[CONFIG_SOURCES_MAX]; /* likewise: the way to each of them */
    struct secret *secrets[CONFIG_SOURCES_MAX];
    struct intake *intake;
    struct inbox *inbox;
    struct worker *worker;
    struct mapping_reload *reload;
    const char *manager; /* where the service manager listens; NULL: there is none */
    struct api *api;
    struct serve *front, *ops;
    const struct policy_config *policy; /* who is asked, and which duties are kept apart, now */
    struct policy_desk *desk;           /* the way to the decision point; NULL: there is none */
    struct policy_reload *policy_reload;
    size_t policy_asking; /* questions under way, which may be by a policy of before */
    struct metrics metrics;
    struct hook_stats hook_stats[CONFIG_SITES_MAX]; /* same order as config->sites */
    struct gate_stats gate_stats[CONFIG_SITES_MAX]; /* likewise */
    struct lock_stats lock_stats[CONFIG_SITES_MAX]; /* likewise */
    struct evidence_stats evidence_stats;
    struct anchor_stats anchor_stats;
    struct rng rng;
    /* an estimate of the database's clock, for readers: the last time it told us plus what passed
     * since */
    struct clock db_clock;
    int64_t db_now_ms, db_seen_mono_ms;
    char owner[64];
    bool ready, draining;
};

extern const struct world_ops WORLD_REAL;
/* The database told its time. */
void service_saw_db_time(struct service *svc, int64_t db_now_ms);
/* Makes svc->db_clock: the database's time, and this machine's until it was told. */
void service_clock(struct service *svc);
struct site *service_site(struct service *svc, struct str name); /* NULL when not configured */

#endif
