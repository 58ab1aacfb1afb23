#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void assert_fail(const char *expr, const char *file, int line, const char *func)
{
    fprintf(stderr,
            "{\"lvl\":\"error\",\"msg\":\"assertion failed\","
            "\"expr\":\"%s\",\"at\":\"%s:%d\",\"in\":\"%s\"}\n",
            expr, file, line, func);
    abort();
}
