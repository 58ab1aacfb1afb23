/* Tickets linked to each other: which kind of link, which call, and whether it is there. */
#include "jsm/jsm_relate.h"

#include "jsm_unit.h"

static void the_kind_that_says_least_is_taken(void **state)
{
    (void)state;

    assert_true(str_eq_c(jsm_link_type(json_of("{'issueLinkTypes':[{'name':'Blocks'},"
                                               "{'name':'Relates'}]}")),
                         "Relates"));
    assert_true(str_eq_c(jsm_link_type(json_of("{'issueLinkTypes':[{'name':'Blocks'},"
                                               "{'name':'RELATES'}]}")),
                         "RELATES"));
    /* called otherwise, it is known by how it reads; not before one of that name */
    assert_true(str_eq_c(
        jsm_link_type(json_of("{'issueLinkTypes':[{'name':'Blocks','inward':'is blocked by'},"
                              "{'name':'Verwandt','inward':'gehört zu','outward':'Relates to'},"
                              "{'name':'Other','inward':'relates to'}]}")),
        "Verwandt"));
    assert_true(str_eq_c(
        jsm_link_type(json_of("{'issueLinkTypes':[{'name':'Verwandt','inward':'relates to'},"
                              "{'name':'relates'}]}")),
        "relates"));
    assert_true(str_eq_c(jsm_link_type(json_of("{'issueLinkTypes':[{'name':'Verwandt',"
                                               "'inward':'relates to'}]}")),
                         "Verwandt"));
}

/* The description names the other ticket all the same. */
static void rather_no_link_than_one_that_says_what_is_not_so(void **state)
{
    (void)state;

    assert_true(str_empty(
        jsm_link_type(json_of("{'issueLinkTypes':[{'name':'Blockiert','inward':'ist blockiert',"
                              "'outward':'blockiert'},{'name':'Duplicate'},"
                              "{'name':'Unrelates','outward':'relates to nothing'}]}"))));
    assert_true(str_empty(jsm_link_type(json_of("{'issueLinkTypes':[]}"))));
    assert_true(str_empty(jsm_link_type(json_of("[]"))));
}

static void a_link_is_seen_from_both_ends(void **state)
{
    const struct json *issue = json_of("{'fields':{'issuelinks':[{'inwardIssue':{'id':'10001'}},"
                                       "{'outwardIssue':{'id':'10002'}}]}}");
    (void)state;

    assert_true(jsm_is_related(arena, issue, STR("10001")));
    assert_true(jsm_is_related(arena, issue, STR("10002")));
    assert_false(jsm_is_related(arena, issue, STR("10003")));
    assert_false(jsm_is_related(arena, issue, STR_NONE));
    assert_false(jsm_is_related(arena, json_of("{}"), STR("10001")));
}

static void the_calls(void **state)
{
    struct jsm_call c = jsm_call_relate(arena, STR("Relates"), STR("10002"), STR("10001"));
    (void)state;

    assert_string_equal(c.method, "POST");
    assert_true(str_eq_c(c.path, "/rest/api/3/issueLink"));
    assert_int_equal(c.effect, JSM_REPEATABLE);
    assert_true(c.silent); /* what is answered with 201 alone was done */
    assert_true(str_eq_c(c.issue_id, "10002"));
    assert_true(str_eq_c(c.body,
                         "{\"type\":{\"name\":\"Relates\"},\"inwardIssue\":{\"id\":\"10001\"},"
                         "\"outwardIssue\":{\"id\":\"10002\"}}"));
    assert_true(str_empty(jsm_call_relate(arena, STR("Relates"), STR("10002"), STR("../x")).path));
    assert_true(str_eq_c(jsm_call_link_types(arena).path, "/rest/api/3/issueLinkType"));
    assert_true(str_eq_c(jsm_call_related(arena, STR("10002")).path,
                         "/rest/api/3/issue/10002?fields=issuelinks"));
}

static void a_site_may_link_nothing(void **state)
{
    struct jsm_answer answer = {.verdict = JSM_MISSING, .status = 404};
    (void)state;

    assert_true(jsm_links_are_off(&answer));
    answer.verdict = JSM_OK;
    assert_false(jsm_links_are_off(&answer));
    answer.verdict = JSM_UNKNOWN;
    assert_false(jsm_links_are_off(&answer));
}

JSM_UNIT_MAIN(cmocka_unit_test(the_kind_that_says_least_is_taken),
              cmocka_unit_test(rather_no_link_than_one_that_says_what_is_not_so),
              cmocka_unit_test(a_link_is_seen_from_both_ends), cmocka_unit_test(the_calls),
              cmocka_unit_test(a_site_may_link_nothing))
