/* One call to the running service, on a loop of its own. */
#include "base/codecs.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "io/io_file.h"
#include "io/io_http.h"

struct asking {
    struct io_loop *loop;
    struct http *http;
    struct arena *arena;
    int status;
    struct str body;
    struct str why;
};

static void on_closed(void *arg)
{
    struct asking *a = arg;
    io_loop_stop(a->loop);
}

static void on_reply(void *arg, const struct http_reply *reply)
{
    struct asking *a = arg;

    a->status = reply->outcome == HTTP_REPLIED ? reply->status : 0;
    a->body = arena_str(a->arena, reply->body);
    a->why = arena_str(a->arena, reply->why);
    http_close(a->http, on_closed, a);
}

/* The first token that may do everything a tool needs. */
static bool find_token(const struct config *config, struct secret **ret, struct err *err)
{
    for (size_t i = 0; i < config->token_count; i++)
        if (config->tokens[i].may_submit && config->tokens[i].may_read)
            return file_secret(config->tokens[i].token, ret, err);
    return FAIL(err, ERR_CONFIG,
                "no API token with the roles submit and read; add one under api: tokens:");
}

bool cli_api(const struct config *config, struct arena *arena, const char *method, const char *path,
             struct str body, const char *idempotency_key, int *ret_status, struct str *ret_body,
             struct err *err)
{
    struct secret *token;
    bool tls = config->tls_cert.len > 0;
    struct http_options options = {.per_host_max = 1, .in_flight_max = 4, .allow_plain_http = !tls};
    struct asking a = {.loop = io_loop_new(), .arena = arena};

    if (!find_token(config, &token, err)) {
        io_loop_free(a.loop);
        return false;
    }
    struct str bearer = arena_printf(arena, "Bearer %.*s", STR_ARG(secret_reveal(token)));
    secret_free(token);
    struct http_header headers[] = {{STR("Authorization"), bearer},
                                    {STR("Content-Type"), STR("application/json")},
                                    {STR("Idempotency-Key"), str_of(idempotency_key)}};
    struct http_call call = {.method = str_of(method),
                             .url = arena_printf(arena, "%s://%.*s:%d%s", tls ? "https" : "http",
                                                 STR_ARG(config->listen_address),
                                                 config->listen_port, path),
                             .headers = headers,
                             .header_count = idempotency_key ? 3 : 2,
                             .body = body,
                             .timeout_ms = 30000,
                             .connect_timeout_ms = 5000,
                             .reply_max = LIMIT_REPLY_BYTES};
    a.http = http_new(a.loop, &options);
    http_send(a.http, &call, on_reply, &a);
    bool clean = io_loop_run(a.loop);
    io_loop_free(a.loop);
    if (!a.status)
        return FAIL(err, ERR_TEMPORARY,
                    "the service does not answer at %.*s:%d (%.*s); is it running?",
                    STR_ARG(config->listen_address), config->listen_port, STR_ARG(a.why));
    *ret_status = a.status;
    *ret_body = a.body;
    return clean || FAIL(err, ERR_BUG, "the loop was not empty");
}

static int exit_code_of(int status)
{
    if (status < 400)
        return EXIT_CODE_OK;
    if (status == 401 || status == 403)
        return EXIT_CODE_NOT_PERMITTED;
    return status >= 500 || status == 429 ? EXIT_CODE_TRY_AGAIN : EXIT_CODE_DATA;
}

int cli_ask(const struct cli *cli, const char *method, const char *path, struct str body,
            const char *idempotency_key, cli_view_fn *view)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const struct config *config = cli_config(cli, arena);
    struct err err = {0};
    struct str reply;
    int status;

    if (!config)
        return EXIT_CODE_CONFIG;
    if (!cli_api(config, arena, method, path, body, idempotency_key, &status, &reply, &err))
        return cli_fail(&err);
    if (status >= 400 || cli->json || !view || !view(stdout, arena, reply))
        fprintf(status < 400 ? stdout : stderr, "%.*s\n", STR_ARG(reply));
    return exit_code_of(status);
}

void cli_query(struct buf *path, const char *name, const char *value)
{
    if (!value || !value[0])
        return;
    buf_printf(path, "%c%s=", str_find(buf_str(path), '?') < 0 ? '?' : '&', name);
    url_encode(path, str_of(value));
}

int cli_list(struct cli *cli, const struct buf *path, const char *usage, cli_view_fn *view)
{
    if (cli->argc || path->over)
        return cli_usage(cli, usage);
    return cli_ask(cli, "GET", path->p, STR_NONE, NULL, view);
}
