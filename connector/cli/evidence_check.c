#include "cli/evidence_check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/codecs.h"
#include "base/limits.h"
#include "cli/evidence_end.h"
#include "cli/evidence_line.h"
#include "cli/lines.h"
#include "domain/evidence.h"
#include "domain/publish.h"
#include "io/io_file.h"
#include "tlog/tlog_range.h"

enum { TEXT_BYTES = 4096 };

/* An export on its way through the verifier. */
struct check {
    struct evidence_checked *ret;
    struct evidence_chain chain;
    struct evidence_log *log;       /* what was published of the same chain, or NULL */
    struct tlog_range tree;         /* of the entries that are signed, as the export has them */
    struct tlog_checkpoint brought; /* beside a log: the one in its last line; size 0: none */
    bool brought_fits;              /* it is of the export's own first entries */
    struct evidence_gaps *gaps;
    struct arena *arena; /* of a line */
    struct buf body;     /* of its entry */
    struct buf room;
    struct err *err;
};

static bool fail(struct check *c, const char *why)
{
    return FAIL(c->err, ERR_INPUT, "%s", why);
}

/* The tree has grown: so far as what was published when it was exported? */
static void compare_brought(struct check *c)
{
    if (!c->brought.size || c->tree.end != c->brought.size)
        return;
    struct tlog_hash root = tlog_range_root(&c->tree);
    c->brought_fits = tlog_same(&root, &c->brought.root);
}

/* The tiles name the place; the root that is signed is what counts (check_signed). */
static bool check_published(struct check *c, int64_t seq, struct str body)
{
    if (seq > c->ret->held.size)
        return true;
    struct str text = publish_text(body, seq, &c->room);
    struct tlog_hash leaf = tlog_leaf(text);
    tlog_range_add(&c->tree, &leaf);
    compare_brought(c);
    return !c->log || evidence_log_has(c->log, seq, text, c->err);
}

/* Entries that were retained away: what is left of them has to fit, their file has the rest, and
 * that it was so says an entry (evidence_gaps_check). */
static bool check_retained(struct check *c, const struct evidence_line *line)
{
    uint8_t tree[TLOG_RANGE_NODES * TLOG_NODE_BYTES];
    const struct json *v = line->gap;
    struct str hex = json_path_str(v, "tree");
    struct tlog_range range;
    int64_t first, last, signed_size = c->ret->held.size;

    if (!json_i64(json_member(v, "first"), &first) || !json_i64(json_member(v, "last"), &last) ||
        first < 1 || last < first || last > TLOG_SIZE_MAX || hex.len / 2 > sizeof tree ||
        !hex_decode(hex, tree, hex.len / 2) ||
        !tlog_range_read(str_n((const char *)tree, hex.len / 2), first - 1, last, &range))
        return fail(c, "it is not an evidence entry");
    enum evidence_fault fault = evidence_skip(&c->chain, first, last, line->prev, line->hash);
    if (fault != EVIDENCE_OK)
        return fail(c, evidence_fault_text(fault));
    if (!evidence_gaps_add(c->gaps, v, first, last))
        return fail(c, "it is not an evidence entry");
    c->ret->retained += last - first + 1;
    if (signed_size && last > signed_size)
        return fail(c, "more is retained away than was published");
    if (signed_size && !tlog_range_join(&c->tree, &range))
        return fail(c, "it does not fit into the tree");
    compare_brought(c);
    return true;
}

static bool check_line(struct check *c, struct str text)
{
    struct evidence_line line;
    struct err unread = {0};

    arena_clear(c->arena);
    if (!evidence_line_read(c->arena, &c->body, str_trim(text), &line, &unread))
        return !str_ends(text, STR("\n")) ? fail(c, "it breaks off: the rest was cut off")
               : c->ret->line == 1
                   ? fail(c, "it is neither an evidence entry nor the beginning of a pack or of a "
                             "manifest")
                   : fail(c, "it is not an evidence entry");
    if (line.gap)
        return check_retained(c, &line);
    struct evidence_chain before = c->chain;
    enum evidence_fault fault =
        evidence_check(&c->chain, line.seq, line.prev, line.body, line.hash);
    if (fault != EVIDENCE_OK)
        return fail(c, evidence_fault_text(fault));
    const char *why = evidence_line_fault(c->arena, &line);
    if (!why && !evidence_gaps_hear(c->gaps, c->arena, &line))
        why = "it is not an evidence entry";
    if (why ? fail(c, why) : check_published(c, line.seq, line.body))
        return true;
    c->chain = before; /* those before it verify */
    return false;
}

