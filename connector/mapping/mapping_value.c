/* Values of Jira fields as text, and the functions over them. Every function is total: it gives a
 * value for any value. */
#include "jsm/jsm_adf.h"
#include "jsm/jsm_user.h"
#include "json/json_write.h"
#include "mapping/mapping_priv.h"

struct value text_value(struct str s)
{
    return (struct value){.kind = str_trim(s).len ? VALUE_TEXT : VALUE_MISSING, .text = s};
}

struct value wrong_value(const char *why)
{
    return (struct value){.kind = VALUE_WRONG, .wrong = why};
}

/* Text that is one member of an object; a function may want another. */
static struct value member_value(const struct json *v, const char *member)
{
    struct value text = text_value(json_path_str(v, member));
    text.json = v;
    return text;
}

static struct value wrong_object(const struct json *v, const char *why)
{
    return (struct value){.kind = VALUE_WRONG, .wrong = why, .json = v};
}

static struct value value_of_object(const struct json *v)
{
    if (jsm_is_user(v))
        return (struct value){.kind = VALUE_PERSON, .json = v};
    if (json_type(json_member(v, "child")) == JSON_OBJECT)
        return wrong_object(v, "holds a choice in two levels");
    if (str_eq_c(json_path_str(v, "type"), "doc"))
        return wrong_object(v, "holds formatted text");
    if (json_str(json_member(v, "value")).p) /* an option */
        return member_value(v, "value");
    if (json_str(json_member(v, "name")).p) /* group, component, version, priority */
        return member_value(v, "name");
    return wrong_object(v, "holds a kind of value that is not read as it stands");
}

struct value value_of_field(const struct json *v)
{
    switch (json_type(v)) {
    case JSON_NULL:
        return (struct value){0};
    case JSON_BOOL:
        return text_value(json_is_true(v) ? STR("true") : STR("false"));
    case JSON_NUMBER:
        return text_value(json_number_text(v));
    case JSON_STRING:
        return text_value(json_str(v));
    case JSON_ARRAY:
        if (json_count(v) > 1)
            return (struct value){.kind = VALUE_LIST, .json = v};
        if (json_type(json_first(v)) == JSON_ARRAY)
            return wrong_value("holds a list in a list");
        return value_of_field(json_first(v));
    case JSON_OBJECT:
        return value_of_object(v);
    }
    return (struct value){0};
}

static struct str change_case(struct arena *arena, struct str s, char from, char to)
{
    char *copy = arena_alloc(arena, s.len + 1);
    if (!copy)
        return STR_NONE;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        bool in_range = c >= from && c < from + 26;
        copy[i] = in_range ? (char)(c - from + to) : c;
    }
    return str_n(copy, s.len);
}

/* One @ with something on both sides, no blanks. Whether it is somebody's is the source's to say.
 */
static bool is_address(struct str s)
{
    ptrdiff_t at = str_find(s, '@');
    if (at <= 0 || (size_t)at + 1 == s.len ||
        str_find(str_n(s.p + at + 1, s.len - (size_t)at - 1), '@') >= 0)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.p[i] <= ' ')
            return false;
    return true;
}

static struct value step_text(struct arena *arena, enum mapping_step step,
                              const struct step_argument *argument, struct str s)
{
    static const char *const YES[] = {"yes", "true", "1", "y"}, *const NO[] = {"no", "false", "0",
                                                                               "n"};

    switch (step) {
    case STEP_TRIM:
        return text_value(str_trim(s));
    case STEP_LOWER:
        return text_value(change_case(arena, s, 'A', 'a'));
    case STEP_UPPER:
        return text_value(change_case(arena, s, 'a', 'A'));
    case STEP_EMAIL:
        return is_address(str_trim(s)) ? text_value(str_trim(s))
                                       : wrong_value("holds no e-mail address");
    case STEP_BOOL:
        for (size_t i = 0; i < sizeof YES / sizeof YES[0]; i++) {
            if (str_eq_nocase(str_trim(s), str_of(YES[i])))
                return text_value(STR("true"));
            if (str_eq_nocase(str_trim(s), str_of(NO[i])))
                return text_value(STR("false"));
        }
        return wrong_value("holds neither yes nor no");
    case STEP_NUMBER:
    case STEP_DATE:
    case STEP_SPLIT:
    case STEP_PART:
    case STEP_MATCH:
    case STEP_REPLACE:
    case STEP_BEFORE:
    case STEP_AFTER:
        return shape_text(arena, step, argument, s);
    case STEP_ACCOUNT:
    case STEP_FIRST:
    case STEP_PLAIN:
    case STEP_PARENT:
    case STEP_CHILD:
    case STEP_ID:
    case STEP_COUNT:
        break;
    }
    return text_value(s);
}

