/* world.c: the seam for one boot of one replica. Each operation takes a while, may fail or lose its
 * answer, and after a crash of its replica everything fails without having been done. */
#include <stdlib.h>

#include "sim.h"

/* One operation on its way. Which callback it ends in depends on its kind. */
struct op {
    struct boot *boot;
    void *arg;
    union {
        world_saved_fn *saved;
        world_dossier_fn *dossier;
        world_ticket_fn *ticket;
        world_found_fn *found;
        world_call_fn *call;
        world_observed_fn *observed;
    } fn;
    enum saved result;
    struct arena *arena;
    int request, ticket;
    bool failed;
    int64_t told_ms;
    struct call_reply reply;
    struct ticket seen;
    struct find_result found;
    struct sobs obs;
};

static struct boot *boot_of(struct world *w)
{
    return (struct boot *)w;
}

static struct op *op_new(struct world *w, void *arg)
{
    struct op *op = calloc(1, sizeof *op);
    if (!op)
        abort();
    op->boot = boot_of(w);
    op->arg = arg;
    return op;
}

/* A paused process sees its answers late. */
static void later(struct op *op, int64_t low_ms, int64_t high_ms,
                  void (*fn)(struct sim *, void *, int64_t))
{
    struct sim *s = op->boot->sim;
    int64_t at = s->now_ms + rng_range(&s->rng, low_ms, high_ms);
    if (at < op->boot->paused_until_ms)
        at = op->boot->paused_until_ms;
    sim_at(s, at, fn, op, 0);
}

/* --- saves
 * ---------------------------------------------------------------------------------------------------------------
 */

static void end_saved(struct sim *s, void *arg, int64_t number)
{
    struct op *op = arg;
    (void)s;
    (void)number;
    op->fn.saved(op->arg, op->boot->alive ? op->result : SAVE_UNKNOWN);
    free(op);
}

/* May this write be executed, and will its answer arrive? */
static bool begin_save(struct sim *s, struct op *op, bool *ret_answer_lost)
{
    bool unknown = FAULT(s, save_unknown);
    bool committed = !unknown || rng_below(&s->rng, 2);
    *ret_answer_lost = unknown;
    return op->boot->alive && committed;
}

static void finish_save(struct op *op, bool executed, bool fence_held, bool answer_lost)
{
    op->result = !executed || answer_lost ? SAVE_UNKNOWN : fence_held ? SAVED : SAVE_LOST_LEASE;
    later(op, 1, 20, end_saved);
}

static void sim_flow_save(struct world *w, const struct flow *flow, const struct flow_rule *rule,
                          const struct flow_note *note, world_saved_fn *fn, void *arg)
{
    struct op *op = op_new(w, arg);
    struct sim *s = op->boot->sim;
    bool lost, held = false, go = begin_save(s, op, &lost);

    op->fn.saved = fn;
    if (go)
        held = store_save_flow(s, w, flow, rule, note);
    finish_save(op, go, held, lost);
}

static const struct sobs *sobs_of(const struct observation *obs)
{
    return (const struct sobs *)(const void *)((const char *)obs - offsetof(struct sobs, o));
}

static void sim_facts_save(struct world *w, const struct dossier *d, const struct ticket *ticket,
                           const struct observation *obs, size_t count, world_saved_fn *fn,
                           void *arg)
{
    struct op *op = op_new(w, arg);
    struct sim *s = op->boot->sim;
    bool lost, held = false, go = begin_save(s, op, &lost);

    op->fn.saved = fn;
    if (go) /* what the model knows about the read stands around the observation that the visit
               carries */
        held = store_save_facts(s, w, d, ticket, count ? sobs_of(obs) : NULL, count);
    finish_save(op, go, held, lost);
}

static void sim_decision_save(struct world *w, const struct dossier *d,
                              const struct decision *decision, const struct policy *policy,
                              bool release, world_saved_fn *fn, void *arg)
{
    struct op *op = op_new(w, arg);
    struct sim *s = op->boot->sim;
    bool lost, held = false, go = begin_save(s, op, &lost);

    (void)policy;
    op->fn.saved = fn;
    if (go)
        held = store_save_decision(s, w, d, decision, release);
    finish_save(op, go, held, lost);
}

/* --- reads
 * ---------------------------------------------------------------------------------------------------------------
 */

static void end_dossier(struct sim *s, void *arg, int64_t number)
{
    struct op *op = arg;
    (void)number;
    struct dossier *d = op->boot->alive ? store_dossier(s, op->arena, op->request) : NULL;
    op->fn.dossier(op->arg, d ? READ_OK : READ_FAILED, d);
    free(op);
}

static void sim_dossier_load(struct world *w, struct arena *arena, struct str request_id,
                             world_dossier_fn *fn, void *arg)
{
    struct op *op = op_new(w, arg);
    op->fn.dossier = fn;
    op->arena = arena;
    op->request = request_index(request_id);
    later(op, 1, 20, end_dossier);
}

