#include "cli/evidence_verify.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/codecs.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/db_retain.h"
#include "cli/evidence_check.h"
#include "cli/evidence_log.h"
#include "cli/evidence_pack.h"
#include "cli/evidence_population.h"
#include "cli/evidence_told.h"
#include "cli/view.h"
#include "io/io_file.h"
#include "json/json_write.h"

enum { LINE_BYTES = 4096, ANCHORS_MAX = 64, START_BYTES = 256 };

/* --- what was found --- */

/* fault NULL: nothing. */
struct findings {
    int64_t entries, line; /* line 0: the fault is of no line */
    int64_t retained;      /* entries that are in other files */
    char head[SHA256_HEX_SIZE];
    const char *fault, *what;      /* what: counted in `entries` */
    struct str origin;             /* of a log */
    char key_id[TLOG_KEY_ID_SIZE]; /* that signed it */
    int64_t held;                  /* entries of an export that are those that were signed */
    int64_t anchors;               /* that fit, of a log */
    int64_t recorded;              /* entry of the log that tells of it; 0: no log was given */
    int64_t stamped_ms;            /* the last time stamp among them; 0: there is none */
    bool is_pack, is_whole; /* is_whole: all entries of its request are in it, or it has its end */
    bool is_export;
    struct population_found population;
};

static void tell_anchors(const struct findings *f)
{
    char at[CLOCK_TEXT_SIZE];

    if (f->anchors)
        printf("%lld checkpoints that were left elsewhere are of %s%s%s\n", (long long)f->anchors,
               f->what || f->is_export || f->is_pack ? "the entries of the log" : "these entries",
               f->stamped_ms ? "; the last was stamped at " : "",
               f->stamped_ms ? clock_rfc3339(f->stamped_ms, at) : "");
}

static void tell_files(const struct findings *f)
{
    const struct population_found *p = &f->population;

    printf("%lld %s: the files are those of their manifest\n", (long long)f->entries, f->what);
    if (f->recorded)
        view_line("entry %lld of the log, which is signed by %.*s with key %s, says that %s",
                  (long long)f->recorded, STR_ARG(f->origin), f->key_id,
                  strcmp(f->what, "records") == 0 ? "this file was written"
                                                  : "this manifest was exported");
    else
        printf(
            "nobody vouches for the manifest: with --log DIRECTORY it is looked for in the log\n");
    if (p->until[0])
        view_line("they are those of %s to %s as they stood at %s", p->since, p->until, p->made_at);
    if (p->differences)
        printf("%lld counts of the database were not what the log told when it was made: see "
               "about.reconciliation in the manifest\n",
               (long long)p->differences);
    if (p->later)
        printf("%lld more requests of that time came to the log since, the first by entry %lld\n",
               (long long)p->later, (long long)p->later_first);
}

static void tell_export(const struct findings *f)
{
    printf("%lld entries verify; head %s\n", (long long)f->entries, f->head);
    if (f->retained)
        printf("%lld more were retained away: verify the manifests of their files\n",
               (long long)f->retained);
    if (f->held)
        view_line("the first %lld are those that %.*s signed with key %s", (long long)f->held,
                  STR_ARG(f->origin), f->key_id);
    if (f->held && f->held < f->entries + f->retained)
        printf("nobody vouches for the %lld behind them: they were not signed yet, or were "
               "changed; a newer --log DIRECTORY shows which\n",
               (long long)(f->entries + f->retained - f->held));
    if (!f->held)
        printf("nobody vouches for them: with --key KEY they are held to the checkpoint in its "
               "last line, with --log DIRECTORY to all that was published\n");
    if (!f->is_whole)
        printf("it does not say where it ends: it is one of before, or its end was cut off; with "
               "--log DIRECTORY it is held to all that was published\n");
}

static void tell_good(const struct findings *f)
{
    if (f->what)
        tell_files(f);
    else if (f->is_export)
        tell_export(f);
    else
        view_line("%lld entries verify; root %s, signed by %.*s with key %s", (long long)f->entries,
                  f->head, STR_ARG(f->origin), f->key_id);
    tell_anchors(f);
}

