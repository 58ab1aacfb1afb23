/* Makes calls with io_http for http_test.py. Arguments: NAME=VALUE settings, then one `METHOD:URL`
 * per call, all started together. One line per reply, in the order of their ends: index, outcome,
 * status, body length, first header wanted, why. times=N repeats every call N times, one round
 * after the other; close_ms=N closes the client after N ms. Exit 3 when a handle was left over. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/io_http.h"
#include "io/io_loop.h"
#include "io/io_priv.h"

struct one {
    int index;
    struct str method, url;
};

static struct io_loop *loop;
static struct http *http;
static struct io_timer *timer;
static struct http_options options = {
    .per_host_max = 8, .in_flight_max = 32, .allow_plain_http = true};
static int64_t timeout_ms = 3000, connect_ms = 1000, reply_max = 1 << 20, times = 1, close_ms, once,
               body_bytes;
static struct one ones[512];
static int ones_len, ended, rounds;
static bool closing;

static void start_round(void);

static void on_closed(void *arg)
{
    (void)arg;
    io_loop_stop(loop);
}

static void end(void *arg)
{
    (void)arg;
    if (closing)
        return;
    closing = true;
    io_timer_free(timer);
    http_close(http, on_closed, NULL);
}

static void on_reply(void *arg, const struct http_reply *reply)
{
    static const char *const OUTCOMES[] = {"REPLIED", "NOT_SENT", "LOST"};
    struct one *one = arg;
    struct str seen = http_reply_header(reply, "x-seen");

    printf("%d %s %d %zu [%.*s] %.*s\n", one->index, OUTCOMES[reply->outcome], reply->status,
           reply->body.len, STR_ARG(seen), STR_ARG(reply->why));
    if (++ended < ones_len)
        return;
    ended = 0;
    if (++rounds < times && !closing)
        start_round();
    else
        end(NULL);
}

static void start_round(void)
{
    struct http_header headers[] = {{STR("X-One"), STR("1")}, {STR("X-Empty"), STR("")}};
    char *body = io_alloc((size_t)body_bytes + 1);

    memset(body, 'b', (size_t)body_bytes);
    for (int i = 0; i < ones_len; i++) {
        struct http_call call = {
            .method = ones[i].method,
            .url = ones[i].url,
            .headers = headers,
            .header_count = 2,
            .body = str_n(body, (size_t)body_bytes),
            .once = once != 0,
            .timeout_ms = timeout_ms,
            .connect_timeout_ms = connect_ms,
            .reply_max = (size_t)reply_max,
        };
        http_send(http, &call, on_reply, &ones[i]);
    }
    free(body);
}

static bool take(const char *arg, const char *name, int64_t *to)
{
    size_t len = strlen(name);
    return strncmp(arg, name, len) == 0 && arg[len] == '=' && str_to_i64(str_of(arg + len + 1), to);
}

static void take_argument(const char *arg)
{
    int64_t n = 0;

    if (take(arg, "timeout_ms", &timeout_ms) || take(arg, "connect_ms", &connect_ms) ||
        take(arg, "once", &once) || take(arg, "reply_max", &reply_max) ||
        take(arg, "times", &times) || take(arg, "close_ms", &close_ms) ||
        take(arg, "body", &body_bytes))
        return;
    if (take(arg, "per_host", &n)) {
        options.per_host_max = (int)n;
    } else if (take(arg, "in_flight", &n)) {
        options.in_flight_max = (int)n;
    } else if (take(arg, "plain", &n)) {
        options.allow_plain_http = n != 0;
    } else if (strncmp(arg, "ca=", 3) == 0) {
        options.ca_file = arg + 3;
    } else {
        struct str url = str_of(arg);
        ones[ones_len] = (struct one){.index = ones_len, .method = str_cut(&url, ':')};
        ones[ones_len++].url = url;
    }
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc && ones_len < 512; i++)
        take_argument(argv[i]);
    loop = io_loop_new();
    http = http_new(loop, &options);
    timer = io_timer_new(loop, end, NULL);
    if (close_ms > 0)
        io_timer_start(timer, close_ms, 0);
    start_round();
    if (ended != 0)
        return 4; /* a callback inside the call */
    bool clean = io_loop_run(loop);
    io_loop_free(loop);
    printf("lag ok\n");
    return clean ? 0 : 3;
}
