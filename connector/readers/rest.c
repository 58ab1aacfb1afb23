/* rest.c: entitlements of systems with an HTTP and JSON interface, read as a profile says, on the
 * loop. Each read asks about the item and, behind it, about the canary. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/codecs.h"
#include "base/limits.h"
#include "readers/rest_place.h"
#include "readers/rest_sign.h"
#include "readers/web_read.h"

enum {
    TOKEN_EARLY_MS = 60 * 1000, /* a token is renewed so long before it ends */
    TOKEN_LIVES_S = 300,        /* not told */
    TOKEN_BYTES = 16 * 1024,
};

extern const struct reader_kind READER_REST;

struct rest_reader {
    struct web_reader web;
    struct rest_place place;
    struct str token_url;
    char *header; /* Authorization; of oauth: while it is good */
    bool asking_token, others;
    int64_t token_until_ms;
};

struct rest_read {
    struct web_read web;
    struct rest_question question;
    struct rest_request request;
};

static struct rest_reader *reader_of(const struct web_read *r)
{
    return container_of(r->reader, struct rest_reader, web);
}

static struct rest_read *read_of(struct web_read *r)
{
    return container_of(r, struct rest_read, web);
}

static void drop_header(struct rest_reader *reader)
{
    if (reader->header)
        explicit_bzero(reader->header, strlen(reader->header));
    free(reader->header);
    reader->header = NULL;
}

static void drop(struct web_reader *web)
{
    drop_header(container_of(web, struct rest_reader, web));
}

/* Takes the text over. */
static void set_header(struct rest_reader *reader, struct str scheme, struct str value)
{
    AUTO(drop_buf) struct buf b;

    drop_header(reader);
    buf_init(&b, TOKEN_BYTES + 64);
    buf_printf(&b, "%.*s %.*s", STR_ARG(scheme), STR_ARG(value));
    reader->header = buf_take(&b);
}

/* --- calls --- */

static void add(struct web_call *call, struct str name, struct str value)
{
    call->headers[call->header_count++] = (struct http_header){name, value};
}

static void add_all(struct web_call *call, const struct rest_pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++)
        add(call, pairs->of[i].name, pairs->of[i].value);
}

/* Names in small letters and in their order, as they are signed. */
static void add_signed(struct rest_read *r, struct web_call *call)
{
    struct rest_reader *reader = reader_of(&r->web);
    const struct reader_config *config = &reader->web.config;
    struct arena *a = r->web.call_arena;
    struct str rest = call->url, host;
    struct rest_key key = {.id = setting(config, "access_key_id", NULL),
                           .secret = secret_reveal(config->secret),
                           .region = reader->place.region,
                           .service = reader->place.profile->service};
    struct str date = rest_sign_date(a, clock_wall_ms(config->clock));

    (void)str_cut(&rest, '/');
    (void)str_cut(&rest, '/');
    host = str_cut(&rest, '/');
    struct str path = arena_printf(a, "/%.*s", STR_ARG(rest));
    size_t first = call->header_count;
    add(call, STR("content-type"), STR("application/x-amz-json-1.1"));
    add(call, STR("host"), host);
    add(call, STR("x-amz-date"), date);
    add_all(call, &r->request.step->headers);
    struct str sum = rest_sign(a, &key, call->method, path, call->headers + first,
                               call->header_count - first, call->body, date);
    add(call, STR("Authorization"), sum);
}

static void add_headers(struct web_read *base, struct web_call *call)
{
    struct rest_reader *reader = reader_of(base);
    const struct rest_profile *profile = reader->place.profile;

    add(call, STR("User-Agent"), STR("countersign")); /* GitHub wants one */
    add(call, STR("Cache-Control"), STR("no-cache"));
    add_all(call, &profile->headers);
    if (profile->auth == REST_AWS) {
        add_signed(read_of(base), call);
        return;
    }
    add_all(call, &read_of(base)->request.step->headers);
    if (call->body.len)
        add(call, STR("Content-Type"), STR("application/json"));
    add(call, STR("Authorization"), str_of(reader->header));
}

static void judge(struct rest_reader *reader, struct arena *arena, const struct rest_step *step,
                  const struct http_reply *http, int64_t timeout_ms, struct rest_reply *ret)
{
    rest_judge(arena, reader->place.profile, step, http, timeout_ms,
               clock_wall_ms(reader->web.config.clock), ret);
}

static void note(struct rest_reader *reader, const struct http_reply *http,
                 struct rest_reply *reply)
{
    reply->reason = web_reader_note(&reader->web, http, reply->wait_ms, reply->reason,
                                    reply->told == REST_TROUBLE ? reply->why : NULL);
}

