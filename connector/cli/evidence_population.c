#include "cli/evidence_population.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/codecs.h"
#include "base/digest.h"
#include "base/limits.h"
#include "cli/evidence_told.h"
#include "cli/progress.h"
#include "io/io_file.h"
#include "json/json_write.h"
#include "store/store_population.h"

enum {
    MANIFEST_BYTES = POPULATION_MANIFEST_BYTES,
    CHUNK = 64 * 1024,
    SAMPLE_BYTES = 16 * 1024 * 1024,
    TOTALS_MAX = 256
};
enum { CHANGE_KIND = 3, PHASE = 8 }; /* columns */

static const char FORMAT[] = POPULATION_FORMAT;

/* --- rows --- */

struct sampling {
    const struct sample_wish *wish;
    struct arena *arena;
    struct sample_drawn drawn;
    struct export_file jsonl, csv;
};

struct making {
    const char *dir;
    struct export_file jsonl, csv;
    struct buf row;
    int64_t rows;
    const struct str *about; /* there before the first row */
    struct progress progress;
    struct total {
        char kind[32], phase[32];
        int64_t requests;
    } totals[TOTALS_MAX];
    size_t total_count;
};

/* RFC 4180; what a spreadsheet would take for a formula begins with an apostrophe. */
static void put_csv(struct buf *b, struct str cell)
{
    bool quote = false, formula = cell.len && strchr("=+-@\t\r", cell.p[0]);

    for (size_t i = 0; i < cell.len; i++)
        quote |= cell.p[i] == '"' || cell.p[i] == ',' || cell.p[i] == '\n' || cell.p[i] == '\r';
    if (quote)
        buf_add_byte(b, '"');
    if (formula)
        buf_add_byte(b, '\'');
    for (size_t i = 0; i < cell.len; i++) {
        if (cell.p[i] == '"')
            buf_add_byte(b, '"');
        buf_add_byte(b, cell.p[i]);
    }
    if (quote)
        buf_add_byte(b, '"');
}

static int64_t requests_of(struct str about)
{
    AUTO(drop_arena) struct arena *arena = arena_new(MANIFEST_BYTES * 4);
    const struct json *v;
    int64_t requests = 0;
    struct err err;

    return json_parse(arena, about, &v, &err) &&
                   json_i64(json_member(v, "requests_of_all_times"), &requests)
               ? requests
               : 0;
}

/* The control totals: what was written, by kind and phase. */
static bool count_row(struct making *m, struct str kind, struct str phase)
{
    size_t i = 0;

    while (i < m->total_count &&
           !(str_eq_c(kind, m->totals[i].kind) && str_eq_c(phase, m->totals[i].phase)))
        i++;
    if (i == m->total_count &&
        (i == TOTALS_MAX || !str_copy(m->totals[i].kind, sizeof m->totals[i].kind, kind) ||
         !str_copy(m->totals[i].phase, sizeof m->totals[i].phase, phase)))
        return false;
    m->total_count += i == m->total_count;
    m->totals[i].requests++;
    return true;
}

static bool put_row(void *arg, const struct str cells[POPULATION_COLUMNS])
{
    struct making *m = arg;
    struct json_out out;

    if (!m->rows)
        progress_begin(&m->progress, "requests", requests_of(*m->about));
    progress_step(&m->progress);
    buf_clear(&m->row);
    json_begin(&out, &m->row);
    json_open_object(&out);
    for (int c = 0; c < POPULATION_COLUMNS; c++) {
        json_put_name(&out, POPULATION_NAMES[c]);
        if (!cells[c].p)
            json_put_null(&out);
        else if (population_is_plain(c))
            json_put_raw(&out, cells[c]);
        else
            json_put_str(&out, cells[c]);
    }
    json_close_object(&out);
    buf_add_byte(&m->row, '\n');
    if (m->row.over || !export_add(&m->jsonl, buf_str(&m->row)))
        return false;
    buf_clear(&m->row);
    for (int c = 0; c < POPULATION_COLUMNS; c++) {
        put_csv(&m->row, cells[c]);
        buf_add_c(&m->row, c + 1 < POPULATION_COLUMNS ? "," : "\r\n");
    }
    m->rows++;
    return count_row(m, cells[CHANGE_KIND], cells[PHASE]) && !m->row.over &&
           export_add(&m->csv, buf_str(&m->row));
}

