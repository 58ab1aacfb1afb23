#include <stdio.h>
#include <string.h>

#include "mapping/mapping.h"
#include "unit.h"

enum { ROOM = 32 * 1024 * 1024 };

static struct diag_list diags;

static struct mapping *load(struct arena *a, const char *text)
{
    static const struct str SOURCES[] = {{"sap-fin", 7}, {"directory", 9}};
    diag_init(&diags, "mapping.yaml");
    return mapping_load(a, "mapping.yaml", str_of(text), SOURCES, COUNT(SOURCES), &diags);
}

static void list_faults(char *text, size_t size)
{
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < diags.count && len < size; i++) {
        const struct diag *d = &diags.items[i];
        len += (size_t)snprintf(text + len, size - len, "%s%s@%d:%d", i ? " " : "", d->code,
                                d->pos.line, d->pos.column);
    }
}

#define HEAD "version: 1\nservice_desk: IAM\n"
#define NAMED "  - name: r\n    request_type: \"30\"\n    change: grant\n"
#define SUBJECT "    subject: { from: customfield_1, on_missing: hold }\n"
#define APPLICATION \
    "    application: { from: customfield_2, lookup: { SAP: sap-fin }, on_missing: hold }\n"
#define ENTITLEMENT "    entitlement: { from: customfield_3, on_missing: hold }\n"
#define RULE "requests:\n" NAMED SUBJECT APPLICATION ENTITLEMENT
#define REMOVAL                                                                                   \
    "requests:\n  - name: r\n    request_type: \"30\"\n    change: removal\n" SUBJECT APPLICATION \
        ENTITLEMENT

static void a_rule_becomes_plain_data(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    struct mapping *m =
        load(a, HEAD
             "fields: { access_check: customfield_80 }\nstatuses: { "
             "Verifying access: verify, "
             "Declined: declined }\n"
             "requests:\n"
             "  - name: remove\n    request_type: 31\n    mode: warn\n    change: removal\n"
             "    subject: { from: customfield_1, label: Person, then: [email, lower], on_missing: "
             "exception }\n"
             "    application: { const: sap-fin }\n"
             "    entitlement: { from: customfield_3, then: [trim], on_missing: fail }\n"
             "    privileged: { from: customfield_4, lookup: { High: \"true\", Low: \"false\" }, "
             "default: \"true\" }\n"
             "    expect: { absent: entitlement }\n"
             "    sla: { goal: 8h, privileged_goal: 90m, calendar: 24x7, escalate: [75%, 100%] }\n"
             "    ticket: { fields: { customfield_9: { value: x }, priority: { name: High } } }\n");
    assert_non_null(m);
    assert_str(m->project, "IAM");
    assert_str(m->issue_type, "Service Request");
    assert_str(m->request_type_field, "customfield_10010");
    assert_str(m->check_field, "customfield_80");
    assert_str(m->reason_field, "");
    assert_int_equal(m->status_count, 2);
    assert_int_equal(m->statuses[0].role, STATUS_VERIFY);
    assert_int_equal(strlen(m->sha256), 64);
    const struct mapping_rule *r = &m->rules[0];
    assert_int_equal(r->mode, GATE_WARN);
    assert_int_equal(r->change, REQUEST_REMOVAL);
    assert_int_equal(r->expect, DESIRED_ABSENT);
    assert_false(r->approval_needed);
    assert_int_equal(r->sla_goal_ms, 8 * 3600000);
    assert_int_equal(r->sla_privileged_ms, 90 * 60000);
    assert_int_equal(r->subject.step_count, 2);
    assert_int_equal(r->subject.steps[1], STEP_LOWER);
    assert_int_equal(r->subject.on_missing, MISSING_EXCEPTION);
    assert_int_equal(r->entitlement.on_missing, MISSING_FAIL);
    assert_str(r->application.constant, "sap-fin");
    assert_int_equal(r->privileged.type, FIELD_OPTION);
    assert_true(r->privileged.has_fallback);
    assert_false(r->account.present);
    assert_int_equal(r->static_count, 2);
    assert_int_equal(r->pos.line, 6);
}

