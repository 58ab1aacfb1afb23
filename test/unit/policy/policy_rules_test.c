/* Our own rule file: what it refuses, and what its rules say. */
#include "policy/policy_rules.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

static struct diag_list diags;

static struct policy_rules *load(struct arena *a, const char *text)
{
    diag_init(&diags, "policy.yaml");
    return policy_rules_load(a, str_of(text), &diags);
}

static const char RULES[] = "version: 1\n"
                            "otherwise: deny\n"
                            "rules:\n"
                            "  - name: ends\n"
                            "    when: { privileged: true }\n"
                            "    needs: [access_until, justification, approval]\n"
                            "  - name: no contractors\n"
                            "    when: { subject_kind: [contractor, key], application: \"er*\" }\n"
                            "    deny: \"contractors: not in the ERP\"\n"
                            "  - name: roles\n"
                            "    when: { entitlement: \"gl-*\", stage: [intake, approval] }\n"
                            "    allow: true\n";

static struct policy_question question(void)
{
    return (struct policy_question){.subject_kind = STR("human"),
                                    .lifecycle = STR("standard"),
                                    .source = STR("erp"),
                                    .entitlement = STR("gl-poster"),
                                    .requester = STR("asker"),
                                    .beneficiary = STR("alice")};
}

static const char *says(const struct policy_rules *rules, const struct policy_question *q)
{
    static struct policy_answer answer;
    const struct policy_rule *by;

    policy_rules_judge(rules, q, &answer, &by);
    assert_string_equal(answer.why, "Ok");
    return answer.answer == PERMIT_GIVEN ? "allow" : answer.reason;
}

/* A name is one however it is spelled, as it is to a directory. */
static void names_are_compared_folded(void **state)
{
    static const char CLOSED[] =
        "version: 1\n"
        "otherwise: allow\n"
        "rules:\n"
        "  - name: closed\n"
        "    when: { entitlement: [Finance-All, \"gl-*\"], application: erp }\n"
        "    deny: the year is closed\n"
        "  - name: not lind\n"
        "    when: { beneficiary: lind }\n"
        "    deny: not lind\n";
    static const char *const SAME[] = {"finance-all",
                                       "FINANCE-ALL",
                                       " Finance-ALL",
                                       "\xef\xac\x81nance-all",
                                       "fin\xc2\xad"
                                       "ance-all",
                                       "GL-Poster"};
    AUTO(drop_arena) struct arena *a = arena_new(1 << 20);
    struct policy_rules *rules = load(a, CLOSED);
    struct policy_question q = question();
    (void)state;

    assert_non_null(rules);
    for (size_t i = 0; i < sizeof SAME / sizeof SAME[0]; i++) {
        q.entitlement = str_of(SAME[i]);
        assert_string_equal(says(rules, &q), "the year is closed");
    }
    q.entitlement = STR("finance_all");
    assert_string_equal(says(rules, &q), "allow");
    q.beneficiary = STR("LIND ");
    assert_string_equal(says(rules, &q), "not lind");
    q.beneficiary = STR_NONE;
    assert_string_equal(says(rules, &q), "allow");
}

/* Who has to approve what the others allow. */
static void approvals_are_wanted_of_what_is_allowed(void **state)
{
    static const char ASKS[] = "version: 1\n"
                               "otherwise: allow\n"
                               "rules:\n"
                               "  - name: two people\n"
                               "    when: { privileged: true }\n"
                               "    approvals: { at_least: 2 }\n"
                               "  - name: crown jewels\n"
                               "    when: { application: erp }\n"
                               "    approvals: { people: [ciso@x.org, risk@x.org], of_them: 2, "
                               "who: risk office }\n"
                               "  - name: gone\n"
                               "    when: { entitlement: old }\n"
                               "    deny: it is gone\n";
    AUTO(drop_arena) struct arena *a = arena_new(1 << 20);
    struct policy_rules *rules = load(a, ASKS);
    struct policy_question q = question();
    struct policy_answer answer;
    const struct policy_rule *by;
    (void)state;

    assert_non_null(rules);
    q.privileged = true;
    policy_rules_judge(rules, &q, &answer, &by);
    assert_int_equal(answer.answer, PERMIT_GIVEN);
    assert_int_equal(answer.asks.at_least, 2);
    assert_int_equal(answer.asks.count, 1);
    assert_int_equal(answer.asks.steps[0].wanted, 2);
    assert_str(answer.asks.steps[0].people, "ciso@x.org\nrisk@x.org");
    assert_str(answer.asks.steps[0].who, "risk office");
    q.stage = PERMIT_VERIFICATION; /* were wanted, and given, before */
    policy_rules_judge(rules, &q, &answer, &by);
    assert_int_equal(answer.answer, PERMIT_GIVEN);
    assert_false(policy_asks_any(&answer.asks));
    q.stage = PERMIT_INTAKE;
    q.source = STR("wiki");
    q.privileged = false;
    policy_rules_judge(rules, &q, &answer, &by);
    assert_false(policy_asks_any(&answer.asks));
    q.entitlement = STR("old");
    assert_string_equal(says(rules, &q), "it is gone");
}

