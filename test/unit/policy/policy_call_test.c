/* What is asked of a decision point, byte for byte, and what its replies are worth. */
#include "policy/policy_call.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

static const struct str APPROVERS[] = {{"boss@example.com", 16}};
static const struct str HOLDS[] = {{"erp/ap-clerk", 12}};
static const struct str ROLES[] = {{"employee", 8}};

static struct policy_question question(void)
{
    return (struct policy_question){.stage = PERMIT_APPROVAL,
                                    .request = STR("9c7d"),
                                    .ticket = STR("IAM-7"),
                                    .rule = STR("grant"),
                                    .requester = STR("asker"),
                                    .beneficiary = STR("alice@example.com"),
                                    .justification = STR("month end"),
                                    .lifecycle = STR("standard"),
                                    .subject_kind = STR("human"),
                                    .source = STR("erp"),
                                    .account = STR("alice"),
                                    .entitlement = STR("gl \"poster\""),
                                    .privileged = true,
                                    .access_until_ms = 1764547200000,
                                    .now_ms = 1763780084000,
                                    .approvers = APPROVERS,
                                    .approver_count = 1,
                                    .holds = HOLDS,
                                    .hold_count = 1};
}

static void the_question_is_as_authzen_says(void **state)
{
    (void)state;
    struct policy_question q = question();
    struct policy_style plain = {0};
    AUTO(drop_buf) struct buf out;

    buf_init(&out, POLICY_CALL_BYTES);
    assert_true(policy_call_write(&out, &q, &plain));
    assert_string_equal(
        out.p,
        "{\"subject\":{\"type\":\"user\",\"id\":\"alice@example.com\",\"properties\":{\"kind\":"
        "\"human\",\"entitlements\":[\"erp/ap-clerk\"]}},\"action\":{\"name\":\"grant\"},"
        "\"resource\":{\"type\":\"entitlement\",\"id\":\"erp/gl \\\"poster\\\"\",\"properties\":{"
        "\"application\":\"erp\",\"entitlement\":\"gl \\\"poster\\\"\",\"account\":\"alice\","
        "\"privileged\":true}},\"context\":{\"stage\":\"approval\",\"request\":\"9c7d\",\"ticket\":"
        "\"IAM-7\",\"rule\":\"grant\",\"lifecycle\":\"standard\",\"requester\":\"asker\","
        "\"justification\":\"month end\",\"approvers\":[\"boss@example.com\"],\"emergency\":false,"
        "\"access_until\":\"2025-12-01T00:00:00Z\",\"time\":\"2025-11-22T02:54:44Z\"}}");
}

static void cerbos_gets_roles(void **state)
{
    (void)state;
    struct policy_question q = question();
    struct policy_style cerbos = {POLICY_CERBOS, ROLES, 1};
    AUTO(drop_buf) struct buf out;

    q.access_until_ms = 0;
    buf_init(&out, POLICY_CALL_BYTES);
    assert_true(policy_call_write(&out, &q, &cerbos));
    assert_non_null(strstr(out.p, "\"properties\":{\"cerbos.roles\":[\"employee\"],"));
    assert_non_null(strstr(out.p, "\"cerbos.includeMeta\":true"));
    assert_null(strstr(out.p, "access_until"));
}

static void a_question_has_an_end(void **state)
{
    (void)state;
    static char words[2 * POLICY_CALL_BYTES];
    struct policy_question q = question();
    struct policy_style plain = {0};
    AUTO(drop_buf) struct buf out;

    memset(words, 'x', sizeof words);
    q.justification = str_n(words, sizeof words);
    buf_init(&out, 4 * POLICY_CALL_BYTES);
    assert_false(policy_call_write(&out, &q, &plain));
    buf_clear(&out);
    q = question();
    q.access_until_ms = INT64_MAX; /* no day that anybody writes */
    assert_true(policy_call_write(&out, &q, &plain));
    assert_null(strstr(out.p, "access_until"));
}

static struct policy_answer judge(int status, const char *body)
{
    AUTO(drop_arena) struct arena *a = arena_new(1 << 20);
    struct policy_reply reply = {.arrived = true,
                                 .status = status,
                                 .content_type = STR("application/json; charset=utf-8"),
                                 .body = str_of(body)};
    struct policy_answer answer;

