/* Access for a time that nobody said was given: it does not outlive its time. */
#include "deciding.h"
#include "domain/drift.h"

/* Given and not said to be: a grant for a time that ends while it is worked on. */
static struct dossier unsaid(const struct item *item, struct item_after *after)
{
    struct dossier d = dossier_of(item);

    d.kind = REQUEST_GRANT;
    d.access_until_ms = NOW - MINUTE;
    d.ticket.issue_id = STR("10001");
    d.after.items = after;
    return d;
}

static void what_was_given_and_not_said_does_not_outlive_its_time(void **state)
{
    static const enum phase OVER[] = {PHASE_EXPIRED, PHASE_CANCELLED, PHASE_DENIED, PHASE_ORPHANED};
    struct observation o = seen(OUTCOME_PRESENT, 10 * SECOND);
    struct item none = item_of(DESIRED_PRESENT, NULL, 0), item = item_of(DESIRED_PRESENT, &o, 1);
    struct item_after after = {0};
    (void)state;

    struct dossier d = unsaid(&none, &after);
    MOVES(decided(&d), PHASE_EXPIRED, "AccessPeriodOver");
    for (size_t i = 0; i < COUNT(OVER); i++) {
        d = unsaid(&none, &after);
        d.phase = OVER[i];
        d.ticket.role = STATUS_CANCELLED;
        if (d.phase == PHASE_ORPHANED)
            d.ticket.presence = TICKET_GONE;
        struct decision r = decided(&d);
        assert_true(r.read_sources && !r.follow); /* nobody knows yet */
        d.items = &item;
        assert_int_equal(decided(&d).follow, FOLLOW_EXPIRY);
        o.outcome = OUTCOME_UNKNOWN; /* which is no all-clear */
        assert_int_equal(decided(&d).follow, FOLLOW_EXPIRY);
        o.outcome = OUTCOME_ABSENT;
        r = decided(&d);
        assert_true(!r.follow && !r.read_sources);
        o.as_of_ms = d.access_until_ms - MINUTE; /* a copy of before the end */
        r = decided(&d);
        assert_true(!r.follow && !r.read_sources && r.look_again_ms > NOW);
        o.observed_ms = d.access_until_ms - MINUTE;
        assert_true(decided(&d).read_sources);
        o = seen(OUTCOME_PRESENT, 10 * SECOND);
        d.ticket.issue_id = STR_NONE; /* nobody could work on it */
        assert_false(decided(&d).follow);
    }
}

static void cancelled_before_its_end_it_is_looked_for_then_and_at_its_end(void **state)
{
    struct observation o = seen(OUTCOME_ABSENT, 10 * SECOND);
    struct item item = item_of(DESIRED_PRESENT, &o, 1);
    struct item_after after = {0};
    struct dossier d = unsaid(&item, &after);
    (void)state;

    d.access_until_ms = NOW + HOUR;
    assert_int_equal(decided(&d).follow, FOLLOW_NONE); /* it is worked on */
    d.phase = PHASE_CANCELLED;
    d.ticket.role = STATUS_CANCELLED;
    struct decision r = decided(&d);
    assert_true(!r.follow && !r.read_sources && r.look_again_ms == d.access_until_ms);
    o.outcome =
        OUTCOME_PRESENT; /* maybe for another reason: people are told, and it ends in time */
    r = decided(&d);
    assert_true(!r.follow && escalates(&r, "AccessLeft") && r.look_again_ms == d.access_until_ms);
    d.now_ms = d.access_until_ms;
    assert_true(decided(&d).read_sources);
    o.observed_ms = o.as_of_ms = d.now_ms;
    assert_int_equal(decided(&d).follow, FOLLOW_EXPIRY);
    d.kind = REQUEST_REMOVAL;
    assert_int_equal(decided(&d).follow, FOLLOW_NONE);
}

static void a_change_whose_time_is_over_is_not_approved_any_more(void **state)
{
    struct item item = item_of(DESIRED_PRESENT, NULL, 0);
    struct item_after after = {0};
    struct dossier d = unsaid(&item, &after);
    (void)state;

    d.kind = REQUEST_MODIFY;
    assert_false(decided(&d).to == PHASE_EXPIRED); /* it takes away, too */
    d.phase = PHASE_PENDING_APPROVAL;
    d.approved_ms = 0;
    d.approval_needed = true;
    MOVES(decided(&d), PHASE_EXPIRED, "AccessPeriodOver");
}

static void what_a_change_gives_ends_in_time_though_nobody_says_it_is_done(void **state)
{
    struct item items[2] = {item_of(DESIRED_PRESENT, NULL, 0), item_of(DESIRED_ABSENT, NULL, 0)};
    struct item_after after[2] = {{0}};
    struct dossier d = unsaid(items, after);
    (void)state;

    d.kind = REQUEST_MODIFY;
    d.item_count = 2;
    d.phase = PHASE_FULFILLING;
    d.access_until_ms = NOW + MINUTE;
    struct decision r = decided(&d);
    assert_true(!r.follow && r.look_again_ms <= d.access_until_ms);
    d.now_ms = d.access_until_ms;
    r = decided(&d);
    assert_true(r.follow == FOLLOW_EXPIRY && r.about == 0 && !r.move); /* it goes on to take away */
    after[0].ending = true;
    assert_false(decided(&d).follow);
    after[0].ending = false;
    d.approved_ms = 0;
    d.phase = PHASE_CANCELLED; /* nobody was to work on it */
    assert_false(decided(&d).follow);
}

UNIT_MAIN(cmocka_unit_test(what_a_change_gives_ends_in_time_though_nobody_says_it_is_done),
          cmocka_unit_test(what_was_given_and_not_said_does_not_outlive_its_time),
          cmocka_unit_test(cancelled_before_its_end_it_is_looked_for_then_and_at_its_end),
          cmocka_unit_test(a_change_whose_time_is_over_is_not_approved_any_more))