static void too_many_are_a_no(void **state)
{
    char text[1000] = "version: 1\notherwise: allow\nrules:\n";
    AUTO(drop_arena) struct arena *a = arena_new(1 << 20);
    struct policy_question q = question();
    (void)state;

    for (int i = 0; i <= POLICY_ASKS_MAX; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text),
                 "  - { name: r%d, approvals: { people: [a] } }\n", i);
    assert_string_equal(says(load(a, text), &q), "r4: too many are to approve it");
}

static void approvals_say_how_many_or_who(void **state)
{
    static const char *const WRONG[] = {
        "{ }",
        "{ who: x }",
        "{ at_least: 0 }",
        "{ at_least: 99 }",
        "{ people: [] }",
        "{ people: a }",
        "{ people: [a], of_them: 2 }",
        "{ people: [a@x.org, ' A@x.org'], of_them: 2 }",
        "{ people: [a], quorum: 1 }",
    };
    AUTO(drop_arena) struct arena *a = arena_new(1 << 20);
    char text[300];
    (void)state;

    for (size_t i = 0; i < COUNT(WRONG); i++) {
        snprintf(text, sizeof text,
                 "version: 1\notherwise: allow\nrules:\n  - { name: r, approvals: %s }\n",
                 WRONG[i]);
        assert_null(load(a, text));
    }
    assert_non_null(load(a, "version: 1\notherwise: allow\nrules:\n  - { name: r, approvals: { "
                            "people: [a@x.org, A@x.org, b@x.org], of_them: 2 } }\n"));
}

static void approvals_are_asked_for_at_intake(void **state)
{
    static const char *const STAGES[] = {"intake", "\"*\"", "[approval, intake]", "approval",
                                         "[approval, \"ver*\"]"};
    AUTO(drop_arena) struct arena *a = arena_new(1 << 20);
    char text[300];
    (void)state;

    for (size_t i = 0; i < COUNT(STAGES); i++) {
        snprintf(text, sizeof text,
                 "version: 1\notherwise: allow\nrules:\n  - { name: r, when: { stage: %s }, "
                 "approvals: { at_least: 2 } }\n",
                 STAGES[i]);
        bool taken = load(a, text) != NULL;
        assert_int_equal(taken, i < 3);
        if (!taken)
            assert_string_equal(diags.items[0].code, "C172");
    }
}

static void rules_are_tried_in_their_order(void **state)
{
    (void)state;
    AUTO(drop_arena) struct arena *a = arena_new(1 << 20);
    struct policy_rules *rules = load(a, RULES);
    struct policy_question q = question();

    assert_non_null(rules);
    assert_int_equal(strlen(rules->sha256), 64);
    assert_string_equal(says(rules, &q), "allow");
    q.stage = PERMIT_VERIFICATION;
    assert_string_equal(says(rules, &q), "no rule allows it");
    q.stage = PERMIT_APPROVAL;
    q.subject_kind = STR("key");
    assert_string_equal(says(rules, &q), "contractors: not in the ERP");
    q.source = STR("directory");
    assert_string_equal(says(rules, &q), "allow");
    q.privileged = true;
    assert_string_equal(says(rules, &q), "ends: it has no end");
    q.access_until_ms = 1;
    assert_string_equal(says(rules, &q), "ends: no reason is given");
    q.justification = STR("month end");
    assert_string_equal(says(rules, &q), "ends: nobody has approved it");
    q.approver_count = 1;
    assert_string_equal(says(rules, &q), "allow");
    q.approver_count = 0;
    q.stage = PERMIT_INTAKE; /* nobody can have approved it yet */
    assert_string_equal(says(rules, &q), "allow");
}

