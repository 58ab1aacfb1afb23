#include "cli/evidence_anchors.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/stamp.h"
#include "cli/lines.h"
#include "io/io_file.h"
#include "json/json_read.h"

enum {
    PATH_BYTES = 4096,
    CA_BYTES = 1024 * 1024,
    ARENA_BYTES = 4 * 1024 * 1024,
    ISSUE_BYTES = 64 * 1024, /* a property has 32 KB at the most */
};

static const char DASH[] = "\xe2\x80\x94 ";

struct evidence_anchors {
    const char *path;
    const struct tlog_verifiers *keys;
    struct str origin;
    struct arena *arena; /* of what is read once */
    /* a file: where it stands, and a line that was read already and is of the next one */
    FILE *file;
    struct lines lines;
    struct str ahead; /* empty: none is */
    int64_t line_number, note_line;
    /* a directory: sizes in their order */
    int64_t *sizes;
    size_t size_count, size_at;
    struct stamp_trust *trust;
    /* the next */
    struct buf note;
    int64_t size, before; /* before: of the last one that fitted */
    struct tlog_hash root;
    int64_t stamped_ms, last_stamped_ms, count;
};

/* --- the next one --- */

/* The error, with its place before it. */
static bool faulty(const struct evidence_anchors *a, struct err *err)
{
    if (a->file)
        return FAIL(err, ERR_INPUT, "%s, line %lld: %s", a->path, (long long)a->note_line,
                    err->what);
    return FAIL(err, ERR_INPUT, "%s: %s", a->path, err->what);
}

/* One that is too long to be of a note is read as an empty one: whoever may only add to the file
 * hides nothing that comes behind it, and fills no memory. Empty: there are no more. */
static struct str next_line(struct evidence_anchors *a)
{
    struct str line;
    bool more, fits, was_long = false;

    a->line_number++;
    while ((more = lines_next(&a->lines, &line, &fits)) && !fits)
        was_long = true;
    if (!more && !was_long)
        return STR_NONE;
    return was_long ? STR("\n") : line;
}

/* The lines of one note, up to a line that is of the next. False: there is none. */
static bool read_lines(struct evidence_anchors *a)
{
    bool in_signatures = false;

    buf_clear(&a->note);
    for (;;) {
        struct str line = a->ahead.len ? a->ahead : next_line(a);
        a->ahead = line;
        if (!line.len)
            break;
        bool is_signature = str_starts(line, str_of(DASH));
        if (in_signatures && !is_signature)
            break;
        if (str_eq(str_trim(line), a->origin)) /* another begins, whatever was torn before it */
            buf_clear(&a->note);
        if (!a->note.len)
            a->note_line = a->line_number;
        in_signatures |= is_signature;
        if (!buf_add_str(&a->note, line))
            break;
        a->ahead = STR_NONE;
    }
    return a->note.len;
}

static bool read_stamped(struct evidence_anchors *a, struct err *err)
{
    char path[PATH_BYTES];
    struct str text, reply;
    uint8_t digest[SHA256_BYTES];
    long long size = (long long)a->sizes[a->size_at++];

    arena_clear(a->arena);
    buf_clear(&a->note);
    snprintf(path, sizeof path, "%s/%lld.note", a->path, size);
    if (!file_read(a->arena, path, TLOG_NOTE_BYTES, &text, err))
        return false;
    snprintf(path, sizeof path, "%s/%lld.tsr", a->path, size);
    digest_sha256(text, digest);
    return buf_add_str(&a->note, text) && file_read(a->arena, path, STAMP_BYTES_MAX, &reply, err) &&
           (stamp_check(reply, digest, 0, a->trust, &a->stamped_ms, err) ||
            FAIL(err, ERR_INPUT, "%s: %s", path, err->what));
}

/* *ret_more false: there is none. */
static bool read_note(struct evidence_anchors *a, bool *ret_more, struct err *err)
{
    *ret_more = a->file ? read_lines(a) : a->size_at < a->size_count;
    return !*ret_more || a->file || read_stamped(a, err);
}

/* Of ours? The text is not believed before its signature is. */
static bool is_of_log(const struct evidence_anchors *a)
{
    struct str text = buf_str(&a->note);
    return str_eq(str_cut(&text, '\n'), a->origin);
}

static bool advance(struct evidence_anchors *a, struct err *err)
{
    struct tlog_checkpoint c;
    bool more;

    do {
        if (!read_note(a, &more, err))
            return false;
    } while (more && !is_of_log(a));
    a->size = INT64_MAX;
    if (!more)
        return true;
    if (!tlog_note_read(buf_str(&a->note), a->keys, &c, err))
        return faulty(a, err);
    if (c.size < a->before) {
        (void)FAIL(err, ERR_INPUT, "it goes back from %lld entries to %lld: it was changed",
                   (long long)a->before, (long long)c.size);
        return faulty(a, err);
    }
    a->size = c.size;
    a->root = c.root;
    return true;
}

/* --- opening --- */

static int by_size(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return (a > b) - (a < b);
}

