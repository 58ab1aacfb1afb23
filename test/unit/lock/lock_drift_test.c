#include "lock/lock_drift.h"

#include "lock_unit.h"

/* Two forms that share a field. */
#define TWICE                                                                            \
    "\"issue_type\":\"7\",\"form\":{\"fields\":[{\"id\":\"customfield_50\","             \
    "\"name\":\"System\",\"kind\":\"option\",\"options\":[{\"id\":\"1\",\"text\":\"SAP " \
    "FIN\"}]}]}}"

#define MAPPING                                                                                   \
    "version: 1\nservice_desk: IAM\nticket: { create: request }\n"                                \
    "fields: { request_type: customfield_10 }\n"                                                  \
    "statuses: { Verifying access: verify, Resolved: done }\n"                                    \
    "resolutions: { \"Won't Do\": declined }\n"                                                   \
    "requests:\n"                                                                                 \
    "  - name: remove\n    request_type: \"31\"\n    change: removal\n"                           \
    "    subject: { from: customfield_61, then: [email, lower], on_missing: hold }\n"             \
    "    application: { from: customfield_50, lookup: { \"SAP FIN\": sap }, on_missing: hold }\n" \
    "    entitlement: { from: customfield_52, then: [lower], on_missing: hold }\n"

static struct diag_list diags;

/* "option_gone! status_new": each change by its word, with a mark when it breaks. */
static const char *drift_to(struct arena *a, struct str now, struct lock_changes *changes)
{
    diag_init(&diags, "mapping.yaml");
    const struct mapping *m = mapping_load(a, "mapping.yaml", STR(MAPPING), NULL, 0, &diags);
    struct str said = STR("");

    if (!m)
        fail_msg("%s: %s", diags.items[0].code, diags.items[0].text);
    lock_drift(m, &lock_of(a, STR(DESK))->sites[0], &lock_of(a, now)->sites[0], a, changes);
    assert_int_equal(changes->count, changes->breaking + changes->harmless);
    for (size_t i = 0; i < changes->count; i++)
        said = arena_printf(a, "%.*s%s%s%s", STR_ARG(said), i ? " " : "",
                            LOCK_CHANGE_NAMES[changes->items[i].kind],
                            changes->items[i].breaking ? "!" : "");
    return arena_cstr(a, said);
}

/* One change of the desk's text, and what is said of it. */
struct drift_case {
    const char *behind, *from, *to, *said;
};

static void all_said(const struct drift_case *cases, size_t count)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    struct lock_changes *changes = ARENA_NEW(a, struct lock_changes);

    for (size_t i = 0; i < count; i++) {
        struct str now = with(a, STR(DESK), cases[i].behind, cases[i].from, cases[i].to);
        const char *said = drift_to(a, now, changes);
        if (strcmp(said, cases[i].said) != 0)
            fail_msg("%zu: %s -> %s: got '%s', want '%s'", i, cases[i].from, cases[i].to, said,
                     cases[i].said);
    }
}