static bool put_heads(struct making *m)
{
    for (int c = 0; c < POPULATION_COLUMNS; c++) {
        put_csv(&m->row, str_of(POPULATION_NAMES[c]));
        buf_add_c(&m->row, c + 1 < POPULATION_COLUMNS ? "," : "\r\n");
    }
    return export_add(&m->csv, buf_str(&m->row));
}

/* --- the manifest --- */

static bool write_sample(struct sampling *s, const char *dir, struct err *err)
{
    AUTO(drop_arena) struct arena *arena = arena_new(SAMPLE_BYTES);
    struct str jsonl, csv;
    bool good = sample_draw(dir, s->wish, s->arena, &s->drawn, err) &&
                sample_text(dir, "population.jsonl", 0, &s->drawn, arena, &jsonl, err) &&
                sample_text(dir, "population.csv", 1, &s->drawn, arena, &csv, err) &&
                export_open(&s->jsonl, dir, err) && export_open(&s->csv, dir, err) &&
                ((export_add(&s->jsonl, jsonl) && export_add(&s->csv, csv)) ||
                 FAIL(err, ERR_TEMPORARY, "the sample cannot be written"));
    bool closed = export_close(&s->jsonl);

    closed = export_close(&s->csv) && closed;
    return good && (closed || FAIL(err, ERR_TEMPORARY, "the sample cannot be written"));
}

/* What the database says of itself, and of what was written of it. */
static void put_about(struct json_out *out, const struct making *m)
{
    AUTO(drop_arena) struct arena *arena = arena_new(MANIFEST_BYTES * 4);
    const struct json *v;
    struct err err;

    if (!json_parse(arena, *m->about, &v, &err))
        v = NULL;
    json_open_object(out);
    JSON_EACH(member, v)
    {
        json_put_name(out, arena_cstr(arena, json_name(member)));
        json_put_value(out, member);
    }
    json_i64_member(out, "requests", m->rows);
    json_put_name(out, "totals");
    json_open_array(out);
    for (size_t i = 0; i < m->total_count; i++) {
        json_open_object(out);
        json_str_member(out, "change_kind", str_of(m->totals[i].kind));
        json_str_member(out, "phase", str_of(m->totals[i].phase));
        json_i64_member(out, "requests", m->totals[i].requests);
        json_close_object(out);
    }
    json_close_array(out);
    json_close_object(out);
}

static void put_manifest(const struct making *m, const struct population *p,
                         const struct sampling *s, const char *sql, struct buf *b)
{
    struct json_out out;

    json_begin(&out, b);
    json_open_object(&out);
    json_str_member(&out, "format", str_of(FORMAT));
    json_str_member(&out, "from", p->from);
    json_str_member(&out, "to", p->to);
    json_str_member(&out, "by", p->by_changes ? STR("changed") : STR("requested"));
    json_put_name(&out, "about");
    put_about(&out, m);
    json_str_member(&out, "sql", str_of(sql));
    json_put_name(&out, "files");
    json_open_array(&out);
    export_file_put(&out, &m->jsonl, m->rows);
    export_file_put(&out, &m->csv, m->rows);
    if (s->wish->size) {
        export_file_put(&out, &s->jsonl, (int64_t)s->drawn.count);
        export_file_put(&out, &s->csv, (int64_t)s->drawn.count);
    }
    json_close_array(&out);
    if (s->wish->size) {
        json_put_name(&out, "sample");
        sample_put(&out, s->wish, &s->drawn);
    }
    json_close_object(&out);
    buf_add_byte(b, '\n');
}

static void hash_of(struct str text, char hex[SHA256_HEX_SIZE])
{
    uint8_t digest[SHA256_BYTES];

    digest_sha256(text, digest);
    hex_encode(digest, sizeof digest, hex);
}

