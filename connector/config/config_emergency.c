/* emergency: how long broken glass lasts, and by when it is paid for. */
#include "config/config_priv.h"

enum { LONGEST_MAX_MS = 3 * 86400000 }; /* what the database holds to be soon, too */

void config_emergency(struct loader *l, const struct yaml *root)
{
    static const char *const KNOWN[] = {"longest", "approval", "review", NULL};
    const struct yaml *map = value_map(&l->v, root, "emergency");
    struct emergency_config *e = &l->c->emergency;
    struct values v = l->v;

    v.section = "emergency";
    value_refuse_unknown(&v, map, KNOWN, "emergency");
    e->longest_ms = value_duration(&v, map, "longest", 8 * 3600000, SHORTEST_MS);
    e->approval_ms = value_duration(&v, map, "approval", 4 * 3600000, SHORTEST_MS);
    e->review_ms = value_duration(&v, map, "review", 24 * 3600000, SHORTEST_MS);
    if (e->longest_ms > LONGEST_MAX_MS) {
        diag_error(l->v.diags, "C091", map ? map->pos : (struct diag_pos){0},
                   "an emergency of more than three days is none");
        diag_help(l->v.diags, "write longest: 8h");
    }
}
