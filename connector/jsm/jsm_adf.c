#include "jsm/jsm_adf.h"

#include <inttypes.h>

#include "json/json_write.h"

enum { DOCUMENT_BYTES = 32 * 1024, TEXT_MAX = 10000 };

/* Without what could change how the rest is read. */
static struct str harmless(struct arena *a, struct str s)
{
    size_t len = 0;
    struct str rest = str_n(s.p, s.len < TEXT_MAX ? s.len : TEXT_MAX);
    char *dst = arena_alloc(a, rest.len + 1);

    if (!dst)
        return STR_NONE;
    for (size_t i = 0; i < rest.len;) {
        size_t unseen = str_unseen(rest, i);
        if (!unseen)
            dst[len++] = rest.p[i];
        i += unseen ? unseen : 1;
    }
    while (len && !str_is_utf8(str_n(dst, len))) /* the cut may have split a code point */
        len--;
    return str_n(dst, len);
}

static void put_text(struct json_out *out, struct str text, bool strong)
{
    json_open_object(out);
    json_str_member(out, "type", STR("text"));
    json_str_member(out, "text", text);
    if (strong) {
        json_put_name(out, "marks");
        json_put_raw(out, STR("[{\"type\":\"strong\"}]"));
    }
    json_close_object(out);
}

static void put_paragraph(struct json_out *out, struct arena *a, struct str line, bool strong)
{
    struct str text = harmless(a, line);

    json_open_object(out);
    json_str_member(out, "type", STR("paragraph"));
    json_put_name(out, "content");
    json_open_array(out);
    if (text.len)
        put_text(out, text, strong);
    json_close_array(out);
    json_close_object(out);
}

static void open_document(struct json_out *out, struct buf *b)
{
    buf_init(b, DOCUMENT_BYTES);
    json_begin(out, b);
    json_open_object(out);
    json_i64_member(out, "version", 1);
    json_str_member(out, "type", STR("doc"));
    json_put_name(out, "content");
    json_open_array(out);
}

/* Empty: it is longer than a document may be. */
static struct str close_document(struct json_out *out, struct arena *a)
{
    json_close_array(out);
    json_close_object(out);
    struct str s = out->buf->over ? STR_NONE : arena_str(a, buf_str(out->buf));
    buf_done(out->buf);
    return s;
}

static struct str paragraph_a_line(struct arena *a, struct str text)
{
    struct buf b;
    struct json_out out;

    open_document(&out, &b);
    while (text.len) {
        struct str line = str_cut(&text, '\n');
        if (line.len)
            put_paragraph(&out, a, line, false);
    }
    return close_document(&out, a);
}

/* With blanks between its lines: so it fits, however many they are. */
static struct str one_paragraph(struct arena *a, struct str text)
{
    struct buf b;
    struct json_out out;
    char *joined = arena_alloc(a, text.len + 1);

    for (size_t i = 0; joined && i < text.len; i++)
        joined[i] = (char)(text.p[i] == '\n' ? ' ' : text.p[i]);
    open_document(&out, &b);
    put_paragraph(&out, a, str_n(joined, joined ? text.len : 0), false);
    return close_document(&out, a);
}

/* Its last line may be the marker that the ticket is found by: it is never left out for what
 * people wrote before it. */
struct str jsm_adf_text(struct arena *a, struct str text)
{
    struct str whole = str_n(text.p, text.len < TEXT_MAX ? text.len : TEXT_MAX);
    struct str document = paragraph_a_line(a, whole);

    return document.len ? document : one_paragraph(a, whole);
}

static void open_node(struct json_out *out, const char *type, const char *attr, struct str value)
{
    json_open_object(out);
    json_str_member(out, "type", str_of(type));
    json_put_name(out, "attrs");
    json_open_object(out);
    json_str_member(out, attr, value);
    json_close_object(out);
    json_put_name(out, "content");
    json_open_array(out);
}

static void close_node(struct json_out *out)
{
    json_close_array(out);
    json_close_object(out);
}

static void put_status(struct json_out *out, struct str text, struct str colour)
{
    json_open_object(out);
    json_str_member(out, "type", STR("status"));
    json_put_name(out, "attrs");
    json_open_object(out);
    json_str_member(out, "text", text);
    json_str_member(out, "color", colour);
    json_close_object(out);
    json_close_object(out);
}

static void put_row(struct json_out *out, struct arena *a, const struct jsm_notice_row *row)
{
    struct str what = harmless(a, row->what), note = harmless(a, row->note);

    json_open_object(out);
    json_str_member(out, "type", STR("paragraph"));
    json_put_name(out, "content");
    json_open_array(out);
    put_text(out, arena_printf(a, "%.*s ", STR_ARG(what)), false);
    put_status(out, row->mark, row->colour);
    if (note.len)
        put_text(out, arena_printf(a, " %.*s", STR_ARG(note)), false);
    json_close_array(out);
    json_close_object(out);
}

static void put_panel(struct json_out *out, struct arena *a, const struct jsm_notice *n)
{
    bool success = str_eq_c(n->panel, "success") && n->head.len;

    open_node(out, "panel", "panelType", n->panel);
    if (n->head.len)
        put_paragraph(out, a, n->head, true);
    if (!success)
        put_paragraph(out, a, n->line, !n->head.len);
    if (!success && n->next.len)
        put_paragraph(out, a, n->next, false);
    close_node(out);
}

struct str jsm_adf_notice(struct arena *a, const struct jsm_notice *n)
{
    struct buf b;
    struct json_out out;

    open_document(&out, &b);
    put_panel(&out, a, n);
    if (n->row_count) {
        open_node(&out, "expand", "title", STR("What was checked · done differently? · get help"));
        for (size_t i = 0; i < n->row_count; i++)
            put_row(&out, a, &n->rows[i]);
        if (n->help.len)
            put_paragraph(&out, a, n->help, false);
        close_node(&out);
    }
    struct str end = STR(JSM_NOTICE_END);
    if (n->attempt)
        end = arena_printf(a, JSM_NOTICE_END " · attempt %" PRId64, n->attempt);
    put_paragraph(&out, a, end, false);
    struct str document = close_document(&out, a);
    return document.len ? document : jsm_adf_text(a, n->line);
}

struct str jsm_adf_told(struct arena *a, struct str line)
{
    return jsm_adf_text(
        a, arena_printf(a, "%.*s\nThe comment \"" JSM_NOTICE_END "\" on this ticket has the rest.",
                        STR_ARG(line)));
}

static void add_plain(struct buf *b, const struct json *node)
{
    struct str type = json_path_str(node, "type");
    bool block =
        str_eq_c(type, "paragraph") || str_eq_c(type, "heading") || str_eq_c(type, "listItem");

    buf_add_str(b, json_path_str(node, "text"));
    if (str_eq_c(type, "status"))
        buf_add_str(b, json_path_str(node, "attrs/text"));
    if (str_eq_c(type, "hardBreak"))
        buf_add_byte(b, '\n');
    JSON_EACH(child, json_member(node, "content")) /* depth is bounded by the reader */
    add_plain(b, child);
    if (block)
        buf_add_byte(b, '\n');
}

struct str jsm_adf_plain(struct arena *a, const struct json *document)
{
    struct buf b;

    if (json_type(document) == JSON_STRING)
        return str_trim(json_str(document));
    buf_init(&b, DOCUMENT_BYTES);
    add_plain(&b, document);
    struct str s = str_trim(arena_str(a, buf_str(&b)));
    buf_done(&b);
    return s;
}
