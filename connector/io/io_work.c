#include "io/io_work.h"

#include <pthread.h>

#include "base/assert.h"
#include "base/list.h"
#include "io/io_priv.h"

struct work_item {
    struct list link;
    io_job_fn *run;
    io_job_done_fn *done;
    void *job;
};

struct io_work {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more;
    uv_async_t wake;
    /* under the lock */
    struct list queue, ended;
    bool closing, left; /* left: the thread is through */
    /* on the loop only */
    size_t waiting, queue_max;
    bool shut, refusing;
    void (*on_closed)(void *arg);
    void *on_closed_arg;
};

static void work_lock(struct io_work *work)
{
    int rc = pthread_mutex_lock(&work->lock);
    ASSERT(rc == 0);
}

static void work_unlock(struct io_work *work)
{
    int rc = pthread_mutex_unlock(&work->lock);
    ASSERT(rc == 0);
}

/* Signals belong to the loop's thread. */
static void *work_main(void *arg)
{
    struct io_work *work = arg;

    work_lock(work);
    for (;;) {
        while (list_empty(&work->queue) && !work->closing)
            pthread_cond_wait(&work->more, &work->lock);
        struct list *next = list_shift(&work->queue);
        if (!next)
            break;
        struct work_item *item = container_of(next, struct work_item, link);
        if (!work->closing) {
            work_unlock(work);
            item->run(item->job);
            work_lock(work);
        }
        list_push(&work->ended, &item->link);
        uv_async_send(&work->wake);
    }
    work->left = true;
    uv_async_send(&work->wake);
    work_unlock(work);
    return NULL;
}

static void work_on_closed(uv_handle_t *handle)
{
    struct io_work *work = handle->data;
    void (*fn)(void *) = work->on_closed;
    void *arg = work->on_closed_arg;

    pthread_cond_destroy(&work->more);
    pthread_mutex_destroy(&work->lock);
    free(work);
    if (fn)
        fn(arg);
}

static void work_on_wake(uv_async_t *wake)
{
    struct io_work *work = wake->data;

    for (;;) {
        work_lock(work);
        struct list *next = list_shift(&work->ended);
        bool left = work->left;
        work_unlock(work);
        if (next) {
            struct work_item item = *container_of(next, struct work_item, link);
            free(container_of(next, struct work_item, link));
            work->waiting--;
            item.done(item.job);
            continue;
        }
        if (left && !work->shut) {
            work->shut = true;
            pthread_join(work->thread, NULL); /* it has nothing left to do but return */
            uv_close((uv_handle_t *)wake, work_on_closed);
        }
        return;
    }
}

struct io_work *io_work_new(struct io_loop *loop, size_t queue_max)
{
    struct io_work *work = io_alloc(sizeof *work);
    sigset_t all, before;

    work->queue_max = queue_max;
    list_init(&work->queue);
    list_init(&work->ended);
    int rc = uv_async_init(io_loop_uv(loop), &work->wake, work_on_wake);
    work->wake.data = work;
    rc = rc != 0 ? rc : pthread_mutex_init(&work->lock, NULL);
    rc = rc != 0 ? rc : pthread_cond_init(&work->more, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = rc != 0 ? rc : pthread_create(&work->thread, NULL, work_main, work);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    ASSERT(rc == 0); /* workers are made at start: a process that cannot start one does not start */
    return work;
}

bool io_work_push(struct io_work *work, io_job_fn *run, io_job_done_fn *done, void *job)
{
    if (work->waiting >= work->queue_max || work->refusing)
        return false;
    struct work_item *item = io_alloc(sizeof *item);
    *item = (struct work_item){.run = run, .done = done, .job = job};
    work->waiting++;
    work_lock(work);
    list_push(&work->queue, &item->link);
    pthread_cond_signal(&work->more);
    work_unlock(work);
    return true;
}

void io_work_close(struct io_work *work, void (*fn)(void *arg), void *arg)
{
    ASSERT(!work->refusing);
    work->refusing = true;
    work->on_closed = fn;
    work->on_closed_arg = arg;
    work_lock(work);
    work->closing = true;
    pthread_cond_signal(&work->more);
    work_unlock(work);
}