static void types_of_fields_are_guessed_or_told(void **state)
{
    static const struct {
        const char *binding;
        enum field_kind type;
    } CASES[] = {
        {"{ from: customfield_3, on_missing: hold }", FIELD_TEXT},
        {"{ from: customfield_3, lookup: { A: a }, on_missing: hold }", FIELD_OPTION},
        {"{ from: customfield_3, then: [account], on_missing: hold }", FIELD_USER},
        {"{ from: customfield_3, then: [email], on_missing: hold }", FIELD_TEXT},
        {"{ from: customfield_3, type: user, then: [email], on_missing: hold }", FIELD_USER},
        {"{ from: customfield_3, type: option, on_missing: hold }", FIELD_OPTION},
        {"{ from: customfield_3, type: organisations, then: [id], on_missing: hold }",
         FIELD_ORGANISATIONS},
        {"{ from: customfield_3, then: [plain], on_missing: hold }", FIELD_RICH},
        {"{ from: customfield_3, then: [child, trim], on_missing: hold }", FIELD_CASCADE},
        {"{ from: customfield_3, then: [parent], lookup: { A: a }, on_missing: hold }",
         FIELD_CASCADE},
        {"{ from: customfield_3, type: text, lookup: { A: a }, on_missing: hold }", FIELD_TEXT},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        AUTO(drop_arena) struct arena *a = arena_new(ROOM);
        struct str text =
            arena_printf(a, HEAD "requests:\n" NAMED SUBJECT APPLICATION "    entitlement: %s\n",
                         CASES[i].binding);
        struct mapping *m = load(a, text.p);
        assert_non_null(m);
        assert_int_equal(m->rules[0].entitlement.type, CASES[i].type);
    }
}

