#include "site/site_edition.h"

#include <string.h>

#include "unit.h"

enum { ROOM = 4 * 1024 * 1024 };

static struct site_edition *edition(const char *role_field)
{
    struct arena *a = arena_new(ROOM);
    struct diag_list *diags = ARENA_NEW(a, struct diag_list);
    struct str text = arena_printf(
        a,
        "version: 1\nrequests:\n  - name: one\n    request_type: \"31\"\n    change: removal\n"
        "    subject: { from: customfield_61, on_missing: hold }\n"
        "    application: { const: sap-fin }\n"
        "    entitlement: { from: %s, on_missing: hold }\n"
        "    justification: { from: description, then: [plain] }\n",
        role_field);
    diag_init(diags, "mapping.yaml");
    const struct mapping *m = mapping_load(a, "mapping.yaml", text, NULL, 0, diags);
    assert_non_null(m);
    return site_edition_new(m, a);
}

static void what_it_reads_and_whose_history(void **state)
{
    struct site_edition *e = edition("customfield_52");
    (void)state;

    assert_non_null(strstr(e->fields, "status,resolution,"));
    assert_non_null(strstr(e->fields, ",customfield_52"));
    assert_non_null(strstr(e->fields, ",description"));
    assert_null(strstr(strstr(e->fields, "reporter") + 1, "reporter")); /* each once */
    assert_true(mapping_field_is_in(e->read, e->read_count, STR("description")));
    /* why it is asked for changes nothing of what is approved */
    assert_false(mapping_field_is_in(e->history, e->history_count, STR("description")));
    assert_true(mapping_field_is_in(e->history, e->field_count, STR("customfield_52")));
    assert_true(mapping_field_is_in(e->history, e->history_count, STR("status")));
    assert_false(mapping_field_is_in(e->history, e->field_count, STR("status")));
    site_edition_free(e);
}

static void the_live_one_changes_and_the_one_before_is_kept(void **state)
{
    static struct site site;
    struct site_edition *first = edition("customfield_1"), *second = edition("customfield_2");
    struct str sha_of_first = str_of(first->mapping->sha256);
    (void)state;

    site = (struct site){0};
    list_init(&site.editions);
    site_edition_use(&site, first);
    assert_ptr_equal(site.o.mapping, first->mapping);
    assert_int_equal(site_edition_count(&site), 0);
    assert_null(site_edition_find(&site, sha_of_first)); /* the live one is in no list */
    site_edition_use(&site, second);
    assert_ptr_equal(site.view.fields, second->history);
    assert_ptr_equal(site_edition_find(&site, sha_of_first), first);
    site_edition_trim(&site, 0);
    site_edition_free(site.edition);
}

static void those_asked_for_last_stay(void **state)
{
    static struct site site;
    struct site_edition *made[4];
    char sha256[4][SHA256_HEX_SIZE];
    static const char *const FIELDS[] = {"customfield_1", "customfield_2", "customfield_3",
                                         "customfield_4"};
    (void)state;

    site = (struct site){0};
    list_init(&site.editions);
    for (size_t i = 0; i < 4; i++) {
        made[i] = edition(FIELDS[i]);
        memcpy(sha256[i], made[i]->mapping->sha256, SHA256_HEX_SIZE);
        site_edition_keep(&site, made[i]);
    }
    assert_non_null(site_edition_find(&site, str_of(sha256[0])));
    site_edition_trim(&site, 2);
    assert_int_equal(site_edition_count(&site), 2);
    assert_ptr_equal(site_edition_find(&site, str_of(sha256[0])), made[0]);
    assert_ptr_equal(site_edition_find(&site, str_of(sha256[3])), made[3]);
    assert_null(site_edition_find(&site, str_of(sha256[1])));
    site_edition_trim(&site, 5); /* nothing to do */
    assert_int_equal(site_edition_count(&site), 2);
    site_edition_trim(&site, 0);
}

UNIT_MAIN(cmocka_unit_test(what_it_reads_and_whose_history),
          cmocka_unit_test(the_live_one_changes_and_the_one_before_is_kept),
          cmocka_unit_test(those_asked_for_last_stay))
