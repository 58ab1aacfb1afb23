/* io_test.h: what the socket tests share: stepping a loop until something is true, calling out. */
#ifndef COUNTERSIGN_TEST_IO_TEST_H
#define COUNTERSIGN_TEST_IO_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <uv.h>

#include "base/str.h"
#include "io/io_priv.h"

/* Turn the loop until *flag >= wanted or `limit_ms` passed; says which. */
bool test_until(struct io_loop *loop, const int *flag, int wanted, int64_t limit_ms);
void test_turn_for(struct io_loop *loop, int64_t ms);
void test_count(void *flag); /* a callback that counts in an int */
/* Stop, run to the end, assert that nothing is left, free. */
void test_loop_end(struct io_loop *loop);
int64_t test_now_ms(void);
/* Run a program to its end; aborts the test when it fails. */
void test_call(const char *const argv[]);
void test_pg_ctl(const char *verb);

#endif
