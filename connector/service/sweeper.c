#include "service/sweeper.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "domain/poll.h"
#include "service/worker.h"

struct sweeper {
    struct service *svc;
    struct site *site;
    struct io_timer *timer;
    sweeper_found_fn *found;
    void *arg;
    struct arena *arena; /* of one page */
    bool busy;
    int64_t every_ms;
    /* the sweep in progress */
    int64_t asked, shown, changed;
    struct store_hint rows[JSM_UPDATED_MAX];
    size_t count;
    char after[32]; /* id of the last one looked at */
};

static void next_ids(struct sweeper *w);

static void sweep_end(struct sweeper *w, const char *why)
{
    w->busy = false;
    arena_clear(w->arena);
    if (why)
        log_warn("sweeper", "sweep given up", LOG_S("site", w->site->config->name),
                 LOG_C("why", why));
    w->every_ms = w->svc->config->policy.sweep_ms;
    if (!w->svc->draining)
        io_timer_start(w->timer, w->every_ms, 0);
}

/* --- the whole --- */

static void on_held(void *arg, enum store_outcome outcome, struct str ms)
{
    struct sweeper *w = arg;
    int64_t held_ms = 0;

    if (outcome == STORE_OK && str_to_i64(ms, &held_ms))
        w->site->polling.sweep_shows_less = poll_is_held(true, held_ms);
    sweep_end(w, NULL);
}

static void on_released(void *arg, enum store_outcome outcome, const char *message)
{
    sweep_end(arg, outcome == STORE_OK ? NULL : message);
}

static void sweep_done(struct sweeper *w)
{
    const char *why = "a sweep shows less than half of our open tickets";
    bool less = poll_shows_less(w->asked, w->shown), was = w->site->polling.sweep_shows_less;

    w->site->counters.sweeps++;
    if (less) {
        w->site->polling.sweep_shows_less = true;
        log_error("sweeper", why, LOG_S("site", w->site->config->name), LOG_I("asked", w->asked),
                  LOG_I("shown", w->shown),
                  LOG_C("remedy", "give the service account its rights back, or wait a day"));
        store_poll_hold(&w->svc->store, w->site->config->name, why, 0, 0, on_held, w);
        return;
    }
    w->site->polling.sweep_shows_less = false; /* else it is for the walks to say */
    if (was && poll_knows(w->asked) && !w->site->polling.walk_shows_less)
        store_poll_release(&w->svc->store, w->site->config->name, on_released, w);
    else
        sweep_end(w, NULL);
}

/* --- a page --- */

static void on_hinted(void *arg, enum store_outcome outcome, const char *message)
{
    struct sweeper *w = arg;

    if (outcome != STORE_OK) {
        sweep_end(w, message);
        return;
    }
    worker_kick(w->svc->worker);
    if (w->count < JSM_UPDATED_MAX)
        sweep_done(w);
    else
        next_ids(w);
}

static const struct jsm_hit *hit_of(const struct jsm_page *page, struct str id)
{
    for (size_t i = 0; i < page->count; i++)
        if (str_eq(page->hits[i].issue_id, id))
            return &page->hits[i];
    return NULL;
}

/* Jira could not say just now, which is not the same as not being there. */
static bool is_unsure(const struct json *body, struct str id)
{
    JSON_EACH(error, json_member(body, "issueErrors"))
    {
        if (str_eq(json_path_str(error, "id"), id))
            return true;
    }
    return false;
}

/* What changed becomes a hint. What is missing is read by itself, which proves that it is gone or
 * does not; but not when so much is missing that it is we who lost sight. */
static size_t compare(struct sweeper *w, const struct jsm_page *page, const struct json *body,
                      struct store_hint *hints)
{
    size_t changed = 0, missing = 0;
    struct store_hint gone[JSM_UPDATED_MAX];

    for (size_t i = 0; i < w->count; i++) {
        struct store_hint row = w->rows[i];
        const struct jsm_hit *hit = hit_of(page, row.issue_id);
        bool there = hit || is_unsure(body, row.issue_id);
        w->shown += there;
        if (hit && hit->updated_ms > row.updated_ms) {
            w->found(w->arg, hit->updated_ms);
            row.updated_ms = hit->updated_ms;
            hints[changed++] = row;
        }
        if (!there) {
            row.updated_ms = 0;
            gone[missing++] = row;
        }
    }
    w->asked += (int64_t)w->count;
    w->site->counters.sweep_found += changed;
    if (poll_shows_less(w->asked, w->shown))
        w->site->polling.sweep_shows_less = true;
    for (size_t i = 0; i < missing && !w->site->polling.sweep_shows_less; i++)
        hints[changed++] = gone[i];
    return changed;
}

