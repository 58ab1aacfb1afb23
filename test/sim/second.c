/* second.c: what service/adopt.c does with a ticket that no request has: it opens one, it waits for
 * the create that made it, or it is one too many. Between its reads and its write time passes. */
#include "sim.h"

enum { AGAIN_MS = 60000, SOON_MS = 5000 };

struct sim_told sim_told;

static bool is_thrown_away(const struct sticket *t)
{
    return !t->here || t->role == STATUS_CANCELLED || t->role == STATUS_DECLINED;
}

static void on_again(struct sim *s, void *arg, int64_t ticket)
{
    (void)arg;
    second_hint(s, (int)ticket);
}

static void again(struct sim *s, int ticket, int64_t after_ms)
{
    sim_at(s, s->now_ms + after_ms, on_again, NULL, ticket);
}

void second_again(struct sim *s, int ticket)
{
    again(s, ticket, SOON_MS);
}

/* Governed like any other, and people are told. */
static void flag(struct sim *s, int ticket)
{
    struct sticket *t = &s->tickets[ticket];

    if (t->contested)
        return;
    t->contested = true;
    store_open_request(s, ticket);
}

static void swap(struct sim *s, struct srequest *r, int ticket)
{
    int loser = r->ticket;
    bool early = r->phase <= PHASE_FULFILLING || r->phase == PHASE_ORPHANED;

    if (!early || !store_retire_end(s, s->tickets[ticket].made_for, ticket) ||
        !store_retire_add(s, s->tickets[ticket].made_for, loser)) {
        again(s, ticket, AGAIN_MS);
        return;
    }
    sim_told.swapped++;
    check_kept(s, s->tickets[ticket].made_for, ticket);
    sim_trace(s, "request goes over to ticket", s->tickets[ticket].made_for, ticket);
    r->ticket = ticket;
    r->version++;
    r->owner = NULL;
    r->seen = (struct ticket){0};
    r->seen_cycle = -1;
    r->seen_ms = r->fresh_ms = 0;
    r->notice_key = r->said_hash = 0;
    r->notice = NOTICE_NONE;
    store_changed(s, r, "second");
    store_look_now(s, r);
}

/* Bound, or governed, since it was seen. */
static bool is_governed(const struct sim *s, int ticket)
{
    const struct sticket *t = &s->tickets[ticket];
    return t->request >= 0 && s->requests[t->request].ticket == ticket;
}

struct judged {
    int ticket, kept;
    enum second what;
};
enum { WHATS = 8 };

/* The write, a while after the reads: not when the request has moved on since. */
static void on_judged(struct sim *s, void *arg, int64_t number)
{
    struct judged j = {(int)number / WHATS / TICKETS_MAX, (int)number / WHATS % TICKETS_MAX,
                       (enum second)(number % WHATS)};
    struct srequest *r =
        &s->requests[s->tickets[j.ticket].made_for < 0 ? s->tickets[j.ticket].marks
                                                       : s->tickets[j.ticket].made_for];

    (void)arg;
    if (is_governed(s, j.ticket)) /* by another judgement of the same moment: the claim is over */
        return;
    if (r->ticket != j.kept) {
        again(s, j.ticket, AGAIN_MS);
        return;
    }
    switch (j.what) {
    case SECOND_OVER:
        return;
    case SECOND_RETIRE:
        if (!store_retire_add(s, (int)(r - s->requests), j.ticket))
            again(s, j.ticket, AGAIN_MS);
        return;
    case SECOND_SWAP:
        swap(s, r, j.ticket);
        return;
    case SECOND_FOREIGN:
        sim_told.foreign++;
        flag(s, j.ticket);
        return;
    case SECOND_CONTESTED:
        sim_told.contested += !s->tickets[j.ticket].contested;
        flag(s, j.ticket);
        return;
    }
}

/* Others of its request that people work on, and that nobody has judged, or bound, yet: they go
 * first. False too when whoever asks is taken for a stranger. */
static bool may_go_over(struct sim *s, int ticket, int request, const struct ticket *second)
{
    struct find_result found = {.proven = !FAULT(s, anonymous)};
    bool waits = !found.proven;

    jira_find(s, request, &found);
    second_rivals(second, cycle_text(s->requests[request].ticket), &found);
    for (size_t i = 0; i < found.count; i++) {
        int rival = cycle_index(found.issue_id[i]);
        waits |= !s->tickets[rival].contested && !is_governed(s, rival);
    }
    if (waits)
        again(s, ticket, AGAIN_MS);
    return !waits;
}

static void judge(struct sim *s, int ticket, int request)
{
    const struct srequest *r = &s->requests[request];
    struct ticket second, kept;

    jira_read(s, ticket, &second);
    jira_read(s, r->ticket, &kept);
    if (PLANTED(SECOND_IGNORED))
        return;
    enum second what =
        second_judge(&second, &kept, request_id(request), request_id(request), r->phase);
    sim_trace(s, "second ticket", ticket, what);
    if (what == SECOND_SWAP && !may_go_over(s, ticket, request, &second))
        return;
    sim_at(s, s->now_ms + rng_range(&s->rng, 5, 3000), on_judged, NULL,
           (int64_t)(ticket * TICKETS_MAX + r->ticket) * WHATS + what);
}

void second_hint(struct sim *s, int ticket)
{
    struct sticket *t = &s->tickets[ticket];
    /* a program that does not ask who made it asks for the marker alone */
    int request = t->made_for >= 0 || PLANTED(CLONE_IS_CANCELLED) ? t->marks : -1;

    if (!t->here || t->hidden)
        return;
    if (is_governed(s, ticket))
        return;
    if (request < 0) {
        if (t->request < 0)
            store_open_request(s, ticket);
    } else if (s->requests[request].ticket < 0 && store_create_is_over(s, request)) {
        flag(s, ticket); /* nobody wanted it any more when it came after all */
    } else if (s->requests[request].ticket < 0) {
        if (store_create_named(s, request, ticket))
            sim_told.told_by_hint++;
        again(s, ticket, AGAIN_MS);
    } else {
        judge(s, ticket, request);
    }
}

/* Every ticket of ours is its request's, or thrown away, or people were told of it. */
bool second_settled(const struct sim *s)
{
    for (int i = 0; i < s->ticket_count; i++) {
        const struct sticket *t = &s->tickets[i];
        bool kept = t->made_for >= 0 && s->requests[t->made_for].ticket == i;
        if (t->made_for >= 0 && !kept && !is_thrown_away(t) && !t->contested)
            return false;
    }
    return true;
}
