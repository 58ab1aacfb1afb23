#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/cli.h"
#include "cli/view.h"
#include "json/json_write.h"
#include "yaml/yaml.h"

enum { PATH_BYTES = 2048 };

static const char USAGE[] =
    "grant REQUEST | --renew ID | --source NAME  --owner PERSON --approved-by OTHER --reason TEXT\n"
    "           --control TEXT --expires TIME [--scope item|request|sod] [--sod-set NAME] "
    "[--review TIME] [--json]\n"
    "       countersign exception list [--live] [--expiring 14d] [--owner PERSON] [--request ID] "
    "[--after ID] [--json]\n"
    "       countersign exception revoke ID --by PERSON --reason TEXT [--json]\n"
    "       countersign exception owner PERSON --left|--back [--reason TEXT] [--json]";

static void print_one(FILE *to, struct arena *arena, const struct json *x)
{
    struct str key = view_text(arena, x, "issue_key"), what = view_text(arena, x, "entitlement");
    struct str of = str_eq_c(key, "-") ? view_text(arena, x, "source") : key;

    fprintf(to,
            "%6lld  %-10.*s %-8.*s until %.*s  %.*s%s%.*s, owner %.*s, approved by %.*s: %.*s\n",
            (long long)view_count(x, "id"), STR_ARG(view_text(arena, x, "state")),
            STR_ARG(view_text(arena, x, "scope")), STR_ARG(view_time(arena, x, "expires_at")),
            STR_ARG(of), str_eq_c(what, "-") ? "" : " ",
            STR_ARG(str_eq_c(what, "-") ? STR_NONE : what), STR_ARG(view_text(arena, x, "owner")),
            STR_ARG(view_text(arena, x, "approved_by")), STR_ARG(view_text(arena, x, "reason")));
}

static bool print_all(FILE *to, struct arena *arena, struct str document)
{
    static const struct view_kind KIND = {
        "exceptions", "exception", "ask for less with --owner, --request or --expiring", print_one};
    return view_kind_print(&KIND, to, arena, document);
}

/* An option becomes a member; false when it is needed and not there. */
static bool put(struct json_out *out, struct cli *cli, const char *option, const char *member,
                bool needed)
{
    const char *value = cli_option(cli, option);

    if (value)
        json_str_member(out, member, str_of(value));
    return value || !needed;
}

static bool is_number(const char *text, int64_t *ret)
{
    return text && str_to_i64(str_of(text), ret) && *ret > 0;
}

static int grant(struct cli *cli)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    const char *renew = cli_option(cli, "renew"), *source = cli_option(cli, "source");
    int64_t number = 0;
    bool good = true;

    buf_init(&b, LIMIT_API_BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    good &= put(&out, cli, "owner", "owner", true);
    good &= put(&out, cli, "approved-by", "approved_by", true);
    good &= put(&out, cli, "reason", "reason", true);
    good &= put(&out, cli, "control", "compensating_control", true);
    good &= put(&out, cli, "expires", "expires_at", true);
    put(&out, cli, "review", "review_at", false);
    put(&out, cli, "sod-set", "sod_set", false);
    if (!source)
        put(&out, cli, "scope", "scope", false);
    const char *id = renew || source ? NULL : cli_word(cli);
    good &= !renew || is_number(renew, &number);
    good &= (id != NULL) + (renew != NULL) + (source != NULL) == 1;
    if (id)
        json_str_member(&out, "request", str_of(id));
    if (source) {
        json_str_member(&out, "scope", STR("source"));
        json_str_member(&out, "source", str_of(source));
    }
    if (renew)
        json_i64_member(&out, "renews", number);
    json_close_object(&out);
    if (!good || cli->argc)
        return cli_usage(cli, USAGE);
    return cli_ask(cli, "POST", "/v1/exceptions", buf_str(&b), NULL, print_all);
}

static int list(struct cli *cli)
{
    AUTO(drop_buf) struct buf path;
    const char *expiring = cli_option(cli, "expiring");
    int64_t ms = 0;
    char seconds[24];

    buf_init(&path, PATH_BYTES);
    buf_add_c(&path, "/v1/exceptions");
    cli_query(&path, "live", cli_flag(cli, "live") ? "true" : NULL);
    cli_query(&path, "owner", cli_option(cli, "owner"));
    cli_query(&path, "request", cli_option(cli, "request"));
    cli_query(&path, "after", cli_option(cli, "after"));
    if (expiring && (!yaml_duration(str_of(expiring), &ms) || ms < 1000)) {
        fprintf(stderr, "countersign exception: --expiring is a time like 36h or 14d\n");
        return EXIT_CODE_USAGE;
    }
    snprintf(seconds, sizeof seconds, "%lld", (long long)(ms / 1000));
    cli_query(&path, "expiring_seconds", expiring ? seconds : NULL);
    return cli_list(cli, &path, USAGE, print_all);
}

static int revoke(struct cli *cli)
{
    AUTO(drop_buf) struct buf b, path;
    struct json_out out;
    int64_t number;

    buf_init(&b, LIMIT_API_BODY_BYTES);
    buf_init(&path, PATH_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    bool good = put(&out, cli, "by", "revoked_by", true);
    good &= put(&out, cli, "reason", "reason", true);
    json_close_object(&out);
    if (!is_number(cli_word(cli), &number) || !good || cli->argc)
        return cli_usage(cli, USAGE);
    buf_printf(&path, "/v1/exceptions/%lld/revoke", (long long)number);
    return cli_ask(cli, "POST", path.p, buf_str(&b), NULL, print_all);
}

static int owner(struct cli *cli)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    bool left = cli_flag(cli, "left"), back = cli_flag(cli, "back");

    buf_init(&b, LIMIT_API_BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    put(&out, cli, "reason", "reason", false);
    const char *person = cli_word(cli);
    json_str_member(&out, "person", str_of(person ? person : ""));
    json_bool_member(&out, "left", left);
    json_close_object(&out);
    if (!person || left == back || cli->argc)
        return cli_usage(cli, USAGE);
    return cli_ask(cli, "POST", "/v1/departures", buf_str(&b), NULL, print_all);
}

static int exception_command(struct cli *cli)
{
    static const struct {
        const char *name;
        int (*run)(struct cli *cli);
    } VERBS[] = {{"grant", grant}, {"list", list}, {"revoke", revoke}, {"owner", owner}};
    const char *verb = cli_word(cli);

    for (size_t i = 0; verb && i < sizeof VERBS / sizeof VERBS[0]; i++)
        if (strcmp(verb, VERBS[i].name) == 0)
            return VERBS[i].run(cli);
    return cli_usage(cli, USAGE);
}

const struct cli_command CLI_EXCEPTION = {
    "exception", "cover what is not proven, with an owner and an end", exception_command};
