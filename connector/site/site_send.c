/* site_send.c: every call to a site leaves here, and every answer comes back here. When it may
 * leave is domain/traffic.h's to say. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "jsm/jsm_limit.h"
#include "site/site_gather.h"

enum {
    URL_BYTES = 8 * 1024,
    CROWDED_MS = 1000, /* when to come back to a lane that is full */
};

static const char WAITING[] = "waiting as Jira told us";

struct pending {
    struct list link; /* in its lane, while it waits */
    struct site *site;
    struct arena *arena;
    struct jsm_call call;
    struct site_wait wait;
    struct traffic_call traffic;
    int64_t asked_ms, send_by_ms; /* monotonic */
    bool held;                    /* Jira told us to wait while its connection was made */
    site_answer_fn *fn;
    void *arg;
    struct jsm_answer early; /* decided without sending */
};

static void pump(struct site *site);

static int64_t now_ms(const struct site *site)
{
    return io_loop_now_ms(site->o.loop);
}

/* --- answers --- */

static void on_early(void *arg)
{
    struct pending *p = arg;
    p->fn(p->arg, &p->early);
    free(p);
}

/* Nothing is sent; its caller hears so in the next turn. */
static void answer_early(struct pending *p, enum jsm_verdict verdict, int64_t told_ms,
                         const char *why)
{
    p->early = (struct jsm_answer){.verdict = verdict, .told_ms = told_ms};
    str_copy(p->early.why, sizeof p->early.why, str_of(why));
    io_loop_defer(p->site->o.loop, on_early, p);
}

static void take_told(struct pending *p, const struct jsm_answer *answer)
{
    struct site *site = p->site;
    const struct site_rests *rests = site->o.rests;

    traffic_told(&site->traffic, &p->traffic, answer->scope, answer->told_ms, now_ms(site));
    if (rests && answer->scope == REACH_SITE && answer->told_ms > 0)
        rests->told(rests->arg, site->config->name, answer->told_ms);
    if (answer->told_cut)
        log_warn("site", "Jira told us to wait for more than a day; asking again after one",
                 LOG_S("site", site->config->name), LOG_C("why", answer->why));
}

/* What the answer means for the calls that follow. */
static void take_manners(struct pending *p, const struct jsm_answer *answer)
{
    struct site *site = p->site;
    enum traffic_end end = TRAFFIC_ANSWERED;
    enum site_heard heard = SITE_ACCEPTED;

    take_told(p, answer);
    if (jsm_route_is_aside(p->call.route)) {
        site_auth_heard(site->auth, SITE_UNCLEAR);
        traffic_ended(&site->traffic, &p->traffic, end, now_ms(site));
        return;
    }
    switch (answer->verdict) {
    case JSM_OK:
    case JSM_MISSING:
    case JSM_REFUSED:
        break;
    case JSM_LATER:
        site->counters.limited++;
        end = TRAFFIC_FAILED;
        break;
    case JSM_DENIED:
        site->counters.denied++;
        site->known_ms = 0;
        heard = SITE_REFUSED;
        break;
    case JSM_UNKNOWN:
        site->counters.lost++;
        end = TRAFFIC_FAILED;
        heard = SITE_UNCLEAR;
        break;
    case JSM_UNREACHED:
        end = TRAFFIC_SILENT;
        heard = SITE_UNCLEAR;
        break;
    }
    site_auth_heard(site->auth, heard);
    traffic_ended(&site->traffic, &p->traffic, end, now_ms(site));
}

/* A header under either of its names. */
static struct str either(const struct http_reply *reply, const char *name, const char *beta)
{
    struct str value = http_reply_header(reply, name);
    return value.len ? value : http_reply_header(reply, beta);
}

