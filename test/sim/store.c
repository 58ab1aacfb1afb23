/* store.c: the model database: requests. The same guards as sql/routine, in memory; one call is one
 * transaction. */
#include <string.h>

#include "sim.h"

enum { SETTLE_MS = 30000, CONFIRMATIONS = 2, MAX_AGE_MS = 15 * 60000 };

static const char *const IDS[REQUESTS_MAX] = {"r0", "r1", "r2", "r3", "r4"};

struct str request_id(int request)
{
    return str_of(IDS[request]);
}

int request_index(struct str id)
{
    return id.p[1] - '0';
}

struct str cycle_text(int cycle)
{
    return cycle < 0 ? STR_NONE : str_of(SIM_CYCLES[cycle]);
}

int cycle_index(struct str cycle)
{
    int64_t n;
    return cycle.len && str_to_i64(cycle, &n) ? (int)n : -1;
}

static int index_of(const struct sim *s, const struct srequest *r)
{
    return (int)(r - s->requests);
}

/* The trigger: exactly one entry for one change, in the same transaction. */
void store_changed(struct sim *s, struct srequest *r, const char *what)
{
    r->changes++;
    if (PLANTED(EVIDENCE_APART) && rng_below(&s->rng, 100) == 0)
        return; /* written in a transaction of its own, which a crash prevents */
    evidence_append(&r->chain, str_of(what));
}

bool gives(const struct srequest *r, const struct sitem *item)
{
    return r->kind == REQUEST_MODIFY ? item == r->items : r->kind == REQUEST_GRANT;
}

/* What the tuple asks for. */
static void make_items(struct sim *s, struct srequest *r, uint64_t hash)
{
    memset(r->items, 0, sizeof r->items);
    r->items_of = hash;
    r->item_count = r->kind == REQUEST_MODIFY ? ITEMS_MAX : 1 + rng_below(&s->rng, ITEMS_MAX);
    for (size_t i = 0; i < r->item_count; i++)
        r->items[i].truth = r->items[i].truth_before = !gives(r, &r->items[i]);
}

int store_request_new(struct sim *s, bool from_ticket)
{
    int n = s->request_count++;
    struct srequest *r = &s->requests[n];
    uint64_t hash = FIRST_HASH;

    *r = (struct srequest){.from_ticket = from_ticket,
                           .kind = (enum request_kind)rng_below(&s->rng, 3),
                           .mode = s->mode,
                           .wanted_mode = s->mode,
                           .refused_cycle = -1,
                           .closed_cycle = -1,
                           .phase = PHASE_RECEIVED,
                           .generation = 1,
                           .ticket = -1,
                           .version = 1,
                           .requested_ms = s->now_ms,
                           .claim_cycle = -1,
                           .answered_cycle = -1,
                           .mapped_hash = hash,
                           .approval_needed = rng_below(&s->rng, 3) == 0};
    if (r->kind != REQUEST_REMOVAL && rng_below(&s->rng, 6) == 0)
        r->access_until_ms = s->now_ms + rng_range(&s->rng, 60000, 2400000);
    r->emergency =
        s->has_policy && r->kind == REQUEST_GRANT && r->access_until_ms && rng_below(&s->rng, 2);
    approve_begin(s, r);
    evidence_start(&r->chain);
    make_items(s, r, hash);
    oppose(s, r);
    press_begin(s, n);
    store_changed(s, r, "received");
    store_look_now(s, r);
    return n;
}

void store_look_now(struct sim *s, struct srequest *r)
{
    r->hinted_ms = s->now_ms;
    if (r->owner && r->lease_until_ms > s->now_ms)
        return; /* the visit under way sees hinted_ms when it ends */
    r->look_ms = s->now_ms;
    replica_kick(s, s->now_ms);
}

/* A ticket opens a request of its own, held when it does not map. */
void store_open_request(struct sim *s, int ticket)
{
    struct sticket *t = &s->tickets[ticket];

    if (s->request_count == REQUESTS_MAX)
        return;
    t->request = store_request_new(s, true);
    struct srequest *r = &s->requests[t->request];
    r->ticket = ticket;
    r->held = !t->mapped_hash;
    r->mapped_hash = r->items_of = t->mapped_hash;
    sim_trace(s, "request opened", t->request, ticket);
}

