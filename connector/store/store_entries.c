#include "store/store_entries.h"

#include "store/store_priv.h"

enum { PAGE = 1000 };

struct entries {
    const struct store_entries *asked;
    int64_t after, upto;
};

static bool tell(struct entries *w, const struct pg_reply *reply)
{
    for (int i = 0; i < reply->rows; i++)
        if (!str_to_i64(pg_cell(reply, i, 0), &w->after) ||
            !w->asked->fn(w->asked->arg, w->after, pg_cell(reply, i, 1), pg_cell(reply, i, 2)))
            return false;
    return true;
}

static bool page(struct entries *w, void *conn, bool *ret_more, struct err *err)
{
    const struct store_entries *e = w->asked;
    char after[STORE_NUMBER_SIZE], upto[STORE_NUMBER_SIZE], size[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(e->from),
                                store_p(e->to),
                                store_i(w->after, after),
                                store_i(w->upto, upto),
                                store_p(e->names ? STR("true") : STR("false")),
                                store_i(PAGE, size)};
    struct pg_reply reply;

    if (!pg_session_query(conn, &SQL_EXPORT_ENTRIES, params, &reply, err))
        return false;
    *ret_more = reply.rows == PAGE;
    bool good = tell(w, &reply);
    pg_session_release(&reply);
    return good || FAIL(err, ERR_TEMPORARY, "the export cannot be written");
}

static bool body(void *arg, void *conn, struct err *err)
{
    struct entries *w = arg;
    struct pg_reply reply;
    bool more = true;

    /* each page is a statement: compiling it takes longer than it runs */
    if (!pg_session_begin(conn, STORE_ONE_TIME, err) ||
        !pg_session_script(conn, "set local jit = off", err) ||
        !pg_session_query(conn, &SQL_EVIDENCE_LAST, NULL, &reply, err))
        return false;
    bool known = w->upto || str_to_i64(pg_cell(&reply, 0, 0), &w->upto);
    pg_session_release(&reply);
    while (known && more)
        if (!page(w, conn, &more, err))
            return false;
    return pg_session_script(conn, "commit", err);
}

bool store_entries(const struct pg_options *options, const struct store_entries *e, struct err *err)
{
    struct entries w = {.asked = e, .upto = e->upto};

    return pg_run_blocking(options, body, &w, err);
}

struct noting {
    int64_t entries;
    struct arena *arena;
    struct str note;
};

static bool note_body(void *arg, void *conn, struct err *err)
{
    struct noting *n = arg;
    char entries[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_i(n->entries, entries)};
    struct pg_reply reply;

    if (!pg_session_query(conn, &SQL_CHECKPOINT_OF, params, &reply, err))
        return false;
    n->note = reply.rows ? arena_str(n->arena, pg_cell(&reply, 0, 0)) : STR_NONE;
    pg_session_release(&reply);
    return true;
}

bool store_checkpoint_of(const struct pg_options *options, int64_t entries, struct arena *arena,
                         struct str *ret, struct err *err)
{
    struct noting n = {.entries = entries, .arena = arena};
    bool good = pg_run_blocking(options, note_body, &n, err);

    *ret = good ? n.note : STR_NONE;
    return good;
}

struct period {
    struct str from, to;
};

static bool exported_body(void *arg, void *conn, struct err *err)
{
    const struct period *p = arg;
    struct pg_param params[] = {store_p(p->from), store_p(p->to)};
    struct pg_reply reply;

    if (!pg_session_query(conn, &SQL_EVENTS_EXPORTED, params, &reply, err))
        return false;
    pg_session_release(&reply);
    return true;
}

bool store_events_exported(const struct pg_options *options, struct str from, struct str to,
                           struct err *err)
{
    struct period p = {from, to};

    return pg_run_blocking(options, exported_body, &p, err);
}
