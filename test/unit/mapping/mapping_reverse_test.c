#include <stdio.h>
#include <string.h>

#include "mapping/mapping.h"
#include "unit.h"

enum { ROOM = 32 * 1024 * 1024 };

#define RULE_TEXT                                                                            \
    "  - name: remove\n    request_type: \"31\"\n    change: removal\n"                      \
    "    subject: { from: customfield_61, then: [trim, lower], on_missing: hold }\n"         \
    "    application: { from: customfield_50, lookup: { \"SAP FIN\": sap-fin, \"SAP old\": " \
    "sap-fin }, on_missing: hold }\n"                                                        \
    "    entitlement: { from: customfield_52, then: [trim], on_missing: hold }\n"            \
    "    privileged: { from: customfield_70, then: [bool], default: \"false\" }\n"           \
    "    ticket: { fields: { customfield_90: { value: API }, priority: { name: High }, "     \
    "customfield_91: 7 } }\n"

static struct mapping *load(struct arena *a, const char *text)
{
    static struct diag_list diags;
    diag_init(&diags, "mapping.yaml");
    struct mapping *m = mapping_load(a, "mapping.yaml", str_of(text), NULL, 0, &diags);
    if (!m)
        fail_msg("%s: %s", diags.items[0].code, diags.items[0].text);
    return m;
}

static const struct wanted WANTED = {.kind = REQUEST_REMOVAL,
                                     .requester = STR("boss"),
                                     .beneficiary = STR("Okafor"),
                                     .source = STR("sap-fin"),
                                     .entitlement = STR("fin-ledger-admin"),
                                     .justification = STR("left"),
                                     .privileged = true};

static void a_wish_becomes_fields_that_map_back_to_it(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    struct mapping *m = load(a, "version: 1\nrequests:\n" RULE_TEXT);
    struct mapped r;
    struct str fields;
    struct err err = {0};

    if (!mapping_request(m, a, &WANTED, &r, &fields, &err))
        fail_msg("%s", err.what);
    assert_str(fields,
               "{\"customfield_61\":\"Okafor\",\"customfield_50\":{\"value\":\"SAP FIN\"},"
               "\"customfield_52\":\"fin-ledger-admin\",\"customfield_70\":{\"value\":\"Yes\"},"
               "\"customfield_90\":{\"value\":\"API\"},\"priority\":{\"name\":\"High\"},"
               "\"customfield_91\":7}");
    assert_str(r.beneficiary, "okafor"); /* as the ticket will read */
    assert_str(r.account, "okafor");
    assert_str(r.requester, "boss");
    assert_str(r.justification, "left");
    assert_true(r.privileged);
    assert_int_not_equal(r.hash, 0);
    assert_str(r.rule->name, "remove");

    /* what Jira gives back maps to the same hash: a ticket of ours is not tampered with from its
     * first second */
    struct mapped back;
    const struct json *issue;
    struct str made = arena_printf(
        a, "{\"fields\":{\"customfield_10010\":{\"requestType\":{\"id\":\"31\"}},%.*s}",
        (int)fields.len - 1, fields.p + 1);
    assert_true(json_parse(a, made, &issue, &err));
    mapping_ticket(m, a, issue, &back);
    assert_int_equal(back.outcome, MAPPED_OK);
    assert_true(back.hash == r.hash);
    assert_true(str_eq(back.tuple, r.tuple));
}

