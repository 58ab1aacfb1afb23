/* What a form asks for, and what Jira wants for a text. */
#include "jsm/jsm_field.h"

#include "jsm_unit.h"

static struct jsm_form form_of(const char *pages)
{
    struct jsm_form form;
    struct err err = {0};

    if (!jsm_form_read(arena, json_of(pages), &form, &err))
        fail_msg("%s", err.what);
    return form;
}

#define TYPES "'custom':'com.atlassian.jira.plugin.system.customfieldtypes:"

/* One field of each kind, as GET createmeta tells them. */
static const char CREATEMETA[] =
    "[{'startAt':0,'maxResults':50,'total':99,'fields':["
    "{'fieldId':'summary','name':'Summary','required':true,'hasDefaultValue':false,"
    "'schema':{'type':'string','system':'summary'}},"
    "{'fieldId':'description','name':'Description','schema':{'type':'string','system':'description'"
    "}},"
    "{'fieldId':'priority','name':'Priority','required':true,'hasDefaultValue':true,"
    "'schema':{'type':'priority','system':'priority'},'allowedValues':[{'id':'2','name':'High'}]},"
    "{'fieldId':'labels','name':'Labels','schema':{'type':'array','items':'string','system':'"
    "labels'}},"
    "{'fieldId':'components','name':'Components','schema':{'type':'array','items':'component',"
    "'system':'components'},'allowedValues':[{'id':'7','name':'HR'},{'id':'8','name':'7'}]}]},"
    "{'fields':["
    "{'fieldId':'c1','name':'Line','schema':{'type':'string'," TYPES "textfield'}},"
    "{'fieldId':'c2','name':'Area','schema':{'type':'string'," TYPES "textarea'}},"
    "{'fieldId':'c3','name':'Number','schema':{'type':'number'," TYPES "float'}},"
    "{'fieldId':'c4','name':'Start date','required':true,'schema':{'type':'date'," TYPES
    "datepicker'}},"
    "{'fieldId':'c5','name':'Moment','schema':{'type':'datetime'," TYPES "datetime'}},"
    "{'fieldId':'c6','name':'System','schema':{'type':'option'," TYPES "select'},"
    "'allowedValues':[{'id':'61','value':'SAP FIN'},{'id':'62','value':'Workday'}]},"
    "{'fieldId':'c7','name':'Systems','schema':{'type':'array','items':'option'," TYPES
    "multiselect'},'allowedValues':[{'id':'71','value':'A'},{'id':'72','value':'B'}]},"
    "{'fieldId':'c8','name':'Place','schema':{'type':'option-with-child'," TYPES
    "cascadingselect'},'allowedValues':[{'id':'81','value':'EU','children':[{'id':'82',"
    "'value':'Berlin'}]},{'id':'83','value':'US','children':[]}]},"
    "{'fieldId':'c9','name':'Who','schema':{'type':'user'," TYPES "userpicker'}},"
    "{'fieldId':'c10','name':'Whos','schema':{'type':'array','items':'user'," TYPES
    "multiuserpicker'}},"
    "{'fieldId':'c11','name':'Group','schema':{'type':'group'," TYPES "grouppicker'}},"
    "{'fieldId':'c12','name':'Groups','schema':{'type':'array','items':'group'," TYPES
    "multigrouppicker'}},"
    "{'fieldId':'c13','name':'Asset','schema':{'type':'array','items':'cmdb-object-field','custom':"
    "'com.atlassian.jira.plugins.cmdb:cmdb-object-cftype'}},"
    "{'fieldId':'c21','name':'Object','schema':{'type':'any','custom':"
    "'com.riadalabs.jira.plugins.insight:rlabs-customfield-default-object'}},"
    "{'fieldId':'c22','name':'Read only','schema':{'type':'any','custom':"
    "'com.riadalabs.jira.plugins.insight:rlabs-customfield-object-readonly'}},"
    "{'fieldId':'c14','name':'Organisations','schema':{'type':'array','items':"
    "'sd-customerorganization','custom':'com.atlassian.servicedesk:sd-customer-organizations'}},"
    "{'fieldId':'c15','name':'Time to resolution','schema':{'type':'sd-servicelevelagreement',"
    "'custom':'com.atlassian.servicedesk:sd-sla-field'}},"
    "{'fieldId':'c16','name':'Odd','schema':{'type':'array','items':'odd'}},"
    "{'fieldId':'c17','name':'Odder','schema':{'type':'odd'}},"
    "{'fieldId':'c18','name':'Many','schema':{'type':'option'," TYPES "radiobuttons'},"
    "'allowedValues':[{'id':'1','value':'a'},{'id':'2','value':'b'},{'id':'3','value':'c'},{'id':'"
    "4',"
    "'value':'d'},{'id':'5','value':'e'},{'id':'6','value':'f'},{'id':'7','value':'g'},{'id':'8',"
    "'value':'h'},{'id':'9','value':'i'},{'id':'10','value':'j'},{'id':'11','value':'k'},{'id':'12'"
    ","
    "'value':'l'},{'id':'13','value':'m'}]},"
    "{'fieldId':'c19','name':'Open','schema':{'type':'option'}},"
    "{'fieldId':'c20','name':'Open cascade','schema':{'type':'option-with-child'}},"
    "{'name':'no id'}]}]";

