#include "store/store_edition.h"

#include "store/store_priv.h"

struct asking {
    struct arena *arena;
    const struct pg_stmt *stmt;
    const struct pg_param *params;
    struct str *ret;
};

static bool asking_body(void *arg, void *conn, struct err *err)
{
    struct asking *a = arg;
    struct pg_reply reply;

    if (!pg_session_query(conn, a->stmt, a->params, &reply, err))
        return false;
    *a->ret = reply.rows ? arena_str(a->arena, pg_cell(&reply, 0, 0)) : STR_NONE;
    pg_session_release(&reply);
    return true;
}

bool store_policy_history(const struct pg_options *options, struct arena *arena,
                          const struct store_edition *ours, int64_t last, struct str *ret,
                          struct err *err)
{
    char n[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(ours->pdp), store_p(ours->duties), store_i(last, n)};
    struct asking a = {arena, &SQL_POLICY_HISTORY, params, ret};
    return pg_run_blocking(options, asking_body, &a, err);
}

bool store_policy_back(const struct pg_options *options, struct arena *arena,
                       const struct store_edition *ours, struct str actor, struct str reason,
                       struct str *ret, struct err *err)
{
    struct pg_param params[] = {store_p(ours->pdp), store_p(ours->duties), store_p(STR("back")),
                                store_p(actor), store_p(reason)};
    struct asking a = {arena, &SQL_POLICY_OFFER, params, ret};
    return pg_run_blocking(options, asking_body, &a, err);
}