/* A part of an object; what is no such object stays what it is. */
static struct value step_object(struct arena *arena, enum mapping_step step,
                                const struct step_argument *argument, struct value in)
{
    bool is_choice = json_path_str(in.json, "value").len > 0;

    if (step == STEP_PLAIN && str_eq_c(json_path_str(in.json, "type"), "doc"))
        return text_value(jsm_adf_plain(arena, in.json));
    if (step == STEP_PARENT && is_choice)
        return text_value(json_path_str(in.json, "value"));
    if (step == STEP_CHILD && is_choice)
        return text_value(json_path_str(in.json, "child/value"));
    if (step == STEP_ID)
        return text_value(json_id(arena, json_member(in.json, "id")));
    return in.kind == VALUE_TEXT ? step_text(arena, step, argument, in.text) : in;
}

static struct value step_person(enum mapping_step step, struct value in)
{
    if (step == STEP_EMAIL) /* hidden by the person's own settings, or by the site's */
        return text_value(json_path_str(in.json, "emailAddress"));
    if (step == STEP_ACCOUNT)
        return text_value(jsm_user_name(in.json));
    return step == STEP_FIRST ? in : wrong_value("holds a person; begin with email or account");
}

static struct value step_list(enum mapping_step step, const struct step_argument *argument,
                              struct value in)
{
    const struct json *one = json_first(in.json);

    if (step != STEP_FIRST && step != STEP_PART)
        return in;
    for (int64_t n = step == STEP_PART ? argument->number : 1; one && n > 1; n--)
        one = json_next(one);
    return value_of_field(one);
}

struct value value_step(struct arena *arena, enum mapping_step step,
                        const struct step_argument *argument, struct value in)
{
    switch (in.kind) {
    case VALUE_MISSING:
        return in;
    case VALUE_WRONG:
        return in.json ? step_object(arena, step, argument, in) : in;
    case VALUE_TEXT:
        return in.json ? step_object(arena, step, argument, in)
                       : step_text(arena, step, argument, in.text);
    case VALUE_PERSON:
        return step_person(step, in);
    case VALUE_LIST:
        return step_list(step, argument, in);
    }
    return in;
}

struct value value_steps(struct arena *arena, const struct binding *b, size_t from, struct value in)
{
    for (size_t i = from; i < b->step_count; i++)
        in = value_step(arena, b->steps[i], b->arguments[i], in);
    return in;
}

/* What a function picks out of a list is one value; every other one is for each. */
static size_t value_to_list(struct arena *arena, const struct binding *b, struct value *v)
{
    size_t i = 0;

    for (; i < b->step_count; i++) {
        bool picks = b->steps[i] == STEP_FIRST || b->steps[i] == STEP_PART;
        if (v->kind == VALUE_LIST && !picks)
            break;
        *v = value_step(arena, b->steps[i], b->arguments[i], *v);
    }
    return i;
}

bool value_is_list(struct arena *arena, const struct binding *b, struct value in)
{
    (void)value_to_list(arena, b, &in);
    return in.kind == VALUE_LIST;
}

size_t value_each(struct arena *arena, const struct binding *b, struct value in, struct value *ret)
{
    size_t from = value_to_list(arena, b, &in), count = 0;

    ret[0] = in.kind == VALUE_LIST ? (struct value){0} : in;
    if (in.kind != VALUE_LIST)
        return 1;
    JSON_EACH(one, in.json)
    {
        struct value v = value_steps(arena, b, from, value_of_field(one));
        if (v.kind == VALUE_MISSING)
            continue;
        if (count < MAPPING_VALUES_MAX)
            ret[count] = v;
        count++;
    }
    return count ? count : 1;
}

struct str mapping_goal(struct arena *arena, int64_t ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } UNITS[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}};

    for (size_t i = 0; ms && i < sizeof UNITS / sizeof UNITS[0]; i++)
        if (ms % UNITS[i].ms == 0)
            return arena_printf(arena, "%lld%s", (long long)(ms / UNITS[i].ms), UNITS[i].unit);
    return ms ? arena_printf(arena, "%lldms", (long long)ms) : STR("0");
}

void put_yaml(struct json_out *out, const struct yaml *v)
{
    if (v->kind == YAML_SCALAR) {
        if (yaml_is_null(v))
            json_put_null(out);
        else if (yaml_is_bool(v) || yaml_is_number(v))
            json_put_raw(out, v->scalar);
        else
            json_put_str(out, v->scalar);
        return;
    }
    if (v->kind == YAML_LIST)
        json_open_array(out);
    else
        json_open_object(out);
    YAML_EACH(child, v)
    {
        if (v->kind == YAML_MAP)
            json_put_name(out, child->key.p);
        put_yaml(out, child);
    }
    if (v->kind == YAML_LIST)
        json_close_array(out);
    else
        json_close_object(out);
}
