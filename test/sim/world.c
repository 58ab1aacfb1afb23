/* world.c: the seam for one boot of one replica. Each operation takes a while, may fail or lose its
 * answer, and after a crash of its replica everything fails without having been done. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

/* One operation on its way. Which callback it ends in depends on its kind. */
struct op {
    struct boot *boot;
    void *arg;
    event_fn *then;
    union {
        world_saved_fn *saved;
        world_decided_fn *decided;
        world_dossier_fn *dossier;
        world_ticket_fn *ticket;
        world_found_fn *found;
        world_ready_fn *ready;
        world_call_fn *call;
        world_observed_fn *observed;
        world_asked_fn *asked;
    } fn;
    enum saved result;
    int64_t claimed_ms;
    struct arena *arena;
    int request, ticket;
    bool failed, refused, rides; /* with others (bulk.c) */
    bool first;                  /* of a look that begins */
    int64_t told_ms;
    enum step step;
    struct reading *reading;
    const struct dossier *dossier;
    enum permit_stage stage;
    struct spermit permit;
    const struct flow *flow;
    const struct flow_rule *rule;
    struct flow_note note;
    struct ticket *gathered; /* read with others, a while before the answer is here */
    struct call_reply reply; /* of a call alone; others leave it as it is */
};

/* What a reader says, and around it what the model knows about that read. The visit hands the
 * observations on as they are: the save finds the rest beside them. */
struct reading {
    struct observation said[ITEMS_MAX];
    struct sobs known[ITEMS_MAX];
};

static struct boot *boot_of(struct world *w)
{
    return (struct boot *)w;
}

static struct op *op_new(struct world *w, void *arg)
{
    struct op *op = malloc(sizeof *op); /* calloc keeps none at hand */
    if (!op)
        abort();
    memset(op, 0, offsetof(struct op, reply));
    op->boot = boot_of(w);
    op->arg = arg;
    if (op->boot->alive)
        replica_may_fail(op->boot);
    return op;
}

/* A paused process sees its answers late. */
static void on_answer(struct sim *s, void *arg, int64_t number)
{
    struct op *op = arg;

    if (op->boot->alive && op->boot->paused_until_ms > s->now_ms)
        sim_at(s, op->boot->paused_until_ms, on_answer, op, AT_THE_SEAM);
    else
        op->then(s, op, number);
}

static void later(struct op *op, int64_t low_ms, int64_t high_ms, event_fn *fn)
{
    struct sim *s = op->boot->sim;

    op->then = fn;
    sim_at(s, s->now_ms + rng_range(&s->rng, low_ms, high_ms), on_answer, op, AT_THE_SEAM);
}

/* --- saves --- */

static void end_saved(struct sim *s, void *arg, int64_t number)
{
    struct op *op = arg;
    (void)s, (void)number;
    op->fn.saved(op->arg, op->boot->alive ? op->result : SAVE_UNKNOWN);
    free(op);
}

static void end_decided(struct sim *s, void *arg, int64_t number)
{
    struct op *op = arg;
    (void)s, (void)number;
    op->fn.decided(op->arg, op->boot->alive ? op->result : SAVE_UNKNOWN, op->claimed_ms);
    free(op);
}

/* May this write be executed, and will its answer arrive? */
static bool begin_save(struct sim *s, const struct op *op, bool *ret_answer_lost)
{
    bool unknown = FAULT(s, save_unknown);
    bool committed = !unknown || rng_below(&s->rng, 2);
    *ret_answer_lost = unknown;
    return op->boot->alive && committed;
}

static enum saved save_result(bool executed, bool fence_held, bool answer_lost)
{
    return !executed || answer_lost ? SAVE_UNKNOWN : fence_held ? SAVED : SAVE_LOST_LEASE;
}

static void finish_save(struct op *op, bool executed, bool fence_held, bool answer_lost)
{
    op->result = save_result(executed, fence_held, answer_lost);
    later(op, 1, 20, end_saved);
}

/* The ticket that a create made is another's, until an operator has sorted it out. */
static bool binding_refused(struct sim *s, const struct op *op)
{
    bool binds = op->note.bind && s->requests[op->flow->request_id.p[1] - '0'].ticket < 0;
    return binds && FAULT(s, bind_refused);
}

