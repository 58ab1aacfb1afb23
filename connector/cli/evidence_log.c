#include "cli/evidence_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/io_file.h"

enum {
    PATH_BYTES = 4096,
    BUNDLE_BYTES = TLOG_WIDTH * (TLOG_ENTRY_BYTES + 2),
    ARENA_BYTES = BUNDLE_BYTES + 256 * 1024,
};

struct evidence_log {
    const char *dir;
    struct arena *arena; /* of checkpoint and key */
    struct arena *page;  /* of one file, or a few */
    struct str note;
    struct tlog_verifiers keys;
    char key_id[TLOG_KEY_ID_SIZE];
    struct tlog_checkpoint signed_one;
    struct tlog log;                         /* as derived */
    struct evidence_anchors *const *anchors; /* read beside it */
    size_t anchor_count;
    struct err err; /* of a tile */
    int64_t tile;   /* the one in `hashes`, + 1 */
    struct str hashes;
};

/* --- opening --- */

static bool read_named(const struct evidence_log *l, struct arena *arena, const char *name,
                       struct str *ret, struct err *err)
{
    char path[PATH_BYTES];

    if (snprintf(path, sizeof path, "%s/%s", l->dir, name) >= (int)sizeof path)
        return FAIL(err, ERR_INPUT, "the path of '%s' is too long", name);
    return file_read(arena, path, BUNDLE_BYTES, ret, err) ||
           FAIL(err, ERR_INPUT, "%s", err->what); /* it was given, not configured */
}

bool evidence_log_key(struct arena *arena, const char *key, struct tlog_verifiers *ret,
                      struct err *err)
{
    struct str text = str_of(key);

    if (strchr(key, '+'))
        return tlog_verifiers_read(text, ret, err) || FAIL(err, ERR_INPUT, "%s", err->what);
    if (!file_read(arena, key, TLOG_KEYS_BYTES, &text, err))
        return FAIL(err, ERR_INPUT, "%s", err->what); /* it was given, not configured */
    return tlog_verifiers_read(text, ret, err) || FAIL(err, ERR_INPUT, "%s: %s", key, err->what);
}

static bool read_key(struct evidence_log *l, const char *key, struct err *err)
{
    struct tlog_verifiers *ret = &l->keys;
    struct str text;

    if (key)
        return evidence_log_key(l->arena, key, ret, err);
    fprintf(stderr, "countersign: the key is taken from the log itself; that it is the right one "
                    "shows only one you have from elsewhere: --key\n");
    return read_named(l, l->arena, "verifier", &text, err) &&
           (tlog_verifiers_read(text, ret, err) ||
            FAIL(err, ERR_INPUT, "%s/verifier: %s", l->dir, err->what));
}

/* Somebody else's key signed it. Does the log itself list ours, as one that was replaced? Its list
 * is signed by nobody, so it explains, and decides nothing. */
static bool explain_key(struct evidence_log *l, struct err *err)
{
    struct tlog_verifiers listed = {0};
    struct str text;
    struct err unread;
    bool is_listed = false;

    if (!strstr(err->what, "has signed it, and not yours"))
        return false;
    if (read_named(l, l->arena, "verifier", &text, &unread) &&
        tlog_verifiers_read(text, &listed, &unread))
        for (size_t i = 0; i < listed.count; i++)
            is_listed |= memcmp(listed.of[i].public, l->keys.of[0].public, SIGN_PUBLIC_BYTES) == 0;
    return FAIL(err, ERR_INPUT, "checkpoint: %s: %s", err->what,
                is_listed ? "the key was replaced; have yourself given the new one, by another way "
                            "than this directory"
                          : "yours is a wrong key, or it is not the log that you were given the "
                            "key of");
}

