#include "service/api.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/codecs.h"
#include "base/digest.h"
#include "base/limits.h"
#include "io/io_file.h"
#include "json/json_write.h"
#include "service/intake.h"
#include "service/worker.h"

enum { PROBLEM_BYTES = 2048, PAGE_MAX = 100, PAGE_DEFAULT = 50, KEY_MAX = 200 };

struct api {
    struct service *svc;
    uint8_t token_sha256[CONFIG_TOKENS_MAX]
                        [SHA256_BYTES]; /* compared by digest: no length leaks, no secret stays */
};

struct asking {
    struct api *api;
    struct serve_request *request;
    const struct token_config *token;
    bool created; /* answer 201 where the store made something new */
};

void api_problem(struct serve_request *request, int status, const char *title, const char *detail)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, PROBLEM_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "type", STR("about:blank"));
    json_str_member(&out, "title", str_of(title));
    json_i64_member(&out, "status", status);
    json_str_member(&out, "detail", str_of(detail));
    json_close_object(&out);
    serve_reply(request, status, "application/problem+json", NULL, 0, buf_str(&b));
}

static void reply_json(struct serve_request *request, int status, struct str json)
{
    serve_reply(request, status, "application/json", NULL, 0, json);
}

/* --- who asks --- */

static const struct token_config *who(const struct api *api, struct serve_request *request)
{
    const struct str SCHEME = STR("Bearer ");
    struct str header = serve_header(request, "authorization");
    const struct config *c = api->svc->config;
    const struct token_config *found = NULL;
    uint8_t digest[SHA256_BYTES];

    if (!str_starts(header, SCHEME))
        return NULL;
    digest_sha256(str_n(header.p + SCHEME.len, header.len - SCHEME.len), digest);
    for (size_t i = 0; i < c->token_count; i++)
        if (equal_const_time(digest, api->token_sha256[i], sizeof digest))
            found = &c->tokens[i];
    return found;
}

static struct asking *asking_new(struct api *api, struct serve_request *request,
                                 const struct token_config *token)
{
    struct asking *a = calloc(1, sizeof *a);
    if (!a)
        abort();
    *a = (struct asking){.api = api, .request = request, .token = token};
    return a;
}

/* --- answers of the store --- */

static void store_problem(struct serve_request *request, enum store_outcome outcome,
                          const char *message)
{
    if (outcome == STORE_REFUSED)
        api_problem(request, 422, "Refused", message);
    else
        api_problem(request, 503, "Database unavailable",
                    "nothing was changed as far as we know; ask again with the same key");
}

static void on_json(void *arg, enum store_outcome outcome, struct str json)
{
    struct asking *a = arg;

    if (outcome != STORE_OK)
        store_problem(a->request, outcome,
                      outcome == STORE_REFUSED ? arena_cstr(serve_arena(a->request), json) : "");
    else if (!json.len)
        api_problem(a->request, 404, "Not found", "there is no such request");
    else
        reply_json(a->request, a->created ? 201 : 200, json);
    free(a);
}

static void on_done(void *arg, enum store_outcome outcome, const char *message)
{
    struct asking *a = arg;

    if (outcome == STORE_LOST)
        api_problem(a->request, 404, "Not found", "there is no such request");
    else if (outcome != STORE_OK)
        store_problem(a->request, outcome, message);
    else
        reply_json(a->request, 202, STR("{\"status\":\"accepted\"}"));
    worker_kick(a->api->svc->worker);
    free(a);
}

static void on_submitted(void *arg, enum store_outcome outcome, const struct store_submitted *row,
                         const char *message)
{
    struct asking *a = arg;
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, PROBLEM_BYTES);
    if (outcome != STORE_OK) {
        store_problem(a->request, outcome, message);
    } else if (row->differs) {
        api_problem(a->request, 409, "Idempotency key reused",
                    "this key was used with another body; use a new key");
    } else {
        json_begin(&out, &b);
        json_open_object(&out);
        json_str_member(&out, "id", row->id);
        json_str_member(&out, "phase", row->phase);
        json_bool_member(&out, "repeated", row->repeated);
        json_close_object(&out);
        reply_json(a->request, row->repeated ? 200 : 201, buf_str(&b));
        worker_kick(a->api->svc->worker);
    }
    free(a);
}

/* --- submitting --- */

