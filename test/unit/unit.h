/* unit.h: what every cmocka program needs. A program is one file per module of connector/, ends in
 * UNIT_MAIN, and links the library of its folder and those below it only. */
#ifndef COUNTERSIGN_TEST_UNIT_H
#define COUNTERSIGN_TEST_UNIT_H

/* cmocka 1.1 wants the others first */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
/* clang-format on */

#include "base/str.h"

/* The bytes of a slice are those of a literal; prints both when not. */
#define assert_str(got, want)                                                   \
    do {                                                                        \
        struct str got_ = (got), want_ = str_of(want);                          \
        if (!str_eq(got_, want_))                                               \
            fail_msg("got '%.*s', want '%.*s'", STR_ARG(got_), STR_ARG(want_)); \
    } while (0)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* UNIT_MAIN(cmocka_unit_test(a_test), ...) */
#define UNIT_MAIN(...)                                     \
    int main(void)                                         \
    {                                                      \
        const struct CMUnitTest tests_[] = {__VA_ARGS__};  \
        return cmocka_run_group_tests(tests_, NULL, NULL); \
    }

#endif
