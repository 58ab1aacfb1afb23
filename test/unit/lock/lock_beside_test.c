/* What is known beside the lock: tickets that no rule is for, and sources of the configuration. */
#include "lock/lock_check.h"
#include "lock/lock_scaffold.h"
#include "lock_unit.h"

#define MAPPING                                                                                   \
    "version: 1\nservice_desk: IAM\nfields: { request_type: customfield_10 }\n"                   \
    "statuses: { Verifying access: verify, Resolved: done }\n"                                    \
    "requests:\n"                                                                                 \
    "  - name: remove\n    request_type: \"31\"\n    change: removal\n"                           \
    "    subject: { from: customfield_61, then: [email, lower], on_missing: hold }\n"             \
    "    application: { from: customfield_50, lookup: { \"SAP FIN\": sap }, on_missing: hold }\n" \
    "    entitlement: { from: customfield_52, then: [lower], on_missing: hold }\n"

static struct diag_list diags, of_lock;

static const char *note_of_m131(const struct lock_tickets *tickets)
{
    static char note[sizeof of_lock.items[0].note];
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    const struct lock_site *sites[] = {&lock_of(a, STR(DESK))->sites[0]};

    diag_init(&diags, "mapping.yaml");
    diag_init(&of_lock, "fields.lock.json");
    const struct mapping *m = mapping_load(a, "mapping.yaml", STR(MAPPING), NULL, 0, &diags);
    assert_non_null(m);
    lock_check(m, sites, 1, tickets, a, &diags, &of_lock);
    assert_int_equal(of_lock.count, 1);
    assert_string_equal(of_lock.items[0].code, "M131");
    memcpy(note, of_lock.items[0].note, sizeof note);
    return note;
}

static void tickets_without_a_rule_are_counted(void **state)
{
    const struct lock_tickets_of of[] = {
        {STR("other"), STR("40"), 9}, {STR("acme"), STR("41"), 5}, {STR("acme"), STR("40"), 212}};
    (void)state;

    assert_string_equal(note_of_m131(NULL),
                        "its tickets stay ungoverned; with --config it is said how many there are");
    assert_string_equal(
        note_of_m131(&(struct lock_tickets){90, of, 3}),
        "212 tickets of this type, changed in the last 90 days, would stay ungoverned");
    assert_string_equal(
        note_of_m131(&(struct lock_tickets){90, of, 2}),
        "0 tickets of this type, changed in the last 90 days, would stay ungoverned");
}

static const char *rule_with(struct arena *a, const char *source)
{
    struct str name = str_of(source ? source : "");
    struct lock_sources sources = {&name, 1};
    const struct lock_project *project = &lock_of(a, STR(DESK))->sites[0].projects[0];
    struct buf b;

    buf_init(&b, ROOM);
    lock_scaffold_rule(a, project, &project->types[0], source ? &sources : NULL, &b);
    const char *text = arena_cstr(a, buf_str(&b));
    buf_done(&b);
    return text;
}

static void options_without_a_source_are_left_out(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    const char *known = rule_with(a, "sap-fin"), *none = rule_with(a, "directory");
    (void)state;

    assert_non_null(strstr(known, "\n        \"SAP FIN\": sap-fin\n"));
    assert_non_null(strstr(known, "\n        # Workday: workday # check: the configuration has no "
                                  "source of this name\n"));
    /* where none fits, all are there to be looked at: a lookup of nothing is no mapping */
    assert_non_null(strstr(none, "\n        Workday: workday # check: name of a source"));
    assert_string_equal(none, rule_with(a, NULL));
}

UNIT_MAIN(cmocka_unit_test(tickets_without_a_rule_are_counted),
          cmocka_unit_test(options_without_a_source_are_left_out))
