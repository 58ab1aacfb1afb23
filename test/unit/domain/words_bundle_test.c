/* What a ticket says of several things: each with its own state, and how many are missing. */
#include <string.h>

#include "domain/words.h"
#include "dossiers.h"
#include "unit.h"

static const struct notice_row *row_about(const struct notice *n, const char *what)
{
    for (size_t i = 0; i < n->row_count; i++)
        if (strstr(n->rows[i].what, what))
            return &n->rows[i];
    fail_msg("no row about '%s'", what);
    return NULL;
}

/* The long form: of a bundle every part, what is missing first. */
static void what_was_checked_is_listed(void **state)
{
    struct observation gone[2] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, MINUTE)};
    struct observation there = seen(OUTCOME_PRESENT, 8 * MINUTE - 3 * SECOND);
    struct observation down = seen(OUTCOME_UNKNOWN, 0), old = seen(OUTCOME_PRESENT, HOUR);
    struct item items[7] = {item_of(DESIRED_ABSENT, gone, 2), item_of(DESIRED_ABSENT, &there, 1),
                            item_of(DESIRED_ABSENT, gone, 1), item_of(DESIRED_ABSENT, &down, 1),
                            item_of(DESIRED_ABSENT, &old, 1), item_of(DESIRED_ABSENT, NULL, 0),
                            item_of(DESIRED_PRESENT, gone, 2)};
    static const char *const MARKS[] = {"GONE",     "STILL PRESENT", "SETTLING", "CANNOT BE READ",
                                        "OLD COPY", "NOT READ YET",  "MISSING"};
    char names[7][2] = {"a", "b", "c", "d", "e", "f", "g"};
    struct dossier d = claimed_of(items);
    struct notice n;
    (void)state;

    d.item_count = COUNT(items);
    for (size_t i = 0; i < COUNT(items); i++)
        items[i].entitlement = str_of(names[i]);
    words_for(&d, 0, NOTICE_NOT_YET, &n);
    assert_string_equal(n.head, "Not closed yet: the access is still there.");
    assert_int_equal(n.row_count, 8);
    assert_string_equal(n.rows[0].what, "Approved by someone allowed to");
    assert_string_equal(n.rows[0].mark, "NOT NEEDED");
    assert_string_equal(n.rows[0].note, "since 10:01 UTC");
    for (size_t i = 0; i < COUNT(items); i++) {
        char what[60];
        snprintf(what, sizeof what, "%s %s for M. Okafor in SAP FIN", names[i],
                 i == 6 ? "present" : "absent");
        assert_string_equal(row_about(&n, what)->mark, MARKS[i]);
    }
    assert_string_equal(n.rows[7].mark, "GONE"); /* what is proven comes last */
    assert_string_equal(row_about(&n, "b absent")->note, "read 11:02 UTC, 2 m after you finished");
    assert_string_equal(row_about(&n, "e absent")->note, "read 10:10 UTC");
    assert_string_equal(row_about(&n, "d absent")->note, "");
    assert_non_null(strstr(n.next, "6 of 7 are missing"));
    assert_non_null(strstr(n.help, "this ticket has no field to ask for one"));
    d.pleads = true;
    words_for(&d, NOW + MINUTE, n.state, &n);
    assert_non_null(strstr(n.help, "Access exception"));
    assert_int_equal(n.attempt, 1);

    d.approval_needed = true; /* reopened before anybody approved it */
    items[1].desired = DESIRED_PRESENT;
    items[1].excepted = true;
    there.account = ACCOUNT_DISABLED;
    items[1].source_label = STR_NONE;
    words_for(&d, 0, NOTICE_REOPENED, &n);
    assert_string_equal(n.rows[0].mark, "NO");
    assert_string_equal(row_about(&n, "b present for M. Okafor in sap")->mark, "EXCEPTION");
    items[1].excepted = false;
    d.approval_given = true;
    words_for(&d, 0, NOTICE_REOPENED, &n);
    assert_string_equal(row_about(&n, "b present")->mark, "NOT ACTIVE");
    assert_string_equal(n.rows[0].mark, "YES");
    d.item_count = 1;
    words_for(&d, 0, NOTICE_READY, &n);
    assert_int_equal(n.row_count, 0);
    assert_null(n.help);
}

static void a_long_bundle_is_cut(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item items[LIMIT_ITEMS_PER_REQUEST];
    struct dossier d;
    struct notice n;
    (void)state;

    for (size_t i = 0; i < COUNT(items); i++)
        items[i] = item_of(DESIRED_ABSENT, &there, 1);
    d = claimed_of(items);
    d.item_count = COUNT(items);
    words_for(&d, 0, NOTICE_NOT_YET, &n);
    assert_int_equal(n.row_count, NOTICE_ROWS_MAX);
    assert_non_null(strstr(n.next, "64 of 64 are missing; the list below names 9 of them."));
}

/* What is done of a bundle is told while the rest is worked on, though the one that is named is the
 * same. That a read grows old is no news. */
static void what_is_done_of_a_bundle_is_news(void **state)
{
    struct observation gone[2] = {seen(OUTCOME_ABSENT, 0), seen(OUTCOME_ABSENT, MINUTE)};
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item items[3];
    struct dossier d;
    struct notice n;
    (void)state;

    for (size_t i = 0; i < COUNT(items); i++) {
        items[i] = item_of(DESIRED_ABSENT, &there, 1);
        items[i].id = (int64_t)i + 1;
    }
    d = claimed_of(items);
    items[0].rule.max_age_ms = 2 * HOUR;
    d.item_count = COUNT(items);
    words_for(&d, 0, NOTICE_NOT_YET, &n);
    assert_non_null(strstr(n.next, "3 of 3 are missing; the list below names them."));
    uint64_t none = n.key;
    items[1] = item_of(DESIRED_ABSENT, gone, 2);
    items[1].id = 2;
    words_for(&d, 0, NOTICE_NOT_YET, &n);
    assert_non_null(strstr(n.next, "2 of 3 are missing"));
    uint64_t one = n.key;
    assert_true(one != none);
    d.now_ms += HOUR;
    words_for(&d, 0, NOTICE_NOT_YET, &n);
    assert_true(n.key == one);
    items[2] = items[1];
    words_for(&d, 0, NOTICE_NOT_YET, &n);
    assert_true(n.key != one);
    uint64_t checking;
    words_for(&d, 0, NOTICE_CHECKING, &n);
    checking = n.key;
    items[1].obs = items[2].obs = &there;
    words_for(&d, 0, NOTICE_CHECKING, &n);
    assert_true(n.key == checking); /* where no list is shown it is none */
}

UNIT_MAIN(cmocka_unit_test(what_was_checked_is_listed), cmocka_unit_test(a_long_bundle_is_cut),
          cmocka_unit_test(what_is_done_of_a_bundle_is_news))
