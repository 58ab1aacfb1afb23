#include "base/codecs.h"
#include "base/digest.h"
#include "store/store_priv.h"

void store_site_put(struct store *s, struct str name, struct str flavour, struct str url,
                    store_done_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(name), store_p(flavour), store_p(url)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_SITE_PUT, params, store_on_done, op);
}

void store_source_put(struct store *s, struct str name, struct str label, struct str kind,
                      const struct source_rule *rule, store_done_fn *fn, void *arg)
{
    char settle[STORE_NUMBER_SIZE], confirmations[STORE_NUMBER_SIZE], age[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(name),
                                store_p(label),
                                store_p(kind),
                                store_i(rule->settle_ms, settle),
                                store_i(rule->confirmations, confirmations),
                                store_i(rule->max_age_ms, age),
                                store_p(rule->extra_hinders ? STR("hinder") : STR("tell"))};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_SOURCE_PUT, params, store_on_done, op);
}

void store_sla_put(struct store *s, struct str said, store_done_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(said)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_SLA_PUT, params, store_on_done, op);
}

void store_mapping_put(struct store *s, struct str sha256_hex, struct str text, struct str site,
                       store_done_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(sha256_hex), store_p(text), store_p(site),
                                store_p(s->owner)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_MAPPING_PUT, params, store_on_done, op);
}

void store_mapping_hold(struct store *s, struct str site, struct str sha256_hex, store_json_fn *fn,
                        void *arg)
{
    struct pg_param params[] = {store_p(s->owner), store_p(site), store_p(sha256_hex)};
    struct store_op *op = store_op_new(arg);

    op->fn.json = fn;
    pg_exec(s->pg, &SQL_MAPPING_HOLD, params, store_on_json, op);
}

bool store_mapping_is_whole(struct str body, struct str sha256_hex)
{
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];

    digest_sha256(body, digest);
    hex_encode(digest, sizeof digest, hex);
    return str_eq_c(sha256_hex, hex);
}

void store_mapping_body(struct store *s, struct str sha256_hex, store_json_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(sha256_hex)};
    struct store_op *op = store_op_new(arg);

    op->fn.json = fn;
    pg_exec(s->pg, &SQL_MAPPING_BODY, params, store_on_json, op);
}

void store_mapping_of_site(struct store *s, struct str site, store_json_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(site)};
    struct store_op *op = store_op_new(arg);

    op->fn.json = fn;
    pg_exec(s->pg, &SQL_MAPPING_OF_SITE, params, store_on_json, op);
}

void store_mapping_refused(struct store *s, struct str site, struct str sha256_hex,
                           struct str detail, store_done_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(site), store_p(sha256_hex), store_p(detail)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_MAPPING_REFUSED, params, store_on_done, op);
}

void store_mapping_drop(struct store *s, store_done_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(s->owner)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_MAPPING_DROP, params, store_on_done, op);
}

void store_sweep(struct store *s, int32_t max_age_s, store_done_fn *fn, void *arg)
{
    char age[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_i(max_age_s, age)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_SWEEP, params, store_on_done, op);
}
