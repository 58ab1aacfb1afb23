/* Forms attached to request types, as fields. Shapes follow Atlassian's Forms REST API. */
#include "jsm/jsm_answers.h"

#include "jsm_unit.h"

#define PARAGRAPH                                                                         \
    "{'type':'doc','version':1,'content':[{'type':'paragraph','content':[{'type':'text'," \
    "'text':'joins'}]}]}"
#define QUESTIONS                                                                             \
    "{'1':{'type':'cd','label':'System','validation':{'rq':true},"                            \
    "'choices':[{'id':'1','label':'SAP FIN'},{'id':'2','label':'Workday'}]},"                 \
    "'2':{'type':'ts','label':'Role','validation':{'rq':true}},"                              \
    "'3':{'type':'us','label':'Person','validation':{}},"                                     \
    "'4':{'type':'cs','label':'Level','validation':{},'jiraField':'customfield_70'},"         \
    "'5':{'type':'cc','label':'Place','validation':{},'choices':[{'id':'1','label':'Europe'," \
    "'children':[{'id':'4','label':'Berlin'}]}]},"                                            \
    "'6':{'type':'dt','label':'From','validation':{}},'7':{'type':'da','label':'Until',"      \
    "'validation':{}},'8':{'type':'rt','label':'Why','validation':{'rq':true},"               \
    "'defaultAnswer':{'adf':{}}},'9':{'type':'at','label':'Files','validation':{}},"          \
    "'10':{'type':'cm','label':'Sites','validation':{},'choices':[{'id':'7','label':'A'},"    \
    "{'id':'8','label':'B'}]},'11':{'type':'ob','label':'Laptop','validation':{}},"           \
    "'12':{'type':'no','label':'Days','validation':{}},'x':{'type':'ts','label':'no number'," \
    "'validation':{}},'13':{'type':'um','label':'Team','validation':{}},"                     \
    "'14':{'type':'ts','label':'Note','validation':{},'jiraField':'summary'}}"
#define PAGE "{'id':'aa-1','updated':'2026-11-22T08:00:00Z','design':{'questions':" QUESTIONS "}}"
#define DESK_PAGE                                                                                  \
    "{'requestTypeFields':[{'fieldId':'summary','name':'Summary','jiraSchema':{'type':'string'}}]" \
    "}"

static struct jsm_form form_of(const char *pages)
{
    struct jsm_form form;
    struct err err = {0};

    if (!jsm_form_read(arena, json_of(pages), &form, &err))
        fail_msg("%s", err.what);
    return form;
}

static void calls_are_those_of_the_forms_api(void **state)
{
    struct str cloud = STR("13-ab"), odd = STR("1/../2");
    (void)state;

    struct jsm_call c = jsm_call_type_form(arena, cloud, STR("4"), STR("30"));
    assert_true(str_eq_c(c.path, "/jira/forms/cloud/13-ab/servicedesk/4/requesttype/30/form"));
    c = jsm_call_forms(arena, cloud, STR("10001"));
    assert_true(str_eq_c(c.path, "/jira/forms/cloud/13-ab/issue/10001/form"));
    assert_true(jsm_route_is_of_forms(c.route) && jsm_route_is_aside(c.route));
    c = jsm_call_form(arena, cloud, STR("10001"), STR("b-2"));
    assert_true(str_eq_c(c.path, "/jira/forms/cloud/13-ab/issue/10001/form/b-2"));
    assert_int_equal(jsm_call_form(arena, cloud, STR("10001"), odd).path.len, 0);
    assert_int_equal(jsm_call_form(arena, cloud, STR("IAM-1"), STR("b")).path.len, 0);
    assert_int_equal(jsm_call_forms(arena, STR(""), STR("1")).path.len, 0);
    assert_int_equal(jsm_call_type_form(arena, cloud, STR("4"), odd).path.len, 0);
}

static void questions_are_fields_of_the_form(void **state)
{
    struct jsm_form form = form_of("[" DESK_PAGE "," PAGE "]");
    static const struct {
        const char *id, *name;
        enum field_kind kind;
        bool required;
        size_t choices;
    } WANTED[] = {{"form.1", "System", FIELD_OPTION, true, 2},
                  {"form.2", "Role", FIELD_TEXT, true, 0},
                  {"form.3", "Person", FIELD_USER, false, 0},
                  {"customfield_70", "Level", FIELD_OPTION, false, 0},
                  {"form.5", "Place", FIELD_CASCADE, false, 2},
                  {"form.6", "From", FIELD_TEXT, false, 0},
                  {"form.7", "Until", FIELD_DATE, false, 0},
                  {"form.8", "Why", FIELD_RICH, false, 0},
                  {"form.10", "Sites", FIELD_OPTIONS, false, 2},
                  {"form.11", "Laptop", FIELD_ASSETS, false, 0},
                  {"form.12", "Days", FIELD_NUMBER, false, 0},
                  {"form.13", "Team", FIELD_USERS, false, 0}};
    (void)state;

    assert_true(form.template_known && str_eq_c(form.template, "aa-1"));
    for (size_t i = 0; i < sizeof WANTED / sizeof WANTED[0]; i++) {
        const struct jsm_field *f = jsm_form_field(&form, str_of(WANTED[i].id));
        if (!f || !str_eq_c(f->name, WANTED[i].name) || f->kind != WANTED[i].kind ||
            f->required != WANTED[i].required || f->choice_count != WANTED[i].choices ||
            !f->writable)
            fail_msg("%s", WANTED[i].id);
    }
    assert_false(jsm_form_field(&form, STR("form.9"))->writable);
    assert_null(jsm_form_field(&form, STR("form.x")));
    /* what the desk asks for itself is asked once */
    assert_int_equal(jsm_form_field(&form, STR("summary"))->question.len, 0);
    assert_int_equal(form.count, 14);
}

