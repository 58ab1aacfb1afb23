/* One connection in pipeline mode: sending works, reading their answers, losing it. */
#include <stdio.h>

#include "base/assert.h"
#include "io/io_pg_priv.h"
#include "io/io_priv.h"

static size_t conn_find(const struct pg_conn *conn, const struct pg_stmt *stmt)
{
    for (size_t i = 0; i < conn->prepared_len; i++)
        if (conn->prepared[i] == stmt || strcmp(conn->prepared[i]->name, stmt->name) == 0)
            return i;
    return conn->prepared_len;
}

void pg_conn_forget(struct pg_conn *conn, const struct pg_stmt *stmt)
{
    size_t i = conn_find(conn, stmt);
    if (i < conn->prepared_len)
        conn->prepared[i] = conn->prepared[--conn->prepared_len];
}

static void conn_remember(struct pg_conn *conn, const struct pg_stmt *stmt)
{
    if (conn_find(conn, stmt) < conn->prepared_len)
        return;
    if (conn->prepared_len == conn->prepared_cap) {
        conn->prepared_cap = conn->prepared_cap ? conn->prepared_cap * 2 : 32;
        conn->prepared = io_resize(conn->prepared, conn->prepared_cap * sizeof(*conn->prepared));
    }
    conn->prepared[conn->prepared_len++] = stmt;
}

static bool conn_execute(struct pg_conn *conn, const struct pg_work *work)
{
    const struct pg_stmt *stmt = work->stmt;
    const char *values[PG_PARAMS_MAX];
    int lengths[PG_PARAMS_MAX], formats[PG_PARAMS_MAX];

    for (int i = 0; i < stmt->params; i++) {
        const struct pg_slot *slot = &work->slots[i];
        values[i] = slot->null ? NULL : work->bytes.p + slot->offset;
        lengths[i] = slot->len;
        formats[i] = slot->binary;
    }
    if (conn->pg->options.pooled)
        return PQsendQueryParams(conn->link, stmt->sql, stmt->params, NULL, values, lengths,
                                 formats, 0);
    return PQsendQueryPrepared(conn->link, stmt->name, stmt->params, values, lengths, formats, 0);
}

/* What goes before the statement, in front of the same Sync and so in the same transaction. */
static bool conn_go_ahead(struct pg_conn *conn, struct pg_work *work)
{
    const struct pg *pg = conn->pg;

    work->ahead = true;
    if (pg->options.pooled)
        return PQsendQueryParams(conn->link, pg->settings.p, 0, NULL, NULL, NULL, NULL, 0);
    work->ahead = conn_find(conn, work->stmt) == conn->prepared_len;
    if (!work->ahead)
        return true;
    if (!PQsendPrepare(conn->link, work->stmt->name, work->stmt->sql, 0, NULL))
        return false;
    conn_remember(conn, work->stmt);
    return true;
}

void pg_conn_send(struct pg_conn *conn, struct pg_work *work)
{
    ASSERT(conn->state == PGS_UP && work->stmt->params <= PG_PARAMS_MAX);
    list_push(&conn->sent, &work->link);
    conn->in_flight++;
    work->failed = work->fatal = work->doubted = work->again = false;
    work->reply = (struct pg_reply){.outcome = PG_OK};
    if (!conn_go_ahead(conn, work) || !conn_execute(conn, work) || !PQpipelineSync(conn->link)) {
        pg_conn_lost(conn, PQerrorMessage(conn->link));
        return;
    }
    pg_conn_flush(conn);
}

/* While the socket takes nothing we must also read, or both ends wait for each other. */
void pg_conn_flush(struct pg_conn *conn)
{
    int rc = PQflush(conn->link);

    if (rc < 0) {
        pg_conn_lost(conn, PQerrorMessage(conn->link));
        return;
    }
    conn->sending = rc == 1;
    pg_link_watch(conn, UV_READABLE | (conn->sending ? UV_WRITABLE : 0));
}

