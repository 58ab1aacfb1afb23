#include "service/policy_desk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/log.h"
#include "io/io_file.h"
#include "io/io_http.h"

enum {
    REST_MS = 1000, /* after the first answer that is none, then twice that, ... */
    REST_MAX_MS = 30000,
    ARENA_BYTES = 4 * 1024 * 1024, /* a reply as a tree */
    URL_BYTES = 2048,
    LINE_PER_CALL = 8, /* so many stand in line for each that is on its way ... */
    LINE_MS = 3000,    /* ... and no longer: a claim must not run out over it */
};

struct policy_desk {
    const struct policy_config *config;
    struct io_loop *loop;
    struct rng *rng;
    struct http *http;
    struct secret *token;
    bool token_refused; /* it is read again: somebody may have put another in its place */
    struct policy_desk_state state;
    struct list line; /* of struct asking: those who wait for one on its way to end */
    int waiting;
    int64_t rest_until_ms;
    void (*closed_fn)(void *arg);
    void *closed_arg;
};

struct asking {
    struct list in_line;
    struct policy_desk *desk;
    struct buf body;
    struct policy_asked asked;
    int64_t began_ms; /* in line, then on its way */
    policy_desk_fn *fn;
    void *arg;
};

struct policy_desk *policy_desk_new(const struct policy_config *config, struct io_loop *loop,
                                    struct rng *rng, struct err *err)
{
    struct policy_desk *desk = calloc(1, sizeof *desk);

    if (!desk)
        abort();
    *desk = (struct policy_desk){.config = config, .loop = loop, .rng = rng};
    list_init(&desk->line);
    if (config->token.len && !file_secret(config->token, &desk->token, err)) {
        free(desk);
        err_while(err, "reading the policy's token");
        return NULL;
    }
    /* urgent ones go beyond what is configured */
    struct http_options options = {.per_host_max = 2 * config->concurrency,
                                   .in_flight_max = 2 * config->concurrency,
                                   .allow_plain_http = config->insecure_http};
    desk->http = http_new(loop, &options);
    return desk;
}

/* A decision, or none: after one that is none it is left alone for a while. */
static void note(struct policy_desk *desk, const struct policy_answer *answer)
{
    struct policy_desk_state *s = &desk->state;
    int64_t rest_ms = REST_MS;

    desk->token_refused = !strcmp(answer->why, "AuthFailed");
    if (answer->answer != PERMIT_OPEN) {
        if (s->failures)
            log_info("policy", "the decision point answers again");
        s->failures = 0;
        s->why = NULL;
        desk->rest_until_ms = 0;
        s->permitted += answer->answer == PERMIT_GIVEN;
        s->denied += answer->answer != PERMIT_GIVEN;
        return;
    }
    for (int i = 0; i < s->failures && rest_ms < REST_MAX_MS; i++)
        rest_ms *= 2;
    if (!s->failures)
        log_warn("policy", "the decision point gives no decision", LOG_C("why", answer->why),
                 LOG_C("remedy", policy_remedy(answer->why)));
    s->undecided++;
    s->failures++;
    s->why = answer->why;
    rest_ms = rest_ms < REST_MAX_MS ? rest_ms : REST_MAX_MS;
    desk->rest_until_ms = io_loop_now_ms(desk->loop) + rest_ms;
}

static void end(struct asking *a, const struct policy_asked *asked)
{
    a->fn(a->arg, asked);
    buf_done(&a->body);
    free(a);
}

static void next_in_line(struct policy_desk *desk);

static void on_reply(void *arg, const struct http_reply *http)
{
    struct asking *a = arg;
    struct policy_desk *desk = a->desk;
    AUTO(drop_arena) struct arena *arena = arena_new(ARENA_BYTES);
    int64_t now_ms = io_loop_now_ms(desk->loop);
    struct policy_reply reply = {.arrived = http->outcome == HTTP_REPLIED,
                                 .late = now_ms - a->began_ms >= desk->config->timeout_ms,
                                 .too_large = http->too_large,
                                 .status = http->status,
                                 .content_type = http_reply_header(http, "content-type"),
                                 .request_id = http_reply_header(http, "x-request-id"),
                                 .body = http->body};

    policy_call_judge(arena, &reply, str_of(a->asked.question), &a->asked.answer);
    a->asked.body = buf_str(&a->body);
    a->asked.reply = http->body;
    a->asked.has_reply = http->outcome == HTTP_REPLIED;
    a->asked.took_ms = now_ms - a->began_ms;
    desk->state.on_their_way--;
    note(desk, &a->asked.answer);
    end(a, &a->asked);
    next_in_line(desk);
}

static void on_no_place(void *arg)
{
    end(arg, NULL);
}

/* The question is larger than anybody reads: no decision, and not the decision point's fault. */
static void on_unsayable(void *arg)
{
    struct asking *a = arg;

    a->asked.answer = (struct policy_answer){.why = "QuestionTooLarge"};
    a->asked.body = STR("");
    end(a, &a->asked);
}

static bool rests(const struct policy_desk *desk)
{
    return io_loop_now_ms(desk->loop) < desk->rest_until_ms;
}

static bool has_place(const struct policy_desk *desk)
{
    return desk->state.on_their_way < desk->config->concurrency && !rests(desk);
}

