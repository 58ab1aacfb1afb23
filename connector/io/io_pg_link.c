/* Making and unmaking one connection. libuv's and libpq's traps met here (dependencies.md section
 * 3, 1-2 and 11-13): the descriptor may change in every PQconnectPoll, so the watcher is closed
 * before and made anew after each; an error event arrives with a negative status and a watcher
 * already stopped; libpq ignores connect_timeout when polled. */
#include <stdio.h>

#include "base/assert.h"
#include "io/io_pg_priv.h"
#include "io/io_priv.h"

PGconn *pg_link_open(const struct pg_options *options, const struct pg_targets *targets,
                     bool blocking)
{
    char connect_timeout[32];
    const char *keywords[20], *values[20];
    size_t n = 0;

    snprintf(connect_timeout, sizeof connect_timeout, "%lld",
             (long long)(options->connect_timeout_ms + 999) / 1000);
#define PG_SET(keyword_, value_) (keywords[n] = (keyword_), values[n] = (value_), n++)
    /* Ours first: what the operator writes in the connection string wins over these. */
    PG_SET("target_session_attrs", options->read_only ? "any" : "read-write");
    PG_SET("tcp_user_timeout", "5000");
    PG_SET("keepalives_idle", "5");
    PG_SET("keepalives_interval", "2");
    PG_SET("keepalives_count", "2");
    PG_SET("connect_timeout", connect_timeout);
    PG_SET("dbname", options->conninfo);
    if (targets) {
        PG_SET("host", targets->host.p);
        PG_SET("hostaddr", targets->hostaddr.p);
        if (targets->port.p && targets->port.len > 0)
            PG_SET("port", targets->port.p);
    }
    PG_SET("client_encoding", "UTF8");
    if (options->application)
        PG_SET("application_name", options->application);
    if (options->password)
        PG_SET("password", options->password);
#undef PG_SET
    keywords[n] = values[n] = NULL;
    return blocking ? PQconnectdbParams(keywords, values, 1)
                    : PQconnectStartParams(keywords, values, 1);
}

static void put_setting(struct buf *sql, const char *name, const char *value, const char *until)
{
    buf_printf(sql, "%s set_config('%s', %s, %s)", sql->len ? "," : "select", name, value, until);
}

bool pg_link_settings(const struct pg_options *options, PGconn *link, bool of_transaction,
                      struct buf *ret_sql)
{
    const char *until = of_transaction ? "true" : "false";
    char timeout[32];

    buf_clear(ret_sql);
    snprintf(timeout, sizeof timeout, "'%lld'", (long long)options->statement_timeout_ms);
    put_setting(ret_sql, "statement_timeout", timeout, until);
    put_setting(ret_sql, "idle_in_transaction_session_timeout", "'10000'", until);
    put_setting(ret_sql, "timezone", "'UTC'", until);
    put_setting(ret_sql, "datestyle", "'ISO'", until);
    put_setting(ret_sql, "bytea_output", "'hex'", until);
    put_setting(ret_sql, "client_min_messages", "'warning'", until);
    if (options->read_only) /* the default is for transactions that are still to begin */
        put_setting(ret_sql,
                    of_transaction ? "transaction_read_only" : "default_transaction_read_only",
                    "'on'", until);
    if (options->plan_once)
        put_setting(ret_sql, "plan_cache_mode", "'force_generic_plan'", until);
    if (options->role) {
        char *quoted = PQescapeLiteral(link, options->role, strlen(options->role));
        if (!quoted)
            return false;
        put_setting(ret_sql, "role", quoted, until);
        PQfreemem(quoted);
    }
    return !ret_sql->over;
}

static void link_on_event(uv_poll_t *uv, int status, int events)
{
    struct pg_watch *watch = uv->data;
    struct pg_conn *conn = watch->conn;

    if (!conn)
        return;
    if (status <
        0) { /* EPOLLERR: libuv has stopped the watcher; libpq is to find out what happened */
        conn->watched = 0;
        events = UV_READABLE | UV_WRITABLE;
    }
    if (conn->state == PGS_UP)
        pg_conn_ready(conn, events);
    else
        pg_link_ready(conn, events);
}

static void link_on_watch_closed(uv_handle_t *handle)
{
    struct pg_watch *watch = handle->data;
    struct pg *pg = watch->pg;

    free(watch);
    pg->handles--;
    pg_check_closed(pg);
}

static void link_unwatch(struct pg_conn *conn)
{
    struct pg_watch *watch = conn->watch;

    if (!watch)
        return;
    watch->conn = NULL;
    conn->watch = NULL;
    conn->watched = 0;
    uv_poll_stop(&watch->uv); /* before libpq may close the descriptor, else libuv aborts */
    uv_close((uv_handle_t *)&watch->uv, link_on_watch_closed);
}

void pg_link_watch(struct pg_conn *conn, int events)
{
    struct pg *pg = conn->pg;

    if (conn->watch && conn->watched == events)
        return;
    if (!conn->watch) {
        struct pg_watch *watch = io_alloc(sizeof *watch);
        watch->pg = pg;
        if (uv_poll_init(io_loop_uv(pg->loop), &watch->uv, PQsocket(conn->link)) != 0) {
            free(watch);
            pg_conn_lost(conn, "its socket cannot be watched");
            return;
        }
        watch->uv.data = watch;
        watch->conn = conn;
        conn->watch = watch;
        pg->handles++;
    }
    conn->watched = events;
    int rc = uv_poll_start(&conn->watch->uv, events, link_on_event);
    ASSERT(rc == 0);
}