static bool check_lines(struct check *c, FILE *f)
{
    struct lines lines;
    struct str line;
    bool good = true, fits;

    lines_begin(&lines, f, EVIDENCE_LINE_BYTES);
    while (good && lines_next(&lines, &line, &fits)) {
        c->ret->line++;
        bool is_end = evidence_end_is(str_trim(line));
        if (c->ret->is_whole)
            good = fail(c, "it stands behind the end of the export");
        else if (!fits)
            good = fail(c, "it is too long");
        else if (is_end) {
            const char *why = evidence_end_fault(str_trim(line), &c->chain);
            good = !why || fail(c, why);
        } else {
            good = check_line(c, line);
        }
        c->ret->is_whole = is_end;
    }
    lines_end(&lines);
    return good && (c->ret->line || fail(c, "there is nothing in it"));
}

/* All lines are read: is it all that was signed, and nothing else? */
static bool check_signed(struct check *c)
{
    struct tlog_hash root = tlog_range_root(&c->tree);
    const struct tlog_checkpoint *held = &c->ret->held;

    if (!held->size || tlog_same(&root, &held->root))
        return true;
    if (c->chain.seq < held->size && c->ret->is_whole && c->brought_fits)
        return FAIL(c->err, ERR_INPUT,
                    "it ends with entry %lld, as it says itself and was signed up to %lld, and "
                    "%lld are published by now: it is older than the log; one that is exported "
                    "now has to have them all, or its database has lost its end",
                    (long long)c->chain.seq, (long long)c->brought.size, (long long)held->size);
    if (c->chain.seq < held->size)
        return FAIL(c->err, ERR_INPUT,
                    "it ends with entry %lld, and %lld were published: the end was cut off",
                    (long long)c->chain.seq, (long long)held->size);
    if (c->log)
        return fail(c, "it is of other entries than those that were signed, and so are the tiles "
                       "of the log: their root is another");
    return FAIL(c->err, ERR_INPUT,
                "its checkpoint is of other entries: one of 1 to %lld was changed since they were "
                "signed; with --log DIRECTORY it is named",
                (long long)held->size);
}

/* What was published when it was exported, if that was signed by a key of the log. */
static void know_brought(struct check *c, FILE *f, struct arena *arena)
{
    struct err unread = {0};
    struct str note;

    if (!evidence_end_note(f, arena, &note) ||
        !tlog_note_read(note, evidence_log_keys(c->log), &c->brought, &unread))
        c->brought.size = 0;
}

/* What it is held to: the checkpoint of a log, or the one in its own last line. */
static bool know_signed(struct check *c, const struct tlog_verifiers *keys, FILE *f,
                        struct arena *arena)
{
    struct evidence_checked *ret = c->ret;
    struct str note;

    if (c->log) {
        ret->held = evidence_log_checkpoint(c->log);
        ret->signer = &evidence_log_keys(c->log)->of[ret->held.signer];
        know_brought(c, f, arena);
        return true;
    }
    if (!keys)
        return true;
    if (!evidence_end_note(f, arena, &note))
        return fail(c, "nothing in it is signed that a key could be held to: it is one of before, "
                       "or its end was cut off; with --log DIRECTORY it is held to all that was "
                       "published");
    if (!tlog_note_read(note, keys, &ret->held, c->err)) {
        ret->held.size = 0;
        return FAIL(c->err, ERR_INPUT, "the checkpoint in its last line: %s", c->err->what);
    }
    ret->signer = &keys->of[ret->held.signer];
    return true;
}

/* Line by line first: what names the place of damage comes before what does not. */
static bool check_all(struct check *c, const struct tlog_verifiers *keys, FILE *f,
                      struct arena *arena)
{
    struct err *err = c->err, unsigned_err = {0};

    c->err = &unsigned_err;
    bool is_signed = know_signed(c, keys, f, arena);
    c->err = err;
    bool good = check_lines(c, f);
    c->ret->entries = c->chain.seq - c->ret->retained;
    hex_encode(c->chain.hash, sizeof c->chain.hash, c->ret->head);
    if (!good)
        return false;
    c->ret->line = 0;
    if (!evidence_gaps_check(c->gaps, err))
        return false;
    if (!is_signed)
        *err = unsigned_err;
    return is_signed && check_signed(c);
}

bool evidence_export_verify(const char *path, struct evidence_log *log,
                            const struct tlog_verifiers *keys, struct arena *arena,
                            struct evidence_checked *ret, struct err *err)
{
    struct check c = {.ret = ret, .log = log, .err = err};
    FILE *f = file_open(path);

    *ret = (struct evidence_checked){0};
    if (!f)
        return FAIL(err, ERR_INPUT, "cannot open '%s': %s", path, strerror(errno));
    evidence_start(&c.chain);
    c.gaps = evidence_gaps_new();
    c.arena = arena_new(LIMIT_ARENA_VISIT);
    buf_init(&c.body, EVIDENCE_LINE_BYTES);
    buf_init(&c.room, TEXT_BYTES);
    bool good = check_all(&c, keys, f, arena);
    fclose(f);
    evidence_gaps_free(c.gaps);
    arena_free(c.arena);
    buf_done(&c.body);
    buf_done(&c.room);
    return good;
}
