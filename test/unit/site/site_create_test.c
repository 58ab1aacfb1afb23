/* What a ticket contains, held against what Jira asks for. */
#include "site/site_create.h"

#include <string.h>

#include "unit.h"

enum { ROOM = 32 * 1024 * 1024 };

static struct arena *arena;

static const char MAPPING[] =
    "version: 1\n"
    "ticket: { project: IAM, create: request, marker: customfield_90, behalf: requester,"
    " participants: [beneficiary, boss@x.org] }\n"
    "requests:\n"
    "  - name: grant\n"
    "    request_type: \"30\"\n"
    "    change: grant\n"
    "    subject: { from: customfield_62, then: [email], on_missing: hold }\n"
    "    application: { from: customfield_50, then: [parent], lookup: { SAP: sap }, on_missing: "
    "hold }\n"
    "    entitlement: { from: customfield_50, then: [child], on_missing: hold }\n"
    "    privileged: { from: customfield_70, then: [bool], default: false }\n"
    "    justification: { from: customfield_71, then: [plain] }\n"
    "    ticket:\n"
    "      fields:\n"
    "        labels: [a, $kind]\n"
    "        customfield_72: $access_until\n"
    "        customfield_73: { complicated: [1] }\n"
    "        customfield_74: [$request, $$x]\n"
    "        customfield_75: 7\n";

static const struct wanted WANTED = {.kind = REQUEST_GRANT,
                                     .requester = STR("hr@x.org"),
                                     .beneficiary = STR("okafor@x.org"),
                                     .source = STR("sap"),
                                     .entitlement = STR("ledger"),
                                     .justification = STR("joins"),
                                     .request_id = STR("r-1")};

/* ' stands for " in forms. */
#define BEGIN "[{'canRaiseOnBehalfOf':true,'canAddRequestParticipants':true,'requestTypeFields':["
static const char FITS[] = BEGIN
    "{'fieldId':'summary','name':'Summary','jiraSchema':{'type':'string','system':'summary'}},"
    "{'fieldId':'labels','name':'Labels','jiraSchema':{'type':'array','items':'string'}},"
    "{'fieldId':'customfield_90','name':'Marker','jiraSchema':{'type':'string'}},"
    "{'fieldId':'customfield_62','name':'Who','jiraSchema':{'type':'user'}},"
    "{'fieldId':'customfield_50','name':'Place','jiraSchema':{'type':'option-with-child'},"
    "'validValues':[{'value':'1','label':'SAP','children':[{'value':'2','label':'ledger'}]}]},"
    "{'fieldId':'customfield_70','name':'Privileged','jiraSchema':{'type':'option'}},"
    "{'fieldId':'customfield_71','name':'Why','jiraSchema':{'type':'string','custom':'x:textarea'}}"
    ","
    "{'fieldId':'customfield_72','name':'End','jiraSchema':{'type':'date'}},"
    "{'fieldId':'customfield_73','name':'Odd','jiraSchema':{'type':'odd'}},"
    "{'fieldId':'customfield_74','name':'Words','jiraSchema':{'type':'array','items':'string'}},"
    "{'fieldId':'customfield_75','name':'Cost','jiraSchema':{'type':'number'}}]}]";

