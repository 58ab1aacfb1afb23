/* What webhooks are worth, and the look at their registration. */
#include <stdlib.h>

#include "store/store_priv.h"

static int64_t number(const struct pg_reply *reply, int col)
{
    int64_t v = 0;
    return reply->rows > 0 && str_to_i64(pg_cell(reply, 0, col), &v) ? v : 0;
}

static void on_settled(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    enum store_outcome outcome = store_outcome_of(reply);
    struct store_hook_worth worth = {0};

    if (outcome == STORE_OK)
        worth = (struct store_hook_worth){number(reply, 0), number(reply, 1)};
    op->fn.worth(op->arg, outcome, &worth);
    free(op);
}

void store_hook_settle(struct store *s, struct str site, int64_t late_ms, store_hook_worth_fn *fn,
                       void *arg)
{
    char late[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(site), store_i(late_ms, late)};
    struct store_op *op = store_op_new(arg);

    op->fn.worth = fn;
    pg_exec(s->pg, &SQL_HOOK_SETTLE, params, on_settled, op);
}

static void on_claimed(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    enum store_outcome outcome = store_outcome_of(reply);
    struct store_hook_look look = {0};

    if (outcome == STORE_OK && reply->rows == 0)
        outcome = STORE_LOST;
    if (outcome == STORE_OK)
        look = (struct store_hook_look){number(reply, 0), number(reply, 1), number(reply, 2)};
    op->fn.look(op->arg, outcome, &look);
    free(op);
}

void store_hook_claim(struct store *s, struct str site, int32_t lease_s, store_hook_look_fn *fn,
                      void *arg)
{
    char lease[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(site), store_p(s->owner), store_i(lease_s, lease)};
    struct store_op *op = store_op_new(arg);

    op->fn.look = fn;
    pg_exec(s->pg, &SQL_HOOK_CLAIM, params, on_claimed, op);
}

void store_hook_done(struct store *s, struct str site, int64_t fence,
                     const struct store_hook_found *found, store_done_fn *fn, void *arg)
{
    char number_text[4][STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(site),
                                store_i(fence, number_text[0]),
                                store_i(found->failed_after_ms, number_text[1]),
                                store_i(found->expires_ms, number_text[2]),
                                store_p(str_of(found->said)),
                                store_i(found->rest_ms, number_text[3])};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_HOOK_DONE, params, store_on_fenced, op);
}
