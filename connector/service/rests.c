#include "service/rests.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "domain/credential.h"
#include "json/json_read.h"
#include "site/site.h"

enum {
    EVERY_MS = 1000,
    TRY_CALLS = 3, /* a try waits for a token, then for the call itself */
};

static void apply(struct service *svc, const struct json *rest)
{
    struct site *site = service_site(svc, json_path_str(rest, "site"));
    struct site_rested r = {.mark = json_path_str(rest, "mark")};

    if (site && json_i64(json_member(rest, "told_ms"), &r.told_ms) &&
        json_i64(json_member(rest, "lifted_ms"), &r.lifted_ms) &&
        json_i64(json_member(rest, "refused_ms"), &r.refused_ms) &&
        json_i64(json_member(rest, "refused_ago_ms"), &r.refused_ago_ms))
        site_rest(site, &r);
}

/* --- what we hear --- */

static void on_kept(void *arg, enum store_outcome outcome, const char *message)
{
    (void)arg;
    if (outcome != STORE_OK) /* we keep to it all the same */
        log_warn("rests", "other replicas do not hear what a site told us", LOG_C("why", message));
}

struct untold {
    struct service *svc;
    struct str site;
    bool tries; /* a try was wanted */
};

/* What all replicas know of the site, for one that asks before it calls again. */
static void on_heard(void *arg, enum store_outcome outcome, struct str text)
{
    struct untold *r = arg;
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_SMALL);
    struct site *site = service_site(r->svc, r->site);
    const struct json *rest;
    struct err err = {0};
    bool lent = false, known = false;

    if (outcome != STORE_OK)
        on_kept(NULL, outcome, text.p);
    else if (json_parse(arena, text, &rest, &err)) {
        apply(r->svc, rest);
        known = true;
        lent = json_is_true(json_member(rest, "lent"));
    }
    if (site && r->tries)
        site_auth_try_heard(site->auth, !known ? SITE_TRY_UNKNOWN
                                        : lent ? SITE_TRY_LENT
                                               : SITE_TRY_OUT);
    else if (site)
        site_auth_rest_heard(site->auth);
    free(r);
}

static struct untold *untold_new(struct service *svc, struct str site, bool tries)
{
    struct untold *r = calloc(1, sizeof *r);

    if (!r)
        abort();
    *r = (struct untold){svc, site, tries};
    return r;
}

static void refused(void *arg, struct str site, struct str mark, bool lent)
{
    struct service *svc = arg;
    store_site_refused(&svc->store, site, mark, lent, CREDENTIAL_TRIES, CREDENTIAL_WINDOW_MS,
                       on_heard, untold_new(svc, site, false));
}

static void wanted(void *arg, struct str site, struct str mark)
{
    struct service *svc = arg;
    store_site_try(&svc->store, site, mark, CREDENTIAL_TRIES, CREDENTIAL_WINDOW_MS,
                   TRY_CALLS * svc->config->policy.times.call_timeout_ms, on_heard,
                   untold_new(svc, site, true));
}

static void returned(void *arg, struct str site, struct str mark)
{
    struct service *svc = arg;
    store_site_untried(&svc->store, site, mark, on_kept, NULL);
}

static void accepted(void *arg, struct str site, struct str mark)
{
    struct service *svc = arg;
    store_site_accepted(&svc->store, site, mark, on_kept, NULL);
}

static void told(void *arg, struct str site, int64_t wait_ms)
{
    struct service *svc = arg;
    store_site_told(&svc->store, site, wait_ms, on_kept, NULL);
}

struct site_rests service_rests(struct service *svc)
{
    return (struct site_rests){refused, wanted, returned, accepted, told, svc};
}

/* --- what others heard --- */

struct reading {
    struct service *svc;
    store_done_fn *fn;
    void *arg;
};

static void apply_all(struct service *svc, struct str text)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_SMALL);
    const struct json *rests;
    struct err err = {0};

    if (!json_parse(arena, text, &rests, &err)) {
        log_error("rests", "the database's list of sites cannot be read", LOG_C("why", err.what));
        return;
    }
    JSON_EACH(rest, rests)
    apply(svc, rest);
}

static void on_read(void *arg, enum store_outcome outcome, struct str text)
{
    struct reading *r = arg;

    if (outcome == STORE_OK)
        apply_all(r->svc, text);
    r->fn(r->arg, outcome, outcome == STORE_OK ? "" : text.p);
    free(r);
}

void rests_read(struct service *svc, store_done_fn *fn, void *arg)
{
    struct reading *r = calloc(1, sizeof *r);

    if (!r)
        abort();
    *r = (struct reading){svc, fn, arg};
    store_site_rests(&svc->store, on_read, r);
}

/* --- again and again --- */

struct rests_watch {
    struct service *svc;
    struct io_timer *timer;
    bool asking, ended;
};

static void on_again(void *arg, enum store_outcome outcome, const char *message)
{
    struct rests_watch *w = arg;

    (void)outcome; /* said by whoever needs the database more */
    (void)message;
    w->asking = false;
    if (w->ended)
        free(w);
}

static void on_timer(void *arg)
{
    struct rests_watch *w = arg;

    if (w->asking || w->svc->draining)
        return;
    w->asking = true;
    rests_read(w->svc, on_again, w);
}

struct rests_watch *rests_watch_new(struct service *svc)
{
    struct rests_watch *w = calloc(1, sizeof *w);

    if (!w)
        abort();
    w->svc = svc;
    w->timer = io_timer_new(svc->loop, on_timer, w);
    io_timer_start(w->timer, EVERY_MS, EVERY_MS);
    return w;
}

void rests_watch_free(struct rests_watch *w)
{
    if (!w)
        return;
    io_timer_free(w->timer);
    w->ended = true;
    if (!w->asking)
        free(w);
}
