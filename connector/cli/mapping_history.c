/* countersign mapping history|show: which mapping was live when, who changed it and why. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "cli/mapping_plan.h"
#include "cli/mapping_verbs.h"
#include "cli/view.h"
#include "json/json_write.h"

enum { ROWS_DEFAULT = 20, ROWS_MAX = 1000 };

static const char HISTORY_USAGE[] =
    "history [--site SITE] [--last 20] [--conninfo CONNINFO] [--json]";
static const char SHOW_USAGE[] = "show [--at DATE|NUMBER|SHA256] [--site SITE] [--json]";

bool mapping_is_number(struct str text, int64_t *ret)
{
    return text.len < MAPPING_HASH_MIN && str_to_i64(text, ret) && *ret > 0;
}

const struct config *mapping_config(struct cli *cli, struct arena *arena)
{
    cli->without_mappings = true;
    return cli_config(cli, arena);
}

struct str mapping_site(const struct config *config, const char *site)
{
    for (size_t i = 0; i < config->site_count; i++)
        if (site ? str_eq_c(config->sites[i].name, site) : config->site_count == 1)
            return config->sites[i].name;
    if (site)
        fprintf(stderr, "countersign mapping: the configuration has no site %s\n", site);
    else
        fprintf(stderr, "countersign mapping: there are several sites: say --site SITE\n");
    return STR_NONE;
}

/* --- history --- */

static void show_refusal(struct arena *a, const struct json *e)
{
    printf("  %-4s  %.*s  %-8.*s  refused      %.12s  %.*s %.*s:%lld:%lld %.*s\n", "-",
           STR_ARG(view_time(a, e, "at")), STR_ARG(view_text(a, e, "site")),
           json_path_str(e, "sha256").len ? json_path_str(e, "sha256").p : "unreadable",
           STR_ARG(view_text(a, e, "detail/code")), STR_ARG(view_text(a, e, "detail/file")),
           (long long)view_count(e, "detail/line"), (long long)view_count(e, "detail/column"),
           STR_ARG(view_text(a, e, "detail/fact")));
}

static void show_change(struct arena *a, const struct json *e)
{
    printf("  %-4lld  %.*s  %-8.*s  %-11.*s  %.12s  by %.*s", (long long)view_count(e, "number"),
           STR_ARG(view_time(a, e, "at")), STR_ARG(view_text(a, e, "site")),
           STR_ARG(view_text(a, e, "act")), view_text(a, e, "sha256").p,
           STR_ARG(view_text(a, e, "actor")));
    if (json_path_str(e, "change").len)
        printf(", %.*s", STR_ARG(view_text(a, e, "change")));
    if (json_path_str(e, "reason").len)
        printf(": %.*s", STR_ARG(view_text(a, e, "reason")));
    if (json_member(e, "detail") && json_path(e, "detail/counts"))
        printf(" (tests %lld, replayed %lld, different %lld)",
               (long long)view_count(e, "detail/tests"),
               (long long)view_count(e, "detail/counts/replayed"),
               (long long)view_count(e, "detail/counts/different"));
    if (json_member(e, "detail") && json_path(e, "detail/rebase"))
        printf(" (moved: %lld not approved yet, %lld approved)",
               (long long)view_count(e, "detail/rebase/anew"),
               (long long)view_count(e, "detail/rebase/asked"));
    printf("%s\n", json_is_true(json_member(e, "live")) ? "  <- live" : "");
}

static int show_history(struct arena *a, struct str document)
{
    const struct json *events;
    struct err err = {0};

    if (!json_parse(a, document, &events, &err))
        return cli_fail(&err);
    JSON_EACH(e, events)
    {
        if (str_eq_c(json_path_str(e, "act"), "refused"))
            show_refusal(a, e);
        else
            show_change(a, e);
    }
    return EXIT_CODE_OK;
}

int mapping_history(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const char *conninfo = cli_option(cli, "conninfo"), *site = cli_option(cli, "site");
    const char *last = cli_option(cli, "last");
    struct config from_option = {.database = str_of(conninfo)};
    int64_t rows = ROWS_DEFAULT;
    struct pg_options options;
    struct str document;
    struct err err = {0};

    if (cli->argc || (last && (!str_to_i64(str_of(last), &rows) || rows < 1 || rows > ROWS_MAX)))
        return cli_usage(cli, HISTORY_USAGE);
    const struct config *config = conninfo ? &from_option : mapping_config(cli, arena);
    if (!config)
        return EXIT_CODE_CONFIG;
    if (!cli_database(config, arena, &options, &err) ||
        !store_mapping_history(&options, arena, str_of(site ? site : ""), rows, &document, &err))
        return cli_fail(&err);
    if (!cli->json)
        return show_history(arena, document);
    printf("%.*s\n", STR_ARG(document));
    return EXIT_CODE_OK;
}

/* --- show --- */

struct mapping_key {
    int64_t number;
    struct str prefix, at;
};

/* "14", "9b1e", "2026-11-01", a whole time; nothing: now. */
static bool read_key(struct arena *arena, struct str text, struct mapping_key *ret)
{
    int64_t ms;

    *ret = (struct mapping_key){.prefix = STR(""), .at = STR("")};
    if (!text.len)
        return true;
    struct str day = arena_printf(arena, "%.*sT23:59:59.999Z", STR_ARG(text));
    if (mapping_is_number(text, &ret->number))
        return true;
    ret->number = 0;
    if (clock_parse(text, &ms) || clock_parse(day, &ms)) {
        ret->at = clock_parse(text, &ms) ? text : day;
        return true;
    }
    ret->prefix = text;
    return text.len >= MAPPING_HASH_MIN;
}

static void print_found(const struct cli *cli, const struct mapping_found *found)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    char at[CLOCK_TEXT_SIZE];

    if (!cli->json) {
        fprintf(stderr, "number %lld, %.*s, live from %s on\n", (long long)found->number,
                STR_ARG(found->sha256), clock_rfc3339(found->at_ms, at));
        printf("%.*s", STR_ARG(found->body));
        return;
    }
    buf_init(&b, PLAN_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_i64_member(&out, "number", found->number);
    json_str_member(&out, "sha256", found->sha256);
    json_str_member(&out, "at", str_of(clock_rfc3339(found->at_ms, at)));
    json_str_member(&out, "body", found->body);
    json_close_object(&out);
    printf("%s\n", b.p);
}

int mapping_show(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const char *at = cli_option(cli, "at"), *site = cli_option(cli, "site");
    struct mapping_found found;
    struct mapping_key key;
    struct pg_options options;
    struct err err = {0};

    if (cli->argc || !read_key(arena, str_of(at), &key))
        return cli_usage(cli, SHOW_USAGE);
    const struct config *config = mapping_config(cli, arena);
    if (!config)
        return EXIT_CODE_CONFIG;
    struct str name = mapping_site(config, site);
    if (!name.len)
        return EXIT_CODE_USAGE;
    if (!cli_database(config, arena, &options, &err) ||
        !store_mapping_find(&options, arena, name, key.number, key.prefix, key.at, &found, &err))
        return cli_fail(&err);
    if (!found.sha256.len) {
        fprintf(stderr, "countersign mapping: no such mapping was live on %.*s\n", STR_ARG(name));
        return EXIT_CODE_DATA;
    }
    print_found(cli, &found);
    return EXIT_CODE_OK;
}
