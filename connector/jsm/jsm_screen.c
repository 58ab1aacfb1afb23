#include "jsm/jsm_screen.h"

#include <inttypes.h>

#include "base/codecs.h"
#include "domain/words.h"
#include "jsm/jsm_marker.h"
#include "json/json_write.h"

enum { BODY_BYTES = 16 * 1024, PATH_BYTES = 4096 };
#define API "/rest/api/3"
#define PAGE "maxResults=100"

static struct jsm_call read_call(enum jsm_route route, struct str path)
{
    return jsm_call_of(route, JSM_READ, path, STR_NONE);
}

/* "customfield_10500": what goes into a path is one, or there is no path. */
static bool is_custom(struct str field)
{
    return str_starts(field, STR("customfield_")) && jsm_is_id(str_n(field.p + 12, field.len - 12));
}

static struct str field_path(struct arena *a, struct str field, const char *rest)
{
    return is_custom(field) ? arena_printf(a, API "/field/%.*s%s", STR_ARG(field), rest) : STR_NONE;
}

static struct str id_path(struct arena *a, const char *what, struct str id, const char *rest)
{
    return jsm_is_id(id) ? arena_printf(a, API "/%s/%.*s%s", what, STR_ARG(id), rest) : STR_NONE;
}

/* {"name":value,...} of pairs up to the first NULL name; empty values are left out. */
struct pair {
    const char *name;
    struct str value;
};
static struct str object(struct arena *a, const struct pair *pairs)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    for (; pairs->name; pairs++)
        if (pairs->value.len)
            json_str_member(&out, pairs->name, pairs->value);
    json_close_object(&out);
    return b.over ? STR_NONE : arena_str(a, buf_str(&b));
}

#define MADE_BY STR("Written by Countersign: how far the access is proven")

/* --- fields --- */

static struct str encoded(struct arena *a, const char *path, struct str words)
{
    AUTO(drop_buf) struct buf b;

    buf_init(&b, PATH_BYTES);
    buf_add_c(&b, path);
    url_encode(&b, words);
    return b.over ? STR_NONE : arena_str(a, buf_str(&b));
}

/* The first page is asked for as if there were no other. */
static struct str from_on(struct arena *a, struct str path, int64_t start_at)
{
    return path.len && start_at ? arena_printf(a, "%.*s&startAt=%" PRId64, STR_ARG(path), start_at)
                                : path;
}

struct jsm_call jsm_call_fields_named(struct arena *a, struct str words, int64_t start_at)
{
    struct str path = encoded(a, API "/field/search?type=custom&" PAGE "&query=", words);

    return read_call(JSM_ROUTE_FIELD_FIND, from_on(a, path, start_at));
}

struct jsm_call jsm_call_fields_of(struct arena *a, const struct str *ids, size_t count)
{
    struct str path = STR(API "/field/search?" PAGE);

    for (size_t i = 0; i < count; i++)
        if (is_custom(ids[i]))
            path = arena_printf(a, "%.*s&id=%.*s", STR_ARG(path), STR_ARG(ids[i]));
    return read_call(JSM_ROUTE_FIELD_FIND, path);
}

struct str jsm_field_named(struct arena *a, const struct json *body, const char *name,
                           const char *type)
{
    JSON_EACH(f, json_member(body, "values"))
    {
        if (str_eq_c(json_path_str(f, "name"), name) &&
            str_eq_c(json_path_str(f, "schema/custom"), type))
            return arena_str(a, json_path_str(f, "id"));
    }
    return STR_NONE;
}

bool jsm_field_is_found(const struct json *body, struct str id)
{
    JSON_EACH(f, json_member(body, "values"))
    {
        if (str_eq(json_path_str(f, "id"), id))
            return true;
    }
    return false;
}

struct jsm_call jsm_call_field_add(struct arena *a, enum gate_field which)
{
    const struct pair pairs[] = {{"name", str_of(GATE_FIELD_NAMES[which])},
                                 {"type", str_of(GATE_FIELD_TYPES[which])},
                                 {"searcherKey", str_of(GATE_FIELD_SEARCHERS[which])},
                                 {"description", MADE_BY},
                                 {NULL, STR_NONE}};
    return jsm_call_of(JSM_ROUTE_FIELD_ADD, JSM_ONCE, STR(API "/field"), object(a, pairs));
}

struct jsm_call jsm_call_field_trash(struct arena *a, struct str field)
{
    return jsm_call_of(JSM_ROUTE_FIELD_TRASH, JSM_REPEATABLE, field_path(a, field, "/trash"),
                       STR_NONE);
}

struct jsm_call jsm_call_contexts(struct arena *a, struct str field)
{
    return read_call(JSM_ROUTE_FIELD_CONTEXTS, field_path(a, field, "/context"));
}

