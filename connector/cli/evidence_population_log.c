/* A population held to the log: see evidence_population.h. */
#include <string.h>

#include "base/codecs.h"
#include "base/digest.h"
#include "cli/evidence_population.h"
#include "cli/evidence_told.h"
#include "io/io_file.h"

/* May pass between an entry and its commit: a standby is waited for. */
static const int64_t COMMIT_US = INT64_C(3600) * 1000000;

/* An entry that says that this manifest was exported. */
static bool is_of_manifest(void *arg, struct str entry)
{
    AUTO(drop_arena) struct arena *arena = arena_new(POPULATION_MANIFEST_BYTES);
    const struct json *v;
    struct err err;

    return memmem(entry.p, entry.len, arg, strlen(arg)) && json_parse(arena, entry, &v, &err) &&
           str_eq_c(json_path_str(v, "kind"), "evidence.exported") &&
           str_eq_c(json_path_str(v, "detail/manifest_sha256"), arg);
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

/* What came since: whoever says of a population that it was made with fewer entries than there were
 * leaves out what came by the others. */
static bool hear_later(struct comparing *c, const struct json *manifest, struct evidence_log *log,
                       struct population_found *ret)
{
    const struct told_request *first;
    int64_t found, made_us;

    c->seq = c->upto;
    c->upto = INT64_MAX;
    if (!evidence_log_find(log, c->seq + 1, hear_entry, c, &found, c->err) || c->err->what[0])
        return false;
    ret->later = told_later(c->book, &first);
    ret->later_first = first ? first->in_seq : 0;
    return !first || !told_us(json_path_str(manifest, "about/made_at"), &made_us) ||
           first->in_us + COMMIT_US >= made_us ||
           FAIL(c->err, ERR_INPUT,
                "request %s is of the period, was there when the population was made, and is not "
                "in it: see entry %lld of the log; it takes in %lld entries",
                first->id, (long long)first->in_seq, (long long)ret->upto);
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
                told_complete(c.book, err) && hear_later(&c, manifest, log, ret);
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
    return evidence_log_find(log, ret->upto + 1, is_of_manifest, hex, &ret->recorded, err) &&
           (ret->recorded ||
            FAIL(err, ERR_INPUT,
                 "manifest.json is not in the log: of its %lld entries none says that a "
                 "manifest with the hash %s was exported. It was changed afterwards, made "
                 "with a role that may only read, or the log is a copy from before",
                 (long long)evidence_log_size(log), hex)) &&
           compare(dir, v, ret, log, err);
}
