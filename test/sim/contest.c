/* contest.c: requests that were approved are moved to another mapping, which may read something
 * else in their tickets, as sql/routine/mapping_rebase.sql has it: then they are contested until
 * people decide. */
#include "sim.h"

enum { DECIDES_MS = 20 * 60000 };

static int index_of(const struct sim *s, const struct srequest *r)
{
    return (int)(r - s->requests);
}

/* What was about to be saved is not: it was read by the mapping of before. */
static void take_from_all(struct sim *s, struct srequest *r)
{
    r->version++;
    store_look_now(s, r);
}

bool contest_begin(struct sim *s, struct srequest *r)
{
    bool open = r->approved_ms && r->ticket >= 0 && !r->held && !phase_is_terminal(r->phase) &&
                r->phase != PHASE_CLOSED;

    if (!open || r->contest != CONTEST_NONE || !FAULT(s, remapped))
        return false;
    r->contest = CONTEST_ASKED;
    r->reads_else = rng_below(&s->rng, 2);
    sim_trace(s, "to be moved", index_of(s, r), r->reads_else);
    take_from_all(s, r);
    return true;
}

/* It goes on as it was approved, or it is withdrawn; of what is over nothing is withdrawn. */
static void on_decided(struct sim *s, void *arg, int64_t number)
{
    struct srequest *r = arg;
    bool over = phase_is_terminal(r->phase) || r->phase == PHASE_CLOSED;

    (void)number;
    if (!over && rng_below(&s->rng, 3) == 0)
        r->cancel_asked = true;
    else
        r->contest = CONTEST_NONE;
    sim_trace(s, "contest decided", index_of(s, r), r->cancel_asked);
    take_from_all(s, r);
}

void contest_follow(struct sim *s, struct srequest *r, const struct ticket *ticket)
{
    bool same = ticket->mapped_hash == r->mapped_hash && !r->reads_else;

    if (r->contest != CONTEST_ASKED || ticket->presence != TICKET_HERE)
        return;
    r->contest = same ? CONTEST_NONE : CONTEST_HELD;
    sim_trace(s, same ? "moved" : "contested", index_of(s, r), 0);
    if (same)
        return;
    r->contested_ms = s->now_ms;
    store_changed(s, r, "contested");
    sim_at(s, s->now_ms + rng_range(&s->rng, 1000, DECIDES_MS), on_decided, r, 0);
}

void check_contested(struct sim *s, const struct srequest *r, int64_t race_ms, const char *what)
{
    if (r->contest == CONTEST_HELD && s->now_ms - r->contested_ms > race_ms)
        sim_violate(s, "INV29 contested waits", "what is contested is %s", what);
}
