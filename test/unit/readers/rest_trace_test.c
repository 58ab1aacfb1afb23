/* What has another name by now is looked for by its id. */
#include "rest_unit.h"

/* By a trace of its own, or where the account is asked for by its id as well as by its name. */
static void who_is_known_can_be_looked_for_by_id(void **state)
{
    static const char *const SHIPPED[] = {
        "okta",     "graph",        "jira-groups", "github", "aws-identity-center",
        "midpoint", "sailpoint-isc"};
    (void)state;

    for (size_t i = 0; i < COUNT(SHIPPED); i++)
        assert_true(rest_profile_traces(
            rest_profile_read(arena, rest_profile_shipped(str_of(SHIPPED[i])), "shipped", NULL)));
    assert_false(rest_profile_traces(profile_of(PAGES("link"), NULL)));
}

static void begin_shipped(const char *profile, const char *id)
{
    place = (struct rest_place){
        .profile = rest_profile_read(arena, rest_profile_shipped(str_of(profile)), "shipped", NULL),
        .base = STR("https://x"),
        .org = STR("acme"),
        .instance = STR("d-1")};
    rest_question_begin(&q, &place, arena, str_of(id), STR("g"));
    rest_question_by_id(&q);
}

static void by_its_id_it_is_gone_or_called_otherwise(void **state)
{
    (void)state;
    begin_shipped("github", "7");
    exchange(NULL, 200, "{\"id\":1,\"slug\":\"g\"}", "");
    exchange("https://x/user/7", 404, "{}", "");
    assert_said(OUTCOME_ABSENT, "AccountMissing");
    assert_string_equal(q.answer.native_id, "");

    begin_shipped("github", "7");
    exchange(NULL, 200, "{\"id\":1,\"slug\":\"g\"}", "");
    exchange("https://x/user/7", 200, "{\"id\":7,\"login\":\"zoe\"}", "");
    exchange("https://x/orgs/acme/teams/g/memberships/zoe", 200, "{\"state\":\"active\"}", "");
    assert_said(OUTCOME_PRESENT, "Ok");
    assert_string_equal(q.answer.native_id, "7");

    begin_shipped("github", "7"); /* another than was asked for */
    exchange(NULL, 200, "{\"id\":1,\"slug\":\"g\"}", "");
    exchange(NULL, 200, "{\"id\":8,\"login\":\"zoe\"}", "");
    assert_said(OUTCOME_UNKNOWN, "WrongReply");

    begin_shipped("github", "7"); /* nobody knows what to ask the team about */
    exchange(NULL, 200, "{\"id\":1,\"slug\":\"g\"}", "");
    exchange(NULL, 200, "{\"id\":7}", "");
    assert_said(OUTCOME_UNKNOWN, "KeyUnsafe");

    begin_shipped("okta", "u7"); /* its step takes an id for a name */
    exchange(NULL, 200, "{\"id\":\"g\"}", "");
    exchange("https://x/api/v1/users/u7", 404, "{\"errorCode\":\"E0000007\"}", "");
    assert_said(OUTCOME_ABSENT, "AccountMissing");

    begin_shipped("aws-identity-center", "u7"); /* one trace for both steps */
    exchange(NULL, 200, "{\"IdentityStoreId\":\"d-1\",\"GroupId\":\"g\"}", "");
    exchange(NULL, 200, "{\"UserId\":\"u7\",\"UserStatus\":\"DISABLED\"}", "");
    exchange(NULL, 200, "{\"Results\":[{\"GroupId\":\"g\",\"MembershipExists\":true}]}", "");
    assert_said(OUTCOME_PRESENT, "Ok");
    assert_int_equal(q.answer.account, ACCOUNT_DISABLED);
}

/* What nobody is called any more is looked for by the id that it had. */
static void a_renamed_entitlement_is_found_by_its_id(void **state)
{
    (void)state;
    begin_shipped("github", "7");
    rest_question_pinned(&q, STR("2"));
    exchange("https://x/orgs/acme/teams/g", 404, "{}", "");
    exchange("https://x/orgs/acme/teams?per_page=100", 200,
             "[{\"id\":1,\"slug\":\"f\"},{\"id\":2,\"slug\":\"h\"}]", "");
    exchange("https://x/user/7", 200, "{\"id\":7,\"login\":\"zoe\"}", "");
    exchange("https://x/orgs/acme/teams/h/memberships/zoe", 200, "{\"state\":\"active\"}", "");
    assert_said(OUTCOME_PRESENT, "Ok");
    assert_string_equal(q.answer.entitlement_id, "2");

    begin_shipped("github", "7");
    rest_question_pinned(&q, STR("2"));
    exchange(NULL, 404, "{}", "");
    exchange(NULL, 200, "[{\"id\":1,\"slug\":\"f\"}]", "");
    assert_said(OUTCOME_UNKNOWN, "EntitlementNotFound");

    begin_shipped("github", "7"); /* pinned to nothing */
    exchange(NULL, 404, "{}", "");
    assert_said(OUTCOME_UNKNOWN, "EntitlementNotFound");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_is_known_can_be_looked_for_by_id, set_up, tear_down),
        cmocka_unit_test_setup_teardown(by_its_id_it_is_gone_or_called_otherwise, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_renamed_entitlement_is_found_by_its_id, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
