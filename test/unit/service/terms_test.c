/* What a request takes of a rule: all of its own rule, less of one that was found for it. */
#include "service/terms.h"

#include "unit.h"

enum { ROOM = 32 * 1024 * 1024 };

/* As in schemas/example/templates.yaml: the first rule that takes something away is the leaver's.
 */
#define TARGETS                                                     \
    "    subject: { from: customfield_61, on_missing: hold }\n"     \
    "    application: { const: sap-fin }\n"                         \
    "    entitlement: { from: customfield_52, on_missing: hold }\n" \
    "    privileged: { from: customfield_70, then: [bool], default: \"false\" }\n"
#define MAPPING                                                                          \
    "version: 1\n"                                                                       \
    "templates:\n"                                                                       \
    "  leaver: { lifecycle: leaver, subject: service }\n"                                \
    "  robot: { lifecycle: joiner, subject: contractor, requires: [sponsor] }\n"         \
    "requests:\n"                                                                        \
    "  - name: leave\n    request_type: \"31\"\n    change: removal\n    template: "     \
    "leaver\n" TARGETS                                                                   \
    "  - name: join\n    request_type: \"32\"\n    change: grant\n    template: robot\n" \
    "    sponsor: { from: customfield_90 }\n" TARGETS

static struct mapped found(struct arena *a, enum request_kind kind, bool privileged)
{
    static struct diag_list diags;
    struct wanted w = {.kind = kind,
                       .requester = STR("boss"),
                       .beneficiary = STR("okafor"),
                       .source = STR("sap-fin"),
                       .entitlement = STR("fin-ledger-admin"),
                       .sponsor = STR("boss"),
                       .privileged = privileged};
    struct mapped m;
    struct str fields;
    struct err err = {0};

    diag_init(&diags, "mapping.yaml");
    struct mapping *mapping = mapping_load(a, "mapping.yaml", STR(MAPPING), NULL, 0, &diags);
    if (!mapping)
        fail_msg("%s: %s", diags.items[0].code, diags.items[0].text);
    if (!mapping_request(mapping, a, &w, &m, &fields, &err))
        fail_msg("%s", err.what);
    return m;
}

static void a_ticket_is_what_its_rule_says(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    struct mapped m = found(a, REQUEST_REMOVAL, false);
    struct store_item items[MAPPED_ITEMS_MAX];
    struct store_intake in = {.emergency = false};
    (void)state;

    terms_take(&m, &in, items);
    assert_str(in.lifecycle, "leaver");
    assert_str(in.subject_kind, "service");
}

static void a_wish_is_of_no_event_of_a_rule_that_was_found_for_it(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    struct mapped m = found(a, REQUEST_REMOVAL, false);
    struct store_item items[MAPPED_ITEMS_MAX];
    struct store_intake in = {.emergency = false};
    (void)state;

    terms_take_found(&m, &in, items);
    assert_str(in.lifecycle, "standard");
    assert_str(in.subject_kind, "human");
    assert_int_equal(in.item_count, 1);
    assert_int_equal(items[0].desired, DESIRED_ABSENT);
    m = found(a, REQUEST_REMOVAL, true);
    terms_take_found(&m, &in, items);
    assert_str(in.lifecycle, "privileged");
    m = found(a, REQUEST_GRANT, false); /* who it is for is what the facts were asked of */
    terms_take_found(&m, &in, items);
    assert_str(in.lifecycle, "standard");
    assert_str(in.subject_kind, "contractor");
    in.emergency = true;
    terms_take_found(&m, &in, items);
    assert_str(in.lifecycle, "emergency");
}

UNIT_MAIN(cmocka_unit_test(a_ticket_is_what_its_rule_says),
          cmocka_unit_test(a_wish_is_of_no_event_of_a_rule_that_was_found_for_it))
