/* io_http.h: outbound HTTP on the loop (libcurl multi). */
#ifndef COUNTERSIGN_IO_HTTP_H
#define COUNTERSIGN_IO_HTTP_H

#include "base/arena.h"
#include "io/io_address.h"
#include "io/io_loop.h"

struct http;
struct http_options {
    int per_host_max;      /* connections */
    int in_flight_max;     /* more wait in a bounded queue */
    const char *ca_file;   /* NULL: the system's */
    bool allow_plain_http; /* loopback in tests and demos; never a default */
    enum io_reach reach;   /* no connection is made to an address out of it */
};

struct http_header {
    struct str name, value;
};

struct http_reply;
typedef void http_head_fn(void *arg, const struct http_reply *reply);

struct http_call {
    struct str method, url; /* copied */
    const struct http_header *headers;
    size_t header_count;
    struct str body; /* copied; empty = none */
    bool once; /* not idempotent: a fresh connection, so that curl never re-sends it by itself */
    int64_t timeout_ms, connect_timeout_ms;
    size_t reply_max;
    /* Both get `arg` of http_send(), are called within the client and must not call it. NULL: not
     * asked, not told.
     * may_leave: its connection is ready and its first byte is about to leave; false keeps it here
     * for good, and it ends as NOT_SENT. on_head: the reply's status and headers are there, its
     * body is not. */
    bool (*may_leave)(void *arg);
    http_head_fn *on_head;
};

/* NOT_SENT: failed before any byte of the request could leave (name, connect, TLS, its turn never
 * came): nothing can have happened. LOST: some of it left and no whole reply came back (also: the
 * reply is larger than reply_max): anything can have happened; `status` and `body` hold what came,
 * for humans. */
enum http_outcome { HTTP_REPLIED, HTTP_NOT_SENT, HTTP_LOST };

struct http_reply {
    enum http_outcome outcome;
    int status;
    struct str body;
    struct str why; /* curl's words when not REPLIED */
    bool too_large; /* LOST for being larger than reply_max: so it will be the next time */
    const struct http_header *headers;
    size_t header_count;
    int64_t took_ms;
    bool barred;      /* an address of the host is out of reach */
    bool until_close; /* neither Content-Length nor chunked: the body ended with the connection and
                         may be cut */
};
typedef void http_done_fn(void *arg, const struct http_reply *reply);

/* https only, unless allow_plain_http; no redirects are followed, no proxy is taken from the
 * environment, certificates are always checked. The strings of `options` are copied. */
struct http *http_new(struct io_loop *loop, const struct http_options *options);
/* Running calls end as LOST, or NOT_SENT where nothing had left yet; fn comes after their
 * callbacks. */
void http_close(struct http *http, void (*fn)(void *arg), void *arg);
/* timeout_ms counts from here, waiting for a turn included. The reply is valid until the callback
 * returns. */
void http_send(struct http *http, const struct http_call *call, http_done_fn *fn, void *arg);
/* Case-insensitive; STR_NONE when absent. */
struct str http_reply_header(const struct http_reply *reply, const char *name);

#endif
