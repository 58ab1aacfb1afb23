/* Whose ticket is it. */
#include "jsm/jsm_marker.h"

#include "jsm_unit.h"

static void ids(void **state)
{
    (void)state;
    assert_true(jsm_is_key(STR("IAM-482")));
    assert_true(jsm_is_key(STR("A_1-1")));
    for (size_t i = 0; i < 9; i++) {
        static const char *const NONE[] = {"",      "IAM",     "IAM-",      "-1",   "iam-1",
                                           "1A-12", "IAM-1/x", "IAM-1?a=b", "I M-1"};
        assert_false(jsm_is_key(str_of(NONE[i])));
    }
    assert_true(jsm_is_id(STR("1")));
    assert_true(jsm_is_id(STR("12345678901234567890")));
    assert_false(jsm_is_id(STR("123456789012345678901")));
    assert_false(jsm_is_id(STR("")));
    assert_false(jsm_is_id(STR("1a")));
}

static void markers(void **state)
{
    const struct json *v =
        json_of("{'fields':{'labels':['x','gar-1','gar-2 3','gar','gar-4',5,'xgar-6']}}");
    (void)state;

    assert_str(jsm_marker_find(arena, v, STR_NONE), "gar-1");
    assert_str(jsm_markers_join(arena, v, STR("labels")), "gar-1 gar-4");
    assert_str(jsm_marker_find(arena, json_of("{}"), STR_NONE), "");
    assert_str(jsm_markers_join(arena, json_of("{'fields':{'labels':null}}"), STR_NONE), "");

    struct str many = STR("{\"fields\":{\"labels\":[\"gar-0\"");
    for (int i = 0; i < 100; i++)
        many = arena_printf(arena, "%.*s,\"gar-x\"", STR_ARG(many));
    const struct json *crowd;
    struct err err;
    assert_true(json_parse(arena, arena_printf(arena, "%.*s]}}", STR_ARG(many)), &crowd, &err));
    assert_int_equal(jsm_markers_join(arena, crowd, STR_NONE).len, 32 * 6 - 1);
}

static void markers_of_another_field(void **state)
{
    const struct json *text = json_of("{'fields':{'labels':['gar-1'],'customfield_90':'gar-2'}}");
    const struct json *doc = json_of(
        "{'fields':{'description':{'type':'doc','version':1,'content':[{'type':'paragraph',"
        "'content':[{'type':'text','text':'see xgar-9 or'}]},{'type':'paragraph','content':[{"
        "'type':'text','text':'Countersign gar-3'}]}]}}}");
    (void)state;

    assert_str(jsm_markers_join(arena, text, STR("customfield_90")), "gar-1 gar-2");
    assert_str(jsm_markers_join(arena, text, STR("customfield_91")), "gar-1");
    assert_str(jsm_marker_find(arena, doc, STR("description")), "gar-3");
    assert_str(jsm_marker_find(arena, doc, STR("labels")), "");
}

static void bindings(void **state)
{
    struct str us = STR("acme"), here = STR("https://acme.example");
    struct jsm_bind b = jsm_bind_read(json_of("{'properties':{'gar.bind':{'site':'acme','site_id':"
                                              "'https://acme.example','request':'r-1'}}}"));
    (void)state;

    assert_str(b.site, "acme");
    assert_str(b.request, "r-1");
    assert_false(jsm_bind_is_foreign(&b, us, here));
    assert_false(jsm_bind_is_foreign(&b, STR("renamed"), STR("HTTPS://Acme.example")));
    /* a sandbox copied from production: the same names, another place */
    assert_true(jsm_bind_is_foreign(&b, us, STR("https://acme-sandbox.example")));
    /* one of the two says no id: the name decides */
    assert_false(jsm_bind_is_foreign(&b, us, STR_NONE));
    assert_true(jsm_bind_is_foreign(&b, STR("other"), STR_NONE));
    b = jsm_bind_read(json_of("{'properties':{'gar.bind':{'site':'acme'}}}"));
    assert_false(jsm_bind_is_foreign(&b, us, here));
    assert_true(jsm_bind_is_foreign(&b, STR("other"), here));
    b = jsm_bind_read(json_of("{'properties':{'gar.bind':'nonsense'}}"));
    assert_false(jsm_bind_is_foreign(&b, us, here));
    b = jsm_bind_read(json_of("{}"));
    assert_false(jsm_bind_is_foreign(&b, us, here));
}

JSM_UNIT_MAIN(cmocka_unit_test(ids), cmocka_unit_test(markers),
              cmocka_unit_test(markers_of_another_field), cmocka_unit_test(bindings))
