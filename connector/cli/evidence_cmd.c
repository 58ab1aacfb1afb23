#include <stdio.h>
#include <string.h>

#include "base/codecs.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/evidence_end.h"
#include "cli/evidence_erase.h"
#include "cli/evidence_format.h"
#include "cli/evidence_html.h"
#include "cli/evidence_line.h"
#include "cli/evidence_log.h"
#include "cli/evidence_pack.h"
#include "cli/evidence_population.h"
#include "cli/evidence_verify.h"
#include "cli/progress.h"
#include "json/json_write.h"
#include "store/store_evidence_page.h"
#include "store/store_migrate.h"

enum { LINE_BYTES = 4096 };

static const char USAGE[] =
    "export [--conninfo CONNINFO] [--request ID|[SITE/]KEY --log DIRECTORY [--html FILE "
    "[--without-names]]] > FILE |\n"
    "       export [--conninfo CONNINFO] --from TIME --to TIME --out DIRECTORY "
    "[--by requested|changed] [--sample COUNT --seed TEXT] (exit 1 where counts differ) |\n"
    "       export [--conninfo CONNINFO] --format ocsf [--from TIME] [--to TIME] "
    "[--without-names] > FILE |\n"
    "       export [--conninfo CONNINFO] --format oscal --log DIRECTORY [--key KEY] [--from TIME] "
    "[--to TIME] > FILE |\n"
    "       verify FILE|DIRECTORY [--log DIRECTORY] [--key KEY] [--anchors FILE|DIRECTORY]... "
    "[--tsa FILE] |\n"
    "       erase PERSON [--conninfo CONNINFO] [--yes --reason TEXT [--by NAME]]";

/* --- export: one JSON object a line --- */

struct exporting {
    int64_t count, total;
    int64_t last; /* of the chain, and its hash */
    char hash[SHA256_HEX_SIZE];
    struct progress progress;
};

static bool print_row(void *arg, const struct evidence_row *row)
{
    struct exporting *e = arg;
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    e->last = row->last ? row->last : row->seq;
    if (!str_copy(e->hash, sizeof e->hash, row->hash))
        return false;
    buf_init(&b, EVIDENCE_LINE_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    if (row->last) { /* the others hang on these */
        json_str_member(&out, "export", row->export);
        json_i64_member(&out, "first", row->seq);
        json_str_member(&out, "hash", row->hash);
        json_i64_member(&out, "last", row->last);
        json_str_member(&out, "prev", row->prev);
        json_str_member(&out, "sha256", row->sha256);
        json_str_member(&out, "tree", row->tree);
        json_close_object(&out);
        return printf("%s\n", b.p) > 0;
    }
    json_str_member(&out, "body", row->body);
    json_str_member(&out, "hash", row->hash);
    json_str_member(&out, "kind", row->kind);
    json_str_member(&out, "prev", row->prev);
    json_str_member(&out, "request", row->request_id);
    json_i64_member(&out, "seq", row->seq);
    json_close_object(&out);
    if (!e->count++)
        progress_begin(&e->progress, "entries", e->total);
    progress_step(&e->progress);
    return printf("%s\n", b.p) > 0;
}

static int written(int64_t count, const char *what)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "countersign: cannot write the export\n");
        return EXIT_CODE_CANNOT_WRITE;
    }
    fprintf(stderr, "%lld %s exported\n", (long long)count, what);
    return EXIT_CODE_OK;
}

/* What differs from the log fails an export, as it does `db verify`. One that is not on record is
 * whole, and whoever gives it to an auditor has to know that nobody can tell it was made. */
static int ended(int code, bool differs, bool recorded)
{
    if (code != EXIT_CODE_OK)
        return code;
    return differs ? EXIT_CODE_FAILED : recorded ? EXIT_CODE_OK : EXIT_CODE_DIFFERENT;
}

/* One request, with the proofs that the published log gives; html->path: and as a page. It is on
 * record before it is shown. */