/* Executed when it reaches the database, which may be a while after it was asked for. */
static void on_flow_save(struct sim *s, void *arg, int64_t number)
{
    struct op *op = arg;
    bool lost, go = begin_save(s, op, &lost);
    (void)number;

    if (go && binding_refused(s, op)) {
        op->result = SAVE_REFUSED;
        later(op, 1, 20, end_saved);
        return;
    }
    finish_save(op, go, go && store_save_flow(s, &op->boot->world, op->flow, op->rule, &op->note),
                lost);
}

static void sim_flow_save(struct world *w, const struct flow *flow, const struct flow_rule *rule,
                          const struct flow_note *note, world_saved_fn *fn, void *arg)
{
    struct op *op = op_new(w, arg);

    op->fn.saved = fn;
    op->flow = flow; /* the run keeps both until it is answered */
    op->rule = rule;
    op->note = *note;
    later(op, 1, FAULT(op->boot->sim, slow_save) ? SLOW_SAVE_MS : 10, on_flow_save);
}

static void sim_facts_save(struct world *w, const struct dossier *d, const struct ticket *ticket,
                           const struct observation *obs, size_t count, world_saved_fn *fn,
                           void *arg)
{
    struct op *op = op_new(w, arg);
    struct sim *s = op->boot->sim;
    const struct reading *reading = (const struct reading *)(const void *)obs;
    bool lost, go = begin_save(s, op, &lost);

    op->fn.saved = fn;
    finish_save(op, go,
                go && store_save_facts(s, w, d, ticket, count ? reading->known : NULL, count),
                lost);
}

static void sim_decision_save(struct world *w, const struct dossier *d,
                              const struct decision *decision, const struct policy *policy,
                              bool release, world_decided_fn *fn, void *arg)
{
    struct op *op = op_new(w, arg);
    struct sim *s = op->boot->sim;
    bool lost, go = begin_save(s, op, &lost);

    (void)policy;
    op->fn.decided = fn;
    bool held = go && store_save_decision(s, w, d, decision, release);
    op->result = save_result(go, held, lost);
    op->claimed_ms = held && decision->new_claim ? s->now_ms : 0;
    later(op, 1, 20, end_decided);
}

/* --- reads --- */

static enum read_outcome outcome_of(const struct op *op)
{
    bool down = !op->boot->alive || op->failed || op->told_ms;
    return down ? READ_FAILED : op->refused ? READ_REFUSED : READ_OK;
}

/* Told to wait, for a run's look at Jira. */
static void may_be_limited(struct sim *s, struct op *op, const struct flow *flow)
{
    struct sflow *f = &s->flows[flow->id - 1];

    if (!FAULT(s, limited))
        return;
    op->told_ms = rng_range(&s->rng, 1000, 60000);
    if (f->f.version == flow->version) /* whoever lost the row cannot hand on what he was told */
        f->told_until_ms = s->now_ms + op->told_ms;
}

static void end_dossier(struct sim *s, void *arg, int64_t number)
{
    struct op *op = arg;
    (void)number;
    struct dossier *d = !op->boot->alive ? NULL
                        : op->first      ? store_dossier_first(s, op->arena, op->request)
                                         : store_dossier(s, op->arena, op->request);
    op->fn.dossier(op->arg, d ? READ_OK : READ_FAILED, d);
    free(op);
}

static void load_dossier(struct world *w, struct arena *arena, struct str id, bool first,
                         world_dossier_fn *fn, void *arg)
{
    struct op *op = op_new(w, arg);
    op->fn.dossier = fn;
    op->first = first;
    op->arena = arena;
    op->request = request_index(id);
    later(op, 1, 20, end_dossier);
}

static void sim_dossier_load(struct world *w, struct arena *arena, struct str id,
                             world_dossier_fn *fn, void *arg)
{
    load_dossier(w, arena, id, false, fn, arg);
}

static void sim_dossier_first(struct world *w, struct arena *arena, struct str id,
                              world_dossier_fn *fn, void *arg)
{
    load_dossier(w, arena, id, true, fn, arg);
}

static void end_ticket(struct sim *s, void *arg, int64_t number)
{
    struct op *op = arg;
    struct ticket seen = {0};
    enum read_outcome outcome = outcome_of(op);
    (void)number;

    bool escalation = op->ticket >= s->ticket_count; /* of which nothing need be known */
    if (op->gathered)
        seen = *op->gathered;
    else if (outcome == READ_OK && !escalation)
        jira_read(s, op->ticket, &seen);
    if (outcome == READ_OK && !escalation && seen.presence == TICKET_HERE)
        s->tickets[op->ticket].shown = true;
    op->fn.ticket(op->arg, outcome, 0, &seen);
    free(op);
}

