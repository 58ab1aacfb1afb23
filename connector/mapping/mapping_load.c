/* A mapping file, checked and compiled into plain data. */
#include "base/codecs.h"
#include "mapping/mapping_priv.h"

enum { EMERGENCY_MAX_MS = 3 * 86400000 }; /* as in sql/routine/emergency.sql */

/* Text of a scalar that says something; empty, with a fault, for anything else. */
static struct str scalar_of(const struct loader *l, const struct yaml *v)
{
    if (v->kind == YAML_SCALAR && !yaml_is_null(v))
        return v->scalar;
    diag_error(l->diags, "M020", v->kind == YAML_SCALAR ? v->key_pos : v->pos,
               "'%.*s' must be a single value", STR_ARG(v->key));
    diag_help(l->diags, "write %.*s: value", STR_ARG(v->key));
    return STR("");
}

struct str text_of(const struct loader *l, const struct yaml *map, const char *key,
                   const char *otherwise)
{
    const struct yaml *v = yaml_member(map, key);
    return v ? scalar_of(l, v) : str_of(otherwise);
}

void refuse_unknown(const struct loader *l, const struct yaml *map, const char *const *known,
                    const char *where)
{
    yaml_refuse_unknown(map, known, where, (struct yaml_codes){"M024", "M021"}, l->diags);
}

/* A list, or nothing with a fault. */
const struct yaml *list_of(const struct loader *l, const struct yaml *v, const char *what)
{
    if (!v || v->kind == YAML_LIST)
        return v;
    diag_error(l->diags, "M024", v->pos, "%s must be a list", what);
    diag_help(l->diags, "write [ ... ], or one entry a line, each behind '- '");
    return NULL;
}

/* --- one binding --- */

/* A pair that can never be met means nothing today; under the right key it means what is written.
 */
static void fix_key(const struct loader *l, const struct yaml *map, const struct yaml *pair,
                    struct str key)
{
    AUTO(drop_buf) struct buf b;
    const char *name = arena_cstr(l->arena, key);

    if (!name || yaml_member(map, name))
        return;
    buf_init(&b, 256);
    diag_word(&b, key, false);
    diag_fix(l->diags, pair->key_pos, buf_str(&b));
}

/* What the functions make of a key is what is looked up: a key they would change can never be met.
 */
static void check_reachable(const struct loader *l, const struct binding *b, const struct yaml *map,
                            const struct yaml *pair)
{
    size_t from = b->step_count;

    while (from && step_kind(b->steps[from - 1]) != STEP_SHAPE) /* what these leave can be met */
        from--;
    struct value v =
        value_steps(l->arena, b, from, (struct value){.kind = VALUE_TEXT, .text = pair->key});
    if (v.kind == VALUE_TEXT && str_eq(v.text, pair->key))
        return;
    diag_error(l->diags, "M046", pair->key_pos,
               "\"%.*s\" can never be met: the functions before the lookup change it",
               STR_ARG(pair->key));
    if (v.kind == VALUE_TEXT) {
        diag_help(l->diags, "write \"%.*s\"", STR_ARG(v.text));
        fix_key(l, map, pair, v.text);
    } else {
        diag_help(l->diags, "remove the pair, or the function that refuses it");
    }
}

static void load_lookup(const struct loader *l, const struct yaml *map, struct binding *b)
{
    size_t count = yaml_count(map), n = 0;

    if (map->kind != YAML_MAP || !count || count > MAPPING_LOOKUP_MAX) {
        diag_error(l->diags, "M023", map->pos, "a lookup is a map of 1 to %d entries",
                   MAPPING_LOOKUP_MAX);
        diag_help(l->diags, "write lookup: { \"SAP FIN\": sap-fin }");
        return;
    }
    struct lookup_pair *pairs = arena_array(l->arena, count, sizeof *pairs);
    YAML_EACH(v, map)
    {
        check_reachable(l, b, map, v);
        if (pairs)
            pairs[n++] = (struct lookup_pair){v->key, scalar_of(l, v)};
    }
    b->lookup = pairs;
    b->lookup_count = n;
}

