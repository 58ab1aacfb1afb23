#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/source_try.h"
#include "store/store_truth.h"

static const char USAGE[] =
    "test NAME [--account ACCOUNT --entitlement ENTITLEMENT] [--json]\n"
    "       countersign source relink NAME --account ACCOUNT --person PERSON --id NEW_ID\n"
    "           --by WHO --reason TEXT\n"
    "       countersign source relink NAME --entitlement ENTITLEMENT --id NEW_ID\n"
    "           --by WHO --reason TEXT";

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

/* The name rightly belongs to another account now: whoever was pinned to the one before is pinned
 * to this one. */
static int relink(struct cli *cli, const char *name)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    struct relink l = {.source = str_of(name),
                       .account = str_of(cli_option(cli, "account")),
                       .person = str_of(cli_option(cli, "person")),
                       .entitlement = str_of(cli_option(cli, "entitlement")),
                       .native_id = str_of(cli_option(cli, "id")),
                       .actor = str_of(cli_option(cli, "by")),
                       .reason = str_of(cli_option(cli, "reason"))};
    struct pg_options options;
    struct err err = {0};
    bool done;

    bool what = l.entitlement.len ? !l.account.len && !l.person.len : l.account.len && l.person.len;
    if (cli->argc || !what || !l.native_id.len || !l.actor.len || !l.reason.len)
        return cli_usage(cli, USAGE);
    const struct config *config = cli_config(cli, arena);
    if (!config)
        return EXIT_CODE_CONFIG;
    if (!cli_database(config, arena, &options, &err) || !store_relink(&options, &l, &done, &err))
        return cli_fail(&err);
    if (done) {
        printf("linked: reads of the %s before count no longer\n",
               l.entitlement.len ? "entitlement" : "account");
        return EXIT_CODE_OK;
    }
    fprintf(stderr,
            "countersign source: %s of this name was never pinned, or is pinned to that id "
            "already\n",
            l.entitlement.len ? "the entitlement" : "that person's account");
    return EXIT_CODE_DATA;
}

static int source_command(struct cli *cli)
{
    const char *verb = cli_word(cli);
    const char *name = cli_word(cli);

    if (verb && name && strcmp(verb, "test") == 0)
        return test(cli, name);
    if (verb && name && strcmp(verb, "relink") == 0)
        return relink(cli, name);
    return cli_usage(cli, USAGE);
}

const struct cli_command CLI_SOURCE = {
    "source", "try out how a target system is read; link an account anew", source_command};
