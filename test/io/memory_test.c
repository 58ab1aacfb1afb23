/* Code that has run is given back, and runs again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "base/str.h"
#include "io/io_memory.h"

/* KiB of code, ours and the libraries', that are in memory for this process. */
static long code_kib(void)
{
    FILE *maps = fopen("/proc/self/smaps", "re");
    char line[4096], rights[8];
    unsigned long start, end;
    bool code = false;
    long sum = 0, kib;

    assert_non_null(maps);
    while (fgets(line, sizeof line, maps)) {
        if (sscanf(line, "%lx-%lx %7s", &start, &end, rights) == 3)
            code = str_eq_c(str_of(rights), "r-xp");
        else if (code && sscanf(line, "Rss: %ld kB", &kib) == 1)
            sum += kib;
    }
    fclose(maps);
    return sum;
}

static void code_goes_and_comes_back(void **state)
{
    uint8_t first[EVP_MAX_MD_SIZE], second[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    (void)state;

    assert_int_equal(EVP_Digest("once", 4, first, &len, EVP_sha256(), NULL), 1);
    long before = code_kib();
    io_memory_give_back();
    long after = code_kib();
    assert_true(after > 0); /* this very function is back */
    assert_true(after < before / 2);
    assert_int_equal(EVP_Digest("once", 4, second, &len, EVP_sha256(), NULL), 1);
    assert_memory_equal(first, second, len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(code_goes_and_comes_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