static int tell(struct cli *cli, const struct findings *f)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    if (!cli->json) {
        if (f->fault && f->line)
            view_line("line %lld: %s; the %lld entries before it verify", (long long)f->line,
                      f->fault, (long long)f->entries);
        else if (f->fault)
            view_line("%s", f->fault);
        else
            tell_good(f);
        return f->fault ? EXIT_CODE_FAILED : EXIT_CODE_OK;
    }
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
    if (f->is_export)
        json_i64_member(&out, "signed", f->held);
    if (f->retained)
        json_i64_member(&out, "retained", f->retained);
    if (f->origin.len)
        json_str_member(&out, "origin", f->origin);
    if (f->anchors)
        json_i64_member(&out, "anchors", f->anchors);
    if (f->recorded)
        json_i64_member(&out, "recorded", f->recorded);
    if (f->population.until[0]) {
        json_i64_member(&out, "differences", f->population.differences);
        json_i64_member(&out, "later", f->population.later);
    }
    if (f->origin.len && f->key_id[0])
        json_str_member(&out, "signed_with", str_of(f->key_id));
    json_close_object(&out);
    printf("%s\n", b.p);
    return f->fault ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

/* --- what is verified, and with what --- */

enum kind { AN_EXPORT, A_PACK, A_POPULATION, RETAINED_AWAY, A_LOG };

/* --anchors, as often as it is given, and what they say beside the log. */
struct anchors {
    struct evidence_anchors *of[ANCHORS_MAX];
    const char *paths[ANCHORS_MAX], *tsa;
    size_t asked, count;
};

struct verifying {
    struct cli *cli;
    struct arena *arena; /* of a pack, and of keys */
    enum kind kind;
    const char *path, *dir, *key;   /* dir: of the log, NULL without one */
    char folder[EXPORT_PATH_BYTES]; /* of a population */
    struct evidence_log *log;
    struct anchors anchors;
    struct findings found;
    struct err err;
};

/* The first bytes of a file tell what it is, however it was printed: blanks between its words say
 * nothing. */
static bool begins_as(const char *path, bool (*is)(struct str text))
{
    char start[START_BYTES];
    FILE *f = file_open(path);
    size_t read = f ? fread(start, 1, sizeof start, f) : 0, len = 0;

    if (f)
        fclose(f);
    for (size_t i = 0; i < read; i++)
        if (!memchr(" \t\r\n", start[i], 4))
            start[len++] = start[i];
    return is(str_n(start, len));
}

static enum kind kind_of(struct verifying *v)
{
    struct stat there;

    if (begins_as(v->path, evidence_pack_is))
        return A_PACK;
    if (begins_as(v->path, retained_is))
        return RETAINED_AWAY;
    if (evidence_population_is(v->path, v->folder))
        return A_POPULATION;
    return stat(v->path, &there) == 0 && S_ISDIR(there.st_mode) ? A_LOG : AN_EXPORT;
}

/* Which of the two is meant only who named the folder knows. */
static bool is_log_too(const struct verifying *v)
{
    char checkpoint[EXPORT_PATH_BYTES];
    struct stat there;
    struct err err;

    return stat(v->path, &there) == 0 && S_ISDIR(there.st_mode) &&
           export_path(v->path, "checkpoint", checkpoint, &err) && access(checkpoint, F_OK) == 0;
}

/* Whoever names something to verify with believes afterwards that it was looked at: what is of no
 * use is refused. NULL: all is of use. */
static const char *unfit(const struct verifying *v)
{
    struct stat there;
    bool has_log = v->kind == A_LOG || v->dir;

    if (v->kind == A_POPULATION && is_log_too(v))
        return "a log lies in it as well as a manifest.json: name the manifest.json itself, or "
               "take "
               "away what is not of it";
    if (v->kind == A_LOG && v->dir)
        return "it is a log itself: --log is for what is held to one";
    if (v->anchors.asked && !has_log)
        return "--anchors are held to a log: name it, too, with --log DIRECTORY";
    if (v->anchors.tsa && !v->anchors.asked)
        return "--tsa is for time stamps: name their directory with --anchors";
    for (size_t i = 0; !v->anchors.tsa && i < v->anchors.asked; i++)
        if (stat(v->anchors.paths[i], &there) == 0 && S_ISDIR(there.st_mode))
            return "a directory of anchors holds time stamps: name the authority's certificates "
                   "with --tsa";
    if (v->kind == A_PACK && !v->key)
        return "name the key of the log that the pack is of: --key";
    if (v->key && !has_log && (v->kind == A_POPULATION || v->kind == RETAINED_AWAY))
        return "nothing in it is signed: --key is of the log, name that, too, with --log DIRECTORY";
    return NULL;
}

