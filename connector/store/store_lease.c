/* store_lease.c: work that one replica does at a time, and how much of it each site may have. */
#include <stdlib.h>

#include "store/store_priv.h"

/* --- claims, site by site --- */

void store_claim(struct store *s, const struct pg_stmt *stmt, int32_t lease_s,
                 const struct store_room *rooms, size_t count, pg_done_fn *fn, struct store_op *op)
{
    enum { SITES_BYTES = 64 * 1024, ROOMS_BYTES = 4 * 1024 };
    AUTO(drop_buf) struct buf sites, room, pressed;
    char lease[STORE_NUMBER_SIZE], size[STORE_NUMBER_SIZE];
    int32_t batch = 0;
    size_t pressed_count = 0;

    buf_init(&sites, SITES_BYTES);
    buf_init(&room, ROOMS_BYTES);
    buf_init(&pressed, SITES_BYTES);
    pg_array_begin(&sites, PG_TEXT, count);
    pg_array_begin(&room, PG_INT4, count);
    for (size_t i = 0; i < count; i++) {
        pg_array_add(&sites, rooms[i].site);
        pg_array_add_i32(&room, rooms[i].room);
        batch += rooms[i].room;
        pressed_count += rooms[i].pressed;
    }
    pg_array_begin(&pressed, PG_TEXT, pressed_count);
    for (size_t i = 0; i < count; i++)
        if (rooms[i].pressed)
            pg_array_add(&pressed, rooms[i].site);
    if (batch > STORE_ROWS_MAX)
        batch = STORE_ROWS_MAX;
    struct pg_param params[] = {store_p(s->owner),     store_i(lease_s, lease),
                                store_i(batch, size),  pg_array_param(&sites),
                                pg_array_param(&room), pg_array_param(&pressed)};
    pg_exec(s->pg, stmt, params, fn, op); /* tickets take no heed of the last */
}

/* --- leases --- */

static void on_lease(void *arg, const struct pg_reply *reply)
{
    struct store_op *op = arg;
    enum store_outcome outcome = store_outcome_of(reply);
    struct store_lease lease = {0};

    if (outcome == STORE_OK && reply->rows == 1) {
        bool ours = str_to_i64(pg_cell(reply, 0, 0), &lease.fence);
        if (!str_to_i64(pg_cell(reply, 0, 1), &lease.wait_ms))
            lease.wait_ms = 0;
        lease.resting = str_eq_c(pg_cell(reply, 0, 2), "t");
        outcome = ours ? STORE_OK : STORE_LOST;
    } else if (outcome == STORE_OK) {
        outcome = STORE_UNKNOWN;
    }
    op->fn.lease(op->arg, outcome, &lease);
    free(op);
}

void store_lease_take(struct store *s, struct str name, int64_t lease_ms, store_lease_fn *fn,
                      void *arg)
{
    char life[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(name), store_p(s->owner), store_i(lease_ms, life)};
    struct store_op *op = store_op_new(arg);

    op->fn.lease = fn;
    pg_exec(s->pg, &SQL_LEASE_TAKE, params, on_lease, op);
}

void store_lease_give(struct store *s, struct str name, int64_t fence, int64_t rest_ms,
                      store_done_fn *fn, void *arg)
{
    char number[STORE_NUMBER_SIZE], rest[STORE_NUMBER_SIZE];
    struct pg_param params[] = {store_p(name), store_p(s->owner), store_i(fence, number),
                                store_i(rest_ms, rest)};
    struct store_op *op = store_op_new(arg);

    op->fn.done = fn;
    pg_exec(s->pg, &SQL_LEASE_GIVE, params, store_on_fenced, op);
}
