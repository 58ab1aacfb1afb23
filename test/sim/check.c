/* check.c: the invariants (reliability 2.1), from what the model knows, not from what the code
 * under test believes. */
#include "domain/emergency.h"
#include "domain/gate.h"
#include "sim.h"

enum {
    SETTLE_MS = 30000,
    CONFIRMATIONS = 2,
    MAX_AGE_MS = 15 * 60000,
    ASLEEP_MS = 60000, /* a process may sleep this long, a lease, between judging and acting */
};

static bool says_so(const struct srequest *r, const struct sitem *item, const struct sobs *x)
{
    enum outcome wanted = gives(r, item) ? OUTCOME_PRESENT : OUTCOME_ABSENT;
    bool canary = gives(r, item) || x->real_canary;
    bool fresh = x->real_as_of_ms >= r->claim_seen_ms;
    return x->real_outcome == wanted && x->real_complete && canary && fresh;
}

/* Is there a proof for the present claim? */
bool check_item_proven(const struct sim *s, const struct srequest *r, const struct sitem *item)
{
    int run = 0;
    int64_t newest = 0, oldest = 0;

    for (size_t i = item->obs_count; i > 0 && says_so(r, item, &item->obs[i - 1]); i--) {
        const struct sobs *x = &item->obs[i - 1];
        if (!run)
            newest = oldest = x->real_as_of_ms;
        if (x->real_as_of_ms < oldest) /* a copy may be older than the one before it */
            oldest = x->real_as_of_ms;
        run++;
    }
    if (!run || s->now_ms - item->obs[item->obs_count - 1].o.observed_ms > MAX_AGE_MS + ASLEEP_MS)
        return false;
    return gives(r, item) || (run >= CONFIRMATIONS && newest - oldest >= SETTLE_MS);
}

/* Every item proven, or covered by an exception that is live now. */
static bool is_right(const struct sim *s, const struct srequest *r)
{
    for (size_t i = 0; i < r->item_count; i++) {
        const struct sitem *item = &r->items[i];
        bool excepted = item->excepted_until_ms > s->now_ms || item->superseded_by;
        if (!excepted && (!check_item_proven(s, r, item) || extra_is_there(s, r, item)))
            return false;
    }
    return r->item_count > 0 && !r->held;
}

/* Somebody approved exactly what the items were made from, if anybody had to. */
static void check_approved(struct sim *s, const struct srequest *r)
{
    bool approved = !r->approval_needed || r->emergency;

    check_approvers(s, r);
    for (int i = 0; i < r->approval_count; i++)
        approved |= r->approvals[i].real.approved && r->approvals[i].real.saw == r->items_of;
    if (!approved)
        sim_violate(s, "INV11 approved tuple", "nobody approved what is asked for (%llu)",
                    (unsigned long long)r->items_of);
}

void check_retry(struct sim *s, const struct sflow *f)
{
    if (s->now_ms - f->parked_ms < s->policy.refused_ms)
        sim_violate(s, "INV12 refused", "%s was refused and is tried again after %lld ms",
                    flow_kind_name(f->f.kind), (long long)(s->now_ms - f->parked_ms));
}

/* Back to work: only what was approved, and what nobody withdrew. */
static void check_back(struct sim *s, const struct srequest *r)
{
    if (!r->approved_ms)
        sim_violate(s, "INV11 approved tuple", "%s goes to work without approval",
                    phase_name(r->phase));
    if (r->phase == PHASE_CANCELLED && r->cancel_asked)
        sim_violate(s, "INV15 over", "what was withdrawn goes to work");
    if (r->phase == PHASE_CANCELLED && is_superseded(r))
        sim_violate(s, "INV26 the last approved counts", "what is superseded goes to work");
}

