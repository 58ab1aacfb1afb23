/* What every request of one kind wants: `templates` of the file, who may approve under which name
 * (`approvers`), and what a rule that names a template lacks. */
#include "mapping/mapping_priv.h"

#define X(name) name,
static const char *const LIFECYCLE_NAMES[] = {LIFECYCLES_OF_TEMPLATES(X) NULL};
#undef X
static const char *const KINDS_OF_SUBJECT[] = {"human",    "contractor", "service",
                                               "workload", "key",        NULL};
static const char *const REMOVALS[] = {"at_once", "together", NULL};
static const char *const SENSITIVITIES[] = {"standard", "privileged", NULL};
static const char *const FACTS[] = {
#define X(suffix, member) #member,
    MAPPING_FACTS(X)
#undef X
        NULL};

static int index_of(struct str word, const char *const *names)
{
    for (int i = 0; names[i]; i++)
        if (str_eq_c(word, names[i]))
            return i;
    return -1;
}

/* One of these words; the first where nothing stands there. */
static int word_of(const struct loader *l, const struct yaml *map, const char *key,
                   const char *const *names)
{
    struct str word = text_of(l, map, key, names[0]);
    int i = index_of(word, names);

    if (i < 0 && word.len) {
        struct diag_pos pos = yaml_member(map, key)->pos;
        diag_error(l->diags, "M082", pos, "%s cannot be '%.*s'", key, STR_ARG(word));
        diag_similar(l->diags, pos, word, names, "take one of the words of schemas/README.md");
    }
    return i < 0 ? 0 : i;
}

/* --- who may approve, by name --- */

static void load_people(const struct loader *l, const struct yaml *list, struct mapping_people *p)
{
    bool good = list->kind == YAML_LIST && list->first;

    YAML_EACH(v, list)
    {
        good = good && v->kind == YAML_SCALAR && v->scalar.len && p->count < MAPPING_GROUP_MAX;
        for (size_t i = 0; good && i < p->count; i++)
            good = !str_eq_nocase(p->people[i], v->scalar);
        if (good)
            p->people[p->count++] = v->scalar;
    }
    if (good)
        return;
    diag_error(l->diags, "M083", list->pos, "'%.*s' does not name people", STR_ARG(list->key));
    diag_help(l->diags, "write a list of up to %d people, each once: [ann@example.com]",
              MAPPING_GROUP_MAX);
}

static void load_approvers(const struct loader *l, const struct yaml *map)
{
    static const char *const KNOWN[] = {"groups", "application_owner", "role_owner", NULL};
    size_t all = 0;

    refuse_unknown(l, map, KNOWN, "approvers");
    YAML_EACH(of, map)
    all += yaml_count(of);
    struct mapping_people *people = arena_array(l->arena, all + 1, sizeof *people);
    YAML_EACH(of, map)
    {
        if (of->kind != YAML_MAP && people) {
            diag_error(l->diags, "M024", of->pos, "'%.*s' must be a map", STR_ARG(of->key));
            diag_help(l->diags, "write %.*s: { name: [ann@example.com] }", STR_ARG(of->key));
            continue;
        }
        YAML_EACH(v, of)
        {
            if (!people || l->m->people_count == all)
                continue;
            struct mapping_people *p = &people[l->m->people_count++];
            *p = (struct mapping_people){.of = of->key.p, .name = v->key};
            load_people(l, v, p);
        }
    }
    l->m->people = people;
}

static const struct mapping_people *group_of(const struct mapping *m, struct str name)
{
    for (size_t i = 0; i < m->people_count; i++)
        if (str_eq_c(str_of(m->people[i].of), "groups") && str_eq(m->people[i].name, name))
            return &m->people[i];
    return NULL;
}

/* --- the approval of a template --- */

static void load_channels(const struct loader *l, const struct yaml *from,
                          struct mapping_template *t)
{
    static const struct {
        const char *word;
        enum approval_channel channel;
    } WAYS[] = {{"jsm.approvals", CHANNEL_JSM},
                {"automation", CHANNEL_AUTOMATION},
                {"api", CHANNEL_API},
                {"cli", CHANNEL_CLI}};
    const struct yaml *one = from && from->kind == YAML_LIST ? from->first : from;

