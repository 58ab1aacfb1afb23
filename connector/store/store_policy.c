#include "base/codecs.h"
#include "store/store_priv.h"

void store_policy_offer(struct store *s, struct str pdp, struct str sets, const char *how,
                        const char *replica, store_json_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(pdp), store_p(sets), store_p(str_of(how)),
                                store_p(str_of(replica)), store_p(STR(""))};
    struct store_op *op = store_op_new(arg);

    op->fn.json = fn;
    pg_exec(s->pg, &SQL_POLICY_OFFER, params, store_on_json, op);
}

void store_policy_refused(struct store *s, struct str fault, store_done_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(fault)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_POLICY_REFUSED, params, store_on_done, op);
}

void store_entitlement_saw(struct store *s, struct str seen, store_done_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(seen)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_ENTITLEMENT_SAW, params, store_on_done, op);
}

void store_policy_question(struct store *s, struct str request_id, enum permit_stage stage,
                           store_json_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(request_id), store_p(str_of(permit_stage_name(stage)))};
    struct store_op *op = store_op_new(arg);

    op->fn.json = fn;
    pg_exec(s->pg, &SQL_POLICY_QUESTION, params, store_on_json, op);
}

static void put_bytes(struct json_out *out, const char *name, struct str bytes)
{
    AUTO(drop_buf) struct buf text;

    buf_init(&text, STORE_JSON_BYTES);
    base64_encode(&text, bytes);
    json_str_member(out, name, buf_str(&text));
}

static void put_decision(struct json_out *out, const struct store_policy_decision *x)
{
    json_open_object(out);
    json_i64_member(out, "item", x->item_id);
    json_str_member(out, "stage", str_of(permit_stage_name(x->stage)));
    json_str_member(out, "pdp", x->pdp);
    if (x->answer != PERMIT_OPEN)
        json_bool_member(out, "permitted", x->answer == PERMIT_GIVEN);
    put_bytes(out, "asked", x->asked);
    if (x->has_answer)
        put_bytes(out, "answered", x->answered);
    if (x->asks.len) {
        json_put_name(out, "asks");
        json_put_raw(out, x->asks);
    }
    json_str_member(out, "why", str_of(x->why));
    json_str_member(out, "reason", x->reason);
    json_put_name(out, "conflicts");
    json_open_array(out);
    for (size_t i = 0; i < x->conflict_count; i++)
        json_put_str(out, x->conflicts[i]);
    json_close_array(out);
    json_str_member(out, "question", x->question);
    json_i64_member(out, "took_ms", x->took_ms);
    json_close_object(out);
}

void store_policy_save(struct store *s, const struct dossier *d,
                       const struct store_policy_decision *made, size_t count, store_done_fn *fn,
                       void *arg)
{
    AUTO(drop_buf) struct buf buf;
    struct json_out out;
    char version[STORE_NUMBER_SIZE];
    struct store_op *op = store_op_new(arg);

    buf_init(&buf, STORE_JSON_BYTES);
    json_begin(&out, &buf);
    json_open_object(&out);
    json_put_name(&out, "decisions");
    json_open_array(&out);
    for (size_t i = 0; i < count; i++)
        put_decision(&out, &made[i]);
    json_close_array(&out);
    json_i64_member(&out, "look_ms", s->look_ms);
    json_close_object(&out);
    struct pg_param params[] = {store_p(s->owner), store_p(d->request_id),
                                store_i(d->version, version), store_p(buf_str(&buf))};
    op->fn.done = fn;
    pg_exec(s->pg, &SQL_POLICY_SAVE, params, store_on_fenced, op);
}
