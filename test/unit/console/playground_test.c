/* What is shown of a try is what it was told, and inert whatever it was. */
#include "console/playground.h"

#include <string.h>

#include "pages.h"
#include "unit.h"

static struct buf out;
static struct playground p;

static bool has(const char *text)
{
    return strstr(out.p, text) != NULL;
}

static void render(void)
{
    buf_done(&out);
    buf_init(&out, 4 * 1024 * 1024);
    assert_true(playground_render(&out, &p));
}

static void keep(const char *name)
{
    render();
    page_keep(name, &out);
}

static int teardown(void **state)
{
    (void)state;
    buf_done(&out);
    return 0;
}

static void it_begins_with_two_fields_and_a_button(void **state)
{
    (void)state;
    p = (struct playground){.ticket = STR("\n{}"), .mapping = STR("version: 1\n")};
    render();
    assert_true(has("<form method=\"post\" action=\"./playground\" class=\"stack\">"));
    assert_true(has("<label for=\"ticket\">Ticket</label>"));
    assert_true(has("<label for=\"mapping\">Mapping</label>"));
    assert_true(has("autocomplete=\"off\">\n\n{}</textarea>")); /* the line that begins it stays */
    assert_true(has(">version: 1\n</textarea>"));
    assert_true(has("<button type=\"submit\">Try</button>"));
    assert_false(has("id=\"outcome\""));
    assert_false(has("<script"));
    assert_true(has("<a href=\"./playground\" aria-current=\"page\">"));
}

static void what_becomes_of_it_is_shown_function_by_function(void **state)
{
    (void)state;
    p = (struct playground){.outcome = PLAYED_MAPPED,
                            .request_type = STR("31"),
                            .rule = STR("remove"),
                            .rule_line = 3,
                            .facts = {{"subject", STR("okafor")}},
                            .fact_count = 1,
                            .targets = {{.name = STR("subject"),
                                         .field = STR("form.3"),
                                         .label = STR("Person"),
                                         .raw = STR("\" Okafor\""),
                                         .line = 6,
                                         .steps = {{STR("trim"), STR("\"Okafor\""), false},
                                                   {STR("lower"), STR("\"okafor\""), false}},
                                         .step_count = 2},
                                        {.name = STR("application"), .raw = STR("sap-fin")}},
                            .target_count = 2,
                            .steps = 2};
    keep("playground-mapped");
    assert_true(has("Mapped"));
    assert_true(has("rule <bdi>remove</bdi> (line 3)"));
    assert_true(has("<dt>subject</dt>"));
    assert_true(has("<code>form.3</code> <bdi>Person</bdi>"));
    assert_true(has("<code>lower</code> <bdi>&quot;okafor&quot;</bdi>"));
    assert_true(has("always"));
    assert_true(has("2 steps of 10000 at most"));
    assert_false(has("held here"));
}

static void a_hold_says_what_the_ticket_would(void **state)
{
    (void)state;
    p = (struct playground){.outcome = PLAYED_HELD,
                            .rule = STR("r"),
                            .hold_code = STR("M208"),
                            .hold_text = STR("the form of the ticket is not submitted. Submit it"),
                            .targets = {{.name = STR("subject"),
                                         .field = STR("form.3"),
                                         .steps = {{STR("on_missing"), STR("hold"), true}},
                                         .step_count = 1}},
                            .target_count = 1};
    keep("playground-held");
    assert_true(has("<code>M208</code> The ticket would say: On hold: <bdi>the form of the"));
    assert_true(has("held here"));
    p.outcome = PLAYED_NO_RULE;
    p.rule = STR_NONE;
    p.target_count = 0;
    render();
    assert_true(has("Not governed"));
    assert_true(has(": no rule is for it"));
}

static void faults_come_first(void **state)
{
    (void)state;
    p = (struct playground){.outcome = PLAYED_FAULTS,
                            .faults = {{.code = STR("M022"),
                                        .line = 6,
                                        .column = 12,
                                        .text = STR("there is no function 'tirm'"),
                                        .note = STR("functions are trim"),
                                        .help = STR("a similar name exists: trim")},
                                       {.text = STR("the ticket is no JSON")}},
                            .fault_count = 2,
                            .more_faults = 3};
    keep("playground-faults");
    assert_true(has("M022"));
    assert_true(has("<bdi>there is no function &#39;tirm&#39;</bdi> (line 6, column 12)"));
    assert_true(has("Help: <bdi>a similar name exists: trim</bdi>"));
    assert_true(has("and 3 more"));
    assert_true(has("Not tried"));
    assert_false(has("id=\"outcome\""));
    p.outcome = PLAYED_MAPPED;
    render();
    assert_true(has("Worth a look"));
}

/* Script, an end of the field, marks of direction, control characters, much of it. */
static void whatever_strangers_wrote_is_inert(void **state)
{
    static const char EVIL[] =
        "</textarea><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
        "\xe2\x80\xae\x07\xff";
    static char much[60001];
    (void)state;

    memset(much, '<', sizeof much - 1);
    struct str evil = str_of(EVIL), lots = str_of(much);
    struct str *const FIELDS[] = {&p.ticket,
                                  &p.mapping,
                                  &p.mapping_is,
                                  &p.visitor,
                                  &p.request_type,
                                  &p.rule,
                                  &p.hold_text,
                                  &p.hold_code,
                                  &p.faults[0].text,
                                  &p.faults[0].note,
                                  &p.faults[0].help,
                                  &p.faults[0].code,
                                  &p.facts[0].value,
                                  &p.targets[0].raw,
                                  &p.targets[0].field,
                                  &p.targets[0].label,
                                  &p.targets[0].name,
                                  &p.targets[0].steps[0].name,
                                  &p.targets[0].steps[0].value};

    for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++) {
        p = (struct playground){.outcome = PLAYED_HELD,
                                .rule = STR("r"),
                                .fault_count = 1,
                                .fact_count = 1,
                                .target_count = 1,
                                .targets = {{.field = STR("f"), .step_count = 1}}};
        *FIELDS[i] = evil;
        render();
        if (has("<script") || has("<img") || has("\xe2\x80\xae") || has("\x07"))
            fail_msg("field %zu", i);
        assert_true(strstr(out.p, "</textarea>") != NULL);
        *FIELDS[i] = lots;
        render();
    }
    for (size_t i = 0; i < sizeof FIELDS / sizeof FIELDS[0]; i++)
        *FIELDS[i] = evil;
    p.targets[0].steps[0].value = lots;
    keep("playground-hostile");
    buf_done(&out);
    buf_init(&out, 1000);
    assert_false(playground_render(&out, &p));
}

UNIT_MAIN(cmocka_unit_test_teardown(it_begins_with_two_fields_and_a_button, teardown),
          cmocka_unit_test_teardown(what_becomes_of_it_is_shown_function_by_function, teardown),
          cmocka_unit_test_teardown(a_hold_says_what_the_ticket_would, teardown),
          cmocka_unit_test_teardown(faults_come_first, teardown),
          cmocka_unit_test_teardown(whatever_strangers_wrote_is_inert, teardown))
