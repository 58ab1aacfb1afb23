#include "service/site.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/codecs.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/log.h"
#include "io/io_file.h"

enum {
    SECRETS_BYTES = 64 * 1024,
    DENIED_MAX = 3, /* then the site rests: a dead credential must not lock the account (CAPTCHA) */
    DENIED_REST_MS = 60 * 1000,
};

struct pending {
    struct site *site;
    struct arena *arena;
    bool write;
    site_answer_fn *fn;
    void *arg;
    struct jsm_answer early; /* decided without sending */
};

static bool add_key(struct site *site, struct str reference, struct err *err)
{
    struct secret *secret;

    if (!reference.len)
        return true;
    if (!file_secret(reference, &secret, err))
        return err_while(err, "reading the webhook secret of site '%.*s'",
                         STR_ARG(site->config->name));
    if (secret_reveal(secret).len < 8) {
        secret_free(secret);
        return FAIL(err, ERR_CONFIG,
                    "the webhook secret of site '%.*s' is shorter than 8 characters",
                    STR_ARG(site->config->name));
    }
    site->keys[site->key_count++] = hmac_new(secret_reveal(secret));
    secret_free(secret);
    return true;
}

static bool make_authorization(struct site *site, struct err *err)
{
    const struct site_config *c = site->config;
    AUTO(drop_buf) struct buf plain, coded;
    struct secret *token;

    if (!file_secret(c->token, &token, err))
        return err_while(err, "reading the token of site '%.*s'", STR_ARG(c->name));
    buf_init(&plain, SECRETS_BYTES);
    buf_init(&coded, SECRETS_BYTES);
    if (c->auth == AUTH_BEARER) {
        buf_printf(&coded, "Bearer %.*s", STR_ARG(secret_reveal(token)));
    } else {
        buf_printf(&plain, "%.*s:%.*s", STR_ARG(c->email), STR_ARG(secret_reveal(token)));
        buf_add_c(&coded, "Basic ");
        base64_encode(&coded, buf_str(&plain));
        explicit_bzero(plain.p, plain.len);
    }
    site->authorization = arena_str(site->secrets, buf_str(&coded));
    explicit_bzero(coded.p, coded.len);
    secret_free(token);
    return true;
}

struct site *site_new(struct service *svc, const struct site_config *config, struct err *err)
{
    struct site *site = calloc(1, sizeof *site);
    const struct mapping *m = svc->config->mapping;

    if (!site)
        abort();
    site->svc = svc;
    site->config = config;
    site->secrets = arena_new(SECRETS_BYTES);
    for (size_t i = 0; i < m->status_count; i++)
        site->statuses[i] = (struct jsm_status_role){m->statuses[i].name, m->statuses[i].role};
    site->view = (struct jsm_view){.statuses = site->statuses, .status_count = m->status_count};
    if (make_authorization(site, err) && add_key(site, config->webhook_secret, err) &&
        add_key(site, config->webhook_secret_old, err))
        return site;
    site_free(site);
    return NULL;
}

void site_free(struct site *site)
{
    if (!site)
        return;
    for (size_t i = 0; i < site->key_count; i++)
        hmac_free(site->keys[i]);
    arena_free(site->secrets);
    free(site);
}

static void take_manners(struct site *site, const struct jsm_answer *answer)
{
    struct metrics *m = &site->svc->metrics;
    int64_t now = io_loop_now_ms(site->svc->loop);

    m->jira_lost += answer->verdict == JSM_UNKNOWN;
    if (answer->verdict == JSM_LATER) {
        m->jira_limited++;
        if (now + answer->told_ms > site->not_before_ms)
            site->not_before_ms = now + answer->told_ms;
    }
    if (answer->verdict != JSM_DENIED) {
        site->denied = answer->verdict == JSM_UNREACHED ? site->denied : 0;
        return;
    }
    m->jira_denied++;
    if (++site->denied >= DENIED_MAX) {
        site->not_before_ms = now + DENIED_REST_MS;
        log_error("site", "Jira does not accept our credential; resting, then trying again",
                  LOG_S("site", site->config->name), LOG_C("why", answer->why));
    }
}

