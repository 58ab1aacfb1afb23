/* io_pg against a real server: answers in order, group commit, poison, loss in every state,
 * deadlines, recovery. */
#include <stdio.h>

#include "base/buf.h"
#include "io/io_pg.h"
#include "io_test.h"

static const struct pg_stmt ADD = {"add", "select $1::int + $2::int, $3::text", 3};
static const struct pg_stmt SLEEP = {"sleep", "select pg_sleep($1::float8)", 1};
static const struct pg_stmt STORE = {
    "store", "insert into t (k, v) values ($1, $2) on conflict (k) do nothing", 2};
static const struct pg_stmt STORE_MANY = {
    "store_many",
    "insert into t (k, v) select * from unnest($1::text[], $2::bytea[]) on conflict (k) do nothing",
    2};
static const struct pg_stmt COUNT = {"count", "select count(*) from t", 0};
static const struct pg_stmt WRONG = {"wrong", "select no_such_column", 0};
static const struct pg_stmt PID = {"pid", "select pg_backend_pid()", 0};

struct seen {
    int done;
    int ok, refused, away, unknown;
    struct pg_reply last;
    char cells[4][64];
    int order; /* of the last value seen */
    bool in_order;
    struct pg *close_inside;
    int *closed;
};

static struct io_loop *loop;
static struct pg *pg;
static struct seen seen;
static int closed;

static struct pg_param text(const char *s)
{
    return (struct pg_param){.p = s, .len = s ? strlen(s) : 0};
}

static void on_done(void *arg, const struct pg_reply *reply)
{
    struct seen *s = arg;

    s->done++;
    s->ok += reply->outcome == PG_OK;
    s->refused += reply->outcome == PG_REFUSED;
    s->away += reply->outcome == PG_AWAY;
    s->unknown += reply->outcome == PG_UNKNOWN;
    s->last = *reply;
    for (int i = 0; i < reply->cols && i < 4 && reply->result && reply->rows > 0; i++)
        snprintf(s->cells[i], sizeof s->cells[i], "%.*s", STR_ARG(pg_cell(reply, 0, i)));
    if (reply->outcome == PG_OK && reply->cols == 2) {
        int64_t n = 0;
        if (str_to_i64(pg_cell(reply, 0, 0), &n)) {
            s->in_order = s->in_order && (int)n == s->order + 1;
            s->order = (int)n;
        }
    }
    if (s->close_inside) {
        pg_close(s->close_inside, test_count, s->closed);
        s->close_inside = NULL;
    }
}

static struct pg_options options(int connections)
{
    return (struct pg_options){.conninfo = getenv("TEST_PG"),
                               .application = "io_pg test",
                               .connections = connections,
                               .connect_timeout_ms = 1000,
                               .statement_timeout_ms = 20000,
                               .deadline_ms = 8000,
                               .queue_max = 1000};
}

static void open_pool(struct pg_options how)
{
    memset(&seen, 0, sizeof seen);
    seen.in_order = true;
    closed = 0;
    loop = io_loop_new();
    pg = pg_new(loop, &how);
}

static void end_pool(void)
{
    pg_close(pg, test_count, &closed);
    assert_true(test_until(loop, &closed, 1, 10000));
    test_loop_end(loop);
}

static void run_sql(const char *sql)
{
    static struct pg_stmt stmts[100]; /* a statement must outlive the pool */
    static char names[100][16];
    static int n;
    struct seen s = {.in_order = true};

    assert_true(n < 100);
    snprintf(names[n], sizeof names[n], "sql%d", n);
    stmts[n] = (struct pg_stmt){names[n], sql, 0};
    pg_exec(pg, &stmts[n++], NULL, on_done, &s);
    assert_true(test_until(loop, &s.done, 1, 9000));
    if (s.ok != 1)
        print_error("%s: %s %s\n", sql, s.last.sqlstate, s.last.message);
    assert_int_equal(s.ok, 1);
}

static void fresh_table(void)
{
    run_sql("create table if not exists t (k text primary key, v bytea check (length(v) < 6))");
    run_sql("truncate t");
}

static int rows_stored(void)
{
    struct seen s = {0};
    int64_t n = -1;

    pg_exec(pg, &COUNT, NULL, on_done, &s);
    assert_true(test_until(loop, &s.done, 1, 9000));
    assert_int_equal(s.ok, 1);
    assert_true(str_to_i64(str_of(s.cells[0]), &n));
    return (int)n;
}

