#include "readers/web_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/codecs.h"
#include "base/limits.h"

enum {
    READ_ARENA_BYTES = 16 * 1024 * 1024,
    CALL_ARENA_BYTES = 64 * 1024 * 1024, /* a reply as a tree */
};

static void go(struct web_read *r);

int64_t web_reader_now_ms(const struct web_reader *reader)
{
    return io_loop_now_ms(reader->config.loop);
}

void *web_reader_new(size_t size, const struct reader_kind *kind, const struct web_kind *web,
                     const struct reader_config *config, size_t arena_bytes)
{
    struct web_reader *reader = calloc(1, size);

    if (!reader)
        abort();
    reader->base.kind = kind;
    reader->web = web;
    reader->config = *config;
    reader->arena = arena_new(arena_bytes);
    list_init(&reader->waiting);
    web_shares_init(&reader->shares, config->loop);
    return reader;
}

void web_reader_drop(struct web_reader *reader)
{
    if (reader->web->drop)
        reader->web->drop(reader);
    arena_free(reader->arena);
    free(reader);
}

static void check_closed(struct web_reader *reader)
{
    struct reader base = reader->base;

    if (!reader->http_closed || reader->open)
        return;
    web_reader_drop(reader);
    base.closed_fn(base.closed_arg);
}

void web_reader_release(struct web_reader *reader)
{
    reader->open--;
    check_closed(reader);
}

/* --- calls --- */

bool web_reader_may_ask(const struct web_reader *reader)
{
    return web_reader_now_ms(reader) >= reader->hold_until_ms;
}

const char *web_reader_barrier(const struct web_reader *reader, int64_t deadline_ms)
{
    if (reader->closing)
        return "Closing";
    if (!web_reader_may_ask(reader))
        return reader->hold_reason;
    return web_reader_now_ms(reader) >= deadline_ms ? "Timeout" : NULL;
}

void web_reader_send(struct web_reader *reader, struct http_call *call, int64_t deadline_ms,
                     bool (*may_leave)(void *arg), http_done_fn *fn, void *arg)
{
    int64_t left_ms = deadline_ms - web_reader_now_ms(reader);

    call->timeout_ms = call->connect_timeout_ms = left_ms > 1 ? left_ms : 1;
    call->may_leave = may_leave;
    reader->calls++;
    http_send(reader->http, call, fn, arg);
}

int64_t web_reader_timeout_ms(const struct web_reader *reader, int64_t deadline_ms)
{
    return web_reader_now_ms(reader) >= deadline_ms ? 0 : INT64_MAX;
}

const char *web_reader_note(struct web_reader *reader, const struct http_reply *http,
                            int64_t wait_ms, const char *reason, const char *why)
{
    int64_t until_ms = web_reader_now_ms(reader) + wait_ms;

    /* of several under way the last may be told to wait less than the first */
    if (wait_ms && until_ms > reader->hold_until_ms) {
        reader->hold_until_ms = until_ms;
        reader->hold_reason = reason;
    }
    if (http->outcome == HTTP_NOT_SENT && !web_reader_may_ask(reader))
        return reader->hold_reason;
    if (why)
        (void)str_copy(reader->why, sizeof reader->why, str_of(why));
    return reason;
}

/* --- a read --- */

static void read_end(struct web_read *r)
{
    struct web_reader *reader = r->reader;
    struct observation obs;

    answers_cached(&r->answers, r->began_ms, r->age_ms);
    answers_join(&r->item, &r->answers, r->began_ms, clock_wall_ms(reader->config.clock), &obs);
    if (reader->web->ended)
        reader->web->ended(r, &obs);
    r->fn(r->arg, &obs);
    arena_free(r->call_arena);
    arena_free(r->arena);
    free(r);
    web_reader_release(reader);
}

static void read_fail(struct web_read *r, const char *reason)
{
    answers_fail(&r->answers, &r->item, reason);
    read_end(r);
}

static bool may_leave(void *arg)
{
    const struct web_read *r = arg;
    return web_reader_may_ask(r->reader);
}

static void on_reply(void *arg, const struct http_reply *http)
{
    struct web_read *r = arg;
    uint8_t exchange[SHA256_BYTES];

    digest_sha256_2(r->url, http->body, exchange);
    digest_sha256_2(str_n((const char *)r->trace, sizeof r->trace),
                    str_n((const char *)exchange, sizeof exchange), r->trace);
    int64_t age_ms =
        r->reader->web->take(r, http, web_reader_timeout_ms(r->reader, r->deadline_ms));
    if (age_ms > r->age_ms)
        r->age_ms = age_ms;
    arena_clear(r->call_arena);
    go(r);
}

void web_read_go(struct web_read *r)
{
    arena_clear(r->call_arena);
    go(r);
}

static void on_again(void *arg)
{
    web_read_go(arg);
}