static void load_on_missing(const struct loader *l, const struct yaml *v, const char *name,
                            bool required, struct binding *b)
{
    static const char *const NAMES[] = {"hold", "ignore", "exception", "fail", NULL};
    const struct yaml *stands = yaml_member(v, "on_missing");
    struct str missing = text_of(l, v, "on_missing", required ? "hold" : "ignore");
    size_t i = 0;

    while (NAMES[i] && !str_eq_c(missing, NAMES[i]))
        i++;
    if (!NAMES[i]) {
        diag_error(l->diags, "M034", stands->pos, "on_missing cannot be '%.*s'", STR_ARG(missing));
        diag_similar(l->diags, stands->pos, missing, NAMES, "use hold, exception, ignore or fail");
        return;
    }
    b->on_missing = (enum on_missing)i;
    if (required && b->on_missing == MISSING_IGNORE) {
        diag_error(l->diags, "M040", stands->pos,
                   "'%s' may not be ignored: without it nothing can be checked", name);
        diag_help(l->diags, "use hold, exception or fail");
    } else if (required && b->from.len && !b->constant.len && !b->has_fallback && !stands) {
        diag_error(l->diags, "M033", v->pos, "what shall happen when '%s' is empty?", name);
        diag_help(
            l->diags,
            "add on_missing: hold (the ticket waits and says which field), exception or fail");
    }
}

/* Ids of fields as Jira writes them: they become names in JSON, nothing else. */
bool is_field_id(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_' || c == '-'))
            return false;
    }
    return s.len > 0 && s.len <= 64;
}

bool is_question(struct str id)
{
    struct str number = id;
    int64_t n;

    if (!str_starts(id, STR(FIELD_QUESTION)))
        return false;
    (void)str_cut(&number, '.');
    return number.len <= 9 && str_to_i64(number, &n) && n > 0 && number.p[0] != '0';
}

static void load_origin(const struct loader *l, const struct yaml *v, const char *name,
                        struct binding *b)
{
    const struct yaml *from = yaml_member(v, "from");

    b->from = text_of(l, v, "from", "");
    b->constant = text_of(l, v, "const", "");
    b->label = text_of(l, v, "label", "");
    b->fallback = text_of(l, v, "default", "");
    b->has_fallback = b->fallback.len > 0;
    if (!b->from.len == !b->constant.len) {
        diag_error(l->diags, "M032", v->pos, "'%s' must have either a field or a constant", name);
        diag_help(l->diags, "write from: customfield_..., or const: value");
    } else if (from && !is_field_id(b->from) && !is_question(b->from)) {
        diag_error(l->diags, "M047", from->pos, "'%.*s' is not the id of a field",
                   STR_ARG(b->from));
        diag_help(l->diags, "an id looks like customfield_10050, summary, or form.12 for a "
                            "question of the attached form; the name people see does not work");
    }
}

static void load_binding(const struct loader *l, const struct yaml *rule, const char *name,
                         bool required, struct binding *b)
{
    static const char *const KNOWN[] = {"from",   "label",      "const", "default", "then",
                                        "lookup", "on_missing", "type",  "many",    NULL};
    const struct yaml *v = yaml_member(rule, name);

    if (!v) {
        if (required) {
            diag_error(l->diags, "M030", rule->pos, "the rule does not say where '%s' comes from",
                       name);
            diag_help(l->diags, "add %s: { from: customfield_..., on_missing: hold }", name);
        }
        return;
    }
    b->present = true;
    b->pos = v->pos;
    if (v->kind != YAML_MAP) {
        diag_error(l->diags, "M031", v->pos, "'%s' must be a binding", name);
        diag_help(l->diags, "write %s: { from: customfield_... } or %s: { const: value }", name,
                  name);
        return;
    }
    refuse_unknown(l, v, KNOWN, "a binding");
    load_origin(l, v, name, b);
    load_steps(l, yaml_member(v, "then"), b);
    if (yaml_member(v, "lookup"))
        load_lookup(l, yaml_member(v, "lookup"), b);
    load_on_missing(l, v, name, required, b);
    load_kind(l, v, b);
    load_many(l, v, name, b);
}

static bool is_yes_no(struct str s)
{
    return str_eq_c(s, "true") || str_eq_c(s, "false");
}