static void on_reply(void *arg, const struct http_reply *reply)
{
    struct pending *p = arg;
    struct jsm_answer answer;
    struct jsm_http http = {
        .sent = reply->outcome == HTTP_REPLIED    ? JSM_REPLIED
                : reply->outcome == HTTP_NOT_SENT ? JSM_NOT_SENT
                                                  : JSM_LOST,
        .status = reply->status,
        .body = reply->body,
        .retry_after = http_reply_header(reply, "retry-after"),
        .ratelimit_reset = http_reply_header(reply, "x-ratelimit-reset"),
        .login_reason = http_reply_header(reply, "x-seraph-loginreason"),
        .content_type = http_reply_header(reply, "content-type"),
        .why = reply->why,
    };

    jsm_judge(p->arena, &http, p->write, clock_wall_ms(&CLOCK_SYSTEM), &answer);
    take_manners(p->site, &answer);
    p->fn(p->arg, &answer);
    free(p);
}

static void on_early(void *arg)
{
    struct pending *p = arg;
    p->fn(p->arg, &p->early);
    free(p);
}

void site_send(struct site *site, struct arena *arena, const struct jsm_call *call, bool write,
               site_answer_fn *fn, void *arg)
{
    struct service *svc = site->svc;
    const struct flow_times *times = &svc->config->policy.times;
    struct pending *p = calloc(1, sizeof *p);
    int64_t now = io_loop_now_ms(svc->loop);

    if (!p)
        abort();
    *p = (struct pending){.site = site, .arena = arena, .write = write, .fn = fn, .arg = arg};
    if (now < site->not_before_ms || !call->path.len) {
        p->early.verdict = call->path.len ? JSM_LATER : JSM_REFUSED;
        p->early.told_ms = call->path.len ? site->not_before_ms - now : 0;
        str_copy(p->early.why, sizeof p->early.why,
                 call->path.len ? STR("waiting as Jira told us") : STR("not an issue id"));
        io_loop_defer(svc->loop, on_early, p);
        return;
    }
    AUTO(drop_buf) struct buf url;
    buf_init(&url, 8192);
    buf_add_str(&url, site->config->url);
    buf_add_str(&url, call->path);
    struct http_header headers[] = {
        {STR("Authorization"), site->authorization},
        {STR("Accept"), STR("application/json")},
        {STR("Content-Type"), STR("application/json")},
    };
    struct http_call http = {.method = str_of(call->method),
                             .url = buf_str(&url),
                             .headers = headers,
                             .header_count = call->body.len ? 3 : 2,
                             .body = call->body,
                             .once = call->once,
                             .timeout_ms = times->call_timeout_ms,
                             .connect_timeout_ms = times->call_timeout_ms / 2,
                             .reply_max = LIMIT_REPLY_BYTES};
    svc->metrics.jira_calls++;
    http_send(svc->http, &http, on_reply, p);
}

/* --- who are we --- */

struct learning {
    struct site *site;
    struct arena *arena;
    void (*fn)(void *arg, bool known);
    void *arg;
};

static void on_myself(void *arg, const struct jsm_answer *answer)
{
    struct learning *l = arg;
    struct site *site = l->site;
    struct str account = json_path_str(answer->body, "accountId");
    bool known = answer->verdict == JSM_OK && account.len > 0;

    if (known && !site->view.our_account.len)
        site->view.our_account = arena_str(site->secrets, account);
    l->fn(l->arg, known);
    arena_free(l->arena);
    free(l);
}

void site_learn(struct site *site, void (*fn)(void *arg, bool known), void *arg)
{
    struct learning *l = calloc(1, sizeof *l);
    struct jsm_call call = jsm_call_myself();

    if (!l)
        abort();
    *l = (struct learning){site, arena_new(LIMIT_ARENA_SMALL), fn, arg};
    site_send(site, l->arena, &call, false, on_myself, l);
}

/* --- a ticket, afresh --- */

struct reading {
    struct site *site;
    struct arena *arena;
    struct str issue_id;
    struct site_ticket result;
    site_ticket_fn *fn;
    void *arg;
};

