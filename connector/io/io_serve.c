/* The listener: limits, the sweep of deadlines, rooms, drain and end. */
#include "io/io_serve.h"

#include "base/assert.h"
#include "io/io_serve_priv.h"

enum {
    BACKLOG = 511,
    SWEEP_MIN_MS = 10,
    SWEEP_MAX_MS = 250,
    REPLY_BYTES_MAX =
        64 * 1024 * 1024, /* an evidence export; a handler that makes more has a bug */
    OUT_BYTES_KEPT = 256 * 1024,
};

int64_t serve_now(const struct serve *serve)
{
    return io_loop_now_ms(serve->loop);
}

/* --- rooms --- */

static void room_free(struct serve_request *room)
{
    arena_free(room->arena);
    free(room->p);
    free(room);
}

struct serve_request *serve_room_take(struct serve *serve)
{
    struct list *item = list_shift(&serve->rooms);

    if (item) {
        serve->rooms_len--;
        return container_of(item, struct serve_request, link);
    }
    if (serve->room_bytes + SERVE_ROOM_BYTES > SERVE_MEMORY_MAX)
        return NULL;
    struct serve_request *room = io_alloc(sizeof *room);
    list_init(&room->link);
    room->serve = serve;
    room->header_max = serve->options.header_bytes_max;
    room->body_max = serve->options.body_bytes_max;
    serve_room_grow(room, SERVE_ROOM_BYTES);
    serve->room_bytes += room->cap;
    serve_room_reset(room);
    return room;
}

bool serve_room_widen(struct serve_request *room, size_t cap)
{
    struct serve *serve = room->serve;
    size_t most = room->header_max + room->body_max + SERVE_CHUNK_OVERHEAD;

    if (cap > most)
        cap = most;
    if (cap <= room->cap || serve->room_bytes + (cap - room->cap) > SERVE_MEMORY_MAX)
        return false;
    serve->room_bytes += cap - room->cap;
    return serve_room_grow(room, cap);
}

/* In front: the room used last is warm. */
void serve_room_give(struct serve_request *room)
{
    struct serve *serve = room->serve;

    room->conn = NULL;
    if (!serve) {
        room_free(room);
        return;
    }
    if (room->cap > SERVE_ROOM_BYTES || serve->rooms_len >= SERVE_ROOMS_SPARE) {
        serve->room_bytes -= room->cap;
        room_free(room);
        return;
    }
    if (room->arena)
        arena_clear(room->arena);
    room->stage = STAGE_HEAD;
    serve_room_reset(room);
    list_push(serve->rooms.next, &room->link);
    serve->rooms_len++;
}

struct arena *serve_arena(struct serve_request *request)
{
    if (!request->arena)
        request->arena = arena_new(LIMIT_ARENA_SMALL);
    return request->arena;
}

/* --- sweep --- */

static void serve_try_end(struct serve *serve);

static bool conn_is_quiet(const struct serve_conn *conn)
{
    return conn->state == CONN_IDLE ||
           (conn->state == CONN_HEAD && (!conn->room || conn->room->len == 0));
}

