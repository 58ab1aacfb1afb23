/* Calls after a ticket was made, and for one too many. */
#include "jsm/jsm_saga.h"

#include <string.h>

#include "jsm/jsm_adf.h"
#include "jsm_unit.h"

static const struct jsm_link LINK = {.global_id = {"countersign=r", 13},
                                     .url = {"https://iga.example.com/r", 25},
                                     .title = {"Access request", 14}};

static void the_binding_is_written_as_it_is_read(void **state)
{
    struct jsm_bind bind = {STR("acme"), STR("https://acme.example"), STR("r")};
    struct jsm_call c = jsm_call_bind(arena, STR("10001"), &bind);
    (void)state;

    assert_str(c.path, "/rest/api/3/issue/10001/properties/gar.bind");
    assert_string_equal(c.method, "PUT");
    assert_int_equal(c.effect, JSM_REPEATABLE);
    assert_str(c.body,
               "{\"site\":\"acme\",\"site_id\":\"https://acme.example\",\"request\":\"r\"}");
    struct str issue = arena_printf(arena, "{\"properties\":{\"gar.bind\":%.*s}}", STR_ARG(c.body));
    struct jsm_bind back = jsm_bind_read(json_of(arena_cstr(arena, issue)));
    assert_true(str_eq(back.request, bind.request) && str_eq(back.site_id, bind.site_id));

    bind.site_id = STR_NONE; /* Jira has not told us yet */
    assert_str(jsm_call_bind(arena, STR("1"), &bind).body, "{\"site\":\"acme\",\"request\":\"r\"}");
    assert_int_equal(jsm_call_bind(arena, STR("../1"), &bind).path.len, 0);
}

static void one_link_for_one_request(void **state)
{
    struct jsm_call c = jsm_call_link(arena, STR("10001"), &LINK);
    (void)state;

    assert_str(c.path, "/rest/api/3/issue/10001/remotelink");
    assert_int_equal(c.effect, JSM_REPEATABLE);
    assert_str(c.body, "{\"globalId\":\"countersign=r\",\"object\":{\"url\":\"https://"
                       "iga.example.com/r\",\"title\":\"Access request\"}}");
    assert_str(jsm_call_links(arena, STR("10001")).path, "/rest/api/3/issue/10001/remotelink");
    assert_true(jsm_link_stands(json_of("[{'globalId':'x'},{'globalId':'countersign=r','object':"
                                        "{'url':'https://iga.example.com/r'}}]"),
                                &LINK));
    /* it leads elsewhere since the platform moved: written anew */
    assert_false(jsm_link_stands(
        json_of("[{'globalId':'countersign=r','object':{'url':'https://old'}}]"), &LINK));
    assert_false(jsm_link_stands(json_of("[]"), &LINK));
    assert_false(jsm_link_stands(json_of("{'errorMessages':[]}"), &LINK));
}

/* What is so there is a picture with its words, and never "resolved": Jira strikes that out. */
static void a_link_shows_what_is_so(void **state)
{
    struct jsm_link link = LINK;
    (void)state;

    link.icon = STR("https://cs.example.com/icon/countersign.svg");
    link.state = STR("Not proven yet");
    link.state_icon = STR("https://cs.example.com/icon/open.svg");
    struct str body = jsm_call_link(arena, STR("10001"), &link).body;
    const struct json *sent = json_member(json_of(arena_cstr(arena, body)), "object");
    assert_str(json_path_str(sent, "icon/url16x16"), "https://cs.example.com/icon/countersign.svg");
    assert_str(json_path_str(sent, "icon/title"), "Countersign");
    assert_str(json_path_str(sent, "status/icon/url16x16"), "https://cs.example.com/icon/open.svg");
    assert_str(json_path_str(sent, "status/icon/title"), "Not proven yet");
    assert_null(json_member(json_member(sent, "status"), "resolved"));
    struct str listed = arena_printf(arena, "[%.*s]", STR_ARG(body));
    assert_true(jsm_link_stands(json_of(arena_cstr(arena, listed)), &link));
    link.state = STR("Proven"); /* it has moved on: written again */
    assert_false(jsm_link_stands(json_of(arena_cstr(arena, listed)), &link));
}