static bool state_is(const char *sqlstate, const char *prefix)
{
    return strncmp(sqlstate, prefix, strlen(prefix)) == 0;
}

/* The session does not have what we left in it, time and again: it is not ours alone. */
static void conn_say_pooled(struct pg_reply *reply)
{
    size_t len = strlen(reply->message);

    snprintf(reply->message + len, sizeof reply->message - len,
             "; behind a proxy that pools transactions set pooler: transaction");
}

static void conn_note_error(struct pg_conn *conn, struct pg_work *work, const PGresult *result)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
    struct pg_reply *reply = &work->reply;

    if (work->failed)
        return;
    work->failed = true;
    /* Only an ERROR is certain to have rolled the transaction back; the session's own end may come
     * after the commit. */
    work->fatal = !severity || strcmp(severity, "ERROR") != 0;
    snprintf(reply->sqlstate, sizeof reply->sqlstate, "%.5s", sqlstate ? sqlstate : "");
    snprintf(reply->message, sizeof reply->message, "%s%s%s%s",
             primary ? primary : PQresultErrorMessage(result), constraint ? " (" : "",
             constraint ? constraint : "", constraint ? ")" : "");
    if (work->ahead)
        pg_conn_forget(conn, work->stmt);

    bool stale_plan = state_is(reply->sqlstate, "0A000") && strstr(reply->message, "cached plan");
    if (state_is(reply->sqlstate, "26000") || stale_plan)
        pg_conn_forget(conn, work->stmt);
    else if (state_is(reply->sqlstate, "42P05"))
        conn_remember(conn, work->stmt);
    else
        stale_plan = false;
    bool other_session = state_is(reply->sqlstate, "26000") || state_is(reply->sqlstate, "42P05");
    work->again = (stale_plan || other_session) && work->tries < PG_TRIES_MAX;
    if (other_session && !work->again && !conn->pg->options.pooled)
        conn_say_pooled(reply);
    /* A server that shuts down, or became a standby, is of no more use to this session; nor is a
     * stale plan. */
    if (stale_plan || state_is(reply->sqlstate, "57P0") || state_is(reply->sqlstate, "25006"))
        pg_conn_retire(conn);
}

static void conn_note_rows(struct pg_work *work, const PGresult *result)
{
    struct pg_reply *reply = &work->reply;
    struct str affected = str_of(PQcmdTuples(UNCONST(PGresult *, result)));
    int64_t n = 0;

    if (PQresultStatus(result) == PGRES_TUPLES_OK) {
        reply->rows += PQntuples(result);
        reply->cols = PQnfields(result);
    } else if (affected.len > 0 && str_to_i64(affected, &n)) {
        reply->rows += (int)n;
    }
}

/* The Sync is answered: the transaction is over. */
static void conn_end_work(struct pg_conn *conn, struct pg_work *work, PGresult *last)
{
    list_remove(&work->link);
    conn->in_flight--;
    if (work->again) {
        PQclear(last);
        work->tries++;
        pg_work_requeue(conn->pg, work);
        return;
    }
    if (work->failed) {
        work->reply.outcome = PG_REFUSED;
    } else if (work->doubted) {
        work->reply.outcome = PG_UNKNOWN;
        snprintf(work->reply.message, sizeof work->reply.message,
                 "the server warned while committing");
    }
    pg_work_finish(conn->pg, work, last);
}

/* `*last` is the last result with rows of the work under way. */
static void conn_take(struct pg_conn *conn, PGresult *result, PGresult **last)
{
    struct pg_work *work = container_of(conn->sent.next, struct pg_work, link);
    ExecStatusType status = PQresultStatus(result);

    if (status == PGRES_PIPELINE_SYNC) {
        PGresult *keep = *last;
        *last = NULL;
        PQclear(result);
        conn_end_work(conn, work, keep);
        return;
    }
    if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
        conn_note_error(conn, work, result);
    } else if (work->ahead) {
        work->ahead = false;
    } else if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
        conn_note_rows(work, result);
        PQclear(*last);
        *last = result;
        return;
    }
    PQclear(result);
}

