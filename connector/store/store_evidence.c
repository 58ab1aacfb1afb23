/* store_evidence.c: the chain of evidence as it is published. */
#include "store/store_evidence.h"

#include <stdlib.h>

#include "base/codecs.h"
#include "store/store_priv.h"

void store_evidence_state(struct store *s, store_json_fn *fn, void *arg)
{
    struct store_op *op = store_op_new(arg);

    op->fn.json = fn;
    pg_exec(s->pg, &SQL_EVIDENCE_LOG_STATE, NULL, store_on_json, op);
}

static bool read_row(const struct pg_reply *reply, int row, struct store_evidence *ret)
{
    ret->body = pg_cell(reply, row, 3);
    return str_to_i64(pg_cell(reply, row, 0), &ret->seq) &&
           hex_decode(pg_cell(reply, row, 4), ret->prev, sizeof ret->prev) &&
           hex_decode(pg_cell(reply, row, 5), ret->hash, sizeof ret->hash);
}

static void on_page(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    enum store_outcome outcome = store_outcome_of(reply);
    size_t count = 0;
    struct store_evidence *rows = calloc(STORE_EVIDENCE_ROWS, sizeof *rows);

    if (!rows)
        abort();
    for (int i = 0; outcome == STORE_OK && i < reply->rows && count < STORE_EVIDENCE_ROWS; i++)
        if (!read_row(reply, i, &rows[count++]))
            outcome = STORE_UNKNOWN;
    op->fn.evidence(op->arg, outcome, rows, outcome == STORE_OK ? count : 0);
    free(rows);
    free(op);
}

void store_evidence_page(struct store *s, int64_t after, store_evidence_fn *fn, void *arg)
{
    char from[STORE_NUMBER_SIZE], most[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_i(after, from), store_i(STORE_EVIDENCE_ROWS, most)};
    struct store_op *op = store_op_new(arg);

    op->fn.evidence = fn;
    pg_exec(s->pg, &SQL_EVIDENCE_PAGE, params, on_page, op);
}

void store_evidence_publish(struct store *s, int64_t seq, struct str root_hex, struct str note,
                            struct str anchor, store_done_fn *fn, void *arg)
{
    char size[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_i(seq, size), store_p(root_hex), store_p(note),
                                store_p(anchor)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_EVIDENCE_PUBLISH, params, store_on_fenced, op);
}

void store_evidence_forked(struct store *s, int64_t published, int64_t head, struct str why,
                           store_done_fn *fn, void *arg)
{
    char size[STORE_NUMBER_SIZE], now[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_i(published, size), store_i(head, now), store_p(why)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_EVIDENCE_FORKED, params, store_on_done, op);
}
