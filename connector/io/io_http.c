/* libcurl's multi interface on the loop. The traps are those of dependencies.md section 3, 5-10: a
 * context per socket through curl_multi_assign (never a table by descriptor), the timer's 0 means
 * "soon, not here", completions are read after every socket_action, and a POST on a reused
 * connection may be sent twice by curl itself (hence `once`). */
#include "io/io_http.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>

#include <curl/curl.h>

#include "base/assert.h"
#include "base/buf.h"
#include "base/list.h"
#include "io/io_priv.h"

enum {
    HTTP_QUEUE_MAX = 1024,
    HTTP_SPARE_MAX = 16,
    HTTP_HEAD_BYTES_MAX = 64 * 1024,
    HTTP_FIELDS_MAX = 100,
    HTTP_TICK_MS = 100,
    HTTP_LATE_MS = 500, /* curl's own timer gets this much before we end a call for it */
    HTTP_BUFFER_BYTES = 64 * 1024,
};

struct http {
    struct io_loop *loop;
    struct http_options options;
    char *ca_file;
    CURLM *multi;
    uv_timer_t curl_timer, tick;
    struct list queue, running, failed;
    size_t queue_len, running_len, handles;
    CURL *spare[HTTP_SPARE_MAX];
    size_t spare_len;
    bool deferred, closing, closed;
    void (*on_closed)(void *arg);
    void *on_closed_arg;
};

/* The watcher of one of curl's sockets; curl keeps the pointer. */
struct http_socket {
    uv_poll_t uv;
    struct http *http;
    curl_socket_t fd;
    int events;
    bool closing;
};

struct http_transfer {
    struct list link;
    struct http *http;
    CURL *easy;
    struct curl_slist *headers;
    struct arena *arena; /* the copy of the call, the reply's fields */
    struct http_call call;
    struct buf head, body;
    struct http_header *fields;
    size_t field_count;
    bool head_ended, held;
    int64_t born_ms;
    struct http_reply reply;
    char why[CURL_ERROR_SIZE];
    http_done_fn *fn;
    void *arg;
};

static void http_pump(struct http *http);
static void http_check_closed(struct http *http);

/* --- the end of a transfer --- */

static void transfer_free(struct http_transfer *transfer)
{
    curl_slist_free_all(transfer->headers);
    buf_done(&transfer->head);
    buf_done(&transfer->body);
    arena_free(transfer->arena);
    free(transfer);
}

static void transfer_release_easy(struct http_transfer *transfer)
{
    struct http *http = transfer->http;

    if (!transfer->easy)
        return;
    curl_multi_remove_handle(http->multi, transfer->easy);
    if (http->spare_len < HTTP_SPARE_MAX && !http->closing) {
        curl_easy_reset(transfer->easy);
        http->spare[http->spare_len++] = transfer->easy;
    } else {
        curl_easy_cleanup(transfer->easy);
    }
    transfer->easy = NULL;
    http->running_len--;
}

/* The list may grow while callbacks run: those wait for the next turn. */
static void http_on_deferred(void *arg)
{
    struct http *http = arg;
    size_t count = 0;

    http->deferred = false;
    http->handles--;
    LIST_EACH (it, &http->failed)
        count++;
    for (; count > 0; count--) {
        struct http_transfer *transfer =
            container_of(list_shift(&http->failed), struct http_transfer, link);
        transfer->reply.took_ms = io_loop_now_ms(http->loop) - transfer->born_ms;
        transfer->fn(transfer->arg, &transfer->reply);
        transfer_free(transfer);
    }
    http_pump(http);
    http_check_closed(http);
}

static void http_defer(struct http *http)
{
    if (http->deferred)
        return;
    http->deferred = true;
    http->handles++;
    io_loop_defer(http->loop, http_on_deferred, http);
}

static void transfer_end(struct http_transfer *transfer, enum http_outcome outcome, const char *why)
{
    struct http *http = transfer->http;

    transfer_release_easy(transfer);
    transfer->reply.outcome = outcome;
    if (why)
        transfer->reply.why = arena_str(transfer->arena, str_of(why));
    list_remove(&transfer->link);
    list_push(&http->failed, &transfer->link);
    http_defer(http);
}

