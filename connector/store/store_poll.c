/* store_poll.c: walks under their fence, what a site is held for, and sweeps by id. */
#include <stdlib.h>

#include "store/store_priv.h"

static int64_t number(const struct pg_reply *reply, int col)
{
    int64_t v = 0;
    return str_to_i64(pg_cell(reply, 0, col), &v) ? v : 0;
}

static struct poll_lag read_lag(struct str text)
{
    struct poll_lag lag = {0};

    for (size_t i = 0; i < POLL_LAG_BUCKETS && text.len; i++)
        if (!str_to_i64(str_cut(&text, ' '), &lag.count[i]))
            lag.count[i] = 0;
    return lag;
}

static void on_begun(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    struct store_poll poll = {0};
    enum store_outcome outcome = store_outcome_of(reply);

    if (outcome == STORE_OK && reply->rows == 0)
        outcome = STORE_LOST;
    if (outcome == STORE_OK)
        poll = (struct store_poll){.cursor = {number(reply, 0), number(reply, 1)},
                                   .fence = number(reply, 2),
                                   .asked_ms = number(reply, 3),
                                   .lag = read_lag(pg_cell(reply, 0, 4)),
                                   .held_ms = number(reply, 5),
                                   .held_known = number(reply, 6)};
    op->fn.poll(op->arg, outcome, &poll);
    free(op);
}

void store_poll_begin(struct store *s, struct str site, int32_t lease_s, store_poll_fn *fn,
                      void *arg)
{
    char lease[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(site), store_p(s->owner), store_i(lease_s, lease)};
    struct store_op *op = store_op_new(arg);

    op->fn.poll = fn;
    pg_exec(s->pg, &SQL_POLL_BEGIN, params, on_begun, op);
}

static void put_page(struct buf *buf, const struct store_page *page)
{
    struct json_out out;

    json_begin(&out, buf);
    json_open_object(&out);
    json_put_name(&out, "hints");
    store_put_hints(&out, page->hints, page->count);
    json_bool_member(&out, "last", page->last);
    if (page->last) {
        json_i64_member(&out, "watermark_ms", page->cursor.watermark_ms);
        json_i64_member(&out, "overlap_ms", page->cursor.overlap_ms);
        json_i64_member(&out, "asked_ms", page->asked_ms);
        json_bool_member(&out, "lifts", page->lifts);
        json_put_name(&out, "lag");
        json_open_array(&out);
        for (size_t i = 0; i < POLL_LAG_BUCKETS; i++)
            json_put_i64(&out, page->lag.count[i]);
        json_close_array(&out);
    }
    json_close_object(&out);
}

static void on_stored(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    enum store_outcome outcome = store_outcome_of(reply);

    if (outcome == STORE_OK && reply->rows == 0)
        outcome = STORE_LOST;
    bool stored = outcome == STORE_OK;
    op->fn.page(op->arg, outcome, stored ? number(reply, 0) : 0, stored ? number(reply, 1) : 0,
                reply->message);
    free(op);
}

void store_poll_page(struct store *s, struct str site, int64_t fence, const struct store_page *page,
                     store_page_fn *fn, void *arg)
{
    AUTO(drop_buf) struct buf buf;
    char fence_text[STORE_NUMBER_SIZE];
    struct store_op *op = store_op_new(arg);

    buf_init(&buf, STORE_JSON_BYTES);
    put_page(&buf, page);
    op->fn.page = fn;
    struct pg_param params[] = {store_p(site), store_i(fence, fence_text), store_p(buf_str(&buf))};
    pg_exec(s->pg, &SQL_POLL_STORE, params, on_stored, op);
}

void store_poll_hold(struct store *s, struct str site, const char *why, int64_t fence,
                     int64_t known, store_json_fn *fn, void *arg)
{
    char fence_text[STORE_NUMBER_SIZE], known_text[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(site), store_p(str_of(why)), store_i(fence, fence_text),
                                store_i(known, known_text)};
    struct store_op *op = store_op_new(arg);

    op->fn.json = fn;
    pg_exec(s->pg, &SQL_POLL_HOLD, params, store_on_json, op);
}

void store_poll_release(struct store *s, struct str site, store_done_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(site)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_POLL_RELEASE, params, store_on_done, op);
}

void store_sweep_take(struct store *s, struct str site, int64_t every_ms, store_done_fn *fn,
                      void *arg)
{
    char every[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(site), store_i(every_ms, every)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_SWEEP_TAKE, params, store_on_fenced, op);
}

static void on_ids(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    struct store_hint rows[STORE_ROWS_MAX];
    enum store_outcome outcome = store_outcome_of(reply);
    size_t count = 0;

    for (int i = 0; outcome == STORE_OK && i < reply->rows && count < STORE_ROWS_MAX; i++) {
        struct store_hint *row = &rows[count++];
        *row = (struct store_hint){.issue_id = pg_cell(reply, i, 0), .key = pg_cell(reply, i, 1)};
        if (!str_to_i64(pg_cell(reply, i, 2), &row->updated_ms))
            row->updated_ms = 0;
    }
    op->fn.hints(op->arg, outcome, rows, count);
    free(op);
}

void store_sweep_ids(struct store *s, struct str site, struct str after, int32_t batch,
                     store_hints_fn *fn, void *arg)
{
    char size[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(site), store_p(after.len ? after : STR("0")),
                                store_i(batch, size)};
    struct store_op *op = store_op_new(arg);

    op->fn.hints = fn;
    pg_exec(s->pg, &SQL_SWEEP_IDS, params, on_ids, op);
}
