#include "store/store_evidence_page.h"

#include "store/store_priv.h"

void store_evidence_facts(struct store *s, struct str name, store_json_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(name)};

    store_ask_json(s, &SQL_EVIDENCE_FACTS, params, fn, arg);
}

const char *store_evidence_facts_sql(void)
{
    return SQL_EVIDENCE_FACTS.sql;
}

struct looking {
    struct arena *arena;
    struct evidence_look *look;
};

/* A role that may only read is shown it all the same: it could read the tables, too. */
static void record(const struct looking *l, void *conn)
{
    const struct json *document;
    struct pg_reply reply;
    struct err err = {0};

    if (!json_parse(l->arena, l->look->facts, &document, &err))
        return;
    struct str request = json_path_str(document, "facts/id");
    struct pg_param params[] = {store_p(request), store_p(l->look->viewer)};
    if (!request.len || !pg_session_query(conn, &SQL_EVIDENCE_TAKEN, params, &reply, &err))
        return;
    l->look->recorded = reply.rows && pg_cell(&reply, 0, 0).len;
    pg_session_release(&reply);
}

static bool look_body(void *arg, void *conn, struct err *err)
{
    struct looking *l = arg;
    struct pg_param params[] = {store_p(l->look->name)};
    struct pg_reply reply;

    if (!pg_session_query(conn, &SQL_EVIDENCE_FACTS, params, &reply, err))
        return false;
    l->look->facts = reply.rows ? arena_str(l->arena, pg_cell(&reply, 0, 0)) : STR_NONE;
    pg_session_release(&reply);
    if (l->look->facts.len)
        record(l, conn);
    return true;
}

bool store_evidence_look(const struct pg_options *options, struct arena *arena,
                         struct evidence_look *look, struct err *err)
{
    struct looking l = {arena, look};

    look->recorded = false;
    return pg_run_blocking(options, look_body, &l, err);
}

static bool taken_body(void *arg, void *conn, struct err *err)
{
    const struct str *id = arg;
    struct pg_param params[] = {store_p(*id), store_p(STR(""))};
    struct pg_reply reply;

    if (!pg_session_query(conn, &SQL_EVIDENCE_TAKEN, params, &reply, err))
        return false;
    bool found = reply.rows && pg_cell(&reply, 0, 0).len;
    pg_session_release(&reply);
    return found || FAIL(err, ERR_INPUT, "there is no request '%.*s'", STR_ARG(*id));
}

bool store_evidence_taken(const struct pg_options *options, struct str id, struct err *err)
{
    return pg_run_blocking(options, taken_body, &id, err);
}

struct naming {
    struct str name, id;
    struct arena *arena;
    bool several;
};

static bool named_body(void *arg, void *conn, struct err *err)
{
    struct naming *n = arg;
    struct pg_param params[] = {store_p(n->name)};
    struct str names = STR_NONE;
    struct pg_reply reply;

    if (!pg_session_query(conn, &SQL_REQUEST_NAMED, params, &reply, err))
        return false;
    for (int i = 0; i < reply.rows; i++) {
        n->id = arena_str(n->arena, pg_cell(&reply, i, 0));
        names = arena_printf(n->arena, "%.*s%s%.*s", STR_ARG(names), i ? ", " : "",
                             STR_ARG(pg_cell(&reply, i, 1)));
    }
    int rows = reply.rows;
    pg_session_release(&reply);
    n->several = rows > 1;
    if (!rows)
        return FAIL(err, ERR_INPUT, "there is no request '%.*s'", STR_ARG(n->name));
    return rows == 1 || FAIL(err, ERR_INPUT, "several sites have a ticket '%.*s': name one of %.*s",
                             STR_ARG(n->name), STR_ARG(names));
}

bool store_request_named(const struct pg_options *options, struct str name, struct arena *arena,
                         struct str *ret_id, bool *ret_several, struct err *err)
{
    struct naming n = {.name = name, .arena = arena};
    bool good = pg_run_blocking(options, named_body, &n, err);

    *ret_id = n.id;
    *ret_several = n.several;
    return good;
}
