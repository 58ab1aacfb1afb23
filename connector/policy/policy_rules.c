#include "policy/policy_rules.h"

#include <string.h>

#include "base/codecs.h"
#include "base/digest.h"
#include "base/fold.h"

const char *const POLICY_FACT_NAMES[] = {
#define X(name, text) text,
    POLICY_FACTS(X)
#undef X
        NULL};
const char *const POLICY_NEED_NAMES[] = {
#define X(name, text, words) text,
    POLICY_NEEDS(X)
#undef X
        NULL};

/* --- reading --- */

enum { FOLDED_BYTES = 64 * 1024 };

struct reading {
    struct arena *arena;
    struct diag_list *diags;
    struct policy_rules *rules;
};

static struct str scalar_of(struct reading *r, const struct yaml *v, const char *what)
{
    if (v->kind == YAML_SCALAR && v->scalar.len && !yaml_is_null(v))
        return v->scalar;
    diag_error(r->diags, "C171", v->pos, "%s must be a text", what);
    diag_help(r->diags, "write it behind the colon; in quotes when it holds : or #");
    return STR_NONE;
}

static const char *const BOOLEANS[] = {"true", "false", NULL};
static const char *const STAGES[] = {"intake", "approval", "verification", NULL};
static const char *const LIFECYCLES[] = {"joiner",    "mover",    "leaver", "privileged",
                                         "emergency", "standard", NULL};
static const char *const KINDS[] = {"human", "contractor", "service", "workload", "key", NULL};

/* What a fact can be at all; NULL: any text. */
static const char *const *values_of(enum policy_fact fact)
{
    switch (fact) {
    case POLICY_FACT_PRIVILEGED:
    case POLICY_FACT_EMERGENCY:
        return BOOLEANS;
    case POLICY_FACT_STAGE:
        return STAGES;
    case POLICY_FACT_LIFECYCLE:
        return LIFECYCLES;
    case POLICY_FACT_SUBJECT_KIND:
        return KINDS;
    case POLICY_FACT_APPLICATION:
    case POLICY_FACT_ENTITLEMENT:
    case POLICY_FACT_REQUEST_TYPE:
    case POLICY_FACT_MAPPING_RULE:
    case POLICY_FACT_REQUESTER:
    case POLICY_FACT_BENEFICIARY:
    case POLICY_FACT_COUNT:
        break;
    }
    return NULL;
}

/* However it is spelled it is the same name: to a directory, and so to a rule. */
static struct str folded(struct arena *arena, enum policy_fact fact, struct str text)
{
    AUTO(drop_buf) struct buf b;

    if (values_of(fact))
        return text;
    buf_init(&b, FOLDED_BYTES);
    bool person = fact == POLICY_FACT_REQUESTER || fact == POLICY_FACT_BENEFICIARY;
    return (person ? fold_person : fold_name)(&b, text) ? arena_str(arena, buf_str(&b)) : text;
}

static bool is_one_of(struct str word, const char *const *values)
{
    for (size_t i = 0; values[i]; i++)
        if (policy_matches(word, str_of(values[i])))
            return true;
    return false;
}

/* A word that can match nothing would be a rule that never applies. */
static void check_word(struct reading *r, enum policy_fact fact, const struct yaml *v)
{
    const char *const *values = values_of(fact);

    if (!values || str_empty(v->scalar) || is_one_of(v->scalar, values))
        return;
    diag_error(r->diags, "C172", v->pos, "%s is never '%.*s'", POLICY_FACT_NAMES[fact],
               STR_ARG(v->scalar));
    diag_similar(r->diags, v->pos, v->scalar, values, "see schemas/README.md for what it can be");
}

static void read_words(struct reading *r, enum policy_fact fact, const struct yaml *v,
                       struct policy_rule *rule)
{
    size_t count = v->kind == YAML_LIST ? yaml_count(v) : 1, n = 0;
    struct str *words = arena_array(r->arena, count + 1, sizeof *words);

