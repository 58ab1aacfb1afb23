#include "service/poller.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "domain/poll.h"
#include "service/adopt.h"
#include "service/sweeper.h"
#include "service/worker.h"

enum {
    LEASE_S = 60, /* without a page; each page renews it by as much */
    TOKEN_MAX = 4096
};

struct poller {
    struct service *svc;
    struct site *site;
    struct io_timer *timer;
    struct sweeper *sweeper;
    bool busy;
    bool lags; /* more than times.index_lag, as was said */
    /* what walks leave for the next one */
    struct poll_seen seen;
    struct poll_hooks hooks;
    struct poll_lag pending; /* what the sweep found, for the walk after it */
    int64_t last_fence;      /* of the last complete walk of ours, 0 = none */
    int64_t known_from_ms;   /* from there on it is known what that walk showed */
    uint64_t gone;           /* tickets found gone before the last sweep */
    /* the walk in progress. A page is asked for while the one before it is stored: each has an
     * arena, and no page is taken in before the one before it is safe. */
    struct arena *arena; /* of the page that is asked for, or taken in */
    struct arena *other; /* of the one before */
    bool asking, storing;
    bool answered;            /* it came while the one before was still being stored */
    struct jsm_answer answer; /* its content is the arena's */
    bool failed; /* the one before is not stored, or none can be asked for: the walk ends */
    char why[160];
    struct cursor cursor;
    struct poll_lag lag;
    struct poll_walk walk;
    struct str token;
    enum poll_next next;
    int64_t fence, held_ms;
    int64_t held_known; /* what the walk expected that held the site */
    int64_t expected;   /* what this one should have shown */
    int64_t before_ms;  /* Jira's time at which the walk before began; 0 = we do not know it */
    int64_t asked_ms;   /* and this one */
    int64_t found, unannounced;
    bool holds;    /* complete, and it showed suspiciously little */
    bool believed; /* for so long that it is taken to be so */
};

static void wait_for_next(struct poller *p, bool complete)
{
    const struct site_config *c = p->site->config;
    int64_t wait = poll_wait_ms(c->poll_interval_ms, c->poll_slow_interval_ms, &p->hooks, complete,
                                rng_next(&p->svc->rng));

    p->site->polling.wait_ms = wait;
    if (!p->svc->draining)
        io_timer_start(p->timer, wait, 0);
}

static void walk_end(struct poller *p, bool complete, const char *why)
{
    struct metrics *m = &p->svc->metrics;

    p->busy = false;
    arena_clear(p->arena);
    arena_clear(p->other);
    if (complete) {
        m->polls++;
        p->site->counters.walks++;
        worker_kick(p->svc->worker);
    } else if (why) {
        m->poll_failures++;
        log_warn("poller", "walk given up; the cursor stays", LOG_S("site", p->site->config->name),
                 LOG_C("why", why));
    }
    wait_for_next(p, complete);
    if (p->gone != p->site->counters.gone) { /* how many more? before the next is believed */
        p->gone = p->site->counters.gone;
        sweeper_kick(p->sweeper);
    }
}

static void next_page(struct poller *p);
static void go_on(struct poller *p);

/* --- held --- */

static void on_held(void *arg, enum store_outcome outcome, struct str ms)
{
    struct poller *p = arg;

    (void)outcome;
    (void)ms;
    walk_end(p, false, "the site shows less than half of what it did");
}

/* What the walk showed of what it should have, and the sweep. Held: people are told, and no ticket
 * is believed to be gone. Who held it may be another process: its word on what was there is the
 * row's, and a walk that knows of too little does not lift what others saw. */
static void look_at_whole(struct poller *p)
{
    struct site_polling *s = &p->site->polling;
    int64_t known, shown;

    poll_seen_count(&p->seen, p->walk.cursor.from_ms, &known, &shown);
    p->expected = known > p->held_known ? known : p->held_known;
    bool walk_less = poll_shows_less(p->expected, shown);
    bool unsure = p->held_ms && !poll_knows(p->expected);
    bool less = walk_less || unsure || s->sweep_shows_less;
    p->holds = poll_is_held(less, p->held_ms);
    p->believed = less && !p->holds;
    s->walk_shows_less = p->holds && (walk_less || !s->sweep_shows_less);
    if (!p->holds && cursor_finish(&p->cursor, &p->walk.cursor, true, true))
        p->cursor.overlap_ms = poll_overlap_ms(&p->lag);
}

