#include "site/site_edition.h"

#include <stdio.h>
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
    site_edition_drop(e);
}

static void the_live_one_changes_and_the_one_before_is_kept(void **state)
{
    static struct site site, beside;
    struct site_edition *first = edition("customfield_1"), *second = edition("customfield_2");
    struct str sha_of_first = str_of(first->mapping->sha256);
    (void)state;

    site = beside = (struct site){0};
    list_init(&site.editions);
    list_init(&beside.editions);
    site_edition_use(&site, first);
    assert_ptr_equal(site.o.mapping, first->mapping);
    assert_null(site_edition_find(&site, sha_of_first)); /* the live one is in no list */
    site_edition_share(&beside, &site);
    site_edition_use(&site, second);
    assert_ptr_equal(site.view.fields, second->history);
    assert_ptr_equal(site_edition_find(&site, sha_of_first), first);
    assert_ptr_equal(beside.o.mapping, first->mapping);
    site_edition_share(&beside, &site);
    site_edition_share(&beside, &site);
    assert_ptr_equal(beside.o.mapping, second->mapping);
    assert_int_equal(second->holds, 2);
    site_editions_drop(&site);
    assert_int_equal(second->holds, 1);
    site_editions_drop(&beside);
}

/* What is read by one that is kept no more lives as long as what was read. */
static void those_asked_for_last_stay(void **state)
{
    static struct site site;
    struct site_edition *made[SITE_EDITIONS_KEPT + 1];
    char sha256[SITE_EDITIONS_KEPT + 1][SHA256_HEX_SIZE];
    struct arena *reading = arena_new(ROOM), *other = arena_new(ROOM);
    (void)state;

    site = (struct site){0};
    list_init(&site.editions);
    for (size_t i = 0; i <= SITE_EDITIONS_KEPT; i++) {
        char field[32];
        snprintf(field, sizeof field, "customfield_%zu", i);
        made[i] = edition(field);
        memcpy(sha256[i], made[i]->mapping->sha256, SHA256_HEX_SIZE);
        if (i == SITE_EDITIONS_KEPT) { /* the oldest by age, not by who asked */
            assert_ptr_equal(site_edition_find(&site, str_of(sha256[0])), made[0]);
            site_edition_hold(made[1], reading);
            site_edition_hold(made[1], other);
        }
        site_edition_keep(&site, made[i]);
    }
    assert_ptr_equal(site_edition_find(&site, str_of(sha256[0])), made[0]);
    assert_null(site_edition_find(&site, str_of(sha256[1])));
    assert_string_equal(made[1]->mapping->sha256, sha256[1]);
    arena_free(reading);
    assert_int_equal(made[1]->holds, 1);
    arena_free(other);
    site_editions_drop(&site);
}

UNIT_MAIN(cmocka_unit_test(what_it_reads_and_whose_history),
          cmocka_unit_test(the_live_one_changes_and_the_one_before_is_kept),
          cmocka_unit_test(those_asked_for_last_stay))
