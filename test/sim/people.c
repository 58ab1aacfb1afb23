/* people.c: agents, customers, approvers, administrators, operators, and rules that close behind
 * our back. */
#include "sim.h"

enum {
    HUMAN_ACTS_MAX = 7,
    FIGHTS_MAX = 14,
    DRIFTS_MAX = 2,
    AGENT_MS = 40000,
    DESK_MS = 60000,
    OPERATOR_MS = 240000,
};

static void set_truth(struct sim *s, struct srequest *r, size_t item, bool truth)
{
    struct sitem *i = &r->items[item];

    if (i->truth == truth)
        return;
    i->truth_before = i->truth;
    i->truth = truth;
    i->truth_ms = s->now_ms;
    struct sitem *same = opposite(s, r, i); /* one entitlement, of two requests */
    if (same) {
        same->truth = i->truth;
        same->truth_before = i->truth_before;
        same->truth_ms = i->truth_ms;
    }
    sim_trace(s, truth ? "access given" : "access taken", (int64_t)(r - s->requests),
              (int64_t)item);
}

/* The agent does the work; perhaps not all of it. In the end nobody does what is not to be done. */
static void do_the_work(struct sim *s, struct srequest *r, bool all)
{
    for (size_t i = 0; i < r->item_count; i++) {
        bool over = phase_is_terminal(r->phase) || r->items[i].superseded_by;
        if ((all || rng_below(&s->rng, 4)) && !(s->calm && over))
            set_truth(s, r, i, gives(r, &r->items[i]));
        if (!over)
            extra_work(s, r, &r->items[i], all);
    }
}

static void work_on_open(struct sim *s, int ticket, struct srequest *r)
{
    bool tired = r->human_acts >= HUMAN_ACTS_MAX;

    if (s->calm && phase_is_terminal(r->phase)) {
        jira_move(s, ticket, STATUS_CANCELLED, false); /* reads that it is over */
        return;
    }
    bool by_themselves = r->wanted_mode != GATE_ENFORCE && r->phase > PHASE_FULFILLING;
    if (s->calm && r->phase != PHASE_FULFILLING && !by_themselves)
        return; /* waits for the words */
    if (s->calm || tired || rng_below(&s->rng, 3))
        do_the_work(s, r, s->calm || tired);
    if (tired && !s->calm)
        return;
    r->human_acts++;
    /* no gate is put in where nothing is enforced, unless another request type of the workflow is
     */
    bool free_road = r->wanted_mode != GATE_ENFORCE && (s->calm || rng_below(&s->rng, 4));
    jira_move(s, ticket, free_road || FAULT(s, backdoor_close) ? STATUS_DONE : STATUS_VERIFY,
              false);
}

/* Whoever cancelled thinks better of it, or closes it although it is over. */
static void work_on_ended(struct sim *s, int ticket, struct srequest *r)
{
    static const enum status_role BACK[] = {STATUS_OPEN, STATUS_OPEN, STATUS_VERIFY};

    if (FAULT(s, closed_after_cancel))
        jira_move(s, ticket, STATUS_DONE, false);
    else if (FAULT(s, cancel_taken_back))
        jira_move(s, ticket, BACK[rng_below(&s->rng, 3)], false);
    else
        return;
    r->human_acts++;
}

/* Where nothing is enforced people see to the end by themselves of what the report says of their
 * closed ticket. */
static bool works_unheld(struct sim *s, int ticket, struct srequest *r)
{
    if (!s->calm || r->wanted_mode == GATE_ENFORCE || s->tickets[ticket].role != STATUS_DONE)
        return false;
    do_the_work(s, r, true);
    return true;
}

