/* Duties to be kept apart: what a person would hold, over all accounts. */
#include "domain/sod.h"

#include "unit.h"

static const struct sod_set TWO = {{"payables", 8}, 2};
static const struct sod_set THREE = {{"keys", 4}, 3};

#define G SOD_GIVEN
#define T SOD_TAKEN
#define P OUTCOME_PRESENT
#define A OUTCOME_ABSENT

/* One account's row of a member. */
static struct sod_holding row(size_t member, enum sod_wish wish, enum outcome held)
{
    return (struct sod_holding){.member = member, .wish = wish, .held = held};
}

static void members_count_once_over_all_accounts(void **state)
{
    static const struct {
        struct sod_holding rows[4];
        size_t count;
        enum sod_answer before, after;
    } CASES[] = {
        /* what is asked for, and the other member */
        {{{.wish = G}, {.member = 1, .held = A}}, 2, SOD_CLEAR, SOD_CLEAR},
        {{{.wish = G}, {.member = 1, .held = P}}, 2, SOD_CONFLICT, SOD_UNKNOWN},
        {{{.wish = G}, {.member = 1}}, 2, SOD_UNKNOWN, SOD_UNKNOWN},
        /* both are asked for */
        {{{.wish = G}, {.member = 1, .wish = G}}, 2, SOD_CONFLICT, SOD_UNKNOWN},
        /* a mover gives one away */
        {{{.wish = G, .held = P}, {.member = 1, .wish = T, .held = A}}, 2, SOD_CLEAR, SOD_CLEAR},
        {{{.wish = G, .held = P}, {.member = 1, .wish = T, .held = P}}, 2, SOD_CLEAR, SOD_CONFLICT},
        /* two accounts of one member are one member */
        {{{.wish = G, .held = P}, {.held = P}, {.member = 1, .held = A}}, 3, SOD_CLEAR, SOD_CLEAR},
        /* one account that nobody can read outweighs one without it, not one that holds it */
        {{{.wish = G, .held = P}, {.member = 1, .held = A}, {.member = 1}},
         3,
         SOD_UNKNOWN,
         SOD_UNKNOWN},
        {{{.wish = G, .held = P}, {.member = 1}, {.member = 1, .held = P}},
         3,
         SOD_CONFLICT,
         SOD_CONFLICT},
        {{{.wish = G, .held = P}, {.member = 1}, {.member = 1}}, 3, SOD_UNKNOWN, SOD_UNKNOWN},
        /* another set's rows do not count */
        {{{.wish = G, .held = P}, {.set = 1, .member = 1, .held = P}}, 2, SOD_CLEAR, SOD_CLEAR},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        assert_int_equal(sod_judge(&TWO, 0, true, CASES[i].rows, CASES[i].count).answer,
                         CASES[i].before);
        assert_int_equal(sod_judge(&TWO, 0, false, CASES[i].rows, CASES[i].count).answer,
                         CASES[i].after);
    }
}

static void fewer_than_the_set_allows_is_clear_whatever_is_unknown(void **state)
{
    struct sod_holding rows[] = {row(0, G, 0), row(1, 0, 0), row(2, 0, A)};
    (void)state;

    struct sod_finding f = sod_judge(&THREE, 0, true, rows, 3);
    assert_int_equal(f.answer, SOD_CLEAR);
    assert_int_equal(f.held, 1);
    assert_int_equal(f.unknown, 1);
    rows[2].held = OUTCOME_UNKNOWN;
    f = sod_judge(&THREE, 0, true, rows, 3);
    assert_int_equal(f.answer, SOD_UNKNOWN);
    assert_ptr_equal(f.unread, &rows[1]);
}

static void a_request_that_may_be_his_counts_and_is_told(void **state)
{
    struct sod_holding maybe = {.member = 1, .wish = G, .maybe = STR("IAM-12")};
    struct sod_holding rows[] = {row(0, G, 0), row(1, 0, A), maybe};
    (void)state;

    struct sod_finding f = sod_judge(&TWO, 0, true, rows, 3);
    assert_int_equal(f.answer, SOD_CONFLICT);
    assert_int_equal(f.doubted, 1);
    assert_ptr_equal(f.doubt, &rows[2]);
    /* before it is given; afterwards what is read counts */
    assert_int_equal(sod_judge(&TWO, 0, false, rows, 3).doubted, 0);
    /* he has it by another account: no doubt is left */
    rows[1].held = P;
    f = sod_judge(&TWO, 0, true, rows, 3);
    assert_int_equal(f.answer, SOD_CONFLICT);
    assert_int_equal(f.doubted, 0);
    assert_null(f.doubt);
}

static void what_is_held_is_told(void **state)
{
    struct sod_holding rows[] = {row(0, G, 0), row(1, 0, P)};
    (void)state;

    assert_ptr_equal(sod_judge(&TWO, 0, true, rows, 2).first, &rows[1]);
    rows[1] = row(1, G, 0);
    assert_null(sod_judge(&TWO, 0, true, rows, 2).first);
}

UNIT_MAIN(cmocka_unit_test(members_count_once_over_all_accounts),
          cmocka_unit_test(fewer_than_the_set_allows_is_clear_whatever_is_unknown),
          cmocka_unit_test(a_request_that_may_be_his_counts_and_is_told),
          cmocka_unit_test(what_is_held_is_told))