/* --- a read --- */

static void read_ask(struct web_read *base, const struct asked_for *wanted)
{
    struct rest_question *q = &read_of(base)->question;

    rest_question_begin(q, &reader_of(base)->place, base->arena, wanted->account,
                        wanted->entitlement);
    rest_question_pinned(q, wanted->entitlement_id);
    if (wanted->by_id)
        rest_question_by_id(q);
    if (reader_of(base)->others && !wanted->of_canary)
        rest_question_list_others(q);
}

static bool read_next(struct web_read *base, struct web_call *ret)
{
    struct rest_request *request = &read_of(base)->request;

    if (!rest_question_next(&read_of(base)->question, request))
        return false;
    ret->method = request->method;
    ret->url = request->url;
    ret->body = request->body;
    return true;
}

static const struct answer *read_answer(struct web_read *base)
{
    return &read_of(base)->question.answer;
}

static int64_t read_take(struct web_read *base, const struct http_reply *http, int64_t timeout_ms)
{
    struct rest_reader *reader = reader_of(base);
    struct rest_reply reply;

    judge(reader, base->call_arena, read_of(base)->request.step, http, timeout_ms, &reply);
    note(reader, http, &reply);
    if (reader->place.profile->auth == REST_OAUTH && http->status == 401)
        reader->token_until_ms = 0; /* taken back before its time */
    rest_question_take(&read_of(base)->question, &reply);
    return reply.age_ms;
}

static void ask_token(struct rest_reader *reader);

static bool has_token(const struct rest_reader *reader)
{
    return reader->place.profile->auth != REST_OAUTH ||
           (reader->header && web_reader_now_ms(&reader->web) < reader->token_until_ms);
}

static bool read_may_call(struct web_read *base)
{
    struct rest_reader *reader = reader_of(base);

    if (has_token(reader))
        return true;
    list_push(&reader->web.waiting, &base->link);
    if (!reader->asking_token)
        ask_token(reader);
    return false;
}

/* --- tokens: OAuth 2.0 client credentials (RFC 6749 section 4.4) --- */

static const char *take_token(struct rest_reader *reader, struct arena *arena,
                              const struct http_reply *http)
{
    struct rest_reply reply;
    int64_t lives_s = TOKEN_LIVES_S;

    judge(reader, arena, NULL, http, http->took_ms >= reader->web.config.timeout_ms ? 0 : INT64_MAX,
          &reply);
    if (reply.told == REST_TROUBLE && http->outcome == HTTP_REPLIED && http->status == 400) {
        reply.reason = "AuthFailed"; /* invalid_client and its like */
        snprintf(reply.why, sizeof reply.why, "the token service answers status 400");
    }
    note(reader, http, &reply);
    if (reply.told != REST_TOLD)
        return reply.reason;
    struct str token = json_str(json_member(reply.body, "access_token"));
    if (json_member(reply.body, "expires_in") &&
        (!json_i64(json_member(reply.body, "expires_in"), &lives_s) || lives_s < 0))
        return "BadReply";
    if (!token.len || token.len > TOKEN_BYTES)
        return "BadReply";
    for (size_t i = 0; i < token.len; i++)
        if (token.p[i] < '!' || token.p[i] > '~') /* it goes into a header */
            return "BadReply";
    lives_s = lives_s < 24 * 3600 ? lives_s : 24 * 3600;
    int64_t early_ms = lives_s * 1000 > 2 * TOKEN_EARLY_MS ? TOKEN_EARLY_MS : lives_s * 500;
    set_header(reader, reader->place.profile->scheme, token);
    reader->token_until_ms = web_reader_now_ms(&reader->web) + lives_s * 1000 - early_ms + 1;
    return NULL;
}

static void on_token(void *arg, const struct http_reply *http)
{
    struct rest_reader *reader = arg;
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_SMALL);
    const char *trouble = take_token(reader, arena, http);

    reader->asking_token = false;
    web_reader_wake(&reader->web, trouble);
    web_reader_release(&reader->web);
}

static void add_field(struct buf *body, const char *name, struct str value)
{
    buf_printf(body, "%s%s=", body->len ? "&" : "", name);
    url_encode(body, value);
}

