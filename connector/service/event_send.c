#include "service/event_send.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "config/config_event.h"
#include "domain/event.h"
#include "io/io_file.h"
#include "json/json_write.h"
#include "readers/web.h"
#include "service/event_body.h"

enum {
    TICK_MS = 500,
    LEASE_S = 30, /* longer than a call and its mark may take */
    LANES = 4,    /* calls at once for each subscriber */
    CONNECT_MS = 5000,
    REPLY_BYTES = 64 * 1024,
    BODY_BYTES = 256 * 1024,
    URL_SHOWN = 200,
    KEEP_S = 30 * 86400,
    PURGE_TICKS = 3600 * 1000 / TICK_MS,
    KEYS_FRESH_MS = 1000,
    WHY_SIZE = 200,
};

struct subscriber {
    const struct event_config *config;
    int on_its_way;
    bool failing;
    struct hmac *keys[EVENT_KEYS];
    int64_t keys_read_ms; /* monotonic; 0: never */
    bool keys_refused;
};

struct event_send {
    struct service *svc;
    struct http *outside, *here; /* made when somebody needs them */
    struct io_timer *timer;
    struct subscriber subscribers[CONFIG_EVENTS_MAX];
    struct str source;
    struct arena *arena;
    bool claiming, more; /* more: something ended since, look again at once */
    bool closed;
    int ticks;
    int closing;
    void (*on_closed)(void *arg);
    void *arg;
};

/* One call. */
struct sending {
    struct event_send *send;
    struct subscriber *to;
    int64_t id, since_ms, now_ms, mono_ms;
    int32_t attempts;
};

static void claim(struct event_send *send);

/* --- secrets: read again, so that one can be replaced without a restart --- */

static struct hmac *key_of(struct str reference, struct err *err)
{
    AUTO(drop_buf) struct buf bytes;
    struct secret *secret;
    struct hmac *made = NULL;

    if (!file_secret(reference, &secret, err))
        return NULL;
    buf_init(&bytes, SECRET_BYTES_MAX);
    if (config_event_key(secret_reveal(secret), &bytes))
        made = hmac_new(buf_str(&bytes));
    else
        FAIL(err, ERR_CONFIG, "%.*s is not whsec_ and base64 of 24 to 64 bytes",
             STR_ARG(reference));
    secret_free(secret);
    return made;
}

static void renew_keys(struct event_send *send, struct subscriber *s)
{
    struct str references[EVENT_KEYS] = {s->config->secret, s->config->secret_old};
    int64_t now_ms = io_loop_now_ms(send->svc->loop);
    bool refused = false;

    if (s->keys_read_ms && now_ms - s->keys_read_ms < KEYS_FRESH_MS)
        return;
    s->keys_read_ms = now_ms;
    for (size_t i = 0; i < EVENT_KEYS; i++) {
        struct err err = {0};
        struct hmac *key = references[i].len ? key_of(references[i], &err) : NULL;
        if (references[i].len && !key) {
            refused = true;
            if (!s->keys_refused)
                log_error("event", "a secret cannot be read: the one before goes on",
                          LOG_S("subscriber", s->config->name), LOG_C("why", err.what));
            continue;
        }
        hmac_free(s->keys[i]);
        s->keys[i] = key;
    }
    s->keys_refused = refused;
}

/* --- what came of it --- */

static void on_marked(void *arg, enum store_outcome outcome, const char *message)
{
    struct sending *call = arg;
    struct event_send *send = call->send;

    if (outcome == STORE_LOST)
        send->svc->metrics.lost_leases++;
    else if (outcome != STORE_OK) /* its lease ends, and it is sent again */
        log_warn("event", "what came of an event could not be stored", LOG_C("why", message));
    call->to->on_its_way--;
    free(call);
    claim(send);
}

static void count(struct sending *call, enum event_outcome outcome, const char *why)
{
    struct metrics *m = &call->send->svc->metrics;
    bool failing = outcome != EVENT_DELIVERED;
    struct str name = call->to->config->name;

    m->events_delivered += outcome == EVENT_DELIVERED;
    m->events_failed += outcome == EVENT_RETRY;
    m->events_dead += outcome == EVENT_DEAD;
    if (outcome == EVENT_DEAD)
        log_error("event", "an event is given up: countersign event list --dead shows it",
                  LOG_S("subscriber", name), LOG_I("event", call->id), LOG_C("why", why));
    else if (failing && !call->to->failing)
        log_warn("event", "a subscriber does not take events", LOG_S("subscriber", name),
                 LOG_C("why", why));
    else if (!failing && call->to->failing)
        log_info("event", "a subscriber takes events again", LOG_S("subscriber", name));
    call->to->failing = failing;
}

