/* rest.c: entitlements of systems with an HTTP and JSON interface, read as a profile says, on the
 * loop. Each read asks about the item and, behind it, about the canary. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/codecs.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/list.h"
#include "readers/rest_place.h"
#include "readers/rest_sign.h"

enum {
    READS_MAX = 256,
    CONNECTIONS_MAX = 4, /* bounds what one source makes us keep and parse */
    READ_ARENA_BYTES = 16 * 1024 * 1024,
    CALL_ARENA_BYTES = 64 * 1024 * 1024, /* a reply as a tree */
    TOKEN_EARLY_MS = 60 * 1000,          /* a token is renewed so long before it ends */
    TOKEN_LIVES_S = 300,                 /* not told */
    TOKEN_BYTES = 16 * 1024,
};

extern const struct reader_kind READER_REST;

struct rest_reader {
    struct reader base;
    struct reader_config config;
    struct arena *arena;
    struct rest_place place;
    struct str token_url;
    struct http *http;
    char *header; /* Authorization; of oauth: while it is good */
    bool closing, http_closed, asking_token;
    int64_t token_until_ms, hold_until_ms;
    const char *hold_reason;
    struct list waiting; /* reads that need a token first */
    size_t open;         /* reads, and the call for a token */
    int64_t calls;
    char why[REST_WHY_BYTES], calls_text[24]; /* the last trouble, for people */
};

struct rest_read {
    struct list link;
    struct rest_reader *reader;
    struct arena *arena, *call_arena;
    struct item item;
    struct rest_question question;
    struct rest_request request;
    bool of_canary;
    struct answer item_answer, canary_answer;
    uint8_t trace[SHA256_BYTES]; /* of all that was asked and answered */
    int64_t began_ms, age_ms, deadline_ms;
    reader_done_fn *fn;
    void *arg;
};

static void read_go(struct rest_read *r);

static int64_t now_ms(const struct rest_reader *reader)
{
    return io_loop_now_ms(reader->config.loop);
}

static void drop_header(struct rest_reader *reader)
{
    if (reader->header)
        explicit_bzero(reader->header, strlen(reader->header));
    free(reader->header);
    reader->header = NULL;
}

static void check_closed(struct rest_reader *reader)
{
    struct reader base = reader->base;

    if (!reader->http_closed || reader->open)
        return;
    drop_header(reader);
    arena_free(reader->arena);
    free(reader);
    base.closed_fn(base.closed_arg);
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

static bool may_ask(const struct rest_reader *reader)
{
    return now_ms(reader) >= reader->hold_until_ms;
}

static bool may_leave(void *arg)
{
    const struct rest_read *r = arg;
    return may_ask(r->reader);
}

/* Why nothing may be asked now; NULL when something may. */
static const char *barrier(const struct rest_read *r)
{
    if (r->reader->closing)
        return "Closing";
    if (!may_ask(r->reader))
        return r->reader->hold_reason;
    return now_ms(r->reader) >= r->deadline_ms ? "Timeout" : NULL;
}

static void hold(struct rest_reader *reader, const struct rest_reply *reply)
{
    /* of several under way the last may be told to wait less than the first */
    if (reply->wait_ms && now_ms(reader) + reply->wait_ms > reader->hold_until_ms) {
        reader->hold_until_ms = now_ms(reader) + reply->wait_ms;
        reader->hold_reason = reply->reason;
    }
    if (reply->told == REST_TROUBLE)
        (void)str_copy(reader->why, sizeof reader->why, str_of(reply->why));
}

static void add(struct http_header *headers, size_t *n, struct str name, struct str value)
{
    headers[*n] = (struct http_header){name, value};
    (*n)++;
}

static void add_all(struct http_header *headers, size_t *n, const struct rest_pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++)
        add(headers, n, pairs->of[i].name, pairs->of[i].value);
}

/* Names in small letters and in their order, as they are signed. */
static void add_signed(struct rest_read *r, struct http_header *headers, size_t *n)
{
    struct rest_reader *reader = r->reader;
    struct arena *a = r->call_arena;
    struct str rest = r->request.url, host;
    struct rest_key key = {.id = setting(&reader->config, "access_key_id", NULL),
                           .secret = secret_reveal(reader->config.secret),
                           .region = reader->place.region,
                           .service = reader->place.profile->service};
    struct str date = rest_sign_date(a, clock_wall_ms(reader->config.clock));

    (void)str_cut(&rest, '/');
    (void)str_cut(&rest, '/');
    host = str_cut(&rest, '/');
    struct str path = arena_printf(a, "/%.*s", STR_ARG(rest));
    size_t first = *n;
    add(headers, n, STR("content-type"), STR("application/x-amz-json-1.1"));
    add(headers, n, STR("host"), host);
    add(headers, n, STR("x-amz-date"), date);
    add_all(headers, n, &r->request.step->headers);
    struct str sum = rest_sign(a, &key, r->request.method, path, headers + first, *n - first,
                               r->request.body, date);
    add(headers, n, STR("Authorization"), sum);
}

