/* scan_cmd.c: `countersign scan`: is what was closed still so? */
#include <stdio.h>

#include "base/clock.h"
#include "base/limits.h"
#include "cli/scan_work.h"
#include "cli/view.h"
#include "json/json_write.h"
#include "readers/reader.h"
#include "yaml/yaml.h"

enum { SCAN_ARENA_BYTES = 512 * 1024 * 1024, ROW_BYTES = 64 * 1024 };

static const char USAGE[] = "[--last 90d] [--site SITE] [--governed] [--all] [--json]";

struct scan_run {
    struct cli *cli;
    const struct config *config;
    struct arena *arena;
    const char *site; /* NULL: all */
    int64_t last_ms;
    bool governed, all;
    struct scan_list list;
    struct scan_walk walk; /* of all desks together */
    enum exit_code partly; /* why not all was seen; OK: it was */
    struct scan scan;
};

/* --- gathering --- */

/* What was closed through us is told by the database; without one, or with an empty one, nothing
 * was. */
static bool gather_governed(struct scan_run *r)
{
    struct pg_options options;
    struct closed_item *items;
    struct err err = {0};
    size_t count = 0;

    if (!cli_database(r->config, r->arena, &options, &err) ||
        !store_closed_items(&options, r->arena, str_of(r->site), r->last_ms, &items, &count,
                            &err)) {
        if (r->governed) {
            r->partly = (enum exit_code)cli_fail(&err);
            return false;
        }
        fprintf(stderr,
                "countersign scan: the database is not asked (%s): of exceptions, pinned accounts "
                "and tickets with several items nothing is known\n",
                err.what);
        return true;
    }
    for (size_t i = 0; i < count; i++)
        if (!scan_list_add(&r->list, &(struct scan_ticket){.closed = items[i]})) {
            fprintf(stderr, "countersign scan: more was closed than one run looks at: take a "
                            "shorter --last\n");
            r->partly = EXIT_CODE_DATA;
            return false;
        }
    return true;
}

static bool is_wanted(const struct scan_run *r, const struct site_config *site)
{
    return !r->site || str_eq_c(site->name, r->site);
}

/* A desk that cannot be walked to its end leaves what the others, and its first pages, told. */
static void gather_desks(struct scan_run *r)
{
    int64_t from_ms = clock_wall_ms(&CLOCK_SYSTEM) - r->last_ms;

    for (size_t i = 0; i < r->config->site_count; i++) {
        const struct site_config *site = &r->config->sites[i];
        struct scan_walk walk;
        struct err err = {0};
        if (!is_wanted(r, site))
            continue;
        if (!scan_desk(r->config, site, from_ms, &r->list, &walk, &err)) {
            fprintf(stderr, "countersign scan: %.*s was not seen as a whole:\n",
                    STR_ARG(site->name));
            int code = cli_fail(&err);
            r->partly = err.kind == ERR_REFUSED ? EXIT_CODE_NOT_PERMITTED : (enum exit_code)code;
        }
        r->walk.seen += walk.seen;
        r->walk.ungoverned += walk.ungoverned;
        r->walk.withdrawn += walk.withdrawn;
    }
}

static bool knows_site(const struct scan_run *r)
{
    for (size_t i = 0; i < r->config->site_count; i++)
        if (is_wanted(r, &r->config->sites[i]))
            return true;
    return false;
}

/* --- for people --- */

/* With its site, where there are several. */
static struct str name_of(const struct scan_run *r, const struct closed_item *c)
{
    if (r->config->site_count < 2)
        return view_plain(r->arena, c->issue_key);
    return view_plain(r->arena,
                      arena_printf(r->arena, "%.*s/%.*s", STR_ARG(c->site), STR_ARG(c->issue_key)));
}

static void print_row(const struct scan_run *r, const struct scan_row *row)
{
    struct arena *a = r->arena;
    const struct closed_item *c = &row->ticket->closed;
    struct str reason = row->obs.reason;
    bool plain = !reason.len || str_eq_c(reason, "Ok");

    printf("%-12s %-12.*s ", scan_finding_name(row->finding), STR_ARG(name_of(r, c)));
    if (row->ticket->hold.len) {
        printf("closed %.*s: nobody can tell what it asked for: %.*s\n",
               STR_ARG(view_time_ms(a, c->closed_ms)), STR_ARG(view_plain(a, row->ticket->hold)));
        return;
    }
    printf("%.*s of %.*s in %.*s, closed %.*s: shall be %s, is %s (%s%s%.*s)",
           STR_ARG(view_plain(a, c->item.entitlement)), STR_ARG(view_plain(a, c->item.account)),
           STR_ARG(view_plain(a, c->item.source)), STR_ARG(view_time_ms(a, c->closed_ms)),
           desired_name(c->item.desired), outcome_name(row->obs.outcome), row->why,
           plain ? "" : ": ", STR_ARG(plain ? STR_NONE : reason));
    if (c->in_hand.len)
        printf("; %.*s is about it", STR_ARG(view_plain(a, c->in_hand)));
    putchar('\n');
    if (row->finding == SCAN_UNKNOWN && reader_remedy(reason)[0])
        printf("%13s%s\n", "", reader_remedy(reason));
}