    if (!words || !count || count > POLICY_WORDS_MAX || v->kind == YAML_MAP) {
        diag_error(r->diags, "C171", v->pos, "%s must be a text, or a list of 1 to %d",
                   POLICY_FACT_NAMES[fact], POLICY_WORDS_MAX);
        diag_help(r->diags, "write %s: [one, another]", POLICY_FACT_NAMES[fact]);
        return;
    }
    if (v->kind == YAML_SCALAR) {
        words[n++] = folded(r->arena, fact, scalar_of(r, v, POLICY_FACT_NAMES[fact]));
        check_word(r, fact, v);
    }
    for (const struct yaml *one = v->kind == YAML_LIST ? v->first : NULL; one; one = one->next) {
        words[n++] = folded(r->arena, fact, scalar_of(r, one, POLICY_FACT_NAMES[fact]));
        if (one->kind == YAML_SCALAR)
            check_word(r, fact, one);
    }
    rule->when[fact] = words;
    rule->when_count[fact] = n;
}

static void read_when(struct reading *r, const struct yaml *when, struct policy_rule *rule)
{
    static const struct yaml_codes CODES = {"C170", "C170"};

    yaml_refuse_unknown(when, POLICY_FACT_NAMES, "when", CODES, r->diags);
    for (enum policy_fact f = 0; f < POLICY_FACT_COUNT; f++) {
        const struct yaml *v = yaml_member(when, POLICY_FACT_NAMES[f]);
        if (v)
            read_words(r, f, v, rule);
    }
}

static void read_needs(struct reading *r, const struct yaml *needs, struct policy_rule *rule)
{
    if (needs->kind != YAML_LIST || !needs->first) {
        diag_error(r->diags, "C171", needs->pos, "needs must be a list");
        diag_help(r->diags, "write needs: [access_until, justification]");
        return;
    }
    YAML_EACH(v, needs)
    {
        int i = str_index(v->scalar, POLICY_NEED_NAMES, POLICY_NEED_COUNT);
        if (i >= 0) {
            rule->needs[i] = true;
            continue;
        }
        diag_error(r->diags, "C172", v->pos, "a rule cannot need '%.*s'", STR_ARG(v->scalar));
        diag_similar(r->diags, v->pos, v->scalar, POLICY_NEED_NAMES,
                     "use access_until, justification, sponsor or approval");
    }
}

static int32_t people_count(struct reading *r, const struct yaml *map, const char *name)
{
    const struct yaml *v = yaml_member(map, name);
    int64_t n = 0;

    if (v && (v->kind != YAML_SCALAR || !str_to_i64(v->scalar, &n) || n < 1 ||
              n > POLICY_ASKS_PEOPLE_MAX)) {
        diag_error(r->diags, "C171", v->pos, "%s must be a number of people", name);
        diag_help(r->diags, "write %s: 2", name);
    }
    return (int32_t)n;
}

/* { at_least: 2, people: [ciso@example.com], of_them: 1, who: risk office } */
static void read_approvals(struct reading *r, const struct yaml *map, struct policy_rule *rule)
{
    static const char *const KNOWN[] = {"at_least", "people", "of_them", "who", NULL};
    static const struct yaml_codes CODES = {"C170", "C170"};
    const struct yaml *people = yaml_member(map, "people"), *who = yaml_member(map, "who");
    struct approval_step *step = &rule->asks.steps[0];
    size_t count = yaml_count(people);

    yaml_refuse_unknown(map, KNOWN, "approvals", CODES, r->diags);
    rule->asks.at_least = people_count(r, map, "at_least");
    int32_t wanted = people_count(r, map, "of_them");
    step->wanted = wanted ? wanted : 1;
    step->who = who ? scalar_of(r, who, "who") : STR("policy");
    if (people && (people->kind != YAML_LIST || !count || count > POLICY_ASKS_PEOPLE_MAX)) {
        diag_error(r->diags, "C171", people->pos, "people must be a list of 1 to %d",
                   POLICY_ASKS_PEOPLE_MAX);
        diag_help(r->diags, "write people: [ciso@example.com, risk@example.com]");
        return;
    }
    YAML_EACH(one, people)
    step->people = step->people.len ? arena_printf(r->arena, "%.*s\n%.*s", STR_ARG(step->people),
                                                   STR_ARG(scalar_of(r, one, "people")))
                                    : scalar_of(r, one, "people");
    rule->asks.count = people ? 1 : 0;
    if (people && (size_t)step->wanted > policy_asks_people(step)) {
        diag_error(r->diags, "C171", people->pos, "of_them wants %d, and people names %zu",
                   step->wanted, policy_asks_people(step));
        diag_help(r->diags, "name more people; however it is spelled, a name is one person");
    }
    if (policy_asks_any(&rule->asks))
        return;
    diag_error(r->diags, "C171", map->pos, "approvals says neither how many nor who");
    diag_help(r->diags, "write approvals: { at_least: 2 }, or { people: [ciso@example.com] }");
}

