#include "site/site_gather.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "jsm/jsm_bulk.h"
#include "jsm/jsm_marker.h"

/* One who reads a ticket. */
struct gathered {
    struct site *site;
    struct arena *arena;
    struct str issue_id, fields;
    site_answer_fn *fn;
    void *arg;
};

/* Those who read together. What was answered lives as long as anybody's arena that it was handed
 * to. */
struct gather {
    struct site *site;
    struct arena *arena;
    struct io_timer *timer; /* NULL: it has left */
    struct str fields;      /* the same for all */
    struct gathered *of[GATHER_MOST];
    size_t count;
    int holders;
};

static void gather_drop(void *arg)
{
    struct gather *g = arg;

    if (--g->holders)
        return;
    arena_free(g->arena);
    free(g);
}

static void gathered_end(struct gathered *one, const struct jsm_answer *answer)
{
    one->fn(one->arg, answer);
    free(one);
}

/* --- by itself --- */

static void on_alone(void *arg, const struct jsm_answer *answer)
{
    gathered_end(arg, answer);
}

static void read_alone(struct gathered *one)
{
    struct jsm_call call = jsm_call_issue_fields(one->arena, one->issue_id, one->fields);

    site_send(one->site, one->arena, &call, on_alone, one);
}

/* --- together --- */

static const struct json *issue_of(const struct json *issues, struct str issue_id)
{
    JSON_EACH(issue, issues)
    if (str_eq(json_id(NULL, json_member(issue, "id")), issue_id))
        return issue;
    return NULL;
}

static void hand_out(struct gather *g, const struct jsm_answer *answer)
{
    const struct json *issues = json_member(answer->body, "issues");

    for (size_t i = 0; i < g->count; i++) {
        struct jsm_answer its = *answer;
        its.body = issue_of(issues, g->of[i]->issue_id);
        if (!its.body) {
            read_alone(g->of[i]);
            continue;
        }
        g->holders++;
        arena_on_free(g->of[i]->arena, gather_drop, g);
        gathered_end(g->of[i], &its);
    }
}

static void on_together(void *arg, const struct jsm_answer *answer)
{
    struct gather *g = arg;

    switch (answer->verdict) {
    case JSM_OK:
        hand_out(g, answer);
        break;
    case JSM_LATER:
    case JSM_DENIED:
    case JSM_UNREACHED: /* whoever asked by himself heard the same */
        for (size_t i = 0; i < g->count; i++)
            gathered_end(g->of[i], answer);
        break;
    case JSM_MISSING:
    case JSM_REFUSED:
        log_info("site", "tickets are read one by one for some minutes",
                 LOG_S("site", g->site->config->name), LOG_C("why", answer->why));
        g->site->one_by_one_ms = io_loop_now_ms(g->site->o.loop) + GATHER_AGAIN_MS;
        /* fall through */
    case JSM_UNKNOWN: /* one that cannot be read must not hide the others */
        for (size_t i = 0; i < g->count; i++)
            read_alone(g->of[i]);
        break;
    }
    gather_drop(g);
}

void site_gather_leave(struct site *site)
{
    struct gather *g = site->gather;
    struct str ids[GATHER_MOST];

    if (!g)
        return;
    site->gather = NULL;
    io_timer_free(g->timer);
    g->timer = NULL;
    for (size_t i = 0; i < g->count; i++)
        ids[i] = g->of[i]->issue_id;
    struct jsm_call call = jsm_call_issues(g->arena, ids, g->count, g->fields);
    site_send(site, g->arena, &call, on_together, g);
}

static void on_timer(void *arg)
{
    site_gather_leave(arg);
}

static struct gather *gather_open(struct site *site, struct str fields)
{
    struct gather *g = calloc(1, sizeof *g);

    if (!g)
        abort();
    *g = (struct gather){.site = site, .arena = arena_new(LIMIT_ARENA_VISIT), .holders = 1};
    g->fields = arena_str(g->arena, fields);
    g->timer = io_timer_new(site->o.loop, on_timer, site);
    io_timer_start(g->timer, GATHER_MS, 0);
    return g;
}

/* Are tickets read so often just now that they are read together? */
static bool are_many(struct site *site)
{
    int64_t now = io_loop_now_ms(site->o.loop);

    if (now - site->reads_ms >= GATHER_COUNT_MS) {
        site->reads_ms = now;
        site->reads = 0;
    }
    return site->reads++ >= GATHER_ALONE;
}

/* Escapes belong to addresses: names that need any are rare enough to be read one by one. */
static bool is_gathered(struct site *site, struct str issue_id, struct str fields)
{
    bool plain = !fields.len || !memchr(fields.p, '%', fields.len);

    return plain && jsm_can(site->flavour, JSM_CAN_BULK_READ) && jsm_is_id(issue_id) &&
           io_loop_now_ms(site->o.loop) >= site->one_by_one_ms && !site->closed && are_many(site);
}

void site_gather_read(struct site *site, struct arena *arena, struct str issue_id,
                      struct str fields, site_answer_fn *fn, void *arg)
{
    struct gathered *one = calloc(1, sizeof *one);

    if (!one)
        abort();
    *one = (struct gathered){
        .site = site, .arena = arena, .issue_id = issue_id, .fields = fields, .fn = fn, .arg = arg};
    if (!is_gathered(site, issue_id, fields)) {
        read_alone(one);
        return;
    }
    if (site->gather && !str_eq(site->gather->fields, fields))
        site_gather_leave(site);
    if (!site->gather)
        site->gather = gather_open(site, fields);
    struct gather *g = site->gather;
    g->of[g->count++] = one;
    if (g->count == GATHER_MOST)
        site_gather_leave(site);
}