static void on_read_reply(void *arg, const struct http_reply *http);

static void call(struct rest_read *r)
{
    struct rest_reader *reader = r->reader;
    const struct rest_profile *profile = reader->place.profile;
    struct http_header headers[REST_HEADERS_MAX + 8];
    size_t n = 0;
    int64_t left_ms = r->deadline_ms - now_ms(reader);

    add(headers, &n, STR("User-Agent"), STR("countersign")); /* GitHub wants one */
    add(headers, &n, STR("Cache-Control"), STR("no-cache"));
    add_all(headers, &n, &profile->headers);
    if (profile->auth == REST_AWS) {
        add_signed(r, headers, &n);
    } else {
        add_all(headers, &n, &r->request.step->headers);
        if (r->request.body.len)
            add(headers, &n, STR("Content-Type"), STR("application/json"));
        add(headers, &n, STR("Authorization"), str_of(reader->header));
    }
    struct http_call http = {.method = r->request.method,
                             .url = r->request.url,
                             .headers = headers,
                             .header_count = n,
                             .body = r->request.body,
                             .timeout_ms = left_ms > 1 ? left_ms : 1,
                             .connect_timeout_ms = left_ms > 1 ? left_ms : 1,
                             .may_leave = may_leave,
                             .reply_max = REST_REPLY_BYTES};
    reader->calls++;
    http_send(reader->http, &http, on_read_reply, r);
}

/* --- a read --- */

static void read_end(struct rest_read *r)
{
    struct rest_reader *reader = r->reader;
    struct observation obs;

    if (r->item_answer.raw_len) {
        char hex[SHA256_HEX_SIZE];
        hex_encode(r->trace, sizeof r->trace, hex);
        answer_raw(&r->item_answer, "replies %s\n", hex);
    }
    r->item_answer.traced = r->item_answer.traced && str_eq(r->item.account, r->item.account_id);
    if (r->age_ms && !r->item_answer.as_of_ms) /* a cache answered */
        r->item_answer.as_of_ms = r->began_ms - r->age_ms;
    answers_join(&r->item, &r->item_answer, &r->canary_answer, r->began_ms,
                 clock_wall_ms(reader->config.clock), &obs);
    r->fn(r->arg, &obs);
    arena_free(r->call_arena);
    arena_free(r->arena);
    free(r);
    reader->open--;
    check_closed(reader);
}

static void read_fail(struct rest_read *r, const char *reason)
{
    if (!r->of_canary)
        r->item_answer = answer_unknown(reason);
    r->canary_answer = answer_unknown(reason);
    read_end(r);
}

static void on_read_reply(void *arg, const struct http_reply *http)
{
    struct rest_read *r = arg;
    struct rest_reader *reader = r->reader;
    struct rest_reply reply;
    uint8_t exchange[SHA256_BYTES];
    /* a call that ended at the deadline ended because of it */
    int64_t timeout_ms = now_ms(reader) >= r->deadline_ms ? 0 : INT64_MAX;

    rest_judge(r->call_arena, reader->place.profile, r->request.step, http, timeout_ms,
               clock_wall_ms(reader->config.clock), &reply);
    if (http->outcome == HTTP_NOT_SENT && !may_ask(reader))
        reply.reason = reader->hold_reason;
    hold(reader, &reply);
    digest_sha256_2(r->request.url, http->body, exchange);
    digest_sha256_2(str_n((const char *)r->trace, sizeof r->trace),
                    str_n((const char *)exchange, sizeof exchange), r->trace);
    if (reply.age_ms > r->age_ms)
        r->age_ms = reply.age_ms;
    if (reader->place.profile->auth == REST_OAUTH && http->status == 401)
        reader->token_until_ms = 0; /* taken back before its time */
    rest_question_take(&r->question, &reply);
    arena_clear(r->call_arena);
    read_go(r);
}

static void ask_canary(struct rest_read *r)
{
    const struct reader_config *config = &r->reader->config;

    r->item_answer = r->question.answer;
    r->of_canary = true;
    rest_question_begin(&r->question, &r->reader->place, r->arena, config->canary_account,
                        config->canary_entitlement);
}