/* First on record, then shown: a manifest that is there and in no log was made by who may only
 * read. */
static bool write_manifest(const struct pg_options *options, const struct population *p,
                           int64_t rows, struct str manifest, const char *dir, bool *ret_recorded,
                           struct err *err)
{
    char path[EXPORT_PATH_BYTES], hex[SHA256_HEX_SIZE];
    struct err unrecorded = {0};

    hash_of(manifest, hex);
    *ret_recorded =
        store_population_exported(options, p->from, p->to, rows, str_of(hex), &unrecorded);
    if (!*ret_recorded)
        fprintf(stderr,
                "countersign: the export is not on record, and no log will vouch for it: %s\n",
                unrecorded.what);
    return export_path(dir, "manifest.json", path, err) && file_replace(path, manifest, err);
}

/* Whoever exports should know before the auditor does. How many there are. */
static bool warn_differences(struct str about, int *ret, struct err *err)
{
    AUTO(drop_arena) struct arena *arena = arena_new(MANIFEST_BYTES * 4);
    const struct json *v;
    int64_t difference, counted, logged;
    static const char WHILE[] = "reading what the database counted beside the log (no manifest was "
                                "written; 'db verify' tells whether its functions are ours)";

    *ret = 0;
    if (!json_parse(arena, about, &v, err))
        return err_while(err, WHILE);
    const struct json *counts = json_member(v, "reconciliation");
    if (!counts)
        return FAIL(err, ERR_INPUT, "%s: 'reconciliation' is missing", WHILE);
    JSON_EACH(c, counts)
    {
        if (!json_i64(json_member(c, "difference"), &difference) || !difference)
            continue;
        ++*ret;
        if (json_i64(json_member(c, "counted"), &counted) &&
            json_i64(json_member(c, "logged"), &logged))
            fprintf(stderr,
                    "countersign: %.*s: %lld are there, and the log tells of %lld; 'db verify' "
                    "names the rows\n",
                    STR_ARG(json_path_str(c, "what")), (long long)counted, (long long)logged);
    }
    return true;
}

/* What an earlier export left there is of another population: a manifest is of what is beside it.
 */
static bool clear_folder(const char *dir, struct err *err)
{
    static const char *const NAMES[] = {"manifest.json", "sample.jsonl", "sample.csv"};
    char path[EXPORT_PATH_BYTES];

    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        if (!export_path(dir, NAMES[i], path, err))
            return false;
        if (unlink(path) != 0 && errno != ENOENT)
            return FAIL(err, ERR_TEMPORARY, "cannot take away '%s': %s", path, strerror(errno));
    }
    return true;
}

/* A period that is turned round has no requests, and reads like one in which nothing happened. */
static bool is_period(struct str about, struct err *err)
{
    AUTO(drop_arena) struct arena *arena = arena_new(MANIFEST_BYTES * 4);
    const struct json *v;
    struct err unread;
    int64_t since_us, until_us;

    return !json_parse(arena, about, &v, &unread) ||
           !told_us(json_path_str(v, "since"), &since_us) ||
           !told_us(json_path_str(v, "until"), &until_us) || since_us < until_us ||
           FAIL(err, ERR_INPUT,
                "the period ends before it begins: --from is the first moment of it, --to the "
                "first one after it; nothing was written");
}

/* Only now: what cannot be exported leaves an earlier export in that folder as it is. */
static bool begin_files(void *arg, struct str about, struct err *err)
{
    struct making *m = arg;

    if (!is_period(about, err))
        return false;
    if (mkdir(m->dir, 0777) != 0 && errno != EEXIST)
        return FAIL(err, ERR_TEMPORARY, "cannot make '%s': %s", m->dir, strerror(errno));
    return clear_folder(m->dir, err) && export_open(&m->jsonl, m->dir, err) &&
           export_open(&m->csv, m->dir, err) &&
           (put_heads(m) || FAIL(err, ERR_TEMPORARY, "the population cannot be written"));
}