    for (; one; one = from->kind == YAML_LIST ? one->next : NULL)
        for (size_t i = 0; i < sizeof WAYS / sizeof WAYS[0]; i++)
            t->channels |= str_eq_c(one->scalar, WAYS[i].word) ? 1u << WAYS[i].channel : 0;
    size_t said = from && from->kind == YAML_LIST ? yaml_count(from) : from ? 1 : 0;
    size_t known = 0;
    for (uint32_t bits = t->channels; bits; bits &= bits - 1)
        known++;
    if (!from)
        t->channels = 1u << CHANNEL_JSM;
    else if (known != said || !said) {
        diag_error(l->diags, "M084", from->pos, "approvals cannot come from there");
        diag_help(l->diags, "write from: [jsm.approvals, api, automation, cli], or some of these");
    }
}

static int32_t count_of(const struct loader *l, const struct yaml *map, const char *key,
                        int32_t most)
{
    int64_t n = 1;
    const struct yaml *v = yaml_member(map, key);

    if (v && (!str_to_i64(v->scalar, &n) || n < 1 || n > most)) {
        diag_error(l->diags, "M085", v->pos, "%.*s people cannot approve here", STR_ARG(v->scalar));
        diag_help(l->diags, "take a number from 1 to %d, the people who are named", (int)most);
        n = 1;
    }
    return (int32_t)n;
}

static void load_step(const struct loader *l, const struct yaml *v, struct mapping_template *t)
{
    static const char *const KNOWN[] = {"who", "at_least", "when", NULL};
    static const char *const WORDS[] = {"anyone",     "manager", "sponsor", "application_owner",
                                        "role_owner", NULL};
    struct mapping_ask *s = &t->steps[t->step_count++];

    refuse_unknown(l, v, KNOWN, "a step");
    *s = (struct mapping_ask){.who = text_of(l, v, "who", ""), .pos = v->pos};
    const struct mapping_people *group = group_of(l->m, s->who);
    int word = index_of(s->who, WORDS);
    if (!group && word < 0) {
        const struct yaml *who = yaml_member(v, "who");
        struct diag_pos pos = who ? who->pos : v->pos;
        diag_error(l->diags, "M083", pos, "nobody is known as '%.*s'", STR_ARG(s->who));
        diag_similar(l->diags, pos, s->who, WORDS,
                     "use anyone, manager, sponsor, application_owner, role_owner, or a group of "
                     "approvers:");
    }
    bool one = word == 1 || word == 2; /* a manager, a sponsor */
    s->at_least = count_of(l, v, "at_least",
                           group ? (int32_t)group->count
                           : one ? 1
                                 : MAPPING_GROUP_MAX);
    struct str when = text_of(l, v, "when", "");
    s->privileged_only = str_eq_c(when, "privileged");
    if (when.len && !s->privileged_only) {
        diag_error(l->diags, "M082", yaml_member(v, "when")->pos, "when cannot be '%.*s'",
                   STR_ARG(when));
        diag_help(l->diags, "use when: privileged, or leave it out");
    }
}

/* "50%", growing. */
static void load_reminders(const struct loader *l, const struct yaml *list,
                           struct mapping_template *t)
{
    size_t n = 0;
    bool good = !list || (list->kind == YAML_LIST && t->within_ms);

    YAML_EACH(v, list)
    {
        struct str text = v->scalar;
        int64_t percent = 0;
        good = good && n < LIMIT_REMINDERS && str_ends(text, STR("%")) &&
               str_to_i64(str_n(text.p, text.len - 1), &percent) && percent > 0 && percent < 100 &&
               (!n || percent > t->remind[n - 1]);
        if (good)
            t->remind[n++] = (int32_t)percent;
    }
    if (good)
        return;
    diag_error(l->diags, "M086", list->pos, "these reminders cannot be had");
    diag_help(l->diags, "write within: 3d and remind: [50%%, 80%%]: up to %d, growing, below 100%%",
              LIMIT_REMINDERS);
}

static void load_approval_of(const struct loader *l, const struct yaml *v,
                             struct mapping_template *t)
{
    static const char *const KNOWN[] = {"from", "at_least", "steps", "within", "remind", NULL};
    const struct yaml *within = yaml_member(v, "within");