static const struct {
    const char *text, *faults;
} FAULTY[] = {
    {HEAD RULE, ""},
    {"- 1\n", "M024@1:1"},
    {"requests: []\n", "M028@1:1 M029@1:11"},
    {"version: 2\n" RULE, "M028@1:10"},
    {HEAD, "M029@1:1"},
    {HEAD "requests: { a: b }\n", "M029@3:11"},
    {HEAD "request:\n" RULE, "M021@3:1"},
    {HEAD "service_desk_id: 4\n" RULE, "M021@3:1"},
    {HEAD "ticket: IAM\n" RULE, "M024@3:9"},
    {HEAD "ticket: { projekt: IAM }\n" RULE, "M021@3:11"},
    {HEAD "fields: { access_check: \"Access check\" }\n" RULE, "M047@3:25"},
    {HEAD "exception: { asked: customfield_1, until: customfield_2, decision: customfield_3, "
          "approvers: [a] }\n" RULE,
     ""},
    {HEAD
     "exception: { asked: customfield_1, until: customfield_2, decision: customfield_3 }\n" RULE,
     "M055@3:12"},
    {HEAD
     "exception: { asked: Reason, until: customfield_2, decision: customfield_3, approvers: [a], "
     "who: x }\n" RULE,
     "M021@3:92"},
    {HEAD "exception: { asked: customfield_1, until: customfield_2, decision: customfield_3, "
          "approvers: [a, b, c, d, e, f, g, h, i] }\n" RULE,
     "M023@3:119"},
    {HEAD "statuses: [Done]\n" RULE, "M024@3:11"},
    {HEAD "statuses: { Done: closed }\n" RULE, "M027@3:19"},
    {HEAD "tests: { a: b }\n" RULE, "M024@3:8"},
    {HEAD "requests:\n  - hello\n", "M024@4:5"},
    {HEAD "requests:\n  - name:\n    request_type: 30\n    change: grant\n" SUBJECT APPLICATION
         ENTITLEMENT,
     "M020@4:5 M025@4:5"},
    {HEAD "requests:\n" NAMED SUBJECT APPLICATION ENTITLEMENT NAMED SUBJECT APPLICATION ENTITLEMENT,
     "M026@11:19"},
    {HEAD RULE "    mode: strict\n", "M037@10:11"},
    {HEAD "requests:\n  - name: r\n    request_type: \"30\"\n" SUBJECT APPLICATION ENTITLEMENT,
     "M038@4:5"},
    {HEAD "requests:\n  - name: r\n    request_type: \"30\"\n    change: give\n" SUBJECT APPLICATION
         ENTITLEMENT,
     "M038@6:13"},
    {HEAD RULE "    expect: { absent: entitlement }\n", "M039@10:15"},
    {HEAD RULE "    expect: { present: subject }\n", "M042@10:13"},
    {HEAD RULE "    expect: { present: entitlement, absent: entitlement }\n", "M042@10:13"},
    {HEAD RULE "    expect: present\n", "M024@10:13"},
    {HEAD RULE "    approval: { from: jsm.approvals, at_least: 2 }\n", "M043@10:15"},
    {HEAD RULE "    approval: { from: somebody }\n", "M043@10:15"},
    {HEAD REMOVAL "    approval: { from: jsm.approvals }\n", "M097@10:15"},
    {HEAD "templates: { t: { approval: { within: 3d } } }\n" REMOVAL "    template: t\n",
     "M097@11:15"},
    {HEAD RULE "    approval: { from: jsm.approvals, not: [agent] }\n", "M043@10:15"},
    {HEAD RULE "    approval: true\n", "M024@10:15"},
    {HEAD RULE "    sla: { gaol: 8h }\n", "M021@10:12"},
    {HEAD RULE "    sla: { goal: soon }\n", "M036@10:18"},
    {HEAD RULE "    sla: { goal: 0 }\n", "M036@10:18"},
    {HEAD RULE "    sla: { calendar: business }\n", "M044@10:22"},
    {HEAD RULE "    sla: { escalate: [50%] }\n", "M045@10:22"},
    {HEAD RULE "    sla: { escalate: [75%, 100%, 200%] }\n", "M045@10:22"},
    {HEAD RULE "    ticket: { fields: { summary: x } }\n", "M049@10:25"},
    {HEAD RULE "    ticket: { fields: { customfield_3: x } }\n", "M049@10:25"},
    {HEAD RULE "    ticket: { fields: { customfield_10010: x } }\n", "M049@10:25"},
    {HEAD "requests:\n" NAMED SUBJECT APPLICATION, "M030@4:5"},
    {HEAD "requests:\n" NAMED SUBJECT APPLICATION "    entitlement: admin\n", "M031@9:18"},
    {HEAD "requests:\n" NAMED SUBJECT APPLICATION "    entitlement: { on_missing: hold }\n",
     "M032@9:18"},
    {HEAD "requests:\n" NAMED SUBJECT APPLICATION "    entitlement: { from: a, const: b }\n",
     "M032@9:18"},
    {HEAD "requests:\n" NAMED SUBJECT APPLICATION "    entitlement: { from: customfield_3 }\n",
     "M033@9:18"},
    {HEAD "requests:\n" NAMED SUBJECT APPLICATION
          "    entitlement: { from: customfield_3, on_missing: skip }\n",
     "M034@9:53"},
    {HEAD "requests:\n" NAMED SUBJECT APPLICATION
          "    entitlement: { from: customfield_3, on_missing: ignore }\n",
     "M040@9:53"},
    {HEAD "requests:\n" NAMED SUBJECT APPLICATION
          "    entitlement: { from: \"Role name\", on_missing: hold }\n",
     "M047@9:26"},
    {HEAD "requests:\n" NAMED SUBJECT APPLICATION
          "    entitlement: { from: customfield_3, then: [trin], on_missing: hold }\n",
     "M022@9:48"},
    {HEAD "requests:\n" NAMED SUBJECT APPLICATION
          "    entitlement: { from: customfield_3, then: trim, on_missing: hold }\n",
     "M024@9:47"},
    {HEAD "requests:\n" NAMED SUBJECT APPLICATION "    entitlement: { from: customfield_3, then: "
          "[trim,trim,trim,trim,trim,trim,trim,trim,trim], on_missing: hold }\n",
     "M023@9:88"},
    {HEAD "requests:\n" NAMED SUBJECT APPLICATION
          "    entitlement: { from: customfield_3, type: dat, on_missing: hold }\n",
     "M048@9:47"},
    {HEAD "requests:\n" NAMED SUBJECT APPLICATION
          "    entitlement: { from: customfield_3, then: [bool], on_missing: hold }\n",
     "M041@9:18"},
    {HEAD "requests:\n" NAMED SUBJECT APPLICATION
          "    entitlement: { from: customfield_3, then: [lower], lookup: { Admin: a }, "
          "on_missing: hold }\n",
     "M046@9:66"},
    {HEAD "requests:\n" NAMED SUBJECT "    application: { from: customfield_2, lookup: { SAP: "
          "sap-fni }, on_missing: hold }\n" ENTITLEMENT,
     "M035@8:56"},
    {HEAD "requests:\n" NAMED SUBJECT "    application: { const: sap }\n" ENTITLEMENT, "M035@8:27"},
    {HEAD "requests:\n" NAMED SUBJECT
          "    application: { from: customfield_2, lookup: {}, on_missing: hold }\n" ENTITLEMENT,
     "M023@8:49"},
    {HEAD "requests:\n" NAMED SUBJECT "    application: { from: customfield_2, lookup: { SAP: "
          "[x] }, on_missing: hold }\n" ENTITLEMENT,
     "M020@8:56"},
    {HEAD RULE "    privileged: { from: customfield_4 }\n", "M041@10:17"},
    {HEAD RULE "    privileged: { from: customfield_4, then: [bool], default: maybe }\n",
     "M041@10:17"},
    {HEAD RULE "    privileged: { const: \"true\" }\n", ""},
    /* all of them, in one go */
    {HEAD "x: 1\n" RULE "    mode: a\n    expect: b\n    sla: { goal: c }\n",
     "M021@3:1 M037@11:11 M024@12:13 M036@13:18"},
};