static void every_fact_counts(void **state)
{
    (void)state;
    static const char *const WHEN[] = {
        "emergency: true", "lifecycle: joiner", "request_type: \"31\"", "rule: grant",
        "requester: boss", "beneficiary: bob",  "privileged: true",     "stage: verification"};
    AUTO(drop_arena) struct arena *a = arena_new(1 << 20);

    for (size_t i = 0; i < COUNT(WHEN); i++) {
        char text[300];
        snprintf(text, sizeof text,
                 "version: 1\notherwise: allow\nrules:\n  - name: r\n    when: { %s }\n"
                 "    deny: \"no\"\n",
                 WHEN[i]);
        struct policy_rules *rules = load(a, text);
        struct policy_question q = question();
        assert_non_null(rules);
        assert_string_equal(says(rules, &q), "allow");
        q = (struct policy_question){.stage = PERMIT_VERIFICATION,
                                     .emergency = true,
                                     .privileged = true,
                                     .lifecycle = STR("joiner"),
                                     .request_type = STR("31"),
                                     .rule = STR("grant"),
                                     .requester = STR("boss"),
                                     .beneficiary = STR("bob")};
        assert_string_equal(says(rules, &q), "no");
    }
    struct policy_rules *rules =
        load(a, "version: 1\notherwise: allow\nrules:\n  - name: s\n    needs: [sponsor]\n");
    struct policy_question q = question();
    assert_string_equal(says(rules, &q), "s: nobody answers for the account");
    q.sponsor = STR("ann");
    assert_string_equal(says(rules, &q), "allow");
}

static void words_match_with_stars(void **state)
{
    (void)state;
    static const struct {
        const char *word, *text;
        bool matches;
    } CASES[] = {{"a", "a", true},
                 {"a", "b", false},
                 {"a", "", false},
                 {"", "", true},
                 {"*", "", true},
                 {"*", "x", true},
                 {"a*", "abc", true},
                 {"*c", "abc", true},
                 {"a*c", "abbc", true},
                 {"a*c", "abcd", false},
                 {"a**c", "ac", true},
                 {"*b*", "abc", true},
                 {"a*b*c", "aXbYbZc", true},
                 {"*ab", "aab", true},
                 {"ab", "abc", false}};

    for (size_t i = 0; i < COUNT(CASES); i++)
        assert_int_equal(policy_matches(str_of(CASES[i].word), str_of(CASES[i].text)),
                         CASES[i].matches);
}