/* Many are shown at one moment, and heard of later; one left out is read alone (site_gather.h). */
static void gather_ticket(struct sim *s, void *arg, int64_t number)
{
    struct op *op = arg;
    (void)number;

    if (FAULT(s, gather_omits)) {
        later(op, 30, 800, end_ticket);
        return;
    }
    if (op->boot->alive) {
        op->gathered = ARENA_NEW(op->arena, struct ticket);
        jira_read(s, op->ticket, op->gathered);
    }
    later(op, 1, 500, end_ticket);
}

static void sim_ticket_read(struct world *w, struct arena *arena, const struct dossier *d,
                            struct str site, struct str issue_id, bool talk, world_ticket_fn *fn,
                            void *arg)
{
    struct op *op = op_new(w, arg);
    (void)d, (void)site;
    op->fn.ticket = fn;
    op->arena = arena;
    op->ticket = cycle_index(issue_id);
    op->failed = FAULT(op->boot->sim, jira_down);
    op->refused = FAULT(op->boot->sim, look_refused);
    bool gathers = op->boot->sim->has_bulk && !talk && op->ticket < op->boot->sim->ticket_count &&
                   FAULT(op->boot->sim, gathered_early);
    later(op, 30, op->failed ? 20000 : 800, gathers ? gather_ticket : end_ticket);
}

static void end_found(struct sim *s, void *arg, int64_t number)
{
    struct op *op = arg;
    bool stranger = op->failed;
    struct find_result found = {.proven = !stranger};
    (void)number;

    op->failed = false; /* a stranger is answered, too */
    enum read_outcome outcome = outcome_of(op);
    if (op->flow->kind == FLOW_ESCALATE && !stranger) {
        press_find(s, &s->flows[op->flow->id - 1], &found);
        op->fn.found(op->arg, outcome, op->told_ms, &found);
        free(op);
        return;
    }
    if (outcome == READ_OK && !stranger)
        jira_find(s, op->request, &found);
    op->fn.found(op->arg, outcome, op->told_ms, &found);
    free(op);
}

static void sim_ticket_find(struct world *w, struct arena *arena, const struct flow *flow,
                            const struct dossier *d, world_found_fn *fn, void *arg)
{
    struct op *op = op_new(w, arg);
    struct sim *s = op->boot->sim;

    (void)arena, (void)d;
    op->fn.found = fn;
    op->flow = flow;
    op->request = request_index(flow->request_id);
    op->failed = FAULT(s, anonymous); /* 200 and an empty list, for a stranger */
    op->refused = FAULT(s, look_refused);
    may_be_limited(s, op, flow);
    later(op, 30, 800, end_found);
}

static void end_observed(struct sim *s, void *arg, int64_t number)
{
    struct op *op = arg;
    (void)s, (void)number;
    if (op->failed)
        op->fn.observed(op->arg, NULL, 0);
    else
        op->fn.observed(op->arg, op->reading->said, (size_t)op->ticket);
    free(op);
}

static void sim_sources_read(struct world *w, struct arena *arena, const struct dossier *d,
                             size_t from, world_observed_fn *fn, void *arg)
{
    struct op *op = op_new(w, arg);
    struct sim *s = op->boot->sim;
    const struct srequest *r = &s->requests[request_index(d->request_id)];

    op->fn.observed = fn;
    op->reading = ARENA_NEW(arena, struct reading);
    op->ticket = (int)(s->slow_sources ? 1 : d->item_count - from);
    op->failed = from == 0 && FAULT(s, source_full);      /* too many stand in line for it */
    for (int i = 0; !op->failed && i < op->ticket; i++) { /* as of the start of the read */
        int64_t id = d->items[from + (size_t)i].id;
        source_read(s, &r->items[id], &op->reading->known[i]);
        op->reading->known[i].o.item_id = id;
        op->reading->said[i] = op->reading->known[i].o;
    }
    later(op, s->slow_sources ? SLOW_READ_MS : 5, s->slow_sources ? SLOW_READ_MS + 5000 : 2000,
          end_observed);
}

