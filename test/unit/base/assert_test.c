#include "base/assert.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

static void fail_here(void)
{
    ASSERT(1 + 1 == 3);
}

static void end_here(void)
{
    UNREACHABLE();
}

/* Run fn in a child; it must abort, and the text on its stderr must contain `want`. */
static void aborts_saying(void (*fn)(void), const char *want)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        dup2(ends[1], STDERR_FILENO);
        fn();
        _exit(0);
    }
    close(ends[1]);
    char said[1000];
    ssize_t len = read(ends[0], said, sizeof said - 1);
    int status = 0;
    waitpid(child, &status, 0);
    close(ends[0]);
    assert_true(len > 0);
    said[len] = '\0';
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    assert_non_null(strstr(said, want));
    assert_non_null(strstr(said, "assert_test.c:"));
}

static void a_failed_check_names_its_place_and_aborts(void **state)
{
    (void)state;
    ASSERT(1 + 1 == 2);
    aborts_saying(fail_here, "\"expr\":\"1 + 1 == 3\"");
    aborts_saying(fail_here, "\"in\":\"fail_here\"");
    aborts_saying(end_here, "unreachable");
}

UNIT_MAIN(cmocka_unit_test(a_failed_check_names_its_place_and_aborts))
