#include "mapping/mapping.h"

#include <stddef.h>

#include "base/codecs.h"

struct loader {
    struct mapping *m;
    struct arena *arena;
    struct diag_list *diags;
    const struct str *sources;
    size_t source_count;
};

static struct str text_of(const struct loader *l, const struct yaml *map, const char *key, const char *otherwise)
{
    const struct yaml *v = yaml_member(map, key);

    if (!v)
        return str_of(otherwise);
    if (v->kind != YAML_SCALAR) {
        diag_error(l->diags, "M020", v->pos, "'%s' must be a single value", key);
        diag_help(l->diags, "write %s: value", key);
    }
    return v->scalar;
}

/* A key that nobody reads is a mistake that would stay silent. */
static void refuse_unknown(const struct loader *l, const struct yaml *map, const char *const *known, const char *where)
{
    YAML_EACH (member, map) {
        bool found = false;
        for (size_t i = 0; known[i]; i++)
            found |= str_eq_c(member->key, known[i]);
        if (!found) {
            diag_error(l->diags, "M021", member->key_pos, "'%.*s' is not known in %s", STR_ARG(member->key), where);
            diag_help(l->diags, "remove it, or see schemas/mapping.schema.json for what is known");
        }
    }
}

static void load_steps(const struct loader *l, const struct yaml *list, struct binding *b)
{
    static const char *const NAMES[] = {"trim", "lower", "upper", "email", "bool"};

    YAML_EACH (v, list) {
        size_t i = 0;
        while (i < sizeof NAMES / sizeof NAMES[0] && !str_eq_c(v->scalar, NAMES[i]))
            i++;
        if (i == sizeof NAMES / sizeof NAMES[0]) {
            diag_error(l->diags, "M022", v->pos, "there is no function '%.*s'", STR_ARG(v->scalar));
            diag_help(l->diags, "functions are trim, lower, upper, email, bool");
        } else if (b->step_count < MAPPING_STEPS_MAX) {
            b->steps[b->step_count++] = (enum mapping_step)i;
        } else {
            diag_error(l->diags, "M023", v->pos, "more than %d functions in one binding", MAPPING_STEPS_MAX);
        }
    }
}

static void load_lookup(const struct loader *l, const struct yaml *map, struct binding *b)
{
    size_t count = yaml_count(map), n = 0;
    struct lookup_pair *pairs = arena_array(l->arena, count + 1, sizeof *pairs);

    if (!pairs || count > MAPPING_LOOKUP_MAX) {
        diag_error(l->diags, "M023", map->pos, "more than %d entries in one lookup", MAPPING_LOOKUP_MAX);
        return;
    }
    YAML_EACH (v, map)
        pairs[n++] = (struct lookup_pair){v->key, v->scalar};
    b->lookup = pairs;
    b->lookup_count = n;
}

static void load_binding(const struct loader *l, const struct yaml *rule, const char *name, bool required, struct binding *b)
{
    static const char *const KNOWN[] = {"from", "const", "default", "then", "lookup", "on_missing", "type", NULL};
    const struct yaml *v = yaml_member(rule, name);

    if (!v) {
        if (required) {
            diag_error(l->diags, "M030", rule->pos, "the rule does not say where '%s' comes from", name);
            diag_help(l->diags, "add %s: { from: customfield_…, on_missing: hold }", name);
        }
        return;
    }
    b->present = true;
    b->pos = v->pos;
    if (v->kind != YAML_MAP) {
        diag_error(l->diags, "M031", v->pos, "'%s' must be a binding", name);
        diag_help(l->diags, "write %s: { from: customfield_… } or %s: { const: value }", name, name);
        return;
    }
    refuse_unknown(l, v, KNOWN, "a binding");
    b->from = text_of(l, v, "from", "");
    b->constant = text_of(l, v, "const", "");
    b->fallback = text_of(l, v, "default", "");
    b->has_fallback = yaml_member(v, "default") != NULL;
    load_steps(l, yaml_member(v, "then"), b);
    if (yaml_member(v, "lookup"))
        load_lookup(l, yaml_member(v, "lookup"), b);
    struct str missing = text_of(l, v, "on_missing", "");
    b->on_missing = str_eq_c(missing, "ignore") ? MISSING_IGNORE : MISSING_HOLD;
    struct str type = text_of(l, v, "type", "");
    b->type = str_eq_c(type, "option") || (!type.len && b->lookup_count) ? FIELD_OPTION : FIELD_TEXT;
    if (!b->from.len && !b->constant.len) {
        diag_error(l->diags, "M032", v->pos, "'%s' has neither a field nor a constant", name);
        diag_help(l->diags, "add from: customfield_… or const: value");
    }
    if (required && b->from.len && !b->has_fallback && !missing.len) {
        diag_error(l->diags, "M033", v->pos, "what shall happen when '%s' is empty?", name);
        diag_help(l->diags, "add on_missing: hold (the ticket waits and says which field), or ignore");
    } else if (missing.len && !str_eq_c(missing, "hold") && !str_eq_c(missing, "ignore")) {
        diag_error(l->diags, "M034", v->pos, "on_missing cannot be '%.*s'", STR_ARG(missing));
        diag_help(l->diags, "use hold or ignore");
    }
}

