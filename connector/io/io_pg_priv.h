/* io_pg_priv.h: shared by io_pg.c (pool and queue), io_pg_conn.c (one connection) and io_pg_link.c
 * (its making).
 *
 * A work item is in exactly one list: the pool's `queue` (nothing sent), a connection's `sent`, the
 * pool's `failed` (its answer waits for the next turn) or the pool's `spare`. */
#ifndef COUNTERSIGN_IO_PG_PRIV_H
#define COUNTERSIGN_IO_PG_PRIV_H

#include <libpq-fe.h>
#include <uv.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/rng.h"
#include "io/io_pg.h"

#define UNCONST(type, p) \
    ((type)(uintptr_t)(p)) /* libpq takes some results it only reads without const */

enum {
    PG_PARAMS_MAX = 64,
    PG_DEPTH = 8,      /* works on one connection at once: enough to hide the round trip */
    PG_SPARE_MAX = 32, /* finished works kept, so that the hot path does not allocate */
    PG_BYTES_MAX = 64 * 1024 * 1024, /* all parameters of one work */
    PG_SPARE_BYTES = 2 * 1024 * 1024,
    PG_SETTINGS_BYTES = 4096,
    PG_NO_LINK_MS = 1500,  /* with every connection down nobody waits longer than this */
    PG_RECONNECT_MS = 200, /* at most five attempts a second for the whole pool */
    PG_RECONNECT_MAX_MS = 1000,
    PG_TICK_MS = 50,
    PG_GROW_TICKS = 3, /* in a row at which work waits: that is worth another connection */
    PG_TRIES_MAX = 3,
};

struct pg_work {
    struct list link;
    const struct pg_stmt *stmt;
    int tries;  /* times sent again because the server did not know the prepared statement */
    bool again; /* that is the case now */
    int64_t born_ms;
    pg_done_fn *fn;
    void *arg;
    struct buf bytes;      /* all parameter values, each NUL-terminated */
    struct pg_slot *slots; /* stmt->params */
    size_t slots_cap;
    /* reply under way */
    bool ahead; /* the first result answers what goes before it: the Prepare, or the settings */
    bool failed, fatal, doubted;
    struct pg_reply reply;
};

struct pg_slot {
    size_t offset;
    int len;
    bool null, binary;
};

enum pg_state {
    PGS_DOWN, /* waits for its turn to connect */
    PGS_RESOLVING,
    PGS_CONNECTING,
    PGS_SETTING_UP, /* session settings under way */
    PGS_UP,
};

/* The watcher of one descriptor. It outlives its connection until libuv has let go of it, hence
 * apart. */
struct pg_watch {
    uv_poll_t uv;
    struct pg_conn *conn; /* NULL once closed */
    struct pg *pg;
};

/* Hosts for libpq, resolved: lists of equal length in host=, hostaddr= and port=. */
struct pg_targets {
    struct buf host, hostaddr, port;
};

struct pg_resolve;

struct pg_conn {
    struct pg *pg;
    enum pg_state state;
    PGconn *link;
    struct pg_resolve *resolve;
    struct pg_watch *watch;
    int watched;           /* UV_READABLE | UV_WRITABLE now asked for */
    bool sending;          /* libpq holds bytes the socket did not take */
    bool retiring;         /* takes no more work; closed when the last is answered */
    int64_t since_ms;      /* of this state */
    int64_t not_before_ms; /* earliest next attempt */
    unsigned failures;     /* attempts in a row */
    struct list sent;
    size_t in_flight;
    PGresult *last;                  /* of the work being answered */
    const struct pg_stmt **prepared; /* known to this session */
    size_t prepared_len, prepared_cap;
};

struct pg {
    struct io_loop *loop;
    struct pg_options options;
    struct rng rng;
    struct list queue, failed, spare;
    size_t queue_len, spare_len;
    bool deferred; /* pg_on_deferred is on its way; counts as a handle */
    bool closing, closed;
    struct pg_conn *conns;
    int conns_len;
    int wanted;     /* of them, from the first: the others were never needed and are not opened */
    int waits;      /* ticks in a row at which work waited and there might be one more of them */
    size_t handles; /* watchers and timer not yet closed */
    uv_timer_t tick;
    bool ticking;
    int64_t last_attempt_ms;
    char why_away[256];
    void (*on_idle)(void *arg);
    void *on_idle_arg;
    void (*on_closed)(void *arg);
    void *on_closed_arg;
    char *conninfo, *password, *role, *application;
    struct buf settings; /* where transactions are pooled: the statement that goes before each */
};

/* io_pg.c */
/* Calls back, then recycles. */
void pg_work_finish(struct pg *pg, struct pg_work *work, PGresult *result);
/* As above in the next turn; a message other than NULL replaces the one noted so far. */
void pg_work_fail(struct pg *pg, struct pg_work *work, enum pg_outcome outcome,
                  const char *message);
void pg_defer(struct pg *pg); /* next turn: answer `failed`, pump, tell idle */
void pg_work_requeue(struct pg *pg, struct pg_work *work); /* at the front */
void pg_pump(struct pg *pg);
void pg_tell_idle(struct pg *pg);
void pg_wake_tick(struct pg *pg);
void pg_check_closed(struct pg *pg);
int64_t pg_now(const struct pg *pg);

/* io_pg_conn.c */
void pg_conn_send(struct pg_conn *conn, struct pg_work *work);
void pg_conn_ready(struct pg_conn *conn, int events);
void pg_conn_flush(struct pg_conn *conn);
void pg_conn_lost(struct pg_conn *conn,
                  const char *why); /* ends every work on it; the connection starts anew */
void pg_conn_retire(struct pg_conn *conn);
void pg_conn_forget(struct pg_conn *conn, const struct pg_stmt *stmt);

/* io_pg_link.c */
void pg_link_start(struct pg_conn *conn);
void pg_link_ready(struct pg_conn *conn, int events);
void pg_link_watch(struct pg_conn *conn, int events);
void pg_link_close(struct pg_conn *conn);
/* Role and settings as one statement without parameters: for the session, or until the transaction
 * ends. False when the role cannot be quoted. */
bool pg_link_settings(const struct pg_options *options, PGconn *link, bool of_transaction,
                      struct buf *ret_sql);
/* With the resolved names (libpq resolves by itself when it may block, or there is none). */
PGconn *pg_link_open(const struct pg_options *options, const struct pg_targets *targets,
                     bool blocking);
void pg_link_connect(struct pg_conn *conn, const struct pg_targets *targets);

/* io_pg_resolve.c */
/* True: under way, pg_link_connect or pg_conn_lost follows. False: the connection string has no
 * name to resolve. */
bool pg_resolve_start(struct pg_conn *conn);
void pg_resolve_cancel(struct pg_conn *conn);
void pg_targets_done(struct pg_targets *targets);

#endif