bool evidence_log_open(const char *dir, const char *key, struct evidence_log **ret, struct err *err)
{
    struct evidence_log *l = calloc(1, sizeof *l);

    if (!l)
        abort();
    l->dir = dir;
    l->arena = arena_new(ARENA_BYTES);
    l->page = arena_new(ARENA_BYTES);
    if (read_key(l, key, err) && read_named(l, l->arena, "checkpoint", &l->note, err) &&
        (tlog_note_read(l->note, &l->keys, &l->signed_one, err) || explain_key(l, err))) {
        tlog_key_id(&l->keys.of[l->signed_one.signer], l->key_id);
        *ret = l;
        return true;
    }
    evidence_log_close(l);
    return false;
}

void evidence_log_close(struct evidence_log *l)
{
    if (!l)
        return;
    arena_free(l->arena);
    arena_free(l->page);
    free(l);
}

int64_t evidence_log_size(const struct evidence_log *l)
{
    return l->signed_one.size;
}

struct tlog_hash evidence_log_root(const struct evidence_log *l)
{
    return l->signed_one.root;
}

struct tlog_checkpoint evidence_log_checkpoint(const struct evidence_log *l)
{
    return l->signed_one;
}

struct str evidence_log_origin(const struct evidence_log *l)
{
    return l->signed_one.origin;
}

const char *evidence_log_key_id(const struct evidence_log *l)
{
    return l->key_id;
}

const struct tlog_verifiers *evidence_log_keys(const struct evidence_log *l)
{
    return &l->keys;
}

/* --- everything anew --- */

/* How wide the tile of that number is: the last of its level need not be full. */
static int width_of(const struct evidence_log *l, int level, int64_t index)
{
    return index < tlog_index(l->signed_one.size, level) ? TLOG_WIDTH
                                                         : tlog_width(l->signed_one.size, level);
}

static bool has_file(const struct evidence_log *l, const char *name)
{
    char path[PATH_BYTES];

    return snprintf(path, sizeof path, "%s/%s", l->dir, name) < (int)sizeof path &&
           access(path, F_OK) == 0;
}

/* So many hashes, or entries, of a tile that has more. */
static void cut_tile(struct str *tile, int level, int width)
{
    struct str rest = *tile, entry;
    bool torn;

    for (int i = 0; level < 0 && i < width; i++)
        if (!tlog_bundle_next(&rest, &entry, &torn))
            return;
    if (level < 0)
        tile->len -= rest.len;
    else if (tile->len == TLOG_WIDTH * SHA256_BYTES)
        tile->len = (size_t)width * SHA256_BYTES;
}

/* A partial tile may be gone once the whole one is there (c2sp.org/tlog-tiles): then it is the
 * beginning of that. */
static bool read_tile(struct evidence_log *l, int level, int64_t index, struct str *ret,
                      struct err *err)
{
    int width = width_of(l, level, index);
    char name[TLOG_PATH_SIZE], whole[TLOG_PATH_SIZE];

    tlog_path(name, level, index, width);
    tlog_path(whole, level, index, TLOG_WIDTH);
    bool is_gone = width < TLOG_WIDTH && !has_file(l, name) && has_file(l, whole);
    if (!read_named(l, l->page, is_gone ? whole : name, ret, err))
        return false;
    if (is_gone)
        cut_tile(ret, level, width);
    if (level >= 0 && ret->len != (size_t)width * SHA256_BYTES)
        return FAIL(err, ERR_INPUT, "%s has %zu bytes instead of %d: it was cut or added to", name,
                    ret->len, width * SHA256_BYTES);
    return true;
}

/* What was derived against what is kept. */
static bool same_tile(void *arg, const struct tlog_tile *tile)
{
    struct evidence_log *l = arg;
    struct str kept;
    char name[TLOG_PATH_SIZE];

    tlog_path(name, tile->level, tile->index, tile->width);
    if (!read_tile(l, tile->level, tile->index, &kept, &l->err))
        return false;
    for (int i = 0; i < tile->width; i++) {
        if (memcmp(kept.p + i * SHA256_BYTES, tile->hashes[i].bytes, SHA256_BYTES) == 0)
            continue;
        if (tile->level == 0)
            return FAIL(&l->err, ERR_INPUT,
                        "entry %lld: its text and its hash in %s do not fit: one was changed",
                        (long long)(tile->index * TLOG_WIDTH + i + 1), name);
        return FAIL(&l->err, ERR_INPUT, "hash %d of %s is not of the tiles below it", i + 1, name);
    }
    return true;
}

