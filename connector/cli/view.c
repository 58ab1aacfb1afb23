#include "cli/view.h"

#include "base/clock.h"

struct str view_plain(struct arena *arena, struct str text)
{
    char *p = arena_array(arena, text.len + 1, 1);

    if (!p)
        return STR_NONE;
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool c1 = (unsigned char)text.p[i] == 0xc2 && i + 1 < text.len &&
                  (unsigned char)text.p[i + 1] < 0xa0;
        p[len++] = c1 || (unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f ? '?' : text.p[i];
        i += c1; /* both its bytes */
    }
    return str_n(p, len);
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