static void every_fault_has_its_code_and_place(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(FAULTY); i++) {
        AUTO(drop_arena) struct arena *a = arena_new(ROOM);
        char faults[512];
        struct mapping *m = load(a, FAULTY[i].text);
        list_faults(faults, sizeof faults);
        if (strcmp(faults, FAULTY[i].faults) != 0)
            fail_msg("%s\ngot '%s', want '%s'", FAULTY[i].text, faults, FAULTY[i].faults);
        assert_int_equal(m == NULL, diags.errors > 0);
        for (size_t k = 0; k < diags.count; k++)
            if (!diags.items[k].help[0])
                fail_msg("%s without a remedy", diags.items[k].code);
    }
}

static void too_many_of_anything_is_refused(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    AUTO(drop_buf) struct buf b;
    char faults[128];
    (void)state;

    buf_init(&b, 1024 * 1024);
    buf_add_c(&b, HEAD "requests:\n");
    for (int i = 0; i <= MAPPING_RULES_MAX; i++)
        buf_printf(&b,
                   "  - name: r%d\n    request_type: %d\n    change: grant\n" SUBJECT APPLICATION
                       ENTITLEMENT,
                   i, i);
    assert_null(load(a, b.p));
    list_faults(faults, sizeof faults);
    assert_string_equal(faults, "M023@388:5");

    buf_clear(&b);
    buf_add_c(&b, HEAD "statuses:\n");
    for (int i = 0; i <= MAPPING_STATUSES_MAX; i++)
        buf_printf(&b, "  s%d: done\n", i);
    buf_add_c(&b, RULE);
    assert_null(load(a, b.p));
    assert_string_equal(diags.items[0].code, "M023");

    buf_clear(&b);
    buf_add_c(&b, HEAD RULE "    justification:\n      from: summary\n      lookup:\n");
    for (int i = 0; i <= MAPPING_LOOKUP_MAX; i++)
        buf_printf(&b, "        k%d: v\n", i);
    assert_null(load(a, b.p));
    assert_string_equal(diags.items[0].code, "M023");
}

static void a_similar_name_is_offered(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;

    assert_null(load(a, HEAD RULE "    privilaged: { const: \"true\" }\n"));
    assert_string_equal(diags.items[0].help, "a similar name exists: privileged");
    assert_null(load(a, HEAD "requests:\n" NAMED SUBJECT APPLICATION
                             "    entitlement: { from: c, then: [tirm], on_missing: hold }\n"));
    assert_string_equal(diags.items[0].help, "a similar name exists: trim");
    /* without names of sources, none is checked */
    diag_init(&diags, "mapping.yaml");
    assert_non_null(mapping_load(
        a, "mapping.yaml",
        STR(HEAD "requests:\n" NAMED SUBJECT "    application: { const: x }\n" ENTITLEMENT), NULL,
        0, &diags));
}

/* By the rule's name, else its request type; where the rule says none the site's default counts. */
static void how_the_gate_treats_a_request_follows_the_mapping(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    struct mapping_mode mode;
    (void)state;
    struct mapping *m =
        load(a, HEAD RULE
             "    mode: warn\n  - name: other\n    request_type: 40\n    change: grant\n" SUBJECT
                 APPLICATION ENTITLEMENT);

    assert_non_null(m);
    assert_true(mapping_mode(m, m->rules[0].name, STR("40"), GATE_OBSERVE, &mode));
    assert_true(mode.mode == GATE_WARN && mode.by_rule);
    assert_true(mapping_mode(m, STR("other"), STR_NONE, GATE_OBSERVE, &mode));
    assert_true(mode.mode == GATE_OBSERVE && !mode.by_rule);
    assert_true(mapping_mode(m, STR("renamed"), STR("40"), GATE_WARN, &mode));
    assert_true(mode.mode == GATE_WARN && !mode.by_rule);
    assert_false(mapping_mode(m, STR("renamed"), STR("99"), GATE_WARN, &mode));
    assert_false(mapping_mode(m, STR_NONE, STR_NONE, GATE_WARN, &mode));
}

UNIT_MAIN(cmocka_unit_test(a_rule_becomes_plain_data),
          cmocka_unit_test(types_of_fields_are_guessed_or_told),
          cmocka_unit_test(how_the_gate_treats_a_request_follows_the_mapping),
          cmocka_unit_test(every_fault_has_its_code_and_place),
          cmocka_unit_test(too_many_of_anything_is_refused),
          cmocka_unit_test(a_similar_name_is_offered))
