/* What was changed instead of what was asked for: found, and named. */
#include "deciding.h"
#include "domain/line.h"

static struct item swapped(enum desired desired, const struct observation *o)
{
    struct item item = item_of(desired, o, 1);

    item.others_gone = STR("fin-ledger-viewer");
    item.others_new = STR("fin-auditor\nfin-viewer");
    return item;
}

static void only_a_read_that_contradicts_tells(void **state)
{
    struct observation o = seen(OUTCOME_PRESENT, 0);
    struct item item = swapped(DESIRED_ABSENT, &o);
    struct str name;
    (void)state;

    assert_int_equal(item_swapped(&item, &name), 1);
    assert_true(str_eq_c(name, "fin-ledger-viewer"));
    o.outcome = OUTCOME_ABSENT;
    assert_int_equal(item_swapped(&item, &name), 0);
    assert_true(str_empty(name));
    item.desired = DESIRED_PRESENT; /* what came instead, of what was to come */
    assert_int_equal(item_swapped(&item, &name), 2);
    assert_true(str_eq_c(name, "fin-auditor"));
    o.outcome = OUTCOME_UNKNOWN;
    assert_int_equal(item_swapped(&item, &name), 0);
    item.obs_count = 0;
    assert_int_equal(item_swapped(&item, &name), 0);
}

static void a_wrong_change_is_named(void **state)
{
    struct observation o = seen(OUTCOME_PRESENT, 0);
    struct item item = swapped(DESIRED_ABSENT, &o);
    struct dossier d = claimed_of(&item);
    struct gate_verdict g = gate_judge(&d);
    struct notice n, other;
    (void)state;

    assert_int_equal(gate_contradicts(&d, &g), NOTICE_WRONG_CHANGE);
    struct decision r = decided(&d);
    assert_int_equal(says(&r), NOTICE_WRONG_CHANGE);
    words_for(&d, NOW + 7 * MINUTE, NOTICE_WRONG_CHANGE, &n);
    assert_string_equal(n.line,
                        "Not closed: fin-ledger-viewer was removed from M. Okafor; the request "
                        "says fin-ledger-admin (read 11:10 UTC). Checking again within 15 min");
    assert_string_equal(n.head,
                        "Not closed yet: something else was changed than what is asked for.");
    assert_non_null(
        strstr(n.next, "If that was done for this ticket, undo it. Remove fin-ledger-admin from "));
    assert_true(n.row_count > 0 && n.notify);
    item.others_gone = STR("fin-auditor");
    words_for(&d, NOW + 7 * MINUTE, NOTICE_WRONG_CHANGE, &other);
    assert_true(n.key != other.key);
    item.others_gone = STR_NONE;
    assert_int_equal(gate_contradicts(&d, &g), NOTICE_NOT_YET);
}

static void of_several_the_first_is_named(void **state)
{
    struct observation o = seen(OUTCOME_ABSENT, 0);
    struct item item = swapped(DESIRED_PRESENT, &o);
    struct dossier d = claimed_of(&item);
    struct notice n;
    (void)state;

    d.mode = GATE_WARN;
    d.ticket.role = STATUS_DONE;
    words_for(&d, 0, NOTICE_WRONG_CHANGE, &n);
    assert_string_equal(
        n.line, "Closed, but fin-auditor and 1 more were given to M. Okafor; the request says "
                "fin-ledger-admin (read 11:10 UTC)");
}

static void however_long_the_names_the_line_is_short(void **state)
{
    static const char LONG[] = "ääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää";
    struct observation o = seen(OUTCOME_PRESENT, 0);
    struct item item = swapped(DESIRED_ABSENT, &o);
    struct dossier d = claimed_of(&item);
    struct notice n;
    (void)state;

    item.others_gone = item.account = item.entitlement = str_of(LONG);
    words_for(&d, NOW + 7 * MINUTE, NOTICE_WRONG_CHANGE, &n);
    struct line l = {.p = n.line, .size = sizeof n.line, .len = strlen(n.line)};
    assert_true(line_chars(&l) <= NOTICE_LINE_CHARS);
    assert_non_null(strstr(n.line, "Checking again within 15 min"));
}

UNIT_MAIN(cmocka_unit_test(only_a_read_that_contradicts_tells),
          cmocka_unit_test(a_wrong_change_is_named),
          cmocka_unit_test(of_several_the_first_is_named),
          cmocka_unit_test(however_long_the_names_the_line_is_short))
