#include "io_test.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int64_t test_now_ms(void)
{
    return (int64_t)(uv_hrtime() / 1000000);
}

static void on_wake(uv_timer_t *timer)
{
    (void)timer;
}

static void loop_turns(struct io_loop *loop, const int *flag, int wanted, int64_t limit_ms)
{
    uv_timer_t wake;
    int64_t end = test_now_ms() + limit_ms;

    uv_timer_init(io_loop_uv(loop), &wake);
    uv_timer_start(&wake, on_wake, 5, 5);
    while ((!flag || *flag < wanted) && test_now_ms() < end)
        uv_run(io_loop_uv(loop), UV_RUN_ONCE);
    uv_close((uv_handle_t *)&wake, NULL);
    for (int i = 0; i < 2; i++)
        uv_run(io_loop_uv(loop), UV_RUN_NOWAIT);
}

bool test_until(struct io_loop *loop, const int *flag, int wanted, int64_t limit_ms)
{
    loop_turns(loop, flag, wanted, limit_ms);
    return *flag >= wanted;
}

void test_turn_for(struct io_loop *loop, int64_t ms)
{
    loop_turns(loop, NULL, 0, ms);
}

void test_count(void *flag)
{
    ++*(int *)flag;
}

void test_loop_end(struct io_loop *loop)
{
    io_loop_stop(loop);
    assert_true(io_loop_run(loop));
    io_loop_free(loop);
}

void test_call(const char *const argv[])
{
    int status = -1;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

void test_pg_ctl(const char *verb)
{
    const char *argv[] = {getenv("TEST_PG_CTL"), "--ctl", verb, NULL};
    test_call(argv);
}
