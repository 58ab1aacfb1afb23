/* Answers of the form that is attached to a request type are read, and written, as fields are. */
#include "mapping/mapping.h"
#include "mapping/mapping_trace.h"
#include "unit.h"

enum { ROOM = 32 * 1024 * 1024 };

static struct diag_list diags;

#define RULE(form, more)                                                                      \
    "version: 1\nservice_desk: IAM\nrequests:\n"                                              \
    "  - name: grant\n    request_type: \"30\"\n    change: grant\n" form                     \
    "    subject: { from: form.3, label: Person, then: [account], on_missing: hold }\n"       \
    "    application: { from: form.1, lookup: { \"SAP FIN\": sap-fin }, on_missing: hold }\n" \
    "    entitlement: { from: form.2, label: Role, then: [trim], on_missing: hold }\n" more
#define FORM "    form: aa-1\n"

static const struct mapping *load(struct arena *a, const char *text)
{
    diag_init(&diags, "mapping.yaml");
    return mapping_load(a, "mapping.yaml", str_of(text), NULL, 0, &diags);
}

static struct mapped map(struct arena *a, const struct mapping *m, const char *fields)
{
    struct mapped r;
    const struct json *issue;
    struct err err = {0};
    struct str text = arena_printf(
        a, "{\"fields\":{\"customfield_10010\":{\"requestType\":{\"id\":\"30\"}},%s}}", fields);

    if (!json_parse(a, text, &issue, &err))
        fail_msg("%s: %s", fields, err.what);
    mapping_ticket(m, a, issue, &r);
    return r;
}

#define SYSTEM "\"form.1\":[{\"id\":\"1\",\"value\":\"SAP FIN\"}]"
#define ROLE "\"form.2\":\" fin-ledger \""
#define PERSON "\"form.3\":[{\"accountId\":\"5b1\",\"displayName\":\"A. Okafor\"}]"

static void answers_become_a_request(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    const struct mapping *m = load(a, RULE(FORM, ""));
    struct str read[MAPPING_FIELDS_MAX];
    (void)state;

    assert_non_null(m);
    struct mapped r = map(a, m, SYSTEM "," ROLE "," PERSON);
    assert_int_equal(r.outcome, MAPPED_OK);
    assert_str(r.beneficiary, "5b1");
    assert_str(r.source, "sap-fin");
    assert_str(r.entitlement, "fin-ledger");
    assert_str(mapping_form_of(m, STR("30")), "aa-1");
    assert_int_equal(mapping_form_of(m, STR("31")).len, 0);
    assert_int_equal(mapping_form_of(m, STR("")).len, 0);
    /* what a later mapping is tried on has them too */
    size_t count = mapping_fields(m, NULL, read);
    assert_true(mapping_field_is_in(read, count, STR("form.2")));
    assert_true(mapping_field_is_in(read, count, STR("form")));
}

static void a_form_that_says_nothing_holds(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    const struct mapping *m = load(a, RULE(FORM, ""));
    static const struct {
        const char *fields, *code, *field, *text;
    } CASES[] = {
        {"\"form\":\"none\"", "M208", "form.3",
         "the ticket does not have its form any more. Attach it, or ask for a new request"},
        {"\"form\":\"open\"", "M208", "form.3",
         "the form of the ticket is not submitted. Submit it"},
        {"\"form\":\"twice\"", "M208", "form.3",
         "the form of the ticket was submitted more than once. Remove those that do not count"},
        {"\"form\":\"bb-2\"," SYSTEM "," ROLE "," PERSON, "M208", "form.3",
         "what was answered is in another form than the mapping names"},
        {"\"form\":\"aa-1\"," SYSTEM "," PERSON, "M201", "form.2",
         "the form doesn't say which role. Fill in \"Role\", or ask the requester"},
        {ROLE "," PERSON ",\"form.1\":[{\"id\":\"1\",\"value\":\"SAP FIN\"},{\"id\":\"2\","
              "\"value\":\"Workday\"}]",
         "M203", "form.1", NULL},
        {ROLE "," PERSON ",\"form.1\":[{\"id\":\"9\"}]", "M204", "form.1", NULL},
        {ROLE "," PERSON ",\"form.1\":[{\"id\":\"2\",\"value\":\"Workday\"}]", "M205", "form.1",
         NULL},
    };
    (void)state;

    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct mapped r = map(a, m, CASES[i].fields);
        if (r.outcome != MAPPED_HOLD || !str_eq_c(str_of(r.hold_code), CASES[i].code) ||
            !str_eq_c(r.hold_field, CASES[i].field) ||
            (CASES[i].text && !str_eq_c(r.hold_text, CASES[i].text)))
            fail_msg("%s: %s %.*s %.*s", CASES[i].fields, r.hold_code, STR_ARG(r.hold_field),
                     STR_ARG(r.hold_text));
    }
}

