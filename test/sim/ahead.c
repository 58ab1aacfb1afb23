/* ahead.c: requests that give and take. While what they give waits for a yes, what they take away
 * is asked for by a request of its own, once, and measured from the same moment. */
#include "sim.h"

static bool is_over(const struct srequest *q)
{
    return phase_is_terminal(q->phase) || q->phase == PHASE_ORPHANED;
}

void ahead_fill(const struct sim *s, const struct sitem *from, struct item *ret)
{
    const struct srequest *q = from->ahead ? &s->requests[from->ahead - 1] : NULL;

    ret->ahead = q != NULL;
    ret->ahead_over = q && is_over(q);
    ret->ahead_key = q && q->ticket >= 0 ? cycle_text(q->ticket) : STR_NONE;
}

void ahead_opened(struct sim *s, struct srequest *r, size_t item, struct srequest *q)
{
    struct sitem *i = &r->items[item];

    if (i->ahead)
        sim_violate(s, "INV31 ahead once", "request %d asks twice for what it takes away",
                    (int)(r - s->requests));
    if (r->kind != REQUEST_MODIFY || gives(r, i) || r->approved_ms)
        sim_violate(s, "INV31 ahead once", "nothing of request %d waits", (int)(r - s->requests));
    i->ahead = (int)(q - s->requests) + 1;
    q->requested_ms = r->requested_ms;
    q->root = q; /* what follows is about what it takes away, whatever the first one is edited to */
    q->root_item = 0;
}

void check_ahead(struct sim *s, const struct srequest *r, const struct dossier *d,
                 const struct decision *x)
{
    bool before_work = r->phase == PHASE_RECEIVED || r->phase == PHASE_PENDING_APPROVAL;
    bool ends = x->move && x->to == PHASE_DENIED; /* a no to what it gives, however quick */
    bool waits = before_work && (!x->move || ends) && !x->asks && !r->held &&
                 d->mode != GATE_OBSERVE && !d->cancel_asked;
    bool given = false;

    for (size_t i = 0; i < r->item_count; i++)
        given |= gives(r, &r->items[i]) && !r->items[i].superseded_by;
    if (!waits || !given || s->request_count == REQUESTS_MAX)
        return;
    for (size_t i = 0; i < r->item_count; i++) {
        const struct sitem *item = &r->items[i];
        if (!gives(r, item) && !item->superseded_by && !item->ahead && x->follow != FOLLOW_AHEAD)
            sim_violate(s, "INV28 removals never wait", "what request %d takes away waits in %s",
                        (int)(r - s->requests), phase_name(r->phase));
    }
}
