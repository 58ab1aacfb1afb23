/* store_flow.c: the model database: outbound work, and claiming of all that is due. */
#include "sim.h"

/* What a flow is about, as the model keeps it: a claim's number, of an evidence link what it shows.
 */
static int about(const struct enqueue *e)
{
    enum badge badge = BADGE_NONE;

    if (e->kind != FLOW_EVIDENCE_LINK)
        return cycle_index(e->cycle);
    return badge_from(e->cycle, &badge) ? (int)badge : BADGE_NONE;
}

struct str store_flow_cycle(const struct sflow *f)
{
    return f->f.kind == FLOW_EVIDENCE_LINK ? str_of(badge_name((enum badge)f->cycle))
                                           : cycle_text(f->cycle);
}

void store_flow_add(struct sim *s, int request, const struct enqueue *e)
{
    int cycle = about(e);
    bool words = e->kind == FLOW_COMMENT || e->kind == FLOW_FIELDS;

    for (int i = 0; i < s->flow_count; i++) {
        struct sflow *f = &s->flows[i];
        if (f->request != request || f->f.kind != e->kind)
            continue;
        /* parked words are yesterday's, a parked transition answers an earlier claim: replaced */
        bool stale = words || (e->kind != FLOW_CREATE && f->cycle != cycle);
        if (f->f.state == FS_PARKED && stale) {
            f->f.state = FS_MOOT;
            f->f.version++;
            f->ended_ms = s->now_ms;
        }
        bool over = flow_state_is_final(f->f.state);
        if (!over || (e->kind == FLOW_CREATE && f->f.state != FS_MOOT))
            return; /* one at a time; one ticket for ever */
        bool moves = e->kind == FLOW_RETURN || e->kind == FLOW_REOPEN || e->kind == FLOW_CLOSE;
        if (moves && f->f.state == FS_DONE && f->ended_ms >= s->requests[request].looked_ms)
            return; /* done since the look began: the look that its end asks for sees it */
    }
    if (s->flow_count == FLOWS_MAX)
        sim_violate(s, "INV18 bounded", "more than %d flows", FLOWS_MAX);
    struct sflow *f = &s->flows[s->flow_count++];
    *f = (struct sflow){
        .request = request, .cycle = cycle, .run_after_ms = s->now_ms, .created_ms = s->now_ms};
    for (size_t i = 0; i < s->requests[request].item_count; i++)
        f->excepted |= s->requests[request].items[i].excepted_until_ms > s->now_ms;
    f->f = (struct flow){.id = s->flow_count,
                         .kind = e->kind,
                         .state = FS_PENDING,
                         .version = 1,
                         .site = STR("site"),
                         .request_id = request_id(request),
                         .marker = request_id(request),
                         .payload = STR("{}")};
    f->f.cycle = store_flow_cycle(f);
    replica_kick(s, s->now_ms);
}

bool store_retire_add(struct sim *s, int request, int ticket)
{
    for (int i = 0; i < s->flow_count; i++) {
        const struct sflow *f = &s->flows[i];
        if (f->request != request || f->f.kind != FLOW_RETIRE || flow_state_is_final(f->f.state))
            continue;
        if (f->cycle == ticket)
            return true;
        if (f->f.state != FS_PARKED)
            return false;
    }
    if (s->flow_count == FLOWS_MAX)
        sim_violate(s, "INV18 bounded", "more than %d flows", FLOWS_MAX);
    struct sflow *f = &s->flows[s->flow_count++];
    *f = (struct sflow){
        .request = request, .cycle = ticket, .run_after_ms = s->now_ms, .created_ms = s->now_ms};
    f->f = (struct flow){.id = s->flow_count,
                         .kind = FLOW_RETIRE,
                         .state = FS_PENDING,
                         .version = 1,
                         .site = STR("site"),
                         .request_id = request_id(request),
                         .marker = request_id(request),
                         .issue_id = cycle_text(ticket),
                         .cycle = cycle_text(ticket),
                         .payload = STR("{}")};
    replica_kick(s, s->now_ms);
    if (FAULT(s, kept_gone))
        people_delete_kept(s, request);
    return true;
}

bool store_retire_end(struct sim *s, int request, int ticket)
{
    for (int i = 0; i < s->flow_count; i++) {
        struct sflow *f = &s->flows[i];
        if (f->request != request || f->f.kind != FLOW_RETIRE || f->cycle != ticket ||
            flow_state_is_final(f->f.state))
            continue;
        if (f->f.state != FS_PARKED)
            return false;
        f->f.state = FS_MOOT;
        f->f.version++;
    }
    return true;
}

bool store_create_is_over(const struct sim *s, int request)
{
    for (int i = 0; i < s->flow_count; i++) {
        const struct sflow *f = &s->flows[i];
        bool its = f->request == request && f->f.kind == FLOW_CREATE;
        if (its && !flow_state_is_final(f->f.state))
            return false;
    }
    return true;
}

