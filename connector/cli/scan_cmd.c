/* scan_cmd.c: `countersign scan`: is what was closed still so? */
#include <stdio.h>

#include "base/clock.h"
#include "base/limits.h"
#include "cli/scan_work.h"
#include "cli/view.h"
#include "json/json_write.h"
#include "yaml/yaml.h"

enum { SCAN_ARENA_BYTES = 256 * 1024 * 1024, ROW_BYTES = 64 * 1024 };

static const char USAGE[] = "[--last 90d] [--site SITE] [--all] [--json]";

static void print_row(struct arena *a, const struct scan_row *row)
{
    const struct closed_item *c = row->closed;

    printf("%-8s %-12.*s %.*s of %.*s in %.*s, closed %.*s: shall be %s, is %s (%s%s%.*s)",
           scan_finding_name(row->finding), STR_ARG(view_plain(a, c->issue_key)),
           STR_ARG(view_plain(a, c->item.entitlement)), STR_ARG(view_plain(a, c->item.account)),
           STR_ARG(view_plain(a, c->item.source)), STR_ARG(view_time_ms(a, c->closed_ms)),
           desired_name(c->item.desired), outcome_name(row->obs.outcome), row->why,
           row->obs.reason.len && !str_eq_c(row->obs.reason, "Ok") ? ": " : "",
           STR_ARG(str_eq_c(row->obs.reason, "Ok") ? STR_NONE : row->obs.reason));
    if (c->in_hand.len)
        printf("; %.*s is about it", STR_ARG(view_plain(a, c->in_hand)));
    putchar('\n');
    if (row->finding == SCAN_UNKNOWN && reader_remedy(row->obs.reason)[0])
        printf("         %s\n", reader_remedy(row->obs.reason));
}

static void print_scan(struct arena *a, const struct scan *scan, bool all)
{
    for (size_t i = 0; i < scan->count; i++)
        if (all || scan->rows[i].finding != SCAN_AS_ASKED)
            print_row(a, &scan->rows[i]);
    printf("%zu looked at: %zu as asked, %zu drifted, %zu excepted, %zu not known\n", scan->count,
           scan->found[SCAN_AS_ASKED], scan->found[SCAN_DRIFT], scan->found[SCAN_EXCEPTED],
           scan->found[SCAN_UNKNOWN]);
}

static void json_row(const struct scan_row *row)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    char when[CLOCK_TEXT_SIZE];
    const struct closed_item *c = row->closed;

    buf_init(&b, ROW_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "finding", str_of(scan_finding_name(row->finding)));
    json_str_member(&out, "why", str_of(row->why));
    json_str_member(&out, "request", c->request_id);
    json_str_member(&out, "ticket", c->issue_key);
    json_str_member(&out, "source", c->item.source);
    json_str_member(&out, "account", c->item.account);
    json_str_member(&out, "entitlement", c->item.entitlement);
    json_str_member(&out, "desired", str_of(desired_name(c->item.desired)));
    json_str_member(&out, "outcome", str_of(outcome_name(row->obs.outcome)));
    json_str_member(&out, "account_state", str_of(account_state_name(row->obs.account)));
    json_str_member(&out, "reason", row->obs.reason);
    json_str_member(&out, "closed_at", str_of(clock_rfc3339(c->closed_ms, when)));
    json_str_member(&out, "in_hand", c->in_hand);
    json_close_object(&out);
    printf("%.*s\n", STR_ARG(buf_str(&b)));
}

static int scan_command(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(SCAN_ARENA_BYTES);
    const char *last = cli_option(cli, "last"), *site = cli_option(cli, "site");
    bool all = cli_flag(cli, "all");
    struct pg_options options;
    struct closed_item *items;
    struct scan scan;
    struct err err = {0};
    int64_t last_ms = 0;
    size_t count;

    if (cli->argc || !yaml_duration(last ? str_of(last) : STR("90d"), &last_ms) || last_ms <= 0)
        return cli_usage(cli, USAGE);
    const struct config *config = cli_config(cli, arena);
    if (!config)
        return EXIT_CODE_CONFIG;
    if (!cli_database(config, arena, &options, &err) ||
        !store_closed_items(&options, arena, str_of(site), last_ms, &items, &count, &err) ||
        !scan_read(config, arena, items, count, &scan, &err))
        return cli_fail(&err);
    for (size_t i = 0; cli->json && i < scan.count; i++) /* one a line, each whole */
        json_row(&scan.rows[i]);
    if (!cli->json)
        print_scan(arena, &scan, all);
    return scan_code(&scan);
}

const struct cli_command CLI_SCAN = {
    "scan", "is what was closed still so? reads, and writes nothing", scan_command};
