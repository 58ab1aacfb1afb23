#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/codecs.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/db_retain.h"
#include "cli/evidence_end.h"
#include "cli/evidence_erase.h"
#include "cli/evidence_format.h"
#include "cli/evidence_html.h"
#include "cli/evidence_line.h"
#include "cli/evidence_log.h"
#include "cli/evidence_pack.h"
#include "cli/evidence_population.h"
#include "cli/evidence_told.h"
#include "cli/lines.h"
#include "cli/progress.h"
#include "cli/view.h"
#include "domain/publish.h"
#include "io/io_file.h"
#include "json/json_write.h"
#include "store/store_evidence_page.h"
#include "store/store_migrate.h"
#include "tlog/tlog_range.h"

enum { LINE_BYTES = 4096, ANCHORS_MAX = 8 };

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

/* --- verify: from files alone --- */

/* What was found; fault NULL: nothing. */
struct findings {
    int64_t entries, line; /* line 0: the fault is of no line */
    int64_t retained;      /* entries that are in other files */
    char head[SHA256_HEX_SIZE];
    const char *fault, *what; /* what: counted in `entries` */
    struct str origin;        /* of a log */
    const char *key_id;       /* that signed it */
    int64_t anchors;          /* that fit, of a log */
    int64_t recorded;         /* entry of the log that tells of it; 0: no log was given */
    int64_t stamped_ms;       /* the last time stamp among them; 0: there is none */
    bool is_pack, is_whole; /* is_whole: all entries of its request are in it, or it has its end */
    bool is_export;
};

static void tell_anchors(const struct findings *f)
{
    char at[CLOCK_TEXT_SIZE];

    if (f->anchors)
        printf("%lld checkpoints that were left elsewhere are of these entries%s%s\n",
               (long long)f->anchors, f->stamped_ms ? "; the last was stamped at " : "",
               f->stamped_ms ? clock_rfc3339(f->stamped_ms, at) : "");
}

static void tell_files(const struct findings *f)
{
    printf("%lld %s: the files are those of their manifest\n", (long long)f->entries, f->what);
    if (f->recorded)
        view_line(
            "entry %lld of the log, which is signed by %.*s with key %s, says that this manifest "
            "was exported",
            (long long)f->recorded, STR_ARG(f->origin), f->key_id);
    else
        printf(
            "nobody vouches for the manifest: with --log DIRECTORY it is looked for in the log\n");
}

