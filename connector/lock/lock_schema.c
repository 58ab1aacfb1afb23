#include "lock/lock_schema.h"

enum { OPTIONS_SHOWN = 6, DESCRIPTION_BYTES = 300 };

struct schema {
    struct arena *arena;
    const struct lock_site *site;
    const struct jsm_form **forms; /* of all request types and create screens */
    size_t form_count;
    struct json_out out;
};

/* --- what there is --- */

/* Every form of the site. */
static void gather_forms(struct schema *s)
{
    size_t room = 1;

    for (size_t i = 0; i < s->site->project_count; i++)
        room += 1 + s->site->projects[i].type_count;
    s->forms = arena_array(s->arena, room, sizeof *s->forms);
    for (size_t i = 0; s->forms && i < s->site->project_count; i++) {
        const struct lock_project *p = &s->site->projects[i];
        if (p->screen_known)
            s->forms[s->form_count++] = &p->screen;
        for (size_t k = 0; k < p->type_count; k++)
            if (p->types[k].known)
                s->forms[s->form_count++] = &p->types[k].form;
    }
}

/* The names of a field's options on all forms, each once; ends with STR_NONE. Two levels are left
 * out: a function takes one of them. */
static const struct str *options_of(const struct schema *s, struct str id, size_t *ret_count)
{
    size_t room = 1, n = 0;

    for (size_t i = 0; i < s->form_count; i++) {
        const struct jsm_field *f = jsm_form_field(s->forms[i], id);
        room += f && f->kind != FIELD_CASCADE ? f->choice_count : 0;
    }
    struct str *names = arena_array(s->arena, room, sizeof *names);
    for (size_t i = 0; names && i < s->form_count; i++) {
        const struct jsm_field *f = jsm_form_field(s->forms[i], id);
        for (size_t k = 0; f && f->kind != FIELD_CASCADE && k < f->choice_count; k++) {
            bool there = false;
            for (size_t m = 0; m < n; m++)
                there |= str_eq(names[m], f->choices[k].text);
            if (!there)
                names[n++] = f->choices[k].text;
        }
    }
    *ret_count = names ? n : 0;
    return names;
}

/* "Target system (SAP FIN | Workday | ...)" */
static struct str described(const struct schema *s, const struct lock_field *f)
{
    AUTO(drop_buf) struct buf b;
    size_t count;
    const struct str *options = options_of(s, f->id, &count);
    char cut[DESCRIPTION_BYTES];

    buf_init(&b, 64 * 1024);
    buf_add_str(&b, f->name);
    for (size_t i = 0; i < count && i < OPTIONS_SHOWN; i++) {
        buf_add_c(&b, i ? " | " : " (");
        buf_add_str(&b, options[i]);
    }
    if (count)
        buf_add_c(&b, count > OPTIONS_SHOWN ? " | ...)" : ")");
    (void)str_copy(cut, sizeof cut, buf_str(&b));
    return arena_str(s->arena, str_of(cut));
}

/* --- writing --- */

static void put_const(struct schema *s, struct str value, struct str title, struct str description)
{
    json_open_object(&s->out);
    json_str_member(&s->out, "const", value);
    json_str_member(&s->out, "title", title);
    json_str_member(&s->out, "description", description);
    json_close_object(&s->out);
}

static bool has_questions(const struct schema *s)
{
    for (size_t i = 0; i < s->form_count; i++)
        for (size_t k = 0; k < s->forms[i]->count; k++)
            if (str_starts(s->forms[i]->fields[k].id, STR(FIELD_QUESTION)))
                return true;
    return false;
}

/* Of the forms that are attached: a number may be a question of each. */
static void put_questions(struct schema *s)
{
    json_open_object(&s->out);
    json_str_member(&s->out, "description",
                    STR("A question of the form attached to the request type, by its number"));
    json_put_name(&s->out, "anyOf");
    json_open_array(&s->out);
    for (size_t i = 0; i < s->form_count; i++)
        for (size_t k = 0; k < s->forms[i]->count; k++) {
            const struct jsm_field *f = &s->forms[i]->fields[k];
            if (str_starts(f->id, STR(FIELD_QUESTION)))
                put_const(s, f->id, f->name,
                          arena_printf(s->arena, "%.*s, of form %.*s", STR_ARG(f->name),
                                       STR_ARG(s->forms[i]->template)));
        }
    json_close_array(&s->out);
    json_close_object(&s->out);
}

static void put_field_definition(struct schema *s)
{
    json_open_object(&s->out);
    json_str_member(&s->out, "description", STR("A field of this site, by its id"));
    json_put_name(&s->out, "anyOf");
    json_open_array(&s->out);
    for (size_t i = 0; i < s->site->field_count; i++) {
        const struct lock_field *f = &s->site->fields[i];
        put_const(s, f->id, f->name, described(s, f));
    }
    json_close_array(&s->out);
    json_close_object(&s->out);
}

