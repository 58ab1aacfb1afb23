#include "service/visit.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/plant.h"
#include "domain/look.h"
#include "domain/onward.h"
#include "domain/schedule.h"

enum {
    VISIT_ARENA_BYTES = LIMIT_ARENA_VISIT,
    MOVES_MAX = 8, /* the longest chain of moves on one set of facts is received..closed */
};

struct visit {
    struct world *world;
    const struct policy *policy;
    struct arena *arena;
    struct str request_id;
    struct dossier *dossier;
    struct decision decision;
    bool ticket_read, sources_read;
    bool rests;        /* nothing is left to decide on these facts */
    bool reading;      /* items behind the one of that id are still to be read */
    int64_t read_upto; /* -1: none was */
    unsigned asked;    /* at which stages somebody was asked whether it may be: bits */
    bool turned_away;  /* the sources have no room for us now */
    int moves;
    int64_t saving_ms; /* when the latest save was begun, monotonic */
    const char *trouble;
    visit_finished_fn *finished;
    void *arg;
};

static void visit_load(struct visit *v);

static void visit_save(struct visit *v, const struct ticket *ticket, const struct observation *obs,
                       size_t count, world_saved_fn *fn)
{
    v->saving_ms = v->world->ops->mono_ms(v->world);
    v->world->ops->facts_save(v->world, v->dossier, ticket, obs, count, fn, v);
}

/* Since the last save the claim may have run out, and somebody, even we, may have the request in
 * hand anew: what this visit read is older than what that one will read. */
static bool visit_is_late(const struct visit *v)
{
    return v->saving_ms && v->world->ops->mono_ms(v->world) - v->saving_ms >= v->policy->look_ms;
}

const char *visit_trouble(const struct visit *visit)
{
    return visit->trouble;
}

static void visit_end(struct visit *v, const char *trouble)
{
    v->trouble = trouble;
    v->finished(v->arg, v);
    arena_free(v->arena);
    free(v);
}

/* A bundle is read in portions; what the ones before left in memory is saved. */
static void visit_forget(struct visit *v)
{
    struct arena *past = v->arena;

    v->arena = arena_new(VISIT_ARENA_BYTES);
    v->request_id = arena_str(v->arena, v->request_id);
    arena_free(past);
}

/* Facts are in: look at the whole again. A lost lease or an unknown commit ends the visit; the row
 * tells the truth. */
static void visit_on_facts(void *arg, enum saved saved)
{
    struct visit *v = arg;

    if (saved != SAVED) {
        visit_end(v, saved == SAVE_LOST_LEASE ? "lost lease" : "facts not saved");
        return;
    }
    if (v->reading)
        visit_forget(v);
    visit_load(v);
}

static void visit_on_ticket(void *arg, enum read_outcome outcome, int64_t told_ms,
                            const struct ticket *ticket)
{
    struct visit *v = arg;

    (void)told_ms;
    if (outcome !=
        READ_OK) { /* nothing is decided on an old picture; the claim's due time brings us back */
        visit_end(v, "ticket not readable");
        return;
    }
    v->ticket_read = true;
    visit_save(v, ticket, NULL, 0, visit_on_facts);
}

static void visit_on_observed(void *arg, const struct observation *obs, size_t count)
{
    struct visit *v = arg;

    v->turned_away = !obs;
    v->reading = count > 0 && !PLANTED(PORTION_IS_ALL);
    if (count)
        v->read_upto = obs[count - 1].item_id;
    if (obs)
        visit_save(v, NULL, obs, count, visit_on_facts);
    else
        visit_load(v);
}

/* The claim was not prolonged by a save yet, and may run out before the first read is in. */
static bool is_claimed_briefly(const struct visit *v)
{
    return !v->saving_ms && v->policy->times.lease_ms < v->policy->look_ms;
}

/* The sources, or what is left to read of them; false: nothing is. */
static bool visit_read_on(struct visit *v)
{
    const struct dossier *d = v->dossier;
    size_t from = 0;

    while (from < d->item_count && d->items[from].id <= v->read_upto)
        from++;
    v->reading = from < d->item_count;
    v->sources_read = true;
    if (v->reading && is_claimed_briefly(v)) /* nothing but to prolong it */
        visit_save(v, NULL, NULL, 0, visit_on_facts);
    else if (v->reading)
        v->world->ops->sources_read(v->world, v->arena, d, from, visit_on_observed, v);
    return v->reading;
}

