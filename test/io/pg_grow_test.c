/* How many sessions the pool of io_pg opens, as a real server counts them. */
#include <stdlib.h>
#include <string.h>

#include "io/io_pg.h"
#include "io_test.h"

static const struct pg_stmt SLEEP = {"sleep", "select pg_sleep($1::float8)", 1};

static struct io_loop *loop;
static struct pg *pg;
static int closed;

/* Work that waits all the time: as soon as one piece is answered another one is there. */
struct flood {
    int left, done;
    const char *seconds;
};

static void on_flooded(void *arg, const struct pg_reply *reply)
{
    struct flood *f = arg;
    struct pg_param nap[] = {{.p = f->seconds, .len = strlen(f->seconds)}};

    assert_int_equal(reply->outcome, PG_OK);
    f->done++;
    if (f->left > 0) {
        f->left--;
        pg_exec(pg, &SLEEP, nap, on_flooded, f);
    }
}

static void flood(struct flood *f, int at_once)
{
    struct pg_param nap[] = {{.p = f->seconds, .len = strlen(f->seconds)}};

    for (int i = 0; i < at_once; i++)
        pg_exec(pg, &SLEEP, nap, on_flooded, f);
}

struct counted {
    int done;
    int64_t n;
};

static void on_counted(void *arg, const struct pg_reply *reply)
{
    struct counted *c = arg;

    assert_true(reply->outcome == PG_OK && str_to_i64(pg_cell(reply, 0, 0), &c->n));
    c->done++;
}

/* As the server counts them. */
static int sessions(void)
{
    static const struct pg_stmt HOW_MANY = {
        "sessions", "select count(*) from pg_stat_activity where application_name = 'io_pg grows'",
        0};
    struct counted c = {0};

    pg_exec(pg, &HOW_MANY, NULL, on_counted, &c);
    assert_true(test_until(loop, &c.done, 1, 9000));
    return (int)c.n;
}

/* One session, until work waits at three ticks in a row, however soon each piece is answered; then
 * another one, up to as many as there may be. What was opened stays. */
static void a_pool_grows_while_work_waits_and_not_before(void **state)
{
    enum { MOST = 4, LIMIT_MS = 10000 };
    struct pg_options how = {.conninfo = getenv("TEST_PG"),
                             .application = "io_pg grows",
                             .connections = MOST,
                             .connect_timeout_ms = 1000,
                             .statement_timeout_ms = 4000,
                             .deadline_ms = 20000,
                             .queue_max = 1000};
    struct flood alone = {.left = 60, .seconds = "0.01"},
                 many = {.left = 1000000, .seconds = "0.01"};
    (void)state;

    loop = io_loop_new();
    pg = pg_new(loop, &how);
    flood(&alone, 1); /* one piece after the other never waits, be it for half a second */
    assert_true(test_until(loop, &alone.done, 61, 9000));
    assert_int_equal(sessions(), 1);
    flood(&many, 2 * MOST);
    int64_t began = test_now_ms();
    int seen_most = 1;
    while (seen_most < MOST && test_now_ms() - began < LIMIT_MS) {
        int now = sessions();
        assert_true(now >= seen_most && now <= MOST); /* none is closed for want of work */
        seen_most = now;
    }
    assert_int_equal(seen_most, MOST);
    many.left = 0;
    test_turn_for(loop, 500);
    assert_int_equal(sessions(), MOST);
    assert_true(pg_idle(pg));
    pg_close(pg, test_count, &closed);
    assert_true(test_until(loop, &closed, 1, 10000));
    test_loop_end(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pool_grows_while_work_waits_and_not_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
