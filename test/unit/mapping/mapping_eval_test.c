#include <stdio.h>
#include <string.h>

#include "mapping/mapping.h"
#include "unit.h"

enum { ROOM = 32 * 1024 * 1024 };

static struct diag_list diags;

#define FILE_TEXT                                                                                 \
    "version: 1\nservice_desk: IAM\nrequests:\n"                                                  \
    "  - name: remove\n    request_type: \"31\"\n    change: removal\n"                           \
    "    subject: { from: customfield_61, label: Person, then: [email, lower], on_missing: hold " \
    "}\n"                                                                                         \
    "    application: { from: customfield_50, label: Target system, lookup: { \"SAP FIN\": "      \
    "sap-fin }, on_missing: hold }\n"                                                             \
    "    entitlement: { from: customfield_52, label: Role, then: [trim], on_missing: hold }\n"    \
    "    privileged: { from: customfield_70, then: [bool], default: \"false\" }\n"                \
    "    justification: { from: customfield_90 }\n"                                               \
    "    sla: { goal: 8h, privileged_goal: 4h }\n"

static struct mapping *load(struct arena *a, const char *text)
{
    diag_init(&diags, "mapping.yaml");
    struct mapping *m = mapping_load(a, "mapping.yaml", str_of(text), NULL, 0, &diags);
    if (!m)
        fail_msg("%s: %s", diags.items[0].code, diags.items[0].text);
    return m;
}

static struct mapped map(struct arena *a, const struct mapping *m, const char *fields)
{
    struct mapped r;
    const struct json *issue;
    struct err err = {0};
    struct str text = arena_printf(
        a, "{\"fields\":{\"customfield_10010\":{\"requestType\":{\"id\":\"31\"}}%s%s}}",
        fields[0] ? "," : "", fields);
    if (!json_parse(a, text, &issue, &err))
        fail_msg("%s: %s", fields, err.what);
    mapping_ticket(m, a, issue, &r);
    return r;
}

#define PERSON "\"customfield_61\":\"Okafor@Example.com\","
#define TARGET "\"customfield_50\":{\"value\":\"SAP FIN\",\"id\":\"1\"},"
#define ROLE "\"customfield_52\":\" fin-ledger-admin \""

static void a_ticket_becomes_what_is_asked(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    struct mapping *m = load(a, FILE_TEXT);
    struct mapped r =
        map(a, m,
            PERSON TARGET ROLE
            ",\"reporter\":{\"accountId\":\"5b1\",\"emailAddress\":\"r@example.com\"},"
            "\"customfield_90\":\"left\",\"customfield_70\":{\"value\":\"Yes\"}");

    assert_int_equal(r.outcome, MAPPED_OK);
    assert_str(r.rule->name, "remove");
    assert_str(r.beneficiary, "okafor@example.com");
    assert_str(r.account, "okafor@example.com");
    assert_str(r.source, "sap-fin");
    assert_str(r.entitlement, "fin-ledger-admin");
    assert_str(r.requester, "r@example.com");
    assert_str(r.justification, "left");
    assert_true(r.privileged);
    assert_int_equal(r.sla_goal_ms, 4 * 3600000);
    assert_str(r.hold_text, "");
    assert_str(
        r.tuple,
        "{\"approval_needed\":false,\"beneficiary\":\"okafor@example.com\",\"items\":[{\"account\":"
        "\"okafor@example.com\",\"desired\":\"absent\",\"entitlement\":\"fin-ledger-admin\","
        "\"source\":"
        "\"sap-fin\"}],\"kind\":\"removal\",\"mode\":\"enforce\",\"privileged\":true,\"sla_goal_"
        "ms\":14400000}");
}

