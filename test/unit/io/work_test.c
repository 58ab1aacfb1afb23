#include <pthread.h>
#include <time.h>

#include "io/io_loop.h"
#include "io/io_priv.h"
#include "io/io_work.h"
#include "unit.h"

struct job {
    struct io_loop *loop;
    struct io_work *work;
    pthread_t ran_on, done_on;
    bool ran;
    int64_t pause_ms;
    int *done;
};

static void run(void *arg)
{
    struct job *job = arg;

    nanosleep(&(struct timespec){.tv_nsec = (long)job->pause_ms * 1000000}, NULL);
    job->ran_on = pthread_self();
    job->ran = true;
}

static void done(void *arg)
{
    struct job *job = arg;

    job->done_on = pthread_self();
    ++*job->done;
}

static void count(void *arg)
{
    ++*(int *)arg;
}

static void turn_until(struct io_loop *loop, const int *flag, int wanted)
{
    while (*flag < wanted)
        uv_run(io_loop_uv(loop), UV_RUN_ONCE);
}

static void jobs_run_there_and_end_here(void **state)
{
    struct io_loop *loop = io_loop_new();
    struct io_work *work = io_work_new(loop, 50);
    struct job jobs[50] = {0};
    int ended = 0, closed = 0;
    (void)state;

    for (int i = 0; i < 50; i++) {
        jobs[i].done = &ended;
        assert_true(io_work_push(work, run, done, &jobs[i]));
    }
    assert_false(io_work_push(work, run, done, &jobs[0])); /* full: nothing is called */
    turn_until(loop, &ended, 50);
    for (int i = 0; i < 50; i++) {
        assert_true(jobs[i].ran);
        assert_false(pthread_equal(jobs[i].ran_on, pthread_self()));
        assert_true(pthread_equal(jobs[i].done_on, pthread_self()));
    }
    io_work_close(work, count, &closed);
    assert_int_equal(closed, 0);
    turn_until(loop, &closed, 1);
    assert_int_equal(ended, 50);
    io_loop_stop(loop);
    assert_true(io_loop_run(loop));
    io_loop_free(loop);
}

static void closing_waits_for_the_one_that_runs(void **state)
{
    struct io_loop *loop = io_loop_new();
    struct io_work *work = io_work_new(loop, 50);
    struct job jobs[6] = {0};
    int ended = 0, closed = 0;
    (void)state;

    for (int i = 0; i < 6; i++) {
        jobs[i].done = &ended;
        jobs[i].pause_ms = 100;
        assert_true(io_work_push(work, run, done, &jobs[i]));
    }
    turn_until(loop, &ended, 1); /* the second runs, the others wait */
    nanosleep(&(struct timespec){.tv_nsec = 20 * 1000000}, NULL);
    io_work_close(work, count, &closed);
    assert_false(io_work_push(work, run, done, &jobs[0]));
    turn_until(loop, &closed, 1);
    assert_int_equal(ended, 6);
    assert_true(jobs[0].ran && jobs[1].ran);
    assert_false(jobs[2].ran || jobs[3].ran || jobs[4].ran || jobs[5].ran);
    io_loop_stop(loop);
    assert_true(io_loop_run(loop));
    io_loop_free(loop);
}

UNIT_MAIN(cmocka_unit_test(jobs_run_there_and_end_here),
          cmocka_unit_test(closing_waits_for_the_one_that_runs))
