#include "service/api.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/codecs.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/log.h"
#include "io/io_file.h"
#include "jsm/jsm_marker.h"
#include "service/api_body.h"
#include "service/api_delegation.h"
#include "service/api_event.h"
#include "service/api_evidence.h"
#include "service/api_exception.h"
#include "service/api_limit.h"
#include "service/api_priv.h"
#include "service/api_query.h"
#include "service/api_submit.h"
#include "service/problem.h"
#include "service/submit.h"
#include "service/worker.h"

enum { OLDER_MAX_S = 10 * 366 * 86400, STRANGERS_TOLD_MS = 60000 };

struct api {
    struct service *svc;
    struct submit *submit;
    struct api_limit limits[CONFIG_TOKENS_MAX];
    int64_t strangers_told_ms; /* monotonic; 0: never */
    int64_t strangers;         /* since then */
    uint8_t token_sha256[CONFIG_TOKENS_MAX]
                        [SHA256_BYTES]; /* compared by digest: no length leaks, no secret stays */
};

struct asking {
    struct api *api;
    struct serve_request *request;
    const struct token_config *token;
    bool created;        /* answer 201 where the store made something new */
    const char *missing; /* said where the store knows nothing of it */
    const char *member;  /* of the body, whose fault a refusal is; NULL: of none */
};

static void reply_json(struct serve_request *request, int status, struct str json)
{
    serve_reply(request, status, "application/json", NULL, 0, json);
}

/* --- who asks --- */

const struct token_config *api_token(const struct api *api, struct str secret)
{
    const struct config *c = api->svc->config;
    const struct token_config *found = NULL;
    uint8_t digest[SHA256_BYTES];

    digest_sha256(secret, digest);
    for (size_t i = 0; i < c->token_count; i++)
        if (equal_const_time(digest, api->token_sha256[i], sizeof digest))
            found = &c->tokens[i];
    return found;
}

static const struct token_config *who(const struct api *api, struct serve_request *request)
{
    const struct str SCHEME = STR("Bearer "); /* in any case: RFC 9110, section 11.1 */
    struct str header = serve_header(request, "authorization");

    /* of two nobody knows which one a proxy before us has looked at */
    return serve_header_count(request, "authorization") == 1 && header.len > SCHEME.len &&
                   str_eq_nocase(str_n(header.p, SCHEME.len), SCHEME)
               ? api_token(api, str_n(header.p + SCHEME.len, header.len - SCHEME.len))
               : NULL;
}

/* A token is too long to be guessed, but that somebody tries is worth knowing: counted, and logged
 * once a minute. */
static void refuse_stranger(struct api *api, struct serve_request *request)
{
    char peer[SERVE_PEER_BYTES];
    int64_t now_ms = io_loop_now_ms(api->svc->loop);

    api->svc->metrics.api_strangers++;
    api->strangers++;
    if (!api->strangers_told_ms || now_ms - api->strangers_told_ms >= STRANGERS_TOLD_MS) {
        log_warn("api", "called with a token that is nobody's, or none",
                 LOG_C("latest", serve_peer(request, peer)), LOG_I("times", api->strangers));
        api->strangers_told_ms = now_ms;
        api->strangers = 0;
    }
    problem_reply(request, 401, "Unauthorized",
                  "send Authorization: Bearer with a token of the configuration");
}

static struct asking *asking_new(struct api *api, struct serve_request *request,
                                 const struct token_config *token)
{
    struct asking *a = calloc(1, sizeof *a);
    if (!a)
        abort();
    *a = (struct asking){
        .api = api, .request = request, .token = token, .missing = "there is no such request"};
    return a;
}

struct service *api_service(struct api *api)
{
    return api->svc;
}

struct submit *api_submits(struct api *api)
{
    return api->submit;
}

struct asking *api_asking(struct api *api, struct serve_request *request,
                          const struct token_config *token, bool created, const char *missing)
{
    struct asking *a = asking_new(api, request, token);

    a->created = created;
    a->missing = missing;
    return a;
}

void api_asking_about(struct asking *a, const char *member)
{
    a->member = member;
}

/* --- answers of the store --- */

void api_store_problem(struct serve_request *request, enum store_outcome outcome,
                       const char *message)
{
    if (outcome == STORE_REFUSED)
        problem_reply(request, 422, "Refused", message);
    else
        problem_reply(request, 503, "Database unavailable",
                      "nothing was changed as far as we know; ask again with the same key");
}

static void on_json(void *arg, enum store_outcome outcome, struct str json)
{
    struct asking *a = arg;

    if (outcome == STORE_REFUSED && a->member)
        problem_reply_member(a->request, 422, "Invalid body", str_of(a->member),
                             arena_cstr(serve_arena(a->request), json));
    else if (outcome != STORE_OK)
        api_store_problem(a->request, outcome,
                          outcome == STORE_REFUSED ? arena_cstr(serve_arena(a->request), json)
                                                   : "");
    else if (!json.len)
        problem_reply(a->request, 404, "Not found", a->missing);
    else if (str_eq_c(serve_method(a->request), "GET"))
        api_reply_tagged(a->request, json);
    else
        reply_json(a->request, a->created ? 201 : 200, json);
    free(a);
}

