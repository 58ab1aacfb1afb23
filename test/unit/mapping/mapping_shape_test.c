/* Functions that make another text, in a rule as people write it; and back. */
#include <stdio.h>
#include <string.h>

#include "mapping/mapping.h"
#include "unit.h"

enum { ROOM = 32 * 1024 * 1024 };

static struct mapping *load(struct arena *a, const char *then)
{
    static struct diag_list diags;
    struct str text = arena_printf(
        a,
        "version: 1\nrequests:\n  - name: r\n    request_type: \"31\"\n    change: removal\n"
        "    subject: { const: p }\n    application: { const: s }\n"
        "    entitlement: { from: customfield_52, label: Role, then: %s, on_missing: hold }\n",
        then);

    diag_init(&diags, "mapping.yaml");
    struct mapping *m = mapping_load(a, "mapping.yaml", text, NULL, 0, &diags);
    if (!m)
        fail_msg("%s: %s %s", then, diags.items[0].code, diags.items[0].text);
    return m;
}

static struct mapped map(struct arena *a, const struct mapping *m, const char *field)
{
    struct mapped r;
    const struct json *issue;
    struct str text =
        arena_printf(a, "{\"fields\":{\"customfield_10010\":\"31\",\"customfield_52\":%s}}", field);

    assert_true(json_parse(a, text, &issue, NULL));
    mapping_ticket(m, a, issue, &r);
    return r;
}

