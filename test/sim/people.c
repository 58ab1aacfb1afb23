/* people.c: agents, customers, approvers, administrators, operators, and rules that close behind
 * our back. */
#include "sim.h"

enum {
    HUMAN_ACTS_MAX = 7,
    FIGHTS_MAX = 14,
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
    sim_trace(s, truth ? "access given" : "access taken", (int64_t)(r - s->requests),
              (int64_t)item);
}

/* The agent does the work; perhaps not all of it. */
static void do_the_work(struct sim *s, struct srequest *r, bool all)
{
    for (size_t i = 0; i < r->item_count; i++)
        if (all || rng_below(&s->rng, 4))
            set_truth(s, r, i, r->kind == REQUEST_GRANT);
}

static void work_on_open(struct sim *s, int ticket, struct srequest *r)
{
    bool tired = r->human_acts >= HUMAN_ACTS_MAX;

    if (s->calm && r->phase != PHASE_FULFILLING)
        return; /* waits for the words */
    if (s->calm || tired || rng_below(&s->rng, 3))
        do_the_work(s, r, s->calm || tired);
    if (tired && !s->calm)
        return;
    r->human_acts++;
    jira_move(s, ticket, FAULT(s, backdoor_close) ? STATUS_DONE : STATUS_VERIFY, false);
}

/* An agent looks at one ticket. */
static void agent_looks(struct sim *s, int ticket)
{
    struct sticket *t = &s->tickets[ticket];
    struct srequest *r = t->request < 0 ? NULL : &s->requests[t->request];

    if (!t->here || !r || (s->calm && r->ticket != ticket))
        return;
    bool tired = r->human_acts >= HUMAN_ACTS_MAX;
    if (t->role == STATUS_OPEN) {
        work_on_open(s, ticket, r);
    } else if (t->role == STATUS_VERIFY && !tired && FAULT(s, take_back)) {
        r->human_acts++;
        jira_move(s, ticket, STATUS_OPEN, false);
    } else if (t->role == STATUS_VERIFY && (s->calm || rng_below(&s->rng, 2))) {
        do_the_work(s, r, s->calm); /* read the ticket's words and did it */
    } else if (t->role == STATUS_DONE && !tired && !s->calm && rng_below(&s->rng, 4) == 0) {
        r->human_acts++;
        jira_move(s, ticket, STATUS_OPEN, false); /* reopened: it did not last */
        set_truth(s, r, 0, r->kind != REQUEST_GRANT);
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
    if (t->request >= 0 && s->requests[t->request].ticket != ticket)
        s->requests[t->request].may_have_two = true; /* not bound yet: nobody can know it */
    sim_trace(s, "ticket gone", ticket, 0);
    jira_changed(s, ticket);
    if (rng_below(&s->rng, 2))
        sim_at(s, s->now_ms + rng_range(&s->rng, 60000, 600000), on_return, NULL, ticket);
}

static void edit(struct sim *s, int ticket, uint64_t mapped_hash)
{
    s->tickets[ticket].mapped_hash = mapped_hash;
    sim_trace(s, "ticket edited", ticket, (int64_t)mapped_hash);
    jira_changed(s, ticket);
}

static void desk_looks(struct sim *s, int ticket)
{
    struct sticket *t = &s->tickets[ticket];
    bool open = t->role == STATUS_OPEN || t->role == STATUS_VERIFY;

    if (!t->here)
        return;
    if (!t->mapped_hash && (s->calm || rng_below(&s->rng, 4) == 0))
        edit(s, ticket, 7); /* the customer was asked, and filled the field in */
    else if (t->mapped_hash == 7 && FAULT(s, edited))
        edit(s, ticket, 8);
    else if (open && FAULT(s, ticket_cancelled))
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
        store_changed(s, r, "exception");
        sim_trace(s, "exception", (int64_t)(r - s->requests), (int64_t)i);
    }
}

static void governance_looks(struct sim *s, struct srequest *r)
{
    bool waits = r->approval_needed && !r->approved && !r->declined;

    if (waits && (s->calm || rng_below(&s->rng, 2))) {
        r->declined = !s->calm && rng_below(&s->rng, 20) == 0;
        r->approved = !r->declined;
        store_changed(s, r, r->declined ? "declined" : "approved");
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
    sim_at(s, s->now_ms + rng_range(&s->rng, DESK_MS / 2, DESK_MS), on_desk, arg, number);
}

static void on_operator(struct sim *s, void *arg, int64_t number)
{
    store_retry_parked(s);
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