static bool write_rows(const struct pg_options *options, const struct population *p,
                       struct making *m, struct arena *arena, struct str *about,
                       const char **ret_sql, struct err *err)
{
    m->about = about;
    buf_init(&m->row, EXPORT_ROW_BYTES);
    bool good = store_population(options, p, arena, about, ret_sql, err), closed = true;
    progress_end(&m->progress);
    struct export_file *const files[] = {&m->jsonl, &m->csv};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        closed &= !files[i]->digest || export_close(files[i]);
    buf_done(&m->row);
    return good && (closed || FAIL(err, ERR_TEMPORARY, "the population cannot be written"));
}

bool evidence_population_make(const struct pg_options *options, const struct population_wish *wish,
                              const char *dir, struct population_made *ret, struct err *err)
{
    AUTO(drop_arena) struct arena *arena = arena_new(MANIFEST_BYTES * 4);
    struct sampling sampling = {&wish->sample, arena, .jsonl = {.name = "sample.jsonl"},
                                .csv = {.name = "sample.csv"}};
    struct making m = {
        .dir = dir, .jsonl = {.name = "population.jsonl"}, .csv = {.name = "population.csv"}};
    struct population p = {.from = str_of(wish->from),
                           .to = str_of(wish->to),
                           .by_changes = wish->by && strcmp(wish->by, "changed") == 0,
                           .begin = begin_files,
                           .fn = put_row,
                           .arg = &m};
    struct str about = STR_NONE;
    const char *sql;

    if (wish->by && !p.by_changes && strcmp(wish->by, "requested") != 0)
        return FAIL(err, ERR_INPUT, "--by is requested or changed");
    if (!write_rows(options, &p, &m, arena, &about, &sql, err) ||
        (wish->sample.size && !write_sample(&sampling, dir, err)))
        return false;
    ret->requests = m.rows;
    if (!warn_differences(about, &ret->differences, err))
        return false;
    AUTO(drop_buf) struct buf manifest;
    buf_init(&manifest, MANIFEST_BYTES);
    put_manifest(&m, &p, &sampling, sql, &manifest);
    return write_manifest(options, &p, m.rows, buf_str(&manifest), dir, &ret->recorded, err);
}

/* --- verified --- */

/* Rows, requests and control totals are as many. */
static bool check_count(struct str about, int64_t rows, struct err *err)
{
    AUTO(drop_arena) struct arena *arena = arena_new(MANIFEST_BYTES * 4);
    const struct json *v;
    int64_t requests, sum = 0, n;

    if (!json_parse(arena, about, &v, err) || !json_i64(json_member(v, "requests"), &requests))
        return FAIL(err, ERR_INPUT, "the control totals cannot be read");
    JSON_EACH(t, json_member(v, "totals"))
    if (json_i64(json_member(t, "requests"), &n))
        sum += n;
    return (rows == requests && rows == sum) ||
           FAIL(err, ERR_INPUT,
                "%lld rows, %lld requests, %lld in the totals: they must be as many",
                (long long)rows, (long long)requests, (long long)sum);
}

bool evidence_population_is(const char *path, char ret_dir[EXPORT_PATH_BYTES])
{
    const char *slash = strrchr(path, '/');
    char manifest[EXPORT_PATH_BYTES];
    struct err err;

    if (strcmp(slash ? slash + 1 : path, "manifest.json") != 0)
        (void)str_copy(ret_dir, EXPORT_PATH_BYTES, str_of(path));
    else if (slash)
        (void)str_copy(ret_dir, EXPORT_PATH_BYTES, str_n(path, (size_t)(slash + 1 - path)));
    else
        (void)str_copy(ret_dir, EXPORT_PATH_BYTES, STR("."));
    return export_path(ret_dir, "manifest.json", manifest, &err) && access(manifest, F_OK) == 0;
}

