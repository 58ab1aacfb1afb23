#include <stdlib.h>

#include "base/codecs.h"
#include "base/limits.h"
#include "store/store_priv.h"

enum { PUT_COLUMNS = 4, PUT_BYTES = 64 * 1024 * 1024 };

void store_inbox_put(struct pg *ingest, const struct store_delivery *rows, size_t count,
                     pg_done_fn *fn, void *arg)
{
    static const enum pg_element TYPES[PUT_COLUMNS] = {PG_TEXT, PG_TEXT, PG_INT4, PG_BYTEA};
    struct buf columns[PUT_COLUMNS];
    struct pg_param params[PUT_COLUMNS];

    for (size_t i = 0; i < PUT_COLUMNS; i++) {
        buf_init(&columns[i], PUT_BYTES);
        pg_array_begin(&columns[i], TYPES[i], count);
    }
    for (size_t i = 0; i < count; i++) {
        pg_array_add(&columns[0], rows[i].site);
        pg_array_add(&columns[1], rows[i].delivery_id);
        pg_array_add_i32(&columns[2], rows[i].retry);
        pg_array_add(&columns[3], rows[i].body);
    }
    for (size_t i = 0; i < PUT_COLUMNS; i++)
        params[i] = pg_array_param(&columns[i]);
    pg_exec(ingest, &SQL_INBOX_PUT, params, fn, arg);
    for (size_t i = 0; i < PUT_COLUMNS; i++)
        buf_done(&columns[i]);
}

/* Appends PostgreSQL's hexadecimal text form of bytea, "\x...". */
static bool put_bytea(struct buf *to, struct str text)
{
    size_t len = text.len < 2 ? 0 : text.len / 2 - 1;
    char *at = buf_room(to, len);

    if (text.len < 2 || !at || !hex_decode(str_n(text.p + 2, text.len - 2), at, len))
        return false;
    buf_grow(to, len);
    return true;
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
    enum store_outcome outcome = store_outcome_of(reply);
    size_t count = 0;
    AUTO(drop_buf) struct buf bodies;

    buf_init(&bodies, PUT_BYTES);
    for (int i = 0; outcome == STORE_OK && i < reply->rows && count < STORE_ROWS_MAX; i++) {
        struct store_delivery *row = &rows[count++];
        struct str text = pg_cell(reply, i, 4);
        *row = (struct store_delivery){.id = number(reply, i, 0),
                                       .site = pg_cell(reply, i, 1),
                                       .delivery_id = pg_cell(reply, i, 2),
                                       .size = number(reply, i, 3),
                                       .received_ms = number(reply, i, 5)};
        row->body.len = bodies.len; /* its start for now: the buffer moves while it grows */
        if (text.p && !put_bytea(&bodies, text))
            outcome = STORE_REFUSED;
    }
    for (size_t i = 0; i < count; i++) {
        size_t start = rows[i].body.len, end = i + 1 < count ? rows[i + 1].body.len : bodies.len;
        rows[i].body = end > start ? str_n(bodies.p + start, end - start) : STR_NONE;
    }
    op->fn.deliveries(op->arg, outcome, rows, outcome == STORE_OK ? count : 0);
    free(op);
}

void store_inbox_claim(struct store *s, int32_t lease_s, int32_t batch, int64_t bytes,
                       store_deliveries_fn *fn, void *arg)
{
    char lease[STORE_NUMBER_SIZE], size[STORE_NUMBER_SIZE], budget[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_i(lease_s, lease), store_i(batch, size),
                                store_i(bytes, budget)};
    struct store_op *op = store_op_new(arg);

    op->fn.deliveries = fn;
    pg_exec(s->pg, &SQL_INBOX_CLAIM, params, on_claimed, op);
}

/* --- one long body, piece by piece --- */

struct body_read {
    struct store *store;
    int64_t id, size;
    struct buf *to;
    size_t began; /* length of `to` when it was lent */
    store_body_fn *fn;
    void *arg;
};

static void next_piece(struct body_read *r);

static void on_piece(void *arg, const struct pg_reply *reply)
{
    struct body_read *r = arg;
    enum store_outcome outcome = store_outcome_of(reply);
    size_t before = r->to->len;

    if (outcome == STORE_OK &&
        (reply->rows != 1 || !put_bytea(r->to, pg_cell(reply, 0, 0)) || r->to->len == before))
        outcome = STORE_LOST;
    if (outcome == STORE_OK && (int64_t)(r->to->len - r->began) < r->size) {
        next_piece(r);
        return;
    }
    r->fn(r->arg, outcome);
    free(r);
}

static void next_piece(struct body_read *r)
{
    char id[STORE_NUMBER_SIZE], start[STORE_NUMBER_SIZE], bytes[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_i(r->id, id),
                                store_i((int64_t)(r->to->len - r->began), start),
                                store_i(LIMIT_INBOX_PIECE_BYTES, bytes)};

    pg_exec(r->store->pg, &SQL_INBOX_BODY, params, on_piece, r);
}

void store_inbox_body(struct store *s, int64_t id, int64_t size, struct buf *to, store_body_fn *fn,
                      void *arg)
{
    struct body_read *r = calloc(1, sizeof *r);

    if (!r)
        abort();
    *r = (struct body_read){s, id, size, to, to->len, fn, arg};
    next_piece(r);
}

/* --- hints --- */

void store_put_hints(struct json_out *out, const struct store_hint *hints, size_t count)
{
    json_open_array(out);
    for (size_t i = 0; i < count; i++) {
        const struct store_hint *h = &hints[i];
        json_open_object(out);
        if (h->delivery_id)
            json_i64_member(out, "delivery", h->delivery_id);
        json_str_member(out, "site", h->site);
        if (h->poison) {
            json_str_member(out, "poison", str_of(h->poison));
        } else if (h->issue_id.len) {
            json_str_member(out, "issue", h->issue_id);
            json_str_member(out, "key", h->key);
            json_i64_member(out, "updated", h->updated_ms);
            if (h->announced_ms)
                json_i64_member(out, "announced", h->announced_ms);
            if (h->echo)
                json_bool_member(out, "echo", true);
            if (h->over)
                json_bool_member(out, "over", true);
            if (h->ignore)
                json_str_member(out, "ignore", str_of(h->ignore));
            if (h->request_type.len)
                json_str_member(out, "request_type", h->request_type);
        }
        json_close_object(out);
    }
    json_close_array(out);
}

void store_inbox_finish(struct store *s, const struct store_hint *hints, size_t count,
                        store_done_fn *fn, void *arg)
{
    AUTO(drop_buf) struct buf buf;
    struct json_out out;
    struct store_op *op = store_op_new(arg);

    buf_init(&buf, STORE_JSON_BYTES);
    json_begin(&out, &buf);
    store_put_hints(&out, hints, count);
    op->fn.done = fn;
    struct pg_param params[] = {store_p(buf_str(&buf))};
    pg_exec(s->pg, &SQL_HINT_APPLY, params, store_on_done, op);
}