/* Later nobody would be asked: a rule of another stage would want them of nobody. */
static void check_asked_at(struct reading *r, const struct yaml *when,
                           const struct policy_rule *rule)
{
    size_t count = rule->when_count[POLICY_FACT_STAGE];
    bool at_intake = !count;

    for (size_t i = 0; i < count; i++)
        at_intake |= policy_matches(rule->when[POLICY_FACT_STAGE][i], STR("intake"));
    if (at_intake)
        return;
    diag_error(r->diags, "C172", yaml_member(when, "stage")->pos,
               "approvals are asked for at stage intake, which this rule leaves out");
    diag_help(r->diags, "take stage away, or write stage: intake");
}

/* Exactly one of allow, deny, needs and approvals says what follows. */
static void read_outcome(struct reading *r, const struct yaml *map, struct policy_rule *rule)
{
    const struct yaml *allow = yaml_member(map, "allow"), *deny = yaml_member(map, "deny"),
                      *needs = yaml_member(map, "needs"), *asks = yaml_member(map, "approvals");

    if (!!allow + !!deny + !!needs + !!asks != 1) {
        diag_error(r->diags, "C173", map->pos, "a rule says one of allow, deny, needs, approvals");
        diag_help(r->diags, "write allow: true, deny: \"why\", or needs: [access_until]");
        return;
    }
    if (allow && !(yaml_is_bool(allow) && str_eq_c(allow->scalar, "true"))) {
        diag_error(r->diags, "C171", allow->pos, "allow can only be true");
        diag_help(r->diags, "write allow: true, or deny: \"why\"");
    }
    if (deny)
        rule->reason = scalar_of(r, deny, "deny");
    if (needs)
        read_needs(r, needs, rule);
    if (asks)
        read_approvals(r, asks, rule);
    rule->answer = allow ? PERMIT_GIVEN : deny ? PERMIT_DENIED : PERMIT_OPEN;
}

static void read_rule(struct reading *r, const struct yaml *map, struct policy_rule *rule)
{
    static const char *const KNOWN[] = {"name",  "when",      "allow", "deny",
                                        "needs", "approvals", NULL};
    static const struct yaml_codes CODES = {"C170", "C170"};
    const struct yaml *name = yaml_member(map, "name"), *when = yaml_member(map, "when");

    yaml_refuse_unknown(map, KNOWN, "a rule", CODES, r->diags);
    if (map->kind != YAML_MAP)
        return;
    if (name)
        rule->name = scalar_of(r, name, "name");
    if (!name || str_empty(rule->name)) {
        diag_error(r->diags, "C174", map->pos, "a rule needs a name");
        diag_help(r->diags, "add name: it stands in the evidence, and people are told it");
    }
    if (when)
        read_when(r, when, rule);
    read_outcome(r, map, rule);
    if (yaml_member(map, "approvals"))
        check_asked_at(r, when, rule);
}

static void read_rules(struct reading *r, const struct yaml *list)
{
    size_t count = yaml_count(list), n = 0;
    struct policy_rule *rules = arena_array(r->arena, count + 1, sizeof *rules);

    if (!list || list->kind != YAML_LIST || count > POLICY_RULES_MAX || !rules) {
        diag_error(r->diags, "C175", list ? list->pos : (struct diag_pos){0},
                   "'rules' must be a list of at most %d", POLICY_RULES_MAX);
        diag_help(r->diags, "write rules: and below it, each behind a dash, name, when and allow, "
                            "deny or needs");
        return;
    }
    YAML_EACH(v, list)
    {
        read_rule(r, v, &rules[n]);
        for (size_t i = 0; i < n && rules[n].name.len; i++) {
            if (!str_eq(rules[i].name, rules[n].name))
                continue;
            diag_error(r->diags, "C174", v->pos, "two rules are called '%.*s'",
                       STR_ARG(rules[n].name));
            diag_help(r->diags, "the name stands in the evidence: give each its own");
        }
        n++;
    }
    r->rules->rules = rules;
    r->rules->count = n;
}