static struct jsm_limit limit_of(const struct http_reply *reply)
{
    struct jsm_limit_headers headers = {
        .near_limit = either(reply, "x-ratelimit-nearlimit", "x-beta-ratelimit-nearlimit"),
        .limit = either(reply, "x-ratelimit-limit", "x-beta-ratelimit-limit"),
        .remaining = either(reply, "x-ratelimit-remaining", "x-beta-ratelimit-remaining"),
        .ratelimit = either(reply, "ratelimit", "beta-ratelimit"),
        .policy = either(reply, "ratelimit-policy", "beta-ratelimit-policy"),
    };
    return jsm_limit_read(&headers);
}

static void judge(struct pending *p, const struct http_reply *reply, struct jsm_limit limit,
                  struct jsm_answer *ret)
{
    struct jsm_http http = {
        .sent = reply->outcome == HTTP_REPLIED    ? JSM_REPLIED
                : reply->outcome == HTTP_NOT_SENT ? JSM_NOT_SENT
                                                  : JSM_LOST,
        .status = reply->status,
        .body = reply->body,
        .retry_after = http_reply_header(reply, "retry-after"),
        .ratelimit_reset = either(reply, "x-ratelimit-reset", "x-beta-ratelimit-reset"),
        .ratelimit_reason = either(reply, "ratelimit-reason", "beta-ratelimit-reason"),
        .date = http_reply_header(reply, "date"),
        .login_reason = http_reply_header(reply, "x-seraph-loginreason"),
        .denied_reason = http_reply_header(reply, "x-authentication-denied-reason"),
        .content_type = http_reply_header(reply, "content-type"),
        .silent = p->call.silent,
        .too_large = reply->too_large,
        .reset_ms = limit.reset_ms,
        .why = reply->why,
    };

    jsm_judge(p->arena, &http, p->call.effect, clock_wall_ms(&CLOCK_SYSTEM), ret);
    if (!jsm_route_is_aside(p->call.route))
        return;
    if (ret->verdict == JSM_DENIED)
        ret->verdict = JSM_REFUSED;
    if (ret->scope == REACH_SITE)
        ret->scope = REACH_ROUTE;
}

/* It never left: Jira is alive, and this call did not fail. */
static void take_back(struct pending *p, struct jsm_answer *ret)
{
    struct site *site = p->site;
    int64_t told = traffic_told_ms(&site->traffic, &p->traffic, now_ms(site));

    *ret = (struct jsm_answer){.verdict = JSM_LATER, .told_ms = told ? told : 1};
    str_copy(ret->why, sizeof ret->why, str_of(WAITING));
    site_auth_heard(site->auth, SITE_UNCLEAR);
    traffic_ended(&site->traffic, &p->traffic, TRAFFIC_ANSWERED, now_ms(site));
}

static void on_reply(void *arg, const struct http_reply *reply)
{
    struct pending *p = arg;
    struct site *site = p->site;
    struct jsm_answer answer;

    if (p->held) {
        take_back(p, &answer);
    } else {
        struct jsm_limit limit = limit_of(reply);
        limit.near &= !jsm_route_is_aside(p->call.route);
        if (limit.near && reply->status != 429) /* that one has a reach of its own */
            traffic_near(&site->traffic, limit.remaining, limit.reset_ms, now_ms(site));
        judge(p, reply, limit, &answer);
        take_manners(p, &answer);
    }
    site->in_flight[p->traffic.write]--;
    p->fn(p->arg, &answer);
    free(p);
    pump(site);
}

/* "Later" counts from the moment it is read, for calls too that have left their lane and only wait
 * for their connection: see may_leave(). */
static void on_head(void *arg, const struct http_reply *reply)
{
    struct pending *p = arg;
    struct site *site = p->site;
    struct jsm_answer answer;

    if (reply->status != 429 && reply->status != 503)
        return;
    judge(p, reply, limit_of(reply), &answer);
    traffic_told(&site->traffic, &p->traffic, answer.scope, answer.told_ms, now_ms(site));
}

static bool may_leave(void *arg)
{
    struct pending *p = arg;

    p->held = traffic_told_ms(&p->site->traffic, &p->traffic, now_ms(p->site)) > 0;
    return !p->held;
}

/* --- leaving --- */