static void check_sources(const struct loader *l, const struct binding *b)
{
    for (size_t i = 0; l->sources && i < b->lookup_count; i++) {
        bool found = false;
        for (size_t k = 0; k < l->source_count; k++)
            found |= str_eq(b->lookup[i].to, l->sources[k]);
        if (!found) {
            diag_error(l->diags, "M035", b->pos, "there is no source '%.*s'", STR_ARG(b->lookup[i].to));
            diag_help(l->diags, "name it under sources in the configuration, or correct the lookup");
        }
    }
}

/* "8h", "30m", "45s", "2d" in milliseconds; 0 when it is none. */
static int64_t duration(struct str s)
{
    int64_t n;
    if (s.len < 2 || !str_to_i64(str_n(s.p, s.len - 1), &n) || n <= 0 || n > 100000)
        return 0;
    switch (s.p[s.len - 1]) {
    case 's':
        return n * 1000;
    case 'm':
        return n * 60000;
    case 'h':
        return n * 3600000;
    case 'd':
        return n * 86400000;
    default:
        return 0;
    }
}

static int64_t load_goal(const struct loader *l, const struct yaml *sla, const char *key)
{
    const struct yaml *v = yaml_member(sla, key);
    int64_t ms = v ? duration(v->scalar) : 0;

    if (v && !ms) {
        diag_error(l->diags, "M036", v->pos, "'%.*s' is not a duration", STR_ARG(v->scalar));
        diag_help(l->diags, "write 30m, 8h or 2d");
    }
    return ms;
}

static void load_choices(const struct loader *l, const struct yaml *v, struct mapping_rule *r)
{
    const struct yaml *expect = yaml_member(v, "expect");
    struct str mode = text_of(l, v, "mode", "enforce");
    struct str change = text_of(l, v, "change", "");

    if (!gate_mode_from(mode, &r->mode)) {
        diag_error(l->diags, "M037", yaml_member(v, "mode")->pos, "mode cannot be '%.*s'", STR_ARG(mode));
        diag_help(l->diags, "use observe, warn or enforce");
    }
    if (!request_kind_from(change, &r->change)) {
        diag_error(l->diags, "M038", v->pos, "the rule does not say what it changes");
        diag_help(l->diags, "add change: grant, or change: removal");
    }
    r->expect = r->change == REQUEST_REMOVAL ? DESIRED_ABSENT : DESIRED_PRESENT;
    if (yaml_member(expect, "absent"))
        r->expect = DESIRED_ABSENT;
    if (yaml_member(expect, "present"))
        r->expect = DESIRED_PRESENT;
    if (r->change == REQUEST_REMOVAL && r->expect == DESIRED_PRESENT) {
        diag_error(l->diags, "M039", expect->pos, "a removal cannot expect the entitlement to be present");
        diag_help(l->diags, "write expect: { absent: entitlement }");
    }
    const struct yaml *approval = yaml_member(v, "approval");
    r->approval_needed = approval != NULL && !str_eq_c(text_of(l, approval, "needed", "true"), "false");
    r->sla_goal_ms = load_goal(l, yaml_member(v, "sla"), "goal");
    r->sla_privileged_ms = load_goal(l, yaml_member(v, "sla"), "privileged_goal");
}