    if (!v)
        return;
    refuse_unknown(l, v, KNOWN, "approval");
    t->approval_needed = true;
    load_channels(l, yaml_member(v, "from"), t);
    t->at_least = count_of(l, v, "at_least", MAPPING_GROUP_MAX);
    YAML_EACH(step, list_of(l, yaml_member(v, "steps"), "'steps'"))
    {
        if (t->step_count < LIMIT_APPROVAL_STEPS) {
            load_step(l, step, t);
            continue;
        }
        diag_error(l->diags, "M023", step->pos, "more than %d steps", LIMIT_APPROVAL_STEPS);
        diag_help(l->diags, "put people who answer for the same into one group");
    }
    if (within && (!yaml_duration(within->scalar, &t->within_ms) || t->within_ms < 60000)) {
        diag_error(l->diags, "M086", within->pos, "'%.*s' is no time to answer in",
                   STR_ARG(within->scalar));
        diag_help(l->diags, "write within: 8h or 3d, a minute at least");
    }
    load_reminders(l, yaml_member(v, "remind"), t);
}

/* --- one template --- */

static void load_facts(const struct loader *l, const struct yaml *v, struct mapping_template *t)
{
    const struct yaml *longest = yaml_member(v, "access_for");

    YAML_EACH(one, list_of(l, yaml_member(v, "requires"), "'requires'"))
    {
        int i = index_of(one->scalar, FACTS);
        if (i >= 0) {
            t->wants[i] = true;
            continue;
        }
        diag_error(l->diags, "M082", one->pos, "a template cannot require '%.*s'",
                   STR_ARG(one->scalar));
        diag_similar(l->diags, one->pos, one->scalar, FACTS,
                     "use justification, sponsor or access_until");
    }
    if (longest && (!yaml_duration(longest->scalar, &t->access_for_ms) || !t->access_for_ms)) {
        diag_error(l->diags, "M087", longest->pos, "'%.*s' is no time that access may last",
                   STR_ARG(longest->scalar));
        diag_help(l->diags, "write access_for: 8h or 90d");
    }
    t->wants[FACT_ACCESS_UNTIL] |= t->access_for_ms > 0;
}

/* What is no person has an owner and an end: whoever renews it rotates it. */
static void check_machine(const struct loader *l, const struct yaml *v,
                          const struct mapping_template *t, bool ends)
{
    bool machine = index_of(t->subject_kind, KINDS_OF_SUBJECT) > 1;
    bool temporary = str_eq_c(t->subject_kind, "contractor");

    if (ends || (!machine && !temporary) ||
        (t->wants[FACT_SPONSOR] && (!machine || t->access_for_ms)))
        return;
    diag_error(l->diags, "M087", v->pos, "a template for a %.*s must say who answers for it%s",
               STR_ARG(t->subject_kind), machine ? ", and how long it lasts" : "");
    diag_help(l->diags,
              machine ? "add requires: [sponsor] and access_for: 90d" : "add requires: [sponsor]");
}

static void load_template(const struct loader *l, const struct yaml *v)
{
    static const char *const KNOWN[] = {"lifecycle", "subject",    "sensitivity",
                                        "requires",  "access_for", "approval",
                                        "sla",       "removal",    NULL};
    struct mapping *m = l->m;

    if (m->template_count == MAPPING_TEMPLATES_MAX) {
        diag_error(l->diags, "M023", v->pos, "more than %d templates", MAPPING_TEMPLATES_MAX);
        diag_help(l->diags, "remove those that no rule names");
        return;
    }
    struct mapping_template *t = &m->templates[m->template_count++];
    struct mapping_rule *unused = ARENA_NEW(l->arena, struct mapping_rule);
    *t = (struct mapping_template){.name = v->key, .pos = v->pos};
    refuse_unknown(l, v, KNOWN, "a template");
    if (v->kind != YAML_MAP || !unused)
        return;
    t->lifecycle = str_of(LIFECYCLE_NAMES[word_of(l, v, "lifecycle", LIFECYCLE_NAMES)]);
    t->subject_kind = str_of(KINDS_OF_SUBJECT[word_of(l, v, "subject", KINDS_OF_SUBJECT)]);
    t->privileged = word_of(l, v, "sensitivity", SENSITIVITIES) == 1;
    t->together = word_of(l, v, "removal", REMOVALS) == 1;
    load_facts(l, v, t);
    load_approval_of(l, yaml_member(v, "approval"), t);
    check_machine(l, v, t, str_eq_c(t->lifecycle, "leaver"));
    int before = (int)l->diags->errors; /* each fault once, and not for each rule that names it */
    load_sla(l, yaml_member(v, "sla"), unused);
    t->sla = (int)l->diags->errors == before ? yaml_member(v, "sla") : NULL;
}