static void on_retried(void *arg, enum store_outcome outcome, struct str json)
{
    struct asking *a = arg;
    struct worker *worker = a->api->svc->worker;

    on_json(arg, outcome, json);
    worker_kick(worker);
}

void api_answer_json(void *arg, enum store_outcome outcome, struct str json)
{
    on_retried(arg, outcome, json); /* what it changed is looked at */
}

static void on_done(void *arg, enum store_outcome outcome, const char *message)
{
    struct asking *a = arg;

    if (outcome == STORE_LOST)
        problem_reply(a->request, 404, "Not found", "there is no such request");
    else if (outcome != STORE_OK)
        api_store_problem(a->request, outcome, message);
    else
        reply_json(a->request, 202, STR("{\"status\":\"accepted\"}"));
    worker_kick(a->api->svc->worker);
    free(a);
}

/* --- the routes --- */

/* What the query asks for, or what is wrong with it. */
static const char *read_filter(struct api *api, struct serve_request *request,
                               struct store_filter *ret)
{
    static const char *const KNOWN[] = {
        "limit",     "older_than_seconds", "stuck",       "phase", "site",    "after", "kind",
        "lifecycle", "subject_kind",       "application", "since", "overdue", "sort",  NULL};
    struct str older = api_query(request, "older_than_seconds");
    struct str stuck = api_query(request, "stuck");
    const char *wrong = api_query_refuse_unknown(request, KNOWN);
    enum phase known;

    *ret = (struct store_filter){.phase = api_query(request, "phase"),
                                 .site = api_query(request, "site"),
                                 .stuck = str_eq_c(stuck, "true")};
    if (wrong)
        return wrong;
    if (!api_query_limit(request, &ret->limit))
        return "limit is a number from 1 to 100";
    if (ret->phase.p && !phase_from(ret->phase, &known))
        return "there is no such phase";
    if (ret->site.p && !service_site(api->svc, ret->site))
        return "site is none of the configuration";
    if (stuck.p && !ret->stuck)
        return "stuck is true, or not there";
    if (older.p && (!str_to_i64(older, &ret->older_than_s) || ret->older_than_s < 0 ||
                    ret->older_than_s > OLDER_MAX_S))
        return "older_than_seconds is a number of seconds, up to ten years";
    return api_query_requests(request, ret);
}

static void list(struct api *api, struct serve_request *request, const struct token_config *token)
{
    struct store_filter filter;
    const char *wrong = read_filter(api, request, &filter);

    if (wrong)
        problem_reply(request, 400, "Invalid query", wrong);
    else
        store_request_list(&api->svc->store, &filter, on_json, asking_new(api, request, token));
}

static void review(struct api *api, struct serve_request *request, const struct token_config *token,
                   struct str id)
{
    static const struct body_member MEMBERS[] = {{"reviewer", BODY_KEY, true},
                                                 {"outcome", BODY_KEY, true},
                                                 {"note", BODY_TEXT, true},
                                                 {NULL}};
    const struct json *body;

    if (!api_body_read(request, MEMBERS, 0, &body))
        return;
    struct str outcome = json_path_str(body, "outcome");
    if (!str_eq_c(outcome, "in_order") && !str_eq_c(outcome, "objected"))
        problem_reply_member(request, 422, "Invalid body", STR("outcome"),
                             "'outcome' must be in_order or objected");
    else if (!str_trim(json_path_str(body, "note")).len)
        problem_reply_member(request, 422, "Invalid body", STR("note"),
                             "'note' must say what was found");
    else
        store_review_add(&api->svc->store, id, json_path_str(body, "reviewer"), outcome,
                         json_path_str(body, "note"), token->name, on_done,
                         asking_new(api, request, token));
}

static void approve(struct api *api, struct serve_request *request,
                    const struct token_config *token, struct str id)
{
    static const struct body_member MEMBERS[] = {
        {"approver", BODY_KEY, true}, {"decision", BODY_KEY, true}, {NULL}};
    const struct json *body;

    if (!api_body_read(request, MEMBERS, 0, &body))
        return;
    struct str decision = json_path_str(body, "decision");
    if (!str_eq_c(decision, "approved") && !str_eq_c(decision, "declined") &&
        !str_eq_c(decision, "withdrawn")) {
        problem_reply_member(request, 422, "Invalid body", STR("decision"),
                             "'decision' must be approved, declined or withdrawn");
        return;
    }
    store_approval_add(&api->svc->store, id, json_path_str(body, "approver"), decision, STR("api"),
                       token->name, on_done, asking_new(api, request, token));
}

/* Its clock is held until a time, or runs on. */
static void hold_clock(struct api *api, struct serve_request *request,
                       const struct token_config *token, struct str id)
{
    static const struct body_member MEMBERS[] = {
        {"reason", BODY_TEXT, true}, {"until", BODY_LATER, true}, {NULL}};
    const struct json *body;

    if (!api_body_read(request, MEMBERS, clock_wall_ms(&api->svc->db_clock), &body))
        return;
    store_clock_hold(&api->svc->store, id, token->name, json_path_str(body, "reason"),
                     api_body_time(body, "until"), on_done, asking_new(api, request, token));
}

