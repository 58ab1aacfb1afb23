/* A population held to the log: see evidence_population.h. */
#include <string.h>

#include "base/codecs.h"
#include "base/digest.h"
#include "cli/evidence_population.h"
#include "cli/evidence_told.h"
#include "io/io_file.h"

/* May pass between an entry and its commit, where a standby is waited for, and between the look at
 * the database and the entry about the manifest, while the files are written. */
static const int64_t COMMIT_US = INT64_C(3600) * 1000000;

struct exporting {
    const char *hex; /* of the manifest */
    int64_t at_us;   /* when the entry about it was made; 0: not found */
};

/* An entry that says that this manifest was exported. */
static bool is_of_manifest(void *arg, struct str entry)
{
    struct exporting *x = arg;
    AUTO(drop_arena) struct arena *arena = arena_new(POPULATION_MANIFEST_BYTES);
    const struct json *v;
    struct err err;

    return memmem(entry.p, entry.len, x->hex, strlen(x->hex)) &&
           json_parse(arena, entry, &v, &err) &&
           str_eq_c(json_path_str(v, "kind"), "evidence.exported") &&
           str_eq_c(json_path_str(v, "detail/manifest_sha256"), x->hex) &&
           told_us(json_path_str(v, "at"), &x->at_us);
}

/* When an entry was made; whichever comes first. */
static bool take_time(void *arg, struct str entry)
{
    AUTO(drop_arena) struct arena *arena = arena_new(POPULATION_MANIFEST_BYTES);
    const struct json *v;
    struct err err;

    return json_parse(arena, entry, &v, &err) && told_us(json_path_str(v, "at"), arg);
}

/* --- against the log --- */

struct comparing {
    struct told_book *book;
    int64_t seq, upto; /* entries that were there when it was exported */
    struct err *err;
};

/* True ends the walk: behind the last one, or where it fails. */
static bool hear_entry(void *arg, struct str entry)
{
    struct comparing *c = arg;

    return ++c->seq > c->upto || !told_hear(c->book, c->seq, entry, c->err);
}

static bool compare_row(void *arg, struct str line, int64_t row, struct err *err)
{
    AUTO(drop_arena) struct arena *arena = arena_new(EXPORT_ROW_BYTES * 16);
    const struct comparing *c = arg;
    const struct json *v;

    return (json_parse(arena, line, &v, err) ||
            FAIL(err, ERR_INPUT, "line %lld of population.jsonl is no request",
                 (long long)row + 1)) &&
           told_check(c->book, v, err);
}

/* What came since. */
static bool hear_later(struct comparing *c, struct evidence_log *log, struct population_found *ret)
{
    const struct told_request *first;
    int64_t found;

    c->seq = c->upto;
    c->upto = INT64_MAX;
    if (!evidence_log_find(log, c->seq + 1, hear_entry, c, &found, c->err) || c->err->what[0])
        return false;
    ret->later = told_later(c->book, &first);
    ret->later_first = first ? first->in_seq : 0;
    return true;
}

/* The log says when it was exported: then it was made, too. And what it does not count came
 * afterwards: whoever says of a population that it was made with fewer entries than there were
 * leaves out what came by the others. */
static bool is_of_its_moment(const struct json *manifest, int64_t exported_us,
                             struct population_found *ret, struct evidence_log *log,
                             struct err *err)
{
    int64_t made_us, next_us = 0, found;

    if (!told_us(json_path_str(manifest, "about/made_at"), &made_us))
        return FAIL(err, ERR_INPUT, "manifest.json does not say when it was made");
    if (made_us < exported_us - COMMIT_US || made_us > exported_us + COMMIT_US)
        return FAIL(err, ERR_INPUT,
                    "the population says that it was made at %s, and entry %lld of the log has it "
                    "exported more than an hour away from that: export again",
                    ret->made_at, (long long)ret->recorded);
    if (!evidence_log_find(log, ret->upto + 1, take_time, &next_us, &found, err))
        return false;
    return next_us + COMMIT_US >= made_us ||
           FAIL(err, ERR_INPUT,
                "the population says that the log had %lld entries when it was made, at %s, and "
                "entry %lld was there for more than an hour: export again",
                (long long)ret->upto, ret->made_at, (long long)found);
}

static bool compare(const char *dir, const struct json *manifest, struct population_found *ret,
                    struct evidence_log *log, struct err *err)
{
    int64_t since_us, until_us, found;

    if (!told_us(json_path_str(manifest, "about/since"), &since_us) ||
        !told_us(json_path_str(manifest, "about/until"), &until_us))
        return FAIL(err, ERR_INPUT, "manifest.json does not say of which period it is");
    struct comparing c = {
        .book = told_new(str_eq_c(json_path_str(manifest, "by"), "changed"), since_us, until_us),
        .upto = ret->upto,
        .err = err};
    err->what[0] = '\0';
    bool good = evidence_log_verify(log, NULL, 0, err) &&
                evidence_log_find(log, 1, hear_entry, &c, &found, err) && !err->what[0] &&
                sample_each_line(dir, "population.jsonl", 0, compare_row, &c, err) &&
                told_complete(c.book, err) && hear_later(&c, log, ret);
    told_free(c.book);
    return good;
}

bool evidence_population_in_log(const char *dir, struct evidence_log *log,
                                struct population_found *ret, struct err *err)
{
    AUTO(drop_arena) struct arena *arena = arena_new(POPULATION_MANIFEST_BYTES * 4);
    char path[EXPORT_PATH_BYTES], hex[SHA256_HEX_SIZE];
    uint8_t digest[SHA256_BYTES];
    const struct json *v;
    struct exporting x = {.hex = hex};
    struct str text;

    if (!export_path(dir, "manifest.json", path, err) ||
        !file_read(arena, path, POPULATION_MANIFEST_BYTES, &text, err) ||
        !json_parse(arena, text, &v, err) ||
        !json_i64(json_path(v, "about/evidence/entries"), &ret->upto) || ret->upto < 0 ||
        ret->upto > TLOG_SIZE_MAX)
        return FAIL(err, ERR_INPUT,
                    "manifest.json does not say how far the log went: " POPULATION_FORMAT);
    digest_sha256(text, digest);
    hex_encode(digest, sizeof digest, hex);
    return evidence_log_find(log, ret->upto + 1, is_of_manifest, &x, &ret->recorded, err) &&
           (ret->recorded ||
            FAIL(err, ERR_INPUT,
                 "manifest.json is not in the log: of its %lld entries none says that a "
                 "manifest with the hash %s was exported. It was changed afterwards, made "
                 "with a role that may only read, or the log is a copy from before",
                 (long long)evidence_log_size(log), hex)) &&
           is_of_its_moment(v, x.at_us, ret, log, err) && compare(dir, v, ret, log, err);
}
