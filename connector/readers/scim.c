/* scim.c: entitlements that are group memberships at a SCIM 2.0 server, over HTTP on the loop. The
 * server is got to know first (scim_server.c), then each read asks about the item and, behind it,
 * about the canary: rights that are lost in between show there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/codecs.h"
#include "base/digest.h"
#include "base/limits.h"
#include "base/list.h"
#include "readers/scim_server.h"

enum {
    READS_MAX = 256,
    CONNECTIONS_MAX = 4,             /* bounds what one source makes us keep and parse */
    PROOF_LASTS_MS = 60 * 60 * 1000, /* servers are updated: what they do is tried again */
    PROOF_TIMES = 3,                 /* some ten calls instead of a read's four */
    READ_ARENA_BYTES = 16 * 1024 * 1024,
    CALL_ARENA_BYTES = 64 * 1024 * 1024, /* a reply as a tree */
};

extern const struct reader_kind READER_SCIM;

struct scim_reader {
    struct reader base;
    struct reader_config config;
    struct arena *arena;
    struct scim_place place;
    struct str bearer;
    struct http *http;
    struct scim_server server;
    bool proven, closing, http_closed;
    int64_t proven_ms, hold_until_ms;
    const char *hold_reason;
    struct scim_proving *proving;
    struct list waiting; /* reads that need the proof first */
    size_t open;         /* reads and proofs */
    int64_t calls;
    char why[SCIM_WHY_BYTES], calls_text[24]; /* the last trouble, for people */
};

struct scim_proving {
    struct scim_reader *reader;
    struct arena *arena, *call_arena;
    struct scim_proof proof;
    int64_t deadline_ms;
};

struct scim_read {
    struct list link;
    struct scim_reader *reader;
    struct arena *arena, *call_arena;
    struct item item;
    struct scim_server server; /* as it was proven when this read began */
    struct scim_question question;
    bool of_canary;
    struct answer item_answer, canary_answer;
    struct str url;
    uint8_t trace[SHA256_BYTES]; /* of all that was asked and answered */
    int64_t began_ms, age_ms, deadline_ms;
    reader_done_fn *fn;
    void *arg;
};

static void read_go(struct scim_read *r);

static int64_t now_ms(const struct scim_reader *reader)
{
    return io_loop_now_ms(reader->config.loop);
}

static void check_closed(struct scim_reader *reader)
{
    struct reader base = reader->base;

    if (!reader->http_closed || reader->open)
        return;
    arena_free(reader->arena);
    free(reader);
    base.closed_fn(base.closed_arg);
}

/* --- calls --- */

static bool may_ask(const struct scim_reader *reader)
{
    return now_ms(reader) >= reader->hold_until_ms;
}

/* may_leave: asked once more when its turn has come, for a call that stood in line
 * while another was told to wait */
static void call(struct scim_reader *reader, struct str url, int64_t deadline_ms,
                 bool (*may_leave)(void *arg), http_done_fn *fn, void *arg)
{
    const struct http_header headers[] = {{STR("Accept"), STR("application/scim+json")},
                                          {STR("Cache-Control"), STR("no-cache")},
                                          {STR("Authorization"), reader->bearer}};
    int64_t left_ms = deadline_ms - now_ms(reader);
    struct http_call http = {.method = STR("GET"),
                             .url = url,
                             .headers = headers,
                             .header_count = 3,
                             .timeout_ms = left_ms > 1 ? left_ms : 1,
                             .connect_timeout_ms = left_ms > 1 ? left_ms : 1,
                             .may_leave = may_leave,
                             .reply_max = SCIM_REPLY_BYTES};

    reader->calls++;
    http_send(reader->http, &http, fn, arg);
}

/* Why nothing may be asked now; NULL when something may. */
static const char *barrier(struct scim_reader *reader, int64_t deadline_ms)
{
    if (reader->closing)
        return "Closing";
    if (!may_ask(reader))
        return reader->hold_reason;
    return now_ms(reader) >= deadline_ms ? "Timeout" : NULL;
}

