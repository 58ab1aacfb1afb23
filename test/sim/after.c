/* after.c: what follows a proven close: reads that go on, requests opened because of others. And
 * what a grant left behind that came to nothing. */
#include "sim.h"

enum { SETTLE_MS = 30000, CONFIRMATIONS = 2, ASLEEP_MS = 60000 };

/* Half an hour stands for a week, and one ticket for the many that are too many. */
void after_draw(struct sim *s)
{
    s->policy.watch = (struct watch){.drift = true,
                                     .expiry = true,
                                     .first_ms = 60000,
                                     .second_ms = 240000,
                                     .third_ms = 1800000,
                                     .then_ms = 240000,
                                     .lead_ms = 120000,
                                     .loop_limit = 1,
                                     .loop_window_ms = SAFETY_MS + LIVENESS_MS};
}

static bool is_over(const struct srequest *q)
{
    return phase_is_terminal(q->phase) || q->phase == PHASE_ORPHANED;
}

/* A later request for the opposite stands. */
static bool stands_opposed(const struct sim *s, const struct sitem *item)
{
    return item->superseded_by && !is_over(&s->requests[item->superseded_by - 1]);
}

/* As governance.may_be_left(). */
static bool may_be_left(const struct srequest *r)
{
    return r->over_ms && r->kind != REQUEST_REMOVAL && !r->access_until_ms &&
           (r->approved_ms || r->answered_cycle >= 0);
}

/* A request that is about the same came to nothing: what was closed goes on to be watched. */
void after_over(struct sim *s, struct srequest *q)
{
    int n = (int)(q - s->requests);

    for (size_t i = 0; i < q->item_count && q->over_ms && !is_over(q); i++) {
        if (q->recorded[i])
            store_changed(s, q, "asked for again");
        q->recorded[i] = DRIFT_NONE;
    }
    q->over_ms = is_over(q) ? s->now_ms : 0;
    for (int i = 0; i < s->request_count && is_over(q); i++) {
        struct srequest *r = &s->requests[i];
        bool same = q->root && (r == q->root || r->root == q->root);
        for (size_t k = 0; k < r->item_count; k++)
            same |= r->items[k].superseded_by == n + 1;
        if (same && r->phase == PHASE_CLOSED)
            store_look_now(s, r);
    }
}

/* The item that the chain of requests is about, as its first one numbers it. */
static bool is_about(const struct srequest *q, const struct srequest *r, size_t item)
{
    bool first = r->cause == FOLLOW_NONE || r->cause == FOLLOW_AHEAD;
    const struct srequest *root = first ? r : r->root;

    return q->cause != FOLLOW_NONE && q->root == root &&
           q->root_item == (first ? item : r->root_item);
}

/* Which item of the request that is which in its dossier: those that were superseded are not there.
 */
static size_t item_at(const struct srequest *r, size_t place)
{
    size_t i = 0;

    for (; i + 1 < r->item_count; i++)
        if (!is_left_out(r, &r->items[i]) && !place--)
            break;
    return i;
}

void after_fill(const struct sim *s, struct arena *arena, const struct srequest *r,
                struct dossier *d)
{
    if (!r->claimed_ms && !may_be_left(r) && !(r->access_until_ms && r->approved_ms))
        return;
    struct item_after *items = arena_array(arena, ITEMS_MAX, sizeof *items);
    struct item *known = arena_array(arena, ITEMS_MAX, sizeof *known);
    d->after.cause = r->cause;
    d->after.over_ms = may_be_left(r) ? r->over_ms : 0;
    for (size_t i = 0; i < d->item_count; i++) {
        int64_t *drifts = arena_array(arena, REQUESTS_MAX, sizeof *drifts);
        int64_t *ends = arena_array(arena, REQUESTS_MAX, sizeof *ends);
        struct item_after *a = &items[i];
        size_t item = item_at(r, i);
        *a = (struct item_after){
            .recorded = r->recorded[item], .drifts_ms = drifts, .ends_ms = ends};
        a->superseded = stands_opposed(s, &r->items[item]);
        for (int k = s->request_count; k > 0; k--) { /* the newest first */
            const struct srequest *q = &s->requests[k - 1];
            bool mine = q->cause != FOLLOW_NONE && q->follows == r && is_about(q, r, item);
            if (!is_about(q, r, item))
                continue;
            if (q->cause == FOLLOW_DRIFT)
                drifts[a->drift_count++] = q->requested_ms;
            else if (q->cause == FOLLOW_EXPIRY)
                ends[a->end_count++] = q->requested_ms;
            a->mending |= mine && q->cause == FOLLOW_DRIFT && !is_over(q);
            a->ending |= mine && q->cause == FOLLOW_EXPIRY && !is_over(q);
            a->superseded |= q->approved_ms > r->approved_ms && !is_over(q);
            if (mine && !d->after.follow) {
                d->after.follow = q->cause;
                d->after.follow_key = q->ticket < 0 ? STR_NONE : cycle_text(q->ticket);
            }
        }
        known[i] = d->items[i];
        known[i].proven_ms = r->closed_cycle >= 0 ? r->items[item].proven_ms : 0;
    }
    d->items = known;
    d->after.items = items;
}