static int setup(void **state)
{
    (void)state;
    arena = arena_new(ROOM);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct mapping *load(const char *text)
{
    static struct diag_list diags;

    diag_init(&diags, "mapping.yaml");
    struct mapping *m = mapping_load(arena, "mapping.yaml", str_of(text), NULL, 0, &diags);
    if (!m)
        fail_msg("%s: %s", diags.items[0].code, diags.items[0].text);
    return m;
}

static const struct jsm_form *form_of(const char *pages)
{
    struct jsm_form *form = ARENA_NEW(arena, struct jsm_form);
    const struct json *v;
    struct err err = {0};
    struct str copy = arena_str(arena, str_of(pages));
    char *p = arena_alloc(arena, copy.len + 1);

    for (size_t i = 0; i < copy.len; i++)
        p[i] = copy.p[i] == '\'' ? '"' : copy.p[i];
    if (!json_parse(arena, str_n(p, copy.len), &v, &err) || !jsm_form_read(arena, v, form, &err))
        fail_msg("%s", err.what);
    return form;
}

static struct creation *begin(const char *mapping, const char *pages, const struct wanted *w)
{
    struct creation *c = ARENA_NEW(arena, struct creation);
    const struct mapping *m = load(mapping);

    creation_begin(c, arena, m, &m->rules[0], w);
    assert_true(creation_gather(c, pages ? form_of(pages) : NULL, STR("4")));
    return c;
}

static const struct json *sent(struct creation *c, const struct jsm_create *base)
{
    struct jsm_call call;
    const struct json *v;
    struct err err = {0};

    for (size_t i = 0; i < c->people_count; i++)
        c->people[i].account = arena_printf(arena, "id:%.*s", STR_ARG(c->people[i].word));
    if (!creation_call(c, arena, base, &call, &err))
        fail_msg("%s", err.what);
    assert_true(json_parse(arena, call.body, &v, &err));
    return v;
}

static const struct jsm_create BASE = {.summary = STR("s"),
                                       .description = STR("d"),
                                       .request_type = STR("30"),
                                       .request_type_field = STR("customfield_10010"),
                                       .marker = STR("gar-1")};

static void everything_is_written_as_jira_wants_it(void **state)
{
    (void)state;
    struct creation *c = begin(MAPPING, FITS, &WANTED);

    assert_str(creation_faults(c, arena, true), "");
    assert_int_equal(c->people_count, 3);
    const struct json *v = sent(c, &BASE);
    const struct json *f = json_member(v, "requestFieldValues");
    assert_str(json_path_str(v, "serviceDeskId"), "4");
    assert_str(json_path_str(v, "raiseOnBehalfOf"), "id:hr@x.org");
    assert_str(json_path_str(v, "requestParticipants/0"), "id:okafor@x.org");
    assert_str(json_path_str(v, "requestParticipants/1"), "id:boss@x.org");
    assert_str(json_path_str(f, "customfield_62/accountId"), "id:okafor@x.org");
    assert_str(json_path_str(f, "customfield_50/id"), "1");
    assert_str(json_path_str(f, "customfield_50/child/id"), "2");
    assert_str(json_path_str(f, "customfield_71/type"), "doc");
    assert_str(json_path_str(f, "labels/1"), "grant");
    assert_str(json_path_str(f, "customfield_90"), "gar-1");
    assert_str(json_path_str(f, "customfield_74/0"), "r-1");
    assert_str(json_path_str(f, "customfield_74/1"), "$x");
    assert_str(json_number_text(json_member(f, "customfield_75")), "7");
    assert_null(json_member(f, "customfield_72")); /* without an end there is no date */
    assert_null(json_member(f, "description"));    /* not on the form */
    assert_int_equal(json_count(json_path(f, "customfield_73/complicated")), 1); /* as it stands */

    struct wanted ends = WANTED;
    ends.access_until_ms = 1893456000000;
    c = begin(MAPPING, FITS, &ends);
    assert_str(json_path_str(sent(c, &BASE), "requestFieldValues/customfield_72"), "2030-01-01");
}

static void without_a_form_the_mapping_says_what_a_field_is(void **state)
{
    static const char BY_ISSUE[] =
        "version: 1\nrequests:\n  - name: r\n    request_type: \"30\"\n    change: grant\n"
        "    subject: { from: customfield_62, type: users, then: [email], on_missing: hold }\n"
        "    application: { const: sap }\n"
        "    entitlement: { from: customfield_52, lookup: { L: ledger }, on_missing: hold }\n"
        "    ticket: { fields: { customfield_75: 7, priority: { name: High } } }\n";
    (void)state;
    struct creation *c = begin(BY_ISSUE, NULL, &WANTED);

    assert_str(creation_faults(c, arena, true), "");
    const struct json *f = json_member(sent(c, &BASE), "fields");
    assert_str(json_path_str(f, "customfield_62/0/accountId"), "id:okafor@x.org");
    assert_str(json_path_str(f, "customfield_52/value"), "L");
    assert_str(json_number_text(json_member(f, "customfield_75")), "7");
    assert_str(json_path_str(f, "priority/name"), "High");
    assert_str(json_path_str(f, "labels/0"), "gar-1");
    assert_null(json_member(f, "reporter"));
}

static void assert_says(struct str faults, const char *words)
{
    if (!strstr(arena_cstr(arena, faults), words))
        fail_msg("'%s' does not stand in: %.*s", words, STR_ARG(faults));
}

static void what_can_be_written_and_not_read_binds_nothing(void **state)
{
#define RULE(entitlement)                                                               \
    "version: 1\nrequests:\n  - name: r\n    request_type: \"30\"\n    change: grant\n" \
    "    subject: { const: somebody }\n    application: { const: sap }\n"               \
    "    entitlement: { from: " entitlement ", on_missing: hold }\n"                    \
    "    ticket: { fields: { customfield_53: ITSM-12 } }\n"
    static const char FORM[] =
        "[{'values':[{'fieldId':'labels','name':'Labels','schema':{'type':'array','items':'string',"
        "'system':'labels'}},"
        "{'fieldId':'customfield_52','name':'Role','schema':{'custom':"
        "'com.riadalabs.jira.plugins.insight:rlabs-customfield-default-object'}},"
        "{'fieldId':'customfield_53','name':'Laptop','schema':{'custom':"
        "'com.riadalabs.jira.plugins.insight:rlabs-customfield-default-object'}}]}]";
    (void)state;
    struct creation *c = begin(RULE("customfield_52, then: [id]"), FORM, &WANTED);
    struct str faults = creation_faults(c, arena, true);

    assert_says(faults,
                "customfield_52 'Role' is an object of a Data Center's Assets, which can be "
                "written and not read");
    assert_null(strstr(arena_cstr(arena, faults), "customfield_53"));
    c = begin(RULE("customfield_54"), FORM, &WANTED);
    const struct json *f = json_member(sent(c, &BASE), "fields");
    assert_str(json_path_str(f, "customfield_53/0/key"), "ITSM-12");
}

static void all_faults_at_once_with_their_places(void **state)
{
    static const char ODD[] =
        "[{'requestTypeFields':["
        "{'fieldId':'customfield_62','name':'Who','jiraSchema':{'type':'string','custom':"
        "'x:textarea'}},"
        "{'fieldId':'customfield_50','name':'Place','jiraSchema':{'type':'option'},"
        "'validValues':[{'value':'1','label':'Workday'}]},"
        "{'fieldId':'customfield_70','name':'Privileged','jiraSchema':{'type':'user'}},"
        "{'fieldId':'customfield_71','name':'Why','jiraSchema':{'type':'option-with-child'}},"
        "{'fieldId':'customfield_75','name':'Cost','jiraSchema':{'type':'date'}},"
        "{'fieldId':'customfield_90','name':'Marker','jiraSchema':{'type':'number'}},"
        "{'fieldId':'summary','name':'Summary','required':true,'jiraSchema':{'type':'string'}},"
        "{'fieldId':'customfield_99','name':'Manager','required':true,'jiraSchema':{'type':"
        "'user'}}]}]";
    (void)state;
    struct creation *c = begin(MAPPING, ODD, &WANTED);
    struct str faults = creation_faults(c, arena, true);

    assert_says(faults, "ticket (mapping.yaml:2:1): customfield_90 'Marker', which is to carry our "
                        "marker, is no text field of one line");
    assert_says(faults, "Jira does not let our account raise 30 on behalf of others");
    assert_says(faults, "Jira does not let our account add participants to 30");
    assert_says(faults,
                "subject (mapping.yaml:7:14): customfield_62 'Who' is formatted text: begin "
                "with then: [plain]");
    assert_says(faults, "application (mapping.yaml:8:18): customfield_50 'Place': 'ledger' is one "
                        "value too many; write one");
    assert_says(faults, "privileged (mapping.yaml:10:17): customfield_70 'Privileged' is a person");
    assert_says(faults, "customfield_71 'Why' is a choice in two levels");
    assert_says(faults, "ticket (mapping.yaml:14:9): labels is not on the form of request type 30");
    assert_says(faults, "customfield_75 'Cost': '7' is not a date; write 2026-12-31");
    assert_says(faults,
                "rule grant (mapping.yaml:4:5): customfield_99 'Manager' is required by the "
                "form of request type 30; bind it, or set it under ticket: fields");
    assert_null(strstr(arena_cstr(arena, faults), "Summary"));

    /* without a wish: what the lookup can make, and what never varies */
    faults = creation_faults(c, arena, false);
    assert_says(faults, "customfield_50 'Place': 'SAP' is not offered; write one of: Workday");
    assert_says(faults, "customfield_75 'Cost': '7' is not a date");
    assert_null(strstr(arena_cstr(arena, faults), "ledger"));
}

static void a_reporter_must_be_ours_to_set(void **state)
{
    static const char BY_ISSUE[] =
        "version: 1\nticket: { project: IAM, behalf: beneficiary }\nrequests:\n  - name: r\n"
        "    request_type: \"30\"\n    change: grant\n    subject: { from: customfield_62, "
        "on_missing: hold }\n    application: { const: sap }\n    entitlement: { const: ledger }\n";
    static const char SCREEN[] =
        "[{'fields':[{'fieldId':'customfield_62','name':'Who','schema':{'type':'string'}}]}]";
    (void)state;
    struct creation *c = begin(BY_ISSUE, SCREEN, &WANTED);

    assert_says(creation_faults(c, arena, true),
                "ticket (mapping.yaml:2:1): reporter is not on the create screen");
    assert_says(creation_faults(c, arena, true), "labels, which is to carry our marker");
    assert_str(json_path_str(sent(c, &BASE), "fields/reporter/accountId"), "id:okafor@x.org");
}

static void who_is_written_is_who_is_read(void **state)
{
    static const struct {
        const char *step, *word, *account, *why;
    } CASES[] = {
        {"email", "okafor@x.org", "712020:1", NULL},
        {"account", "712020:1", "712020:1", NULL},
        {"email", "okafor", "712020:1",
         "subject (mapping.yaml:6:14): customfield_62 is read as an e-mail address, and 'okafor' "
         "is "
         "none: begin with then: [account], or name people so"},
        {"account", "okafor@x.org", "712020:1",
         "subject (mapping.yaml:6:14): customfield_62 is read as an account id, and 'okafor@x.org' "
         "is none: begin with then: [email], or name people so"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct str text = arena_printf(
            arena,
            "version: 1\nrequests:\n  - name: r\n    request_type: \"30\"\n    change: grant\n"
            "    subject: { from: customfield_62, type: user, then: [%s], on_missing: hold }\n"
            "    application: { const: sap }\n    entitlement: { const: ledger }\n",
            CASES[i].step);
        struct wanted w = WANTED;
        w.beneficiary = str_of(CASES[i].word);
        struct creation *c = begin(text.p, NULL, &w);
        struct jsm_call call;
        struct err err = {0};
        c->people[0].account = str_of(CASES[i].account);
        assert_int_equal(creation_call(c, arena, &BASE, &call, &err), CASES[i].why == NULL);
        assert_string_equal(err.what, CASES[i].why ? CASES[i].why : "");
    }
}

static void organisations_go_by_number_or_name(void **state)
{
    static const struct {
        const char *step, *word;
        size_t asked;
        const char *why;
    } CASES[] = {
        {"id", "7", 0, NULL},
        {"trim", "ACME", 1, NULL},
        {"id", "ACME", 1,
         "subject (mapping.yaml:6:14): customfield_62 is read by its number, and 'ACME' is none: "
         "take then: [id] out, or write numbers"},
        {"trim", "7", 0,
         "subject (mapping.yaml:6:14): customfield_62 is read by its name, and '7' is none: begin "
         "with then: [id], or write names"},
    };
    static const char FORM[] =
        BEGIN "{'fieldId':'customfield_62','name':'Orgs','jiraSchema':{'type':'array','items':"
              "'sd-customerorganization','custom':'x:sd-customer-organizations'}}]}]";
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct str text = arena_printf(
            arena,
            "version: 1\nrequests:\n  - name: r\n    request_type: \"30\"\n    change: grant\n"
            "    subject: { from: customfield_62, type: organisations, then: [%s], on_missing: "
            "hold "
            "}\n    application: { const: sap }\n    entitlement: { const: ledger }\n",
            CASES[i].step);
        struct wanted w = WANTED;
        w.beneficiary = str_of(CASES[i].word);
        struct creation *c = begin(text.p, FORM, &w);
        struct jsm_call call;
        struct err err = {0};
        assert_int_equal(c->people_count, CASES[i].asked);
        if (CASES[i].asked) {
            assert_str(creation_unknown(c, arena, &c->people[0], "none is called so"),
                       "subject (mapping.yaml:6:14): customfield_62: none is called so");
            c->people[0].account = STR("12");
        }
        assert_int_equal(creation_call(c, arena, &BASE, &call, &err), CASES[i].why == NULL);
        assert_string_equal(err.what, CASES[i].why ? CASES[i].why : "");
        if (!CASES[i].why)
            assert_non_null(strstr(call.body.p, CASES[i].asked ? "[12]" : "[7]"));
    }
}

static void too_many_people_are_too_many(void **state)
{
    struct creation *c = ARENA_NEW(arena, struct creation);
    struct buf b;
    (void)state;

    buf_init(&b, 65536);
    buf_add_c(&b, MAPPING);
    for (int field = 0; field < 2; field++) {
        buf_printf(&b, "        customfield_8%d: [", field);
        for (int i = 0; i < 16; i++)
            buf_printf(&b, "%sp%d-%d", i ? ", " : "", field, i);
        buf_add_c(&b, "]\n");
    }
    const struct mapping *m = load(arena_str(arena, buf_str(&b)).p);
    buf_done(&b);
    creation_begin(c, arena, m, &m->rules[0], &WANTED);
    static const char PEOPLE[] =
        BEGIN "{'fieldId':'customfield_80','jiraSchema':{'type':'array','items':'user'}},"
              "{'fieldId':'customfield_81','jiraSchema':{'type':'array','items':'user'}}]}]";
    assert_false(creation_gather(c, form_of(PEOPLE), STR("4")));
    assert_int_equal(c->people_count, CREATION_PEOPLE_MAX);
}

/* --- answers of the form that is attached --- */

static const char OF_FORM[] =
    "version: 1\n"
    "ticket: { project: IAM, create: request, marker: labels }\n"
    "requests:\n"
    "  - name: grant\n"
    "    request_type: \"30\"\n"
    "    change: grant\n"
    "    form: aa-1\n"
    "    subject: { from: form.3, then: [account], on_missing: hold }\n"
    "    application: { from: form.1, lookup: { SAP: sap }, on_missing: hold }\n"
    "    entitlement: { from: form.2, on_missing: hold }\n"
    "    justification: { from: customfield_71 }\n"
    "    ticket: { fields: { form.4: $kind } }\n";
#define DESK_FIELDS                                                                            \
    "[{'requestTypeFields':[{'fieldId':'labels','name':'Labels','jiraSchema':{'type':'array'," \
    "'items':'string'}}]}"
#define ATTACHED(id)                                                                   \
    ",{'id':'" id "','design':{'questions':{"                                          \
    "'1':{'type':'cd','label':'System','validation':{'rq':true},'choices':[{'id':'7'," \
    "'label':'SAP'}]},'2':{'type':'ts','label':'Role','validation':{'rq':true}},"      \
    "'3':{'type':'us','label':'Person','validation':{}},"                              \
    "'4':{'type':'ts','label':'Kind','validation':{'rq':true}},"                       \
    "'5':{'type':'ts','label':'Why','validation':{},'jiraField':'customfield_71'}}}}"

static struct wanted of_account(void)
{
    struct wanted w = WANTED;

    w.beneficiary = STR("712020:5b1");
    return w;
}

static void answers_go_into_the_form(void **state)
{
    struct wanted w = of_account();
    struct jsm_call call;
    struct err err = {0};
    (void)state;

    struct creation *c = begin(OF_FORM, DESK_FIELDS ATTACHED("aa-1") "]", &w);
    assert_str(creation_faults(c, arena, true), "");
    c->people[0].account = w.beneficiary;
    if (!creation_call(c, arena, &BASE, &call, &err))
        fail_msg("%s", err.what);
    const char *at = strstr(call.body.p, "\"form\":");
    static const char SENT[] =
        "\"form\":{\"answers\":{\"3\":{\"users\":[\"712020:5b1\"]},\"1\":{\"choices\":[\"7\"]},"
        "\"2\":{\"text\":\"ledger\"},\"5\":{\"text\":\"joins\"},\"4\":{\"text\":\"grant\"}}}";
    assert_non_null(at);
    if (strncmp(at, SENT, sizeof SENT - 1) != 0)
        fail_msg("%s", at);
    assert_null(strstr(call.body.p, "customfield_71"));
}

static void another_form_is_not_answered(void **state)
{
    struct wanted w = of_account();
    struct jsm_call call;
    struct err err = {0};
    (void)state;

    struct creation *c = begin(OF_FORM, DESK_FIELDS ATTACHED("bb-2") "]", &w);
    assert_str(creation_faults(c, arena, true),
               "form (mapping.yaml:4:5): another form is attached to request type 30: write form: "
               "bb-2, and bind its questions");
    c = begin(OF_FORM, DESK_FIELDS ",null]", &w);
    assert_true(
        str_starts(creation_faults(c, arena, true),
                   STR("form (mapping.yaml:4:5): no form is attached to request type 30: attach")));
    c = begin(OF_FORM, DESK_FIELDS "]", &w); /* nobody told which */
    c->people[0].account = w.beneficiary;
    assert_false(creation_call(c, arena, &BASE, &call, &err));
    assert_non_null(strstr(err.what, "does not tell us the form of request type 30"));
}

static void by_issue_there_is_no_form(void **state)
{
    char by_issue[sizeof OF_FORM];
    struct wanted w = of_account();
    (void)state;

    memcpy(by_issue, OF_FORM, sizeof by_issue);
    memcpy(strstr(by_issue, "create: request"), "create: issue  ", 15);
    struct creation *c = begin(by_issue, DESK_FIELDS "]", &w);
    assert_non_null(strstr(creation_faults(c, arena, true).p,
                           "form.3 is a question of a form, which tickets have that are made as "
                           "the portal does it; write ticket: { create: request }"));
}

static void a_person_of_a_form_has_no_address(void **state)
{
    char by_address[sizeof OF_FORM];
    (void)state;

    memcpy(by_address, OF_FORM, sizeof by_address);
    memcpy(strstr(by_address, "[account]"), "[email]  ", 9);
    struct creation *c = begin(by_address, DESK_FIELDS ATTACHED("aa-1") "]", &WANTED);
    assert_non_null(strstr(creation_faults(c, arena, true).p, "begin with then: [account]"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
UNIT_MAIN(TEST(everything_is_written_as_jira_wants_it),
          TEST(without_a_form_the_mapping_says_what_a_field_is),
          TEST(what_can_be_written_and_not_read_binds_nothing),
          TEST(all_faults_at_once_with_their_places), TEST(a_reporter_must_be_ours_to_set),
          TEST(who_is_written_is_who_is_read), TEST(organisations_go_by_number_or_name),
          TEST(too_many_people_are_too_many), TEST(answers_go_into_the_form),
          TEST(another_form_is_not_answered), TEST(by_issue_there_is_no_form),
          TEST(a_person_of_a_form_has_no_address))
