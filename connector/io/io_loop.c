#include "io/io_loop.h"

#include <signal.h>

#include "base/assert.h"
#include "io/io_priv.h"

enum {
    SIGNALS = 3,
    STOP_GUARD_MS = 30 * 1000, /* modules drain for 10 s at most; who needs three times that has
                                  forgotten a handle */
};

struct deferred {
    io_timer_fn *fn;
    void *arg;
};

struct deferred_list {
    struct deferred *items;
    size_t len, cap;
};

struct io_loop {
    uv_loop_t uv;
    uv_async_t alive; /* keeps uv_run from returning before io_loop_stop */
    uv_signal_t signals[SIGNALS];
    uv_prepare_t before_poll;
    uv_check_t after_poll;
    uv_idle_t deferring;
    uv_timer_t guard;
    io_signal_fn *on_signal;
    void *on_signal_arg;
    struct deferred_list later,
        now; /* two lists that change places: no allocation in the long run */
    uint64_t turn_began_ns, turn_longest_ns;
    bool stopping;
};

struct io_timer {
    uv_timer_t uv;
    io_timer_fn *fn;
    void *arg;
};

void *io_alloc(size_t size)
{
    void *p = calloc(1, size);
    if (!p)
        abort();
    return p;
}

void *io_resize(void *p, size_t size)
{
    void *q = realloc(p, size);
    if (!q)
        abort();
    return q;
}

static void loop_check(int rc)
{
    ASSERT(rc == 0); /* only a loop that cannot be made gets here: no descriptors at start */
}

/* A turn is the work between two polls; how long the longest one was is what the watchdog wants to
 * know. */
static void loop_after_poll(uv_check_t *handle)
{
    struct io_loop *loop = handle->data;
    loop->turn_began_ns = uv_hrtime();
}

static void loop_before_poll(uv_prepare_t *handle)
{
    struct io_loop *loop = handle->data;
    uint64_t took = loop->turn_began_ns ? uv_hrtime() - loop->turn_began_ns : 0;
    loop->turn_began_ns = 0;
    if (took > loop->turn_longest_ns)
        loop->turn_longest_ns = took;
}

static void loop_on_signal(uv_signal_t *handle, int signum)
{
    struct io_loop *loop = handle->data;
    if (loop->on_signal)
        loop->on_signal(loop->on_signal_arg, signum);
}

/* What is deferred while this runs waits for the next turn, so that work that defers itself cannot
 * starve the rest. */
static void loop_run_deferred(uv_idle_t *handle)
{
    struct io_loop *loop = handle->data;
    struct deferred_list due = loop->later;

    loop->later = loop->now;
    loop->later.len = 0;
    loop->now = (struct deferred_list){0};
    for (size_t i = 0; i < due.len; i++)
        due.items[i].fn(due.items[i].arg);
    loop->now = due;
    if (loop->later.len == 0)
        uv_idle_stop(handle);
}

static void loop_on_alive(uv_async_t *handle)
{
    (void)handle;
}

struct io_loop *io_loop_new(void)
{
    static const int SIGNUMS[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};
    struct io_loop *loop = io_alloc(sizeof *loop);

    signal(SIGPIPE, SIG_IGN); /* a peer that leaves is an error code, not the end of the process */
    loop_check(uv_loop_init(&loop->uv));
    loop_check(uv_async_init(&loop->uv, &loop->alive, loop_on_alive));
    loop_check(uv_prepare_init(&loop->uv, &loop->before_poll));
    loop_check(uv_check_init(&loop->uv, &loop->after_poll));
    loop_check(uv_idle_init(&loop->uv, &loop->deferring));
    loop_check(uv_timer_init(&loop->uv, &loop->guard));
    for (int i = 0; i < SIGNALS; i++) {
        loop_check(uv_signal_init(&loop->uv, &loop->signals[i]));
        loop->signals[i].data = loop;
        loop_check(uv_signal_start(&loop->signals[i], loop_on_signal, SIGNUMS[i]));
        uv_unref((uv_handle_t *)&loop->signals[i]);
    }
    loop->before_poll.data = loop->after_poll.data = loop->deferring.data = loop;
    loop->guard.data = loop->alive.data = loop;
    loop_check(uv_prepare_start(&loop->before_poll, loop_before_poll));
    loop_check(uv_check_start(&loop->after_poll, loop_after_poll));
    uv_unref((uv_handle_t *)&loop->before_poll);
    uv_unref((uv_handle_t *)&loop->after_poll);
    return loop;
}

