/* assert.h: checks that stay on in release. A failed check is a bug of ours: it prints the place
 * and aborts; the rows in the database tell the next process where to go on. */
#ifndef COUNTERSIGN_BASE_ASSERT_H
#define COUNTERSIGN_BASE_ASSERT_H

/* Print where, and abort. Called by the macros below. */
_Noreturn void assert_fail(const char *expr, const char *file, int line, const char *func);

#define ASSERT(expr) ((expr) ? (void)0 : assert_fail(#expr, __FILE__, __LINE__, __func__))
#define UNREACHABLE() assert_fail("unreachable", __FILE__, __LINE__, __func__)

#endif