void pg_link_close(struct pg_conn *conn)
{
    link_unwatch(conn);
    pg_resolve_cancel(conn);
    if (conn->link)
        PQfinish(conn->link);
    conn->link = NULL;
    conn->state = PGS_DOWN;
    conn->sending = conn->retiring = false;
    conn->prepared_len = 0;
}

static void link_on_notice(void *arg, const PGresult *notice)
{
    struct pg_conn *conn = arg;
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *source = PQresultErrorField(notice, PG_DIAG_SOURCE_FUNCTION);

    /* RAISE WARNING in our own routines is talk. Any other warning may be the one that says that
     * the wait for a synchronous standby was given up: committed here, perhaps nowhere else, and
     * reported as success. */
    if (!severity || strcmp(severity, "WARNING") != 0 ||
        (source && strcmp(source, "exec_stmt_raise") == 0))
        return;
    if (!list_empty(&conn->sent))
        container_of(conn->sent.next, struct pg_work, link)->doubted = true;
}

void pg_link_start(struct pg_conn *conn)
{
    struct pg *pg = conn->pg;

    ASSERT(conn->state == PGS_DOWN && !conn->link);
    pg->last_attempt_ms = conn->since_ms = pg_now(pg);
    conn->state = PGS_RESOLVING;
    if (!pg_resolve_start(conn))
        pg_link_connect(conn, NULL);
}

void pg_link_connect(struct pg_conn *conn, const struct pg_targets *targets)
{
    conn->state = PGS_CONNECTING; /* since_ms stays: the look-up counts */
    conn->link = pg_link_open(&conn->pg->options, targets, false);
    if (!conn->link || PQstatus(conn->link) == CONNECTION_BAD) {
        pg_conn_lost(conn, conn->link ? PQerrorMessage(conn->link) : "out of memory");
        return;
    }
    PQsetNoticeReceiver(conn->link, link_on_notice, conn);
    pg_link_watch(conn, UV_WRITABLE);
}

static void link_up(struct pg_conn *conn)
{
    struct pg *pg = conn->pg;

    if (!PQenterPipelineMode(conn->link)) {
        pg_conn_lost(conn, PQerrorMessage(conn->link));
        return;
    }
    conn->state = PGS_UP;
    conn->since_ms = pg_now(pg);
    conn->failures = 0;
    pg_link_watch(conn, UV_READABLE);
    pg_pump(pg);
    if (conn->state == PGS_UP && conn->in_flight == 0)
        pg_tell_idle(pg);
}

static void link_set_up(struct pg_conn *conn)
{
    AUTO(drop_buf) struct buf script = {0};
    struct pg *pg = conn->pg;
    bool pooled = pg->options.pooled;

    conn->state = PGS_SETTING_UP;
    PQsetnonblocking(conn->link, 1);
    buf_init(&script, PG_SETTINGS_BYTES);
    if (!pg_link_settings(&pg->options, conn->link, pooled, pooled ? &pg->settings : &script)) {
        pg_conn_lost(conn, "the role's name cannot be quoted");
    } else if (pooled) {
        link_up(conn);
    } else if (!PQsendQuery(conn->link, script.p)) {
        pg_conn_lost(conn, PQerrorMessage(conn->link));
    } else {
        pg_link_watch(conn, UV_READABLE);
        pg_conn_flush(conn);
    }
}

static void link_read_settings(struct pg_conn *conn)
{
    char why[256] = "";

    if (!PQconsumeInput(conn->link)) {
        pg_conn_lost(conn, PQerrorMessage(conn->link));
        return;
    }
    while (!PQisBusy(conn->link)) {
        PGresult *result = PQgetResult(conn->link);
        if (!result) { /* the script is through */
            if (PQstatus(conn->link) == CONNECTION_OK)
                link_up(conn);
            else
                pg_conn_lost(conn, PQerrorMessage(conn->link));
            return;
        }
        bool refused = PQresultStatus(result) == PGRES_FATAL_ERROR;
        if (refused)
            str_copy(why, sizeof why, str_of(PQresultErrorMessage(result)));
        PQclear(result);
        if (refused) {
            pg_conn_lost(conn, why);
            return;
        }
    }
}

void pg_link_ready(struct pg_conn *conn, int events)
{
    if (conn->state == PGS_SETTING_UP) {
        if (events & UV_WRITABLE)
            pg_conn_flush(conn);
        if (conn->state == PGS_SETTING_UP)
            link_read_settings(conn);
        return;
    }
    link_unwatch(conn);
    PostgresPollingStatusType next = PQconnectPoll(conn->link);
    if (next == PGRES_POLLING_OK)
        link_set_up(conn);
    else if (next == PGRES_POLLING_FAILED)
        pg_conn_lost(conn, PQerrorMessage(conn->link));
    else
        pg_link_watch(conn, next == PGRES_POLLING_READING ? UV_READABLE : UV_WRITABLE);
}