static void what_does_not_map_is_held_and_says_where(void **state)
{
    static const struct {
        const char *fields, *code, *field, *text;
    } CASES[] = {
        {"", "M201", "customfield_61",
         "the form doesn't say which person. Fill in \"Person\", or ask the requester"},
        {TARGET ROLE, "M201", "customfield_61", NULL},
        {PERSON ROLE, "M201", "customfield_50", NULL},
        {PERSON TARGET "\"customfield_52\":null", "M201", "customfield_52", NULL},
        {PERSON TARGET "\"customfield_52\":\"\"", "M201", "customfield_52", NULL},
        {PERSON TARGET "\"customfield_52\":\" \\t \"", "M201", "customfield_52", NULL},
        {PERSON TARGET "\"customfield_52\":[]", "M201", "customfield_52", NULL},
        {PERSON TARGET "\"customfield_52\":[null]", "M201", "customfield_52", NULL},
        {PERSON TARGET "\"customfield_52\":[{\"value\":\"a\"},{\"value\":\"b\"}]", "M203",
         "customfield_52", "the form doesn't say which role: \"Role\" holds more than one value"},
        {PERSON TARGET "\"customfield_52\":{\"value\":\"a\",\"child\":{\"value\":\"b\"}}", "M204",
         "customfield_52",
         "the form doesn't say which role: \"Role\" holds a choice in two levels"},
        {PERSON TARGET "\"customfield_52\":{\"type\":\"doc\",\"content\":[]}", "M204",
         "customfield_52", NULL},
        {PERSON TARGET "\"customfield_52\":{\"id\":\"7\"}", "M204", "customfield_52", NULL},
        {PERSON TARGET "\"customfield_52\":[[\"a\"]]", "M204", "customfield_52", NULL},
        {PERSON TARGET "\"customfield_52\":\"a\\nb\"", "M204", "customfield_52", NULL},
        {PERSON TARGET
         "\"customfield_52\":{\"accountId\":\"5b1\",\"emailAddress\":\"x@example.com\"}",
         "M204", "customfield_52", NULL},
        {PERSON "\"customfield_50\":{\"value\":\"SAP-FIN\"}," ROLE, "M205", "customfield_50",
         "the form doesn't say which application: \"Target system\" holds a value that the mapping "
         "doesn't know"},
        {PERSON "\"customfield_50\":\"sap fin\"," ROLE, "M205", "customfield_50", NULL},
        {TARGET ROLE ",\"customfield_61\":\"M. Okafor\"", "M204", "customfield_61",
         "the form doesn't say which person: \"Person\" holds no e-mail address"},
        {TARGET ROLE ",\"customfield_61\":{\"accountId\":\"5b1\",\"displayName\":\"M. Okafor\"}",
         "M201", "customfield_61", NULL},
        {PERSON TARGET ROLE ",\"customfield_70\":\"perhaps\"", "M204", "customfield_70", NULL},
        {PERSON TARGET ROLE ",\"customfield_70\":[\"Yes\",\"No\"]", "M203", "customfield_70", NULL},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        AUTO(drop_arena) struct arena *a = arena_new(ROOM);
        struct mapped r = map(a, load(a, FILE_TEXT), CASES[i].fields);
        if (r.outcome != MAPPED_HOLD || strcmp(r.hold_code, CASES[i].code) != 0)
            fail_msg("%s: got %s", CASES[i].fields, r.hold_code ? r.hold_code : "no hold");
        assert_str(r.hold_field, CASES[i].field);
        assert_true(r.hold_text.len > 0 && r.hold_text.len <= 140); /* one line on the ticket */
        if (CASES[i].text)
            assert_str(r.hold_text, CASES[i].text);
        assert_int_equal(r.hash, 0);
        assert_true(str_empty(r.tuple));
    }
}

