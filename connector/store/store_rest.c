/* store_rest.c: what one replica hears of a site and all keep to. */
#include "store/store_priv.h"

void store_site_told(struct store *s, struct str site, int64_t wait_ms, store_done_fn *fn,
                     void *arg)
{
    char wait[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(site), store_i(wait_ms, wait)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_SITE_TOLD, params, store_on_done, op);
}

void store_site_refused(struct store *s, struct str site, struct str mark, bool lent, int32_t tries,
                        int64_t window_ms, store_json_fn *fn, void *arg)
{
    char most[STORE_NUMBER_SIZE], window[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(site), store_p(mark),
                                store_p(lent ? STR("true") : STR("false")), store_i(tries, most),
                                store_i(window_ms, window)};
    struct store_op *op = store_op_new(arg);

    op->fn.json = fn;
    pg_exec(s->pg, &SQL_SITE_REFUSED, params, store_on_json, op);
}

void store_site_try(struct store *s, struct str site, struct str mark, int32_t tries,
                    int64_t window_ms, int64_t lease_ms, store_json_fn *fn, void *arg)
{
    char most[STORE_NUMBER_SIZE], window[STORE_NUMBER_SIZE], lease[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(site), store_p(mark), store_i(tries, most),
                                store_i(window_ms, window), store_i(lease_ms, lease)};
    struct store_op *op = store_op_new(arg);

    op->fn.json = fn;
    pg_exec(s->pg, &SQL_SITE_TRY, params, store_on_json, op);
}

void store_site_untried(struct store *s, struct str site, struct str mark, store_done_fn *fn,
                        void *arg)
{
    struct pg_param params[] = {store_p(site), store_p(mark)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_SITE_UNTRIED, params, store_on_done, op);
}

void store_site_accepted(struct store *s, struct str site, struct str mark, store_done_fn *fn,
                         void *arg)
{
    struct pg_param params[] = {store_p(site), store_p(mark)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_SITE_ACCEPTED, params, store_on_done, op);
}

void store_site_rests(struct store *s, store_json_fn *fn, void *arg)
{
    struct store_op *op = store_op_new(arg);

    op->fn.json = fn;
    pg_exec(s->pg, &SQL_SITE_RESTS, NULL, store_on_json, op);
}
