#include "jsm/jsm_answers.h"

#include "base/clock.h"
#include "jsm/jsm_adf.h"
#include "jsm/jsm_marker.h"

enum { ID_MAX = 64, NUMBER_MAX = 9 };

#define BASE "/jira/forms/cloud/%.*s/"

/* --- calls --- */

/* Letters, digits and '-': an UUID, as Atlassian writes them. */
static bool is_id(struct str id)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.p[i];
        bool good =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
        if (!good)
            return false;
    }
    return id.len > 0 && id.len <= ID_MAX;
}

struct jsm_call jsm_call_type_form(struct arena *a, struct str cloud_id, struct str desk,
                                   struct str type)
{
    struct str path = STR_NONE;

    if (is_id(cloud_id) && jsm_is_id(desk) && jsm_is_id(type))
        path = arena_printf(a, BASE "servicedesk/%.*s/requesttype/%.*s/form", STR_ARG(cloud_id),
                            STR_ARG(desk), STR_ARG(type));
    return jsm_call_of(JSM_ROUTE_TYPE_FORM, JSM_READ, path, STR_NONE);
}

struct jsm_call jsm_call_forms(struct arena *a, struct str cloud_id, struct str issue_id)
{
    struct str path = STR_NONE;

    if (is_id(cloud_id) && jsm_is_id(issue_id))
        path = arena_printf(a, BASE "issue/%.*s/form", STR_ARG(cloud_id), STR_ARG(issue_id));
    return jsm_call_of(JSM_ROUTE_FORMS, JSM_READ, path, STR_NONE);
}

struct jsm_call jsm_call_form(struct arena *a, struct str cloud_id, struct str issue_id,
                              struct str form_id)
{
    struct str path = STR_NONE;

    if (is_id(cloud_id) && jsm_is_id(issue_id) && is_id(form_id))
        path = arena_printf(a, BASE "issue/%.*s/form/%.*s", STR_ARG(cloud_id), STR_ARG(issue_id),
                            STR_ARG(form_id));
    return jsm_call_of(JSM_ROUTE_FORM, JSM_READ, path, STR_NONE);
}

/* --- questions --- */

/* What a type holds; files are not read. */
static const struct {
    const char *type;
    enum field_kind kind;
} TYPES[] = {{"ts", FIELD_TEXT},    {"tl", FIELD_TEXT},    {"te", FIELD_TEXT},
             {"tu", FIELD_TEXT},    {"pg", FIELD_TEXT},    {"rt", FIELD_RICH},
             {"no", FIELD_NUMBER},  {"da", FIELD_DATE},    {"dt", FIELD_TEXT},
             {"ti", FIELD_TEXT},    {"cd", FIELD_OPTION},  {"cs", FIELD_OPTION},
             {"cl", FIELD_OPTIONS}, {"cm", FIELD_OPTIONS}, {"cc", FIELD_CASCADE},
             {"us", FIELD_USER},    {"um", FIELD_USERS},   {"ob", FIELD_ASSETS}};

static bool kind_of(const struct json *question, enum field_kind *ret)
{
    for (size_t i = 0; i < sizeof TYPES / sizeof TYPES[0]; i++) {
        if (!str_eq_c(json_path_str(question, "type"), TYPES[i].type))
            continue;
        *ret = TYPES[i].kind;
        return true;
    }
    return false;
}

static bool is_number(struct str id)
{
    return jsm_is_id(id) && id.len <= NUMBER_MAX;
}

static struct str question_id(struct arena *a, const struct json *question)
{
    return arena_printf(a, FIELD_QUESTION "%.*s", STR_ARG(json_name(question)));
}

static void read_choices(struct arena *a, const struct json *list, struct jsm_field *f)
{
    size_t room = json_count(list);

    JSON_EACH(v, list)
    room += json_count(json_member(v, "children"));
    struct jsm_choice *choices = arena_array(a, room + 1, sizeof *choices);
    for (const struct json *v = choices ? json_first(list) : NULL; v; v = json_next(v)) {
        struct str id = json_path_str(v, "id");
        choices[f->choice_count++] =
            (struct jsm_choice){.id = id, .text = json_path_str(v, "label")};
        JSON_EACH(child, json_member(v, "children"))
        choices[f->choice_count++] = (struct jsm_choice){
            .id = json_path_str(child, "id"), .text = json_path_str(child, "label"), .parent = id};
    }
    f->choices = choices;
}

