#include "jsm/jsm_field.h"

#include "base/clock.h"
#include "jsm/jsm_adf.h"
#include "jsm/jsm_answers.h"
#include "jsm/jsm_dialect.h"
#include "jsm/jsm_marker.h"

enum {
    LINE_CHARS = 255,   /* of a text field and of a label, says Jira */
    RICH_CHARS = 32767, /* of formatted text */
    SHOWN_BYTES = 64,   /* of a value in a fault */
    OFFERED_SHOWN = 12, /* choices named in a fault */
};

/* --- what a form asks for --- */

/* By the end of `custom`, then by `system`, then by type and items. */
static const struct {
    const char *name;
    enum field_kind kind;
} CUSTOM[] = {{":textfield", FIELD_TEXT},
              {":url", FIELD_TEXT},
              {":textarea", FIELD_RICH},
              {":float", FIELD_NUMBER},
              {":datepicker", FIELD_DATE},
              {":datetime", FIELD_DATETIME},
              {":select", FIELD_OPTION},
              {":radiobuttons", FIELD_OPTION},
              {":multiselect", FIELD_OPTIONS},
              {":multicheckboxes", FIELD_OPTIONS},
              {":cascadingselect", FIELD_CASCADE},
              {":userpicker", FIELD_USER},
              {":multiuserpicker", FIELD_USERS},
              {":people", FIELD_USERS},
              {":sd-request-participants", FIELD_USERS},
              {":grouppicker", FIELD_GROUP},
              {":multigrouppicker", FIELD_GROUPS},
              {":labels", FIELD_LABELS},
              {":version", FIELD_NAMED},
              {":multiversion", FIELD_COMPONENTS},
              {":cmdb-object-cftype", FIELD_ASSETS},
              {":sd-customer-organizations", FIELD_ORGANISATIONS}},
  SYSTEM[] = {{"description", FIELD_RICH},    {"environment", FIELD_RICH},
              {"labels", FIELD_LABELS},       {"components", FIELD_COMPONENTS},
              {"versions", FIELD_COMPONENTS}, {"fixVersions", FIELD_COMPONENTS},
              {"priority", FIELD_NAMED},      {"assignee", FIELD_USER},
              {"reporter", FIELD_USER},       {"duedate", FIELD_DATE},
              {"summary", FIELD_TEXT}},
  TYPES[] = {{"string", FIELD_TEXT},    {"number", FIELD_NUMBER},
             {"date", FIELD_DATE},      {"datetime", FIELD_DATETIME},
             {"user", FIELD_USER},      {"group", FIELD_GROUP},
             {"option", FIELD_OPTION},  {"option-with-child", FIELD_CASCADE},
             {"priority", FIELD_NAMED}, {"version", FIELD_NAMED},
             {"component", FIELD_NAMED}},
  ITEMS[] = {{"string", FIELD_LABELS},        {"option", FIELD_OPTIONS},
             {"user", FIELD_USERS},           {"group", FIELD_GROUPS},
             {"component", FIELD_COMPONENTS}, {"version", FIELD_COMPONENTS}};

/* A Data Center's Assets, by its older name:
 * https://confluence.atlassian.com/assetapps/assets-with-jira-rest-api-1168847899.html */
static bool is_of_keys(struct str custom)
{
    static const char *const ENDS[] = {"default-object", "object", "object-multi"};
    const struct str FAMILY = STR("com.riadalabs.jira.plugins.insight:rlabs-customfield-");

    if (!str_starts(custom, FAMILY))
        return false;
    struct str end = str_n(custom.p + FAMILY.len, custom.len - FAMILY.len);
    for (size_t i = 0; i < sizeof ENDS / sizeof ENDS[0]; i++)
        if (str_eq_c(end, ENDS[i]))
            return true;
    return false;
}

#define LOOK(table, test)                                         \
    for (size_t i = 0; i < sizeof(table) / sizeof(table)[0]; i++) \
        if (test) {                                               \
            *ret = (table)[i].kind;                               \
            return true;                                          \
        }