void store_hint(struct sim *s, int ticket)
{
    struct sticket *t = &s->tickets[ticket];
    struct srequest *r = t->request >= 0 ? &s->requests[t->request] : NULL;

    t->hinted_ms = s->now_ms;
    if (r && r->ticket == ticket && !PLANTED(KEPT_OVER_HINT))
        r->fresh_ms = 0;
    if (r && r->ticket == ticket)
        store_look_now(s, r);
    else
        second_hint(s, ticket);
}

/* --- dossier --- */

/* Asked for no longer; what was closed is watched as it was. */
bool is_left_out(const struct srequest *r, const struct sitem *item)
{
    return item->superseded_by && r->phase != PHASE_CLOSED && !PLANTED(SUPERSEDED_IS_PROVEN);
}

static void fill_items(struct sim *s, struct arena *arena, const struct srequest *r,
                       struct dossier *d)
{
    struct item *items = arena_array(arena, ITEMS_MAX, sizeof *items);
    struct item *superseded = arena_array(arena, ITEMS_MAX, sizeof *superseded);

    d->items = items;
    d->superseded = superseded;
    for (size_t k = 0; k < r->item_count && !r->held; k++) {
        const struct sitem *from = &r->items[k];
        struct observation *obs = arena_array(arena, from->obs_count + 1, sizeof *obs);
        size_t n = 0;
        for (size_t i = from->obs_count; i > 0; i--)
            if (from->obs[i - 1].generation == r->generation)
                obs[n++] = from->obs[i - 1].o;
        int64_t until = PLANTED(EXCEPTION_NEVER_ENDS) && from->excepted_until_ms
                            ? INT64_MAX
                            : from->excepted_until_ms;
        bool past = is_left_out(r, from),
             owed = from->on_exception && r->closed_cycle >= 0 && !from->superseded_by;
        struct item *item = past ? &superseded[d->superseded_count++] : &items[d->item_count++];
        *item =
            (struct item){.id = (int64_t)k,
                          .source = STR("source"),
                          .source_label = STR("Source"),
                          .account = STR("account"),
                          .account_id = STR("id"), /* linked by an earlier request */
                          .entitlement = STR("entitlement"),
                          .entitlement_id = STR("group"),
                          .desired = gives(r, from) ? DESIRED_PRESENT : DESIRED_ABSENT,
                          .rule = {SETTLE_MS, CONFIRMATIONS, MAX_AGE_MS,
                                   extra_hinders(s, r, from) && !PLANTED(MORE_IS_NO_HINDRANCE)},
                          .others_extra = from->extra_seen ? STR("more") : STR_NONE,
                          .excepted = until > s->now_ms + 60000,
                          .excepted_until_ms = until > s->now_ms + 60000 ? until : 0,
                          .excepted_from_ms = from->excepted_from_ms,
                          .on_exception = owed,
                          .lapsed_ms = owed && until <= s->now_ms + 60000 ? until - 60000 : 0,
                          .superseded_by = past ? request_id(from->superseded_by - 1) : STR_NONE,
                          .obs = obs,
                          .obs_count = n};
        ahead_fill(s, from, item);
    }
}

/* Its ticket was named, and no read has shown it. */
static bool is_unseen(const struct sim *s, const struct sflow *f)
{
    bool named = f->f.kind == FLOW_CREATE && f->f.issue_id.len && !flow_state_is_final(f->f.state);
    return named && (f->f.state == FS_PARKED || f->f.failures > 0) &&
           s->requests[f->request].ticket != cycle_index(f->f.issue_id);
}

