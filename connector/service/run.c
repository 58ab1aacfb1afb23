#include "service/run.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/plant.h"
#include "domain/retry.h"

enum { RUN_ARENA_BYTES = 4 * 1024 * 1024 };

struct run {
    struct world *world;
    const struct policy *policy;
    struct arena *arena;
    struct flow flow;
    const struct flow_rule *rule; /* the move being saved, then the effect being carried out */
    struct dossier *dossier;      /* of the look in progress */
    struct str bound_issue, bound_key;
    int64_t told_ms;
    int64_t looked_ms; /* monotonic: when the look was begun */
    int64_t leased_ms; /* monotonic: when the last save, which renewed the lease, was asked for */
    const char *why;
    const char *trouble;
    run_finished_fn *finished;
    void *arg;
};

static void run_feed(struct run *run, enum flow_event event);

const struct flow *run_flow(const struct run *run)
{
    return &run->flow;
}

const char *run_trouble(const struct run *run)
{
    return run->trouble;
}

static void run_end(struct run *run, const char *trouble)
{
    run->trouble = trouble;
    run->finished(run->arg, run);
    arena_free(run->arena);
    free(run);
}

/* --- the world answered --- */

static void run_on_called(void *arg, const struct call_reply *reply)
{
    struct run *run = arg;

    run->told_ms = reply->told_ms;
    run->why = arena_cstr(run->arena, str_of(reply->why));
    switch (reply->outcome) {
    case CALL_DID:
        run->bound_issue = arena_str(run->arena, reply->issue_id);
        run->bound_key = arena_str(run->arena, reply->key);
        run_feed(run, EV_DID);
        return;
    case CALL_REFUSED:
        run_feed(run, EV_REFUSED);
        return;
    case CALL_NOT_SENT:
        run_feed(run, EV_NOT_SENT);
        return;
    case CALL_LIMITED:
        run_feed(run, EV_LIMITED);
        return;
    case CALL_LOST:
        run_feed(run, PLANTED(LOST_IS_NOT_SENT) ? EV_NOT_SENT : EV_LOST);
        return;
    }
}

static bool look_failed(struct run *run, enum read_outcome outcome, int64_t told_ms)
{
    if (outcome == READ_OK)
        return false;
    run->told_ms = told_ms;
    run->why = "could not look";
    run_feed(run, told_ms ? EV_LIMITED : EV_READ_FAILED);
    return true;
}

static void run_on_found(void *arg, enum read_outcome outcome, int64_t told_ms,
                         const struct find_result *found)
{
    struct run *run = arg;
    struct ticket none = {0};

    if (look_failed(run, outcome, told_ms))
        return;
    enum flow_event event =
        flow_judge(&run->flow, run->dossier, &none, found, run->policy, run->dossier->now_ms);
    if (event == EV_FOUND) {
        size_t keep = duplicate_keep(found);
        run->bound_issue = arena_str(run->arena, found->issue_id[keep]);
        run->bound_key = arena_str(run->arena, found->key[keep]);
    }
    run_feed(run, event);
}

static void run_on_ticket(void *arg, enum read_outcome outcome, int64_t told_ms,
                          const struct ticket *ticket)
{
    struct run *run = arg;

    if (look_failed(run, outcome, told_ms))
        return;
    run_feed(run,
             flow_judge(&run->flow, run->dossier, ticket, NULL, run->policy, run->dossier->now_ms));
}

/* The look: first what we know, then the world; the read of the world is the last thing before
 * acting. */
static void run_on_dossier(void *arg, enum read_outcome outcome, struct dossier *dossier)
{
    struct run *run = arg;

    if (outcome !=
        READ_OK) { /* the database is away: the row keeps its state, the lease runs out */
        run_end(run, "dossier not readable");
        return;
    }
    run->dossier = dossier;
    if (run->flow.kind == FLOW_CREATE) {
        run->world->ops->ticket_find(run->world, run->arena, &run->flow, run_on_found, run);
        return;
    }
    run->world->ops->ticket_read(run->world, run->arena, run->flow.site, run->flow.issue_id,
                                 run_on_ticket, run);
}

/* --- the decision is durable --- */

/* A call that is begun by then ends within the lease. */
static int64_t send_by_ms(const struct run *run)
{
    const struct flow_times *t = &run->policy->times;
    return run->leased_ms + t->lease_ms - t->call_timeout_ms - t->safety_ms;
}

/* The call must end within the lease, and what we saw must not be older than a call may take:
 * whoever slept in between looks again. */
