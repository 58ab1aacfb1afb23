/* store_submit.c: wishes of the API, many in one commit. */
#include <stdlib.h>

#include "store/store_priv.h"

enum { KEYS_BYTES = 64 * 1024 };

struct submitting {
    size_t count;
    store_wishes_fn *fn;
    void *arg;
};

/* Rows come in the order of their locks; each names its place. */
static bool read_rows(const struct pg_reply *reply, struct store_submitted *rows, size_t count)
{
    for (int i = 0; i < reply->rows; i++) {
        int64_t n;
        if (!str_to_i64(pg_cell(reply, i, 0), &n) || n < 1 || (size_t)n > count)
            return false;
        rows[n - 1] = (struct store_submitted){.id = pg_cell(reply, i, 1),
                                               .repeated = str_eq_c(pg_cell(reply, i, 2), "t"),
                                               .differs = str_eq_c(pg_cell(reply, i, 3), "t"),
                                               .phase = pg_cell(reply, i, 4)};
    }
    return (size_t)reply->rows == count;
}

static void on_submitted(void *arg, const struct pg_reply *reply)
{
    struct submitting *op = arg;
    struct store_submitted rows[STORE_WISHES_MAX] = {0};
    enum store_outcome outcome = store_outcome_of(reply);

    if (outcome == STORE_OK && !read_rows(reply, rows, op->count))
        outcome = STORE_UNKNOWN;
    op->fn(op->arg, outcome, rows, reply->message);
    free(op);
}

void store_request_submit(struct store *s, const struct store_wish *wishes, size_t count,
                          store_wishes_fn *fn, void *arg)
{
    AUTO(drop_buf) struct buf keys, hashes, intakes;
    struct submitting *op = calloc(1, sizeof *op);

    if (!op)
        abort();
    *op = (struct submitting){count, fn, arg};
    buf_init(&keys, KEYS_BYTES);
    buf_init(&hashes, KEYS_BYTES);
    buf_init(&intakes, STORE_JSON_BYTES);
    pg_array_begin(&keys, PG_TEXT, count);
    pg_array_begin(&hashes, PG_TEXT, count);
    pg_array_begin(&intakes, PG_TEXT, count);
    for (size_t i = 0; i < count; i++) {
        pg_array_add(&keys, wishes[i].key);
        pg_array_add(&hashes, wishes[i].body_sha256_hex);
        pg_array_add(&intakes, wishes[i].intake);
    }
    struct pg_param params[] = {pg_array_param(&keys), pg_array_param(&hashes),
                                pg_array_param(&intakes)};
    pg_exec(s->pg, &SQL_REQUEST_SUBMIT, params, on_submitted, op);
}

void store_request_known(struct store *s, struct str token, struct str key,
                         struct str body_sha256_hex, store_json_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(token), store_p(key), store_p(body_sha256_hex)};
    store_ask_json(s, &SQL_REQUEST_KNOWN, params, fn, arg);
}