static void fill_flows(const struct sim *s, int request, struct dossier *d)
{
    for (int i = 0; i < s->flow_count; i++) {
        const struct sflow *f = &s->flows[i];
        if (f->request != request) {
            d->ours_unseen |= is_unseen(s, f);
            continue;
        }
        bool recent = s->now_ms - f->created_ms < 3600000 && f->f.state != FS_MOOT;
        bool words = f->f.kind == FLOW_COMMENT || f->f.kind == FLOW_FIELDS ||
                     f->f.kind == FLOW_MEND || f->f.kind == FLOW_EVIDENCE_LINK;
        if (f->f.kind == FLOW_EVIDENCE_LINK && f->f.state == FS_DONE)
            d->badge_shown = (enum badge)f->cycle;
        bool close = f->f.kind == FLOW_CLOSE && f->cycle == s->requests[request].claim_cycle;
        bool sent = (f->f.state >= FS_CALLING && f->f.state <= FS_DONE) || f->f.sent_at_ms;
        d->close_sent |= close && sent && !f->excepted;
        bool moves = recent && (f->f.state != FS_DONE || f->f.attempt > 0);
        d->returns_last_hour += moves && f->f.kind == FLOW_RETURN;
        d->reopens_last_hour += moves && f->f.kind == FLOW_REOPEN;
        d->writes_last_hour += recent && words;
        if (!flow_state_is_final(f->f.state)) {
            d->flow_open[f->f.kind] = true;
            d->flow_parked[f->f.kind] |= f->f.state == FS_PARKED;
            if (f->f.state == FS_PARKED && !store_has_turn(s, f))
                continue;
            d->flow_cycle[f->f.kind] = store_flow_cycle(f);
            d->flow_sent_ms[f->f.kind] = f->f.sent_at_ms;
            d->flow_refused_ms[f->f.kind] = f->parked_ms;
            d->flow_attempts[f->f.kind] = f->f.attempt;
        }
    }
}

/* A write of ours ended since the read that stands here was begun. */
static bool is_unsteady(const struct sim *s, int request)
{
    for (int i = 0; i < s->flow_count; i++) {
        const struct sflow *f = &s->flows[i];
        if (f->request == request && f->ended_ms &&
            f->ended_ms >= s->requests[request].seen_from_ms)
            return true;
    }
    return false;
}

/* --- approvals --- */

void store_approval(struct sim *s, struct srequest *r, const struct sdecision *real,
                    uint64_t counts_for)
{
    if (r->approval_count == APPROVALS_MAX)
        sim_violate(s, "INV18 bounded", "more than %d approvals", APPROVALS_MAX);
    r->approvals[r->approval_count++] = (struct sapproval){*real, counts_for};
    store_changed(s, r, real->approved ? "approved" : "declined");
}

static bool is_declined(const struct srequest *r)
{
    for (int i = 0; i < r->approval_count; i++)
        if (!r->approvals[i].real.approved)
            return true;
    return false;
}

/* What the ticket says was decided there, once: for what it asks for if it did so before, else for
 * nobody knows what. */
static void take_decision(struct sim *s, struct srequest *r, const struct ticket *ticket)
{
    const struct sticket *t = &s->tickets[r->ticket];

    bool decided = ticket->approval == APPROVAL_APPROVED || ticket->approval == APPROVAL_DECLINED;

    if (!decided || ticket->presence != TICKET_HERE)
        return;
    for (int i = 0; i < r->approval_count; i++)
        if (r->approvals[i].real.at_ms == ticket->approved_at_ms)
            return;
    for (int i = 0; i < t->decision_count; i++)
        if (t->decisions[i].at_ms == ticket->approved_at_ms)
            store_approval(s, r, &t->decisions[i],
                           ticket->mapped_hash == r->mapped_hash ? r->mapped_hash : 0);
}

/* Until something is approved, the items follow the ticket. */
static void follow_ticket(struct sim *s, struct srequest *r, const struct ticket *ticket)
{
    bool early =
        !r->approved_ms && (r->phase == PHASE_RECEIVED || r->phase == PHASE_PENDING_APPROVAL);

    if (!early || ticket->presence != TICKET_HERE)
        return;
    bool same = ticket->mapped_hash == r->mapped_hash && !r->held;
    r->held = !ticket->mapped_hash;
    if (r->held || same)
        return;
    if (ticket->mapped_hash != r->mapped_hash)
        store_changed(s, r, "remapped");
    r->mapped_hash = ticket->mapped_hash;
    if (r->mapped_hash != r->items_of && !PLANTED(ITEMS_STAY))
        make_items(s, r, r->mapped_hash);
}