static void open_member(struct schema *s, const char *name)
{
    json_put_name(&s->out, name);
    json_open_object(&s->out);
}

/* Without functions before it a lookup meets what the options are called. */
static void put_options(struct schema *s, const struct lock_field *f)
{
    size_t count;
    const struct str *options = options_of(s, f->id, &count);

    if (!count)
        return;
    json_open_object(&s->out);
    open_member(s, "if");
    json_put_name(&s->out, "required");
    json_put_raw(&s->out, STR("[\"from\"]"));
    json_put_name(&s->out, "not");
    json_put_raw(&s->out, STR("{\"required\":[\"then\"]}"));
    open_member(s, "properties");
    open_member(s, "from");
    json_str_member(&s->out, "const", f->id);
    json_close_object(&s->out);
    json_close_object(&s->out);
    json_close_object(&s->out);
    open_member(s, "then");
    open_member(s, "properties");
    open_member(s, "lookup");
    json_str_member(&s->out, "description", described(s, f));
    open_member(s, "propertyNames");
    json_put_name(&s->out, "enum");
    json_open_array(&s->out);
    for (size_t i = 0; i < count; i++)
        json_put_str(&s->out, options[i]);
    json_close_array(&s->out);
    json_close_object(&s->out);
    open_member(s, "properties");
    for (size_t i = 0; i < count; i++) {
        json_put_name(&s->out, arena_cstr(s->arena, options[i]));
        json_put_raw(&s->out, STR("{}"));
    }
    json_close_object(&s->out);
    json_close_object(&s->out);
    json_close_object(&s->out);
    json_close_object(&s->out);
    json_close_object(&s->out);
}

static void put_lookups(struct schema *s)
{
    json_open_object(&s->out);
    json_put_name(&s->out, "allOf");
    json_open_array(&s->out);
    json_put_raw(&s->out, STR("true")); /* an empty list would be no schema */
    for (size_t i = 0; i < s->site->field_count; i++)
        put_options(s, &s->site->fields[i]);
    json_close_array(&s->out);
    json_close_object(&s->out);
}

static void put_request_types(struct schema *s)
{
    json_open_object(&s->out);
    json_str_member(&s->out, "description", STR("A request type of this site, by its id"));
    json_put_name(&s->out, "anyOf");
    json_open_array(&s->out);
    for (size_t i = 0; i < s->site->project_count; i++) {
        const struct lock_project *p = &s->site->projects[i];
        for (size_t k = 0; k < p->type_count; k++) {
            const struct lock_type *t = &p->types[k];
            json_open_object(&s->out);
            int64_t number;
            json_put_name(&s->out, "enum");
            json_open_array(&s->out);
            json_put_str(&s->out, t->id);
            if (str_to_i64(t->id, &number))
                json_put_i64(&s->out, number);
            json_close_array(&s->out);
            json_str_member(&s->out, "title", t->name);
            json_str_member(&s->out, "description",
                            arena_printf(s->arena, "%.*s, service desk %.*s", STR_ARG(t->name),
                                         STR_ARG(p->key)));
            json_close_object(&s->out);
        }
    }
    json_close_array(&s->out);
    json_close_object(&s->out);
}

static void put_projects(struct schema *s)
{
    json_open_object(&s->out);
    json_str_member(&s->out, "description", STR("Key of the project in which tickets are made"));
    json_put_name(&s->out, "enum");
    json_open_array(&s->out);
    for (size_t i = 0; i < s->site->project_count; i++)
        json_put_str(&s->out, s->site->projects[i].key);
    json_close_array(&s->out);
    json_close_object(&s->out);
}

/* Names that an editor may complete; others are judged by `mapping validate`. */
static void put_status_names(struct schema *s)
{
    json_open_object(&s->out);
    for (size_t i = 0; i < s->site->project_count; i++) {
        const struct lock_project *p = &s->site->projects[i];
        for (size_t k = 0; k < p->status_count; k++) {
            bool there = false;
            for (size_t m = 0; m < i; m++)
                there |= lock_status_of(&s->site->projects[m], p->statuses[k].name) != NULL;
            if (there || lock_status_of(p, p->statuses[k].name) != &p->statuses[k])
                continue;
            json_put_name(&s->out, arena_cstr(s->arena, p->statuses[k].name));
            json_put_raw(&s->out, STR("{\"enum\":[\"open\",\"verify\",\"done\",\"cancelled\","
                                      "\"declined\"]}"));
        }
    }
    json_close_object(&s->out);
}

static void put_resolution_names(struct schema *s)
{
    json_open_object(&s->out);
    json_put_name(&s->out, "enum");
    json_open_array(&s->out);
    for (size_t i = 0; i < s->site->resolution_count; i++)
        json_put_str(&s->out, s->site->resolutions[i].name);
    json_close_array(&s->out);
    json_close_object(&s->out);
}

