/* Approvals of a request: pages, the newest of them all, who decided and who is awaited. */
#include "jsm/jsm_approval.h"

#include "base/limits.h"
#include "jsm/jsm_user.h"
#include "jsm_unit.h"

/* A list that fits one page. */
static void read_one(const struct json *body, struct ticket *t)
{
    struct jsm_approvals all = {0};
    struct err err = {0};

    assert_true(jsm_approvals_page(&all, body, STR_NONE, &err));
    jsm_approvals_take(arena, &all, t);
}

static void approvals(void **state)
{
    struct ticket t = {0};
    (void)state;

    read_one(json_of("{'values':[]}"), &t);
    assert_int_equal(t.approval, APPROVAL_NONE);
    read_one(
        json_of("{'values':[{'finalDecision':'pending','approvers':[{'approverDecision':'pending',"
                "'approver':{'accountId':'a'}}]}]}"),
        &t);
    assert_int_equal(t.approval, APPROVAL_PENDING);
    assert_str(t.awaited, "a"); /* a name is not shown of everybody */
    read_one(json_of("{'values':[{'finalDecision':'approved',"
                     "'completedDate':{'epochMillis':1767225600000},'approvers':["
                     "{'approverDecision':'pending','approver':{'accountId':'x'}},"
                     "{'approverDecision':'approved','approver':{'accountId':'a','"
                     "emailAddress':'a@b'}}]}]}"),
             &t);
    assert_int_equal(t.approval, APPROVAL_APPROVED);
    assert_int_equal(t.approved_at_ms, 1767225600000);
    assert_int_equal(t.approver_count, 1);
    assert_int_equal(t.awaited.len, 0); /* the others' answers are not wanted any more */
    assert_str(t.approvers[0].key, "a@b");
    assert_str(t.approvers[0].names, "[\"account=a\",\"address=a@b\"]");
    assert_str(t.approvers[0].account, "a"); /* of what kind the desk does not show */
    assert_false(t.approvers[0].app);
    read_one(
        json_of(
            "{'values':[{'finalDecision':'declined','approvers':[{'approverDecision':'declined',"
            "'approver':{'accountId':'z'}}]}]}"),
        &t);
    assert_int_equal(t.approval, APPROVAL_DECLINED);
    assert_int_equal(t.approved_at_ms, 0); /* it does not say when */
    assert_str(t.approvers[0].key, "z");
}

/* A program's account that Jira shows as a person's, and whoever bears its name in part only. */
static void accounts_of_automation(void **state)
{
    const struct str told[] = {STR("SVC-robot"), STR("712020:7")};
    struct jsm_approvals all = {.automation = told, .automation_count = 2};
    struct err err = {0};
    struct ticket t = {0};
    (void)state;

    assert_true(jsm_approvals_page(
        &all,
        json_of("{'isLastPage':true,'values':[{'finalDecision':'approved','approvers':["
                "{'approverDecision':'approved','approver':{'name':'svc-robot','key':'JIRA1'}},"
                "{'approverDecision':'approved','approver':{'name':'svc-robot2'}},"
                "{'approverDecision':'approved','approver':{'accountId':'712020:7'}},"
                "{'approverDecision':'approved','approver':{}}]}]}"),
        STR_NONE, &err));
    jsm_approvals_take(arena, &all, &t);
    assert_int_equal(t.approver_count, 4);
    assert_true(t.approvers[0].app);
    assert_false(t.approvers[1].app);
    assert_true(t.approvers[2].app);
    assert_false(t.approvers[3].app);
}

/* All who decided so count, and all whose answer is missing are awaited. */
static void several_approvers(void **state)
{
    struct ticket t = {0};
    (void)state;

    read_one(
        json_of("{'values':[{'finalDecision':'approved','createdDate':{'epochMillis':2000},'"
                "approvers':["
                "{'approverDecision':'approved','approver':{'accountId':'a'}},"
                "{'approverDecision':'pending','approver':{'accountId':'b','displayName':'Bo'}},"
                "{'approverDecision':'approved','approver':{'accountId':'c'}}]},"
                "{'finalDecision':'declined','createdDate':{'epochMillis':1000},'approvers':["
                "{'approverDecision':'declined','approver':{'accountId':'d'}}]}]}"),
        &t);
    assert_int_equal(t.approval, APPROVAL_APPROVED); /* the newest, wherever it stands */
    assert_int_equal(t.approver_count, 2);
    assert_str(t.approvers[0].key, "a");
    assert_str(t.approvers[1].key, "c");
    read_one(
        json_of("{'values':[{'finalDecision':'pending','approvers':["
                "{'approverDecision':'pending','approver':{'accountId':'a','displayName':'Dana "
                "Reyes'}},{'approverDecision':'approved','approver':{'accountId':'b'}},"
                "{'approverDecision':'pending','approver':{'accountId':'c'}}]}]}"),
        &t);
    assert_int_equal(t.approval, APPROVAL_PENDING);
    assert_int_equal(t.approver_count, 0); /* one of them is not enough, says Jira */
    assert_str(t.awaited, "Dana Reyes\nc");
}