/* Which close a refusal is about: the claim, else how the ticket stands. */
static int close_cycle(const struct srequest *r)
{
    bool claimed = r->phase == PHASE_CLAIMED || r->phase == PHASE_VERIFYING ||
                   r->phase == PHASE_VERIFIED || r->phase == PHASE_EXCEPTION;
    return claimed ? r->claim_cycle : r->seen_cycle;
}

struct dossier *store_dossier(struct sim *s, struct arena *arena, int request)
{
    const struct srequest *r = &s->requests[request];
    struct dossier *d = ARENA_NEW(arena, struct dossier);

    d->request_id = request_id(request);
    d->version = r->version;
    d->now_ms = s->now_ms;
    d->kind = r->kind;
    d->phase = r->phase;
    d->mode = r->mode;
    d->held = r->held;
    d->contested = r->contest == CONTEST_HELD && !PLANTED(CONTESTED_UNTOLD);
    d->hold_text = r->held ? STR("no role") : STR_NONE;
    d->from_ticket = r->from_ticket;
    d->generation = r->generation;
    d->requested_ms = r->requested_ms;
    d->approved_ms = r->approved_ms;
    d->claimed_ms = r->claimed_ms;
    d->verified_ms = r->verified_ms;
    d->closed_ms = r->closed_ms;
    d->access_until_ms = r->access_until_ms;
    d->approval_needed = r->approval_needed;
    d->approval_declined = is_declined(r);
    d->cancel_asked = r->cancel_asked;
    d->approved_hash = r->approved_hash;
    d->site = STR("site");
    d->marker = request_id(request);
    d->claim_cycle = cycle_text(r->claim_cycle);
    d->answered_cycle = cycle_text(r->answered_cycle);
    d->notice_shown = r->notice;
    d->notice_shown_key = r->notice_key;
    d->reads_since_claim = r->claimed_ms ? r->reads : 0;
    d->last_read_ms = r->last_read_ms;
    d->said_hash = r->said_hash;
    d->said_in = r->said_in;
    d->unsteady = is_unsteady(s, request);
    d->touched = r->seen.updated_ms > r->acked_ms;
    d->ticket = r->seen;
    d->refused = r->refused_cycle == close_cycle(r) ? r->refused : REFUSAL_NONE;
    d->ticket_read_ms = r->fresh_ms;
    d->links_evidence = s->links_evidence;
    if (r->ticket >= 0)
        d->ticket.issue_id = cycle_text(r->ticket);
    fill_items(s, arena, r, d);
    fill_flows(s, request, d);
    approve_fill(arena, r, d);
    after_fill(s, arena, r, d);
    policy_fill(s, r, d);
    return d;
}

struct dossier *store_dossier_first(struct sim *s, struct arena *arena, int request)
{
    const struct srequest *r = &s->requests[request];
    const struct ticket *t = &r->seen;
    bool early = r->phase == PHASE_TICKETING || r->phase == PHASE_FULFILLING;
    bool fresh = t->presence == TICKET_HERE && r->fresh_ms;
    struct str issue_id = r->ticket >= 0 ? cycle_text(r->ticket) : t->issue_id;

    if (str_empty(issue_id) || (early && fresh && t->role == STATUS_OPEN))
        return store_dossier(s, arena, request);
    struct dossier *brief = ARENA_NEW(arena, struct dossier);
    brief->brief = true;
    brief->request_id = request_id(request);
    brief->version = r->version;
    brief->now_ms = s->now_ms;
    brief->kind = r->kind;
    brief->phase = r->phase;
    brief->mode = r->mode;
    brief->site = STR("site");
    brief->ticket.presence = t->presence;
    brief->ticket.issue_id = issue_id;
    brief->ticket.key = t->key;
    brief->ticket.fields_ms = t->fields_ms;
    return brief;
}

/* --- guarded writes --- */

static struct srequest *fenced(struct sim *s, const struct world *w, const struct dossier *d)
{
    struct srequest *r = &s->requests[request_index(d->request_id)];
    bool mine = r->version == d->version && r->owner == w && r->lease_until_ms > s->now_ms;

    if (PLANTED(NO_FENCE)) {
        check_fence(s, mine, "a request");
        return r;
    }
    return mine ? r : NULL;
}