static const struct {
    const char *rule; /* replaces the rule's bindings */
    struct wanted wanted;
    const char *what;
} INEXPRESSIBLE[] = {
    {NULL, {.kind = REQUEST_GRANT, .source = STR("sap-fin")}, "makes a grant for source 'sap-fin'"},
    {NULL,
     {.kind = REQUEST_REMOVAL, .source = STR("workday")},
     "makes a removal for source 'workday'"},
    {NULL,
     {.kind = REQUEST_REMOVAL, .source = STR("sap-fin"), .entitlement = STR("e")},
     "which person"},
    {NULL,
     {.kind = REQUEST_REMOVAL, .source = STR("sap-fin"), .beneficiary = STR("p")},
     "which role"},
    {NULL,
     {.kind = REQUEST_REMOVAL,
      .source = STR("sap-fin"),
      .beneficiary = STR("p"),
      .entitlement = STR("e"),
      .account = STR("q")},
     "cannot express 'account'"},
    {"    subject: { from: customfield_61, then: [email], on_missing: hold }\n    application: "
     "{ const: s }\n"
     "    entitlement: { from: customfield_52, on_missing: hold }\n",
     {.kind = REQUEST_REMOVAL,
      .source = STR("s"),
      .beneficiary = STR("okafor"),
      .entitlement = STR("e")},
     "holds no e-mail address"},
    {"    subject: { from: customfield_61, on_missing: hold }\n    application: { const: s }\n"
     "    entitlement: { from: customfield_52, on_missing: hold }\n",
     {.kind = REQUEST_REMOVAL,
      .source = STR("s"),
      .beneficiary = STR("p"),
      .entitlement = STR("e"),
      .privileged = true},
     "cannot express 'privileged'"},
    {"    subject: { from: customfield_61, on_missing: hold }\n    application: { const: s }\n"
     "    entitlement: { const: fixed }\n",
     {.kind = REQUEST_REMOVAL,
      .source = STR("s"),
      .beneficiary = STR("p"),
      .entitlement = STR("other")},
     "cannot express 'entitlement'"},
    {"    subject: { from: customfield_61, on_missing: hold }\n    application: { const: s }\n"
     "    entitlement: { from: customfield_52, lookup: { A: a }, on_missing: hold }\n",
     {.kind = REQUEST_REMOVAL,
      .source = STR("s"),
      .beneficiary = STR("p"),
      .entitlement = STR("b")},
     "which role"},
    {"    subject: { from: customfield_61, on_missing: hold }\n    application: { const: s }\n"
     "    entitlement: { from: customfield_52, lookup: { A: a }, on_missing: hold }\n",
     {.kind = REQUEST_REMOVAL,
      .source = STR("s"),
      .beneficiary = STR("p"),
      .entitlement = STR("A")},
     "cannot express 'entitlement'"}, /* the word on the form is not what it means */
    {"    subject: { from: reporter, then: [account], on_missing: hold }\n    application: { "
     "const: s }\n"
     "    entitlement: { from: customfield_52, on_missing: hold }\n",
     {.kind = REQUEST_REMOVAL,
      .source = STR("s"),
      .beneficiary = STR("p"),
      .entitlement = STR("e")},
     "which person"},
    {"    subject: { from: customfield_61, type: user, then: [email], on_missing: hold }\n    "
     "application: { const: s }\n"
     "    entitlement: { from: customfield_52, on_missing: hold }\n",
     {.kind = REQUEST_REMOVAL,
      .source = STR("s"),
      .beneficiary = STR(" "),
      .entitlement = STR("e")},
     "which person"},
    {"    subject: { from: customfield_61, on_missing: hold }\n    application: { from: "
     "customfield_50, then: [parent], on_missing: hold }\n"
     "    entitlement: { from: customfield_50, then: [parent], on_missing: hold }\n",
     {.kind = REQUEST_REMOVAL,
      .source = STR("s"),
      .beneficiary = STR("p"),
      .entitlement = STR("e")},
     "cannot express 'application'"}, /* of two on one level only one can be written */
};

static void fields_of_every_kind_map_back(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    static const char *const KINDS[] = {"type: options",
                                        "type: labels",
                                        "type: group, then: [trim]",
                                        "type: groups",
                                        "type: named",
                                        "type: components",
                                        "type: date",
                                        "type: datetime",
                                        "type: number",
                                        "type: assets, then: [id]",
                                        "type: organisations, then: [id]",
                                        "type: user, then: [account]",
                                        "type: users, then: [account]",
                                        "type: rich_text, then: [plain]",
                                        "then: [parent]"};
    (void)state;

    for (size_t i = 0; i < COUNT(KINDS); i++) {
        struct str text = arena_printf(
            a,
            "version: 1\nrequests:\n  - name: r\n    request_type: \"31\"\n    change: removal\n"
            "    subject: { from: customfield_61, on_missing: hold }\n"
            "    application: { const: s }\n    entitlement: { from: customfield_52, %s, "
            "on_missing: hold }\n",
            KINDS[i]);
        const struct wanted w = {.kind = REQUEST_REMOVAL,
                                 .source = STR("s"),
                                 .beneficiary = STR("p"),
                                 .entitlement = STR("12")};
        struct mapped r;
        struct str fields;
        struct err err = {0};
        if (!mapping_request(load(a, text.p), a, &w, &r, &fields, &err))
            fail_msg("%s: %s", KINDS[i], err.what);
        assert_str(r.entitlement, "12");
    }
}

