#include "jsm/jsm_marker.h"

#include "jsm/jsm_adf.h"

enum { MARKERS_MAX = 32, MARKER_CHARS = 255 /* of a label, says Jira */ };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool jsm_is_id(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_digit(s.p[i]))
            return false;
    return s.len > 0 && s.len <= 20;
}

bool jsm_is_key(struct str s)
{
    struct str number = s, project = str_cut(&number, '-');

    if (s.len > 255 || !project.len || project.p[0] < 'A' || project.p[0] > 'Z')
        return false;
    for (size_t i = 1; i < project.len; i++)
        if (!is_digit(project.p[i]) && project.p[i] != '_' &&
            (project.p[i] < 'A' || project.p[i] > 'Z'))
            return false;
    return jsm_is_id(number);
}

struct jsm_bind jsm_bind_read(const struct json *issue)
{
    const struct json *bind = json_member(json_member(issue, "properties"), JSM_BIND);

    return (struct jsm_bind){.site = json_path_str(bind, "site"),
                             .site_id = json_path_str(bind, "site_id"),
                             .request = json_path_str(bind, "request")};
}

void jsm_bind_write(struct json_out *out, const struct jsm_bind *bind)
{
    json_open_object(out);
    json_str_member(out, "site", bind->site);
    if (bind->site_id.len)
        json_str_member(out, "site_id", bind->site_id);
    json_str_member(out, "request", bind->request);
    json_close_object(out);
}

static bool is_marker(struct str word)
{
    return str_starts(word, STR(JSM_MARKER_PREFIX)) && word.len <= MARKER_CHARS;
}

/* Markers being gathered, separated by blanks. */
struct markers {
    struct arena *arena;
    struct str all;
    size_t count;
};

static void take(struct markers *m, struct str word)
{
    if (!is_marker(word) || str_find(word, ' ') >= 0 || m->count == MARKERS_MAX)
        return;
    m->all =
        arena_printf(m->arena, "%.*s%s%.*s", STR_ARG(m->all), m->count ? " " : "", STR_ARG(word));
    m->count++;
}

/* The words of a text, formatted or not. */
static void take_words(struct markers *m, const struct json *value)
{
    struct str rest = jsm_adf_plain(m->arena, value);

    while (rest.len) {
        struct str line = str_cut(&rest, '\n');
        while (line.len)
            take(m, str_cut(&line, ' '));
    }
}

struct str jsm_markers_join(struct arena *a, const struct json *issue, struct str field)
{
    struct markers m = {.arena = a, .all = STR("")};
    const struct json *fields = json_member(issue, "fields");

    JSON_EACH(label, json_member(fields, "labels"))
    take(&m, json_str(label));
    if (field.len && !str_eq_c(field, "labels"))
        take_words(&m, json_member_str(fields, field));
    return m.all;
}

struct str jsm_marker_find(struct arena *a, const struct json *issue, struct str field)
{
    struct str all = jsm_markers_join(a, issue, field);
    return str_cut(&all, ' ');
}

bool jsm_bind_is_foreign(const struct jsm_bind *bind, struct str site, struct str site_id)
{
    if (bind->site_id.len && site_id.len)
        return !str_eq_nocase(bind->site_id, site_id);
    return bind->site.len > 0 && site.len > 0 && !str_eq(bind->site, site);
}