/* --- what came of it --- */

static void transfer_split_fields(struct http_transfer *transfer)
{
    struct str head = buf_str(&transfer->head);

    if (transfer->fields)
        return;
    transfer->fields = arena_array(transfer->arena, HTTP_FIELDS_MAX, sizeof *transfer->fields);
    while (transfer->fields && head.len > 0 && transfer->field_count < HTTP_FIELDS_MAX) {
        struct str line = str_cut(&head, '\n');
        struct str name = str_cut(&line, ':');
        if (name.len == 0 || !line.p)
            continue;
        transfer->fields[transfer->field_count++] =
            (struct http_header){.name = str_trim(name), .value = str_trim(line)};
    }
    transfer->reply.headers = transfer->fields;
    transfer->reply.header_count = transfer->field_count;
}

/* Two witnesses: the phase (curl counts the bytes of requests it wrote, and notes when a connection
 * was ready for one) and the code. NOT_SENT only when neither speaks for a byte that left. */
static enum http_outcome transfer_outcome(const struct http_transfer *transfer, CURLcode code)
{
    long sent = 0;
    curl_off_t ready_us = 0;

    if (transfer->held)
        return HTTP_NOT_SENT;
    if (code == CURLE_OK) /* curl takes a head that the peer cut in the middle for a whole one */
        return transfer->reply.too_large || !transfer->head_ended ? HTTP_LOST : HTTP_REPLIED;
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &sent);
    curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
    switch ((int)code) {
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_WRITE_ERROR:
    case CURLE_FILESIZE_EXCEEDED:
    case CURLE_WEIRD_SERVER_REPLY:
        return HTTP_LOST;
    default:
        return sent > 0 || ready_us > 0 ? HTTP_LOST : HTTP_NOT_SENT;
    }
}

static void transfer_done(struct http_transfer *transfer, CURLcode code)
{
    long status = 0;
    enum http_outcome outcome = transfer_outcome(transfer, code);
    const char *why = NULL;

    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    transfer->reply.status = (int)status;
    transfer->reply.too_large |= code == CURLE_FILESIZE_EXCEEDED; /* its head says so */
    transfer->reply.body = buf_str(&transfer->body);
    transfer_split_fields(transfer);
    transfer->reply.until_close =
        str_empty(http_reply_header(&transfer->reply, "content-length")) &&
        str_empty(http_reply_header(&transfer->reply, "transfer-encoding"));
    if (transfer->held)
        why = "held back before it left";
    else if (transfer->reply.barred && outcome == HTTP_NOT_SENT)
        why = "its host has an address that is out of reach";
    else if (transfer->reply.too_large)
        why = "the reply is larger than allowed";
    else if (outcome == HTTP_LOST && code == CURLE_OK)
        why = "the reply's head was cut";
    else if (outcome != HTTP_REPLIED)
        why = transfer->why[0] ? transfer->why : curl_easy_strerror(code);
    transfer_end(transfer, outcome, why);
}

static void http_read_done(struct http *http)
{
    CURLMsg *message;
    int left = 0;

    while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
        struct http_transfer *transfer = NULL;
        CURLcode code = message->data.result;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        transfer_done(transfer, code);
    }
}

static size_t transfer_on_body(char *p, size_t size, size_t count, void *arg)
{
    struct http_transfer *transfer = arg;
    size_t len = size * count;

    if (len > transfer->call.reply_max - transfer->body.len || !buf_add(&transfer->body, p, len)) {
        transfer->reply.too_large = true;
        return len == 0 ? 1 : 0; /* anything but len ends the transfer */
    }
    return len;
}

static void transfer_tell_head(struct http_transfer *transfer)
{
    long status = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    if (!transfer->call.on_head || status < 200)
        return;
    transfer->reply.status = (int)status;
    transfer_split_fields(transfer);
    transfer->call.on_head(transfer->arg, &transfer->reply);
}

