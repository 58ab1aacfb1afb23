#include "cli/view.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/clock.h"

/* How many bytes there are of a character that is not shown, 0: it is. In UTF-8 C0 and C1 controls,
 * U+200E and U+200F, U+2028 to U+202E, U+2066 to U+2069. */
static size_t hidden_bytes(struct str text)
{
    const unsigned char *p = (const unsigned char *)text.p;

    if (p[0] < ' ' || p[0] == 0x7f)
        return 1;
    if (p[0] == 0xc2 && text.len > 1 && p[1] < 0xa0)
        return 2;
    if (p[0] != 0xe2 || text.len < 3)
        return 0;
    return (p[1] == 0x80 && (p[2] == 0x8e || p[2] == 0x8f || (p[2] >= 0xa8 && p[2] <= 0xae))) ||
                   (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9)
               ? 3
               : 0;
}

static size_t make_plain(struct str text, char *dst)
{
    size_t len = 0;

    for (size_t i = 0; i < text.len;) {
        size_t hidden = hidden_bytes(str_n(text.p + i, text.len - i));
        dst[len++] = hidden ? '?' : text.p[i];
        i += hidden ? hidden : 1;
    }
    return len;
}

const char *view_plural(size_t n)
{
    return n == 1 ? "" : "s";
}

struct str view_plain(struct arena *arena, struct str text)
{
    char *p = arena_array(arena, text.len + 1, 1);

    return p ? str_n(p, make_plain(text, p)) : STR_NONE;
}

void view_line(const char *format, ...)
{
    char *text;
    va_list args;

    va_start(args, format);
    int len = vasprintf(&text, format, args);
    va_end(args);
    if (len < 0)
        abort();
    fwrite(text, 1, make_plain(str_n(text, (size_t)len), text), stdout);
    putchar('\n');
    free(text);
}

struct str view_text(struct arena *arena, const struct json *v, const char *path)
{
    struct str text = json_path_str(v, path);
    return text.len ? view_plain(arena, text) : STR("-");
}

struct str view_time_ms(struct arena *arena, int64_t ms)
{
    char text[CLOCK_TEXT_SIZE];

    if (!ms)
        return STR("-");
    clock_rfc3339(ms, text);
    return arena_printf(arena, "%.10s %.8s", text, text + 11);
}

struct str view_time(struct arena *arena, const struct json *v, const char *path)
{
    int64_t ms;

    return clock_parse(json_path_str(v, path), &ms) ? view_time_ms(arena, ms) : STR("-");
}

int64_t view_count(const struct json *v, const char *path)
{
    int64_t n;
    return json_i64(json_path(v, path), &n) ? n : 0;
}

bool view_kind_print(const struct view_kind *kind, FILE *to, struct arena *arena,
                     struct str document)
{
    const struct json *v;
    struct err err;

    if (!json_parse(arena, document, &v, &err))
        return false;
    if (view_count(v, "id")) {
        kind->print(to, arena, v);
        return true;
    }
    const struct json *list = json_member(v, kind->list);
    if (!list)
        return false;
    if (!json_count(list))
        fprintf(to, "no %s\n", kind->one);
    JSON_EACH(one, list)
    kind->print(to, arena, one);
    if (json_is_true(json_member(v, "more")))
        fprintf(stderr, "there may be more: --after %.*s, or %s\n",
                STR_ARG(view_text(arena, v, "next")), kind->fewer);
    return true;
}
