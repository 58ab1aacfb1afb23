/* The form that is attached to a request type: which one a rule reads, and why it says nothing. */
#include "mapping/mapping_priv.h"

enum { FORM_ID_MAX = 64 };

/* As Atlassian writes it: an UUID. */
static bool is_form_id(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-'))
            return false;
    }
    return s.len > 0 && s.len <= FORM_ID_MAX;
}

/* The first question that a binding reads, or `ticket: fields` sets; NULL: none. */
static const struct str *question_of(const struct mapping_rule *r, struct diag_pos *ret_pos)
{
#define X(member, required)                                 \
    if (r->member.present && is_question(r->member.from)) { \
        *ret_pos = r->member.pos;                           \
        return &r->member.from;                             \
    }
    MAPPING_TARGETS(X)
#undef X
    for (size_t i = 0; i < r->static_count; i++) {
        if (!is_question(r->statics[i].field))
            continue;
        *ret_pos = r->statics[i].value->key_pos;
        return &r->statics[i].field;
    }
    return NULL;
}

/* A question is known by its number in one form: whoever attaches another must not answer for it.
 */
void load_form_of(const struct loader *l, const struct yaml *rule, struct mapping_rule *r)
{
    const struct yaml *v = yaml_member(rule, "form");
    struct diag_pos pos;
    const struct str *question = question_of(r, &pos);

    if (v && !is_form_id(r->form = text_of(l, rule, "form", ""))) {
        diag_error(l->diags, "M098", v->pos, "'%.*s' is not the id of a form", STR_ARG(r->form));
        diag_help(l->diags,
                  "countersign mapping lock shows it, under template of the request type");
    } else if (!v && question) {
        diag_error(l->diags, "M098", pos, "the rule does not say of which form %.*s is",
                   STR_ARG(*question));
        diag_help(l->diags, "add form: ID to the rule; countersign mapping lock shows it, under "
                            "template of the request type");
    } else if (v && !question) {
        diag_error(l->diags, "M098", v->pos, "the rule reads no question of this form");
        diag_help(l->diags, "take form: out, or bind one: { from: form.12 }");
    }
}

struct str mapping_form_of(const struct mapping *m, struct str request_type)
{
    for (size_t i = 0; request_type.len && i < m->rule_count; i++)
        if (str_eq(m->rules[i].request_type, request_type))
            return m->rules[i].form;
    return STR_NONE;
}

struct str form_trouble(const struct json *issue, struct str form)
{
    struct str said = json_path_str(issue, "fields/form");

    if (str_eq_c(said, "none"))
        return STR("the ticket does not have its form any more. Attach it, or ask for a new "
                   "request");
    if (str_eq_c(said, "open"))
        return STR("the form of the ticket is not submitted. Submit it");
    if (str_eq_c(said, "twice"))
        return STR("the form of the ticket was submitted more than once. Remove those that do "
                   "not count");
    if (said.len && !str_eq(said, form)) /* read for another mapping */
        return STR("what was answered is in another form than the mapping names");
    return STR_NONE;
}
