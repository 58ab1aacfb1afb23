#include "store/store_console.h"

#include "store/store_priv.h"

void store_board(struct store *s, store_json_fn *fn, void *arg)
{
    store_ask_json(s, &SQL_BOARD, NULL, fn, arg);
}

void store_board_weeks(struct store *s, store_json_fn *fn, void *arg)
{
    store_ask_json(s, &SQL_BOARD_WEEKS, NULL, fn, arg);
}

void store_gates(struct store *s, store_json_fn *fn, void *arg)
{
    store_ask_json(s, &SQL_GATES, NULL, fn, arg);
}

void store_evidence_seen(struct store *s, struct str request_id, struct str viewer, struct str role,
                         store_done_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(request_id), store_p(viewer), store_p(role)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_EVIDENCE_SEEN, params, store_on_fenced, op);
}
