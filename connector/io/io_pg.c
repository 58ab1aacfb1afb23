/* The pool: works, their queue, deadlines, and the end. One connection's life is in io_pg_conn.c
 * and io_pg_link.c. */
#include <stdio.h>

#include "base/assert.h"
#include "base/limits.h"
#include "io/io_pg_priv.h"
#include "io/io_priv.h"

int64_t pg_now(const struct pg *pg)
{
    return io_loop_now_ms(pg->loop);
}

static void pg_on_tick(uv_timer_t *timer);

void pg_wake_tick(struct pg *pg)
{
    if (pg->ticking || pg->closed)
        return;
    pg->ticking = true;
    uv_timer_start(&pg->tick, pg_on_tick, PG_TICK_MS, PG_TICK_MS);
}

/* --- works --- */

static struct pg_work *work_new(struct pg *pg)
{
    struct list *item = list_shift(&pg->spare);

    if (item) {
        pg->spare_len--;
        return container_of(item, struct pg_work, link);
    }
    struct pg_work *work = io_alloc(sizeof *work);
    list_init(&work->link);
    buf_init(&work->bytes, PG_BYTES_MAX);
    return work;
}

static void work_free(struct pg_work *work)
{
    buf_done(&work->bytes);
    free(work->slots);
    free(work);
}

static void work_recycle(struct pg *pg, struct pg_work *work)
{
    if (pg->spare_len >= PG_SPARE_MAX || work->bytes.cap > PG_SPARE_BYTES) {
        work_free(work);
        return;
    }
    buf_clear(&work->bytes);
    list_push(pg->spare.next, &work->link); /* in front: the one used last has warm memory */
    pg->spare_len++;
}

void pg_work_finish(struct pg *pg, struct pg_work *work, PGresult *result)
{
    work->reply.result = result;
    work->fn(work->arg, &work->reply);
    PQclear(result);
    work_recycle(pg, work);
}

void pg_work_requeue(struct pg *pg, struct pg_work *work)
{
    list_push(pg->queue.next, &work->link);
    pg->queue_len++;
}

static void pg_on_deferred(void *arg)
{
    struct pg *pg = arg;
    size_t count = 0;

    pg->deferred = false;
    pg->handles--;
    LIST_EACH (it, &pg->failed)
        count++;
    for (; count > 0; count--) /* those that fail meanwhile wait for the next turn */
        pg_work_finish(pg, container_of(list_shift(&pg->failed), struct pg_work, link), NULL);
    pg_pump(pg);
    pg_tell_idle(pg);
    pg_check_closed(pg);
}

void pg_defer(struct pg *pg)
{
    if (pg->deferred)
        return;
    pg->deferred = true;
    pg->handles++;
    io_loop_defer(pg->loop, pg_on_deferred, pg);
}

void pg_work_fail(struct pg *pg, struct pg_work *work, enum pg_outcome outcome, const char *message)
{
    work->reply.outcome = outcome;
    work->reply.rows = work->reply.cols = 0;
    if (message)
        str_copy(work->reply.message, sizeof work->reply.message, str_of(message));
    list_push(&pg->failed, &work->link);
    pg_defer(pg);
}

/* libpq reads text parameters up to their NUL: one with a NUL inside would be stored cut. False:
 * refuse it. */
static bool work_add(struct pg_work *work, struct pg_slot *slot, const struct pg_param *param)
{
    *slot = (struct pg_slot){
        .offset = work->bytes.len, .null = param->p == NULL, .binary = param->binary};
    if (!param->p)
        return true;
    slot->len = (int)param->len;
    buf_add(&work->bytes, param->p, param->len);
    buf_add_byte(&work->bytes, '\0');
    return param->binary || !memchr(param->p, '\0', param->len);
}