static int transfer_on_ready(void *arg, char *their_ip, char *our_ip, int their_port, int our_port)
{
    struct http_transfer *transfer = arg;

    (void)their_ip;
    (void)our_ip;
    (void)their_port;
    (void)our_port;
    transfer->held = transfer->call.may_leave && !transfer->call.may_leave(transfer->arg);
    return transfer->held ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* curl asks for a socket once it knows the address, before it connects. */
static curl_socket_t transfer_on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct http_transfer *transfer = arg;

    (void)purpose;
    if (!io_address_within(transfer->http->options.reach, &to->addr)) {
        transfer->reply.barred = true;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static size_t transfer_on_field(char *p, size_t size, size_t count, void *arg)
{
    struct http_transfer *transfer = arg;
    size_t len = size * count;

    if (len >= 5 && memcmp(p, "HTTP/", 5) == 0) { /* a new head: what came before was a 100 */
        buf_clear(&transfer->head);
        transfer->head_ended = false;
    }
    if (transfer->head_ended) /* a trailer: nobody reads those */
        return len;
    transfer->head_ended = len > 0 && (p[0] == '\r' || p[0] == '\n');
    if (!buf_add(&transfer->head, p, len)) {
        transfer->reply.too_large = true;
        return len == 0 ? 1 : 0;
    }
    if (transfer->head_ended)
        transfer_tell_head(transfer);
    return len;
}

/* --- curl and the loop --- */

static void socket_on_event(uv_poll_t *uv, int status, int events)
{
    struct http_socket *sock = uv->data;
    struct http *http = sock->http;
    int flags = 0, running = 0;

    if (status < 0) /* libuv has stopped the watcher already. No CURL_CSELECT_ERR, which ends the
                       transfer: a reset may have a whole answer before it, and curl, which reads
                       it first, finds the error by itself */
        flags = CURL_CSELECT_IN | CURL_CSELECT_OUT;
    if (events & UV_READABLE)
        flags |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        flags |= CURL_CSELECT_OUT;
    curl_multi_socket_action(http->multi, sock->fd, flags, &running);
    if (status < 0 && !sock->closing)
        uv_poll_start(&sock->uv, sock->events, socket_on_event);
    http_read_done(http);
}

static void socket_on_closed(uv_handle_t *handle)
{
    struct http_socket *sock = handle->data;
    struct http *http = sock->http;

    free(sock);
    http->handles--;
    http_check_closed(http);
}

static struct http_socket *socket_new(struct http *http, curl_socket_t fd)
{
    struct http_socket *sock = io_alloc(sizeof *sock);

    sock->http = http;
    sock->fd = fd;
    if (uv_poll_init_socket(io_loop_uv(http->loop), &sock->uv, fd) != 0) {
        free(sock);
        return NULL; /* curl ends the transfer by its timer */
    }
    sock->uv.data = sock;
    http->handles++;
    curl_multi_assign(http->multi, fd, sock);
    return sock;
}

static int http_on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
    struct http *http = arg;
    struct http_socket *sock = known;

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (sock) {
            sock->closing = true;
            uv_poll_stop(&sock->uv);
            uv_close((uv_handle_t *)&sock->uv, socket_on_closed);
            curl_multi_assign(http->multi, fd, NULL);
        }
        return 0;
    }
    if (http->closing && !sock)
        return 0; /* curl_multi_cleanup says good-bye */
    if (!sock && !(sock = socket_new(http, fd)))
        return 0;
    sock->events =
        (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    int rc = sock->events ? uv_poll_start(&sock->uv, sock->events, socket_on_event)
                          : uv_poll_stop(&sock->uv);
    ASSERT(rc == 0);
    return 0;
}

static void http_on_curl_due(uv_timer_t *timer)
{
    struct http *http = timer->data;
    int running = 0;

    curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    http_read_done(http);
}

static int http_on_curl_timer(CURLM *multi, long after_ms, void *arg)
{
    struct http *http = arg;

    (void)multi;
    if (http->closing)
        return 0;
    if (after_ms < 0) {
        uv_timer_stop(&http->curl_timer);
        return 0;
    }
    uv_update_time(io_loop_uv(http->loop));
    uv_timer_start(&http->curl_timer, http_on_curl_due, (uint64_t)after_ms, 0);
    return 0;
}

/* --- starting --- */

/* True when every option was taken: one that this libcurl does not know must not pass unnoticed. */
static bool easy_set_safety(CURL *easy, const struct http *http)
{
    CURLcode rc = CURLE_OK;

#define EASY(option_, value_) \
    (rc = rc != CURLE_OK ? rc : curl_easy_setopt(easy, (option_), (value_)))
    EASY(CURLOPT_NOSIGNAL, 1L);
    EASY(CURLOPT_PROTOCOLS_STR, http->options.allow_plain_http ? "http,https" : "https");
    EASY(CURLOPT_FOLLOWLOCATION, 0L);
    EASY(CURLOPT_PROXY, "");
    EASY(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    EASY(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    EASY(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    EASY(CURLOPT_HTTP09_ALLOWED, 0L);
    EASY(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    EASY(CURLOPT_TCP_KEEPALIVE, 1L);
    EASY(CURLOPT_BUFFERSIZE, (long)HTTP_BUFFER_BYTES);
    EASY(CURLOPT_QUICK_EXIT,
         1L); /* a cancelled name look-up is left to itself instead of waited for */
    if (http->ca_file)
        EASY(CURLOPT_CAINFO, http->ca_file);
    return rc == CURLE_OK;
}

static bool easy_set_call(CURL *easy, struct http_transfer *transfer, int64_t left_ms)
{
    const struct http_call *call = &transfer->call;
    bool head = str_eq(call->method, STR("HEAD"));
    CURLcode rc = CURLE_OK;

    EASY(CURLOPT_URL, call->url.p);
    EASY(CURLOPT_PRIVATE, transfer);
    EASY(CURLOPT_ERRORBUFFER, transfer->why);
    EASY(CURLOPT_WRITEFUNCTION, transfer_on_body);
    EASY(CURLOPT_WRITEDATA, transfer);
    EASY(CURLOPT_HEADERFUNCTION, transfer_on_field);
    EASY(CURLOPT_HEADERDATA, transfer);
    EASY(CURLOPT_PREREQFUNCTION, transfer_on_ready);
    EASY(CURLOPT_PREREQDATA, transfer);
    EASY(CURLOPT_OPENSOCKETFUNCTION, transfer_on_open);
    EASY(CURLOPT_OPENSOCKETDATA, transfer);
    EASY(CURLOPT_HTTPHEADER, transfer->headers);
    EASY(CURLOPT_TIMEOUT_MS, (long)left_ms);
    EASY(CURLOPT_CONNECTTIMEOUT_MS, (long)call->connect_timeout_ms);
    EASY(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)call->reply_max);
    EASY(CURLOPT_FRESH_CONNECT, call->once ? 1L : 0L);
    EASY(CURLOPT_FORBID_REUSE, call->once ? 1L : 0L);
    if (call->body.len > 0 || str_eq(call->method, STR("POST"))) {
        EASY(CURLOPT_POST, 1L);
        EASY(CURLOPT_POSTFIELDS, call->body.p ? call->body.p : "");
        EASY(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
    } else if (head) {
        EASY(CURLOPT_NOBODY, 1L);
    } else {
        EASY(CURLOPT_HTTPGET, 1L);
    }
    if (!head)
        EASY(CURLOPT_CUSTOMREQUEST, call->method.p);
#undef EASY
    return rc == CURLE_OK;
}

static void transfer_start(struct http_transfer *transfer)
{
    struct http *http = transfer->http;
    int64_t left_ms = transfer->call.timeout_ms - (io_loop_now_ms(http->loop) - transfer->born_ms);
    CURL *easy = http->spare_len > 0 ? http->spare[--http->spare_len] : curl_easy_init();

    ASSERT(easy);
    list_push(&http->running, &transfer->link);
    http->running_len++;
    transfer->easy = easy;
    if (left_ms < 1)
        transfer_end(transfer, HTTP_NOT_SENT, "it waited too long for its turn");
    else if (!easy_set_safety(easy, http) || !easy_set_call(easy, transfer, left_ms))
        transfer_end(transfer, HTTP_NOT_SENT, "libcurl does not take the call's options");
    else if (curl_multi_add_handle(http->multi, easy) != CURLM_OK)
        transfer_end(transfer, HTTP_NOT_SENT, "libcurl does not take the call");
}

static void http_pump(struct http *http)
{
    while (!http->closing && http->queue_len > 0 &&
           http->running_len < (size_t)http->options.in_flight_max) {
        http->queue_len--;
        transfer_start(container_of(list_shift(&http->queue), struct http_transfer, link));
    }
}

/* Calls that wait have no curl to time them; calls that wait inside curl for a connection are not
 * timed by it either. */
static void http_on_tick(uv_timer_t *timer)
{
    struct http *http = timer->data;
    int64_t now = io_loop_now_ms(http->loop);
    struct list *next;

    for (struct list *it = http->queue.next; it != &http->queue; it = next) {
        struct http_transfer *transfer = container_of(it, struct http_transfer, link);
        next = it->next;
        if (now - transfer->born_ms < transfer->call.timeout_ms)
            continue;
        http->queue_len--;
        transfer_end(transfer, HTTP_NOT_SENT, "it waited too long for its turn");
    }
    for (struct list *it = http->running.next; it != &http->running; it = next) {
        struct http_transfer *transfer = container_of(it, struct http_transfer, link);
        next = it->next;
        if (now - transfer->born_ms >= transfer->call.timeout_ms + HTTP_LATE_MS)
            transfer_done(transfer, CURLE_OPERATION_TIMEDOUT);
    }
    if (http->queue_len == 0 && http->running_len == 0)
        uv_timer_stop(timer);
}

/* --- taking a call --- */

static bool is_clean(struct str s, unsigned char least)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.p[i] < least || (unsigned char)s.p[i] == 0x7f)
            return false;
    return true;
}

static void transfer_add_header(struct http_transfer *transfer, struct str name, struct str value)
{
    /* "name;" is curl's way to send an empty value */
    const char *line =
        value.len > 0 ? arena_printf(transfer->arena, "%.*s: %.*s", STR_ARG(name), STR_ARG(value)).p
                      : arena_printf(transfer->arena, "%.*s;", STR_ARG(name)).p;
    struct curl_slist *more = line ? curl_slist_append(transfer->headers, line) : NULL;

    ASSERT(more);
    transfer->headers = more;
}

static bool transfer_copy(struct http_transfer *transfer, const struct http_call *call)
{
    bool typed = false;

    if (call->method.len == 0 || !is_clean(call->method, 'A') || call->url.len == 0 ||
        !is_clean(call->url, 0x21))
        return false;
    transfer->call = *call;
    transfer->call.method = arena_str(transfer->arena, call->method);
    transfer->call.url = arena_str(transfer->arena, call->url);
    transfer->call.body = call->body.len > 0 ? arena_str(transfer->arena, call->body) : STR_NONE;
    transfer->call.headers = NULL;
    for (size_t i = 0; i < call->header_count; i++) {
        if (call->headers[i].name.len == 0 || !is_clean(call->headers[i].name, 0x21) ||
            !is_clean(call->headers[i].value, 0x20))
            return false;
        typed = typed || str_eq_nocase(call->headers[i].name, STR("Content-Type"));
        transfer_add_header(transfer, call->headers[i].name, call->headers[i].value);
    }
    transfer->headers = curl_slist_append(transfer->headers, "Expect:");
    if (!typed)
        transfer->headers = curl_slist_append(transfer->headers, "Content-Type:");
    return true;
}

void http_send(struct http *http, const struct http_call *call, http_done_fn *fn, void *arg)
{
    struct http_transfer *transfer = io_alloc(sizeof *transfer);

    ASSERT(call->timeout_ms > 0 && call->connect_timeout_ms > 0);
    transfer->http = http;
    transfer->arena =
        arena_new(SIZE_MAX / 2); /* as large as the call itself, which its maker has bounded */
    transfer->fn = fn;
    transfer->arg = arg;
    transfer->born_ms = io_loop_now_ms(http->loop);
    list_init(&transfer->link);
    buf_init(&transfer->head, HTTP_HEAD_BYTES_MAX);
    buf_init(&transfer->body, call->reply_max);
    if (http->closing) {
        transfer_end(transfer, HTTP_NOT_SENT, "the client is closing");
    } else if (!transfer_copy(transfer, call)) {
        transfer_end(transfer, HTTP_NOT_SENT,
                     "the call's method, address or headers contain what they must not");
    } else if (http->queue_len >= HTTP_QUEUE_MAX) {
        transfer_end(transfer, HTTP_NOT_SENT, "too many calls wait");
    } else {
        list_push(&http->queue, &transfer->link);
        http->queue_len++;
        if (!uv_is_active((uv_handle_t *)&http->tick))
            uv_timer_start(&http->tick, http_on_tick, HTTP_TICK_MS, HTTP_TICK_MS);
        http_defer(http); /* many calls of one turn start together, none inside its maker */
    }
}

struct str http_reply_header(const struct http_reply *reply, const char *name)
{
    for (size_t i = 0; i < reply->header_count; i++)
        if (str_eq_nocase(reply->headers[i].name, str_of(name)))
            return reply->headers[i].value;
    return STR_NONE;
}

/* --- life --- */

static void curl_start(void)
{
    CURLcode rc = curl_global_init(CURL_GLOBAL_DEFAULT);
    ASSERT(rc == CURLE_OK);
}

struct http *http_new(struct io_loop *loop, const struct http_options *options)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct http *http = io_alloc(sizeof *http);

    ASSERT(options->per_host_max > 0 && options->in_flight_max > 0);
    pthread_once(&once, curl_start);
    http->loop = loop;
    http->options = *options;
    http->ca_file = options->ca_file ? strdup(options->ca_file) : NULL;
    list_init(&http->queue);
    list_init(&http->running);
    list_init(&http->failed);
    uv_timer_init(io_loop_uv(loop), &http->curl_timer);
    uv_timer_init(io_loop_uv(loop), &http->tick);
    http->curl_timer.data = http->tick.data = http;
    http->multi = curl_multi_init();
    ASSERT(http->multi);
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, http_on_socket);
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, http_on_curl_timer);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)options->per_host_max);
    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)options->in_flight_max);
    curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    return http;
}