/* An agent looks at one ticket. */
static void agent_looks(struct sim *s, int ticket)
{
    struct sticket *t = &s->tickets[ticket];
    struct srequest *r = t->request < 0 ? NULL : &s->requests[t->request];

    if (!t->here || !r || (s->calm && r->ticket != ticket))
        return;
    bool tired = r->human_acts >= HUMAN_ACTS_MAX;
    if (works_unheld(s, ticket, r))
        return;
    if (t->role == STATUS_CANCELLED || t->role == STATUS_DECLINED) {
        if (!tired)
            work_on_ended(s, ticket, r);
    } else if (t->role == STATUS_OPEN) {
        work_on_open(s, ticket, r);
    } else if (t->role == STATUS_VERIFY && !tired && FAULT(s, take_back)) {
        r->human_acts++;
        jira_move(s, ticket, STATUS_OPEN, false);
    } else if (t->role == STATUS_VERIFY && (s->calm || rng_below(&s->rng, 2))) {
        do_the_work(s, r, s->calm); /* read the ticket's words and did it */
    } else if (t->role == STATUS_DONE && !tired && !s->calm && rng_below(&s->rng, 4) == 0) {
        r->human_acts++;
        jira_move(s, ticket, STATUS_OPEN, false); /* reopened: it did not last */
        set_truth(s, r, 0, !gives(r, &r->items[0]));
    }
}

/* A rule that closes what we reopened. */
static void automation_fights(struct sim *s, int ticket)
{
    const struct sticket *t = &s->tickets[ticket];
    struct srequest *r = t->request < 0 ? NULL : &s->requests[t->request];
    bool ours = r && t->here && t->role == STATUS_OPEN && t->moved_by_us;

    if (!ours || !r->reopens || r->fights >= FIGHTS_MAX || !FAULT(s, fight))
        return;
    r->fights++;
    jira_move(s, ticket, STATUS_DONE, false);
}

static void on_agents(struct sim *s, void *arg, int64_t number)
{
    for (int i = 0; i < s->ticket_count; i++) {
        if (s->calm || rng_below(&s->rng, 2))
            agent_looks(s, i);
        automation_fights(s, i);
    }
    sim_at(s, s->now_ms + rng_range(&s->rng, AGENT_MS / 2, AGENT_MS), on_agents, arg, number);
}

/* --- what else happens to a ticket --- */

static void on_return(struct sim *s, void *arg, int64_t ticket)
{
    struct sticket *t = &s->tickets[ticket];

    (void)arg;
    t->here = true;
    t->visible_ms = s->now_ms + rng_range(&s->rng, 0, s->calm ? 0 : s->index_lag_ms);
    sim_trace(s, "ticket back", ticket, 0);
    jira_changed(s, (int)ticket);
}

static void leave(struct sim *s, int ticket)
{
    struct sticket *t = &s->tickets[ticket];

    t->here = false;
    t->gone_ms = s->now_ms;
    if (t->request >= 0 && s->requests[t->request].ticket != ticket)
        s->requests[t->request].may_have_two = true; /* not bound yet: nobody can know it */
    sim_trace(s, "ticket gone", ticket, 0);
    jira_changed(s, ticket);
    if (rng_below(&s->rng, 2))
        sim_at(s, s->now_ms + rng_range(&s->rng, 60000, 600000), on_return, NULL, ticket);
}

/* No edit brings back what stood there before: who edits there and back between two of our looks
 * is beyond what a ticket can tell. */
static void edit(struct sim *s, int ticket, bool empty)
{
    struct sticket *t = &s->tickets[ticket];

    t->mapped_hash = empty ? 0 : FIRST_HASH + ++s->last_hash;
    t->edits++;
    jira_touch(s, ticket);
    sim_trace(s, "ticket edited", ticket, (int64_t)t->mapped_hash);
    jira_changed(s, ticket);
}

/* Somebody forges whose ticket it is, or calls it resolved without closing it. */
static void spoof(struct sim *s, int ticket)
{
    struct sticket *t = &s->tickets[ticket];
    bool open = t->role == STATUS_OPEN || t->role == STATUS_VERIFY;

    if (t->spoofs >= SPOOFS_MAX || s->calm)
        return;
    if (FAULT(s, spoofed)) {
        t->bound_to = rng_below(&s->rng, 2) ? -1 : (int)rng_below(&s->rng, REQUESTS_MAX);
    } else if (open && FAULT(s, resolved_by_edit)) {
        t->resolved = true;
        t->resolution_edit = ++s->next_cycle;
    } else if (FAULT(s, words_forged)) {
        t->spoofs++;
        jira_touch(s, ticket);
        sim_trace(s, "words forged", ticket, 0);
        words_forge(s, ticket);
        return;
    } else {
        return;
    }
    t->spoofs++;
    jira_touch(s, ticket);
    sim_trace(s, "ticket spoofed", ticket, t->bound_to);
    jira_changed(s, ticket);
}