static void a_type_without_a_form_is_known_to_have_none(void **state)
{
    struct jsm_form none = form_of("[" DESK_PAGE ",null]"), unknown = form_of("[" DESK_PAGE "]");
    (void)state;

    assert_true(none.template_known && !none.template.len && none.count == 1);
    assert_false(unknown.template_known);
}

static void only_the_submitted_copy_of_the_one_form_counts(void **state)
{
#define ENTRY(id, from, submitted, lock)                                                     \
    "{'id':'" id "','formTemplate':{'id':'" from "'},'submitted':" submitted ",'lock':" lock \
    ",'internal':false,'name':'x','updated':'2026-11-22T08:00:00Z'}"
    static const struct {
        const char *forms;
        enum jsm_answered answered;
        const char *name, *id;
    } CASES[] = {
        {"[]", ANSWERED_NONE, "none", ""},
        {"[" ENTRY("f1", "other", "true", "false") "]", ANSWERED_NONE, "none", ""},
        {"[" ENTRY("f1", "aa-1", "false", "false") "]", ANSWERED_OPEN, "open", ""},
        {"[" ENTRY("f1", "aa-1", "true", "false") "]", ANSWERED, NULL, "f1"},
        {"[" ENTRY("f1", "aa-1", "false", "true") "]", ANSWERED, NULL, "f1"},
        {"[" ENTRY("f0", "other", "true", "false") "," ENTRY("f1", "aa-1", "true", "false") "]",
         ANSWERED, NULL, "f1"},
        {"[" ENTRY("f1", "aa-1", "true", "false") "," ENTRY("f2", "aa-1", "false", "false") "]",
         ANSWERED, NULL, "f1"},
        {"[" ENTRY("f1", "aa-1", "true", "false") "," ENTRY("f2", "aa-1", "true", "false") "]",
         ANSWERED_TWICE, "twice", NULL},
        {"{'errors':[]}", ANSWERED_NONE, "none", ""},
    };
    (void)state;

    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct str id = STR("");
        enum jsm_answered got = jsm_forms_pick(json_of(CASES[i].forms), STR("aa-1"), &id);
        if (got != CASES[i].answered || (CASES[i].id && !str_eq_c(id, CASES[i].id)))
            fail_msg("case %zu", i);
        const char *name = jsm_answered_name(got);
        assert_true(CASES[i].name ? str_eq_c(str_of(name), CASES[i].name) : !name);
    }
}

static struct str answers(const char *given, int64_t *ret_updated)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    struct str form =
        arena_printf(arena,
                     "{'id':'f1','updated':'2026-11-22T08:00:01Z','design':{"
                     "'questions':" QUESTIONS "},'state':{'status':'s','answers':%s}}",
                     given);

    buf_init(&b, 64 * 1024);
    json_begin(&out, &b);
    json_open_object(&out);
    jsm_answers_put(arena, json_of(form.p), &out, ret_updated);
    json_close_object(&out);
    return arena_str(arena, buf_str(&b));
}

