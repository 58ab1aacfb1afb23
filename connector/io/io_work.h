/* io_work.h: a dedicated worker thread with a bounded queue, for libraries that block (libldap).
 * One per source, so that one hanging target never delays another. The job runs on the thread, its
 * end is reported on the loop. */
#ifndef COUNTERSIGN_IO_WORK_H
#define COUNTERSIGN_IO_WORK_H

#include "io/io_loop.h"

struct io_work;
typedef void io_job_fn(void *job);      /* on the worker thread: touches nothing but its job */
typedef void io_job_done_fn(void *job); /* on the loop */

/* queue_max counts the running job too. */
struct io_work *io_work_new(struct io_loop *loop, size_t queue_max);
/* False when queue_max jobs wait or run, or the worker is closing; then neither function is called.
 */
MUST_CHECK bool io_work_push(struct io_work *work, io_job_fn *run, io_job_done_fn *done, void *job);
/* The job that runs is waited for; those behind it are reported without having run (a job starts
 * out as "not run"); then fn. */
void io_work_close(struct io_work *work, void (*fn)(void *arg), void *arg);

#endif
