#include "service/hook_keep.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "service/inbox.h"
#include "service/service.h"
#include "site/site_hook.h"

enum {
    LEASE_S = 120,
    SETTLE_MAX_MS = 10 * 1000, /* between two counts of what was lost */
    AGAIN_MAX_MS = 60 * 1000,  /* after a look that failed */
    FAILED_MAX = 64,           /* of the list of failures, a page */
    PAGES_MAX = 100,           /* of them in one look; the rest is read by the next */
};

struct hook_keep {
    struct service *svc;
    struct site *site;
    size_t index;
    struct io_timer *timer, *settle;
    struct arena *arena;
    bool busy, counting;
    bool app; /* an app's registration is ours to keep */
    struct str url;
    /* the look in progress */
    int64_t fence;
    size_t pages;
    struct store_hook_found found;
};

/* --- what webhooks lose --- */

static void on_counted(void *arg, enum store_outcome outcome, const struct store_hook_worth *worth)
{
    struct hook_keep *k = arg;
    struct hook_stats *stats = &k->svc->hook_stats[k->index];

    k->counting = false;
    if (outcome != STORE_OK)
        return;
    stats->lost = worth->lost;
    stats->awaited = worth->awaited;
}

static void on_settle(void *arg)
{
    struct hook_keep *k = arg;

    if (k->counting || k->svc->draining)
        return;
    k->counting = true;
    store_hook_settle(&k->svc->store, k->site->config->name, k->site->config->hook.late_after_ms,
                      on_counted, k);
}

/* --- the registration --- */

static void look_end(struct hook_keep *k)
{
    k->busy = false;
    arena_clear(k->arena);
}

static void on_done(void *arg, enum store_outcome outcome, const char *message)
{
    struct hook_keep *k = arg;

    if (outcome != STORE_OK)
        log_warn("hooks", "the look at a registration was not saved",
                 LOG_S("site", k->site->config->name), LOG_C("why", message));
    look_end(k);
}

/* said: a text that lives for good; empty for nothing. */
static void finish(struct hook_keep *k, const char *said, struct str detail)
{
    int64_t every = k->site->config->hook.check_every_ms;

    if (said[0])
        log_warn("hooks", said, LOG_S("site", k->site->config->name), LOG_S("why", detail));
    k->found.said = said;
    k->found.rest_ms = said[0] && every > AGAIN_MAX_MS ? AGAIN_MAX_MS : every;
    store_hook_done(&k->svc->store, k->site->config->name, k->fence, &k->found, on_done, k);
}

static void read_failed(struct hook_keep *k);

struct taken {
    struct hook_keep *keep;
    int64_t until_ms;
    bool more;
};

/* Everything of a page is taken: on to the next, one at a time. */
static void after_page(struct hook_keep *k, const struct taken *t)
{
    k->found.failed_after_ms = t->until_ms;
    arena_clear(k->arena);
    if (t->more && ++k->pages < PAGES_MAX)
        read_failed(k);
    else
        finish(k, "", STR_NONE);
}

static void on_taken(void *arg, const struct pg_reply *reply)
{
    struct taken *t = arg;
    struct hook_keep *k = t->keep;

    if (reply->outcome != PG_OK) {
        finish(k, "deliveries that Jira gave up could not be stored", str_of(reply->message));
    } else {
        inbox_kick(k->svc->inbox);
        after_page(k, t);
    }
    free(t);
}

