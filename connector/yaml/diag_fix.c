/* Nearest names, and the fixes that a machine may apply. */
#include "base/arena.h" /* AUTO */
#include "yaml/diag.h"

static bool same_letter(struct str a, size_t i, struct str b, size_t j)
{
    return str_eq_nocase(str_n(a.p + i, 1), str_n(b.p + j, 1));
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Letters changed, added, dropped or swapped with their neighbour that turn `a` into `b`; what is
 * farther than `most` may be said as most + 1. */
static size_t distance(struct str a, struct str b, size_t most)
{
    enum { LONGEST = 40 };
    size_t rows[3][LONGEST + 1];

    if (a.len > LONGEST || b.len > LONGEST ||
        (a.len > b.len ? a.len - b.len : b.len - a.len) > most)
        return most + 1;
    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            row[j] = least(least(above[j], row[j - 1]) + 1,
                           above[j - 1] + !same_letter(a, i - 1, b, j - 1));
            if (i > 1 && j > 1 && same_letter(a, i - 1, b, j - 2) &&
                same_letter(a, i - 2, b, j - 1))
                row[j] = least(row[j], above2[j - 2] + 1);
        }
    }
    return rows[a.len % 3][b.len];
}

size_t diag_candidates(struct str word, const char *const *known, const char **ret)
{
    size_t best = word.len < 5 ? 2 : 3; /* must be nearer than this */
    size_t n = 0;

    for (size_t i = 0; known[i]; i++) {
        size_t d = distance(word, str_of(known[i]), best);
        if (d < best) {
            best = d;
            n = 0;
        } else if (d > best || !n) {
            continue;
        }
        if (n < DIAG_SIMILAR_MAX)
            ret[n++] = known[i];
    }
    return n;
}

const char *diag_nearest(struct str word, const char *const *known)
{
    const char *names[DIAG_SIMILAR_MAX];

    return diag_candidates(word, known, names) ? names[0] : NULL;
}

/* --- fixes --- */

static struct diag *last_of(struct diag_list *list)
{
    return list->count && list->count <= DIAG_MAX ? &list->items[list->count - 1] : NULL;
}

void diag_fix(struct diag_list *list, struct diag_pos at, struct str with)
{
    struct diag *d = last_of(list);

    if (!d || at.line <= 0 || at.column <= 0 || at.width < 0 || with.len >= sizeof d->fix)
        return;
    d->fix_at = at;
    str_copy(d->fix, sizeof d->fix, with);
}

static bool is_plain(struct str word)
{
    static const char *const TRAPS[] = {"yes", "no",   "on",    "off", "y",
                                        "n",   "true", "false", "null"};

    for (size_t i = 0; i < sizeof TRAPS / sizeof TRAPS[0]; i++)
        if (str_eq_nocase(word, str_of(TRAPS[i])))
            return false;
    for (size_t i = 0; i < word.len; i++) {
        char c = word.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        bool inner = (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '@';
        if (!letter && !(i && inner))
            return false;
    }
    return word.len > 0;
}

/* What libyaml takes for the end of a line, or for the beginning of a text, beside '\n'. Bytes of
 * it; *ret: how it is escaped. */
static size_t line_end(struct str rest, const char **ret)
{
    static const struct {
        const char *bytes, *escaped;
    } ENDS[] = {{"\n", "\\n"},           {"\r", "\\r"},           {"\xc2\x85", "\\N"},
                {"\xe2\x80\xa8", "\\L"}, {"\xe2\x80\xa9", "\\P"}, {"\xef\xbb\xbf", "\\uFEFF"}};

    for (size_t i = 0; i < sizeof ENDS / sizeof ENDS[0]; i++) {
        *ret = ENDS[i].escaped;
        if (str_starts(rest, str_of(ENDS[i].bytes)))
            return str_of(ENDS[i].bytes).len;
    }
    return 0;
}

void diag_word(struct buf *out, struct str word, bool quoted)
{
    const char *escaped;

    if (!quoted && is_plain(word)) {
        buf_add_str(out, word);
        return;
    }
    buf_add_c(out, "\"");
    for (size_t i = 0; i < word.len; i++) {
        size_t ends = line_end(str_n(word.p + i, word.len - i), &escaped);
        if (ends) {
            buf_add_c(out, escaped);
            i += ends - 1;
            continue;
        }
        if (word.p[i] == '"' || word.p[i] == '\\')
            buf_add_byte(out, '\\');
        buf_add_byte(out, word.p[i]);
    }
    buf_add_c(out, "\"");
}

/* Byte where a place begins; SIZE_MAX: not in this text. Columns are characters. */
static size_t byte_at(struct str text, int line, int column)
{
    size_t i = 0;

    for (int n = 1; n < line; n++) {
        while (i < text.len && text.p[i] != '\n')
            i++;
        if (i++ >= text.len)
            return SIZE_MAX;
    }
    for (int n = 1; n < column; n++) {
        if (i >= text.len || text.p[i] == '\n')
            return SIZE_MAX;
        i++;
        while (i < text.len && ((unsigned char)text.p[i] & 0xC0) == 0x80)
            i++;
    }
    return i;
}

void diag_similar(struct diag_list *list, struct diag_pos pos, struct str word,
                  const char *const *known, const char *otherwise)
{
    AUTO(drop_buf) struct buf b;
    const char *names[DIAG_SIMILAR_MAX];
    size_t n = diag_candidates(word, known, names);
    size_t at = byte_at(list->text, pos.line, pos.column);

    if (!n) {
        diag_help(list, "%s", otherwise);
        return;
    }
    diag_help(list, "%s: %s%s%s%s%s", n == 1 ? "a similar name exists" : "similar names exist",
              names[0], n > 1 ? ", " : "", n > 1 ? names[1] : "", n > 2 ? ", " : "",
              n > 2 ? names[2] : "");
    if (n > 1 || !pos.width || at >= list->text.len)
        return;
    buf_init(&b, sizeof list->items[0].fix);
    diag_word(&b, str_of(names[0]), list->text.p[at] == '"' || list->text.p[at] == '\'');
    diag_fix(list, pos, buf_str(&b));
}

struct edit {
    size_t from, to;
    const char *with;
};

static bool edit_of(const struct diag_list *list, const struct diag *d, struct edit *ret)
{
    if (!d->fix_at.line)
        return false;
    ret->from = byte_at(list->text, d->fix_at.line, d->fix_at.column);
    ret->to = byte_at(list->text, d->fix_at.line, d->fix_at.column + d->fix_at.width);
    ret->with = d->fix;
    return ret->from != SIZE_MAX && ret->to != SIZE_MAX;
}

size_t diag_apply(const struct diag_list *list, struct buf *out)
{
    struct edit edits[DIAG_MAX];
    size_t n = 0, done = 0, at = 0;

    for (size_t i = 0; i < list->count && i < DIAG_MAX; i++) {
        struct edit e;
        if (!edit_of(list, &list->items[i], &e))
            continue;
        size_t k = n++;
        for (; k && edits[k - 1].from > e.from; k--)
            edits[k] = edits[k - 1];
        edits[k] = e;
    }
    for (size_t i = 0; i < n; i++) {
        if (edits[i].from < at || (i && edits[i].from == edits[i - 1].from))
            continue;
        buf_add_str(out, str_n(list->text.p + at, edits[i].from - at));
        buf_add_c(out, edits[i].with);
        at = edits[i].to;
        done++;
    }
    buf_add_str(out, str_n(list->text.p + at, list->text.len - at));
    return done;
}