bool jsm_field_kind(const struct json *schema, enum field_kind *ret)
{
    struct str custom = json_path_str(schema, "custom"), system = json_path_str(schema, "system");
    struct str type = json_path_str(schema, "type"), items = json_path_str(schema, "items");

    LOOK(CUSTOM, str_ends(custom, str_of(CUSTOM[i].name)))
    LOOK(SYSTEM, str_eq_c(system, SYSTEM[i].name))
    if (str_starts(custom, STR("com.atlassian.servicedesk:"))) /* the desk's own: SLA, approvals */
        return false;
    if (str_eq_c(type, "array")) {
        LOOK(ITEMS, str_eq_c(items, ITEMS[i].name))
        return false;
    }
    LOOK(TYPES, str_eq_c(type, TYPES[i].name))
    return false;
}

/* {id, value|name, children} of the platform; {value: id, label, children} of the desk. */
static struct jsm_choice choice_of(struct arena *a, const struct json *v, struct str parent)
{
    struct str id = json_id(a, json_member(v, "id")), label = json_path_str(v, "label");
    struct str value = json_path_str(v, "value"), name = json_path_str(v, "name");

    if (!id.len && label.len)
        return (struct jsm_choice){.id = value, .text = label, .parent = parent};
    return (struct jsm_choice){.id = id, .text = value.len ? value : name, .parent = parent};
}

static void read_choices(struct arena *a, const struct json *list, struct jsm_field *f)
{
    size_t room = json_count(list);

    JSON_EACH(v, list)
    room += json_count(json_member(v, "children"));
    struct jsm_choice *choices = arena_array(a, room + 1, sizeof *choices);
    for (const struct json *v = choices ? json_first(list) : NULL; v; v = json_next(v)) {
        struct jsm_choice upper = choices[f->choice_count++] = choice_of(a, v, STR_NONE);
        JSON_EACH(child, json_member(v, "children"))
        choices[f->choice_count++] = choice_of(a, child, upper.id);
    }
    f->choices = choices;
}

static struct jsm_field read_field(struct arena *a, const struct json *v)
{
    const struct json *schema = json_member(v, "schema"), *of_desk = json_member(v, "jiraSchema");
    const struct json *valid = json_member(v, "validValues");
    struct jsm_field f = {.id = json_path_str(v, "fieldId"), .name = json_path_str(v, "name")};
    bool filled = json_is_true(json_member(v, "hasDefaultValue")) ||
                  json_count(json_member(v, "defaultValues")) > 0 ||
                  json_count(json_member(v, "presetValues")) > 0;

    f.writable = jsm_field_kind(of_desk ? of_desk : schema, &f.kind);
    f.by_key = is_of_keys(json_path_str(of_desk ? of_desk : schema, "custom"));
    if (f.by_key) {
        f.kind = FIELD_ASSETS;
        f.writable = true;
    }
    f.required = json_is_true(json_member(v, "required")) && !filled;
    read_choices(a, valid ? valid : json_member(v, "allowedValues"), &f);
    return f;
}

static const struct json *fields_of(const struct json *page)
{
    const struct json *of_desk = json_member(page, "requestTypeFields");
    return of_desk ? of_desk : jsm_listed(page, "fields");
}

bool jsm_form_read(struct arena *a, const struct json *pages, struct jsm_form *ret, struct err *err)
{
    size_t room = 0;

    *ret = (struct jsm_form){0};
    JSON_EACH(page, pages)
    {
        if (jsm_is_type_form(page)) {
            room += json_count(json_path(page, "design/questions"));
            continue;
        }
        if (json_type(fields_of(page)) != JSON_ARRAY)
            return FAIL(err, ERR_INPUT, "a form without fields");
        room += json_count(fields_of(page));
        ret->may_behalf |= json_is_true(json_member(page, "canRaiseOnBehalfOf"));
        ret->may_participants |= json_is_true(json_member(page, "canAddRequestParticipants"));
    }
    struct jsm_field *fields = arena_array(a, room + 1, sizeof *fields);
    if (!fields || room > JSM_FORM_FIELDS_MAX)
        return FAIL(err, ERR_INPUT, "a form of %zu fields", room);
    ret->fields = fields;
    JSON_EACH(page, pages)
    {
        JSON_EACH(v, jsm_is_type_form(page) ? NULL : fields_of(page))
        if (json_path_str(v, "fieldId").len)
            fields[ret->count++] = read_field(a, v);
    }
    JSON_EACH(page, pages)
    if (jsm_is_type_form(page))
        jsm_questions_read(a, page, fields, ret);
    return true;
}