static void judge(struct scim_reader *reader, struct arena *arena, const struct http_reply *http,
                  int64_t deadline_ms, struct scim_reply *ret)
{
    /* a call that ended at the deadline ended because of it */
    int64_t timeout_ms = now_ms(reader) >= deadline_ms ? 0 : INT64_MAX;

    scim_judge(arena, http, timeout_ms, ret);
    /* of several under way the last may be told to wait less than the first */
    if (ret->wait_ms && now_ms(reader) + ret->wait_ms > reader->hold_until_ms) {
        reader->hold_until_ms = now_ms(reader) + ret->wait_ms;
        reader->hold_reason = ret->reason;
    }
    if (http->outcome == HTTP_NOT_SENT && !may_ask(reader))
        ret->reason = reader->hold_reason;
    else if (ret->told != SCIM_TOLD)
        str_copy(reader->why, sizeof reader->why, str_of(ret->why));
}

/* --- a read --- */

static void read_end(struct scim_read *r)
{
    struct scim_reader *reader = r->reader;
    struct observation obs;

    if (r->item_answer.raw_len) {
        char hex[SHA256_HEX_SIZE];
        hex_encode(r->trace, sizeof r->trace, hex);
        answer_raw(&r->item_answer, "replies %s\n", hex);
    }
    if (r->age_ms) /* a cache answered: it vouches for no more than when it was filled */
        r->item_answer.as_of_ms = r->began_ms - r->age_ms;
    answers_join(&r->item, &r->item_answer, &r->canary_answer, r->began_ms,
                 clock_wall_ms(reader->config.clock), &obs);
    if (obs.outcome == OUTCOME_UNKNOWN && !obs.canary_ok)
        reader->proven = false; /* perhaps the server has changed: it is tried again */
    r->fn(r->arg, &obs);
    arena_free(r->call_arena);
    arena_free(r->arena);
    free(r);
    reader->open--;
    check_closed(reader);
}

static void read_fail(struct scim_read *r, const char *reason)
{
    if (!r->of_canary)
        r->item_answer = answer_unknown(reason);
    r->canary_answer = answer_unknown(reason);
    read_end(r);
}

static void note(struct scim_read *r, struct str body)
{
    uint8_t exchange[SHA256_BYTES];

    digest_sha256_2(r->url, body, exchange);
    digest_sha256_2(str_n((const char *)r->trace, sizeof r->trace),
                    str_n((const char *)exchange, sizeof exchange), r->trace);
}

static bool read_may_leave(void *arg)
{
    const struct scim_read *r = arg;
    return may_ask(r->reader);
}

static void on_read_reply(void *arg, const struct http_reply *http)
{
    struct scim_read *r = arg;
    struct scim_reply reply;

    judge(r->reader, r->call_arena, http, r->deadline_ms, &reply);
    note(r, http->body);
    if (reply.age_ms > r->age_ms)
        r->age_ms = reply.age_ms;
    scim_question_take(&r->question, &reply);
    arena_clear(r->call_arena);
    read_go(r);
}

/* The canary is asked in all the ways that the item's answer rests on. */
static void ask_canary(struct scim_read *r)
{
    const struct reader_config *config = &r->reader->config;
    unsigned ways = r->question.used ? r->question.used : 1U << r->server.first;

    bool traces = r->question.traces;

    r->item_answer = r->question.answer;
    r->of_canary = true;
    scim_question_begin(&r->question, &r->reader->place, &r->server, r->arena,
                        config->canary_account, config->canary_entitlement, ways);
    if (traces)
        scim_question_trace(&r->question);
}

static void read_go(struct scim_read *r)
{
    for (;;) {
        const char *why = barrier(r->reader, r->deadline_ms);
        r->url = scim_question_next(&r->question, r->call_arena);
        if (r->url.len && why) {
            read_fail(r, why);
            return;
        }
        if (r->url.len) {
            call(r->reader, r->url, r->deadline_ms, read_may_leave, on_read_reply, r);
            return;
        }
        if (r->of_canary)
            break;
        ask_canary(r);
    }
    r->canary_answer = r->question.answer;
    read_end(r);
}

static void read_begin(struct scim_read *r)
{
    struct scim_reader *reader = r->reader;

    r->server = reader->server;
    r->began_ms = clock_wall_ms(reader->config.clock);
    r->deadline_ms = now_ms(reader) + reader->config.timeout_ms;
    scim_question_begin(&r->question, &reader->place, &r->server, r->arena, r->item.account,
                        r->item.entitlement, 0);
    scim_question_pin(&r->question, r->item.account_id);
    read_go(r);
}

