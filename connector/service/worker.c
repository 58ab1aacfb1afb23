#include "service/worker.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "domain/bulk.h"
#include "service/adopt.h"
#include "service/convoy.h"
#include "service/inbox.h"
#include "service/run.h"
#include "service/visit.h"
#include "site/site.h"

enum {
    TICK_MS = 250,  /* how late a lost kick can make us */
    KICKS_MS = 50,  /* kicks come in bursts, and three claims find nothing as dearly as something */
    LOOKS_MAX = 32, /* visits, and adoptions, of one site: bounds memory and calls in flight */
    ROOM_PART = 4,  /* a lane with less than this part of it free is not claimed for at once */
    BUSY_RUNS = 8,  /* with so many more in hand the next end comes soon: every BUSY_RUNS-th asks
                       for visits */
    SLA_BATCH = 100,   /* governance.sla_tick takes so many clocks at once */
    SLOW_TICKS = 20,   /* sweep and deadlines every so many ticks */
    MANY = BULK_LEAST, /* so many are being opened again */
    PRESSED_MS = 2000, /* so long after the last sign of it a site is calm */
    CALM_TICK = 16,    /* of what waits until a site is calm, so many a tick */
    CALM_MAX = 2000,   /* and so many may wait */
};

/* One kind of due work. What is claimed of one site leaves the room of the others alone: a site
 * that hangs holds its own share only. */
struct lane {
    size_t running, running_of[CONFIG_SITES_MAX]; /* the latter without those that stand aside */
    bool claiming, claiming_of[CONFIG_SITES_MAX];
    bool again;  /* kicked while a claim was on its way */
    bool wanted; /* to be claimed when this turn of the loop is over */
};

/* One piece of it, claimed. */
struct job {
    struct worker *worker;
    struct lane *lane;
    size_t site; /* as in the configuration */
    bool reopens;
};

struct worker {
    struct service *svc;
    struct io_timer *timer, *soon, *kicks;
    int64_t kicked_ms; /* monotonic: the latest one that was heard at once */
    bool kicked;       /* since then; heard when KICKS_MS are over */
    struct lane visits, adoptions, runs;
    size_t riding_of[CONFIG_SITES_MAX]; /* of the runs, beside running_of */
    struct list calm_of[CONFIG_SITES_MAX];
    size_t waiting_of[CONFIG_SITES_MAX];   /* for that */
    size_t reopening_of[CONFIG_SITES_MAX]; /* of the runs */
    int64_t pressed_until_ms[CONFIG_SITES_MAX];
    int ticks;
    unsigned ended; /* runs that did while many were in hand */
};

/* Many are being opened again, or were a moment ago: others may still show Done without proof. That
 * more looks are due than may be begun is no sign of it: so it is on any busy desk. */
static bool is_calm(struct worker *w, size_t site)
{
    int64_t now = io_loop_now_ms(w->svc->loop);

    if (w->reopening_of[site] >= MANY)
        w->pressed_until_ms[site] = now + PRESSED_MS;
    return now >= w->pressed_until_ms[site];
}

/* Room for more in this lane, site by site? Then the claim is on its way. How many sites have some.
 * kicked: a site that is nearly full is left alone, so that several are claimed at a time; what
 * cannot wait for those under way is claimed by the next tick. */
static size_t may_claim(struct worker *w, struct lane *lane, bool kicked, struct store_room *rooms)
{
    const struct config *config = w->svc->config;
    size_t count = 0;

    lane->again |= lane->claiming;
    if (!lane->claiming)
        memset(lane->claiming_of, 0, sizeof lane->claiming_of);
    for (size_t i = 0; i < config->site_count; i++) {
        const struct site_config *site = &config->sites[i];
        /* so many write, so many read, and while they do so many are in the database */
        size_t most = lane == &w->runs ? (size_t)site->concurrency * 3 : LOOKS_MAX;
        size_t room = lane->running_of[i] < most ? most - lane->running_of[i] : 0;
        if (!room || !site_works(w->svc->sites[i]) || (kicked && room < most / ROOM_PART))
            continue;
        rooms[count++] = (struct store_room){site->name, (int32_t)room, !is_calm(w, i)};
        lane->claiming_of[i] |= !lane->claiming;
    }
    if (lane->claiming || !count || w->svc->draining)
        return 0;
    lane->claiming = true;
    lane->again = false;
    return count;
}

static void claim(struct worker *w, struct lane *lane, bool kicked);

/* Those who are answered together end together: what they made room for is claimed at once. */
static void want(struct worker *w, struct lane *lane)
{
    lane->wanted = true;
    io_timer_start(w->soon, 0, 0);
}

static void on_soon(void *arg)
{
    struct worker *w = arg;
    struct lane *const lanes[] = {&w->runs, &w->visits, &w->adoptions};

    for (size_t i = 0; i < sizeof lanes / sizeof lanes[0]; i++) {
        bool wanted = lanes[i]->wanted;
        lanes[i]->wanted = false;
        if (wanted && w->svc->ready)
            claim(w, lanes[i], true);
    }
}

