#include "store/store_priv.h"

/* A statement that answers one document. */
static void put_number(struct json_out *out, const char *name, int64_t value)
{
    if (value)
        json_i64_member(out, name, value);
}

void store_exception_grant(struct store *s, const struct store_exception *e, store_json_fn *fn,
                           void *arg)
{
    AUTO(drop_buf) struct buf buf;
    struct json_out out;

    buf_init(&buf, STORE_JSON_BYTES);
    json_begin(&out, &buf);
    json_open_object(&out);
    store_put_said(&out, "request", e->request);
    store_put_said(&out, "scope", e->scope);
    store_put_said(&out, "source", e->source);
    store_put_said(&out, "sod_set", e->sod_set);
    json_str_member(&out, "owner", e->owner);
    json_str_member(&out, "approved_by", e->approved_by);
    json_str_member(&out, "reason", e->reason);
    json_str_member(&out, "control", e->control);
    json_str_member(&out, "vouched_by", e->vouched_by);
    json_i64_member(&out, "expires_ms", e->expires_ms);
    put_number(&out, "review_ms", e->review_ms);
    put_number(&out, "renews", e->renews);
    if (e->fault_why) {
        json_put_name(&out, "fault");
        json_open_object(&out);
        json_str_member(&out, "why", str_of(e->fault_why));
        json_str_member(&out, "said", str_of(e->fault_said));
        json_close_object(&out);
    }
    json_close_object(&out);
    struct pg_param params[] = {store_p(buf_str(&buf))};
    store_try_json(s, &SQL_EXCEPTION_GRANT, params, fn, arg);
}

void store_exception_list(struct store *s, const struct store_exceptions *filter, store_json_fn *fn,
                          void *arg)
{
    AUTO(drop_buf) struct buf buf;
    struct json_out out;

    buf_init(&buf, STORE_JSON_BYTES);
    json_begin(&out, &buf);
    json_open_object(&out);
    if (filter->live)
        json_bool_member(&out, "live", true);
    put_number(&out, "expiring_s", filter->expiring_s);
    store_put_said(&out, "owner", filter->owner);
    store_put_said(&out, "request", filter->request);
    put_number(&out, "after", filter->after);
    json_i64_member(&out, "limit", filter->limit);
    json_close_object(&out);
    struct pg_param params[] = {store_p(buf_str(&buf))};
    store_ask_json(s, &SQL_EXCEPTION_LIST, params, fn, arg);
}

void store_exception_revoke(struct store *s, int64_t id, struct str by, struct str reason,
                            struct str vouched_by, store_json_fn *fn, void *arg)
{
    char number[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_i(id, number), store_p(by), store_p(reason),
                                store_p(vouched_by)};

    store_ask_json(s, &SQL_EXCEPTION_REVOKE, params, fn, arg);
}

void store_exception_sweep(struct store *s, store_json_fn *fn, void *arg)
{
    store_ask_json(s, &SQL_EXCEPTION_SWEEP, NULL, fn, arg);
}

void store_departure_put(struct store *s, struct str person, bool left, struct str by,
                         struct str reason, store_json_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(person), store_p(left ? STR("true") : STR("false")),
                                store_p(by), store_p(reason)};

    store_ask_json(s, &SQL_DEPARTURE_PUT, params, fn, arg);
}

void store_review_add(struct store *s, struct str request_id, struct str reviewer,
                      struct str outcome, struct str note, struct str vouched_by, store_done_fn *fn,
                      void *arg)
{
    struct pg_param params[] = {store_p(request_id), store_p(reviewer), store_p(outcome),
                                store_p(note), store_p(vouched_by)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_REVIEW_ADD, params, store_on_tried, op);
}