static void hold(struct poller *p)
{
    const char *why = "a walk shows less than half of what the walks before did";

    log_error("poller", why, LOG_S("site", p->site->config->name),
              LOG_C("remedy", "give the service account its rights back, or wait a day"));
    store_poll_hold(&p->svc->store, p->site->config->name, why, p->fence, p->expected, on_held, p);
}

/* The grace of a lost create is reckoned with times.index_lag. */
static void look_at_lag(struct poller *p)
{
    int64_t configured = p->svc->config->policy.times.index_lag_ms;
    bool lags = poll_lags_beyond(&p->lag, configured);

    if (lags && !p->lags)
        log_error("poller",
                  "the site's search lags more than times.index_lag says: a ticket whose "
                  "creation was not answered may be made twice, and cancelled then",
                  LOG_S("site", p->site->config->name), LOG_I("lag_ms", poll_lag_most_ms(&p->lag)),
                  LOG_I("index_lag_ms", configured),
                  LOG_C("remedy", "widen times.index_lag and grace"));
    p->lags = lags;
}

/* --- pages --- */

static void after_walk(struct poller *p)
{
    int64_t from = p->cursor.watermark_ms - p->cursor.overlap_ms;

    p->seen.walk++;
    if (p->holds) {
        hold(p);
        return;
    }
    if (p->believed) { /* those that are missing are not expected any more */
        log_error("poller", "the site shows less for a day now: what is missing counts as gone",
                  LOG_S("site", p->site->config->name));
        poll_seen_clear(&p->seen);
        p->site->polling.sweep_shows_less = false;
    }
    p->last_fence = p->believed ? 0 : p->fence;
    p->known_from_ms = from > p->walk.cursor.from_ms ? from : p->walk.cursor.from_ms;
    poll_seen_prune(&p->seen, from);
    poll_hooks_see(&p->hooks, p->found, p->unannounced);
    p->site->polling.lag_ms = poll_lag_most_ms(&p->lag);
    look_at_lag(p);
    p->site->polling.overlap_ms = p->cursor.overlap_ms;
    walk_end(p, true, NULL);
}

/* The walk ends when nothing of it is on its way any more. */
static void fail(struct poller *p, const char *why)
{
    p->failed = true;
    str_copy(p->why, sizeof p->why, str_of(why));
}

static void on_page_stored(void *arg, enum store_outcome outcome, int64_t hints,
                           int64_t unannounced, const char *message)
{
    struct poller *p = arg;

    p->storing = false;
    if (outcome != STORE_OK) {
        poll_seen_clear(&p->seen); /* it holds what may not be stored */
        p->last_fence = 0;
        fail(p, outcome == STORE_LOST ? "another replica walks" : message);
    } else {
        p->unannounced += unannounced;
        p->site->counters.unannounced += (uint64_t)unannounced;
        p->site->counters.poll_hints += (uint64_t)hints;
    }
    go_on(p);
}

/* For all of a page, before it is taken in. */
static void make_room(struct poll_seen *seen, size_t more)
{
    size_t size = poll_seen_size(seen, more);

    if (size == seen->size)
        return;
    struct poll_slot *slots = calloc(size, sizeof *slots);
    if (!slots)
        abort();
    free(poll_seen_grow(seen, slots, size));
}

/* Into the hints goes what this and the last walk have not shown. The request type is shown too:
 * most tickets of a desk are none of ours, and need not be read to know that. */
