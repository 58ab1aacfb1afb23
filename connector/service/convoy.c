#include "service/convoy.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "jsm/jsm_bulk.h"
#include "jsm/jsm_marker.h"
#include "jsm/jsm_pick.h"
#include "service/worker.h"

enum {
    COUNT_MS = 1000,           /* how many go by themselves is counted over so long */
    BOARD_MS = 100,            /* between two looks at who has come */
    LOAD_MS = 500,             /* so long the call waits for those whose step is being saved */
    LASTS_MS = 15 * 60 * 1000, /* Jira's own bound for what it does in bulk */
    SILENT_MS = 30 * 1000,     /* so long after a replica's last word another asks on */
    AGAIN_MS = 10 * 60 * 1000, /* it did not let us: tried again after that */
    SCATTER_PART = 4,          /* of the time a call may take: then nobody waits to board */
};

enum sitting {
    SEAT_WAITS,   /* its step is not made ready yet */
    SEAT_READY,   /* it is, and its call comes when that is committed */
    SEAT_ARRIVED, /* it waits for the answer */
    SEAT_LEFT,    /* answered, or it goes by itself */
};

struct seat {
    struct convoy *convoy;
    struct prep *prep; /* while it waits */
    struct str issue_id, key;
    int64_t flow;
    size_t workflow;
    enum sitting sitting;
    bool rode;           /* its call was among those that were sent */
    enum bulk_word word; /* what was said of it so far, and why */
    struct str said;
    world_call_fn *fn;
    void *arg;
};

struct convoy {
    struct list link; /* in its site's */
    struct service *svc;
    struct site *site;
    struct arena *arena;
    struct arena *asked,
        *told; /* of one question how far it is; of the last answer, which is kept */
    struct io_timer *timer;
    void (*due)(struct convoy *c); /* what the timer does */
    int64_t began_ms, sent_ms;     /* monotonic */
    int64_t seated_ms;             /* likewise: before any that rides was committed */
    struct seat *seats[BULK_MOST];
    size_t count, ready, arrived;
    const struct json *offer;
    size_t workflow; /* whose road is being looked for */
    struct str transitions[JSM_BULK_WORKFLOWS_MAX];
    struct str bulk, task; /* our number of it, and Jira's */
    enum bulk_task stands;
    bool asking; /* a call or a statement is on its way */
    bool counts; /* among those under way */
    bool stopping;
    int holders; /* seats that somebody may still point to, and the convoy itself */
};

static void drop(struct convoy *c)
{
    if (--c->holders)
        return;
    arena_free(c->asked);
    arena_free(c->told);
    arena_free(c->arena);
    free(c);
}

static int64_t now_ms(const struct convoy *c)
{
    return io_loop_now_ms(c->svc->loop);
}

static void on_timer(void *arg)
{
    struct convoy *c = arg;
    c->due(c);
}

static void wait_for(struct convoy *c, void (*due)(struct convoy *c), int64_t ms)
{
    c->due = due;
    io_timer_start(c->timer, ms, 0);
}

/* Nothing more comes of it. */
static void convoy_end(struct convoy *c)
{
    list_remove(&c->link);
    if (c->site->boarding == c)
        c->site->boarding = NULL;
    io_timer_free(c->timer);
    c->timer = NULL;
    drop(c);
}

/* --- seats --- */

static void unseat(struct seat *seat)
{
    if (seat->sitting == SEAT_LEFT)
        return;
    seat->sitting = SEAT_LEFT;
    worker_rides(seat->convoy->svc->worker, seat->convoy->site->config->name, false);
}

/* The look that it was part of is over. */
static void seat_gone(void *arg)
{
    struct seat *seat = arg;

    unseat(seat);
    drop(seat->convoy);
}

/* By itself, from where it would have stood without us. */
static void scatter(struct seat *seat)
{
    struct prep *p = seat->prep;

    if (seat->sitting != SEAT_WAITS)
        return;
    seat->prep = NULL;
    unseat(seat);
    step_read_transitions(p);
}

static void scatter_all(struct convoy *c)
{
    for (size_t i = 0; i < c->count; i++)
        scatter(c->seats[i]);
    convoy_end(c);
}

static void count_outcome(struct site_counters *n, enum call_outcome outcome)
{
    if (outcome == CALL_DID)
        n->bulk_done++;
    else if (outcome == CALL_LOST)
        n->bulk_doubt++;
    else
        n->bulk_refused++;
}