/* An approval with more approvers than we keep; the last of them approved, the others decided. */
static struct ticket approved_by_many(const char *others)
{
    struct str list = STR_NONE;
    struct ticket t = {0};

    for (int i = 0; i < LIMIT_APPROVERS + 3; i++)
        list = arena_printf(arena, "%.*s%s{'approverDecision':'%s','approver':{'accountId':'p%d'}}",
                            STR_ARG(list), i ? "," : "",
                            i < LIMIT_APPROVERS + 2 ? others : "approved", i);
    struct str body = arena_printf(
        arena, "{'values':[{'finalDecision':'approved','approvers':[%.*s]}]}", STR_ARG(list));
    read_one(json_of(arena_cstr(arena, body)), &t);
    return t;
}

static void no_more_approvers_than_we_keep(void **state)
{
    (void)state;
    assert_int_equal(approved_by_many("approved").approver_count, LIMIT_APPROVERS);
    struct ticket t = approved_by_many("pending"); /* he is found among all who were asked */
    assert_int_equal(t.approver_count, 1);
    assert_str(t.approvers[0].key, "p34");
}

static void of_a_ticket(void **state)
{
    struct jsm_call call = jsm_call_approvals(arena, STR("10042"), 100);
    (void)state;

    assert_string_equal(call.method, "GET");
    assert_int_equal(call.effect, JSM_READ);
    assert_str(call.path, "/rest/servicedeskapi/request/10042/approval?limit=50&start=100");
    assert_int_equal(jsm_call_approvals(arena, STR("10042/../1"), 0).path.len, 0);
}

#define ONE(decision, created, last)                                                           \
    "{'isLastPage':" last ",'values':[{'finalDecision':'" decision "','createdDate':{'epochMi" \
    "llis':" created "},'approvers':[]}]}"

/* The newest stands on whichever page. */
static void on_several_pages(void **state)
{
    static const char *const PAGES[] = {ONE("declined", "1000", "false"),
                                        ONE("approved", "3000", "false"),
                                        ONE("pending", "2000", "true")};
    struct jsm_approvals all = {0};
    struct ticket t = {0};
    struct err err = {0};
    (void)state;

    for (size_t i = 0; i < COUNT(PAGES); i++) {
        assert_false(all.last);
        assert_int_equal(all.start, i);
        assert_true(jsm_approvals_page(&all, json_of(PAGES[i]), STR_NONE, &err));
    }
    assert_true(all.last);
    jsm_approvals_take(arena, &all, &t);
    assert_int_equal(t.approval, APPROVAL_APPROVED);
}

static void pages_that_cannot_be(void **state)
{
    static const char *const BAD[] = {"{}", "{'values':{}}", "{'values':'x','isLastPage':true}",
                                      "[]"};
    struct jsm_approvals all = {0};
    struct err err = {0};
    size_t pages = 1;
    (void)state;

    for (size_t i = 0; i < COUNT(BAD); i++)
        assert_false(jsm_approvals_page(&all, json_of(BAD[i]), STR_NONE, &err));
    assert_int_equal(all.start, 0);
    /* nothing more, whatever it says of that */
    assert_true(
        jsm_approvals_page(&all, json_of("{'values':[],'isLastPage':false}"), STR_NONE, &err));
    assert_true(all.last);
    all = (struct jsm_approvals){0};
    while (jsm_approvals_page(&all, json_of(ONE("declined", "1", "false")), STR_NONE, &err))
        pages++;
    assert_int_equal(pages, JSM_APPROVAL_PAGES_MAX);
    assert_non_null(strstr(err.what, "does not end"));
}

static void decided_while_we_read(void **state)
{
    struct ticket pending = {.updated_ms = 5000}, before = {.updated_ms = 5000},
                  after = {.updated_ms = 5000};
    (void)state;

    before.approved_at_ms = 5000;
    after.approved_at_ms = 5001;
    assert_false(jsm_approval_is_unseen(&pending, 0));
    assert_false(jsm_approval_is_unseen(&before, 0));
    assert_true(jsm_approval_is_unseen(&after, 0));
    assert_false(jsm_approval_is_unseen(&after, 5001)); /* it does not move `updated` */
    assert_true(jsm_approval_is_unseen(&after, 4000));  /* another one */
}