struct str jsm_first_id(struct arena *a, const struct json *body)
{
    const struct json *values = json_member(body, "values");
    const struct json *list = json_type(values) == JSON_ARRAY ? values : body;

    return json_id(a, json_member(json_first(list), "id"));
}

static struct str option_path(struct arena *a, struct str field, struct str context,
                              const char *rest)
{
    struct str path = field_path(a, field, "/context/");

    if (!path.len || !jsm_is_id(context))
        return STR_NONE;
    return arena_printf(a, "%.*s%.*s/option%s", STR_ARG(path), STR_ARG(context), rest);
}

struct jsm_call jsm_call_options(struct arena *a, struct str field, struct str context)
{
    return read_call(JSM_ROUTE_OPTIONS, option_path(a, field, context, "?" PAGE));
}

static bool has_option(const struct json *body, struct str text)
{
    JSON_EACH(o, json_member(body, "values"))
    {
        if (str_eq(json_path_str(o, "value"), text))
            return true;
    }
    return false;
}

struct jsm_call jsm_call_options_add(struct arena *a, struct str field, struct str context,
                                     const struct json *there)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    size_t missing = 0;

    buf_init(&b, BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_put_name(&out, "options");
    json_open_array(&out);
    for (size_t i = 0; i < NOTICE_COUNT; i++) {
        struct str text = str_of(notice_check((enum notice_state)i));
        bool again = has_option(there, text);
        for (size_t k = 0; k < i; k++)
            again |= str_eq_c(text, notice_check((enum notice_state)k));
        if (again)
            continue;
        missing++;
        json_open_object(&out);
        json_str_member(&out, "value", text);
        json_close_object(&out);
    }
    json_close_array(&out);
    json_close_object(&out);
    return jsm_call_of(JSM_ROUTE_OPTIONS_ADD, JSM_ONCE,
                       missing ? option_path(a, field, context, "") : STR_NONE,
                       arena_str(a, buf_str(&b)));
}

struct jsm_call jsm_call_field_screens(struct arena *a, struct str field, int64_t start_at)
{
    return read_call(JSM_ROUTE_FIELD_SCREENS,
                     from_on(a, field_path(a, field, "/screens?" PAGE), start_at));
}

struct jsm_call jsm_call_resolution_screens(struct arena *a, int64_t start_at)
{
    return read_call(JSM_ROUTE_FIELD_SCREENS,
                     from_on(a, STR(API "/field/resolution/screens?" PAGE), start_at));
}

struct str jsm_ids(struct arena *a, const struct json *body)
{
    struct str list = STR("");

    JSON_EACH(v, json_member(body, "values"))
    {
        struct str id = json_id(a, json_member(v, "id"));
        list = arena_printf(a, "%.*s%s%.*s", STR_ARG(list), list.len ? "," : "", STR_ARG(id));
    }
    return list;
}

/* --- screens --- */

struct jsm_call jsm_call_screens(struct arena *a, struct str words, int64_t start_at)
{
    struct str path = encoded(a, API "/screens?" PAGE "&queryString=", words);

    return read_call(JSM_ROUTE_SCREENS, from_on(a, path, start_at));
}

struct str jsm_screen_named(struct arena *a, const struct json *body, struct str name)
{
    JSON_EACH(s, json_member(body, "values"))
    {
        if (str_eq(json_path_str(s, "name"), name))
            return json_id(a, json_member(s, "id"));
    }
    return STR_NONE;
}

struct str jsm_view_name(struct arena *a, struct str scheme_name)
{
    return arena_printf(a, "%.*s: view (Countersign)", STR_ARG(scheme_name));
}

struct jsm_call jsm_call_screen_add(struct arena *a, struct str name)
{
    const struct pair pairs[] = {
        {"name", name}, {"description", STR("Installed by Countersign")}, {NULL, STR_NONE}};

    return jsm_call_of(JSM_ROUTE_SCREEN_ADD, JSM_ONCE, STR(API "/screens"), object(a, pairs));
}

struct jsm_call jsm_call_screen_remove(struct arena *a, struct str screen)
{
    return jsm_call_of(JSM_ROUTE_SCREEN_REMOVE, JSM_REPEATABLE, id_path(a, "screens", screen, ""),
                       STR_NONE);
}

struct jsm_call jsm_call_tabs(struct arena *a, struct str screen)
{
    return read_call(JSM_ROUTE_TABS, id_path(a, "screens", screen, "/tabs"));
}

struct jsm_call jsm_call_tab_add(struct arena *a, struct str screen, struct str name)
{
    const struct pair pairs[] = {{"name", name}, {NULL, STR_NONE}};