static void pipelined_answers_come_in_order(void **state)
{
    char numbers[300][8];
    (void)state;

    open_pool(options(1));
    for (int i = 0; i < 300; i++) {
        snprintf(numbers[i], sizeof numbers[i], "%d", i);
        struct pg_param params[] = {text(numbers[i]), text("1"), text(i % 2 ? NULL : "x")};
        pg_exec(pg, &ADD, params, on_done, &seen);
    }
    assert_int_equal(seen.done, 0); /* never inside the call */
    assert_true(test_until(loop, &seen.done, 300, 9000));
    assert_int_equal(seen.ok, 300);
    assert_true(seen.in_order);
    assert_int_equal(seen.order, 300);
    assert_int_equal(seen.last.cols, 2);
    assert_string_equal(seen.cells[1], ""); /* NULL */
    assert_true(pg_up(pg) && pg_idle(pg));
    end_pool();
}

static void a_wrong_statement_hurts_nobody_else(void **state)
{
    struct seen bad = {0};
    (void)state;

    open_pool(options(1));
    struct pg_param params[] = {text("0"), text("1"), text("x")};
    pg_exec(pg, &WRONG, NULL, on_done, &bad);
    pg_exec(pg, &ADD, params, on_done, &seen);
    pg_exec(pg, &WRONG, NULL, on_done, &bad); /* relies on the Prepare that failed */
    pg_exec(pg, &ADD, params, on_done, &seen);
    assert_true(test_until(loop, &seen.done, 2, 9000) && test_until(loop, &bad.done, 2, 9000));
    assert_int_equal(seen.ok, 2);
    assert_int_equal(bad.refused, 2);
    assert_string_equal(bad.last.sqlstate, "42703");
    assert_non_null(strstr(bad.last.message, "no_such_column"));
    struct pg_param nul[] = {text("0"), text("1"), {.p = "a\0b", .len = 3}};
    pg_exec(pg, &ADD, nul, on_done, &bad);
    assert_true(test_until(loop, &bad.done, 3, 9000));
    assert_string_equal(bad.last.sqlstate, "22021");
    end_pool();
}

/* `count` rows in one statement; the one numbered `poison` has a value that the table refuses. */
static void store_many(int count, const char *prefix, int poison)
{
    AUTO(drop_buf) struct buf keys, values;

    buf_init(&keys, 65536);
    buf_init(&values, 65536);
    pg_array_begin(&keys, PG_TEXT, (size_t)count);
    pg_array_begin(&values, PG_BYTEA, (size_t)count);
    for (int i = 0; i < count; i++) {
        char key[16];
        snprintf(key, sizeof key, "%s%d", prefix, i);
        pg_array_add(&keys, str_of(key));
        pg_array_add(&values, i == poison ? STR("too long") : str_n("a\0b", 3));
    }
    struct pg_param params[] = {pg_array_param(&keys), pg_array_param(&values)};
    pg_exec(pg, &STORE_MANY, params, on_done, &seen);
}

static void many_rows_are_one_commit(void **state)
{
    (void)state;

    open_pool(options(2));
    fresh_table();
    store_many(256, "k", -1);
    assert_true(test_until(loop, &seen.done, 1, 9000));
    assert_int_equal(seen.ok, 1);
    assert_int_equal(seen.last.rows, 256);
    assert_int_equal(rows_stored(), 256);
    run_sql("do $$ begin assert (select count(distinct xmin::text) = 1 and bool_and(v = "
            "'\\x610062') from t); end $$");

    store_many(256, "k", -1); /* all there already */
    assert_true(test_until(loop, &seen.done, 2, 9000));
    assert_int_equal(seen.last.rows, 0);
    end_pool();
}

static void a_poison_row_refuses_its_statement_only(void **state)
{
    (void)state;

    open_pool(options(1));
    fresh_table();
    store_many(20, "p", 13);
    store_many(20, "f", -1);
    assert_true(test_until(loop, &seen.done, 2, 9000));
    assert_int_equal(seen.refused, 1);
    assert_int_equal(seen.ok, 1);
    assert_int_equal(rows_stored(), 20);
    end_pool();
}