static bool read_wanted(struct serve_request *request, const struct json *body, struct wanted *w)
{
    static const char *const NEEDED[] = {"kind", "beneficiary", "source", "entitlement"};
    struct arena *arena = serve_arena(request);

    for (size_t i = 0; i < sizeof NEEDED / sizeof NEEDED[0]; i++) {
        struct str s = json_path_str(body, NEEDED[i]);
        if (!s.len || s.len > LIMIT_KEY_CHARS) {
            struct str detail = arena_printf(arena, "'%s' must be a text of 1 to %d characters",
                                             NEEDED[i], LIMIT_KEY_CHARS);
            api_problem(request, 422, "Invalid request", detail.p);
            return false;
        }
    }
    if (!request_kind_from(json_path_str(body, "kind"), &w->kind) || w->kind == REQUEST_MODIFY) {
        api_problem(request, 422, "Invalid request", "'kind' must be grant or removal");
        return false;
    }
    w->beneficiary = json_path_str(body, "beneficiary");
    w->requester = json_path_str(body, "requester");
    w->account = json_path_str(body, "account");
    w->source = json_path_str(body, "source");
    w->entitlement = json_path_str(body, "entitlement");
    w->justification = json_path_str(body, "justification");
    w->privileged = json_is_true(json_member(body, "privileged"));
    return true;
}

static void submit(struct api *api, struct serve_request *request, const struct token_config *token)
{
    struct arena *arena = serve_arena(request);
    const struct mapping *mapping = api->svc->config->mapping;
    struct str key = serve_header(request, "idempotency-key");
    const struct json *body;
    struct wanted w = {0};
    struct mapped m;
    struct str fields;
    struct err err = {0};
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];

    if (!key.len || key.len > KEY_MAX) {
        api_problem(request, 400, "Idempotency-Key needed",
                    "send a header Idempotency-Key that is unique for this wish");
        return;
    }
    if (serve_body(request).len > LIMIT_API_BODY_BYTES ||
        !json_parse(arena, serve_body(request), &body, &err)) {
        api_problem(request, 400, "Unreadable body",
                    err.what[0] ? err.what : "the body is too large");
        return;
    }
    if (!read_wanted(request, body, &w))
        return;
    if (!mapping_request(mapping, arena, &w, &m, &fields, &err)) {
        api_problem(request, 422, "No rule fits", err.what);
        return;
    }
    struct store_item item = {m.source, m.account, m.entitlement, m.rule->expect};
    struct str site = json_path_str(body, "site");
    int64_t until = 0;
    struct str until_text = json_path_str(body, "access_until");
    if (until_text.len && !clock_parse(until_text, &until)) {
        api_problem(request, 422, "Invalid request",
                    "'access_until' must be a time such as 2026-12-01T00:00:00Z");
        return;
    }
    struct store_intake in = {
        .site = site.len ? site : api->svc->config->sites[0].name,
        .request_type = m.rule->request_type,
        .rule = m.rule->name,
        .kind = m.rule->change,
        .mode = m.rule->mode,
        .lifecycle = w.privileged ? STR("privileged") : STR("standard"),
        .subject_kind = STR("human"),
        .requester = w.requester.len ? w.requester : token->name,
        .beneficiary = w.beneficiary,
        .justification = w.justification,
        .privileged = w.privileged,
        .approval_needed = m.rule->approval_needed &&
                           !(token->may_approve && json_is_true(json_member(body, "approved"))),
        .access_until_ms = until,
        .sla_goal_ms = m.sla_goal_ms,
        .items = &item,
        .item_count = 1,
        .mapping_version = str_of(mapping->sha256),
        .mapped_hash = m.hash,
        .mapped = m.tuple,
        .hold_text = STR(""),
    };
    digest_sha256(serve_body(request), digest);
    hex_encode(digest, sizeof digest, hex);
    store_request_submit(&api->svc->store, key, str_of(hex), &in, on_submitted,
                         asking_new(api, request, token));
}

/* --- the other routes --- */

/* Value of a query parameter, as written; our values need no decoding. */
static struct str query(struct serve_request *request, const char *name)
{
    struct str rest = serve_query(request);
    while (rest.len) {
        struct str pair = str_cut(&rest, '&');
        struct str key = str_cut(&pair, '=');
        if (str_eq_c(key, name))
            return pair;
    }
    return STR_NONE;
}

static void list(struct api *api, struct serve_request *request, const struct token_config *token)
{
    int64_t limit = PAGE_DEFAULT;
    struct str wanted = query(request, "limit");

    if (wanted.len && (!str_to_i64(wanted, &limit) || limit < 1 || limit > PAGE_MAX)) {
        api_problem(request, 400, "Invalid limit", "limit is a number from 1 to 100");
        return;
    }
    store_request_list(&api->svc->store, query(request, "phase"), query(request, "after"),
                       (int32_t)limit, on_json, asking_new(api, request, token));
}