    policy_call_judge(a, &reply, STR("question"), &answer);
    return answer;
}

static void only_true_permits(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        enum permit_answer answer;
        const char *why;
    } CASES[] = {
        {"{\"decision\":true}", PERMIT_GIVEN, "Ok"},
        {"{\"decision\":true,\"unknown\":[1],\"context\":{\"obligations\":[]}}", PERMIT_GIVEN,
         "Ok"},
        {"{\"decision\":false}", PERMIT_DENIED, "Ok"},
        {"{\"decision\":\"true\"}", PERMIT_OPEN, "NoDecision"},
        {"{\"decision\":1}", PERMIT_OPEN, "NoDecision"},
        {"{\"decision\":null}", PERMIT_OPEN, "NoDecision"},
        {"{\"Decision\":true}", PERMIT_OPEN, "NoDecision"},
        {"{\"decision\":false,\"decision\":true}", PERMIT_OPEN, "NotJson"},
        {"{\"evaluations\":[{\"decision\":true}]}", PERMIT_OPEN, "NoDecision"},
        {"[{\"decision\":true}]", PERMIT_OPEN, "NoDecision"},
        {"true", PERMIT_OPEN, "NoDecision"},
        {"", PERMIT_OPEN, "NotJson"},
        {"{\"decision\":true", PERMIT_OPEN, "NotJson"},
        {"{\"decision\":true}{}", PERMIT_OPEN, "NotJson"},
        {"{\"decision\":true,\"context\":{\"obligations\":[{\"id\":\"mfa\"}]}}", PERMIT_DENIED,
         "UnknownObligation"},
        {"{\"decision\":true,\"context\":{\"obligations\":\"mfa\"}}", PERMIT_DENIED,
         "UnknownObligation"},
        {"{\"decision\":true,\"context\":{\"obligation\":{\"id\":1}}}", PERMIT_DENIED,
         "UnknownObligation"},
        {"{\"decision\":true,\"context\":{\"obligations\":null}}", PERMIT_GIVEN, "Ok"},
    };

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct policy_answer a = judge(200, CASES[i].body);
        assert_int_equal(a.answer, CASES[i].answer);
        assert_string_equal(a.why, CASES[i].why);
    }
}

static void no_other_status_decides(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *why;
    } CASES[] = {{201, "OddStatus"},     {204, "OddStatus"},     {302, "OddStatus"},
                 {400, "NotUnderstood"}, {401, "AuthFailed"},    {403, "AuthFailed"},
                 {404, "NotFound"},      {422, "NotUnderstood"}, {429, "TooMany"},
                 {500, "ServerError"},   {503, "ServerError"}};

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct policy_answer a = judge(CASES[i].status, "{\"decision\":true}");
        assert_int_equal(a.answer, PERMIT_OPEN);
        assert_string_equal(a.why, CASES[i].why);
        assert_true(policy_remedy(a.why)[0] != '\0');
    }
    assert_string_equal(policy_remedy("Ok"), "");
}

static void what_did_not_arrive_decides_nothing(void **state)
{
    (void)state;
    AUTO(drop_arena) struct arena *a = arena_new(1 << 20);
    struct str yes = STR("{\"decision\":true}");
    const struct {
        struct policy_reply reply;
        const char *why;
    } CASES[] = {
        {{.late = true, .status = 200, .body = yes}, "Timeout"},
        {{.too_large = true, .status = 200, .body = yes}, "TooLarge"},
        {{.body = yes}, "NoAnswer"},
        {{.arrived = true, .status = 200, .body = yes, .content_type = STR("text/html")},
         "NotJson"},
        {{.arrived = true, .status = 200, .body = yes, .request_id = STR("another")},
         "OtherQuestion"},
    };
    struct policy_answer answer;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        policy_call_judge(a, &CASES[i].reply, STR("question"), &answer);
        assert_int_equal(answer.answer, PERMIT_OPEN);
        assert_string_equal(answer.why, CASES[i].why);
    }
    struct policy_reply echoed = {.arrived = true,
                                  .status = 200,
                                  .body = yes,
                                  .content_type = STR("Application/JSON; charset=utf-8"),
                                  .request_id = STR("QUESTION")};
    policy_call_judge(a, &echoed, STR("question"), &answer);
    assert_int_equal(answer.answer, PERMIT_GIVEN);
}

