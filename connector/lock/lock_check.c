#include "lock/lock_check.h"

#include "lock/lock_check_priv.h"

enum { SHOWN = 150, UNGOVERNED_EACH = 8, UNGOVERNED_NAMED = 3 };

/* --- fields of the site (M101) --- */

/* A field is known by its number, and one digit makes another field: names help, no fix is sure. */
static void help_field(const struct lock_checking *c, struct str id, struct str label)
{
    const char **ids = arena_array(c->arena, c->site->field_count + 1, sizeof *ids);
    const char *near[DIAG_SIMILAR_MAX];
    struct str said = STR("");

    for (size_t i = 0; label.len && i < c->site->field_count; i++) {
        const struct lock_field *f = &c->site->fields[i];
        if (!str_eq_nocase(f->name, label))
            continue;
        diag_help(c->diags, "\"%.*s\" is %.*s", STR_ARG(f->name), STR_ARG(f->id));
        return;
    }
    for (size_t i = 0; ids && i < c->site->field_count; i++)
        ids[i] = arena_cstr(c->arena, c->site->fields[i].id);
    size_t n = ids ? diag_candidates(id, ids, near) : 0;
    for (size_t i = 0; i < n; i++) {
        const struct lock_field *f = lock_field_of(c->site, str_of(near[i]));
        said = arena_printf(c->arena, "%.*s%s%s \"%.*s\"", STR_ARG(said), i ? ", " : "", near[i],
                            STR_ARG(f->name));
    }
    if (n)
        diag_help(c->diags, "similar ids are %.*s", STR_ARG(said));
    else
        diag_help(c->diags, "countersign mapping schema lists the fields there are");
}

static void check_id(const struct lock_checking *c, const struct yaml *v, struct diag_pos pos,
                     struct str id, struct str label)
{
    if (!v || !id.len || !c->site->field_count || lock_field_of(c->site, id) ||
        str_starts(id, STR(FIELD_QUESTION)))
        return;
    diag_error(c->diags, "M101", pos, "there is no field %.*s at this site", STR_ARG(id));
    diag_note(c->diags, "%.*s has %zu fields that we may see, seen %.*s in " LOCK_FILE,
              STR_ARG(c->site->site), c->site->field_count, STR_ARG(c->seen));
    help_field(c, id, label);
}

/* Which field holds the request type; without it no ticket is governed. */
static void check_request_type_field(const struct lock_checking *c, const struct yaml *fields)
{
    const struct yaml *v = yaml_member(fields, "request_type");
    const struct lock_field *at = lock_field_of(c->site, c->m->request_type_field), *right = NULL;

    for (size_t i = 0; i < c->site->field_count; i++)
        if (str_eq_c(c->site->fields[i].type, "vp-origin"))
            right = &c->site->fields[i];
    if (!right || at == right)
        return;
    struct diag_pos pos = v ? v->pos : fields ? fields->key_pos : c->root->first->key_pos;
    diag_error(c->diags, "M101", pos, "%.*s does not hold the request type at this site",
               STR_ARG(c->m->request_type_field));
    diag_note(c->diags, "\"%.*s\" is %.*s at %.*s, seen %.*s in " LOCK_FILE, STR_ARG(right->name),
              STR_ARG(right->id), STR_ARG(c->site->site), STR_ARG(c->seen));
    diag_help(c->diags, "write fields: { request_type: %.*s }", STR_ARG(right->id));
    if (v)
        diag_fix(c->diags, v->pos, right->id);
}

static void check_head_fields(const struct lock_checking *c)
{
    static const char *const OWN[] = {"access_check", "access_check_reason"};
    static const char *const PLEA[] = {"asked", "until", "owner", "control", "decision"};
    const struct yaml *fields = yaml_member(c->root, "fields");
    const struct yaml *plea = yaml_member(c->root, "exception");
    const struct yaml *marker = yaml_member(yaml_member(c->root, "ticket"), "marker");

    check_request_type_field(c, fields);
    for (size_t i = 0; i < 2; i++) {
        const struct yaml *v = yaml_member(fields, OWN[i]);
        if (v)
            check_id(c, v, v->pos, v->scalar, i ? STR("Access check reason") : STR("Access check"));
    }
    for (size_t i = 0; i < 5; i++) {
        const struct yaml *v = yaml_member(plea, PLEA[i]);
        if (v)
            check_id(c, v, v->pos, v->scalar, STR_NONE);
    }
    if (marker)
        check_id(c, marker, marker->pos, marker->scalar, STR_NONE);
}

/* --- rules --- */