/* `privileged` is true or false, all others are text. */
static void check_kind(const struct loader *l, const char *name, bool wants_yes_no,
                       const struct binding *b)
{
    bool gives = b->step_count && b->steps[b->step_count - 1] == STEP_BOOL;

    if (!b->present || (!b->from.len && !b->constant.len))
        return;
    if (b->constant.len)
        gives = wants_yes_no && is_yes_no(b->constant);
    else if (b->lookup_count) {
        gives = wants_yes_no;
        for (size_t i = 0; i < b->lookup_count; i++)
            gives = gives && is_yes_no(b->lookup[i].to);
    }
    if (wants_yes_no && b->has_fallback)
        gives = gives && is_yes_no(b->fallback);
    if (gives == wants_yes_no)
        return;
    diag_error(l->diags, "M041", b->pos, "'%s' must be %s", name,
               wants_yes_no ? "true or false" : "text, not true or false");
    if (wants_yes_no)
        diag_help(
            l->diags,
            "end with then: [bool], or look up to true and false; default: is one of these too");
    else
        diag_help(l->diags, "take bool out of then:");
}

static void check_source(const struct loader *l, struct diag_pos pos, struct str name)
{
    for (size_t k = 0; k < l->source_count; k++)
        if (str_eq(name, l->sources[k]))
            return;
    diag_error(l->diags, "M035", pos, "there is no source '%.*s'", STR_ARG(name));
    diag_help(l->diags, "name it under sources in the configuration, or correct it here");
}

/* Every name the rule can give as application is a source that somebody reads. */
static void check_sources(const struct loader *l, const struct yaml *rule, const struct binding *b)
{
    const struct yaml *v = yaml_member(rule, "application");

    if (!l->sources || !b->present)
        return;
    YAML_EACH(pair, yaml_member(v, "lookup"))
    if (pair->scalar.len)
        check_source(l, pair->pos, pair->scalar);
    if (b->constant.len)
        check_source(l, yaml_member(v, "const")->pos, b->constant);
    if (b->has_fallback)
        check_source(l, yaml_member(v, "default")->pos, b->fallback);
}

/* --- one rule --- */

static int64_t load_goal(const struct loader *l, const struct yaml *sla, const char *key)
{
    const struct yaml *v = yaml_member(sla, key);
    int64_t ms = 0;

    if (v && (!yaml_duration(scalar_of(l, v), &ms) || !ms)) {
        diag_error(l->diags, "M036", v->pos, "'%.*s' is not a goal", STR_ARG(v->scalar));
        diag_help(l->diags, "write 30m, 8h or 2d");
    }
    return ms;
}

/* Goals of a rule count around the clock and escalate at fixed steps: calendars and ladders are of
 * policies, which the configuration has. A file that says otherwise must not pass in silence. */
void load_sla(const struct loader *l, const struct yaml *sla, struct mapping_rule *r)
{
    static const char *const KNOWN[] = {"goal", "privileged_goal", "calendar", "escalate", NULL};
    static const char *const STEPS[] = {"75%", "100%"};
    const struct yaml *calendar = yaml_member(sla, "calendar"),
                      *escalate = yaml_member(sla, "escalate");
    size_t n = 0;

    r->sla_pos = sla ? sla->pos : r->pos;
    if (sla && sla->kind == YAML_SCALAR && !yaml_is_null(sla)) { /* a policy of the configuration */
        r->sla_policy = sla->scalar;
        return;
    }
    refuse_unknown(l, sla, KNOWN, "sla");
    r->sla_goal_ms = load_goal(l, sla, "goal");
    r->sla_privileged_ms = load_goal(l, sla, "privileged_goal");
    if (calendar && !str_eq_c(calendar->scalar, "24x7")) {
        diag_error(l->diags, "M044", calendar->pos, "there is no calendar '%.*s'",
                   STR_ARG(calendar->scalar));
        diag_help(l->diags, "write 24x7, or name a policy of the configuration: sla: NAME");
    }
    YAML_EACH(v, escalate)
    n += n < 2 && str_eq_c(v->scalar, STEPS[n]) ? 1 : 3;
    if (escalate && (escalate->kind != YAML_LIST || n != 2)) {
        diag_error(l->diags, "M045", escalate->pos, "these escalation steps cannot be had");
        diag_help(l->diags,
                  "write [75%%, 100%%], or name a policy of the configuration: sla: NAME");
    }
}

