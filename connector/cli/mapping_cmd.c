#include <string.h>

#include "cli/explain.h"
#include "cli/mapping_verbs.h"

int mapping_explain(struct cli *cli)
{
    const char *word = cli_word(cli);

    if (!word || cli->argc || !explain_is_code(str_of(word)))
        return cli_usage(cli, "explain CODE");
    return explain_command(cli, word);
}

static int mapping_command(struct cli *cli)
{
    static const struct {
        const char *name;
        int (*run)(struct cli *cli);
    } VERBS[] = {
        {"validate", mapping_validate}, {"test", mapping_test},         {"try", mapping_try},
        {"explain", mapping_explain},   {"lock", mapping_lock},         {"drift", mapping_drift},
        {"schema", mapping_schema},     {"scaffold", mapping_scaffold},
    };
    const char *verb = cli_word(cli);

    for (size_t i = 0; verb && i < sizeof VERBS / sizeof VERBS[0]; i++)
        if (strcmp(verb, VERBS[i].name) == 0)
            return VERBS[i].run(cli);
    return cli_usage(cli, "validate FILE... | test FILE... | try FILE TICKET.json | explain CODE | "
                          "lock | drift | schema | scaffold");
}

const struct cli_command CLI_MAPPING = {
    "mapping", "validate a mapping file and run its tests; try it on a ticket; explain a fault",
    mapping_command};