/* Is all that is named there, and what it is named as? Else nothing was verified, which is another
 * thing than that something does not verify. */
static bool is_readable(struct verifying *v)
{
    struct tlog_verifiers keys;
    struct stat there;

    if (v->key && !evidence_log_key(v->arena, v->key, &keys, &v->err))
        return false;
    if (v->dir && (stat(v->dir, &there) != 0 || !S_ISDIR(there.st_mode)))
        return FAIL(&v->err, ERR_INPUT, "there is no directory '%s'", v->dir);
    for (size_t i = 0; i < v->anchors.asked; i++)
        if (access(v->anchors.paths[i], R_OK) != 0 || stat(v->anchors.paths[i], &there) != 0 ||
            !(S_ISREG(there.st_mode) || S_ISDIR(there.st_mode)))
            return FAIL(&v->err, ERR_INPUT,
                        "there is no '%s', or it cannot be read, or is neither file nor directory",
                        v->anchors.paths[i]);
    return !v->anchors.tsa || evidence_anchors_tsa(v->arena, v->anchors.tsa, &v->err);
}

static void know_signer(struct verifying *v, const struct tlog_checkpoint *held,
                        const struct tlog_verifier *signer)
{
    v->found.origin = held->origin;
    tlog_key_id(signer, v->found.key_id);
}

/* --- the log --- */

static bool open_anchors(struct verifying *v)
{
    struct anchors *a = &v->anchors;

    for (; a->count < a->asked; a->count++)
        if (!evidence_anchors_open(a->paths[a->count], a->tsa, evidence_log_keys(v->log),
                                   evidence_log_origin(v->log), &a->of[a->count], &v->err))
            return false;
    return true;
}

static void close_anchors(struct verifying *v)
{
    for (size_t i = 0; i < v->anchors.count; i++) {
        int64_t stamped_ms;
        v->found.anchors += evidence_anchors_count(v->anchors.of[i], &stamped_ms);
        if (stamped_ms > v->found.stamped_ms)
            v->found.stamped_ms = stamped_ms;
        evidence_anchors_close(v->anchors.of[i]);
    }
}

/* Opened, and held to what was left elsewhere: before what is held to it is looked at. */
static bool know_log(struct verifying *v)
{
    if (!evidence_log_open(v->dir, v->key, &v->log, &v->err))
        return false;
    struct tlog_checkpoint held = evidence_log_checkpoint(v->log);
    know_signer(v, &held, &evidence_log_keys(v->log)->of[held.signer]);
    if (v->kind != A_LOG && !v->anchors.asked)
        return true;
    bool good =
        open_anchors(v) && evidence_log_verify(v->log, v->anchors.of, v->anchors.count, &v->err);
    close_anchors(v);
    return good;
}

/* --- what is held to it --- */

