#include "service/poller.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "service/worker.h"

enum { LEASE_S = 60 }; /* without a page; each page renews it by as much */

struct poller {
    struct service *svc;
    struct site *site;
    struct io_timer *timer;
    bool busy;
    /* the walk in progress */
    struct arena *arena;
    struct cursor cursor;
    struct cursor_walk walk;
    struct str token;
    int64_t fence;
    int64_t pages;
    bool last;
};

static void walk_end(struct poller *p, bool complete, const char *why)
{
    struct metrics *m = &p->svc->metrics;

    p->busy = false;
    arena_clear(p->arena);
    if (complete) {
        m->polls++;
        worker_kick(p->svc->worker);
        return;
    }
    if (why) {
        m->poll_failures++;
        log_warn("poller", "walk given up; the cursor stays", LOG_S("site", p->site->config->name),
                 LOG_C("why", why));
    }
}

static void next_page(struct poller *p);

static void on_page_stored(void *arg, enum store_outcome outcome, const char *message)
{
    struct poller *p = arg;

    if (outcome != STORE_OK)
        walk_end(p, false, outcome == STORE_LOST ? "another replica walks" : message);
    else if (p->last)
        walk_end(p, true, NULL);
    else
        next_page(p);
}

static void on_page(void *arg, const struct jsm_answer *answer)
{
    struct poller *p = arg;
    struct jsm_page page;
    struct err err = {0};

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
    struct store_hint *hints = arena_array(p->arena, page.count + 1, sizeof *hints);
    for (size_t i = 0; i < page.count; i++) {
        hints[i] = (struct store_hint){.site = p->site->config->name,
                                       .issue_id = page.hits[i].issue_id,
                                       .key = page.hits[i].key,
                                       .updated_ms = page.hits[i].updated_ms};
        cursor_see(&p->walk, page.hits[i].updated_ms);
    }
    p->pages++;
    p->last = !page.next_token.len;
    p->token = page.next_token;
    if (p->last && !cursor_finish(&p->cursor, &p->walk, true, true)) {
        walk_end(p, false, "the walk could not be finished");
        return;
    }
    struct service *svc = p->svc;
    store_poll_page(&svc->store, p->site->config->name, p->fence, hints, page.count, p->last,
                    &p->cursor, on_page_stored, p);
}

static void next_page(struct poller *p)
{
    const struct site_config *c = p->site->config;
    char token[4096];

    /* only the token outlives a page: memory stays flat however long the walk */
    if (!str_copy(token, sizeof token, p->token)) {
        walk_end(p, false, "a page token that is too long");
        return;
    }
    arena_clear(p->arena);
    p->token = arena_str(p->arena, str_of(token));
    struct jsm_call call =
        jsm_call_poll(p->arena, c->projects, c->project_count, p->walk.from_ms, p->token);
    site_send(p->site, p->arena, &call, on_page, p);
}

static void on_begun(void *arg, enum store_outcome outcome, const struct store_poll *poll)
{
    struct poller *p = arg;

    if (outcome != STORE_OK) {
        walk_end(p, false, outcome == STORE_LOST ? NULL : "the database is away");
        return;
    }
    p->cursor = poll->cursor;
    p->fence = poll->fence;
    p->pages = 0;
    p->token = STR_NONE;
    cursor_begin(&p->cursor, &p->walk);
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
    p->busy = true;
    site_learn(p->site, on_known, p);
}

struct poller *poller_new(struct service *svc, struct site *site)
{
    struct poller *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    p->svc = svc;
    p->site = site;
    p->arena = arena_new(LIMIT_ARENA_VISIT);
    p->timer = io_timer_new(svc->loop, on_timer, p);
    io_timer_start(p->timer, 1, site->config->poll_interval_ms);
    return p;
}

bool poller_is_busy(const struct poller *p)
{
    return p->busy;
}

void poller_free(struct poller *p)
{
    if (!p)
        return;
    io_timer_free(p->timer);
    arena_free(p->arena);
    free(p);
}
