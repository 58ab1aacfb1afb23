#include "lock/lock_scaffold.h"

#include "domain/field.h"
#include "lock/lock_scaffold_priv.h"
#include "mapping/mapping.h"

enum { NAMES_SHOWN = 3 };

/* --- words --- */

/* Bytes at the beginning of text that end a line, or that YAML 1.1 does not allow (5.1, 5.4):
 * control characters, U+0085 among them, U+2028, U+2029, U+FEFF, U+FFFE, U+FFFF. 0: none. */
static size_t unfit(struct str text)
{
    static const char *const LONG[] = {"\xe2\x80\xa8", "\xe2\x80\xa9", "\xef\xbb\xbf",
                                       "\xef\xbf\xbe", "\xef\xbf\xbf"};
    unsigned char c = (unsigned char)text.p[0];

    if (c < ' ' || c == 0x7f)
        return 1;
    if (c == 0xc2 && text.len > 1 && (unsigned char)text.p[1] < 0xa0)
        return 2;
    for (size_t i = 0; i < sizeof LONG / sizeof LONG[0]; i++)
        if (str_starts(text, str_of(LONG[i])))
            return 3;
    return 0;
}

/* On one line whatever strangers called it. */
static struct str one_line(struct arena *a, struct str text)
{
    char *copy = arena_alloc(a, text.len + 1);

    for (size_t i = 0; copy && i < text.len;) {
        size_t n = unfit(str_n(text.p + i, text.len - i)), end = i + (n ? n : 1);
        for (; i < end; i++)
            copy[i] = n ? ' ' : text.p[i];
    }
    return copy ? str_n(copy, text.len) : STR_NONE;
}

static void add_word(struct arena *a, struct buf *out, struct str text)
{
    diag_word(out, one_line(a, text), false);
}

/* "SAP FIN" becomes sap-fin. */
static struct str slug(struct arena *a, struct str text)
{
    char *made = arena_alloc(a, text.len + 1);
    size_t n = 0;

    for (size_t i = 0; made && i < text.len; i++) {
        char c = text.p[i];
        bool upper = c >= 'A' && c <= 'Z';
        bool fits = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (fits)
            made[n++] = upper ? (char)(c - 'A' + 'a') : c;
        else if (n && made[n - 1] != '-')
            made[n++] = '-';
    }
    while (n && made[n - 1] == '-')
        n--;
    return n ? str_n(made, n) : STR("unnamed");
}

/* --- one binding --- */

static const char *then_of(const struct jsm_field *f, bool person)
{
    switch (f->kind) {
    case FIELD_USER:
    case FIELD_USERS: /* forms tell no addresses */
        return lock_is_question(f->id) ? "[account]" : "[email, lower]";
    case FIELD_RICH:
        return "[plain]";
    case FIELD_CASCADE:
        return "[child]";
    case FIELD_TEXT:
        return person ? "[trim, lower]" : "[trim]";
    case FIELD_OPTION:
    case FIELD_OPTIONS:
    case FIELD_GROUP:
    case FIELD_GROUPS:
    case FIELD_DATE:
    case FIELD_DATETIME:
    case FIELD_NUMBER:
    case FIELD_LABELS:
    case FIELD_NAMED:
    case FIELD_COMPONENTS:
    case FIELD_ASSETS:
    case FIELD_ORGANISATIONS:
    case FIELD_KIND_COUNT:
        break;
    }
    return NULL;
}

static void add_comment(struct arena *a, struct buf *out, const struct jsm_field *f,
                        const char *what)
{
    buf_printf(out, " # check: %s; %.*s is \"%.*s\" (%s)\n", what, STR_ARG(f->id),
               STR_ARG(one_line(a, f->name)), field_kind_name(f->kind));
}

static void add_binding(struct arena *a, struct buf *out, const char *target,
                        const struct jsm_field *f, const char *more, const char *what)
{
    const char *then = then_of(f, target[0] == 's');

    buf_printf(out, "    %s: { from: %.*s, label: ", target, STR_ARG(f->id));
    add_word(a, out, f->name);
    if (then)
        buf_printf(out, ", then: %s", then);
    buf_printf(out, "%s }", more);
    add_comment(a, out, f, what);
}

/* An option that stands twice would be a key twice. */
static bool stands_before(const struct jsm_field *f, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (str_eq(f->choices[k].text, f->choices[i].text))
            return true;
    return false;
}

static bool is_source(const struct lock_sources *sources, struct str name)
{
    for (size_t i = 0; i < sources->count; i++)
        if (str_eq(sources->names[i], name))
            return true;
    return false;
}

