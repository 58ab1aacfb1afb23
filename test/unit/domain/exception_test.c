/* What an exception let close: read on, ended by proof, told of before it ends, owed when it has.
 */
#include "domain/exception.h"

#include "deciding.h"
#include "domain/drift.h"

#define DAY (24 * (int64_t)HOUR)
#define CLOSED ((int64_t)NOW + 5 * MINUTE)
#define GRANTED ((int64_t)NOW - MINUTE)

enum { READS = 4 };

/* A removal that was closed under an exception of thirty days. */
struct scene {
    struct observation obs[READS];
    struct item item;
    struct item_after after;
    struct dossier d;
};

static void begin(struct scene *s)
{
    *s = (struct scene){.after = {0}};
    s->item = item_of(DESIRED_ABSENT, s->obs, 0);
    s->item.excepted = s->item.on_exception = true;
    s->item.excepted_from_ms = GRANTED;
    s->item.excepted_until_ms = GRANTED + 30 * DAY;
    s->d = claimed_of(&s->item);
    s->d.phase = PHASE_CLOSED;
    s->d.verified_ms = NOW;
    s->d.closed_ms = CLOSED;
    s->d.ticket.role = STATUS_DONE;
    s->d.ticket.moved_by_us = true;
    s->d.notice_shown = NOTICE_EXCEPTION;
    s->d.now_ms = CLOSED + MINUTE;
    s->d.after.items = &s->after;
    have_said(&s->d, NOTICE_EXCEPTION);
}

/* As the database tells of it once it has ended. */
static void end(struct scene *s, int64_t at_ms)
{
    s->item.excepted = false;
    s->item.excepted_until_ms = 0;
    s->item.lapsed_ms = s->d.now_ms = at_ms;
}

static void read_now(struct scene *s, int64_t at_ms, enum outcome outcome)
{
    memmove(s->obs + 1, s->obs, sizeof s->obs - sizeof s->obs[0]);
    s->obs[0] = seen(outcome, 0);
    s->obs[0].as_of_ms = s->obs[0].observed_ms = s->d.now_ms = at_ms;
    s->item.obs_count = s->item.obs_count < READS ? s->item.obs_count + 1 : READS;
}

static struct decision at(struct scene *s, int64_t ms)
{
    s->d.now_ms = ms;
    return decided(&s->d);
}

static bool tells(const struct decision *r, const char *reason)
{
    for (size_t i = 0; i < r->escalation_count; i++)
        if (strcmp(r->escalations[i].reason, reason) == 0)
            return true;
    return false;
}

static void when_it_ends_it_is_owed_again(void **state)
{
    struct scene s;
    (void)state;

    begin(&s);
    assert_false(decided(&s.d).move);
    end(&s, CLOSED + DAY);
    struct decision r = decided(&s.d);
    assert_true(r.move);
    assert_int_equal(r.to, PHASE_FULFILLING);
    assert_string_equal(r.reason, "ExceptionLapsed");
    assert_true(tells(&r, "ExceptionLapsed"));
    assert_int_equal(r.escalations[0].since_ms, CLOSED + DAY);
    assert_int_equal(exception_owed(&s.d), 0);
    s.item.lapsed_ms = s.d.now_ms + 1; /* not yet */
    assert_false(decided(&s.d).move);
}

static void the_ticket_says_why_it_is_reopened(void **state)
{
    struct scene s;
    (void)state;

    begin(&s);
    end(&s, CLOSED + DAY);
    s.d.phase = PHASE_FULFILLING;
    struct decision r = decided(&s.d);
    bool reopens = false;
    for (size_t i = 0; i < r.flow_count; i++)
        reopens |= r.flows[i].kind == FLOW_REOPEN;
    assert_true(reopens);
    struct notice n;
    words_for(&s.d, 0, NOTICE_REOPENED, &n);
    assert_non_null(strstr(n.next, "under an exception, which has ended"));
    s.item.lapsed_ms = 0;
    words_for(&s.d, 0, NOTICE_REOPENED, &n);
    assert_non_null(strstr(n.next, "before the access was checked"));
}