/* What was asked to go and is there, and what was asked for and is not. */
static void count_otherwise(const struct scan *scan, size_t *ret_still, size_t *ret_never)
{
    *ret_still = *ret_never = 0;
    for (size_t i = 0; i < scan->count; i++) {
        bool otherwise = scan->rows[i].finding == SCAN_OTHERWISE;
        bool removal = scan->rows[i].ticket->closed.item.desired == DESIRED_ABSENT;
        *ret_still += otherwise && removal;
        *ret_never += otherwise && !removal;
    }
}

static void print_scan(const struct scan_run *r)
{
    const struct scan *s = &r->scan;
    size_t still, never;

    for (size_t i = 0; i < s->count; i++)
        if (r->all || s->rows[i].finding != SCAN_AS_ASKED)
            print_row(r, &s->rows[i]);
    count_otherwise(s, &still, &never);
    printf("%zu looked at: %zu as asked, %zu drifted", s->count, s->found[SCAN_AS_ASKED],
           s->found[SCAN_DRIFT]);
    if (!r->governed)
        printf(", %zu never so (%zu still there, %zu not there)", s->found[SCAN_OTHERWISE], still,
               never);
    printf(", %zu excepted, %zu not known\n", s->found[SCAN_EXCEPTED], s->found[SCAN_UNKNOWN]);
    if (!r->governed)
        printf("%zu closed tickets seen: %zu of other kinds, %zu withdrawn, %zu overtaken by a "
               "later one%s\n",
               r->walk.seen, r->walk.ungoverned, r->walk.withdrawn, s->overtaken,
               r->partly ? "; not all were seen, see above" : "");
}

/* --- for programs --- */

static void json_row(const struct scan_row *row)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    char when[CLOCK_TEXT_SIZE];
    const struct closed_item *c = &row->ticket->closed;

    buf_init(&b, ROW_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "finding", str_of(scan_finding_name(row->finding)));
    json_str_member(&out, "why", str_of(row->why));
    json_str_member(&out, "request", c->request_id);
    json_str_member(&out, "site", c->site);
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

static void json_summary(const struct scan_run *r)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    size_t still, never;

    count_otherwise(&r->scan, &still, &never);
    const struct {
        const char *name;
        size_t count;
    } rows[] = {
        {"looked_at", r->scan.count},
        {"as_asked", r->scan.found[SCAN_AS_ASKED]},
        {"drifted", r->scan.found[SCAN_DRIFT]},
        {"still_there", still},
        {"not_there", never},
        {"excepted", r->scan.found[SCAN_EXCEPTED]},
        {"not_known", r->scan.found[SCAN_UNKNOWN]},
        {"tickets_seen", r->walk.seen},
        {"of_other_kinds", r->walk.ungoverned},
        {"withdrawn", r->walk.withdrawn},
        {"overtaken", r->scan.overtaken},
    };
    buf_init(&b, ROW_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_put_name(&out, "summary");
    json_open_object(&out);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        json_i64_member(&out, rows[i].name, (int64_t)rows[i].count);
    json_bool_member(&out, "whole", !r->partly);
    json_close_object(&out);
    json_close_object(&out);
    printf("%.*s\n", STR_ARG(buf_str(&b)));
}

static int scan_run(struct scan_run *r)
{
    struct err err = {0};

    if (!scan_list_init(&r->list, r->arena, &err))
        return cli_fail(&err);
    if (!gather_governed(r))
        return (int)r->partly;
    if (!r->governed)
        gather_desks(r);
    scan_list_settle(&r->list);
    if (!scan_read(r->config, &r->list, &r->scan, &err))
        return cli_fail(&err);
    for (size_t i = 0; r->cli->json && i < r->scan.count; i++) /* one a line, each whole */
        json_row(&r->scan.rows[i]);
    if (r->cli->json)
        json_summary(r);
    else
        print_scan(r);
    enum exit_code code = scan_code(&r->scan);
    return (int)(code == EXIT_CODE_DIFFERENT || !r->partly ? code : r->partly);
}

static int scan_command(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(SCAN_ARENA_BYTES);
    const char *last = cli_option(cli, "last");
    struct scan_run run = {.cli = cli, .arena = arena, .site = cli_option(cli, "site")};

    run.all = cli_flag(cli, "all");
    run.governed = cli_flag(cli, "governed");
    if (cli->argc || !yaml_duration(last ? str_of(last) : STR("90d"), &run.last_ms) ||
        run.last_ms <= 0)
        return cli_usage(cli, USAGE);
    cli->without_mappings = run.governed; /* what a desk holds is told by them */
    run.config = cli_config(cli, arena);
    if (!run.config)
        return EXIT_CODE_CONFIG;
    if (!run.governed && !knows_site(&run)) {
        fprintf(stderr, "countersign scan: there is no site %s in %s\n", run.site ? run.site : "",
                cli->config_file);
        return EXIT_CODE_USAGE;
    }
    return scan_run(&run);
}

const struct cli_command CLI_SCAN = {
    "scan", "is what was closed still so? reads, and writes nothing", scan_command};