static void maybe_edit(struct sim *s, int ticket)
{
    struct sticket *t = &s->tickets[ticket];
    bool early = t->request < 0 || !s->requests[t->request].approved_ms;

    if (t->edits >= EDITS_MAX)
        return;
    if (FAULT(s, edited) || (early && FAULT(s, edited_early)))
        edit(s, ticket, false);
    else if (FAULT(s, emptied))
        edit(s, ticket, true);
}

static void desk_looks(struct sim *s, int ticket)
{
    struct sticket *t = &s->tickets[ticket];
    bool open = t->role == STATUS_OPEN || t->role == STATUS_VERIFY;

    if (!t->here)
        return;
    if (!t->mapped_hash && (s->calm || rng_below(&s->rng, 4) == 0))
        edit(s, ticket, false); /* the customer was asked, and filled the field in */
    else if (t->mapped_hash)
        maybe_edit(s, ticket);
    spoof(s, ticket);
    if (t->made_for >= 0 && s->request_count < REQUESTS_MAX && FAULT(s, cloned))
        jira_clone(s, ticket);
    if (open && FAULT(s, ticket_cancelled))
        jira_move(s, ticket, STATUS_CANCELLED, false);
    else if (open && FAULT(s, ticket_declined))
        jira_move(s, ticket, STATUS_DECLINED, false);
    else if (FAULT(s, ticket_gone))
        leave(s, ticket);
}

/* --- what happens to a request beside its ticket --- */

static void except(struct sim *s, struct srequest *r)
{
    for (size_t i = 0; i < r->item_count; i++) {
        if (check_item_proven(s, r, &r->items[i]))
            continue;
        r->items[i].excepted_until_ms = s->now_ms + rng_range(&s->rng, 30000, 600000);
        r->items[i].excepted_from_ms = s->now_ms;
        for (int k = 0; k < s->flow_count; k++)
            s->flows[k].excepted |= &s->requests[s->flows[k].request] == r && !s->flows[k].ended_ms;
        store_changed(s, r, "exception");
        sim_trace(s, "exception", (int64_t)(r - s->requests), (int64_t)i);
    }
}

/* The boss decides on what he sees: on the ticket, or at the platform while there is none. He does
 * it again when he is asked again. */
static bool boss_decides(struct sim *s, struct srequest *r)
{
    enum { ASKED_AGAIN_MS = 180000 };
    struct sticket *t = r->ticket < 0 ? NULL : &s->tickets[r->ticket];
    struct sdecision d = approve_next(s, r, t ? t->decision_count : r->approval_count);
    d.approved = s->calm || rng_below(&s->rng, 20);
    d.saw = t ? t->mapped_hash : r->mapped_hash;
    d.at_ms = s->now_ms;
    bool asked = t && t->decision_count &&
                 s->now_ms - t->decisions[t->decision_count - 1].at_ms < ASKED_AGAIN_MS;

    if (!d.saw || asked || (t && (!t->here || t->decision_count == APPROVALS_MAX)))
        return false;
    if (!t) {
        store_approval(s, r, &d, r->mapped_hash);
        return true;
    }
    t->decisions[t->decision_count++] = d;
    jira_touch(s, r->ticket);
    sim_trace(s, "the boss decided", r->ticket, (int64_t)d.saw);
    if (!d.approved && rng_below(&s->rng, 2)) /* to a status that the mapping does not name */
        jira_move(s, r->ticket, STATUS_DONE, false);
    else
        jira_changed(s, r->ticket);
    return false; /* the ticket tells */
}

/* Another mapping goes live: found at the next look. */
static void change_mode(struct sim *s, struct srequest *r)
{
    r->wanted_mode = (enum gate_mode)((r->wanted_mode + 1 + rng_below(&s->rng, 2)) % 3);
    r->mode_changed_ms = s->now_ms;
    sim_trace(s, "another mapping", (int64_t)(r - s->requests), (int64_t)r->wanted_mode);
}

/* After the close a sync puts it back as it was, and nobody tells us. */
static bool comes_back(struct sim *s, struct srequest *r)
{
    if (r->phase != PHASE_CLOSED || r->drifts >= DRIFTS_MAX)
        return false;
    if (!FAULT(s, drifted))
        return false;
    r->drifts++;
    set_truth(s, r, 0, !gives(r, &r->items[0]));
    return true;
}