static int export_request(const struct pg_options *options, struct evidence_html *html,
                          const char *dir, const char *key)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_SMALL);
    struct evidence_written page = {0};
    struct str id;
    bool several;
    AUTO(drop_buf) struct buf pack;
    struct evidence_log *log = NULL;
    struct err err = {0};

    buf_init(&pack, EVIDENCE_PACK_BYTES);
    if (!store_request_named(options, str_of(html->name), arena, &id, &several, &err))
        return several ? (cli_fail(&err), EXIT_CODE_USAGE) : cli_fail(&err);
    bool made = evidence_log_open(dir, key, &log, &err) &&
                evidence_pack_make(options, arena_cstr(arena, id), log, &pack, &err);
    evidence_log_close(log);
    html->pack = buf_str(&pack);
    if (!made || (html->path && !evidence_html_write(options, html, &page, &err)))
        return cli_fail(&err);
    if (!html->path)
        page.recorded = store_evidence_taken(options, id, &err);
    if (!page.recorded)
        fprintf(stderr,
                "countersign: this database puts nothing on record for this role: that the %s is "
                "not on record\n",
                html->path ? "page was made" : "request was exported");
    printf("%s\n", pack.p);
    if (page.unsaid)
        fprintf(stderr, "countersign: the log does not bear out what the database says of it: the "
                        "page says so, and 'db verify' names the rows\n");
    return ended(written(1, "request"), page.unsaid, page.recorded);
}

static int export_format(const struct pg_options *options, const struct evidence_format *format)
{
    const char *what = "";
    struct err err = {0};
    int64_t count = 0;
    bool recorded;

    return evidence_format_write(options, format, &count, &what, &recorded, &err)
               ? ended(written(count, what), false, recorded)
               : cli_fail(&err);
}

/* Options that belong together. */
static bool fits(const struct evidence_format *f, const char *request, const char *html,
                 const char *out, bool sampled)
{
    if (f->name)
        return !request && !html && !out && !sampled;
    return !request == !f->log && !f->from == !out && !f->to == !out && !(out && request) &&
           (!html || request) && (out || !sampled);
}

static int export_population(const struct pg_options *options, const struct population_wish *wish,
                             const char *dir)
{
    struct err err = {0};
    struct population_made made = {0};

    if (!evidence_population_make(options, wish, dir, &made, &err))
        return cli_fail(&err);
    return ended(written(made.requests, "requests"), made.differences > 0, made.recorded);
}

static int export_chain(const struct pg_options *options)
{
    struct exporting all = {0};
    AUTO(drop_buf) struct buf end;
    struct err err = {0};

    buf_init(&end, LINE_BYTES);
    bool walked = store_evidence_walk(options, print_row, &all, &all.total, &err);
    progress_end(&all.progress);
    if (!walked)
        return cli_fail(&err);
    evidence_end_put(&end, options, all.last, str_of(all.hash));
    fputs(end.p, stdout);
    return written(all.count, "entries");
}

static int export_all(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const char *conninfo = cli_option(cli, "conninfo"), *request = cli_option(cli, "request"),
               *dir = cli_option(cli, "log"), *key = cli_option(cli, "key"),
               *from = cli_option(cli, "from"), *to = cli_option(cli, "to"),
               *out = cli_option(cli, "out"), *size = cli_option(cli, "sample"),
               *seed = cli_option(cli, "seed"), *as = cli_option(cli, "format");
    struct population_wish wish = {.from = from, .to = to, .by = cli_option(cli, "by")};
    struct evidence_html html = {
        .name = request, .names = !cli_flag(cli, "without-names"), .path = cli_option(cli, "html")};
    struct config from_option = {.database = str_of(conninfo)};
    struct pg_options options;
    struct err err = {0};
    int left = cli_leftover(cli);

    if (left)
        return left;
    struct evidence_format format = {as, from, to, html.names, dir, key};
    if (!fits(&format, request, html.path, out, size || seed || wish.by))
        return cli_usage(cli, USAGE);
    if (!sample_wish_from(size, seed, &wish.sample, &err))
        return cli_fail(&err);
    const struct config *config = conninfo ? &from_option : cli_config(cli, arena);
    if (!config)
        return EXIT_CODE_CONFIG;
    if (!cli_database(config, arena, &options, &err))
        return cli_fail(&err);
    if (format.name)
        return export_format(&options, &format);
    if (request)
        return export_request(&options, &html, dir, key);
    if (out)
        return export_population(&options, &wish, out);
    return export_chain(&options);
}

static int evidence(struct cli *cli)
{
    const char *verb = cli_word(cli);

    if (verb && strcmp(verb, "export") == 0)
        return export_all(cli);
    if (verb && strcmp(verb, "verify") == 0)
        return evidence_verify(cli, USAGE);
    if (verb && strcmp(verb, "erase") == 0)
        return evidence_erase(cli);
    return cli_usage(cli, USAGE);
}

const struct cli_command CLI_EVIDENCE = {
    "evidence", "export the evidence chain, and verify an export offline", evidence};