const struct jsm_field *jsm_form_field(const struct jsm_form *form, struct str id)
{
    for (size_t i = 0; i < form->count; i++)
        if (str_eq(form->fields[i].id, id))
            return &form->fields[i];
    return NULL;
}

/* --- what Jira wants for a text --- */

/* A field being written; why: said after "'value' ". */
struct putting {
    struct arena *arena;
    const struct jsm_field *f;
    struct json_out *out; /* NULL: only tried */
    struct str value;     /* the one at fault */
    struct str why;
};

static bool wrong(struct putting *p, struct str value, struct str why)
{
    p->value = value;
    p->why = why;
    return false;
}

static bool is_number(struct str s)
{
    struct str rest = s;
    bool sign = rest.len && rest.p[0] == '-';
    size_t digits = 0, dots = 0;

    for (size_t i = sign; i < s.len; i++) {
        digits += s.p[i] >= '0' && s.p[i] <= '9';
        dots += s.p[i] == '.';
    }
    bool padded = s.len > sign + 1U && s.p[sign] == '0' && s.p[sign + 1] != '.';
    bool open = dots && (s.p[s.len - 1] == '.' || s.p[sign] == '.');
    return digits > 0 && dots <= 1 && digits + dots + sign == s.len && !padded && !open &&
           digits <= 15; /* Jira keeps doubles */
}

/* "2026-12-31", and a day there is. */
static bool is_date(struct arena *a, struct str s)
{
    int64_t ms;
    char back[CLOCK_TEXT_SIZE];

    if (s.len != 10 || !clock_parse(arena_printf(a, "%.*sT00:00:00Z", STR_ARG(s)), &ms))
        return false;
    return str_starts(str_of(clock_rfc3339(ms, back)), s);
}

/* Jira's own form, in UTC. */
static struct str jira_time(struct arena *a, int64_t ms)
{
    char text[CLOCK_TEXT_SIZE];
    struct str s = str_of(clock_rfc3339(ms, text));

    return arena_printf(a, "%.*s+0000", (int)s.len - 1, s.p);
}

static struct str offered(struct putting *p, struct str parent)
{
    struct str all = STR("");
    size_t shown = 0;

    for (size_t i = 0; i < p->f->choice_count; i++) {
        const struct jsm_choice *c = &p->f->choices[i];
        if (!str_eq(c->parent, parent))
            continue;
        if (shown == OFFERED_SHOWN)
            return arena_printf(p->arena, "%.*s, ...", STR_ARG(all));
        all =
            arena_printf(p->arena, "%.*s%s%.*s", STR_ARG(all), shown ? ", " : "", STR_ARG(c->text));
        shown++;
    }
    return all;
}

static const struct jsm_choice *chosen(struct putting *p, struct str value, struct str parent)
{
    for (size_t pass = 0; pass < 2; pass++) /* words before ids: somebody may call a choice "7" */
        for (size_t i = 0; i < p->f->choice_count; i++) {
            const struct jsm_choice *c = &p->f->choices[i];
            if (str_eq(c->parent, parent) && str_eq(pass ? c->id : c->text, value))
                return c;
        }
    wrong(
        p, value,
        arena_printf(p->arena, "is not offered; write one of: %.*s", STR_ARG(offered(p, parent))));
    return NULL;
}

static void put_member(struct putting *p, const char *name, struct str value)
{
    if (!p->out)
        return;
    json_open_object(p->out);
    json_str_member(p->out, name, value);
    json_close_object(p->out);
}

static void put_text(struct putting *p, struct str value)
{
    if (p->out)
        json_put_str(p->out, value);
}

