/* Fields and screens: the calls, and what their answers say. */
#include "jsm/jsm_screen.h"

#include <string.h>

#include "jsm_unit.h"

#define CF STR("customfield_10501")

static void assert_call(struct jsm_call c, const char *method, const char *path, const char *body)
{
    assert_string_equal(c.method, method);
    assert_str(c.path, path);
    assert_str(c.body, body);
}

static void test_fields(void **state)
{
    const struct str ids[] = {CF, STR("../myself"), STR_NONE};
    const struct json *found = json_of(
        "{'values':[{'id':'customfield_1','name':'Access check','schema':{'custom':'other'}},"
        "{'id':'customfield_2','name':'Access check','schema':{'custom':"
        "'com.atlassian.jira.plugin.system.customfieldtypes:select'}}]}");

    (void)state;
    assert_call(jsm_call_fields_named(arena, STR("Access check"), 0), "GET",
                "/rest/api/3/field/search?type=custom&maxResults=100&query=Access%20check", "");
    assert_call(jsm_call_fields_named(arena, STR("Access"), 100), "GET",
                "/rest/api/3/field/search?type=custom&maxResults=100&query=Access&startAt=100", "");
    assert_call(jsm_call_fields_of(arena, ids, 3), "GET",
                "/rest/api/3/field/search?maxResults=100&id=customfield_10501", "");
    assert_str(jsm_field_named(arena, found, GATE_FIELD_NAMES[GATE_FIELD_CHECK],
                               GATE_FIELD_TYPES[GATE_FIELD_CHECK]),
               "customfield_2");
    assert_int_equal(jsm_field_named(arena, found, "Access check reason", "other").len, 0);
    assert_true(jsm_field_is_found(found, STR("customfield_2")));
    assert_false(jsm_field_is_found(found, CF));
    assert_call(jsm_call_field_add(arena, GATE_FIELD_REASON), "POST", "/rest/api/3/field",
                "{\"name\":\"Access check reason\",\"type\":\"com.atlassian.jira.plugin.system."
                "customfieldtypes:textfield\",\"searcherKey\":\"com.atlassian.jira.plugin.system."
                "customfieldtypes:textsearcher\",\"description\":\"Written by Countersign: how far "
                "the access is proven\"}");
    assert_int_equal(jsm_call_field_add(arena, GATE_FIELD_CHECK).effect, JSM_ONCE);
    assert_call(jsm_call_field_trash(arena, CF), "POST",
                "/rest/api/3/field/customfield_10501/trash", "");
    assert_int_equal(jsm_call_field_trash(arena, STR("summary")).path.len, 0);
    assert_call(jsm_call_field_screens(arena, CF, 0), "GET",
                "/rest/api/3/field/customfield_10501/screens?maxResults=100", "");
    assert_int_equal(jsm_call_field_screens(arena, STR("summary"), 100).path.len, 0);
    assert_call(jsm_call_resolution_screens(arena, 0), "GET",
                "/rest/api/3/field/resolution/screens?maxResults=100", "");
    assert_call(jsm_call_resolution_screens(arena, 100), "GET",
                "/rest/api/3/field/resolution/screens?maxResults=100&startAt=100", "");
    assert_str(jsm_ids(arena, json_of("{'values':[{'id':1},{'id':22}]}")), "1,22");
}

static void test_options(void **state)
{
    struct str context = jsm_first_id(arena, json_of("{'values':[{'id':'7'},{'id':'8'}]}"));
    struct jsm_call c;

    (void)state;
    assert_str(context, "7");
    assert_str(jsm_first_id(arena, json_of("[{'id':9}]")), "9");
    assert_call(jsm_call_contexts(arena, CF), "GET", "/rest/api/3/field/customfield_10501/context",
                "");
    assert_call(jsm_call_options(arena, CF, context), "GET",
                "/rest/api/3/field/customfield_10501/context/7/option?maxResults=100", "");
    assert_call(jsm_call_options_add(arena, CF, context, json_of("{'values':[]}")), "POST",
                "/rest/api/3/field/customfield_10501/context/7/option",
                "{\"options\":[{\"value\":\"Waiting\"},{\"value\":\"Checking\"},{\"value\":\"Can't "
                "tell\"},{\"value\":\"Not there yet\"},{\"value\":\"Exception\"},{\"value\":"
                "\"Verified\"}]}");
    c = jsm_call_options_add(
        arena, CF, context,
        json_of("{'values':[{'value':'Waiting'},{'value':'Checking'},{'value':'Not there yet'},"
                "{'value':'Exception'},{'value':'Verified'}]}"));
    assert_str(c.body, "{\"options\":[{\"value\":\"Can't tell\"}]}");
    assert_int_equal(jsm_call_options(arena, CF, STR("x")).path.len, 0);
}

