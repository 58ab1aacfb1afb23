/* More was given than asked for; and how it was before anybody worked on it. */
#include "domain/extra.h"

#include "deciding.h"
#include "domain/refusal.h"

/* Where a source tells what else there is, it is read as soon as the request is approved, once;
 * where it could not be read, now and then, until somebody says done. */
static void how_it_was_before_is_read_once(void **state)
{
    struct observation o = seen(OUTCOME_UNKNOWN, 0);
    struct item item = item_of(DESIRED_ABSENT, NULL, 0);
    struct dossier d = dossier_of(&item);
    struct policy p = POLICY_DEFAULT;
    struct decision r;
    (void)state;

    decide(&d, &p, &r);
    assert_false(r.read_sources); /* nobody compares */
    p.compares = true;
    decide(&d, &p, &r);
    assert_true(r.read_sources);
    assert_int_equal(says(&r), NOTICE_READY); /* neither waits for the other */
    d.last_read_ms = NOW;
    item.obs = &o;
    item.obs_count = 1;
    decide(&d, &p, &r);
    assert_false(r.read_sources);
    d.last_read_ms = NOW - p.sweep_ms; /* it could not be read: once more */
    assert_true(extra_is_unread(&d, &p));
    o.outcome = OUTCOME_PRESENT;
    assert_false(extra_is_unread(&d, &p));
    item.obs_count = 0;
    assert_true(extra_is_unread(&d, &p));
    d.claimed_ms = CLAIM; /* returned: the work is under way */
    d.answered_cycle = d.claim_cycle = STR("100");
    decide(&d, &p, &r);
    assert_false(r.read_sources);
}

static void it_is_read_while_the_ticket_is_made(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct dossier d = dossier_of(&item);
    struct policy p = POLICY_DEFAULT;
    struct decision r;
    (void)state;

    p.compares = true;
    d.phase = PHASE_TICKETING;
    d.ticket = (struct ticket){0};
    decide(&d, &p, &r);
    assert_true(orders(&r, FLOW_CREATE) && !r.read_sources); /* the ticket first */
    d.flow_open[FLOW_CREATE] = true;
    decide(&d, &p, &r);
    assert_true(r.read_sources);
    d.last_read_ms = NOW;
    decide(&d, &p, &r);
    assert_false(r.read_sources);
}

static void what_came_beside_it_is_said_and_hinders_nothing(void **state)
{
    struct observation o = seen(OUTCOME_PRESENT, 0);
    struct item items[2] = {item_of(DESIRED_PRESENT, &o, 1), item_of(DESIRED_PRESENT, &o, 1)};
    struct dossier d = claimed_of(items);
    struct notice plain, n, more;
    (void)state;

    d.item_count = 2;
    assert_int_equal(extra_of(&d).count, 0);
    assert_null(extra_of(&d).item);
    words_for(&d, 0, NOTICE_VERIFIED, &plain);
    assert_string_equal(plain.next, "");
    items[1].others_extra = STR("fin-auditor");
    assert_int_equal(extra_of(&d).count, 1);
    assert_ptr_equal(extra_of(&d).item, &items[1]);
    assert_int_equal(gate_judge(&d).answer, GATE_YES);
    words_for(&d, 0, NOTICE_VERIFIED, &n);
    assert_string_equal(n.next, "More was given than asked for: fin-auditor to M. Okafor. Take it "
                                "away, or have it asked for.");
    assert_true(n.key != plain.key);
    items[0].others_extra = STR("fin-admin\nfin-viewer");
    words_for(&d, 0, NOTICE_VERIFIED, &more);
    assert_non_null(strstr(more.next, "asked for: fin-admin and 2 more to "));
    assert_true(more.key != n.key);
    words_for(&d, 0, NOTICE_NOT_YET, &n); /* what is missing comes first */
    assert_null(strstr(n.next, "More was given"));
}

/* Where the source's rule says so. */
static void what_came_beside_it_is_in_the_way(void **state)
{
    struct observation o = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_PRESENT, &o, 1);
    struct dossier d = claimed_of(&item);
    struct notice n, other;
    (void)state;

    d.kind = REQUEST_GRANT;
    item.rule.extra_hinders = true;
    assert_int_equal(gate_judge(&d).answer, GATE_YES);
    item.others_extra = STR("payroll-admin\nother");
    struct gate_verdict g = gate_judge(&d);
    assert_int_equal(g.answer, GATE_NO);
    assert_true(g.contradicted);
    assert_string_equal(g.reason, "OverGranted");
    assert_int_equal(refusal_judge(&d), REFUSAL_OVER_GRANTED);
    words_for(&d, NOW + HOUR, NOTICE_NOT_YET, &n);
    assert_non_null(strstr(n.line, "Not closed: more was given than asked for: payroll-admin and 1 "
                                   "more to M. Okafor"));
    assert_non_null(strstr(n.next, "Take that away again, or have it asked for and approved."));
    assert_string_equal(n.rows[n.row_count - 1].mark, "MORE WAS GIVEN");
    item.others_extra = STR("payroll-admin");
    words_for(&d, NOW + HOUR, NOTICE_NOT_YET, &other);
    assert_null(strstr(other.line, "more to"));
    assert_true(other.key != n.key); /* it is said anew */
    item.excepted = true;
    assert_int_equal(gate_judge(&d).answer, GATE_YES_BY_EXCEPTION);
    item.excepted = false;
    o.outcome = OUTCOME_ABSENT; /* what is missing comes first */
    assert_string_equal(gate_judge(&d).reason, "StillAbsent");
}

/* Of a bundle: that something is missing outweighs that there is more, whichever comes first. */
static void what_is_missing_outweighs_what_came_beside(void **state)
{
    struct observation here = seen(OUTCOME_PRESENT, 0), gone = seen(OUTCOME_ABSENT, 0);
    struct item items[] = {item_of(DESIRED_PRESENT, &here, 1), item_of(DESIRED_PRESENT, &gone, 1)};
    struct dossier d = claimed_of(items);
    (void)state;

    d.kind = REQUEST_GRANT;
    d.item_count = 2;
    items[0].rule.extra_hinders = true;
    items[0].others_extra = STR("payroll-admin");
    assert_string_equal(gate_judge(&d).reason, "StillAbsent");
    assert_int_equal(gate_judge(&d).first_missing, 1);
    assert_int_equal(refusal_judge(&d), REFUSAL_MISSING);
    struct item first = items[0];
    items[0] = items[1];
    items[1] = first;
    assert_string_equal(gate_judge(&d).reason, "StillAbsent");
    assert_int_equal(gate_judge(&d).first_missing, 0);
}

UNIT_MAIN(cmocka_unit_test(how_it_was_before_is_read_once),
          cmocka_unit_test(it_is_read_while_the_ticket_is_made),
          cmocka_unit_test(what_came_beside_it_is_said_and_hinders_nothing),
          cmocka_unit_test(what_came_beside_it_is_in_the_way),
          cmocka_unit_test(what_is_missing_outweighs_what_came_beside))
