/* One connection: bytes in, request to the handler, reply out, again. At most one request is with
 * the handler; what comes meanwhile stays in the room, and when that is full we stop reading. */
#include "base/assert.h"
#include "io/io_serve_priv.h"

struct pending_write {
    uv_write_t uv;
    struct serve_conn *conn;
    char bytes[];
};

static void conn_refuse(struct serve_conn *conn, int status);
static void conn_resume(struct serve_conn *conn);

static bool conn_awaits(const struct serve_conn *conn)
{
    return conn->state == CONN_IDLE || conn->state == CONN_HEAD || conn->state == CONN_BODY;
}

static void conn_enter(struct serve_conn *conn, enum conn_state state, int64_t within_ms)
{
    conn->state = state;
    conn->deadline_ms = serve_now(conn->serve) + within_ms;
}

static void conn_drop_room(struct serve_conn *conn)
{
    if (conn->room)
        serve_room_give(conn->room);
    conn->room = NULL;
}

/* --- out --- */

static void conn_on_written(uv_write_t *uv, int status)
{
    struct pending_write *pending = uv->data;
    struct serve_conn *conn = pending->conn;

    free(pending);
    conn->writes--;
    if (conn->state == CONN_CLOSED)
        return;
    if (status < 0)
        serve_conn_close(conn);
    else if (conn->writes == 0 && conn->state == CONN_WRITING)
        serve_conn_written(conn);
}

/* Straight to the socket; what it does not take now is copied and waits. */
void serve_conn_write(struct serve_conn *conn, const char *p, size_t len)
{
    uv_stream_t *stream = (uv_stream_t *)&conn->tcp;
    int taken = 0;

    ASSERT(len <= UINT32_MAX);
    if (conn->state == CONN_CLOSED || len == 0)
        return;
    if (conn->writes == 0) {
        uv_buf_t buf = uv_buf_init((char *)(uintptr_t)p, (unsigned)len);
        taken = uv_try_write(stream, &buf, 1);
        if (taken == UV_EAGAIN)
            taken = 0;
    }
    if (taken < 0) {
        serve_conn_close(conn);
        return;
    }
    size_t left = len - (size_t)taken;
    if (left == 0)
        return;
    struct pending_write *pending = io_alloc(sizeof *pending + left);
    memcpy(pending->bytes, p + taken, left);
    pending->conn = conn;
    pending->uv.data = pending;
    uv_buf_t rest = uv_buf_init(pending->bytes, (unsigned)left);
    conn->writes++;
    if (uv_write(&pending->uv, stream, &rest, 1, conn_on_written) != 0) {
        conn->writes--;
        free(pending);
        serve_conn_close(conn);
    }
}

/* Sends what serve_compose left in serve->out. */
static void conn_send(struct serve_conn *conn)
{
    const char *p = conn->serve->out.p;
    size_t len = conn->serve->out.len;

    if (!conn->tls) {
        serve_conn_write(conn, p, len);
    } else if (serve_tls_output(conn, p, len, &p, &len)) {
        serve_conn_write(conn, p, len);
        (void)BIO_reset(SSL_get_wbio(conn->tls));
    } else {
        serve_conn_close(conn);
    }
}

static void conn_send_reply(struct serve_conn *conn)
{
    conn_enter(conn, CONN_WRITING, conn->serve->options.reply_ms);
    conn_send(conn);
    if (conn->state == CONN_WRITING && conn->writes == 0)
        serve_conn_written(conn);
}

static void conn_on_shut(uv_shutdown_t *shutdown, int status)
{
    (void)shutdown;
    (void)status;
}

static void conn_linger(struct serve_conn *conn)
{
    conn_drop_room(conn);
    if (conn->tls)
        serve_tls_end(conn);
    if (conn->state == CONN_CLOSED)
        return;
    conn_enter(conn, CONN_LINGER, SERVE_LINGER_MS);
    if (conn->eof || uv_shutdown(&conn->shutdown, (uv_stream_t *)&conn->tcp, conn_on_shut) != 0)
        serve_conn_close(conn);
    else if (!conn->running)
        conn_resume(conn);
}