/* Are sources known, and does an option mean one? Else all are left to be looked at. */
static bool any_source(struct arena *a, const struct jsm_field *f,
                       const struct lock_sources *sources)
{
    for (size_t i = 0; sources && i < f->choice_count; i++)
        if (is_source(sources, slug(a, f->choices[i].text)))
            return true;
    return false;
}

static void add_option(struct arena *a, struct buf *out, struct str option,
                       const struct lock_sources *sources)
{
    struct str source = slug(a, option);
    bool known = sources && is_source(sources, source);

    buf_add_c(out, !sources || known ? "        " : "        # ");
    add_word(a, out, option);
    buf_add_c(out, ": ");
    diag_word(out, source, false);
    buf_add_c(out, known     ? "\n"
                   : sources ? " # check: the configuration has no source of this name\n"
                             : " # check: name of a source in the configuration\n");
}

static void add_lookup(struct arena *a, struct buf *out, const struct jsm_field *f,
                       const struct lock_sources *sources)
{
    bool known = any_source(a, f, sources);

    buf_printf(out, "    application:");
    add_comment(a, out, f, "the system whose source is read");
    buf_printf(out, "      from: %.*s\n      label: ", STR_ARG(f->id));
    add_word(a, out, f->name);
    buf_add_c(out, "\n      lookup:\n");
    for (size_t i = 0; i < f->choice_count; i++) {
        if (!stands_before(f, i))
            add_option(a, out, f->choices[i].text, known ? sources : NULL);
    }
    buf_add_c(out, "      on_missing: hold\n");
}

static void add_application(struct arena *a, struct buf *out, const struct jsm_field *f,
                            const struct lock_sources *sources)
{
    if (!f)
        buf_printf(out,
                   "    application: { const: %.*s } # check: name of a source in the "
                   "configuration; nothing on the form names a system\n",
                   STR_ARG(sources && sources->count ? sources->names[0] : STR("my-source")));
    else if (f->kind == FIELD_OPTION && f->choice_count && f->choice_count <= MAPPING_LOOKUP_MAX)
        add_lookup(a, out, f, sources);
    else
        add_binding(a, out, "application", f, ", on_missing: hold",
                    "the name of a source in the configuration");
}

/* --- what a create needs beside --- */

static bool is_filled(const struct lock_guess *g, struct str id)
{
    static const char *const OURS[] = {"summary",   "description", "project",
                                       "issuetype", "reporter",    "labels"};
    const struct jsm_field *const BOUND[] = {g->subject, g->application, g->entitlement,
                                             g->privileged, g->justification};

    for (size_t i = 0; i < sizeof OURS / sizeof OURS[0]; i++)
        if (str_eq_c(id, OURS[i]))
            return true;
    for (size_t i = 0; i < sizeof BOUND / sizeof BOUND[0]; i++)
        if (BOUND[i] && str_eq(BOUND[i]->id, id))
            return true;
    return false;
}

static bool is_chosen(const struct jsm_field *f)
{
    return f->choice_count && (f->kind == FIELD_OPTION || f->kind == FIELD_NAMED);
}

/* Is there a value that Jira would take? */
static bool can_guess(const struct jsm_field *f)
{
    return is_chosen(f) || f->kind == FIELD_TEXT || f->kind == FIELD_RICH ||
           f->kind == FIELD_NUMBER;
}

static void add_some_value(struct arena *a, struct buf *out, const struct jsm_field *f)
{
    if (is_chosen(f))
        add_word(a, out, f->choices[0].text);
    else
        buf_add_c(out, f->kind == FIELD_NUMBER ? "0" : "$justification");
}

static void add_needed(struct arena *a, struct buf *out, const char *before,
                       const struct jsm_field *f)
{
    buf_printf(out, "%s required on the create screen: \"%.*s\" (%s)\n", before,
               STR_ARG(one_line(a, f->name)), field_kind_name(f->kind));
}

static void add_required(struct arena *a, struct buf *out, const struct lock_guess *g,
                         const struct jsm_form *screen)
{
    bool any = false;

    for (size_t i = 0; screen && i < screen->count; i++) {
        const struct jsm_field *f = &screen->fields[i];
        bool custom = str_starts(f->id, STR("customfield_")) && lock_is_id(f->id);
        if (!f->required || !custom || is_filled(g, f->id))
            continue;
        if (!can_guess(f)) {
            add_needed(a, out, "    # check: set it under ticket: fields, it is", f);
            continue;
        }
        if (!any)
            buf_add_c(out, "    ticket:\n      fields:\n");
        any = true;
        buf_printf(out, "        %.*s: ", STR_ARG(f->id));
        add_some_value(a, out, f);
        add_needed(a, out, " # check:", f);
    }
}

