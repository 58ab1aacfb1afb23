#include "service/run.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/plant.h"
#include "domain/bulk.h"
#include "domain/retry.h"

struct run {
    struct world *world;
    const struct policy *policy;
    struct arena *arena; /* of the whole run: the flow's strings, what is to be bound */
    struct arena *look;  /* of the look in progress; cleared before the next */
    struct flow flow;
    const struct flow_rule *rule;    /* the move being saved, then the effect being carried out */
    const struct step_rule *step;    /* the step being made ready or carried out; NULL = none yet */
    const struct step_rule *stepped; /* the step this run did last */
    unsigned shown;                  /* steps that this look found done while making them ready */
    struct dossier *dossier;         /* of the look in progress */
    const struct ticket *ticket;     /* of the look in progress */
    const struct step_call *call;    /* ready to be sent */
    bool verified;  /* a create: this look showed its ticket, and that it is ours */
    struct str key; /* of the flow's ticket */
    int64_t told_ms;
    int64_t looked_ms; /* monotonic: when the look was begun */
    int64_t leased_ms; /* monotonic: when the last save, which renewed the lease, was asked for */
    const char *why;
    enum run_end ended;
    run_finished_fn *finished;
    void *arg;
};

static void run_feed(struct run *run, enum flow_event event);

const struct flow *run_flow(const struct run *run)
{
    return &run->flow;
}

enum run_end run_ended(const struct run *run)
{
    return run->ended;
}

static void run_finish(struct run *run, enum run_end ended)
{
    run->ended = ended;
    run->finished(run->arg, run);
    arena_free(run->look);
    arena_free(run->arena);
    free(run);
}

/* Told by an answer or a search: the ticket of a create. It is bound when a read has shown it. */
static void run_names_ticket(struct run *run, struct str issue_id, struct str key)
{
    run->flow.issue_id = arena_str(run->arena, issue_id);
    run->key = arena_str(run->arena, key);
}

/* --- Jira answered the call --- */

