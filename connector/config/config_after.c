/* after_close: what happens after a proven close. */
#include "config/config_priv.h"

enum { LOOP_LIMIT_MAX = 30 }; /* the database shows so many */

/* Each look comes after the one before. */
static void check_order(struct loader *l, const struct yaml *map, const struct watch *w)
{
    if (w->first_ms < w->second_ms && w->second_ms < w->third_ms)
        return;
    diag_error(l->v.diags, "C090", map ? map->pos : (struct diag_pos){0},
               "first, second and third are not one after the other");
    diag_help(l->v.diags, "write first: 1h, second: 24h, third: 7d");
}

void config_after(struct loader *l, const struct yaml *root)
{
    static const char *const KNOWN[] = {"watch",    "first", "second",     "third",       "daily",
                                        "removals", "lead",  "loop_limit", "loop_window", NULL};
    const struct yaml *map = value_map(&l->v, root, "after_close");
    struct watch *w = &l->c->policy.watch;
    struct values v = l->v;

    v.section = "after_close";
    value_refuse_unknown(&v, map, KNOWN, "after_close");
    w->drift = value_bool(&v, map, "watch", w->drift);
    w->first_ms = value_duration(&v, map, "first", w->first_ms, SHORTEST_MS);
    w->second_ms = value_duration(&v, map, "second", w->second_ms, SHORTEST_MS);
    w->third_ms = value_duration(&v, map, "third", w->third_ms, SHORTEST_MS);
    w->then_ms = value_duration(&v, map, "daily", w->then_ms, SHORTEST_MS);
    w->expiry = value_bool(&v, map, "removals", w->expiry);
    w->lead_ms = value_duration(&v, map, "lead", w->lead_ms, 0);
    w->loop_limit = (int32_t)value_int(&v, map, "loop_limit", w->loop_limit, 1, LOOP_LIMIT_MAX);
    w->loop_window_ms = value_duration(&v, map, "loop_window", w->loop_window_ms, SHORTEST_MS);
    check_order(l, map, w);
}
