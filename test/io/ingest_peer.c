/* io_serve and io_pg together as the intake uses them: verify, wait for an idle connection, one
 * pipeline and one commit for all that waits, then 200. A measuring stick for the two modules,
 * without the intake's own work; ingest_test.py drives it.
 *
 * Arguments: connections=N (to PostgreSQL), port=N, deadline_ms=N; direct=ROWS FILE inserts that
 * many rows without HTTP, with the 500 bodies of 4 KB in FILE, and tells rows and microseconds: the
 * database's own limit. TEST_PG holds the connection string. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/codecs.h"
#include "base/digest.h"
#include "io/io_loop.h"
#include "io/io_pg.h"
#include "io/io_priv.h"
#include "io/io_serve.h"

enum { BATCH = 256, QUEUE = 4096, BODY = 4096, BODIES = 500 };

static const struct pg_stmt STORE = {
    "store",
    "insert into delivery (delivery_id, body) select * from unnest($1::text[], $2::bytea[]) "
    "on conflict (delivery_id) do nothing",
    2};

struct group {
    struct serve_request *requests[BATCH];
    size_t count;
    struct group *next; /* spare */
};

static struct io_loop *loop;
static struct serve *serve;
static struct pg *pg;
static struct hmac *hmac;
static struct serve_request *queue[QUEUE];
static size_t queue_at, queue_len;
static struct group *spare;
static struct buf keys, bodies; /* of the group being sent */
static int64_t direct_rows, direct_sent;
static uint64_t direct_began_ns;
static char direct_bodies[BODIES][BODY];

static void submit(void *arg);

static void reply_later(struct serve_request *request)
{
    static const struct http_header RETRY[] = {{{"Retry-After", 11}, {"1", 1}}};
    serve_reply(request, 503, NULL, RETRY, 1, STR_NONE);
}

static void on_stored(void *arg, const struct pg_reply *reply)
{
    struct group *group = arg;

    if (reply->outcome != PG_OK)
        fprintf(stderr, "group of %zu: outcome %d %s %s\n", group->count, (int)reply->outcome,
                reply->sqlstate, reply->message);
    submit(NULL); /* the database works on the next group while we write these replies */
    for (size_t i = 0; i < group->count; i++) {
        if (reply->outcome == PG_OK)
            serve_reply(group->requests[i], 200, NULL, NULL, 0, STR_NONE);
        else
            reply_later(group->requests[i]);
    }
    group->next = spare;
    spare = group;
}

static void begin_group(size_t count)
{
    buf_clear(&keys);
    buf_clear(&bodies);
    pg_array_begin(&keys, PG_TEXT, count);
    pg_array_begin(&bodies, PG_BYTEA, count);
}

static void add_row(struct str key, struct str body)
{
    pg_array_add(&keys, key);
    pg_array_add(&bodies, body);
}

static void send_group(pg_done_fn *fn, void *arg)
{
    struct pg_param params[] = {pg_array_param(&keys), pg_array_param(&bodies)};
    pg_exec(pg, &STORE, params, fn, arg);
}

static void submit(void *arg)
{
    (void)arg;
    while (queue_len > 0 && pg_idle(pg)) {
        struct group *group = spare ? spare : io_alloc(sizeof *group);
        spare = spare ? spare->next : NULL;
        size_t count = queue_len < BATCH ? queue_len : BATCH;
        begin_group(count);
        for (group->count = 0; group->count < count; group->count++, queue_len--) {
            struct serve_request *request = queue[queue_at++ % QUEUE];
            group->requests[group->count] = request;
            add_row(serve_header(request, "x-atlassian-webhook-identifier"), serve_body(request));
        }
        send_group(on_stored, group);
    }
    for (; queue_len > 0 && !pg_up(pg); queue_len--) /* no spool pretends to be durable */
        reply_later(queue[queue_at++ % QUEUE]);
}

static void on_request(void *arg, struct serve_request *request)
{
    struct str signature = serve_header(request, "x-hub-signature");
    uint8_t given[SHA256_BYTES], ours[SHA256_BYTES];
    (void)arg;

    if (!str_starts(signature, STR("sha256=")) ||
        !hex_decode(str_n(signature.p + 7, signature.len - 7), given, sizeof given)) {
        serve_reply(request, 401, NULL, NULL, 0, STR_NONE);
        return;
    }
    hmac_sign(hmac, serve_body(request), ours);
    if (!equal_const_time(ours, given, sizeof ours)) {
        serve_reply(request, 401, NULL, NULL, 0, STR_NONE);
    } else if (queue_len == QUEUE) {
        reply_later(request);
    } else {
        queue[(queue_at + queue_len++) % QUEUE] = request;
        submit(NULL);
    }
}

