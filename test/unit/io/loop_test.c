#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "io/io_loop.h"
#include "io/io_priv.h"
#include "unit.h"

struct order {
    struct io_loop *loop;
    struct io_timer *timer;
    int64_t began_ms;
    int calls, deferred_at[4], stop_after;
};

static void stop_after_calls(void *arg)
{
    struct order *order = arg;

    if (++order->calls < order->stop_after)
        return;
    io_timer_free(order->timer);
    order->timer = NULL;
    io_loop_stop(order->loop);
}

static void timers_repeat_and_stop(void **state)
{
    struct order order = {.loop = io_loop_new(), .stop_after = 5};
    (void)state;

    order.timer = io_timer_new(order.loop, stop_after_calls, &order);
    struct io_timer *never = io_timer_new(order.loop, stop_after_calls, &order);
    int64_t began = io_loop_now_ms(order.loop);
    io_timer_start(order.timer, 20, 5);
    io_timer_start(never, 1, 0);
    io_timer_stop(never);
    io_timer_free(never);
    io_timer_free(NULL);
    assert_true(io_loop_run(order.loop));
    assert_int_equal(order.calls, 5);
    assert_in_range(io_loop_now_ms(order.loop) - began, 40, 2000);
    io_loop_free(order.loop);
}

static void again_in_the_next_turn(void *arg)
{
    struct order *order = arg;

    if (++order->calls == 1000)
        io_loop_stop(order->loop);
    else
        io_loop_defer(order->loop, again_in_the_next_turn, order);
}

static void what_defers_itself_starves_nobody(void **state)
{
    struct order order = {.loop = io_loop_new()}, timed = {.loop = order.loop, .stop_after = 1};
    (void)state;

    timed.timer = io_timer_new(order.loop, stop_after_calls, &timed);
    io_timer_start(timed.timer, 0, 0);
    io_loop_defer(order.loop, again_in_the_next_turn, &order);
    assert_int_equal(order.calls, 0); /* never inside the caller */
    assert_true(io_loop_run(order.loop));
    assert_int_equal(order.calls, 1000); /* what is deferred still runs when the loop ends */
    assert_int_equal(timed.calls, 1);
    io_loop_free(order.loop);
}

static void a_forgotten_handle_is_told(void **state)
{
    struct io_loop *loop = io_loop_new();
    struct order order = {.loop = loop, .stop_after = 1};
    (void)state;

    struct io_timer *forgotten = io_timer_new(loop, stop_after_calls, &order);
    io_loop_stop(loop);
    assert_false(io_loop_run(loop));
    io_timer_free(forgotten);
    io_loop_free(loop);
}

static void on_signal(void *arg, int signum)
{
    struct order *order = arg;

    order->deferred_at[order->calls++] = signum;
    if (order->calls == 3)
        io_loop_stop(order->loop);
    else
        raise(order->calls == 1 ? SIGHUP : SIGINT);
}

static void signals_arrive_on_the_loop(void **state)
{
    struct order order = {.loop = io_loop_new()};
    (void)state;

    io_loop_on_signal(order.loop, on_signal, &order);
    raise(SIGTERM);
    assert_true(io_loop_run(order.loop));
    assert_int_equal(order.deferred_at[0], SIGTERM);
    assert_int_equal(order.deferred_at[1], SIGHUP);
    assert_int_equal(order.deferred_at[2], SIGINT);
    io_loop_free(order.loop);
}

static void hog(void *arg)
{
    struct order *order = arg;

    nanosleep(&(struct timespec){.tv_nsec = 60 * 1000 * 1000}, NULL);
    io_loop_defer(order->loop, again_in_the_next_turn, order);
}

static void the_longest_turn_is_known(void **state)
{
    struct order order = {.loop = io_loop_new(), .calls = 990};
    (void)state;

    struct io_timer *timer = io_timer_new(order.loop, hog, &order);
    io_timer_start(timer, 5, 0);
    while (order.calls < 1000)
        uv_run(io_loop_uv(order.loop), UV_RUN_ONCE);
    io_timer_free(timer);
    assert_true(io_loop_run(order.loop));
    assert_in_range(io_loop_lag_ms(order.loop), 55, 1000);
    assert_int_equal(io_loop_lag_ms(order.loop), 0);
    io_loop_free(order.loop);
}

static void free_without_running(void **state)
{
    (void)state;
    io_loop_free(io_loop_new());
    io_loop_free(NULL);
}

UNIT_MAIN(cmocka_unit_test(timers_repeat_and_stop),
          cmocka_unit_test(what_defers_itself_starves_nobody),
          cmocka_unit_test(a_forgotten_handle_is_told),
          cmocka_unit_test(signals_arrive_on_the_loop), cmocka_unit_test(the_longest_turn_is_known),
          cmocka_unit_test(free_without_running))