    return jsm_call_of(JSM_ROUTE_TAB_ADD, JSM_ONCE, id_path(a, "screens", screen, "/tabs"),
                       object(a, pairs));
}

static struct str tab_path(struct arena *a, struct str screen, struct str tab, struct str field)
{
    struct str path = id_path(a, "screens", screen, "/tabs/");

    if (!path.len || !jsm_is_id(tab))
        return STR_NONE;
    return arena_printf(a, "%.*s%.*s/fields%s%.*s", STR_ARG(path), STR_ARG(tab),
                        field.len ? "/" : "", STR_ARG(field));
}

struct jsm_call jsm_call_tab_fields(struct arena *a, struct str screen, struct str tab)
{
    return read_call(JSM_ROUTE_TAB_FIELDS, tab_path(a, screen, tab, STR_NONE));
}

struct jsm_call jsm_call_tab_field_add(struct arena *a, struct str screen, struct str tab,
                                       struct str field)
{
    const struct pair pairs[] = {{"fieldId", field}, {NULL, STR_NONE}};

    return jsm_call_of(JSM_ROUTE_TAB_FIELD_ADD, JSM_ONCE, tab_path(a, screen, tab, STR_NONE),
                       object(a, pairs));
}

struct jsm_call jsm_call_tab_field_remove(struct arena *a, struct str screen, struct str tab,
                                          struct str field)
{
    return jsm_call_of(JSM_ROUTE_TAB_FIELD_REMOVE, JSM_REPEATABLE,
                       is_custom(field) ? tab_path(a, screen, tab, field) : STR_NONE, STR_NONE);
}

/* --- from a project to its screens --- */

struct jsm_call jsm_call_scheme_of(struct arena *a, struct str project_id)
{
    return read_call(JSM_ROUTE_SCHEME_OF,
                     jsm_is_id(project_id)
                         ? arena_printf(a, API "/issuetypescreenscheme/project?projectId=%.*s",
                                        STR_ARG(project_id))
                         : STR_NONE);
}

struct str jsm_scheme_of(struct arena *a, const struct json *body)
{
    const struct json *first = json_first(json_member(body, "values"));
    return json_id(a, json_path(first, "issueTypeScreenScheme/id"));
}

struct jsm_call jsm_call_scheme_types(struct arena *a, struct str scheme, int64_t start_at)
{
    struct str path = jsm_is_id(scheme) ? arena_printf(a,
                                                       API "/issuetypescreenscheme/mapping?" PAGE
                                                           "&issueTypeScreenSchemeId=%.*s",
                                                       STR_ARG(scheme))
                                        : STR_NONE;

    return read_call(JSM_ROUTE_SCHEME_TYPES, from_on(a, path, start_at));
}

void jsm_scheme_for(struct arena *a, const struct json *body, struct str issue_type,
                    struct str *scheme, struct str *otherwise)
{
    JSON_EACH(m, json_member(body, "values"))
    {
        struct str type = json_id(a, json_member(m, "issueTypeId"));
        if (str_eq(type, issue_type))
            *scheme = json_id(a, json_member(m, "screenSchemeId"));
        if (str_eq_c(type, "default"))
            *otherwise = json_id(a, json_member(m, "screenSchemeId"));
    }
}

struct jsm_call jsm_call_schemes(struct arena *a, const struct gate_scheme *schemes, size_t count)
{
    struct str path = STR(API "/screenscheme?" PAGE);

    for (size_t i = 0; i < count; i++)
        if (jsm_is_id(schemes[i].id))
            path = arena_printf(a, "%.*s&id=%.*s", STR_ARG(path), STR_ARG(schemes[i].id));
    return read_call(JSM_ROUTE_SCHEMES, path);
}

struct gate_scheme jsm_scheme_read(struct arena *a, const struct json *scheme)
{
    const struct json *screens = json_member(scheme, "screens");

    return (struct gate_scheme){.id = json_id(a, json_member(scheme, "id")),
                                .name = arena_str(a, json_path_str(scheme, "name")),
                                .on_default = json_id(a, json_member(screens, "default")),
                                .on_view = json_id(a, json_member(screens, "view")),
                                .on_edit = json_id(a, json_member(screens, "edit")),
                                .on_create = json_id(a, json_member(screens, "create"))};
}

struct jsm_call jsm_call_scheme_view(struct arena *a, struct str scheme, struct str view)
{
    struct str body = view.len ? arena_printf(a, "{\"screens\":{\"view\":\"%.*s\"}}", STR_ARG(view))
                               : STR("{\"screens\":{\"view\":null}}");

    return jsm_call_of(JSM_ROUTE_SCHEME_EDIT, JSM_REPEATABLE,
                       id_path(a, "screenscheme", scheme, ""), body);
}