static bool work_fill(struct pg_work *work, const struct pg_param *params)
{
    size_t count = (size_t)work->stmt->params;
    bool clean = true;

    if (count > work->slots_cap) {
        work->slots_cap = count;
        work->slots = io_resize(work->slots, count * sizeof *work->slots);
    }
    for (size_t i = 0; i < count; i++)
        clean &= work_add(work, &work->slots[i], &params[i]);
    return clean;
}

static void pg_submit(struct pg *pg, struct pg_work *work, const struct pg_param *params)
{
    ASSERT(work->stmt->params >= 0 && work->stmt->params <= PG_PARAMS_MAX);
    work->born_ms = pg_now(pg);
    work->tries = 0;
    work->reply = (struct pg_reply){.outcome = PG_OK};
    if (pg->closing) {
        pg_work_fail(pg, work, PG_AWAY, "the pool is closing");
    } else if (pg->queue_len >= pg->options.queue_max) {
        pg_work_fail(pg, work, PG_AWAY, "too many statements wait for a connection");
    } else if (!work_fill(work, params)) {
        memcpy(work->reply.sqlstate, "22021", 6);
        pg_work_fail(pg, work, PG_REFUSED, "a text parameter contains a NUL byte");
    } else if (work->bytes.over) {
        memcpy(work->reply.sqlstate, "54000", 6);
        pg_work_fail(pg, work, PG_REFUSED, "the parameters are too large");
    } else {
        list_push(&pg->queue, &work->link);
        pg->queue_len++;
        pg_wake_tick(pg);
        pg_pump(pg);
    }
}

void pg_exec(struct pg *pg, const struct pg_stmt *stmt, const struct pg_param *params,
             pg_done_fn *fn, void *arg)
{
    struct pg_work *work = work_new(pg);

    work->stmt = stmt;
    work->fn = fn;
    work->arg = arg;
    pg_submit(pg, work, params);
}

/* --- connections --- */

static bool conn_takes(const struct pg_conn *conn)
{
    return conn->state == PGS_UP && !conn->retiring && !conn->sending && conn->in_flight < PG_DEPTH;
}

/* The least busy; of two the first, whose session knows more statements already. */
static struct pg_conn *conn_least_busy(struct pg *pg)
{
    struct pg_conn *best = NULL;

    for (int i = 0; i < pg->wanted; i++) {
        struct pg_conn *conn = &pg->conns[i];
        if (conn_takes(conn) && (!best || conn->in_flight < best->in_flight))
            best = conn;
    }
    return best;
}

/* Another connection may soon be there for what waits: better than to send it behind something. */
static bool pg_may_grow(const struct pg *pg)
{
    const struct pg_conn *newest = &pg->conns[pg->wanted - 1];

    return newest->state == PGS_UP ? pg->wanted < pg->conns_len : newest->failures == 0;
}

void pg_pump(struct pg *pg)
{
    while (!list_empty(&pg->queue)) {
        struct pg_conn *best = conn_least_busy(pg);
        if (!best || (best->in_flight > 0 && pg_may_grow(pg)))
            return;
        struct list *item = list_shift(&pg->queue);
        pg->queue_len--;
        pg_conn_send(best, container_of(item, struct pg_work, link));
    }
}

bool pg_up(const struct pg *pg)
{
    for (int i = 0; i < pg->conns_len; i++)
        if (pg->conns[i].state == PGS_UP)
            return true;
    return false;
}

bool pg_idle(const struct pg *pg)
{
    for (int i = 0; i < pg->conns_len; i++)
        if (conn_takes(&pg->conns[i]) && pg->conns[i].in_flight == 0)
            return true;
    return false;
}

void pg_on_idle(struct pg *pg, void (*fn)(void *arg), void *arg)
{
    pg->on_idle = fn;
    pg->on_idle_arg = arg;
}

void pg_tell_idle(struct pg *pg)
{
    if (pg->on_idle && !pg->closing)
        pg->on_idle(pg->on_idle_arg);
}

/* One attempt each PG_RECONNECT_MS for the whole pool; the first attempt of each connection is free
 * of that. */
