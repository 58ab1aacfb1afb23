/* The tests that stand in a rule file: a question in its own words, and what is expected of it. */
#include "policy/policy_rules.h"

static const char *const GIVEN[] = {
#define X(name, text) text,
    POLICY_FACTS(X)
#undef X
#define X(name, text, words) text,
        POLICY_NEEDS(X)
#undef X
            NULL};

/* Text, empty when it is not given. */
static struct str text(const struct yaml *given, const char *name)
{
    const struct yaml *v = yaml_member(given, name);

    return v && v->kind == YAML_SCALAR ? v->scalar : STR_NONE;
}

static bool flag(const struct yaml *given, const char *name)
{
    return str_eq_c(text(given, name), "true");
}

static enum permit_stage stage_of(const struct yaml *given)
{
    for (enum permit_stage s = PERMIT_APPROVAL; s < PERMIT_STAGE_COUNT; s++)
        if (str_eq_c(text(given, "stage"), permit_stage_name(s)))
            return s;
    return PERMIT_INTAKE;
}

static struct str either(struct str a, const char *b)
{
    return str_empty(a) ? str_of(b) : a;
}

/* What a rule needs is given as true; anything else about a question as in the rules. */
static struct policy_question question_of(const struct yaml *given)
{
    static const struct str SOMEBODY = {"somebody", 8};

    return (struct policy_question){
        .stage = stage_of(given),
        .rule = text(given, "rule"),
        .request_type = text(given, "request_type"),
        .requester = text(given, "requester"),
        .beneficiary = text(given, "beneficiary"),
        .sponsor = flag(given, "sponsor") ? SOMEBODY : STR_NONE,
        .justification = flag(given, "justification") ? SOMEBODY : STR_NONE,
        .lifecycle = either(text(given, "lifecycle"), "standard"),
        .subject_kind = either(text(given, "subject_kind"), "human"),
        .source = text(given, "application"),
        .account = SOMEBODY,
        .entitlement = text(given, "entitlement"),
        .privileged = flag(given, "privileged"),
        .emergency = flag(given, "emergency"),
        .access_until_ms = flag(given, "access_until"),
        .approvers = &SOMEBODY,
        .approver_count = flag(given, "approval"),
    };
}

static void run(const struct policy_rules *rules, const struct yaml *test, struct diag_list *diags)
{
    static const char *const KNOWN[] = {"name", "given", "expect", NULL};
    static const struct yaml_codes CODES = {"C170", "C170"};
    const struct yaml *given = yaml_member(test, "given"), *expect = yaml_member(test, "expect");
    const struct policy_rule *by = NULL;
    struct policy_answer answer;
    bool allow = expect && str_eq_c(expect->scalar, "allow");

    yaml_refuse_unknown(test, KNOWN, "a test", CODES, diags);
    yaml_refuse_unknown(given, GIVEN, "given", CODES, diags);
    if (!allow && !(expect && str_eq_c(expect->scalar, "deny"))) {
        diag_error(diags, "C178", expect ? expect->pos : test->pos,
                   "a test must expect allow or deny");
        diag_help(diags, "write expect: deny");
        return;
    }
    struct policy_question q = question_of(given);
    policy_rules_judge(rules, &q, &answer, &by);
    if ((answer.answer == PERMIT_GIVEN) == allow)
        return;
    diag_error(diags, "C179", expect->pos, "the rules %s it",
               answer.answer == PERMIT_GIVEN ? "allow" : "deny");
    diag_note(diags, "decided by %.*s", STR_ARG(by ? by->name : STR("otherwise")));
    diag_help(diags, "correct the rule, their order, or what the test expects");
}

size_t policy_rules_test(const struct policy_rules *rules, struct diag_list *diags)
{
    size_t ran = 0;

    if (rules->tests && rules->tests->kind != YAML_LIST) {
        diag_error(diags, "C178", rules->tests->pos, "'tests' must be a list");
        diag_help(diags, "write tests: and below it, each behind a dash, name, given and expect");
        return 0;
    }
    YAML_EACH(test, rules->tests)
    {
        run(rules, test, diags);
        ran++;
    }
    return ran;
}