static void two_targets_share_a_choice_in_two_levels(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    const struct wanted w = {.kind = REQUEST_REMOVAL,
                             .source = STR("sap-fin"),
                             .beneficiary = STR("p"),
                             .entitlement = STR("ledger")};
    struct mapped r;
    struct str fields;
    struct err err = {0};
    (void)state;
    struct mapping *m = load(
        a, "version: 1\nrequests:\n  - name: r\n    request_type: \"31\"\n    change: removal\n"
           "    subject: { from: customfield_61, on_missing: hold }\n"
           "    application: { from: customfield_50, then: [parent], lookup: { SAP: sap-fin }, "
           "on_missing: hold }\n"
           "    entitlement: { from: customfield_50, then: [child], on_missing: hold }\n");

    if (!mapping_request(m, a, &w, &r, &fields, &err))
        fail_msg("%s", err.what);
    assert_str(fields, "{\"customfield_61\":\"p\",\"customfield_50\":{\"value\":\"SAP\",\"child\":{"
                       "\"value\":\"ledger\"}}}");
    assert_str(r.source, "sap-fin");
    assert_str(r.entitlement, "ledger");
}

static void persons_are_parts_or_themselves(void **state)
{
    (void)state;
    assert_str(mapping_person(&WANTED, STR("requester")), "boss");
    assert_str(mapping_person(&WANTED, STR("beneficiary")), "Okafor");
    assert_str(mapping_person(&WANTED, STR("x@y.z")), "x@y.z");
    assert_string_equal(field_kind_name(FIELD_RICH), "rich_text");
}

static void what_cannot_be_expressed_is_named(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(INEXPRESSIBLE); i++) {
        AUTO(drop_arena) struct arena *a = arena_new(ROOM);
        struct str text =
            INEXPRESSIBLE[i].rule
                ? arena_printf(a,
                               "version: 1\nrequests:\n  - name: remove\n    request_type: \"31\"\n"
                               "    change: removal\n%s",
                               INEXPRESSIBLE[i].rule)
                : STR("version: 1\nrequests:\n" RULE_TEXT);
        struct mapping *m = load(a, text.p);
        struct mapped r;
        struct str fields;
        struct err err = {0};
        if (mapping_request(m, a, &INEXPRESSIBLE[i].wanted, &r, &fields, &err))
            fail_msg("case %zu gave %.*s", i, STR_ARG(fields));
        assert_int_equal(err.kind, ERR_INPUT);
        if (!strstr(err.what, INEXPRESSIBLE[i].what))
            fail_msg("case %zu: %s", i, err.what);
    }
}

/* Two forms for removals: the first wants to know who answers for it. */
static void of_two_rules_the_one_that_can_say_it_is_taken_and_else_the_nearest(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    struct mapping *m = load(
        a,
        "version: 1\ntemplates: { out: { requires: [sponsor] } }\nrequests:\n"
        "  - name: owned\n    request_type: \"30\"\n    change: removal\n    template: out\n"
        "    subject: { from: customfield_61, on_missing: hold }\n    application: { const: "
        "sap-fin }\n"
        "    entitlement: { from: customfield_52, on_missing: hold }\n    sponsor: { from: "
        "customfield_64 }\n"
        "  - name: give\n    request_type: \"32\"\n    change: grant\n"
        "    subject: { from: customfield_61, on_missing: hold }\n    application: { const: crm }\n"
        "    entitlement: { from: customfield_52, on_missing: hold }\n" RULE_TEXT);
    struct wanted w = WANTED;
    struct mapped r;
    struct str fields;
    struct err err = {0};

    assert_true(mapping_request(m, a, &w, &r, &fields, &err)); /* privileged, and nobody answers */
    assert_str(r.rule->name, "remove");
    w.sponsor = STR("owner");
    w.privileged = false;
    assert_true(mapping_request(m, a, &w, &r, &fields, &err));
    assert_str(r.rule->name, "owned");

    w.source = STR("crm"); /* nobody can say that one */
    assert_false(mapping_request(m, a, &w, &r, &fields, &err));
    assert_non_null(strstr(err.what, "no rule of mapping.yaml makes a removal for source 'crm'"));
    assert_str(mapping_nearest(m, &w, STR("give"))->name, "owned"); /* of its kind */
    w.source = STR("sap-fin");
    assert_str(mapping_nearest(m, &w, STR("give"))->name, "owned");
    struct mapping *grants = load(
        a,
        "version: 1\nrequests:\n"
        "  - name: one\n    request_type: \"31\"\n    change: grant\n"
        "    subject: { from: customfield_61, on_missing: hold }\n    application: { const: crm }\n"
        "    entitlement: { from: customfield_52, on_missing: hold }\n"
        "  - name: two\n    request_type: \"32\"\n    change: grant\n"
        "    subject: { from: customfield_61, on_missing: hold }\n    application: { const: crm }\n"
        "    entitlement: { from: customfield_52, on_missing: hold }\n");
    assert_str(mapping_nearest(grants, &w, STR("two"))->name, "two"); /* the one of the earlier */
    assert_str(mapping_nearest(grants, &w, STR("gone"))->name, "one");
}

