/* store.c: the model store: the same guards as the database has (sql/routine), in memory. */
#include <string.h>

#include "sim.h"

static const char *const IDS[REQUESTS_MAX] = {"r0", "r1", "r2", "r3", "r4"};

int request_index(struct str id)
{
    return id.p[1] - '0';
}

int cycle_index(struct str cycle)
{
    int64_t n;
    return cycle.len && str_to_i64(cycle, &n) ? (int)n : -1;
}

static void state_changed(struct srequest *r, const char *what)
{
    r->changes++;
    evidence_append(&r->chain, str_of(what)); /* the trigger: same transaction, exactly one */
    r->evidence++;
}

int store_request_new(struct sim *s, bool from_ticket)
{
    int n = s->request_count++;
    struct srequest *r = &s->requests[n];

    *r = (struct srequest){.used = true,
                           .from_ticket = from_ticket,
                           .kind = rng_below(&s->rng, 2) ? REQUEST_GRANT : REQUEST_REMOVAL,
                           .phase = PHASE_RECEIVED,
                           .generation = 1,
                           .ticket = -1,
                           .version = 1,
                           .requested_ms = s->now_ms,
                           .claim_cycle = -1,
                           .answered_cycle = -1,
                           .look_ms = s->now_ms};
    r->truth = r->truth_before = r->kind == REQUEST_REMOVAL;
    evidence_start(&r->chain);
    state_changed(r, "received");
    return n;
}

/* A hint: look at the ticket's request; a ticket without one opens it. */
void store_hint(struct sim *s, int ticket)
{
    struct sticket *t = &s->tickets[ticket];

    if (t->request < 0 && t->here) {
        if (s->request_count == REQUESTS_MAX)
            return;
        t->request = store_request_new(s, true);
        s->requests[t->request].ticket = ticket;
        sim_trace(s, "request opened", t->request, ticket);
    }
    if (t->request < 0 || s->requests[t->request].ticket != ticket)
        return;
    struct srequest *r = &s->requests[t->request];
    r->hinted_ms = s->now_ms;
    if (!r->owner || r->lease_until_ms <= s->now_ms)
        r->look_ms = s->now_ms;
}

/* --- dossier
 * ----------------------------------------------------------------------------------------------------------
 */

static void fill_items(struct sim *s, struct arena *arena, const struct srequest *r,
                       struct dossier *d)
{
    struct item *item = ARENA_NEW(arena, struct item);
    struct observation *obs = arena_array(arena, OBS_MAX, sizeof *obs);
    size_t n = 0;

    (void)s;
    for (size_t i = r->obs_count; i > 0; i--)
        if (r->obs[i - 1].generation == r->generation)
            obs[n++] = r->obs[i - 1].o;
    *item =
        (struct item){.id = 1,
                      .source = STR("source"),
                      .source_label = STR("Source"),
                      .account = STR("account"),
                      .entitlement = STR("entitlement"),
                      .desired = r->kind == REQUEST_GRANT ? DESIRED_PRESENT : DESIRED_ABSENT,
                      .rule = {.settle_ms = 30000, .confirmations = 2, .max_age_ms = 15 * 60000},
                      .obs = obs,
                      .obs_count = n};
    d->items = item;
    d->item_count = 1;
}

static void fill_flows(const struct sim *s, int request, struct dossier *d)
{
    for (int i = 0; i < s->flow_count; i++) {
        const struct sflow *f = &s->flows[i];
        if (f->request != request)
            continue;
        bool recent = s->now_ms - f->created_ms < 3600000 && f->f.state != FS_MOOT;
        d->reopens_last_hour += recent && f->f.kind == FLOW_REOPEN;
        d->writes_last_hour += recent && (f->f.kind == FLOW_COMMENT || f->f.kind == FLOW_FIELDS);
        if (!flow_state_is_final(f->f.state)) {
            d->flow_open[f->f.kind] = true;
            d->flow_parked[f->f.kind] |= f->f.state == FS_PARKED;
        }
    }
}

struct dossier *store_dossier(struct sim *s, struct arena *arena, int request)
{
    const struct srequest *r = &s->requests[request];
    struct dossier *d = ARENA_NEW(arena, struct dossier);