static void answer(struct seat *seat, const struct call_reply *reply)
{
    if (seat->sitting != SEAT_ARRIVED)
        return;
    unseat(seat);
    count_outcome(&seat->convoy->site->counters, reply->outcome);
    seat->fn(seat->arg, reply);
}

static void answer_all(struct convoy *c, enum call_outcome outcome, int64_t told_ms,
                       const char *why)
{
    struct call_reply reply = {.outcome = outcome, .told_ms = told_ms, .reached = STATUS_OPEN};

    str_copy(reply.why, sizeof reply.why, str_of(why));
    for (size_t i = 0; i < c->count; i++)
        answer(c->seats[i], &reply);
}

/* --- what is told to the database --- */

static void on_told(void *arg, enum store_outcome outcome, const char *message)
{
    (void)arg;
    if (outcome != STORE_OK) /* then it counts as under way until nobody believes it */
        log_warn("convoy", "what became of a call in bulk is not kept", LOG_C("why", message));
}

/* over: nothing more comes of it. ended: this is the last that is said of each. */
static void tell(struct convoy *c, bool over, bool ended, const char *said)
{
    struct store_bulk_rider riders[BULK_MOST];
    size_t count = 0;

    for (size_t i = 0; ended && i < c->count; i++) {
        const struct seat *seat = c->seats[i];
        if (seat->rode)
            riders[count++] = (struct store_bulk_rider){
                seat->flow, bulk_fate(c->stands, seat->word, true), seat->said};
    }
    struct store_bulk told = {over, c->task, str_of(said)};
    store_bulk_told(&c->svc->store, c->bulk, &told, riders, count, on_told, NULL);
}

/* --- under way: what became of each --- */

static void ask_progress(struct convoy *c);

static void hand_out(struct convoy *c, bool late)
{
    for (size_t i = 0; i < c->count; i++) {
        struct seat *seat = c->seats[i];
        struct call_reply reply = {.reached = STATUS_OPEN};
        if (seat->sitting != SEAT_ARRIVED)
            continue;
        switch (bulk_fate(c->stands, seat->word, late)) {
        case BULK_WAITS:
            continue;
        case BULK_DID:
            reply.outcome = CALL_DID;
            str_copy(reply.why, sizeof reply.why,
                     arena_printf(c->arena, "moved by task %.*s", STR_ARG(c->task)));
            break;
        case BULK_LEFT:
            reply.outcome = CALL_NOT_SENT;
            str_copy(reply.why, sizeof reply.why,
                     arena_printf(c->arena, "not moved by task %.*s: %.*s", STR_ARG(c->task),
                                  STR_ARG(seat->said)));
            break;
        case BULK_UNKNOWN:
            reply.outcome = CALL_LOST;
            str_copy(reply.why, sizeof reply.why,
                     arena_printf(c->arena, "task %.*s does not say what became of it",
                                  STR_ARG(c->task)));
            break;
        }
        answer(seat, &reply);
    }
}

/* What is said of each ticket stays in its answer's arena until there is another one. */
static void take_words(struct convoy *c, const struct json *progress)
{
    arena_free(c->told);
    c->told = c->asked;
    c->asked = NULL;
    c->stands = jsm_bulk_stands(progress);
    for (size_t i = 0; i < c->count; i++)
        if (c->seats[i]->rode)
            c->seats[i]->word = jsm_bulk_says(progress, c->seats[i]->issue_id, &c->seats[i]->said);
}

static bool nobody_waits(const struct convoy *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->seats[i]->sitting == SEAT_ARRIVED)
            return false;
    return true;
}

static void on_progress(void *arg, const struct jsm_answer *reply)
{
    struct convoy *c = arg;
    int64_t age = now_ms(c) - c->sent_ms;

    c->asking = false;
    if (reply->verdict == JSM_OK && reply->body)
        take_words(c, reply->body);
    bool late = age >= c->site->o.times->call_timeout_ms || c->stopping;
    hand_out(c, late);
    if (c->stands != BULK_RUNS) {
        bool whole = c->stands == BULK_COMPLETE; /* else some may be tried yet, for all we know */
        tell(c, whole, true, whole ? "complete" : "broken off");
        convoy_end(c);
    } else if (c->stopping || age >= LASTS_MS) { /* it counts as under way until its time is over */
        convoy_end(c);
    } else {
        if (nobody_waits(c)) /* nor will anybody hear of it but other replicas */
            tell(c, false, false, "");
        wait_for(c, ask_progress, bulk_ask_ms(age));
    }
}

