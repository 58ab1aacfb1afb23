/* bulk.c: many tickets opened again by one call (service/convoy.h): who rides is committed before
 * it leaves, Jira works on it after it has answered, and says of each what it likes. The production
 * domain/bulk.c decides; the others that ride along belong to requests that are not modelled. */
#include "domain/bulk.h"

#include "sim.h"

enum {
    LOAD_MS = 500,             /* as in convoy.c */
    LASTS_MS = 15 * 60 * 1000, /* as there, and Jira's own bound for a task */
    SILENT_MS = 30 * 1000,     /* as there */
    REFUSED_MS = 10 * 60 * 1000,
    CLOSED_AT_ONCE_MAX = 3, /* times that somebody closes all he sees */
};

void bulk_draw(struct sim *s)
{
    struct rng own; /* so that the other schedules stay as they were */

    s->has_bulk = s->seed % 4 == 1;
    rng_seed(&own, s->seed ^ 0xb01du);
    uint32_t *const rates[] = {&s->rates.bulk_refused,   &s->rates.bulk_left,
                               &s->rates.bulk_slow,      &s->rates.bulk_silent,
                               &s->rates.bulk_broken,    &s->rates.closed_in_bulk,
                               &s->rates.gathered_early, &s->rates.gather_omits};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++)
        *rates[i] = rng_below(&own, 2) ? (uint32_t)rng_range(&own, 10000, 400000) : 0;
    if (s->has_bulk) { /* where tickets are opened again, and often */
        s->mode = GATE_ENFORCE;
        s->rates.closed_in_bulk = 300000;
    }
}

/* --- the database --- */

static bool is_live(const struct sim *s, const struct sbulk *b)
{
    return b->kept && !b->over && b->until_ms > s->now_ms;
}

/* As governance.bulk_may_move. */
bool store_bulk_may_move(const struct sim *s, int request)
{
    for (int i = 0; i < s->bulk_count; i++)
        for (int k = 0; is_live(s, &s->bulks[i]) && k < s->bulks[i].count; k++)
            if (s->bulks[i].riders[k].request == request &&
                s->bulks[i].riders[k].kept == BULK_UNKNOWN)
                return true;
    return false;
}

/* As governance.bulk_begin: all of them are this replica's, and under way. */
static bool store_bulk_begin(struct sim *s, struct sbulk *b)
{
    for (int k = 0; k < b->count; k++) {
        const struct sflow *f = &s->flows[b->riders[k].flow];
        if (f->f.state != FS_CALLING || f->owner != &b->boot->world ||
            f->lease_until_ms <= s->now_ms)
            return false;
    }
    b->kept = true;
    b->owner = b->boot;
    b->heard_ms = s->now_ms;
    b->until_ms = s->now_ms + s->policy.times.grace_ms + LASTS_MS;
    return true;
}

/* As governance.bulk_told; that write may be lost, too. */
static void store_bulk_told(struct sim *s, struct sbulk *b, const struct boot *by, bool over,
                            bool ended)
{
    bool lost = FAULT(s, save_unknown) && rng_below(&s->rng, 2);

    if (lost || !by->alive || b->owner != by || b->over)
        return;
    b->heard_ms = s->now_ms;
    b->over = over;
    b->named = b->named || b->task_known;
    for (int k = 0; ended && by == b->boot && k < b->count; k++)
        b->riders[k].kept = bulk_fate(b->stands, b->riders[k].word, true);
}

/* --- whoever asks --- */

/* A process that is paused does it later; one that is dead lets what waits end. */
static bool is_deferred(struct sim *s, const struct boot *boot, event_fn *fn, struct sbulk *b)
{
    if (!boot->alive || s->ending || boot->paused_until_ms <= s->now_ms)
        return false;
    sim_at(s, boot->paused_until_ms, fn, b, AT_THE_SEAM);
    return true;
}

static void answer(struct srider *rider, enum call_outcome outcome)
{
    struct call_reply reply = {.outcome = outcome, .reached = STATUS_OPEN};

    if (rider->op)
        call_answered(rider->op, &reply);
    rider->op = NULL;
}

