/* countersign policy history|show|back: which policies were live and who made them so, whether that
 * of these files is, and the explicit way back to one that was replaced. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/cli.h"
#include "cli/mapping_verbs.h"
#include "cli/view.h"
#include "json/json_read.h"
#include "service/policy_keep.h"
#include "store/store_edition.h"

enum { ROWS_DEFAULT = 20, ROWS_MAX = 1000 };

static const char USAGE[] = "show [--json]\n"
                            "       countersign policy history [--last 20] [--json]\n"
                            "       countersign policy back --reason TEXT [--by NAME] [--json]";

/* What the files say, and the way to the database. */
struct side {
    struct pg_options options;
    struct store_edition ours;
};

/* The rule file is read, too, which verbs without mappings leave alone. */
static int open_side(struct cli *cli, struct arena *arena, struct side *ret)
{
    AUTO(drop_buf) struct buf duties;
    struct diag_list *diags = ARENA_NEW(arena, struct diag_list);
    struct diag_list *rules = ARENA_NEW(arena, struct diag_list);
    const struct config *config = cli_config(cli, arena);
    struct err err = {0};

    if (!config)
        return EXIT_CODE_CONFIG;
    const struct policy_config *policy = config_policy_again(config, arena, diags, rules);
    if (!policy) {
        cli_print_faults(diags->errors ? diags : rules);
        return EXIT_CODE_CONFIG;
    }
    buf_init(&duties, POLICY_DUTIES_BYTES);
    policy_keep_duties(&duties, policy);
    *ret = (struct side){.ours = {policy->pdp, arena_str(arena, buf_str(&duties))}};
    return cli_database(config, arena, &ret->options, &err) ? EXIT_CODE_OK : cli_fail(&err);
}

static int not_reached(const struct err *err)
{
    cli_fail(err);
    return err->kind == ERR_REFUSED ? EXIT_CODE_FAILED : EXIT_CODE_UNREACHABLE;
}

static struct str name_of(struct arena *arena, const struct json *v, const char *member)
{
    struct str name = view_text(arena, v, member);
    return json_path_str(v, member).len ? name : STR("no policy");
}

static void print_edition(struct arena *arena, const struct json *e)
{
    printf("  %-4lld  %.*s  %-6.*s  %.*s, %lld sets of duties  by %.*s%s%.*s%s\n",
           (long long)view_count(e, "number"), STR_ARG(view_time(arena, e, "since")),
           STR_ARG(view_text(arena, e, "how")), STR_ARG(name_of(arena, e, "policy")),
           (long long)view_count(e, "duties"), STR_ARG(view_text(arena, e, "by")),
           json_path_str(e, "reason").len ? ": " : "",
           json_path_str(e, "reason").len ? (int)view_text(arena, e, "reason").len : 0,
           view_text(arena, e, "reason").p,
           json_is_true(json_member(e, "ours")) ? "  <- of these files" : "");
}

/* The newest is live. Nothing was ever started with one: then that of these files will be. */
static int print_standing(struct arena *arena, const struct json *v)
{
    const struct json *live = json_first(json_member(v, "policies"));
    bool ours = json_is_true(json_member(v, "is_live"));

    if (!live) {
        printf("no policy was ever live: the first start makes that of its files so\n");
        return EXIT_CODE_OK;
    }
    printf("live     %.*s since %.*s UTC, by %.*s\n", STR_ARG(name_of(arena, live, "policy")),
           STR_ARG(view_time(arena, live, "since")), STR_ARG(view_text(arena, live, "by")));
    if (ours)
        printf("files    the same\n");
    else
        printf("files    %.*s, or other duties: not live. A start makes it so where it never was "
               "before; SIGHUP of a replica that had other files does; of one that was replaced: "
               "countersign policy back --reason ...\n",
               STR_ARG(name_of(arena, v, "ours")));
    return ours ? EXIT_CODE_OK : EXIT_CODE_FAILED;
}

static int show(struct cli *cli, int64_t last, bool standing)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    struct side side;
    struct str document;
    struct err err = {0};
    const struct json *v;
    int code = open_side(cli, arena, &side);

    if (code != EXIT_CODE_OK)
        return code;
    if (!store_policy_history(&side.options, arena, &side.ours, last, &document, &err) ||
        !json_parse(arena, document, &v, &err))
        return not_reached(&err);
    if (cli->json)
        printf("%.*s\n", STR_ARG(document));
    if (!standing && !cli->json)
        JSON_EACH(edition, json_member(v, "policies"))
    print_edition(arena, edition);
    if (!standing)
        return EXIT_CODE_OK;
    bool nothing = !json_first(json_member(v, "policies"));
    if (cli->json)
        return nothing || json_is_true(json_member(v, "is_live")) ? EXIT_CODE_OK : EXIT_CODE_FAILED;
    return print_standing(arena, v);
}

static int back(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const char *reason = cli_option(cli, "reason"), *by = cli_option(cli, "by");
    struct side side;
    struct str document;
    struct err err = {0};

    if (cli->argc || !reason || !reason[0])
        return cli_usage(cli, USAGE);
    int code = open_side(cli, arena, &side);
    if (code != EXIT_CODE_OK)
        return code;
    struct str name = side.ours.pdp.len ? side.ours.pdp : STR("no policy");
    if (!store_policy_back(&side.options, arena, &side.ours, mapping_actor(arena, by),
                           str_of(reason), &document, &err))
        return not_reached(&err);
    if (cli->json)
        printf("%.*s\n", STR_ARG(document));
    else
        printf("live: %.*s; replicas with these files decide by it, others decide nothing until "
               "they have them\n",
               STR_ARG(name));
    return EXIT_CODE_OK;
}

static int policy_command(struct cli *cli)
{
    const char *verb = cli_word(cli), *last = NULL;
    int64_t rows = ROWS_DEFAULT;

    if (verb && strcmp(verb, "back") == 0)
        return back(cli);
    if (verb && strcmp(verb, "history") == 0)
        last = cli_option(cli, "last");
    else if (!verb || strcmp(verb, "show") != 0)
        return cli_usage(cli, USAGE);
    if (cli->argc || (last && (!str_to_i64(str_of(last), &rows) || rows < 1 || rows > ROWS_MAX)))
        return cli_usage(cli, USAGE);
    return show(cli, rows, strcmp(verb, "show") == 0);
}

const struct cli_command CLI_POLICY = {
    "policy", "which policy is live, and the way back to one of before", policy_command};