static void changes_of_fields_and_forms_are_classified(void **state)
{
    static const struct drift_case CASES[] = {
        {"sites", "acme", "acme", ""},
        /* fields */
        {"customfield_61", "Person", "Employee", "field_renamed"},
        {"customfield_50", "select", "textfield", "field_type!"},
        {"fields",
         "{\"id\":\"customfield_61\",\"name\":\"Person\",\"type\":\"userpicker\","
         "\"kind\":\"user\"},",
         "", "field_gone!"},
        {"customfield_99", "textfield", "select", ""}, /* nobody's business */
        /* the form */
        {"\"form\"", "{\"id\":\"customfield_61\",\"name\":\"Person\",\"kind\":\"user\"},", "",
         "field_off_form!"},
        {"\"form\"", ",{\"id\":\"customfield_98\",\"name\":\"Note\",\"kind\":\"text\"}", "",
         "field_off_form"},
        {"customfield_98", "\"text\"}", "\"text\",\"required\":true}", "field_required!"},
        {"\"form\"", "\"kind\":\"user\"}", "\"kind\":\"user\",\"required\":true}",
         "field_required"},
        {"\"form\"", ",\"required\":true", "", "field_optional"},
        {"customfield_98", "\"kind\":\"text\"}",
         "\"kind\":\"text\"},{\"id\":\"customfield_97\","
         "\"name\":\"New\",\"kind\":\"text\"}",
         "field_on_form"},
        {"customfield_98", "\"kind\":\"text\"}",
         "\"kind\":\"text\"},{\"id\":\"customfield_97\","
         "\"name\":\"New\",\"kind\":\"text\",\"required\":true}",
         "field_required!"},
        /* options: named by the lookup, not named, read as they are */
        {"options", "{\"id\":\"1\",\"text\":\"SAP FIN\"},", "", "option_gone!"},
        {"options", ",{\"id\":\"2\",\"text\":\"Workday\"}", "", "option_gone"},
        {"options", "SAP FIN", "SAP Finance", "option_renamed!"},
        {"options", "Workday", "Work day", "option_renamed"},
        {"options", "\"Workday\"}", "\"Workday\"},{\"id\":\"3\",\"text\":\"Okta\"}", "option_new"},
        {"options", "\"admin\"", "\"ADMIN\"", "option_renamed"},
        {"options", "\"admin\"", "\"root\"", "option_renamed!"},
        {"options", "{\"id\":\"5\",\"text\":\"admin\"},", "", "option_gone"},
    };
    (void)state;
    all_said(CASES, COUNT(CASES));
}

static void other_changes_are_classified(void **state)
{
    static const struct drift_case CASES[] = {
        /* request types */
        {"request_types", "\"31\"", "\"32\"", "request_type_gone! request_type_new"},
        {"request_types", "\"Remove\"", "\"Take away\"", "request_type_renamed"},
        {"\"form\"", "\"40\"", "\"41\"", "request_type_gone request_type_new"},
        {"projects", "\"desk\":\"4\"", "\"desk\":\"\"", "desk_gone!"},
        /* statuses */
        {"statuses", "\"Resolved\"", "\"Solved\"", "status_renamed!"},
        {"statuses", "\"Parked\"", "\"Waiting\"", "status_renamed"},
        {"\"Resolved\"", "done", "new", "status_category!"},
        {"\"Parked\"", "indeterminate", "done", "status_category!"},
        {"\"Open\"", "new", "indeterminate", "status_category"},
        {"statuses", "{\"id\":\"2\",\"name\":\"Verifying access\",\"category\":\"indeterminate\"},",
         "", "status_gone!"},
        {"statuses", ",{\"id\":\"4\",\"name\":\"Parked\",\"category\":\"indeterminate\"}", "",
         "status_gone"},
        {"\"Parked\"", "}", "},{\"id\":\"9\",\"name\":\"Cancelled\",\"category\":\"done\"}",
         "status_new!"},
        {"\"Parked\"", "}", "},{\"id\":\"9\",\"name\":\"Later\",\"category\":\"new\"}",
         "status_new"},
        {"statuses", "\"id\":\"2\"", "\"id\":\"8\"", ""}, /* made anew under the same name */
        /* resolutions */
        {"resolutions", "Won't Do", "Will not", "resolution_renamed!"},
        {"resolutions", "\"Done\"", "\"Fixed\"", "resolution_renamed"},
        {"resolutions", ",{\"id\":\"2\",\"name\":\"Won't Do\"}", "", "resolution_gone!"},
        /* roads */
        {"transitions", "\"Close\"", "\"Shut\"", "transition_changed"},
        {"transitions", "\"to\":\"Verifying access\"", "\"to\":\"Resolved\"",
         "transition_changed!"},
        {"transitions", "\"id\":\"51\"", "\"id\":\"52\"", "transition_gone transition_new"},
        {"\"Parked\"", ",\"transitions\":", ",\"unread\":", ""}, /* by whoever may not */
    };
    (void)state;
    all_said(CASES, COUNT(CASES));
}

