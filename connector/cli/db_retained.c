/* What db retain wrote, verified from its files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/codecs.h"
#include "base/limits.h"
#include "cli/db_retain.h"
#include "cli/evidence_line.h"
#include "cli/evidence_log.h"
#include "cli/lines.h"
#include "domain/evidence.h"
#include "domain/publish.h"
#include "io/io_file.h"
#include "json/json_read.h"

enum { PATH_BYTES = 4096, MANIFEST_BYTES = 64 * 1024, TEXT_BYTES = 256, LINE_BYTES = 256 * 1024 };

static const char FORMAT[] = "countersign-retained/1";
static const char BEGINS[] = "{\"format\":\"countersign-retained/";

bool retained_is(struct str text)
{
    return str_starts(text, str_of(BEGINS));
}

struct reading {
    struct evidence_log *log;
    bool evidence;
    int64_t rows, bytes;
    struct digest *digest;
    struct evidence_chain chain; /* of the entry before */
    struct buf body, room;
};

static bool check_entry(struct reading *r, struct str line, struct err *err)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    struct evidence_line e;

    if (!evidence_line_read(arena, &r->body, line, &e, err) || e.gap)
        return FAIL(err, ERR_INPUT, "line %lld is not an evidence entry", (long long)r->rows);
    if (e.seq != r->chain.seq + 1) { /* others of the month stayed where they were */
        r->chain.seq = e.seq - 1;
        memcpy(r->chain.hash, e.prev, sizeof e.prev);
    }
    enum evidence_fault fault = evidence_check(&r->chain, e.seq, e.prev, e.body, e.hash);
    if (fault != EVIDENCE_OK)
        return FAIL(err, ERR_INPUT, "line %lld, entry %lld: %s", (long long)r->rows,
                    (long long)e.seq, evidence_fault_text(fault));
    const char *why = evidence_line_fault(arena, &e);
    if (why)
        return FAIL(err, ERR_INPUT, "line %lld, entry %lld: %s", (long long)r->rows,
                    (long long)e.seq, why);
    return !r->log || evidence_log_has(r->log, e.seq, publish_text(e.body, e.seq, &r->room), err) ||
           err_while(err, "looking for entry %lld in the log", (long long)e.seq);
}

static bool read_lines(struct reading *r, FILE *from, struct err *err)
{
    struct lines lines;
    struct str text;
    bool good = true, fits;

    lines_begin(&lines, from, LINE_BYTES);
    while (good && lines_next(&lines, &text, &fits)) {
        digest_add(r->digest, text);
        r->bytes += (int64_t)text.len;
        r->rows += fits; /* other records may be longer: they are counted by their ends */
        good = !r->evidence ||
               (fits ? check_entry(r, str_trim(text), err)
                     : FAIL(err, ERR_INPUT, "line %lld is too long", (long long)r->rows + 1));
    }
    lines_end(&lines);
    return good;
}

static bool check_file(struct reading *r, const char *manifest_path, const struct json *m,
                       struct err *err)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_SMALL);
    const char *slash = strrchr(manifest_path, '/');
    const char *name = arena_cstr(arena, json_path_str(m, "file"));
    char path[PATH_BYTES], hex[SHA256_HEX_SIZE];
    uint8_t digest[SHA256_BYTES];
    int64_t rows;

    if (!name || !name[0] || strchr(name, '/') || !json_i64(json_member(m, "rows"), &rows) ||
        snprintf(path, sizeof path, "%.*s%s", slash ? (int)(slash + 1 - manifest_path) : 0,
                 manifest_path, name) >= PATH_BYTES)
        return FAIL(err, ERR_INPUT, "the manifest names no file beside it");
    FILE *from = file_open(path);
    if (!from)
        return FAIL(err, ERR_INPUT, "%s is missing, or is no file", name);
    bool good = read_lines(r, from, err);
    fclose(from);
    digest_end(r->digest, digest);
    r->digest = NULL;
    hex_encode(digest, sizeof digest, hex);
    if (!good)
        return err_while(err, "reading %s", name);
    if (!str_eq_c(json_path_str(m, "sha256"), hex))
        return FAIL(err, ERR_INPUT, "%s is not what was written: its hash is %s", name, hex);
    return r->rows == rows || FAIL(err, ERR_INPUT, "%s has %lld records instead of %lld", name,
                                   (long long)r->rows, (long long)rows);
}

/* --- on record --- */

/* Does an entry say that this file was written? */
static bool is_of_file(void *arg, struct str entry)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const struct json *m = arg, *v;
    struct str hash = json_path_str(m, "sha256");
    struct err err;

    return memmem(entry.p, entry.len, hash.p, hash.len) && json_parse(arena, entry, &v, &err) &&
           str_eq(json_path_str(v, "kind"), STR("records.retained")) &&
           str_eq(json_path_str(v, "detail/sha256"), hash) &&
           str_eq(json_path_str(v, "detail/export"), json_path_str(m, "file")) &&
           str_eq(json_path_str(v, "detail/kind"), json_path_str(m, "kind"));
}

/* Its hash is in an entry, and that is proven: what the manifest and the tiles say is not. */
static bool is_on_record(const struct json *m, struct evidence_log *log, int64_t *ret,
                         struct err *err)
{
    struct str name = json_path_str(m, "file");

    return evidence_log_find(log, 1, is_of_file, (void *)(uintptr_t)m, ret, err) &&
           (*ret || FAIL(err, ERR_INPUT,
                         "%.*s is not in the log: of its %lld entries none says that records of "
                         "kind '%.*s' were written to it with that hash. Somebody else made it, or "
                         "the log is a copy from before",
                         STR_ARG(name), (long long)evidence_log_size(log),
                         STR_ARG(json_path_str(m, "kind"))));
}

bool retained_verify(const char *manifest_path, struct evidence_log *log, int64_t *ret,
                     int64_t *ret_recorded, struct err *err)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_SMALL);
    struct reading r = {.log = log, .digest = digest_new()};
    const struct json *m;
    struct str text;

    buf_init(&r.body, EVIDENCE_LINE_BYTES);
    buf_init(&r.room, TEXT_BYTES);
    bool good = file_read(arena, manifest_path, MANIFEST_BYTES, &text, err) &&
                json_parse(arena, text, &m, err) &&
                (str_eq_c(json_path_str(m, "format"), FORMAT) ||
                 FAIL(err, ERR_INPUT, "it is not a manifest of %s", FORMAT));
    if (good) {
        r.evidence = str_eq_c(json_path_str(m, "kind"), "evidence");
        good = check_file(&r, manifest_path, m, err) &&
               (!log || is_on_record(m, log, ret_recorded, err));
    }
    digest_end(r.digest, (uint8_t[SHA256_BYTES]){0});
    buf_done(&r.body);
    buf_done(&r.room);
    *ret = r.rows;
    return good;
}