static void ask_progress(struct convoy *c)
{
    arena_free(c->asked); /* the one before said nothing */
    c->asked = arena_new(LIMIT_ARENA_VISIT);
    struct jsm_call call = jsm_call_bulk_progress(c->asked, c->task);

    if (nobody_waits(c))
        call.lane = LANE_SWEEP;
    c->asking = true;
    site_send(c->site, c->asked, &call, on_progress, c);
}

/* --- the one call --- */

static void over(struct convoy *c, enum call_outcome outcome, const struct jsm_answer *reply)
{
    bool lost = outcome == CALL_LOST;

    for (size_t i = 0; !lost && i < c->count; i++)
        c->seats[i]->word = BULK_SAYS_FAILED;
    answer_all(c, outcome, reply->told_ms, reply->why);
    tell(c, !lost, !lost, reply->why);
    convoy_end(c);
}

static void refused(struct convoy *c, const struct jsm_answer *reply)
{
    enum { BAD_REQUEST = 400 };

    log_warn("convoy", "Jira does not move tickets in bulk for us: they go one by one",
             LOG_S("site", c->site->config->name), LOG_C("why", reply->why));
    if (reply->status != BAD_REQUEST) /* that one is about these tickets */
        c->site->no_bulk_ms = now_ms(c) + AGAIN_MS;
}

static void on_sent(void *arg, const struct jsm_answer *reply)
{
    struct convoy *c = arg;

    c->asking = false;
    switch (reply->verdict) {
    case JSM_OK:
        c->task = arena_str(c->arena, jsm_bulk_task(reply->body));
        if (!c->task.len) {
            over(c, CALL_LOST, reply);
            return;
        }
        tell(c, false, false, "");
        wait_for(c, ask_progress, bulk_ask_ms(0));
        return;
    case JSM_LATER:
        over(c, CALL_LIMITED, reply);
        return;
    case JSM_REFUSED:
    case JSM_MISSING:
        refused(c, reply);
        over(c, CALL_NOT_SENT, reply);
        return;
    case JSM_DENIED:
    case JSM_UNREACHED:
        over(c, CALL_NOT_SENT, reply);
        return;
    case JSM_UNKNOWN:
        over(c, CALL_LOST, reply);
        return;
    }
}

static void send_all(struct convoy *c)
{
    struct jsm_bulk_move moves[BULK_MOST];
    size_t count = 0;

    for (size_t i = 0; i < c->count; i++)
        if (c->seats[i]->rode)
            moves[count++] = (struct jsm_bulk_move){c->seats[i]->issue_id, c->seats[i]->workflow};
    struct jsm_call call = jsm_call_bulk_move(c->arena, moves, count, c->transitions);
    c->site->counters.bulk_calls++;
    log_info("convoy", "tickets are opened again together", LOG_S("site", c->site->config->name),
             LOG_I("tickets", (int64_t)count), LOG_S("bulk", c->bulk));
    site_send(c->site, c->arena, &call, on_sent, c);
}

static void on_begun(void *arg, enum store_outcome outcome, struct str bulk)
{
    struct convoy *c = arg;

    bool in_time = bulk_may_leave(now_ms(c) - c->seated_ms, c->site->o.times);

    c->bulk = arena_str(c->arena, bulk);
    if (outcome == STORE_OK && in_time) {
        send_all(c);
        return;
    }
    c->asking = false;
    if (outcome == STORE_OK) {
        over(c, CALL_NOT_SENT, &(struct jsm_answer){.why = "slept too long to act on it"});
        return;
    }
    answer_all(c, CALL_NOT_SENT, 0, "which tickets are opened together could not be kept");
    convoy_end(c);
}

/* Those who are here leave; whoever comes later goes by itself. */
static void depart(struct convoy *c)
{
    int64_t flows[BULK_MOST];
    size_t count = 0;

    io_timer_stop(c->timer);
    for (size_t i = 0; i < c->count; i++) {
        struct seat *seat = c->seats[i];
        if (seat->sitting == SEAT_READY)
            unseat(seat);
        seat->rode = seat->sitting == SEAT_ARRIVED;
        if (seat->rode)
            flows[count++] = seat->flow;
    }
    if (!count) {
        convoy_end(c);
        return;
    }
    c->sent_ms = now_ms(c);
    c->asking = true;
    /* a call whose answer is lost, or whose sender dies, may have become a task as well: until one
     * is known to have ended, all of them may still be moved */
    store_bulk_begin(&c->svc->store, c->site->config->name, flows, count,
                     c->site->o.times->grace_ms + LASTS_MS, on_begun, c);
}