static void save_observation(struct sim *s, struct srequest *r, struct sitem *item,
                             const struct sobs *from)
{
    if (item->obs_count == OBS_MAX) {
        memmove(item->obs, item->obs + 1, sizeof item->obs - sizeof item->obs[0]);
        item->obs_count--;
    }
    struct sobs *kept = &item->obs[item->obs_count++];
    *kept = *from;
    kept->o.observed_ms = s->now_ms;
    kept->generation = r->generation;
    extra_save(r, item, from);
    item->reads++;
    store_changed(s, r, "observed");
}

/* While it is open the mode is what the live mapping says; what is closed stays as it was. */
static void follow_mapping(struct sim *s, struct srequest *r)
{
    bool closed = r->phase == PHASE_CLOSED && r->seen_cycle == r->closed_cycle;

    if (closed || r->mode == r->wanted_mode || PLANTED(MODE_STAYS))
        return;
    r->mode = r->wanted_mode;
    store_changed(s, r, "mode");
    sim_trace(s, gate_mode_name(r->mode), index_of(s, r), 0);
}

void store_saw(struct sim *s, struct srequest *r, const struct ticket *ticket, int64_t looked_ms)
{
    bool known = s->tickets[r->ticket].hinted_ms < looked_ms || PLANTED(KEPT_OVER_HINT);

    r->seen = *ticket;
    r->seen_cycle = cycle_index(ticket->cycle);
    r->seen_from_ms = looked_ms;
    r->seen_ms = s->now_ms;
    r->fresh_ms = known && ticket->presence == TICKET_HERE ? looked_ms : 0;
    if (r->said_hash && ticket->shown_hash == r->said_hash)
        r->said_in = ticket->shown_in;
    take_decision(s, r, ticket);
}

static void prolong(const struct sim *s, struct srequest *r)
{
    int64_t until_ms = s->now_ms + s->policy.look_ms;

    if (r->lease_until_ms < until_ms)
        r->lease_until_ms = until_ms;
}

bool store_save_facts(struct sim *s, const struct world *w, const struct dossier *d,
                      const struct ticket *ticket, const struct sobs *obs, size_t count)
{
    struct srequest *r = fenced(s, w, d);

    if (!r)
        return false;
    if (ticket) {
        store_saw(s, r, ticket, d->now_ms);
        follow_ticket(s, r, ticket);
        contest_follow(s, r, ticket);
        follow_mapping(s, r);
        r->mapped_from_ms = d->now_ms;
    }
    for (size_t i = 0; i < count; i++)
        save_observation(s, r, &r->items[obs[i].o.item_id], &obs[i]);
    if (count) {
        for (size_t i = 0; i < r->item_count; i++) /* a bundle may come in portions */
            r->reads = r->items[i].reads > r->reads ? r->items[i].reads : r->reads;
        r->last_read_ms = s->now_ms;
        r->acked_ms = r->seen.updated_ms;
    }
    r->version++;
    prolong(s, r);
    return true;
}

bool store_save_permit(struct sim *s, const struct world *w, const struct dossier *d,
                       enum permit_stage stage, const struct spermit *said)
{
    struct srequest *r = fenced(s, w, d);

    if (!r)
        return false;
    policy_keep(s, r, stage, said);
    r->version++;
    prolong(s, r);
    return true;
}

static void apply_move(struct sim *s, const struct boot *b, struct srequest *r, enum phase to)
{
    bool proven = to == PHASE_VERIFIED || to == PHASE_EXCEPTION;
    bool again = to == PHASE_CLAIMED || to == PHASE_FULFILLING || to == PHASE_VERIFYING;

    check_move(s, r, to);
    sim_phase_count[to]++;
    if (to == PHASE_PENDING_APPROVAL)
        r->asked_ms = s->now_ms;
    r->phase = to;
    if (to == PHASE_CLAIMED)
        r->claim_seen_ms = s->now_ms;
    if (to == PHASE_APPROVED && !r->approved_ms) {
        r->approved_ms = s->now_ms;
        r->approved_hash = r->mapped_hash;
    }
    if (proven) {
        r->proven_ms = s->now_ms;
        for (size_t i = 0; i < r->item_count; i++) {
            r->items[i].on_exception =
                to == PHASE_EXCEPTION && r->items[i].excepted_until_ms > s->now_ms + 60000;
            if (!r->items[i].on_exception)
                r->items[i].proven_ms = s->now_ms;
        }
        r->verified_ms = s->now_ms + (PLANTED(SLA_REPLICA_CLOCK) ? b->skew_ms : 0);
    }
    if (again)
        r->proven_ms = r->verified_ms = 0;
    r->closed_ms = to == PHASE_CLOSED ? s->now_ms : 0;
    if (to == PHASE_CLOSED)
        r->closed_cycle = r->seen_cycle;
    if (to == PHASE_APPROVED)
        supersede(s, r);
    after_over(s, r);
    store_changed(s, r, phase_name(to));
    sim_trace(s, phase_name(to), index_of(s, r), r->generation);
}