/* Entries say their own number, last of all: a log in another order, or of another chain, shows. */
static bool says_its_number(struct str entry, int64_t seq)
{
    static const char BEFORE[] = "\"seq\":";
    const char *p = entry.p + entry.len;

    if (entry.len < sizeof BEFORE + 1 || *--p != '}')
        return false;
    for (; seq; seq /= 10)
        if (p - entry.p < (ptrdiff_t)sizeof BEFORE || *--p != (char)('0' + seq % 10))
            return false;
    return memcmp(p - strlen(BEFORE), BEFORE, strlen(BEFORE)) == 0;
}

/* What was left elsewhere of just so many entries. */
static bool fits_anchors(const struct evidence_log *l, struct err *err)
{
    for (size_t i = 0; i < l->anchor_count; i++) {
        if (evidence_anchors_next(l->anchors[i]) != l->log.size)
            continue;
        struct tlog_hash root = tlog_root(&l->log);
        if (!evidence_anchors_fit(l->anchors[i], &root, err))
            return false;
    }
    return true;
}

static bool take_entry(struct evidence_log *l, const char *name, struct str entry, struct err *err)
{
    struct tlog_hash leaf = tlog_leaf(entry);

    if (!says_its_number(entry, l->log.size + 1))
        return FAIL(err, ERR_INPUT, "entry %lld in %s says another number of itself",
                    (long long)l->log.size + 1, name);
    if (!tlog_add(&l->log, &leaf, same_tile, l)) {
        *err = l->err;
        return false;
    }
    return fits_anchors(l, err);
}

static bool take_bundle(struct evidence_log *l, int64_t index, struct err *err)
{
    char name[TLOG_PATH_SIZE];
    int width = width_of(l, TLOG_ENTRIES, index), count = 0;
    struct str bundle, entry;
    bool torn;

    tlog_path(name, TLOG_ENTRIES, index, width);
    if (!read_tile(l, TLOG_ENTRIES, index, &bundle, err))
        return FAIL(err, ERR_INPUT, "entries %lld to %lld cannot be verified: %s",
                    (long long)(index * TLOG_WIDTH + 1), (long long)(index * TLOG_WIDTH + width),
                    err->what);
    while (tlog_bundle_next(&bundle, &entry, &torn))
        if (++count > width)
            break;
        else if (!take_entry(l, name, entry, err))
            return false;
    if (torn || count != width)
        return FAIL(err, ERR_INPUT, "%s holds %s%d entries instead of %d: it was cut or added to",
                    name, torn || count < width ? "" : "more than ", count > width ? width : count,
                    width);
    return true;
}

/* An anchor that says more than the log has. */
static bool is_whole(const struct evidence_log *l, struct err *err)
{
    for (size_t i = 0; i < l->anchor_count; i++) {
        int64_t next = evidence_anchors_next(l->anchors[i]);
        if (next != INT64_MAX)
            return FAIL(err, ERR_INPUT,
                        "%s has a checkpoint of %lld entries, and the log ends with entry %lld: "
                        "the end was cut off, or the log is an old copy",
                        evidence_anchors_path(l->anchors[i]), (long long)next,
                        (long long)l->log.size);
    }
    return true;
}

