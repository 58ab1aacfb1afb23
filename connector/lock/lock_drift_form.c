/* What changed on one form. */
#include "lock/lock_drift_priv.h"
#include "mapping/mapping.h"

#define ON_FORM(kind, breaking, where) ((struct drift_what){kind, breaking, where, form->name})

/* --- what the mapping has to do with a field of the form --- */

static struct str blame(struct drifting *d, const struct drift_form *form, struct str field)
{
    for (size_t i = 0; i < form->rule_count; i++) {
        struct str where = mapping_blame_rule(d->m, d->arena, form->rules[i]->name, field);
        if (where.len)
            return where;
    }
    return STR("");
}

/* Does some rule that makes tickets with this form leave the field empty? */
static bool is_unfilled(const struct drift_form *form, struct drifting *d, struct str field)
{
    static const char *const OURS[] = {"summary", "description", "project", "issuetype",
                                       "reporter"};

    if (!form->makes || !form->rule_count || str_eq(field, d->m->ticket.marker) ||
        str_eq(field, d->m->request_type_field))
        return false;
    for (size_t i = 0; i < sizeof OURS / sizeof OURS[0]; i++)
        if (str_eq_c(field, OURS[i]))
            return false;
    for (size_t i = 0; i < form->rule_count; i++)
        if (!mapping_blame_rule(d->m, d->arena, form->rules[i]->name, field).len)
            return true;
    return false;
}

/* --- options --- */

static struct str read_as(struct drifting *d, const struct binding *b, const struct jsm_choice *c,
                          struct str text)
{
    AUTO(drop_buf) struct buf out_text;
    struct json_out out;
    const struct json *v = NULL;
    const char *why;
    struct str made;
    struct err err;

    buf_init(&out_text, 64 * 1024);
    json_begin(&out, &out_text);
    json_open_object(&out);
    json_str_member(&out, "id", c->id);
    json_str_member(&out, "name", text);
    json_str_member(&out, "value", text);
    if (c->parent.len) { /* the lower of two levels */
        json_put_name(&out, "child");
        json_open_object(&out);
        json_str_member(&out, "value", text);
        json_close_object(&out);
    }
    json_close_object(&out);
    if (!json_parse(d->arena, buf_str(&out_text), &v, &err) ||
        !mapping_reads(d->arena, b, v, true, &made, &why))
        return text;
    return made;
}

static bool is_key(const struct binding *b, struct str text)
{
    for (size_t i = 0; i < b->lookup_count; i++)
        if (str_eq(b->lookup[i].from, text))
            return true;
    return false;
}

static bool says(const struct yaml *v, struct str text)
{
    if (v->kind == YAML_SCALAR)
        return str_eq(v->scalar, text);
    YAML_EACH(one, v)
    if (says(one, text))
        return true;
    return false;
}

/* Is the option named by the rule: in a lookup, in a fixed value? now: its new text, empty when it
 * is gone. Without a lookup the text itself is what is asked, and another text asks for something
 * else. */
static bool option_counts(struct drifting *d, const struct mapping_rule *r, struct str field,
                          const struct jsm_choice *c, struct str now)
{
    const struct binding *const BOUND[] = {
#define X(member, required) &r->member,
        MAPPING_TARGETS(X)
#undef X
    };

    for (size_t i = 0; i < sizeof BOUND / sizeof BOUND[0]; i++) {
        const struct binding *b = BOUND[i];
        if (!b->present || !str_eq(b->from, field))
            continue;
        struct str before = read_as(d, b, c, c->text);
        if (now.len && str_eq(before, read_as(d, b, c, now)))
            continue;
        if (b->lookup_count ? is_key(b, before) : now.len > 0)
            return true;
    }
    for (size_t i = 0; i < r->static_count; i++)
        if (str_eq(r->statics[i].field, field) && says(r->statics[i].value, c->text))
            return true;
    return false;
}

static bool option_breaks(struct drifting *d, const struct drift_form *form, struct str field,
                          const struct jsm_choice *c, struct str now)
{
    for (size_t i = 0; i < form->rule_count; i++)
        if (option_counts(d, form->rules[i], field, c, now))
            return true;
    return false;
}

static const struct jsm_choice *choice_of(const struct jsm_field *f, const struct jsm_choice *like)
{
    for (size_t i = 0; i < f->choice_count; i++)
        if (str_eq(f->choices[i].id, like->id) && str_eq(f->choices[i].parent, like->parent))
            return &f->choices[i];
    return NULL;
}