static void governance_looks(struct sim *s, struct srequest *r)
{
    bool early = r->phase == PHASE_RECEIVED || r->phase == PHASE_PENDING_APPROVAL;
    bool waits = r->approval_needed && early && !approve_reached(s, r);

    if (waits && (s->calm || rng_below(&s->rng, 2))) {
        if (!boss_decides(s, r))
            return;
    } else if (FAULT(s, mode_changed)) {
        change_mode(s, r);
    } else if (contest_begin(s, r)) {
        return;
    } else if (comes_back(s, r)) {
        return;
    } else if (FAULT(s, withdrawn)) {
        r->cancel_asked = true;
    } else if (r->phase == PHASE_VERIFYING && FAULT(s, exception)) {
        except(s, r);
    } else {
        return;
    }
    store_look_now(s, r);
}

static void on_desk(struct sim *s, void *arg, int64_t number)
{
    for (int i = 0; i < s->ticket_count; i++)
        desk_looks(s, i);
    for (int i = 0; i < s->request_count; i++)
        governance_looks(s, &s->requests[i]);
    bulk_close_all(s);
    if (!s->fields && FAULT(s, fields_renamed))
        s->fields = 1; /* the mapping names others, and they are empty */
    sim_at(s, s->now_ms + rng_range(&s->rng, DESK_MS / 2, DESK_MS), on_desk, arg, number);
}

/* "TicketInDoubt": the operator has looked for it, where nothing is hidden from him. */
static void settle_doubts(struct sim *s)
{
    enum { LONG_AGO_MS = 15 * 60000 };

    for (int i = 0; i < s->flow_count; i++) {
        struct sflow *f = &s->flows[i];
        bool made = false;
        for (int k = 0; k < s->ticket_count && f->f.kind == FLOW_CREATE; k++)
            made |= s->tickets[k].made_for == f->request && s->tickets[k].here;
        bool rests = f->f.state == FS_DOUBT || f->f.state == FS_PENDING;
        made |= f->escalations > 0;
        bool kind = f->f.kind == FLOW_CREATE || f->f.kind == FLOW_ESCALATE;
        bool in_doubt = kind && rests && f->f.sent_at_ms;
        if (in_doubt && !made && s->now_ms - f->f.sent_at_ms > LONG_AGO_MS)
            store_no_doubt(s, f);
    }
}

static void on_operator(struct sim *s, void *arg, int64_t number)
{
    store_retry_parked(s);
    settle_doubts(s);
    sim_at(s, s->now_ms + OPERATOR_MS, on_operator, arg, number);
}

static void on_customer(struct sim *s, void *arg, int64_t number)
{
    (void)arg, (void)number;
    int ticket = jira_create(s, -1, false);
    if (FAULT(s, unmapped))
        s->tickets[ticket].mapped_hash = 0;
}

static void on_platform(struct sim *s, void *arg, int64_t number)
{
    (void)arg, (void)number;
    if (s->request_count < REQUESTS_MAX)
        store_request_new(s, false);
}

static void on_delete_kept(struct sim *s, void *arg, int64_t request)
{
    int kept = s->requests[request].ticket;

    (void)arg;
    if (kept >= 0 && s->tickets[kept].here && !s->calm)
        leave(s, kept);
}

void people_delete_kept(struct sim *s, int request)
{
    sim_at(s, s->now_ms + rng_range(&s->rng, 1, 20000), on_delete_kept, NULL, request);
}

void people_start(struct sim *s)
{
    int from_tickets = (int)rng_below(&s->rng, 3), from_api = 1 + (int)rng_below(&s->rng, 2);

    for (int i = 0; i < from_tickets; i++)
        sim_at(s, rng_range(&s->rng, 1, 60000), on_customer, NULL, 0);
    for (int i = 0; i < from_api; i++)
        sim_at(s, rng_range(&s->rng, 1, 60000), on_platform, NULL, 0);
    sim_at(s, AGENT_MS, on_agents, NULL, 0);
    sim_at(s, DESK_MS, on_desk, NULL, 0);
    sim_at(s, OPERATOR_MS, on_operator, NULL, 0);
}