static void answer_all(struct sbulk *b, enum call_outcome outcome, int64_t told_ms)
{
    struct call_reply reply = {.outcome = outcome, .told_ms = told_ms, .reached = STATUS_OPEN};

    for (int k = 0; k < b->count; k++) {
        if (b->riders[k].op)
            call_answered(b->riders[k].op, &reply);
        b->riders[k].op = NULL;
    }
}

/* late: nobody waits for more words. */
static void hand_out(struct sbulk *b, bool late)
{
    for (int k = 0; k < b->count; k++) {
        struct srider *rider = &b->riders[k];
        switch (bulk_fate(b->stands, rider->word, late)) {
        case BULK_WAITS:
            break;
        case BULK_DID:
            answer(rider, CALL_DID);
            break;
        case BULK_LEFT:
            answer(rider, CALL_NOT_SENT);
            break;
        case BULK_UNKNOWN:
            answer(rider, CALL_LOST);
            break;
        }
    }
}

static void hear(struct sbulk *b)
{
    b->stands = b->task;
    for (int k = 0; k < b->count; k++)
        if (!b->riders[k].silent)
            b->riders[k].word = b->riders[k].said;
}

static bool nobody_waits(const struct sbulk *b)
{
    for (int k = 0; k < b->count; k++)
        if (b->riders[k].op)
            return false;
    return true;
}

static void on_ask(struct sim *s, void *arg, int64_t number)
{
    struct sbulk *b = arg;
    const struct boot *by = b->asker;
    (void)number;

    if (is_deferred(s, by, on_ask, b))
        return;
    if (!by->alive || s->ending) {
        answer_all(b, CALL_LOST, 0);
        return;
    }
    int64_t age = s->now_ms - b->asked_from_ms;
    if (!FAULT(s, jira_down))
        hear(b);
    if (by == b->boot)
        hand_out(b, age >= s->policy.times.call_timeout_ms);
    if (b->stands != BULK_RUNS) {
        store_bulk_told(s, b, by, b->stands == BULK_COMPLETE, true);
    } else if (age < LASTS_MS) {
        if (nobody_waits(b))
            store_bulk_told(s, b, by, false, false);
        sim_at(s, s->now_ms + bulk_ask_ms(age) + rng_range(&s->rng, 30, 800), on_ask, b,
               AT_THE_SEAM);
    }
}

static void ask_from_now(struct sim *s, struct sbulk *b, struct boot *by, int64_t sent_ms)
{
    b->asker = by;
    b->asked_from_ms = sent_ms;
    sim_at(s, s->now_ms + bulk_ask_ms(0), on_ask, b, AT_THE_SEAM);
}

/* --- Jira works on it --- */

static void on_moved(struct sim *s, void *arg, int64_t number)
{
    struct srider *rider = arg;
    struct call_reply reply = {.outcome = CALL_DID};
    struct sbulk *b = &s->bulks[rider->bulk];
    (void)number;

    if (s->ending)
        return;
    rider->may_move = false;
    if (FAULT(s, bulk_left))
        reply.outcome = CALL_REFUSED; /* for whatever reason: that ticket alone */
    else
        deed_do(s,
                &(struct deed){.what = {STEP_TO_OPEN, STATUS_OPEN, 0},
                               .kind = FLOW_REOPEN,
                               .request = rider->request,
                               .ticket = rider->ticket},
                &reply);
    rider->said = reply.outcome == CALL_DID ? BULK_SAYS_MOVED : BULK_SAYS_FAILED;
    sim_trace(s, "a task moves", rider->ticket, rider->said);
    if (--b->left == 0 && b->task == BULK_RUNS)
        b->task = BULK_COMPLETE;
}

static void on_broken(struct sim *s, void *arg, int64_t number)
{
    struct sbulk *b = arg;
    (void)number;

    if (b->task == BULK_RUNS && !s->ending)
        b->task = BULK_BROKEN; /* what is left of it may be carried out all the same */
}

/* One ticket after the other, from that time on. */
static void task_begins(struct sim *s, struct sbulk *b, int64_t at_ms)
{
    int64_t each_ms = FAULT(s, bulk_slow) ? LASTS_MS / (b->count + 1) : 400;

    b->left = b->count;
    for (int k = 0; k < b->count; k++) {
        struct srider *rider = &b->riders[k];
        at_ms += rng_range(&s->rng, 10, each_ms);
        rider->silent = FAULT(s, bulk_silent); /* it says nothing of this one */
        sim_at(s, at_ms, on_moved, rider, 0);
    }
    if (FAULT(s, bulk_broken))
        sim_at(s, s->now_ms + rng_range(&s->rng, 10, each_ms), on_broken, b, 0);
}