static void read_otherwise(struct reading *r, const struct yaml *root)
{
    const struct yaml *v = yaml_member(root, "otherwise");

    if (v && str_eq_c(v->scalar, "allow"))
        r->rules->otherwise = PERMIT_GIVEN;
    else if (v && str_eq_c(v->scalar, "deny"))
        r->rules->otherwise = PERMIT_DENIED;
    else {
        diag_error(r->diags, "C176", v ? v->pos : (struct diag_pos){0},
                   "'otherwise' must say allow or deny");
        diag_help(r->diags, "write otherwise: deny for what no rule speaks of");
    }
}

struct policy_rules *policy_rules_load(struct arena *arena, struct str text,
                                       struct diag_list *diags)
{
    static const char *const KNOWN[] = {"version", "otherwise", "rules", "tests", NULL};
    static const struct yaml_codes CODES = {"C170", "C170"};
    const struct yaml *root = yaml_parse(arena, text, diags);
    struct reading r = {arena, diags, ARENA_NEW(arena, struct policy_rules)};
    uint8_t hash[SHA256_BYTES];

    if (!root || !r.rules)
        return NULL;
    yaml_refuse_unknown(root, KNOWN, "a rule file", CODES, diags);
    const struct yaml *version = yaml_member(root, "version");
    if (root->kind != YAML_MAP)
        return NULL;
    if (!version || !str_eq_c(version->scalar, "1")) {
        diag_error(diags, "C177", version ? version->pos : (struct diag_pos){0},
                   "this program reads version 1 of rule files");
        diag_help(diags, "begin with version: 1");
    }
    read_otherwise(&r, root);
    read_rules(&r, yaml_member(root, "rules"));
    r.rules->tests = yaml_member(root, "tests");
    digest_sha256(text, hash);
    hex_encode(hash, sizeof hash, r.rules->sha256);
    return diags->errors ? NULL : r.rules;
}

/* --- judging --- */

bool policy_matches(struct str word, struct str text)
{
    size_t w = 0, t = 0, star = SIZE_MAX, from = 0;

    while (t < text.len) {
        if (w < word.len && word.p[w] == '*') {
            star = w++;
            from = t;
        } else if (w < word.len && word.p[w] == text.p[t]) {
            w++, t++;
        } else if (star != SIZE_MAX) { /* the last * takes one more */
            w = star + 1;
            t = ++from;
        } else {
            return false;
        }
    }
    while (w < word.len && word.p[w] == '*')
        w++;
    return w == word.len;
}

static struct str fact_of(const struct policy_question *q, enum policy_fact fact)
{
    switch (fact) {
    case POLICY_FACT_APPLICATION:
        return q->source;
    case POLICY_FACT_ENTITLEMENT:
        return q->entitlement;
    case POLICY_FACT_SUBJECT_KIND:
        return q->subject_kind;
    case POLICY_FACT_LIFECYCLE:
        return q->lifecycle;
    case POLICY_FACT_PRIVILEGED:
        return q->privileged ? STR("true") : STR("false");
    case POLICY_FACT_EMERGENCY:
        return q->emergency ? STR("true") : STR("false");
    case POLICY_FACT_STAGE:
        return str_of(permit_stage_name(q->stage));
    case POLICY_FACT_REQUEST_TYPE:
        return q->request_type;
    case POLICY_FACT_MAPPING_RULE:
        return q->rule;
    case POLICY_FACT_REQUESTER:
        return q->requester;
    case POLICY_FACT_BENEFICIARY:
        return q->beneficiary;
    case POLICY_FACT_COUNT:
        break;
    }
    return STR_NONE;
}

/* What is asked about, each name folded once for all rules. */
struct facts {
    struct str of[POLICY_FACT_COUNT];
    struct buf bytes;
};

