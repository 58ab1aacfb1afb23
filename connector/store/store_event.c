#include "store/store_event.h"

#include <stdlib.h>

#include "store/store_priv.h"

struct event_claim {
    store_events_fn *fn;
    void *arg;
};

static int64_t number(const struct pg_reply *reply, int row, int col)
{
    int64_t v = 0;
    return str_to_i64(pg_cell(reply, row, col), &v) ? v : 0;
}

static void on_claimed(void *arg, const struct pg_reply *reply)
{
    struct event_claim *claim = arg;
    struct store_event rows[STORE_ROWS_MAX];
    size_t count = 0;

    for (int i = 0; reply->outcome == PG_OK && i < reply->rows && count < STORE_ROWS_MAX; i++)
        rows[count++] = (struct store_event){.id = number(reply, i, 0),
                                             .subscriber = pg_cell(reply, i, 1),
                                             .uid = pg_cell(reply, i, 2),
                                             .type = pg_cell(reply, i, 3),
                                             .request_id = pg_cell(reply, i, 4),
                                             .at_ms = number(reply, i, 5),
                                             .data = pg_cell(reply, i, 6),
                                             .attempts = (int32_t)number(reply, i, 7),
                                             .since_ms = number(reply, i, 8),
                                             .now_ms = number(reply, i, 9)};
    claim->fn(claim->arg, store_outcome_of(reply), rows, count);
    free(claim);
}

void store_event_claim(struct store *s, int32_t lease_s, const struct store_room *rooms,
                       size_t count, store_events_fn *fn, void *arg)
{
    enum { NAMES_BYTES = 16 * 1024, ROOMS_BYTES = 4 * 1024 };
    AUTO(drop_buf) struct buf names, room;
    char lease[STORE_NUMBER_SIZE];
    struct event_claim *claim = calloc(1, sizeof *claim);

    if (!claim)
        abort();
    *claim = (struct event_claim){fn, arg};
    buf_init(&names, NAMES_BYTES);
    buf_init(&room, ROOMS_BYTES);
    pg_array_begin(&names, PG_TEXT, count);
    pg_array_begin(&room, PG_INT4, count);
    for (size_t i = 0; i < count; i++) {
        pg_array_add(&names, rooms[i].site);
        pg_array_add_i32(&room, rooms[i].room);
    }
    struct pg_param params[] = {store_p(s->owner), store_i(lease_s, lease), pg_array_param(&names),
                                pg_array_param(&room)};
    pg_exec(s->pg, &SQL_EVENT_CLAIM, params, on_claimed, claim);
}

void store_subscribers_put(struct store *s, struct str json, store_done_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(json)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_EVENT_SUBSCRIBERS_PUT, params, store_on_done, op);
}

void store_event_done(struct store *s, const struct store_event_end *end, store_done_fn *fn,
                      void *arg)
{
    char id[STORE_NUMBER_SIZE], status[STORE_NUMBER_SIZE], rest[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(s->owner),
                                store_i(end->id, id),
                                store_p(end->subscriber),
                                store_p(str_of(end->outcome)),
                                store_i(end->status, status),
                                store_p(str_of(end->why)),
                                store_i(end->rest_ms, rest)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_EVENT_DONE, params, store_on_fenced, op);
}

void store_event_purge(struct store *s, int64_t keep_s, store_done_fn *fn, void *arg)
{
    char keep[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_i(keep_s, keep)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_EVENT_PURGE, params, store_on_done, op);
}

void store_event_list(struct store *s, struct str filter, store_json_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(filter)};
    struct store_op *op = store_op_new(arg);

    op->fn.json = fn;
    pg_exec(s->pg, &SQL_EVENT_LIST, params, store_on_json, op);
}

void store_event_retry(struct store *s, struct str uid, struct str subscriber, struct str actor,
                       store_json_fn *fn, void *arg)
{
    struct pg_param params[] = {store_p(uid), store_p(subscriber), store_p(actor)};
    struct store_op *op = store_op_new(arg);

    op->fn.json = fn;
    pg_exec(s->pg, &SQL_EVENT_RETRY, params, store_on_json, op);
}