static void approve(struct api *api, struct serve_request *request,
                    const struct token_config *token, struct str id)
{
    const struct json *body;
    struct err err = {0};

    if (!json_parse(serve_arena(request), serve_body(request), &body, &err)) {
        api_problem(request, 400, "Unreadable body", err.what);
        return;
    }
    struct str approver = json_path_str(body, "approver"),
               decision = json_path_str(body, "decision");
    bool approved = str_eq_c(decision, "approved");
    if (!approver.len || (!approved && !str_eq_c(decision, "declined"))) {
        api_problem(request, 422, "Invalid approval",
                    "give 'approver' and 'decision' (approved or declined)");
        return;
    }
    store_approval_add(&api->svc->store, id, approver, approved, STR("api"), on_done,
                       asking_new(api, request, token));
}

static void grant_exception(struct api *api, struct serve_request *request,
                            const struct token_config *token)
{
    const struct json *body;
    struct err err = {0};
    int64_t expires;

    if (!json_parse(serve_arena(request), serve_body(request), &body, &err)) {
        api_problem(request, 400, "Unreadable body", err.what);
        return;
    }
    if (!json_path_str(body, "request").len || !json_path_str(body, "owner").len ||
        !json_path_str(body, "approved_by").len || !json_path_str(body, "reason").len ||
        !clock_parse(json_path_str(body, "expires_at"), &expires)) {
        api_problem(request, 422, "Invalid exception",
                    "give request, owner, approved_by (another person), reason and expires_at");
        return;
    }
    struct asking *a = asking_new(api, request, token);
    a->created = true;
    store_exception_grant(&api->svc->store, json_path_str(body, "request"),
                          json_path_str(body, "owner"), json_path_str(body, "approved_by"),
                          json_path_str(body, "reason"),
                          json_path_str(body, "compensating_control"), expires, on_json, a);
}

static bool is_uuid(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool hex = (s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f');
        if (dash ? s.p[i] != '-' : !hex)
            return false;
    }
    return s.len == 36;
}

/* /v1/access-requests/{id}[/{verb}] */
static void one(struct api *api, struct serve_request *request, const struct token_config *token,
                struct str rest, bool post)
{
    struct str id = str_cut(&rest, '/');
    struct store *s = &api->svc->store;

    if (!is_uuid(id))
        api_problem(request, 404, "Not found", "a request id is a UUID in lower case");
    else if (!post && !rest.len && token->may_read)
        store_request_show(s, id, on_json, asking_new(api, request, token));
    else if (!post && str_eq_c(rest, "evidence") && token->may_audit)
        store_evidence_of(s, id, on_json, asking_new(api, request, token));
    else if (post && str_eq_c(rest, "cancel") && token->may_submit)
        store_request_cancel(s, id, token->name, on_done, asking_new(api, request, token));
    else if (post && str_eq_c(rest, "retry") && token->may_submit)
        store_flow_retry(s, id, on_json, asking_new(api, request, token));
    else if (post && str_eq_c(rest, "approvals") && token->may_approve)
        approve(api, request, token, id);
    else
        api_problem(request, 403, "Not permitted", "no such operation for this token's roles");
}

static void route_v1(struct api *api, struct serve_request *request, struct str path)
{
    const struct str REQUESTS = STR("/v1/access-requests");
    const struct token_config *token = who(api, request);
    bool post = str_eq_c(serve_method(request), "POST");
    bool get = str_eq_c(serve_method(request), "GET");

    if (!token) {
        api_problem(request, 401, "Unauthorized",
                    "send Authorization: Bearer with a token of the configuration");
        return;
    }
    if (!post && !get) {
        api_problem(request, 405, "Method not allowed", "use GET or POST");
        return;
    }
    bool collection = str_eq(path, REQUESTS);
    if (collection && post && token->may_submit)
        submit(api, request, token);
    else if (collection && get && token->may_read)
        list(api, request, token);
    else if (str_starts(path, STR("/v1/access-requests/")))
        one(api, request, token, str_n(path.p + REQUESTS.len + 1, path.len - REQUESTS.len - 1),
            post);
    else if (str_eq_c(path, "/v1/exceptions") && post && token->may_approve)
        grant_exception(api, request, token);
    else
        api_problem(request, collection ? 403 : 404, collection ? "Not permitted" : "Not found",
                    "no such operation for this token's roles");
}

void api_serve(void *arg, struct serve_request *request)
{
    const struct str HOOK = STR("/webhook/jira/");
    struct api *api = arg;
    struct str path = serve_path(request);

    if (str_starts(path, HOOK))
        intake_take(api->svc->intake, request, str_n(path.p + HOOK.len, path.len - HOOK.len));
    else if (str_starts(path, STR("/v1/")))
        route_v1(api, request, path);
    else
        api_problem(request, 404, "Not found", "see the API description");
}

struct api *api_new(struct service *svc, struct err *err)
{
    struct api *api = calloc(1, sizeof *api);

    if (!api)
        abort();
    api->svc = svc;
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
    free(api);
}