static bool list_stamps(struct evidence_anchors *a, struct err *err)
{
    DIR *dir = opendir(a->path);
    const struct dirent *one;
    size_t cap = 0;

    if (!dir)
        return FAIL(err, ERR_INPUT, "cannot read '%s'", a->path);
    while ((one = readdir(dir))) {
        struct str name = str_of(one->d_name);
        int64_t size;
        if (!str_ends(name, STR(".note")) || !str_to_i64(str_n(name.p, name.len - 5), &size))
            continue;
        if (a->size_count == cap) {
            cap = cap ? 2 * cap : 64;
            a->sizes = realloc(a->sizes, cap * sizeof *a->sizes);
            if (!a->sizes)
                abort();
        }
        a->sizes[a->size_count++] = size;
    }
    closedir(dir);
    if (a->size_count)
        qsort(a->sizes, a->size_count, sizeof *a->sizes, by_size);
    return true;
}

static bool read_trust(struct arena *arena, const char *tsa, struct stamp_trust **ret,
                       struct err *err)
{
    struct str pem;

    if (!file_read(arena, tsa, CA_BYTES, &pem, err))
        return FAIL(err, ERR_INPUT, "%s", err->what);
    return stamp_trust_read(pem, ret, err) || FAIL(err, ERR_INPUT, "%s: %s", tsa, err->what);
}

bool evidence_anchors_tsa(struct arena *arena, const char *tsa, struct err *err)
{
    struct stamp_trust *trust = NULL;
    bool good = read_trust(arena, tsa, &trust, err);

    stamp_trust_free(trust);
    return good;
}

static bool open_stamps(struct evidence_anchors *a, const char *tsa, struct err *err)
{
    if (!tsa)
        return FAIL(err, ERR_INPUT,
                    "'%s' holds time stamps: name the authority's certificates with --tsa",
                    a->path);
    return read_trust(a->arena, tsa, &a->trust, err) && list_stamps(a, err);
}

/* A property as Jira gives it ({"key","value":{"checkpoint"}}), or its value. */
static bool open_issue(struct evidence_anchors *a, struct err *err)
{
    const struct json *v;
    struct str text;

    if (!file_read(a->arena, a->path, ISSUE_BYTES, &text, err) ||
        !json_parse(a->arena, text, &v, err))
        return FAIL(err, ERR_INPUT, "%s: %s", a->path, err->what);
    struct str note = json_path_str(v, "value/checkpoint");
    if (!note.len)
        note = json_path_str(v, "checkpoint");
    fclose(a->file);
    a->file = note.len ? fmemopen((void *)(uintptr_t)note.p, note.len, "r") : NULL;
    return a->file || FAIL(err, ERR_INPUT, "'%s' holds no checkpoint", a->path);
}

static bool open_path(struct evidence_anchors *a, const char *tsa, struct err *err)
{
    struct stat there;

    if (stat(a->path, &there) != 0)
        return FAIL(err, ERR_INPUT, "there is no '%s'", a->path);
    if (S_ISDIR(there.st_mode))
        return open_stamps(a, tsa, err);
    a->file = file_open(a->path);
    if (!a->file)
        return FAIL(err, ERR_INPUT, "cannot read '%s': it is no file", a->path);
    int first = getc(a->file);
    rewind(a->file);
    if (first == '{' && !open_issue(a, err))
        return false;
    lines_begin(&a->lines, a->file, TLOG_NOTE_BYTES);
    return true;
}

bool evidence_anchors_open(const char *path, const char *tsa, const struct tlog_verifiers *keys,
                           struct str origin, struct evidence_anchors **ret, struct err *err)
{
    struct evidence_anchors *a = calloc(1, sizeof *a);

    if (!a)
        abort();
    a->path = path;
    a->keys = keys;
    a->origin = origin;
    a->arena = arena_new(ARENA_BYTES);
    buf_init(&a->note, TLOG_NOTE_BYTES);
    bool good = open_path(a, tsa, err) && advance(a, err);
    if (good && a->size == INT64_MAX)
        good = FAIL(err, ERR_INPUT, "'%s' holds no checkpoint of %.*s", path, STR_ARG(origin));
    if (good)
        *ret = a;
    else
        evidence_anchors_close(a);
    return good;
}

void evidence_anchors_close(struct evidence_anchors *a)
{
    if (!a)
        return;
    if (a->file)
        fclose(a->file);
    stamp_trust_free(a->trust);
    buf_done(&a->note);
    arena_free(a->arena);
    lines_end(&a->lines);
    free(a->sizes);
    free(a);
}

/* --- beside the log --- */

int64_t evidence_anchors_next(const struct evidence_anchors *a)
{
    return a->size;
}

bool evidence_anchors_fit(struct evidence_anchors *a, const struct tlog_hash *root, struct err *err)
{
    int64_t size = a->size;

    while (a->size == size) {
        if (!tlog_same(&a->root, root)) {
            (void)FAIL(err, ERR_INPUT,
                       "the checkpoint of %lld entries that was left there is of other entries: "
                       "one of %lld to %lld was changed since",
                       (long long)size, (long long)a->before + 1, (long long)size);
            return faulty(a, err);
        }
        a->count++;
        a->last_stamped_ms = a->stamped_ms;
        if (!advance(a, err))
            return false;
    }
    a->before = size;
    return true;
}

int64_t evidence_anchors_count(const struct evidence_anchors *a, int64_t *ret_stamped_ms)
{
    *ret_stamped_ms = a->last_stamped_ms;
    return a->count;
}

const char *evidence_anchors_path(const struct evidence_anchors *a)
{
    return a->path;
}