static void conn_tick_down(struct pg_conn *conn, int64_t now)
{
    struct pg *pg = conn->pg;
    bool first = conn->not_before_ms == 0;

    if (pg->closing ||
        (!first && (now < conn->not_before_ms || now < pg->last_attempt_ms + PG_RECONNECT_MS)))
        return;
    pg_link_start(conn);
}

static void conn_tick(struct pg_conn *conn, int64_t now)
{
    const struct pg_options *options = &conn->pg->options;

    switch (conn->state) {
    case PGS_DOWN:
        conn_tick_down(conn, now);
        return;
    case PGS_RESOLVING:
    case PGS_CONNECTING:
    case PGS_SETTING_UP:
        if (now - conn->since_ms >= options->connect_timeout_ms)
            pg_conn_lost(conn, "the server did not answer in time");
        return;
    case PGS_UP:
        if (conn->in_flight > 0) {
            const struct pg_work *oldest = container_of(conn->sent.next, struct pg_work, link);
            if (now - oldest->born_ms >= options->deadline_ms)
                pg_conn_lost(conn, "the deadline passed");
        }
        return;
    }
    UNREACHABLE();
}

/* Nothing of these was sent, so they can be told so. Half of the deadline is kept for the answer: a
 * work sent at the last moment would take its whole connection down. */
static void pg_drop_late(struct pg *pg, int64_t now)
{
    int64_t patience = pg->options.deadline_ms / 2;
    bool up = pg_up(pg);

    if (!up && patience > PG_NO_LINK_MS)
        patience = PG_NO_LINK_MS;
    while (!list_empty(&pg->queue)) {
        struct pg_work *work = container_of(pg->queue.next, struct pg_work, link);
        if (now - work->born_ms < patience)
            return;
        list_remove(&work->link);
        pg->queue_len--;
        pg_work_fail(pg, work, PG_AWAY,
                     up || !pg->why_away[0] ? "no connection was free in time" : pg->why_away);
    }
}

/* One more connection where work waits all the time, be each piece answered soon: as long as there
 * may be more, each has one piece in hand, so that one session is all that the server works with.
 * To open one takes it tens of milliseconds, and each session makes all its plans anew, so what is
 * short is better waited for. */
static void pg_grow(struct pg *pg)
{
    bool could =
        !pg->closing && pg->wanted < pg->conns_len && pg->conns[pg->wanted - 1].state == PGS_UP;

    pg->waits = could && !list_empty(&pg->queue) ? pg->waits + 1 : 0;
    if (pg->waits >= PG_GROW_TICKS) {
        pg->wanted++;
        pg->waits = 0;
    }
}

static void pg_on_tick(uv_timer_t *timer)
{
    struct pg *pg = timer->data;
    int64_t now = pg_now(pg);
    bool calm = true;

    pg_grow(pg);
    for (int i = 0; i < pg->wanted; i++)
        conn_tick(&pg->conns[i], now);
    pg_drop_late(pg, now);
    for (int i = 0; i < pg->wanted; i++)
        calm &=
            pg->conns[i].state == (pg->closing ? PGS_DOWN : PGS_UP) && pg->conns[i].in_flight == 0;
    if (calm && list_empty(&pg->queue)) {
        uv_timer_stop(&pg->tick);
        pg->ticking = false;
    }
    pg_check_closed(pg);
}

/* --- life --- */

static char *copy_or_null(const char *s)
{
    char *copy = s ? strdup(s) : NULL;
    ASSERT(!s || copy);
    return copy;
}

static void pg_on_start(void *arg)
{
    struct pg *pg = arg;

    pg->handles--;
    if (!pg->closing)
        pg_on_tick(&pg->tick);
    pg_check_closed(pg);
}

struct pg *pg_new(struct io_loop *loop, const struct pg_options *options)
{
    struct pg *pg = io_alloc(sizeof *pg);

