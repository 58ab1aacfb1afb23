/* The blocking road for command-line tools: one session, no pipeline, no loop. Nothing is left in
 * the session, so that it may be one of a pooler's. */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "io/io_pg_priv.h"
#include "io/io_priv.h"

enum { SEE_TRIES = 5, SEE_MS = 2000 };

struct session {
    PGconn *link;
    struct buf settings;
};

static void drop_link(PGconn **link)
{
    PQfinish(*link);
}

static void drop_session(void **session)
{
    pg_session_close(*session);
}

static PGconn *link_open(const struct pg_options *options, struct err *err)
{
    PGconn *link = pg_link_open(options, NULL, true);

    if (link && PQstatus(link) == CONNECTION_OK)
        return link;
    struct str why = str_trim(str_of(link ? PQerrorMessage(link) : "out of memory"));
    (void)FAIL(err, ERR_TEMPORARY, "cannot connect to the database: %.*s", STR_ARG(why));
    PQfinish(link);
    return NULL;
}

void *pg_session_open(const struct pg_options *options, struct err *err)
{
    PGconn *link = link_open(options, err);

    if (!link)
        return NULL;
    struct session *s = io_alloc(sizeof *s);
    s->link = link;
    buf_init(&s->settings, PG_SETTINGS_BYTES);
    if (pg_link_settings(options, link, true, &s->settings))
        return s;
    pg_session_close(s);
    (void)FAIL(err, ERR_CONFIG, "the role's name cannot be quoted");
    return NULL;
}

void pg_session_close(void *session)
{
    struct session *s = session;

    if (!s)
        return;
    PQfinish(s->link);
    buf_done(&s->settings);
    free(s);
}

bool pg_run_blocking(const struct pg_options *options,
                     bool (*body)(void *arg, void *session, struct err *err), void *arg,
                     struct err *err)
{
    AUTO(drop_session) void *session = pg_session_open(options, err);

    return session && body(arg, session, err);
}

/* The kind follows from what the server said; a session that ended in the middle leaves the outcome
 * open. */
static bool session_fail(PGconn *link, const PGresult *result, struct err *err)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    struct str primary = str_of(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));

    if (str_empty(primary))
        primary = str_trim(str_of(result ? PQresultErrorMessage(result) : PQerrorMessage(link)));
    if (PQstatus(link) != CONNECTION_OK)
        return FAIL(err, ERR_UNKNOWN_OUTCOME, "the database connection was lost: %.*s",
                    STR_ARG(primary));
    if (sqlstate && strncmp(sqlstate, "CG", 2) == 0) /* our own rules, in our own words */
        return FAIL(err, ERR_REFUSED, "refused: %.*s", STR_ARG(primary));
    if (sqlstate && strncmp(sqlstate, "22", 2) == 0) /* a value that is none of its type */
        return FAIL(err, ERR_INPUT, "the database refused (%s): %.*s", sqlstate, STR_ARG(primary));
    return FAIL(err, ERR_REFUSED, "the database refused (%s): %.*s", sqlstate ? sqlstate : "?",
                STR_ARG(primary));
}

