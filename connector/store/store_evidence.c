/* store_evidence.c: the chain of evidence as it is published. */
#include "store/store_evidence.h"

#include <stdlib.h>

#include "base/codecs.h"
#include "store/store_priv.h"

void store_evidence_state(struct store *s, struct str origin, store_json_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(origin)};
    struct store_op *op = store_op_new(arg);

    op->fn.json = fn;
    pg_exec(s->pg, &SQL_EVIDENCE_LOG_STATE, params, store_on_json, op);
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

static void on_recorded(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    enum store_outcome outcome = store_outcome_of(reply);
    int64_t seq = 0;

    if (outcome == STORE_OK && (reply->rows != 1 || !str_to_i64(pg_cell(reply, 0, 0), &seq)))
        outcome = STORE_UNKNOWN;
    op->fn.number(op->arg, outcome, seq, outcome == STORE_OK ? "" : reply->message);
    free(op);
}

void store_evidence_publish(struct store *s, const struct store_checkpoint *c, store_number_fn *fn,
                            void *arg)
{
    char size[STORE_NUMBER_SIZE], fence[STORE_NUMBER_SIZE];
    struct pg_param params[] = {
        store_p(s->owner),    store_i(c->fence, fence), store_p(c->origin), store_i(c->seq, size),
        store_p(c->hash_hex), store_p(c->root_hex),     store_p(c->note),   store_p(c->anchor)};
    struct store_op *op = store_op_new(arg);

    op->fn.number = fn;
    pg_exec(s->pg, &SQL_EVIDENCE_PUBLISH, params, on_recorded, op);
}

void store_evidence_forked(struct store *s, const struct store_fork *fork, store_number_fn *fn,
                           void *arg)
{
    char fence[STORE_NUMBER_SIZE], size[STORE_NUMBER_SIZE], now[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(s->owner),        store_i(fork->fence, fence),
                                store_p(fork->origin),    store_i(fork->published, size),
                                store_i(fork->head, now), store_p(fork->why)};
    struct store_op *op = store_op_new(arg);

    op->fn.number = fn;
    pg_exec(s->pg, &SQL_EVIDENCE_FORKED, params, on_recorded, op);
}

/* --- anchors --- */

void store_evidence_anchors(struct store *s, struct str origin, store_json_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(origin)};

    store_ask_json(s, &SQL_EVIDENCE_ANCHORS, params, fn, arg);
}

void store_anchor_meant(struct store *s, const struct store_anchor *a, store_number_fn *fn,
                        void *arg)
{
    char fence[STORE_NUMBER_SIZE], seq[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(s->owner), store_i(a->fence, fence), store_p(a->origin),
                                store_p(a->kind),  store_p(a->place),        store_i(a->seq, seq)};
    struct store_op *op = store_op_new(arg);

    op->fn.number = fn;
    pg_exec(s->pg, &SQL_EVIDENCE_ANCHOR_MEANT, params, on_recorded, op);
}

void store_anchor_left(struct store *s, const struct store_anchor *a, struct str why,
                       store_done_fn *fn, void *arg)
{
    char seq[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(a->origin), store_p(a->kind), store_i(a->seq, seq),
                                store_p(why)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_EVIDENCE_ANCHOR_LEFT, params, store_on_done, op);
}