static int tell(struct cli *cli, const struct findings *f)
{
    if (cli->json) {
        AUTO(drop_buf) struct buf b;
        struct json_out out;
        buf_init(&b, LINE_BYTES);
        json_begin(&out, &b);
        json_open_object(&out);
        json_i64_member(&out, "entries", f->entries);
        json_str_member(&out, "fault", str_of(f->fault ? f->fault : ""));
        json_str_member(&out, "head", str_of(f->head));
        json_i64_member(&out, "line", f->line);
        json_bool_member(&out, "ok", !f->fault);
        if (f->is_pack || f->is_export)
            json_bool_member(&out, "complete", f->is_whole);
        if (f->retained)
            json_i64_member(&out, "retained", f->retained);
        if (f->origin.len)
            json_str_member(&out, "origin", f->origin);
        if (f->anchors)
            json_i64_member(&out, "anchors", f->anchors);
        if (f->recorded)
            json_i64_member(&out, "recorded", f->recorded);
        if (f->origin.len && f->key_id)
            json_str_member(&out, "signed_with", str_of(f->key_id));
        json_close_object(&out);
        printf("%s\n", b.p);
    } else if (f->fault && f->line) {
        view_line("line %lld: %s; the %lld entries before it verify", (long long)f->line, f->fault,
                  (long long)f->entries);
    } else if (f->fault) {
        view_line("%s", f->fault);
    } else if (f->what) {
        tell_files(f);
    } else if (f->origin.len) {
        view_line("%lld entries verify; root %s, signed by %.*s with key %s", (long long)f->entries,
                  f->head, STR_ARG(f->origin), f->key_id);
        tell_anchors(f);
    } else {
        printf("%lld entries verify; head %s\n", (long long)f->entries, f->head);
    }
    if (f->retained && !f->fault && !cli->json)
        printf("%lld more were retained away: verify the manifests of their files\n",
               (long long)f->retained);
    if (f->is_export && !f->is_whole && !f->fault && !cli->json)
        printf("it does not say where it ends: it is one of before, or its end was cut off; with "
               "--log DIRECTORY it is held to all that was published\n");
    return f->fault ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

/* An export on its way through the verifier; log: what was published of the same chain, or NULL. */
struct export_check {
    struct evidence_chain chain;
    struct evidence_log *log;
    struct tlog_range tree; /* of the entries that were published, as the export has them */
    struct evidence_gaps *gaps;
    int64_t retained;
    struct arena *arena; /* of a line */
    struct buf body;     /* of its entry */
    struct buf room;
    struct err err;
};

/* The tiles name the place; the root that is signed is what counts (verify_end). */
static const char *check_published(struct export_check *c, int64_t seq, struct str body)
{
    if (!c->log || seq > evidence_log_size(c->log))
        return NULL;
    struct str text = publish_text(body, seq, &c->room);
    struct tlog_hash leaf = tlog_leaf(text);
    tlog_range_add(&c->tree, &leaf);
    return evidence_log_has(c->log, seq, text, &c->err) ? NULL : c->err.what;
}

/* Entries that were retained away: what is left of them has to fit, their file has the rest, and
 * that it was so says an entry (check_end). */
static const char *check_retained(struct export_check *c, const struct evidence_line *line)
{
    uint8_t tree[TLOG_RANGE_NODES * TLOG_NODE_BYTES];
    const struct json *v = line->gap;
    struct str hex = json_path_str(v, "tree");
    struct tlog_range range;
    int64_t first, last;

    if (!json_i64(json_member(v, "first"), &first) || !json_i64(json_member(v, "last"), &last) ||
        hex.len / 2 > sizeof tree || !hex_decode(hex, tree, hex.len / 2) ||
        !tlog_range_read(str_n((const char *)tree, hex.len / 2), first - 1, last, &range))
        return "it is not an evidence entry";
    enum evidence_fault fault = evidence_skip(&c->chain, first, last, line->prev, line->hash);
    if (fault != EVIDENCE_OK)
        return evidence_fault_text(fault);
    if (!evidence_gaps_add(c->gaps, v, first, last))
        return "it is not an evidence entry";
    c->retained += last - first + 1;
    if (c->log && last > evidence_log_size(c->log))
        return "more is retained away than was published";
    return !c->log || tlog_range_join(&c->tree, &range) ? NULL : "it does not fit into the tree";
}

static const char *check_line(struct export_check *c, struct str text)
{
    struct evidence_line line;

    arena_clear(c->arena);
    if (!evidence_line_read(c->arena, &c->body, text, &line, &c->err))
        return "it is not an evidence entry";
    if (line.gap)
        return check_retained(c, &line);
    struct evidence_chain before = c->chain;
    enum evidence_fault fault =
        evidence_check(&c->chain, line.seq, line.prev, line.body, line.hash);
    if (fault != EVIDENCE_OK)
        return evidence_fault_text(fault);
    const char *why = evidence_line_fault(c->arena, &line);
    if (!why && !evidence_gaps_hear(c->gaps, c->arena, &line))
        why = "it is not an evidence entry";
    if (!why)
        why = check_published(c, line.seq, line.body);
    if (why)
        c->chain = before; /* those before it verify */
    return why;
}

/* All lines are read: is it all that was signed, and nothing else? */
static const char *check_end(struct export_check *c)
{
    if (!evidence_gaps_check(c->gaps, &c->err))
        return c->err.what;
    if (!c->log)
        return NULL;
    struct tlog_hash root = tlog_range_root(&c->tree), wanted = evidence_log_root(c->log);
    if (c->chain.seq < evidence_log_size(c->log))
        snprintf(c->err.what, sizeof c->err.what,
                 "it ends with entry %lld, and %lld were published: the end was cut off",
                 (long long)c->chain.seq, (long long)evidence_log_size(c->log));
    else if (!tlog_same(&root, &wanted))
        snprintf(c->err.what, sizeof c->err.what,
                 "it is of other entries than those that were signed, and so are the tiles of the "
                 "log: their root is another");
    else
        return NULL;
    return c->err.what;
}

static int verify_export(struct cli *cli, const char *path, struct evidence_log *log)
{
    struct findings found = {.is_export = true};
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    struct export_check check = {.log = log, .arena = arena};
    struct lines lines;
    struct str line;
    bool fits;

    FILE *f = fopen(path, "re");
    if (!f) {
        fprintf(stderr, "countersign: cannot open '%s'\n", path);
        return EXIT_CODE_DATA;
    }
    evidence_start(&check.chain);
    check.gaps = evidence_gaps_new();
    buf_init(&check.body, EVIDENCE_LINE_BYTES);
    buf_init(&check.room, LINE_BYTES);
    lines_begin(&lines, f, EVIDENCE_LINE_BYTES);
    while (!found.fault && lines_next(&lines, &line, &fits)) {
        found.line++;
        line = str_trim(line);
        if (found.is_whole)
            found.fault = "it stands behind the end of the export";
        else if (!fits)
            found.fault = "it is too long";
        else if (evidence_end_is(line))
            found.fault = evidence_end_fault(line, &check.chain);
        else
            found.fault = check_line(&check, line);
        found.is_whole = evidence_end_is(line);
    }
    lines_end(&lines);
    fclose(f);
    if (!found.fault && !found.line)
        found.fault = "there is nothing in it";
    found.entries = check.chain.seq - check.retained;
    found.retained = check.retained;
    hex_encode(check.chain.hash, sizeof check.chain.hash, found.head);
    if (!found.fault) {
        found.line = 0;
        found.fault = check_end(&check);
    }
    int code = tell(cli, &found);
    evidence_gaps_free(check.gaps);
    buf_done(&check.body);
    buf_done(&check.room);
    return code;
}

/* --anchors, as often as it is given, and what they say beside the log. */
struct anchors {
    struct evidence_anchors *of[ANCHORS_MAX];
    const char *paths[ANCHORS_MAX], *tsa;
    size_t asked, count;
};

static bool open_anchors(struct anchors *a, const struct evidence_log *log, struct err *err)
{
    for (; a->count < a->asked; a->count++)
        if (!evidence_anchors_open(a->paths[a->count], a->tsa, evidence_log_keys(log),
                                   evidence_log_origin(log), &a->of[a->count], err))
            return false;
    return true;
}

static void close_anchors(struct anchors *a, struct findings *found)
{
    for (size_t i = 0; i < a->count; i++) {
        int64_t stamped_ms;
        found->anchors += evidence_anchors_count(a->of[i], &stamped_ms);
        if (stamped_ms > found->stamped_ms)
            found->stamped_ms = stamped_ms;
        evidence_anchors_close(a->of[i]);
    }
}

static int verify_log(struct cli *cli, struct evidence_log *log, struct anchors *anchors)
{
    struct findings found = {.entries = evidence_log_size(log),
                             .origin = evidence_log_origin(log),
                             .key_id = evidence_log_key_id(log)};
    struct tlog_hash root = evidence_log_root(log);
    struct err err = {0};

    hex_encode(root.bytes, sizeof root.bytes, found.head);
    if (!open_anchors(anchors, log, &err) ||
        !evidence_log_verify(log, anchors->of, anchors->count, &err))
        found.fault = err.what;
    close_anchors(anchors, &found);
    return tell(cli, &found);
}

/* The first bytes of a file tell what it is. */
static bool begins_as(const char *path, bool (*is)(struct str text))
{
    char start[64];
    FILE *f = fopen(path, "re");
    size_t len = f ? fread(start, 1, sizeof start, f) : 0;

    if (f)
        fclose(f);
    return is(str_n(start, len));
}

static void say_clear(const struct evidence_clear *clear)
{
    if (clear->withheld)
        printf("clear text is withheld: whoever exported it may not read it\n");
    else if (clear->shown)
        printf("%lld clear texts are what the entries commit to\n", (long long)clear->shown);
    if (clear->erased)
        printf("%lld clear texts are erased\n", (long long)clear->erased);
    if (clear->unproven)
        printf("%lld clear texts are not proven: their entries were too long to commit to each\n",
               (long long)clear->unproven);
    if (clear->salt)
        printf("not proven is the salt of its documents: it shows with a document only\n");
}

/* Where its request stands, as its entries tell it. */
static void say_told(const struct evidence_pack *pack)
{
    struct told_book *book = told_new(false, 0, 0);
    char claimed[CLOCK_TEXT_SIZE], ended[CLOCK_TEXT_SIZE];
    struct err err;
    int64_t seq;

    JSON_EACH(entry, json_member(pack->document, "entries"))
    {
        if (!json_i64(json_member(entry, "seq"), &seq) ||
            !told_hear(book, seq, json_path_str(entry, "body"), &err))
            break; /* each was read before: see evidence_pack_verify */
    }
    const struct told_request *t = told_find(book, pack->request);
    if (t && told_phase(t))
        view_line("as its entries tell it, the request is %s%s%s%s%s%s%s", told_phase(t),
                  told_outcome(t)[0] ? ", " : "", told_outcome(t),
                  t->at.claimed_us ? "; said to be done " : "",
                  t->at.claimed_us ? clock_rfc3339(t->at.claimed_us / 1000, claimed) : "",
                  t->at.proven_us && told_outcome(t)[0] ? "; proven or covered " : "",
                  t->at.proven_us && told_outcome(t)[0]
                      ? clock_rfc3339(t->at.proven_us / 1000, ended)
                      : "");
    told_free(book);
}

/* later < 0: nobody looked for others. */
static void say_pack(const struct evidence_pack *pack, int64_t later)
{
    say_clear(&pack->clear);
    say_told(pack);
    if (pack->named)
        view_line("its ticket is called %.*s, as entry %lld says", STR_ARG(pack->ticket),
                  (long long)pack->named);
    else if (pack->ticket.len)
        view_line(
            "not bound is the key of its ticket, %.*s: entries of before have its number only",
            STR_ARG(pack->ticket));
    if (later < 0)
        printf("this does not show that it is all of them: with --log DIRECTORY others are looked "
               "for\n");
    else
        printf("it is all that the log had of the request with its first %lld entries%s\n",
               (long long)pack->checkpoint.size, later ? "; more came since" : "");
}

static int verify_pack(struct cli *cli, const char *path, const char *dir, const char *key)
{
    AUTO(drop_arena) struct arena *arena = arena_new(2 * EVIDENCE_PACK_BYTES);
    struct findings found = {.is_pack = true};
    struct tlog_verifiers keys;
    char key_id[TLOG_KEY_ID_SIZE] = "";
    struct evidence_pack pack = {0};
    struct evidence_log *log = NULL;
    struct str text;
    struct err err = {0};
    int64_t later = -1;

    if (!key) {
        fprintf(stderr, "countersign: name the key of the log that the pack is of: --key\n");
        return EXIT_CODE_USAGE;
    }
    if (!evidence_log_key(arena, key, &keys, &err) ||
        !file_read(arena, path, EVIDENCE_PACK_BYTES, &text, &err) ||
        !evidence_pack_verify(arena, text, &keys, &pack, &err) ||
        (dir && (!evidence_log_open(dir, key, &log, &err) ||
                 !evidence_pack_is_whole(&pack, log, &later, &err))))
        found.fault = err.what;
    else
        tlog_key_id(&keys.of[pack.checkpoint.signer], key_id);
    evidence_log_close(log);
    found.key_id = key_id;
    hex_encode(pack.checkpoint.root.bytes, SHA256_BYTES, found.head);
    found.entries = pack.entries;
    found.origin = pack.checkpoint.origin;
    found.is_whole = later >= 0;
    if (!found.fault && !cli->json)
        say_pack(&pack, later);
    return tell(cli, &found);
}

static int verify_retained(struct cli *cli, const char *path, struct evidence_log *log)
{
    struct findings found = {.what = "records"};
    struct err err = {0};

    if (!retained_verify(path, log, &found.entries, &err))
        found.fault = err.what;
    return tell(cli, &found);
}

static int verify_population(struct cli *cli, const char *path, const char *dir, const char *key)
{
    struct findings found = {.what = "requests"};
    struct evidence_log *log = NULL;
    struct err err = {0};

    if (!evidence_population_verify(path, &found.entries, &err) ||
        (dir && (!evidence_log_open(dir, key, &log, &err) ||
                 !evidence_population_in_log(path, log, &found.recorded, &err))))
        found.fault = err.what;
    if (log) {
        found.origin = evidence_log_origin(log);
        found.key_id = evidence_log_key_id(log);
    }
    int code = tell(cli, &found);
    evidence_log_close(log);
    return code;
}

static int verify(struct cli *cli)
{
    const char *key = cli_option(cli, "key"), *dir = cli_option(cli, "log");
    struct anchors anchors = {.tsa = cli_option(cli, "tsa")};
    const char *anchor;
    while (anchors.asked < ANCHORS_MAX && (anchor = cli_option(cli, "anchors")))
        anchors.paths[anchors.asked++] = anchor;
    const char *path = cli_word(cli);
    char folder[EXPORT_PATH_BYTES];
    struct evidence_log *log = NULL;
    struct stat there;
    struct err err = {0};

    if (!path || cli->argc)
        return cli_usage(cli, USAGE);
    if (file_is_stream(path) && !(stat(path, &there) == 0 && S_ISDIR(there.st_mode))) {
        fprintf(stderr,
                "countersign: '%s' is a pipe, and evidence is read more than once: put it into a "
                "file first\n",
                path);
        return EXIT_CODE_DATA;
    }
    if (begins_as(path, evidence_pack_is))
        return verify_pack(cli, path, dir, key);
    if (evidence_population_is(path, folder) && !begins_as(path, retained_is))
        return verify_population(cli, folder, dir, key);
    bool is_log = stat(path, &there) == 0 && S_ISDIR(there.st_mode);
    if (is_log)
        dir = path;
    if (dir && !evidence_log_open(dir, key, &log, &err)) {
        struct findings found = {.fault = err.what};
        return tell(cli, &found);
    }
    int code = is_log                         ? verify_log(cli, log, &anchors)
               : begins_as(path, retained_is) ? verify_retained(cli, path, log)
                                              : verify_export(cli, path, log);
    evidence_log_close(log);
    return code;
}

static int evidence(struct cli *cli)
{
    const char *verb = cli_word(cli);

    if (verb && strcmp(verb, "export") == 0)
        return export_all(cli);
    if (verb && strcmp(verb, "verify") == 0)
        return verify(cli);
    if (verb && strcmp(verb, "erase") == 0)
        return evidence_erase(cli);
    return cli_usage(cli, USAGE);
}

const struct cli_command CLI_EVIDENCE = {
    "evidence", "export the evidence chain, and verify an export offline", evidence};
