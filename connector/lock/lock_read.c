/* The file as a tree of structs. */
#include "base/limits.h"
#include "lock/lock.h"

/* A list of at most `most` things; room for them, NULL with err. */
static void *room_for(struct arena *a, const struct json *list, const char *what, size_t most,
                      size_t size, struct err *err)
{
    void *room = json_count(list) <= most ? arena_array(a, json_count(list) + 1, size) : NULL;

    if (!room)
        (void)FAIL(err, ERR_INPUT, "more than %zu %s", most, what);
    return room;
}

static bool kind_named(struct str name, enum field_kind *ret)
{
    static const char *const NAMES[] = {
#define X(suffix, text) text,
        FIELD_KINDS(X)
#undef X
    };
    int i = str_index(name, NAMES, FIELD_KIND_COUNT);

    *ret = i < 0 ? FIELD_TEXT : (enum field_kind)i;
    return i >= 0;
}

static bool read_choices(struct arena *a, const struct json *list, struct jsm_field *f,
                         struct err *err)
{
    struct jsm_choice *choices =
        room_for(a, list, "options of a field", LIMIT_JSON_NODES, sizeof *choices, err);

    if (!choices)
        return false;
    JSON_EACH(v, list)
    choices[f->choice_count++] = (struct jsm_choice){.id = json_path_str(v, "id"),
                                                     .text = json_path_str(v, "text"),
                                                     .parent = json_path_str(v, "parent")};
    f->choices = choices;
    return true;
}

static bool read_form(struct arena *a, const struct json *v, struct jsm_form *ret, struct err *err)
{
    const struct json *list = json_member(v, "fields");
    struct jsm_field *fields =
        room_for(a, list, "fields of a form", JSM_FORM_FIELDS_MAX, sizeof *fields, err);

    if (!fields)
        return false;
    *ret = (struct jsm_form){.fields = fields,
                             .may_behalf = json_is_true(json_member(v, "behalf")),
                             .may_participants = json_is_true(json_member(v, "participants")),
                             .template = json_path_str(v, "template"),
                             .template_known = json_member(v, "template") != NULL};
    JSON_EACH(field, list)
    {
        struct jsm_field *f = &fields[ret->count++];
        *f = (struct jsm_field){.id = json_path_str(field, "id"),
                                .name = json_path_str(field, "name"),
                                .question = json_path_str(field, "question"),
                                .required = json_is_true(json_member(field, "required"))};
        f->writable = kind_named(json_path_str(field, "kind"), &f->kind);
        if (!read_choices(a, json_member(field, "options"), f, err))
            return err_while(err, "reading field %.*s", STR_ARG(f->id));
    }
    return true;
}

static bool read_types(struct arena *a, const struct json *list, struct lock_project *p,
                       struct err *err)
{
    struct lock_type *types =
        room_for(a, list, "request types", LOCK_TYPES_MAX, sizeof *types, err);

    if (!types)
        return false;
    JSON_EACH(v, list)
    {
        const struct json *form = json_member(v, "form");
        struct lock_type *t = &types[p->type_count++];
        *t = (struct lock_type){.id = json_path_str(v, "id"),
                                .name = json_path_str(v, "name"),
                                .issue_type = json_path_str(v, "issue_type"),
                                .known = form != NULL};
        if (form && !read_form(a, form, &t->form, err))
            return err_while(err, "reading request type %.*s", STR_ARG(t->id));
    }
    p->types = types;
    return true;
}

static bool read_statuses(struct arena *a, const struct json *list, struct lock_project *p,
                          struct err *err)
{
    struct lock_status *statuses =
        room_for(a, list, "statuses", LOCK_NAMED_MAX, sizeof *statuses, err);

    if (!statuses)
        return false;
    JSON_EACH(v, list)
    statuses[p->status_count++] = (struct lock_status){.id = json_path_str(v, "id"),
                                                       .name = json_path_str(v, "name"),
                                                       .category = json_path_str(v, "category")};
    p->statuses = statuses;
    return true;
}

static bool read_roads(struct arena *a, const struct json *list, struct lock_project *p,
                       struct err *err)
{
    struct lock_road *roads = room_for(a, list, "transitions", LOCK_NAMED_MAX, sizeof *roads, err);

    if (!roads)
        return false;
    JSON_EACH(v, list)
    roads[p->road_count++] = (struct lock_road){.workflow = json_path_str(v, "workflow"),
                                                .id = json_path_str(v, "id"),
                                                .name = json_path_str(v, "name"),
                                                .from = json_path_str(v, "from"),
                                                .to = json_path_str(v, "to")};
    p->roads = roads;
    p->roads_known = list != NULL;
    return true;
}

static bool read_project(struct arena *a, const struct json *v, struct lock_project *p,
                         struct err *err)
{
    const struct json *screen = json_member(v, "create_screen");

    *p = (struct lock_project){.key = json_path_str(v, "key"),
                               .desk = json_path_str(v, "desk"),
                               .screen_type = json_path_str(screen, "issue_type"),
                               .screen_known = json_member(screen, "form") != NULL};
    if (p->screen_known && !read_form(a, json_member(screen, "form"), &p->screen, err))
        return err_while(err, "reading a create screen");
    return read_types(a, json_member(v, "request_types"), p, err) &&
           read_statuses(a, json_member(v, "statuses"), p, err) &&
           read_roads(a, json_member(v, "transitions"), p, err);
}

static bool read_projects(struct arena *a, const struct json *list, struct lock_site *s,
                          struct err *err)
{
    struct lock_project *projects =
        room_for(a, list, "projects", LOCK_PROJECTS_MAX, sizeof *projects, err);

