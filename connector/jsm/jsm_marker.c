#include "jsm/jsm_marker.h"

enum { MARKERS_MAX = 32, MARKER_CHARS = 255 /* of a label, says Jira */ };

bool jsm_is_id(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.len > 0 && s.len <= 20;
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

static bool is_marker(const struct json *label)
{
    return str_starts(json_str(label), STR(JSM_MARKER_PREFIX)) &&
           json_str(label).len <= MARKER_CHARS;
}

struct str jsm_marker_find(const struct json *issue)
{
    JSON_EACH(label, json_path(issue, "fields/labels"))
    if (is_marker(label))
        return json_str(label);
    return STR("");
}

struct str jsm_markers_join(struct arena *a, const struct json *issue)
{
    struct str all = STR("");
    size_t count = 0;

    JSON_EACH(label, json_path(issue, "fields/labels"))
    {
        if (!is_marker(label) || str_find(json_str(label), ' ') >= 0 || count == MARKERS_MAX)
            continue;
        all =
            arena_printf(a, "%.*s%s%.*s", STR_ARG(all), count ? " " : "", STR_ARG(json_str(label)));
        count++;
    }
    return all;
}

bool jsm_bind_is_foreign(const struct jsm_bind *bind, struct str site, struct str site_id)
{
    if (bind->site_id.len && site_id.len)
        return !str_eq_nocase(bind->site_id, site_id);
    return bind->site.len > 0 && site.len > 0 && !str_eq(bind->site, site);
}