void serve_conn_written(struct serve_conn *conn)
{
    const struct serve_options *options = &conn->serve->options;

    if (conn->close_after) {
        conn_linger(conn);
        return;
    }
    if (conn->room && conn->room->len == 0)
        conn_drop_room(conn);
    if (conn->room)
        conn_enter(conn, CONN_HEAD, options->header_ms);
    else
        conn_enter(conn, CONN_IDLE, options->idle_ms);
    if (!conn->running)
        conn_resume(conn);
}

/* Our own refusals end the connection: after a request we did not understand nobody knows where the
 * next one begins. */
static void conn_refuse(struct serve_conn *conn, int status)
{
    conn_drop_room(conn);
    serve_compose_refusal(conn->serve, status);
    conn->close_after = true;
    conn_send_reply(conn);
}

void serve_reply(struct serve_request *request, int status, const char *content_type,
                 const struct http_header *headers, size_t header_count, struct str body)
{
    struct serve_conn *conn = request->conn;

    list_remove(&request->link);
    if (!conn) {
        serve_room_give(request);
        return;
    }
    ASSERT(conn->state == CONN_HANDLER && conn->room == request);
    conn->close_after =
        conn->close_after || !request->keep_alive || conn->serve->closing || status == 400;
    serve_compose(conn->serve, status, content_type, headers, header_count, body, conn->close_after,
                  request->parser.method == HTTP_HEAD);
    serve_room_reset(request);
    conn_send_reply(conn);
}

/* --- in --- */

static void conn_continue(struct serve_conn *conn)
{
    static const char CONTINUE[] = "HTTP/1.1 100 Continue\r\n\r\n";

    conn->room->expects = false;
    buf_clear(&conn->serve->out);
    buf_add_c(&conn->serve->out, CONTINUE);
    conn_send(conn);
}

static void conn_more(struct serve_conn *conn)
{
    struct serve_request *room = conn->room;

    if (conn->state == CONN_HEAD && room->stage == STAGE_BODY)
        conn_enter(conn, CONN_BODY, conn->serve->options.body_ms);
    if (room->stage == STAGE_BODY && room->expects && room->body_len == 0)
        conn_continue(conn);
    if (conn->eof)
        serve_conn_close(conn);
}

/* Parses what is there; hands over at most one request at a time. */
void serve_conn_run(struct serve_conn *conn)
{
    struct serve *serve = conn->serve;
    bool more = false;

    if (conn->running)
        return;
    conn->running = true;
    while (!more && conn_awaits(conn) && conn->room && conn->room->len > conn->room->parsed) {
        struct serve_request *room = conn->room;
        if (conn->state == CONN_IDLE)
            conn_enter(conn, CONN_HEAD, serve->options.header_ms);
        switch (serve_room_parse(room)) {
        case PARSE_MORE:
            more = true;
            conn_more(conn);
            break;
        case PARSE_DONE:
            conn_enter(conn, CONN_HANDLER, serve->options.reply_ms);
            list_push(&serve->busy, &room->link);
            serve->fn(serve->arg, room);
            break;
        case PARSE_REFUSED:
            conn_refuse(conn, room->refused);
            break;
        }
    }
    conn->running = false;
    if (conn->eof && conn_awaits(conn))
        serve_conn_close(conn);
}

static void conn_on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct serve_conn *conn = handle->data;
    struct serve *serve = conn->serve;

    (void)suggested;
    if (conn->tls || conn->state == CONN_LINGER) {
        *buf = uv_buf_init(serve->scratch, sizeof serve->scratch);
        return;
    }
    *buf = uv_buf_init(NULL, 0);
    if (!conn->room && !(conn->room = serve_room_take(serve)))
        return;
    conn->room->conn = conn;
    if (conn->room->len == conn->room->cap && conn_awaits(conn) &&
        !serve_room_widen(conn->room, conn->room->cap * 2))
        return;
    *buf =
        uv_buf_init(conn->room->p + conn->room->len, (unsigned)(conn->room->cap - conn->room->len));
}

static void conn_stop_reading(struct serve_conn *conn)
{
    uv_read_stop((uv_stream_t *)&conn->tcp);
    conn->reading = false;
}