static void http_on_timer_closed(uv_handle_t *handle)
{
    struct http *http = handle->data;
    void (*fn)(void *) = http->on_closed;
    void *arg = http->on_closed_arg;

    if (--http->handles > 0)
        return;
    free(http->ca_file);
    free(http);
    if (fn)
        fn(arg);
}

static void http_check_closed(struct http *http)
{
    if (!http->closing || http->closed || http->handles > 0 || !list_empty(&http->failed))
        return;
    http->closed = true;
    http->handles = 2;
    uv_close((uv_handle_t *)&http->curl_timer, http_on_timer_closed);
    uv_close((uv_handle_t *)&http->tick, http_on_timer_closed);
}

static void http_on_close(void *arg)
{
    struct http *http = arg;
    struct list *item;

    while ((item = list_shift(&http->queue)) != NULL)
        transfer_end(container_of(item, struct http_transfer, link), HTTP_NOT_SENT,
                     "the client is closing");
    while (!list_empty(&http->running)) /* NOT_SENT when nothing of it had left, else LOST */
        transfer_done(container_of(http->running.next, struct http_transfer, link),
                      CURLE_OPERATION_TIMEDOUT);
    http->queue_len = 0;
    while (http->spare_len > 0)
        curl_easy_cleanup(http->spare[--http->spare_len]);
    curl_multi_cleanup(http->multi); /* calls http_on_socket once more for pooled connections */
    http->multi = NULL;
    uv_timer_stop(&http->curl_timer);
    uv_timer_stop(&http->tick);
    http->handles--;
    http_defer(http);
}

void http_close(struct http *http, void (*fn)(void *arg), void *arg)
{
    ASSERT(!http->closing);
    http->closing = true;
    http->on_closed = fn;
    http->on_closed_arg = arg;
    http->handles++;
    io_loop_defer(http->loop, http_on_close, http);
}
