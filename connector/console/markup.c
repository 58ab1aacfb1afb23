#include "console/markup.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

enum { PRINTED_MAX = 512 };

enum how { N, L, V };
enum holds { T, U };

static const struct {
    const char *name;
    enum how how;
} ELEMENTS[] = {
#define ELEMENT(id, name, how) [id] = {name, how},
    MARKUP_ELEMENTS(ELEMENT)
#undef ELEMENT
};

static const struct {
    const char *name;
    enum holds holds;
} ATTRIBUTES[] = {
#define ATTRIBUTE(id, name, holds) [ATTR_##id] = {name, holds},
    MARKUP_ATTRIBUTES(ATTRIBUTE)
#undef ATTRIBUTE
};

void markup_begin(struct markup *m, struct buf *out)
{
    *m = (struct markup){.out = out};
}

bool markup_end(const struct markup *m)
{
    ASSERT(m->depth == 0);
    return !m->out->over;
}

/* --- text --- */

/* The next character, as its code and how many bytes it has; 0: these are none. */
static size_t decode(struct str s, size_t at, uint32_t *ret_code)
{
    const unsigned char *p = (const unsigned char *)s.p + at;
    size_t len = *p < 0x80 ? 1 : *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : 4;

    if (len > s.len - at || !str_is_utf8(str_n(s.p + at, len)))
        return 0;
    *ret_code = len == 1 ? *p : *p & (0xFFU >> (len + 1));
    for (size_t i = 1; i < len; i++)
        *ret_code = *ret_code << 6 | (p[i] & 0x3FU);
    return len;
}

/* Nobody sees it, and it changes what is seen: controls, marks, overrides and isolates of
 * direction (UAX 9), separators of lines, what has no width, tags. The joiners stay: scripts and
 * emoji need them. */
static bool is_unseen(uint32_t c)
{
    static const struct {
        uint32_t from, to;
    } RANGES[] = {{0x00, 0x08},      {0x0B, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},
                  {0x61C, 0x61C},    {0x180E, 0x180E}, {0x200B, 0x200B}, {0x200E, 0x200F},
                  {0x2028, 0x202E},  {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB},
                  {0xE0000, 0xE007F}};

    for (size_t i = 0; i < sizeof RANGES / sizeof RANGES[0]; i++)
        if (c >= RANGES[i].from && c <= RANGES[i].to)
            return true;
    return false;
}

static const char *entity_of(uint32_t c, bool in_value)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\n':
        return in_value ? "&#10;" : NULL;
    case '\t':
        return in_value ? "&#9;" : NULL;
    default:
        return NULL;
    }
}

static void put_escaped(struct buf *out, struct str s, bool in_value)
{
    for (size_t at = 0; at < s.len && !out->over;) {
        uint32_t code = 0;
        size_t len = decode(s, at, &code);
        const char *entity = len ? entity_of(code, in_value) : "\xEF\xBF\xBD";

        if (entity)
            buf_add_c(out, entity);
        else if (is_unseen(code))
            buf_printf(out, "[U+%04X]", (unsigned)code);
        else
            buf_add(out, s.p + at, len);
        at += len ? len : 1;
    }
}

void markup_text(struct markup *m, struct str text)
{
    if (m->depth) {
        enum markup_element in = m->open[m->depth - 1];
        ASSERT(in != HTML_SCRIPT && in != HTML_STYLE);
    }
    put_escaped(m->out, text, false);
}

void markup_printf(struct markup *m, const char *fmt, ...)
{
    char text[PRINTED_MAX];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    markup_text(m, str_of(text));
}

/* The bytes of so many characters. */
static size_t bytes_of(struct str s, size_t chars)
{
    size_t at = 0;

    while (at < s.len && chars--) {
        uint32_t code;
        size_t len = decode(s, at, &code);
        at += len ? len : 1;
    }
    return at;
}

void markup_said(struct markup *m, struct str text, size_t chars_max)
{
    size_t len = bytes_of(text, chars_max);

    HTML (m, BDI) {
        markup_text(m, str_n(text.p, len));
        if (len < text.len)
            markup_text(m, STR("…"));
    }
}

void markup_style(struct markup *m, const char *css)
{
    ASSERT(m->depth && m->open[m->depth - 1] == HTML_STYLE);
    ASSERT(!strstr(css, "</"));
    buf_add_c(m->out, css);
}

/* --- elements --- */

/* Of this place ("./board", "/board", "#due", "?week=1"), or of the web; never //host, which is
 * another place, nor javascript: or data:. */
static bool is_address(struct str s)
{
    bool here = s.len && (s.p[0] == '.' || s.p[0] == '#' || s.p[0] == '?' || s.p[0] == '/');
    bool elsewhere = s.len > 1 && s.p[0] == '/' && (s.p[1] == '/' || s.p[1] == '\\');

    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.p[i] <= ' ' || s.p[i] == '\\')
            return false;
    return (here && !elsewhere) || str_starts(s, STR("https://")) || str_starts(s, STR("http://"));
}

static void put_number(struct buf *out, double n)
{
    long long tenths = (long long)(n * 10 + (n < 0 ? -0.5 : 0.5));

    if (tenths % 10 == 0)
        buf_printf(out, "%lld", tenths / 10);
    else
        buf_printf(out, "%s%lld.%lld", tenths < 0 ? "-" : "", llabs(tenths) / 10,
                   llabs(tenths) % 10);
}

static void put_attribute(struct buf *out, const struct markup_attr *a)
{
    if (!a->is_number && !a->value.p)
        return;
    if (ATTRIBUTES[a->name].holds == U && !is_address(a->value))
        return;
    buf_add_byte(out, ' ');
    buf_add_c(out, ATTRIBUTES[a->name].name);
    if (!a->is_number && !a->value.len)
        return;
    buf_add_c(out, "=\"");
    if (a->is_number)
        put_number(out, a->number);
    else
        put_escaped(out, a->value, true);
    buf_add_byte(out, '"');
}

struct markup_scope markup_enter(struct markup *m, enum markup_element element,
                                 const struct markup_attr *attrs)
{
    ASSERT(m->depth < MARKUP_DEPTH_MAX);
    buf_add_byte(m->out, '<');
    buf_add_c(m->out, ELEMENTS[element].name);
    for (; attrs->name != ATTR_NONE; attrs++)
        put_attribute(m->out, attrs);
    buf_add_byte(m->out, '>');
    m->open[m->depth++] = element;
    return (struct markup_scope){m, true};
}

void markup_leave(struct markup_scope *scope)
{
    struct markup *m = scope->m;
    enum markup_element element = m->open[--m->depth];

    if (ELEMENTS[element].how != V) {
        buf_add_c(m->out, "</");
        buf_add_c(m->out, ELEMENTS[element].name);
        buf_add_byte(m->out, '>');
    }
    if (ELEMENTS[element].how != N)
        buf_add_byte(m->out, '\n');
}

void markup_leaf(struct markup *m, enum markup_element element, struct str text,
                 const struct markup_attr *attrs)
{
    AUTO(markup_leave) struct markup_scope scope = markup_enter(m, element, attrs);

    ASSERT(!text.len || ELEMENTS[element].how != V);
    if (text.len)
        markup_text(scope.m, text);
}