/* --- whether it may be --- */

static void end_asked(struct sim *s, void *arg, int64_t number)
{
    struct op *op = arg;

    (void)s, (void)number;
    op->fn.asked(op->arg, op->boot->alive ? op->result : SAVE_UNKNOWN, op->failed);
    free(op);
}

/* Answered, or not within its time: that is saved. */
static void save_asked(struct sim *s, void *arg, int64_t number)
{
    struct op *op = arg;
    bool lost, go = begin_save(s, op, &lost);
    bool held = go && store_save_permit(s, &op->boot->world, op->dossier, op->stage, &op->permit);

    (void)number;
    op->result = !go || lost ? SAVE_UNKNOWN : held ? SAVED : SAVE_LOST_LEASE;
    later(op, 1, 20, end_asked);
}

static void sim_policy_ask(struct world *w, struct arena *arena, const struct dossier *d,
                           enum permit_stage stage, world_asked_fn *fn, void *arg)
{
    struct op *op = op_new(w, arg);
    struct sim *s = op->boot->sim;

    (void)arena;
    op->fn.asked = fn;
    op->dossier = d;
    op->stage = stage;
    op->permit = policy_answer_of(s, stage);
    op->result = SAVED;
    op->failed = FAULT(s, source_full); /* so many ask already */
    if (op->failed)
        later(op, 1, 20, end_asked);
    else
        later(op, 5, op->permit.answer == PERMIT_OPEN ? 20000 : 2000, save_asked);
}

/* --- steps: made ready, and sent --- */

/* Does Jira offer a way from where the ticket stands now, and where does it lead? */
static bool offered(const struct sim *s, int ticket, enum step step, enum status_role *ret_reached)
{
    enum status_role role = s->tickets[ticket].role;

    *ret_reached = step == STEP_TO_OPEN ? STATUS_OPEN : STATUS_DONE;
    if (step == STEP_TO_VERIFY && !s->direct_road)
        *ret_reached = STATUS_VERIFY;
    switch (step) {
    case STEP_TO_VERIFY:
        return role == STATUS_OPEN;
    case STEP_TO_DONE:
        return role == STATUS_VERIFY;
    case STEP_TO_OPEN:
        return role == STATUS_VERIFY || role == STATUS_DONE;
    case STEP_TO_CANCELLED:
        *ret_reached = STATUS_CANCELLED;
        return role == STATUS_OPEN || role == STATUS_VERIFY;
    case STEP_SAY_SECOND:
        *ret_reached = STATUS_OPEN;
        return true;
    case STEP_CREATE:
    case STEP_BIND:
    case STEP_LINK:
    case STEP_PARTICIPANTS:
    case STEP_COMMENT:
    case STEP_FIELDS:
    case STEP_TELL:
    case STEP_UNRESOLVE:
    case STEP_EVIDENCE_LINK:
    case STEP_RELATE:
    case STEP_REMIND:
    case STEP_RAISE:
    case STEP_ESCALATE:
    case STEP_END:
        break;
    }
    return true;
}

/* Does the read before the step show that it is done, or not wanted? */
static bool is_done(const struct sim *s, int ticket, enum step step, const struct sflow *f)
{
    const struct sticket *t = &s->tickets[ticket];

    return (step == STEP_LINK && (t->linked || !s->has_link)) ||
           (step == STEP_PARTICIPANTS && (t->followed || !s->has_participants)) ||
           (step == STEP_SAY_SECOND && t->said) || step == STEP_TELL || step == STEP_RELATE ||
           (step == STEP_REMIND && f->reminders);
}

static bool makes(enum step step)
{
    return step == STEP_CREATE || step == STEP_ESCALATE;
}

static void end_ready(struct sim *s, void *arg, int64_t number)
{
    struct op *op = arg;
    struct step_ready ready = {.told_ms = op->told_ms};
    enum status_role reached = STATUS_OPEN;
    (void)number;

    bool reads = !makes(op->step) && op->ticket >= 0;
    op->refused |= reads && !offered(s, op->ticket, op->step, &reached);
    ready.outcome = outcome_of(op);
    if (ready.outcome == READ_OK &&
        (makes(op->step) ||
         (reads && !is_done(s, op->ticket, op->step, &s->flows[op->flow->id - 1])))) {
        struct step_call *call = ARENA_NEW(op->arena, struct step_call);
        *call = (struct step_call){op->step, reached, op->rides ? s->now_ms : 0};
        ready.call = call;
    }
    op->fn.ready(op->arg, &ready);
    free(op);
}

