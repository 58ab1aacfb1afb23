#include "service/policy_reload.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/list.h"
#include "base/log.h"
#include "json/json_write.h"
#include "service/mapping_reload.h"
#include "service/policy_keep.h"

enum { AGAIN_MS = 1000, FAULT_BYTES = 8192 };

/* A policy of before, and its line to a decision point. */
struct former {
    struct list link;
    struct policy_reload *reload;
    struct arena *arena; /* NULL: the configuration's own */
    bool open;           /* its line is being closed */
};

struct policy_reload {
    struct service *svc;
    struct io_timer *timer; /* the database is told again */
    struct arena *arena;    /* of the present policy; NULL: the configuration's own */
    struct list formers;
    bool putting, put_again, failed;
    bool apart;     /* another policy is live than ours; said */
    bool older;     /* ours was live once, and was replaced */
    char said[200]; /* what was refused last, and why; empty: nothing since */
};

/* --- what is said about it --- */

void policy_reload_say(const struct policy_reload *r, struct buf *out)
{
    if (r && r->said[0])
        buf_printf(out, "; policy %s", r->said);
}

bool policy_reload_failed(const struct policy_reload *r)
{
    return r && r->failed;
}

void policy_reload_render(const struct policy_reload *r, const struct json *policies,
                          struct buf *out)
{
    buf_printf(
        out,
        "# HELP countersign_policy_live 0: another policy is live than this replica has: it "
        "decides nothing\n# TYPE countersign_policy_live gauge\ncountersign_policy_live %d\n",
        !policy_reload_apart(r, policies));
    buf_printf(out,
               "# HELP countersign_policy_last_reload_successful 0: what was to be the policy last "
               "has faults, the one before goes on\n"
               "# TYPE countersign_policy_last_reload_successful gauge\n"
               "countersign_policy_last_reload_successful %d\n",
               !policy_reload_failed(r));
}

bool policy_reload_hear(struct policy_reload *r, const struct policy_config *ours, struct str live)
{
    bool apart = !str_eq(ours->pdp, live);

    if (apart && !r->apart && !r->putting)
        log_warn("policy",
                 "another policy is live than this replica has: it decides nothing until it has "
                 "that one; send it SIGHUP once its files are the same",
                 LOG_S("live", live), LOG_S("ours", ours->pdp));
    r->apart = apart && !r->putting;
    return !apart;
}

void policy_reload_offered(struct policy_reload *r, const struct json *said)
{
    if (!r)
        return;
    r->older = !json_is_true(json_member(said, "taken"));
    if (!r->older)
        return;
    r->apart = !str_eq(json_path_str(said, "live"), r->svc->policy->pdp); /* this says it */
    log_error("policy",
              r->apart ? "the policy of these files was replaced by another one: a start does not "
                         "make it live again, and this replica decides nothing"
                       : "the duties of these files were replaced by others: a start does not make "
                         "them live again, those of the live policy are kept apart",
              LOG_S("ours", r->svc->policy->pdp), LOG_S("live", json_path_str(said, "live")),
              LOG_S("live_since", json_path_str(said, "since")),
              LOG_S("by", json_path_str(said, "by")),
              LOG_S("replaced", json_path_str(said, "replaced")),
              LOG_C("remedy", "give this replica the files of the live policy and send it SIGHUP; "
                              "to go back to these files: countersign policy back --reason ..."));
}

bool policy_reload_older(const struct policy_reload *r)
{
    return r && r->older;
}

bool policy_reload_apart(const struct policy_reload *r, const struct json *policies)
{
    if (!r || r->putting)
        return false;
    JSON_EACH(live, policies)
    if (!str_eq(json_str(live), r->svc->policy->pdp))
        return true;
    return false;
}

static void on_recorded(void *arg, enum store_outcome outcome, const char *message)
{
    (void)arg;
    if (outcome != STORE_OK)
        log_warn("policy", "that a policy was refused is not on record", LOG_C("why", message));
}

static const struct diag *first_error(const struct diag_list *diags)
{
    for (size_t i = 0; i < diags->count && i < DIAG_MAX; i++)
        if (!diags->items[i].warning)
            return &diags->items[i];
    return &diags->items[0];
}

static void record(struct policy_reload *r, const struct diag_list *diags, const struct diag *d)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, FAULT_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "code", str_of(d->code));
    json_str_member(&out, "fact", str_of(d->text));
    json_str_member(&out, "file", str_of(diags->file));
    json_i64_member(&out, "line", d->pos.line);
    json_str_member(&out, "remedy", str_of(d->help));
    json_close_object(&out);
    store_policy_refused(&r->svc->store, buf_str(&b), on_recorded, NULL);
}

static void refuse(struct policy_reload *r, const struct diag_list *diags)
{
    const struct diag *d = first_error(diags);
    char at[CLOCK_TEXT_SIZE];

    clock_rfc3339(clock_wall_ms(&CLOCK_SYSTEM), at);
    snprintf(r->said, sizeof r->said, "refused at %.5s UTC: %s %s:%d:%d", at + 11, d->code,
             diags->file, d->pos.line, d->pos.column);
    r->failed = true;
    log_error("policy", "a policy is refused: the one before goes on", LOG_C("code", d->code),
              LOG_C("file", diags->file), LOG_I("line", d->pos.line),
              LOG_I("column", d->pos.column), LOG_C("why", d->text), LOG_C("remedy", d->help),
              LOG_S("live", r->svc->policy->pdp));
    record(r, diags, d);
}

/* --- those of before --- */