static void lengths_are_bounded(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    char fields[8192], long_text[5000];
    (void)state;
    struct mapping *m = load(a, FILE_TEXT);

    memset(long_text, 'x', sizeof long_text);
    snprintf(fields, sizeof fields, PERSON TARGET "\"customfield_52\":\"%.256s\"", long_text);
    assert_int_equal(map(a, m, fields).outcome, MAPPED_OK);
    snprintf(fields, sizeof fields, PERSON TARGET "\"customfield_52\":\"%.257s\"", long_text);
    assert_string_equal(map(a, m, fields).hold_code, "M202");
    snprintf(fields, sizeof fields, PERSON TARGET ROLE ",\"customfield_90\":\"%.4096s\"",
             long_text);
    assert_int_equal(map(a, m, fields).outcome, MAPPED_OK);
    snprintf(fields, sizeof fields, PERSON TARGET ROLE ",\"customfield_90\":\"%.4097s\"",
             long_text);
    assert_string_equal(map(a, m, fields).hold_code, "M202");
}

static void one_value_comes_in_many_forms(void **state)
{
    static const char *const SAME[] = {
        "\"x\"",
        "[\"x\"]",
        "{\"value\":\"x\",\"id\":\"1\"}",
        "[{\"value\":\"x\"}]",
        "{\"name\":\"x\"}",
        "\" x\\n\"",
        "{\"value\":\"x\",\"child\":null}",
    };
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    struct mapping *m = load(a, FILE_TEXT);

    for (size_t i = 0; i < COUNT(SAME); i++) {
        struct str fields = arena_printf(a, PERSON TARGET "\"customfield_52\":%s", SAME[i]);
        struct mapped r = map(a, m, fields.p);
        if (r.outcome != MAPPED_OK)
            fail_msg("%s: %s", SAME[i], r.hold_code);
        assert_str(r.entitlement, "x");
    }
    struct mapped r = map(a, m, PERSON TARGET "\"customfield_52\":12345678901234567890");
    assert_str(r.entitlement, "12345678901234567890");
}

static void people_are_known_by_the_key_the_file_says(void **state)
{
    static const struct {
        const char *then, *person, *subject; /* NULL: held */
    } CASES[] = {
        {"[email]", "{\"accountId\":\"5b1\",\"emailAddress\":\"a@example.com\"}", "a@example.com"},
        {"[account]", "{\"accountId\":\"5b1\",\"emailAddress\":\"a@example.com\"}", "5b1"},
        {"[account]", "{\"key\":\"JIRAUSER1\",\"name\":\"a\",\"displayName\":\"A\"}",
         "a"}, /* Data Center: as the reporter and an approver are called */
        {"[email, upper]", "{\"accountId\":\"5b1\",\"emailAddress\":\"a@example.com\"}",
         "A@EXAMPLE.COM"},
        {"[first, account]", "[{\"accountId\":\"5b1\"},{\"accountId\":\"5b2\"}]", "5b1"},
        {"[account]", "[{\"accountId\":\"5b1\"},{\"accountId\":\"5b2\"}]", NULL},
        {"[account]", "[{\"accountId\":\"5b1\"}]", "5b1"},
        {"[lower]", "{\"accountId\":\"5b1\",\"emailAddress\":\"a@example.com\"}", NULL},
        {"[]", "{\"accountId\":\"5b1\",\"emailAddress\":\"a@example.com\"}",
         NULL}, /* whichever is visible today? no */
        {"[account]", "{\"displayName\":\"A\"}", NULL},
        {"[account]", "\"5b1\"", "5b1"},
        {"[email]", "\" a@example.com \"", "a@example.com"},
        {"[email]", "\"a@b@c\"", NULL},
        {"[email]", "\"a@\"", NULL},
        {"[email]", "\"@b\"", NULL},
        {"[email]", "\"a b@c\"", NULL},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        AUTO(drop_arena) struct arena *a = arena_new(ROOM);
        struct str text = arena_printf(
            a,
            "version: 1\nrequests:\n  - name: r\n    request_type: \"31\"\n    change: grant\n"
            "    subject: { from: customfield_61, then: %s, on_missing: hold }\n"
            "    application: { const: s }\n    entitlement: { const: e }\n",
            CASES[i].then);
        struct str fields = arena_printf(a, "\"customfield_61\":%s", CASES[i].person);
        struct mapped r = map(a, load(a, text.p), fields.p);
        if ((r.outcome == MAPPED_OK) != (CASES[i].subject != NULL))
            fail_msg("%s of %s", CASES[i].then, CASES[i].person);
        if (CASES[i].subject)
            assert_str(r.beneficiary, CASES[i].subject);
    }
}

