/* extra.c: agents who give more than what was asked for, where the source's rule is that it hinders
 * the close. */
#include "sim.h"

enum { MORE_ONE_IN = 6, AWAY_ONE_IN = 3 };

bool extra_hinders(const struct sim *s, const struct srequest *r, const struct sitem *item)
{
    return s->policy.compares && gives(r, item);
}

static void turn(struct sim *s, struct srequest *r, struct sitem *item)
{
    item->extra_before = item->extra;
    item->extra = !item->extra;
    item->extra_ms = s->now_ms;
    sim_trace(s, item->extra ? "more given" : "more taken away", (int64_t)(r - s->requests), 0);
}

void extra_work(struct sim *s, struct srequest *r, struct sitem *item, bool all)
{
    if (!extra_hinders(s, r, item))
        return;
    if (item->extra ? all || !rng_below(&s->rng, AWAY_ONE_IN)
                    : !s->calm && !all && !rng_below(&s->rng, MORE_ONE_IN))
        turn(s, r, item);
}

bool extra_read(const struct sitem *item, int64_t as_of_ms)
{
    return as_of_ms >= item->extra_ms ? item->extra : item->extra_before;
}

/* As the store keeps it: what the newest read that told of it since the claim says. */
void extra_save(const struct srequest *r, struct sitem *item, const struct sobs *from)
{
    if (r->claimed_ms && from->o.others_known)
        item->extra_seen = from->real_extra;
}

/* More was there when it was read last for this claim. */
bool extra_is_there(const struct sim *s, const struct srequest *r, const struct sitem *item)
{
    for (size_t i = item->obs_count; extra_hinders(s, r, item) && i > 0; i--)
        if (item->obs[i - 1].o.others_known)
            return item->obs[i - 1].generation == r->generation && item->obs[i - 1].real_extra;
    return false;
}