static void reading_end(struct reading *r, enum read_outcome outcome, int64_t told_ms)
{
    r->fn(r->arg, outcome, told_ms, outcome == READ_OK ? &r->result : NULL);
    free(r);
}

static bool reading_failed(struct reading *r, const struct jsm_answer *answer)
{
    if (answer->verdict == JSM_OK && answer->body)
        return false;
    enum read_outcome outcome = answer->verdict == JSM_DENIED ? READ_DENIED : READ_FAILED;
    reading_end(r, outcome, answer->verdict == JSM_LATER ? answer->told_ms : 0);
    return true;
}

static void on_approvals(void *arg, const struct jsm_answer *answer)
{
    struct reading *r = arg;

    if (answer->verdict != JSM_MISSING && answer->verdict != JSM_REFUSED &&
        reading_failed(r, answer))
        return;
    if (answer->verdict == JSM_OK)
        jsm_approvals_read(answer->body, &r->result.ticket);
    reading_end(r, READ_OK, 0);
}

/* Everything of the issue is in; approvals live elsewhere. */
static void after_issue(struct reading *r)
{
    const struct mapped *m = &r->result.mapped;

    if (m->outcome == MAPPED_NOT_GOVERNED || !m->rule->approval_needed) {
        reading_end(r, READ_OK, 0);
        return;
    }
    struct jsm_call call = jsm_call_approvals(r->arena, r->issue_id);
    site_send(r->site, r->arena, &call, false, on_approvals, r);
}

static void on_changelog(void *arg, const struct jsm_answer *answer)
{
    struct reading *r = arg;
    int64_t next;
    struct err err;

    if (reading_failed(r, answer))
        return;
    if (!jsm_issue_changelog_page(r->arena, answer->body, &r->site->view, &r->result.ticket, &next,
                                  &err)) {
        reading_end(r, READ_FAILED, 0);
        return;
    }
    if (!next) {
        after_issue(r);
        return;
    }
    struct jsm_call call = jsm_call_changelog(r->arena, r->issue_id, next);
    site_send(r->site, r->arena, &call, false, on_changelog, r);
}

static void take_mapping(struct reading *r, const struct json *issue)
{
    struct ticket *t = &r->result.ticket;
    struct mapped *m = &r->result.mapped;

    mapping_ticket(r->site->svc->config->mapping, r->arena, issue, m);
    t->mapped_hash = m->outcome == MAPPED_OK ? m->hash : 0;
    t->mapped = m->outcome == MAPPED_OK ? m->tuple : STR_NONE;
    t->hold_text = m->hold_text;
    if (!clock_parse(json_path_str(issue, "fields/created"), &r->result.created_ms))
        r->result.created_ms = 0;
}

static void on_issue(void *arg, const struct jsm_answer *answer)
{
    struct reading *r = arg;
    struct err err;

    if (answer->verdict == JSM_MISSING) {
        r->result.ticket = (struct ticket){.presence = TICKET_GONE, .issue_id = r->issue_id};
        reading_end(r, READ_OK, 0);
        return;
    }
    if (reading_failed(r, answer))
        return;
    if (!jsm_issue_read(r->arena, answer->body, &r->site->view, &r->result.ticket, &err)) {
        log_warn("site", "an issue we cannot read", LOG_S("issue", r->issue_id),
                 LOG_C("why", err.what));
        reading_end(r, READ_FAILED, 0);
        return;
    }
    take_mapping(r, answer->body);
    if (!jsm_issue_changelog_is_cut(answer->body)) {
        after_issue(r);
        return;
    }
    struct jsm_call call = jsm_call_changelog(r->arena, r->issue_id, 0);
    site_send(r->site, r->arena, &call, false, on_changelog, r);
}

void site_ticket_read(struct site *site, struct arena *arena, struct str issue_id,
                      site_ticket_fn *fn, void *arg)
{
    struct reading *r = calloc(1, sizeof *r);
    struct jsm_call call = jsm_call_issue(arena, issue_id);

    if (!r)
        abort();
    *r = (struct reading){.site = site, .arena = arena, .issue_id = issue_id, .fn = fn, .arg = arg};
    site_send(site, arena, &call, false, on_issue, r);
}