/* --- the one call --- */

static void on_task_told(struct sim *s, void *arg, int64_t number)
{
    struct sbulk *b = arg;
    (void)number;

    if (is_deferred(s, b->boot, on_task_told, b))
        return;
    if (b->boot->alive && !s->ending) {
        b->task_known = true;
        store_bulk_told(s, b, b->boot, false, false);
    }
    ask_from_now(s, b, b->boot, b->sent_ms);
}

/* Nothing came of it. */
static void turned_away(struct sim *s, struct sbulk *b, enum call_outcome outcome, int64_t told_ms)
{
    for (int k = 0; k < b->count; k++) {
        b->riders[k].word = BULK_SAYS_FAILED;
        b->riders[k].may_move = false;
        if (told_ms)
            s->flows[b->riders[k].flow].told_until_ms = s->now_ms + told_ms;
    }
    answer_all(b, outcome, told_ms);
    store_bulk_told(s, b, b->boot, true, true);
}

static void on_given_up(struct sim *s, void *arg, int64_t number)
{
    (void)s, (void)number;
    answer_all(arg, CALL_LOST, 0);
}

/* From here on it may be carried out, whatever we hear. */
static void check_leaves(struct sim *s, const struct sbulk *b)
{
    if (!b->kept)
        sim_violate(s, "INV31 one call for many", "it leaves, and who rides is not kept");
    for (int k = 0; k < b->count; k++) {
        const struct sflow *f = &s->flows[b->riders[k].flow];
        if (f->owner != &b->boot->world || f->f.state != FS_CALLING ||
            f->lease_until_ms - s->now_ms < s->policy.times.call_timeout_ms)
            sim_violate(s, "INV8 fence",
                        "a call for many leaves with a reopen %lld ms before the "
                        "end of its lease",
                        (long long)(f->lease_until_ms - s->now_ms));
    }
}

static void send(struct sim *s, struct sbulk *b)
{
    int64_t timeout = s->policy.times.call_timeout_ms;

    check_leaves(s, b);
    sim_trace(s, "a call for many leaves", b->count, 0);
    if (FAULT(s, not_sent)) {
        turned_away(s, b, CALL_NOT_SENT, 0);
    } else if (FAULT(s, limited)) {
        turned_away(s, b, CALL_LIMITED, rng_range(&s->rng, 1000, 60000));
    } else if (FAULT(s, bulk_refused)) {
        b->boot->no_bulk_ms = s->now_ms + REFUSED_MS;
        turned_away(s, b, CALL_NOT_SENT, 0);
    } else {
        bool late = FAULT(s, late), lost = FAULT(s, lost_reply);
        bool never = !late && FAULT(s, lost_request);
        for (int k = 0; k < b->count; k++)
            b->riders[k].may_move = !never;
        if (!never)
            task_begins(s, b,
                        late ? s->now_ms + timeout + rng_range(&s->rng, 0, s->lateness_ms)
                             : s->now_ms + rng_range(&s->rng, 20, timeout / 2));
        if (late || lost || never)
            sim_at(s, s->now_ms + timeout, on_given_up, b, AT_THE_SEAM);
        else
            sim_at(s, s->now_ms + rng_range(&s->rng, 20, timeout / 2), on_task_told, b,
                   AT_THE_SEAM);
    }
}

static void on_begun(struct sim *s, void *arg, int64_t number)
{
    struct sbulk *b = arg;
    (void)number;

    if (is_deferred(s, b->boot, on_begun, b))
        return;
    if (!b->boot->alive || s->ending) {
        answer_all(b, CALL_LOST, 0);
    } else if (!b->kept || b->begun_unknown) {
        answer_all(b, CALL_NOT_SENT, 0);
    } else if (!bulk_may_leave(s->now_ms - b->seated_ms, &s->policy.times)) {
        turned_away(s, b, CALL_NOT_SENT, 0);
    } else {
        b->sent_ms = s->now_ms;
        send(s, b);
    }
}