static void on_updated(void *arg, const struct jsm_answer *answer)
{
    struct sweeper *w = arg;
    struct jsm_page page;
    struct err err = {0};
    struct store_hint hints[JSM_UPDATED_MAX];

    if (answer->verdict != JSM_OK ||
        !jsm_page_read(w->arena, answer->body, STR_NONE, &page, &err)) {
        sweep_end(w, answer->verdict == JSM_OK ? err.what : answer->why);
        return;
    }
    size_t count = compare(w, &page, answer->body, hints);
    store_inbox_finish(&w->svc->store, hints, count, on_hinted, w);
}

static void on_ids(void *arg, enum store_outcome outcome, const struct store_hint *rows,
                   size_t count)
{
    struct sweeper *w = arg;
    struct str ids[JSM_UPDATED_MAX];

    if (outcome != STORE_OK) {
        sweep_end(w, "the database is away");
        return;
    }
    if (!count) {
        sweep_done(w);
        return;
    }
    w->count = count;
    for (size_t i = 0; i < count; i++) {
        w->rows[i] = rows[i];
        w->rows[i].site = w->site->config->name;
        w->rows[i].key = arena_str(w->arena, rows[i].key);
        ids[i] = w->rows[i].issue_id = arena_str(w->arena, rows[i].issue_id);
    }
    if (!str_copy(w->after, sizeof w->after, ids[count - 1])) {
        sweep_end(w, "an issue id that is too long");
        return;
    }
    struct jsm_call call = jsm_call_updated(w->arena, ids, count);
    site_send(w->site, w->arena, &call, on_updated, w);
}

static void next_ids(struct sweeper *w)
{
    arena_clear(w->arena);
    store_sweep_ids(&w->svc->store, w->site->config->name, str_of(w->after), JSM_UPDATED_MAX,
                    on_ids, w);
}

/* --- it begins --- */

/* Not taken: another replica does it. */
static void on_taken(void *arg, enum store_outcome outcome, const char *message)
{
    struct sweeper *w = arg;

    if (outcome != STORE_OK) {
        sweep_end(w, outcome == STORE_LOST ? NULL : message);
        return;
    }
    w->asked = w->shown = 0;
    w->after[0] = '\0';
    next_ids(w);
}

/* To a stranger every ticket is missing. */
static void on_known(void *arg, bool known)
{
    struct sweeper *w = arg;

    if (known)
        store_sweep_take(&w->svc->store, w->site->config->name, w->every_ms, on_taken, w);
    else
        sweep_end(w, "Jira does not know us");
}

static void on_timer(void *arg)
{
    struct sweeper *w = arg;

    if (w->busy || w->svc->draining)
        return;
    w->busy = true;
    site_learn(w->site, on_known, w);
}

/* Data Center answers no such call: there each open ticket is only looked at by itself. */
static bool is_possible(const struct sweeper *w)
{
    return str_eq_c(w->site->config->flavour, "cloud");
}

bool sweeper_kick(struct sweeper *w)
{
    if (!is_possible(w))
        return false;
    if (w->busy)
        return true;
    w->every_ms = w->svc->config->policy.sweep_ms / 15;
    io_timer_start(w->timer, 0, 0);
    return true;
}

struct sweeper *sweeper_new(struct service *svc, struct site *site, sweeper_found_fn *found,
                            void *arg)
{
    struct sweeper *w = calloc(1, sizeof *w);

    if (!w)
        abort();
    *w = (struct sweeper){.svc = svc, .site = site, .found = found, .arg = arg};
    w->every_ms = svc->config->policy.sweep_ms;
    w->arena = arena_new(LIMIT_ARENA_VISIT);
    w->timer = io_timer_new(svc->loop, on_timer, w);
    if (is_possible(w))
        io_timer_start(w->timer, w->every_ms, 0);
    return w;
}

bool sweeper_is_busy(const struct sweeper *w)
{
    return w->busy;
}

void sweeper_free(struct sweeper *w)
{
    if (!w)
        return;
    io_timer_free(w->timer);
    arena_free(w->arena);
    free(w);
}