bool store_create_named(struct sim *s, int request, int ticket)
{
    for (int i = 0; i < s->flow_count; i++) {
        struct sflow *f = &s->flows[i];
        bool rests = f->f.state == FS_DOUBT || f->f.state == FS_PENDING || f->f.state == FS_PARKED;
        bool leased = f->owner && f->lease_until_ms > s->now_ms;
        bool in_doubt = f->f.sent_at_ms && !f->f.issue_id.len;
        bool hidden = f->f.state == FS_PARKED && f->f.issue_id.len &&
                      cycle_index(f->f.issue_id) != ticket; /* the one it knows is not shown */
        if (f->request != request || f->f.kind != FLOW_CREATE || !rests || leased ||
            (!in_doubt && !hidden))
            continue;
        bool we_chose =
            f->f.failures > 0 || f->f.state == FS_PARKED; /* else Jira told us to wait */
        f->f.issue_id = cycle_text(ticket);
        f->f.state = f->f.state == FS_PARKED ? FS_PENDING : f->f.state;
        f->f.version++;
        f->run_after_ms = we_chose ? s->now_ms : f->run_after_ms;
        replica_kick(s, f->run_after_ms);
        return true;
    }
    return false;
}

static void count_rule(const struct flow_rule *rule)
{
    size_t count;
    const struct flow_rule *table = flow_rules(&count);
    if (rule >= table && rule < table + count) /* a planted rule stands elsewhere */
        sim_rule_count[rule - table]++;
}

static void bind_ticket(struct sim *s, const struct sflow *f, bool searched,
                        const struct flow_note *note)
{
    struct srequest *r = &s->requests[f->request];

    if (r->ticket >= 0)
        return;
    if (!note->issue_id.len)
        sim_violate(s, "INV4 one live ticket", "a create ended without its ticket");
    r->ticket = cycle_index(note->issue_id);
    check_bound(s, f->request, r->ticket);
    if (searched)
        check_kept(s, f->request, r->ticket);
    sim_trace(s, "ticket bound", f->request, r->ticket);
}

static void after_move(struct sim *s, const struct sflow *f, const struct flow_rule *rule,
                       const struct flow_note *note)
{
    struct srequest *r = &s->requests[f->request];
    bool ends = rule->to == FS_DONE || rule->to == FS_MOOT || rule->to == FS_PARKED;
    bool searched = !f->f.issue_id.len; /* it is named by this very look */
    bool binds = note->bind && r->ticket < 0;

    if (f->f.kind == FLOW_CREATE && (rule->to == FS_DONE || binds))
        bind_ticket(s, f, searched, note);
    bool newer = r->ticket >= 0 && note->seen && r->seen_ms < note->looked_ms;
    if (newer && note->bind && r->approved_ms && r->ticket == cycle_index(note->issue_id))
        store_saw(s, r, note->seen, note->looked_ms);
    if (rule->to == FS_PARKED)
        r->fresh_ms = 0;
    if (f->f.kind == FLOW_FIELDS && rule->to == FS_MOOT && !PLANTED(UNSAID_IS_SAID))
        r->notice_key = r->said_hash = 0;
    if (f->f.kind == FLOW_CREATE && (note->settled || note->bind || flow_state_is_final(rule->to)))
        r->post_unresolved = false;
    if (f->f.kind == FLOW_RETIRE && rule->to == FS_MOOT)
        second_again(s, f->cycle);
    if (ends || binds) {
        store_changed(s, r, flow_state_name(rule->to));
        store_look_now(s, r);
    }
}

/* A close is sent only for the claim that is proven now, whatever was true when we looked; and what
 * may be the last ticket of a request that goes on is not cancelled. */
static bool may_call(const struct sim *s, const struct sflow *f, const struct flow_rule *rule)
{
    const struct srequest *r = &s->requests[f->request];
    bool proven = r->phase == PHASE_VERIFIED || r->phase == PHASE_EXCEPTION;
    bool over = phase_is_terminal(r->phase) || r->phase == PHASE_CLOSED;
    bool lost = r->ticket >= 0 && r->seen_ms && r->seen.presence == TICKET_GONE;

    if (f->f.kind == FLOW_RETIRE && rule->to == FS_CALLING && lost && !over)
        return false;
    if (f->f.kind != FLOW_CLOSE || rule->to != FS_CALLING || PLANTED(CLOSE_UNGUARDED))
        return true;
    if (store_bulk_may_move(s, f->request) && !PLANTED(CLOSE_UNDER_BULK))
        return false;
    return proven && r->claim_cycle == f->cycle && !is_superseded(r);
}

