#include <stdlib.h>

#include "base/limits.h"
#include "cli/cli.h"
#include "service/serve.h"

static int serve(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const char *port_file = cli_option(cli, "port-file");
    struct err err = {0};
    int left = cli_leftover(cli);

    if (left)
        return left;
    cli->secrets = true;
    const struct config *config = cli_config(cli, arena);
    if (!config)
        return EXIT_CODE_CONFIG;
    return service_run(config, port_file, getenv("NOTIFY_SOCKET"), &err) ? EXIT_CODE_OK
                                                                         : cli_fail(&err);
}

const struct cli_command CLI_SERVE = {"serve", "run the daemon", serve};
