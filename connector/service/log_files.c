#include "service/log_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "io/io_file.h"

enum {
    PATH_BYTES = 4096,
    BUNDLE_BYTES = TLOG_WIDTH * (TLOG_ENTRY_BYTES + 2),
    TILE_BYTES = TLOG_WIDTH * SHA256_BYTES,
    READ_BYTES = BUNDLE_BYTES + 64 * 1024,
    ANCHOR_BYTES = 3 * TLOG_NOTE_BYTES, /* its end, with a whole note in it */
    ANCHOR_BYTES_MOST = 256 * ANCHOR_BYTES,
};

struct log_files {
    struct log_place place;
    const char *dir; /* of the place */
    struct tlog_verifiers own;
    int64_t anchored; /* entries in the last checkpoint of the anchor's file */
    struct tlog_hash anchored_root;
    struct tlog log;
    int64_t shown;     /* entries of the checkpoint that was in its place */
    struct buf bundle; /* of the last, unfinished bundle */
    struct tlog_hash last;
    struct buf note;
    struct err err; /* of a tile that could not be written */
    int lock;       /* of the directory; -1: none */
};

/* --- one file --- */

static bool path_of(const struct log_files *f, const char *name, char out[PATH_BYTES],
                    struct err *err)
{
    return snprintf(out, PATH_BYTES, "%s/%s", f->dir, name) < PATH_BYTES ||
           FAIL(err, ERR_CONFIG, "the path of '%s' is too long", name);
}

/* The folders above it, as far as they are not there. */
static bool make_folders(char *path, struct err *err)
{
    for (char *p = path + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        bool good = mkdir(path, 0777) == 0 || errno == EEXIST;
        if (!good)
            (void)FAIL(err, ERR_TEMPORARY, "cannot make '%s': %s", path, strerror(errno));
        *p = '/';
        if (!good)
            return false;
    }
    return true;
}

static bool write_file(const struct log_files *f, const char *name, struct str text,
                       struct err *err)
{
    char path[PATH_BYTES];

    return path_of(f, name, path, err) && make_folders(path, err) && file_replace(path, text, err);
}

static bool read_file(const struct log_files *f, struct arena *arena, const char *name,
                      struct str *ret, struct err *err)
{
    char path[PATH_BYTES];

    return path_of(f, name, path, err) && file_read(arena, path, BUNDLE_BYTES, ret, err);
}

/* --- opening --- */

static bool read_tile(struct log_files *f, struct arena *arena, int level, struct err *err)
{
    char name[TLOG_PATH_SIZE];
    int width = tlog_width(f->log.size, level);
    struct str text;

    if (!width)
        return true;
    tlog_path(name, level, tlog_index(f->log.size, level), width);
    if (!read_file(f, arena, name, &text, err))
        return false;
    if (text.len != (size_t)width * SHA256_BYTES)
        return FAIL(err, ERR_INPUT, "%s/%s has %zu bytes instead of %d", f->dir, name, text.len,
                    width * SHA256_BYTES);
    memcpy(f->log.hashes[level], text.p, text.len);
    return true;
}

/* The last hash of the leaves, which may be in a tile that is full. */
static bool read_last(struct log_files *f, struct arena *arena, struct err *err)
{
    char name[TLOG_PATH_SIZE];
    int width = tlog_width(f->log.size, 0);
    struct str text;

    if (width) {
        f->last = f->log.hashes[0][width - 1];
        return true;
    }
    tlog_path(name, 0, tlog_index(f->log.size, 0) - 1, TLOG_WIDTH);
    if (!read_file(f, arena, name, &text, err))
        return false;
    if (text.len != TILE_BYTES)
        return FAIL(err, ERR_INPUT, "%s/%s is not a whole tile", f->dir, name);
    memcpy(f->last.bytes, text.p + TILE_BYTES - SHA256_BYTES, SHA256_BYTES);
    return true;
}

static bool read_bundle(struct log_files *f, struct arena *arena, struct err *err)
{
    char name[TLOG_PATH_SIZE];
    int width = tlog_width(f->log.size, 0);
    struct str text;

    if (!width)
        return true;
    tlog_path(name, TLOG_ENTRIES, tlog_index(f->log.size, 0), width);
    return read_file(f, arena, name, &text, err) && buf_add_str(&f->bundle, text);
}