static size_t take_hits(struct poller *p, const struct jsm_page *page, struct store_hint *hints)
{
    const struct mapping *mapping = p->site->o.mapping;
    size_t count = 0;

    make_room(&p->seen, page->count);
    bool samples = p->before_ms && p->seen.used < POLL_SEEN_SLOTS / 2;

    for (size_t i = 0; i < page->count; i++) {
        const struct jsm_hit *hit = &page->hits[i];
        uint64_t key = str_hash(hit->issue_id) | 1; /* 0 means none */
        enum poll_sight sight = poll_seen_put(&p->seen, key, hit->updated_ms);

        poll_walk_see(&p->walk, hit->updated_ms);
        if (sight == POLL_SAME && hit->updated_ms)
            continue;
        if (sight == POLL_NEW && samples && hit->updated_ms >= p->known_from_ms)
            poll_lag_add(&p->lag, poll_late_ms(p->before_ms, hit->updated_ms));
        struct store_hint *hint = &hints[count++];
        *hint = (struct store_hint){.site = p->site->config->name,
                                    .issue_id = hit->issue_id,
                                    .key = hit->key,
                                    .updated_ms = hit->updated_ms};
        struct str request_type;
        if (hit->updated_ms && !mapping_governs(mapping, p->arena, hit->issue, &request_type)) {
            hint->ignore = ADOPT_NOT_GOVERNED;
            hint->request_type = request_type;
        }
    }
    p->found += (int64_t)count;
    p->site->counters.polled += count;
    return count;
}

static void take_page(struct poller *p, const struct jsm_page *page)
{
    struct store_hint *hints = arena_array(p->arena, page->count + 1, sizeof *hints);
    size_t count = take_hits(p, page, hints);
    bool same = page->next_token.len && str_eq(page->next_token, p->token);

    p->next = poll_walk_page(&p->walk, !page->next_token.len, same);
    p->token = p->next == POLL_BY_TOKEN ? page->next_token : STR_NONE;
    if (p->next == POLL_GIVEN_UP) {
        poll_seen_clear(&p->seen); /* the hints of this page are not stored */
        walk_end(p, false, "Jira's pages have no end");
        return;
    }
    p->holds = p->believed = false;
    if (p->next == POLL_COMPLETE)
        look_at_whole(p);
    struct store_page stored = {.hints = hints,
                                .count = count,
                                .last = p->next == POLL_COMPLETE && !p->holds,
                                .cursor = p->cursor,
                                .lag = p->lag,
                                .asked_ms = p->asked_ms,
                                .lifts = p->held_ms > 0};
    p->storing = true;
    store_poll_page(&p->svc->store, p->site->config->name, p->fence, &stored, on_page_stored, p);
    if (p->next != POLL_COMPLETE)
        next_page(p);
}

static void on_answer(struct poller *p, const struct jsm_answer *answer)
{
    struct jsm_page page;
    struct err err = {0};

    if (answer->verdict == JSM_REFUSED &&
        poll_walk_refused(&p->walk, p->token.len > 0, str_of(answer->why)) == POLL_BY_KEY) {
        p->site->counters.poll_restarts++;
        p->token = STR_NONE;
        next_page(p);
        return;
    }
    if (answer->verdict != JSM_OK ||
        !jsm_page_read(p->arena, answer->body, p->token, &page, &err)) {
        walk_end(p, false, answer->verdict == JSM_OK ? err.what : answer->why);
        return;
    }
    if (page.unreadable) { /* one bad hit must not keep the others from us */
        p->svc->metrics.hits_unreadable += page.unreadable;
        log_warn("poller", "search hits we cannot read", LOG_S("site", p->site->config->name),
                 LOG_I("count", (int64_t)page.unreadable));
    }
    if (!p->asked_ms) {
        p->asked_ms = answer->date_ms;
        poll_walk_asked(&p->walk, p->asked_ms, p->cursor.overlap_ms);
    }
    take_page(p, &page);
}

/* When the page before is stored and the one after it is here, or one of them came to nothing. */
static void go_on(struct poller *p)
{
    if (p->storing || p->asking)
        return;
    if (p->failed) {
        walk_end(p, false, p->why);
    } else if (p->answered) {
        struct jsm_answer answer = p->answer;
        p->answered = false;
        on_answer(p, &answer);
    } else {
        after_walk(p);
    }
}

static void on_page(void *arg, const struct jsm_answer *answer)
{
    struct poller *p = arg;

    p->asking = false;
    p->answered = true;
    p->answer = *answer;
    go_on(p);
}