static void answers_look_like_fields_of_their_kind(void **state)
{
    static const struct {
        const char *given, *field, *wanted;
    } CASES[] = {
        {"{'1':{'choices':['1'],'text':''}}", "form.1", "[{\"id\":\"1\",\"value\":\"SAP FIN\"}]"},
        {"{'1':{'choices':['9']}}", "form.1", "[{\"id\":\"9\"}]"},
        {"{'1':{'choices':[]}}", "form.1", "[]"},
        {"{'2':{'text':'fin-ledger'}}", "form.2", "\"fin-ledger\""},
        {"{'3':{'users':[{'id':'5b1','name':'A. Okafor'}]}}", "form.3",
         "[{\"accountId\":\"5b1\",\"displayName\":\"A. Okafor\"}]"},
        {"{'3':{'users':['5b1']}}", "form.3", "[{\"accountId\":\"5b1\",\"displayName\":\"\"}]"},
        {"{'4':{'choices':['1']}}", "customfield_70", NULL}, /* the field itself says it */
        {"{'4':{'choices':['1']}}", "form.4", NULL},
        {"{'5':{'choices':['1','4']}}", "form.5",
         "{\"id\":\"1\",\"value\":\"Europe\",\"child\":{\"id\":\"4\",\"value\":\"Berlin\"}}"},
        {"{'5':{'choices':['1']}}", "form.5", "{\"id\":\"1\",\"value\":\"Europe\"}"},
        {"{'5':{'choices':[]}}", "form.5", "\"\""},
        {"{'6':{'date':'2026-01-31','time':'14:30:00'}}", "form.6", "\"2026-01-31T14:30:00\""},
        {"{'6':{'time':'14:30:00'}}", "form.6", "\"14:30:00\""},
        {"{'7':{'date':'2026-01-31'}}", "form.7", "\"2026-01-31\""},
        {"{'8':{'adf':" PARAGRAPH "}}", "form.8",
         "{\"content\":[{\"content\":[{\"text\":\"joins\",\"type\":\"text\"}],\"type\":"
         "\"paragraph\"}],\"type\":\"doc\",\"version\":1}"},
        {"{'9':{'files':[{'id':'1','name':'x'}]}}", "form.9", NULL},
        {"{'10':{'choices':['7','8']}}", "form.10",
         "[{\"id\":\"7\",\"value\":\"A\"},{\"id\":\"8\",\"value\":\"B\"}]"},
        {"{'11':{'choices':['w:12']}}", "form.11", "[{\"id\":\"w:12\"}]"},
        {"{'12':{'text':'42'}}", "form.12", "\"42\""},
        {"{'99':{'text':'of no question'}}", "form.99", NULL},
        {"{'x':{'text':'of no number'}}", "form.x", NULL},
    };
    (void)state;

    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        int64_t updated = 0;
        struct str text = answers(CASES[i].given, &updated);
        AUTO(drop_buf) struct buf b;
        struct json_out out;
        const struct json *v = json_member(json_of(text.p), CASES[i].field);
        assert_int_equal(updated % 60000, 1000);
        buf_init(&b, 4096);
        json_begin(&out, &b);
        if (v)
            json_put_value(&out, v);
        const struct json *wanted = CASES[i].wanted ? json_of(CASES[i].wanted) : NULL;
        AUTO(drop_buf) struct buf w;
        buf_init(&w, 4096);
        json_begin(&out, &w);
        if (wanted)
            json_put_value(&out, wanted);
        if (!str_eq(buf_str(&b), buf_str(&w)))
            fail_msg("%s: %s is %.*s", CASES[i].given, CASES[i].field, STR_ARG(buf_str(&b)));
    }
}

static void an_answer_is_written_by_numbers(void **state)
{
    struct jsm_form form = form_of("[" DESK_PAGE "," PAGE "]");
    static const struct {
        const char *id;
        struct str values[2];
        const char *wanted; /* NULL: refused */
    } CASES[] = {
        {"form.1", {STR("Workday")}, "{\"choices\":[\"2\"]}"},
        {"form.1", {STR("Oracle")}, NULL},
        {"form.2", {STR("fin-ledger")}, "{\"text\":\"fin-ledger\"}"},
        {"form.2", {STR("two\nlines")}, NULL},
        {"form.3", {STR("5b1")}, "{\"users\":[\"5b1\"]}"},
        {"customfield_70", {STR("high")}, NULL}, /* its options are not told */
        {"form.5", {STR("Europe"), STR("Berlin")}, "{\"choices\":[\"1\",\"4\"]}"},
        {"form.5", {STR("Europe"), STR("Paris")}, NULL},
        {"form.7", {STR("2026-12-31T10:00:00Z")}, "{\"date\":\"2026-12-31\"}"},
        {"form.7", {STR("soon")}, NULL},
        {"form.9", {STR("x")}, NULL},
        {"form.10", {STR("A"), STR("B")}, "{\"choices\":[\"7\",\"8\"]}"},
        {"form.11", {STR("w:12")}, "{\"choices\":[\"w:12\"]}"},
        {"form.12", {STR("42")}, "{\"text\":\"42\"}"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        AUTO(drop_buf) struct buf b;
        struct json_out out;
        struct err err = {0};
        size_t count = CASES[i].values[1].len ? 2 : 1;
        buf_init(&b, 4096);
        json_begin(&out, &b);
        bool put = jsm_answer_put(arena, &out, jsm_form_field(&form, str_of(CASES[i].id)),
                                  CASES[i].values, count, &err);
        if (put != (CASES[i].wanted != NULL) || (put && !str_eq_c(buf_str(&b), CASES[i].wanted)) ||
            (!put && !err.what[0]))
            fail_msg("%s: %.*s %s", CASES[i].id, STR_ARG(buf_str(&b)), err.what);
    }
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    struct str why = STR("joins");
    struct err err;
    buf_init(&b, 4096);
    json_begin(&out, &b);
    assert_true(jsm_answer_put(arena, &out, jsm_form_field(&form, STR("form.8")), &why, 1, &err));
    assert_true(str_starts(buf_str(&b), STR("{\"adf\":{")));
}

JSM_UNIT_MAIN(cmocka_unit_test(calls_are_those_of_the_forms_api),
              cmocka_unit_test(questions_are_fields_of_the_form),
              cmocka_unit_test(a_type_without_a_form_is_known_to_have_none),
              cmocka_unit_test(only_the_submitted_copy_of_the_one_form_counts),
              cmocka_unit_test(answers_look_like_fields_of_their_kind),
              cmocka_unit_test(an_answer_is_written_by_numbers))
