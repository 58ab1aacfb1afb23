/* Names as all their spellings have them in common; the same in test/sql/tap/duties.sql. */
#include "base/fold.h"

#include "base/arena.h"
#include "unit.h"

static const char *folded(const char *name)
{
    static struct buf b;

    buf_done(&b);
    buf_init(&b, 4096);
    assert_true(fold_name(&b, str_of(name)));
    return b.len ? b.p : "";
}

static void spellings_of_one_name(void **state)
{
    static const char *const SAME[] = {
        "finance-all",
        "Finance-All",
        " FINANCE-ALL\t",
        "\xef\xac\x81nance-all",           /* a ligature */
        "f\xc2\xadinance\xe2\x80\x8b-all", /* what nobody sees */
        "\xef\xbd\x86\xef\xbd\x89\xef\xbd\x8e\xef\xbd\x81\xef\xbd\x8e\xef\xbd\x83\xef\xbd\x85-all",
        "\xef\xbb\xbf"
        "finance-all"};
    (void)state;

    for (size_t i = 0; i < sizeof SAME / sizeof SAME[0]; i++)
        assert_string_equal(folded(SAME[i]), "finance-all");
    assert_string_equal(folded("  Gro\xc3\x9f"
                               "e \xc2\xa0 STRASSE\tx "),
                        "grosse strasse x");
    assert_string_equal(folded("E\xcc\x81tage"), "\xc3\xa9tage");
    assert_string_equal(folded("e\xe2\x80\x8b\xcc\x81tage"), "\xc3\xa9tage");
}

static void what_is_written_around_a_person_is_no_name(void **state)
{
    static const char *const SAME[] = {"ann@x.org", "mailto:Ann@X.org", "Ann Lee <ann@x.org>",
                                       "[~accountid:ann@x.org]", " ANN@x.org"};
    (void)state;

    for (size_t i = 0; i < sizeof SAME / sizeof SAME[0]; i++) {
        AUTO(drop_buf) struct buf b;
        buf_init(&b, 256);
        assert_true(fold_person(&b, str_of(SAME[i])));
        assert_true(str_eq_c(buf_str(&b), "ann@x.org"));
    }
}

static void other_names_stay_others(void **state)
{
    (void)state;
    assert_string_equal(folded("finance_all"), "finance_all");
    assert_string_equal(folded("finance  -all"), "finance -all");
    assert_string_equal(folded("*-Admin"), "*-admin");
    assert_string_equal(folded(""), "");
    assert_string_equal(folded(" \xc2\xad "), "");
    assert_string_equal(folded("A\xff"
                               "B "),
                        "A\xff"
                        "B ");
}

static void what_does_not_fit_is_told(void **state)
{
    AUTO(drop_buf) struct buf b;
    (void)state;

    buf_init(&b, 4);
    assert_false(fold_name(&b, STR("finance")));
    buf_clear(&b);
    assert_false(fold_name(&b, STR("fin  ance")));
    buf_clear(&b);
    assert_true(fold_name(&b, STR("fin")));
}

UNIT_MAIN(cmocka_unit_test(what_is_written_around_a_person_is_no_name),
          cmocka_unit_test(spellings_of_one_name), cmocka_unit_test(other_names_stay_others),
          cmocka_unit_test(what_does_not_fit_is_told))