static void what_breaks_is_told_first_with_its_place(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    struct lock_changes *changes = ARENA_NEW(a, struct lock_changes);
    (void)state;
    struct str now = with(a, STR(DESK), "customfield_61", "Person", "Employee");

    now = with(a, now, "options", "SAP FIN", "SAP Finance");
    assert_string_equal(drift_to(a, now, changes), "option_renamed! field_renamed");
    assert_str(changes->items[0].what,
               "option \"SAP FIN\" of customfield_50 'System' is called \"SAP Finance\" now");
    assert_str(changes->items[0].on, "request type 31");
    assert_str(changes->items[0].where, "application (mapping.yaml:12:18)");
    assert_str(changes->items[1].where, "subject (mapping.yaml:11:14)");
}

static void one_change_on_two_forms_is_one(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    struct lock_changes *changes = ARENA_NEW(a, struct lock_changes);
    (void)state;
    struct str was = with(a, STR(DESK), "\"40\"", "\"issue_type\":\"7\"}", TWICE);
    struct str now = with(a, was, "options", "SAP FIN", "SAP Finance");

    now = with(a, now, "\"40\"", "SAP FIN", "SAP Finance");
    diag_init(&diags, "mapping.yaml");
    const struct mapping *m = mapping_load(a, "mapping.yaml", STR(MAPPING), NULL, 0, &diags);
    lock_drift(m, &lock_of(a, was)->sites[0], &lock_of(a, now)->sites[0], a, changes);
    assert_int_equal(changes->breaking + changes->harmless, 1);
    assert_true(
        changes->items[0].breaking); /* nothing names it on the second, but the first does */
    assert_str(changes->items[0].on, "request type 31, request type 40");
}

static void the_print_is_of_what_breaks(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    struct lock_changes *changes = ARENA_NEW(a, struct lock_changes);
    (void)state;
    struct str broken = with(a, STR(DESK), "options", "SAP FIN", "SAP Finance");

    (void)drift_to(a, with(a, STR(DESK), "customfield_61", "Person", "Employee"), changes);
    assert_int_equal(lock_drift_print(a, changes).len, 0);
    (void)drift_to(a, broken, changes);
    struct str print = lock_drift_print(a, changes);
    assert_int_equal(print.len, 64);
    (void)drift_to(a, with(a, broken, "customfield_61", "Person", "Employee"), changes);
    assert_true(str_eq(print, lock_drift_print(a, changes)));
    (void)drift_to(a, with(a, broken, "statuses", "\"Resolved\"", "\"Solved\""), changes);
    assert_false(str_eq(print, lock_drift_print(a, changes)));
}

static void more_than_there_is_room_for_is_counted(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    struct lock_changes *changes = ARENA_NEW(a, struct lock_changes);
    struct str more = STR("\"Workday\"}");
    (void)state;

    for (int i = 0; i < LOCK_CHANGES_MAX + 10; i++)
        more = arena_printf(a, "%.*s,{\"id\":\"9%d\",\"text\":\"x%d\"}", STR_ARG(more), i, i);
    struct str now = with(a, STR(DESK), "options", "\"Workday\"}", arena_cstr(a, more));
    now = with(a, now, "statuses", "\"Resolved\"", "\"Solved\"");
    diag_init(&diags, "mapping.yaml");
    const struct mapping *m = mapping_load(a, "mapping.yaml", STR(MAPPING), NULL, 0, &diags);
    lock_drift(m, &lock_of(a, STR(DESK))->sites[0], &lock_of(a, now)->sites[0], a, changes);
    assert_int_equal(changes->count, LOCK_CHANGES_MAX);
    assert_int_equal(changes->breaking, 1);
    assert_int_equal(changes->harmless, LOCK_CHANGES_MAX + 10);
    assert_true(changes->items[0].breaking);
    assert_false(changes->items[1].breaking);
}

UNIT_MAIN(cmocka_unit_test(changes_of_fields_and_forms_are_classified),
          cmocka_unit_test(other_changes_are_classified),
          cmocka_unit_test(what_breaks_is_told_first_with_its_place),
          cmocka_unit_test(one_change_on_two_forms_is_one),
          cmocka_unit_test(the_print_is_of_what_breaks),
          cmocka_unit_test(more_than_there_is_room_for_is_counted))