static void send_now(struct pending *p, const struct site_pass *pass)
{
    struct site *site = p->site;
    AUTO(drop_buf) struct buf url;
    const int64_t timeout = site->o.times->call_timeout_ms;
    int64_t left = timeout - (now_ms(site) - p->asked_ms); /* waiting counts */

    buf_init(&url, URL_BYTES);
    bool forms = jsm_route_is_of_forms(p->call.route);
    buf_add_str(&url, forms ? site->config->gateway : pass->base);
    buf_add_str(&url, p->call.path);
    struct http_header headers[] = {
        {STR("Authorization"), pass->authorization},
        {STR("Accept"), STR("application/json")},
        forms ? (struct http_header){STR("X-ExperimentalApi"), STR("opt-in")}
              : (struct http_header){STR("Content-Type"), STR("application/json")},
    };
    struct http_call http = {.method = str_of(p->call.method),
                             .url = buf_str(&url),
                             .headers = headers,
                             .header_count = p->call.body.len || forms ? 3 : 2,
                             .body = p->call.body,
                             .once = p->call.effect == JSM_ONCE,
                             .timeout_ms = left,
                             .connect_timeout_ms = left < timeout / 2 ? left : timeout / 2,
                             .reply_max = LIMIT_REPLY_BYTES,
                             .may_leave = may_leave,
                             .on_head = on_head};
    site->counters.calls++;
    traffic_sent(&site->traffic, &p->traffic, now_ms(site));
    http_send(site->o.http, &http, on_reply, p);
}

/* No call after all: its place is free again. */
static void stay(struct pending *p, enum jsm_verdict verdict, int64_t told_ms, const char *why)
{
    p->site->in_flight[p->traffic.write]--;
    answer_early(p, verdict, told_ms, why);
}

static void take_pass(struct pending *p, const struct site_pass *pass)
{
    struct site *site = p->site;

    switch (pass->state) {
    case SITE_PASS_READY:
        if (now_ms(site) <= p->send_by_ms && !site->closed) {
            send_now(p, pass);
            return;
        }
        site_auth_heard(site->auth, SITE_UNCLEAR);
        stay(p, JSM_UNREACHED, 0, "its turn came too late");
        return;
    case SITE_PASS_REFUSED:
        stay(p, JSM_DENIED, pass->wait_ms, pass->why);
        return;
    case SITE_PASS_UNREACHED:
        stay(p, JSM_UNREACHED, 0, pass->why);
        return;
    }
}

static void on_pass(void *arg, const struct site_pass *pass)
{
    struct pending *p = arg;
    struct site *site = p->site;

    take_pass(p, pass);
    pump(site);
}

/* Its turn has come: it holds its place while the credential is fetched. */
static void leave(struct pending *p)
{
    struct site_pass pass;

    p->site->in_flight[p->traffic.write]++;
    p->wait = (struct site_wait){.fn = on_pass, .arg = p};
    if (site_auth_pass(p->site->auth, &p->wait, &pass))
        take_pass(p, &pass);
}

static void leave_lane(struct pending *p)
{
    list_remove(&p->link);
    p->site->waiting_count[p->traffic.lane]--;
}

/* One that waits: send it, give it up, or say how long it has to wait yet (0: until a call ends).
 */
static bool serve_one(struct pending *p, int64_t *ret_wait_ms)
{
    struct site *site = p->site;
    int64_t now = now_ms(site);
    int64_t told = traffic_told_ms(&site->traffic, &p->traffic, now);
    int64_t pace = traffic_pace_ms(&site->traffic, &p->traffic, now);

    if (told) {
        leave_lane(p);
        answer_early(p, JSM_LATER, told, WAITING);
        return true;
    }
    if (site->closed || now > p->send_by_ms || now + pace > p->send_by_ms) {
        leave_lane(p);
        site->counters.crowded++;
        answer_early(p, JSM_UNREACHED, 0, "its turn came too late");
        return true;
    }
    if (!pace && site->in_flight[p->traffic.write] < (size_t)site->config->concurrency) {
        leave_lane(p);
        leave(p);
        return true;
    }
    *ret_wait_ms = pace ? pace : p->send_by_ms - now + 1;
    return false;
}