void check_move(struct sim *s, struct srequest *r, enum phase to)
{
    bool on_proof = to == PHASE_VERIFIED || to == PHASE_EXCEPTION || to == PHASE_CLOSED;

    if (!phase_move_allowed(r->phase, to))
        sim_violate(s, "table of phases", "%s to %s", phase_name(r->phase), phase_name(to));
    if (to == PHASE_APPROVED)
        check_approved(s, r);
    if (to == PHASE_FULFILLING)
        check_back(s, r);
    check_permitted(s, r, to);
    if (to == PHASE_CLAIMED)
        check_claimant(s, r);
    if (!on_proof)
        return;
    check_contested(s, r, 0, phase_name(to));
    if (is_superseded(r))
        sim_violate(s, "INV26 the last approved counts", "what is superseded is %s",
                    phase_name(to));
    if (!is_right(s, r))
        sim_violate(s, "INV6 proof", "%s without a proof of this claim (claim %lld)",
                    phase_name(to), (long long)r->claim_seen_ms);
    if (r->seen_cycle != r->claim_cycle && !r->seen.moved_by_us)
        sim_violate(s, "INV6 cycle", "%s for another claim than the ticket's", phase_name(to));
}

void check_close_call(struct sim *s, struct srequest *r)
{
    const struct sticket *t = &s->tickets[r->ticket];
    bool persons = !t->moved_by_us && t->cycle != r->claim_cycle;
    /* Jira has no compare-and-set: this much may happen between our look and our call */
    int64_t race_ms = s->policy.times.call_timeout_ms + s->policy.times.safety_ms;

    check_contested(s, r, race_ms, "being closed");
    if (is_superseded(r) && s->now_ms - superseded_ms(r) > race_ms)
        sim_violate(s, "INV26 the last approved counts", "what is superseded is being closed");
    if (!is_right(s, r))
        sim_violate(s, "INV6 proof", "a ticket is being closed without proof");
    if (persons && s->now_ms - t->updated_ms > race_ms)
        sim_violate(s, "INV6 cycle", "a ticket is being closed that a person took back");
    check_bulk_close(s, r);
}

/* Are we shown any ticket that we made? */
static bool sights(const struct sim *s)
{
    for (int i = 0; i < s->ticket_count; i++)
        if (s->tickets[i].made_for >= 0 && s->tickets[i].here && !s->tickets[i].hidden)
            return true;
    return false;
}

/* A ticket becomes the request's. */
void check_bound(struct sim *s, int request, int ticket)
{
    const struct sticket *t = &s->tickets[ticket];

    if (t->made_for != request)
        sim_violate(s, "INV-B5 clones are not adopted", "ticket %d was made by somebody else",
                    ticket);
    if (!t->shown)
        sim_violate(s, "INV-B8 seen before it is bound", "ticket %d was never read", ticket);
}

/* A call that is on the way to cancelling a ticket. Jira has no compare-and-set: this much may
 * happen between our look and our call. */
void check_retire(struct sim *s, int request, int ticket, int64_t looked_ms)
{
    const struct sticket *t = &s->tickets[ticket];
    int64_t race_ms = s->policy.times.call_timeout_ms + s->policy.times.safety_ms;

    if (t->made_for != request)
        sim_violate(s, "INV-B5 clones are not cancelled", "ticket %d was made by somebody else",
                    ticket);
    if (t->human && s->now_ms - t->human_ms > race_ms)
        sim_violate(s, "INV-B4 people's ticket", "ticket %d is cancelled, people work on it",
                    ticket);
    const struct sticket *kept = &s->tickets[s->requests[request].ticket];
    enum phase phase = s->requests[request].phase; /* of one that is over nobody wants a ticket */
    bool over = phase_is_terminal(phase) || phase == PHASE_CLOSED;
    if (!over && !kept->here && kept->gone_ms < looked_ms)
        sim_violate(s, "INV-B4 the last one", "ticket %d is cancelled, the kept one is gone",
                    ticket);
    if (s->requests[request].ticket == ticket)
        sim_violate(s, "INV-B4 people's ticket", "ticket %d is cancelled, it is the request's",
                    ticket);
}