static void what_is_asked_for_no_more_is_not_owed(void **state)
{
    struct scene s;
    (void)state;

    begin(&s);
    end(&s, CLOSED + DAY);
    s.after.superseded = true;
    assert_false(decided(&s.d).move);
    s.after = (struct item_after){.ending = true};
    assert_false(decided(&s.d).move);
    s.after.ending = false;
    s.d.kind = REQUEST_GRANT;
    s.d.access_until_ms = s.d.now_ms;
    s.item.desired = DESIRED_PRESENT;
    assert_false(decided(&s.d).move);
    s.d.kind = REQUEST_MODIFY; /* what it gives has ended; what it takes away is owed */
    assert_false(decided(&s.d).move);
    s.item.desired = DESIRED_ABSENT;
    assert_true(decided(&s.d).move);
    s.item.desired = DESIRED_PRESENT;
    s.d.access_until_ms++;
    assert_true(decided(&s.d).move);
    s.d.after.items = NULL; /* a database of before */
    assert_true(decided(&s.d).move);
    s.item.on_exception = false; /* proven, or closed on proof */
    assert_false(decided(&s.d).move);
    s.item.on_exception = s.item.excepted = true; /* renewed */
    assert_false(decided(&s.d).move);
}

static void it_is_read_meanwhile_and_daily(void **state)
{
    struct scene s;
    const int64_t points[] = {CLOSED + HOUR, CLOSED + DAY, CLOSED + 7 * DAY, CLOSED + 8 * DAY};
    (void)state;

    begin(&s);
    for (size_t i = 0; i < 4; i++) {
        struct decision r = at(&s, points[i] - 1);
        assert_false(r.read_sources);
        assert_int_equal(r.look_again_ms, points[i]);
        r = at(&s, points[i]);
        assert_true(r.read_sources);
        assert_int_equal(r.look_again_ms, points[i] + SECOND);
        read_now(&s, points[i], i % 2 ? OUTCOME_UNKNOWN : OUTCOME_PRESENT);
        assert_false(decided(&s.d).settles);
    }
}

static void proven_first_it_is_not_needed_any_more(void **state)
{
    struct scene s;
    (void)state;

    begin(&s);
    read_now(&s, CLOSED + HOUR, OUTCOME_ABSENT);
    struct decision r = decided(&s.d);
    assert_false(r.settles); /* one read of two */
    assert_int_equal(r.look_again_ms, CLOSED + HOUR + MINUTE);
    read_now(&s, CLOSED + HOUR + MINUTE, OUTCOME_ABSENT);
    r = decided(&s.d);
    assert_true(r.settles);
    assert_int_equal(r.settled, 0);
    assert_false(r.move);
    /* proven just as it ended: recorded, and not opened again */
    end(&s, CLOSED + HOUR + MINUTE);
    r = decided(&s.d);
    assert_true(r.settles);
    assert_false(r.move);
    /* after something else in this step */
    s.item.rule.settle_ms = 500;
    read_now(&s, CLOSED + 2 * HOUR, OUTCOME_ABSENT);
    s.obs[1].outcome = OUTCOME_PRESENT;
    r = (struct decision){.settles = true, .settled = 7};
    exception_decide(&s.d, &POLICY_DEFAULT, &r);
    s.obs[1].outcome = OUTCOME_ABSENT;
    s.obs[1].as_of_ms = s.obs[1].observed_ms = CLOSED + HOUR;
    exception_decide(&s.d, &POLICY_DEFAULT, &r);
    assert_int_equal(r.settled, 7);
    assert_int_equal(r.look_again_ms, s.d.now_ms + SECOND);
}

/* A later request was about the same, and people withdrew it long after the last read. */
static void nobody_is_sent_to_work_on_old_news(void **state)
{
    struct scene s;
    (void)state;

    begin(&s);
    end(&s, CLOSED + DAY);
    read_now(&s, CLOSED + DAY, OUTCOME_ABSENT);
    s.after.superseded = true;
    assert_false(decided(&s.d).move);
    s.after.superseded = false;
    struct decision r = at(&s, CLOSED + DAY + s.item.rule.max_age_ms + 1);
    assert_false(r.move);
    assert_true(r.read_sources);
    assert_int_equal(r.look_again_ms, s.d.now_ms + SECOND);
    read_now(&s, s.d.now_ms, OUTCOME_PRESENT);
    assert_true(decided(&s.d).move);
    s.d.now_ms += s.item.rule.max_age_ms + 1; /* that it is not as asked needs no other read */
    assert_true(decided(&s.d).move);
}

