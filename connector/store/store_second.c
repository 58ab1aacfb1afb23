/* store_second.c: a second ticket of a request. */
#include <stdlib.h>

#include "store/store_priv.h"

static void on_second(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    struct store_second second = {0};
    enum store_outcome outcome = store_outcome_of(reply);

    if (outcome == STORE_OK && reply->rows == 0)
        outcome = STORE_LOST;
    if (outcome == STORE_OK) {
        second = (struct store_second){.request_id = pg_cell(reply, 0, 0),
                                       .marker = pg_cell(reply, 0, 1),
                                       .issue_id = pg_cell(reply, 0, 3),
                                       .key = pg_cell(reply, 0, 4)};
        if (!phase_from(pg_cell(reply, 0, 2), &second.phase)) /* of a newer release */
            outcome = STORE_REFUSED;
    }
    op->fn.second(op->arg, outcome, &second);
    free(op);
}

void store_second_ticket(struct store *s, const struct store_ticket_claim *t, struct str markers,
                         store_second_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(t->site), store_p(t->issue_id), store_p(markers)};
    struct store_op *op = store_op_new(arg);

    op->fn.second = fn;
    pg_exec(s->pg, &SQL_SECOND_TICKET, params, on_second, op);
}

void store_second_is_next(struct store *s, const struct store_ticket_claim *t,
                          const struct find_result *rivals, const char *left_alone,
                          store_done_fn *fn, void *arg)
{
    enum { IDS_BYTES = 4 * 1024 };
    AUTO(drop_buf) struct buf ids;
    struct store_op *op = store_op_new(arg);

    buf_init(&ids, IDS_BYTES);
    pg_array_begin(&ids, PG_TEXT, rivals->count);
    for (size_t i = 0; i < rivals->count; i++)
        pg_array_add(&ids, rivals->issue_id[i]);
    struct pg_param params[] = {store_p(t->site), pg_array_param(&ids),
                                store_p(str_of(left_alone))};
    op->fn.done = fn;
    pg_exec(s->pg, &SQL_SECOND_IS_NEXT, params, store_on_fenced, op);
}

void store_ticket_retire(struct store *s, const struct store_ticket_claim *t,
                         const struct store_second *second, bool swap, store_done_fn *fn, void *arg)
{
    char version[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(s->owner),
                                store_p(t->site),
                                store_p(t->issue_id),
                                store_i(t->version, version),
                                store_p(second->request_id),
                                store_p(second->issue_id),
                                store_p(swap ? STR("true") : STR("false"))};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_TICKET_RETIRE, params, store_on_fenced, op);
}