static bool check_file(const char *dir, const struct json *v, int64_t heads, int64_t *ret_rows,
                       struct err *err)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_SMALL);
    char path[EXPORT_PATH_BYTES], hex[SHA256_HEX_SIZE], chunk[CHUNK];
    const char *name = arena_cstr(arena, json_path_str(v, "name"));
    uint8_t digest[SHA256_BYTES];
    int64_t rows, lines = 0;
    size_t n;

    if (strchr(name, '/') || !json_i64(json_member(v, "rows"), &rows) ||
        !export_path(dir, name, path, err))
        return FAIL(err, ERR_INPUT, "the manifest names a file that is none");
    FILE *f = file_open(path);
    if (!f)
        return FAIL(err, ERR_INPUT, "%s is missing, or is no file", name);
    struct digest *d = digest_new();
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0) {
        digest_add(d, str_n(chunk, n));
        for (size_t i = 0; i < n; i++)
            lines += chunk[i] == '\n';
    }
    fclose(f);
    digest_end(d, digest);
    hex_encode(digest, sizeof digest, hex);
    if (!str_eq_c(json_path_str(v, "sha256"), hex))
        return FAIL(err, ERR_INPUT, "%s is not what was exported: its hash is %s", name, hex);
    if (lines != rows + heads)
        return FAIL(err, ERR_INPUT, "%s has %lld rows instead of %lld", name,
                    (long long)(lines - heads), (long long)rows);
    *ret_rows = rows;
    return true;
}

/* --- one population, written twice --- */

struct tabling {
    struct digest *digest;
    struct buf row;
};

static struct str cell_of(const struct json *v)
{
    switch (json_type(v)) {
    case JSON_BOOL:
        return json_is_true(v) ? STR("true") : STR("false");
    case JSON_NUMBER:
        return json_number_text(v);
    case JSON_STRING:
        return json_str(v);
    case JSON_NULL:
    case JSON_ARRAY:
    case JSON_OBJECT:
        break;
    }
    return STR_NONE;
}

static void table_cells(struct tabling *t, const struct json *row, bool heads)
{
    buf_clear(&t->row);
    JSON_EACH(cell, row)
    {
        put_csv(&t->row, heads ? json_name(cell) : cell_of(cell));
        buf_add_c(&t->row, json_next(cell) ? "," : "\r\n");
    }
    digest_add(t->digest, buf_str(&t->row));
}

/* Names and order of the columns are those of the lines: older exports may have others. */
static bool table_row(void *arg, struct str line, int64_t row, struct err *err)
{
    AUTO(drop_arena) struct arena *arena = arena_new(EXPORT_ROW_BYTES * 16);
    const struct json *v;

    if (!json_parse(arena, line, &v, err))
        return FAIL(err, ERR_INPUT, "line %lld of population.jsonl is no request",
                    (long long)row + 1);
    if (!row)
        table_cells(arg, v, true);
    table_cells(arg, v, false);
    return true;
}

/* People open the table, and what is held to the log are the lines: both must say the same. */
static bool check_table(const char *dir, const struct json *csv, struct err *err)
{
    struct tabling t = {.digest = digest_new()};
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];

    buf_init(&t.row, EXPORT_ROW_BYTES);
    bool good = sample_each_line(dir, "population.jsonl", 0, table_row, &t, err);
    digest_end(t.digest, digest);
    buf_done(&t.row);
    hex_encode(digest, sizeof digest, hex);
    return good &&
           (str_eq_c(json_path_str(csv, "sha256"), hex) ||
            FAIL(err, ERR_INPUT, "population.csv does not say the same as population.jsonl"));
}

/* Drawn again, it is the same. */
static bool check_drawn(const char *dir, const char *name, const char *from, int64_t heads,
                        const struct sample_drawn *drawn, struct err *err)
{
    AUTO(drop_arena) struct arena *arena = arena_new(2 * SAMPLE_BYTES);
    char path[EXPORT_PATH_BYTES];
    struct str wanted, found;

    if (!sample_text(dir, from, heads, drawn, arena, &wanted, err) ||
        !export_path(dir, name, path, err) || !file_read(arena, path, SAMPLE_BYTES, &found, err))
        return false;
    return str_eq(wanted, found) ||
           FAIL(err, ERR_INPUT, "%s is not what the seed of the manifest draws from %s", name,
                from);
}