static void a_lost_statement_is_prepared_again(void **state)
{
    struct pg_param params[] = {text("0"), text("1"), text("x")};
    (void)state;

    open_pool(options(1));
    pg_exec(pg, &ADD, params, on_done, &seen);
    assert_true(test_until(loop, &seen.done, 1, 9000));
    run_sql("deallocate all");
    for (int i = 0; i < 4; i++)
        pg_exec(pg, &ADD, params, on_done, &seen);
    assert_true(test_until(loop, &seen.done, 5, 9000));
    assert_int_equal(seen.ok, 5);

    static const struct pg_stmt all = {"all", "select * from shape", 0};
    run_sql("drop table if exists shape");
    run_sql("create table shape (a int)");
    pg_exec(pg, &all, NULL, on_done, &seen);
    assert_true(test_until(loop, &seen.done, 6, 9000));
    run_sql("alter table shape add column b int");
    pg_exec(pg, &all, NULL, on_done, &seen); /* cached plan must not change result type */
    assert_true(test_until(loop, &seen.done, 7, 9000));
    assert_int_equal(seen.ok, 7);
    assert_int_equal(seen.last.cols, 2);
    end_pool();
}

static void a_session_that_is_not_ours_says_so(void **state)
{
    static const struct pg_stmt elsewhere = {"elsewhere", "execute prepared_elsewhere", 0};
    (void)state;

    open_pool(options(1));
    pg_exec(pg, &elsewhere, NULL, on_done, &seen);
    assert_true(test_until(loop, &seen.done, 1, 9000));
    assert_non_null(strstr(seen.last.message, "set pooler: transaction"));
    end_pool();
}

static void where_transactions_are_pooled_nothing_is_prepared(void **state)
{
    struct pg_options how = options(1);
    (void)state;

    how.pooled = true;
    open_pool(how);
    fresh_table();
    struct pg_param params[] = {text("0"), text("1"), text("x")};
    pg_exec(pg, &ADD, params, on_done, &seen);
    store_many(9, "n", -1);
    assert_true(test_until(loop, &seen.done, 2, 9000));
    assert_int_equal(seen.ok, 2);
    assert_int_equal(rows_stored(), 9);
    run_sql("do $$ begin assert (select count(*) = 0 from pg_prepared_statements); end $$");
    end_pool();
}

static void a_killed_backend_leaves_doubt_about_what_was_sent_only(void **state)
{
    struct seen doubtful = {0}, later = {0}, pid = {0};
    char sql[128];
    (void)state;

    open_pool(options(1));
    pg_exec(pg, &PID, NULL, on_done, &pid);
    assert_true(test_until(loop, &pid.done, 1, 9000));
    struct pg_param nap[] = {text("5")};
    struct pg_param params[] = {text("0"), text("1"), text("x")};
    for (int i = 0; i < 8; i++) /* as many as one connection takes */
        pg_exec(pg, &SLEEP, nap, on_done, &doubtful);
    for (int i = 0; i < 3; i++)
        pg_exec(pg, &ADD, params, on_done, &later);
    struct pg *killed = pg;
    struct io_loop *its_loop = loop;
    test_turn_for(loop, 100);

    struct seen kept = seen;
    int kept_closed = closed;
    open_pool(options(1)); /* a second pool does the killing */
    snprintf(sql, sizeof sql, "select pg_terminate_backend(%s)", pid.cells[0]);
    run_sql(sql);
    end_pool();
    pg = killed;
    loop = its_loop;
    seen = kept;
    closed = kept_closed;

    assert_true(test_until(loop, &doubtful.done, 8, 3000));
    assert_int_equal(doubtful.unknown, 8);
    assert_true(test_until(loop, &later.done, 3, 3000));
    assert_int_equal(later.ok, 3);
    end_pool();
}

static void a_stopped_server_is_away_and_comes_back(void **state)
{
    struct pg_param params[] = {text("0"), text("1"), text("x")};
    (void)state;

    open_pool(options(2));
    pg_exec(pg, &ADD, params, on_done, &seen);
    assert_true(test_until(loop, &seen.done, 1, 9000));
    test_pg_ctl("stop");
    test_turn_for(loop, 300);
    assert_false(pg_up(pg));
    int64_t began = test_now_ms();
    pg_exec(pg, &ADD, params, on_done, &seen);
    assert_true(test_until(loop, &seen.done, 2, 9000));
    assert_int_equal(seen.away, 1);
    assert_true(test_now_ms() - began < 2000);
    assert_true(pg_try_later(&seen.last));
    test_pg_ctl("start");
    began = test_now_ms();
    while (!pg_up(pg) && test_now_ms() - began < 5000)
        test_turn_for(loop, 20);
    assert_true(test_now_ms() - began < 1500);
    pg_exec(pg, &ADD, params, on_done, &seen);
    assert_true(test_until(loop, &seen.done, 3, 9000));
    assert_int_equal(seen.ok, 2);
    end_pool();
}