/* What that lane did makes work for runs and visits; for adoptions only what it did itself. */
static void kick_after(struct worker *w, const struct lane *lane)
{
    if (!w->svc->ready)
        return;
    if (lane == &w->adoptions)
        want(w, &w->adoptions);
    want(w, &w->runs);
    if (lane != &w->runs || lane->running < BUSY_RUNS || ++w->ended % BUSY_RUNS == 0)
        want(w, &w->visits);
}

/* A claim came back. What became due meanwhile is asked for now, of this lane alone: two lanes that
 * kick each other while both claim never stop. What a full one left is claimed when there is room.
 */
static void claimed(struct worker *w, struct lane *lane)
{
    lane->claiming = false;
    if (lane->again && w->svc->ready)
        claim(w, lane, true);
}

static size_t number_of(const struct worker *w, struct str site)
{
    const struct config *config = w->svc->config;
    size_t i = 0;

    while (i + 1 < config->site_count && !str_eq(config->sites[i].name, site))
        i++;
    return i;
}

static struct job *begin(struct worker *w, struct lane *lane, struct str site)
{
    struct job *job = calloc(1, sizeof *job);

    if (!job)
        abort();
    *job = (struct job){.worker = w, .lane = lane, .site = number_of(w, site)};
    lane->running++;
    lane->running_of[job->site]++;
    return job;
}

static void done_one(struct job *job)
{
    struct worker *w = job->worker;

    job->lane->running--;
    job->lane->running_of[job->site]--;
    w->reopening_of[job->site] -= job->reopens;
    kick_after(w, job->lane);
    free(job);
}

static int32_t lease_s(const struct worker *w)
{
    return (int32_t)((w->svc->config->policy.times.lease_ms + 999) / 1000);
}

static void on_visited(void *arg, struct visit *visit)
{
    struct job *job = arg;

    job->worker->svc->metrics.visits++;
    if (visit_trouble(visit))
        log_debug("worker", "visit ended early", LOG_C("why", visit_trouble(visit)));
    done_one(job);
}

static void on_requests(void *arg, enum store_outcome outcome,
                        const struct store_request_claim *rows, size_t count)
{
    struct worker *w = arg;

    (void)outcome;
    for (size_t i = 0; i < count; i++)
        visit_start(&w->svc->world, &w->svc->config->policy, rows[i].id, on_visited,
                    begin(w, &w->visits, rows[i].site));
    claimed(w, &w->visits);
}

static void on_adopted(void *arg)
{
    done_one(arg);
}

static void on_tickets(void *arg, enum store_outcome outcome, const struct store_ticket_claim *rows,
                       size_t count)
{
    struct worker *w = arg;

    (void)outcome;
    for (size_t i = 0; i < count; i++)
        adopt_start(w->svc, &rows[i], on_adopted, begin(w, &w->adoptions, rows[i].site));
    claimed(w, &w->adoptions);
}

static void on_ran(void *arg, struct run *run)
{
    struct job *job = arg;

    job->worker->svc->metrics.runs++;
    if (run_ended(run) == RUN_FORBIDDEN)
        log_error("worker", "a flow met a pair the table forbids", LOG_I("flow", run_flow(run)->id),
                  LOG_C("state", flow_state_name(run_flow(run)->state)));
    done_one(job);
}

static void on_flows(void *arg, enum store_outcome outcome, const struct flow *rows, size_t count)
{
    struct worker *w = arg;

    (void)outcome;
    for (size_t i = 0; i < count; i++) {
        struct job *job = begin(w, &w->runs, rows[i].site);
        job->reopens = rows[i].kind == FLOW_REOPEN;
        w->reopening_of[job->site] += job->reopens;
        run_start(&w->svc->world, &w->svc->config->policy, &rows[i], on_ran, job);
    }
    claimed(w, &w->runs);
}

static void claim(struct worker *w, struct lane *lane, bool kicked)
{
    struct store_room rooms[CONFIG_SITES_MAX];
    size_t count = may_claim(w, lane, kicked, rooms);

    if (!count)
        return;
    if (lane == &w->runs)
        store_flow_claim(&w->svc->store, lease_s(w), rooms, count, on_flows, w);
    else if (lane == &w->visits)
        store_request_claim(&w->svc->store, lease_s(w), rooms, count, on_requests, w);
    else
        store_ticket_claim(&w->svc->store, lease_s(w), rooms, count, on_tickets, w);
}

static void claim_all(struct worker *w, bool kicked)
{
    claim(w, &w->runs, kicked);
    claim(w, &w->visits, kicked);
    claim(w, &w->adoptions, kicked);
}

static void on_kicks(void *arg)
{
    struct worker *w = arg;

    w->kicked = false;
    worker_kick(w);
}

