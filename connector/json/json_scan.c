#include "json/json_scan.h"

#include <string.h>

#include "base/assert.h"
#include "base/limits.h"

enum { NUMBER_CHARS_MAX = 63 }; /* what cJSON reads of one */

struct scan {
    const char *p, *end, *begin;
    struct arena *arena;
    struct json_numbers *numbers;
    size_t nodes, depth_max;
    const char *wrong;
};

static bool fail(struct scan *s, const char *wrong)
{
    if (!s->wrong)
        s->wrong = wrong;
    return false;
}

static void skip_blanks(struct scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
        s->p++;
}

static bool is_digit(const struct scan *s)
{
    return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

static bool scan_digits(struct scan *s)
{
    if (!is_digit(s))
        return fail(s, "a digit is missing");
    while (is_digit(s))
        s->p++;
    return true;
}

static bool note_number(struct scan *s, const char *begin)
{
    struct json_numbers *n = s->numbers;

    if (s->p - begin > NUMBER_CHARS_MAX)
        return fail(s, "a number of more than 63 characters");
    if (n->count == n->room) {
        size_t room = n->room ? n->room * 2 : 32;
        struct str *items = arena_array(s->arena, room, sizeof *items);
        if (!items)
            return fail(s, "the document is larger than its limit");
        if (n->count)
            memcpy(items, n->items, n->count * sizeof *items);
        n->items = items;
        n->room = room;
    }
    n->items[n->count++] = str_n(begin, (size_t)(s->p - begin));
    return true;
}

static bool scan_number(struct scan *s)
{
    const char *begin = s->p;
    if (*s->p == '-')
        s->p++;
    const char *first = s->p;
    if (!scan_digits(s))
        return false;
    if (*first == '0' && s->p - first > 1)
        return fail(s, "a number may not begin with 0");
    if (s->p < s->end && *s->p == '.') {
        s->p++;
        if (!scan_digits(s))
            return false;
    }
    if (s->p < s->end && (*s->p == 'e' || *s->p == 'E')) {
        s->p++;
        if (s->p < s->end && (*s->p == '+' || *s->p == '-'))
            s->p++;
        const char *digits = s->p;
        if (!scan_digits(s))
            return false;
        if (s->p - digits > 2) /* 1e999 is not a number any more */
            return fail(s, "exponent too large");
    }
    return note_number(s, begin);
}

static int hex4(struct scan *s)
{
    int v = 0;
    if (s->end - s->p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = *s->p++;
        int d = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
        if (d < 0)
            return -1;
        v = v * 16 + d;
    }
    return v;
}

static bool scan_unicode_escape(struct scan *s)
{
    int unit = hex4(s);
    if (unit < 0)
        return fail(s, "four hexadecimal digits must follow \\u");
    if (unit == 0)
        return fail(s, "NUL is not allowed in a string");
    if (unit >= 0xDC00 && unit <= 0xDFFF)
        return fail(s, "lone surrogate");
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        if (s->end - s->p < 6 || s->p[0] != '\\' || s->p[1] != 'u')
            return fail(s, "lone surrogate");
        s->p += 2;
        int low = hex4(s);
        if (low < 0xDC00 || low > 0xDFFF)
            return fail(s, "lone surrogate");
    }
    return true;
}

static bool scan_string(struct scan *s)
{
    s->p++;
    while (s->p < s->end && *s->p != '"') {
        if ((unsigned char)*s->p < 0x20)
            return fail(s, "control character in a string");
        if (*s->p++ != '\\')
            continue;
        if (s->p == s->end)
            break;
        char c = *s->p++;
        if (c == 'u') {
            if (!scan_unicode_escape(s))
                return false;
        } else if (!memchr("\"\\/bfnrt", c, 8)) {
            return fail(s, "unknown escape");
        }
    }
    if (s->p == s->end)
        return fail(s, "string without an end");
    s->p++;
    return true;
}

static bool scan_word(struct scan *s, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(s->end - s->p) < len || memcmp(s->p, word, len) != 0)
        return fail(s, "a value is missing");
    s->p += len;
    return true;
}

static bool scan_scalar(struct scan *s)
{
    switch (*s->p) {
    case '"':
        return scan_string(s);
    case 't':
        return scan_word(s, "true");
    case 'f':
        return scan_word(s, "false");
    case 'n':
        return scan_word(s, "null");
    default:
        if (*s->p == '-' || is_digit(s))
            return scan_number(s);
        return fail(s, "a value is missing");
    }
}

static bool scan_name(struct scan *s)
{
    skip_blanks(s);
    if (s->p == s->end || *s->p != '"')
        return fail(s, "a member name in quotes is missing");
    if (!scan_string(s))
        return false;
    skip_blanks(s);
    if (s->p == s->end || *s->p != ':')
        return fail(s, "a colon is missing");
    s->p++;
    return true;
}

/* After a value: close what ends here. True when another value follows, *over when the document is
 * complete. */
static bool scan_after(struct scan *s, char *stack, size_t *depth, bool *over)
{
    for (;;) {
        skip_blanks(s);
        if (!*depth) {
            *over = true;
            return true;
        }
        if (s->p == s->end)
            return fail(s, "the text ends too early");
        char open = stack[*depth - 1];
        char c = *s->p++;
        if (c == ',')
            return open == '{' ? scan_name(s) : true;
        if ((open == '{' && c != '}') || (open == '[' && c != ']')) {
            s->p--;
            return fail(s, "a comma or the end of the container is missing");
        }
        (*depth)--;
    }
}

/* An opening bracket at s->p. *empty: it closed at once. */
static bool scan_open(struct scan *s, char *stack, size_t *depth, bool *empty)
{
    char open = *s->p++;
    char close = open == '{' ? '}' : ']';

    skip_blanks(s);
    *empty = s->p < s->end && *s->p == close;
    if (*depth == s->depth_max)
        return fail(s, "nested too deep");
    if (*empty) {
        s->p++;
        return true;
    }
    stack[(*depth)++] = open;
    return open == '{' ? scan_name(s) : true;
}

static bool scan_document(struct scan *s)
{
    char stack[LIMIT_JIRA_JSON_DEPTH];
    size_t depth = 0;
    bool over = false;

    while (!over) {
        skip_blanks(s);
        if (s->p == s->end)
            return fail(s, "a value is missing");
        if (++s->nodes > LIMIT_JSON_NODES)
            return fail(s, "too many values");
        if (*s->p == '{' || *s->p == '[') {
            bool empty;
            if (!scan_open(s, stack, &depth, &empty))
                return false;
            if (!empty)
                continue;
        } else if (!scan_scalar(s)) {
            return false;
        }
        if (!scan_after(s, stack, &depth, &over))
            return false;
    }
    return s->p == s->end || fail(s, "something follows the value");
}

const char *json_scan(struct arena *arena, struct str text, size_t depth_max,
                      struct json_numbers *numbers, size_t *ret_offset)
{
    struct scan s = {
        .p = text.p, .begin = text.p, .arena = arena, .numbers = numbers, .depth_max = depth_max};

    ASSERT(depth_max <= LIMIT_JIRA_JSON_DEPTH);
    *ret_offset = 0;
    if (!text.len)
        return "the text is empty";
    if (!str_is_utf8(text))
        return "not UTF-8";
    s.end = text.p + text.len;
    if (!scan_document(&s)) {
        *ret_offset = (size_t)(s.p - s.begin);
        return s.wrong;
    }
    return NULL;
}
