#include "domain/extra.h"

struct extra extra_of(const struct dossier *d)
{
    struct extra found = {0};

    for (size_t i = 0; i < d->item_count; i++) {
        struct str rest = d->items[i].others_extra;
        while (rest.len) {
            struct str name = str_cut(&rest, '\n');
            if (!found.count++) {
                found.item = &d->items[i];
                found.name = name;
            }
        }
    }
    return found;
}

bool extra_is_unread(const struct dossier *d, const struct policy *policy)
{
    bool unknown = false;

    if (!policy->compares || d->claimed_ms)
        return false;
    for (size_t i = 0; i < d->item_count; i++)
        unknown |= !d->items[i].obs_count || d->items[i].obs[0].outcome == OUTCOME_UNKNOWN;
    return !d->last_read_ms || (unknown && d->now_ms - d->last_read_ms >= policy->sweep_ms);
}