static bool verify_export(struct verifying *v)
{
    struct tlog_verifiers keys;
    struct evidence_checked checked;
    bool by_key = v->key && !v->log;

    v->found.is_export = true;
    if (by_key && !evidence_log_key(v->arena, v->key, &keys, &v->err))
        return false;
    bool good =
        evidence_export_verify(v->path, v->log, by_key ? &keys : NULL, v->arena, &checked, &v->err);
    if (checked.signer)
        know_signer(v, &checked.held, checked.signer);
    v->found.line = checked.line;
    v->found.entries = checked.entries;
    v->found.retained = checked.retained;
    v->found.is_whole = checked.is_whole;
    v->found.held = good ? checked.held.size : 0;
    memcpy(v->found.head, checked.head, sizeof checked.head);
    return good;
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

static bool verify_pack(struct verifying *v)
{
    struct tlog_verifiers keys;
    struct evidence_pack pack = {0};
    struct str text;
    int64_t later = -1;

    v->found.is_pack = true;
    bool good = evidence_log_key(v->arena, v->key, &keys, &v->err) &&
                file_read(v->arena, v->path, EVIDENCE_PACK_BYTES, &text, &v->err) &&
                evidence_pack_verify(v->arena, text, &keys, &pack, &v->err) &&
                (!v->log || evidence_pack_is_whole(&pack, v->log, &later, &v->err));
    if (pack.entries)
        know_signer(v, &pack.checkpoint, &keys.of[pack.checkpoint.signer]);
    hex_encode(pack.checkpoint.root.bytes, SHA256_BYTES, v->found.head);
    v->found.entries = pack.entries;
    v->found.is_whole = later >= 0;
    if (good && !v->cli->json)
        say_pack(&pack, later);
    return good;
}

static bool verify_retained(struct verifying *v)
{
    v->found.what = "records";
    return retained_verify(v->path, v->log, &v->found.entries, &v->found.recorded, &v->err);
}

static bool verify_population(struct verifying *v)
{
    v->found.what = "requests";
    struct population_found *p = &v->found.population;
    bool good = evidence_population_verify(v->folder, p, &v->err) &&
                (!v->log || evidence_population_in_log(v->folder, v->log, p, &v->err));

    v->found.entries = p->requests;
    v->found.recorded = p->recorded;
    return good;
}

/* All of it is verified when it is opened: see know_log. */
static bool verify_log(struct verifying *v)
{
    struct tlog_hash root = evidence_log_root(v->log);

    v->found.entries = evidence_log_size(v->log);
    hex_encode(root.bytes, sizeof root.bytes, v->found.head);
    return true;
}

static bool verify_it(struct verifying *v)
{
    if (v->dir && !know_log(v))
        return false;
    switch (v->kind) {
    case AN_EXPORT:
        return verify_export(v);
    case A_PACK:
        return verify_pack(v);
    case A_POPULATION:
        return verify_population(v);
    case RETAINED_AWAY:
        return verify_retained(v);
    case A_LOG:
        return verify_log(v);
    }
    return false;
}

static bool is_there(const char *path)
{
    struct stat there;

    if (file_is_stream(path) && !(stat(path, &there) == 0 && S_ISDIR(there.st_mode)))
        fprintf(stderr,
                "countersign: '%s' is a pipe, and evidence is read more than once: put it into a "
                "file first\n",
                path);
    else if (access(path, R_OK) != 0)
        fprintf(stderr, "countersign: cannot open '%s': %s\n", path, strerror(errno));
    else
        return true;
    return false;
}

int evidence_verify(struct cli *cli, const char *usage)
{
    struct verifying v = {.cli = cli,
                          .key = cli_option(cli, "key"),
                          .dir = cli_option(cli, "log"),
                          .anchors.tsa = cli_option(cli, "tsa")};
    const char *anchor, *wrong;

    while (v.anchors.asked < ANCHORS_MAX && (anchor = cli_option(cli, "anchors")))
        v.anchors.paths[v.anchors.asked++] = anchor;
    v.path = cli_word(cli);
    if (!v.path || cli->argc)
        return cli_usage(cli, usage);
    if (!is_there(v.path))
        return EXIT_CODE_DATA;
    v.kind = kind_of(&v);
    wrong = unfit(&v);
    if (wrong) {
        fprintf(stderr, "countersign: %s\n", wrong);
        return EXIT_CODE_USAGE;
    }
    if (v.kind == A_LOG)
        v.dir = v.path;
    v.arena = arena_new(2 * EVIDENCE_PACK_BYTES);
    bool readable = is_readable(&v);
    if (readable && !verify_it(&v))
        v.found.fault = v.err.what;
    int code = readable ? tell(cli, &v.found) : cli_fail(&v.err);
    evidence_log_close(v.log);
    arena_free(v.arena);
    return code;
}