static void a_frozen_server_meets_the_deadline(void **state)
{
    struct pg_options how = options(1);
    struct pg_param params[] = {text("0"), text("1"), text("x")};
    (void)state;

    how.deadline_ms = 800;
    open_pool(how);
    pg_exec(pg, &ADD, params, on_done, &seen);
    assert_true(test_until(loop, &seen.done, 1, 9000));
    test_pg_ctl("freeze");
    int64_t began = test_now_ms();
    for (int i = 0; i < 20; i++)
        pg_exec(pg, &ADD, params, on_done, &seen);
    bool all = test_until(loop, &seen.done, 21, 5000);
    int64_t took = test_now_ms() - began;
    test_pg_ctl("thaw");
    assert_true(all);
    assert_true(took < 1200);
    assert_int_equal(seen.unknown, 8); /* those that were sent */
    assert_int_equal(seen.away, 12);
    int64_t again = test_now_ms();
    while (!pg_up(pg) && test_now_ms() - again < 5000)
        test_turn_for(loop, 20);
    pg_exec(pg, &ADD, params, on_done, &seen);
    assert_true(test_until(loop, &seen.done, 22, 9000));
    assert_int_equal(seen.ok, 2);
    end_pool();
}

static void the_queue_has_an_end(void **state)
{
    struct pg_options how = options(1);
    (void)state;

    how.queue_max = 5;
    open_pool(how);
    for (int i = 0; i < 9; i++)
        pg_exec(pg, &PID, NULL, on_done, &seen);
    assert_int_equal(seen.done, 0);
    assert_true(test_until(loop, &seen.done, 9, 9000));
    assert_int_equal(seen.ok, 5);
    assert_int_equal(seen.away, 4);
    end_pool();
}

static void settings_reach(bool pooled)
{
    struct pg_options how = options(1);
    struct seen shown = {0};

    open_pool(options(1));
    run_sql("do $$ begin create role \"odd \"\" role\"; exception when duplicate_object then null; "
            "end $$");
    end_pool();
    how.pooled = pooled;
    how.role = "odd \" role";
    how.read_only = how.plan_once = true;
    how.statement_timeout_ms = 200;
    open_pool(how);
    static const struct pg_stmt who = {"who",
                                       "select current_user, current_setting('timezone'), "
                                       "current_setting('application_name'), "
                                       "current_setting('plan_cache_mode')",
                                       0};
    pg_exec(pg, &who, NULL, on_done, &shown);
    assert_true(test_until(loop, &shown.done, 1, 9000));
    assert_string_equal(shown.cells[0], "odd \" role");
    assert_string_equal(shown.cells[1], "UTC");
    assert_string_equal(shown.cells[2], "io_pg test");
    assert_string_equal(shown.cells[3], "force_generic_plan");
    struct pg_param nap[] = {text("2")};
    pg_exec(pg, &SLEEP, nap, on_done, &seen);
    assert_true(test_until(loop, &seen.done, 1, 1500));
    assert_string_equal(seen.last.sqlstate, "57014");
    static const struct pg_stmt write = {"write", "create table nope (a int)", 0};
    pg_exec(pg, &write, NULL, on_done, &seen);
    assert_true(test_until(loop, &seen.done, 2, 1500));
    assert_string_equal(seen.last.sqlstate, "25006");
    end_pool();
}

static void settings_reach_the_session(void **state)
{
    (void)state;
    settings_reach(false);
}

static void settings_reach_each_transaction(void **state)
{
    (void)state;
    settings_reach(true);
}

static bool scripts_body(void *arg, void *pgconn, struct err *err)
{
    const char *const *scripts = arg;

    for (; *scripts; scripts++)
        if (!pg_session_script(pgconn, *scripts, err))
            return false;
    return true;
}

static void scripts(const char *const list[])
{
    struct pg_options how = options(1);
    struct err err = {0};
    bool ok = pg_run_blocking(&how, scripts_body, (void *)(uintptr_t)list, &err);

    if (!ok)
        print_error("%s\n", err.what);
    assert_true(ok);
}

