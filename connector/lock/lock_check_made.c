/* Could a ticket be made by a rule? What site_create.h says before each create, said in the file.
 */
#include "lock/lock_check_priv.h"
#include "site/site_create.h"

const struct jsm_form *lock_made_with(const struct lock_site *site, const struct mapping *m,
                                      const struct mapping_rule *rule)
{
    const struct lock_project *p = lock_project_of(site, m->project);
    const struct lock_type *t = p ? lock_type_in(p, rule->request_type) : NULL;

    if (!p)
        return NULL;
    if (m->ticket.by == CREATE_BY_REQUEST)
        return t && t->known ? &t->form : NULL;
    return p->screen_known && str_eq(p->screen_type, m->issue_type) ? &p->screen : NULL;
}

/* Does a rule before this one take all wishes of that kind about that source? source empty: any. */
static bool is_taken(const struct mapping *m, const struct mapping_rule *rule, struct str source)
{
    for (const struct mapping_rule *r = m->rules; r < rule; r++) {
        const struct binding *b = &r->application;
        bool all = !b->constant.len && !b->lookup_count;
        bool it = source.len && str_eq(b->constant, source);
        if (r->change != rule->change)
            continue;
        for (size_t i = 0; source.len && i < b->lookup_count; i++)
            it |= str_eq(b->lookup[i].to, source);
        if (all || it)
            return true;
    }
    return false;
}

/* The first rule of a kind and source makes the tickets; others only read them. */
static bool makes_tickets(const struct mapping *m, const struct mapping_rule *rule)
{
    const struct binding *b = &rule->application;

    if (b->constant.len || !b->lookup_count)
        return !is_taken(m, rule, b->constant);
    for (size_t i = 0; i < b->lookup_count; i++)
        if (!is_taken(m, rule, b->lookup[i].to))
            return true;
    return false;
}

struct making {
    const struct lock_checking *c;
    const struct mapping_rule *rule;
    const struct yaml *yaml;
};

/* Where the rule itself is meant, its name is shown. */
static struct diag_pos place_of(const struct making *making, const struct creation_fault *fault)
{
    const struct yaml *name = yaml_member(making->yaml, "name");

    return fault->kind == CREATION_REQUIRED && name ? name->pos : fault->pos;
}

/* A sentence says the fact, and behind the mark the remedy: *said becomes that. */
static struct str cut_remedy(struct str *said, const char *mark)
{
    struct str whole = *said;

    for (size_t i = 0; i + 2 < whole.len; i++) {
        if (!str_starts(str_n(whole.p + i, whole.len - i), str_of(mark)))
            continue;
        *said = str_n(whole.p + i + 2, whole.len - i - 2);
        return str_n(whole.p, i);
    }
    *said = STR_NONE;
    return whole;
}

/* What is wrong with `ticket` of the file is wrong for each rule, and said once. */
static bool is_told(const struct diag_list *diags, struct diag_pos pos, struct str fact)
{
    for (size_t i = 0; i < diags->count && i < DIAG_MAX; i++) {
        const struct diag *d = &diags->items[i];
        if (d->pos.line == pos.line && d->pos.column == pos.column && str_eq_c(fact, d->text))
            return true;
    }
    return false;
}

static void on_fault(void *arg, const struct creation_fault *fault)
{
    const struct making *making = arg;
    const struct lock_checking *c = making->c;
    bool is_binding = fault->write && fault->write->binding;

    /* M103 and M104 say these with more words */
    if (is_binding && (fault->kind == CREATION_UNREADABLE || fault->kind == CREATION_VALUE))
        return;
    bool question = str_starts(fault->field, STR(FIELD_QUESTION));
    if (is_binding && !question && c->site->field_count && !lock_field_of(c->site, fault->field))
        return;
    /* M107 and M108 */
    if (fault->kind == CREATION_FORM ||
        (question && fault->kind == CREATION_OFF_FORM && c->m->ticket.by == CREATE_BY_REQUEST))
        return;
    struct str said = str_of(fault->words);
    bool by_colon = fault->kind == CREATION_MARKER || fault->kind == CREATION_PEOPLE;
    struct str fact = cut_remedy(&said, by_colon ? ": " : "; ");
    if (is_told(c->diags, fault->pos, fact))
        return;
    const char *code = fault->kind == CREATION_REQUIRED ? "M105" : "M106";
    /* who says nothing of tickets perhaps makes none */
    if (yaml_member(c->root, "ticket"))
        diag_error(c->diags, code, place_of(making, fault), "%.*s", STR_ARG(fact));
    else
        diag_warning(c->diags, code, place_of(making, fault), "%.*s", STR_ARG(fact));
    diag_note(c->diags,
              "Jira would refuse each ticket made by this rule, as it was %.*s in " LOCK_FILE,
              STR_ARG(c->seen));
    if (said.len)
        diag_help(c->diags, "%.*s", STR_ARG(said));
    else
        diag_help(c->diags, "countersign check --online asks Jira whether it is still so");
}

void lock_check_made(const struct lock_checking *c, const struct mapping_rule *rule,
                     const struct yaml *yaml)
{
    const struct jsm_form *form = lock_made_with(c->site, c->m, rule);
    struct making making = {c, rule, yaml};
    struct creation *creation = ARENA_NEW(c->arena, struct creation);

    if (!form || !creation || !makes_tickets(c->m, rule))
        return;
    creation_begin(creation, c->arena, c->m, rule, &CREATION_ANY);
    if (creation_gather(creation, form, STR_NONE))
        creation_each_fault(creation, c->arena, false, on_fault, &making);
}