struct words {
    const char *field, *values[3];
    const char *json; /* NULL: refused */
    const char *why;
};

static const struct words WORDS[] = {
    {"summary", {"Role"}, "\"Role\"", NULL},
    {"summary", {"a\nb"}, NULL, "summary 'Summary': 'a\nb' has more than one line; write one"},
    {"description",
     {"a"},
     "{\"version\":1,\"type\":\"doc\",\"content\":[{\"type\":\"paragraph\",\"content\":[{\"type\":"
     "\"text\",\"text\":\"a\"}]}]}",
     NULL},
    {"c2",
     {"b"},
     "{\"version\":1,\"type\":\"doc\",\"content\":[{\"type\":\"paragraph\",\"content\":[{\"type\":"
     "\"text\",\"text\":\"b\"}]}]}",
     NULL},
    {"priority", {"High"}, "{\"id\":\"2\"}", NULL},
    {"priority", {"2"}, "{\"id\":\"2\"}", NULL},
    {"labels", {"a", "b"}, "[\"a\",\"b\"]", NULL},
    {"labels", {"a", "b c"}, NULL, "labels 'Labels': 'b c' has a blank; write a label without"},
    {"components", {"HR", "7"}, "[{\"id\":\"7\"},{\"id\":\"8\"}]", NULL}, /* a word before an id */
    {"c1", {"x", "y"}, NULL, "c1 'Line': 'y' is one value too many; write one"},
    {"c3", {"-4.20"}, "-4.20", NULL},
    {"c3", {"0"}, "0", NULL},
    {"c3", {"0.5"}, "0.5", NULL},
    {"c3", {"1e3"}, NULL, "c3 'Number': '1e3' is not a number; write 42 or 4.2"},
    {"c3", {"007"}, NULL, "c3 'Number': '007' is not a number; write 42 or 4.2"},
    {"c3", {"7."}, NULL, "c3 'Number': '7.' is not a number; write 42 or 4.2"},
    {"c3", {".7"}, NULL, "c3 'Number': '.7' is not a number; write 42 or 4.2"},
    {"c3", {"-"}, NULL, "c3 'Number': '-' is not a number; write 42 or 4.2"},
    {"c3",
     {"1234567890123456"},
     NULL,
     "c3 'Number': '1234567890123456' is not a number; write 42 or 4.2"},
    {"c4", {"2026-12-31"}, "\"2026-12-31\"", NULL},
    {"c4", {"2026-12-31T23:59:00Z"}, "\"2026-12-31\"", NULL},
    {"c4", {"31.12.2026"}, NULL, "c4 'Start date': '31.12.2026' is not a date; write 2026-12-31"},
    {"c4", {"2026-02-30"}, NULL, "c4 'Start date': '2026-02-30' is not a date; write 2026-12-31"},
    {"c5", {"2026-12-31T10:00:00+02:00"}, "\"2026-12-31T08:00:00.000+0000\"", NULL},
    {"c5", {"tomorrow"}, NULL, "c5 'Moment': 'tomorrow' is not a time; write 2026-12-31T17:00:00Z"},
    {"c6", {"SAP FIN"}, "{\"id\":\"61\"}", NULL},
    {"c6", {"SAP"}, NULL, "c6 'System': 'SAP' is not offered; write one of: SAP FIN, Workday"},
    {"c7", {"A", "B"}, "[{\"id\":\"71\"},{\"id\":\"72\"}]", NULL},
    {"c7", {"A", "C"}, NULL, "c7 'Systems': 'C' is not offered; write one of: A, B"},
    {"c8", {"EU", "Berlin"}, "{\"id\":\"81\",\"child\":{\"id\":\"82\"}}", NULL},
    {"c8", {"US"}, "{\"id\":\"83\"}", NULL},
    {"c8", {"US", "Berlin"}, NULL, "c8 'Place': 'Berlin' is not offered; write one of: "},
    {"c8", {"Asia"}, NULL, "c8 'Place': 'Asia' is not offered; write one of: EU, US"},
    {"c8",
     {"", "Berlin"},
     NULL,
     "c8 'Place': '' does not name an upper and a lower choice; write both"},
    {"c8",
     {"EU", "Berlin", "x"},
     NULL,
     "c8 'Place': 'EU' does not name an upper and a lower choice; write both"},
    {"c9", {"712020:1"}, "{\"accountId\":\"712020:1\"}", NULL},
    {"c10", {"a", "b"}, "[{\"accountId\":\"a\"},{\"accountId\":\"b\"}]", NULL},
    {"c11", {"agents"}, "{\"name\":\"agents\"}", NULL},
    {"c12", {"a", "b"}, "[{\"name\":\"a\"},{\"name\":\"b\"}]", NULL},
    {"c13", {"ws:12"}, "[{\"id\":\"ws:12\"}]", NULL},
    {"c13",
     {"12"},
     NULL,
     "c13 'Asset': '12' is no object of Assets; write its workspace and number, w:12"},
    {"c21", {"ITSM-12", "H2-3"}, "[{\"key\":\"ITSM-12\"},{\"key\":\"H2-3\"}]", NULL},
    {"c21", {"w:12"}, NULL, "c21 'Object': 'w:12' is no object of Assets; write its key, ITSM-12"},
    {"c21",
     {"itsm-1"},
     NULL,
     "c21 'Object': 'itsm-1' is no object of Assets; write its key, ITSM-12"},
    {"c21", {"2H-1"}, NULL, "c21 'Object': '2H-1' is no object of Assets; write its key, ITSM-12"},
    {"c14", {"3", "5"}, "[3,5]", NULL},
    {"c14",
     {"ACME"},
     NULL,
     "c14 'Organisations': 'ACME' is not the number of an organisation; write 12"},
    {"c15",
     {"1"},
     NULL,
     "c15 'Time to resolution': a field of this kind cannot be written; take it out"},
    {"c16", {"1"}, NULL, "c16 'Odd': a field of this kind cannot be written; take it out"},
    {"c22",
     {"ITSM-1"},
     NULL,
     "c22 'Read only': a field of this kind cannot be written; take it out"},
    {"c17", {"1"}, NULL, "c17 'Odder': a field of this kind cannot be written; take it out"},
    {"c18",
     {"z"},
     NULL,
     "c18 'Many': 'z' is not offered; write one of: a, b, c, d, e, f, g, h, i, j, k, l, ..."},
    {"c19", {"x"}, "{\"value\":\"x\"}", NULL},
    {"c20", {"x", "y"}, "{\"value\":\"x\",\"child\":{\"value\":\"y\"}}", NULL},
};