void check_post(struct sim *s, struct srequest *r, int64_t searched_ms)
{
    int64_t in_doubt = s->lateness_ms + s->policy.times.call_timeout_ms;

    if (r->post_unresolved && s->now_ms - r->last_post_ms <= in_doubt)
        sim_violate(s, "INV2 no POST in doubt", "%lld ms after a POST whose fate is unknown",
                    (long long)(s->now_ms - r->last_post_ms));
    for (int i = 0; i < s->ticket_count; i++) {
        const struct sticket *x = &s->tickets[i];
        bool its = x->here && x->made_for == (int)(r - s->requests);
        if (its && x->visible_ms <= searched_ms && !x->hidden)
            sim_violate(s, "INV3 no POST beside a live ticket", "ticket %d was searchable", i);
        if (its && x->hidden && !sights(s))
            sim_violate(s, "INV-B9 no POST beside a hidden ticket", "ticket %d is hidden", i);
    }
    sim_told.proper++; /* not in doubt, and no ticket was there to be found */
}

static bool is_thrown_away(const struct sticket *t)
{
    return t->role == STATUS_CANCELLED || t->role == STATUS_DECLINED;
}

void check_kept(struct sim *s, int request, int kept)
{
    const struct sticket *k = &s->tickets[kept];
    int64_t race_from_ms = s->now_ms - RACE_MS;
    bool dead = is_thrown_away(k) && k->updated_ms < race_from_ms;

    for (int i = 0; i < s->ticket_count; i++) {
        const struct sticket *t = &s->tickets[i];
        /* what people were told of is theirs to sort out, and has a request of its own; nobody
         * works on what was thrown away */
        bool rival = i != kept && t->here && !t->hidden && t->made_for == request &&
                     !t->contested && !is_thrown_away(t);
        bool was_seen = t->visible_ms < race_from_ms && t->updated_ms < race_from_ms;
        if (rival && was_seen && t->human && !k->human)
            sim_violate(s, "INV5 kept ticket", "%d is kept, people work on %d", kept, i);
        if (rival && was_seen && dead)
            sim_violate(s, "INV5 kept ticket", "%d is kept, thrown away, and %d lives", kept, i);
    }
}

void check_fence(struct sim *s, bool mine, const char *what)
{
    if (!mine)
        sim_violate(s, "INV8 fence", "%s was written by one who had lost it", what);
}

/* A close for this claim may have been carried out: nobody can tell whose the Done is. */
static bool may_have_closed(const struct sim *s, const struct srequest *r)
{
    for (int i = 0; i < s->flow_count; i++) {
        const struct sflow *f = &s->flows[i];
        bool its = &s->requests[f->request] == r && f->f.kind == FLOW_CLOSE;
        bool sent = (f->f.state >= FS_CALLING && f->f.state <= FS_DONE) || f->f.sent_at_ms;
        if (its && sent && f->cycle == r->claim_cycle)
            return true;
    }
    return false;
}

static bool tells(const struct decision *x, const char *reason)
{
    for (size_t i = 0; i < x->escalation_count; i++)
        if (str_eq_c(str_of(x->escalations[i].reason), reason))
            return true;
    return false;
}

static bool orders(const struct decision *x, enum flow_kind kind)
{
    for (size_t i = 0; i < x->flow_count; i++)
        if (x->flows[i].kind == kind)
            return true;
    return false;
}

/* The boss declined, and that very answer led to a Done status. */
static bool is_declined_to_done(const struct sticket *t)
{
    enum { AT_ONCE_MS = 5000 };
    const struct sdecision *last = t->decision_count ? &t->decisions[t->decision_count - 1] : NULL;
    bool at_once = last && !last->approved && t->done_since_ms >= last->at_ms &&
                   t->done_since_ms - last->at_ms <= AT_ONCE_MS;
    return t->role == STATUS_DONE && at_once;
}

/* A Done that this decision leaves standing must be right: closed by us, for this very claim. */
/* Proven, and closed by us, before anybody knew of the request that supersedes it. */
static bool was_proven_before(const struct srequest *r, const struct sticket *t)
{
    return r->phase == PHASE_CANCELLED && is_superseded(r) && r->verified_ms && t->moved_by_us &&
           t->role == STATUS_DONE;
}