static bool read_back(struct log_files *f, struct arena *arena, struct err *err)
{
    struct tlog_checkpoint was;
    struct str note;

    if (!read_file(f, arena, "checkpoint", &note, err))
        return false;
    if (!tlog_note_read(note, &f->own, &was, err))
        return FAIL(err, ERR_INPUT,
                    "checkpoint in %s: %s; a key that was replaced goes on as previous_key until "
                    "the new one has signed, too",
                    f->dir, err->what);
    f->log.size = f->shown = was.size;
    for (int level = 0; level < TLOG_LEVELS; level++)
        if (!read_tile(f, arena, level, err))
            return false;
    struct tlog_hash root = tlog_root(&f->log);
    if (!tlog_same(&root, &was.root))
        return FAIL(err, ERR_INPUT, "the tiles in %s are not those of its checkpoint", f->dir);
    return !was.size || (read_last(f, arena, err) && read_bundle(f, arena, err));
}

static bool is_there(const struct log_files *f, const char *name)
{
    char path[PATH_BYTES];
    struct err err;

    return path_of(f, name, path, &err) && access(path, F_OK) == 0;
}

static bool knows(const struct tlog_verifiers *list, const struct tlog_verifier *one)
{
    for (size_t i = 0; i < list->count; i++)
        if (memcmp(list->of[i].public, one->public, SIGN_PUBLIC_BYTES) == 0)
            return true;
    return false;
}

/* The keys that sign, then those that are listed there already: old checkpoints are theirs. */
static bool write_verifiers(const struct log_files *f, struct arena *arena, struct err *err)
{
    struct tlog_verifiers all = f->own, listed = {0};
    struct str text = STR_NONE;
    struct err unread;
    AUTO(drop_buf) struct buf lines;

    if (read_file(f, arena, "verifier", &text, &unread) &&
        tlog_verifiers_read(text, &listed, &unread))
        for (size_t i = 0; i < listed.count && all.count < TLOG_KEYS_MAX; i++)
            if (str_eq(listed.of[i].origin, f->place.origin) && !knows(&all, &listed.of[i]))
                all.of[all.count++] = listed.of[i];
    buf_init(&lines, TLOG_KEYS_BYTES);
    for (size_t i = 0; i < all.count; i++) {
        tlog_verifier_write(&lines, all.of[i].origin, all.of[i].public);
        buf_add_byte(&lines, '\n');
    }
    return str_eq(buf_str(&lines), text) || write_file(f, "verifier", buf_str(&lines), err);
}

static void know_keys(struct log_files *f)
{
    f->own.count = f->place.key_count;
    for (size_t i = 0; i < f->own.count; i++) {
        f->own.of[i].origin = f->place.origin;
        sign_key_public(f->place.keys[i], f->own.of[i].public);
    }
}

/* --- the anchor's file --- */

/* A note as far as it goes: text, an empty line, and its signatures; others may follow it. */
static struct str whole_note(struct str rest)
{
    const char *end = memmem(rest.p, rest.len, "\n\n", 2);
    size_t len = end ? (size_t)(end - rest.p) + 2 : rest.len;

    while (str_starts(str_n(rest.p + len, rest.len - len), STR("\xe2\x80\x94 "))) {
        const char *line = memchr(rest.p + len, '\n', rest.len - len);
        len = line ? (size_t)(line - rest.p) + 1 : rest.len;
    }
    return str_n(rest.p, len);
}

/* The last note of ours in what is the end of a file; notes begin with their origin. False: none.
 */
static bool find_last(struct log_files *f, struct str end)
{
    struct tlog_checkpoint c;
    struct err err;

    for (size_t at = end.len; at-- > 0;) {
        struct str rest = str_n(end.p + at, end.len - at);
        if ((at && end.p[at - 1] != '\n') || !str_starts(rest, f->place.origin) ||
            !tlog_note_read(whole_note(rest), &f->own, &c, &err))
            continue;
        f->anchored = c.size;
        f->anchored_root = c.root;
        return true;
    }
    return false;
}

/* What the end of the file says, 0 entries where it has no note of ours; *ret_torn: it does not end
 * with a line. Others may have written behind us: then further back is looked, so far as is
 * bounded. */