static void on_failed(void *arg, const struct jsm_answer *answer)
{
    struct hook_keep *k = arg;
    struct jsm_hook_failed failed[FAILED_MAX];
    struct store_delivery rows[FAILED_MAX];
    struct taken taken = {.keep = k, .until_ms = k->found.failed_after_ms};
    size_t count, row_count = 0;

    if (answer->verdict == JSM_REFUSED || answer->verdict == JSM_MISSING) {
        finish(k, "", STR_NONE); /* not every app may read it: polling finds the same */
        return;
    }
    if (answer->verdict != JSM_OK) {
        finish(k, "the list of failed deliveries could not be read", str_of(answer->why));
        return;
    }
    count = jsm_hooks_failed_read(answer->body, failed, FAILED_MAX, &taken.more);
    for (size_t i = 0; i < count; i++) {
        if (failed[i].failed_ms > taken.until_ms)
            taken.until_ms = failed[i].failed_ms;
        if (failed[i].body.len && str_eq(failed[i].url, k->url))
            rows[row_count++] = (struct store_delivery){
                .site = k->site->config->name, .delivery_id = failed[i].id, .body = failed[i].body};
    }
    if (!row_count) { /* others' of the same app, or their bodies are gone */
        after_page(k, &taken);
        return;
    }
    struct taken *kept = malloc(sizeof *kept);
    if (!kept)
        abort();
    *kept = taken;
    store_inbox_put(k->svc->ingest_pg, rows, row_count, on_taken, kept);
}

static void read_failed(struct hook_keep *k)
{
    struct jsm_call call = jsm_call_hooks_failed(k->arena, k->found.failed_after_ms);
    site_send(k->site, k->arena, &call, on_failed, k);
}

static void on_looked(void *arg, const struct site_hook_report *report)
{
    struct hook_keep *k = arg;

    if (!report->known) {
        finish(k, "the registration of the app's webhook could not be kept", str_of(report->why));
        return;
    }
    if (report->changes)
        log_info("hooks", "the app's webhook was registered or refreshed",
                 LOG_S("site", k->site->config->name), LOG_S("id", report->id));
    k->found.expires_ms = report->expires_ms;
    if (report->after)
        finish(k, "the app's webhook is not as it should be", report->said);
    else
        read_failed(k);
}

static void on_claimed(void *arg, enum store_outcome outcome, const struct store_hook_look *look)
{
    struct hook_keep *k = arg;

    if (outcome != STORE_OK) { /* another replica looks, or it is not due */
        look_end(k);
        return;
    }
    struct site_hook_task task = {.registry = JSM_HOOKS_APP, .url = k->url, .repair = true};
    k->fence = look->fence;
    k->pages = 0;
    k->found = (struct store_hook_found){.failed_after_ms = look->failed_after_ms};
    site_hook_look(k->site, k->arena, &task, on_looked, k);
}

static void on_timer(void *arg)
{
    struct hook_keep *k = arg;

    if (k->busy || k->svc->draining)
        return;
    k->busy = true;
    store_hook_claim(&k->svc->store, k->site->config->name, LEASE_S, on_claimed, k);
}

/* --- life --- */

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

struct hook_keep *hook_keep_new(struct service *svc, size_t index)
{
    struct hook_keep *k = calloc(1, sizeof *k);
    const struct site_config *c = &svc->config->sites[index];

    if (!k)
        abort();
    k->svc = svc;
    k->site = svc->sites[index];
    k->index = index;
    k->arena = arena_new(LIMIT_ARENA_VISIT);
    k->url = site_hook_url(k->site->arena, svc->config, c);
    k->app = c->hook.app.len && k->url.len;
    k->settle = io_timer_new(svc->loop, on_settle, k);
    io_timer_start(k->settle, 1, least(c->hook.late_after_ms, SETTLE_MAX_MS));
    if (!k->app)
        return k;
    k->timer = io_timer_new(svc->loop, on_timer, k);
    io_timer_start(k->timer, 1, least(c->hook.check_every_ms, AGAIN_MAX_MS));
    return k;
}

bool hook_keep_is_busy(const struct hook_keep *k)
{
    return k->busy || k->counting;
}

void hook_keep_free(struct hook_keep *k)
{
    if (!k)
        return;
    io_timer_free(k->timer);
    io_timer_free(k->settle);
    arena_free(k->arena);
    free(k);
}