/* --- the proof --- */

static void proof_go(struct scim_proving *p);

static void proof_end(struct scim_proving *p, const char *trouble)
{
    struct scim_reader *reader = p->reader;
    struct list *it;

    reader->proving = NULL;
    reader->proven = !trouble;
    if (!trouble) {
        reader->server = p->proof.server;
        reader->why[0] = '\0'; /* what it took to find out is no trouble */
        reader->proven_ms = now_ms(reader);
    }
    while ((it = list_shift(&reader->waiting)) != NULL) {
        struct scim_read *r = container_of(it, struct scim_read, link);
        if (trouble)
            read_fail(r, trouble);
        else
            read_begin(r);
    }
    arena_free(p->call_arena);
    arena_free(p->arena);
    free(p);
    reader->open--;
    check_closed(reader);
}

static bool proof_may_leave(void *arg)
{
    const struct scim_proving *p = arg;
    return may_ask(p->reader);
}

static void on_proof_reply(void *arg, const struct http_reply *http)
{
    struct scim_proving *p = arg;
    struct scim_reply reply;

    judge(p->reader, p->call_arena, http, p->deadline_ms, &reply);
    scim_proof_take(&p->proof, &reply);
    arena_clear(p->call_arena);
    proof_go(p);
}

static void proof_go(struct scim_proving *p)
{
    const char *why = barrier(p->reader, p->deadline_ms);
    struct str url = scim_proof_next(&p->proof, p->call_arena);

    if (!url.len)
        proof_end(p, p->proof.trouble);
    else if (why)
        proof_end(p, why);
    else
        call(p->reader, url, p->deadline_ms, proof_may_leave, on_proof_reply, p);
}

static void prove(struct scim_reader *reader)
{
    struct scim_proving *p = calloc(1, sizeof *p);

    if (!p)
        abort();
    *p = (struct scim_proving){.reader = reader,
                               .arena = arena_new(READ_ARENA_BYTES),
                               .call_arena = arena_new(CALL_ARENA_BYTES),
                               .deadline_ms =
                                   now_ms(reader) + PROOF_TIMES * reader->config.timeout_ms};
    reader->proving = p;
    reader->open++;
    scim_proof_begin(&p->proof, &reader->place, p->arena);
    proof_go(p);
}

/* --- the reader --- */

static void on_turn(void *arg)
{
    struct scim_read *r = arg;
    struct scim_reader *reader = r->reader;

    if (reader->closing) {
        read_fail(r, "Closing");
    } else if (reader->open > READS_MAX) {
        read_fail(r, "Overloaded"); /* too much waits for this source already */
    } else if (reader->proven && now_ms(reader) - reader->proven_ms < PROOF_LASTS_MS) {
        read_begin(r);
    } else {
        list_push(&reader->waiting, &r->link);
        if (!reader->proving)
            prove(reader);
    }
}

