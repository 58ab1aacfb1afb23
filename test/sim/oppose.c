/* oppose.c: requests that want the opposite of the same entitlement, and which of them counts: as
 * sql/routine/supersede.sql has it. */
#include "sim.h"

static int index_of(const struct sim *s, const struct srequest *r)
{
    return (int)(r - s->requests);
}

void oppose(struct sim *s, struct srequest *r)
{
    int n = index_of(s, r);
    struct srequest *other = n ? &s->requests[n - 1] : NULL;

    if (!other || other->items[0].opposed || !FAULT(s, opposed))
        return;
    r->kind = gives(other, &other->items[0]) ? REQUEST_REMOVAL : REQUEST_GRANT;
    if (r->kind == REQUEST_REMOVAL)
        r->access_until_ms = 0;
    for (size_t i = 1; i < r->item_count; i++)
        r->items[i].truth = r->items[i].truth_before = r->kind == REQUEST_REMOVAL;
    r->items[0].truth = other->items[0].truth;
    r->items[0].truth_before = other->items[0].truth_before;
    r->items[0].truth_ms = other->items[0].truth_ms;
    r->items[0].opposed = n;
    other->items[0].opposed = n + 1;
    sim_trace(s, "opposed", n, n - 1);
}

struct sitem *opposite(struct sim *s, const struct srequest *r, const struct sitem *item)
{
    struct srequest *other = item->opposed ? &s->requests[item->opposed - 1] : NULL;

    /* an edit of either makes it ask for something else */
    return other && other->items[0].opposed == index_of(s, r) + 1 ? &other->items[0] : NULL;
}

void supersede(struct sim *s, struct srequest *r)
{
    for (size_t i = 0; i < r->item_count; i++) {
        struct sitem *theirs = opposite(s, r, &r->items[i]);
        struct srequest *other = theirs ? &s->requests[r->items[i].opposed - 1] : NULL;
        bool over = other && (other->phase == PHASE_DENIED || other->phase == PHASE_EXPIRED);
        if (!other || !other->approved_ms || over || theirs->superseded_by)
            continue;
        theirs->superseded_by = index_of(s, r) + 1;
        theirs->superseded_ms = s->now_ms;
        store_changed(s, other, "superseded");
        sim_trace(s, "superseded", index_of(s, other), index_of(s, r));
        other->version++;
        store_look_now(s, other);
    }
}

int64_t superseded_ms(const struct srequest *r)
{
    int64_t last_ms = 0;

    for (size_t i = 0; i < r->item_count; i++) {
        if (!r->items[i].superseded_by)
            return 0;
        if (r->items[i].superseded_ms > last_ms)
            last_ms = r->items[i].superseded_ms;
    }
    return last_ms;
}

bool is_superseded(const struct srequest *r)
{
    return superseded_ms(r) > 0;
}