static void check_done(struct sim *s, const struct srequest *r, const struct dossier *d,
                       const struct decision *x)
{
    const struct sticket *t = &s->tickets[r->ticket];
    bool proven = d->phase == PHASE_VERIFIED || d->phase == PHASE_EXCEPTION ||
                  d->phase == PHASE_CLOSED || d->phase == PHASE_ORPHANED;
    bool on_its_way = d->phase == PHASE_APPROVED || d->phase == PHASE_TICKETING;
    bool held = d->reopens_last_hour >= s->policy.reopens_per_hour;
    bool refused =
        d->flow_parked[FLOW_REOPEN] && str_eq(d->flow_cycle[FLOW_REOPEN], d->ticket.cycle);
    bool reopened = orders(x, FLOW_REOPEN) || (d->flow_open[FLOW_REOPEN] && !refused);
    bool for_this_claim = t->closed_for == r->claim_cycle || may_have_closed(s, r);

    if (d->mode != GATE_ENFORCE || proven || on_its_way || x->move ||
        d->ticket.role != STATUS_DONE || t->cycle != r->seen_cycle || is_declined_to_done(t) ||
        was_proven_before(r, t))
        return;
    if (t->moved_by_us && for_this_claim && !phase_is_terminal(d->phase))
        return;
    if (refused && !tells(x, "CannotReopen"))
        sim_violate(s, "INV7 no Done without proof", "a refused reopening is told to nobody");
    if (!held && !refused && !reopened)
        sim_violate(s, "INV7 no Done without proof", "ticket %d may stay Done in %s", r->ticket,
                    phase_name(d->phase));
}

/* Over, and people treat its ticket as open: it comes back, or the ticket says why not. */
static void check_over(struct sim *s, const struct srequest *r, const struct dossier *d,
                       const struct decision *x)
{
    enum status_role role = d->ticket.role;
    bool open = role == STATUS_OPEN || role == STATUS_VERIFY || role == STATUS_DONE;
    bool busy = d->flow_open[FLOW_FIELDS] || d->flow_open[FLOW_COMMENT] ||
                d->writes_last_hour + 2 > s->policy.writes_per_hour;
    bool says = r->notice >= NOTICE_CANNOT_REOPEN && r->notice < NOTICE_COUNT;
    says |= d->mode == GATE_OBSERVE; /* there nothing is said */

    if (!open || !phase_is_terminal(d->phase) || x->move ||
        s->tickets[r->ticket].cycle != r->seen_cycle ||
        is_declined_to_done(&s->tickets[r->ticket]) || was_proven_before(r, &s->tickets[r->ticket]))
        return;
    if (d->phase == PHASE_CANCELLED && !d->cancel_asked && !is_superseded(r) &&
        !emergency_is_ending(d)) /* its access goes, whatever becomes of the ticket */
        sim_violate(s, "INV15 over", "a cancelled ticket was opened again, and nobody looks");
    if (!says && !busy)
        sim_violate(s, "INV15 over", "the open ticket of a request that is %s does not say so",
                    phase_name(d->phase));
    if (role == STATUS_DONE && !tells(x, "ClosedAlthoughOver"))
        sim_violate(s, "INV15 over", "closed although it is %s: told to nobody",
                    phase_name(d->phase));
    if (!x->look_again_ms)
        sim_violate(s, "INV14 no orphan", "nobody looks at an open ticket again");
}

/* Whoever asks why it is stuck hears of somebody whose turn it is; and of a time, where the turn is
 * not a person's. */
static void check_turn(struct sim *s, const struct srequest *r, const struct dossier *d,
                       const struct decision *x)
{
    struct stuck_work work[FLOWS_MAX];
    struct stuck_facts f = {.work = work, .look_ms = x->look_again_ms};

    if (x->move || phase_is_terminal(d->phase) || d->phase == PHASE_CLOSED)
        return;
    for (int i = s->flows_over; i < s->flow_count; i++) {
        const struct sflow *w = &s->flows[i];
        if (&s->requests[w->request] == r && !flow_state_is_final(w->f.state))
            work[f.work_count++] = (struct stuck_work){
                w->f.kind,      w->f.state,    w->f.attempt,
                w->f.failures,  w->created_ms, w->f.state == FS_PARKED ? w->parked_ms : 0,
                w->run_after_ms};
    }
    struct stuck now = stuck_judge(d, &f);
    struct stuck_words words = stuck_words(now.reason);
    bool ours = strcmp(words.state, "moving") == 0 || strcmp(words.state, "retrying") == 0;
    if (strcmp(words.waits_for, "nobody") == 0)
        sim_violate(s, "INV16 whose turn", "%s: nobody is waited for", phase_name(d->phase));
    if (ours && !now.next_ms)
        sim_violate(s, "INV16 whose turn", "%s: %s, and nothing is planned", phase_name(d->phase),
                    words.name);
}

