/* store_bulk.c: calls that move many tickets. */
#include <stdlib.h>

#include "store/store_priv.h"

static void on_begun(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    enum store_outcome outcome = store_outcome_of(reply);
    struct str bulk = outcome == STORE_OK && reply->rows == 1 ? pg_cell(reply, 0, 0) : STR_NONE;

    op->fn.json(op->arg, outcome == STORE_OK && !bulk.len ? STORE_LOST : outcome, bulk);
    free(op);
}

void store_bulk_begin(struct store *s, struct str site, const int64_t *flows, size_t count,
                      int64_t lasts_ms, store_json_fn *fn, void *arg)
{
    AUTO(drop_buf) struct buf list;
    char lasts[STORE_NUMBER_SIZE], id[STORE_NUMBER_SIZE];
    struct store_op *op = store_op_new(arg);

    buf_init(&list, STORE_JSON_BYTES);
    buf_add_c(&list, "{");
    for (size_t i = 0; i < count; i++) {
        buf_add_c(&list, i ? "," : "");
        struct pg_param flow = store_i(flows[i], id);
        buf_add_str(&list, str_n(flow.p, flow.len));
    }
    buf_add_c(&list, "}");
    op->fn.json = fn;
    struct pg_param params[] = {store_p(s->owner), store_p(site), store_p(buf_str(&list)),
                                store_i(lasts_ms, lasts)};
    pg_exec(s->pg, &SQL_BULK_BEGIN, params, on_begun, op);
}

void store_bulk_adopt(struct store *s, struct str site, int64_t silent_ms, store_json_fn *fn,
                      void *arg)
{
    char silent[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(s->owner), store_p(site), store_i(silent_ms, silent)};
    struct store_op *op = store_op_new(arg);

    op->fn.json = fn;
    pg_exec(s->pg, &SQL_BULK_ADOPT, params, on_begun, op);
}

static const char *outcome_of(enum bulk_fate fate)
{
    return fate == BULK_DID ? "done" : fate == BULK_LEFT ? "refused" : "unknown";
}

void store_bulk_told(struct store *s, struct str bulk, const struct store_bulk *told,
                     const struct store_bulk_rider *riders, size_t count, store_done_fn *fn,
                     void *arg)
{
    AUTO(drop_buf) struct buf buf;
    struct json_out out;
    struct store_op *op = store_op_new(arg);

    buf_init(&buf, STORE_JSON_BYTES);
    json_begin(&out, &buf);
    json_open_object(&out);
    json_str_member(&out, "state", told->over ? STR("over") : STR("running"));
    if (told->task.len)
        json_str_member(&out, "task", told->task);
    if (told->said.len)
        json_str_member(&out, "said", told->said);
    json_put_name(&out, "riders");
    json_open_array(&out);
    for (size_t i = 0; i < count; i++) {
        json_open_object(&out);
        json_i64_member(&out, "flow", riders[i].flow);
        json_str_member(&out, "outcome", str_of(outcome_of(riders[i].fate)));
        json_str_member(&out, "why", riders[i].why);
        json_close_object(&out);
    }
    json_close_array(&out);
    json_close_object(&out);
    op->fn.done = fn;
    struct pg_param params[] = {store_p(s->owner), store_p(bulk), store_p(buf_str(&buf))};
    pg_exec(s->pg, &SQL_BULK_TOLD, params, store_on_done, op);
}
