/* store_population.c: all requests of a time, for auditors. */
#include "store/store_population.h"

#include "base/arena.h"
#include "store/store_priv.h"

enum { PRIVILEGED = 6, FIRST_ENTRY = 15, LAST_ENTRY = 16 };

const char *const POPULATION_NAMES[POPULATION_COLUMNS] = {
    "request_id",   "ticket",        "site",       "change_kind", "lifecycle",
    "subject_kind", "is_privileged", "cause",      "phase",       "outcome",
    "requested_at", "approved_at",   "claimed_at", "verified_at", "closed_at",
    "first_entry",  "last_entry",    "sources",    "entitlements"};

bool population_is_plain(int column)
{
    return column == PRIVILEGED || column == FIRST_ENTRY || column == LAST_ENTRY;
}

struct walk {
    const struct population *p;
    struct arena *arena;
    struct str *about;
};

static bool tell(const struct walk *w, const struct pg_reply *reply)
{
    for (int i = 0; i < reply->rows; i++) {
        struct str cells[POPULATION_COLUMNS];
        for (int c = 0; c < POPULATION_COLUMNS; c++)
            cells[c] = pg_cell(reply, i, c);
        if (!w->p->fn(w->p->arg, cells))
            return false;
    }
    return true;
}

static bool pages(const struct walk *w, void *conn, struct err *err)
{
    struct pg_param params[] = {store_p(w->p->from), store_p(w->p->to),
                                store_p(w->p->by_changes ? STR("changed") : STR("requested"))};
    struct pg_reply reply;
    bool more = true;

    if (!pg_session_query(conn, &SQL_POPULATION_OPEN, params, &reply, err))
        return false;
    pg_session_release(&reply);
    while (more) {
        if (!pg_session_query(conn, &SQL_POPULATION_FETCH, NULL, &reply, err))
            return false;
        more = reply.rows > 0;
        bool good = tell(w, &reply);
        pg_session_release(&reply);
        if (!good)
            return FAIL(err, ERR_TEMPORARY, "the population cannot be written");
    }
    return true;
}

static bool body(void *arg, void *conn, struct err *err)
{
    struct walk *w = arg;
    struct pg_param params[] = {store_p(w->p->from), store_p(w->p->to)};
    struct pg_reply reply;

    /* to compile so long a statement takes longer than to run it */
    if (!pg_session_begin(conn, STORE_ONE_TIME, err) ||
        !pg_session_script(conn, "set local jit = off", err) ||
        !pg_session_query(conn, &SQL_POPULATION_ABOUT, params, &reply, err))
        return false;
    *w->about = arena_str(w->arena, pg_cell(&reply, 0, 0));
    pg_session_release(&reply);
    return w->p->begin(w->p->arg, *w->about, err) && pages(w, conn, err) &&
           pg_session_script(conn, "commit", err);
}

bool store_population(const struct pg_options *options, const struct population *p,
                      struct arena *arena, struct str *ret_about, const char **ret_sql,
                      struct err *err)
{
    struct walk w = {p, arena, ret_about};

    *ret_sql = SQL_POPULATION_OPEN.sql;
    return pg_run_blocking(options, body, &w, err);
}

struct exported {
    struct str from, to, manifest;
    int64_t requests;
};

static bool exported_body(void *arg, void *conn, struct err *err)
{
    const struct exported *x = arg;
    char requests[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(x->from), store_p(x->to), store_i(x->requests, requests),
                                store_p(x->manifest)};
    struct pg_reply reply;

    if (!pg_session_query(conn, &SQL_EVIDENCE_EXPORTED, params, &reply, err))
        return false;
    pg_session_release(&reply);
    return true;
}

bool store_population_exported(const struct pg_options *options, struct str from, struct str to,
                               int64_t requests, struct str manifest, struct err *err)
{
    struct exported x = {from, to, manifest, requests};

    return pg_run_blocking(options, exported_body, &x, err);
}