/* /v1/access-requests/{id}[/{verb}]; to look at one, or to have it tried again, its ticket's key
 * will do. */
static void one(struct api *api, struct serve_request *request, const struct token_config *token,
                struct str rest, bool post)
{
    struct str id = str_cut(&rest, '/');
    struct store *s = &api->svc->store;
    bool shows = !post && !rest.len, retries = post && str_eq_c(rest, "retry");

    if (!api_is_uuid(id) && !((shows || retries) && jsm_is_key(id)))
        problem_reply(request, 404, "Not found",
                      "a request has a UUID in lower case; its ticket's key shows and retries it");
    else if (shows && token->may_read)
        store_request_show(s, id, on_json, asking_new(api, request, token));
    else if (!post && str_eq_c(rest, "evidence") && token->may_audit)
        api_evidence(api, request, token, id);
    else if (post && str_eq_c(rest, "cancel") && token->may_submit)
        store_request_cancel(s, id, token->name, on_done, asking_new(api, request, token));
    else if (retries && token->may_submit)
        store_request_retry(s, id, token->name, on_retried, asking_new(api, request, token));
    else if (post && str_eq_c(rest, "approvals") && token->may_approve)
        approve(api, request, token, id);
    else if (post && str_eq_c(rest, "review") && token->may_approve)
        review(api, request, token, id);
    else if (post && str_eq_c(rest, "pause") && token->may_approve)
        hold_clock(api, request, token, id);
    else if (post && str_eq_c(rest, "resume") && token->may_approve)
        store_clock_resume(s, id, token->name, on_done, asking_new(api, request, token));
    else
        problem_reply(request, 403, "Not permitted", "no such operation for this token's roles");
}

/* known: there is such a path, and its operations are others'. */
static void refuse_path(struct serve_request *request, bool known)
{
    if (known)
        problem_reply(request, 403, "Not permitted", "no such operation for this token's roles");
    else
        problem_reply(request, 404, "Not found", "there is no such path: see /openapi.json");
}

void api_serve(struct api *api, struct serve_request *request)
{
    const struct str REQUESTS = STR("/v1/access-requests");
    struct str path = serve_path(request);
    const struct token_config *token = who(api, request);
    bool post = str_eq_c(serve_method(request), "POST");
    bool get = str_eq_c(serve_method(request), "GET");

    if (!token) {
        refuse_stranger(api, request);
        return;
    }
    if (!post && !get) {
        problem_reply(request, 405, "Method not allowed", "use GET or POST");
        return;
    }
    int32_t later_s = api_limit_take(&api->limits[token - api->svc->config->tokens],
                                     token->per_minute, io_loop_now_ms(api->svc->loop));
    if (later_s) {
        api->svc->metrics.api_limited++;
        problem_reply_later(request, 429, "Too many requests",
                            "this token asks more often than its per_minute allows", later_s);
        return;
    }
    bool collection = str_eq(path, REQUESTS);
    if (str_eq_c(path, "/openapi.json") && get)
        reply_json(request, 200, str_of(API_DESCRIPTION));
    else if (collection && post && token->may_submit)
        api_submit(api, request, token);
    else if (collection && get && token->may_read)
        list(api, request, token);
    else if (str_starts(path, STR("/v1/access-requests/")))
        one(api, request, token, str_n(path.p + REQUESTS.len + 1, path.len - REQUESTS.len - 1),
            post);
    else if (str_starts(path, STR("/v1/events")))
        api_event_serve(api->svc, request, token);
    else if (!api_delegations(api, request, token, path, post) &&
             !api_exceptions(api, request, token, path, post))
        refuse_path(request, collection);
}

struct api *api_new(struct service *svc, struct err *err)
{
    struct api *api = calloc(1, sizeof *api);

    if (!api)
        abort();
    api->svc = svc;
    api->submit = submit_new(svc);
    for (size_t i = 0; i < svc->config->token_count; i++) {
        struct secret *secret;
        if (!file_secret(svc->config->tokens[i].token, &secret, err)) {
            err_while(err, "reading API token '%.*s'", STR_ARG(svc->config->tokens[i].name));
            api_free(api);
            return NULL;
        }
        bool long_enough = secret_reveal(secret).len >= CONFIG_TOKEN_CHARS_MIN;
        digest_sha256(secret_reveal(secret), api->token_sha256[i]);
        secret_free(secret);
        if (!long_enough) {
            FAIL(err, ERR_CONFIG, "API token '%.*s' is shorter than %d characters",
                 STR_ARG(svc->config->tokens[i].name), CONFIG_TOKEN_CHARS_MIN);
            api_free(api);
            return NULL;
        }
    }
    return api;
}

void api_free(struct api *api)
{
    if (!api)
        return;
    submit_free(api->submit);
    free(api);
}