static bool session_succeeded(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

static bool link_script(PGconn *link, const char *sql, struct err *err)
{
    PGresult *result = PQexec(link, sql);
    bool ok = session_succeeded(result);

    if (!ok)
        session_fail(link, result, err);
    PQclear(result);
    return ok;
}

bool pg_session_script(void *session, const char *sql, struct err *err)
{
    struct session *s = session;
    return link_script(s->link, sql, err);
}

bool pg_session_begin(void *session, const char *how, struct err *err)
{
    struct session *s = session;
    char begin[100];

    snprintf(begin, sizeof begin, "begin %s", how);
    return link_script(s->link, begin, err) && link_script(s->link, s->settings.p, err);
}

static bool link_query(PGconn *link, const struct pg_stmt *stmt, const struct pg_param *params,
                       struct pg_reply *ret_reply, struct err *err)
{
    const char *values[PG_PARAMS_MAX] = {0};
    int lengths[PG_PARAMS_MAX] = {0}, formats[PG_PARAMS_MAX] = {0};
    struct buf bytes[PG_PARAMS_MAX];
    int64_t affected = 0;

    if (stmt->params > PG_PARAMS_MAX)
        return FAIL(err, ERR_BUG, "statement '%s' has too many parameters", stmt->name);
    for (int i = 0; i < stmt->params; i++) {
        buf_init(&bytes[i], PG_BYTES_MAX);
        buf_add(&bytes[i], params[i].p, params[i].len);
        buf_add_byte(&bytes[i], '\0');
        values[i] = params[i].p ? bytes[i].p : NULL;
        lengths[i] = (int)params[i].len;
        formats[i] = params[i].binary;
    }
    PGresult *result =
        PQexecParams(link, stmt->sql, stmt->params, NULL, values, lengths, formats, 0);
    for (int i = 0; i < stmt->params; i++)
        buf_done(&bytes[i]);
    if (!session_succeeded(result)) {
        session_fail(link, result, err);
        PQclear(result);
        return false;
    }
    *ret_reply = (struct pg_reply){.outcome = PG_OK, .result = result};
    ret_reply->rows = PQntuples(result);
    ret_reply->cols = PQnfields(result);
    if (PQresultStatus(result) == PGRES_COMMAND_OK &&
        str_to_i64(str_of(PQcmdTuples(result)), &affected))
        ret_reply->rows = (int)affected;
    return true;
}

bool pg_session_query(void *session, const struct pg_stmt *stmt, const struct pg_param *params,
                      struct pg_reply *ret_reply, struct err *err)
{
    struct session *s = session;
    struct err ignored = {0};

    if (PQtransactionStatus(s->link) != PQTRANS_IDLE)
        return link_query(s->link, stmt, params, ret_reply, err);
    if (!pg_session_begin(session, "", err) || !link_query(s->link, stmt, params, ret_reply, err)) {
        (void)!link_script(s->link, "rollback", &ignored);
        return false;
    }
    if (link_script(s->link, "commit", err))
        return true;
    pg_session_release(ret_reply);
    return false;
}

void pg_session_release(struct pg_reply *reply)
{
    PQclear(UNCONST(PGresult *, reply->result));
    reply->result = NULL;
}

/* --- what stands between --- */

/* The process that serves this link just now. */
static bool link_pid(PGconn *link, int *ret, struct err *err)
{
    struct pollfd ready = {.fd = PQsocket(link), .events = POLLIN};
    int64_t pid = 0;

    if (!PQsendQuery(link, "select pg_backend_pid()"))
        return session_fail(link, NULL, err);
    while (PQisBusy(link)) {
        if (poll(&ready, 1, SEE_MS) == 0)
            return FAIL(err, ERR_TEMPORARY, "the database did not answer in time");
        if (!PQconsumeInput(link))
            return session_fail(link, NULL, err);
    }
    PGresult *result = PQgetResult(link);
    bool told = PQntuples(result) == 1 && str_to_i64(str_of(PQgetvalue(result, 0, 0)), &pid);
    if (!told)
        session_fail(link, result, err);
    PQclear(result);
    PQclear(PQgetResult(link)); /* the end of it */
    *ret = (int)pid;
    return told;
}

/* A session of one's own keeps its process, and shares it with nobody. */
bool pg_see_between(const struct pg_options *options, enum pg_between *ret, struct err *err)
{
    AUTO(drop_link) PGconn *one = link_open(options, err);
    AUTO(drop_link) PGconn *two = NULL;
    int first = 0, again = 0, other = 0;
    struct err waits = {0};

    *ret = PG_UNSEEN;
    if (!one || !link_pid(one, &first, err))
        return false;
    *ret = PG_NOTHING;
    if (first == PQbackendPID(one))
        return true;
    *ret = PG_POOLS_SESSIONS;
    two = link_open(options, &waits);
    if (!two)
        return true;
    for (int i = 0; i < SEE_TRIES && *ret == PG_POOLS_SESSIONS; i++) {
        if (!link_pid(two, &other, &waits)) /* all sessions are taken: one by us */
            return true;
        if (!link_pid(one, &again, err))
            return false;
        if (other == first || again == other || again != first)
            *ret = PG_POOLS_TRANSACTIONS;
    }
    return true;
}
