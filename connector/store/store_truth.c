#include "store/store_truth.h"

#include "store/store_priv.h"

/* --- one request explained --- */

struct reconcile {
    struct arena *arena;
    struct str key, *ret;
    int64_t reads;
};

static bool reconcile_body(void *arg, void *conn, struct err *err)
{
    struct reconcile *r = arg;
    char reads[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(r->key), store_i(r->reads, reads)};
    struct pg_reply reply;

    if (!pg_session_query(conn, &SQL_RECONCILE_SHOW, params, &reply, err))
        return false;
    *r->ret = reply.rows ? arena_str(r->arena, pg_cell(&reply, 0, 0)) : STR_NONE;
    pg_session_release(&reply);
    return true;
}

bool store_reconcile(const struct pg_options *options, struct arena *arena, struct str key,
                     int64_t reads, struct str *ret, struct err *err)
{
    struct reconcile r = {arena, key, ret, reads};
    return pg_run_blocking(options, reconcile_body, &r, err);
}

/* --- what was closed --- */

struct closed {
    struct arena *arena;
    struct str site;
    int64_t last_ms;
    struct closed_item *items;
    size_t count;
};

static bool closed_row(struct arena *a, const struct pg_reply *reply, int row,
                       struct closed_item *ret)
{
    *ret = (struct closed_item){
        .request_id = arena_str(a, pg_cell(reply, row, 0)),
        .issue_key = arena_str(a, pg_cell(reply, row, 1)),
        .item = {.source = arena_str(a, pg_cell(reply, row, 2)),
                 .account = arena_str(a, pg_cell(reply, row, 3)),
                 .account_id = arena_str(a, pg_cell(reply, row, 4)),
                 .entitlement = arena_str(a, pg_cell(reply, row, 5)),
                 .entitlement_id = arena_str(a, pg_cell(reply, row, 6)),
                 .excepted = str_eq_c(pg_cell(reply, row, 9), "t")},
        .in_hand = arena_str(a, pg_cell(reply, row, 10)),
        .site = arena_str(a, pg_cell(reply, row, 11)),
    };
    return desired_from(pg_cell(reply, row, 7), &ret->item.desired) &&
           str_to_i64(pg_cell(reply, row, 8), &ret->closed_ms);
}

static bool closed_body(void *arg, void *conn, struct err *err)
{
    struct closed *c = arg;
    char last[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(c->site), store_i(c->last_ms, last)};
    struct pg_reply reply;
    bool good = true;

    if (!pg_session_query(conn, &SQL_CLOSED_ITEMS, params, &reply, err))
        return false;
    c->items = arena_array(c->arena, (size_t)reply.rows + 1, sizeof *c->items);
    for (int i = 0; c->items && good && i < reply.rows; i++)
        good = closed_row(c->arena, &reply, i, &c->items[c->count++]);
    pg_session_release(&reply);
    if (good && c->items && !arena_over(c->arena))
        return true;
    return FAIL(err, ERR_INPUT, "more was closed than can be looked at in one run");
}

bool store_closed_items(const struct pg_options *options, struct arena *arena, struct str site,
                        int64_t last_ms, struct closed_item **ret, size_t *ret_count,
                        struct err *err)
{
    struct closed c = {.arena = arena, .site = site, .last_ms = last_ms};

    if (!pg_run_blocking(options, closed_body, &c, err))
        return false;
    *ret = c.items;
    *ret_count = c.count;
    return true;
}

/* --- a name that is another's now --- */

struct relinking {
    const struct relink *relink;
    bool *ret;
};

static bool relink_body(void *arg, void *conn, struct err *err)
{
    struct relinking *r = arg;
    const struct relink *l = r->relink;
    struct pg_param params[] = {store_p(l->source),    store_p(l->account), store_p(l->person),
                                store_p(l->native_id), store_p(l->actor),   store_p(l->reason)};
    struct pg_param of_entitlement[] = {store_p(l->source), store_p(l->entitlement),
                                        store_p(l->native_id), store_p(l->actor),
                                        store_p(l->reason)};
    bool account = str_empty(l->entitlement);
    struct pg_reply reply;

    if (!pg_session_query(conn, account ? &SQL_ACCOUNT_RELINK : &SQL_ENTITLEMENT_RELINK,
                          account ? params : of_entitlement, &reply, err))
        return false;
    *r->ret = reply.rows && pg_cell(&reply, 0, 0).len;
    pg_session_release(&reply);
    return true;
}

bool store_relink(const struct pg_options *options, const struct relink *relink, bool *ret,
                  struct err *err)
{
    struct relinking r = {relink, ret};
    return pg_run_blocking(options, relink_body, &r, err);
}