/* --- without HTTP --- */

static void direct_next(void *arg);

static void on_direct(void *arg, const struct pg_reply *reply)
{
    (void)arg;
    if (reply->outcome != PG_OK)
        fprintf(stderr, "%s %s\n", reply->sqlstate, reply->message);
}

static void on_end(void *arg)
{
    (void)arg;
    io_loop_stop(loop);
}

static void direct_next(void *arg)
{
    (void)arg;
    if (direct_sent >= direct_rows && pg_idle(pg)) {
        printf("{\"rows\":%lld,\"us\":%llu}\n", (long long)direct_rows,
               (unsigned long long)(uv_hrtime() - direct_began_ns) / 1000);
        pg_on_idle(pg, NULL, NULL);
        pg_close(pg, on_end, NULL);
        return;
    }
    while (direct_sent < direct_rows && pg_idle(pg)) {
        if (direct_sent == 0)
            direct_began_ns = uv_hrtime();
        begin_group(BATCH);
        for (size_t i = 0; i < BATCH; i++) {
            const char *body = direct_bodies[direct_sent % BODIES];
            char key[32];
            snprintf(key, sizeof key, "direct-%lld", (long long)direct_sent++);
            add_row(str_of(key), str_n(body, BODY));
        }
        send_group(on_direct, NULL);
    }
}

/* --- the whole --- */

static void on_served(void *arg)
{
    (void)arg;
    pg_close(pg, on_end, NULL);
}

static void on_signal(void *arg, int signum)
{
    static bool ending;
    (void)arg;
    (void)signum;
    if (!ending && serve)
        serve_close(serve, 3000, on_served, NULL);
    ending = true;
}

static void fill_bodies(FILE *from)
{
    if (!from || fread(direct_bodies, 1, sizeof direct_bodies, from) != sizeof direct_bodies)
        exit(64);
    fclose(from);
}

static bool take(const char *arg, const char *name, int64_t *to)
{
    size_t len = strlen(name);
    return strncmp(arg, name, len) == 0 && arg[len] == '=' && str_to_i64(str_of(arg + len + 1), to);
}

int main(int argc, char **argv)
{
    int64_t connections = 1, port = 0, deadline_ms = 1500;
    struct err err = {0};

    for (int i = 1; i < argc; i++)
        if (!take(argv[i], "connections", &connections) && !take(argv[i], "port", &port) &&
            !take(argv[i], "deadline_ms", &deadline_ms) && !take(argv[i], "direct", &direct_rows))
            fill_bodies(fopen(argv[i], "rbe"));
    loop = io_loop_new();
    buf_init(&keys, (size_t)64 << 20);
    buf_init(&bodies, (size_t)64 << 20);
    hmac = hmac_new(STR("secret"));
    struct pg_options database = {.conninfo = getenv("TEST_PG"),
                                  .application = "ingest peer",
                                  .connections = (int)connections,
                                  .connect_timeout_ms = 1000,
                                  .queue_max = 100,
                                  .statement_timeout_ms = 700,
                                  .deadline_ms = direct_rows > 0 ? 60000 : deadline_ms};
    pg = pg_new(loop, &database);
    pg_on_idle(pg, direct_rows > 0 ? direct_next : submit, NULL);
    struct serve_options options = {.address = "127.0.0.1",
                                    .port = (int)port,
                                    .connections_max = 1024,
                                    .header_bytes_max = 16384,
                                    .body_bytes_max = 5 << 20,
                                    .header_ms = 10000,
                                    .body_ms = 30000,
                                    .idle_ms = 60000,
                                    .reply_ms = 10000};
    if (direct_rows == 0) {
        serve = serve_new(loop, &options, on_request, NULL, &err);
        if (!serve)
            return 78;
        printf("port %d\n", serve_port(serve));
        fflush(stdout);
    }
    io_loop_on_signal(loop, on_signal, NULL);
    bool clean = io_loop_run(loop);
    io_loop_free(loop);
    hmac_free(hmac);
    buf_done(&keys);
    buf_done(&bodies);
    while (spare) {
        struct group *next = spare->next;
        free(spare);
        spare = next;
    }
    return clean ? 0 : 3;
}