bool jsm_is_type_form(const struct json *page)
{
    return json_type(page) == JSON_NULL ||
           json_type(json_path(page, "design/questions")) == JSON_OBJECT;
}

/* A field that the desk's own form asks for as well stands there already. */
static bool stands(const struct jsm_form *form, struct str id)
{
    return jsm_form_field(form, id) != NULL;
}

void jsm_questions_read(struct arena *a, const struct json *page, struct jsm_field *fields,
                        struct jsm_form *form)
{
    form->template_known = true;
    form->template = json_path_str(page, "id");
    JSON_EACH(q, json_path(page, "design/questions"))
    {
        struct str linked = json_path_str(q, "jiraField");
        struct jsm_field f = {.id = linked.len ? linked : question_id(a, q),
                              .name = json_path_str(q, "label"),
                              .question = json_name(q)};
        if (!is_number(f.question) || stands(form, f.id))
            continue;
        f.writable = kind_of(q, &f.kind);
        f.required =
            json_is_true(json_path(q, "validation/rq")) && !json_member(q, "defaultAnswer");
        read_choices(a, json_member(q, "choices"), &f);
        fields[form->count++] = f;
    }
}

/* --- answers --- */

enum jsm_answered jsm_forms_pick(const struct json *forms, struct str template, struct str *ret_id)
{
    enum jsm_answered answered = ANSWERED_NONE;

    JSON_EACH(v, forms)
    {
        if (!str_eq(json_path_str(v, "formTemplate/id"), template))
            continue;
        bool submitted =
            json_is_true(json_member(v, "submitted")) || json_is_true(json_member(v, "lock"));
        if (!submitted) {
            answered = answered == ANSWERED_NONE ? ANSWERED_OPEN : answered;
            continue;
        }
        answered = answered == ANSWERED || answered == ANSWERED_TWICE ? ANSWERED_TWICE : ANSWERED;
        *ret_id = json_path_str(v, "id");
    }
    return answered;
}

const char *jsm_answered_name(enum jsm_answered answered)
{
    static const char *const NAMES[] = {NULL, "none", "open", "twice"};
    return NAMES[answered];
}

static const struct json *choice_of(const struct json *list, struct str id)
{
    JSON_EACH(v, list)
    if (str_eq(json_path_str(v, "id"), id))
        return v;
    return NULL;
}

/* {"id":..,"value":..}: a choice without a label (of a linked field, or taken off the form) has no
 * value, and holds whoever reads it. */
static void put_choice(struct json_out *out, struct str id, const struct json *choice)
{
    json_open_object(out);
    json_str_member(out, "id", id);
    if (choice)
        json_str_member(out, "value", json_path_str(choice, "label"));
    json_close_object(out);
}

static void put_choices(struct json_out *out, const struct json *ids, const struct json *offered)
{
    json_open_array(out);
    JSON_EACH(id, ids)
    put_choice(out, json_str(id), choice_of(offered, json_str(id)));
    json_close_array(out);
}

static void put_levels(struct json_out *out, const struct json *ids, const struct json *offered)
{
    struct str upper = json_str(json_first(ids)), lower = json_str(json_next(json_first(ids)));
    const struct json *choice = choice_of(offered, upper);
    const struct json *below = choice_of(json_member(choice, "children"), lower);

    json_open_object(out);
    json_str_member(out, "id", upper);
    if (choice)
        json_str_member(out, "value", json_path_str(choice, "label"));
    if (lower.len) {
        json_put_name(out, "child");
        put_choice(out, lower, below);
    }
    json_close_object(out);
}

/* {"id":account,"name":..}, or the account alone. */
static void put_people(struct json_out *out, const struct json *users)
{
    json_open_array(out);
    JSON_EACH(user, users)
    {
        struct str id = json_type(user) == JSON_STRING ? json_str(user) : json_path_str(user, "id");
        json_open_object(out);
        json_str_member(out, "accountId", id);
        json_str_member(out, "displayName", json_path_str(user, "name"));
        json_close_object(out);
    }
    json_close_array(out);
}

static void put_objects(struct json_out *out, const struct json *ids)
{
    json_open_array(out);
    JSON_EACH(id, ids)
    {
        json_open_object(out);
        json_str_member(out, "id", json_str(id));
        json_close_object(out);
    }
    json_close_array(out);
}

/* "2026-01-31T14:30:00", and of one alone that one. */
static struct str moment(struct arena *a, const struct json *answer)
{
    struct str date = json_path_str(answer, "date"), time = json_path_str(answer, "time");