static bool put_choice(struct putting *p, struct str value, const char *otherwise)
{
    if (!p->f->choice_count) {
        put_member(p, otherwise, value);
        return true;
    }
    const struct jsm_choice *c = chosen(p, value, STR_NONE);
    if (c)
        put_member(p, "id", c->id);
    return c != NULL;
}

static bool put_cascade(struct putting *p, const struct str *values, size_t count)
{
    bool told = p->f->choice_count > 0;
    const struct jsm_choice *upper = NULL, *lower = NULL;

    if (!values[0].len || count > 2)
        return wrong(p, values[0], STR("does not name an upper and a lower choice; write both"));
    if (told && (!(upper = chosen(p, values[0], STR_NONE)) ||
                 (count > 1 && !(lower = chosen(p, values[1], upper->id)))))
        return false;
    if (!p->out)
        return true;
    json_open_object(p->out);
    json_str_member(p->out, told ? "id" : "value", told ? upper->id : values[0]);
    if (count > 1) {
        json_put_name(p->out, "child");
        put_member(p, told ? "id" : "value", told ? lower->id : values[1]);
    }
    json_close_object(p->out);
    return true;
}

static bool has_blank(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.p[i] <= ' ')
            return true;
    return false;
}

/* "workspace:object": the workspace an UUID, the object a number. */
static bool is_asset(struct str s)
{
    struct str object = s, workspace = str_cut(&object, ':');
    return workspace.len > 0 && jsm_is_id(object) && !has_blank(workspace);
}

/* "ITSM-12" */
static bool is_asset_key(struct str s)
{
    struct str number = s, schema = str_cut(&number, '-');
    bool good = schema.len > 0 && jsm_is_id(number);

    for (size_t i = 0; i < schema.len; i++) {
        char c = schema.p[i];
        good &= (c >= 'A' && c <= 'Z') || (i > 0 && ((c >= '0' && c <= '9') || c == '_'));
    }
    return good;
}

static bool put_asset(struct putting *p, struct str v)
{
    if (p->f->by_key && !is_asset_key(v))
        return wrong(p, v, STR("is no object of Assets; write its key, ITSM-12"));
    if (!p->f->by_key && !is_asset(v))
        return wrong(p, v, STR("is no object of Assets; write its workspace and number, w:12"));
    put_member(p, p->f->by_key ? "key" : "id", v);
    return true;
}

static bool put_line(struct putting *p, struct str v)
{
    if (v.len > LINE_CHARS)
        return wrong(p, v, STR("... is longer than 255 characters; shorten it"));
    if (str_find(v, '\n') >= 0 || str_find(v, '\r') >= 0)
        return wrong(p, v, STR("has more than one line; write one"));
    put_text(p, v);
    return true;
}

static bool put_moment(struct putting *p, struct str v)
{
    int64_t ms;

    if (!clock_parse(v, &ms))
        return wrong(p, v, STR("is not a time; write 2026-12-31T17:00:00Z"));
    put_text(p, jira_time(p->arena, ms));
    return true;
}