static void send(struct web_read *r, struct web_call *call)
{
    r->url = call->url;
    r->reader->web->add_headers(r, call);
    struct http_call http = {.method = call->method,
                             .url = call->url,
                             .headers = call->headers,
                             .header_count = call->header_count,
                             .body = call->body,
                             .reply_max = WEB_REPLY_BYTES};
    int64_t left_ms = r->deadline_ms - web_reader_now_ms(r->reader);
    http.timeout_ms = http.connect_timeout_ms = left_ms > 1 ? left_ms : 1;
    r->waiter = (struct web_waiter){.deadline_ms = r->deadline_ms,
                                    .may_leave = may_leave,
                                    .fn = on_reply,
                                    .again = on_again,
                                    .arg = r};
    r->reader->shares.http = r->reader->http;
    web_share_send(&r->reader->shares, &http, &r->waiter);
}

/* The next question. False: all that matters was asked. */
static bool turn(struct web_read *r)
{
    r->ask = answers_next(&r->answers, &r->item);
    if (r->ask == ASKS)
        return false;
    struct asked_for wanted = answers_asked_for(&r->answers, &r->item, &r->reader->config, r->ask);
    r->reader->web->ask(r, &wanted);
    return true;
}

static void take_answer(struct web_read *r)
{
    char hex[SHA256_HEX_SIZE];

    answers_take(&r->answers, r->ask, r->reader->web->answer(r));
    if (!r->answers.of[r->ask].raw_len)
        return;
    hex_encode(r->trace, sizeof r->trace, hex);
    answer_raw(&r->answers.of[r->ask], "replies %s\n", hex);
}

static void go(struct web_read *r)
{
    const struct web_kind *web = r->reader->web;
    struct web_call call = {0};

    while (!web->next(r, &call)) {
        take_answer(r);
        if (!turn(r)) {
            read_end(r);
            return;
        }
    }
    const char *why = web_reader_barrier(r->reader, r->deadline_ms);
    if (why)
        read_fail(r, why);
    else if (!web->may_call || web->may_call(r))
        send(r, &call);
}

static void begin(struct web_read *r)
{
    r->begun = true;
    r->began_ms = clock_wall_ms(r->reader->config.clock);
    r->deadline_ms = web_reader_now_ms(r->reader) + r->reader->config.timeout_ms;
    (void)turn(r); /* the item is asked about in any case */
    go(r);
}

void web_reader_wake(struct web_reader *reader, const char *trouble)
{
    struct list all, *it;

    list_init(&all); /* who waits again, waits for the next time */
    while ((it = list_shift(&reader->waiting)) != NULL)
        list_push(&all, it);
    while ((it = list_shift(&all)) != NULL) {
        struct web_read *r = container_of(it, struct web_read, link);
        if (trouble)
            read_fail(r, trouble);
        else if (r->begun)
            go(r);
        else
            begin(r);
    }
}

/* --- the reader --- */

static void on_turn(void *arg)
{
    struct web_read *r = arg;
    struct web_reader *reader = r->reader;

    if (reader->closing)
        read_fail(r, "Closing");
    else if (reader->open > WEB_READS_MAX)
        read_fail(r, "Overloaded"); /* too much waits for this source already */
    else if (!reader->web->may_begin || reader->web->may_begin(r))
        begin(r);
}

void web_read_item(struct reader *base, const struct item *item, reader_done_fn *fn, void *arg)
{
    struct web_reader *reader = container_of(base, struct web_reader, base);
    struct web_read *r = calloc(1, reader->web->read_size);

    if (!r)
        abort();
    r->reader = reader;
    r->arena = arena_new(READ_ARENA_BYTES);
    r->call_arena = arena_new(CALL_ARENA_BYTES);
    r->item = item_kept(r->arena, item);
    r->answers.tracing = base->tracing;
    r->began_ms = clock_wall_ms(reader->config.clock);
    r->fn = fn;
    r->arg = arg;
    reader->open++;
    io_loop_defer(reader->config.loop, on_turn, r);
}

static void on_http_closed(void *arg)
{
    struct web_reader *reader = arg;

    reader->http_closed = true;
    check_closed(reader);
}

void web_reader_close(struct reader *base, void (*fn)(void *arg), void *arg)
{
    struct web_reader *reader = container_of(base, struct web_reader, base);

    base->closed_fn = fn;
    base->closed_arg = arg;
    reader->closing = true;
    http_close(reader->http, on_http_closed, reader);
}

int64_t web_reader_held_ms(struct reader *base)
{
    const struct web_reader *reader = container_of(base, struct web_reader, base);
    return web_reader_may_ask(reader) ? 0 : reader->hold_until_ms - web_reader_now_ms(reader);
}

size_t web_reader_facts(struct web_reader *reader, struct reader_fact *ret, size_t n)
{
    snprintf(reader->calls_text, sizeof reader->calls_text, "%lld; %lld more were spared: shared",
             (long long)(reader->calls + reader->shares.sent), (long long)reader->shares.spared);
    ret[n++] = (struct reader_fact){"calls", str_of(reader->calls_text)};
    if (reader->why[0])
        ret[n++] = (struct reader_fact){"last trouble", str_of(reader->why)};
    return n;
}
