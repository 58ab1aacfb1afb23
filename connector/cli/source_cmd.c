#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/source_try.h"

static const char USAGE[] = "test NAME [--account ACCOUNT --entitlement ENTITLEMENT] [--json]";

static const struct source_config *find(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->source_count; i++)
        if (str_eq_c(config->sources[i].name, name))
            return &config->sources[i];
    return NULL;
}

static int test(struct cli *cli, const char *name)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const char *account = cli_option(cli, "account"), *entitlement = cli_option(cli, "entitlement");
    struct source_trial trial;
    struct err err = {0};

    if (cli->argc || !account != !entitlement)
        return cli_usage(cli, USAGE);
    const struct config *config = cli_config(cli, arena);
    if (!config)
        return EXIT_CODE_CONFIG;
    const struct source_config *source = find(config, name);
    if (!source) {
        fprintf(stderr, "countersign: there is no source '%s' in %s\n", name, cli->config_file);
        return EXIT_CODE_USAGE;
    }
    if (!source_try(source, arena, str_of(account), str_of(entitlement), &trial, &err))
        return cli_fail(&err);
    if (cli->json)
        source_trial_json(&trial);
    else
        source_trial_print(&trial);
    return source_trial_code(&trial);
}

static int source_command(struct cli *cli)
{
    const char *verb = cli_word(cli);
    const char *name = cli_word(cli);

    if (!verb || strcmp(verb, "test") != 0 || !name)
        return cli_usage(cli, USAGE);
    return test(cli, name);
}

const struct cli_command CLI_SOURCE = {"source", "try out how a target system is read",
                                       source_command};