static void sim_step_prepare(struct world *w, struct arena *arena, const struct flow *flow,
                             enum step step, const struct dossier *d, const struct ticket *ticket,
                             world_ready_fn *fn, void *arg)
{
    struct op *op = op_new(w, arg);
    struct sim *s = op->boot->sim;
    bool reads = !makes(step) && step != STEP_FIELDS && step != STEP_BIND && step != STEP_UNRESOLVE;
    bool slow = reads && FAULT(s, slow_look);

    (void)d;
    op->fn.ready = fn;
    op->arena = arena;
    op->step = step;
    op->flow = flow;
    op->ticket = ticket ? cycle_index(ticket->issue_id) : -1;
    op->refused = FAULT(s, look_refused);
    op->failed = reads && FAULT(s, jira_down);
    if (reads)
        may_be_limited(s, op, flow);
    op->rides = step == STEP_TO_OPEN && bulk_boards(s, op->boot, flow);
    int64_t longest = op->rides ? s->policy.times.call_timeout_ms / 4 : reads ? 300 : 1;
    later(op, 1, slow ? s->policy.times.call_timeout_ms : longest, end_ready);
}

static void end_call(struct sim *s, void *arg, int64_t number)
{
    struct op *op = arg;
    (void)s, (void)number;
    if (!op->boot->alive)
        op->reply.outcome = CALL_LOST;
    op->fn.call(op->arg, &op->reply);
    free(op);
}

void call_answered(struct op *op, const struct call_reply *reply)
{
    op->reply = *reply;
    later(op, 5, 300, end_call);
}

/* Jira executes what it was sent, perhaps long after. */
static void on_execute(struct sim *s, void *arg, int64_t number)
{
    struct deed *deed = arg;
    struct call_reply reply = {.outcome = CALL_DID};
    (void)number;

    if (!s->ending)
        deed_do(s, deed, &reply);
    if (deed->op)
        call_answered(deed->op, &reply);
    free(deed);
}

static void check_call(struct sim *s, const struct flow *flow, const struct sflow *f,
                       struct srequest *r, const struct dossier *d, enum step step)
{
    const char *kind = flow_kind_name(flow->kind);
    bool leased = f->owner && f->f.version == flow->version && f->lease_until_ms > s->now_ms;
    bool lately = step == STEP_COMMENT || step == STEP_FIELDS || step == STEP_EVIDENCE_LINK;
    bool leads_out = flow->kind == FLOW_RETURN && phase_is_terminal(d->phase);
    bool kept = lately && d->ticket_read_ms && look_is_fresh(d, &s->policy);
    int64_t look_ms = s->now_ms - (kept ? d->ticket_read_ms : d->now_ms);
    int64_t fresh_ms = s->policy.times.call_timeout_ms + s->policy.times.safety_ms;

    if (s->now_ms < f->not_before_ms)
        sim_violate(s, "INV12 Retry-After", "%s called %lld ms early", kind,
                    (long long)(f->not_before_ms - s->now_ms));
    if (!leased)
        sim_violate(s, "INV8 fence", "%s acts without its lease", kind);
    if (leased && f->lease_until_ms - s->now_ms < s->policy.times.call_timeout_ms)
        sim_violate(s, "INV8 fence", "%s may end after its lease", kind);
    if (leased && look_ms > fresh_ms)
        sim_violate(s, "INV3 fresh look", "%s acts on a look of %lld ms ago", kind,
                    (long long)look_ms);
    if (d->mode != GATE_ENFORCE && !leads_out &&
        (flow->kind == FLOW_REOPEN || flow->kind == FLOW_RETURN))
        sim_violate(s, "INV21 nobody is held", "%s is sent where we %s", kind,
                    gate_mode_name(d->mode));
    press_check(s, flow, d);
    if (step == STEP_CREATE)
        check_post(s, r, d->now_ms);
    if (flow->kind == FLOW_RETIRE)
        check_retire(s, f->request, cycle_index(flow->issue_id), d->now_ms);
}

