/* io_serve.h: inbound HTTP/1.1: own server on uv_tcp with llhttp (strict) and OpenSSL memory BIOs. Request in, one reply
 * out, possibly much later. Limits, absolute deadlines, drain and back-pressure live here; routes do not.
 *
 * RFC 9112, strictly: one Host, one Content-Length or chunked, never both; every 4xx closes the connection. */
#ifndef COUNTERSIGN_IO_SERVE_H
#define COUNTERSIGN_IO_SERVE_H

#include "base/arena.h"
#include "io/io_http.h"
#include "io/io_loop.h"

struct serve;
struct serve_request;

struct serve_options {
    const char *address; /* "127.0.0.1" or "::1" or any */
    int port;            /* 0: any free one, see serve_port */
    const char *tls_cert_file, *tls_key_file; /* NULL: plain */
    size_t connections_max, per_peer_max;
    size_t header_bytes_max, body_bytes_max;
    int64_t header_ms, body_ms, idle_ms, reply_ms; /* absolute deadlines */
};

typedef void serve_fn(void *arg, struct serve_request *request);

MUST_CHECK struct serve *serve_new(struct io_loop *loop, const struct serve_options *options, serve_fn *fn, void *arg,
                                   struct err *err);
int serve_port(const struct serve *serve);
/* Listener closed, requests in progress answered with Connection: close, idle ones closed after a grace; then fn. */
void serve_close(struct serve *serve, int64_t drain_ms, void (*fn)(void *arg), void *arg);

/* Valid until serve_reply. */
struct str serve_method(const struct serve_request *request);
struct str serve_path(const struct serve_request *request);  /* still percent-encoded, without the query */
struct str serve_query(const struct serve_request *request);
struct str serve_header(const struct serve_request *request, const char *lower_case_name); /* STR_NONE when absent */
size_t serve_header_count(const struct serve_request *request, const char *lower_case_name);
struct str serve_body(const struct serve_request *request);
struct arena *serve_arena(struct serve_request *request);
/* Exactly once. The peer may be gone; that is no error. headers may be NULL. Copies. */
void serve_reply(struct serve_request *request, int status, const char *content_type, const struct http_header *headers,
                 size_t header_count, struct str body);

#endif
