#include "readers/csv_feed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/codecs.h"
#include "base/limits.h"
#include "readers/csv_match.h"
#include "readers/csv_past.h"
#include "readers/csv_rows.h"

enum { PIECE_BYTES = 64 * 1024, PATH_BYTES = 4096 };

/* What a manifest or a trailer says of the feed. */
struct told {
    bool has_rows, has_sha256, has_as_of;
    int64_t rows, as_of_ms;
    char sha256[SHA256_HEX_SIZE];
    char file[PATH_BYTES];
    const struct json *entitlements; /* that exist, held or not */
};

/* One pass. */
struct pass {
    struct csv_scan *scan;
    struct arena *arena;
    struct told told;
    struct csv_rows *rows;
    struct csv_columns columns;
    struct digest *digest;
    struct stat before;
    char path[PATH_BYTES], piece[PIECE_BYTES];
    bool has_header, has_trailer;
};

static bool trouble(struct csv_scan *s, const char *reason, const char *fmt, ...) PRINTF_LIKE(3, 4);
static bool trouble(struct csv_scan *s, const char *reason, const char *fmt, ...)
{
    va_list args;

    s->reason = reason;
    va_start(args, fmt);
    vsnprintf(s->why, sizeof s->why, fmt, args);
    va_end(args);
    return false;
}

/* A file that is none (a pipe, a device) would keep the thread for ever. */
static int open_file(struct csv_scan *s, const char *path, struct stat *ret)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd < 0) {
        bool hidden = errno == EACCES || errno == EPERM;
        trouble(s, hidden ? "RightsLost" : "FeedMissing", "cannot open '%s': %s", path,
                strerror(errno));
        return -1;
    }
    if (fstat(fd, ret) == 0 && S_ISREG(ret->st_mode))
        return fd;
    trouble(s, "FeedMissing", "'%s' is no file", path);
    close(fd);
    return -1;
}

static ssize_t read_piece(int fd, void *to, size_t size)
{
    ssize_t n;

    do
        n = read(fd, to, size);
    while (n < 0 && errno == EINTR);
    return n;
}

