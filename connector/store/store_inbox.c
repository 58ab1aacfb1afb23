#include <stdlib.h>

#include "base/limits.h"
#include "store/store_priv.h"

enum { PUT_COLUMNS = 4 };

const struct pg_stmt *store_inbox_put_stmt(void)
{
    return &SQL_INBOX_PUT;
}

void store_inbox_put(struct pg *ingest, const struct store_delivery *rows, size_t count,
                     pg_done_fn *fn, void *arg)
{
    struct pg_param params[LIMIT_INGEST_BATCH * PUT_COLUMNS];
    char numbers[LIMIT_INGEST_BATCH][STORE_NUMBER_SIZE];

    for (size_t i = 0; i < count; i++) {
        params[i * PUT_COLUMNS] = store_p(rows[i].site);
        params[i * PUT_COLUMNS + 1] = store_p(rows[i].delivery_id);
        params[i * PUT_COLUMNS + 2] = store_i(rows[i].retry, numbers[i]);
        params[i * PUT_COLUMNS + 3] = store_p(rows[i].body);
        params[i * PUT_COLUMNS + 3].binary = true;
    }
    pg_batch(ingest, &SQL_INBOX_PUT, params, count, fn, arg);
}

/* PostgreSQL's hexadecimal text form of bytea, "\x...", into the arena. */
static struct str bytea(struct arena *arena, struct str text)
{
    static const char DIGITS[] = "0123456789abcdef";
    size_t len = text.len >= 2 ? (text.len - 2) / 2 : 0;
    char *bytes = arena_alloc(arena, len + 1);

    if (!bytes)
        return STR_NONE;
    for (size_t i = 0; i < len; i++) {
        ptrdiff_t high = str_find(str_n(DIGITS, 16), text.p[2 + 2 * i]);
        ptrdiff_t low = str_find(str_n(DIGITS, 16), text.p[3 + 2 * i]);
        bytes[i] = (char)(high << 4 | low);
    }
    return str_n(bytes, len);
}

static int64_t number(const struct pg_reply *reply, int row, int col)
{
    int64_t v = 0;
    return str_to_i64(pg_cell(reply, row, col), &v) ? v : 0;
}

static void on_claimed(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    struct store_delivery rows[STORE_ROWS_MAX];
    size_t count = 0;
    AUTO(drop_arena) struct arena *arena = arena_new(256 * (size_t)LIMIT_HTTP_BODY_BYTES);

    for (int i = 0; reply->outcome == PG_OK && i < reply->rows && count < STORE_ROWS_MAX; i++) {
        rows[count++] = (struct store_delivery){.id = number(reply, i, 0),
                                                .site = pg_cell(reply, i, 1),
                                                .delivery_id = pg_cell(reply, i, 2),
                                                .body = bytea(arena, pg_cell(reply, i, 3))};
    }
    op->fn.deliveries(op->arg, store_outcome_of(reply), rows, count);
    free(op);
}

void store_inbox_claim(struct store *s, int32_t lease_s, int32_t batch, store_deliveries_fn *fn,
                       void *arg)
{
    char lease[STORE_NUMBER_SIZE], size[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_i(lease_s, lease), store_i(batch, size)};
    struct store_op *op = store_op_new(arg);

    op->fn.deliveries = fn;
    pg_exec(s->pg, &SQL_INBOX_CLAIM, params, on_claimed, op);
}

static void put_hints(struct buf *buf, const struct store_hint *hints, size_t count)
{
    struct json_out out;

    json_begin(&out, buf);
    json_open_array(&out);
    for (size_t i = 0; i < count; i++) {
        const struct store_hint *h = &hints[i];
        json_open_object(&out);
        if (h->delivery_id)
            json_i64_member(&out, "delivery", h->delivery_id);
        json_str_member(&out, "site", h->site);
        if (h->poison) {
            json_str_member(&out, "poison", str_of(h->poison));
        } else if (h->issue_id.len) {
            json_str_member(&out, "issue", h->issue_id);
            json_str_member(&out, "key", h->key);
            json_i64_member(&out, "updated", h->updated_ms);
        }
        json_close_object(&out);
    }
    json_close_array(&out);
}

void store_inbox_finish(struct store *s, const struct store_hint *hints, size_t count,
                        store_done_fn *fn, void *arg)
{
    AUTO(drop_buf) struct buf buf;
    struct store_op *op = store_op_new(arg);

    buf_init(&buf, STORE_JSON_BYTES);
    put_hints(&buf, hints, count);
    op->fn.done = fn;
    struct pg_param params[] = {store_p(buf_str(&buf))};
    pg_exec(s->pg, &SQL_HINT_APPLY, params, store_on_done, op);
}

/* --- poll: the same hints, under the walk's fence
 * ----------------------------------------------------------------- */

static void on_poll_begun(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    struct store_poll poll = {0};
    enum store_outcome outcome = store_outcome_of(reply);

    if (outcome == STORE_OK && reply->rows == 0)
        outcome = STORE_LOST;
    if (outcome == STORE_OK)
        poll = (struct store_poll){.cursor = {number(reply, 0, 0), number(reply, 0, 1)},
                                   .fence = number(reply, 0, 2)};
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
    pg_exec(s->pg, &SQL_POLL_BEGIN, params, on_poll_begun, op);
}

void store_poll_page(struct store *s, struct str site, int64_t fence,
                     const struct store_hint *hints, size_t count, bool last,
                     const struct cursor *cursor, store_done_fn *fn, void *arg)
{
    AUTO(drop_buf) struct buf buf;
    char fence_text[STORE_NUMBER_SIZE], mark[STORE_NUMBER_SIZE];
    struct store_op *op = store_op_new(arg);

    buf_init(&buf, STORE_JSON_BYTES);
    put_hints(&buf, hints, count);
    op->fn.done = fn;
    struct pg_param params[] = {store_p(site), store_i(fence, fence_text), store_p(buf_str(&buf)),
                                store_p(last ? STR("true") : STR("false")),
                                store_i(cursor->watermark_ms, mark)};
    pg_exec(s->pg, &SQL_POLL_PAGE, params, store_on_fenced, op);
}
