/* A small server on io_serve for the tests in serve_test.py. Arguments: NAME=NUMBER for limits,
 * cert=FILE key=FILE. Prints "port N"; tells every request that reached a handler as "REQ method
 * path?query length" on stderr; SIGTERM drains, SIGHUP reads the certificate again. Exit 3 when a
 * handle was left over.
 *
 * Routes: /echo the body; /later?MS an echo after MS; /big?N that many bytes; /status?N; /never no
 * reply before the end. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/list.h"
#include "io/io_loop.h"
#include "io/io_priv.h"
#include "io/io_serve.h"

struct later {
    struct list link;
    struct serve_request *request;
    struct io_timer *timer;
};

static struct io_loop *loop;
static struct serve *serve;
static struct serve_options options = {
    .address = "127.0.0.1",
    .connections_max = 200,
    .header_bytes_max = 16384,
    .body_bytes_max = 1024 * 1024,
    .header_ms = 10000,
    .body_ms = 30000,
    .idle_ms = 30000,
    .reply_ms = 10000,
};
static int64_t drain_ms = 2000;
static bool quiet;
static struct list waiting;

static void echo(struct serve_request *request)
{
    struct http_header headers[] = {{STR("X-Seen"), serve_path(request)},
                                    {STR("X-Bad"), STR("a\r\nX-Injected: b")}};
    headers[0].value = arena_str(serve_arena(request), headers[0].value);
    serve_reply(request, 200, "application/octet-stream", headers, 2, serve_body(request));
}

static void on_later(void *arg)
{
    struct later *later = arg;

    list_remove(&later->link);
    io_timer_free(later->timer);
    echo(later->request);
    free(later);
}

static void reply_later(struct serve_request *request, int64_t ms)
{
    struct later *later = io_alloc(sizeof *later);

    later->request = request;
    later->timer = io_timer_new(loop, on_later, later);
    list_push(&waiting, &later->link);
    if (ms >= 0)
        io_timer_start(later->timer, ms, 0);
}

static void on_request(void *arg, struct serve_request *request)
{
    struct str path = serve_path(request), query = serve_query(request);
    int64_t n = 0;
    (void)arg;

    if (!quiet)
        fprintf(stderr, "REQ %.*s %.*s?%.*s %zu\n", STR_ARG(serve_method(request)), STR_ARG(path),
                STR_ARG(query), serve_body(request).len);
    if (query.len > 0 && !str_to_i64(query, &n)) {
        serve_reply(request, 404, NULL, NULL, 0, STR("no number"));
    } else if (str_eq(path, STR("/later"))) {
        reply_later(request, n);
    } else if (str_eq(path, STR("/never"))) {
        reply_later(request, -1);
    } else if (str_eq(path, STR("/status"))) {
        serve_reply(request, (int)n, "text/plain", NULL, 0, STR("so it is"));
    } else if (str_eq(path, STR("/big"))) {
        char *big = io_alloc((size_t)n + 1);
        memset(big, 'x', (size_t)n);
        serve_reply(request, 200, "text/plain", NULL, 0, str_n(big, (size_t)n));
        free(big);
    } else {
        echo(request);
    }
}

static void answer_all(void)
{
    for (struct list *item; (item = list_shift(&waiting)) != NULL;)
        on_later(container_of(item, struct later, link));
}

static void on_closed(void *arg)
{
    (void)arg;
    answer_all(); /* after the end: to nobody */
    io_loop_stop(loop);
}

static void on_signal(void *arg, int signum)
{
    struct err err = {0};
    static bool ending;
    (void)arg;

    if (signum == SIGHUP) {
        if (!serve_reload_tls(serve, &err))
            fprintf(stderr, "%s\n", err.what);
    } else if (!ending) {
        ending = true;
        serve_close(serve, drain_ms, on_closed, NULL);
    }
}

static bool take(const char *arg, const char *name, int64_t *to)
{
    size_t len = strlen(name);
    return strncmp(arg, name, len) == 0 && arg[len] == '=' && str_to_i64(str_of(arg + len + 1), to);
}

static void take_option(const char *arg)
{
    int64_t n = 0;

    if (strncmp(arg, "cert=", 5) == 0)
        options.tls_cert_file = arg + 5;
    else if (strncmp(arg, "key=", 4) == 0)
        options.tls_key_file = arg + 4;
    else if (take(arg, "connections", &n))
        options.connections_max = (size_t)n;
    else if (take(arg, "per_peer", &n))
        options.per_peer_max = (size_t)n;
    else if (take(arg, "header_bytes", &n))
        options.header_bytes_max = (size_t)n;
    else if (take(arg, "body_bytes", &n))
        options.body_bytes_max = (size_t)n;
    else if (take(arg, "files", &n))
        setrlimit(RLIMIT_NOFILE, &(struct rlimit){(rlim_t)n, (rlim_t)n});
    else if (take(arg, "quiet", &n))
        quiet = n != 0;
    else if (!take(arg, "header_ms", &options.header_ms) &&
             !take(arg, "body_ms", &options.body_ms) && !take(arg, "idle_ms", &options.idle_ms) &&
             !take(arg, "reply_ms", &options.reply_ms) && !take(arg, "drain_ms", &drain_ms))
        exit(64);
}

int main(int argc, char **argv)
{
    struct err err = {0};

    for (int i = 1; i < argc; i++)
        take_option(argv[i]);
    list_init(&waiting);
    loop = io_loop_new();
    serve = serve_new(loop, &options, on_request, NULL, &err);
    if (!serve) {
        fprintf(stderr, "%s\n", err.what);
        io_loop_free(loop);
        return 78;
    }
    io_loop_on_signal(loop, on_signal, NULL);
    printf("port %d\n", serve_port(serve));
    fflush(stdout);
    bool clean = io_loop_run(loop);
    io_loop_free(loop);
    return clean ? 0 : 3;
}
