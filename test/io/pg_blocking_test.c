/* Blocking sessions against a real server: what they leave behind, and what stands between. */
#include "io/io_pg.h"
#include "io_test.h"

static const struct pg_stmt ADD = {"add", "select $1::int + $2::int, $3::text", 3};
static const struct pg_stmt WRONG = {"wrong", "select no_such_column", 0};

static struct pg_param text(const char *s)
{
    return (struct pg_param){.p = s, .len = s ? strlen(s) : 0};
}

static struct pg_options options(void)
{
    return (struct pg_options){.conninfo = getenv("TEST_PG"),
                               .application = "io_pg blocking test",
                               .connections = 1,
                               .connect_timeout_ms = 2000,
                               .statement_timeout_ms = 1500,
                               .deadline_ms = 4000};
}

static bool blocking_body(void *arg, void *session, struct err *err)
{
    struct pg_reply reply;
    struct pg_param params[] = {text("40"), text("2"), text(NULL)};
    int *sum = arg;
    int64_t n = 0;

    if (!pg_session_script(session, "create temp table x (a int); insert into x values (1), (2)",
                           err) ||
        !pg_session_query(session, &ADD, params, &reply, err))
        return false;
    assert_int_equal(reply.rows, 1);
    assert_null(pg_cell(&reply, 0, 1).p);
    bool ok = str_to_i64(pg_cell(&reply, 0, 0), &n);
    pg_session_release(&reply);
    *sum = (int)n;
    assert_false(pg_session_query(session, &WRONG, NULL, &reply, err));
    assert_int_equal(err->kind, ERR_REFUSED);
    assert_non_null(strstr(err->what, "42703"));
    return ok;
}

static void blocking_session(void **state)
{
    struct pg_options how = options();
    struct err err = {0};
    int sum = 0;
    (void)state;

    assert_true(pg_run_blocking(&how, blocking_body, &sum, &err));
    assert_int_equal(sum, 42);
    how.conninfo = "host=/nonexistent dbname=x";
    assert_false(pg_run_blocking(&how, blocking_body, &sum, &err));
    assert_int_equal(err.kind, ERR_TEMPORARY);
}

static bool role_body(void *arg, void *session, struct err *err)
{
    (void)arg;
    return pg_session_script(session, "create role \"a role of its own\"", err);
}

static bool nothing_stays_body(void *arg, void *session, struct err *err)
{
    static const struct pg_stmt who = {"who", "select current_user, current_setting('timezone')",
                                       0};
    static const char clean[] =
        "do $$ begin assert current_setting('role') = 'none' and "
        "current_setting('statement_timeout') = '0', 'something stayed'; end $$";
    struct pg_reply reply;

    (void)arg;
    assert_true(pg_session_query(session, &who, NULL, &reply, err));
    assert_true(str_eq_c(pg_cell(&reply, 0, 0), "a role of its own"));
    assert_true(str_eq_c(pg_cell(&reply, 0, 1), "UTC"));
    pg_session_release(&reply);
    assert_true(pg_session_script(session, clean, err));
    assert_true(pg_session_begin(session, "isolation level repeatable read read only", err));
    assert_false(pg_session_script(session, clean, err)); /* inside, they are there */
    return pg_session_script(session, "rollback", err) && pg_session_script(session, clean, err);
}

static void a_blocking_session_stays_as_it_was(void **state)
{
    struct pg_options how = options();
    struct err err = {0};
    (void)state;

    assert_true(pg_run_blocking(&how, role_body, NULL, &err));
    how.role = "a role of its own";
    assert_true(pg_run_blocking(&how, nothing_stays_body, NULL, &err));
}

static bool commit_body(void *arg, void *session, struct err *err)
{
    static const struct pg_stmt twice = {"twice", "insert into late values (1)", 0};
    struct pg_reply reply;

    (void)arg;
    assert_true(pg_session_script(session,
                                  "create temp table late (a int unique deferrable initially "
                                  "deferred); insert into late values (1)",
                                  err));
    return pg_session_query(session, &twice, NULL, &reply, err);
}

static void what_the_commit_refuses_is_refused(void **state)
{
    struct pg_options how = options();
    struct err err = {0};
    (void)state;

    assert_false(pg_run_blocking(&how, commit_body, NULL, &err));
    assert_int_equal(err.kind, ERR_REFUSED);
    assert_non_null(strstr(err.what, "23505"));
}

static void nothing_stands_between(void **state)
{
    struct pg_options how = options();
    enum pg_between between = PG_POOLS_SESSIONS;
    struct err err = {0};
    (void)state;

    assert_true(pg_see_between(&how, &between, &err));
    assert_int_equal(between, PG_NOTHING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocking_session),
        cmocka_unit_test(a_blocking_session_stays_as_it_was),
        cmocka_unit_test(what_the_commit_refuses_is_refused),
        cmocka_unit_test(nothing_stands_between),
    };
    if (!getenv("TEST_PG"))
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