static void load_rule(const struct loader *l, const struct yaml *v)
{
    static const char *const KNOWN[] = {"name", "request_type", "mode", "change", "expect", "approval", "sla",
#define X(member, required) #member,
                                        MAPPING_TARGETS(X)
#undef X
                                            NULL};
    struct mapping *m = l->m;

    if (m->rule_count == MAPPING_RULES_MAX) {
        diag_error(l->diags, "M023", v->pos, "more than %d rules", MAPPING_RULES_MAX);
        return;
    }
    struct mapping_rule *r = &m->rules[m->rule_count++];
    *r = (struct mapping_rule){.pos = v->pos};
    if (v->kind != YAML_MAP) {
        diag_error(l->diags, "M024", v->pos, "a rule must be a map");
        return;
    }
    refuse_unknown(l, v, KNOWN, "a rule");
    r->name = text_of(l, v, "name", "");
    r->request_type = text_of(l, v, "request_type", "");
    if (!r->name.len || !r->request_type.len) {
        diag_error(l->diags, "M025", v->pos, "a rule needs a name and a request_type");
        diag_help(l->diags, "add name: remove-app-access and request_type: \"31\"");
    }
    load_choices(l, v, r);
#define X(member, required) load_binding(l, v, #member, required, &r->member);
    MAPPING_TARGETS(X)
#undef X
    check_sources(l, &r->application);
    for (size_t i = 0; i + 1 < m->rule_count; i++) {
        if (str_eq(m->rules[i].request_type, r->request_type)) {
            diag_error(l->diags, "M026", v->pos, "request type %.*s has two rules", STR_ARG(r->request_type));
            diag_help(l->diags, "keep one");
        }
    }
}

static void load_statuses(const struct loader *l, const struct yaml *map)
{
    static const char *const ROLES[] = {"open", "verify", "done", "cancelled", "declined"};

    YAML_EACH (v, map) {
        size_t i = 0;
        while (i < sizeof ROLES / sizeof ROLES[0] && !str_eq_c(v->scalar, ROLES[i]))
            i++;
        if (i == sizeof ROLES / sizeof ROLES[0] || l->m->status_count == MAPPING_STATUSES_MAX) {
            diag_error(l->diags, "M027", v->pos, "a status cannot be '%.*s'", STR_ARG(v->scalar));
            diag_help(l->diags, "use open, verify, done, cancelled or declined");
            continue;
        }
        l->m->statuses[l->m->status_count++] = (struct mapping_status){v->key, (enum status_role)i};
    }
}

static void load_root(const struct loader *l, const struct yaml *root)
{
    static const char *const KNOWN[] = {"version", "service_desk", "ticket", "fields", "statuses", "requests", "tests", NULL};
    struct mapping *m = l->m;
    const struct yaml *ticket = yaml_member(root, "ticket");
    const struct yaml *fields = yaml_member(root, "fields");
    const struct yaml *requests = yaml_member(root, "requests");

    refuse_unknown(l, root, KNOWN, "a mapping file");
    if (!str_eq_c(text_of(l, root, "version", ""), "1")) {
        diag_error(l->diags, "M028", root->pos, "the file does not say its version");
        diag_help(l->diags, "add version: 1");
    }
    m->project = text_of(l, ticket, "project", "");
    m->issue_type = text_of(l, ticket, "issue_type", "Service Request");
    m->request_type_field = text_of(l, fields, "request_type", "customfield_10010");
    m->check_field = text_of(l, fields, "access_check", "");
    m->reason_field = text_of(l, fields, "access_check_reason", "");
    load_statuses(l, yaml_member(root, "statuses"));
    if (!requests || requests->kind != YAML_LIST || !requests->first) {
        diag_error(l->diags, "M029", root->pos, "the file has no rules");
        diag_help(l->diags, "add requests: with one rule per request type");
        return;
    }
    YAML_EACH (v, requests)
        load_rule(l, v);
    m->tests = yaml_member(root, "tests");
}

struct mapping *mapping_load(struct arena *arena, const char *file, struct str text, const struct str *sources,
                             size_t source_count, struct diag_list *diags)
{
    uint8_t digest[SHA256_BYTES];
    struct mapping *m = ARENA_NEW(arena, struct mapping);
    const struct yaml *root = yaml_parse(arena, text, diags);

    if (!root || !m)
        return NULL;
    struct loader l = {.m = m, .arena = arena, .diags = diags, .sources = sources, .source_count = source_count};
    if (root->kind != YAML_MAP) {
        diag_error(diags, "M024", root->pos, "a mapping file is a map");
        return NULL;
    }
    m->file = file;
    m->text = text;
    digest_sha256(text, digest);
    hex_encode(digest, sizeof digest, m->sha256);
    load_root(&l, root);
    return diags->errors ? NULL : m;
}
