/* check.c: the invariants (reliability 2.1), from what the model knows, not from what the code
 * under test believes. */
#include "sim.h"

enum { SETTLE_MS = 30000, CONFIRMATIONS = 2, MAX_AGE_MS = 15 * 60000, RACE_MS = 5000 };

static bool says_so(const struct srequest *r, const struct sobs *x)
{
    enum outcome wanted = r->kind == REQUEST_GRANT ? OUTCOME_PRESENT : OUTCOME_ABSENT;
    bool canary = r->kind == REQUEST_GRANT || x->real_canary;
    return x->real_outcome == wanted && x->real_complete && canary &&
           x->real_as_of_ms >= r->claim_seen_ms;
}

/* Is there a proof for the present claim? */
static bool is_proven(const struct sim *s, const struct srequest *r)
{
    int run = 0;
    int64_t newest = 0, oldest = 0;

    for (size_t i = r->obs_count; i > 0 && says_so(r, &r->obs[i - 1]); i--) {
        const struct sobs *x = &r->obs[i - 1];
        if (!run)
            newest = oldest = x->real_as_of_ms;
        if (x->real_as_of_ms < oldest) /* a copy may be older than the one before it */
            oldest = x->real_as_of_ms;
        run++;
    }
    if (!run || s->now_ms - r->obs[r->obs_count - 1].o.observed_ms > MAX_AGE_MS + RACE_MS)
        return false;
    return r->kind == REQUEST_GRANT || (run >= CONFIRMATIONS && newest - oldest >= SETTLE_MS);
}

void check_move(struct sim *s, struct srequest *r, enum phase to)
{
    if (!phase_move_allowed(r->phase, to))
        sim_violate(s, "table of phases", "%s to %s", phase_name(r->phase), phase_name(to));
    if (to != PHASE_VERIFIED && to != PHASE_CLOSED)
        return;
    if (!is_proven(s, r))
        sim_violate(s, "INV6 proof", "%s without a proof of this claim (%zu reads, claim %lld)",
                    phase_name(to), r->obs_count, (long long)r->claim_seen_ms);
    if (r->seen_cycle != r->claim_cycle && !r->seen.moved_by_us)
        sim_violate(s, "INV6 cycle", "%s for another claim than the ticket's", phase_name(to));
}

void check_close_call(struct sim *s, struct srequest *r)
{
    const struct sticket *t = &s->tickets[r->ticket];
    bool another_claim =
        !t->moved_by_us && t->cycle != r->claim_cycle && s->now_ms - t->updated_ms > RACE_MS;

    if (!is_proven(s, r))
        sim_violate(s, "INV6 proof", "a ticket is being closed without proof");
    if (another_claim)
        sim_violate(s, "INV6 cycle", "a ticket is being closed that a person took back");
}

void check_post(struct sim *s, struct srequest *r, int64_t search_age_ms)
{
    const struct flow_times *t = &s->policy.times;

    if (r->post_unresolved && s->now_ms - r->last_post_ms <= s->lateness_ms + t->call_timeout_ms)
        sim_violate(s, "INV2 no POST in doubt", "%lld ms after a POST whose fate is unknown",
                    (long long)(s->now_ms - r->last_post_ms));
    for (int i = 0; i < s->ticket_count; i++) {
        const struct sticket *x = &s->tickets[i];
        bool was_visible = x->visible_ms <= s->now_ms - search_age_ms;
        if (x->here && x->request == (int)(r - s->requests) && was_visible)
            sim_violate(s, "INV3 no POST beside a live ticket", "ticket %d was searchable", i);
    }
}

static void check_request(struct sim *s, struct srequest *r)
{
    struct sla_clock clock = {
        .started_ms = r->requested_ms, .stopped_ms = r->verified_ms, .goal_ms = 1};
    int64_t elapsed = sla_elapsed_ms(&clock, s->now_ms);
    bool over =
        phase_is_terminal(r->phase) || r->phase == PHASE_CLOSED || r->phase == PHASE_ORPHANED;
    int live = 0;

    if (elapsed < r->sla_last_ms && !r->verified_ms)
        sim_violate(s, "INV9 SLA", "the clock went back from %lld to %lld",
                    (long long)r->sla_last_ms, (long long)elapsed);
    r->sla_last_ms = r->verified_ms ? 0 : elapsed;
    if (r->evidence != r->changes || r->chain.seq != r->changes)
        sim_violate(s, "INV10 evidence", "%d entries for %d changes", r->evidence, r->changes);
    for (int i = 0; i < s->ticket_count; i++)
        live += s->tickets[i].here && s->tickets[i].request == (int)(r - s->requests);
    if (live > 1)
        sim_violate(s, "INV4 one live ticket", "%d live tickets", live);
    if (over || r->look_ms || r->owner)
        return;
    for (int i = 0; i < s->flow_count; i++)
        if (s->flows[i].request == (int)(r - s->requests) &&
            !flow_state_is_final(s->flows[i].f.state))
            return;
    sim_violate(s, "INV14 no orphan", "a request in %s that nothing will wake",
                phase_name(r->phase));
}

void check_event(struct sim *s)
{
    for (int i = 0; i < s->request_count; i++)
        check_request(s, &s->requests[i]);
}

bool check_settled(const struct sim *s)
{
    for (int i = 0; i < s->ticket_count; i++)
        if (s->tickets[i].here && s->tickets[i].request < 0 && s->request_count < REQUESTS_MAX)
            return false;
    for (int i = 0; i < s->request_count; i++) {
        const struct srequest *r = &s->requests[i];
        bool done = r->ticket >= 0 && s->tickets[r->ticket].role == STATUS_DONE;
        if (!phase_is_terminal(r->phase) && !(r->phase == PHASE_CLOSED && done))
            return false;
    }
    return true;
}
