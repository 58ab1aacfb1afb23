#include "service/log_files.h"

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
};

struct log_files {
    const char *dir;
    struct str origin;
    const struct sign_key *key;
    struct tlog log;
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
    struct tlog_verifier own = {.origin = f->origin};
    struct tlog_checkpoint was;
    struct str note;

    sign_key_public(f->key, own.public);
    if (!read_file(f, arena, "checkpoint", &note, err) || !tlog_note_read(note, &own, &was, err))
        return err_while(err, "reading the checkpoint in %s", f->dir);
    f->log.size = was.size;
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

static bool write_verifier(const struct log_files *f, struct err *err)
{
    uint8_t public[SIGN_PUBLIC_BYTES];
    AUTO(drop_buf) struct buf line;

    buf_init(&line, TLOG_KEY_BYTES);
    sign_key_public(f->key, public);
    tlog_verifier_write(&line, f->origin, public);
    buf_add_byte(&line, '\n');
    return write_file(f, "verifier", buf_str(&line), err);
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

bool log_files_open(const char *dir, struct str origin, const struct sign_key *key,
                    struct log_files **ret, struct err *err)
{
    struct log_files *f = calloc(1, sizeof *f);
    struct arena *arena = arena_new(READ_BYTES);

    if (!f)
        abort();
    f->lock = -1;
    f->dir = dir;
    f->origin = origin;
    f->key = key;
    buf_init(&f->bundle, BUNDLE_BYTES);
    buf_init(&f->note, TLOG_NOTE_BYTES);
    bool good = lock_directory(f, err) &&
                (is_there(f, "checkpoint") ? read_back(f, arena, err) : write_verifier(f, err));
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

static bool append(const char *path, struct str note, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    bool good = fd >= 0 && write(fd, note.p, note.len) == (ssize_t)note.len && fsync(fd) == 0;

    if (!good)
        (void)FAIL(err, ERR_TEMPORARY, "cannot append to '%s': %s", path, strerror(errno));
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
    if (!tlog_note_write(&f->note, f->origin, f->log.size, &root, f->key))
        return FAIL(err, ERR_BUG, "a checkpoint does not fit");
    *ret_note = buf_str(&f->note);
    return true;
}

bool log_files_show(struct log_files *f, const char *anchor, struct err *err)
{
    return (!anchor[0] || append(anchor, buf_str(&f->note), err)) &&
           write_file(f, "checkpoint", buf_str(&f->note), err);
}