static void finish(struct sending *call, int status, int64_t told_ms, const char *why)
{
    struct event_send *send = call->send;
    const struct event_config *config = call->to->config;
    int64_t passed_ms = io_loop_now_ms(send->svc->loop) - call->mono_ms;
    struct event_try t = {.attempts = call->attempts,
                          .status = status,
                          .since_ms = call->since_ms,
                          .now_ms = call->now_ms + passed_ms,
                          .give_up_ms = config->give_up_ms,
                          .told_ms = told_ms,
                          .random = rng_next(&send->svc->rng)};
    int64_t rest_ms;
    enum event_outcome outcome = event_fate(&t, &rest_ms);
    struct store_event_end end = {.id = call->id,
                                  .subscriber = config->name,
                                  .outcome = event_outcome_name(outcome),
                                  .why = outcome == EVENT_DELIVERED ? "" : why,
                                  .status = status,
                                  .rest_ms = rest_ms};
    count(call, outcome, why);
    store_event_done(&send->svc->store, &end, on_marked, call);
}

static void on_reply(void *arg, const struct http_reply *reply)
{
    char why[WHY_SIZE];
    /* a long answer is an answer: nobody reads it */
    bool answered = reply->outcome == HTTP_REPLIED || (reply->too_large && reply->status);

    if (reply->barred)
        snprintf(why, sizeof why, "its address is this machine or its link: nothing is sent there");
    else if (answered && reply->status >= 300 && reply->status < 400)
        snprintf(why, sizeof why, "answered %d: redirects are not followed", reply->status);
    else if (answered)
        snprintf(why, sizeof why, "answered %d", reply->status);
    else
        snprintf(why, sizeof why, "%.*s", STR_ARG(reply->why));
    finish(arg, answered ? reply->status : 0, web_retry_after_ms(reply), why);
}

/* --- sending --- */

static struct http *client_of(struct event_send *send, const struct event_config *config)
{
    struct http **http = config->insecure_http ? &send->here : &send->outside;
    int calls = LANES * (int)send->svc->config->event_count;
    struct http_options options = {
        .per_host_max = calls, /* who shares a host shares no room */
        .in_flight_max = calls,
        .allow_plain_http = config->insecure_http,
        .reach = config->insecure_http ? IO_REACH_HERE : IO_REACH_OUTSIDE,
    };

    if (!*http)
        *http = http_new(send->svc->loop, &options);
    return *http;
}

static void send_one(struct event_send *send, struct subscriber *s, const struct store_event *event)
{
    AUTO(drop_buf) struct buf body, signature;
    enum { TIME_SIZE = 24 };
    char at[TIME_SIZE];
    struct sending *call = calloc(1, sizeof *call);
    int64_t at_s = clock_wall_ms(&send->svc->db_clock) / 1000;

    if (!call)
        abort();
    *call = (struct sending){.send = send,
                             .to = s,
                             .id = event->id,
                             .since_ms = event->since_ms,
                             .now_ms = event->now_ms,
                             .mono_ms = io_loop_now_ms(send->svc->loop),
                             .attempts = event->attempts};
    s->on_its_way++;
    buf_init(&body, BODY_BYTES);
    buf_init(&signature, EVENT_SIGNATURE_BYTES);
    event_body(event, send->source, &body);
    renew_keys(send, s);
    event_sign(s->keys, event->uid, at_s, buf_str(&body), &signature);
    if (!signature.len || signature.over || body.over) {
        finish(call, 0, 0, signature.len ? "it is too long" : "there is no secret to sign it with");
        return;
    }
    snprintf(at, sizeof at, "%" PRId64, at_s);
    struct http_header headers[] = {
        {STR("Content-Type"), STR("application/cloudevents+json; charset=utf-8")},
        {STR("webhook-id"), event->uid},
        {STR("webhook-timestamp"), str_of(at)},
        {STR("webhook-signature"), buf_str(&signature)}};
    struct http_call http = {.method = STR("POST"),
                             .url = s->config->url,
                             .headers = headers,
                             .header_count = sizeof headers / sizeof headers[0],
                             .body = buf_str(&body),
                             .timeout_ms = s->config->timeout_ms,
                             .connect_timeout_ms = CONNECT_MS,
                             .reply_max = REPLY_BYTES};
    http_send(client_of(send, s->config), &http, on_reply, call);
}

/* --- claiming --- */

static struct subscriber *find(struct event_send *send, struct str name)
{
    for (size_t i = 0; i < send->svc->config->event_count; i++)
        if (str_eq(send->subscribers[i].config->name, name))
            return &send->subscribers[i];
    return NULL;
}