static void texts_become_what_jira_wants(void **state)
{
    struct jsm_form form = form_of(CREATEMETA);
    (void)state;

    for (size_t i = 0; i < COUNT(WORDS); i++) {
        const struct words *w = &WORDS[i];
        const struct jsm_field *f = jsm_form_field(&form, str_of(w->field));
        struct str values[3];
        size_t count = 0;
        AUTO(drop_buf) struct buf b;
        struct json_out out;
        struct err err = {0};

        assert_non_null(f);
        while (count < COUNT(values) && w->values[count]) {
            values[count] = str_of(w->values[count]);
            count++;
        }
        buf_init(&b, 4096);
        json_begin(&out, &b);
        assert_int_equal(jsm_field_put(arena, &out, f, values, count, &err), w->json != NULL);
        assert_str(buf_str(&b), w->json ? w->json : "");
        assert_string_equal(err.what, w->why ? w->why : "");
    }
}

static void too_long_is_said_with_its_beginning(void **state)
{
    struct jsm_form form = form_of(CREATEMETA);
    struct buf b;
    struct err err = {0};
    (void)state;

    buf_init(&b, 65536);
    for (int i = 0; i < 32768; i++)
        buf_add_byte(&b, 'x');
    struct str all = buf_str(&b), line = str_n(all.p, 256);
    assert_false(jsm_field_check(arena, jsm_form_field(&form, STR("c1")), &line, 1, &err));
    assert_non_null(strstr(err.what, "xxx' ... is longer than 255 characters; shorten it"));
    line.len = 255;
    assert_true(jsm_field_check(arena, jsm_form_field(&form, STR("c1")), &line, 1, &err));
    assert_false(jsm_field_check(arena, jsm_form_field(&form, STR("c2")), &all, 1, &err));
    assert_non_null(strstr(err.what, "is longer than 32767 characters"));
    buf_done(&b);
}

