#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/view.h"
#include "json/json_write.h"
#include "yaml/yaml.h"

enum { PATH_BYTES = 2048 };

static const char USAGE[] =
    "give PERSON --to OTHER --until TIME|14d [--from TIME] [--json]\n"
    "       countersign delegation list [--live] [--person PERSON] [--after ID] [--json]\n"
    "       countersign delegation revoke ID --by PERSON [--json]";

static void print_one(FILE *to, struct arena *arena, const struct json *d)
{
    fprintf(to, "%6lld  %-8.*s from %.*s until %.*s  %.*s answers for %.*s\n",
            (long long)view_count(d, "id"), STR_ARG(view_text(arena, d, "state")),
            STR_ARG(view_time(arena, d, "starts_at")), STR_ARG(view_time(arena, d, "ends_at")),
            STR_ARG(view_text(arena, d, "to")), STR_ARG(view_text(arena, d, "from")));
}

static bool print_all(FILE *to, struct arena *arena, struct str document)
{
    static const struct view_kind KIND = {"delegations", "delegation",
                                          "ask for less with --person or --live", print_one};
    return view_kind_print(&KIND, to, arena, document);
}

/* A time, or how long from now on; where it is neither it is handed on, and the service says so. */
static struct str time_of(const char *text, char buf[CLOCK_TEXT_SIZE])
{
    int64_t span_ms;

    if (yaml_duration(str_of(text), &span_ms))
        return str_of(clock_rfc3339(clock_wall_ms(&CLOCK_SYSTEM) + span_ms, buf));
    return str_of(text);
}

static int give(struct cli *cli)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    char ends[CLOCK_TEXT_SIZE];
    const char *to = cli_option(cli, "to"), *until = cli_option(cli, "until");
    const char *from = cli_option(cli, "from"), *person = cli_word(cli);

    if (!person || !to || !until || cli->argc)
        return cli_usage(cli, USAGE);
    buf_init(&b, LIMIT_API_BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "from", str_of(person));
    json_str_member(&out, "to", str_of(to));
    json_str_member(&out, "ends_at", time_of(until, ends));
    if (from)
        json_str_member(&out, "starts_at", str_of(from));
    json_close_object(&out);
    return cli_ask(cli, "POST", "/v1/delegations", buf_str(&b), NULL, print_all);
}

static int list(struct cli *cli)
{
    AUTO(drop_buf) struct buf path;

    buf_init(&path, PATH_BYTES);
    buf_add_c(&path, "/v1/delegations");
    cli_query(&path, "live", cli_flag(cli, "live") ? "true" : NULL);
    cli_query(&path, "person", cli_option(cli, "person"));
    cli_query(&path, "after", cli_option(cli, "after"));
    return cli_list(cli, &path, USAGE, print_all);
}

static int revoke(struct cli *cli)
{
    AUTO(drop_buf) struct buf b, path;
    struct json_out out;
    const char *by = cli_option(cli, "by"), *id = cli_word(cli);
    int64_t number;

    buf_init(&b, LIMIT_API_BODY_BYTES);
    buf_init(&path, PATH_BYTES);
    if (!by || !id || !str_to_i64(str_of(id), &number) || number < 1 || cli->argc)
        return cli_usage(cli, USAGE);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "revoked_by", str_of(by));
    json_close_object(&out);
    buf_printf(&path, "/v1/delegations/%lld/revoke", (long long)number);
    return cli_ask(cli, "POST", path.p, buf_str(&b), NULL, print_all);
}

static int delegation_command(struct cli *cli)
{
    const char *verb = cli_word(cli);

    if (verb && strcmp(verb, "give") == 0)
        return give(cli);
    if (verb && strcmp(verb, "list") == 0)
        return list(cli);
    if (verb && strcmp(verb, "revoke") == 0)
        return revoke(cli);
    return cli_usage(cli, USAGE);
}

const struct cli_command CLI_DELEGATION = {
    "delegation", "have one answer for another one, for a time", delegation_command};