static void loop_on_guard(uv_timer_t *timer)
{
    uv_stop(timer->loop); /* something never closed; io_loop_run says so */
}

void io_loop_stop(struct io_loop *loop)
{
    if (loop->stopping)
        return;
    loop->stopping = true;
    uv_close((uv_handle_t *)&loop->alive, NULL);
    uv_update_time(&loop->uv);
    uv_timer_start(&loop->guard, loop_on_guard, STOP_GUARD_MS, 0);
    uv_unref((uv_handle_t *)&loop->guard); /* guards, but keeps nothing alive */
}

struct loop_sweep {
    struct io_loop *loop;
    size_t left;
};

/* Our own handles carry the loop in `data`; signals stay until the very end so that a second
 * SIGTERM is heard. */
static void loop_sweep_one(uv_handle_t *handle, void *arg)
{
    struct loop_sweep *sweep = arg;

    if (uv_is_closing(handle))
        return;
    if (handle->data == sweep->loop)
        uv_close(handle, NULL);
    else
        sweep->left++;
}

static size_t loop_close_own(struct io_loop *loop)
{
    struct loop_sweep sweep = {.loop = loop};

    uv_walk(&loop->uv, loop_sweep_one, &sweep);
    while (uv_run(&loop->uv, UV_RUN_NOWAIT) != 0 && sweep.left == 0)
        ;
    return sweep.left;
}

bool io_loop_run(struct io_loop *loop)
{
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    return loop_close_own(loop) == 0;
}

void io_loop_wait(struct io_loop *loop, const bool *done)
{
    while (!*done && !loop->stopping)
        uv_run(&loop->uv, UV_RUN_ONCE);
}

void io_loop_free(struct io_loop *loop)
{
    if (!loop)
        return;
    io_loop_stop(loop);
    loop_close_own(loop);
    if (uv_loop_close(&loop->uv) != 0)
        return; /* handles of a module are still open: leaving the memory alone beats using it freed
                 */
    free(loop->later.items);
    free(loop->now.items);
    free(loop);
}

int64_t io_loop_now_ms(struct io_loop *loop)
{
    return (int64_t)uv_now(&loop->uv);
}

uv_loop_t *io_loop_uv(struct io_loop *loop)
{
    return &loop->uv;
}

void io_loop_on_signal(struct io_loop *loop, io_signal_fn *fn, void *arg)
{
    loop->on_signal = fn;
    loop->on_signal_arg = arg;
}

void io_loop_defer(struct io_loop *loop, io_timer_fn *fn, void *arg)
{
    struct deferred_list *list = &loop->later;

    if (list->len == list->cap) {
        list->cap = list->cap ? list->cap * 2 : 16;
        list->items = io_resize(list->items, list->cap * sizeof *list->items);
    }
    list->items[list->len++] = (struct deferred){fn, arg};
    if (!uv_is_active((uv_handle_t *)&loop->deferring))
        loop_check(uv_idle_start(&loop->deferring, loop_run_deferred));
}

int64_t io_loop_lag_ms(struct io_loop *loop)
{
    uint64_t longest = loop->turn_longest_ns;
    loop->turn_longest_ns = 0;
    return (int64_t)(longest / 1000000);
}

static void timer_on_due(uv_timer_t *uv)
{
    struct io_timer *timer = uv->data;
    timer->fn(timer->arg);
}

static void timer_on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

struct io_timer *io_timer_new(struct io_loop *loop, io_timer_fn *fn, void *arg)
{
    struct io_timer *timer = io_alloc(sizeof *timer);

    timer->fn = fn;
    timer->arg = arg;
    loop_check(uv_timer_init(&loop->uv, &timer->uv));
    timer->uv.data = timer;
    return timer;
}

static uint64_t timer_span(int64_t ms)
{
    return ms > 0 ? (uint64_t)ms : 0;
}

void io_timer_start(struct io_timer *timer, int64_t after_ms, int64_t repeat_ms)
{
    uv_update_time(
        timer->uv.loop); /* after long work the cached time is old and the timer would be early */
    loop_check(
        uv_timer_start(&timer->uv, timer_on_due, timer_span(after_ms), timer_span(repeat_ms)));
}

void io_timer_stop(struct io_timer *timer)
{
    uv_timer_stop(&timer->uv);
}

void io_timer_free(struct io_timer *timer)
{
    if (timer)
        uv_close((uv_handle_t *)&timer->uv, timer_on_closed);
}