static void run_on_sent(void *arg, const struct call_reply *reply)
{
    struct run *run = arg;
    enum flow_event did = EV_DID;

    run->told_ms = reply->told_ms;
    run->why = arena_cstr(run->arena, str_of(reply->why));
    switch (reply->outcome) {
    case CALL_DID:
        did = step_did(run->step, reply->reached, reply->issue_id);
        if (did == EV_LOST)
            run->why = "done, but the answer does not say which ticket it made";
        else if (run->step->makes)
            run_names_ticket(run, reply->issue_id, reply->key);
        run->verified |= PLANTED(BIND_UNVERIFIED) && run->step->makes && did != EV_LOST;
        run->stepped = run->step;
        run_feed(run, did);
        return;
    case CALL_REFUSED:
        run_feed(run, bulk_refused(&run->flow));
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

/* --- the look --- */

static bool look_failed(struct run *run, enum read_outcome outcome, int64_t told_ms,
                        const char *why)
{
    if (outcome == READ_OK)
        return false;
    run->told_ms = told_ms;
    run->why = arena_cstr(run->arena, str_of(why));
    run_feed(run, told_ms ? EV_LIMITED : outcome == READ_REFUSED ? EV_REFUSED : EV_READ_FAILED);
    return true;
}

static void run_prepare(struct run *run);

static void run_on_ready(void *arg, const struct step_ready *ready)
{
    struct run *run = arg;
    bool moved = ready->outcome == READ_REFUSED && bulk_may_have_moved(&run->flow);

    if (look_failed(run, moved ? READ_FAILED : ready->outcome, ready->told_ms, ready->why))
        return;
    if (!ready->call) { /* done already, as it turned out: on to the next */
        run->shown |= STEP_BIT(run->step->step);
        run_prepare(run);
        return;
    }
    if (run->step == run->stepped) {
        run_feed(run, step_unseen(&run->flow, &run->why));
        return;
    }
    run->call = ready->call;
    run_feed(run, EV_READY);
}

/* Acting is right as far as we saw: which step is it, and can it be made ready? */
static void run_prepare(struct run *run)
{
    run->step = step_next(&run->flow, run->ticket, run->shown | step_unwanted(run->dossier));
    if (!run->step) {
        run_feed(run, EV_FOUND);
        return;
    }
    run->world->ops->step_prepare(run->world, run->look, &run->flow, run->step->step, run->dossier,
                                  run->ticket, run_on_ready, run);
}

static void run_judge(struct run *run, const struct find_result *found)
{
    const char *why = NULL;
    enum flow_event event = flow_judge(&run->flow, run->dossier, run->ticket, found, run->policy,
                                       run->dossier->now_ms, &why);

    if (why)
        run->why = why;
    run->verified =
        run->flow.kind == FLOW_CREATE && run->ticket && (event == EV_READY || event == EV_FOUND);
    if (event == EV_READY)
        run_prepare(run);
    else
        run_feed(run, event);
}

/* Of two tickets the one that is kept, as it is now: whoever cancels the other must not cancel the
 * last one. */
static void run_on_kept(void *arg, enum read_outcome outcome, int64_t told_ms,
                        const struct ticket *ticket)
{
    struct run *run = arg;

    if (look_failed(run, outcome, told_ms, "could not read the ticket that is kept"))
        return;
    run->dossier->ticket.presence = ticket->presence;
    run_judge(run, NULL);
}

static void run_on_ticket(void *arg, enum read_outcome outcome, int64_t told_ms,
                          const struct ticket *ticket)
{
    struct run *run = arg;

    if (look_failed(run, outcome, told_ms, "could not read the ticket"))
        return;
    struct ticket *kept = ARENA_NEW(run->look, struct ticket);
    *kept = *ticket;
    run->ticket = kept;
    if (kept->key.len)
        run->key = arena_str(run->arena, kept->key);
    struct str other = run->dossier->ticket.issue_id;
    if (run->flow.kind == FLOW_RETIRE && other.len && !PLANTED(KEPT_IS_TRUSTED))
        run->world->ops->ticket_read(run->world, run->look, run->dossier, run->flow.site, other,
                                     false, run_on_kept, run);
    else
        run_judge(run, NULL);
}

/* Somebody read it a moment ago: as if this look had begun then. */
static void run_take_kept(struct run *run)
{
    run->looked_ms -= run->dossier->now_ms - run->dossier->ticket_read_ms;
    run->ticket = &run->dossier->ticket;
    run_judge(run, NULL);
}

/* What people wrote on it counts only where it decides whether they have it in hand. */
static void run_read_ticket(struct run *run)
{
    run->world->ops->ticket_read(run->world, run->look, run->dossier, run->flow.site,
                                 run->flow.issue_id, run->flow.kind == FLOW_RETIRE, run_on_ticket,
                                 run);
}

static void run_on_found(void *arg, enum read_outcome outcome, int64_t told_ms,
                         const struct find_result *found)
{
    struct run *run = arg;

    if (look_failed(run, outcome, told_ms, "could not search for the ticket"))
        return;
    if (found->count) { /* the index shows yesterday's ticket: read it before it is bound */
        size_t keep = duplicate_keep(found);
        run_names_ticket(run, found->issue_id[keep], found->key[keep]);
        run_read_ticket(run);
        return;
    }
    run_judge(run, found);
}

/* Nothing was ever sent: nothing can carry the marker. */
static void run_without_look(struct run *run)
{
    static const struct find_result NONE = {.proven = true, .sighted = true};

    run_judge(run, &NONE);
}

/* First what we know, then the world: as late as can be before acting. */
static void run_on_dossier(void *arg, enum read_outcome outcome, struct dossier *dossier)
{
    struct run *run = arg;
    const struct world_ops *ops = run->world->ops;

    if (outcome != READ_OK) {
        run_finish(run, RUN_NO_DOSSIER);
        return;
    }
    run->dossier = dossier;
    switch (step_look(&run->flow)) {
    case LOOK_NOTHING:
        run_without_look(run);
        return;
    case LOOK_MARKER:
        if (PLANTED(SEARCH_REUSED) && run->flow.failures > 1 && run->flow.sent_at_ms) {
            run_without_look(run);
            return;
        }
        ops->ticket_find(run->world, run->look, &run->flow, run->dossier, run_on_found, run);
        return;
    case LOOK_LATELY:
        if (look_is_fresh(dossier, run->policy)) {
            run_take_kept(run);
            return;
        }
        run_read_ticket(run);
        return;
    case LOOK_TICKET:
        run_read_ticket(run);
        return;
    }
}

static void run_look(struct run *run)
{
    arena_clear(run->look);
    run->dossier = NULL;
    run->ticket = NULL;
    run->call = NULL;
    run->shown = 0;
    run->verified = false;
    run->looked_ms = run->world->ops->mono_ms(run->world);
    run->world->ops->dossier_load(run->world, run->look, run->flow.request_id, run_on_dossier, run);
}

/* --- the decision is durable --- */

/* The call must end within the lease, and what we saw must not be older than a call may take:
 * whoever slept in between, or looked for too long, looks again. */
static bool may_still_act(const struct run *run)
{
    const struct flow_times *t = &run->policy->times;
    int64_t now = run->world->ops->mono_ms(run->world), call_ms = t->call_timeout_ms + t->safety_ms;
    bool lease_holds =
        now - run->leased_ms <= t->lease_ms - call_ms || PLANTED(CALL_OUTLIVES_LEASE);
    bool look_is_fresh = now - run->looked_ms <= call_ms || PLANTED(OLD_LOOK_ACTS);
    return (lease_holds && look_is_fresh) || PLANTED(LATE_WAKER_ACTS);
}

static void run_carry_out(struct run *run)
{
    switch (run->rule->then) {
    case FX_LOOK:
        run_look(run);
        return;
    case FX_ACT:
        if (may_still_act(run)) {
            run->world->ops->step_send(run->world, run->look, &run->flow, run->dossier, run->call,
                                       run_on_sent, run);
            return;
        }
        run->why = "slept too long to act on what was seen";
        run_feed(run, EV_NOT_SENT);
        return;
    case FX_REST:
        run_finish(run, RUN_RESTED);
        return;
    }
}

static void run_on_saved(void *arg, enum saved saved)
{
    struct run *run = arg;

    if (PLANTED(LOST_LEASE_GOES_ON) && saved == SAVE_LOST_LEASE)
        saved = SAVED;
    switch (saved) {
    case SAVED:
        run->flow.state = run->rule->to;
        run->flow.version++;
        run_carry_out(run);
        return;
    case SAVE_LOST_LEASE:
        run_finish(run, RUN_LOST_LEASE);
        return;
    case SAVE_REFUSED:
        if (run->verified) { /* its ticket is another's: for a person to sort out */
            run->verified = false;
            run->why = "it was done, but the database refuses what it led to";
            run_feed(run, EV_REFUSED);
            return;
        }
        run_finish(run, RUN_SAVE_REFUSED);
        return;
    case SAVE_UNKNOWN:
        run_finish(run, RUN_SAVE_UNKNOWN);
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
    struct flow *flow = &run->flow;
    const struct flow_rule *rule = run->rule = flow_decide(flow->state, event);

    if (!rule) {
        run_finish(run, RUN_FORBIDDEN);
        return;
    }
    bool acts = rule->then == FX_ACT;
    struct flow_note note = {
        .rest_ms = rest_ms(run, rule->rest),
        .release = rule->then == FX_REST,
        .count_attempt = acts,
        .failed = rule->rest == REST_PROBE || rule->rest == REST_BACKOFF,
        .settled = flow->state == FS_CALLING && rule->to != FS_DOUBT,
        .issue_id = flow->issue_id,
        .key = run->key,
        .bind = run->verified,
        .seen = run->verified ? run->ticket : NULL,
        .looked_ms = run->dossier ? run->dossier->now_ms : 0,
        .step = acts ? step_text(run->step->step) : NULL,
        .why = run->why,
    };
    flow->attempt += acts;
    flow->sent_at_ms = acts ? run->dossier->now_ms : note.settled ? 0 : flow->sent_at_ms;
    run->leased_ms = run->world->ops->mono_ms(run->world);
    run->world->ops->flow_save(run->world, flow, rule, &note, run_on_saved, run);
}

struct run *run_start(struct world *world, const struct policy *policy, const struct flow *flow,
                      run_finished_fn *finished, void *arg)
{
    struct run *run = calloc(1, sizeof *run);

    if (!run)
        abort();
    run->world = world;
    run->policy = policy;
    run->arena = arena_new(LIMIT_ARENA_SMALL);
    run->look = arena_new(LIMIT_ARENA_VISIT);
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
    const struct flow_rule *rule = flow_decide(flow->state, EV_CLAIMED);
    if (rule && rule->to == flow->state && rule->then == FX_LOOK)
        run_look(run); /* the claim wrote it */
    else
        run_feed(run, EV_CLAIMED);
    return run;
}