/* --- one rule --- */

static void add_unused(struct arena *a, struct buf *out, const struct lock_guess *g,
                       const struct jsm_form *form)
{
    for (size_t i = 0; i < form->count; i++) {
        const struct jsm_field *f = &form->fields[i];
        if (is_filled(g, f->id))
            continue;
        buf_printf(out, "    # on the form, not used: %.*s \"%.*s\" (%s%s)", STR_ARG(f->id),
                   STR_ARG(one_line(a, f->name)), f->writable ? field_kind_name(f->kind) : "other",
                   f->required ? ", required" : "");
        for (size_t k = 0; k < f->choice_count && k < NAMES_SHOWN; k++)
            buf_printf(out, "%s%.*s", k ? " | " : ": ", STR_ARG(one_line(a, f->choices[k].text)));
        buf_add_c(out, f->choice_count > NAMES_SHOWN ? " | ...\n" : "\n");
    }
}

/* Of whose questions some are bound. */
static void add_form(struct buf *out, const struct lock_guess *g, const struct jsm_form *form)
{
    const struct jsm_field *const BOUND[] = {g->subject, g->application, g->entitlement,
                                             g->privileged, g->justification};
    bool any = false;

    for (size_t i = 0; i < sizeof BOUND / sizeof BOUND[0]; i++)
        any |= BOUND[i] && lock_is_question(BOUND[i]->id);
    if (any)
        buf_printf(out, "    form: \"%.*s\" # the one that is attached to the request type\n",
                   STR_ARG(form->template));
}

static void add_bindings(struct arena *a, struct buf *out, const struct lock_guess *g,
                         const struct lock_sources *sources)
{
    if (g->subject)
        add_binding(a, out, "subject", g->subject, ", on_missing: hold", "whose access changes");
    else
        buf_add_c(out, "    subject: { from: reporter, then: [email, lower], on_missing: hold } # "
                       "check: whose access changes; nothing on the form names a person\n");
    add_application(a, out, g->application, sources);
    if (g->entitlement)
        add_binding(a, out, "entitlement", g->entitlement, ", on_missing: hold",
                    "the role, group or right");
    else
        buf_add_c(out, "    entitlement: { from: summary, then: [trim], on_missing: hold } # "
                       "check: the role, group or right; nothing on the form names one\n");
    if (g->privileged) {
        buf_printf(out, "    privileged: { from: %.*s, label: ", STR_ARG(g->privileged->id));
        add_word(a, out, g->privileged->name);
        buf_add_c(out, ", then: [bool], default: false }");
        add_comment(a, out, g->privileged, "whether it is privileged");
    }
    if (g->justification)
        add_binding(a, out, "justification", g->justification, "", "why");
}

/* Of its own among those of the desk. */
static struct str rule_name(struct arena *a, const struct lock_project *project,
                            const struct lock_type *type)
{
    struct str name = slug(a, type->name);

    for (size_t i = 0; i < project->type_count; i++)
        if (&project->types[i] != type && str_eq(slug(a, project->types[i].name), name))
            return arena_printf(a, "%.*s-%.*s", STR_ARG(name), STR_ARG(slug(a, type->id)));
    return name;
}

void lock_scaffold_rule(struct arena *a, const struct lock_project *project,
                        const struct lock_type *type, const struct lock_sources *sources,
                        struct buf *out)
{
    struct lock_guess g;
    bool screen = project->screen_known;

    lock_guess(type, &g);
    buf_add_c(out, "  - name: ");
    diag_word(out, rule_name(a, project, type), false);
    buf_printf(out,
               " # check: stands on every request it makes\n    request_type: \"%.*s\" # %.*s\n",
               STR_ARG(type->id), STR_ARG(one_line(a, type->name)));
    buf_add_c(out, "    mode: observe # check: warn, then enforce, once countersign report "
                   "--observe shows that it fits\n");
    buf_printf(out, "    change: %s # check: guessed from the name\n", g.change);
    add_form(out, &g, &type->form);
    add_bindings(a, out, &g, sources);
    if (g.change[0] != 'r')
        buf_add_c(out, "    approval: { from: jsm.approvals, at_least: 1, not: [reporter, subject] "
                       "} # check: take it out where nobody is asked\n");
    buf_add_c(out, "    sla: { goal: 8h } # check\n");
    add_required(a, out, &g, screen ? &project->screen : NULL);
    add_unused(a, out, &g, &type->form);
}

/* --- a whole file --- */

