/* io_serve.h: inbound HTTP/1.1: own server on uv_tcp with llhttp (strict) and OpenSSL memory BIOs.
 * Request in, one reply out, possibly much later. Limits, absolute deadlines, drain and
 * back-pressure live here; routes do not.
 *
 * RFC 9112, strictly: one Host, one Content-Length or chunked, never both (411 without either where
 * a body is usual), origin-form targets, no folded lines, no empty line before a request. What the
 * server refuses by itself (400, 408, 411, 413, 417, 431, 501, 503, 505) closes the connection, and
 * so does a handler's 400; any other reply of a handler keeps it, since its request was read to the
 * end. HTTP/1.0 is answered and closed. */
#ifndef COUNTERSIGN_IO_SERVE_H
#define COUNTERSIGN_IO_SERVE_H

#include "base/arena.h"
#include "io/io_http.h"
#include "io/io_loop.h"

struct serve;
struct serve_request;

struct serve_options {
    const char *address;                      /* "127.0.0.1" or "::1" or any */
    int port;                                 /* 0: any free one, see serve_port */
    const char *tls_cert_file, *tls_key_file; /* NULL: plain */
    size_t connections_max;
    size_t per_peer_max; /* 0: no limit (behind a proxy all peers look alike) */
    size_t header_bytes_max, body_bytes_max;
    /* Absolute: from accept or the first byte to the end of the head (TLS handshake included); from
     * there to the end of the body; between requests; from the handler's call to its reply (then
     * the server answers 503 itself), and again for the peer to take it. */
    int64_t header_ms, body_ms, idle_ms, reply_ms;
};

typedef void serve_fn(void *arg, struct serve_request *request);

/* Listens at once; fn is called on the loop for each whole request. NULL when the address or the
 * certificate cannot be used. The strings of `options` must outlive the server. */
MUST_CHECK struct serve *serve_new(struct io_loop *loop, const struct serve_options *options,
                                   serve_fn *fn, void *arg, struct err *err);
int serve_port(const struct serve *serve);
/* Listener closed, requests in progress answered with Connection: close, idle ones closed after a
 * grace; then fn. */
void serve_close(struct serve *serve, int64_t drain_ms, void (*fn)(void *arg), void *arg);

/* Read certificate and key again; connections that exist keep theirs. On failure the old ones stay
 * in use. */
MUST_CHECK bool serve_reload_tls(struct serve *serve, struct err *err);

/* All valid until serve_reply. The path is still percent-encoded and has no query; a header that is
 * absent is STR_NONE, of one that occurs twice serve_header gives the first. */
struct str serve_method(const struct serve_request *request);
struct str serve_path(const struct serve_request *request);
struct str serve_query(const struct serve_request *request);
struct str serve_header(const struct serve_request *request, const char *lower_case_name);
size_t serve_header_count(const struct serve_request *request, const char *lower_case_name);
struct str serve_body(const struct serve_request *request);
struct arena *serve_arena(struct serve_request *request);
/* The address of whoever is at the other end of the connection, "127.0.0.1" or "fe80::1" (an IPv4
 * address that came by IPv6 as IPv4), into dst[SERVE_PEER_BYTES]; "" when it is gone. */
enum { SERVE_PEER_BYTES = 64 };
const char *serve_peer(const struct serve_request *request, char *dst);
/* Exactly once. The peer may be gone; that is no error. headers may be NULL. Copies. */
void serve_reply(struct serve_request *request, int status, const char *content_type,
                 const struct http_header *headers, size_t header_count, struct str body);

#endif