void load_templates(const struct loader *l, const struct yaml *root)
{
    const struct yaml *templates = yaml_member(root, "templates");

    load_approvers(l, yaml_member(root, "approvers"));
    if (templates && templates->kind != YAML_MAP) {
        diag_error(l->diags, "M024", templates->pos, "templates must be a map");
        diag_help(l->diags, "write templates: { joiner: { lifecycle: joiner } }");
        return;
    }
    YAML_EACH(v, templates)
    load_template(l, v);
}

/* --- a rule that names one --- */

/* What both say, one of them says in vain. */
static void refuse_said_twice(const struct loader *l, const struct yaml *rule, const char *key)
{
    const struct yaml *v = yaml_member(rule, key);

    if (!v)
        return;
    diag_error(l->diags, "M081", v->key_pos, "the rule says '%s', and so does its template", key);
    diag_help(l->diags, "take it out here, or name another template");
}

void load_template_of(const struct loader *l, const struct yaml *rule, struct mapping_rule *r)
{
    const struct yaml *v = yaml_member(rule, "template");
    const char *names[MAPPING_TEMPLATES_MAX + 1] = {NULL};

    if (!v)
        return;
    for (size_t i = 0; i < l->m->template_count; i++) {
        names[i] = l->m->templates[i].name.p;
        if (str_eq(l->m->templates[i].name, v->scalar))
            r->template = &l->m->templates[i];
    }
    if (!r->template) {
        diag_error(l->diags, "M080", v->pos, "there is no template '%.*s'", STR_ARG(v->scalar));
        diag_similar(l->diags, v->pos, v->scalar, names, "name one of templates:, or add it there");
        return;
    }
    refuse_said_twice(l, rule, "approval");
    refuse_said_twice(l, rule, "sla");
    r->approval_needed = r->template->approval_needed;
}

static void lacks(const struct loader *l, const struct mapping_rule *r, const char *target)
{
    diag_error(l->diags, "M088", r->pos,
               "template '%.*s' wants '%s', and the rule does not bind it",
               STR_ARG(r->template->name), target);
    diag_help(l->diags, "add %s: { from: customfield_... }", target);
}

static bool asks(const struct mapping_template *t, const char *who)
{
    for (size_t i = 0; i < t->step_count; i++)
        if (str_eq_c(t->steps[i].who, who))
            return true;
    return false;
}

static void check_facts(const struct loader *l, const struct mapping_rule *r)
{
    const struct mapping_template *t = r->template;

#define X(suffix, member)                              \
    if (t->wants[FACT_##suffix] && !r->member.present) \
        lacks(l, r, #member);
    MAPPING_FACTS(X)
#undef X
    if (asks(t, "manager") && !r->manager.present)
        lacks(l, r, "manager");
    if (asks(t, "sponsor") && !r->sponsor.present && !t->wants[FACT_SPONSOR])
        lacks(l, r, "sponsor");
}

/* Two things in one request are a change of what somebody has; one of them alone says which it is.
 */
void check_template(const struct loader *l, const struct yaml *rule, const struct mapping_rule *r)
{
    const struct yaml *instead = yaml_member(rule, "instead_of");

    if (r->template)
        check_facts(l, r);
    if (instead && (r->change != REQUEST_MODIFY || r->expect != DESIRED_PRESENT)) {
        diag_error(l->diags, "M089", instead->key_pos, "what comes instead of something is no %s",
                   request_kind_name(r->change));
        diag_help(l->diags, "write change: modify, with the entitlement that comes present");
    }
}