static void a_create_screen_is_read(void **state)
{
    struct jsm_form form = form_of(CREATEMETA);
    (void)state;

    assert_int_equal(form.count, 27);
    assert_true(jsm_form_field(&form, STR("summary"))->required);
    assert_false(jsm_form_field(&form, STR("priority"))->required); /* Jira fills it in */
    assert_true(jsm_form_field(&form, STR("c4"))->required);
    assert_str(jsm_form_field(&form, STR("c4"))->name, "Start date");
    assert_null(jsm_form_field(&form, STR("c99")));
    assert_false(form.may_behalf);
}

static void the_form_of_a_request_type_is_read(void **state)
{
    struct jsm_form form =
        form_of("[{'canRaiseOnBehalfOf':true,'canAddRequestParticipants':true,'requestTypeFields':["
                "{'fieldId':'c1','name':'Gifts','required':true,'validValues':[{'value':'10000',"
                "'label':'Wine','children':[{'value':'10001','label':'Red','children':[]}]}],"
                "'jiraSchema':{'type':'string'," TYPES "radiobuttons'},'visible':true},"
                "{'fieldId':'c2','name':'x','required':true,'defaultValues':[{'value':'a'}],"
                "'validValues':[],'jiraSchema':{'type':'string'}},"
                "{'fieldId':'c3','name':'y','required':true,'presetValues':['z'],"
                "'jiraSchema':{'type':'string'}}]}]");
    (void)state;

    assert_true(form.may_behalf && form.may_participants);
    const struct jsm_field *f = &form.fields[0];
    assert_int_equal(f->kind, FIELD_OPTION);
    assert_int_equal(f->choice_count, 2);
    assert_str(f->choices[0].id, "10000");
    assert_str(f->choices[0].text, "Wine");
    assert_str(f->choices[1].parent, "10000");
    assert_true(f->required);
    assert_false(form.fields[1].required || form.fields[2].required);
    assert_int_equal(form.fields[1].choice_count, 0);
}

static void what_is_no_form_is_refused(void **state)
{
    static const char *const PAGES[] = {"[{}]", "[{'fields':{}}]", "[{'fields':[]},7]"};
    struct jsm_form form;
    struct err err;
    (void)state;

    for (size_t i = 0; i < COUNT(PAGES); i++)
        assert_false(jsm_form_read(arena, json_of(PAGES[i]), &form, &err));
    struct str many = STR("[{\"fields\":[{}");
    for (int i = 0; i < JSM_FORM_FIELDS_MAX; i++)
        many = arena_printf(arena, "%.*s,{}", STR_ARG(many));
    const struct json *v;
    assert_true(json_parse(arena, arena_printf(arena, "%.*s]}]", STR_ARG(many)), &v, &err));
    assert_false(jsm_form_read(arena, v, &form, &err));
    assert_string_equal(err.what, "a form of 513 fields");
}

static void one_person_with_exactly_that_address(void **state)
{
    const struct json *users =
        json_of("[{'accountId':'a','emailAddress':'Okafor@x.org','active':true},"
                "{'accountId':'b','emailAddress':'okafor@x.org.uk','active':true},"
                "{'accountId':'c','displayName':'okafor@x.org','active':true},"
                "{'accountId':'d','emailAddress':'okafor@x.org','active':false},"
                "{'emailAddress':'okafor@x.org'},"
                "{'accountId':'e','emailAddress':'two@x.org'},{'accountId':'f','emailAddress':'two@"
                "x.org'}]");
    size_t count;
    (void)state;

    assert_str(jsm_person_pick(users, STR("okafor@x.org"), &count), "a");
    assert_int_equal(count, 1);
    assert_int_equal(jsm_person_pick(users, STR("okafor"), &count).len, 0);
    assert_int_equal(count, 0);
    assert_int_equal(jsm_person_pick(users, STR("two@x.org"), &count).len, 0);
    assert_int_equal(count, 2);
}

static void one_active_user_of_that_name(void **state)
{
    (void)state;
    assert_str(
        jsm_person_named(json_of("{'name':'okafor','key':'k','active':true}"), STR("Okafor")),
        "okafor");
    assert_int_equal(
        jsm_person_named(json_of("{'name':'okafor','active':false}"), STR("okafor")).len, 0);
    assert_int_equal(jsm_person_named(json_of("{'name':'okafor2'}"), STR("okafor")).len, 0);
    assert_int_equal(jsm_person_named(NULL, STR("okafor")).len, 0);
}

JSM_UNIT_MAIN(cmocka_unit_test(texts_become_what_jira_wants),
              cmocka_unit_test(too_long_is_said_with_its_beginning),
              cmocka_unit_test(a_create_screen_is_read),
              cmocka_unit_test(the_form_of_a_request_type_is_read),
              cmocka_unit_test(what_is_no_form_is_refused),
              cmocka_unit_test(one_person_with_exactly_that_address),
              cmocka_unit_test(one_active_user_of_that_name))
