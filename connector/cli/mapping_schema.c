/* countersign mapping schema: a JSON Schema of the user's own site. */
#include <stdio.h>

#include "base/limits.h"
#include "cli/lock_work.h"
#include "cli/mapping_verbs.h"
#include "lock/lock_schema.h"

int mapping_schema(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(2 * (size_t)LIMIT_ARENA_VISIT);
    AUTO(drop_buf) struct buf b;
    struct err err = {0};
    const struct lock_site *site = NULL;
    int code = lock_desk(cli, arena, "schema [MAPPING.yaml] [--site NAME]", &site);

    if (!site)
        return code;
    buf_init(&b, 4 * LOCK_BYTES);
    if (!lock_schema(arena, site, &b, &err))
        return cli_fail(&err);
    printf("%.*s", STR_ARG(buf_str(&b)));
    return EXIT_CODE_OK;
}