static bool read_end(struct log_files *f, int fd, bool *ret_torn, struct err *err)
{
    struct stat there;
    bool found = false;
    ssize_t len = 0;

    f->anchored = 0;
    f->anchored_root = (struct tlog_hash){0};
    *ret_torn = false;
    if (fstat(fd, &there) != 0)
        there.st_size = 0;
    for (off_t room = ANCHOR_BYTES, from = 1; !found && from > 0 && room <= ANCHOR_BYTES_MOST;
         room *= 16) {
        char *end = malloc((size_t)room);
        if (!end)
            abort();
        from = there.st_size > room ? there.st_size - room : 0;
        len = pread(fd, end, (size_t)room, from);
        found = len <= 0 || find_last(f, str_n(end, (size_t)len));
        *ret_torn = len > 0 && end[len - 1] != '\n';
        free(end);
    }
    return len >= 0 ||
           FAIL(err, ERR_TEMPORARY, "cannot read '%s': %s", f->place.anchor, strerror(errno));
}

static bool read_anchor(struct log_files *f, struct err *err)
{
    int fd = f->place.anchor[0] ? open(f->place.anchor, O_RDONLY | O_CLOEXEC) : -1;
    bool is_torn;

    if (fd < 0) /* nothing was anchored yet */
        return !f->place.anchor[0] || errno == ENOENT ||
               FAIL(err, ERR_TEMPORARY, "cannot read '%s': %s", f->place.anchor, strerror(errno));
    bool good = read_end(f, fd, &is_torn, err);
    close(fd);
    return good;
}

/* Two that write one log would tear it: files are put in place under one name each. */
static bool lock_directory(struct log_files *f, struct err *err)
{
    char path[PATH_BYTES];

    if (!path_of(f, ".lock", path, err) || !make_folders(path, err))
        return false;
    f->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (f->lock < 0)
        return FAIL(err, ERR_TEMPORARY, "cannot write '%s': %s", path, strerror(errno));
    return flock(f->lock, LOCK_EX | LOCK_NB) == 0 ||
           FAIL(err, ERR_TEMPORARY, "another process writes %s now", f->dir);
}

bool log_files_open(const struct log_place *place, struct log_files **ret, struct err *err)
{
    struct log_files *f = calloc(1, sizeof *f);
    struct arena *arena = arena_new(READ_BYTES);

    if (!f)
        abort();
    f->lock = -1;
    f->place = *place;
    f->dir = place->dir;
    know_keys(f);
    buf_init(&f->bundle, BUNDLE_BYTES);
    buf_init(&f->note, TLOG_NOTE_BYTES);
    bool good = lock_directory(f, err) && read_anchor(f, err) &&
                (!is_there(f, "checkpoint") || read_back(f, arena, err)) &&
                write_verifiers(f, arena, err);
    arena_free(arena);
    if (good)
        *ret = f;
    else
        log_files_close(f);
    return good;
}

void log_files_close(struct log_files *f)
{
    if (!f)
        return;
    if (f->lock >= 0)
        close(f->lock); /* which unlocks it */
    buf_done(&f->bundle);
    buf_done(&f->note);
    free(f);
}

/* --- growing --- */

int64_t log_files_size(const struct log_files *f)
{
    return f->log.size;
}

struct tlog_hash log_files_root(const struct log_files *f)
{
    return tlog_root(&f->log);
}

bool log_files_ends_with(const struct log_files *f, struct str entry)
{
    struct tlog_hash leaf = tlog_leaf(entry);

    return !f->log.size || tlog_same(&leaf, &f->last);
}

static bool write_tile(void *arg, const struct tlog_tile *tile)
{
    struct log_files *f = arg;
    char name[TLOG_PATH_SIZE];

    tlog_path(name, tile->level, tile->index, tile->width);
    return write_file(
        f, name, str_n((const char *)tile->hashes, (size_t)tile->width * SHA256_BYTES), &f->err);
}

static bool write_bundle(struct log_files *f, int64_t index, int width, struct err *err)
{
    char name[TLOG_PATH_SIZE];

    tlog_path(name, TLOG_ENTRIES, index, width);
    return write_file(f, name, buf_str(&f->bundle), err);
}

