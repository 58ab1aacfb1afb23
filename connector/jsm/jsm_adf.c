#include "jsm/jsm_adf.h"

#include "json/json_write.h"

enum { DOCUMENT_BYTES = 32 * 1024, TEXT_MAX = 10000 };

/* Drop what could change how the rest is read: C0/C1 controls, bidirectional overrides and isolates
 * (UAX 9). */
static struct str harmless(struct arena *a, struct str s)
{
    size_t len = 0;
    size_t max = s.len < TEXT_MAX ? s.len : TEXT_MAX;
    char *dst = arena_alloc(a, max + 1);

    if (!dst)
        return STR_NONE;
    for (size_t i = 0; i < max; i++) {
        const unsigned char *p = (const unsigned char *)s.p + i;
        bool three = i + 2 < s.len;
        bool override = three && p[0] == 0xE2 &&
                        ((p[1] == 0x80 && p[2] >= 0xAA && p[2] <= 0xAE) ||
                         (p[1] == 0x81 && p[2] >= 0xA6 && p[2] <= 0xA9));
        bool c1 = i + 1 < s.len && p[0] == 0xC2 && p[1] < 0xA0;
        if (override)
            i += 2;
        else if (c1)
            i += 1;
        else if (*p >= 0x20 && *p != 0x7f)
            dst[len++] = (char)*p;
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

static struct str close_document(struct json_out *out, struct arena *a)
{
    json_close_array(out);
    json_close_object(out);
    struct str s = out->buf->over ? STR("{\"version\":1,\"type\":\"doc\",\"content\":[]}")
                                  : arena_str(a, buf_str(out->buf));
    buf_done(out->buf);
    return s;
}

struct str jsm_adf_text(struct arena *a, struct str text)
{
    struct buf b;
    struct json_out out;
    struct str rest = str_n(text.p, text.len < TEXT_MAX ? text.len : TEXT_MAX);

    open_document(&out, &b);
    while (rest.len) {
        struct str line = str_cut(&rest, '\n');
        if (line.len)
            put_paragraph(&out, a, line, false);
    }
    return close_document(&out, a);
}

struct str jsm_adf_notice(struct arena *a, struct str panel, struct str line, struct str next)
{
    struct buf b;
    struct json_out out;

    open_document(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "type", STR("panel"));
    json_put_name(&out, "attrs");
    json_open_object(&out);
    json_str_member(&out, "panelType", panel);
    json_close_object(&out);
    json_put_name(&out, "content");
    json_open_array(&out);
    put_paragraph(&out, a, line, true);
    if (next.len)
        put_paragraph(&out, a, next, false);
    json_close_array(&out);
    json_close_object(&out);
    put_paragraph(&out, a, STR(JSM_NOTICE_END), false);
    return close_document(&out, a);
}

static void add_plain(struct buf *b, const struct json *node)
{
    struct str type = json_path_str(node, "type");
    bool block =
        str_eq_c(type, "paragraph") || str_eq_c(type, "heading") || str_eq_c(type, "listItem");

    buf_add_str(b, json_path_str(node, "text"));
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
