#include "base/str.h"

#include <stdlib.h>
#include <string.h>

struct str str_of(const char *nul_terminated)
{
    return nul_terminated ? (struct str){nul_terminated, strlen(nul_terminated)} : STR_NONE;
}

struct str str_n(const char *p, size_t len)
{
    return (struct str){p, len};
}

bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

bool str_eq_c(struct str a, const char *nul_terminated)
{
    return str_eq(a, str_of(nul_terminated));
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

bool str_starts(struct str s, struct str prefix)
{
    return s.len >= prefix.len && str_eq(str_n(s.p, prefix.len), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.len >= suffix.len && str_eq(str_n(s.p + (s.len - suffix.len), suffix.len), suffix);
}

bool str_empty(struct str s)
{
    return s.len == 0;
}

int str_cmp(struct str a, struct str b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.p, b.p, shorter) : 0;
    if (order)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
    while (s.len && is_blank(s.p[0])) {
        s.p++;
        s.len--;
    }
    while (s.len && is_blank(s.p[s.len - 1]))
        s.len--;
    return s;
}

int str_index(struct str s, const char *const *names, int count)
{
    for (int i = 0; i < count; i++)
        if (str_eq_c(s, names[i]))
            return i;
    return -1;
}

ptrdiff_t str_find(struct str s, char c)
{
    const char *at = s.len ? memchr(s.p, c, s.len) : NULL;
    return at ? at - s.p : -1;
}

struct str str_cut(struct str *s, char sep)
{
    ptrdiff_t at = str_find(*s, sep);
    struct str head = *s;
    if (at < 0) {
        *s = STR_NONE;
        return head;
    }
    head.len = (size_t)at;
    s->p += head.len + 1;
    s->len -= head.len + 1;
    return head;
}

bool str_to_i64(struct str s, int64_t *ret_value)
{
    size_t i = 0;
    int64_t value = 0;
    bool negative = s.len && s.p[0] == '-';

    if (negative)
        i = 1;
    if (i == s.len)
        return false;
    for (; i < s.len; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        int64_t digit = negative ? '0' - s.p[i] : s.p[i] - '0';
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    *ret_value = value;
    return true;
}

/* Length of the well-formed sequence at p, 0 when there is none (Unicode 15, table 3-7). */
static size_t utf8_len(const unsigned char *p, size_t left)
{
    unsigned char c = p[0];
    unsigned char low = 0x80, high = 0xBF;
    size_t len;

    if (c < 0x80)
        return 1;
    if (c >= 0xC2 && c <= 0xDF)
        len = 2;
    else if (c >= 0xE0 && c <= 0xEF)
        len = 3;
    else if (c >= 0xF0 && c <= 0xF4)
        len = 4;
    else
        return 0;
    if (c == 0xE0)
        low = 0xA0; /* overlong */
    if (c == 0xED)
        high = 0x9F; /* surrogates */
    if (c == 0xF0)
        low = 0x90; /* overlong */
    if (c == 0xF4)
        high = 0x8F; /* above U+10FFFF */
    if (left < len || p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if (p[i] < 0x80 || p[i] > 0xBF)
            return 0;
    return len;
}

bool str_is_utf8(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.p;

    for (size_t i = 0; i < s.len;) {
        uint64_t eight; /* most of what comes is ASCII */
        if (s.len - i >= sizeof eight) {
            memcpy(&eight, p + i, sizeof eight);
            if (!(eight & 0x8080808080808080u)) {
                i += sizeof eight;
                continue;
            }
        }
        size_t len = utf8_len(p + i, s.len - i);
        if (!len)
            return false;
        i += len;
    }
    return true;
}

size_t str_unseen(struct str s, size_t at)
{
    const unsigned char *p = (const unsigned char *)s.p + at;
    size_t left = s.len - at;

    if (*p < 0x20 || *p == 0x7f)
        return 1;
    if (left >= 2 && p[0] == 0xC2 && p[1] < 0xA0)
        return 2;
    bool overrides = left >= 3 && p[0] == 0xE2 &&
                     ((p[1] == 0x80 && p[2] >= 0xAA && p[2] <= 0xAE) ||
                      (p[1] == 0x81 && p[2] >= 0xA6 && p[2] <= 0xA9));
    return overrides ? 3 : 0;
}

bool str_copy(char *dst, size_t size, struct str s)
{
    size_t len = s.len;
    bool whole = len < size;

    if (!whole) {
        len = size - 1;
        while (len && ((unsigned char)s.p[len] & 0xC0) == 0x80) /* not inside a code point */
            len--;
    }
    if (len)
        memcpy(dst, s.p, len);
    dst[len] = '\0';
    return whole;
}

bool str_has_control(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return true;
    return false;
}

char *str_keep(struct str s)
{
    char *kept = calloc(1, s.len + 1);

    if (!kept)
        abort();
    if (s.len)
        memcpy(kept, s.p, s.len);
    return kept;
}

uint64_t str_hash(struct str s)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (size_t i = 0; i < s.len; i++)
        hash = (hash ^ (unsigned char)s.p[i]) * 0x100000001b3u;
    return hash;
}
