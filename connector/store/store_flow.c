#include <stdlib.h>

#include "store/store_priv.h"

static int64_t number(const struct pg_reply *reply, int row, int col)
{
    int64_t v = 0;
    return str_to_i64(pg_cell(reply, row, col), &v) ? v : 0;
}

static bool read_flow(const struct pg_reply *reply, int row, struct flow *f)
{
    *f = (struct flow){
        .id = number(reply, row, 0),
        .version = number(reply, row, 3),
        .attempt = (int32_t)number(reply, row, 4),
        .failures = (int32_t)number(reply, row, 5),
        .site = pg_cell(reply, row, 6),
        .request_id = pg_cell(reply, row, 7),
        .marker = pg_cell(reply, row, 8),
        .issue_id = pg_cell(reply, row, 9),
        .cycle = pg_cell(reply, row, 10),
        .payload = pg_cell(reply, row, 11),
        .sent_at_ms = number(reply, row, 12),
        .now_ms = number(reply, row, 13),
    };
    return flow_kind_from(pg_cell(reply, row, 1), &f->kind) &&
           flow_state_from(pg_cell(reply, row, 2), &f->state);
}

static void on_flows(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    struct flow rows[STORE_ROWS_MAX];
    size_t count = 0;

    for (int i = 0; reply->outcome == PG_OK && i < reply->rows && count < STORE_ROWS_MAX; i++)
        if (read_flow(reply, i,
                      &rows[count])) /* a kind or state of a newer release: leave it alone */
            count++;
    op->fn.flows(op->arg, store_outcome_of(reply), rows, count);
    free(op);
}

void store_flow_claim(struct store *s, int32_t lease_s, const struct store_room *rooms,
                      size_t count, store_flows_fn *fn, void *arg)
{
    struct store_op *op = store_op_new(arg);

    op->fn.flows = fn;
    store_claim(s, &SQL_FLOW_CLAIM, lease_s, rooms, count, on_flows, op);
}

void store_flow_save(struct store *s, const struct flow *flow, const struct flow_rule *rule,
                     const struct flow_note *note, int32_t lease_s, store_done_fn *fn, void *arg)
{
    AUTO(drop_buf) struct buf buf;
    char id[STORE_NUMBER_SIZE], version[STORE_NUMBER_SIZE];
    struct json_out out;
    struct store_op *op = store_op_new(arg);

    buf_init(&buf, STORE_JSON_BYTES);
    json_begin(&out, &buf);
    json_open_object(&out);
    json_str_member(&out, "to", str_of(flow_state_name(rule->to)));
    json_i64_member(&out, "rest_ms", note->rest_ms);
    json_i64_member(&out, "lease_s", note->release ? 0 : lease_s);
    json_bool_member(&out, "count_attempt", note->count_attempt);
    json_bool_member(&out, "failed", note->failed);
    json_bool_member(&out, "settled", note->settled);
    json_str_member(&out, "issue_id", note->issue_id);
    json_str_member(&out, "key", note->key);
    json_bool_member(&out, "bind", note->bind);
    if (note->bind && note->seen)
        store_put_ticket(&out, note->seen, note->looked_ms, NULL, false);
    if (note->step)
        json_str_member(&out, "step", str_of(note->step));
    if (note->why)
        json_str_member(&out, "why", str_of(note->why));
    json_close_object(&out);
    op->fn.done = fn;
    struct str args[] = {store_number(flow->id, id), store_number(flow->version, version),
                         buf_str(&buf)};
    store_together(s, TOGETHER_FLOW, flow->request_id, args, store_on_fenced, op);
}
