/* io_pg.h: PostgreSQL on the loop: a small pool of libpq connections in pipeline mode.
 *
 * Each statement is one transaction (state changes are SQL routines, so nothing needs more);
 * statements queue on the least busy connection and are pipelined there, each behind its own Sync.
 * Many rows in one statement, and so in one commit, are arrays (pg_array_begin). Statements are
 * prepared lazily per connection under their name, unless a proxy pools transactions (`pooled`).
 *
 * A connection that is lost, or that passes its deadline, is discarded: what was sent on it ends as
 * PG_UNKNOWN, what was not sent yet moves to another connection. A WARNING on commit also ends as
 * PG_UNKNOWN (a cancelled wait for a synchronous standby says so). Parameters are copied.
 */
#ifndef COUNTERSIGN_IO_PG_H
#define COUNTERSIGN_IO_PG_H

#include "base/arena.h"
#include "base/buf.h"
#include "io/io_loop.h"

struct pg;

/* Static data: connections remember the pointer, so it must outlive the pool. */
struct pg_stmt {
    const char *name; /* unique; the prepared statement's name */
    const char *sql;
    int params;
};

/* One parameter: NULL when p is NULL. binary: the bytes go as they are (bytea). */
struct pg_param {
    const char *p;
    size_t len;
    bool binary;
};

enum pg_outcome {
    PG_OK = 0,
    PG_REFUSED, /* the server said no: sqlstate tells; nothing was committed */
    PG_AWAY,    /* no connection: nothing was sent */
    PG_UNKNOWN, /* the connection died or the deadline passed after sending: it may be committed */
};

struct pg_reply {
    enum pg_outcome outcome;
    char sqlstate[6];
    char message[400];
    int rows; /* returned, or affected when the statement returns none */
    int cols;
    const void *result; /* PGresult, for pg_cell */
    int first;          /* whose row 0 is that row: of a reply that is handed on row by row */
};

typedef void pg_done_fn(void *arg, const struct pg_reply *reply);

struct pg_options {
    const char *conninfo;    /* libpq's; names in host= are resolved without blocking the loop */
    const char *password;    /* or NULL */
    const char *role;        /* SET ROLE after connecting, or NULL */
    const char *application; /* application_name */
    int connections; /* at most; opened one after the other while work waits for the others */
    int64_t connect_timeout_ms;   /* name look-up included */
    int64_t statement_timeout_ms; /* the server's, less than half of deadline_ms */
    /* From the call to its reply. At most half of it is spent waiting for a free connection (with
     * no connection up 1.5 s at most), then the answer is PG_AWAY. */
    int64_t deadline_ms;
    /* Behind a proxy that pools transactions, where each gets whatever session is free, or may be:
     * nothing is left in one. Statements are not prepared; role and settings go before each in its
     * transaction.
     */
    bool pooled;
    bool read_only; /* a source that we only read: standbys are welcome, the session cannot write */
    /* Every statement is planned once for any parameters, not five times for given ones first: for
     * sessions whose statements find what they want by index whatever they are given. */
    bool plan_once;
    size_t queue_max; /* waiting statements; more are answered PG_AWAY */
};

/* Copies the options. Makes the first connection in the next turn, others while work waits;
 * what was once opened the pool keeps connected, at most five attempts a second. */
struct pg *pg_new(struct io_loop *loop, const struct pg_options *options);
/* Stop taking work, let running statements end (deadline), close; fn once closed. */
void pg_close(struct pg *pg, void (*fn)(void *arg), void *arg);
/* When fn runs, the connection is free again: whoever groups rows sends the next group first and
 * acts on this reply then, so that the database works meanwhile (measured: a third more deliveries
 * a second). */
void pg_exec(struct pg *pg, const struct pg_stmt *stmt, const struct pg_param *params,
             pg_done_fn *fn, void *arg);

/* One column of many rows as one parameter: a one-dimensional array in PostgreSQL's binary form
 * (array_recv in its arrayfuncs.c; the numbers are the element type's OID), for
 * `unnest($1::text[])`. A third cheaper for the server than one execution a row (bench: ingest).
 * Announce `count`, then add as many. */
enum pg_element { PG_BYTEA = 17, PG_INT4 = 23, PG_TEXT = 25 };
void pg_array_begin(struct buf *array, enum pg_element element, size_t count);
void pg_array_add(struct buf *array, struct str value); /* PG_TEXT, PG_BYTEA */
void pg_array_add_i32(struct buf *array, int32_t value);
/* Lent until the array changes. */
struct pg_param pg_array_param(const struct buf *array);

/* True when a connection is up and idle: the group-commit loop submits then. */
bool pg_idle(const struct pg *pg);
bool pg_up(const struct pg *pg);
/* Called whenever a connection becomes idle or is lost. */
void pg_on_idle(struct pg *pg, void (*fn)(void *arg), void *arg);
/* Value of a cell, borrowed until the callback returns; STR_NONE for NULL. Text format. */
struct str pg_cell(const struct pg_reply *reply, int row, int col);

/* True when the same statement may succeed later without anybody changing anything, and nothing of
 * it is stored: AWAY, or REFUSED for lack of resources (53), shutdown or cancellation (57), system
 * error (58), serialization, deadlock, lock timeout, read-only server. Codes: PostgreSQL
 * documentation, appendix A. */
bool pg_try_later(const struct pg_reply *reply);

/* Blocking, for command-line tools: same reply, run to the end. Role and settings always go with
 * each transaction, so that nobody has to say what stands between. */
MUST_CHECK bool pg_run_blocking(const struct pg_options *options,
                                bool (*body)(void *arg, void *session, struct err *err), void *arg,
                                struct err *err);
/* The same for whoever cannot be a body; NULL: err. */
void *pg_session_open(const struct pg_options *options, struct err *err);
void pg_session_close(void *session); /* or NULL; what is not committed is undone */
/* A transaction, with role and settings; how: "isolation level ...", or "". A script that says
 * "commit" or "rollback" ends it. */
MUST_CHECK bool pg_session_begin(void *session, const char *how, struct err *err);
/* A script may hold many statements, without parameters. A query is a transaction of its own where
 * none was begun. Its reply borrows its cells until pg_session_release; false leaves nothing to
 * release. */
MUST_CHECK bool pg_session_script(void *session, const char *sql, struct err *err);
MUST_CHECK bool pg_session_query(void *session, const struct pg_stmt *stmt,
                                 const struct pg_param *params, struct pg_reply *ret_reply,
                                 struct err *err);
void pg_session_release(struct pg_reply *reply);

/* What stands between us and the server. */
enum pg_between {
    PG_UNSEEN = 0, /* nobody could tell: the database was away, or did not answer in time */
    PG_NOTHING,    /* that could be seen */
    PG_POOLS_SESSIONS,
    PG_POOLS_TRANSACTIONS, /* a session changes under its client: options->pooled is for that */
};
/* Blocking, some milliseconds. By how sessions are seen to change hands, so that a pooler of
 * transactions whose sessions are all busy may pass for one of sessions. */
MUST_CHECK bool pg_see_between(const struct pg_options *options, enum pg_between *ret,
                               struct err *err);

#endif