#define US "712020:c0"
#define ASKED(id, decision, may, who)                                              \
    "{'id':'" id "','finalDecision':'" decision "','canAnswerApproval':" may       \
    ",'createdDate':{'epochMillis':1},'approvers':[{'approver':{'accountId':'" who \
    "'},'approverDecision':'pending'}]}"

static const char *open_one(const char *values)
{
    struct str body = arena_printf(arena, "{'values':[%s]}", values);
    return arena_cstr(arena, jsm_approval_open(arena, json_of(body.p), STR(US)));
}

static void test_the_open_one_is_answered(void **state)
{
    (void)state;
    assert_string_equal(open_one(""), "");
    assert_string_equal(
        open_one(ASKED("9", "pending", "true", US) "," ASKED("12", "pending", "true", US)), "12");
    assert_string_equal(
        open_one(ASKED("12", "pending", "true", US) "," ASKED("9", "pending", "true", US)), "12");
    assert_string_equal(open_one(ASKED("9", "approved", "false", US)), "");
    assert_string_equal(open_one(ASKED("9", "pending", "false", US)), "");
    assert_string_equal(open_one(ASKED("9", "pending", "true", "somebody")), "");
    assert_string_equal(open_one(ASKED("x", "pending", "true", US)), "");
}

static void test_the_answer_is_given_once(void **state)
{
    struct jsm_call c = jsm_call_approve(arena, STR("10001"), STR("12"));

    (void)state;
    assert_str(c.path, "/rest/servicedeskapi/request/10001/approval/12");
    assert_str(c.body, "{\"decision\":\"approve\"}");
    assert_string_equal(c.method, "POST");
    assert_int_equal(c.effect, JSM_ONCE);
    assert_int_equal(jsm_call_approve(arena, STR("10001"), STR("1/../2")).path.len, 0);
    assert_int_equal(jsm_call_approve(arena, STR("x"), STR("12")).path.len, 0);
}

/* Its answer says that the access is as it should be, not that somebody wanted it so. */
static void test_it_is_no_decision_of_a_person(void **state)
{
    struct jsm_approvals all = {0};
    struct ticket t = {0};
    struct err err = {0};
    const char *both = "{'values':[" ASKED("9", "declined", "false",
                                           "dana") "," ASKED("12", "approved", "false", US) "]}";

    (void)state;
    assert_true(jsm_approvals_page(&all, json_of(both), STR(US), &err));
    jsm_approvals_take(arena, &all, &t);
    assert_int_equal(t.approval, APPROVAL_DECLINED);
    read_one(json_of(both), &t);
    assert_int_equal(t.approval, APPROVAL_APPROVED);
}

static enum approval_state beside_us(const char *final, const char *dana, const char *ours)
{
    struct str older =
        STR("{'finalDecision':'approved','createdDate':{'epochMillis':1},'approvers':["
            "{'approver':{'accountId':'lee'},'approverDecision':'approved'}]}");
    struct str body = arena_printf(
        arena,
        "{'values':[%.*s,{'id':'7','finalDecision':'%s','canAnswerApproval':true,"
        "'createdDate':{'epochMillis':2},'approvers':[{'approver':{'accountId':'dana'},"
        "'approverDecision':'%s'},{'approver':{'accountId':'" US "'},'approverDecision':'%s'}]}]}",
        STR_ARG(older), final, dana, ours);
    struct jsm_approvals all = {0};
    struct ticket t = {0};
    struct err err = {0};

    assert_true(jsm_approvals_page(&all, json_of(body.p), STR(US), &err));
    jsm_approvals_take(arena, &all, &t);
    assert_int_equal(jsm_approval_open(arena, json_of(body.p), STR(US)).len, 0);
    assert_true(t.approver_count <= 1);
    return t.approval;
}

/* We may be of a group that is asked: theirs is the decision all the same. */
static void test_one_that_asks_people_beside_us(void **state)
{
    (void)state;
    assert_int_equal(beside_us("declined", "declined", "pending"), APPROVAL_DECLINED);
    assert_int_equal(beside_us("pending", "pending", "pending"), APPROVAL_PENDING);
    assert_int_equal(beside_us("approved", "approved", "pending"), APPROVAL_APPROVED);
    assert_int_equal(beside_us("approved", "approved", "approved"), APPROVAL_APPROVED);
    assert_int_equal(beside_us("approved", "pending", "approved"), APPROVAL_PENDING);
}