static void serve_on_sweep(uv_timer_t *timer)
{
    struct serve *serve = timer->data;
    int64_t now = serve_now(serve);

    LIST_EACH (it, &serve->conns) {
        struct serve_conn *conn = container_of(it, struct serve_conn, link);
        bool drained = serve->closing && conn_is_quiet(conn) && now >= serve->drain_idle_ms;
        if (drained || (serve->closing && now >= serve->drain_until_ms))
            serve_conn_close(conn);
        else if (now >= conn->deadline_ms)
            serve_conn_late(conn);
    }
    if (serve->conns_len == 0 && !serve->closing) {
        uv_timer_stop(&serve->sweep);
        serve->sweeping = false;
    }
    if (serve->out.cap > OUT_BYTES_KEPT) {
        buf_done(&serve->out);
        buf_init(&serve->out, REPLY_BYTES_MAX);
    }
    serve_try_end(serve);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void serve_start_sweep(struct serve *serve)
{
    const struct serve_options *o = &serve->options;
    int64_t every = least(least(o->header_ms, o->body_ms), least(o->idle_ms, o->reply_ms)) / 8;

    if (serve->closing || every < SWEEP_MIN_MS)
        every = SWEEP_MIN_MS;
    if (every > SWEEP_MAX_MS)
        every = SWEEP_MAX_MS;
    serve->sweeping = true;
    uv_timer_start(&serve->sweep, serve_on_sweep, (uint64_t)every, (uint64_t)every);
}

/* --- accepting --- */

/* An IPv6 peer is its /64: that much belongs to one subscriber. */
static void peer_of(const uv_tcp_t *tcp, uint8_t out[16])
{
    struct sockaddr_storage address = {0};
    int len = sizeof address;

    memset(out, 0, 16);
    if (uv_tcp_getpeername(tcp, (struct sockaddr *)&address, &len) != 0)
        return;
    if (address.ss_family == AF_INET)
        memcpy(out, &((struct sockaddr_in *)&address)->sin_addr, 4);
    else
        memcpy(out, &((struct sockaddr_in6 *)&address)->sin6_addr, 8);
}

const char *serve_peer(const struct serve_request *request, char *dst)
{
    static const char MAPPED[] = "::ffff:";
    struct sockaddr_storage address = {0};
    int len = sizeof address;

    dst[0] = '\0';
    if (!request->conn ||
        uv_tcp_getpeername(&request->conn->tcp, (struct sockaddr *)&address, &len) != 0)
        return dst;
    if (uv_ip_name((const struct sockaddr *)&address, dst, SERVE_PEER_BYTES) != 0)
        dst[0] = '\0';
    if (strncmp(dst, MAPPED, sizeof MAPPED - 1) == 0 && strchr(dst, '.'))
        memmove(dst, dst + sizeof MAPPED - 1, strlen(dst) - sizeof MAPPED + 2);
    return dst;
}

static struct list *peer_bucket(struct serve *serve, const uint8_t peer[16])
{
    return &serve->peers[str_hash(str_n((const char *)peer, 16)) % SERVE_PEER_BUCKETS];
}

static bool peer_has_too_many(struct serve *serve, const struct serve_conn *conn)
{
    size_t count = 0;

    if (serve->options.per_peer_max == 0)
        return false;
    LIST_EACH (it, peer_bucket(serve, conn->peer))
        count += memcmp(container_of(it, struct serve_conn, peer_link)->peer, conn->peer, 16) == 0;
    return count > serve->options.per_peer_max; /* this one counts */
}

/* The reply is a kindness; when the socket does not take it the close says enough. */
static void turn_away(struct serve_conn *conn)
{
    static const char BUSY[] =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n";
    if (!conn->serve->tls) {
        uv_buf_t buf = uv_buf_init((char *)(uintptr_t)BUSY, sizeof BUSY - 1);
        uv_try_write((uv_stream_t *)&conn->tcp, &buf, 1);
    }
    serve_conn_close(conn);
}

static void serve_on_connection(uv_stream_t *listener, int status)
{
    struct serve *serve = listener->data;

    if (status < 0) /* out of descriptors: libuv has closed the newcomer by its spare one */
        return;
    struct serve_conn *conn = io_alloc(sizeof *conn);
    conn->serve = serve;
    conn->state = CONN_HEAD;
    conn->tcp.data = conn;
    uv_tcp_init(io_loop_uv(serve->loop), &conn->tcp);
    conn->tcp.data = conn;
    list_push(&serve->conns, &conn->link);
    serve->conns_len++;
    list_init(&conn->peer_link);
    if (uv_accept(listener, (uv_stream_t *)&conn->tcp) != 0) {
        serve_conn_close(conn);
        return;
    }
    peer_of(&conn->tcp, conn->peer);
    list_push(peer_bucket(serve, conn->peer), &conn->peer_link);
    if (serve->conns_len > serve->options.connections_max || peer_has_too_many(serve, conn) ||
        serve->handshakes >= SERVE_HANDSHAKES_MAX) {
        turn_away(conn);
        return;
    }
    serve_conn_start(conn);
    if (!serve->sweeping)
        serve_start_sweep(serve);
}

void serve_conn_gone(struct serve_conn *conn)
{
    struct serve *serve = conn->serve;

    list_remove(&conn->link);
    list_remove(&conn->peer_link);
    serve->conns_len--;
    free(conn);
    serve_try_end(serve);
}

/* --- life --- */

static void serve_free(struct serve *serve)
{
    for (struct list *item; (item = list_shift(&serve->rooms)) != NULL;)
        room_free(container_of(item, struct serve_request, link));
    for (struct list *item; (item = list_shift(&serve->busy)) != NULL;)
        container_of(item, struct serve_request, link)->serve =
            NULL; /* freed when their handlers answer */
    SSL_CTX_free(serve->tls);
    buf_done(&serve->out);
    free(serve);
}

static void serve_on_handle_closed(uv_handle_t *handle)
{
    struct serve *serve = handle->data;
    void (*fn)(void *) = serve->on_closed;
    void *arg = serve->on_closed_arg;

    serve->handles--;
    if (!serve->ended) {
        serve_try_end(serve);
    } else if (serve->handles == 0) {
        serve_free(serve);
        if (fn)
            fn(arg);
    }
}

/* Last goes the sweep timer, when the listener and all connections are closed. */
static void serve_try_end(struct serve *serve)
{
    if (!serve->closing || serve->ended || serve->conns_len > 0 || serve->handles > 1)
        return;
    serve->ended = true;
    uv_close((uv_handle_t *)&serve->sweep, serve_on_handle_closed);
}

void serve_close(struct serve *serve, int64_t drain_ms, void (*fn)(void *arg), void *arg)
{
    ASSERT(!serve->closing);
    serve->closing = true;
    serve->on_closed = fn;
    serve->on_closed_arg = arg;
    serve->drain_idle_ms = serve_now(serve) + least(SERVE_IDLE_GRACE_MS, drain_ms);
    serve->drain_until_ms = serve_now(serve) + drain_ms;
    uv_close((uv_handle_t *)&serve->listener, serve_on_handle_closed);
    serve_start_sweep(serve);
}

static bool serve_listen(struct serve *serve, struct err *err)
{
    struct sockaddr_storage address = {0};
    const struct serve_options *options = &serve->options;
    int len = sizeof address, rc;

    rc = uv_ip4_addr(options->address, options->port, (struct sockaddr_in *)&address);
    if (rc != 0)
        rc = uv_ip6_addr(options->address, options->port, (struct sockaddr_in6 *)&address);
    if (rc != 0)
        return FAIL(err, ERR_CONFIG, "'%s' is no address to listen on", options->address);
    rc = uv_tcp_bind(&serve->listener, (struct sockaddr *)&address, 0);
    if (rc == 0)
        rc = uv_listen((uv_stream_t *)&serve->listener, BACKLOG, serve_on_connection);
    if (rc != 0)
        return FAIL(err, ERR_CONFIG, "cannot listen on %s port %d: %s", options->address,
                    options->port, uv_strerror(rc));
    rc = uv_tcp_getsockname(&serve->listener, (struct sockaddr *)&address, &len);
    ASSERT(rc == 0);
    serve->port =
        ntohs(address.ss_family == AF_INET ? ((struct sockaddr_in *)&address)->sin_port
                                           : ((struct sockaddr_in6 *)&address)->sin6_port);
    return true;
}

struct serve *serve_new(struct io_loop *loop, const struct serve_options *options, serve_fn *fn,
                        void *arg, struct err *err)
{
    SSL_CTX *tls = NULL;

    ASSERT(options->header_ms > 0 && options->body_ms > 0 && options->idle_ms > 0 &&
           options->reply_ms > 0);
    ASSERT(options->header_bytes_max > 0 && options->connections_max > 0);
    if (options->tls_cert_file &&
        !(tls = serve_tls_context(options->tls_cert_file, options->tls_key_file, err)))
        return NULL;
    struct serve *serve = io_alloc(sizeof *serve);
    serve->loop = loop;
    serve->options = *options;
    serve->fn = fn;
    serve->arg = arg;
    serve->tls = tls;
    list_init(&serve->conns);
    list_init(&serve->rooms);
    list_init(&serve->busy);
    for (size_t i = 0; i < SERVE_PEER_BUCKETS; i++)
        list_init(&serve->peers[i]);
    buf_init(&serve->out, REPLY_BYTES_MAX);
    uv_tcp_init(io_loop_uv(loop), &serve->listener);
    uv_timer_init(io_loop_uv(loop), &serve->sweep);
    serve->listener.data = serve->sweep.data = serve;
    serve->handles = 2;
    if (serve_listen(serve, err))
        return serve;
    serve_close(serve, 0, NULL, NULL);
    return NULL;
}

int serve_port(const struct serve *serve)
{
    return serve->port;
}

bool serve_reload_tls(struct serve *serve, struct err *err)
{
    ASSERT(serve->options.tls_cert_file);
    SSL_CTX *tls =
        serve_tls_context(serve->options.tls_cert_file, serve->options.tls_key_file, err);

    if (!tls)
        return false;
    SSL_CTX_free(serve->tls); /* connections hold their own reference */
    serve->tls = tls;
    return true;
}
