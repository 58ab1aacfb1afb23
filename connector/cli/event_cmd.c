#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/cli.h"
#include "cli/view.h"
#include "json/json_write.h"

enum { PATH_BYTES = 8 * 1024 };

static const char USAGE[] =
    "list [--dead | --state waiting|delivered|dead|dropped] [--subscriber NAME] [--request ID]\n"
    "           [--limit N] [--after PLACE] [--json]\n"
    "       countersign event retry EVENT [--subscriber NAME] | --subscriber NAME [--json]";

static void print_list(struct arena *arena, const struct json *v)
{
    printf("%-36s  %-26s %-20s %-9s %5s  %-19s  %s\n", "EVENT", "TYPE", "SUBSCRIBER", "STATE",
           "TRIES", "NEXT (UTC)", "WHY");
    JSON_EACH(d, json_member(v, "deliveries"))
    printf("%-36.*s  %-26.*s %-20.*s %-9.*s %5lld  %-19.*s  %.*s\n",
           STR_ARG(view_text(arena, d, "event")), STR_ARG(view_text(arena, d, "type")),
           STR_ARG(view_text(arena, d, "subscriber")), STR_ARG(view_text(arena, d, "state")),
           (long long)view_count(d, "attempts"), STR_ARG(view_time(arena, d, "next_at")),
           STR_ARG(view_text(arena, d, "why")));
    if (json_path_str(v, "next").len)
        printf("more: --after %.*s\n", STR_ARG(view_text(arena, v, "next")));
}

static bool print_answer(FILE *to, struct arena *arena, struct str reply)
{
    const struct json *v;
    struct err err = {0};

    (void)to; /* data is stdout's */
    if (!json_parse(arena, reply, &v, &err))
        return false;
    if (json_member(v, "deliveries"))
        print_list(arena, v);
    else
        printf("%lld sent again\n", (long long)view_count(v, "retried"));
    return true;
}

static int list(struct cli *cli)
{
    static const char *const FILTERS[] = {"state", "subscriber", "request", "limit", "after"};
    AUTO(drop_buf) struct buf path;
    bool dead = cli_flag(cli, "dead");

    buf_init(&path, PATH_BYTES);
    buf_printf(&path, "/v1/events%s", dead ? "?state=dead" : "");
    for (size_t i = 0; i < sizeof FILTERS / sizeof FILTERS[0]; i++)
        cli_query(&path, FILTERS[i], cli_option(cli, FILTERS[i]));
    return cli_list(cli, &path, USAGE, print_answer);
}

static int retry(struct cli *cli)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    const char *event = cli_word(cli), *subscriber = cli_option(cli, "subscriber");

    if ((!event && !subscriber) || cli_leftover(cli))
        return cli_usage(cli, USAGE);
    buf_init(&b, LIMIT_API_BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    if (event)
        json_str_member(&out, "event", str_of(event));
    if (subscriber)
        json_str_member(&out, "subscriber", str_of(subscriber));
    json_close_object(&out);
    return cli_ask(cli, "POST", "/v1/events/retry", buf_str(&b), NULL, print_answer);
}

static int event_command(struct cli *cli)
{
    const char *verb = cli_word(cli);

    if (verb && strcmp(verb, "list") == 0)
        return list(cli);
    if (verb && strcmp(verb, "retry") == 0)
        return retry(cli);
    return cli_usage(cli, USAGE);
}

const struct cli_command CLI_EVENT = {"event", "what subscribers were told, and what was given up",
                                      event_command};
