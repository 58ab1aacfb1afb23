/* site_peer.c: one site against a scripted peer: which calls leave, in which order and when.
 *
 * usage: io_site_peer URL CONCURRENCY TIMEOUT_MS CALL... ; a CALL is
 *   LANE:METHOD:PATH[:issue=ID][:once][:body=BYTES][:by=MS][:at=MS]
 *                                           asked for at=MS, to be begun by=MS later
 * or read:ID[:at=MS], a ticket as site_gather_read reads it; rested:at=MS, GATHER_AGAIN_MS pass for
 * those reads; close:at=MS. Prints, as each is answered: index, verdict, milliseconds since the
 * start, why. SITE_PEER_CA: the certificates it trusts, SITE_PEER_TOKEN: the token it shows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/io_http.h"
#include "site/site.h"
#include "site/site_gather.h"

enum { CALLS_MAX = 512 };

struct planned {
    int index;
    struct arena *arena;
    struct jsm_call call;
    char *body; /* of the call, when it is a long one */
    int64_t at_ms, by_ms;
    bool closes, rests, reads;
    struct io_timer *timer;
};

static struct {
    struct io_loop *loop;
    struct http *http;
    struct site *site;
    struct io_timer *end;
    int64_t began_ms;
    size_t open;
} peer;

static const char *const VERDICTS[] = {"OK",    "MISSING",   "REFUSED", "DENIED",
                                       "LATER", "UNREACHED", "UNKNOWN"};

static void on_http_closed(void *arg)
{
    (void)arg;
    io_loop_stop(peer.loop);
}

static void at_end(void *arg)
{
    (void)arg;
    io_timer_free(peer.end);
    site_close(peer.site);
    http_close(peer.http, on_http_closed, NULL);
}

static void one_less(void)
{
    if (--peer.open)
        return;
    peer.end = io_timer_new(peer.loop, at_end, NULL);
    io_timer_start(peer.end, 0, 0);
}

static void on_answer(void *arg, const struct jsm_answer *answer)
{
    struct planned *p = arg;

    printf("%d %s %lld %s\n", p->index, VERDICTS[answer->verdict],
           (long long)(io_loop_now_ms(peer.loop) - peer.began_ms), answer->why);
    arena_free(p->arena);
    free(p->body);
    free(p);
    one_less();
}

static void on_due(void *arg)
{
    struct planned *p = arg;

    io_timer_free(p->timer);
    if (p->closes || p->rests) {
        if (p->closes)
            site_close(peer.site);
        else
            peer.site->one_by_one_ms -= GATHER_AGAIN_MS;
        free(p);
        one_less();
        return;
    }
    p->arena = arena_new(64 * 1024);
    if (p->reads) {
        site_gather_read(peer.site, p->arena, p->call.issue_id, STR("summary"), on_answer, p);
        return;
    }
    if (p->by_ms)
        p->call.send_by_ms = io_loop_now_ms(peer.loop) + p->by_ms;
    site_send(peer.site, p->arena, &p->call, on_answer, p);
}

static enum traffic_lane lane_from(struct str name)
{
    static const char *const NAMES[] = {"gate", "create", "words", "sweep"};

    for (size_t i = 0; i < LANE_COUNT; i++)
        if (str_eq_c(name, NAMES[i]))
            return (enum traffic_lane)i;
    fprintf(stderr, "no lane %.*s\n", STR_ARG(name));
    exit(64);
}

static const char *method_from(struct str name)
{
    return str_eq_c(name, "GET") ? "GET" : str_eq_c(name, "POST") ? "POST" : "PUT";
}

static int64_t number(struct str text)
{
    int64_t n = 0;
    return str_to_i64(text, &n) ? n : 0;
}

/* Lives as long as the plan does. */
static struct str blank_body(struct planned *p, size_t len)
{
    p->body = malloc(len);
    if (!p->body)
        abort();
    memset(p->body, ' ', len);
    return str_n(p->body, len);
}

static void plan(int index, const char *text)
{
    struct planned *p = calloc(1, sizeof *p);
    struct str rest = str_of(text), lane;

    if (!p)
        abort();
    p->index = index;
    lane = str_cut(&rest, ':');
    p->closes = str_eq_c(lane, "close");
    p->rests = str_eq_c(lane, "rested");
    p->reads = str_eq_c(lane, "read");
    if (p->reads) {
        p->call.issue_id = str_cut(&rest, ':');
    } else if (!p->closes && !p->rests) {
        struct str method = str_cut(&rest, ':');
        p->call = (struct jsm_call){.route = JSM_ROUTE_ISSUE,
                                    .lane = lane_from(lane),
                                    .method = method_from(method),
                                    .path = str_cut(&rest, ':')};
        p->call.effect = str_eq_c(method, "GET") ? JSM_READ : JSM_REPEATABLE;
        if (!str_eq_c(method, "GET"))
            p->call.body = STR("{}");
    }
    while (rest.len) {
        struct str value = str_cut(&rest, ':'), key = str_cut(&value, '=');
        if (str_eq_c(key, "issue"))
            p->call.issue_id = value;
        else if (str_eq_c(key, "by"))
            p->by_ms = number(value);
        else if (str_eq_c(key, "at"))
            p->at_ms = number(value);
        else if (str_eq_c(key, "once"))
            p->call.effect = JSM_ONCE;
        else if (str_eq_c(key, "body"))
            p->call.body = blank_body(p, (size_t)number(value));
    }
    peer.open++;
    p->timer = io_timer_new(peer.loop, on_due, p);
    io_timer_start(p->timer, p->at_ms, 0);
}

int main(int argc, char **argv)
{
    static struct flow_times times;
    static struct mapping mapping;
    struct site_config config = {.name = STR("acme"),
                                 .flavour = STR("cloud"),
                                 .auth = JSM_AUTH_BEARER,
                                 .token = STR("env:SITE_PEER_TOKEN")};
    struct http_options http = {.per_host_max = 64, .in_flight_max = 64, .allow_plain_http = true};
    struct err err = {0};

    if (argc < 5 || argc > CALLS_MAX)
        return 64;
    setvbuf(stdout, NULL, _IOLBF, 0);
    http.ca_file = getenv("SITE_PEER_CA");
    config.url = str_of(argv[1]);
    config.concurrency = (int)number(str_of(argv[2]));
    times.call_timeout_ms = number(str_of(argv[3]));
    peer.loop = io_loop_new();
    peer.http = http_new(peer.loop, &http);
    struct site_options options = {.config = &config,
                                   .mapping = &mapping,
                                   .times = &times,
                                   .loop = peer.loop,
                                   .http = peer.http};
    peer.site = site_new(&options, &err);
    if (!peer.site) {
        fprintf(stderr, "%s\n", err.what);
        return 1;
    }
    /* as after a first call: until then one leaves at a time */
    site_auth_heard(peer.site->auth, SITE_ACCEPTED);
    peer.began_ms = io_loop_now_ms(peer.loop);
    for (int i = 4; i < argc; i++)
        plan(i - 4, argv[i]);
    bool clean = io_loop_run(peer.loop);
    site_free(peer.site);
    io_loop_free(peer.loop);
    return clean ? 0 : 3;
}