static void two_targets_may_share_a_field(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    struct mapping *m = load(
        a, "version: 1\nrequests:\n  - name: r\n    request_type: \"31\"\n    change: removal\n"
           "    subject: { from: customfield_61, then: [account], on_missing: hold }\n"
           "    account: { from: customfield_61, then: [account], on_missing: hold }\n"
           "    application: { const: sap-fin }\n"
           "    entitlement: { from: customfield_52, on_missing: hold }\n");
    struct wanted w = WANTED;
    struct mapped r;
    struct str fields;
    struct err err = {0};

    w.privileged = false;
    assert_true(mapping_request(m, a, &w, &r, &fields, &err));
    assert_str(
        fields,
        "{\"customfield_61\":{\"accountId\":\"Okafor\"},\"customfield_52\":\"fin-ledger-admin\"}");
    w.account = STR("okafor-adm"); /* one field cannot hold two people */
    assert_false(mapping_request(m, a, &w, &r, &fields, &err));
    assert_non_null(strstr(err.what, "'account'"));
}

static void hostile_values_stay_values(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    struct mapping *m = load(a, "version: 1\nrequests:\n" RULE_TEXT);
    struct wanted w = WANTED;
    struct mapped r;
    struct str fields;
    struct err err = {0};

    w.entitlement = STR("\"},\"customfield_70\":\"No\\");
    assert_true(mapping_request(m, a, &w, &r, &fields, &err));
    assert_str(r.entitlement, "\"},\"customfield_70\":\"No\\");
    assert_true(r.privileged);
    w.entitlement = STR("a\xFF");
    assert_false(
        mapping_request(m, a, &w, &r, &fields, &err)); /* it would come back as another text */
    w.entitlement = STR("a\0b");
    assert_false(mapping_request(m, a, &w, &r, &fields, &err));
}

static void blame_names_binding_and_line(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    struct mapping *m = load(
        a,
        "version: 1\nrequests:\n"
        "  - name: grant\n    request_type: \"30\"\n    change: grant\n    subject: { const: p }\n"
        "    application: { from: customfield_50, on_missing: hold }\n    entitlement: { const: e "
        "}\n" RULE_TEXT);

    assert_str(mapping_blame(m, a, STR("customfield_50")), "application (mapping.yaml:7:18)");
    assert_str(mapping_blame_rule(m, a, STR("remove"), STR("customfield_50")),
               "application (mapping.yaml:13:18)");
    assert_str(mapping_blame_rule(m, a, STR("remove"), STR("customfield_90")),
               "ticket (mapping.yaml:16:25)");
    assert_str(mapping_blame_rule(m, a, STR("grant"), STR("customfield_52")), "");
    assert_str(mapping_blame_rule(m, a, STR("none"), STR("customfield_50")), "");
    assert_str(mapping_blame(m, a, STR("customfield_9999")), "");
    assert_str(mapping_blame(m, a, STR("")), ""); /* constants have no field */
}

UNIT_MAIN(cmocka_unit_test(a_wish_becomes_fields_that_map_back_to_it),
          cmocka_unit_test(fields_of_every_kind_map_back),
          cmocka_unit_test(two_targets_share_a_choice_in_two_levels),
          cmocka_unit_test(persons_are_parts_or_themselves),
          cmocka_unit_test(what_cannot_be_expressed_is_named),
          cmocka_unit_test(of_two_rules_the_one_that_can_say_it_is_taken_and_else_the_nearest),
          cmocka_unit_test(two_targets_may_share_a_field),
          cmocka_unit_test(hostile_values_stay_values),
          cmocka_unit_test(blame_names_binding_and_line))
