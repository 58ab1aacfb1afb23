/* The blocking road for command-line tools: one session, no pipeline, no loop. */
#include <stdio.h>
#include <string.h>

#include "io/io_pg_priv.h"

static void drop_link(PGconn **link)
{
    PQfinish(*link);
}

static bool session_settings(const struct pg_options *options, PGconn *link, struct err *err)
{
    AUTO(drop_buf) struct buf script = {0};
    const char *why = NULL;

    buf_init(&script, 4096);
    if (!pg_link_settings(options, link, &script, &why))
        return FAIL(err, ERR_CONFIG, "%s", why);
    return script.len == 0 || pg_session_script(link, script.p, err);
}

bool pg_run_blocking(const struct pg_options *options,
                     bool (*body)(void *arg, void *pgconn, struct err *err), void *arg,
                     struct err *err)
{
    AUTO(drop_link) PGconn *link = pg_link_open(options, NULL, true);

    if (!link || PQstatus(link) != CONNECTION_OK) {
        struct str why = str_trim(str_of(link ? PQerrorMessage(link) : "out of memory"));
        return FAIL(err, ERR_TEMPORARY, "cannot connect to the database: %.*s", STR_ARG(why));
    }
    return session_settings(options, link, err) && body(arg, link, err);
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

bool pg_session_script(void *pgconn, const char *sql, struct err *err)
{
    PGconn *link = pgconn;
    PGresult *result = PQexec(link, sql);
    bool ok = session_succeeded(result);

    if (!ok)
        session_fail(link, result, err);
    PQclear(result);
    return ok;
}

bool pg_session_query(void *pgconn, const struct pg_stmt *stmt, const struct pg_param *params,
                      struct pg_reply *ret_reply, struct err *err)
{
    const char *values[PG_PARAMS_MAX] = {0};
    int lengths[PG_PARAMS_MAX] = {0}, formats[PG_PARAMS_MAX] = {0};
    struct buf bytes[PG_PARAMS_MAX];
    PGconn *link = pgconn;
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

void pg_session_release(struct pg_reply *reply)
{
    PQclear(UNCONST(PGresult *, reply->result));
    reply->result = NULL;
}