static void on_timer(void *arg)
{
    struct site *site = arg;

    io_timer_free(site->timer);
    site->timer = NULL;
    pump(site);
}

/* Look through everything that waits, the first lane first. The timer exists only while something
 * waits. */
static void pump(struct site *site)
{
    int64_t soonest = 0;

    for (size_t lane = 0; lane < LANE_COUNT; lane++) {
        struct list *head = &site->waiting[lane], *next;
        for (struct list *at = head->next; at != head; at = next) {
            int64_t wait = 0;
            next = at->next;
            bool served = serve_one(container_of(at, struct pending, link), &wait);
            if (!served && (!soonest || wait < soonest))
                soonest = wait;
        }
    }
    io_timer_free(site->timer);
    site->timer = NULL;
    if (!soonest)
        return;
    site->timer = io_timer_new(site->o.loop, on_timer, site);
    io_timer_start(site->timer, soonest, 0);
}

static uint64_t issue_of(const struct jsm_call *call)
{
    return call->issue_id.len ? str_hash(call->issue_id) | 1 : 0; /* 0 means none */
}

/* The same again hashes the same. Proofs of who we are belong to nobody: another's is no repetition
 * of the one that failed. */
static uint64_t hash_of(const struct jsm_call *call)
{
    enum { MIX = 31 };
    bool proof = call->route == JSM_ROUTE_MYSELF || call->route == JSM_ROUTE_SERVER_INFO ||
                 call->route == JSM_ROUTE_PROJECT;
    uint64_t path = str_hash(call->path) + (uint64_t)call->route;

    return proof ? 0 : (path * MIX + str_hash(call->body)) | 1;
}

void site_send(struct site *site, struct arena *arena, const struct jsm_call *call,
               site_answer_fn *fn, void *arg)
{
    struct pending *p = calloc(1, sizeof *p);
    struct err err = {0};
    int64_t now = now_ms(site), half = site->o.times->call_timeout_ms / 2;

    if (!p)
        abort();
    *p = (struct pending){.site = site,
                          .arena = arena,
                          .call = *call,
                          .traffic = {.route = call->route,
                                      .issue = issue_of(call),
                                      .write = call->effect != JSM_READ,
                                      .lane = call->lane,
                                      .what = hash_of(call)},
                          .asked_ms = now,
                          .send_by_ms = now + half,
                          .fn = fn,
                          .arg = arg};
    if (call->send_by_ms && call->send_by_ms < p->send_by_ms)
        p->send_by_ms = call->send_by_ms;
    if (!call->path.len) {
        answer_early(p, JSM_REFUSED, 0, "not an issue id");
    } else if (!jsm_dialect_call(arena, site->flavour, &p->call, &err)) {
        answer_early(p, JSM_REFUSED, 0, err.what);
    } else if (site->waiting_count[call->lane] == SITE_WAITING_MAX) {
        site->counters.crowded++;
        answer_early(p, JSM_LATER, CROWDED_MS, "too many calls wait");
    } else {
        site->waiting_count[call->lane]++;
        list_push(&site->waiting[call->lane], &p->link);
        pump(site);
    }
}

void site_rest(struct site *site, const struct site_rested *rested)
{
    const struct traffic_call any = {0};

    if (rested->lifted_ms > site->lifted_ms) {
        site->lifted_ms = rested->lifted_ms;
        traffic_lifted(&site->traffic);
    }
    traffic_told(&site->traffic, &any, REACH_SITE, rested->told_ms, now_ms(site));
    site_auth_rest(site->auth, rested->mark, rested->refused_ago_ms, rested->refused_ms);
}

int64_t site_told_ms(const struct site *site)
{
    return traffic_site_ms(&site->traffic, now_ms(site));
}

void site_close(struct site *site)
{
    if (!site)
        return;
    site_gather_leave(site);
    site->closed = true;
    site_auth_stop(site->auth);
    pump(site);
}
