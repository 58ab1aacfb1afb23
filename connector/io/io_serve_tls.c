/* TLS by OpenSSL over memory BIOs (dependencies.md section 3, 21): read until WANT_READ, empty the
 * write side after every call, clear the error queue before each. */
#include <openssl/err.h>

#include "base/assert.h"
#include "io/io_serve_priv.h"

static int tls_choose_protocol(SSL *tls, const unsigned char **out, unsigned char *out_len,
                               const unsigned char *in, unsigned in_len, void *arg)
{
    static const unsigned char OURS[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    unsigned char *chosen = NULL;

    (void)tls;
    (void)arg;
    if (SSL_select_next_proto(&chosen, out_len, OURS, sizeof OURS, in, in_len) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

SSL_CTX *serve_tls_context(const char *cert_file, const char *key_file, struct err *err)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    ASSERT(context);
    ERR_clear_error();
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 1);
    SSL_CTX_set_alpn_select_cb(context, tls_choose_protocol, NULL);
    if (SSL_CTX_use_certificate_chain_file(context, cert_file) != 1)
        FAIL(err, ERR_CONFIG, "cannot use the certificate '%s'", cert_file);
    else if (SSL_CTX_use_PrivateKey_file(context, key_file, SSL_FILETYPE_PEM) != 1)
        FAIL(err, ERR_CONFIG, "cannot use the private key '%s'", key_file);
    else if (SSL_CTX_check_private_key(context) != 1)
        FAIL(err, ERR_CONFIG, "the private key '%s' does not belong to the certificate '%s'",
             key_file, cert_file);
    else
        return context;
    SSL_CTX_free(context);
    return NULL;
}

bool serve_tls_start(struct serve_conn *conn)
{
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());

    conn->tls = SSL_new(conn->serve->tls);
    ASSERT(in && out && conn->tls);
    SSL_set_bio(conn->tls, in, out);
    SSL_set_accept_state(conn->tls);
    return true;
}

/* What SSL_* wants the peer to see. */
static bool tls_drain(struct serve_conn *conn)
{
    BIO *out = SSL_get_wbio(conn->tls);
    char *p = NULL;
    long len = BIO_get_mem_data(out, &p);

    if (len > 0) {
        serve_conn_write(conn, p, (size_t)len);
        (void)BIO_reset(out);
    }
    return conn->state != CONN_CLOSED;
}

bool serve_tls_input(struct serve_conn *conn, const char *p, size_t len)
{
    ASSERT(len <= INT32_MAX);
    if (len > 0 && BIO_write(SSL_get_rbio(conn->tls), p, (int)len) != (int)len)
        return false;
    if (conn->state == CONN_HANDSHAKE) {
        ERR_clear_error();
        int rc = SSL_do_handshake(conn->tls);
        int why = rc == 1 ? SSL_ERROR_NONE : SSL_get_error(conn->tls, rc);
        if (!tls_drain(conn))
            return true;
        if (rc != 1)
            return why == SSL_ERROR_WANT_READ;
        conn->state = CONN_HEAD; /* the deadline goes on since accept */
        conn->serve->handshakes--;
    }
    return serve_tls_read(conn);
}

/* Fills the room; stops when it is full and goes on when it was emptied. */
bool serve_tls_read(struct serve_conn *conn)
{
    struct serve *serve = conn->serve;

    for (;;) {
        if (!conn->room && !(conn->room = serve_room_take(serve)))
            return false;
        conn->room->conn = conn;
        struct serve_request *room = conn->room;
        if (room->len == room->cap) {
            bool waiting =
                conn->state != CONN_HEAD && conn->state != CONN_BODY && conn->state != CONN_IDLE;
            if (waiting || !serve_room_widen(room, room->cap * 2))
                return waiting;
        }
        ERR_clear_error();
        int n = SSL_read(conn->tls, room->p + room->len, (int)(room->cap - room->len));
        int why = n > 0 ? SSL_ERROR_NONE : SSL_get_error(conn->tls, n);
        if (!tls_drain(conn))
            return true;
        if (n <= 0) {
            conn->eof = conn->eof || why == SSL_ERROR_ZERO_RETURN;
            return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_ZERO_RETURN;
        }
        room->len += (size_t)n;
        serve_conn_run(conn);
        if (conn->state != CONN_IDLE && conn->state != CONN_HEAD && conn->state != CONN_BODY)
            return true; /* back-pressure: the rest stays encrypted until the reply is out */
    }
}

bool serve_tls_pending(const struct serve_conn *conn)
{
    return SSL_pending(conn->tls) > 0 || BIO_pending(SSL_get_rbio(conn->tls)) > 0;
}

bool serve_tls_output(struct serve_conn *conn, const char *p, size_t len, const char **ret_p,
                      size_t *ret_len)
{
    BIO *out = SSL_get_wbio(conn->tls);
    char *bytes = NULL;

    while (len > 0) {
        size_t n = 0;
        ERR_clear_error();
        if (SSL_write_ex(conn->tls, p, len, &n) != 1)
            return false;
        p += n;
        len -= n;
    }
    *ret_len = (size_t)BIO_get_mem_data(out, &bytes);
    *ret_p = bytes;
    return true;
}

void serve_tls_end(struct serve_conn *conn)
{
    ERR_clear_error();
    if (!SSL_in_init(conn->tls))
        SSL_shutdown(conn->tls);
    tls_drain(conn);
}