bool evidence_log_verify(struct evidence_log *l, struct evidence_anchors *const *anchors,
                         size_t anchor_count, struct err *err)
{
    int64_t bundles = (l->signed_one.size + TLOG_WIDTH - 1) / TLOG_WIDTH;

    l->log = (struct tlog){0};
    l->anchors = anchors;
    l->anchor_count = anchor_count;
    for (int64_t i = 0; i < bundles; i++) {
        arena_clear(l->page);
        if (!take_bundle(l, i, err))
            return false;
    }
    if (!tlog_unfinished(&l->log, same_tile, l)) {
        *err = l->err;
        return false;
    }
    struct tlog_hash root = tlog_root(&l->log);
    if (!tlog_same(&root, &l->signed_one.root))
        return FAIL(err, ERR_INPUT,
                    "the checkpoint is of other entries: their root is not the one that is signed");
    return is_whole(l, err);
}

/* --- one entry --- */

bool evidence_log_has(struct evidence_log *l, int64_t seq, struct str body, struct err *err)
{
    struct tlog_hash leaf = tlog_leaf(body);
    int64_t tile = (seq - 1) / TLOG_WIDTH;

    if (seq < 1 || seq > l->signed_one.size)
        return FAIL(err, ERR_INPUT, "the log ends with entry %lld", (long long)l->signed_one.size);
    if (l->tile != tile + 1) {
        arena_clear(l->page);
        l->tile = 0;
        if (!read_tile(l, 0, tile, &l->hashes, err))
            return false;
        l->tile = tile + 1;
    }
    return memcmp(l->hashes.p + (seq - 1) % TLOG_WIDTH * SHA256_BYTES, leaf.bytes, SHA256_BYTES) ==
               0 ||
           FAIL(err, ERR_INPUT, "its text is not what was published");
}

/* --- proofs --- */

struct reading {
    struct evidence_log *log;
    struct err *err;
};

static bool read_hash(void *arg, int level, int64_t index, struct tlog_hash *ret)
{
    struct reading *r = arg;
    struct str tile;

    if (!read_tile(r->log, level, index / TLOG_WIDTH, &tile, r->err))
        return false;
    memcpy(ret->bytes, tile.p + index % TLOG_WIDTH * SHA256_BYTES, SHA256_BYTES);
    return true;
}

bool evidence_log_prove(struct evidence_log *l, int64_t seq, struct tlog_proof *ret,
                        struct err *err)
{
    struct reading r = {l, err};

    if (seq < 1 || seq > l->signed_one.size)
        return FAIL(err, ERR_TEMPORARY, "entry %lld is not published yet: the log ends with %lld",
                    (long long)seq, (long long)l->signed_one.size);
    arena_clear(l->page);
    l->tile = 0;
    return tlog_prove(l->signed_one.size, seq - 1, read_hash, &r, ret);
}

struct str evidence_log_note(const struct evidence_log *l)
{
    return l->note;
}

/* --- one that says something --- */

static bool prove_entry(struct evidence_log *l, int64_t seq, const struct tlog_hash *leaf,
                        struct err *err)
{
    struct tlog_proof proof;

    return evidence_log_prove(l, seq, &proof, err) &&
           (tlog_proves(&proof, l->signed_one.size, seq - 1, leaf, &l->signed_one.root) ||
            FAIL(err, ERR_INPUT,
                 "entry %lld: the tiles do not lead from it to the root that is signed",
                 (long long)seq));
}

bool evidence_log_find(struct evidence_log *l, int64_t from, evidence_log_fn *fn, void *arg,
                       int64_t *ret, struct err *err)
{
    int64_t bundles = (l->signed_one.size + TLOG_WIDTH - 1) / TLOG_WIDTH;

    *ret = 0;
    for (int64_t i = (from - 1) / TLOG_WIDTH; i < bundles; i++) {
        struct str bundle, entry;
        int64_t seq = i * TLOG_WIDTH;
        bool torn;
        arena_clear(l->page);
        l->tile = 0;
        if (!read_tile(l, TLOG_ENTRIES, i, &bundle, err))
            return false;
        while (tlog_bundle_next(&bundle, &entry, &torn)) {
            if (++seq < from || !fn(arg, entry))
                continue;
            struct tlog_hash leaf = tlog_leaf(entry);
            *ret = seq;
            return prove_entry(l, seq, &leaf, err);
        }
    }
    return true;
}