static void scim_read_item(struct reader *base, const struct item *item, reader_done_fn *fn,
                           void *arg)
{
    struct scim_reader *reader = container_of(base, struct scim_reader, base);
    struct scim_read *r = calloc(1, sizeof *r);

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

static bool scim_check(const struct reader_config *config, const char **ret_setting,
                       struct err *err)
{
    static const char *const NAMES[] = {"account", "entitlement"};
    bool insecure = str_eq_c(setting(config, "insecure", "false"), "true");

    *ret_setting = "url";
    if (!web_check_url(setting(config, "url", ""), insecure, err))
        return false;
    for (size_t i = 0; i < 2; i++) {
        *ret_setting = NAMES[i];
        if (!scim_is_attribute(setting(config, NAMES[i], "x")))
            return FAIL(err, ERR_CONFIG,
                        "write the name of an attribute, such as userName, externalId, "
                        "emails.value or displayName");
    }
    return true;
}

static struct reader *scim_open(const struct reader_config *config, struct err *err)
{
    struct scim_reader *reader;
    const char *about;

    if (!scim_check(config, &about, err)) {
        err_while(err, "opening source '%.*s', setting '%s'", STR_ARG(config->source), about);
        return NULL;
    }
    reader = calloc(1, sizeof *reader);
    if (!reader)
        abort();
    reader->base.kind = &READER_SCIM;
    reader->config = *config;
    reader->arena = arena_new(LIMIT_ARENA_SMALL);
    list_init(&reader->waiting);
    struct str url = setting(config, "url", "");
    while (url.p[url.len - 1] == '/')
        url.len--;
    reader->place = (struct scim_place){
        .base = arena_str(reader->arena, url),
        .user_name = arena_str(reader->arena, setting(config, "account", "userName")),
        .group_name = arena_str(reader->arena, setting(config, "entitlement", "displayName")),
        .canary_account = config->canary_account,
        .canary_entitlement = config->canary_entitlement,
    };
    reader->bearer =
        arena_printf(reader->arena, "Bearer %.*s", STR_ARG(secret_reveal(config->secret)));
    reader->http = web_client(reader->arena, config, url, CONNECTIONS_MAX);
    return &reader->base;
}

static void on_http_closed(void *arg)
{
    struct scim_reader *reader = arg;

    reader->http_closed = true;
    check_closed(reader);
}

static void scim_close(struct reader *base, void (*fn)(void *arg), void *arg)
{
    struct scim_reader *reader = container_of(base, struct scim_reader, base);

    base->closed_fn = fn;
    base->closed_arg = arg;
    reader->closing = true;
    http_close(reader->http, on_http_closed, reader);
}

static int64_t scim_held_ms(struct reader *base)
{
    const struct scim_reader *reader = container_of(base, struct scim_reader, base);
    return may_ask(reader) ? 0 : reader->hold_until_ms - now_ms(reader);
}

static size_t scim_facts(struct reader *base, struct reader_fact *ret)
{
    struct scim_reader *reader = container_of(base, struct scim_reader, base);
    const struct scim_server *server = &reader->server;
    size_t n = 0;

    snprintf(reader->calls_text, sizeof reader->calls_text, "%lld", (long long)reader->calls);
    if (server->users[0]) { /* it was proven once */
        ret[n++] = (struct reader_fact){"members", str_of(scim_way_name(server->first))};
        ret[n++] = (struct reader_fact){"second opinion", str_of(scim_way_name(server->second))};
        ret[n++] = (struct reader_fact){
            "people", !server->filters ? STR("found by walking the whole list: it takes no filters")
                      : server->user_exact ? STR("found by filter; upper and lower case differ")
                      : server->caseless   ? STR("found by filter, in any case")
                                           : STR("found by filter; who is not is looked for in the "
                                                   "whole list, because it tells cases apart")};
        ret[n++] =
            (struct reader_fact){"pages", server->by_cursor ? STR("by cursor") : STR("by index")};
    }
    ret[n++] = (struct reader_fact){"calls", str_of(reader->calls_text)};
    if (reader->why[0])
        ret[n++] = (struct reader_fact){"last trouble", str_of(reader->why)};
    return n;
}

static const char *const SETTINGS[] = {"!url",    "account",  "entitlement",
                                       "ca_file", "insecure", NULL};
static const char *const PROVES[] = {
    "an account is a member of a group, or is not, asked from two sides where the server can",
    "an account is gone: nobody of that name, in any spelling the server takes for the same",
    "an account is disabled: active is false", NULL};
static const char *const BLIND[] = {
    "membership through another group, where the server does not show indirect groups of a user",
    "members that are hidden on every side that is asked, often but one: a filter that finds "
    "nobody, an empty list of members, a user without groups count as they are. Let the credential "
    "see of each group what it sees of the canary's",
    "a user from a group of the same short id, where members are found by filter and the user's "
    "own "
    "list of groups is not shown",
    "roles and entitlements of a user: groups alone are read",
    "the state of a copy: SCIM vouches for no time, so the moment of the read counts (less the Age "
    "a cache tells)",
    NULL};
const struct reader_kind READER_SCIM = {.name = "scim",
                                        .needs_secret = true,
                                        .check = scim_check,
                                        .open = scim_open,
                                        .read = scim_read_item,
                                        .close = scim_close,
                                        .at_once = CONNECTIONS_MAX,
                                        .held_ms = scim_held_ms,
                                        .settings = SETTINGS,
                                        .facts = scim_facts,
                                        .proves = PROVES,
                                        .blind = BLIND};