    *d = (struct dossier){
        .request_id = str_of(IDS[request]),
        .version = r->version,
        .now_ms = s->now_ms,
        .kind = r->kind,
        .phase = r->phase,
        .mode = GATE_ENFORCE,
        .from_ticket = r->from_ticket,
        .generation = r->generation,
        .requested_ms = r->requested_ms,
        .approved_ms = r->approved_ms,
        .claimed_ms = r->claimed_ms,
        .verified_ms = r->verified_ms,
        .closed_ms = r->closed_ms,
        .site = STR("site"),
        .marker = str_of(IDS[request]),
        .claim_cycle = r->claim_cycle < 0 ? STR_NONE : str_of(SIM_CYCLES[r->claim_cycle]),
        .answered_cycle = r->answered_cycle < 0 ? STR_NONE : str_of(SIM_CYCLES[r->answered_cycle]),
        .notice_shown_key = r->notice_key,
        .reads_since_claim = r->claimed_ms ? r->reads : 0,
        .last_read_ms = r->last_read_ms};
    d->ticket = r->seen;
    if (r->ticket >= 0)
        d->ticket.issue_id = str_of(SIM_CYCLES[r->ticket]);
    fill_items(s, arena, r, d);
    fill_flows(s, request, d);
    return d;
}

/* --- guarded writes
 * ----------------------------------------------------------------------------------------------------
 */

static struct srequest *fenced(struct sim *s, const struct world *w, const struct dossier *d)
{
    struct srequest *r = &s->requests[request_index(d->request_id)];
    bool mine = r->version == d->version && r->owner == w && r->lease_until_ms > s->now_ms;
    return mine ? r : NULL;
}

bool store_save_facts(struct sim *s, const struct world *w, const struct dossier *d,
                      const struct ticket *ticket, const struct sobs *obs, size_t count)
{
    struct srequest *r = fenced(s, w, d);

    if (!r)
        return false;
    if (ticket) {
        r->seen = *ticket;
        r->seen_cycle = cycle_index(ticket->cycle);
    }
    for (size_t i = 0; i < count; i++) {
        if (r->obs_count == OBS_MAX) {
            memmove(r->obs, r->obs + 1, sizeof r->obs - sizeof r->obs[0]);
            r->obs_count--;
        }
        struct sobs *kept = &r->obs[r->obs_count++];
        *kept = obs[i];
        kept->o.observed_ms = s->now_ms;
        kept->generation = r->generation;
        state_changed(r, "observed");
    }
    if (count) {
        r->reads++;
        r->last_read_ms = s->now_ms;
    }
    r->version++;
    return true;
}

static void add_flow(struct sim *s, struct srequest *r, int request, const struct enqueue *e)
{
    for (int i = 0; i < s->flow_count; i++) {
        struct sflow *f = &s->flows[i];
        bool same = f->request == request && f->f.kind == e->kind;
        bool stale =
            e->kind == FLOW_COMMENT || e->kind == FLOW_FIELDS || f->cycle != cycle_index(e->cycle);
        if (same && f->f.state == FS_PARKED && e->kind != FLOW_CREATE && stale)
            f->f.state = FS_MOOT;
        if (same && !flow_state_is_final(f->f.state))
            return;
        if (same && e->kind == FLOW_CREATE && f->f.state != FS_MOOT)
            return;
    }
    if (s->flow_count == FLOWS_MAX)
        sim_violate(s, "INV18 bounded", "more than %d flows", FLOWS_MAX);
    struct sflow *f = &s->flows[s->flow_count++];
    int cycle = cycle_index(e->cycle);
    *f = (struct sflow){.used = true,
                        .request = request,
                        .cycle = cycle,
                        .run_after_ms = s->now_ms,
                        .created_ms = s->now_ms};
    f->f = (struct flow){.id = s->flow_count,
                         .kind = e->kind,
                         .state = FS_PENDING,
                         .version = 1,
                         .site = STR("site"),
                         .request_id = str_of(IDS[request]),
                         .marker = str_of(IDS[request]),
                         .cycle = cycle < 0 ? STR_NONE : str_of(SIM_CYCLES[cycle]),
                         .payload = STR("{}")};
    (void)r;
}

static void apply_move(struct sim *s, struct srequest *r, const struct decision *x)
{
    check_move(s, r, x->to);
    r->phase = x->to;
    if (x->to == PHASE_CLAIMED)
        r->claim_seen_ms = s->now_ms;
    if (x->to == PHASE_APPROVED && !r->approved_ms)
        r->approved_ms = s->now_ms;
    if (x->to == PHASE_VERIFIED || x->to == PHASE_EXCEPTION)
        r->verified_ms = s->now_ms;
    if (x->to == PHASE_CLAIMED || x->to == PHASE_FULFILLING || x->to == PHASE_VERIFYING)
        r->verified_ms = 0;
    r->closed_ms = x->to == PHASE_CLOSED ? s->now_ms : 0;
    state_changed(r, phase_name(x->to));
    sim_trace(s, phase_name(x->to), (int64_t)(r - s->requests), r->generation);
}