/* The server says WARNING, then success: committed here, perhaps on no standby. */
static void a_commit_with_a_warning_is_in_doubt(void **state)
{
    struct seen pid = {0}, raised = {0};
    char cancel[100];
    (void)state;

    open_pool(options(1));
    fresh_table();
    static const struct pg_stmt talk = {"talk", "do $$ begin raise warning 'only talk'; end $$", 0};
    pg_exec(pg, &talk, NULL, on_done, &raised);
    pg_exec(pg, &PID, NULL, on_done, &pid);
    assert_true(test_until(loop, &pid.done, 1, 9000));
    assert_int_equal(raised.ok, 1);
    scripts((const char *[]){"alter system set synchronous_standby_names = 'nobody'",
                             "select pg_reload_conf()", NULL});
    test_turn_for(loop, 100);
    struct pg_param row[] = {text("k"), text("v")};
    pg_exec(pg, &STORE, row, on_done, &seen);
    test_turn_for(loop, 200);
    assert_int_equal(seen.done, 0);
    snprintf(cancel, sizeof cancel, "select pg_cancel_backend(%s)", pid.cells[0]);
    scripts((const char *[]){cancel, NULL});
    assert_true(test_until(loop, &seen.done, 1, 3000));
    scripts((const char *[]){"alter system reset synchronous_standby_names",
                             "select pg_reload_conf()", NULL});
    assert_int_equal(seen.unknown, 1);
    assert_int_equal(rows_stored(), 1);
    end_pool();
}

/* A listener that is no server: counts who comes, and shuts the door or says nothing. */
struct door {
    uv_tcp_t listener, guests[64];
    int count, gone;
    bool shut;
};

static void on_guest(uv_stream_t *listener, int status)
{
    struct door *door = listener->data;
    assert_int_equal(status, 0);
    assert_true(door->count < 64);
    uv_tcp_t *guest = &door->guests[door->count++];
    uv_tcp_init(listener->loop, guest);
    assert_int_equal(uv_accept(listener, (uv_stream_t *)guest), 0);
    if (door->shut)
        uv_close((uv_handle_t *)guest, NULL);
}

static int open_door(struct door *door, bool shut)
{
    struct sockaddr_in address;
    int len = sizeof address;

    memset(door, 0, sizeof *door);
    door->shut = shut;
    uv_tcp_init(io_loop_uv(loop), &door->listener);
    door->listener.data = door;
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_bind(&door->listener, (struct sockaddr *)&address, 0);
    assert_int_equal(uv_listen((uv_stream_t *)&door->listener, 100, on_guest), 0);
    uv_tcp_getsockname(&door->listener, (struct sockaddr *)&address, &len);
    return ntohs(address.sin_port);
}

static void close_door(struct door *door)
{
    uv_close((uv_handle_t *)&door->listener, NULL);
    for (int i = 0; !door->shut && i < door->count; i++)
        uv_close((uv_handle_t *)&door->guests[i], NULL);
}

static void a_server_that_shuts_the_door_is_not_stormed(void **state)
{
    static struct door door;
    struct pg_options how = options(4);
    char conninfo[100];
    (void)state;

    memset(&seen, 0, sizeof seen);
    closed = 0;
    loop = io_loop_new();
    snprintf(conninfo, sizeof conninfo, "host=127.0.0.1 port=%d user=x sslmode=disable",
             open_door(&door, true));
    how.conninfo = conninfo;
    pg = pg_new(loop, &how);
    test_turn_for(loop, 3000);
    /* one connection as long as none is open: tried again, at most five times a second */
    assert_in_range(door.count, 3, 1 + 3 * 5);
    close_door(&door);
    end_pool();
}

static void a_server_that_says_nothing_is_left(void **state)
{
    static struct door door;
    struct pg_options how = options(1);
    char conninfo[100];
    (void)state;

    memset(&seen, 0, sizeof seen);
    closed = 0;
    loop = io_loop_new();
    snprintf(conninfo, sizeof conninfo, "host=127.0.0.1 port=%d user=x sslmode=disable",
             open_door(&door, false));
    how.conninfo = conninfo;
    how.connect_timeout_ms = 300;
    pg = pg_new(loop, &how);
    int64_t began = test_now_ms();
    pg_exec(pg, &PID, NULL, on_done, &seen);
    assert_true(test_until(loop, &seen.done, 1, 5000));
    assert_int_equal(seen.away, 1);
    assert_true(test_now_ms() - began < 2000);
    assert_true(door.count >= 2); /* it was left after 300 ms and tried again */
    close_door(&door);
    end_pool();
}

