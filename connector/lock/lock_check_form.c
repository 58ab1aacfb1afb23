/* The form that is attached to a request type, against the one that its rule reads. */
#include "lock/lock_check_priv.h"

enum { SHOWN_MAX = 6 };

static bool is_like(const struct jsm_field *f, struct str label)
{
    const char *names[2] = {f->name.p, NULL}, *near[DIAG_SIMILAR_MAX];

    return label.len && f->name.p && diag_candidates(label, names, near) > 0;
}

struct str lock_questions_shown(const struct lock_checking *c, const struct lock_type *t,
                                struct str label)
{
    struct str all = STR("");
    size_t n = 0;

    for (int pass = 0; pass < 2 && !n; pass++) {
        for (size_t i = 0; i < t->form.count && n < SHOWN_MAX; i++) {
            const struct jsm_field *f = &t->form.fields[i];
            if (!str_starts(f->id, STR(FIELD_QUESTION)) || (!pass && !is_like(f, label)))
                continue;
            all = arena_printf(c->arena, "%.*s%s%.*s \"%.*s\"", STR_ARG(all), n++ ? ", " : "",
                               STR_ARG(f->id), STR_ARG(f->name));
        }
    }
    return n ? arena_printf(c->arena, "it has %.*s", STR_ARG(all))
             : STR("it has none that is not linked to a field: bind that field");
}

void lock_check_attached(const struct lock_checking *c, const struct mapping_rule *r,
                         const struct yaml *rule, const struct lock_type *t)
{
    const struct yaml *v = yaml_member(rule, "form");
    const struct jsm_form *form = &t->form;

    if (!v || !form->template_known || str_eq(r->form, form->template))
        return;
    if (form->template.len)
        diag_error(c->diags, "M107", v->pos, "another form is attached to request type %.*s",
                   STR_ARG(t->id));
    else
        diag_error(c->diags, "M107", v->pos, "no form is attached to request type %.*s",
                   STR_ARG(t->id));
    diag_note(c->diags, "as it was %.*s in " LOCK_FILE "; answers of another form are not read",
              STR_ARG(c->seen));
    if (form->template.len)
        diag_help(c->diags, "write form: %.*s, and look at each question: %s",
                  STR_ARG(form->template), lock_questions_shown(c, t, STR_NONE).p);
    else
        diag_help(c->diags, "attach it to the request type, or bind fields of the ticket");
}