bool store_save_flow(struct sim *s, const struct world *w, const struct flow *flow,
                     const struct flow_rule *rule, const struct flow_note *note)
{
    struct sflow *f = &s->flows[flow->id - 1];
    bool mine = f->f.version == flow->version && f->owner == w && f->lease_until_ms > s->now_ms;

    if (PLANTED(NO_FENCE))
        check_fence(s, mine, "a flow");
    else if (!mine || !may_call(s, f, rule))
        return false;
    count_rule(rule);
    bool working = rule->to == FS_CHECKING || rule->to == FS_CALLING || rule->to == FS_PROBING;
    f->f.state = rule->to;
    f->f.version++;
    f->f.attempt += note->count_attempt;
    f->f.failures = note->failed ? f->f.failures + 1 : working ? f->f.failures : 0;
    f->run_after_ms = s->now_ms + note->rest_ms;
    if (rule->to == FS_PARKED)
        f->parked_ms = s->now_ms;
    if (flow_state_is_final(rule->to))
        f->ended_ms = s->now_ms;
    if (rule->to == FS_CALLING)
        f->f.sent_at_ms = s->now_ms;
    else if (note->settled)
        f->f.sent_at_ms = 0;
    if (rule->on == EV_LIMITED)
        f->not_before_ms = f->told_until_ms;
    if (note->release) {
        f->owner = NULL;
        replica_kick(s, f->run_after_ms);
    } else {
        f->lease_until_ms = s->now_ms + s->policy.times.lease_ms;
    }
    after_move(s, f, rule, note);
    if (note->issue_id.len)
        f->f.issue_id = cycle_text(cycle_index(note->issue_id));
    sim_trace(s, flow_kind_name(flow->kind), f->request, rule->to);
    return true;
}

bool store_has_turn(const struct sim *s, const struct sflow *f)
{
    for (int i = s->flows_over; i < s->flow_count; i++) {
        const struct sflow *o = &s->flows[i];
        bool other = o != f && o->request == f->request && o->f.kind == f->f.kind;
        bool open = !flow_state_is_final(o->f.state);
        if (other && open && (o->f.state != FS_PARKED || o->f.id < f->f.id))
            return false;
    }
    return true;
}

void store_retry_flow(struct sim *s, struct sflow *f)
{
    const struct flow_rule *rule = flow_decide(f->f.state, EV_RETRY_ASKED);

    if (!rule || !store_has_turn(s, f))
        return;
    count_rule(rule);
    f->f.state = rule->to;
    f->f.version++;
    f->f.failures = 0;
    f->run_after_ms = s->now_ms;
    replica_kick(s, s->now_ms);
}

void store_no_doubt(struct sim *s, struct sflow *f)
{
    f->f.sent_at_ms = 0;
    f->f.version++;
    f->run_after_ms = s->now_ms;
    s->requests[f->request].post_unresolved = false;
    replica_kick(s, s->now_ms);
}

/* Something was changed, or an operator asks: parked work may try again. */
void store_retry_parked(struct sim *s)
{
    for (int i = s->flows_over; i < s->flow_count; i++)
        store_retry_flow(s, &s->flows[i]);
}

/* --- claiming --- */

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

static void claim_flow(struct sim *s, struct boot *b, struct sflow *f)
{
    f->owner = &b->world;
    f->lease_until_ms = s->now_ms + s->policy.times.lease_ms;
    f->f.version++;
    f->f.now_ms = s->now_ms;
    const struct flow_rule *rule = flow_decide(f->f.state, EV_CLAIMED);
    if (f->f.state != FS_CALLING && rule) { /* looked at first: as flow_claim.sql */
        count_rule(rule);
        f->f.state = rule->to;
    }
    if (s->requests[f->request].ticket >= 0 && f->f.kind != FLOW_RETIRE &&
        f->f.kind != FLOW_ESCALATE)
        f->f.issue_id = cycle_text(s->requests[f->request].ticket);
    run_start(&b->world, &s->policy, &f->f, on_ran, NULL);
}

static void claim_request(struct sim *s, struct boot *b, struct srequest *r)
{
    r->owner = &b->world;
    r->lease_until_ms = s->now_ms + s->policy.times.lease_ms;
    r->looked_ms = s->now_ms;
    r->version++;
    visit_start(&b->world, &s->policy, request_id((int)(r - s->requests)), on_visited, NULL);
}

void store_claim(struct sim *s, struct boot *b)
{
    while (s->flows_over < s->flow_count && flow_state_is_final(s->flows[s->flows_over].f.state))
        s->flows_over++;
    for (int i = s->flows_over; i < s->flow_count; i++) {
        struct sflow *f = &s->flows[i];
        bool sleeps = flow_state_is_final(f->f.state) || f->f.state == FS_PARKED;
        bool leased = f->owner && f->lease_until_ms > s->now_ms;
        if (!sleeps && !leased && f->run_after_ms <= s->now_ms)
            claim_flow(s, b, f);
    }
    for (int i = 0; i < s->request_count; i++) {
        struct srequest *r = &s->requests[i];
        bool due = r->look_ms && r->look_ms <= s->now_ms;
        bool leased = r->owner && r->lease_until_ms > s->now_ms;
        if (due && !leased)
            claim_request(s, b, r);
    }
}