/* One value of any kind but a cascade; of a list, one element. */
static bool put_one(struct putting *p, struct str v)
{
    switch (p->f->kind) {
    case FIELD_TEXT:
        return put_line(p, v);
    case FIELD_RICH:
        if (v.len > RICH_CHARS)
            return wrong(p, v, STR("... is longer than 32767 characters; shorten it"));
        if (p->out)
            json_put_raw(p->out, jsm_adf_text(p->arena, v));
        return true;
    case FIELD_NUMBER:
        if (!is_number(v))
            return wrong(p, v, STR("is not a number; write 42 or 4.2"));
        if (p->out)
            json_put_raw(p->out, v);
        return true;
    case FIELD_DATE: /* of a time, its day */
        if (v.len > 10 && v.p[10] == 'T')
            v.len = 10;
        if (!is_date(p->arena, v))
            return wrong(p, v, STR("is not a date; write 2026-12-31"));
        put_text(p, v);
        return true;
    case FIELD_DATETIME:
        return put_moment(p, v);
    case FIELD_OPTION:
    case FIELD_OPTIONS:
        return put_choice(p, v, "value");
    case FIELD_NAMED:
    case FIELD_COMPONENTS:
        return put_choice(p, v, "name");
    case FIELD_GROUP:
    case FIELD_GROUPS:
        put_member(p, "name", v);
        return true;
    case FIELD_USER:
    case FIELD_USERS:
        if (p->out)
            jsm_person_put(p->out, v);
        return true;
    case FIELD_LABELS:
        if (has_blank(v))
            return wrong(p, v, STR("has a blank; write a label without"));
        return put_line(p, v);
    case FIELD_ASSETS:
        return put_asset(p, v);
    case FIELD_ORGANISATIONS:
        if (!jsm_is_id(v))
            return wrong(p, v, STR("is not the number of an organisation; write 12"));
        if (p->out)
            json_put_raw(p->out, v);
        return true;
    case FIELD_CASCADE:
    case FIELD_KIND_COUNT:
        break;
    }
    return false;
}

bool jsm_field_is_list(enum field_kind kind)
{
    return kind == FIELD_OPTIONS || kind == FIELD_USERS || kind == FIELD_GROUPS ||
           kind == FIELD_LABELS || kind == FIELD_COMPONENTS || kind == FIELD_ASSETS ||
           kind == FIELD_ORGANISATIONS;
}

static bool put_values(struct putting *p, const struct str *values, size_t count)
{
    bool fine = true;

    if (p->f->kind == FIELD_CASCADE)
        return put_cascade(p, values, count);
    if (!jsm_field_is_list(p->f->kind))
        return count == 1 ? put_one(p, values[0])
                          : wrong(p, values[1], STR("is one value too many; write one"));
    if (p->out)
        json_open_array(p->out);
    for (size_t i = 0; fine && i < count; i++)
        fine = put_one(p, values[i]);
    if (p->out)
        json_close_array(p->out);
    return fine;
}

bool jsm_field_check(struct arena *a, const struct jsm_field *f, const struct str *values,
                     size_t count, struct err *err)
{
    struct putting p = {.arena = a, .f = f};

    if (!f->writable)
        return FAIL(err, ERR_INPUT,
                    "%.*s '%.*s': a field of this kind cannot be written; take it out",
                    STR_ARG(f->id), STR_ARG(f->name));
    if (put_values(&p, values, count))
        return true;
    char shown[SHOWN_BYTES];
    str_copy(shown, sizeof shown, p.value);
    return FAIL(err, ERR_INPUT, "%.*s '%.*s': '%s' %.*s", STR_ARG(f->id), STR_ARG(f->name), shown,
                STR_ARG(p.why));
}

bool jsm_field_put(struct arena *a, struct json_out *out, const struct jsm_field *f,
                   const struct str *values, size_t count, struct err *err)
{
    struct putting p = {.arena = a, .f = f, .out = out};

    return jsm_field_check(a, f, values, count, err) && put_values(&p, values, count);
}

/* --- people --- */

void jsm_person_put(struct json_out *out, struct str account)
{
    json_open_object(out);
    json_str_member(out, "accountId", account);
    json_close_object(out);
}

static bool is_gone(const struct json *user)
{
    const struct json *active = json_member(user, "active");
    return json_type(active) == JSON_BOOL && !json_is_true(active);
}

struct str jsm_person_pick(const struct json *users, struct str address, size_t *ret_count)
{
    struct str found = STR_NONE;

    *ret_count = 0;
    JSON_EACH(user, users)
    {
        struct str name = jsm_user_name(user);
        if (is_gone(user) || !name.len ||
            !str_eq_nocase(json_path_str(user, "emailAddress"), address))
            continue;
        found = name;
        ++*ret_count;
    }
    return *ret_count == 1 ? found : STR_NONE;
}

struct str jsm_person_named(const struct json *user, struct str name)
{
    struct str found = jsm_user_name(user);
    return !is_gone(user) && str_eq_nocase(found, name) ? found : STR_NONE;
}