/* One valid approval is wanted; the requester and the subject never count, whatever stands in
 * `not`. */
static void load_approval(const struct loader *l, const struct yaml *approval,
                          struct mapping_rule *r)
{
    static const char *const KNOWN[] = {"from", "at_least", "not", NULL};

    if (!approval)
        return;
    r->approval_needed = true;
    refuse_unknown(l, approval, KNOWN, "approval");
    if (approval->kind != YAML_MAP)
        return;
    bool known_from = str_eq_c(text_of(l, approval, "from", ""), "jsm.approvals");
    bool known_count = str_eq_c(text_of(l, approval, "at_least", "1"), "1");
    bool known_not = true;
    YAML_EACH(v, list_of(l, yaml_member(approval, "not"), "'not'"))
    known_not = known_not && (str_eq_c(v->scalar, "reporter") || str_eq_c(v->scalar, "subject"));
    if (known_from && known_count && known_not)
        return;
    diag_error(l->diags, "M043", approval->pos, "an approval of this form cannot be had");
    diag_help(l->diags,
              "write approval: { from: jsm.approvals, at_least: 1, not: [reporter, subject] }");
}

static void load_expect(const struct loader *l, const struct yaml *expect, struct mapping_rule *r)
{
    static const char *const KNOWN[] = {"present", "absent", NULL};
    const struct yaml *what = expect && expect->kind == YAML_MAP ? expect->first : NULL;

    r->expect = r->change == REQUEST_REMOVAL ? DESIRED_ABSENT : DESIRED_PRESENT;
    refuse_unknown(l, expect, KNOWN, "expect");
    if (!expect || expect->kind != YAML_MAP)
        return;
    if (yaml_count(expect) != 1 || !str_eq_c(what->scalar, "entitlement")) {
        diag_error(l->diags, "M042", expect->pos,
                   "expect says one thing: that the entitlement is present, or absent");
        diag_help(l->diags,
                  "write expect: { absent: entitlement } or expect: { present: entitlement }");
        return;
    }
    enum desired wanted = str_eq_c(what->key, "absent") ? DESIRED_ABSENT : DESIRED_PRESENT;
    if (r->change != REQUEST_MODIFY && wanted != r->expect) {
        diag_error(l->diags, "M039", what->key_pos, "a %s cannot expect the entitlement to be %s",
                   request_kind_name(r->change), desired_name(wanted));
        diag_help(l->diags, "write expect: { %s: entitlement }, or change the rule's change:",
                  desired_name(r->expect));
        return;
    }
    r->expect = wanted;
}

/* Access that is to go waits for nobody: nobody is asked whether it may stay. */
static void refuse_waiting_removal(const struct loader *l, const struct yaml *v,
                                   const struct mapping_rule *r)
{
    const struct yaml *own = yaml_member(v, "approval"), *template = yaml_member(v, "template");

    if (r->expect != DESIRED_ABSENT || !r->approval_needed)
        return;
    diag_error(l->diags, "M097", own ? own->pos : template->pos, "a removal waits for no approval");
    if (own)
        diag_help(l->diags, "take approval: out of the rule");
    else
        diag_help(l->diags, "name a template without approval:, such as one of lifecycle: leaver");
}

