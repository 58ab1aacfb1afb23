#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/codecs.h"
#include "store/store_priv.h"

struct store_op *store_op_new(void *arg)
{
    struct store_op *op = calloc(1, sizeof *op);
    if (!op)
        abort();
    op->arg = arg;
    return op;
}

enum store_outcome store_outcome_of(const struct pg_reply *reply)
{
    switch (reply->outcome) {
    case PG_OK:
        return STORE_OK;
    case PG_REFUSED:
        if (strcmp(reply->sqlstate, "CG017") == 0)
            return STORE_OUTDATED;
        return pg_try_later(reply) ? STORE_AWAY : STORE_REFUSED;
    case PG_AWAY:
        return STORE_AWAY;
    case PG_UNKNOWN:
        return STORE_UNKNOWN;
    }
    return STORE_UNKNOWN;
}

void store_on_fenced(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    enum store_outcome outcome = store_outcome_of(reply);

    if (outcome == STORE_OK && (reply->rows == 0 || !pg_cell(reply, 0, 0).p))
        outcome = STORE_LOST;
    op->fn.done(op->arg, outcome, reply->message);
    free(op);
}

void store_on_tried(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    enum store_outcome outcome = store_outcome_of(reply);
    struct str refused = outcome == STORE_OK && reply->rows ? pg_cell(reply, 0, 1) : STR_NONE;
    char why[STORE_REFUSED_SIZE];

    if (!refused.len) {
        store_on_fenced(arg, reply);
        return;
    }
    str_copy(why, sizeof why, refused);
    op->fn.done(op->arg, STORE_REFUSED, why);
    free(op);
}

void store_on_done(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;

    op->fn.done(op->arg, store_outcome_of(reply), reply->message);
    free(op);
}

void store_on_json(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    enum store_outcome outcome = store_outcome_of(reply);
    bool found = outcome == STORE_OK && reply->rows > 0;

    op->fn.json(op->arg, outcome,
                found                 ? pg_cell(reply, 0, 0)
                : outcome == STORE_OK ? STR_NONE
                                      : str_of(reply->message));
    free(op);
}

struct pg_param store_p(struct str s)
{
    return (struct pg_param){.p = s.p ? s.p : "", .len = s.len};
}

struct pg_param store_null(void)
{
    return (struct pg_param){0};
}

struct str store_number(int64_t v, char *dst)
{
    int len = snprintf(dst, STORE_NUMBER_SIZE, "%" PRId64, v);
    return str_n(dst, (size_t)len);
}

struct pg_param store_i(int64_t v, char *dst)
{
    return store_p(store_number(v, dst));
}

void store_hash_member(struct json_out *out, const char *name, uint64_t hash)
{
    char hex[17] = "";
    if (hash)
        snprintf(hex, sizeof hex, "%016" PRIx64, hash);
    json_str_member(out, name, str_of(hex));
}

uint64_t store_hash_from(struct str hex)
{
    uint8_t bytes[8];
    uint64_t hash = 0;
    if (!hex_decode(hex, bytes, sizeof bytes))
        return 0;
    for (size_t i = 0; i < sizeof bytes; i++)
        hash = hash << 8 | bytes[i];
    return hash;
}

void store_ask_json(struct store *s, const struct pg_stmt *stmt, const struct pg_param *params,
                    store_json_fn *fn, void *arg)
{
    struct store_op *op = store_op_new(arg);

    op->fn.json = fn;
    pg_exec(s->pg, stmt, params, store_on_json, op);
}

static void on_tried_json(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    bool good = store_outcome_of(reply) == STORE_OK && reply->rows;
    struct str refused = good ? pg_cell(reply, 0, 1) : STR_NONE;

    if (!refused.len) {
        store_on_json(arg, reply);
        return;
    }
    op->fn.json(op->arg, STORE_REFUSED, refused);
    free(op);
}

void store_try_json(struct store *s, const struct pg_stmt *stmt, const struct pg_param *params,
                    store_json_fn *fn, void *arg)
{
    struct store_op *op = store_op_new(arg);

    op->fn.json = fn;
    pg_exec(s->pg, stmt, params, on_tried_json, op);
}

void store_put_said(struct json_out *out, const char *name, struct str value)
{
    if (value.len)
        json_str_member(out, name, value);
}