static void drift_of_options(struct drifting *d, const struct drift_form *form,
                             const struct jsm_field *was, const struct jsm_field *is)
{
    struct str where = blame(d, form, was->id);

    for (size_t i = 0; i < was->choice_count; i++) {
        const struct jsm_choice *c = &was->choices[i], *now = choice_of(is, c);
        if (now && str_eq(now->text, c->text))
            continue;
        bool breaks = option_breaks(d, form, was->id, c, now ? now->text : STR_NONE);
        if (now)
            drift_add(d, ON_FORM(LOCK_OPTION_RENAMED, breaks, where),
                      "option \"%.*s\" of %.*s '%.*s' is called \"%.*s\" now", STR_ARG(c->text),
                      STR_ARG(was->id), STR_ARG(is->name), STR_ARG(now->text));
        else
            drift_add(d, ON_FORM(LOCK_OPTION_GONE, breaks, where),
                      "option \"%.*s\" of %.*s '%.*s' is gone", STR_ARG(c->text), STR_ARG(was->id),
                      STR_ARG(is->name));
    }
    for (size_t i = 0; i < is->choice_count; i++)
        if (!choice_of(was, &is->choices[i]))
            drift_add(d, ON_FORM(LOCK_OPTION_NEW, false, where),
                      "%.*s '%.*s' has a new option \"%.*s\"; a ticket with it is held where the "
                      "lookup does not know it (M205)",
                      STR_ARG(was->id), STR_ARG(is->name), STR_ARG(is->choices[i].text));
}

/* --- fields --- */

static void drift_of_field(struct drifting *d, const struct drift_form *form,
                           const struct jsm_field *was, const struct jsm_field *is)
{
    struct str where = blame(d, form, was->id);

    if (!d->is->field_count && !str_eq(was->name, is->name))
        drift_add(d, ON_FORM(LOCK_FIELD_RENAMED, false, where), "%.*s '%.*s' is called '%.*s' now",
                  STR_ARG(was->id), STR_ARG(was->name), STR_ARG(is->name));
    if (was->writable && is->writable && was->kind != is->kind)
        drift_add(d, ON_FORM(LOCK_FIELD_TYPE, where.len > 0, where),
                  "%.*s '%.*s' held %s, it holds %s now", STR_ARG(was->id), STR_ARG(is->name),
                  field_kind_name(was->kind), field_kind_name(is->kind));
    else if (was->choice_count || is->choice_count)
        drift_of_options(d, form, was, is);
    if (is->required && !was->required)
        drift_add(d, ON_FORM(LOCK_FIELD_REQUIRED, is_unfilled(form, d, is->id), where),
                  "%.*s '%.*s' is required now", STR_ARG(is->id), STR_ARG(is->name));
    else if (was->required && !is->required)
        drift_add(d, ON_FORM(LOCK_FIELD_OPTIONAL, false, where),
                  "%.*s '%.*s' is not required any more", STR_ARG(is->id), STR_ARG(is->name));
}

/* Questions are compared within one form: in another their numbers mean something else. */
static bool is_comparable(const struct drift_form *form, struct str id)
{
    return !str_starts(id, STR(FIELD_QUESTION)) ||
           (form->was->template_known && form->is->template_known &&
            str_eq(form->was->template, form->is->template));
}

static void drift_of_template(struct drifting *d, const struct drift_form *form)
{
    struct str was = form->was->template, is = form->is->template, where = STR("");

    if (!form->was->template_known || !form->is->template_known || str_eq(was, is))
        return;
    for (size_t i = 0; i < form->rule_count; i++) {
        const struct mapping_rule *r = form->rules[i];
        if (r->form.len && str_eq(r->form, was))
            where = arena_printf(d->arena, "rule %.*s (%s:%d:%d)", STR_ARG(r->name), d->m->file,
                                 r->pos.line, r->pos.column);
    }
    drift_add(d, ON_FORM(LOCK_FORM_REPLACED, where.len > 0, where),
              "the form attached was %.*s, it is %.*s now", STR_ARG(was.len ? was : STR("none")),
              STR_ARG(is.len ? is : STR("none")));
}

void drift_of_form(struct drifting *d, const struct drift_form *form)
{
    drift_of_template(d, form);
    for (size_t i = 0; i < form->was->count; i++) {
        const struct jsm_field *was = &form->was->fields[i];
        if (!is_comparable(form, was->id))
            continue;
        const struct jsm_field *is = jsm_form_field(form->is, was->id);
        struct str where = blame(d, form, was->id);
        if (is)
            drift_of_field(d, form, was, is);
        else
            drift_add(d, ON_FORM(LOCK_FIELD_OFF_FORM, where.len > 0, where),
                      "%.*s '%.*s' is not on the form any more", STR_ARG(was->id),
                      STR_ARG(was->name));
    }
    for (size_t i = 0; i < form->is->count; i++) {
        const struct jsm_field *is = &form->is->fields[i];
        if (jsm_form_field(form->was, is->id) || !is_comparable(form, is->id))
            continue;
        if (is->required)
            drift_add(
                d,
                ON_FORM(LOCK_FIELD_REQUIRED, is_unfilled(form, d, is->id), blame(d, form, is->id)),
                "%.*s '%.*s' is new on the form, and required", STR_ARG(is->id), STR_ARG(is->name));
        else
            drift_add(d, ON_FORM(LOCK_FIELD_ON_FORM, false, blame(d, form, is->id)),
                      "%.*s '%.*s' is new on the form", STR_ARG(is->id), STR_ARG(is->name));
    }
}