static void drop_facts(struct facts *f)
{
    buf_done(&f->bytes);
}

static void read_facts(const struct policy_question *q, struct facts *f)
{
    size_t at[POLICY_FACT_COUNT + 1] = {0};

    buf_init(&f->bytes, POLICY_FACT_COUNT * FOLDED_BYTES);
    for (enum policy_fact i = 0; i < POLICY_FACT_COUNT; i++) {
        if (!values_of(i))
            (void)fold_name(&f->bytes, fact_of(q, i));
        at[i + 1] = f->bytes.len;
    }
    for (enum policy_fact i = 0; i < POLICY_FACT_COUNT; i++)
        f->of[i] = values_of(i)        ? fact_of(q, i)
                   : at[i + 1] > at[i] ? str_n(f->bytes.p + at[i], at[i + 1] - at[i])
                                       : STR_NONE;
}

static bool applies(const struct policy_rule *rule, const struct facts *facts)
{
    for (enum policy_fact f = 0; f < POLICY_FACT_COUNT; f++) {
        bool any = !rule->when_count[f];
        for (size_t i = 0; i < rule->when_count[f]; i++)
            any |= policy_matches(rule->when[f][i], facts->of[f]);
        if (!any)
            return false;
    }
    return true;
}

/* Is it there? What can only come later is not missed before. */
static bool is_met(const struct policy_question *q, enum policy_need need)
{
    switch (need) {
    case POLICY_NEED_ACCESS_UNTIL:
        return q->access_until_ms > 0;
    case POLICY_NEED_JUSTIFICATION:
        return !str_empty(str_trim(q->justification));
    case POLICY_NEED_SPONSOR:
        return !str_empty(str_trim(q->sponsor));
    case POLICY_NEED_APPROVAL:
        return q->stage == PERMIT_INTAKE || q->approver_count > 0;
    case POLICY_NEED_COUNT:
        break;
    }
    return false;
}

static const char *missing(const struct policy_rule *rule, const struct policy_question *q)
{
    static const char *const WORDS[] = {
#define X(name, text, words) words,
        POLICY_NEEDS(X)
#undef X
    };

    for (enum policy_need n = 0; n < POLICY_NEED_COUNT; n++)
        if (rule->needs[n] && !is_met(q, n))
            return WORDS[n];
    return NULL;
}

static void say(struct policy_answer *ret, enum permit_answer answer, struct str first,
                struct str rest)
{
    size_t room = sizeof ret->reason - 1;

    ret->answer = answer;
    (void)str_copy(ret->reason, room, first);
    size_t len = strlen(ret->reason);
    if (!str_empty(rest) && len + 2 < room) {
        memcpy(ret->reason + len, ": ", 3);
        (void)str_copy(ret->reason + len + 2, room - len - 2, rest);
    }
}

void policy_rules_judge(const struct policy_rules *rules, const struct policy_question *q,
                        struct policy_answer *ret, const struct policy_rule **ret_rule)
{
    AUTO(drop_facts) struct facts facts;

    read_facts(q, &facts);
    *ret = (struct policy_answer){.why = "Ok"};
    *ret_rule = NULL;
    for (size_t i = 0; i < rules->count; i++) {
        const struct policy_rule *rule = &rules->rules[i];
        bool fits = applies(rule, &facts);
        const char *lacks = fits ? missing(rule, q) : NULL;
        if (fits && q->stage == PERMIT_INTAKE && !policy_asks_join(&ret->asks, &rule->asks))
            lacks = "too many are to approve it";
        if (!fits || (rule->answer == PERMIT_OPEN && !lacks))
            continue;
        *ret_rule = rule;
        if (lacks)
            say(ret, PERMIT_DENIED, rule->name, str_of(lacks));
        else if (rule->answer == PERMIT_DENIED)
            say(ret, PERMIT_DENIED, rule->reason, STR_NONE);
        else
            ret->answer = PERMIT_GIVEN;
        return;
    }
    if (rules->otherwise == PERMIT_DENIED)
        say(ret, PERMIT_DENIED, STR("no rule allows it"), STR_NONE);
    ret->answer = rules->otherwise;
}