static void on_claimed(void *arg, enum store_outcome outcome, const struct store_event *rows,
                       size_t count)
{
    struct event_send *send = arg;

    send->claiming = false;
    if (outcome != STORE_OK || send->closed) /* their lease ends */
        return;
    for (size_t i = 0; i < count; i++) {
        struct subscriber *s = find(send, rows[i].subscriber);
        if (s)
            send_one(send, s, &rows[i]);
    }
    if (send->more)
        claim(send);
}

/* One while it fails: it shows when it takes events again. */
static int room_of(const struct subscriber *s)
{
    int room = (s->failing ? 1 : LANES) - s->on_its_way;
    return room > 0 ? room : 0;
}

static void claim(struct event_send *send)
{
    struct store_room rooms[CONFIG_EVENTS_MAX];
    size_t count = 0;

    send->more = send->claiming;
    if (send->claiming || send->closed || send->svc->draining)
        return;
    for (size_t i = 0; i < send->svc->config->event_count; i++) {
        struct subscriber *s = &send->subscribers[i];
        if (room_of(s))
            rooms[count++] = (struct store_room){.site = s->config->name, .room = room_of(s)};
    }
    if (!count)
        return;
    send->claiming = true;
    store_event_claim(&send->svc->store, LEASE_S, rooms, count, on_claimed, send);
}

static void on_purged(void *arg, enum store_outcome outcome, const char *message)
{
    (void)arg;
    if (outcome != STORE_OK)
        log_warn("event", "old events were not removed", LOG_C("why", message));
}

static void on_tick(void *arg)
{
    struct event_send *send = arg;

    claim(send);
    if (send->svc->draining || send->ticks++ % PURGE_TICKS)
        return;
    store_event_purge(&send->svc->store, KEEP_S, on_purged, NULL);
}

/* --- life --- */

void event_subscribers_put(struct service *svc, store_done_fn *fn, void *arg)
{
    enum { LIST_BYTES = 64 * 1024 };
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    char name[EVENT_NAME_SIZE];

    buf_init(&b, LIST_BYTES);
    json_begin(&out, &b);
    json_open_array(&out);
    for (size_t i = 0; i < svc->config->event_count; i++) {
        const struct event_config *e = &svc->config->events[i];
        json_open_object(&out);
        json_str_member(&out, "name", e->name);
        json_put_name(&out, "types");
        json_open_array(&out);
        for (int t = 0; t < EVENT_COUNT; t++) {
            if (!(e->types & 1U << t))
                continue;
            event_name(t, name);
            json_put_str(&out, str_of(name));
        }
        json_close_array(&out);
        json_close_object(&out);
    }
    json_close_array(&out);
    store_subscribers_put(&svc->store, buf_str(&b), fn, arg);
}

struct event_send *event_send_new(struct service *svc)
{
    struct event_send *send;

    if (!svc->config->event_count)
        return NULL;
    send = calloc(1, sizeof *send);
    if (!send)
        abort();
    send->svc = svc;
    send->arena = arena_new(LIMIT_ARENA_SMALL);
    send->source =
        arena_printf(send->arena, "%.*s/v1/access-requests", STR_ARG(svc->config->public_url));
    for (size_t i = 0; i < svc->config->event_count; i++)
        send->subscribers[i].config = &svc->config->events[i];
    send->timer = io_timer_new(svc->loop, on_tick, send);
    io_timer_start(send->timer, 1, TICK_MS);
    return send;
}

bool event_send_is_busy(const struct event_send *send)
{
    for (size_t i = 0; send && i < send->svc->config->event_count; i++)
        if (send->subscribers[i].on_its_way)
            return true;
    return send && send->claiming;
}

static void on_http_closed(void *arg)
{
    struct event_send *send = arg;

    if (--send->closing == 0)
        send->on_closed(send->arg);
}

void event_send_close(struct event_send *send, void (*fn)(void *arg), void *arg)
{
    send->closed = true;
    send->on_closed = fn;
    send->arg = arg;
    io_timer_free(send->timer);
    send->timer = NULL;
    send->closing = 1;
    struct http *clients[] = {send->outside, send->here};
    for (size_t i = 0; i < sizeof clients / sizeof clients[0]; i++) {
        if (!clients[i])
            continue;
        send->closing++;
        http_close(clients[i], on_http_closed, send);
    }
    io_loop_defer(send->svc->loop, on_http_closed, send);
}

void event_send_free(struct event_send *send)
{
    if (!send)
        return;
    for (size_t i = 0; i < CONFIG_EVENTS_MAX; i++)
        for (size_t k = 0; k < EVENT_KEYS; k++)
            hmac_free(send->subscribers[i].keys[k]);
    arena_free(send->arena);
    free(send);
}