static void each_gives_a_text_or_holds(void **state)
{
    static const struct {
        const char *then, *field, *got; /* got: M2xx where it holds */
    } CASES[] = {
        {"[number]", "10.0", "10"},
        {"[number]", "\"-0012.50\"", "-12.5"},
        {"[number]", "\"-0.0\"", "0"},
        {"[number]", "1e9", "M204"},
        {"[number]", "\"12 h\"", "M204"},
        {"[number]", "\"1.\"", "M204"},
        {"[number]", "\"-\"", "M204"},
        {"[date]", "\"2026-11-26\"", "2026-11-26"},
        {"[date]", "\"2026-11-26T10:20:56.123+0000\"", "2026-11-26"},
        {"[date]", "\"2026-13-01\"", "M204"},
        {"[date]", "\"tomorrow!!\"", "M204"},
        {"[{ split: ';' }]", "\"a; b\"", "M203"}, /* still two */
        {"[{ split: ';' }]", "\" a \"", "a"},
        {"[{ split: ';' }, first]", "\"a; b\"", "a"},
        {"[{ split: ';' }, { part: 2 }]", "\"a; b ;c\"", "b"},
        {"[{ split: ';' }, { part: 2 }]", "\"a;;c\"", "M201"},
        {"[{ split: ';' }, { part: 4 }]", "\"a;b;c\"", "M201"},
        {"[{ split: '::' }, { part: 3 }]", "\"a::b::c:d\"", "c:d"},
        {"[{ part: 1 }]", "\"a\"", "a"},
        {"[{ part: 2 }]", "\"a\"", "M201"},
        {"[{ part: 2 }]", "[{\"value\":\"a\"},{\"value\":\"b\"}]", "b"},
        {"[{ part: 3 }]", "[{\"value\":\"a\"},{\"value\":\"b\"}]", "M201"},
        {"[{ part: 2 }, account]", "[{\"accountId\":\"1\"},{\"accountId\":\"2\"}]", "2"},
        {"[{ match: 'CN=([^,]+),.*' }]", "\"CN=fin,OU=x\"", "fin"},
        {"[{ match: 'CN=([^,]+),.*' }]", "\"fin\"", "M204"},
        {"[{ match: '()x' }]", "\"x\"", "M201"},
        {"[{ replace: [_, '-'] }]", "\"a_b__c\"", "a-b--c"},
        {"[{ replace: [aa, a] }]", "\"aaaa\"", "aa"}, /* once, from the left */
        {"[{ replace: [a, ''] }]", "\"aaa\"", "M201"},
        {"[{ before: fin- }, { after: -role }]", "\"x\"", "fin-x-role"},
        {"[trim, lower, { replace: [' ', '-'] }, { before: app- }]", "\" SAP Fin \"",
         "app-sap-fin"},
        {"[{ before: x }]", "null", "M201"}, /* empty stays empty */
        {"[{ split: ';' }]", "{\"type\":\"doc\"}", "M204"},
        {"[plain, { split: ':' }, { part: 2 }]",
         "{\"type\":\"doc\",\"version\":1,\"content\":[{\"type\":\"paragraph\",\"content\":[{"
         "\"type\":"
         "\"text\",\"text\":\"role: fin\"}]}]}",
         "fin"},
        {"[{ before: x }]", "{\"value\":\"Option\"}", "xOption"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        AUTO(drop_arena) struct arena *a = arena_new(ROOM);
        struct mapped r = map(a, load(a, CASES[i].then), CASES[i].field);
        struct str got = r.outcome == MAPPED_OK ? r.entitlement : str_of(r.hold_code);
        if (!str_eq_c(got, CASES[i].got))
            fail_msg("%s of %s: %.*s, not %s", CASES[i].then, CASES[i].field, STR_ARG(got),
                     CASES[i].got);
    }
}

static void what_they_make_is_bounded(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    static char many[2048], field[2100];
    (void)state;

    memset(many, ';', 65);
    snprintf(field, sizeof field, "\"%.64s\"", many); /* 65 parts */
    struct mapped r = map(a, load(a, "[{ split: ';' }, first]"), field);
    assert_string_equal(r.hold_code, "M204");
    assert_non_null(strstr(arena_cstr(a, r.hold_text), "falls into too many parts"));
    memset(many, 'a', 1000);
    snprintf(field, sizeof field, "\"%.1000s\"", many);
    AUTO(drop_buf) struct buf then;
    buf_init(&then, 4096);
    buf_printf(&then, "[{ replace: [a, \"%.200s\"] }]", many + 0);
    r = map(a, load(a, then.p), field); /* 200,000 bytes */
    assert_string_equal(r.hold_code, "M204");
    assert_non_null(strstr(arena_cstr(a, r.hold_text), "is too long"));
}

/* What is put before and behind is left out of the ticket; what cannot be written back is refused.
 */
static void and_back(void **state)
{
    static const struct {
        const char *then, *entitlement, *field; /* NULL: cannot be expressed */
    } CASES[] = {
        {"[{ before: fin- }, { after: -role }]", "fin-x-role", "\"x\""},
        {"[trim, { before: fin- }]", "fin-x", "\"x\""},
        {"[{ before: fin- }]", "x", NULL}, /* would come back as fin-x */
        {"[{ before: fin- }]", "fin-", NULL},
        {"[{ match: 'x(.*)' }]", "y", NULL},
        {"[{ match: 'x(.*)' }]", "xy", NULL}, /* would come back as y */
        {"[{ split: ';' }, { part: 2 }]", "b", NULL},
        {"[{ split: ';' }, { part: 1 }]", "a;b", NULL},
        {"[{ split: ';' }, { part: 1 }]", "a", "\"a\""},
        {"[{ replace: [_, '-'] }]", "a-b", "\"a-b\""},
        {"[{ replace: [_, '-'] }]", "a_b", NULL},
        {"[number]", "10", "\"10\""},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        AUTO(drop_arena) struct arena *a = arena_new(ROOM);
        struct wanted w = {.kind = REQUEST_REMOVAL,
                           .requester = STR("r"),
                           .beneficiary = STR("p"),
                           .source = STR("s"),
                           .entitlement = str_of(CASES[i].entitlement)};
        struct mapped r;
        struct str fields = STR("");
        struct err err = {0};
        bool made = mapping_request(load(a, CASES[i].then), a, &w, &r, &fields, &err);
        const char *wanted =
            CASES[i].field ? arena_printf(a, "{\"customfield_52\":%s}", CASES[i].field).p : "";
        if (made != (CASES[i].field != NULL) || !str_eq_c(fields, wanted))
            fail_msg("%s of %s: %.*s %s", CASES[i].then, CASES[i].entitlement, STR_ARG(fields),
                     err.what);
    }
}

UNIT_MAIN(cmocka_unit_test(each_gives_a_text_or_holds), cmocka_unit_test(what_they_make_is_bounded),
          cmocka_unit_test(and_back))