/* Fates of a call that never reaches Jira's heart. */
static bool turned_away(struct sim *s, struct op *op, struct sflow *f)
{
    if (!op->boot->alive || FAULT(s, not_sent)) {
        op->reply.outcome = CALL_NOT_SENT;
    } else if (FAULT(s, limited)) {
        op->reply = (struct call_reply){.outcome = CALL_LIMITED,
                                        .told_ms = rng_range(&s->rng, 1000, 60000)};
        f->told_until_ms = s->now_ms + op->reply.told_ms;
    } else if (FAULT(s, refused)) {
        op->reply.outcome = CALL_REFUSED;
    } else {
        return false;
    }
    later(op, 1, 200, end_call);
    return true;
}

static void sim_step_send(struct world *w, struct arena *arena, const struct flow *flow,
                          const struct dossier *d, const struct step_call *call, world_call_fn *fn,
                          void *arg)
{
    struct op *op = op_new(w, arg);
    struct sim *s = op->boot->sim;
    struct sflow *f = &s->flows[flow->id - 1];
    struct srequest *r = &s->requests[f->request];
    int64_t timeout = s->policy.times.call_timeout_ms;

    (void)arena;
    op->reply = (struct call_reply){0};
    op->fn.call = fn;
    if (op->boot->alive && flow->kind == FLOW_CLOSE)
        check_close_call(s, r);
    if (op->boot->alive)
        check_call(s, flow, f, r, d, call->step);
    if (call->seated_ms && bulk_ride(s, op->boot, op, (int)flow->id - 1, call->seated_ms))
        return;
    if (turned_away(s, op, f))
        return;
    struct deed *deed = calloc(1, sizeof *deed);
    if (!deed)
        abort();
    bool create = call->step == STEP_CREATE;
    bool own = flow->kind == FLOW_CREATE || flow->kind == FLOW_RETIRE;
    *deed = (struct deed){
        *call,    flow->kind, f->request, own ? cycle_index(flow->issue_id) : r->ticket,
        f->cycle, op,         f->said,    (int)flow->id - 1};
    if (create) {
        sim_told.posts++;
        sim_told.reposts += r->last_post_ms != 0;
        r->last_post_ms = s->now_ms;
        r->post_unresolved = true;
    }
    int64_t when = s->now_ms + rng_range(&s->rng, 20, timeout / 2);
    bool late = FAULT(s, late), very_late = create && FAULT(s, very_late);
    bool lost = FAULT(s, lost_reply), never = !late && !very_late && FAULT(s, lost_request);
    if (lost || never || late || very_late) {
        op->reply.outcome = CALL_LOST;
        deed->op = NULL;
        later(op, timeout, timeout, end_call);
        sim_told.posts_lost += create;
        sim_told.posts_late += very_late;
    }
    if (late)
        when = s->now_ms + timeout + rng_range(&s->rng, 0, s->lateness_ms);
    if (very_late) { /* beyond what we allow for: a second ticket is possible, and is ours to see */
        when = s->now_ms + rng_range(&s->rng, s->lateness_ms, 600000);
        r->may_have_two = true;
    }
    if (never)
        free(deed);
    else
        sim_at(s, when, on_execute, deed, AT_THE_SEAM);
}

static uint64_t sim_random(struct world *w)
{
    return rng_next(&boot_of(w)->sim->rng);
}

static int64_t sim_mono_ms(struct world *w)
{
    return boot_of(w)->sim->now_ms + boot_of(w)->skew_ms;
}

static const struct world_ops OPS = {
    .flow_save = sim_flow_save,
    .dossier_load = sim_dossier_load,
    .dossier_first = sim_dossier_first,
    .facts_save = sim_facts_save,
    .decision_save = sim_decision_save,
    .ticket_read = sim_ticket_read,
    .ticket_find = sim_ticket_find,
    .step_prepare = sim_step_prepare,
    .step_send = sim_step_send,
    .sources_read = sim_sources_read,
    .policy_ask = sim_policy_ask,
    .random = sim_random,
    .mono_ms = sim_mono_ms,
};

struct boot *boot_new(struct sim *s, int replica)
{
    struct boot *b = calloc(1, sizeof *b);
    if (!b)
        abort();
    b->world.ops = &OPS;
    b->sim = s;
    b->replica = replica;
    b->alive = true;
    b->skew_ms = rng_range(&s->rng, -3600000, 3600000);
    b->next = s->all_boots;
    s->all_boots = b;
    return b;
}