/* Reads of after the proof that really say otherwise, as many in a row as a source wants. */
static void check_drift(struct sim *s, const struct srequest *r, size_t item)
{
    const struct sitem *i = &r->items[item];
    enum outcome wrong = gives(r, i) ? OUTCOME_ABSENT : OUTCOME_PRESENT;
    int64_t newest = 0, oldest = 0;
    int run = 0;

    for (size_t k = i->obs_count; k > 0; k--) {
        const struct sobs *x = &i->obs[k - 1];
        if (x->real_outcome != wrong || !x->real_complete || !x->real_canary ||
            x->real_as_of_ms < r->proven_ms)
            break;
        if (!run++)
            newest = oldest = x->real_as_of_ms;
        if (x->real_as_of_ms < oldest)
            oldest = x->real_as_of_ms;
    }
    if (run < CONFIRMATIONS || newest - oldest < SETTLE_MS)
        sim_violate(s, "INV28 drift is read", "request %d: %d reads over %lld ms say so",
                    (int)(r - s->requests), run, (long long)(newest - oldest));
}

/* The newest read is of after the end, and really shows it. */
static void check_left(struct sim *s, const struct srequest *r, size_t item)
{
    const struct sitem *i = &r->items[item];
    const struct sobs *x = i->obs_count ? &i->obs[i->obs_count - 1] : NULL;

    if (!may_be_left(r) || !gives(r, i) || !x || x->real_outcome != OUTCOME_PRESENT ||
        x->real_as_of_ms < r->over_ms)
        sim_violate(s, "INV31 what is left is read", "request %d: no read says so",
                    (int)(r - s->requests));
}

static void open_next(struct sim *s, struct srequest *r, const struct decision *x, size_t item)
{
    bool takes = x->follow == FOLLOW_EXPIRY || !gives(r, &r->items[item]);
    enum request_kind kind = takes ? REQUEST_REMOVAL : REQUEST_GRANT;
    int opened = 1;

    for (int i = 0; i < s->request_count; i++)
        opened += is_about(&s->requests[i], r, item) && s->requests[i].cause == x->follow;
    if (x->follow != FOLLOW_AHEAD && opened > s->policy.watch.loop_limit)
        sim_violate(s, "INV27 no loop", "the %dth request is opened for %s", opened,
                    follow_name(x->follow));
    struct srequest *q = &s->requests[store_request_new(s, false)];
    q->kind = kind;
    q->cause = x->follow;
    q->follows = r;
    q->root = r->root ? r->root : r;
    q->root_item = r->root ? r->root_item : item;
    q->access_until_ms = kind == REQUEST_GRANT ? r->access_until_ms : 0;
    q->approval_needed &= kind == REQUEST_GRANT;
    q->emergency &= kind == REQUEST_GRANT;
    if (x->follow == FOLLOW_AHEAD)
        ahead_opened(s, r, item, q);
    q->item_count = 1;
    q->items[0] =
        (struct sitem){.truth = r->items[item].truth, .truth_before = r->items[item].truth};
    sim_trace(s, follow_name(x->follow), (int64_t)(r - s->requests), (int64_t)(q - s->requests));
}