/* A workflow that asks for one approval after the other: all who approved count, each with his
 * time, and an app is no person. */
#define STEP(decision, created, completed, who, kind)                                           \
    "{'finalDecision':'" decision "','createdDate':{'epochMillis':" created "},'completedDate'" \
    ":{'epochMillis':" completed "},'approvers':[{'approverDecision':'" decision                \
    "','approver':{'accountId':'" who "','accountType':'" kind "'}}]}"

static void test_steps_one_after_the_other(void **state)
{
    static const char LIST[] =
        "{'values':[" STEP("approved", "1000", "1500", "gone", "atlassian") "," STEP(
            "declined", "2000", "2500", "no",
            "atlassian") "," STEP("approved", "3000", "3500", "manager",
                                  "atlassian") "," STEP("approved", "4000", "4500", "rule",
                                                        "app") "]}";
    struct ticket t = {0};
    (void)state;

    read_one(json_of(LIST), &t);
    assert_int_equal(t.approval, APPROVAL_APPROVED);
    assert_int_equal(t.approver_count, 2); /* what was before the decline is over */
    assert_str(t.approvers[0].key, "rule");
    assert_true(t.approvers[0].app);
    assert_int_equal(t.approvers[0].given_ms, 0); /* as the ticket's */
    assert_int_equal(t.approved_at_ms, 4500);
    assert_str(t.approvers[1].key, "manager");
    assert_false(t.approvers[1].app);
    assert_int_equal(t.approvers[1].given_ms, 3500);
    assert_true(t.approvers[1].asked_ms && t.approvers[1].asked_ms < t.approvers[0].asked_ms);
    t = (struct ticket){.edit_at_ms = 3500}; /* what he approved was edited since */
    read_one(json_of(LIST), &t);
    assert_int_equal(t.approver_count, 1);
    t = (struct ticket){0};
    read_one(
        json_of("{'values':[" STEP("approved", "1000", "1500", "manager", "atlassian") "," STEP(
            "pending", "2000", "0", "owner", "atlassian") "]}"),
        &t);
    assert_int_equal(t.approval, APPROVAL_PENDING); /* Jira is not done asking */
    assert_int_equal(t.approver_count, 0);
}

static void test_a_right_is_not_a_scope(void **state)
{
    (void)state;
    assert_true(jsm_approval_is_none(&(struct jsm_answer){.verdict = JSM_MISSING, .status = 404}));
    assert_true(jsm_approval_is_none(&(struct jsm_answer){.verdict = JSM_REFUSED, .status = 403}));
    assert_false(jsm_approval_is_none(&(struct jsm_answer){.verdict = JSM_REFUSED, .status = 401}));
    assert_false(jsm_approval_is_none(&(struct jsm_answer){.verdict = JSM_OK, .status = 200}));
}

static void what_an_account_is(void **state)
{
    const struct json *page = json_of("{'values':[{'accountId':'a','accountType':'app'},"
                                      "{'accountId':'b','accountType':'atlassian'}]}");
    (void)state;

    assert_str(jsm_account_type(page, STR("a")), "app");
    assert_str(jsm_account_type(page, STR("b")), "atlassian");
    assert_int_equal(jsm_account_type(page, STR("c")).len, 0);
    assert_int_equal(jsm_account_type(NULL, STR("a")).len, 0);
    assert_true(jsm_user_is_app(json_path(json_of("{'u':{'accountType':'app'}}"), "u")));
    assert_false(jsm_user_is_app(json_of("{'accountId':'a'}")));
}

JSM_UNIT_MAIN(cmocka_unit_test(approvals), cmocka_unit_test(what_an_account_is),
              cmocka_unit_test(accounts_of_automation), cmocka_unit_test(several_approvers),
              cmocka_unit_test(no_more_approvers_than_we_keep), cmocka_unit_test(of_a_ticket),
              cmocka_unit_test(on_several_pages), cmocka_unit_test(pages_that_cannot_be),
              cmocka_unit_test(decided_while_we_read),
              cmocka_unit_test(test_the_open_one_is_answered),
              cmocka_unit_test(test_the_answer_is_given_once),
              cmocka_unit_test(test_it_is_no_decision_of_a_person),
              cmocka_unit_test(test_one_that_asks_people_beside_us),
              cmocka_unit_test(test_steps_one_after_the_other),
              cmocka_unit_test(test_a_right_is_not_a_scope))
