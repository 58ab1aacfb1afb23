#include "service/api.h"

#include <stdlib.h>

#include "base/codecs.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/log.h"
#include "io/io_file.h"
#include "service/api_limit.h"
#include "service/api_priv.h"
#include "service/api_query.h"
#include "service/api_route.h"
#include "service/problem.h"
#include "service/submit.h"
#include "service/worker.h"

enum { STRANGERS_TOLD_MS = 60000 };

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
    bool created;        /* answer 201 where the store made something new */
    const char *missing; /* said where the store knows nothing of it */
    const char *member;  /* of the body, whose fault a refusal is; NULL: of none */
};

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

struct service *api_service(struct api *api)
{
    return api->svc;
}

struct submit *api_submits(struct api *api)
{
    return api->submit;
}

struct asking *api_asking(struct api *api, struct serve_request *request, bool created,
                          const char *missing)
{
    struct asking *a = calloc(1, sizeof *a);

    if (!a)
        abort();
    *a = (struct asking){.api = api, .request = request, .created = created, .missing = missing};
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

void api_answer_json(void *arg, enum store_outcome outcome, struct str json)
{
    struct asking *a = arg;
    struct arena *arena = serve_arena(a->request);
    bool reads = api_route_reads(a->request);

    if (!reads)
        worker_kick(a->api->svc->worker); /* what it changed is looked at */
    if (outcome == STORE_REFUSED && a->member)
        problem_reply_member(a->request, 422, "Invalid body", str_of(a->member),
                             arena_cstr(arena, json));
    else if (outcome != STORE_OK)
        api_store_problem(a->request, outcome,
                          outcome == STORE_REFUSED ? arena_cstr(arena, json) : "");
    else if (!json.len)
        problem_reply(a->request, 404, "Not found", a->missing);
    else if (reads)
        api_reply_tagged(a->request, json);
    else
        serve_reply(a->request, a->created ? 201 : 200, "application/json", NULL, 0, json);
    free(a);
}

void api_answer_accepted(void *arg, enum store_outcome outcome, const char *message)
{
    struct asking *a = arg;

    worker_kick(a->api->svc->worker);
    if (outcome == STORE_LOST)
        problem_reply(a->request, 404, "Not found", a->missing);
    else if (outcome != STORE_OK)
        api_store_problem(a->request, outcome, message);
    else
        serve_reply(a->request, 202, "application/json", NULL, 0, STR("{\"status\":\"accepted\"}"));
    free(a);
}

/* --- beginning and end --- */

void api_serve(struct api *api, struct serve_request *request)
{
    const struct token_config *token = who(api, request);

    if (!token) {
        refuse_stranger(api, request);
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
    api_route(api, request, token);
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
