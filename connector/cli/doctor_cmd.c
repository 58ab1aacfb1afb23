/* doctor_cmd.c: `countersign doctor`: everything that can be looked at from outside, one group
 * after the other, with the verb that says more. Each group is that verb, run as it is: doctor
 * knows nothing that they do not. Reads only. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/cli.h"

enum { WORDS_MAX = 3 };

static const char USAGE[] =
    "[GROUP] [--json]   groups: configuration, policy, database, forms, desk, events, "
    "gate, sources";

static const struct group {
    const char *name, *asks;
    const struct cli_command *command;
    const char *words[WORDS_MAX]; /* NULL ends them */
} GROUPS[] = {
    {"configuration", "is every file as it must be, and every secret there?", &CLI_CHECK, {NULL}},
    {"policy", "is the policy of these files the one that is live?", &CLI_POLICY, {"show"}},
    {"database", "is the schema ours, and the evidence whole?", &CLI_DB, {"verify"}},
    {"forms", "does each rule fit the form that Jira shows?", &CLI_CHECK, {"--online"}},
    {"desk", "does the service desk stand as it was locked?", &CLI_MAPPING, {"drift"}},
    {"events", "do the webhooks come, signed and complete?", &CLI_WEBHOOK, {"check"}},
    {"gate", "does nobody but the connector close?", &CLI_GATE, {"prove"}},
    {"sources", "can every target system be read?", &CLI_SOURCE, {"test"}}, /* each by its name */
};
enum { GROUP_COUNT = sizeof GROUPS / sizeof GROUPS[0] };

struct told {
    const struct group *group;
    const char *source; /* NULL: the group is not about one */
    int code;
};

struct doctor {
    struct cli *cli;
    struct told told[GROUP_COUNT + CONFIG_SOURCES_MAX];
    size_t count;
};

static const char *code_means(int code)
{
    switch (code) {
    case EXIT_CODE_OK:
        return "ok";
    case EXIT_CODE_DIFFERENT:
        return "changed, and nothing that matters to us";
    case EXIT_CODE_UNREACHABLE:
        return "not reached";
    case EXIT_CODE_TRY_AGAIN:
        return "not known now";
    case EXIT_CODE_NOT_PERMITTED:
        return "not permitted";
    default:
        return "a problem";
    }
}

/* The verb says what it finds; in JSON its document stands between what is written here. */
static void run(struct doctor *d, const struct group *group, const char *source)
{
    struct told *f = &d->told[d->count++];
    char words[WORDS_MAX + 1][LIMIT_KEY_CHARS + 1], *argv[WORDS_MAX + 1];
    struct cli cli = *d->cli;
    int argc = 0;

    for (; argc < WORDS_MAX && group->words[argc]; argc++)
        str_copy(words[argc], sizeof words[argc], str_of(group->words[argc]));
    if (source)
        str_copy(words[argc++], sizeof words[0], str_of(source));
    for (int i = 0; i < argc; i++)
        argv[i] = words[i];
    cli.command = group->command->name;
    cli.argc = argc;
    cli.argv = argv;
    if (cli.json)
        printf("%s{\"group\":\"%s\",%s%s%s\"says\":[", d->count > 1 ? "," : "", group->name,
               source ? "\"source\":\"" : "", source ? source : "", source ? "\"," : "");
    else
        printf("%s%s%s%s: %s\n", d->count > 1 ? "\n" : "", group->name, source ? " " : "",
               source ? source : "", group->asks);
    fflush(stdout);
    *f = (struct told){group, source, group->command->run(&cli)};
    if (cli.json)
        printf("],\"exit\":%d,\"means\":\"%s\"}", f->code, code_means(f->code));
    fflush(stdout);
}

/* The first that was found out and is wrong decides; what could not be found out comes second. */
static int verdict(const struct doctor *d)
{
    int code = EXIT_CODE_OK;

    for (size_t i = 0; i < d->count; i++) {
        int own = d->told[i].code;
        bool known = own != EXIT_CODE_UNREACHABLE && own != EXIT_CODE_TRY_AGAIN &&
                     own != EXIT_CODE_NOT_PERMITTED && own != EXIT_CODE_DIFFERENT;
        if (own != EXIT_CODE_OK && known)
            return EXIT_CODE_FAILED;
        if (own != EXIT_CODE_OK && code == EXIT_CODE_OK)
            code = own;
    }
    return code;
}

static void sum_up(const struct doctor *d)
{
    size_t wrong = 0;

    printf("\n");
    for (size_t i = 0; i < d->count; i++) {
        const struct told *f = &d->told[i];
        if (f->code == EXIT_CODE_OK)
            continue;
        wrong++;
        printf("%s%s%s: %s; more: countersign %s", f->group->name, f->source ? " " : "",
               f->source ? f->source : "", code_means(f->code), f->group->command->name);
        for (size_t w = 0; w < WORDS_MAX && f->group->words[w]; w++)
            printf(" %s", f->group->words[w]);
        printf("%s%s\n", f->source ? " " : "", f->source ? f->source : "");
    }
    printf("%zu looked at, %zu not well\n", d->count, wrong);
}

static int doctor(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    struct doctor d = {.cli = cli};
    const char *only = cli_word(cli);
    bool known = !only;

    for (size_t i = 0; only && i < GROUP_COUNT; i++)
        known |= strcmp(only, GROUPS[i].name) == 0;
    if (!known || cli->argc)
        return cli_usage(cli, USAGE);
    const struct config *config = cli_config(cli, arena);
    if (!config)
        return EXIT_CODE_CONFIG;
    if (cli->json)
        printf("[");
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        bool each = GROUPS[i].command == &CLI_SOURCE;
        if (only && strcmp(only, GROUPS[i].name) != 0)
            continue;
        if (!each)
            run(&d, &GROUPS[i], NULL);
        for (size_t s = 0; each && s < config->source_count; s++)
            run(&d, &GROUPS[i], arena_cstr(arena, config->sources[s].name));
    }
    if (cli->json)
        printf("]\n");
    else
        sum_up(&d);
    return verdict(&d);
}

const struct cli_command CLI_DOCTOR = {
    "doctor", "look at everything: configuration, database, forms, desk, events, gate, sources",
    doctor};
