#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/cli.h"
#include "io/io_file.h"
#include "json/json_write.h"

static const char USAGE[] = "test NAME --account ACCOUNT --entitlement ENTITLEMENT [--json]";

struct testing {
    struct io_loop *loop;
    struct reader *reader;
    bool json;
    enum outcome outcome;
};

static void on_closed(void *arg)
{
    struct testing *t = arg;
    io_loop_stop(t->loop);
}

static void on_observed(void *arg, const struct observation *o)
{
    struct testing *t = arg;

    t->outcome = o->outcome;
    if (t->json)
        printf("{\"outcome\":\"%s\",\"account\":\"%s\",\"via\":\"%s\",\"complete\":%s,\"canary\":%"
               "s,\"reason\":\"%.*s\"}\n",
               outcome_name(o->outcome), account_state_name(o->account), via_name(o->via),
               o->complete ? "true" : "false", o->canary_ok ? "true" : "false", STR_ARG(o->reason));
    else
        printf("%s (%.*s); account %s, canary %s, read %s\n", outcome_name(o->outcome),
               STR_ARG(o->reason), account_state_name(o->account),
               o->canary_ok ? "visible" : "NOT visible", o->complete ? "complete" : "NOT complete");
    t->reader->kind->close(t->reader, on_closed, t);
}

static int test(struct cli *cli, const char *name)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const char *account = cli_option(cli, "account"), *entitlement = cli_option(cli, "entitlement");
    const struct source_config *source = NULL;
    struct secret *secret = NULL;
    struct err err = {0};

    if (!account || !entitlement || cli->argc)
        return cli_usage(cli, USAGE);
    const struct config *config = cli_config(cli, arena);
    if (!config)
        return EXIT_CODE_CONFIG;
    for (size_t i = 0; i < config->source_count; i++)
        if (str_eq_c(config->sources[i].name, name))
            source = &config->sources[i];
    if (!source) {
        fprintf(stderr, "countersign: there is no source '%s' in %s\n", name, cli->config_file);
        return EXIT_CODE_USAGE;
    }
    if (source->secret.len && !file_secret(source->secret, &secret, &err))
        return cli_fail(&err);
    struct testing t = {.loop = io_loop_new(), .json = cli->json};
    struct reader_config reader = {.source = source->name,
                                   .settings = source->settings,
                                   .setting_count = source->setting_count,
                                   .secret = secret,
                                   .canary_account = source->canary_account,
                                   .canary_entitlement = source->canary_entitlement,
                                   .timeout_ms = source->timeout_ms,
                                   .loop = t.loop,
                                   .clock = &CLOCK_SYSTEM};
    t.reader = source->reader->open(&reader, &err);
    if (t.reader) {
        struct item item = {
            .source = source->name, .account = str_of(account), .entitlement = str_of(entitlement)};
        source->reader->read(t.reader, &item, on_observed, &t);
        (void)!io_loop_run(t.loop);
    }
    io_loop_free(t.loop);
    secret_free(secret);
    if (!t.reader)
        return cli_fail(&err);
    return t.outcome == OUTCOME_UNKNOWN ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

static int source_command(struct cli *cli)
{
    const char *verb = cli_word(cli);
    const char *name = cli_word(cli);

    if (!verb || strcmp(verb, "test") != 0 || !name)
        return cli_usage(cli, USAGE);
    return test(cli, name);
}

const struct cli_command CLI_SOURCE = {"source", "ask a target system about one entitlement",
                                       source_command};