static bool check_sample(const char *dir, const struct json *v, struct err *err)
{
    AUTO(drop_arena) struct arena *arena = arena_new(MANIFEST_BYTES * 4);
    AUTO(drop_buf) struct buf told, found;
    const struct json *sample = json_member(v, "sample");
    struct sample_wish wish = {.seed = json_path_str(sample, "seed")};
    struct sample_drawn drawn;
    struct json_out out;

    buf_init(&told, MANIFEST_BYTES);
    buf_init(&found, MANIFEST_BYTES);
    if (!json_i64(json_member(sample, "size"), &wish.size) || wish.size < 1 ||
        wish.size > SAMPLE_MAX)
        return FAIL(err, ERR_INPUT, "the manifest's sample has no size");
    if (!sample_draw(dir, &wish, arena, &drawn, err))
        return false;
    json_begin(&out, &found);
    sample_put(&out, &wish, &drawn);
    json_begin(&out, &told);
    json_put_value(&out, sample);
    return (str_eq(buf_str(&told), buf_str(&found)) ||
            FAIL(err, ERR_INPUT, "the manifest's strata are not those of the population")) &&
           check_drawn(dir, "sample.jsonl", "population.jsonl", 0, &drawn, err) &&
           check_drawn(dir, "sample.csv", "population.csv", 1, &drawn, err);
}

/* What lies beside it and is not named by it is no sample of it. */
static bool names_samples(const char *dir, bool sampled, struct err *err)
{
    static const char *const NAMES[] = {"sample.jsonl", "sample.csv"};
    char path[EXPORT_PATH_BYTES];

    for (size_t i = 0; !sampled && i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (export_path(dir, NAMES[i], path, err) && access(path, F_OK) == 0)
            return FAIL(err, ERR_INPUT,
                        "%s lies beside a manifest that names no sample: it is of another export",
                        NAMES[i]);
    return true;
}

/* What the manifest says of itself, for whoever reads the verdict only. */
static void say_about(const struct json *about, struct population_found *ret)
{
    int64_t difference;

    (void)str_copy(ret->since, sizeof ret->since, json_path_str(about, "since"));
    (void)str_copy(ret->until, sizeof ret->until, json_path_str(about, "until"));
    (void)str_copy(ret->made_at, sizeof ret->made_at, json_path_str(about, "made_at"));
    JSON_EACH(c, json_member(about, "reconciliation"))
    ret->differences += json_i64(json_member(c, "difference"), &difference) && difference;
}

bool evidence_population_verify(const char *dir, struct population_found *ret, struct err *err)
{
    AUTO(drop_arena) struct arena *arena = arena_new(MANIFEST_BYTES * 4);
    char path[EXPORT_PATH_BYTES];
    const struct json *v, *files;
    struct str text;
    int64_t csv = 0;

    if (!export_path(dir, "manifest.json", path, err) ||
        !file_read(arena, path, MANIFEST_BYTES, &text, err) || !json_parse(arena, text, &v, err) ||
        !str_eq_c(json_path_str(v, "format"), FORMAT))
        return FAIL(err, ERR_INPUT, "manifest.json is none: %s", FORMAT);
    files = json_member(v, "files");
    bool sampled = json_member(v, "sample") != NULL;
    AUTO(drop_buf) struct buf about;
    struct json_out out;
    buf_init(&about, MANIFEST_BYTES);
    json_begin(&out, &about);
    json_put_value(&out, json_member(v, "about"));
    say_about(json_member(v, "about"), ret);
    return names_samples(dir, sampled, err) &&
           (json_count(files) == (sampled ? 4 : 2) ||
            FAIL(err, ERR_INPUT, "the manifest names other files than an export has")) &&
           check_file(dir, json_path(files, "0"), 0, &ret->requests, err) &&
           check_file(dir, json_path(files, "1"), 1, &csv, err) &&
           (!ret->requests || check_table(dir, json_path(files, "1"), err)) &&
           check_count(buf_str(&about), ret->requests, err) &&
           (!sampled ||
            (check_file(dir, json_path(files, "2"), 0, &csv, err) &&
             check_file(dir, json_path(files, "3"), 1, &csv, err) && check_sample(dir, v, err)));
}
