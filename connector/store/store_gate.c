/* The gate in Jira's workflow: what we changed there, and what the last look proved. */
#include <stdlib.h>

#include "store/store_priv.h"

/* One number, or "t" and "f" as 1 and 0. */
static void on_number(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    enum store_outcome outcome = store_outcome_of(reply);
    struct str cell = outcome == STORE_OK && reply->rows > 0 ? pg_cell(reply, 0, 0) : STR_NONE;
    int64_t number = str_eq_c(cell, "t");

    if (outcome == STORE_OK && !cell.p)
        outcome = STORE_LOST;
    if (outcome == STORE_OK && !str_to_i64(cell, &number))
        number = str_eq_c(cell, "t");
    op->fn.number(op->arg, outcome, number, reply->message);
    free(op);
}

bool store_gate_turn(void *session, struct str site, bool *ret_ours, struct err *err)
{
    struct pg_param params[] = {store_p(site)};
    struct pg_reply reply;

    if (!pg_session_query(session, &SQL_GATE_HOLD, params, &reply, err))
        return false;
    *ret_ours = reply.rows == 1 && str_eq_c(pg_cell(&reply, 0, 0), "t");
    pg_session_release(&reply);
    return true;
}

void store_gate_begin(struct store *s, const struct store_gate_change *change, store_number_fn *fn,
                      void *arg)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    struct store_op *op = store_op_new(arg);

    buf_init(&b, 3 * STORE_JSON_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "site", change->site);
    json_str_member(&out, "project", change->project);
    json_str_member(&out, "workflow", change->workflow);
    json_str_member(&out, "name", change->name);
    json_str_member(&out, "mode", change->mode);
    json_str_member(&out, "kind", change->kind);
    json_i64_member(&out, "version", change->version);
    json_str_member(&out, "before", change->before);
    json_str_member(&out, "planned", change->planned);
    if (change->replaces)
        json_i64_member(&out, "replaces", change->replaces);
    json_put_name(&out, "changes");
    json_put_raw(&out, change->changes);
    json_close_object(&out);
    struct pg_param params[] = {store_p(buf_str(&b))};
    op->fn.number = fn;
    pg_exec(s->pg, &SQL_GATE_BEGIN, params, on_number, op);
}

void store_gate_move(struct store *s, int64_t id, const char *from, const char *to,
                     struct str after, struct str said, store_done_fn *fn, void *arg)
{
    char number[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_i(id, number), store_p(str_of(from)), store_p(str_of(to)),
                                store_p(after), store_p(said)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_GATE_MOVE, params, store_on_fenced, op);
}

void store_gate_live(struct store *s, struct str site, store_gate_live_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(site)};
    struct store_op *op = store_op_new(arg);

    op->fn.json = fn;
    pg_exec(s->pg, &SQL_GATE_LIVE, params, store_on_json, op);
}

void store_gate_own(struct store *s, struct str site, store_gate_live_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(site)};
    struct store_op *op = store_op_new(arg);

    op->fn.json = fn;
    pg_exec(s->pg, &SQL_GATE_OWN, params, store_on_json, op);
}

void store_gate_proved(struct store *s, const struct store_gate_proof *proof, store_number_fn *fn,
                       void *arg)
{
    char open[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(proof->site),
                                store_p(proof->project),
                                store_p(proof->known ? STR("t") : STR("f")),
                                store_i((int64_t)proof->open, open),
                                store_p(proof->said),
                                store_p(proof->fingerprint),
                                store_p(proof->detail)};
    struct store_op *op = store_op_new(arg);

    op->fn.number = fn;
    pg_exec(s->pg, &SQL_GATE_PROVED, params, on_number, op);
}

static void on_told(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    enum store_outcome outcome = store_outcome_of(reply);

    op->fn.number(op->arg, outcome, outcome == STORE_OK && reply->rows > 0, reply->message);
    free(op);
}

void store_mapping_drift(struct store *s, struct str site, struct str print, store_number_fn *fn,
                         void *arg)
{
    struct pg_param params[] = {store_p(site), store_p(print)};
    struct store_op *op = store_op_new(arg);

    op->fn.number = fn;
    pg_exec(s->pg, &SQL_MAPPING_DRIFT, params, on_told, op);
}
