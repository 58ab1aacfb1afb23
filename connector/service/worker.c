#include "service/worker.h"

#include <stdlib.h>

#include "base/log.h"
#include "service/adopt.h"
#include "service/inbox.h"
#include "service/run.h"
#include "service/visit.h"

enum {
    TICK_MS = 250,    /* how late a lost kick can make us */
    RUNNING_MAX = 16, /* of each kind: bounds memory and calls in flight */
    SLOW_TICKS = 20,  /* sweep and deadlines every so many ticks */
};

/* One kind of due work. */
struct lane {
    size_t running;
    bool claiming;
    bool again; /* kicked while a claim was on its way */
};

struct worker {
    struct service *svc;
    struct io_timer *timer;
    struct lane visits, adoptions, runs;
    int ticks;
};

/* Room for more in this lane? Then the claim is on its way. */
static bool may_claim(struct worker *w, struct lane *lane)
{
    lane->again |= lane->claiming;
    if (lane->claiming || lane->running >= RUNNING_MAX || w->svc->draining)
        return false;
    lane->claiming = true;
    lane->again = false;
    return true;
}

/* A claim came back. What became due meanwhile is asked for now; what a full one left, when there
 * is room. */
static void claimed(struct worker *w, struct lane *lane, size_t count)
{
    lane->claiming = false;
    lane->running += count;
    if (lane->again)
        worker_kick(w);
}

static void done_one(struct worker *w, struct lane *lane)
{
    lane->running--;
    worker_kick(w);
}

static int32_t lease_s(const struct worker *w)
{
    return (int32_t)((w->svc->config->policy.times.lease_ms + 999) / 1000);
}

static void on_visited(void *arg, struct visit *visit)
{
    struct worker *w = arg;

    w->svc->metrics.visits++;
    if (visit_trouble(visit))
        log_debug("worker", "visit ended early", LOG_C("why", visit_trouble(visit)));
    done_one(w, &w->visits);
}

static void on_requests(void *arg, enum store_outcome outcome, const struct str *ids, size_t count)
{
    struct worker *w = arg;

    (void)outcome;
    claimed(w, &w->visits, count);
    for (size_t i = 0; i < count; i++)
        visit_start(&w->svc->world, &w->svc->config->policy, ids[i], on_visited, w);
}

static void on_adopted(void *arg)
{
    struct worker *w = arg;
    done_one(w, &w->adoptions);
}

static void on_tickets(void *arg, enum store_outcome outcome, const struct store_ticket_claim *rows,
                       size_t count)
{
    struct worker *w = arg;

    (void)outcome;
    claimed(w, &w->adoptions, count);
    for (size_t i = 0; i < count; i++)
        adopt_start(w->svc, &rows[i], on_adopted, w);
}

static void on_ran(void *arg, struct run *run)
{
    struct worker *w = arg;

    w->svc->metrics.runs++;
    if (run_ended(run) == RUN_FORBIDDEN)
        log_error("worker", "a flow met a pair the table forbids", LOG_I("flow", run_flow(run)->id),
                  LOG_C("state", flow_state_name(run_flow(run)->state)));
    done_one(w, &w->runs);
}

static void on_flows(void *arg, enum store_outcome outcome, const struct flow *rows, size_t count)
{
    struct worker *w = arg;

    (void)outcome;
    claimed(w, &w->runs, count);
    for (size_t i = 0; i < count; i++)
        run_start(&w->svc->world, &w->svc->config->policy, &rows[i], on_ran, w);
}

static void claim_all(struct worker *w)
{
    struct store *s = &w->svc->store;

    if (may_claim(w, &w->runs))
        store_flow_claim(s, lease_s(w), RUNNING_MAX - (int32_t)w->runs.running, on_flows, w);
    if (may_claim(w, &w->visits))
        store_request_claim(s, lease_s(w), RUNNING_MAX - (int32_t)w->visits.running, on_requests,
                            w);
    if (may_claim(w, &w->adoptions))
        store_ticket_claim(s, lease_s(w), RUNNING_MAX - (int32_t)w->adoptions.running, on_tickets,
                           w);
}

void worker_kick(struct worker *w)
{
    if (w && w->svc->ready)
        claim_all(w);
}

static void on_ignored(void *arg, enum store_outcome outcome, const char *message)
{
    (void)arg;
    (void)outcome;
    (void)message;
}

static void on_escalated(void *arg, enum store_outcome outcome, struct str n)
{
    (void)arg;
    if (outcome == STORE_OK && n.len && !str_eq_c(n, "0"))
        log_warn("sla", "deadline steps escalated", LOG_S("count", n));
}

static void on_tick(void *arg)
{
    struct worker *w = arg;
    struct service *svc = w->svc;

    if (!svc->ready || svc->draining)
        return;
    claim_all(w);
    if (++w->ticks % SLOW_TICKS)
        return;
    inbox_kick(svc->inbox);
    store_sweep(&svc->store, (int32_t)(svc->config->policy.sweep_ms / 1000 + 1), on_ignored, NULL);
    store_sla_tick(&svc->store, on_escalated, NULL);
}

struct worker *worker_new(struct service *svc)
{
    struct worker *w = calloc(1, sizeof *w);
    if (!w)
        abort();
    w->svc = svc;
    w->timer = io_timer_new(svc->loop, on_tick, w);
    io_timer_start(w->timer, TICK_MS, TICK_MS);
    return w;
}

bool worker_is_busy(const struct worker *w)
{
    return w->visits.running || w->visits.claiming || w->adoptions.running ||
           w->adoptions.claiming || w->runs.running || w->runs.claiming;
}

void worker_free(struct worker *w)
{
    if (!w)
        return;
    io_timer_free(w->timer);
    free(w);
}