bool log_files_add(struct log_files *f, struct str entry, struct err *err)
{
    int64_t index = tlog_index(f->log.size, 0);

    if (!tlog_bundle_add(&f->bundle, entry))
        return FAIL(err, ERR_INPUT, "entry %lld is longer than %d bytes",
                    (long long)f->log.size + 1, TLOG_ENTRY_BYTES);
    f->last = tlog_leaf(entry);
    if (!tlog_add(&f->log, &f->last, write_tile, f)) {
        *err = f->err;
        return false;
    }
    if (tlog_width(f->log.size, 0))
        return true;
    if (!write_bundle(f, index, TLOG_WIDTH, err))
        return false;
    buf_clear(&f->bundle);
    return true;
}

/* --- publishing --- */

/* Behind what is there, if that is still what it was when this was opened: replicas with
 * directories of their own share the file, and one may have slept, over a failover too, before it
 * came to this. */
static bool append(struct log_files *f, int fd, struct err *err)
{
    struct str note = buf_str(&f->note);
    int64_t before = f->anchored;
    bool is_torn;

    if (flock(fd, LOCK_EX) != 0 || !read_end(f, fd, &is_torn, err))
        return false;
    if (f->anchored != before)
        return FAIL(err, ERR_TEMPORARY,
                    "the anchor file is not what it was: another replica has published "
                    "meanwhile, or it was cut");
    return ((!is_torn || write(fd, "\n", 1) == 1) &&
            write(fd, note.p, note.len) == (ssize_t)note.len && fsync(fd) == 0) ||
           FAIL(err, ERR_TEMPORARY, "cannot append to '%s': %s", f->place.anchor, strerror(errno));
}

static bool anchor(struct log_files *f, struct err *err)
{
    const char *path = f->place.anchor;
    int fd = path[0] ? open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : -1;

    if (!path[0])
        return true;
    bool good = fd >= 0
                    ? append(f, fd, err)
                    : FAIL(err, ERR_TEMPORARY, "cannot append to '%s': %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return good;
}

bool log_files_sign(struct log_files *f, struct str *ret_note, struct err *err)
{
    struct tlog_hash root = tlog_root(&f->log);
    int width = tlog_width(f->log.size, 0);

    if (!tlog_unfinished(&f->log, write_tile, f)) {
        *err = f->err;
        return false;
    }
    if (width && !write_bundle(f, tlog_index(f->log.size, 0), width, err))
        return false;
    buf_clear(&f->note);
    if (!tlog_note_write(&f->note, f->place.origin, f->log.size, &root, f->place.keys,
                         f->place.key_count))
        return FAIL(err, ERR_BUG, "a checkpoint does not fit");
    *ret_note = buf_str(&f->note);
    return true;
}

/* Never through a link in its place: whoever may write here would have files of other folders
 * removed by us. */
static void remove_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *one;

    if (!dir) {
        if (fd >= 0)
            close(fd);
        return;
    }
    while ((one = readdir(dir)))
        if (one->d_name[0] != '.')
            (void)unlinkat(dirfd(dir), one->d_name, 0);
    closedir(dir);
    (void)rmdir(path);
}

/* Each checkpoint leaves partial tiles behind, of which only the last are of use: once a tile is
 * whole its beginnings may go, and whoever asks for one takes the whole tile (c2sp.org/tlog-tiles).
 * They go one tile later, so that who reads or copies the folder meanwhile has them. What cannot be
 * removed takes room, and nothing else. */
static void drop_partial(struct log_files *f)
{
    for (int level = TLOG_ENTRIES; level < TLOG_LEVELS; level++) {
        int64_t index = tlog_index(f->shown, level) - 2, end = tlog_index(f->log.size, level) - 1;
        for (index = index < 0 ? 0 : index; index < end; index++) {
            char name[TLOG_PATH_SIZE], path[PATH_BYTES];
            tlog_path(name, level, index, TLOG_WIDTH);
            if (snprintf(path, sizeof path, "%s/%s.p", f->dir, name) < PATH_BYTES)
                remove_folder(path);
        }
    }
    f->shown = f->log.size;
}

bool log_files_show(struct log_files *f, struct err *err)
{
    if (!anchor(f, err) || !write_file(f, "checkpoint", buf_str(&f->note), err))
        return false;
    drop_partial(f);
    return true;
}

int64_t log_files_anchored(const struct log_files *f, struct tlog_hash *ret_root)
{
    *ret_root = f->anchored_root;
    return f->anchored;
}