static void on_begin(struct sim *s, void *arg, int64_t number)
{
    struct sbulk *b = arg;
    (void)number;

    b->begun_unknown = FAULT(s, save_unknown);
    if (b->boot->alive && (!b->begun_unknown || rng_below(&s->rng, 2)))
        (void)store_bulk_begin(s, b);
    sim_at(s, s->now_ms + rng_range(&s->rng, 1, 20), on_begun, b, AT_THE_SEAM);
}

static void on_depart(struct sim *s, void *arg, int64_t number)
{
    struct sbulk *b = arg;
    (void)number;

    if (is_deferred(s, b->boot, on_depart, b))
        return;
    b->boot->loading = NULL;
    sim_at(s, s->now_ms + rng_range(&s->rng, 1, FAULT(s, slow_save) ? SLOW_SAVE_MS : 10), on_begin,
           b, AT_THE_SEAM);
}

/* --- boarding --- */

static size_t under_way(const struct sim *s, const struct boot *boot)
{
    size_t count = 0;

    for (int i = 0; i < s->bulk_count; i++)
        count += s->bulks[i].asker == boot && s->bulks[i].stands == BULK_RUNS &&
                 s->now_ms - s->bulks[i].asked_from_ms < LASTS_MS;
    return count;
}

bool bulk_boards(struct sim *s, const struct boot *boot, const struct flow *flow)
{
    if (!s->has_bulk || flow->kind != FLOW_REOPEN || boot->no_bulk_ms > s->now_ms)
        return false;
    size_t crowd = rng_below(&s->rng, 4 * BULK_LEAST); /* so many others come at that moment */
    return bulk_takes(flow, crowd) && bulk_turn(crowd, under_way(s, boot), true) == BULK_GOES;
}

bool bulk_ride(struct sim *s, struct boot *boot, struct op *op, int flow, int64_t seated_ms)
{
    struct sbulk *b = boot->loading;

    if (!boot->alive || (b && b->count == REQUESTS_MAX) || (!b && s->bulk_count == BULKS_MAX))
        return false;
    if (!b) {
        boot->loading = b = &s->bulks[s->bulk_count++];
        *b = (struct sbulk){.boot = boot, .seated_ms = seated_ms};
        sim_at(s, s->now_ms + rng_range(&s->rng, 0, LOAD_MS), on_depart, b, AT_THE_SEAM);
    }
    const struct srequest *r = &s->requests[s->flows[flow].request];
    if (seated_ms < b->seated_ms)
        b->seated_ms = seated_ms;
    b->riders[b->count++] = (struct srider){.op = op,
                                            .bulk = (int)(b - s->bulks),
                                            .flow = flow,
                                            .request = s->flows[flow].request,
                                            .ticket = r->ticket,
                                            .kept = BULK_UNKNOWN};
    return true;
}

/* As governance.bulk_adopt. */
void bulk_adopt(struct sim *s, struct boot *boot)
{
    for (int i = 0; i < s->bulk_count; i++) {
        struct sbulk *b = &s->bulks[i];
        if (!is_live(s, b) || !b->named || b->heard_ms >= s->now_ms - SILENT_MS)
            continue;
        if (!nobody_waits(b))
            continue; /* its own replica is only slow: one loop asks for both */
        b->owner = boot;
        b->heard_ms = s->now_ms;
        ask_from_now(s, b, boot, s->now_ms);
        return;
    }
}

/* --- people, and what must hold --- */

void bulk_close_all(struct sim *s)
{
    if (!s->has_bulk || s->closed_at_once >= CLOSED_AT_ONCE_MAX || !FAULT(s, closed_in_bulk))
        return;
    s->closed_at_once++;
    for (int i = 0; i < s->ticket_count; i++) {
        const struct sticket *t = &s->tickets[i];
        if (t->here && t->request >= 0 && t->role == STATUS_OPEN)
            jira_move(s, i, STATUS_DONE, false);
    }
}

/* What Jira still works on would open what is closed with proof. */
void check_bulk_close(struct sim *s, const struct srequest *r)
{
    for (int i = 0; i < s->bulk_count; i++)
        for (int k = 0; k < s->bulks[i].count; k++)
            if (s->bulks[i].riders[k].may_move && s->bulks[i].riders[k].ticket == r->ticket)
                sim_violate(s, "INV31 one call for many",
                            "ticket %d is being closed, and a task may still open it", r->ticket);
}