static void apply_claim(struct sim *s, struct srequest *r, const struct decision *x)
{
    if (x->new_claim) {
        r->generation++;
        r->claimed_ms = s->now_ms;
        r->claim_cycle = r->seen_cycle;
        r->reads = 0;
        for (size_t i = 0; i < r->item_count; i++)
            r->items[i].reads = 0;
        r->last_read_ms = 0;
    } else if (x->move && x->to == PHASE_CLAIMED) {
        r->claim_cycle = r->seen_cycle; /* only a planted bug comes here */
    }
    if (x->answered)
        r->answered_cycle = r->seen_cycle;
}

static void retry_refused(struct sim *s, int request, const struct decision *x)
{
    for (int i = 0; i < s->flow_count; i++) {
        struct sflow *f = &s->flows[i];
        if (f->request != request || f->f.state != FS_PARKED || !x->retry[f->f.kind] ||
            !store_has_turn(s, f))
            continue;
        check_retry(s, f);
        store_retry_flow(s, f);
    }
}

/* What is about to be written, where the mapping names it now. */
static void store_say(struct sim *s, struct srequest *r, uint64_t words)
{
    struct ticket now;

    words_show(s, &s->tickets[r->ticket], &now);
    r->said_in = now.shown_in;
    if (!PLANTED(SAID_IS_OLD) || !r->said_hash)
        r->said_hash = words;
    for (int i = 0; i < s->flow_count; i++)
        if (s->flows[i].request == index_of(s, r) && s->flows[i].f.kind == FLOW_FIELDS &&
            s->flows[i].f.state == FS_PENDING && !s->flows[i].said)
            s->flows[i].said = words;
}

bool store_save_decision(struct sim *s, const struct world *w, const struct dossier *d,
                         const struct decision *x, bool release)
{
    struct srequest *r = fenced(s, w, d);
    const struct boot *b = (const struct boot *)(const void *)w;

    if (!r)
        return false;
    for (size_t i = 0; i < x->flow_count; i++) {
        store_flow_add(s, index_of(s, r), &x->flows[i]);
        if (x->flows[i].kind != FLOW_COMMENT && x->flows[i].kind != FLOW_FIELDS)
            continue;
        r->notice_key = x->notice_key;
        r->notice = x->flows[i].notice;
        if (x->flows[i].kind == FLOW_FIELDS)
            store_say(s, r, words_said(d, x, &x->flows[i]));
    }
    retry_refused(s, index_of(s, r), x);
    r->tamper_recorded |= x->tampered;
    if (x->refused) {
        r->refused = x->refused;
        r->refused_cycle = close_cycle(r);
        store_changed(s, r, refusal_name(x->refused));
    }
    check_decision(s, r, d, x);
    after_save(s, r, x);
    if (x->settles)
        after_settle(s, r, x->settled);
    apply_claim(s, r, x);
    if (x->move && r->phase == PHASE_CLOSED && strcmp(x->reason, "ExceptionLapsed") == 0)
        after_lapse(s, r);
    if (x->move)
        apply_move(s, b, r, x->to);
    r->version++;
    if (!release) {
        prolong(s, r);
        return true;
    }
    r->owner = NULL;
    r->look_ms = r->hinted_ms >= r->looked_ms ? s->now_ms : x->look_again_ms;
    if (r->look_ms)
        replica_kick(s, r->look_ms);
    return true;
}