static void conn_read(struct pg_conn *conn)
{
    bool between =
        true; /* NULL divides the results of two queries; two in a row mean that nothing is left */

    if (!PQconsumeInput(conn->link)) {
        pg_conn_lost(conn, PQerrorMessage(conn->link));
        return;
    }
    while (conn->link && conn->in_flight > 0 && !PQisBusy(conn->link)) {
        PGresult *result = PQgetResult(conn->link);
        if (!result) {
            if (PQstatus(conn->link) != CONNECTION_OK || between)
                break;
            between = true;
            continue;
        }
        between = false;
        conn_take(conn, result, &conn->last);
    }
    if (!conn->link)
        return;
    for (PGnotify *note; (note = PQnotifies(conn->link)) != NULL;)
        PQfreemem(note);
    if (PQstatus(conn->link) != CONNECTION_OK)
        pg_conn_lost(conn, PQerrorMessage(conn->link));
}

void pg_conn_ready(struct pg_conn *conn, int events)
{
    struct pg *pg = conn->pg;

    if (conn->sending && (events & UV_WRITABLE))
        pg_conn_flush(conn);
    if (conn->state == PGS_UP && (events & UV_READABLE))
        conn_read(conn);
    if (conn->state == PGS_UP &&
        conn->watched == 0) /* libuv stopped the watcher and the session still lives */
        pg_link_watch(conn, UV_READABLE | (conn->sending ? UV_WRITABLE : 0));
    if (conn->state == PGS_UP && conn->retiring && conn->in_flight == 0)
        pg_conn_retire(conn);
    pg_pump(pg);
    if (conn->state == PGS_UP && conn->in_flight == 0)
        pg_tell_idle(pg);
}

void pg_conn_retire(struct pg_conn *conn)
{
    conn->retiring = true;
    if (conn->in_flight > 0)
        return;
    pg_link_close(conn);
    conn->since_ms = conn->not_before_ms = pg_now(conn->pg);
    pg_wake_tick(conn->pg);
    pg_check_closed(conn->pg);
}

static int64_t conn_pause_ms(struct pg_conn *conn)
{
    int64_t most = PG_RECONNECT_MS << (conn->failures < 4 ? conn->failures : 4);

    if (most > PG_RECONNECT_MAX_MS)
        most = PG_RECONNECT_MAX_MS;
    return conn->failures == 0 ? rng_range(&conn->pg->rng, 0, PG_RECONNECT_MS / 2)
                               : rng_range(&conn->pg->rng, PG_RECONNECT_MS, most);
}

void pg_conn_lost(struct pg_conn *conn, const char *why)
{
    struct pg *pg = conn->pg;
    char reason[256];

    /* The words may live in what is freed below. */
    snprintf(reason, sizeof reason, "connection lost: %.*s",
             STR_ARG(str_trim(str_of(why ? why : ""))));
    str_copy(pg->why_away, sizeof pg->why_away, str_of(reason));
    conn->failures += conn->state != PGS_UP;
    PQclear(conn->last);
    conn->last = NULL;
    pg_link_close(conn);
    conn->since_ms = pg_now(pg);
    conn->not_before_ms = conn->since_ms + conn_pause_ms(conn);
    pg_wake_tick(pg);
    for (struct list *item; (item = list_shift(&conn->sent)) != NULL;) {
        struct pg_work *work = container_of(item, struct pg_work, link);
        conn->in_flight--;
        if (work->failed && !work->fatal)
            pg_work_fail(pg, work, PG_REFUSED, NULL);
        else
            pg_work_fail(pg, work, PG_UNKNOWN, reason);
    }
    pg_defer(pg);
    pg_check_closed(pg);
}