static void names_are_resolved(void **state)
{
    struct pg_options how = options(1);
    struct seen peer = {0};
    char conninfo[300], refused[100];
    (void)state;

    static const struct pg_stmt where = {"where", "select host(inet_client_addr())", 0};
    snprintf(conninfo, sizeof conninfo,
             "host=no-such-name.invalid,localhost,127.0.0.1 port=%s user=test dbname=postgres",
             getenv("TEST_PG_PORT"));
    how.conninfo = conninfo;
    open_pool(how);
    pg_exec(pg, &where, NULL, on_done, &peer);
    assert_true(test_until(loop, &peer.done, 1, 9000));
    assert_int_equal(peer.ok, 1);
    assert_string_equal(peer.cells[0], "127.0.0.1");
    end_pool();

    how.conninfo = "host=no-such-name.invalid dbname=postgres";
    open_pool(how);
    pg_exec(pg, &where, NULL, on_done, &seen);
    assert_true(test_until(loop, &seen.done, 1, 3000));
    assert_int_equal(seen.away, 1);
    assert_non_null(strstr(seen.last.message, "resolved"));
    end_pool();

    snprintf(refused, sizeof refused,
             "host=localhost,localhost port=1,%s user=test dbname=postgres",
             getenv("TEST_PG_PORT"));
    how.conninfo = refused; /* each host with its own port */
    open_pool(how);
    pg_exec(pg, &where, NULL, on_done, &seen);
    assert_true(test_until(loop, &seen.done, 1, 3000));
    assert_int_equal(seen.ok, 1);
    end_pool();

    open_pool(how); /* closed in the middle of a look-up */
    uv_run(io_loop_uv(loop), UV_RUN_NOWAIT);
    end_pool();
}

static void closing_waits_for_what_runs(void **state)
{
    struct pg_param nap[] = {text("0.3")};
    (void)state;

    open_pool(options(1));
    seen.closed = &closed;
    run_sql("select 1");
    for (int i = 0; i < 10; i++)
        pg_exec(pg, &SLEEP, nap, on_done, &seen);
    pg_close(pg, test_count, &closed);
    assert_int_equal(closed, 0);
    assert_true(test_until(loop, &closed, 1, 9000));
    assert_int_equal(seen.ok, 8);
    assert_int_equal(seen.away, 2);
    test_loop_end(loop);

    open_pool(options(2)); /* closed from inside a callback */
    seen.close_inside = pg;
    seen.closed = &closed;
    for (int i = 0; i < 6; i++)
        pg_exec(pg, &PID, NULL, on_done, &seen);
    assert_true(test_until(loop, &closed, 1, 9000));
    assert_int_equal(seen.done, 6);
    test_loop_end(loop);

    open_pool(options(2)); /* before it ever connected */
    end_pool();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pipelined_answers_come_in_order),
        cmocka_unit_test(a_wrong_statement_hurts_nobody_else),
        cmocka_unit_test(many_rows_are_one_commit),
        cmocka_unit_test(a_poison_row_refuses_its_statement_only),
        cmocka_unit_test(a_lost_statement_is_prepared_again),
        cmocka_unit_test(a_session_that_is_not_ours_says_so),
        cmocka_unit_test(where_transactions_are_pooled_nothing_is_prepared),
        cmocka_unit_test(a_killed_backend_leaves_doubt_about_what_was_sent_only),
        cmocka_unit_test(a_stopped_server_is_away_and_comes_back),
        cmocka_unit_test(a_frozen_server_meets_the_deadline),
        cmocka_unit_test(the_queue_has_an_end),
        cmocka_unit_test(settings_reach_the_session),
        cmocka_unit_test(settings_reach_each_transaction),
        cmocka_unit_test(a_commit_with_a_warning_is_in_doubt),
        cmocka_unit_test(a_server_that_shuts_the_door_is_not_stormed),
        cmocka_unit_test(a_server_that_says_nothing_is_left),
        cmocka_unit_test(names_are_resolved),
        cmocka_unit_test(closing_waits_for_what_runs),
    };
    if (!getenv("TEST_PG"))
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
