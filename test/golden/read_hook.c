/* read_hook FILE...: what each body of a webhook is: "NAME: ticket 10042", "NAME: nothing", or
 * "NAME: refused, WHY". */
#include <stdio.h>

#include "base/limits.h"
#include "io/io_file.h"
#include "jsm/jsm_hook.h"

static int read_one(const char *path)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    struct jsm_hook hook;
    struct str body;
    struct err err = {0};

    if (!file_read(arena, path, LIMIT_HTTP_BODY_BYTES, &body, &err)) {
        fprintf(stderr, "%s: %s\n", path, err.what);
        return 1;
    }
    if (!jsm_hook_read(arena, body, &hook, &err))
        printf("%s: refused, %s\n", path, err.what);
    else if (!hook.issue_id.len)
        printf("%s: nothing\n", path);
    else
        printf("%s: ticket %.*s%s%.*s\n", path, STR_ARG(hook.issue_id),
               hook.other_id.len ? " " : "", STR_ARG(hook.other_id));
    return 0;
}

int main(int argc, char **argv)
{
    int failed = 0;

    for (int i = 1; i < argc; i++)
        failed |= read_one(argv[i]);
    return failed;
}