static void put_static_fields(struct schema *s)
{
    json_open_object(&s->out);
    for (size_t i = 0; i < s->site->field_count; i++) {
        const struct lock_field *f = &s->site->fields[i];
        if (!str_starts(f->id, STR("customfield_")))
            continue;
        json_put_name(&s->out, arena_cstr(s->arena, f->id));
        json_open_object(&s->out);
        json_str_member(&s->out, "description", described(s, f));
        json_close_object(&s->out);
    }
    json_close_object(&s->out);
}

static void put_id(struct schema *s)
{
    json_put_str(&s->out, arena_printf(s->arena, "%.*s/countersign/mapping.schema.json",
                                       STR_ARG(s->site->url)));
}

static void put_title(struct schema *s)
{
    json_put_str(&s->out, arena_printf(s->arena, "Countersign mapping for site %.*s, seen %.*s",
                                       STR_ARG(s->site->site), STR_ARG(s->site->captured_at)));
}

/* --- the base, with those in the places of what they know better --- */

#define REQUEST "/properties/requests/items/properties"
static const struct place {
    const char *path;
    void (*put)(struct schema *s);
} INSTEAD[] = {
    {"/$id", put_id},
    {"/title", put_title},
    {"/definitions/field", put_field_definition},
    {"/definitions/question", put_questions},
    {"/properties/service_desk", put_projects},
    {"/properties/ticket/properties/project", put_projects},
    {REQUEST "/request_type", put_request_types},
};
/* Members that the base does not have. */
static const struct addition {
    const char *path, *name;
    void (*put)(struct schema *s);
} ADDED[] = {
    {"/properties/statuses", "properties", put_status_names},
    {"/properties/resolutions", "propertyNames", put_resolution_names},
    {REQUEST "/ticket/properties/fields", "properties", put_static_fields},
    {"/definitions", "lookups", put_lookups},
};
static const char *const BINDINGS[] = {"/definitions/required_binding",
                                       "/definitions/optional_binding",
                                       "/definitions/yes_no_binding"};

static void put(struct schema *s, const struct json *v, struct str path);

static void put_additions(struct schema *s, struct str path)
{
    for (size_t i = 0; i < sizeof ADDED / sizeof ADDED[0]; i++) {
        if (!str_eq_c(path, ADDED[i].path))
            continue;
        json_put_name(&s->out, ADDED[i].name);
        ADDED[i].put(s);
    }
    for (size_t i = 0; i < sizeof BINDINGS / sizeof BINDINGS[0]; i++) {
        if (!str_eq_c(path, BINDINGS[i]))
            continue;
        json_put_name(&s->out, "allOf");
        json_put_raw(&s->out, STR("[{\"$ref\":\"#/definitions/lookups\"}]"));
    }
}

static bool put_instead(struct schema *s, struct str path)
{
    bool empty = (str_ends(path, STR("/request_type")) || str_ends(path, STR("/service_desk")) ||
                  str_ends(path, STR("/project"))) &&
                 !s->site->project_count;

    empty |= str_ends(path, STR("/question")) && !has_questions(s);
    for (size_t i = 0; i < sizeof INSTEAD / sizeof INSTEAD[0] && !empty; i++) {
        if (!str_eq_c(path, INSTEAD[i].path))
            continue;
        INSTEAD[i].put(s);
        return true;
    }
    return false;
}

static void put_members(struct schema *s, const struct json *v, struct str path)
{
    json_open_object(&s->out);
    JSON_EACH(member, v)
    {
        struct str name = json_name(member);
        json_put_name(&s->out, arena_cstr(s->arena, name));
        put(s, member, arena_printf(s->arena, "%.*s/%.*s", STR_ARG(path), STR_ARG(name)));
    }
    put_additions(s, path);
    json_close_object(&s->out);
}

static void put(struct schema *s, const struct json *v, struct str path)
{
    if (put_instead(s, path))
        return;
    if (json_type(v) == JSON_OBJECT)
        put_members(s, v, path);
    else
        json_put_value(&s->out, v);
}

bool lock_schema(struct arena *a, const struct lock_site *site, struct buf *out, struct err *err)
{
    AUTO(drop_buf) struct buf compact;
    struct schema s = {.arena = a, .site = site};
    const struct json *base;

    if (!json_parse(a, str_of(LOCK_SCHEMA_BASE), &base, err))
        return err_while(err, "reading the schema in the program");
    gather_forms(&s);
    buf_init(&compact, LOCK_BYTES);
    json_begin(&s.out, &compact);
    put(&s, base, STR(""));
    if (compact.over || arena_over(a))
        return FAIL(err, ERR_INPUT, "the site is too large for a schema");
    lock_in_lines(buf_str(&compact), out);
    return !out->over || FAIL(err, ERR_INPUT, "the site is too large for a schema");
}
