#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/cli.h"
#include "store/store_migrate.h"

static void on_step(void *arg, const struct migrate_step *step)
{
    const struct cli *cli = arg;

    if (strcmp(step->kind, "migration") != 0)
        return;
    if (cli->json)
        printf("{\"migration\":\"%s\",\"applied\":%s}\n", step->name,
               step->applied ? "true" : "false");
    else
        printf("%s %s\n", step->applied ? "applied  " : "was there", step->name);
}

static int migrate(struct cli *cli, const struct pg_options *options)
{
    bool dry_run = cli_flag(cli, "dry-run");
    struct err err = {0};
    int left = cli_leftover(cli);

    if (left)
        return left;
    if (!store_migrate(options, dry_run, on_step, cli, &err))
        return cli_fail(&err);
    fprintf(stderr,
            dry_run ? "nothing was changed (--dry-run)\n" : "schema governance is up to date\n");
    return EXIT_CODE_OK;
}

static int verify(struct cli *cli, const struct pg_options *options)
{
    struct store_findings f;
    struct err err = {0};
    int left = cli_leftover(cli);

    if (left)
        return left;
    if (!store_verify(options, &f, &err))
        return cli_fail(&err);
    bool good = !f.missing && !f.changed && !f.uncommented && !f.service_rights && !f.broken_at;
    if (cli->json) {
        printf("{\"ok\":%s,\"migrations\":%d,\"missing\":%d,\"changed\":%d,\"newer\":%d,"
               "\"uncommented\":%d,"
               "\"service_rights\":%d,\"evidence\":%lld,\"broken_at\":%lld}\n",
               good ? "true" : "false", f.migrations, f.missing, f.changed, f.newer, f.uncommented,
               f.service_rights, (long long)f.evidence, (long long)f.broken_at);
    } else {
        printf("migrations   %d the same, %d missing, %d changed, %d newer\n", f.migrations,
               f.missing, f.changed, f.newer);
        printf("comments     %d tables or views without one\n", f.uncommented);
        printf("rights       %d append-only tables the service could change\n", f.service_rights);
        printf("evidence     %lld entries verified", (long long)f.evidence);
        if (f.broken_at)
            printf(", then entry %lld: %s", (long long)f.broken_at, f.broken_why);
        printf("\n");
    }
    return good ? EXIT_CODE_OK : EXIT_CODE_FAILED;
}

static int db(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const char *verb = cli_word(cli);
    const char *conninfo = cli_option(cli, "conninfo");
    struct pg_options options;
    struct config from_option = {.database = str_of(conninfo)};
    struct err err = {0};

    if (!verb)
        return cli_usage(cli, "migrate|verify [--conninfo CONNINFO] [--dry-run] [--json]");
    const struct config *config = conninfo ? &from_option : cli_config(cli, arena);
    if (!config)
        return EXIT_CODE_CONFIG;
    if (!cli_database(config, arena, &options, &err))
        return cli_fail(&err);
    if (strcmp(verb, "migrate") == 0)
        return migrate(cli, &options);
    if (strcmp(verb, "verify") == 0)
        return verify(cli, &options);
    return cli_usage(cli, "migrate|verify [--conninfo CONNINFO] [--dry-run] [--json]");
}

const struct cli_command CLI_DB = {"db", "create, upgrade and verify the database schema", db};