/* Only the token outlives a page: memory stays flat however long the walk. */
static void next_page(struct poller *p)
{
    const struct site_config *c = p->site->config;
    struct arena *before = p->arena;

    if (p->token.len > TOKEN_MAX) {
        fail(p, "a page token that is too long");
        go_on(p);
        return;
    }
    p->arena = p->other;
    p->other = before;
    arena_clear(p->arena);
    p->token = arena_str(p->arena, p->token);
    struct jsm_call call = jsm_call_poll(p->arena, c->projects, c->project_count, p->walk.bound_ms,
                                         p->token, p->site->o.mapping->request_type_field);
    p->asking = true;
    site_send(p->site, p->arena, &call, on_page, p);
}

/* --- a walk begins --- */

/* Another replica, or we before a restart, held it: so it is until our own sweep shows otherwise,
 * or, where there is none, the walk. */
static void take_hold(struct poller *p, int64_t held_ms, int64_t held_known)
{
    struct site_polling *s = &p->site->polling;

    p->held_ms = held_ms;
    p->held_known = held_known;
    if (!held_ms)
        s->sweep_shows_less = false;
    else if (poll_is_held(true, held_ms) && !s->sweep_shows_less && !s->walk_shows_less) {
        s->sweep_shows_less = sweeper_kick(p->sweeper);
        s->walk_shows_less = !s->sweep_shows_less;
    }
}

static void on_begun(void *arg, enum store_outcome outcome, const struct store_poll *poll)
{
    struct poller *p = arg;

    if (outcome != STORE_OK) {
        walk_end(p, false, outcome == STORE_LOST ? NULL : "the database is away");
        return;
    }
    p->cursor = poll->cursor;
    p->lag = poll->lag;
    for (size_t i = 0; i < POLL_LAG_BUCKETS; i++)
        p->lag.count[i] += p->pending.count[i];
    p->pending = (struct poll_lag){0};
    p->fence = poll->fence;
    take_hold(p, poll->held_ms, poll->held_known);
    bool follows = p->last_fence && poll->fence == p->last_fence + 1;
    p->before_ms = follows ? poll->asked_ms : 0; /* another's walk showed we do not know what */
    p->asked_ms = p->found = p->unannounced = 0;
    p->token = STR_NONE;
    p->answered = false;
    p->failed = false;
    poll_walk_begin(&p->cursor, &p->walk);
    next_page(p);
}

/* A stranger's search is answered with 200 and an empty list: every walk begins with the proof that
 * we are known. */
static void on_known(void *arg, bool known)
{
    struct poller *p = arg;

    if (!known) {
        walk_end(p, false, "Jira does not know us");
        return;
    }
    store_poll_begin(&p->svc->store, p->site->config->name, LEASE_S, on_begun, p);
}

static void on_timer(void *arg)
{
    struct poller *p = arg;

    if (p->busy || p->svc->draining)
        return;
    if (!site_works(p->site)) { /* what governs a ticket is not ours to say now */
        io_timer_start(p->timer, p->site->config->poll_interval_ms, 0);
        return;
    }
    p->busy = true;
    site_learn(p->site, on_known, p);
}

/* The sweep found a change that the last walk should have shown, had it been searchable. */
static void on_missed(void *arg, int64_t updated_ms)
{
    struct poller *p = arg;
    int64_t late = poll_late_ms(p->asked_ms, updated_ms);

    if (late && !p->busy)
        poll_lag_add(&p->pending, late);
}

struct poller *poller_new(struct service *svc, struct site *site)
{
    struct poller *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    p->svc = svc;
    p->site = site;
    p->arena = arena_new(LIMIT_ARENA_VISIT);
    p->other = arena_new(LIMIT_ARENA_VISIT);
    p->seen = (struct poll_seen){.slots = calloc(POLL_SEEN_FIRST, sizeof(struct poll_slot)),
                                 .size = POLL_SEEN_FIRST,
                                 .walk = 2};
    if (!p->seen.slots)
        abort();
    p->timer = io_timer_new(svc->loop, on_timer, p);
    p->sweeper = sweeper_new(svc, site, on_missed, p);
    io_timer_start(p->timer, 1, 0);
    return p;
}

bool poller_is_busy(const struct poller *p)
{
    return p->busy || sweeper_is_busy(p->sweeper);
}

void poller_free(struct poller *p)
{
    if (!p)
        return;
    io_timer_free(p->timer);
    sweeper_free(p->sweeper);
    arena_free(p->arena);
    arena_free(p->other);
    free(p->seen.slots);
    free(p);
}