static void test_screens(void **state)
{
    const struct json *found = json_of(
        "{'values':[{'id':1,'name':'Access check'},{'id':2,'name':'" GATE_SCREEN_NAME "'}]}");

    (void)state;
    assert_call(jsm_call_screens(arena, STR(GATE_SCREEN_NAME), 0), "GET",
                "/rest/api/3/screens?maxResults=100&queryString=Access%20check%20%28Countersign%29",
                "");
    assert_str(jsm_screen_named(arena, found, STR(GATE_SCREEN_NAME)), "2");
    assert_int_equal(jsm_screen_named(arena, found, STR("Access")).len, 0);
    assert_str(jsm_view_name(arena, STR("S")), "S: view (Countersign)");
    assert_call(jsm_call_screen_add(arena, STR("A")), "POST", "/rest/api/3/screens",
                "{\"name\":\"A\",\"description\":\"Installed by Countersign\"}");
    assert_call(jsm_call_screen_remove(arena, STR("5")), "DELETE", "/rest/api/3/screens/5", "");
    assert_int_equal(jsm_call_screen_remove(arena, STR_NONE).path.len, 0);
    assert_call(jsm_call_tabs(arena, STR("5")), "GET", "/rest/api/3/screens/5/tabs", "");
    assert_call(jsm_call_tab_add(arena, STR("5"), STR("More")), "POST",
                "/rest/api/3/screens/5/tabs", "{\"name\":\"More\"}");
    assert_call(jsm_call_tab_fields(arena, STR("5"), STR("6")), "GET",
                "/rest/api/3/screens/5/tabs/6/fields", "");
    assert_int_equal(jsm_call_tab_fields(arena, STR("5"), STR("?")).path.len, 0);
    assert_call(jsm_call_tab_field_add(arena, STR("5"), STR("6"), CF), "POST",
                "/rest/api/3/screens/5/tabs/6/fields", "{\"fieldId\":\"customfield_10501\"}");
    assert_call(jsm_call_tab_field_remove(arena, STR("5"), STR("6"), CF), "DELETE",
                "/rest/api/3/screens/5/tabs/6/fields/customfield_10501", "");
    assert_int_equal(jsm_call_tab_field_remove(arena, STR("5"), STR("6"), STR("summary")).path.len,
                     0);
}

static void test_schemes(void **state)
{
    const struct json *types = json_of("{'values':[{'issueTypeId':'default','screenSchemeId':'3'},"
                                       "{'issueTypeId':'10039','screenSchemeId':'4'}]}");
    const struct gate_scheme two[] = {{.id = STR("4")}, {.id = STR("5")}};
    struct str serves = STR_NONE, others = STR_NONE;
    struct gate_scheme s;

    (void)state;
    assert_call(jsm_call_scheme_of(arena, STR("10002")), "GET",
                "/rest/api/3/issuetypescreenscheme/project?projectId=10002", "");
    assert_int_equal(jsm_call_scheme_of(arena, STR("IAM")).path.len, 0);
    assert_str(jsm_scheme_of(arena, json_of("{'values':[{'issueTypeScreenScheme':{'id':'9'}}]}")),
               "9");
    assert_call(jsm_call_scheme_types(arena, STR("9"), 0), "GET",
                "/rest/api/3/issuetypescreenscheme/mapping?maxResults=100&"
                "issueTypeScreenSchemeId=9",
                "");
    jsm_scheme_for(arena, types, STR("1"), &serves, &others);
    assert_int_equal(serves.len, 0);
    jsm_scheme_for(arena, types, STR("10039"), &serves, &others);
    assert_str(serves, "4");
    jsm_scheme_for(arena, json_of("{'values':[]}"), STR("10039"), &serves, &others);
    assert_str(serves, "4");
    assert_str(others, "3");
    assert_call(jsm_call_schemes(arena, two, 2), "GET",
                "/rest/api/3/screenscheme?maxResults=100&id=4&id=5", "");
    s = jsm_scheme_read(arena,
                        json_of("{'id':2,'name':'n','screens':{'default':1,'edit':5,'create':6}}"));
    assert_str(s.id, "2");
    assert_str(s.on_default, "1");
    assert_str(s.on_edit, "5");
    assert_str(s.on_create, "6");
    assert_int_equal(s.on_view.len, 0);
    assert_call(jsm_call_scheme_view(arena, STR("2"), STR("7")), "PUT",
                "/rest/api/3/screenscheme/2", "{\"screens\":{\"view\":\"7\"}}");
    assert_str(jsm_call_scheme_view(arena, STR("2"), STR_NONE).body,
               "{\"screens\":{\"view\":null}}");
}

JSM_UNIT_MAIN(cmocka_unit_test(test_fields), cmocka_unit_test(test_options),
              cmocka_unit_test(test_screens), cmocka_unit_test(test_schemes))
