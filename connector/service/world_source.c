/* world_source.c: the seam's reads of target systems: the items of a request, one after the other,
 * each through the gate of its source, as many as a claim has time for. The request steps aside
 * while it waits for them: one whose source hangs takes no other's place among the site's looks. */
#include <stdlib.h>

#include "base/assert.h"
#include "base/clock.h"
#include "service/source_gate.h"
#include "service/worker.h"
#include "service/world_real.h"

enum { NOT_YET_MAX_MS = 100 }; /* our clock and the database's may differ by more than that */

struct sweep {
    struct service *svc;
    struct io_timer *timer; /* until the claim counts; NULL: it does */
    struct arena *arena;
    const struct dossier *d;
    struct observation *obs;
    size_t from, next; /* of the items: of this portion the first, of all the next to be read */
    int64_t until_ms;  /* no more are begun after that; monotonic */
    world_observed_fn *fn;
    void *arg;
};

static void sweep_next(void *arg);

/* NULL: no such source is configured, or we are stopping. */
static struct source_gate *gate_of(struct service *svc, struct str source)
{
    for (size_t i = 0; i < svc->config->source_count; i++)
        if (str_eq(svc->config->sources[i].name, source))
            return svc->readers[i] ? svc->gates[i] : NULL;
    return NULL;
}

static void sweep_end(struct sweep *s, const struct observation *obs)
{
    worker_aside(s->svc->worker, s->d->site, false);
    s->fn(s->arg, obs, obs ? s->next - s->from : 0);
    free(s);
}

static void on_observed(void *arg, const struct observation *obs)
{
    struct sweep *s = arg;

    if (!obs) { /* only the first may be told so: what was read counts */
        sweep_end(s, NULL);
        return;
    }
    struct observation *kept = &s->obs[s->next++ - s->from];
    *kept = *obs;
    kept->native_id = arena_str(s->arena, obs->native_id);
    kept->entitlement_id = arena_str(s->arena, obs->entitlement_id);
    kept->reason = arena_str(s->arena, obs->reason);
    kept->others = arena_str(s->arena, obs->others);
    sweep_next(s);
}

static void sweep_next(void *arg)
{
    struct sweep *s = arg;

    /* a source that is no longer configured can prove nothing */
    while (s->next < s->d->item_count && !gate_of(s->svc, s->d->items[s->next].source)) {
        s->obs[s->next - s->from] = (struct observation){.item_id = s->d->items[s->next].id,
                                                         .as_of_ms = s->d->now_ms,
                                                         .reason = STR("NotConfigured")};
        s->next++;
    }
    bool time_left = s->next == s->from || io_loop_now_ms(s->svc->loop) < s->until_ms;
    if (s->next < s->d->item_count && time_left) {
        const struct item *item = &s->d->items[s->next];
        struct source_ask ask = {.claimed_ms = s->d->claimed_ms,
                                 .last_read_ms = s->d->last_read_ms,
                                 .rank = schedule_rank_of(s->d->kind, s->d->phase),
                                 .waits = s->next > 0};
        source_gate_read(gate_of(s->svc, item->source), item, &ask, on_observed, s);
        return;
    }
    sweep_end(s, s->obs);
}

static void on_claim_counts(void *arg)
{
    struct sweep *s = arg;

    io_timer_free(s->timer);
    s->timer = NULL;
    sweep_next(s);
}

void world_sources_read(struct world *w, struct arena *arena, const struct dossier *d, size_t from,
                        world_observed_fn *fn, void *arg)
{
    struct sweep *s = calloc(1, sizeof *s);

    if (!s)
        abort();
    *s = (struct sweep){.svc = world_service(w),
                        .arena = arena,
                        .d = d,
                        .from = from,
                        .next = from,
                        .fn = fn,
                        .arg = arg};
    s->until_ms = io_loop_now_ms(s->svc->loop) + LOOK_PORTION_MS;
    s->obs = arena_array(arena, d->item_count - from + 1, sizeof *s->obs);
    ASSERT(s->obs);
    worker_aside(s->svc->worker, d->site, true);
    /* a claim counts from the next whole millisecond on: what is read before it proves nothing, and
     * would be told as a stale copy */
    int64_t early_ms = d->claimed_ms - clock_wall_ms(&s->svc->db_clock);
    if (early_ms <= 0 || early_ms > NOT_YET_MAX_MS) {
        io_loop_defer(s->svc->loop, sweep_next, s);
        return;
    }
    s->timer = io_timer_new(s->svc->loop, on_claim_counts, s);
    io_timer_start(s->timer, early_ms + 1, 0);
}