static void yes_and_no(void **state)
{
    static const struct {
        const char *word;
        bool privileged;
    } CASES[] = {{"\"Yes\"", true},
                 {"\"true\"", true},
                 {"true", true},
                 {"1", true},
                 {"{\"value\":\"YES\"}", true},
                 {"\"No\"", false},
                 {"false", false},
                 {"\"0\"", false},
                 {"null", false},
                 {"\"\"", false},
                 {"\" y \"", true}};
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    struct mapping *m = load(a, FILE_TEXT);

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct str fields =
            arena_printf(a, PERSON TARGET ROLE ",\"customfield_70\":%s", CASES[i].word);
        struct mapped r = map(a, m, fields.p);
        assert_int_equal(r.outcome, MAPPED_OK);
        if (r.privileged != CASES[i].privileged)
            fail_msg("%s", CASES[i].word);
        assert_int_equal(r.sla_goal_ms, CASES[i].privileged ? 4 * 3600000 : 8 * 3600000);
    }
}

static void missing_values_do_what_the_file_says(void **state)
{
    static const struct {
        const char *entitlement, *code, *value;
    } CASES[] = {
        {"{ from: customfield_52, on_missing: hold }", "M201", NULL},
        {"{ from: customfield_52, on_missing: exception }", "M206", NULL},
        {"{ from: customfield_52, on_missing: fail }", "M207", NULL},
        {"{ from: customfield_52, default: base-role }", NULL, "base-role"},
        {"{ const: fixed }", NULL, "fixed"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        AUTO(drop_arena) struct arena *a = arena_new(ROOM);
        struct str text = arena_printf(
            a,
            "version: 1\nrequests:\n  - name: r\n    request_type: \"31\"\n    change: grant\n"
            "    subject: { const: p }\n    application: { const: s }\n    entitlement: %s\n",
            CASES[i].entitlement);
        struct mapped r = map(a, load(a, text.p), "");
        if (CASES[i].code) {
            assert_int_equal(r.outcome, MAPPED_HOLD);
            assert_string_equal(r.hold_code, CASES[i].code);
        } else {
            assert_int_equal(r.outcome, MAPPED_OK);
            assert_str(r.entitlement, CASES[i].value);
        }
    }
}

/* A default speaks of an empty field. A value the mapping does not know is no empty field. */
static void a_default_does_not_cover_the_unknown(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    struct mapping *m =
        load(a, "version: 1\nrequests:\n  - name: r\n    request_type: \"31\"\n    change: grant\n"
                "    subject: { const: p }\n    entitlement: { const: e }\n"
                "    application: { from: customfield_50, lookup: { A: a }, default: a }\n");

    assert_str(map(a, m, "").source, "a");
    assert_str(map(a, m, "\"customfield_50\":\"A\"").source, "a");
    assert_string_equal(map(a, m, "\"customfield_50\":\"B\"").hold_code, "M205");
}

static void other_tickets_are_none_of_ours(void **state)
{
    static const char *const ISSUES[] = {
        "{}",
        "{\"fields\":{}}",
        "{\"fields\":{\"customfield_10010\":null}}",
        "{\"fields\":{\"customfield_10010\":{\"requestType\":{\"id\":\"30\"}}}}",
        "{\"fields\":{\"customfield_10010\":\"\"}}",
        "[]",
        "null",
    };
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    struct mapping *m = load(a, FILE_TEXT);

    for (size_t i = 0; i < COUNT(ISSUES); i++) {
        const struct json *issue;
        struct mapped r;
        assert_true(json_parse(a, str_of(ISSUES[i]), &issue, NULL));
        mapping_ticket(m, a, issue, &r);
        assert_int_equal(r.outcome, MAPPED_NOT_GOVERNED);
        struct str request_type;
        assert_false(mapping_governs(m, a, issue, &request_type));
        assert_true(str_eq_c(request_type, i == 3 ? "30" : ""));
        assert_true(str_eq(r.request_type, request_type));
        assert_null(r.rule);
        assert_str(r.hold_text, "");
    }
}

/* The hash covers what was approved: every part of that, and nothing else. */
static void the_hash_is_of_what_was_approved(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    struct mapping *m = load(a, FILE_TEXT);
    uint64_t first = map(a, m, PERSON TARGET ROLE).hash;

    assert_int_not_equal(first, 0);
    assert_true(
        map(a, m, PERSON TARGET ROLE ",\"summary\":\"other words\",\"customfield_90\":\"why\"")
            .hash == first);
    assert_true(map(a, m, TARGET ROLE ",\"customfield_61\":\"okafor@example.com\"").hash == first);
    assert_true(map(a, m, TARGET ROLE ",\"customfield_61\":\"o2@example.com\"").hash != first);
    assert_true(map(a, m, PERSON TARGET "\"customfield_52\":\"fin-ledger-viewer\"").hash != first);
    assert_true(map(a, m, PERSON TARGET ROLE ",\"customfield_70\":\"Yes\"").hash != first);
    /* how it is governed may change without a word of tampering */
    struct mapping *governed = load(a, FILE_TEXT "    mode: observe\n");
    assert_true(map(a, governed, PERSON TARGET ROLE).hash == first);
    assert_false(
        str_eq(map(a, governed, PERSON TARGET ROLE).tuple, map(a, m, PERSON TARGET ROLE).tuple));
    /* FNV-1a of the tuple would be made by hand in a second; pin that it is SHA-256 */
    uint8_t digest[SHA256_BYTES];
    uint64_t want = 0;
    digest_sha256(STR("{\"beneficiary\":\"okafor@example.com\",\"items\":[{\"account\":\"okafor@"
                      "example.com\",\"desired\":"
                      "\"absent\",\"entitlement\":\"fin-ledger-admin\",\"source\":\"sap-fin\"}],"
                      "\"kind\":\"removal\","
                      "\"privileged\":false}"),
                  digest);
    for (size_t i = 0; i < 8; i++)
        want = want << 8 | digest[i];
    assert_true(first == want);
}

static bool read_fixture(void *arg, struct arena *arena, struct str path, struct str *ret,
                         struct err *err)
{
    if (!str_eq_c(path, "fixtures/a.json"))
        return FAIL(err, ERR_CONFIG, "no such file");
    *ret = arena_str(arena, str_of(arg));
    return true;
}

static void tests_in_the_file_run(void **state)
{
    static const struct {
        const char *test, *faults;
    } CASES[] = {
        {"ticket: { request_type: 31, fields: { customfield_61: a@b.c, customfield_50: SAP FIN, "
         "customfield_52: x } }\n"
         "    expect: { outcome: mapped, subject: a@b.c, application: sap-fin, entitlement: x, "
         "privileged: false, sla.goal: 480m,"
         " rule: remove, change: removal, expect: absent, mode: enforce, account: a@b.c, "
         "justification: \"\", requester: \"\","
         " reason: \"\", field: \"\" }",
         ""},
        {"ticket: { request_type: 31, fields: { customfield_52: null } }\n    expect: { outcome: "
         "hold, reason: M201, field: customfield_61 }",
         ""},
        {"ticket: { request_type: 99 }\n    expect: { outcome: not_governed, rule: \"\", sla.goal: "
         "0 }",
         ""},
        {"ticket: fixtures/a.json\n    expect: { outcome: mapped, entitlement: "
         "12345678901234567890 }",
         ""},
        {"ticket: fixtures/b.json\n    expect: { outcome: mapped }", "M053@15:13"},
        {"ticket: { request_type: 31 }\n    expect: { outcome: mapped }", "M052@16:24"},
        {"ticket: { request_type: 31 }\n    expect: { outcom: mapped }", "M051@16:15"},
        {"ticket: { request_type: 31 }\n    expect: { outcome: [mapped] }", "M051@16:15"},
        {"ticket: { request_type: 31 }\n    expect: {}", "M050@14:5"},
        {"ticket: { request_type: 31 }", "M050@14:5"},
        {"expect: { outcome: hold }", "M050@14:5"},
        {"ticket: { request: 31 }\n    expect: { outcome: not_governed }", "M021@15:15"},
        {"tickets: 1\n    ticket: { request_type: 99 }\n    expect: { outcome: not_governed }",
         "M021@15:5"},
        {"ticket: { request_type: 31, fields: { customfield_10010: 1 } }\n    expect: { outcome: "
         "hold }",
         "M053@15:13"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        AUTO(drop_arena) struct arena *a = arena_new(ROOM);
        char fixture[] =
            "{\"id\":\"1\",\"fields\":{\"customfield_10010\":\"31\",\"customfield_61\":\"a@b.c\","
            "\"customfield_50\":{\"value\":\"SAP FIN\"},\"customfield_52\":12345678901234567890}}";
        struct str text = arena_printf(a, FILE_TEXT "tests:\n  - name: t\n    %s\n", CASES[i].test);
        struct mapping *m = load(a, text.p);
        assert_int_equal(mapping_run_tests_with(m, a, read_fixture, fixture, &diags), 1);
        struct str got = STR("");
        for (size_t k = 0; k < diags.count; k++)
            got = arena_printf(a, "%.*s%s%s@%d:%d", STR_ARG(got), k ? " " : "", diags.items[k].code,
                               diags.items[k].pos.line, diags.items[k].pos.column);
        if (!str_eq_c(got, CASES[i].faults))
            fail_msg("%s\ngot '%.*s', want '%s' (%s)", CASES[i].test, STR_ARG(got), CASES[i].faults,
                     diags.count ? diags.items[0].text : "");
    }
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    struct mapping *m =
        load(a, FILE_TEXT "tests:\n  - { name: t, ticket: x.json, expect: { outcome: hold } }\n");
    assert_int_equal(mapping_run_tests(m, a, &diags), 1);
    assert_string_equal(diags.items[0].code, "M053");
}

static void tests_in_files_may_be_left_out(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    struct mapping *m =
        load(a, FILE_TEXT "tests:\n  - { name: t, ticket: x.json, expect: { outcome: hold } }\n"
                          "  - { name: u, ticket: { request_type: \"99\" }, expect: { outcome: "
                          "not_governed } }\n");

    assert_int_equal(mapping_run_inline_tests(m, a, &diags), 1);
    assert_int_equal(diags.count, 0);
    m = load(a, FILE_TEXT "tests:\n  - { name: u, ticket: { request_type: \"99\" }, expect: { "
                          "outcome: hold } }\n");
    assert_int_equal(mapping_run_inline_tests(m, a, &diags), 1);
    assert_string_equal(diags.items[0].code, "M052");
}

UNIT_MAIN(cmocka_unit_test(a_ticket_becomes_what_is_asked),
          cmocka_unit_test(what_does_not_map_is_held_and_says_where),
          cmocka_unit_test(lengths_are_bounded), cmocka_unit_test(one_value_comes_in_many_forms),
          cmocka_unit_test(people_are_known_by_the_key_the_file_says), cmocka_unit_test(yes_and_no),
          cmocka_unit_test(missing_values_do_what_the_file_says),
          cmocka_unit_test(a_default_does_not_cover_the_unknown),
          cmocka_unit_test(other_tickets_are_none_of_ours),
          cmocka_unit_test(the_hash_is_of_what_was_approved),
          cmocka_unit_test(tests_in_the_file_run), cmocka_unit_test(tests_in_files_may_be_left_out))