static void conn_on_end(struct serve_conn *conn, ssize_t why)
{
    bool replying = conn->state == CONN_HANDLER || conn->state == CONN_WRITING;

    if (why == UV_ENOBUFS && replying) {
        conn_stop_reading(conn); /* read on when the reply is out */
    } else if (why == UV_ENOBUFS) {
        conn_stop_reading(conn);
        conn_refuse(conn, 503);
    } else if (why == UV_EOF && replying) {
        conn->eof = true; /* it may have shut its sending side only: the reply is still wanted */
        conn_stop_reading(conn);
    } else {
        serve_conn_close(conn);
    }
}

static void conn_on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct serve_conn *conn = stream->data;

    if (n < 0) {
        conn_on_end(conn, n);
    } else if (conn->state == CONN_LINGER) {
        return;
    } else if (conn->tls) {
        if (!serve_tls_input(conn, buf->base, (size_t)n))
            serve_conn_close(conn);
        else if (conn->state == CONN_HANDLER && serve_tls_pending(conn))
            conn_stop_reading(conn);
    } else if (n > 0) {
        conn->room->len += (size_t)n;
        serve_conn_run(conn);
    }
    if (conn->state == CONN_IDLE && conn->room && conn->room->len == 0)
        conn_drop_room(conn);
}

/* After a reply: first what lies here already, then the socket. */
static void conn_resume(struct serve_conn *conn)
{
    serve_conn_run(conn);
    if (conn_awaits(conn) && conn->tls && serve_tls_pending(conn) && !serve_tls_read(conn))
        serve_conn_close(conn);
    if (conn->state == CONN_IDLE && conn->room && conn->room->len == 0)
        conn_drop_room(conn);
    if (!conn->reading && !conn->eof && (conn_awaits(conn) || conn->state == CONN_LINGER)) {
        conn->reading = uv_read_start((uv_stream_t *)&conn->tcp, conn_on_alloc, conn_on_read) == 0;
        if (!conn->reading)
            serve_conn_close(conn);
    }
}

/* --- life --- */

void serve_conn_start(struct serve_conn *conn)
{
    struct serve *serve = conn->serve;

    conn->tcp.data = conn;
    uv_tcp_nodelay(&conn->tcp, 1);
    conn_enter(conn, CONN_HEAD, serve->options.header_ms);
    if (serve->tls) {
        serve_tls_start(conn);
        conn->state = CONN_HANDSHAKE;
        serve->handshakes++;
    }
    conn->reading = uv_read_start((uv_stream_t *)&conn->tcp, conn_on_alloc, conn_on_read) == 0;
    if (!conn->reading)
        serve_conn_close(conn);
}

void serve_conn_late(struct serve_conn *conn)
{
    struct serve_request *room = conn->room;

    switch (conn->state) {
    case CONN_HANDLER: /* the handler keeps the room until it answers, to nobody */
        room->conn = NULL;
        conn->room = NULL;
        conn_refuse(conn, 503);
        return;
    case CONN_BODY:
        conn_refuse(conn, 408);
        return;
    case CONN_HEAD:
        if (room && room->len > 0) {
            conn_refuse(conn, 408);
            return;
        }
        serve_conn_close(conn);
        return;
    case CONN_HANDSHAKE:
    case CONN_IDLE:
    case CONN_WRITING:
    case CONN_LINGER:
        serve_conn_close(conn);
        return;
    case CONN_CLOSED:
        return;
    }
    UNREACHABLE();
}

static void conn_on_closed(uv_handle_t *handle)
{
    struct serve_conn *conn = handle->data;

    SSL_free(conn->tls);
    serve_conn_gone(conn);
}

void serve_conn_close(struct serve_conn *conn)
{
    if (conn->state == CONN_CLOSED)
        return;
    if (conn->state == CONN_HANDSHAKE)
        conn->serve->handshakes--;
    if (conn->state == CONN_HANDLER) {
        conn->room->conn = NULL;
        conn->room = NULL;
    }
    conn->state = CONN_CLOSED;
    conn_drop_room(conn);
    uv_close((uv_handle_t *)&conn->tcp, conn_on_closed);
}