void policy_reload_settle(struct policy_reload *r)
{
    struct list kept;
    struct list *link;

    if (!r || r->svc->policy_asking)
        return;
    list_init(&kept);
    while ((link = list_shift(&r->formers))) {
        struct former *f = container_of(link, struct former, link);
        if (f->open) {
            list_push(&kept, link);
            continue;
        }
        arena_free(f->arena);
        free(f);
    }
    while ((link = list_shift(&kept)))
        list_push(&r->formers, link);
}

static void on_line_closed(void *arg)
{
    struct former *f = arg;

    f->open = false;
    policy_reload_settle(f->reload);
}

static void set_aside(struct policy_reload *r)
{
    struct former *f = calloc(1, sizeof *f);

    if (!f)
        abort();
    *f = (struct former){.reload = r, .arena = r->arena, .open = r->svc->desk != NULL};
    list_push(&r->formers, &f->link);
    if (r->svc->desk)
        policy_desk_close(r->svc->desk, on_line_closed, f); /* what it asks now it asks again */
    r->svc->desk = NULL;
}

/* --- the database --- */

static void on_put(void *arg, enum store_outcome outcome, const char *message);

static void put(struct policy_reload *r)
{
    r->putting = true;
    r->put_again = false;
    policy_keep_put(r->svc, "reload", on_put, r);
}

static void put_later(void *arg)
{
    put(arg);
}

static void on_put(void *arg, enum store_outcome outcome, const char *message)
{
    struct policy_reload *r = arg;

    r->putting = false;
    if (outcome != STORE_OK)
        log_warn("policy", "the database was not told of the new policy yet",
                 LOG_C("why", message));
    if (!r->timer || r->svc->draining)
        return;
    if (outcome != STORE_OK)
        io_timer_start(r->timer, AGAIN_MS, 0);
    else if (r->put_again)
        put(r);
}

/* --- another one --- */

static bool has_same_duties(const struct policy_config *a, const struct policy_config *b)
{
    AUTO(drop_buf) struct buf one, other;

    buf_init(&one, POLICY_DUTIES_BYTES);
    buf_init(&other, POLICY_DUTIES_BYTES);
    policy_keep_duties(&one, a);
    policy_keep_duties(&other, b);
    return str_eq(buf_str(&one), buf_str(&other));
}

static bool has_same_style(const struct policy_style *a, const struct policy_style *b)
{
    bool same = a->dialect == b->dialect && a->role_count == b->role_count;

    for (size_t i = 0; same && i < a->role_count; i++)
        same = str_eq(a->roles[i], b->roles[i]);
    return same;
}

static bool is_same(const struct policy_config *a, const struct policy_config *b)
{
    return str_eq(a->pdp, b->pdp) && str_eq(a->token, b->token) && a->timeout_ms == b->timeout_ms &&
           a->concurrency == b->concurrency && a->insecure_http == b->insecure_http &&
           has_same_style(&a->style, &b->style) && has_same_duties(a, b);
}

static void take(struct policy_reload *r, const struct policy_config *next, struct arena *arena,
                 struct policy_desk *desk)
{
    log_info("policy", "another policy is live", LOG_S("policy", next->pdp),
             LOG_S("was", r->svc->policy->pdp), LOG_I("duties", (int64_t)next->duty_count));
    set_aside(r);
    r->arena = arena;
    r->svc->policy = next;
    r->svc->desk = desk;
    if (r->putting)
        r->put_again = true;
    else
        put(r);
    policy_reload_settle(r);
}

/* What is read, with a line to whom it asks; NULL, and it is refused. */
static const struct policy_config *read_again(struct policy_reload *r, struct arena *arena,
                                              struct policy_desk **ret_desk)
{
    struct service *svc = r->svc;
    struct diag_list *diags = ARENA_NEW(arena, struct diag_list);
    struct diag_list *rules = ARENA_NEW(arena, struct diag_list);
    const struct policy_config *next = config_policy_again(svc->config, arena, diags, rules);
    struct err err = {0};

    if (!next) {
        refuse(r, diags->errors ? diags : rules);
        return NULL;
    }
    r->failed = false;
    r->said[0] = '\0';
    if (is_same(next, svc->policy))
        return svc->policy;
    if (next->url.len)
        *ret_desk = policy_desk_new(next, svc->loop, &svc->rng, &err);
    if (!next->url.len || *ret_desk)
        return next;
    diag_error(diags, "C163", (struct diag_pos){0}, "%s", err.what);
    diag_help(diags, "let the service read the secret that policy: token names");
    refuse(r, diags);
    return NULL;
}

void policy_reload_file(struct policy_reload *r)
{
    struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    struct policy_desk *desk = NULL;
    const struct policy_config *next = read_again(r, arena, &desk);

    if (!next || next == r->svc->policy)
        arena_free(arena);
    else
        take(r, next, arena, desk);
}

/* --- life --- */

struct policy_reload *policy_reload_new(struct service *svc)
{
    struct policy_reload *r = calloc(1, sizeof *r);

    if (!r)
        abort();
    r->svc = svc;
    list_init(&r->formers);
    r->timer = io_timer_new(svc->loop, put_later, r);
    return r;
}

bool policy_reload_is_busy(struct policy_reload *r)
{
    if (!r)
        return false;
    LIST_EACH (link, &r->formers)
        if (container_of(link, struct former, link)->open)
            return true;
    return r->putting;
}

void policy_reload_stop(struct policy_reload *r)
{
    if (!r)
        return;
    io_timer_free(r->timer);
    r->timer = NULL;
}

void policy_reload_free(struct policy_reload *r)
{
    struct list *link;

    while (r && (link = list_shift(&r->formers))) {
        struct former *f = container_of(link, struct former, link);
        arena_free(f->arena);
        free(f);
    }
    if (r)
        arena_free(r->arena);
    free(r);
}