/* The newest read of this claim, when it surely says the contrary of what is asked. */
static bool is_contradicted(const struct srequest *r, const struct sitem *item, int64_t claimed_ms)
{
    const struct sobs *x = item->obs_count ? &item->obs[item->obs_count - 1] : NULL;
    enum outcome unwanted = gives(r, item) ? OUTCOME_ABSENT : OUTCOME_PRESENT;

    return x && x->generation == r->generation && x->o.outcome == unwanted &&
           x->o.as_of_ms - claimed_ms >= SETTLE_MS;
}

/* What is refused is on record in every mode, or is put there now. */
static void check_recorded(struct sim *s, const struct srequest *r, const struct dossier *d)
{
    bool contradicted = false;

    for (size_t i = 0; i < r->item_count; i++) {
        bool excepted = r->items[i].excepted_until_ms > s->now_ms || r->items[i].superseded_by;
        bool fresh = r->items[i].obs_count &&
                     s->now_ms - r->items[i].obs[r->items[i].obs_count - 1].o.observed_ms <
                         MAX_AGE_MS - ASLEEP_MS;
        contradicted |= !excepted && fresh && is_contradicted(r, &r->items[i], d->claimed_ms);
    }
    if (d->phase == PHASE_VERIFYING && contradicted &&
        (r->refused_cycle != r->claim_cycle || r->refused < REFUSAL_MISSING))
        sim_violate(s, "INV23 refusals are recorded", "%s: not as asked, and no trace of it",
                    gate_mode_name(d->mode));
}

/* Outside of enforce nobody is held: no reopening, no sending back; and where we only observe,
 * nothing but that is said (whose ticket it is stays true: nobody sees it). But out of Verifying
 * only we lead: what is proven, and what is over. The mode is the mapping's at the latest look. */
static void check_mode(struct sim *s, const struct srequest *r, const struct dossier *d,
                       const struct decision *x)
{
    bool lapsed = r->lapsed_ms && r->lapsed_ms >= r->looked_ms; /* closed when it was read */
    bool closed = (r->phase == PHASE_CLOSED || lapsed) && r->seen_cycle == r->closed_cycle;
    bool leads = d->ticket.role == STATUS_VERIFY;
    bool is_over = phase_is_terminal(d->phase);

    /* what a flow saw of the ticket meanwhile is mapped by the next look */
    if (d->mode != r->wanted_mode && r->mode_changed_ms < r->mapped_from_ms && !closed &&
        r->seen_from_ms <= r->mapped_from_ms)
        sim_violate(s, "INV24 mode of the mapping", "read after the change, and still %s",
                    gate_mode_name(d->mode));
    check_recorded(s, r, d);
    if (d->mode == GATE_ENFORCE)
        return;
    if (orders(x, FLOW_REOPEN) || (orders(x, FLOW_RETURN) && !(leads && is_over)))
        sim_violate(s, "INV21 nobody is held", "%s, and the ticket is moved back",
                    gate_mode_name(d->mode));
    for (size_t i = 0; gate_is_silent(d) && i < x->flow_count; i++)
        if (x->flows[i].kind != FLOW_CREATE && x->flows[i].kind != FLOW_MEND &&
            !(x->flows[i].kind == FLOW_CLOSE && leads) &&
            !(x->flows[i].kind == FLOW_RETURN && leads && is_over) &&
            x->flows[i].notice != NOTICE_OBSERVING)
            sim_violate(s, "INV22 observing is silent", "a %s is ordered",
                        flow_kind_name(x->flows[i].kind));
}

/* What a request is decided on: read by this very look, or, while nothing has happened to its
 * ticket, a moment before; never older than what somebody told of it. */
