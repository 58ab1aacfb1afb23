#include "cli/evidence_erase.h"

#include <stdio.h>

#include "base/limits.h"
#include "cli/cli.h"
#include "cli/mapping_verbs.h"
#include "json/json_read.h"
#include "store/store_retain.h"

static const char USAGE[] =
    "erase PERSON [--conninfo CONNINFO] [--yes --reason TEXT [--by NAME]] [--json]";

static int64_t number(const struct json *report, const char *name)
{
    int64_t n = 0;

    return json_i64(json_member(report, name), &n) ? n : 0;
}

static void show_kept(const struct json *kept)
{
    JSON_EACH(k, kept)
    {
        static const char *const NAMES[] = {"ticket", "request", "exception", "delegation"};
        int64_t id = 0;
        for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
            struct str name = json_path_str(k, NAMES[i]);
            if (name.len)
                printf("  kept         %s %.*s: %.*s\n", NAMES[i], STR_ARG(name),
                       STR_ARG(json_path_str(k, "why")));
            else if (json_i64(json_member(k, NAMES[i]), &id))
                printf("  kept         %s %lld: %.*s\n", NAMES[i], (long long)id,
                       STR_ARG(json_path_str(k, "why")));
            else
                continue;
            break;
        }
    }
}

static void show_account(const char *what, const struct json *key)
{
    struct str source = json_path_str(key, "source");

    printf("  %-12s %.*s%s%.*s: ", what, STR_ARG(json_path_str(key, "name")),
           source.len ? " in " : "", STR_ARG(source));
}

static void show_names(const struct json *report)
{
    JSON_EACH(key, json_member(report, "keys"))
    {
        show_account("known as", key);
        printf("%.*s\n", STR_ARG(json_path_str(key, "how")));
    }
    JSON_EACH(key, json_member(report, "unsure"))
    {
        struct str person = json_path_str(key, "person"), place = json_path_str(key, "place");
        show_account("not proven", key);
        printf("%s%.*s; look yourself\n", person.len ? "of " : "the same word in ",
               STR_ARG(person.len ? person : place));
    }
}

static void show(const struct json *report, bool sure)
{
    const char *is = sure ? "erased" : "would be erased";

    show_names(report);
    printf("%lld requests in which the person is named, and nothing needs it\n",
           (long long)number(report, "requests"));
    JSON_EACH(f, json_member(report, "found"))
    printf("  %-12s %.*s.%.*s  %lld\n", sure ? "erased" : "to erase",
           STR_ARG(json_path_str(f, "table")), STR_ARG(json_path_str(f, "column")),
           (long long)number(f, "rows"));
    printf("  %-12s %lld commitments of the evidence: their salts and clear texts\n",
           sure ? "erased" : "to erase", (long long)number(report, "commitments"));
    show_kept(json_member(report, "kept"));
    printf("%lld values and %lld commitments %s\n", (long long)number(report, "cells"),
           (long long)number(report, "commitments"), is);
}

static void say_beside(const struct json *report, bool sure)
{
    if (number(report, "plain_hashes"))
        fprintf(stderr,
                "%lld entries of evidence were written before there were commitments: they hold "
                "plain hashes of the names and stay as they were signed "
                "(deploy/privacy-and-retention.md)\n",
                (long long)number(report, "plain_hashes"));
    if (json_member(report, "unknown"))
        fprintf(stderr, "nobody is known by that name, and as a word it may stand for anything: "
                        "nothing was changed; name an address, an account or a key\n");
    else if (!sure)
        fprintf(stderr, "nothing was changed: --yes --reason 'case number' does it\n");
}

static bool is_all(const struct json *report)
{
    return !json_member(report, "unknown") && !json_count(json_member(report, "kept")) &&
           !json_count(json_member(report, "unsure"));
}

int evidence_erase(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const char *conninfo = cli_option(cli, "conninfo"), *reason = cli_option(cli, "reason"),
               *by = cli_option(cli, "by");
    bool sure = cli_flag(cli, "yes");
    const char *person = cli_word(cli);
    const struct json *report;
    struct pg_options options;
    struct str text;
    struct err err = {0};

    if (!person || cli->argc || (sure && (!reason || !reason[0])))
        return cli_usage(cli, USAGE);
    cli->without_mappings = true;
    const struct config *config = cli_config(cli, arena);
    if (!config)
        return EXIT_CODE_CONFIG; /* holds stand there: without it nobody knows them */
    struct config named = {.database = str_of(conninfo)};
    if (!cli_database(conninfo ? &named : config, arena, &options, &err) ||
        !store_person_erase(&options, arena, str_of(person), config->retention.holds, sure,
                            mapping_actor(arena, by), str_of(reason), &text, &err) ||
        !json_parse(arena, text, &report, &err))
        return cli_fail(&err);
    if (cli->json)
        printf("%.*s\n", STR_ARG(text));
    else if (!json_member(report, "unknown"))
        show(report, sure);
    say_beside(report, sure);
    return is_all(report) ? EXIT_CODE_OK : EXIT_CODE_DIFFERENT;
}