/* Whoever was asked may not have answered; that is known too now. */
static void visit_on_asked(void *arg, enum saved saved, bool later)
{
    (void)later; /* the decision names the time of the next try */
    visit_on_facts(arg, saved);
}

/* False: this visit has asked at that stage already. */
static bool visit_ask(struct visit *v)
{
    unsigned bit = 1u << v->decision.asks_at;

    if (v->asked & bit)
        return false;
    if (is_claimed_briefly(v)) { /* nothing but to prolong it */
        visit_save(v, NULL, NULL, 0, visit_on_facts);
        return true;
    }
    v->asked |= bit;
    v->world->ops->policy_ask(v->world, v->arena, v->dossier, v->decision.asks_at, visit_on_asked,
                              v);
    return true;
}

/* What was just claimed is read at once: of what is known nothing else has changed. */
static bool visit_read_claim(struct visit *v, int64_t claimed_ms)
{
    if (!claimed_ms || v->sources_read)
        return false;
    onward_claimed(v->dossier, claimed_ms);
    return visit_read_on(v);
}

static void visit_on_decided(void *arg, enum saved saved, int64_t claimed_ms)
{
    struct visit *v = arg;

    if (saved != SAVED) {
        visit_end(v, saved == SAVE_LOST_LEASE ? "lost lease"
                     : saved == SAVE_REFUSED  ? "decision refused"
                                              : "save unknown");
        return;
    }
    v->moves += v->decision.move;
    if (v->rests || v->moves >= MOVES_MAX)
        visit_end(v, NULL);
    else if (!visit_read_claim(v, claimed_ms))
        visit_load(v);
}

static void visit_on_dossier(void *arg, enum read_outcome outcome, struct dossier *dossier)
{
    struct visit *v = arg;
    const struct world_ops *ops = v->world->ops;

    if (outcome != READ_OK) {
        visit_end(v, "dossier not readable");
        return;
    }
    if (visit_is_late(v)) {
        visit_end(v, "lost lease");
        return;
    }
    v->dossier = dossier;
    if (v->reading && visit_read_on(v)) /* all of it is read before anything is decided on it */
        return;
    bool unread = dossier->brief || (!v->ticket_read && !look_suffices(dossier, v->policy));
    if (unread && !str_empty(dossier->ticket.issue_id)) {
        ops->ticket_read(v->world, v->arena, dossier, dossier->site, dossier->ticket.issue_id,
                         false, visit_on_ticket, v);
        return;
    }
    ASSERT(!dossier->brief); /* only of who has a ticket */
    decide_onward(dossier, v->policy, &v->decision, &v->rests);
    if (v->decision.read_sources && !v->sources_read && visit_read_on(v))
        return;
    if (v->decision.asks && visit_ask(v))
        return;
    if (v->turned_away && v->decision.read_sources) /* not at once: others ask, too */
        v->decision.look_again_ms = dossier->now_ms + schedule_again_ms(ops->random(v->world));
    bool more = !v->rests && v->moves + 1 < MOVES_MAX;
    v->saving_ms = ops->mono_ms(v->world);
    ops->decision_save(v->world, dossier, &v->decision, v->policy, !more, visit_on_decided, v);
}

static void visit_load(struct visit *v)
{
    v->world->ops->dossier_load(v->world, v->arena, v->request_id, visit_on_dossier, v);
}

struct visit *visit_start(struct world *world, const struct policy *policy, struct str request_id,
                          visit_finished_fn *finished, void *arg)
{
    struct visit *v = calloc(1, sizeof *v);

    if (!v)
        abort();
    v->world = world;
    v->policy = policy;
    v->read_upto = -1;
    v->arena = arena_new(VISIT_ARENA_BYTES);
    v->request_id = arena_str(v->arena, request_id);
    v->finished = finished;
    v->arg = arg;
    world->ops->dossier_first(world, v->arena, v->request_id, visit_on_dossier, v);
    return v;
}
