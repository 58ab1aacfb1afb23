#include "json/json_canonical.h"

#include <endian.h>
#include <string.h>

#include "base/limits.h"

enum { DEPTH_MAX = 16, DIGITS_MAX = 19 };

struct walk {
    const char *p, *end;
    char *out; /* where strings are written that have escapes; NULL: nowhere */
};

static bool take(struct walk *w, char c)
{
    if (w->p == w->end || *w->p != c)
        return false;
    w->p++;
    return true;
}

static bool take_word(struct walk *w, struct str word)
{
    if (!str_starts(str_n(w->p, (size_t)(w->end - w->p)), word))
        return false;
    w->p += word.len;
    return true;
}

/* The lowest bit that is set here is the highest of the first of eight bytes that is zero. */
static uint64_t zeros(uint64_t v)
{
    return (v - 0x0101010101010101u) & ~v & 0x8080808080808080u;
}

/* The eight bytes at p; how many of them stand for themselves in a string. */
static inline size_t plain_bytes(const char *p, uint64_t *ret)
{
    const uint64_t QUOTES = 0x2222222222222222u, ESCAPES = 0x5C5C5C5C5C5C5C5Cu,
                   CONTROLS = 0xE0E0E0E0E0E0E0E0u;

    memcpy(ret, p, sizeof *ret);
    uint64_t v = le64toh(*ret);
    uint64_t found = zeros(v ^ QUOTES) | zeros(v ^ ESCAPES) | zeros(v & CONTROLS);
    return found ? (size_t)__builtin_ctzll(found) / 8 : sizeof v;
}

static bool is_plain(char c)
{
    return c != '"' && c != '\\' && (unsigned char)c >= 0x20;
}

/* Past what stands for itself: eight bytes at a time, for most of a text does. */
static void pass_plain(struct walk *w)
{
    uint64_t eight;
    size_t plain = sizeof eight;

    while (plain == sizeof eight && w->end - w->p >= (ptrdiff_t)sizeof eight)
        w->p += plain = plain_bytes(w->p, &eight);
    if (plain == sizeof eight)
        while (w->p < w->end && is_plain(*w->p))
            w->p++;
}

/* The same, written to `out`, which has room for eight bytes more than the text. */
static char *copy_plain(struct walk *w, char *out)
{
    uint64_t eight;
    size_t plain = sizeof eight;

    while (plain == sizeof eight && w->end - w->p >= (ptrdiff_t)sizeof eight) {
        plain = plain_bytes(w->p, &eight);
        memcpy(out, &eight, sizeof eight);
        w->p += plain;
        out += plain;
    }
    if (plain == sizeof eight)
        while (w->p < w->end && is_plain(*w->p))
            *out++ = *w->p++;
    return out;
}

/* Four digits: a control character that has no letter of its own. */
static char control(struct walk *w)
{
    static const char HEX[] = "0123456789abcdef";

    if (w->end - w->p < 4 || memcmp(w->p, "00", 2) != 0 || (w->p[2] != '0' && w->p[2] != '1'))
        return '\0';
    const char *low = memchr(HEX, w->p[3], 16);
    char c = low ? (char)((w->p[2] - '0') << 4 | (low - HEX)) : '\0';
    w->p += 4;
    return memchr("\b\f\n\r\t", c, 5) ? '\0' : c;
}

/* What stands behind a backslash; '\0': nothing that is written by us. */
static char escape(struct walk *w)
{
    if (w->p == w->end)
        return '\0';
    switch (*w->p++) {
    case '"':
        return '"';
    case '\\':
        return '\\';
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'u':
        return control(w);
    default:
        return '\0';
    }
}

static bool pass_string(struct walk *w)
{
    if (!take(w, '"'))
        return false;
    for (;;) {
        pass_plain(w);
        if (take(w, '"'))
            return true;
        if (!take(w, '\\') || !escape(w))
            return false;
    }
}

