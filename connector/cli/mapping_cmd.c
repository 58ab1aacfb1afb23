#include <string.h>

#include "cli/explain.h"
#include "cli/mapping_live.h"
#include "cli/mapping_verbs.h"

int mapping_explain(struct cli *cli)
{
    const char *word = cli_word(cli);

    if (!word || cli->argc)
        return cli_usage(cli, "explain CODE | explain [SITE/]TICKET");
    return explain_is_code(str_of(word)) ? explain_command(cli, word)
                                         : mapping_explain_ticket(cli, word);
}

static int mapping_command(struct cli *cli)
{
    static const struct {
        const char *name;
        int (*run)(struct cli *cli);
    } VERBS[] = {
        {"validate", mapping_validate}, {"test", mapping_test},
        {"try", mapping_try},           {"explain", mapping_explain},
        {"lock", mapping_lock},         {"drift", mapping_drift},
        {"schema", mapping_schema},     {"scaffold", mapping_scaffold},
        {"plan", mapping_plan},         {"backtest", mapping_backtest},
        {"apply", mapping_apply},       {"rollback", mapping_rollback},
        {"keep", mapping_keep},         {"history", mapping_history},
        {"show", mapping_show},
    };
    const char *verb = cli_word(cli);

    for (size_t i = 0; verb && i < sizeof VERBS / sizeof VERBS[0]; i++)
        if (strcmp(verb, VERBS[i].name) == 0)
            return VERBS[i].run(cli);
    return cli_usage(cli, "validate FILE... | test FILE... | try FILE TICKET.json | explain CODE | "
                          "explain [SITE/]TICKET | lock | drift | schema | scaffold | "
                          "plan [FILE] | backtest [FILE] | apply PLAN.json | rollback NUMBER | "
                          "keep TICKET | history | show");
}

const struct cli_command CLI_MAPPING = {
    "mapping",
    "validate, test, try, explain a mapping; plan, apply, roll back another one; history",
    mapping_command};

static int explain(struct cli *cli)
{
    const char *code = cli_word(cli);

    return code && !cli->argc ? explain_command(cli, code) : cli_usage(cli, "CODE");
}

const struct cli_command CLI_EXPLAIN = {"explain", "what a fault of a mapping means", explain};