static bool may_still_act(const struct run *run)
{
    const struct flow_times *t = &run->policy->times;
    int64_t now = run->world->ops->mono_ms(run->world);
    bool lease_holds = now <= send_by_ms(run);
    bool look_is_fresh = now - run->looked_ms <= t->call_timeout_ms + t->safety_ms;
    return lease_holds && look_is_fresh;
}

static void run_on_saved(void *arg, enum saved saved)
{
    struct run *run = arg;

    if (PLANTED(LOST_LEASE_GOES_ON) && saved == SAVE_LOST_LEASE)
        saved = SAVED;
    if (saved != SAVED) { /* database gone, or someone took our lease: forget it, the row still
                             tells the truth */
        run_end(run, saved == SAVE_LOST_LEASE ? "lost lease"
                     : saved == SAVE_REFUSED  ? "save refused"
                                              : "save unknown");
        return;
    }
    run->flow.state = run->rule->to;
    run->flow.version++;
    if (run->rule->then == FX_ACT && !may_still_act(run) && !PLANTED(LATE_WAKER_ACTS)) {
        run->why = "slept too long to act on what was seen";
        run_feed(run, EV_NOT_SENT);
        return;
    }
    switch (run->rule->then) {
    case FX_LOOK:
        run->looked_ms = run->world->ops->mono_ms(run->world);
        run->world->ops->dossier_load(run->world, run->arena, run->flow.request_id, run_on_dossier,
                                      run);
        return;
    case FX_ACT:
        run->world->ops->ticket_act(run->world, &run->flow, run->dossier, send_by_ms(run),
                                    run_on_called, run);
        return;
    case FX_REST:
        run_end(run, NULL);
        return;
    }
}

static int64_t rest_ms(struct run *run, enum flow_rest rest)
{
    const struct flow_times *t = &run->policy->times;
    struct retry_rule backoff = {t->backoff_base_ms, t->backoff_cap_ms};
    struct retry_rule probe = {t->probe_ms,
                               t->grace_ms / 4 > t->probe_ms ? t->grace_ms / 4 : t->probe_ms};
    uint64_t random = run->world->ops->random(run->world);

    switch (rest) {
    case REST_NONE:
        return 0;
    case REST_PROBE:
        return retry_after_ms(&probe, run->flow.failures + 1, 0, random);
    case REST_BACKOFF:
        return retry_after_ms(&backoff, run->flow.failures + 1, run->told_ms, random);
    case REST_TOLD:
        return retry_after_ms(&backoff, 1, run->told_ms, random);
    }
    return 0;
}

static void run_feed(struct run *run, enum flow_event event)
{
    run->rule = flow_decide(run->flow.state, event);
    if (!run->rule) { /* a pair the table forbids: stop; the lease runs out and the row is looked at
                         again */
        run_end(run, "forbidden pair");
        return;
    }
    bool rests = run->rule->then == FX_REST;
    bool failed = run->rule->rest == REST_PROBE || run->rule->rest == REST_BACKOFF;
    struct flow_note note = {
        .rest_ms = rest_ms(run, run->rule->rest),
        .release = rests,
        .count_attempt = run->rule->then == FX_ACT,
        .failed = failed,
        .issue_id = run->rule->to == FS_DONE ? run->bound_issue : STR_NONE,
        .key = run->rule->to == FS_DONE ? run->bound_key : STR_NONE,
        .why = run->why,
    };
    run->leased_ms = run->world->ops->mono_ms(run->world);
    run->world->ops->flow_save(run->world, &run->flow, run->rule, &note, run_on_saved, run);
}

struct run *run_start(struct world *world, const struct policy *policy, const struct flow *flow,
                      run_finished_fn *finished, void *arg)
{
    struct run *run = calloc(1, sizeof *run);

    if (!run)
        abort();
    run->world = world;
    run->policy = policy;
    run->arena = arena_new(RUN_ARENA_BYTES);
    run->finished = finished;
    run->arg = arg;
    run->flow = *flow;
    run->flow.site = arena_str(run->arena, flow->site);
    run->flow.request_id = arena_str(run->arena, flow->request_id);
    run->flow.marker = arena_str(run->arena, flow->marker);
    run->flow.issue_id = arena_str(run->arena, flow->issue_id);
    run->flow.cycle = arena_str(run->arena, flow->cycle);
    run->flow.payload = arena_str(run->arena, flow->payload);
    ASSERT(!flow_state_is_final(flow->state));
    run_feed(run, EV_CLAIMED);
    return run;
}