static void check_rule_fields(const struct lock_checking *c, const struct mapping_rule *r,
                              const struct yaml *rule)
{
#define X(member, required)                                                     \
    if (r->member.present) {                                                    \
        const struct yaml *v = yaml_member(yaml_member(rule, #member), "from"); \
        if (v)                                                                  \
            check_id(c, v, v->pos, r->member.from, r->member.label);            \
    }
    MAPPING_TARGETS(X)
#undef X
    YAML_EACH(v, yaml_member(yaml_member(rule, "ticket"), "fields"))
    check_id(c, v, v->key_pos, v->key, STR_NONE);
}

static void check_rule(const struct lock_checking *c, const struct mapping_rule *r,
                       const struct yaml *rule)
{
    const struct lock_project *p;
    const struct lock_type *t = lock_type_of(c->site, r->request_type, &p);
    struct lock_bound bound = {.t = t, .form = r->form};

    check_rule_fields(c, r, rule);
    if (t && t->known)
        lock_check_attached(c, r, rule, t);
    if (t && t->known) {
        if (c->m->ticket.by == CREATE_BY_ISSUE)
            bound.screen = lock_made_with(c->site, c->m, r);
#define X(member, required)                  \
    bound.target = #member;                  \
    bound.b = &r->member;                    \
    bound.yaml = yaml_member(rule, #member); \
    if (r->member.present)                   \
        lock_check_binding(c, &bound);
        MAPPING_TARGETS(X)
#undef X
    }
    lock_check_made(c, r, rule);
}

static bool is_governed(const struct mapping *m, struct str type)
{
    for (size_t i = 0; i < m->rule_count; i++)
        if (str_eq(m->rules[i].request_type, type))
            return true;
    return false;
}

static bool is_offered(const struct lock_site *const *sites, size_t count, struct str type)
{
    const struct lock_project *p;

    for (size_t i = 0; i < count; i++)
        if (lock_type_of(sites[i], type, &p))
            return true;
    return false;
}

static struct str types_shown(const struct lock_checking *c)
{
    struct str all = STR("");
    size_t n = 0;

    for (size_t i = 0; i < c->site->project_count; i++) {
        const struct lock_project *p = &c->site->projects[i];
        for (size_t k = 0; k < p->type_count && all.len < SHOWN; k++, n++)
            all = arena_printf(c->arena, "%.*s%s%.*s \"%.*s\"", STR_ARG(all), n ? ", " : "",
                               STR_ARG(p->types[k].id), STR_ARG(p->types[k].name));
    }
    return all;
}

/* M130 */
static void no_such_type(const struct lock_checking *c, const struct mapping_rule *r,
                         const struct yaml *rule)
{
    const struct yaml *v = yaml_member(rule, "request_type");

    diag_error(c->diags, "M130", v ? v->pos : r->pos,
               "there is no request type %.*s at this site, or we may not see it",
               STR_ARG(r->request_type));
    diag_note(c->diags, "looked at the service desks of the configuration, seen %.*s in " LOCK_FILE,
              STR_ARG(c->seen));
    diag_help(c->diags, "there are %.*s", STR_ARG(types_shown(c)));
}

/* Where many have none, that is one thing to know, and not as many. */
static void many_ungoverned(const struct lock_checking *c, const struct lock_project *p,
                            size_t count)
{
    struct str some = STR("");
    size_t n = 0;

    for (size_t k = 0; k < p->type_count && n < UNGOVERNED_NAMED; k++) {
        const struct lock_type *t = &p->types[k];
        if (is_governed(c->m, t->id))
            continue;
        some = arena_printf(c->arena, "%.*s%s%.*s \"%.*s\"", STR_ARG(some), n++ ? ", " : "",
                            STR_ARG(t->id), STR_ARG(t->name));
    }
    diag_warning(c->lock_diags, "M131", (struct diag_pos){0},
                 "%zu request types of service desk %.*s have no rule", count, STR_ARG(p->key));
    diag_note(c->lock_diags, "their tickets stay ungoverned: %.*s, ...", STR_ARG(some));
    diag_help(c->lock_diags,
              "countersign mapping scaffold %s --request-type ID, for each that grants "
              "or removes access",
              c->m->file);
}

static void note_tickets(const struct lock_checking *c, struct str request_type)
{
    int64_t count = 0;

    for (size_t i = 0; c->tickets && i < c->tickets->count; i++) {
        const struct lock_tickets_of *of = &c->tickets->of[i];
        if (str_eq(of->site, c->site->site) && str_eq(of->request_type, request_type))
            count += of->count;
    }
    if (c->tickets)
        diag_note(c->lock_diags,
                  "%lld ticket%s of this type, changed in the last %d days, would stay ungoverned",
                  (long long)count, count == 1 ? "" : "s", c->tickets->days);
    else
        diag_note(c->lock_diags,
                  "its tickets stay ungoverned; with --config it is said how many there are");
}

/* M131 */
static void check_ungoverned(const struct lock_checking *c)
{
    for (size_t i = 0; i < c->site->project_count; i++) {
        const struct lock_project *p = &c->site->projects[i];
        size_t count = 0;
        for (size_t k = 0; k < p->type_count; k++)
            count += !is_governed(c->m, p->types[k].id);
        for (size_t k = 0; count <= UNGOVERNED_EACH && k < p->type_count; k++) {
            const struct lock_type *t = &p->types[k];
            if (is_governed(c->m, t->id))
                continue;
            diag_warning(c->lock_diags, "M131", (struct diag_pos){0},
                         "request type %.*s \"%.*s\" of service desk %.*s has no rule",
                         STR_ARG(t->id), STR_ARG(t->name), STR_ARG(p->key));
            note_tickets(c, t->id);
            diag_help(c->lock_diags, "countersign mapping scaffold %s --request-type %.*s",
                      c->m->file, STR_ARG(t->id));
        }
        if (count > UNGOVERNED_EACH)
            many_ungoverned(c, p, count);
    }
}

/* --- statuses and resolutions (M110 to M112) --- */

static const struct lock_status *status_anywhere(const struct lock_checking *c, struct str name)
{
    for (size_t i = 0; i < c->site->project_count; i++) {
        const struct lock_status *s = lock_status_of(&c->site->projects[i], name);
        if (s)
            return s;
    }
    return NULL;
}

static const char *const *status_names(const struct lock_checking *c, const struct yaml *there)
{
    size_t room = 1, n = 0;

    for (size_t i = 0; i < c->site->project_count; i++)
        room += c->site->projects[i].status_count;
    const char **names = arena_array(c->arena, room, sizeof *names);
    for (size_t i = 0; names && i < c->site->project_count; i++) {
        const struct lock_project *p = &c->site->projects[i];
        for (size_t k = 0; k < p->status_count; k++) {
            const char *name = arena_cstr(c->arena, p->statuses[k].name);
            bool taken = yaml_member(there, name) != NULL;
            for (size_t m = 0; m < n; m++)
                taken |= str_eq_c(p->statuses[k].name, names[m]);
            if (!taken)
                names[n++] = name;
        }
    }
    return names;
}

/* The verifying status may still be to come: the gate adds it. */
static void no_such_status(const struct lock_checking *c, const struct yaml *v,
                           const struct yaml *statuses)
{
    const char *const *names = status_names(c, statuses);
    const char *near[DIAG_SIMILAR_MAX];
    bool to_come = str_eq_c(v->scalar, "verify") && names && !diag_candidates(v->key, names, near);

    if (!names)
        return;
    if (to_come)
        diag_warning(c->diags, "M111", v->key_pos, "no service desk has a status \"%.*s\" yet",
                     STR_ARG(v->key));
    else
        diag_error(c->diags, "M111", v->key_pos, "no service desk has a status \"%.*s\"",
                   STR_ARG(v->key));
    diag_note(c->diags, "statuses of the workflows of %.*s, seen %.*s in " LOCK_FILE,
              STR_ARG(c->site->site), STR_ARG(c->seen));
    if (to_come)
        diag_help(c->diags, "countersign gate install adds it; then countersign mapping lock");
    else
        diag_similar(c->diags, v->key_pos, v->key, names,
                     "names of statuses are told apart letter by letter; take the line out when "
                     "it is gone");
}

static bool is_named(const struct mapping *m, struct str status)
{
    for (size_t i = 0; i < m->status_count; i++)
        if (str_eq(m->statuses[i].name, status))
            return true;
    return false;
}

static bool is_told_before(const struct lock_checking *c, size_t project, size_t status)
{
    struct str name = c->site->projects[project].statuses[status].name;

    for (size_t i = 0; i < project; i++) {
        const struct lock_status *s = lock_status_of(&c->site->projects[i], name);
        if (s && str_eq_c(s->category, "done"))
            return true;
    }
    return false;
}

/* A cancelled ticket that counts as done is a removal that nobody made. */
static void check_unmapped(const struct lock_checking *c, const struct yaml *statuses)
{
    struct diag_pos pos = statuses ? statuses->key_pos : c->root->first->key_pos;

    for (size_t i = 0; i < c->site->project_count; i++) {
        const struct lock_project *p = &c->site->projects[i];
        for (size_t k = 0; k < p->status_count; k++) {
            const struct lock_status *s = &p->statuses[k];
            if (!str_eq_c(s->category, "done") || is_named(c->m, s->name) ||
                is_told_before(c, i, k))
                continue;
            diag_warning(c->diags, "M110", pos,
                         "status \"%.*s\" of %.*s is not named: a ticket there counts as done",
                         STR_ARG(s->name), STR_ARG(p->key));
            diag_note(c->diags, "Jira puts it into the category Done, seen %.*s in " LOCK_FILE,
                      STR_ARG(c->seen));
            diag_help(c->diags, "under statuses: \"%.*s\": done, cancelled or declined",
                      STR_ARG(s->name));
        }
    }
}

static void check_statuses(const struct lock_checking *c)
{
    const struct yaml *statuses = yaml_member(c->root, "statuses");
    bool any = false;

    for (size_t i = 0; i < c->site->project_count; i++)
        any |= c->site->projects[i].status_count > 0;
    if (!any)
        return;
    YAML_EACH(v, statuses)
    if (!status_anywhere(c, v->key))
        no_such_status(c, v, statuses);
    check_unmapped(c, statuses);
}

static void check_resolutions(const struct lock_checking *c)
{
    const struct yaml *said = yaml_member(c->root, "resolutions");
    const char **names = arena_array(c->arena, c->site->resolution_count + 1, sizeof *names);

    for (size_t i = 0; names && i < c->site->resolution_count; i++)
        names[i] = arena_cstr(c->arena, c->site->resolutions[i].name);
    YAML_EACH(v, names && names[0] ? said : NULL)
    {
        bool there = false;
        for (size_t i = 0; names[i]; i++)
            there |= str_eq_c(v->key, names[i]);
        if (there)
            continue;
        diag_error(c->diags, "M112", v->key_pos, "there is no resolution \"%.*s\" at this site",
                   STR_ARG(v->key));
        diag_note(c->diags, "resolutions of %.*s, seen %.*s in " LOCK_FILE, STR_ARG(c->site->site),
                  STR_ARG(c->seen));
        diag_similar(c->diags, v->key_pos, v->key, names, "take the line out when it is gone");
    }
}

/* --- the project in which tickets are made (M132) --- */

static void check_project(const struct lock_checking *c)
{
    const char **keys = arena_array(c->arena, c->site->project_count + 1, sizeof *keys);
    const struct yaml *own = yaml_member(yaml_member(c->root, "ticket"), "project");
    const struct yaml *v = own ? own : yaml_member(c->root, "service_desk");

    if (!v || !keys || !c->site->project_count || lock_project_of(c->site, c->m->project))
        return;
    for (size_t i = 0; i < c->site->project_count; i++)
        keys[i] = arena_cstr(c->arena, c->site->projects[i].key);
    diag_error(c->diags, "M132", v->pos, "%.*s is none of the projects of site %.*s",
               STR_ARG(c->m->project), STR_ARG(c->site->site));
    diag_note(c->diags, "projects of the configuration, seen %.*s in " LOCK_FILE, STR_ARG(c->seen));
    diag_similar(c->diags, v->pos, c->m->project, keys,
                 "name it under projects in the configuration, then countersign mapping lock");
}

/* --- all --- */

static void check_site(struct lock_checking *c, const struct lock_site *const *sites, size_t count)
{
    const struct yaml *requests = yaml_member(c->root, "requests");
    size_t i = 0;

    c->seen = lock_seen(c->arena, c->site);
    check_project(c);
    check_head_fields(c);
    check_statuses(c);
    check_resolutions(c);
    YAML_EACH(rule, requests)
    {
        if (i == c->m->rule_count)
            break;
        const struct mapping_rule *r = &c->m->rules[i++];
        check_rule(c, r, rule);
        if (c->site == sites[0] && !is_offered(sites, count, r->request_type))
            no_such_type(c, r, rule);
    }
    check_ungoverned(c);
}

void lock_check(const struct mapping *m, const struct lock_site *const *sites, size_t count,
                const struct lock_tickets *tickets, struct arena *arena, struct diag_list *diags,
                struct diag_list *lock_diags)
{
    struct diag_list *again = ARENA_NEW(arena, struct diag_list);
    struct lock_checking c = {
        .m = m, .tickets = tickets, .arena = arena, .diags = diags, .lock_diags = lock_diags};

    if (!again)
        return;
    diag_init(again, m->file);
    c.root = yaml_parse(arena, m->text, again);
    for (size_t i = 0; c.root && i < count; i++) {
        c.site = sites[i];
        check_site(&c, sites, count);
    }
}
