#include "json/json_write.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/limits.h"

void json_begin(struct json_out *out, struct buf *buf)
{
    *out = (struct json_out){.buf = buf};
}

static void separate(struct json_out *out)
{
    if (out->comma)
        buf_add_byte(out->buf, ',');
    out->comma = true;
}

static void open_with(struct json_out *out, char c)
{
    separate(out);
    buf_add_byte(out->buf, c);
    out->comma = false;
}

static void close_with(struct json_out *out, char c)
{
    buf_add_byte(out->buf, c);
    out->comma = true;
}

void json_open_object(struct json_out *out)
{
    open_with(out, '{');
}

void json_close_object(struct json_out *out)
{
    close_with(out, '}');
}

void json_open_array(struct json_out *out)
{
    open_with(out, '[');
}

void json_close_array(struct json_out *out)
{
    close_with(out, ']');
}

static void add_escape(struct buf *b, unsigned char c)
{
    static const char SHORT[] = "btn\0fr"; /* for 0x08 .. 0x0d */

    if (c == '"' || c == '\\')
        buf_printf(b, "\\%c", c);
    else if (c >= 0x80) /* only in text that is not UTF-8 */
        buf_add_c(b, "\xEF\xBF\xBD");
    else if (c >= 0x08 && c <= 0x0d && SHORT[c - 0x08])
        buf_printf(b, "\\%c", SHORT[c - 0x08]);
    else
        buf_printf(b, "\\u%04x", c);
}

/* RFC 8785 section 3.2.2.2. What needs no escape goes out in one piece. */
static void add_escaped(struct buf *b, struct str s)
{
    bool utf8 = str_is_utf8(s);
    size_t begin = 0;

    buf_add_byte(b, '"');
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x20 && c != '"' && c != '\\' && (c < 0x80 || utf8))
            continue;
        buf_add(b, s.p + begin, i - begin);
        add_escape(b, c);
        begin = i + 1;
    }
    if (s.len > begin)
        buf_add(b, s.p + begin, s.len - begin);
    buf_add_byte(b, '"');
}

void json_put_name(struct json_out *out, const char *name)
{
    separate(out);
    add_escaped(out->buf, str_of(name));
    buf_add_byte(out->buf, ':');
    out->comma = false;
}

void json_put_str(struct json_out *out, struct str value)
{
    separate(out);
    add_escaped(out->buf, value);
}

void json_put_i64(struct json_out *out, int64_t value)
{
    separate(out);
    buf_add_i64(out->buf, value);
}

void json_put_bool(struct json_out *out, bool value)
{
    separate(out);
    buf_add_c(out->buf, value ? "true" : "false");
}

void json_put_null(struct json_out *out)
{
    separate(out);
    buf_add_c(out->buf, "null");
}

void json_put_raw(struct json_out *out, struct str json)
{
    separate(out);
    buf_add_str(out->buf, json);
}

void json_str_member(struct json_out *out, const char *name, struct str value)
{
    json_put_name(out, name);
    json_put_str(out, value);
}

void json_i64_member(struct json_out *out, const char *name, int64_t value)
{
    json_put_name(out, name);
    json_put_i64(out, value);
}

void json_bool_member(struct json_out *out, const char *name, bool value)
{
    json_put_name(out, name);
    json_put_bool(out, value);
}

static int by_name(const void *a, const void *b)
{
    const struct json *const *x = a, *const *y = b;
    return str_cmp(json_name(*x), json_name(*y));
}

static void put_object(struct json_out *out, const struct json *object)
{
    size_t count = json_count(object), n = 0;
    const struct json **members = calloc(count + 1, sizeof *members);

    if (!members)
        abort();
    JSON_EACH(m, object)
    members[n++] = m;
    qsort(members, n, sizeof *members, by_name);
    json_open_object(out);
    for (size_t i = 0; i < n; i++) {
        json_put_name(out, json_name(members[i]).p);
        json_put_value(out, members[i]);
    }
    json_close_object(out);
    free(members);
}

void json_put_value(struct json_out *out, const struct json *value)
{
    switch (json_type(value)) {
    case JSON_NULL:
        json_put_null(out);
        return;
    case JSON_BOOL:
        json_put_bool(out, json_is_true(value));
        return;
    case JSON_NUMBER:
        json_put_raw(out, json_number_text(value));
        return;
    case JSON_STRING:
        json_put_str(out, json_str(value));
        return;
    case JSON_ARRAY:
        json_open_array(out);
        JSON_EACH(element, value)
        json_put_value(out, element);
        json_close_array(out);
        return;
    case JSON_OBJECT:
        put_object(out, value);
        return;
    }
}
