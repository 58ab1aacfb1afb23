/* people.c: agents, customers, administrators and automation, and the replicas' own comings and
 * goings. */
#include "sim.h"

enum {
    HUMAN_ACTS_MAX = 7,
    FIGHTS_MAX = 14,
    TICK_MS = 2000,
    POLL_MS = 30000,
    SWEEP_MS = 300000,
    AGENT_MS = 40000
};

static void set_truth(struct sim *s, struct srequest *r, bool truth)
{
    if (r->truth == truth)
        return;
    r->truth_before = r->truth;
    r->truth = truth;
    r->truth_ms = s->now_ms;
    sim_trace(s, truth ? "access given" : "access taken", (int64_t)(r - s->requests), 0);
}

/* An agent looks at one ticket. */
static void agent_looks(struct sim *s, int ticket)
{
    struct sticket *t = &s->tickets[ticket];
    struct srequest *r = t->request < 0 ? NULL : &s->requests[t->request];
    bool wanted = r && r->kind == REQUEST_GRANT;

    if (!t->here || !r || r->ticket != ticket)
        return;
    bool tired = r->human_acts >= HUMAN_ACTS_MAX;
    if (t->role == STATUS_OPEN && (r->phase == PHASE_FULFILLING || !s->calm)) {
        if (s->calm || tired || rng_below(&s->rng, 3))
            set_truth(s, r, wanted);
        if (s->calm || !tired) {
            bool back_door = FAULT(s, backdoor_close);
            r->human_acts++;
            jira_move(s, ticket, back_door ? STATUS_DONE : STATUS_VERIFY, false);
        }
    } else if (t->role == STATUS_VERIFY && !tired && FAULT(s, take_back)) {
        r->human_acts++;
        jira_move(s, ticket, STATUS_OPEN, false);
    } else if (t->role == STATUS_VERIFY && (s->calm || rng_below(&s->rng, 2))) {
        set_truth(s, r, wanted); /* read the ticket's words and did it */
    } else if (t->role == STATUS_DONE && !tired && !s->calm && rng_below(&s->rng, 4) == 0) {
        r->human_acts++;
        jira_move(s, ticket, STATUS_OPEN, false); /* reopened */
        set_truth(s, r, !wanted);
    }
}

/* A rule that closes what we reopened. */
static void automation_fights(struct sim *s, int ticket)
{
    struct sticket *t = &s->tickets[ticket];
    struct srequest *r = t->request < 0 ? NULL : &s->requests[t->request];

    if (!r || !t->here || t->role != STATUS_OPEN || !t->moved_by_us || !r->reopens ||
        r->fights >= FIGHTS_MAX || !FAULT(s, fight))
        return;
    r->fights++;
    jira_move(s, ticket, STATUS_DONE, false);
}

static void on_agents(struct sim *s, void *arg, int64_t number)
{
    for (int i = 0; i < s->ticket_count; i++) {
        if (s->calm || rng_below(&s->rng, 2))
            agent_looks(s, i);
        automation_fights(s, i);
    }
    sim_at(s, s->now_ms + rng_range(&s->rng, AGENT_MS / 2, AGENT_MS), on_agents, arg, number);
}

static void on_customer(struct sim *s, void *arg, int64_t number)
{
    (void)arg;
    (void)number;
    jira_create(s, -1, false);
}

static void on_platform(struct sim *s, void *arg, int64_t number)
{
    (void)arg;
    (void)number;
    if (s->request_count < REQUESTS_MAX)
        store_request_new(s, false);
}

/* --- replicas
 * ---------------------------------------------------------------------------------------------------------
 */

static void on_boot(struct sim *s, void *arg, int64_t replica)
{
    (void)arg;
    s->boots[replica] = boot_new(s, (int)replica);
    sim_trace(s, "replica up", replica, 0);
}

static void on_pause(struct sim *s, void *arg, int64_t replica)
{
    struct boot *b = arg;
    b->paused_until_ms = s->now_ms + rng_range(&s->rng, 1000, 120000);
    sim_trace(s, "replica paused", replica, b->paused_until_ms - s->now_ms);
}

static void on_tick(struct sim *s, void *arg, int64_t replica)
{
    struct boot *b = s->boots[replica];

    if (b->alive && FAULT(s, crash)) {
        b->alive = false;
        sim_trace(s, "replica dies", replica, 0);
        sim_at(s, s->now_ms + rng_range(&s->rng, 1000, 60000), on_boot, NULL, replica);
    }
    if (b->alive && b->paused_until_ms <= s->now_ms) {
        store_claim(s, b);
        if (FAULT(s, pause)) /* in the middle of what it has just claimed */
            sim_at(s, s->now_ms + rng_range(&s->rng, 0, 2000), on_pause, b, replica);
    }
    sim_at(s, s->now_ms + rng_range(&s->rng, TICK_MS / 2, TICK_MS), on_tick, arg, replica);
}

static void on_poll(struct sim *s, void *arg, int64_t number)
{
    jira_poll(s, s->boots[rng_below(&s->rng, REPLICAS)]);
    sim_at(s, s->now_ms + POLL_MS, on_poll, arg, number);
}

static void on_sweep(struct sim *s, void *arg, int64_t number)
{
    for (int i = 0; i < s->ticket_count; i++)
        if (s->tickets[i].request >= 0)
            store_hint(s, i);
    sim_at(s, s->now_ms + SWEEP_MS, on_sweep, arg, number);
}

void people_start(struct sim *s)
{
    int from_tickets = (int)rng_below(&s->rng, 3), from_api = 1 + (int)rng_below(&s->rng, 2);

    for (int i = 0; i < from_tickets; i++)
        sim_at(s, rng_range(&s->rng, 1, 60000), on_customer, NULL, 0);
    for (int i = 0; i < from_api; i++)
        sim_at(s, rng_range(&s->rng, 1, 60000), on_platform, NULL, 0);
    for (int i = 0; i < REPLICAS; i++) {
        on_boot(s, NULL, i);
        sim_at(s, rng_range(&s->rng, 1, TICK_MS), on_tick, NULL, i);
    }
    sim_at(s, AGENT_MS, on_agents, NULL, 0);
    sim_at(s, POLL_MS, on_poll, NULL, 0);
    sim_at(s, SWEEP_MS, on_sweep, NULL, 0);
}
