#include "store/store_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_files.h"
#include "store/store_priv.h"

enum { KNOWN_BYTES = 64 * 1024, WHY_BYTES = 400 };

static const char NO_SCHEMA[] = "the database has no schema of ours: run 'countersign db migrate'";

/* "{1,2,3}" */
static void put_known(struct buf *b)
{
    const char *before = "{";

    buf_init(b, KNOWN_BYTES);
    for (size_t i = 0; i < STORE_FILE_COUNT; i++) {
        if (strcmp(STORE_FILES[i].kind, "migration") != 0)
            continue;
        buf_printf(b, "%s%d", before, STORE_FILES[i].number);
        before = ",";
    }
    buf_add_c(b, "}");
}

static const char *file_of(int64_t number)
{
    for (size_t i = 0; i < STORE_FILE_COUNT; i++)
        if (strcmp(STORE_FILES[i].kind, "migration") == 0 && STORE_FILES[i].number == number)
            return STORE_FILES[i].name;
    return "";
}

static enum schema_fit judge(const struct pg_reply *reply, char why[WHY_BYTES])
{
    int64_t missing = 0, first = 0;

    why[0] = '\0';
    if (reply->outcome == PG_REFUSED && (strcmp(reply->sqlstate, "42P01") == 0 || /* no table */
                                         strcmp(reply->sqlstate, "3F000") == 0)) {
        snprintf(why, WHY_BYTES, "%s", NO_SCHEMA);
        return SCHEMA_OLDER;
    }
    if (reply->outcome != PG_OK || reply->rows != 1 ||
        !str_to_i64(pg_cell(reply, 0, 0), &missing) || !str_to_i64(pg_cell(reply, 0, 1), &first)) {
        snprintf(why, WHY_BYTES, "%s", reply->message);
        return SCHEMA_UNKNOWN;
    }
    struct str breaking = pg_cell(reply, 0, 2);
    if (breaking.len) {
        snprintf(why, WHY_BYTES,
                 "a newer release changed the database so that this one must not run on it "
                 "(migration %.*s): run that release, or a newer one",
                 STR_ARG(breaking));
        return SCHEMA_NEWER;
    }
    if (!missing)
        return SCHEMA_FITS;
    snprintf(why, WHY_BYTES,
             "the database is of an older release (%lld migration%s missing, the first is %s): run "
             "'countersign db migrate'",
             (long long)missing, missing == 1 ? " is" : "s are", file_of(first));
    return SCHEMA_OLDER;
}

struct schema_op {
    store_schema_fn *fn;
    void *arg;
};

static void on_fit(void *arg, const struct pg_reply *reply)
{
    struct schema_op *op = arg;
    char why[WHY_BYTES];
    enum schema_fit fit = judge(reply, why);

    op->fn(op->arg, fit, why);
    free(op);
}

void store_schema_ask(struct store *s, store_schema_fn *fn, void *arg)
{
    AUTO(drop_buf) struct buf known;
    struct schema_op *op = calloc(1, sizeof *op);

    if (!op)
        abort();
    *op = (struct schema_op){fn, arg};
    put_known(&known);
    struct pg_param params[] = {store_p(buf_str(&known))};
    pg_exec(s->pg, &SQL_SCHEMA_FIT, params, on_fit, op);
}

static bool fits_body(void *arg, void *conn, struct err *err)
{
    AUTO(drop_buf) struct buf known;
    struct pg_reply reply, table;
    char why[WHY_BYTES];

    (void)arg;
    if (!pg_session_query(conn, &SQL_MIGRATION_TABLE, NULL, &table, err))
        return false;
    bool there = table.rows == 1 && pg_cell(&table, 0, 0).len > 0;
    pg_session_release(&table);
    if (!there)
        return FAIL(err, ERR_CONFIG, "%s", NO_SCHEMA);
    put_known(&known);
    struct pg_param params[] = {store_p(buf_str(&known))};
    struct err denied = {0};
    if (!pg_session_query(conn, &SQL_SCHEMA_FIT, params, &reply, &denied))
        return true; /* what it may do the database knows */
    enum schema_fit fit = judge(&reply, why);
    pg_session_release(&reply);
    return fit == SCHEMA_FITS || fit == SCHEMA_UNKNOWN || FAIL(err, ERR_CONFIG, "%s", why);
}

bool store_schema_fits(const struct pg_options *options, struct err *err)
{
    return pg_run_blocking(options, fits_body, NULL, err);
}

bool store_schema_is_ours(void *pgconn, struct err *err)
{
    AUTO(drop_buf) struct buf known;
    struct pg_reply reply;

    put_known(&known);
    struct pg_param params[] = {store_p(buf_str(&known))};
    if (!pg_session_query(pgconn, &SQL_MIGRATION_NEWER, params, &reply, err))
        return false;
    struct str name = reply.rows ? pg_cell(&reply, 0, 0) : STR_NONE;
    bool ours = !name.len;
    if (!ours)
        (void)FAIL(err, ERR_CONFIG,
                   "the database was migrated by a newer release (migration %.*s), and this one "
                   "would put older routines over its own: run 'db migrate' of that release",
                   STR_ARG(name));
    pg_session_release(&reply);
    return ours;
}