    if (!date.len || !time.len)
        return date.len ? date : time;
    return arena_printf(a, "%.*sT%.*s", STR_ARG(date), STR_ARG(time));
}

static struct str text_of(struct arena *a, const struct json *answer)
{
    struct str text = json_path_str(answer, "text");
    return text.len ? text : moment(a, answer);
}

static void put_answer(struct arena *a, struct json_out *out, enum field_kind kind,
                       const struct json *question, const struct json *answer)
{
    const struct json *ids = json_member(answer, "choices");
    const struct json *offered = json_member(question, "choices");

    if (kind == FIELD_OPTION || kind == FIELD_OPTIONS)
        put_choices(out, ids, offered);
    else if (kind == FIELD_CASCADE && json_first(ids))
        put_levels(out, ids, offered);
    else if (kind == FIELD_ASSETS)
        put_objects(out, ids);
    else if (kind == FIELD_USER || kind == FIELD_USERS)
        put_people(out, json_member(answer, "users"));
    else if (kind == FIELD_RICH && json_member(answer, "adf"))
        json_put_value(out, json_member(answer, "adf"));
    else
        json_put_str(out, text_of(a, answer));
}

void jsm_answers_put(struct arena *a, const struct json *form, struct json_out *out,
                     int64_t *ret_updated_ms)
{
    const struct json *answers = json_path(form, "state/answers");

    if (!clock_parse(json_path_str(form, "updated"), ret_updated_ms))
        *ret_updated_ms = 0;
    JSON_EACH(q, json_path(form, "design/questions"))
    {
        const struct json *answer = json_member_str(answers, json_name(q));
        enum field_kind kind;
        if (!is_number(json_name(q)) || !answer || json_path_str(q, "jiraField").len ||
            !kind_of(q, &kind))
            continue;
        json_put_name(out, question_id(a, q).p);
        put_answer(a, out, kind, q, answer);
    }
}

/* --- answers that we give --- */

static const struct jsm_choice *offered_as(const struct jsm_field *f, struct str value,
                                           struct str parent)
{
    for (size_t i = 0; i < f->choice_count; i++)
        if (str_eq(f->choices[i].text, value) && str_eq(f->choices[i].parent, parent))
            return &f->choices[i];
    return NULL;
}

static void put_list(struct json_out *out, const char *name, const struct str *values, size_t count)
{
    json_put_name(out, name);
    json_open_array(out);
    for (size_t i = 0; i < count; i++)
        json_put_str(out, values[i]);
    json_close_array(out);
}

/* Numbers of what is chosen: of two levels the lower is looked for below the upper. */
static void put_chosen(struct json_out *out, const struct jsm_field *f, const struct str *values,
                       size_t count)
{
    struct str parent = STR_NONE;

    json_put_name(out, "choices");
    json_open_array(out);
    for (size_t i = 0; i < count; i++) {
        const struct jsm_choice *c = offered_as(f, values[i], parent);
        json_put_str(out, c ? c->id : values[i]);
        parent = c && f->kind == FIELD_CASCADE ? c->id : STR_NONE;
    }
    json_close_array(out);
}

static bool chooses(enum field_kind kind)
{
    return kind == FIELD_OPTION || kind == FIELD_OPTIONS || kind == FIELD_CASCADE;
}

bool jsm_answer_put(struct arena *a, struct json_out *out, const struct jsm_field *f,
                    const struct str *values, size_t count, struct err *err)
{
    if (chooses(f->kind) && !f->choice_count)
        return FAIL(err, ERR_INPUT,
                    "%.*s '%.*s': Jira does not tell what this question offers; bind another one",
                    STR_ARG(f->id), STR_ARG(f->name));
    if (!jsm_field_check(a, f, values, count, err))
        return false;
    json_open_object(out);
    if (chooses(f->kind))
        put_chosen(out, f, values, count);
    else if (f->kind == FIELD_ASSETS)
        put_list(out, "choices", values, count);
    else if (f->kind == FIELD_USER || f->kind == FIELD_USERS)
        put_list(out, "users", values, count);
    else if (f->kind == FIELD_DATE)
        json_str_member(out, "date", str_n(values[0].p, 10));
    else if (f->kind == FIELD_RICH) {
        json_put_name(out, "adf");
        json_put_raw(out, jsm_adf_text(a, values[0]));
    } else
        json_str_member(out, "text", values[0]);
    json_close_object(out);
    return true;
}