static void ask_token(struct rest_reader *reader)
{
    static const struct http_header HEADERS[] = {
        {{"Content-Type", 12}, {"application/x-www-form-urlencoded", 33}},
        {{"Accept", 6}, {"application/json", 16}}};
    const struct reader_config *config = &reader->web.config;
    struct str scope = setting(config, "scope", NULL);
    AUTO(drop_buf) struct buf body;

    buf_init(&body, TOKEN_BYTES);
    add_field(&body, "grant_type", STR("client_credentials"));
    add_field(&body, "client_id", setting(config, "client_id", NULL));
    add_field(&body, "client_secret", secret_reveal(config->secret));
    scope = scope.len ? scope : reader->place.profile->scope;
    if (scope.len)
        add_field(&body, "scope", scope);
    struct http_call http = {.method = STR("POST"),
                             .url = reader->token_url,
                             .headers = HEADERS,
                             .header_count = 2,
                             .body = buf_str(&body),
                             .reply_max = LIMIT_API_BODY_BYTES};
    reader->asking_token = true;
    reader->web.open++;
    web_reader_send(&reader->web, &http, web_reader_now_ms(&reader->web) + config->timeout_ms, NULL,
                    on_token, reader);
    explicit_bzero(body.p, body.len);
}

/* --- the reader --- */

static const struct web_kind WEB = {.read_size = sizeof(struct rest_read),
                                    .may_call = read_may_call,
                                    .ask = read_ask,
                                    .next = read_next,
                                    .add_headers = add_headers,
                                    .answer = read_answer,
                                    .take = read_take,
                                    .drop = drop};

static bool rest_check(const struct reader_config *config, const char **ret_setting,
                       struct err *err)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    struct rest_place place;
    struct str token_url;

    return rest_place_read(arena, config, &place, &token_url, ret_setting, err);
}

/* What stands in Authorization for good. */
static void begin_auth(struct rest_reader *reader)
{
    struct str secret = secret_reveal(reader->web.config.secret);
    AUTO(drop_buf) struct buf pair, text;

    if (reader->place.profile->auth == REST_BEARER)
        set_header(reader, reader->place.profile->scheme, secret);
    if (reader->place.profile->auth != REST_BASIC)
        return;
    buf_init(&pair, SECRET_BYTES_MAX * 2);
    buf_init(&text, SECRET_BYTES_MAX * 4);
    buf_printf(&pair, "%.*s:%.*s", STR_ARG(setting(&reader->web.config, "user", NULL)),
               STR_ARG(secret));
    base64_encode(&text, buf_str(&pair));
    set_header(reader, STR("Basic"), buf_str(&text));
}

static struct reader *rest_open(const struct reader_config *config, struct err *err)
{
    const char *about;
    struct rest_reader *reader =
        web_reader_new(sizeof *reader, &READER_REST, &WEB, config, LIMIT_ARENA_VISIT);
    struct web_reader *web = &reader->web;

    if (!rest_place_read(web->arena, config, &reader->place, &reader->token_url, &about, err)) {
        err_while(err, "opening source '%.*s', setting '%s'", STR_ARG(config->source), about);
        web_reader_drop(web);
        return NULL;
    }
    bool ours = setting(config, "profile_file", NULL).len > 0;
    if (rest_profile_traces(reader->place.profile))
        web->base.tracing = ours ? TRACES_AS_WRITTEN : TRACES_BY_ID;
    reader->others = str_eq_c(setting(config, "others", "false"), "true");
    begin_auth(reader);
    web->http = web_client(web->arena, config, reader->place.base, WEB_CONNECTIONS_MAX);
    return &web->base;
}

static size_t rest_facts(struct reader *base, struct reader_fact *ret)
{
    return web_reader_facts(container_of(base, struct web_reader, base), ret, 0);
}

static const char *const SETTINGS[] = {"profile",   "profile_file", "url",    "user",
                                       "client_id", "token_url",    "scope",  "access_key_id",
                                       "org",       "tenant",       "region", "instance",
                                       "ca_file",   "insecure",     "others", NULL};
static const char *const PROVES[] = {
    "an account has an entitlement, or has not, as the profile asks for it",
    "an account is gone: the system says so in the words of the profile, of its name and, where "
    "it is known from an earlier read, of its id",
    NULL};
static const char *const BLIND[] = {
    "what the credential may not see, where the system says 'not there' of it: the canary shows "
    "it only for itself. Let the credential see of each entitlement what it sees of the canary's",
    "whether the system has caught up with itself: settle and confirmations wait for that",
    "whether an account has it itself or through another group, where the system does not say",
    NULL};
const struct reader_kind READER_REST = {.name = "rest",
                                        .needs_secret = true,
                                        .check = rest_check,
                                        .open = rest_open,
                                        .read = web_read_item,
                                        .close = web_reader_close,
                                        .at_once = WEB_AT_ONCE,
                                        .held_ms = web_reader_held_ms,
                                        .settings = SETTINGS,
                                        .facts = rest_facts,
                                        .proves = PROVES,
                                        .blind = BLIND};
