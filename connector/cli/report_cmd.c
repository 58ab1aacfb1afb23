#include <stdio.h>

#include "base/clock.h"
#include "base/limits.h"
#include "cli/mapping_now.h"
#include "cli/report_ungoverned.h"
#include "cli/report_view.h"
#include "yaml/yaml.h"

enum { REPORT_BYTES = 8 * 1024 * 1024 };

static const char USAGE[] =
    "--observe [--site SITE] [--since 30d|DATE] [--conninfo CONNINFO] [--json] |\n"
    "       --ungoverned [--since 30d|DATE] [--conninfo CONNINFO] [--json]";

struct collecting {
    struct close_report report; /* first */
    struct arena *arena;
    struct config *config; /* NULL: only the database was named */
};

/* What the mapping says now; the newest close may have been before that. */
static void take_mode(const struct config *config, struct report_row *row)
{
    struct mapping_mode now;

    for (size_t i = 0; config && i < config->site_count; i++) {
        const struct site_config *s = &config->sites[i];
        if (str_eq(s->name, row->site) &&
            mapping_mode(s->mapping, row->rule, row->request_type, s->mode, &now))
            row->tally.mode = now.mode;
    }
}

static bool on_row(void *arg, const struct report_row *row)
{
    struct collecting *c = arg;

    if (c->report.count == REPORT_TYPES_MAX) {
        c->report.cut = true;
        return false;
    }
    struct report_row *kept = &c->report.rows[c->report.count++];
    *kept = *row;
    kept->site = arena_str(c->arena, row->site);
    kept->rule = arena_str(c->arena, row->rule);
    kept->request_type = arena_str(c->arena, row->request_type);
    kept->still_present_keys = arena_str(c->arena, row->still_present_keys);
    kept->missing_keys = arena_str(c->arena, row->missing_keys);
    take_mode(c->config, kept);
    return true;
}

/* "30d", or "2026-11-01", or a whole time. */
static bool read_since(struct arena *arena, struct str text, struct report_span *ret)
{
    if (yaml_duration(text, &ret->age_ms) && ret->age_ms > 0)
        return true;
    return clock_parse(text, &ret->since_ms) ||
           clock_parse(arena_printf(arena, "%.*sT00:00:00Z", STR_ARG(text)), &ret->since_ms);
}

static int print_report(const struct cli *cli, const struct close_report *r)
{
    AUTO(drop_buf) struct buf b;

    buf_init(&b, REPORT_BYTES);
    if (cli->json) {
        report_json(r, &b);
        if (b.over) {
            fprintf(stderr, "countersign report: too long; ask for one site with --site\n");
            return EXIT_CODE_DATA;
        }
        printf("%s\n", b.p);
    } else {
        report_text(r, stdout);
    }
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EXIT_CODE_OK;
    fprintf(stderr, "countersign: cannot write the report\n");
    return EXIT_CODE_CANNOT_WRITE;
}

static int report(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const char *conninfo = cli_option(cli, "conninfo"), *since = cli_option(cli, "since");
    const char *site = cli_option(cli, "site");
    struct config from_option = {.database = str_of(conninfo)};
    struct collecting *c = ARENA_NEW(arena, struct collecting);
    struct pg_options options;
    struct err err = {0};

    if (!c)
        return EXIT_CODE_BUG;
    bool ungoverned = cli_flag(cli, "ungoverned");
    if (cli_flag(cli, "observe") == ungoverned || (ungoverned && site))
        return cli_usage(cli, USAGE);
    int left = cli_leftover(cli);
    if (left)
        return left;
    c->arena = arena;
    c->report.span.site = str_of(site);
    if (!read_since(arena, since ? str_of(since) : STR("30d"), &c->report.span)) {
        fprintf(stderr,
                "countersign report: --since is a time like 30d or a date like 2026-11-01\n");
        return EXIT_CODE_USAGE;
    }
    c->config = conninfo ? NULL : cli_config(cli, arena);
    if (!conninfo && !c->config)
        return EXIT_CODE_CONFIG;
    if (!cli_database(conninfo ? &from_option : c->config, arena, &options, &err))
        return cli_fail(&err);
    if (ungoverned)
        return report_ungoverned(cli, &options, &c->report.span);
    if ((c->config && !mapping_take_live(c->config, arena, &options, &err)) ||
        !store_report_closes(&options, &c->report.span, on_row, c, &err))
        return cli_fail(&err);
    return print_report(cli, &c->report);
}

const struct cli_command CLI_REPORT = {
    "report", "--observe: what would have been refused; --ungoverned: what nobody asked for",
    report};
