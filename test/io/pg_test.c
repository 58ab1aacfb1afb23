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
                               .prepare = true,
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

static void fill_rows(struct pg_param *params, char (*keys)[16], int count, const char *prefix)
{
    for (int i = 0; i < count; i++) {
        snprintf(keys[i], sizeof keys[i], "%s%d", prefix, i);
        params[2 * i] = text(keys[i]);
        params[2 * i + 1] = (struct pg_param){.p = "a\0b", .len = 3, .binary = true};
    }
}

static void a_batch_is_one_commit(void **state)
{
    static char keys[256][16];
    static struct pg_param params[512];
    (void)state;

    open_pool(options(2));
    fresh_table();
    fill_rows(params, keys, 256, "k");
    pg_batch(pg, &STORE, params, 256, on_done, &seen);
    assert_true(test_until(loop, &seen.done, 1, 9000));
    assert_int_equal(seen.ok, 1);
    assert_int_equal(seen.last.rows, 256);
    assert_int_equal(rows_stored(), 256);
    run_sql("do $$ begin assert (select count(distinct xmin::text) = 1 and bool_and(v = "
            "'\\x610062') from t); end $$");

    pg_batch(pg, &STORE, params, 256, on_done, &seen); /* all there already */
    assert_true(test_until(loop, &seen.done, 2, 9000));
    assert_int_equal(seen.last.rows, 0);
    end_pool();
}

static void a_poison_row_refuses_its_batch_only(void **state)
{
    static char keys[20][16], others[20][16];
    static struct pg_param params[40], fine[40];
    (void)state;

    open_pool(options(1));
    fresh_table();
    fill_rows(params, keys, 20, "p");
    params[2 * 13 + 1] = (struct pg_param){.p = "too long", .len = 8, .binary = true};
    fill_rows(fine, others, 20, "f");
    pg_batch(pg, &STORE, params, 20, on_done, &seen);
    pg_batch(pg, &STORE, fine, 20, on_done, &seen);
    assert_true(test_until(loop, &seen.done, 2, 9000));
    assert_int_equal(seen.refused, 1);
    assert_int_equal(seen.ok, 1);
    assert_int_equal(rows_stored(), 20);
    for (size_t i = 0; i < 20; i++) /* row by row, as the intake does then */
        pg_exec(pg, &STORE, &params[2 * i], on_done, &seen);
    assert_true(test_until(loop, &seen.done, 22, 9000));
    assert_int_equal(seen.refused, 2);
    assert_int_equal(rows_stored(), 39);
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

static void without_preparing(void **state)
{
    struct pg_options how = options(1);
    static char keys[9][16];
    static struct pg_param rows[18];
    (void)state;

    how.prepare = false;
    open_pool(how);
    fresh_table();
    struct pg_param params[] = {text("0"), text("1"), text("x")};
    pg_exec(pg, &ADD, params, on_done, &seen);
    fill_rows(rows, keys, 9, "n");
    pg_batch(pg, &STORE, rows, 9, on_done, &seen);
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

static void settings_reach_the_session(void **state)
{
    struct pg_options how = options(1);
    struct seen shown = {0};
    (void)state;

    open_pool(options(1));
    run_sql("do $$ begin create role \"odd \"\" role\"; exception when duplicate_object then null; "
            "end $$");
    end_pool();
    how.role = "odd \" role";
    how.read_only = true;
    how.statement_timeout_ms = 200;
    open_pool(how);
    static const struct pg_stmt who = {"who",
                                       "select current_user, current_setting('timezone'), "
                                       "current_setting('application_name')",
                                       0};
    pg_exec(pg, &who, NULL, on_done, &shown);
    assert_true(test_until(loop, &shown.done, 1, 9000));
    assert_string_equal(shown.cells[0], "odd \" role");
    assert_string_equal(shown.cells[1], "UTC");
    assert_string_equal(shown.cells[2], "io_pg test");
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

static bool blocking_body(void *arg, void *pgconn, struct err *err)
{
    struct pg_reply reply;
    struct pg_param params[] = {text("40"), text("2"), text(NULL)};
    int *sum = arg;
    int64_t n = 0;

    if (!pg_session_script(pgconn, "create temp table x (a int); insert into x values (1), (2)",
                           err) ||
        !pg_session_query(pgconn, &ADD, params, &reply, err))
        return false;
    assert_int_equal(reply.rows, 1);
    assert_null(pg_cell(&reply, 0, 1).p);
    bool ok = str_to_i64(pg_cell(&reply, 0, 0), &n);
    pg_session_release(&reply);
    *sum = (int)n;
    assert_false(pg_session_query(pgconn, &WRONG, NULL, &reply, err));
    assert_int_equal(err->kind, ERR_REFUSED);
    assert_non_null(strstr(err->what, "42703"));
    return ok;
}

static void blocking_session(void **state)
{
    struct pg_options how = options(1);
    struct err err = {0};
    int sum = 0;
    (void)state;

    assert_true(pg_run_blocking(&how, blocking_body, &sum, &err));
    assert_int_equal(sum, 42);
    how.conninfo = "host=/nonexistent dbname=x";
    assert_false(pg_run_blocking(&how, blocking_body, &sum, &err));
    assert_int_equal(err.kind, ERR_TEMPORARY);
    how = options(1);
    how.prepare = false;
    how.role = "someone";
    assert_false(pg_run_blocking(&how, blocking_body, &sum, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pipelined_answers_come_in_order),
        cmocka_unit_test(a_wrong_statement_hurts_nobody_else),
        cmocka_unit_test(a_batch_is_one_commit),
        cmocka_unit_test(a_poison_row_refuses_its_batch_only),
        cmocka_unit_test(a_lost_statement_is_prepared_again),
        cmocka_unit_test(without_preparing),
        cmocka_unit_test(a_killed_backend_leaves_doubt_about_what_was_sent_only),
        cmocka_unit_test(a_stopped_server_is_away_and_comes_back),
        cmocka_unit_test(a_frozen_server_meets_the_deadline),
        cmocka_unit_test(the_queue_has_an_end),
        cmocka_unit_test(settings_reach_the_session),
        cmocka_unit_test(closing_waits_for_what_runs),
        cmocka_unit_test(blocking_session),
    };
    if (!getenv("TEST_PG"))
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
