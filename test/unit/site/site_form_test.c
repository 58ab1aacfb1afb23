/* What a site keeps of forms: one of each name, for five minutes, and no more bytes than its
 * budget. */
#include "site/site_form.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

static bool kept(const struct site_forms *forms, const char *name, int64_t now_ms)
{
    struct str desk, pages;
    return site_forms_find(forms, str_of(name), now_ms, &desk, &pages);
}

static void one_of_each_name(void **state)
{
    struct site_forms *forms = site_forms_new();
    struct str desk, pages;
    char longer[600];
    (void)state;

    memset(longer, 'n', sizeof longer);
    assert_false(kept(forms, "1/IAM/7", 0));
    site_forms_keep(forms, STR("1/IAM/7"), STR("4"), STR("[1]"), 1000);
    site_forms_keep(forms, STR("1/IAM/7"), STR("5"), STR("[2,3]"), 2000);
    assert_true(site_forms_find(forms, STR("1/IAM/7"), 2000 + SITE_FORM_MS - 1, &desk, &pages));
    assert_true(str_eq_c(desk, "5") && str_eq_c(pages, "[2,3]"));
    assert_false(kept(forms, "1/IAM/7", 2000 + SITE_FORM_MS));
    assert_false(kept(forms, "1/IAM/8", 2000));
    site_forms_keep(forms, str_n(longer, sizeof longer), STR("5"), STR("[]"), 3000);
    assert_false(site_forms_find(forms, str_n(longer, sizeof longer), 3000, &desk, &pages));
    site_forms_free(forms);
}

static void the_oldest_gives_way(void **state)
{
    struct site_forms *forms = site_forms_new();
    char *text = calloc(1, SITE_FORM_BYTES + 1), name[16];
    const size_t FIT = SITE_FORMS_BYTES / SITE_FORM_BYTES;
    (void)state;

    for (size_t i = 0; i < FIT; i++) {
        (void)snprintf(name, sizeof name, "big-%zu", i);
        site_forms_keep(forms, str_of(name), STR("4"), str_n(text, SITE_FORM_BYTES), (int64_t)i);
    }
    assert_true(kept(forms, "big-0", 100)); /* the budget is full to the byte */
    site_forms_keep(forms, STR("small"), STR("4"), STR("[]"), 100);
    assert_false(kept(forms, "big-0", 100));
    assert_true(kept(forms, "big-1", 100));
    /* in its own place: nothing else has to go */
    site_forms_keep(forms, STR("big-1"), STR("4"), str_n(text, SITE_FORM_BYTES), 101);
    assert_true(kept(forms, "big-1", 101) && kept(forms, "big-2", 101) &&
                kept(forms, "small", 101));
    /* too long for one; what was known under its name is old by now */
    site_forms_keep(forms, STR("big-1"), STR("4"), str_n(text, SITE_FORM_BYTES + 1), 102);
    assert_false(kept(forms, "big-1", 102));
    for (size_t i = 0; i <= SITE_FORMS_MAX; i++) {
        (void)snprintf(name, sizeof name, "many-%zu", i);
        site_forms_keep(forms, str_of(name), STR("4"), STR("[]"), (int64_t)(200 + i));
    }
    assert_false(kept(forms, "many-0", 400));
    assert_true(kept(forms, "many-1", 400));
    free(text);
    site_forms_free(forms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_of_each_name),
        cmocka_unit_test(the_oldest_gives_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