static void what_is_no_form_is_told(void **state)
{
    static const struct {
        const char *text, *code;
    } CASES[] = {
        {RULE("", ""), "M098"},
        {RULE("    form: \"no id\"\n", ""), "M098"},
        {RULE("    form: [a]\n", ""), "M020"},
        {RULE(FORM, "    justification: { from: form.0 }\n"), "M047"},
        {RULE(FORM, "    justification: { from: form.01 }\n"), "M047"},
        {RULE(FORM, "    justification: { from: form.x }\n"), "M047"},
        {RULE(FORM, "    justification: { from: form.1234567890 }\n"), "M047"},
        {RULE(FORM, "    ticket: { fields: { form.1: x } }\n"), "M049"},
        {"version: 1\nrequests:\n  - name: r\n    request_type: \"30\"\n    change: grant\n" FORM
         "    subject: { const: a }\n    application: { const: b }\n    entitlement: { const: c "
         "}\n",
         "M098"},
    };
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;

    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        if (load(a, CASES[i].text) || !str_eq_c(str_of(diags.items[0].code), CASES[i].code))
            fail_msg("%zu: %s", i, diags.count ? diags.items[0].code : "none");
    assert_non_null(load(a, RULE(FORM, "    ticket: { fields: { form.12: x } }\n")));
}

static void answers_are_written_and_read_again(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    const struct mapping *m = load(a, RULE(FORM, ""));
    struct wanted w = {.kind = REQUEST_GRANT,
                       .requester = STR("5b0"),
                       .beneficiary = STR("5b1"),
                       .source = STR("sap-fin"),
                       .entitlement = STR("fin-ledger")};
    struct mapped made;
    struct str fields;
    struct err err = {0};
    (void)state;

    if (!mapping_request(m, a, &w, &made, &fields, &err))
        fail_msg("%s", err.what);
    assert_str(fields, "{\"form.3\":{\"accountId\":\"5b1\"},\"form.1\":{\"value\":\"SAP FIN\"},"
                       "\"form.2\":\"fin-ledger\"}");
    struct mapped r = map(a, m, SYSTEM "," ROLE "," PERSON);
    assert_true(made.hash == r.hash);
    assert_str(mapping_blame(m, a, STR("form.2")), "entitlement (mapping.yaml:10:18)");
}

static void an_answer_is_explained_function_by_function(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    const struct mapping *m = load(a, RULE(FORM, ""));
    static struct traced traced[TRACE_TARGETS_MAX];
    const struct json *issue;
    struct err err = {0};
    (void)state;

    assert_true(json_parse(a, STR("{\"fields\":{" ROLE "}}"), &issue, &err));
    assert_int_equal(mapping_trace(a, &m->rules[0], issue, traced), 3);
    assert_str(traced[2].raw, "\" fin-ledger \"");
    assert_str(traced[2].steps[0].value, "\"fin-ledger\"");
}

UNIT_MAIN(cmocka_unit_test(answers_become_a_request),
          cmocka_unit_test(a_form_that_says_nothing_holds),
          cmocka_unit_test(what_is_no_form_is_told),
          cmocka_unit_test(answers_are_written_and_read_again),
          cmocka_unit_test(an_answer_is_explained_function_by_function))
