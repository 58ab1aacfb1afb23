#include "base/err.h"

#include <string.h>

#include "unit.h"

static void filled_where_it_happens(void **state)
{
    struct err err = {.native = 5, .trail = "old"};
    (void)state;

    assert_false(FAIL(&err, ERR_CONFIG, "cannot open '%s'", "x.yaml"));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_string_equal(err.what, "cannot open 'x.yaml'");
    assert_string_equal(err.trail, "");
    assert_int_equal(err.native, 0);
    assert_non_null(strstr(err.file, "err_test.c"));
    assert_true(err.line > 0);
    assert_false(FAIL(NULL, ERR_BUG, "nobody asks"));
}

static void made_from_its_own_text(void **state)
{
    struct err err;
    (void)state;

    FAIL(&err, ERR_INPUT, "inner");
    FAIL(&err, ERR_CONFIG, "outer: %s", err.what);
    assert_string_equal(err.what, "outer: inner");
}

static void extended_on_the_way_up(void **state)
{
    struct err err;
    (void)state;

    FAIL(&err, ERR_TEMPORARY, "refused");
    assert_false(err_while(&err, "connecting to '%s'", "db"));
    assert_false(err_while(&err, "starting"));
    assert_string_equal(err.trail, "while connecting to 'db', while starting");
    for (int i = 0; i < 100; i++)
        err_while(&err, "going %d levels up", i);
    assert_int_equal(strlen(err.trail), sizeof err.trail - 1);
    assert_false(err_while(NULL, "x"));
}

static void long_texts_are_cut(void **state)
{
    struct err err;
    char text[1000];
    (void)state;

    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    FAIL(&err, ERR_INPUT, "%s", text);
    assert_int_equal(strlen(err.what), sizeof err.what - 1);
}

static void kinds_have_names(void **state)
{
    static const char *const NAMES[] = {"none",      "input",           "config",   "refused",
                                        "temporary", "unknown_outcome", "conflict", "bug"};
    (void)state;

    for (size_t i = 0; i < COUNT(NAMES); i++)
        assert_string_equal(err_kind_name((enum err_kind)i), NAMES[i]);
    assert_string_equal(err_kind_name((enum err_kind)COUNT(NAMES)), "bug");
}

UNIT_MAIN(cmocka_unit_test(filled_where_it_happens), cmocka_unit_test(made_from_its_own_text),
          cmocka_unit_test(extended_on_the_way_up), cmocka_unit_test(long_texts_are_cut),
          cmocka_unit_test(kinds_have_names))