static void once_proven_the_ticket_says_so(void **state)
{
    struct scene s;
    (void)state;

    begin(&s);
    assert_int_equal(drift_notice(&s.d), NOTICE_EXCEPTION);
    s.item.on_exception = s.item.excepted = false;
    s.item.proven_ms = CLOSED + HOUR;
    assert_int_equal(drift_notice(&s.d), NOTICE_VERIFIED);
    s.item.proven_ms = 0; /* one that ended before lapses were taken up */
    assert_int_equal(drift_notice(&s.d), NOTICE_EXCEPTION);
}

static void people_are_told_before_it_ends(void **state)
{
    struct scene s;
    int64_t until;
    (void)state;

    begin(&s);
    until = s.item.excepted_until_ms;
    s.obs[0] = seen(OUTCOME_UNKNOWN, 0);
    s.item.obs_count = 1;
    s.obs[0].observed_ms = until - 7 * DAY - HOUR;
    struct decision r = at(&s, until - 7 * DAY - 1);
    assert_false(tells(&r, "ExceptionEndsThisWeek"));
    assert_int_equal(r.look_again_ms, until - 7 * DAY);
    r = at(&s, until - 7 * DAY);
    assert_true(tells(&r, "ExceptionEndsThisWeek"));
    s.obs[0].observed_ms = until - DAY - HOUR;
    r = at(&s, until - DAY - 1);
    assert_true(tells(&r, "ExceptionEndsThisWeek")); /* kept once */
    assert_int_equal(r.look_again_ms, until - DAY);
    r = at(&s, until - DAY);
    assert_true(tells(&r, "ExceptionEndsTomorrow"));
    assert_false(tells(&r, "ExceptionEndsThisWeek"));
    s.obs[0].observed_ms = until - HOUR;
    r = at(&s, until - HOUR);
    assert_int_equal(r.look_again_ms, until - EXCEPTION_SPARE_MS + 1);
    /* of a short one only what is long before its end for it */
    s.item.excepted_from_ms = until - 10 * DAY;
    r = at(&s, until - 6 * DAY);
    assert_false(tells(&r, "ExceptionEndsThisWeek"));
    s.item.excepted_from_ms = until - DAY;
    r = at(&s, until - HOUR);
    assert_int_equal(r.escalation_count, 0);
}

static void nothing_is_said_of_what_is_over_or_proven(void **state)
{
    struct scene s;
    struct decision r = {0};
    (void)state;

    begin(&s);
    s.d.phase = PHASE_DENIED;
    exception_decide(&s.d, &POLICY_DEFAULT, &r);
    assert_int_equal(r.look_again_ms, 0);
    assert_int_equal(exception_owed(&s.d), 1);
    s.d.phase = PHASE_VERIFYING;
    exception_decide(&s.d, &POLICY_DEFAULT, &r);
    assert_int_equal(r.look_again_ms, s.item.excepted_until_ms - 7 * DAY);
    r = (struct decision){.move = true};
    exception_decide(&s.d, &POLICY_DEFAULT, &r);
    assert_int_equal(r.look_again_ms, 0);
    r = (struct decision){.escalation_count = LIMIT_EFFECTS_PER_STEP};
    s.d.now_ms = s.item.excepted_until_ms - HOUR;
    exception_decide(&s.d, &POLICY_DEFAULT, &r);
    assert_int_equal(r.escalation_count, LIMIT_EFFECTS_PER_STEP);
    s.d.phase = PHASE_CLOSED;
    s.after.superseded = true;
    r = (struct decision){0};
    s.item.excepted = false;
    exception_decide(&s.d, &POLICY_DEFAULT, &r);
    assert_false(r.read_sources || r.settles);
}

UNIT_MAIN(cmocka_unit_test(when_it_ends_it_is_owed_again),
          cmocka_unit_test(the_ticket_says_why_it_is_reopened),
          cmocka_unit_test(what_is_asked_for_no_more_is_not_owed),
          cmocka_unit_test(it_is_read_meanwhile_and_daily),
          cmocka_unit_test(proven_first_it_is_not_needed_any_more),
          cmocka_unit_test(nobody_is_sent_to_work_on_old_news),
          cmocka_unit_test(once_proven_the_ticket_says_so),
          cmocka_unit_test(people_are_told_before_it_ends),
          cmocka_unit_test(nothing_is_said_of_what_is_over_or_proven))