static void ask_token(struct rest_reader *reader);

static bool has_token(const struct rest_reader *reader)
{
    return reader->place.profile->auth != REST_OAUTH ||
           (reader->header && now_ms(reader) < reader->token_until_ms);
}

static void read_go(struct rest_read *r)
{
    struct rest_reader *reader = r->reader;

    while (!rest_question_next(&r->question, &r->request)) {
        if (r->of_canary) {
            r->canary_answer = r->question.answer;
            read_end(r);
            return;
        }
        ask_canary(r);
    }
    const char *why = barrier(r);
    if (why) {
        read_fail(r, why);
    } else if (has_token(reader)) {
        call(r);
    } else {
        list_push(&reader->waiting, &r->link);
        if (!reader->asking_token)
            ask_token(reader);
    }
}

/* --- tokens: OAuth 2.0 client credentials (RFC 6749 section 4.4) --- */

static const char *take_token(struct rest_reader *reader, struct arena *arena,
                              const struct http_reply *http)
{
    struct rest_reply reply;
    int64_t lives_s = TOKEN_LIVES_S;

    rest_judge(arena, reader->place.profile, NULL, http,
               http->took_ms >= reader->config.timeout_ms ? 0 : INT64_MAX,
               clock_wall_ms(reader->config.clock), &reply);
    if (reply.told == REST_TROUBLE && http->outcome == HTTP_REPLIED && http->status == 400) {
        reply.reason = "AuthFailed"; /* invalid_client and its like */
        snprintf(reply.why, sizeof reply.why, "the token service answers status 400");
    }
    hold(reader, &reply);
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
    reader->token_until_ms = now_ms(reader) + lives_s * 1000 - early_ms + 1;
    return NULL;
}

static void on_token(void *arg, const struct http_reply *http)
{
    struct rest_reader *reader = arg;
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_SMALL);
    const char *trouble = take_token(reader, arena, http);
    struct list all, *it;

    reader->asking_token = false;
    list_init(&all); /* who waits again, waits for the next token */
    while ((it = list_shift(&reader->waiting)) != NULL)
        list_push(&all, it);
    while ((it = list_shift(&all)) != NULL) {
        struct rest_read *r = container_of(it, struct rest_read, link);
        if (trouble)
            read_fail(r, trouble);
        else
            read_go(r);
    }
    reader->open--;
    check_closed(reader);
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
    struct str scope = setting(&reader->config, "scope", NULL);
    AUTO(drop_buf) struct buf body;

    buf_init(&body, TOKEN_BYTES);
    add_field(&body, "grant_type", STR("client_credentials"));
    add_field(&body, "client_id", setting(&reader->config, "client_id", NULL));
    add_field(&body, "client_secret", secret_reveal(reader->config.secret));
    scope = scope.len ? scope : reader->place.profile->scope;
    if (scope.len)
        add_field(&body, "scope", scope);
    struct http_call http = {.method = STR("POST"),
                             .url = reader->token_url,
                             .headers = HEADERS,
                             .header_count = 2,
                             .body = buf_str(&body),
                             .timeout_ms = reader->config.timeout_ms,
                             .connect_timeout_ms = reader->config.timeout_ms,
                             .reply_max = LIMIT_API_BODY_BYTES};
    reader->asking_token = true;
    reader->open++;
    reader->calls++;
    http_send(reader->http, &http, on_token, reader);
    explicit_bzero(body.p, body.len);
}

/* --- the reader --- */

static void on_turn(void *arg)
{
    struct rest_read *r = arg;

    if (r->reader->open > READS_MAX) { /* too much waits for this source already */
        read_fail(r, "Overloaded");
        return;
    }
    r->deadline_ms = now_ms(r->reader) + r->reader->config.timeout_ms;
    rest_question_begin(&r->question, &r->reader->place, r->arena, r->item.account,
                        r->item.entitlement);
    read_go(r);
}