void after_save(struct sim *s, struct srequest *r, const struct decision *x)
{
    size_t item = item_at(r, x->about);

    if (x->drift)
        (is_over(r) ? check_left : check_drift)(s, r, item);
    if (x->follow && s->request_count == REQUESTS_MAX)
        return; /* it is asked again at the next look */
    if (x->follow)
        open_next(s, r, x, item);
    if (x->drift) {
        r->recorded[item] = x->drift;
        store_changed(s, r, drift_answer_name(x->drift));
    }
    if (x->drift_over) {
        r->recorded[item] = DRIFT_NONE;
        store_changed(s, r, "drift over");
    }
}

static bool is_followed(const struct sim *s, const struct srequest *r, size_t item)
{
    for (int i = 0; i < s->request_count; i++)
        if (is_about(&s->requests[i], r, item) && s->requests[i].cause != FOLLOW_AHEAD &&
            s->requests[i].requested_ms >= r->requested_ms && &s->requests[i] != r)
            return true;
    return false;
}

/* What an exception let close is proven after all. */
void after_settle(struct sim *s, struct srequest *r, size_t item)
{
    struct sitem *i = &r->items[item_at(r, item)];

    if (!i->on_exception || !check_item_proven(s, r, i))
        sim_violate(s, "INV29 late proof", "request %d: item %zu is not proven",
                    (int)(r - s->requests), item);
    i->on_exception = false;
    i->proven_ms = s->now_ms;
    i->excepted_until_ms = 0; /* needed no more */
    store_changed(s, r, "settled");
}

/* It is opened again since no exception covers it any more: something of it is really owed. */
void after_lapse(struct sim *s, struct srequest *r)
{
    r->lapsed_ms = s->now_ms;
    for (size_t i = 0; i < r->item_count; i++) {
        const struct sitem *item = &r->items[i];
        bool covered = item->excepted_until_ms > s->now_ms + ASLEEP_MS + 60000;
        if (item->on_exception && !covered &&
            (!check_item_proven(s, r, item) || extra_is_there(s, r, item)))
            return;
    }
    sim_violate(s, "INV30 what lapses is owed", "request %d: nothing of it is",
                (int)(r - s->requests));
}

/* Access that is there and nobody's is recorded, and no other. */
static bool left_settled(const struct sim *s, const struct srequest *r)
{
    for (size_t i = 0; i < r->item_count && may_be_left(r) && r->ticket >= 0 && !r->held; i++) {
        const struct sitem *item = &r->items[i];
        bool seen_in_time = item->truth_ms + SETTLE_MS < r->over_ms + s->policy.watch.second_ms;
        bool nobodys = gives(r, item) && !item->superseded_by && !is_followed(s, r, i);
        if (nobodys && item->truth && seen_in_time && !r->recorded[i])
            return false;
        if (nobodys && !item->truth && r->recorded[i])
            return false;
    }
    return true;
}

bool after_settled(const struct sim *s, const struct srequest *r)
{
    if (is_over(r))
        return left_settled(s, r);
    bool ends = r->kind != REQUEST_REMOVAL && r->access_until_ms && r->mode != GATE_OBSERVE;
    bool full = s->request_count == REQUESTS_MAX;

    for (size_t i = 0; i < r->item_count && r->phase == PHASE_CLOSED; i++) {
        const struct sitem *item = &r->items[i];
        bool wrong = item->truth != gives(r, item);
        bool seen_in_time = item->truth_ms + SETTLE_MS < r->closed_ms + s->policy.watch.second_ms;
        bool excepted = item->excepted_until_ms > s->now_ms;
        bool proven = item->proven_ms && item->proven_ms == r->proven_ms;
        bool over = gives(r, item) && r->access_until_ms && r->access_until_ms <= s->now_ms;
        bool lapsed = item->on_exception && !excepted && !over && !item->superseded_by;
        if (is_followed(s, r, i) || full || stands_opposed(s, item))
            continue;
        if (ends && gives(r, item))
            return false;
        if (lapsed) /* opened again, or proven */
            return false;
        if (proven && !excepted && wrong && seen_in_time && !r->recorded[i])
            return false;
    }
    return true;
}