bool convoy_ride(struct seat *seat, world_call_fn *fn, void *arg)
{
    struct convoy *c = seat->convoy;

    if (seat->sitting != SEAT_READY)
        return false;
    seat->sitting = SEAT_ARRIVED;
    seat->fn = fn;
    seat->arg = arg;
    if (++c->arrived == c->ready) /* in a turn of its own: nothing calls back from inside */
        wait_for(c, depart, 0);
    return true;
}

/* --- the road of each workflow --- */

static void seat_all(struct convoy *c)
{
    for (size_t i = 0; i < c->count; i++) {
        struct seat *seat = c->seats[i];
        bool found = seat->workflow < JSM_BULK_WORKFLOWS_MAX && c->transitions[seat->workflow].len;
        c->ready += found && seat->sitting == SEAT_WAITS;
    }
    bool goes = c->ready >= BULK_LEAST;
    c->seated_ms = now_ms(c);
    if (!goes)
        c->ready = 0;
    wait_for(c, depart, goes ? LOAD_MS : 0);
    for (size_t i = 0; i < c->count; i++) {
        struct seat *seat = c->seats[i];
        struct prep *p = seat->prep;
        bool found = seat->workflow < JSM_BULK_WORKFLOWS_MAX && c->transitions[seat->workflow].len;
        if (!goes || !found) {
            scatter(seat);
        } else if (seat->sitting == SEAT_WAITS) {
            seat->prep = NULL;
            seat->sitting = SEAT_READY;
            p->seat = seat;
            prep_next(p);
        }
    }
}

static struct seat *one_of(const struct convoy *c, size_t workflow)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->seats[i]->workflow == workflow && c->seats[i]->sitting == SEAT_WAITS)
            return c->seats[i];
    return NULL;
}

static void find_road(struct convoy *c);

static void on_road(void *arg, const struct jsm_answer *reply)
{
    struct convoy *c = arg;
    struct seat *seat = one_of(c, c->workflow);
    struct jsm_pick pick = {0};

    c->asking = false;
    if (seat && reply->verdict == JSM_OK) {
        jsm_pick(c->arena, reply->body, &c->site->view, STATUS_OPEN,
                 seat->prep->ticket->status_name, &pick);
        bool bound = pick.leads_to == STATUS_OPEN && !pick.fields.len &&
                     jsm_bulk_is_bound(reply->body, pick.transition_id);
        if (bound && jsm_bulk_offers(c->offer, c->workflow, pick.transition_id))
            c->transitions[c->workflow] = pick.transition_id;
    }
    c->workflow++;
    find_road(c);
}

/* Of one ticket of each workflow all is asked about its transitions: the offer does not say where
 * they lead from. */
static void find_road(struct convoy *c)
{
    struct seat *seat = NULL;

    while (c->workflow < JSM_BULK_WORKFLOWS_MAX && !(seat = one_of(c, c->workflow)))
        c->workflow++;
    if (!seat) {
        seat_all(c);
        return;
    }
    struct jsm_call call = jsm_call_transitions(c->arena, seat->issue_id);
    c->asking = true;
    site_send(c->site, c->arena, &call, on_road, c);
}

static void on_offer(void *arg, const struct jsm_answer *reply)
{
    struct convoy *c = arg;

    c->asking = false;
    if (reply->verdict == JSM_REFUSED || reply->verdict == JSM_MISSING)
        refused(c, reply);
    if (reply->verdict != JSM_OK) {
        scatter_all(c);
        return;
    }
    c->offer = reply->body;
    for (size_t i = 0; i < c->count; i++)
        c->seats[i]->workflow = jsm_bulk_workflow(c->offer, c->seats[i]->key);
    find_road(c);
}

static void ask_offer(struct convoy *c)
{
    struct str ids[BULK_MOST];
    size_t count = 0;

    for (size_t i = 0; i < c->count; i++)
        if (c->seats[i]->sitting == SEAT_WAITS)
            ids[count++] = c->seats[i]->issue_id;
    struct jsm_call call = jsm_call_bulk_offer(c->arena, ids, count);
    c->counts = true;
    c->asking = true;
    site_send(c->site, c->arena, &call, on_offer, c);
}

/* --- boarding --- */

