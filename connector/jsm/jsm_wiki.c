#include "jsm/jsm_wiki.h"

#include <string.h>

#include "base/buf.h"

enum { WIKI_BYTES = 128 * 1024, SMILEY_CHARS = 3, ENTITY_CHARS = 10 };

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

static char at(struct str s, size_t i)
{
    return i < s.len ? s.p[i] : '\0';
}

/* "(x)", "(on)": a picture; "(c)", "(tm)": a sign. */
static bool opens_picture(struct str s, size_t i)
{
    for (size_t n = 1; n <= SMILEY_CHARS && i + n + 1 <= s.len; n++)
        if (at(s, i + n + 1) == ')')
            return true;
    return false;
}

/* "&lt;", "&#42;": would be shown as another character. */
static bool opens_entity(struct str s, size_t i)
{
    for (size_t n = 1; n <= ENTITY_CHARS && i + n < s.len; n++) {
        char c = s.p[i + n];
        if (c == ';')
            return n > 1;
        if (!is_word(c) && c != '#')
            return false;
    }
    return false;
}

/* "h1. " and "bq. " begin a heading or a quotation, at the start of a line only. */
static bool ends_block_sign(struct str s, size_t i)
{
    size_t start = i;
    while (start > 0 && s.p[start - 1] != '\n')
        start--;
    struct str word = str_trim(str_n(s.p + start, i - start));
    return str_eq_c(word, "bq") ||
           (word.len == 2 && word.p[0] == 'h' && word.p[1] >= '1' && word.p[1] <= '6');
}

/* Inside a word these mark nothing: "fin_ledger", "time-out". */
static bool is_inside_word(struct str s, size_t i)
{
    return i > 0 && is_word(s.p[i - 1]) && is_word(at(s, i + 1));
}

enum how { AS_IT_IS, BACKSLASH, ENTITY };

static enum how how_to_write(struct str s, size_t i)
{
    char c = s.p[i], next = at(s, i + 1);

    if (strchr("{}[]!|*^~#", c))
        return BACKSLASH;
    switch (c) {
    case '\\':
        return ENTITY;
    case '_':
    case '-':
    case '+':
        return is_inside_word(s, i) ? AS_IT_IS : BACKSLASH;
    case '?':
        return next == '?' || (i > 0 && s.p[i - 1] == '?') ? BACKSLASH : AS_IT_IS;
    case '(':
        return opens_picture(s, i) ? ENTITY : AS_IT_IS;
    case ':':
    case ';': /* a smiley */
        return next && strchr("()DPp", next) ? ENTITY : AS_IT_IS;
    case '/': /* "https://…" would be a link, "mailto:" needs its address */
        return next == '/' ? ENTITY : AS_IT_IS;
    case '@':
        return ENTITY;
    case '&':
        return opens_entity(s, i) ? ENTITY : AS_IT_IS;
    case '.':
        return ends_block_sign(s, i) ? ENTITY : AS_IT_IS;
    default:
        return AS_IT_IS;
    }
}

static void add_text(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        if (c == '\0')
            continue;
        switch (how_to_write(s, i)) {
        case AS_IT_IS:
            buf_add_byte(b, c);
            break;
        case BACKSLASH:
            buf_add_byte(b, '\\');
            buf_add_byte(b, c);
            break;
        case ENTITY:
            buf_printf(b, "&#%d;", c);
            break;
        }
    }
}

static struct str settle(struct arena *a, struct buf *b)
{
    struct str s = b->over ? STR_NONE : arena_str(a, str_trim(buf_str(b)));
    buf_done(b);
    return s;
}

struct str jsm_wiki_text(struct arena *a, struct str text)
{
    struct buf b;

    buf_init(&b, WIKI_BYTES);
    add_text(&b, text);
    return settle(a, &b);
}

static bool is_strong(const struct json *text)
{
    JSON_EACH(mark, json_member(text, "marks"))
    if (str_eq_c(json_path_str(mark, "type"), "strong"))
        return true;
    return false;
}

static const char *colour_of(struct str panel)
{
    static const struct {
        const char *panel, *colour;
    } COLOURS[] = {
        {"success", "#e3fcef"}, {"warning", "#fffae6"}, {"error", "#ffebe6"}, {"note", "#eae6ff"}};

    for (size_t i = 0; i < sizeof COLOURS / sizeof COLOURS[0]; i++)
        if (str_eq_c(panel, COLOURS[i].panel))
            return COLOURS[i].colour;
    return "#deebff";
}

static void add_node(struct buf *b, const struct json *node)
{
    struct str type = json_path_str(node, "type");
    bool block =
        str_eq_c(type, "paragraph") || str_eq_c(type, "heading") || str_eq_c(type, "listItem");
    bool panel = str_eq_c(type, "panel");
    bool strong = is_strong(node);

    if (panel)
        buf_printf(b, "{panel:bgColor=%s}\n", colour_of(json_path_str(node, "attrs/panelType")));
    if (str_eq_c(type, "expand")) {
        add_text(b, json_path_str(node, "attrs/title"));
        buf_add_byte(b, '\n');
    }
    if (str_eq_c(type, "status")) { /* square brackets would be a link */
        buf_add_byte(b, '*');
        add_text(b, json_path_str(node, "attrs/text"));
        buf_add_byte(b, '*');
    }
    if (strong)
        buf_add_byte(b, '*');
    add_text(b, json_path_str(node, "text"));
    if (strong)
        buf_add_byte(b, '*');
    if (str_eq_c(type, "hardBreak"))
        buf_add_byte(b, '\n');
    JSON_EACH(child, json_member(node, "content")) /* depth is bounded by the reader */
    add_node(b, child);
    if (block)
        buf_add_byte(b, '\n');
    if (panel)
        buf_add_c(b, "{panel}\n");
}

struct str jsm_wiki_of_adf(struct arena *a, const struct json *document)
{
    struct buf b;

    buf_init(&b, WIKI_BYTES);
    add_node(&b, document);
    return settle(a, &b);
}
