/* countersign mapping keep: a request that was to be moved to the live mapping, which reads
 * something else in its ticket than was approved, goes on as it was approved. */
#include <stdio.h>

#include "base/limits.h"
#include "cli/mapping_plan.h"
#include "cli/mapping_verbs.h"

static const char USAGE[] = "keep REQUEST|TICKET --reason TEXT [--by NAME] [--json]";

int mapping_keep(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const char *reason = cli_option(cli, "reason"), *by = cli_option(cli, "by");
    const char *which = cli_word(cli);
    struct pg_options options;
    struct err err = {0};
    struct str done;

    if (!which || cli->argc || !reason || !reason[0])
        return cli_usage(cli, USAGE);
    const struct config *config = mapping_config(cli, arena);
    if (!config)
        return EXIT_CODE_CONFIG;
    if (!cli_database(config, arena, &options, &err) ||
        !store_mapping_keep(&options, arena, str_of(which), mapping_actor(arena, by),
                            str_of(reason), &done, &err))
        return cli_fail(&err);
    if (!done.len) {
        fprintf(stderr, "countersign mapping: there is no request %s\n", which);
        return EXIT_CODE_DATA;
    }
    if (cli->json)
        printf("%.*s\n", STR_ARG(done));
    else
        printf("%s goes on as it was approved\n", which);
    return EXIT_CODE_OK;
}