    ASSERT(options->connections > 0 && options->deadline_ms > 0 && options->connect_timeout_ms > 0);
    pg->loop = loop;
    pg->options = *options;
    pg->options.conninfo = pg->conninfo = copy_or_null(options->conninfo);
    pg->options.password = pg->password = copy_or_null(options->password);
    pg->options.role = pg->role = copy_or_null(options->role);
    pg->options.application = pg->application = copy_or_null(options->application);
    rng_seed_system(&pg->rng);
    list_init(&pg->queue);
    list_init(&pg->failed);
    list_init(&pg->spare);
    buf_init(&pg->settings, PG_SETTINGS_BYTES);
    pg->conns_len = options->connections;
    pg->wanted = 1;
    pg->conns = io_alloc((size_t)options->connections * sizeof *pg->conns);
    for (int i = 0; i < pg->conns_len; i++) {
        pg->conns[i].pg = pg;
        list_init(&pg->conns[i].sent);
    }
    uv_timer_init(io_loop_uv(loop), &pg->tick);
    pg->tick.data = pg;
    pg_wake_tick(pg);
    pg->handles++;
    io_loop_defer(loop, pg_on_start, pg); /* connect at once, but not inside this call */
    return pg;
}

static void pg_wipe(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

static void pg_on_tick_closed(uv_handle_t *handle)
{
    struct pg *pg = handle->data;
    void (*fn)(void *) = pg->on_closed;
    void *arg = pg->on_closed_arg;

    for (struct list *item; (item = list_shift(&pg->spare)) != NULL;)
        work_free(container_of(item, struct pg_work, link));
    for (int i = 0; i < pg->conns_len; i++)
        free(pg->conns[i].prepared);
    pg_wipe(pg->conninfo);
    pg_wipe(pg->password);
    buf_done(&pg->settings);
    free(pg->role);
    free(pg->application);
    free(pg->conns);
    free(pg);
    if (fn)
        fn(arg);
}

void pg_check_closed(struct pg *pg)
{
    if (!pg->closing || pg->closed || pg->handles > 0 || !list_empty(&pg->failed))
        return;
    for (int i = 0; i < pg->conns_len; i++)
        if (pg->conns[i].link)
            return;
    pg->closed = true;
    uv_close((uv_handle_t *)&pg->tick, pg_on_tick_closed);
}

void pg_close(struct pg *pg, void (*fn)(void *arg), void *arg)
{
    ASSERT(!pg->closing);
    pg->closing = true;
    pg->on_closed = fn;
    pg->on_closed_arg = arg;
    pg->queue_len = 0;
    for (struct list *item; (item = list_shift(&pg->queue)) != NULL;)
        pg_work_fail(pg, container_of(item, struct pg_work, link), PG_AWAY, "the pool is closing");
    for (int i = 0; i < pg->conns_len; i++) {
        struct pg_conn *conn = &pg->conns[i];
        if (conn->state == PGS_UP)
            pg_conn_retire(conn); /* now, or when the last running statement is answered or late */
        else
            pg_link_close(conn);
    }
    pg_defer(pg); /* even when nothing is open the end is told in a later turn */
}

struct str pg_cell(const struct pg_reply *reply, int row, int col)
{
    const PGresult *result = reply->result;

    row += reply->first;
    if (!result || PQgetisnull(result, row, col))
        return STR_NONE;
    return str_n(PQgetvalue(result, row, col), (size_t)PQgetlength(result, row, col));
}

bool pg_try_later(const struct pg_reply *reply)
{
    static const char *const CLASSES[] = {"53", "57", "40001", "40P01", "55P03", "25006", "58"};

    if (reply->outcome == PG_AWAY)
        return true;
    for (size_t i = 0; reply->outcome == PG_REFUSED && i < sizeof CLASSES / sizeof CLASSES[0]; i++)
        if (strncmp(reply->sqlstate, CLASSES[i], strlen(CLASSES[i])) == 0)
            return true;
    return false;
}