static const char *key_of(const struct lock_field *f)
{
    if (!lock_is_id(f->id))
        return NULL;
    if (str_eq_c(f->type, "vp-origin"))
        return "request_type";
    if (str_eq_c(f->name, "Access check"))
        return "access_check";
    return str_eq_c(f->name, "Access check reason") ? "access_check_reason" : NULL;
}

static void add_fields(struct arena *a, struct buf *out, const struct lock_site *site)
{
    const char *last[3];
    size_t n = 0;

    for (size_t i = 0; i < site->field_count; i++) {
        const struct lock_field *f = &site->fields[i];
        const char *key = key_of(f);
        bool again = false;
        for (size_t k = 0; key && k < n; k++)
            again |= str_eq_c(str_of(key), last[k]);
        if (!key || again)
            continue;
        buf_printf(out, "%s  %s: %.*s # \"%.*s\"\n", n ? "" : "fields:\n", key, STR_ARG(f->id),
                   STR_ARG(one_line(a, f->name)));
        last[n++] = key;
    }
}

static const char *role_of(struct str name)
{
    static const char *const CANCELLED[] = {"cancel",    "cancelled", "canceled", "withdrawn",
                                            "duplicate", "abandoned", NULL};
    static const char *const DECLINED[] = {"declined", "decline", "rejected", "reject",
                                           "won",      "denied",  NULL};

    return lock_says(name, CANCELLED)  ? "cancelled"
           : lock_says(name, DECLINED) ? "declined"
                                       : "done";
}

static void add_statuses(struct arena *a, struct buf *out, const struct lock_project *p)
{
    static const char *const VERIFY[] = {"verify", "verifying", "verification", NULL};
    bool verify = false, any = false;

    for (size_t i = 0; i < p->status_count; i++) {
        const struct lock_status *s = &p->statuses[i];
        bool done = str_eq_c(s->category, "done"), here = !done && lock_says(s->name, VERIFY);
        if ((!done && !here) || !s->name.len || lock_status_of(p, s->name) != s)
            continue;
        buf_add_c(out, any ? "  " : "statuses:\n  ");
        add_word(a, out, s->name);
        buf_printf(out, ": %s # check\n",
                   here && !verify ? "verify"
                   : here          ? "open"
                                   : role_of(s->name));
        verify |= here;
        any = true;
    }
    if (!verify)
        buf_printf(out, "%s  Verifying access: verify # countersign gate install adds it\n",
                   any ? "" : "statuses:\n");
}

static void add_resolutions(struct arena *a, struct buf *out, const struct lock_site *site)
{
    bool any = false;

    for (size_t i = 0; i < site->resolution_count; i++) {
        const char *role = role_of(site->resolutions[i].name);
        bool again = !site->resolutions[i].name.len;
        for (size_t k = 0; k < i; k++)
            again |= str_eq(site->resolutions[k].name, site->resolutions[i].name);
        if (again || str_eq_c(STR("done"), role))
            continue;
        buf_add_c(out, any ? "  " : "resolutions: # others mean done\n  ");
        add_word(a, out, site->resolutions[i].name);
        buf_printf(out, ": %s # check\n", role);
        any = true;
    }
}

void lock_scaffold_file(struct arena *a, const struct lock_site *site,
                        const struct lock_project *project, const struct lock_sources *sources,
                        struct buf *out)
{
    buf_printf(out,
               "# From service desk %.*s of %.*s as it was %.*s. Look at each \"check:\", then\n"
               "# countersign mapping validate\n"
               "version: 1\nservice_desk: %.*s\n",
               STR_ARG(project->key), STR_ARG(site->site), STR_ARG(lock_seen(a, site)),
               STR_ARG(project->key));
    buf_add_c(out, "# ticket: { issue_type: ");
    add_word(a, out, project->screen_type.len ? project->screen_type : STR("Service Request"));
    buf_add_c(out,
              " } # of tickets made for requests of the platform; without them leave it out\n");
    add_fields(a, out, site);
    add_statuses(a, out, project);
    add_resolutions(a, out, site);
    buf_add_c(out, "requests:\n");
    for (size_t i = 0, n = 0; i < project->type_count; i++) {
        const struct lock_type *t = &project->types[i];
        if (t->known && n++ < MAPPING_RULES_MAX)
            lock_scaffold_rule(a, project, t, sources, out);
        else
            buf_printf(out, "  # %s: request type %.*s \"%.*s\"\n",
                       t->known ? "no room for more rules" : "its form is not shown to us",
                       STR_ARG(one_line(a, t->id)), STR_ARG(one_line(a, t->name)));
    }
}