static void end_ticket(struct sim *s, void *arg, int64_t number)
{
    struct op *op = arg;
    (void)number;
    bool ok = op->boot->alive && !op->failed;
    if (ok)
        jira_read(s, op->ticket, &op->seen);
    op->fn.ticket(op->arg, ok ? READ_OK : READ_FAILED, 0, &op->seen);
    free(op);
}

static void sim_ticket_read(struct world *w, struct arena *arena, struct str site,
                            struct str issue_id, world_ticket_fn *fn, void *arg)
{
    struct op *op = op_new(w, arg);
    (void)arena;
    (void)site;
    op->fn.ticket = fn;
    op->ticket = cycle_index(issue_id);
    op->failed = FAULT(op->boot->sim, jira_down);
    later(op, 30, op->failed ? 20000 : 800, end_ticket);
}

static void end_found(struct sim *s, void *arg, int64_t number)
{
    struct op *op = arg;
    (void)number;
    op->found.proven = !op->failed;
    for (int i = 0; i < s->ticket_count && !op->failed; i++) {
        const struct sticket *t = &s->tickets[i];
        if (!t->here || t->request != op->request || t->visible_ms > s->now_ms ||
            op->found.count == 8)
            continue;
        size_t n = op->found.count++;
        op->found.issue_id[n] = op->found.key[n] = str_of(SIM_CYCLES[i]);
        op->found.human_touched[n] = t->human;
        op->found.created_ms[n] = t->created_ms;
    }
    bool ok = op->boot->alive;
    op->fn.found(op->arg, ok ? READ_OK : READ_FAILED, 0, &op->found);
    free(op);
}

static void sim_ticket_find(struct world *w, struct arena *arena, const struct flow *flow,
                            world_found_fn *fn, void *arg)
{
    struct op *op = op_new(w, arg);
    (void)arena;
    op->fn.found = fn;
    op->request = request_index(flow->request_id);
    op->failed = FAULT(op->boot->sim, anonymous);
    later(op, 30, 800, end_found);
}

/* What the source says: its copy may be old, cut, or seen without rights. */
static void read_source(struct sim *s, const struct srequest *r, struct sobs *x)
{
    int64_t lag = FAULT(s, source_lag) ? rng_range(&s->rng, 0, s->source_lag_ms) : 0;
    bool truth = s->now_ms - lag >= r->truth_ms ? r->truth : r->truth_before;

    *x =
        (struct sobs){.real_as_of_ms = s->now_ms - lag, .real_complete = true, .real_canary = true};
    x->real_outcome = truth ? OUTCOME_PRESENT : OUTCOME_ABSENT;
    if (FAULT(s, flapping))
        x->real_outcome = truth ? OUTCOME_ABSENT : OUTCOME_PRESENT;
    x->o =
        (struct observation){.item_id = 1,
                             .account = ACCOUNT_ACTIVE,
                             .has_raw = true,
                             .as_of_ms = PLANTED(LOCAL_CLOCK_AS_OF) ? s->now_ms : x->real_as_of_ms,
                             .reason = STR("Ok")};
    if (FAULT(s, source_down)) {
        x->real_outcome = OUTCOME_UNKNOWN;
    } else if (FAULT(s, rights_lost)) {
        x->real_canary = false;
        x->real_outcome = OUTCOME_ABSENT; /* as it looks */
    } else if (FAULT(s, partial)) {
        x->real_complete = false;
        x->real_outcome = OUTCOME_ABSENT; /* it would have been on the page that failed */
    }
    x->o.outcome = x->real_outcome;
    x->o.complete = x->real_complete;
    x->o.canary_ok = x->real_canary;
    observation_make_honest(&x->o);
}

static void end_observed(struct sim *s, void *arg, int64_t number)
{
    struct op *op = arg;
    struct sobs *x = ARENA_NEW(op->arena, struct sobs);
    (void)s;
    (void)number;
    *x = op->obs;
    op->fn.observed(op->arg, &x->o, 1);
    free(op);
}

static void sim_sources_read(struct world *w, struct arena *arena, const struct dossier *d,
                             world_observed_fn *fn, void *arg)
{
    struct op *op = op_new(w, arg);
    op->fn.observed = fn;
    op->arena = arena;
    op->request = request_index(d->request_id);
    read_source(op->boot->sim, &op->boot->sim->requests[op->request],
                &op->obs); /* as of its start */
    later(op, 5, 2000, end_observed);
}

/* --- calls
 * ---------------------------------------------------------------------------------------------------------------
 */

struct deed {
    enum flow_kind kind;
    int request, ticket;
    struct op *op; /* gets the answer; NULL when the answer is lost */
};

static void end_call(struct sim *s, void *arg, int64_t number)
{
    struct op *op = arg;
    (void)s;
    (void)number;
    if (!op->boot->alive)
        op->reply.outcome = CALL_LOST;
    op->fn.call(op->arg, &op->reply);
    free(op);
}

/* We reopened a ticket: somebody may fight us, but not without end. */
static void count_reopen(struct sim *s, struct srequest *r)
{
    int last_hour = 0;

    r->reopen_ms[r->reopens++ % 64] = s->now_ms;
    for (int i = 0; i < r->reopens && i < 64; i++)
        last_hour += s->now_ms - r->reopen_ms[i] < 3600000;
    if (last_hour > 2 * s->policy.reopens_per_hour) /* a late execution may add one to each */
        sim_violate(s, "INV-D4 reopen cap", "%d reopens in an hour", last_hour);
}