static bool has_room_in_line(const struct policy_desk *desk)
{
    return !rests(desk) && desk->waiting < LINE_PER_CALL * desk->config->concurrency;
}

static void renew_token(struct policy_desk *desk)
{
    struct secret *token = NULL;
    struct err err = {0};

    if (!desk->token_refused || !desk->config->token.len ||
        !file_secret(desk->config->token, &token, &err))
        return;
    secret_free(desk->token);
    desk->token = token;
}

static void send(struct asking *a)
{
    struct policy_desk *desk = a->desk;
    AUTO(drop_buf) struct buf url, bearer;

    renew_token(desk);
    buf_init(&url, URL_BYTES);
    buf_add_str(&url, desk->config->url);
    buf_add_c(&url, POLICY_EVALUATION);
    buf_init(&bearer, SECRET_BYTES_MAX + 16);
    buf_add_c(&bearer, "Bearer ");
    buf_add_str(&bearer, secret_reveal(desk->token));
    struct http_header headers[] = {{STR("Content-Type"), STR("application/json")},
                                    {STR("Accept"), STR("application/json")},
                                    {STR("X-Request-ID"), str_of(a->asked.question)},
                                    {STR("Authorization"), buf_str(&bearer)}};
    struct http_call call = {.method = STR("POST"),
                             .url = buf_str(&url),
                             .headers = headers,
                             .header_count = desk->token ? 4 : 3,
                             .body = buf_str(&a->body),
                             .timeout_ms = desk->config->timeout_ms,
                             .connect_timeout_ms = desk->config->timeout_ms,
                             .reply_max = POLICY_REPLY_BYTES};
    desk->state.asked++;
    desk->state.on_their_way++;
    a->began_ms = io_loop_now_ms(desk->loop);
    http_send(desk->http, &call, on_reply, a);
}

/* One has ended. Who stood in line too long, or while it began to rest, comes again later. */
static void next_in_line(struct policy_desk *desk)
{
    while (desk->waiting && (rests(desk) || has_place(desk))) {
        struct asking *a = container_of(list_shift(&desk->line), struct asking, in_line);
        bool late = io_loop_now_ms(desk->loop) - a->began_ms > LINE_MS;
        desk->waiting--;
        if (!late && has_place(desk)) {
            send(a);
            continue;
        }
        desk->state.turned_away++;
        io_loop_defer(desk->loop, on_no_place, a);
    }
}

void policy_desk_ask(struct policy_desk *desk, const struct policy_question *q, bool urgent,
                     policy_desk_fn *fn, void *arg)
{
    struct asking *a = calloc(1, sizeof *a);

    if (!a)
        abort();
    *a = (struct asking){.desk = desk, .fn = fn, .arg = arg};
    buf_init(&a->body, POLICY_CALL_BYTES + 1024);
    rng_uuid(desk->rng, a->asked.question);
    a->began_ms = io_loop_now_ms(desk->loop);
    bool now =
        has_place(desk) || (urgent && desk->state.on_their_way < 2 * desk->config->concurrency);
    if (!policy_call_write(&a->body, q, &desk->config->style)) {
        io_loop_defer(desk->loop, on_unsayable, a);
    } else if (now) {
        send(a);
    } else if (has_room_in_line(desk)) {
        list_push(&desk->line, &a->in_line);
        desk->waiting++;
    } else {
        desk->state.turned_away++;
        io_loop_defer(desk->loop, on_no_place, a);
    }
}

struct policy_desk_state policy_desk_state(const struct policy_desk *desk)
{
    return desk->state;
}

void policy_desk_render(const struct policy_desk *desk, struct buf *out)
{
    if (!desk)
        return;
    const struct policy_desk_state *s = &desk->state;
    buf_printf(out,
               "# HELP countersign_policy_answers_total What the decision point answered\n"
               "# TYPE countersign_policy_answers_total counter\n"
               "countersign_policy_answers_total{answer=\"permit\"} %" PRIu64 "\n"
               "countersign_policy_answers_total{answer=\"deny\"} %" PRIu64 "\n"
               "countersign_policy_answers_total{answer=\"none\"} %" PRIu64 "\n",
               s->permitted, s->denied, s->undecided);
    buf_printf(out,
               "# HELP countersign_policy_turned_away_total Questions put off: too many on their "
               "way, or it rests\n"
               "# TYPE countersign_policy_turned_away_total counter\n"
               "countersign_policy_turned_away_total %" PRIu64 "\n"
               "# HELP countersign_policy_answering 1: its last answer was a decision, or nothing "
               "was asked yet\n"
               "# TYPE countersign_policy_answering gauge\n"
               "countersign_policy_answering %d\n",
               s->turned_away, !s->failures);
}

static void on_http_closed(void *arg)
{
    struct policy_desk *desk = arg;
    void (*fn)(void *) = desk->closed_fn;
    void *fn_arg = desk->closed_arg;

    secret_free(desk->token);
    free(desk);
    fn(fn_arg);
}

void policy_desk_close(struct policy_desk *desk, void (*fn)(void *arg), void *arg)
{
    desk->closed_fn = fn;
    desk->closed_arg = arg;
    desk->rest_until_ms = INT64_MAX; /* nobody begins any more */
    next_in_line(desk);
    http_close(desk->http, on_http_closed, desk);
}