/* And what it stands for. */
static bool read_string(struct walk *w, struct str *ret)
{
    const char *begin = w->p + 1;

    if (!take(w, '"'))
        return false;
    pass_plain(w);
    *ret = str_n(begin, (size_t)(w->p - begin));
    if (take(w, '"'))
        return true;
    if (!w->out)
        return false;
    w->p = begin;
    char *out = w->out;
    for (;;) {
        out = copy_plain(w, out);
        if (take(w, '"'))
            break;
        if (!take(w, '\\') || !(*out++ = escape(w)))
            return false;
    }
    *ret = str_n(w->out, (size_t)(out - w->out));
    w->out = out;
    return true;
}

static bool pass_number(struct walk *w)
{
    take(w, '-');
    const char *first = w->p;
    while (w->p < w->end && *w->p >= '0' && *w->p <= '9')
        w->p++;
    ptrdiff_t digits = w->p - first;
    return digits == 1 || (digits > 1 && digits < DIGITS_MAX && *first != '0');
}

static bool pass_value(struct walk *w, unsigned depth);

static bool precedes(struct str a, struct str b)
{
    /* most differ in their first byte */
    return a.len && b.len && a.p[0] != b.p[0] ? (unsigned char)a.p[0] < (unsigned char)b.p[0]
                                              : str_cmp(a, b) < 0;
}

/* A name, and the colon behind it; it follows `before`. */
static bool pass_name(struct walk *w, struct str *before)
{
    const char *begin = w->p + 1;

    if (!take(w, '"'))
        return false;
    pass_plain(w);
    struct str name = str_n(begin, (size_t)(w->p - begin));
    if (!precedes(*before, name))
        return false;
    *before = name;
    return take(w, '"') && take(w, ':');
}

static bool read_value(struct walk *w, unsigned depth, struct json_field *ret)
{
    const char *begin = w->p;

    ret->is_string = w->p < w->end && *w->p == '"';
    if (ret->is_string)
        return read_string(w, &ret->text);
    if (!pass_value(w, depth))
        return false;
    ret->text = str_n(begin, (size_t)(w->p - begin));
    return true;
}

static bool pass_members(struct walk *w, unsigned depth, const struct str *names, size_t count,
                         struct json_field *ret)
{
    struct str name = STR_NONE;
    size_t next = 0;

    if (!take(w, '{'))
        return false;
    if (take(w, '}'))
        return true;
    do {
        if (!pass_name(w, &name))
            return false;
        while (next < count && precedes(names[next], name))
            next++;
        bool asked = next < count && str_eq(name, names[next]);
        if (!(asked ? read_value(w, depth, &ret[next++]) : pass_value(w, depth)))
            return false;
    } while (take(w, ','));
    return take(w, '}');
}

static bool pass_elements(struct walk *w, unsigned depth)
{
    if (!take(w, '['))
        return false;
    if (take(w, ']'))
        return true;
    do
        if (!pass_value(w, depth))
            return false;
    while (take(w, ','));
    return take(w, ']');
}

static bool pass_value(struct walk *w, unsigned depth)
{
    if (w->p == w->end || depth == DEPTH_MAX)
        return false;
    switch (*w->p) {
    case '"':
        return pass_string(w);
    case '{':
        return pass_members(w, depth + 1, NULL, 0, NULL);
    case '[':
        return pass_elements(w, depth + 1);
    case 't':
        return take_word(w, STR("true"));
    case 'f':
        return take_word(w, STR("false"));
    case 'n':
        return take_word(w, STR("null"));
    default:
        return pass_number(w);
    }
}

bool json_canonical(struct str text, const struct str *names, size_t count, struct buf *room,
                    struct json_field *ret)
{
    struct walk w = {.p = text.p, .end = text.p + text.len};

    for (size_t i = 0; i < count; i++)
        ret[i] = (struct json_field){0};
    if (text.len >= LIMIT_JSON_NODES) /* in fewer bytes there cannot be too many values */
        return false;
    if (room) {
        buf_clear(room);
        w.out = buf_room(room, text.len + sizeof(uint64_t));
    }
    return str_is_utf8(text) && pass_members(&w, 1, names, count, ret) && w.p == w.end;
}