static int64_t mtime_ms(const struct stat *st)
{
    return (int64_t)st->st_mtim.tv_sec * 1000 + st->st_mtim.tv_nsec / 1000000;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* --- the manifest --- */

/* A plain name: the feed lies beside its manifest. */
static bool name_file(struct pass *p, struct str name)
{
    const char *manifest = p->scan->place->manifest;
    const char *slash = strrchr(manifest, '/');
    int folder = slash ? (int)(slash - manifest) + 1 : 0;

    if (!name.len || name.p[0] == '.' || str_find(name, '/') >= 0 ||
        snprintf(p->told.file, sizeof p->told.file, "%.*s%.*s", folder, manifest, STR_ARG(name)) >=
            (int)sizeof p->told.file)
        return trouble(p->scan, "BadManifest", "'file' must be the name of a file beside it");
    return true;
}

static bool take_manifest(struct pass *p, const struct json *m)
{
    struct csv_scan *s = p->scan;
    struct told *t = &p->told;
    struct str sha256 = json_str(json_member(m, "sha256")), file = json_str(json_member(m, "file"));
    struct str as_of = json_str(json_member(m, "as_of"));
    uint8_t bytes[SHA256_BYTES];

    t->has_sha256 = json_member(m, "sha256") != NULL;
    t->has_rows = json_member(m, "rows") != NULL;
    t->has_as_of = json_member(m, "as_of") != NULL;
    t->entitlements = json_member(m, "entitlements");
    if (t->has_sha256 && !hex_decode(sha256, bytes, sizeof bytes))
        return trouble(s, "BadManifest", "'sha256' must be 64 hexadecimal digits");
    if (t->has_sha256)
        hex_encode(bytes, sizeof bytes, t->sha256);
    if (t->has_rows && (!json_i64(json_member(m, "rows"), &t->rows) || t->rows < 0))
        return trouble(s, "BadManifest", "'rows' must be a number: of rows, without the header");
    if (!t->has_rows && !t->has_sha256)
        return trouble(s, "BadManifest", "it must have 'sha256', 'rows' or both");
    if (t->has_as_of && !clock_parse(as_of, &t->as_of_ms))
        return trouble(s, "BadAsOf", "'as_of' of the manifest must be a time as in RFC 3339");
    if (json_member(m, "file"))
        return name_file(p, file);
    return s->place->file ||
           trouble(s, "BadManifest", "'file' is missing, and the source has none");
}

static bool read_manifest(struct pass *p)
{
    struct csv_scan *s = p->scan;
    const struct json *m = NULL;
    struct stat st;
    struct err err = {0};
    size_t len = 0;
    ssize_t n = 0;

    int fd = open_file(s, s->place->manifest, &st);
    if (fd < 0)
        return false;
    char *text = arena_alloc(p->arena, CSV_MANIFEST_BYTES + 1);
    while (len <= CSV_MANIFEST_BYTES &&
           (n = read_piece(fd, text + len, CSV_MANIFEST_BYTES + 1 - len)) > 0)
        len += (size_t)n;
    close(fd);
    if (n < 0)
        return trouble(s, "FeedMissing", "cannot read '%s'", s->place->manifest);
    if (len > CSV_MANIFEST_BYTES)
        return trouble(s, "BadManifest", "it has more than %d bytes", CSV_MANIFEST_BYTES);
    if (!json_parse(p->arena, str_n(text, len), &m, &err))
        return trouble(s, "BadManifest", "it is no JSON: %s", err.what);
    if (json_type(m) != JSON_OBJECT)
        return trouble(s, "BadManifest", "it must be a JSON object");
    return take_manifest(p, m);
}

/* --- rows --- */

static bool take_header(struct pass *p)
{
    struct err err = {0};

    p->has_header = true;
    if (csv_columns_find(&p->columns, p->scan->place, p->rows->cells, p->rows->count, &err))
        return true;
    return trouble(p->scan, "FeedHeader", "line %lld: %s", (long long)p->rows->line, err.what);
}

/* The last row of a feed without a manifest: the word, how many rows came before, and as of when.
 */
static bool take_trailer(struct pass *p)
{
    struct csv_scan *s = p->scan;
    struct told *t = &p->told;

    p->has_trailer = t->has_rows = true;
    if (p->rows->count < 2 || !str_to_i64(str_trim(p->rows->cells[1]), &t->rows))
        return trouble(s, "FeedBroken", "line %lld: the trailer's second cell is no number of rows",
                       (long long)p->rows->line);
    struct str as_of = p->rows->count > 2 ? str_trim(p->rows->cells[2]) : STR_NONE;
    t->has_as_of = as_of.len > 0;
    if (t->has_as_of && !clock_parse(as_of, &t->as_of_ms))
        return trouble(s, "BadAsOf",
                       "line %lld: the trailer's third cell is no time as in RFC 3339",
                       (long long)p->rows->line);
    return true;
}

static bool take_row(struct pass *p)
{
    struct csv_scan *s = p->scan;
    const struct csv_rows *rows = p->rows;
    long long line = (long long)rows->line;

    if (p->has_trailer)
        return trouble(s, "FeedBroken", "line %lld: a row behind the trailer", line);
    if (rows->count == 1 && !rows->cells[0].len && p->columns.count > 1)
        return trouble(s, "FeedBroken", "line %lld: an empty line", line);
    if (!p->has_header)
        return take_header(p);
    if (s->place->trailer.len && str_eq(str_trim(rows->cells[0]), s->place->trailer))
        return take_trailer(p);
    if (rows->count != p->columns.count)
        return trouble(s, "FeedBroken", "line %lld: %zu cells, the header has %zu", line,
                       rows->count, p->columns.count);
    const char *fault = csv_match_row(s, &p->columns, rows->cells);
    if (fault)
        return trouble(s, "FeedBroken", "line %lld: %s", line, fault);
    s->rows++;
    return true;
}

static bool take_said(struct pass *p, enum csv_said said)
{
    if (said == CSV_ROW)
        return take_row(p);
    return said == CSV_MORE || trouble(p->scan, "FeedBroken", "line %lld: %s",
                                       (long long)p->rows->line, p->rows->fault);
}

static bool take_piece(struct pass *p, struct str piece)
{
    digest_add(p->digest, piece);
    while (piece.len) {
        if (!take_said(p, csv_take(p->rows, &piece)))
            return false;
    }
    return true;
}

static bool read_rows(struct pass *p, int fd)
{
    struct csv_scan *s = p->scan;

    for (;;) {
        if (atomic_load(s->stop))
            return trouble(s, "Closing", "the service stops");
        if (clock_mono_ms(s->clock) >= s->deadline_mono_ms)
            return trouble(s, "Timeout", "%lld rows were read in time", (long long)s->rows);
        ssize_t n = read_piece(fd, p->piece, sizeof p->piece);
        if (n < 0)
            return trouble(s, "FeedMissing", "cannot read '%s': %s", p->path, strerror(errno));
        if (n == 0)
            return take_said(p, csv_end(p->rows));
        if (!take_piece(p, str_n(p->piece, (size_t)n)))
            return false;
    }
}

/* --- is it whole, fresh, and not suddenly smaller? --- */

static bool check_whole(struct pass *p)
{
    const struct told *t = &p->told;
    struct csv_scan *s = p->scan;
    struct stat now;

    if (stat(p->path, &now) != 0 || !is_same(&p->before, &now))
        return trouble(s, "ChangedWhileReading", "'%s' is another file now", p->path);
    if (!p->has_header)
        return trouble(s, "FeedHeader", "line 1: there is no header");
    if (s->place->trailer.len && !p->has_trailer)
        return trouble(s, "FeedIncomplete", "no row begins with '%.*s'",
                       STR_ARG(s->place->trailer));
    if (t->has_rows && t->rows != s->rows)
        return trouble(s, "FeedIncomplete", "%lld rows, %lld were told", (long long)s->rows,
                       (long long)t->rows);
    if (t->has_sha256 && strcmp(t->sha256, s->sha256) != 0)
        return trouble(s, "FeedIncomplete", "its SHA-256 is %s, not %s", s->sha256, t->sha256);
    if (!t->has_sha256 && !p->rows->ended_line)
        return trouble(s, "FeedIncomplete", "line %lld: the last line has no end",
                       (long long)p->rows->line);
    return true;
}

/* A copy is no newer than its file, whatever it says of itself; nor from the future. */
static bool check_fresh(struct pass *p)
{
    const struct told *t = &p->told;
    struct csv_scan *s = p->scan;
    int64_t now_ms = clock_wall_ms(s->clock), written_ms = mtime_ms(&p->before);
    char text[CLOCK_TEXT_SIZE];

    if (!t->has_rows && !t->has_sha256 && now_ms - written_ms < CSV_QUIET_MS)
        return trouble(s, "ChangedWhileReading",
                       "it was written a moment ago, and perhaps still is");
    s->as_of_ms = t->has_as_of ? t->as_of_ms : written_ms;
    if (s->as_of_ms > now_ms + CSV_FUTURE_MS)
        return trouble(s, "BadAsOf", "it is as of %s, which is to come",
                       clock_rfc3339(s->as_of_ms, text));
    s->as_of_ms = s->as_of_ms < written_ms ? s->as_of_ms : written_ms;
    s->as_of_ms = s->as_of_ms < now_ms ? s->as_of_ms : now_ms;
    if (now_ms - s->as_of_ms > s->place->max_age_ms)
        return trouble(s, "FeedStale", "it is as of %s", clock_rfc3339(s->as_of_ms, text));
    return true;
}

static bool check_size(struct pass *p)
{
    struct csv_scan *s = p->scan;
    const struct csv_place *place = s->place;
    struct err err = {0};

    if (s->rows < place->min_rows)
        return trouble(s, "FeedShrunk", "%lld rows, min_rows is %lld", (long long)s->rows,
                       (long long)place->min_rows);
    if (!csv_past_load(s->past, place->state, &err))
        return trouble(s, "FeedStateLost", "%s %s", err.what, err.trail);
    /* by division: what is remembered was read from a file */
    if (s->past->known && s->rows < s->past->rows &&
        s->past->rows - s->rows > s->past->rows / 100 * place->max_drop_percent +
                                      s->past->rows % 100 * place->max_drop_percent / 100)
        return trouble(s, "FeedShrunk", "%lld rows after %lld, more than %lld %% fewer",
                       (long long)s->rows, (long long)s->past->rows,
                       (long long)place->max_drop_percent);
    return true;
}

static bool run(struct pass *p)
{
    struct csv_scan *s = p->scan;
    uint8_t sum[SHA256_BYTES];

    if (s->place->manifest && !read_manifest(p))
        return false;
    const char *path = p->told.file[0] ? p->told.file : s->place->file;
    (void)str_copy(p->path, sizeof p->path, str_of(path));
    int fd = open_file(s, p->path, &p->before);
    if (fd < 0)
        return false;
    p->digest = digest_new();
    csv_begin(p->rows, s->place->delimiter);
    bool read = read_rows(p, fd);
    close(fd);
    digest_end(p->digest, sum);
    hex_encode(sum, sizeof sum, s->sha256);
    return read && check_whole(p) && check_fresh(p) && check_size(p);
}

void csv_scan_run(struct csv_scan *s)
{
    struct pass *p = calloc(1, sizeof *p);
    struct err err = {0};

    if (!p)
        abort();
    p->scan = s;
    p->arena = arena_new(LIMIT_ARENA_VISIT);
    p->rows = malloc(sizeof *p->rows);
    if (!p->rows)
        abort();
    csv_match_begin(s);
    if (run(p)) {
        csv_match_named(s, p->told.entitlements);
        csv_match_end(s);
        if (s->questions[0].answer.outcome == OUTCOME_PRESENT &&
            !csv_past_keep(s->past, s->place->state, s->rows, s->sha256, &err))
            (void)str_copy(s->why, sizeof s->why, str_of(err.what)); /* it still holds in memory */
    }
    for (size_t i = 0; s->reason && i < s->count; i++)
        s->questions[i].answer = answer_unknown(s->reason);
    free(p->rows);
    arena_free(p->arena);
    free(p);
}
