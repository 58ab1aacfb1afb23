#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "io/io_file.h"
#include "io/io_pg.h"
#include "store/store_schema.h"

static void take(struct cli *cli, int at, int count)
{
    for (int i = at; i + count < cli->argc; i++)
        cli->argv[i] = cli->argv[i + count];
    cli->argc -= count;
}

const char *cli_option(struct cli *cli, const char *name)
{
    size_t len = strlen(name);

    for (int i = 0; i < cli->argc; i++) {
        const char *arg = cli->argv[i];
        if (strncmp(arg, "--", 2) != 0 || strncmp(arg + 2, name, len) != 0)
            continue;
        if (arg[2 + len] == '=') {
            take(cli, i, 1);
            return arg + 3 + len;
        }
        if (!arg[2 + len] && i + 1 < cli->argc) {
            const char *value = cli->argv[i + 1];
            take(cli, i, 2);
            return value;
        }
    }
    return NULL;
}

bool cli_flag(struct cli *cli, const char *name)
{
    for (int i = 0; i < cli->argc; i++) {
        if (strncmp(cli->argv[i], "--", 2) == 0 && strcmp(cli->argv[i] + 2, name) == 0) {
            take(cli, i, 1);
            return true;
        }
    }
    return false;
}

const char *cli_word(struct cli *cli)
{
    if (!cli->argc || strncmp(cli->argv[0], "--", 2) == 0)
        return NULL;
    const char *word = cli->argv[0];
    take(cli, 0, 1);
    return word;
}

int cli_leftover(const struct cli *cli)
{
    if (!cli->argc)
        return 0;
    fprintf(stderr, "countersign %s: '%s' is not understood here; see countersign %s --help\n",
            cli->command, cli->argv[0], cli->command);
    return EXIT_CODE_USAGE;
}

int cli_usage(const struct cli *cli, const char *usage)
{
    fprintf(stderr, "usage: countersign %s %s\n", cli->command, usage);
    return EXIT_CODE_USAGE;
}

void cli_print_faults(const struct diag_list *list)
{
    AUTO(drop_buf) struct buf b;

    buf_init(&b, 1024 * 1024);
    diag_render(list, &b);
    if (b.len)
        fwrite(b.p, 1, b.len, stderr);
}

static const char *from_environment(const char *name)
{
    return getenv(name);
}

struct config_input cli_config_input(const struct cli *cli)
{
    return (struct config_input){.file = cli->config_file,
                                 .set = cli->set,
                                 .set_count = cli->set_count,
                                 .environment = from_environment,
                                 .without_mappings = cli->without_mappings,
                                 .secrets = cli->secrets};
}

struct config *cli_config(const struct cli *cli, struct arena *arena)
{
    struct config_input input = cli_config_input(cli);
    struct diag_list *diags = ARENA_NEW(arena, struct diag_list);
    struct diag_list *mapping = ARENA_NEW(arena, struct diag_list);
    struct config *config = config_load_from(arena, &input, diags, mapping);

    cli_print_faults(diags);
    cli_print_faults(mapping);
    return config;
}

int cli_fail(const struct err *err)
{
    fprintf(stderr, "countersign: %s%s%s\n", err->what, err->trail[0] ? ", " : "", err->trail);
    switch (err->kind) {
    case ERR_NONE:
    case ERR_BUG:
        return EXIT_CODE_BUG;
    case ERR_INPUT:
        return EXIT_CODE_DATA;
    case ERR_CONFIG:
        return EXIT_CODE_CONFIG;
    case ERR_REFUSED:
        return EXIT_CODE_FAILED;
    case ERR_TEMPORARY:
        return EXIT_CODE_UNREACHABLE;
    case ERR_UNKNOWN_OUTCOME:
    case ERR_CONFLICT:
        return EXIT_CODE_TRY_AGAIN;
    }
    return EXIT_CODE_BUG;
}

bool cli_database(const struct config *config, struct arena *arena, struct pg_options *ret,
                  struct err *err)
{
    return cli_any_database(config, arena, ret, err) && store_schema_fits(ret, err);
}

bool cli_sessions_stay(const struct pg_options *options, struct err *err)
{
    enum pg_between between = PG_UNSEEN;
    struct err away = {0};

    if (options->pooled || !pg_see_between(options, &between, &away) ||
        between != PG_POOLS_TRANSACTIONS)
        return true;
    return FAIL(err, ERR_CONFIG,
                "a proxy that pools transactions stands before the database: write 'pooler: "
                "transaction' under 'database' (deploy/pooler.md)");
}

bool cli_any_database(const struct config *config, struct arena *arena, struct pg_options *ret,
                      struct err *err)
{
    struct secret *secret = NULL;

    *ret = (struct pg_options){.conninfo = arena_cstr(arena, config->database),
                               .application = "countersign cli",
                               .connections = 1,
                               .connect_timeout_ms = 10000,
                               .statement_timeout_ms = 600000,
                               .deadline_ms = 610000,
                               .pooled = config->database_pooled,
                               .queue_max = 16};
    if (!config->database_password.len)
        return true;
    if (!file_secret(config->database_password, &secret, err))
        return false;
    ret->password = arena_cstr(arena, secret_reveal(secret));
    secret_free(secret);
    return true;
}