static void load_choices(const struct loader *l, const struct yaml *v, struct mapping_rule *r)
{
    const struct yaml *change = yaml_member(v, "change");
    struct str mode = text_of(l, v, "mode", "enforce");

    r->mode_said = yaml_member(v, "mode") != NULL;
    if (mode.len && !gate_mode_from(mode, &r->mode)) {
        static const char *const MODES[] = {"observe", "warn", "enforce", NULL};
        struct diag_pos pos = yaml_member(v, "mode")->pos;
        diag_error(l->diags, "M037", pos, "mode cannot be '%.*s'", STR_ARG(mode));
        diag_similar(l->diags, pos, mode, MODES, "use observe, warn or enforce");
    }
    if (!change || !request_kind_from(scalar_of(l, change), &r->change)) {
        diag_error(l->diags, "M038", change ? change->pos : v->pos,
                   "the rule does not say what it changes");
        static const char *const CHANGES[] = {"grant", "removal", "modify", NULL};
        diag_similar(l->diags, change ? change->pos : v->pos, change ? change->scalar : STR(""),
                     CHANGES, "add change: grant, change: removal or change: modify");
    }
    load_expect(l, yaml_member(v, "expect"), r);
    load_approval(l, yaml_member(v, "approval"), r);
    load_template_of(l, v, r);
    refuse_waiting_removal(l, v, r);
    load_sla(l, r->template ? r->template->sla : yaml_member(v, "sla"), r);
}

/* Broken glass gives access for a while, and somebody says why. */
static void load_emergency(const struct loader *l, const struct yaml *rule, struct mapping_rule *r)
{
    const struct yaml *v = yaml_member(rule, "emergency");
    bool says_why = r->justification.present && r->justification.on_missing == MISSING_HOLD;

    if (!v)
        return;
    if (r->access_until.present) {
        diag_error(l->diags, "M096", r->access_until.pos,
                   "the end of an emergency is the rule's, not the form's");
        diag_help(l->diags, "take access_until out: emergency says how long the access lasts");
    }
    if (yaml_duration(scalar_of(l, v), &r->emergency_ms) && r->emergency_ms &&
        r->emergency_ms <= EMERGENCY_MAX_MS && r->change == REQUEST_GRANT && says_why) {
        r->approval_needed = true; /* owed afterwards */
        return;
    }
    diag_error(l->diags, "M095", v->pos, "an emergency of this form cannot be had");
    diag_help(l->diags, "write emergency: 4h (up to three days) in a rule with change: grant and a "
                        "justification that has on_missing: hold");
}

/* Two rules of one name or one request type: nobody could say which is meant. */
static void refuse_twins(const struct loader *l, const struct yaml *v, const struct mapping_rule *r)
{
    for (const struct mapping_rule *other = l->m->rules; other < r; other++) {
        bool type = r->request_type.len && str_eq(other->request_type, r->request_type);
        bool name = r->name.len && str_eq(other->name, r->name);
        if (!type && !name)
            continue;
        const struct yaml *at = yaml_member(v, type ? "request_type" : "name");
        diag_error(l->diags, "M026", at->pos, "%s '%.*s' has two rules",
                   type ? "request type" : "the name", STR_ARG(type ? r->request_type : r->name));
        diag_note(l->diags, "the other begins in line %d", other->pos.line);
        diag_help(l->diags, "keep one");
    }
}