static void check_fresh(struct sim *s, const struct srequest *r, const struct dossier *d,
                        const struct decision *x)
{
    int64_t told_ms = s->tickets[r->ticket].hinted_ms;
    bool early = d->phase == PHASE_TICKETING || d->phase == PHASE_FULFILLING;
    bool quiet = early && d->ticket.role == STATUS_OPEN && !x->new_claim;

    if (cycle_index(d->ticket.issue_id) != r->ticket || r->seen_from_ms >= r->looked_ms)
        return; /* it goes over to another ticket; or it was read by this look */
    if (told_ms && told_ms <= r->looked_ms && r->seen_from_ms <= told_ms)
        sim_violate(s, "INV3 fresh look", "a request is decided on a read from before a hint");
    if (d->now_ms - r->seen_from_ms > s->policy.times.call_timeout_ms)
        sim_violate(s, "INV3 fresh look", "a request is decided on a read of %lld ms ago",
                    (long long)(d->now_ms - r->seen_from_ms));
    if (!quiet)
        sim_violate(s, "INV3 fresh look", "%s is decided on an earlier look's read",
                    phase_name(d->phase));
}

/* What people forged on the ticket is undone, or somebody hears that it cannot be. */
static void check_mended(struct sim *s, const struct dossier *d, const struct decision *x)
{
    const struct ticket *t = &d->ticket;
    bool made = !d->from_ticket && !d->flow_open[FLOW_CREATE];
    bool forged = made && !str_eq(t->bound_to, d->request_id);
    bool open = t->role == STATUS_OPEN || t->role == STATUS_VERIFY;
    bool holds = d->mode == GATE_ENFORCE; /* elsewhere people close as they like */
    bool resolved = open && t->resolution_set && holds && !phase_is_terminal(d->phase);
    bool dealt_with = orders(x, FLOW_MEND) || d->flow_open[FLOW_MEND] || tells(x, "MendedTooOften");

    if (forged && d->unsteady) /* read before our own write was there: once more (check_settled) */
        return;
    if ((forged || resolved) && !dealt_with)
        sim_violate(s, "INV-D9 spoof", "%s stays on the ticket",
                    forged ? "a forged binding" : "a resolution");
    if (forged && !x->rebound)
        sim_violate(s, "INV-D9 spoof", "a forged binding leaves no trace");
}

/* A link to the evidence is no reason to be silent later in the hour. */
static void check_link(struct sim *s, const struct dossier *d, const struct decision *x)
{
    bool end = notice_is_final(d->notice_shown) || d->notice_shown == NOTICE_VERIFIED;

    if (!orders(x, FLOW_EVIDENCE_LINK))
        return;
    if (d->writes_last_hour >= s->policy.writes_per_hour || (!end && d->writes_last_hour))
        sim_violate(s, "INV25 link last", "a link is written beside %d writes in the hour",
                    d->writes_last_hour);
    if (d->mode == GATE_OBSERVE || x->move || orders(x, FLOW_FIELDS))
        sim_violate(s, "INV25 link last", "a link is written beside words, or while observing");
}

void check_decision(struct sim *s, const struct srequest *r, const struct dossier *d,
                    const struct decision *x)
{
    check_turn(s, r, d, x);
    check_asking(s, r, x);
    check_ahead(s, r, d, x);
    check_link(s, d, x);
    if (r->ticket < 0 || d->ticket.presence != TICKET_HERE)
        return;
    if (d->approved_hash && d->ticket.mapped_hash != d->approved_hash && !x->tampered)
        sim_violate(s, "INV11 approved tuple", "an edit after approval leaves no trace");
    check_fresh(s, r, d, x);
    check_mended(s, d, x);
    check_words(s, r, d, x);
    check_done(s, r, d, x);
    check_over(s, r, d, x);
    check_mode(s, r, d, x);
}

static void check_clock(struct sim *s, struct srequest *r)
{
    int64_t elapsed = (r->verified_ms ? r->verified_ms : s->now_ms) - r->requested_ms;

    if (r->verified_ms != r->proven_ms)
        sim_violate(s, "INV9 SLA", "stopped at %lld, proven at %lld", (long long)r->verified_ms,
                    (long long)r->proven_ms);
    if (elapsed < r->sla_last_ms && !r->verified_ms)
        sim_violate(s, "INV9 SLA", "the clock went back from %lld to %lld",
                    (long long)r->sla_last_ms, (long long)elapsed);
    r->sla_last_ms = r->verified_ms ? 0 : elapsed;
}