    if (!projects)
        return false;
    s->projects = projects;
    JSON_EACH(v, list)
    {
        struct lock_project *p = &projects[s->project_count++];
        if (!read_project(a, v, p, err))
            return err_while(err, "reading project %.*s", STR_ARG(p->key));
    }
    return true;
}

static bool read_fields(struct arena *a, const struct json *list, struct lock_site *s,
                        struct err *err)
{
    struct lock_field *fields = room_for(a, list, "fields", LOCK_FIELDS_MAX, sizeof *fields, err);

    if (!fields)
        return false;
    JSON_EACH(v, list)
    {
        struct lock_field *f = &fields[s->field_count++];
        *f = (struct lock_field){.id = json_path_str(v, "id"),
                                 .name = json_path_str(v, "name"),
                                 .type = json_path_str(v, "type")};
        f->is_known = kind_named(json_path_str(v, "kind"), &f->kind);
    }
    s->fields = fields;
    return true;
}

static bool read_resolutions(struct arena *a, const struct json *list, struct lock_site *s,
                             struct err *err)
{
    struct lock_named *named = room_for(a, list, "resolutions", LOCK_NAMED_MAX, sizeof *named, err);

    if (!named)
        return false;
    JSON_EACH(v, list)
    named[s->resolution_count++] =
        (struct lock_named){.id = json_path_str(v, "id"), .name = json_path_str(v, "name")};
    s->resolutions = named;
    return true;
}

static bool read_site(struct arena *a, const struct json *v, struct lock_site *s, struct err *err)
{
    *s = (struct lock_site){.site = json_path_str(v, "site"),
                            .url = json_path_str(v, "url"),
                            .flavour = json_path_str(v, "flavour"),
                            .mapping = json_path_str(v, "mapping"),
                            .captured_at = json_path_str(v, "captured_at")};
    if (!s->site.len || json_type(json_member(v, "fields")) != JSON_ARRAY ||
        json_type(json_member(v, "projects")) != JSON_ARRAY)
        return FAIL(err, ERR_INPUT, "a site without its name, fields or projects");
    return read_fields(a, json_member(v, "fields"), s, err) &&
           read_resolutions(a, json_member(v, "resolutions"), s, err) &&
           read_projects(a, json_member(v, "projects"), s, err);
}

bool lock_read(struct arena *a, struct str text, struct lock *ret, struct err *err)
{
    const struct json *root;
    int64_t version = 0;

    ret->count = 0;
    if (text.len > LOCK_BYTES)
        return FAIL(err, ERR_INPUT, "it is longer than %d bytes", LOCK_BYTES);
    if (!json_parse(a, text, &root, err))
        return false;
    if (!json_i64(json_member(root, "version"), &version) || version != 1)
        return FAIL(err, ERR_INPUT, "it is no lock of version 1");
    JSON_EACH(v, json_member(root, "sites"))
    {
        if (ret->count == LOCK_SITES_MAX)
            return FAIL(err, ERR_INPUT, "more than %d sites", LOCK_SITES_MAX);
        if (!read_site(a, v, &ret->sites[ret->count++], err))
            return false;
    }
    return true;
}

/* --- finding --- */

size_t lock_sites_of(const struct lock *lock, struct str mapping, const struct lock_site **ret)
{
    size_t n = 0;

    for (size_t i = 0; i < lock->count; i++)
        if (str_eq(lock->sites[i].mapping, mapping))
            ret[n++] = &lock->sites[i];
    for (size_t i = 0; !n && i < lock->count; i++)
        ret[i] = &lock->sites[i];
    return n ? n : lock->count;
}

const struct lock_site *lock_section(const struct lock *lock, struct str site, struct str mapping)
{
    for (size_t i = 0; i < lock->count; i++)
        if (str_eq(lock->sites[i].site, site) && str_eq(lock->sites[i].mapping, mapping))
            return &lock->sites[i];
    return NULL;
}

const struct lock_field *lock_field_of(const struct lock_site *site, struct str id)
{
    for (size_t i = 0; i < site->field_count; i++)
        if (str_eq(site->fields[i].id, id))
            return &site->fields[i];
    return NULL;
}

const struct lock_project *lock_project_of(const struct lock_site *site, struct str key)
{
    for (size_t i = 0; i < site->project_count; i++)
        if (str_eq(site->projects[i].key, key))
            return &site->projects[i];
    return NULL;
}

const struct lock_type *lock_type_in(const struct lock_project *project, struct str id)
{
    for (size_t i = 0; i < project->type_count; i++)
        if (str_eq(project->types[i].id, id))
            return &project->types[i];
    return NULL;
}

const struct lock_type *lock_type_of(const struct lock_site *site, struct str id,
                                     const struct lock_project **ret_project)
{
    for (size_t i = 0; i < site->project_count; i++) {
        const struct lock_type *t = lock_type_in(&site->projects[i], id);
        if (!t)
            continue;
        *ret_project = &site->projects[i];
        return t;
    }
    return NULL;
}

const struct lock_status *lock_status_of(const struct lock_project *project, struct str name)
{
    for (size_t i = 0; i < project->status_count; i++)
        if (str_eq(project->statuses[i].name, name))
            return &project->statuses[i];
    return NULL;
}

struct str lock_seen(struct arena *a, const struct lock_site *site)
{
    struct str t = site->captured_at;

    if (t.len < 16)
        return t;
    return arena_printf(a, "%.10s %.5s", t.p, t.p + 11);
}