static void faults_are_told(void **state)
{
    (void)state;
    static const struct {
        const char *text, *code;
    } CASES[] = {
        {"version: 1\notherwise: deny\nrules: []\nmore: 1\n", "C170"},
        {"version: 1\notherwise: deny\nrules:\n  - { name: x, allow: true, wen: 1 }\n", "C170"},
        {"version: 1\notherwise: deny\nrules:\n  - { name: x, allow: true, when: { app: e } }\n",
         "C170"},
        {"version: 1\notherwise: deny\nrules:\n  - just text\n", "C170"},
        {"version: 1\notherwise: deny\nrules:\n  - { name: x, when: { rule: {} }, allow: true }\n",
         "C171"},
        {"version: 1\notherwise: deny\nrules:\n  - { name: x, when: { rule: [] }, allow: true }\n",
         "C171"},
        {"version: 1\notherwise: deny\nrules:\n  - { name: x, when: { rule: [{}] }, allow: true "
         "}\n",
         "C171"},
        {"version: 1\notherwise: deny\nrules:\n  - { name: x, allow: false }\n", "C171"},
        {"version: 1\notherwise: deny\nrules:\n  - { name: x, deny: \"\" }\n", "C171"},
        {"version: 1\notherwise: deny\nrules:\n  - { name: x, needs: owner }\n", "C171"},
        {"version: 1\notherwise: deny\nrules:\n  - { name: x, needs: [owner] }\n", "C172"},
        {"version: 1\notherwise: deny\nrules:\n  - { name: x, when: { stage: later }, allow: true "
         "}\n",
         "C172"},
        {"version: 1\notherwise: deny\nrules:\n  - { name: x, when: { lifecycle: [joinr] }, allow: "
         "true }\n",
         "C172"},
        {"version: 1\notherwise: deny\nrules:\n  - { name: x }\n", "C173"},
        {"version: 1\notherwise: deny\nrules:\n  - { name: x, allow: true, deny: \"no\" }\n",
         "C173"},
        {"version: 1\notherwise: deny\nrules:\n  - { allow: true }\n", "C174"},
        {"version: 1\notherwise: deny\nrules:\n  - { name: x, allow: true }\n  - { name: x, allow: "
         "true }\n",
         "C174"},
        {"version: 1\notherwise: deny\n", "C175"},
        {"version: 1\notherwise: deny\nrules: {}\n", "C175"},
        {"version: 1\nrules: []\n", "C176"},
        {"version: 1\notherwise: maybe\nrules: []\n", "C176"},
        {"otherwise: deny\nrules: []\n", "C177"},
        {"version: 2\notherwise: deny\nrules: []\n", "C177"},
        {"- 1\n", "C170"},
    };
    AUTO(drop_arena) struct arena *a = arena_new(1 << 22);

    for (size_t i = 0; i < COUNT(CASES); i++) {
        assert_null(load(a, CASES[i].text));
        assert_int_equal(diags.count, 1);
        assert_string_equal(diags.items[0].code, CASES[i].code);
        assert_true(diags.items[0].help[0] != '\0');
    }
    assert_null(load(a, "a: [\n"));
}

static size_t fails(struct arena *a, const char *tests)
{
    char text[2000];

    snprintf(text, sizeof text, "%s%s", RULES, tests);
    struct policy_rules *rules = load(a, text);
    assert_non_null(rules);
    policy_rules_test(rules, &diags);
    return diags.errors;
}

static void tests_of_the_file_are_run(void **state)
{
    (void)state;
    AUTO(drop_arena) struct arena *a = arena_new(1 << 22);

    assert_int_equal(fails(a, ""), 0);
    assert_int_equal(
        fails(a, "tests:\n  - given: { application: erp, entitlement: gl-x }\n    expect: allow\n"
                 "  - given: { application: erp, entitlement: gl-x, stage: verification }\n"
                 "    expect: deny\n"
                 "  - given: { entitlement: gl-x, privileged: true, access_until: true, "
                 "justification: true, approval: true, sponsor: true, stage: approval }\n"
                 "    expect: allow\n"),
        0);
    assert_int_equal(fails(a, "tests:\n  - given: { entitlement: gl-x }\n    expect: deny\n"), 1);
    assert_string_equal(diags.items[0].code, "C179");
    assert_non_null(strstr(diags.items[0].note, "roles"));
    assert_int_equal(fails(a, "tests:\n  - given: { entitlement: x }\n    expect: allow\n"), 1);
    assert_non_null(strstr(diags.items[0].note, "otherwise"));
    assert_int_equal(fails(a, "tests:\n  - given: { entitlemnt: x }\n    expect: deny\n"), 1);
    assert_int_equal(fails(a, "tests:\n  - given: {}\n    expect: perhaps\n"), 1);
    assert_int_equal(fails(a, "tests:\n  - given: {}\n"), 1);
    assert_int_equal(fails(a, "tests: {}\n"), 1);
    assert_string_equal(diags.items[0].code, "C178");
}

UNIT_MAIN(cmocka_unit_test(names_are_compared_folded),
          cmocka_unit_test(approvals_are_wanted_of_what_is_allowed),
          cmocka_unit_test(too_many_are_a_no), cmocka_unit_test(approvals_say_how_many_or_who),
          cmocka_unit_test(approvals_are_asked_for_at_intake),
          cmocka_unit_test(rules_are_tried_in_their_order), cmocka_unit_test(every_fact_counts),
          cmocka_unit_test(words_match_with_stars), cmocka_unit_test(faults_are_told),
          cmocka_unit_test(tests_of_the_file_are_run))
