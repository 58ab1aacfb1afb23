/* io_loop.h: the event loop, timers, signals, and ordered shutdown. One loop per process; not
 * thread-safe: other threads speak to it through io_work only. */
#ifndef COUNTERSIGN_IO_LOOP_H
#define COUNTERSIGN_IO_LOOP_H

#include <stdint.h>

#include "base/err.h"

struct io_loop;
struct io_timer;
typedef void io_timer_fn(void *arg);
typedef void io_signal_fn(void *arg, int signum);

/* Also ignores SIGPIPE for the process: a peer that leaves is an error code. */
struct io_loop *io_loop_new(void);
/* Runs until io_loop_stop and until every handle is closed; returns false when handles were left
 * over (a bug: at the latest 30 s after io_loop_stop). */
bool io_loop_run(struct io_loop *loop);
/* Turns until *done: for tools that do one thing after the other. Before io_loop_run. */
void io_loop_wait(struct io_loop *loop, const bool *done);
/* Ask the loop to end once all handles owned by modules are closed. */
void io_loop_stop(struct io_loop *loop);
/* After io_loop_run, or without it when start-up failed. NULL allowed. */
void io_loop_free(struct io_loop *loop);
int64_t io_loop_now_ms(struct io_loop *loop); /* monotonic, cached per turn */

/* One-shot unless repeat_ms > 0. Freeing closes it; the callback never runs after io_timer_free. */
struct io_timer *io_timer_new(struct io_loop *loop, io_timer_fn *fn, void *arg);
void io_timer_start(struct io_timer *timer, int64_t after_ms, int64_t repeat_ms);
void io_timer_stop(struct io_timer *timer);
void io_timer_free(struct io_timer *timer); /* NULL allowed */

/* SIGTERM, SIGINT, SIGHUP arrive here. */
void io_loop_on_signal(struct io_loop *loop, io_signal_fn *fn, void *arg);
/* Run fn(arg) in the next loop turn (never inside the caller). */
void io_loop_defer(struct io_loop *loop, io_timer_fn *fn, void *arg);
/* Longest turn since the last call, ms: the watchdog's number. */
int64_t io_loop_lag_ms(struct io_loop *loop);

#endif