static void check_tickets(struct sim *s)
{
    int live[REQUESTS_MAX] = {0};

    for (int i = 0; i < s->ticket_count; i++) {
        int request = s->tickets[i].made_for;
        if (request >= 0 && s->tickets[i].here && ++live[request] > 1 &&
            !s->requests[request].may_have_two)
            sim_violate(s, "INV4 one live ticket", "%d live tickets", live[request]);
    }
}

static void check_awake(struct sim *s, const struct srequest *r)
{
    bool over =
        phase_is_terminal(r->phase) || r->phase == PHASE_CLOSED || r->phase == PHASE_ORPHANED;

    if (over || r->look_ms || r->owner)
        return;
    for (int i = s->flows_over; i < s->flow_count; i++) {
        const struct sflow *f = &s->flows[i];
        if (f->request == (int)(r - s->requests) && !flow_state_is_final(f->f.state))
            return;
    }
    sim_violate(s, "INV14 no orphan", "a request in %s that nothing will wake",
                phase_name(r->phase));
}

void check_event(struct sim *s)
{
    check_tickets(s);
    for (int i = 0; i < s->request_count; i++) {
        struct srequest *r = &s->requests[i];
        check_clock(s, r);
        check_awake(s, r);
        if (r->approved_hash && r->items_of != r->approved_hash)
            sim_violate(s, "INV11 approved tuple", "approved is %llu, checked is %llu",
                        (unsigned long long)r->approved_hash, (unsigned long long)r->items_of);
        if (r->chain.seq != r->changes)
            sim_violate(s, "INV10 evidence", "%lld entries for %d changes", (long long)r->chain.seq,
                        r->changes);
    }
}

bool check_waits_for_people(const struct sim *s, const struct sflow *f)
{
    return f->f.kind == FLOW_CREATE && f->f.state == FS_PARKED && f->f.issue_id.len &&
           !s->tickets[cycle_index(f->f.issue_id)].here;
}

static bool waits_for_people(const struct sim *s, const struct srequest *r)
{
    for (int i = 0; i < s->flow_count; i++)
        if (&s->requests[s->flows[i].request] == r && check_waits_for_people(s, &s->flows[i]))
            return true;
    return false;
}

static bool request_settled(const struct sim *s, const struct srequest *r)
{
    const struct sticket *t = r->ticket < 0 ? NULL : &s->tickets[r->ticket];

    if (phase_is_terminal(r->phase) && !after_settled(s, r))
        return false;
    if (phase_is_terminal(r->phase))
        return !t || !t->here || t->role == STATUS_CANCELLED || t->role == STATUS_DECLINED ||
               is_declined_to_done(t) || was_proven_before(r, t) ||
               (t->role == STATUS_DONE && r->mode != GATE_ENFORCE);
    if (!t)
        return waits_for_people(s, r);
    bool made = t->made_for == (int)(r - s->requests);
    if (t->here && !t->hidden && made && t->bound_to != t->made_for)
        return false;
    if (!words_settled(s, r) || !after_settled(s, r))
        return false;
    bool edited = r->approved_hash && t->mapped_hash != r->approved_hash;
    if (edited && t->here && !r->tamper_recorded)
        return false;
    if (r->phase == PHASE_ORPHANED || !t->here)
        return !t->here && (r->phase == PHASE_ORPHANED || r->phase == PHASE_CLOSED);
    return r->phase == PHASE_CLOSED && t->role != STATUS_OPEN && t->role != STATUS_VERIFY;
}

bool check_settled(const struct sim *s)
{
    if (!second_settled(s))
        return false;
    for (int i = 0; i < s->ticket_count; i++)
        if (s->tickets[i].here && s->tickets[i].request < 0 && s->request_count < REQUESTS_MAX)
            return false;
    for (int i = 0; i < s->request_count; i++)
        if (!request_settled(s, &s->requests[i]))
            return false;
    for (int i = s->flows_over; i < s->flow_count; i++)
        if (!flow_state_is_final(s->flows[i].f.state) && !check_waits_for_people(s, &s->flows[i]))
            return false;
    return true;
}
