/* world_source.c: the seam's reads of target systems: every item of a request, one after the other.
 */
#include <stdlib.h>

#include "base/assert.h"
#include "service/world_real.h"

struct sweep {
    struct service *svc;
    struct arena *arena;
    const struct dossier *d;
    struct observation *obs;
    size_t next;
    world_observed_fn *fn;
    void *arg;
};

static void sweep_next(void *arg);

static struct reader *reader_of(struct service *svc, struct str source)
{
    for (size_t i = 0; i < svc->config->source_count; i++)
        if (str_eq(svc->config->sources[i].name, source))
            return svc->readers[i];
    return NULL;
}

static void on_observed(void *arg, const struct observation *obs)
{
    struct sweep *s = arg;
    struct observation *kept = &s->obs[s->next++];

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
    while (s->next < s->d->item_count && !reader_of(s->svc, s->d->items[s->next].source)) {
        s->obs[s->next] = (struct observation){.item_id = s->d->items[s->next].id,
                                               .as_of_ms = s->d->now_ms,
                                               .reason = STR("NotConfigured")};
        s->next++;
    }
    if (s->next < s->d->item_count) {
        struct reader *reader = reader_of(s->svc, s->d->items[s->next].source);
        reader->kind->read(reader, &s->d->items[s->next], on_observed, s);
        return;
    }
    s->fn(s->arg, s->obs, s->d->item_count);
    free(s);
}

void world_sources_read(struct world *w, struct arena *arena, const struct dossier *d,
                        world_observed_fn *fn, void *arg)
{
    struct sweep *s = calloc(1, sizeof *s);

    if (!s)
        abort();
    *s = (struct sweep){.svc = world_service(w), .arena = arena, .d = d, .fn = fn, .arg = arg};
    s->obs = arena_array(arena, d->item_count + 1, sizeof *s->obs);
    ASSERT(s->obs);
    io_loop_defer(s->svc->loop, sweep_next, s);
}