static void who_follows_already_is_not_added(void **state)
{
    const struct str wanted[] = {STR("712020:a"), STR("712020:b"), STR("712020:c")};
    struct str missing[3];
    (void)state;

    assert_int_equal(jsm_participants_missing(json_of("{'values':[{'accountId':'712020:b'}]}"),
                                              wanted, 3, missing),
                     2);
    assert_str(missing[0], "712020:a");
    assert_str(missing[1], "712020:c");
    assert_int_equal(jsm_participants_missing(NULL, wanted, 0, missing), 0);
    struct jsm_call c = jsm_call_participants_add(arena, STR("10001"), missing, 2);
    assert_str(c.path, "/rest/servicedeskapi/request/10001/participant");
    assert_string_equal(c.method, "POST");
    assert_str(c.body, "{\"accountIds\":[\"712020:a\",\"712020:c\"]}");
    assert_str(jsm_call_participants(arena, STR("10001"), 50).path,
               "/rest/servicedeskapi/request/10001/participant?limit=50&start=50");
    assert_int_equal(jsm_call_participants(arena, STR("IAM-1"), 0).path.len, 0);
    /* page by page, each leaves who is not on it */
    assert_int_equal(jsm_participants_missing(json_of("{'values':[{'accountId':'712020:a'}]}"),
                                              missing, 2, missing),
                     1);
    assert_str(missing[0], "712020:c");
    assert_int_equal(jsm_participants_next(json_of("{'values':[{},{}],'isLastPage':false}"), 50),
                     52);
    assert_int_equal(jsm_participants_next(json_of("{'values':[{}],'isLastPage':true}"), 50), 0);
    assert_int_equal(jsm_participants_next(json_of("{'values':[],'isLastPage':false}"), 50), 0);
}

static void a_second_ticket_says_why_once_and_to_agents_only(void **state)
{
    struct jsm_call c = jsm_call_say_second(arena, STR("10002"), STR("IAM-2"), STR("IAM-1"));
    const struct json *body = json_of(arena_cstr(arena, c.body));
    struct str text = jsm_adf_plain(arena, json_member(body, "body"));
    (void)state;

    assert_int_equal(c.effect, JSM_ONCE);
    assert_str(c.path, "/rest/api/3/issue/10002/comment");
    assert_non_null(strstr(arena_cstr(arena, text), "IAM-2 was made twice"));
    assert_non_null(strstr(arena_cstr(arena, text), "work on IAM-1"));
    assert_non_null(
        strstr(arena_cstr(arena, c.body), "\"sd.public.comment\",\"value\":{\"internal\":true}"));
    assert_true(jsm_second_is_said(
        arena,
        json_of("{'comments':[{'properties':[]},{'properties':[{'key':'countersign.second'}]}]}"),
        STR("us")));
    assert_false(jsm_second_is_said(
        arena, json_of("{'comments':[{'properties':[{'key':'countersign.role'}]},{}]}"),
        STR("us")));
}

static void one_ticket_of_ours_is_enough_to_see(void **state)
{
    const struct str projects[] = {STR("IAM")};
    struct jsm_call c = jsm_call_own(arena, projects, 1);
    (void)state;

    assert_non_null(strstr(arena_cstr(arena, c.body), "creator = currentUser()"));
    assert_non_null(strstr(arena_cstr(arena, c.body), "\"maxResults\":1"));
    assert_true(jsm_own_is_shown(json_of("{'issues':[{'id':'1'}]}")));
    assert_false(jsm_own_is_shown(json_of("{'issues':[],'isLast':true}")));
    assert_false(jsm_own_is_shown(NULL));
}

JSM_UNIT_MAIN(cmocka_unit_test(the_binding_is_written_as_it_is_read),
              cmocka_unit_test(one_link_for_one_request), cmocka_unit_test(a_link_shows_what_is_so),
              cmocka_unit_test(who_follows_already_is_not_added),
              cmocka_unit_test(a_second_ticket_says_why_once_and_to_agents_only),
              cmocka_unit_test(one_ticket_of_ours_is_enough_to_see))