/* Jira carries it out. */
static void execute(struct sim *s, void *arg, int64_t number)
{
    struct deed *deed = arg;
    struct call_reply reply = {.outcome = CALL_DID};
    struct sticket *t = deed->ticket < 0 ? NULL : &s->tickets[deed->ticket];
    (void)number;

    switch (deed->kind) {
    case FLOW_CREATE:
        reply.issue_id = reply.key = str_of(SIM_CYCLES[jira_create(s, deed->request, true)]);
        break;
    case FLOW_CLOSE:
        if (t->role == STATUS_VERIFY || t->role == STATUS_OPEN)
            jira_move(s, deed->ticket, STATUS_DONE, true);
        else
            reply.outcome = CALL_REFUSED;
        break;
    case FLOW_REOPEN:
    case FLOW_RETURN:
        if (t->role != (deed->kind == FLOW_REOPEN ? STATUS_DONE : STATUS_VERIFY))
            break;
        jira_move(s, deed->ticket, STATUS_OPEN, true);
        if (deed->kind == FLOW_REOPEN)
            count_reopen(s, &s->requests[deed->request]);
        break;
    case FLOW_COMMENT:
    case FLOW_FIELDS:
    case FLOW_KIND_COUNT:
        break;
    }
    if (deed->op) {
        deed->op->reply = reply;
        later(deed->op, 5, 300, end_call);
    }
    free(deed);
}

static void check_call(struct sim *s, const struct world *w, const struct flow *flow,
                       struct srequest *r, const struct dossier *d)
{
    const struct sflow *f = &s->flows[flow->id - 1];

    if (s->now_ms < f->not_before_ms)
        sim_violate(s, "INV12 Retry-After", "%s called %lld ms early", flow_kind_name(flow->kind),
                    (long long)(f->not_before_ms - s->now_ms));
    if (f->f.version != flow->version || f->owner != w || f->lease_until_ms <= s->now_ms)
        sim_violate(s, "INV8 fence", "%s acts without its lease", flow_kind_name(flow->kind));
    if (flow->kind == FLOW_CREATE)
        check_post(s, r, s->now_ms - d->now_ms);
    if (flow->kind == FLOW_CLOSE)
        check_close_call(s, r);
}

static void sim_ticket_act(struct world *w, const struct flow *flow, const struct dossier *d,
                           world_call_fn *fn, void *arg)
{
    struct op *op = op_new(w, arg);
    struct sim *s = op->boot->sim;
    struct sflow *f = &s->flows[flow->id - 1];
    struct srequest *r = &s->requests[f->request];
    int64_t timeout = s->policy.times.call_timeout_ms;

    op->fn.call = fn;
    if (op->boot->alive)
        check_call(s, w, flow, r, d);
    if (!op->boot->alive || FAULT(s, not_sent)) {
        op->reply.outcome = CALL_NOT_SENT;
        later(op, 1, 50, end_call);
        return;
    }
    if (FAULT(s, limited)) {
        op->reply = (struct call_reply){.outcome = CALL_LIMITED,
                                        .told_ms = rng_range(&s->rng, 1000, 60000)};
        f->not_before_ms = s->now_ms + op->reply.told_ms;
        later(op, 5, 200, end_call);
        return;
    }
    struct deed *deed = calloc(1, sizeof *deed);
    if (!deed)
        abort();
    *deed = (struct deed){flow->kind, f->request, r->ticket, op};
    if (flow->kind == FLOW_CREATE) {
        r->posts++;
        r->last_post_ms = s->now_ms;
        r->post_unresolved = true;
    }
    int64_t when = s->now_ms + rng_range(&s->rng, 20, timeout / 2);
    bool lost = FAULT(s, lost_reply), never = FAULT(s, lost_request), late = FAULT(s, late);
    if (lost || never || late) {
        op->reply.outcome = CALL_LOST;
        deed->op = NULL;
        if (late)
            when = s->now_ms + timeout + rng_range(&s->rng, 0, s->lateness_ms);
        sim_at(s, s->now_ms + timeout, end_call, op, 0);
        if (never && !late) {
            free(deed);
            return;
        }
    }
    sim_at(s, when, execute, deed, 0);
}

static uint64_t sim_random(struct world *w)
{
    return rng_next(&boot_of(w)->sim->rng);
}

static int64_t sim_mono_ms(struct world *w)
{
    return boot_of(w)->sim->now_ms;
}

static const struct world_ops OPS = {
    .flow_save = sim_flow_save,
    .dossier_load = sim_dossier_load,
    .facts_save = sim_facts_save,
    .decision_save = sim_decision_save,
    .ticket_read = sim_ticket_read,
    .ticket_find = sim_ticket_find,
    .ticket_act = sim_ticket_act,
    .sources_read = sim_sources_read,
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
    b->next = s->all_boots;
    s->all_boots = b;
    return b;
}