static size_t under_way(const struct site *site)
{
    size_t count = 0;

    LIST_EACH (at, &site->convoys)
        count += container_of(at, struct convoy, link)->counts;
    return count;
}

static void board_on(struct convoy *c)
{
    int64_t waited = now_ms(c) - c->began_ms;
    bool last = waited >= c->site->o.times->call_timeout_ms / SCATTER_PART;

    switch (bulk_turn(c->count, under_way(c->site), last)) {
    case BULK_STAYS:
        wait_for(c, board_on, BOARD_MS);
        return;
    case BULK_GOES:
        c->site->boarding = NULL;
        ask_offer(c);
        return;
    case BULK_SCATTERS:
        scatter_all(c);
        return;
    }
}

static struct convoy *convoy_new(struct service *svc, struct site *site)
{
    struct convoy *c = calloc(1, sizeof *c);

    if (!c)
        abort();
    c->svc = svc;
    c->site = site;
    c->arena = arena_new(LIMIT_ARENA_VISIT);
    c->timer = io_timer_new(svc->loop, on_timer, c);
    c->began_ms = now_ms(c);
    c->holders = 1;
    list_push(&site->convoys, &c->link);
    wait_for(c, board_on, BOARD_MS);
    return c;
}

/* So many were opened again within this second. */
static size_t count_reopens(struct site *site, int64_t now)
{
    if (now - site->reopens_ms >= COUNT_MS) {
        site->reopens_ms = now;
        site->reopens = 0;
    }
    return site->reopens++;
}

static bool may_board(struct prep *p)
{
    struct site *site = p->site;
    int64_t now = io_loop_now_ms(p->svc->loop);
    bool many = bulk_takes(p->flow, count_reopens(site, now));
    bool room = !site->boarding || site->boarding->count < BULK_MOST;

    return many && room && !site->closed && now >= site->no_bulk_ms &&
           jsm_can(site->flavour, JSM_CAN_BULK_READ) && jsm_is_id(p->flow->issue_id) &&
           p->ticket->key.len;
}

bool convoy_board(struct prep *p)
{
    struct site *site = p->site;

    if (p->flow->kind != FLOW_REOPEN || !may_board(p))
        return false;
    if (!site->boarding)
        site->boarding = convoy_new(p->svc, site);
    struct convoy *c = site->boarding;
    struct seat *seat = ARENA_NEW(c->arena, struct seat);
    *seat = (struct seat){.convoy = c,
                          .prep = p,
                          .issue_id = arena_str(c->arena, p->flow->issue_id),
                          .key = arena_str(c->arena, p->ticket->key),
                          .flow = p->flow->id,
                          .workflow = JSM_BULK_WORKFLOWS_MAX};
    c->seats[c->count++] = seat;
    c->holders++;
    arena_on_free(p->arena, seat_gone, seat);
    worker_rides(p->svc->worker, site->config->name, true);
    return true;
}

struct str convoy_transition(const struct seat *seat)
{
    return seat->convoy->transitions[seat->workflow];
}

/* --- whose replica is silent --- */

struct adopting {
    struct service *svc;
    struct site *site;
};

static void on_adopted(void *arg, enum store_outcome outcome, struct str found)
{
    struct adopting *a = arg;

    if (outcome == STORE_OK && !a->site->closed) {
        struct convoy *c = convoy_new(a->svc, a->site);
        struct str rest = arena_str(c->arena, found);
        c->bulk = str_cut(&rest, ' ');
        c->task = rest;
        c->counts = true;
        c->sent_ms = now_ms(c);
        log_info("convoy", "a task of another replica is asked about",
                 LOG_S("site", a->site->config->name), LOG_S("bulk", c->bulk),
                 LOG_S("task", c->task));
        wait_for(c, ask_progress, 0);
    }
    free(a);
}

void convoy_adopt(struct service *svc, struct site *site)
{
    if (!jsm_can(site->flavour, JSM_CAN_BULK_READ))
        return;
    struct adopting *a = calloc(1, sizeof *a);
    if (!a)
        abort();
    *a = (struct adopting){svc, site};
    store_bulk_adopt(&svc->store, site->config->name, SILENT_MS, on_adopted, a);
}

void convoy_stop(struct site *site)
{
    struct list *next;

    if (!site)
        return;
    for (struct list *at = site->convoys.next; at != &site->convoys; at = next) {
        struct convoy *c = container_of(at, struct convoy, link);
        next = at->next;
        c->stopping = true;
        if (!c->asking)
            wait_for(c, c->due, 0);
    }
}