bool store_save_decision(struct sim *s, const struct world *w, const struct dossier *d,
                         const struct decision *x, bool release)
{
    struct srequest *r = fenced(s, w, d);

    if (!r)
        return false;
    for (size_t i = 0; i < x->flow_count; i++) {
        add_flow(s, r, (int)(r - s->requests), &x->flows[i]);
        if (x->flows[i].kind == FLOW_COMMENT || x->flows[i].kind == FLOW_FIELDS)
            r->notice_key = x->notice_key;
    }
    if (x->new_claim) {
        r->generation++;
        r->claimed_ms = s->now_ms;
        r->claim_cycle = r->seen_cycle;
        r->reads = 0;
        r->last_read_ms = 0;
    } else if (x->move && x->to == PHASE_CLAIMED) {
        r->claim_cycle = r->seen_cycle; /* only a planted bug comes here */
    }
    if (x->answered)
        r->answered_cycle = r->seen_cycle;
    if (x->move)
        apply_move(s, r, x);
    r->version++;
    if (release) {
        r->owner = NULL;
        r->look_ms = r->hinted_ms >= r->looked_ms ? s->now_ms : x->look_again_ms;
    } else {
        r->lease_until_ms = s->now_ms + 30000;
    }
    return true;
}

bool store_save_flow(struct sim *s, const struct world *w, const struct flow *flow,
                     const struct flow_rule *rule, const struct flow_note *note)
{
    struct sflow *f = &s->flows[flow->id - 1];
    struct srequest *r = &s->requests[f->request];

    if (f->f.version != flow->version || f->owner != w || f->lease_until_ms <= s->now_ms)
        return false;
    size_t rules;
    const struct flow_rule *table = flow_rules(&rules);
    if (rule >= table && rule < table + rules)
        sim_rule_count[rule - table]++;
    f->f.state = rule->to;
    f->f.version++;
    f->f.attempt += note->count_attempt;
    f->f.failures = note->failed ? f->f.failures + 1 : rule->then == FX_REST ? 0 : f->f.failures;
    f->run_after_ms = s->now_ms + note->rest_ms;
    if (rule->to == FS_CALLING)
        f->f.sent_at_ms = s->now_ms;
    if (note->release)
        f->owner = NULL;
    else
        f->lease_until_ms = s->now_ms + s->policy.times.lease_ms;
    if (flow->kind == FLOW_CREATE && rule->to == FS_DONE && note->issue_id.len && r->ticket < 0)
        r->ticket = cycle_index(note->issue_id);
    if (flow->kind == FLOW_CREATE && (rule->to == FS_DONE || rule->to == FS_PARKED))
        r->post_unresolved = false;
    if (rule->to == FS_DONE || rule->to == FS_MOOT || rule->to == FS_PARKED) {
        state_changed(r, flow_state_name(rule->to));
        r->hinted_ms = s->now_ms;
        if (!r->owner || r->lease_until_ms <= s->now_ms)
            r->look_ms = s->now_ms;
    }
    sim_trace(s, flow_kind_name(flow->kind), f->request, rule->to);
    return true;
}

/* --- claiming
 * ----------------------------------------------------------------------------------------------------------
 */

static void on_ran(void *arg, struct run *run)
{
    (void)arg;
    (void)run;
}

static void on_visited(void *arg, struct visit *visit)
{
    (void)arg;
    (void)visit;
}

void store_claim(struct sim *s, struct boot *b)
{
    const int64_t lease = s->policy.times.lease_ms;

    for (int i = 0; i < s->flow_count; i++) {
        struct sflow *f = &s->flows[i];
        bool sleeps = flow_state_is_final(f->f.state) || f->f.state == FS_PARKED ||
                      f->run_after_ms > s->now_ms;
        if (sleeps || (f->owner && f->lease_until_ms > s->now_ms))
            continue;
        f->owner = &b->world;
        f->lease_until_ms = s->now_ms + lease;
        f->f.version++;
        f->f.now_ms = s->now_ms;
        int ticket = s->requests[f->request].ticket;
        f->f.issue_id = ticket < 0 ? STR_NONE : str_of(SIM_CYCLES[ticket]);
        run_start(&b->world, &s->policy, &f->f, on_ran, NULL);
    }
    for (int i = 0; i < s->request_count; i++) {
        struct srequest *r = &s->requests[i];
        bool due = r->look_ms && r->look_ms <= s->now_ms;
        if (!due || (r->owner && r->lease_until_ms > s->now_ms))
            continue;
        r->owner = &b->world;
        r->lease_until_ms = s->now_ms + lease;
        r->looked_ms = s->now_ms;
        r->version++;
        visit_start(&b->world, &s->policy, str_of(IDS[i]), on_visited, NULL);
    }
}
