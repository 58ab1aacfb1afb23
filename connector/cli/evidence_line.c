#include "cli/evidence_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/codecs.h"
#include "base/digest.h"
#include "base/limits.h"
#include "json/json_canonical.h"

/* As every export writes it: by the million, so without a tree. False: as JSON, then. */
static bool read_ours(struct buf *room, struct str text, struct evidence_line *ret)
{
    enum { BODY, EXPORT, HASH, KIND, PREV, REQUEST, SEQ, COUNT_OF };
    static const struct str NAMES[COUNT_OF] = {STR("body"), STR("export"), STR("hash"),
                                               STR("kind"), STR("prev"),   STR("request"),
                                               STR("seq")};
    struct json_field f[COUNT_OF];

    if (!json_canonical(text, NAMES, COUNT_OF, room, f) || f[EXPORT].text.p || f[SEQ].is_string)
        return false;
    for (int i = BODY; i < SEQ; i++)
        if (i != EXPORT && !f[i].is_string)
            return false;
    ret->body = f[BODY].text;
    ret->kind = f[KIND].text;
    ret->request = f[REQUEST].text;
    return hex_decode(f[HASH].text, ret->hash, SHA256_BYTES) &&
           hex_decode(f[PREV].text, ret->prev, SHA256_BYTES) && str_to_i64(f[SEQ].text, &ret->seq);
}

bool evidence_line_read(struct arena *arena, struct buf *room, struct str text,
                        struct evidence_line *ret, struct err *err)
{
    const struct json *v;

    *ret = (struct evidence_line){0};
    if (read_ours(room, text, ret))
        return true;
    *ret = (struct evidence_line){0};
    if (!json_parse(arena, text, &v, err) ||
        !hex_decode(json_path_str(v, "prev"), ret->prev, SHA256_BYTES) ||
        !hex_decode(json_path_str(v, "hash"), ret->hash, SHA256_BYTES))
        return false;
    if (json_member(v, "export")) {
        ret->gap = v;
        return true;
    }
    ret->body = json_path_str(v, "body");
    ret->kind = json_path_str(v, "kind");
    ret->request = json_path_str(v, "request");
    return json_i64(json_member(v, "seq"), &ret->seq);
}

/* As the database writes all of them; false: to be asked as JSON. */
static bool says_so(const struct evidence_line *line)
{
    static const struct str NAMES[] = {STR("kind"), STR("request")};
    struct json_field f[2];

    return json_canonical(line->body, NAMES, 2, NULL, f) && f[0].is_string &&
           (f[1].is_string || !f[1].text.p) && str_eq(f[0].text, line->kind) &&
           str_eq(f[1].text, line->request);
}

const char *evidence_line_fault(struct arena *arena, const struct evidence_line *line)
{
    const struct json *body;
    struct err err;

    if (says_so(line))
        return NULL;
    if (!json_parse(arena, line->body, &body, &err))
        return "its body is no JSON";
    if (!str_eq(line->kind, json_path_str(body, "kind")))
        return "its kind is not that of its body";
    return str_eq(line->request, json_path_str(body, "request"))
               ? NULL
               : "its request is not that of its body";
}

/* A file, as lines tell of it or as an entry does. */
struct file {
    struct file *next;
    struct str export, sha256, runs; /* runs: as governance.retention_runs_sha256 has it */
    int64_t first, last;             /* of the first line that names it */
    struct digest *digest;           /* of its lines; NULL: they are all there */
};

struct evidence_gaps {
    struct arena *arena;
    struct file *told, **told_end; /* by lines */
    struct file *dropped;          /* by entries */
};

struct evidence_gaps *evidence_gaps_new(void)
{
    struct evidence_gaps *g = calloc(1, sizeof *g);

    if (!g)
        abort();
    g->arena = arena_new(LIMIT_ARENA_VISIT);
    g->told_end = &g->told;
    return g;
}

void evidence_gaps_free(struct evidence_gaps *g)
{
    uint8_t unused[SHA256_BYTES];

    if (!g)
        return;
    for (struct file *f = g->told; f; f = f->next)
        digest_end(f->digest, unused);
    arena_free(g->arena);
    free(g);
}

static struct file *file_new(struct evidence_gaps *g, const struct json *names)
{
    struct file *f = ARENA_NEW(g->arena, struct file);

    if (!f)
        return NULL;
    *f = (struct file){.export = arena_str(g->arena, json_path_str(names, "export")),
                       .sha256 = arena_str(g->arena, json_path_str(names, "sha256")),
                       .runs = arena_str(g->arena, json_path_str(names, "runs_sha256"))};
    return f->export.p && f->sha256.p && f->runs.p ? f : NULL;
}

static bool is_same(const struct file *f, struct str export, struct str sha256)
{
    return str_eq(f->export, export) && str_eq(f->sha256, sha256);
}

static struct file *file_of(struct evidence_gaps *g, const struct json *line)
{
    struct str export = json_path_str(line, "export"), sha256 = json_path_str(line, "sha256");

    for (struct file *f = g->told; f; f = f->next)
        if (is_same(f, export, sha256))
            return f;
    struct file *f = file_new(g, line);
    if (!f)
        return NULL;
    f->digest = digest_new();
    *g->told_end = f;
    g->told_end = &f->next;
    return f;
}

bool evidence_gaps_add(struct evidence_gaps *g, const struct json *line, int64_t first,
                       int64_t last)
{
    static const char *const MEMBERS[] = {"prev", "hash", "tree"};
    struct file *f = file_of(g, line);
    char numbers[48];

    if (!f)
        return false;
    snprintf(numbers, sizeof numbers, "%s%" PRId64 " %" PRId64, f->first ? "\n" : "", first, last);
    digest_add(f->digest, str_of(numbers));
    for (size_t i = 0; i < 3; i++) {
        digest_add(f->digest, STR(" "));
        digest_add(f->digest, json_path_str(line, MEMBERS[i]));
    }
    if (!f->first) {
        f->first = first;
        f->last = last;
    }
    return true;
}

bool evidence_gaps_hear(struct evidence_gaps *g, struct arena *arena,
                        const struct evidence_line *line)
{
    const struct json *body;
    struct err err;

    if (!str_eq(line->kind, STR("records.retained")))
        return true;
    if (!json_parse(arena, line->body, &body, &err))
        return false;
    const struct json *detail = json_member(body, "detail");
    if (!str_eq_c(json_path_str(detail, "kind"), "evidence"))
        return true;
    struct file *f = file_new(g, detail);
    if (!f)
        return false;
    f->next = g->dropped;
    g->dropped = f;
    return true;
}

bool evidence_gaps_check(struct evidence_gaps *g, struct err *err)
{
    for (struct file *f = g->told; f; f = f->next) {
        uint8_t digest[SHA256_BYTES];
        char hex[SHA256_HEX_SIZE];
        bool dropped = false, named = false;
        digest_end(f->digest, digest);
        f->digest = NULL;
        hex_encode(digest, sizeof digest, hex);
        for (const struct file *d = g->dropped; d && !dropped; d = d->next) {
            named |= str_eq(d->export, f->export);
            dropped = is_same(d, f->export, f->sha256) && str_eq_c(d->runs, hex);
        }
        if (!dropped)
            return FAIL(err, ERR_INPUT,
                        "entries %" PRId64 " to %" PRId64
                        " are left out as retained away into '%.*s', and %s",
                        f->first, f->last, (int)(f->export.len < 80 ? f->export.len : 80),
                        f->export.p,
                        named ? "the entry about that file says that it has others"
                              : "no entry says that there is such a file");
    }
    return true;
}