static void people_are_told_their_reason(void **state)
{
    (void)state;
    char body[1200], name[400];
    struct policy_answer a =
        judge(200, "{\"decision\":false,\"context\":{\"reason_admin\":{\"403\":"
                   "\"C076E82F\"},\"reason_user\":{\"403\":\"not for you\"}}}");

    assert_string_equal(a.reason, "not for you");
    a = judge(200, "{\"decision\":false,\"context\":{\"reason_user\":\"plain\\nlines\"}}");
    assert_string_equal(a.reason, "plain lines");
    a = judge(200, "{\"decision\":false,\"context\":{\"reason_user\":{\"x\":7}}}");
    assert_string_equal(a.reason, "");
    memset(name, 0, sizeof name);
    for (size_t i = 0; i < 160; i++)
        memcpy(name + 2 * i, "\xc3\xa4", 2);
    snprintf(body, sizeof body, "{\"decision\":false,\"context\":{\"reason_user\":\"x%s\"}}", name);
    a = judge(200, body); /* cut, and not within a character */
    assert_true(strlen(a.reason) <= POLICY_REASON_CHARS && str_is_utf8(str_of(a.reason)));
}

static void discovery_names_its_own(void **state)
{
    (void)state;
    AUTO(drop_arena) struct arena *a = arena_new(1 << 20);
    struct str base = STR("https://pdp.example.com"), found;
    struct err err = {0};
    static const char *const WRONG[] = {
        "nothing",
        "{}",
        "{\"policy_decision_point\":\"https://other.example.com\",\"access_evaluation_endpoint\":"
        "\"https://pdp.example.com/e\"}",
        "{\"policy_decision_point\":\"https://pdp.example.com\"}",
        "{\"policy_decision_point\":\"https://pdp.example.com\",\"access_evaluation_endpoint\":"
        "\"https://pdp.example.com.evil.org/e\"}",
    };

    assert_true(policy_discovery_read(a,
                                      STR("{\"policy_decision_point\":\"https://pdp.example.com/\","
                                          "\"access_evaluation_endpoint\":"
                                          "\"https://pdp.example.com/access/v1/evaluation\"}"),
                                      base, &found, &err));
    assert_true(str_eq_c(found, "https://pdp.example.com/access/v1/evaluation"));
    for (size_t i = 0; i < COUNT(WRONG); i++)
        assert_false(policy_discovery_read(a, str_of(WRONG[i]), base, &found, &err));
}

static void a_yes_may_want_approvals(void **state)
{
    struct policy_answer yes =
        judge(200, "{\"decision\":true,\"context\":{\"approvals\":{\"at_least\":2,\"steps\":[]}}}");
    struct policy_answer odd =
        judge(200, "{\"decision\":true,\"context\":{\"approvals\":{\"quorum\":2}}}");
    struct policy_answer no =
        judge(200, "{\"decision\":false,\"context\":{\"approvals\":{\"quorum\":2}}}");
    (void)state;

    assert_int_equal(yes.answer, PERMIT_GIVEN);
    assert_int_equal(yes.asks.at_least, 2);
    assert_int_equal(odd.answer, PERMIT_OPEN);
    assert_string_equal(odd.why, "OddApprovals");
    assert_true(policy_remedy(odd.why)[0] != 0);
    assert_int_equal(no.answer, PERMIT_DENIED);
    assert_false(policy_asks_any(&no.asks));
}

UNIT_MAIN(cmocka_unit_test(a_yes_may_want_approvals),
          cmocka_unit_test(the_question_is_as_authzen_says), cmocka_unit_test(cerbos_gets_roles),
          cmocka_unit_test(a_question_has_an_end), cmocka_unit_test(only_true_permits),
          cmocka_unit_test(no_other_status_decides),
          cmocka_unit_test(what_did_not_arrive_decides_nothing),
          cmocka_unit_test(people_are_told_their_reason), cmocka_unit_test(discovery_names_its_own))