void worker_kick(struct worker *w)
{
    if (!w || !w->svc->ready || w->kicked)
        return;
    int64_t now = io_loop_now_ms(w->svc->loop), rest = w->kicked_ms + KICKS_MS - now;
    w->kicked = rest > 0;
    if (w->kicked) {
        io_timer_start(w->kicks, rest, 0);
        return;
    }
    w->kicked_ms = now;
    claim_all(w, true);
}

static void on_ignored(void *arg, enum store_outcome outcome, const char *message)
{
    (void)arg;
    (void)outcome;
    (void)message;
}

/* After an outage many have come at once: on with the next of them, a batch after the other. */
static void on_escalated(void *arg, enum store_outcome outcome, struct str n)
{
    struct service *svc = arg;
    int64_t count = 0;

    if (outcome != STORE_OK || !str_to_i64(n, &count) || !count)
        return;
    log_warn("sla", "deadline steps escalated", LOG_S("count", n));
    if (count >= SLA_BATCH && svc->ready && !svc->draining)
        store_sla_tick(&svc->store, on_escalated, svc);
}

/* One of a source may have let thousands close: portion by portion, each stands by itself. */
static void on_lapsed(void *arg, enum store_outcome outcome, struct str n)
{
    struct service *svc = arg;
    int64_t count = 0;

    if (outcome == STORE_OK && str_to_i64(n, &count) && count && svc->ready && !svc->draining)
        store_exception_sweep(&svc->store, on_lapsed, svc);
}

/* --- what can wait --- */

static void calm_turn(struct worker *w, size_t site)
{
    for (int i = 0; i < CALM_TICK && is_calm(w, site) && !list_empty(&w->calm_of[site]); i++) {
        struct when_calm *what =
            container_of(list_shift(&w->calm_of[site]), struct when_calm, link);
        w->waiting_of[site]--;
        what->fn(what->arg, true);
    }
}

void worker_when_calm(struct worker *w, struct str site, struct when_calm *what)
{
    size_t n = number_of(w, site);

    if (is_calm(w, n) || w->waiting_of[n] >= CALM_MAX) {
        what->fn(what->arg, is_calm(w, n));
        return;
    }
    list_push(&w->calm_of[n], &what->link);
    w->waiting_of[n]++;
}

static void calm_end(struct worker *w)
{
    for (size_t i = 0; i < CONFIG_SITES_MAX; i++)
        for (struct list *it; (it = list_shift(&w->calm_of[i])) != NULL;) {
            struct when_calm *what = container_of(it, struct when_calm, link);
            what->fn(what->arg, false);
        }
}

static void on_tick(void *arg)
{
    struct worker *w = arg;
    struct service *svc = w->svc;

    if (!svc->ready || svc->draining)
        return;
    claim_all(w, false);
    for (size_t i = 0; i < svc->config->site_count; i++)
        calm_turn(w, i);
    if (++w->ticks % SLOW_TICKS)
        return;
    inbox_kick(svc->inbox);
    store_sweep(&svc->store, (int32_t)(svc->config->policy.sweep_ms / 1000 + 1), on_ignored, NULL);
    store_exception_sweep(&svc->store, on_lapsed, svc);
    store_sla_tick(&svc->store, on_escalated, svc);
    for (size_t i = 0; i < svc->config->site_count; i++)
        convoy_adopt(svc, svc->sites[i]);
}

struct worker *worker_new(struct service *svc)
{
    struct worker *w = calloc(1, sizeof *w);
    if (!w)
        abort();
    w->svc = svc;
    for (size_t i = 0; i < CONFIG_SITES_MAX; i++)
        list_init(&w->calm_of[i]);
    w->timer = io_timer_new(svc->loop, on_tick, w);
    io_timer_start(w->timer, TICK_MS, TICK_MS);
    w->soon = io_timer_new(svc->loop, on_soon, w);
    w->kicks = io_timer_new(svc->loop, on_kicks, w);
    w->kicked_ms = -KICKS_MS;
    return w;
}

void worker_aside(struct worker *w, struct str site, bool waits)
{
    size_t *running = &w->visits.running_of[number_of(w, site)];

    *running += waits ? (size_t)-1 : 1;
    if (waits)
        want(w, &w->visits);
}

void worker_rides(struct worker *w, struct str site, bool rides)
{
    size_t n = number_of(w, site);

    w->runs.running_of[n] += rides ? (size_t)-1 : 1;
    w->riding_of[n] += rides ? 1 : (size_t)-1;
    if (rides)
        want(w, &w->runs);
}

bool worker_is_at(const struct worker *w, size_t site)
{
    const struct lane *const lanes[] = {&w->visits, &w->adoptions, &w->runs};

    for (size_t i = 0; i < sizeof lanes / sizeof lanes[0]; i++)
        if (lanes[i]->running_of[site] || (lanes[i]->claiming && lanes[i]->claiming_of[site]))
            return true;
    return w->riding_of[site] > 0;
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
    io_timer_free(w->soon);
    io_timer_free(w->kicks);
    calm_end(w);
    free(w);
}