static void load_rule(const struct loader *l, const struct yaml *v)
{
    static const char *const KNOWN[] = {"name",
                                        "request_type",
                                        "mode",
                                        "change",
                                        "expect",
                                        "approval",
                                        "sla",
                                        "ticket",
                                        "emergency",
                                        "template",
                                        "form",
#define X(member, required) #member,
                                        MAPPING_TARGETS(X)
#undef X
                                            NULL};
    struct mapping *m = l->m;

    if (m->rule_count == MAPPING_RULES_MAX) {
        diag_error(l->diags, "M023", v->pos, "more than %d rules", MAPPING_RULES_MAX);
        diag_help(l->diags, "remove rules of request types that are used no more");
        return;
    }
    struct mapping_rule *r = &m->rules[m->rule_count++];
    *r = (struct mapping_rule){.pos = v->pos};
    refuse_unknown(l, v, KNOWN, "a rule");
    if (v->kind != YAML_MAP)
        return;
    r->name = text_of(l, v, "name", "");
    r->request_type = text_of(l, v, "request_type", "");
    if (!r->name.len || !r->request_type.len) {
        diag_error(l->diags, "M025", v->pos, "a rule needs a name and a request_type");
        diag_help(l->diags, "add name: remove-app-access and request_type: \"31\"");
    }
    load_choices(l, v, r);
#define X(member, required)                            \
    load_binding(l, v, #member, required, &r->member); \
    check_kind(l, #member, &r->member == &r->privileged, &r->member);
    MAPPING_TARGETS(X)
#undef X
    check_sources(l, v, &r->application);
    load_emergency(l, v, r);
    load_ticket_rule(l, yaml_member(v, "ticket"), r);
    load_form_of(l, v, r);
    check_template(l, v, r);
    refuse_twins(l, v, r);
}

/* --- the file --- */

/* A resolution is what people choose when they close: "Done", "Won't Do", "Cancelled". */
static void load_resolutions(const struct loader *l, const struct yaml *map)
{
    static const char *const ROLES[] = {"done", "cancelled", "declined", NULL};

    if (map && map->kind != YAML_MAP) {
        diag_error(l->diags, "M024", map->pos, "resolutions must be a map");
        diag_help(l->diags, "write resolutions: { \"Won't Do\": declined }");
        return;
    }
    YAML_EACH(v, map)
    {
        size_t i = 0;
        while (ROLES[i] && !str_eq_c(v->scalar, ROLES[i]))
            i++;
        if (!ROLES[i]) {
            diag_error(l->diags, "M065", v->pos, "a resolution cannot be '%.*s'",
                       STR_ARG(v->scalar));
            diag_similar(l->diags, v->pos, v->scalar, ROLES, "use done, cancelled or declined");
        } else if (l->m->resolution_count == MAPPING_STATUSES_MAX) {
            diag_error(l->diags, "M023", v->pos, "more than %d resolutions", MAPPING_STATUSES_MAX);
            diag_help(l->diags, "name only those that mean cancelled or declined");
        } else {
            l->m->resolutions[l->m->resolution_count++] =
                (struct mapping_resolution){v->key, STATUS_DONE + (enum status_role)i};
        }
    }
}

static void load_statuses(const struct loader *l, const struct yaml *map)
{
    static const char *const ROLES[] = {"open", "verify", "done", "cancelled", "declined", NULL};

    if (map && map->kind != YAML_MAP) {
        diag_error(l->diags, "M024", map->pos, "statuses must be a map");
        diag_help(l->diags, "write statuses: { \"Verifying access\": verify }");
        return;
    }
    YAML_EACH(v, map)
    {
        size_t i = 0;
        while (ROLES[i] && !str_eq_c(v->scalar, ROLES[i]))
            i++;
        if (!ROLES[i]) {
            diag_error(l->diags, "M027", v->pos, "a status cannot be '%.*s'", STR_ARG(v->scalar));
            diag_similar(l->diags, v->pos, v->scalar, ROLES,
                         "use open, verify, done, cancelled or declined");
        } else if (l->m->status_count == MAPPING_STATUSES_MAX) {
            diag_error(l->diags, "M023", v->pos, "more than %d statuses", MAPPING_STATUSES_MAX);
            diag_help(l->diags, "name only those that mean verify, cancelled or declined");
        } else {
            l->m->statuses[l->m->status_count++] =
                (struct mapping_status){v->key, (enum status_role)i};
        }
    }
}

static struct str load_field(const struct loader *l, const struct yaml *fields, const char *key,
                             const char *otherwise)
{
    struct str id = text_of(l, fields, key, otherwise);
    if (id.len && !is_field_id(id)) {
        diag_error(l->diags, "M047", yaml_member(fields, key)->pos,
                   "'%.*s' is not the id of a field", STR_ARG(id));
        diag_help(l->diags,
                  "an id looks like customfield_10050; the name people see does not work");
    }
    return id;
}

static void too_many_approvers(const struct loader *l, const struct yaml *v)
{
    diag_error(l->diags, "M023", v->pos, "more than %d approvers", MAPPING_PEOPLE_MAX);
    diag_help(l->diags, "name those who answer in practice");
}

static void load_exception(const struct loader *l, const struct yaml *map)
{
    static const char *const KNOWN[] = {"asked",    "until",    "owner",     "control", "decision",
                                        "approved", "declined", "approvers", NULL};
    struct mapping_exception *e = &l->m->exception;

    if (!map)
        return;
    refuse_unknown(l, map, KNOWN, "exception");
    e->asked = load_field(l, map, "asked", "");
    e->until = load_field(l, map, "until", "");
    e->owner = load_field(l, map, "owner", "");
    e->control = load_field(l, map, "control", "");
    e->decision = load_field(l, map, "decision", "");
    e->approved = text_of(l, map, "approved", "Approved");
    e->declined = text_of(l, map, "declined", "Declined");
    YAML_EACH(v, list_of(l, yaml_member(map, "approvers"), "'approvers'"))
    {
        if (e->approver_count < MAPPING_PEOPLE_MAX)
            e->approvers[e->approver_count++] = v->scalar;
        else
            too_many_approvers(l, v);
    }
    if (map->kind == YAML_MAP &&
        !(e->asked.len && e->until.len && e->decision.len && e->approver_count)) {
        diag_error(l->diags, "M055", map->pos,
                   "an exception needs asked, until, decision and approvers");
        diag_help(l->diags, "name the three fields, and who may answer");
    }
}

static void load_head(const struct loader *l, const struct yaml *root)
{
    static const char *const FIELDS[] = {"request_type", "access_check", "access_check_reason",
                                         NULL};
    const struct yaml *version = yaml_member(root, "version");
    const struct yaml *ticket = yaml_member(root, "ticket"), *fields = yaml_member(root, "fields");
    struct mapping *m = l->m;

    if (!version || !str_eq_c(version->scalar, "1")) {
        diag_error(l->diags, "M028", version ? version->pos : root->pos,
                   "the file does not say a version we know");
        diag_help(l->diags, "write version: 1");
    }
    refuse_unknown(l, fields, FIELDS, "fields");
    struct str desk = text_of(l, root, "service_desk", "");
    m->project = text_of(l, ticket, "project", "");
    if (!m->project.len)
        m->project = desk;
    m->issue_type = text_of(l, ticket, "issue_type", "Service Request");
    m->request_type_field = load_field(l, fields, "request_type", "customfield_10010");
    m->check_field = load_field(l, fields, "access_check", "");
    m->reason_field = load_field(l, fields, "access_check_reason", "");
    load_ticket_head(l, ticket);
    load_exception(l, yaml_member(root, "exception"));
    load_statuses(l, yaml_member(root, "statuses"));
    load_resolutions(l, yaml_member(root, "resolutions"));
}

static void load_root(const struct loader *l, const struct yaml *root)
{
    static const char *const KNOWN[] = {"version",   "service_desk", "ticket",      "fields",
                                        "statuses",  "requests",     "resolutions", "tests",
                                        "exception", "templates",    "approvers",   NULL};
    const struct yaml *requests = yaml_member(root, "requests");

    refuse_unknown(l, root, KNOWN, "a mapping file");
    load_head(l, root);
    load_templates(l, root);
    l->m->tests = list_of(l, yaml_member(root, "tests"), "tests");
    if (!requests || requests->kind != YAML_LIST || !requests->first) {
        diag_error(l->diags, "M029", requests ? requests->pos : root->pos, "the file has no rules");
        diag_help(l->diags, "add requests: with one rule per request type, each behind '- '");
        return;
    }
    YAML_EACH(v, requests)
    load_rule(l, v);
}

struct mapping *mapping_load(struct arena *arena, const char *file, struct str text,
                             const struct str *sources, size_t source_count,
                             struct diag_list *diags)
{
    uint8_t digest[SHA256_BYTES];
    struct mapping *m = ARENA_NEW(arena, struct mapping);
    const struct yaml *root = yaml_parse(arena, text, diags);

    if (!root || !m)
        return NULL;
    struct loader l = {
        .m = m, .arena = arena, .diags = diags, .sources = sources, .source_count = source_count};
    if (root->kind != YAML_MAP) {
        diag_error(diags, "M024", root->pos, "a mapping file is a map");
        diag_help(diags, "begin with version: 1; schemas/example/mapping.yaml is one");
        return NULL;
    }
    m->file = arena_cstr(arena, str_of(file));
    m->text = arena_str(arena, text);
    digest_sha256(text, digest);
    hex_encode(digest, sizeof digest, m->sha256);
    load_root(&l, root);
    return diags->errors ? NULL : m;
}
