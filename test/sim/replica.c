/* replica.c: the processes: they start, look for due work, take webhooks in, poll, pause and die.
 */
#include "sim.h"

enum {
    TICK_MS = 12000, /* what a lost kick can cost */
    KICK_MS = 250,
    POLL_MS = 30000,
    SWEEP_MS = 300000,
    HOOK_TRIES = 5,
};

static void on_boot(struct sim *s, void *arg, int64_t replica)
{
    (void)arg;
    s->boots[replica] = boot_new(s, (int)replica);
    sim_trace(s, "replica up", replica, 0);
}

static void on_crash(struct sim *s, void *arg, int64_t replica)
{
    struct boot *b = arg;

    if (!b->alive || s->calm)
        return;
    b->alive = false;
    sim_trace(s, "replica dies", replica, 0);
    sim_at(s, s->now_ms + rng_range(&s->rng, 1000, 60000), on_boot, NULL, replica);
}

/* Of any length; and as often of the one that hurts: it ends with the lease still held, and no time
 * left in it for a call. */
static int64_t pause_ms(struct sim *s)
{
    const struct flow_times *t = &s->policy.times;

    if (rng_chance(&s->rng, 500000))
        return rng_range(&s->rng, 1000, 120000);
    return t->lease_ms - rng_range(&s->rng, 1000, t->call_timeout_ms + t->safety_ms);
}

static void on_pause(struct sim *s, void *arg, int64_t replica)
{
    struct boot *b = arg;

    b->paused_until_ms = s->now_ms + pause_ms(s);
    sim_trace(s, "replica paused", replica, b->paused_until_ms - s->now_ms);
}

/* Asked at every operation: death or sleep somewhere in the middle of what it does now. */
void replica_may_fail(struct boot *b)
{
    struct sim *s = b->sim;

    if (FAULT(s, crash))
        sim_at(s, s->now_ms + rng_range(&s->rng, 0, 2000), on_crash, b, b->replica);
    else if (FAULT(s, pause))
        sim_at(s, s->now_ms + rng_range(&s->rng, 0, 2000), on_pause, b, b->replica);
}

static void work(struct sim *s, struct boot *b)
{
    if (!b->alive || b->paused_until_ms > s->now_ms)
        return;
    store_claim(s, b);
    bulk_adopt(s, b);
}

static void on_kick(struct sim *s, void *arg, int64_t replica)
{
    (void)arg;
    work(s, s->boots[replica]);
}

void replica_kick(struct sim *s, int64_t at_ms)
{
    int64_t at = at_ms > s->now_ms ? at_ms : s->now_ms;
    sim_at(s, at + rng_range(&s->rng, 1, KICK_MS), on_kick, NULL,
           (int64_t)rng_below(&s->rng, REPLICAS));
}

static void on_tick(struct sim *s, void *arg, int64_t replica)
{
    work(s, s->boots[replica]);
    sim_at(s, s->now_ms + rng_range(&s->rng, TICK_MS / 2, TICK_MS), on_tick, arg, replica);
}

static void on_poll(struct sim *s, void *arg, int64_t number)
{
    const struct boot *b = s->boots[rng_below(&s->rng, REPLICAS)];
    if (b->alive && b->paused_until_ms <= s->now_ms)
        jira_poll(s);
    sim_at(s, s->now_ms + POLL_MS, on_poll, arg, number);
}

/* Every open ticket of ours, by id, whatever hints said. */
static void on_sweep(struct sim *s, void *arg, int64_t number)
{
    for (int i = 0; i < s->request_count; i++) {
        struct srequest *r = &s->requests[i];
        if (r->ticket >= 0 && !phase_is_terminal(r->phase))
            store_look_now(s, r);
    }
    sim_at(s, s->now_ms + SWEEP_MS, on_sweep, arg, number);
}

/* --- intake: stored before it is answered --- */

struct hook_try {
    int ticket, tries;
};

static int64_t packed(struct hook_try h)
{
    return h.ticket * 16 + h.tries;
}

static void on_inbox(struct sim *s, void *arg, int64_t ticket)
{
    (void)arg;
    store_hint(s, (int)ticket);
}

static void on_hook(struct sim *s, void *arg, int64_t number)
{
    struct hook_try h = {(int)number / 16, (int)number % 16};
    const struct boot *b = s->boots[rng_below(&s->rng, REPLICAS)];
    bool up = b->alive && b->paused_until_ms <= s->now_ms;
    bool unknown = FAULT(s, save_unknown);
    bool stored = up && (!unknown || rng_below(&s->rng, 2));
    bool answered_2xx = PLANTED(ACK_BEFORE_COMMIT) ? up : stored && !unknown;

    (void)arg;
    if (answered_2xx && !stored)
        sim_violate(s, "INV1 2xx means stored", "a webhook for ticket %d is lost", h.ticket);
    if (stored)
        sim_at(s, s->now_ms + rng_range(&s->rng, 10, 300), on_inbox, NULL, h.ticket);
    if (answered_2xx || ++h.tries >= HOOK_TRIES)
        return;
    sim_at(s, s->now_ms + 300000, on_hook, NULL, packed(h)); /* Jira tries again */
}

void replica_hook(struct sim *s, int ticket, int64_t at_ms)
{
    sim_at(s, at_ms, on_hook, NULL, packed((struct hook_try){ticket, 0}));
}

void replicas_start(struct sim *s)
{
    for (int i = 0; i < REPLICAS; i++) {
        on_boot(s, NULL, i);
        sim_at(s, rng_range(&s->rng, 1, TICK_MS), on_tick, NULL, i);
    }
    sim_at(s, POLL_MS, on_poll, NULL, 0);
    sim_at(s, SWEEP_MS, on_sweep, NULL, 0);
}
