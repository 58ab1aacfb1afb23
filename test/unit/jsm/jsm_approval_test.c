/* The approval that waits for the connector, and its answer. */
#include "jsm/jsm_approval.h"

#include "jsm/jsm_issue.h"
#include "jsm_unit.h"

#define US "712020:c0"
#define ONE(id, decision, may, who)                                                \
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
        open_one(ONE("9", "pending", "true", US) "," ONE("12", "pending", "true", US)), "12");
    assert_string_equal(
        open_one(ONE("12", "pending", "true", US) "," ONE("9", "pending", "true", US)), "12");
    assert_string_equal(open_one(ONE("9", "approved", "false", US)), "");
    assert_string_equal(open_one(ONE("9", "pending", "false", US)), "");
    assert_string_equal(open_one(ONE("9", "pending", "true", "somebody")), "");
    assert_string_equal(open_one(ONE("x", "pending", "true", US)), "");
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
    struct ticket t = {0};
    const char *both = "{'values':[" ONE("9", "declined", "false",
                                         "dana") "," ONE("12", "approved", "false", US) "]}";

    (void)state;
    jsm_approvals_read(arena, json_of(both), STR(US), &t);
    assert_int_equal(t.approval, APPROVAL_DECLINED);
    jsm_approvals_read(arena, json_of(both), STR_NONE, &t);
    assert_int_equal(t.approval, APPROVAL_APPROVED);
}

JSM_UNIT_MAIN(cmocka_unit_test(test_the_open_one_is_answered),
              cmocka_unit_test(test_the_answer_is_given_once),
              cmocka_unit_test(test_it_is_no_decision_of_a_person))
