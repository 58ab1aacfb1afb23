/* io_serve_priv.h: shared by io_serve.c (listener, limits, end), io_serve_conn.c (one connection),
 * io_serve_parse.c (bytes to request; no sockets, so that it can be fuzzed), io_serve_reply.c and
 * io_serve_tls.c.
 *
 * A serve_request ("room") is the memory one request needs: buffer, field table, parser, arena.
 * Rooms are pooled; an idle connection has none. A room belongs to its connection until the handler
 * got it, then to the handler until serve_reply; whichever side ends first clears the pointer to
 * the other. */
#ifndef COUNTERSIGN_IO_SERVE_PRIV_H
#define COUNTERSIGN_IO_SERVE_PRIV_H

#include <llhttp.h>
#include <openssl/ssl.h>
#include <uv.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/list.h"
#include "io/io_priv.h"
#include "io/io_serve.h"

#if LLHTTP_STRICT_MODE != 1 && LLHTTP_VERSION_MAJOR < 9
#error "llhttp must be compiled with LLHTTP_STRICT_MODE=1: the default accepts smuggled requests"
#endif

enum {
    SERVE_ROOM_BYTES = 16 * 1024, /* head and body of an ordinary webhook: one read */
    SERVE_ROOMS_SPARE = 64,
    SERVE_MEMORY_MAX = 32 * 1024 * 1024, /* all rooms together; beyond it requests get 503 */
    SERVE_CHUNK_OVERHEAD = 64 * 1024,    /* framing a peer may spend on a chunked body: this, and */
    SERVE_CHUNK_RATIO = 8,               /* this many times the body so far */
    SERVE_PEER_BUCKETS = 256,
    SERVE_HANDSHAKES_MAX = 64,
    SERVE_LINGER_MS = 1000,
    SERVE_IDLE_GRACE_MS = 100, /* a request may be on the wire when we begin to drain */
    SERVE_SCRATCH_BYTES = 64 * 1024,
};

enum serve_stage {
    STAGE_HEAD,
    STAGE_BODY,
    STAGE_DONE,
};

struct serve_field {
    uint32_t name_at, name_len, value_at, value_len;
    bool has_value;
};

struct serve_request {
    struct list link; /* in serve->rooms (spare) or serve->busy (with the handler) */
    struct serve *serve;
    struct serve_conn *conn; /* NULL: the peer is gone, or was answered by the deadline */
    char *p;
    size_t len, cap;
    size_t header_max, body_max;

    llhttp_t parser;
    enum serve_stage stage;
    int refused;   /* status to refuse with, 0 = none */
    size_t parsed; /* bytes of p the parser has seen */
    size_t end_at; /* STAGE_DONE: where the next request begins */
    size_t body_at, body_len, body_raw;
    uint32_t url_at, url_len;
    size_t field_count;
    struct serve_field fields[LIMIT_HTTP_FIELDS];
    bool in_name;
    bool chunked, keep_alive, expects;
    struct arena *arena; /* made on first use, kept with the room */
};

enum serve_parse { PARSE_MORE, PARSE_DONE, PARSE_REFUSED };

/* io_serve_parse.c */
void serve_room_reset(struct serve_request *room); /* keeps bytes behind the finished request */
/* Gives the parser what is in p[parsed..len). After PARSE_REFUSED only serve_room_reset may follow.
 */
enum serve_parse serve_room_parse(struct serve_request *room);
bool serve_room_grow(struct serve_request *room, size_t cap);

enum conn_state {
    CONN_HANDSHAKE,
    CONN_IDLE, /* between requests */
    CONN_HEAD, /* the deadline runs since accept or since the first byte */
    CONN_BODY,
    CONN_HANDLER, /* somebody works on the reply */
    CONN_WRITING, /* the socket did not take all of the reply yet */
    CONN_LINGER, /* our side is shut; what still comes is thrown away, so that no RST eats the reply
                  */
    CONN_CLOSED,
};

struct serve_conn {
    uv_tcp_t tcp;
    uv_shutdown_t shutdown;
    struct serve *serve;
    struct list link, peer_link;
    uint8_t peer[16];
    enum conn_state state;
    int64_t deadline_ms;
    struct serve_request *room;
    SSL *tls;      /* NULL: plain */
    size_t writes; /* uv_write under way */
    bool reading, running, eof, close_after;
};

struct serve {
    struct io_loop *loop;
    struct serve_options options;
    serve_fn *fn;
    void *arg;
    uv_tcp_t listener;
    uv_timer_t sweep;
    bool sweeping;
    int port;
    struct list conns, rooms, busy;
    struct list peers[SERVE_PEER_BUCKETS];
    size_t conns_len, rooms_len, room_bytes, handshakes;
    SSL_CTX *tls;
    struct buf out; /* the reply being put together */
    char scratch[SERVE_SCRATCH_BYTES];
    char date[40];
    int64_t date_s;
    size_t handles;
    bool closing, ended;
    int64_t drain_idle_ms, drain_until_ms;
    void (*on_closed)(void *arg);
    void *on_closed_arg;
};

/* io_serve.c */
struct serve_request *serve_room_take(struct serve *serve); /* NULL: over the memory limit */
void serve_room_give(struct serve_request *room);
bool serve_room_widen(struct serve_request *room, size_t cap); /* within the memory limit */
void serve_conn_gone(struct serve_conn *conn);                 /* its handle is closed */
int64_t serve_now(const struct serve *serve);

/* io_serve_conn.c */
void serve_conn_start(struct serve_conn *conn);
void serve_conn_run(struct serve_conn *conn);
void serve_conn_late(struct serve_conn *conn); /* its deadline passed */
void serve_conn_close(struct serve_conn *conn);
void serve_conn_write(struct serve_conn *conn, const char *p, size_t len);
void serve_conn_written(struct serve_conn *conn); /* the reply was handed to the socket */

/* io_serve_reply.c */
/* Puts the reply into serve->out. */
void serve_compose(struct serve *serve, int status, const char *content_type,
                   const struct http_header *headers, size_t header_count, struct str body,
                   bool close, bool without_body);
/* A problem document (RFC 9457) that says what the status does, and what to do. */
void serve_compose_refusal(struct serve *serve, int status);

/* io_serve_tls.c */
SSL_CTX *serve_tls_context(const char *cert_file, const char *key_file, struct err *err);
bool serve_tls_start(struct serve_conn *conn);
/* Takes cipher text; decrypts into the room as far as there is space. False: the connection is to
 * be closed. */
bool serve_tls_input(struct serve_conn *conn, const char *p, size_t len);
bool serve_tls_read(struct serve_conn *conn);
bool serve_tls_pending(const struct serve_conn *conn);
/* Encrypts; the cipher text is in *ret_p until the next call. */
bool serve_tls_output(struct serve_conn *conn, const char *p, size_t len, const char **ret_p,
                      size_t *ret_len);
void serve_tls_end(struct serve_conn *conn); /* close_notify into the write side */

#endif
