/* site_send.c: every call to a site leaves here, and every answer comes back here. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "site/site.h"

enum {
    DENIED_MAX = 3, /* then the site rests: a dead credential must not lock the account (CAPTCHA) */
    DENIED_REST_MS = 60 * 1000,
};

struct pending {
    struct site *site;
    struct arena *arena;
    bool writes;
    site_answer_fn *fn;
    void *arg;
    struct jsm_answer early; /* decided without sending */
};

static void take_manners(struct site *site, const struct jsm_answer *answer)
{
    struct site_counters *m = &site->counters;
    int64_t now = io_loop_now_ms(site->o.loop);

    m->lost += answer->verdict == JSM_UNKNOWN;
    if (answer->verdict == JSM_LATER) {
        m->limited++;
        if (now + answer->told_ms > site->not_before_ms)
            site->not_before_ms = now + answer->told_ms;
    }
    if (answer->verdict != JSM_DENIED) {
        site->denied = answer->verdict == JSM_UNREACHED ? site->denied : 0;
        return;
    }
    m->denied++;
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

    jsm_judge(p->arena, &http, p->writes, clock_wall_ms(&CLOCK_SYSTEM), &answer);
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

void site_send(struct site *site, struct arena *arena, const struct jsm_call *call,
               site_answer_fn *fn, void *arg)
{
    const struct flow_times *times = site->o.times;
    struct pending *p = calloc(1, sizeof *p);
    int64_t now = io_loop_now_ms(site->o.loop);

    if (!p)
        abort();
    *p = (struct pending){
        .site = site, .arena = arena, .writes = call->effect != JSM_READ, .fn = fn, .arg = arg};
    if (now < site->not_before_ms || !call->path.len) {
        p->early.verdict = call->path.len ? JSM_LATER : JSM_REFUSED;
        p->early.told_ms = call->path.len ? site->not_before_ms - now : 0;
        str_copy(p->early.why, sizeof p->early.why,
                 call->path.len ? STR("waiting as Jira told us") : STR("not an issue id"));
        io_loop_defer(site->o.loop, on_early, p);
        return;
    }
    if (!site->o.http) {
        p->early.verdict = JSM_UNREACHED;
        str_copy(p->early.why, sizeof p->early.why, STR("the service is ending"));
        io_loop_defer(site->o.loop, on_early, p);
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
                             .once = call->effect == JSM_ONCE,
                             .timeout_ms = times->call_timeout_ms,
                             .connect_timeout_ms = times->call_timeout_ms / 2,
                             .reply_max = LIMIT_REPLY_BYTES};
    site->counters.calls++;
    http_send(site->o.http, &http, on_reply, p);
}
