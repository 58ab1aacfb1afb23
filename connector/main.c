/* main.c: the table of subcommands, nothing else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

static const struct cli_command *const COMMANDS[] = {
    &CLI_INIT,    &CLI_SERVE,    &CLI_CHECK,     &CLI_DB,         &CLI_REQUEST,
    &CLI_MAPPING, &CLI_EVIDENCE, &CLI_EXCEPTION, &CLI_EVENT,      &CLI_SOURCE,
    &CLI_WEBHOOK, &CLI_REPORT,   &CLI_GATE,      &CLI_SCAN,       &CLI_RECONCILE,
    &CLI_DOCTOR,  &CLI_EXPLAIN,  &CLI_SLA,       &CLI_DELEGATION, &CLI_POLICY};

/* They need no mapping: a file with faults does not keep them from working. */
static const struct cli_command *const WITHOUT_MAPPINGS[] = {
    &CLI_DB,        &CLI_REQUEST, &CLI_EVIDENCE,   &CLI_EXCEPTION, &CLI_SOURCE,
    &CLI_RECONCILE, &CLI_SLA,     &CLI_DELEGATION, &CLI_POLICY};

static int help(FILE *to, int code)
{
    fprintf(to, "countersign: a ticket closes when the access is proven\n\n");
    for (size_t i = 0; i < sizeof COMMANDS / sizeof COMMANDS[0]; i++)
        fprintf(to, "  countersign %-10s %s\n", COMMANDS[i]->name, COMMANDS[i]->help);
    fprintf(to, "  countersign %-10s %s\n\n", "version", "print the version");
    fprintf(to, "Everywhere: --config FILE (default $COUNTERSIGN_CONFIG, then "
                "/etc/countersign/countersign.yaml), --set PATH=VALUE,\n  --json\n"
                "Exit codes: 0 ok, 1 failed, 64 usage, 65 bad data, 69 unreachable, 75 try again, "
                "77 not permitted, 78 configuration\n");
    return code;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return help(stderr, EXIT_CODE_USAGE);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
        return help(stdout, EXIT_CODE_OK);
    if (strcmp(argv[1], "version") == 0 || strcmp(argv[1], "--version") == 0) {
        puts("countersign " COUNTERSIGN_VERSION);
        return EXIT_CODE_OK;
    }
    struct cli cli = {.command = argv[1], .argc = argc - 2, .argv = argv + 2};
    const char *config = cli_option(&cli, "config");
    const char *environment = getenv("COUNTERSIGN_CONFIG");
    cli.config_named = config != NULL;
    cli.config_file = config        ? config
                      : environment ? environment
                                    : "/etc/countersign/countersign.yaml";
    cli.json = cli_flag(&cli, "json");
    for (const char *set; cli.set_count < CLI_SET_MAX && (set = cli_option(&cli, "set")) != NULL;)
        cli.set[cli.set_count++] = set;
    for (size_t i = 0; i < sizeof COMMANDS / sizeof COMMANDS[0]; i++) {
        if (strcmp(argv[1], COMMANDS[i]->name) != 0)
            continue;
        if (cli_flag(&cli, "help"))
            cli.argc = 0; /* without words every command prints its usage */
        for (size_t k = 0; k < sizeof WITHOUT_MAPPINGS / sizeof WITHOUT_MAPPINGS[0]; k++)
            cli.without_mappings |= COMMANDS[i] == WITHOUT_MAPPINGS[k];
        return COMMANDS[i]->run(&cli);
    }
    fprintf(stderr, "countersign: there is no command '%s'\n\n", argv[1]);
    return help(stderr, EXIT_CODE_USAGE);
}