static void rest_read_item(struct reader *base, const struct item *item, reader_done_fn *fn,
                           void *arg)
{
    struct rest_reader *reader = container_of(base, struct rest_reader, base);
    struct rest_read *r = calloc(1, sizeof *r);

    if (!r)
        abort();
    r->reader = reader;
    r->arena = arena_new(READ_ARENA_BYTES);
    r->call_arena = arena_new(CALL_ARENA_BYTES);
    r->item = *item;
    r->item.account = arena_str(r->arena, item->account);
    r->item.entitlement = arena_str(r->arena, item->entitlement);
    r->item.account_id = arena_str(r->arena, item->account_id);
    r->began_ms = clock_wall_ms(reader->config.clock);
    r->fn = fn;
    r->arg = arg;
    reader->open++;
    io_loop_defer(reader->config.loop, on_turn, r);
}

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
    struct str secret = secret_reveal(reader->config.secret);
    AUTO(drop_buf) struct buf pair, text;

    if (reader->place.profile->auth == REST_BEARER)
        set_header(reader, reader->place.profile->scheme, secret);
    if (reader->place.profile->auth != REST_BASIC)
        return;
    buf_init(&pair, SECRET_BYTES_MAX * 2);
    buf_init(&text, SECRET_BYTES_MAX * 4);
    buf_printf(&pair, "%.*s:%.*s", STR_ARG(setting(&reader->config, "user", NULL)),
               STR_ARG(secret));
    base64_encode(&text, buf_str(&pair));
    set_header(reader, STR("Basic"), buf_str(&text));
}

static struct reader *rest_open(const struct reader_config *config, struct err *err)
{
    struct rest_reader *reader = calloc(1, sizeof *reader);
    const char *about;

    if (!reader)
        abort();
    reader->base.kind = &READER_REST;
    reader->config = *config;
    reader->arena = arena_new(LIMIT_ARENA_VISIT);
    list_init(&reader->waiting);
    if (!rest_place_read(reader->arena, config, &reader->place, &reader->token_url, &about, err)) {
        err_while(err, "opening source '%.*s', setting '%s'", STR_ARG(config->source), about);
        arena_free(reader->arena);
        free(reader);
        return NULL;
    }
    begin_auth(reader);
    reader->http = web_client(reader->arena, config, reader->place.base, CONNECTIONS_MAX);
    return &reader->base;
}

static void on_http_closed(void *arg)
{
    struct rest_reader *reader = arg;

    reader->http_closed = true;
    check_closed(reader);
}

static void rest_close(struct reader *base, void (*fn)(void *arg), void *arg)
{
    struct rest_reader *reader = container_of(base, struct rest_reader, base);

    base->closed_fn = fn;
    base->closed_arg = arg;
    reader->closing = true;
    http_close(reader->http, on_http_closed, reader);
}

static int64_t rest_held_ms(struct reader *base)
{
    const struct rest_reader *reader = container_of(base, struct rest_reader, base);
    return may_ask(reader) ? 0 : reader->hold_until_ms - now_ms(reader);
}

static size_t rest_facts(struct reader *base, struct reader_fact *ret)
{
    struct rest_reader *reader = container_of(base, struct rest_reader, base);
    size_t n = 0;

    snprintf(reader->calls_text, sizeof reader->calls_text, "%lld", (long long)reader->calls);
    ret[n++] = (struct reader_fact){"calls", str_of(reader->calls_text)};
    if (reader->why[0])
        ret[n++] = (struct reader_fact){"last trouble", str_of(reader->why)};
    return n;
}

static const char *const SETTINGS[] = {"profile",   "profile_file", "url",    "user",
                                       "client_id", "token_url",    "scope",  "access_key_id",
                                       "org",       "tenant",       "region", "instance",
                                       "ca_file",   "insecure",     NULL};
static const char *const PROVES[] = {
    "an account has an entitlement, or has not, as the profile asks for it",
    "an account is gone: the system says so in the words of the profile. Of one whose id is known "
    "from an earlier read only where the profile asks by ids and the mapping names it by its id",
    NULL};
static const char *const BLIND[] = {
    "what the credential may not see, where the system says 'not there' of it: the canary shows "
    "it only for itself. Let the credential see of each entitlement what it sees of the canary's",
    "whether an account that was known by its name is gone or was renamed (AccountNotTraced): name "
    "accounts by their id where the profile takes one (okta, graph, jira-groups)",
    "whether the system has caught up with itself: settle and confirmations wait for that",
    "whether an account has it itself or through another group, where the system does not say",
    NULL};
const struct reader_kind READER_REST = {.name = "rest",
                                        .needs_secret = true,
                                        .check = rest_check,
                                        .open = rest_open,
                                        .read = rest_read_item,
                                        .close = rest_close,
                                        .at_once = CONNECTIONS_MAX,
                                        .held_ms = rest_held_ms,
                                        .settings = SETTINGS,
                                        .facts = rest_facts,
                                        .proves = PROVES,
                                        .blind = BLIND};
