/* forged.h, by what decide() makes of it: our words that somebody wrote over are said anew. */
#include "deciding.h"
#include "domain/decide.h"

/* What stands in our name is what we said; else it is said anew, and somebody meddled. */
static void what_was_written_over_is_said_anew(void **state)
{
    struct dossier d = dossier_of(&NOTHING_READ);
    struct decision r;
    (void)state;

    have_said(&d, NOTICE_READY);
    d.notice_shown = NOTICE_READY;
    d.said_hash = 5;
    d.ticket.shown_hash = 5;
    r = decided(&d);
    assert_false(r.respoken || orders(&r, FLOW_FIELDS));
    d.ticket.shown_hash = 6;
    r = decided(&d);
    assert_true(r.respoken && orders(&r, FLOW_FIELDS));
    assert_false(orders(&r, FLOW_COMMENT));
    d.unsteady = true; /* ours, and read before it was there */
    r = decided(&d);
    assert_false(r.respoken);
    d.unsteady = false;
    d.writes_last_hour = 2; /* nobody is fought without end, nor does he stay off the record */
    r = decided(&d);
    assert_true(r.respoken && !orders(&r, FLOW_FIELDS));
    d.writes_last_hour = 0;
    d.flow_open[FLOW_FIELDS] = true; /* it is on its way */
    r = decided(&d);
    assert_false(r.respoken);
    d.flow_parked[FLOW_FIELDS] = true; /* Jira does not let us */
    r = decided(&d);
    assert_false(r.respoken || orders(&r, FLOW_FIELDS));
    d.flow_open[FLOW_FIELDS] = d.flow_parked[FLOW_FIELDS] = false;
    d.said_hash = 0; /* an earlier release said it, or nobody */
    r = decided(&d);
    assert_false(r.respoken);
}

/* Of a comment no field shows that it was changed. It is written again in place, and nobody is told
 * anew. */
static void a_comment_of_ours_that_was_changed_is_written_again(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0);
    struct item item = item_of(DESIRED_ABSENT, &there, 1);
    struct dossier d = claimed_of(&item);
    struct decision r = decided(&d);
    (void)state;

    d.notice_shown = says(&r);
    d.notice_shown_key = r.notice_key;
    d.tells = 1;
    d.said_hash = d.ticket.shown_hash = 5;
    r = decided(&d);
    assert_false(r.respoken || orders(&r, FLOW_FIELDS) || orders(&r, FLOW_COMMENT));
    d.ticket.comment_over = true;
    d.writes_last_hour = POLICY_DEFAULT.writes_per_hour - 2;
    r = decided(&d);
    assert_true(r.respoken && orders(&r, FLOW_FIELDS));
    assert_int_equal(told(&r), 0);
    d.writes_last_hour++; /* nobody is fought without end, nor does he stay off the record */
    r = decided(&d);
    assert_true(r.respoken && !orders(&r, FLOW_FIELDS) && !orders(&r, FLOW_COMMENT));
    d.writes_last_hour = 0;
    d.notice_shown = NOTICE_CHECKING; /* it was changed while something without a comment was so */
    d.notice_shown_key++;
    r = decided(&d);
    assert_true(r.respoken && orders(&r, FLOW_COMMENT));
    d.ticket.comment_over = false;
    r = decided(&d);
    assert_true(!r.respoken && orders(&r, FLOW_COMMENT));
    d.ticket.comment_over = true;
    d.notice_shown = says(&r);
    d.notice_shown_key--;
    d.said_hash = 0; /* an earlier release said it */
    r = decided(&d);
    assert_false(r.respoken);
    d.said_hash = 5;
    d.mode = GATE_OBSERVE; /* the workflow holds it all the same, so these words count */
    r = decided(&d);
    assert_true(r.respoken);
    d.ticket.role = STATUS_DONE;
    r = decided(&d);
    assert_false(r.respoken);
}

/* A quiet state has no comment to write. */
static void a_state_without_a_comment_mends_none(void **state)
{
    struct dossier d = dossier_of(&NOTHING_READ);
    (void)state;

    have_said(&d, NOTICE_READY);
    d.notice_shown = NOTICE_READY;
    d.said_hash = d.ticket.shown_hash = 5;
    d.ticket.comment_over = true;
    struct decision r = decided(&d);
    assert_false(r.respoken || orders(&r, FLOW_FIELDS));
}

/* A mapping that names other fields makes nobody a forger: what was never said there is said there
 * now. The property is ours whatever the mapping says. */
static void other_fields_are_filled_and_nobody_forged_them(void **state)
{
    struct dossier d = dossier_of(&NOTHING_READ);
    struct decision r;
    (void)state;

    have_said(&d, NOTICE_READY);
    d.notice_shown = NOTICE_READY;
    d.said_hash = d.ticket.stated_hash = 5;
    d.said_in = STR("cf_1,cf_2");
    d.ticket.shown_in = STR("cf_1,cf_3");
    d.ticket.shown_hash = 6;
    r = decided(&d);
    assert_true(orders(&r, FLOW_FIELDS));
    assert_false(r.respoken);
    d.ticket.stated_hash = 7; /* that is no matter of the mapping */
    r = decided(&d);
    assert_true(orders(&r, FLOW_FIELDS) && r.respoken);
    d.ticket.stated_hash = 0; /* read by an earlier release */
    r = decided(&d);
    assert_false(r.respoken);
    d.said_in = d.ticket.shown_in; /* there it was said, and there it stands no more */
    r = decided(&d);
    assert_true(orders(&r, FLOW_FIELDS) && r.respoken);
}

UNIT_MAIN(cmocka_unit_test(what_was_written_over_is_said_anew),
          cmocka_unit_test(a_comment_of_ours_that_was_changed_is_written_again),
          cmocka_unit_test(a_state_without_a_comment_mends_none),
          cmocka_unit_test(other_fields_are_filled_and_nobody_forged_them))
