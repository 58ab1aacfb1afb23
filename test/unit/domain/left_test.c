/* What a cancelled grant left behind: when it is looked for, what is recorded, what ends that. */
#include "domain/left.h"

#include "deciding.h"
#include "domain/drift_priv.h"
#include "domain/stuck.h"

#define DAY (24 * (int64_t)HOUR)
#define OVER ((int64_t)NOW + MINUTE)

enum { READS = 8 };

/* A grant without an end whose ticket was cancelled while it was worked on. */
struct scene {
    struct observation obs[READS];
    struct item item;
    struct item_after after;
    struct dossier d;
};

static void begin(struct scene *s)
{
    *s = (struct scene){.after = {0}};
    s->item = item_of(DESIRED_PRESENT, s->obs, 0);
    s->item.rule = (struct source_rule){.confirmations = 1, .max_age_ms = DAY};
    s->d = dossier_of(&s->item);
    s->d.kind = REQUEST_GRANT;
    s->d.phase = PHASE_CANCELLED;
    s->d.ticket.issue_id = STR("10001");
    s->d.ticket.role = STATUS_CANCELLED;
    s->d.now_ms = OVER + SECOND;
    s->d.after.items = &s->after;
    s->d.after.over_ms = OVER;
}

/* The newest read, made just now. */
static struct decision read_at(struct scene *s, int64_t at_ms, enum outcome outcome)
{
    memmove(s->obs + 1, s->obs, sizeof s->obs - sizeof s->obs[0]);
    s->obs[0] = seen(outcome, 0);
    s->obs[0].as_of_ms = s->obs[0].observed_ms = s->d.now_ms = at_ms;
    s->item.obs_count = s->item.obs_count < READS ? s->item.obs_count + 1 : READS;
    return decided(&s->d);
}

static bool does_nothing(const struct dossier *d)
{
    struct decision r = decided(d);

    return !r.read_sources && !r.drift && !r.drift_over && !r.look_again_ms && !r.escalation_count;
}

static bool records(const struct decision *r)
{
    return r->drift == DRIFT_RECORDED && strcmp(r->drift_why, "AccessLeft") == 0 && !r->follow &&
           !r->drift_over;
}

static void it_is_read_at_once_and_as_after_a_close(void **state)
{
    static const int64_t POINTS[] = {OVER + HOUR, OVER + DAY, OVER + 7 * DAY};
    struct scene s;
    (void)state;

    begin(&s);
    assert_true(decided(&s.d).read_sources);
    read_at(&s, NOW, OUTCOME_ABSENT); /* of before its end */
    s.d.now_ms = OVER + SECOND;
    struct decision r = decided(&s.d);
    assert_true(r.read_sources);
    assert_int_equal(r.look_again_ms, s.d.now_ms + SECOND);
    r = read_at(&s, OVER + SECOND, OUTCOME_ABSENT);
    for (size_t i = 0; i < COUNT(POINTS); i++) {
        assert_false(r.read_sources || r.drift || r.drift_over);
        assert_int_equal(r.look_again_ms, POINTS[i]);
        s.d.now_ms = POINTS[i];
        assert_true(decided(&s.d).read_sources);
        r = read_at(&s, POINTS[i] + SECOND, OUTCOME_ABSENT);
    }
    assert_true(does_nothing(&s.d)); /* nobody gave it */
}

static void whoever_ends_it_and_however(void **state)
{
    static const enum phase ENDS[] = {PHASE_CANCELLED, PHASE_DENIED, PHASE_EXPIRED, PHASE_ORPHANED};
    struct scene s;
    (void)state;

    for (size_t i = 0; i < COUNT(ENDS); i++) {
        begin(&s);
        s.d.phase = ENDS[i];
        s.d.ticket.presence = ENDS[i] == PHASE_ORPHANED ? TICKET_GONE : TICKET_HERE;
        assert_true(left_may_be(&s.d) && decided(&s.d).read_sources);
        struct decision r = read_at(&s, OVER + SECOND, OUTCOME_PRESENT);
        assert_true(records(&r) && r.about == 0);
        assert_int_equal(r.look_again_ms, OVER + HOUR);
    }
    s.d.kind = REQUEST_MODIFY;
    assert_true(left_may_be(&s.d));
    struct policy p = POLICY_DEFAULT;
    p.watch.drift = false;
    struct decision r;
    decide(&s.d, &p, &r);
    assert_false(r.drift || r.read_sources);
}

static void what_cannot_have_left_anything(void **state)
{
    struct scene s;
    (void)state;

    begin(&s);
    s.d.phase = PHASE_FULFILLING;
    assert_false(left_may_be(&s.d)); /* it is worked on */
    begin(&s);
    s.d.kind = REQUEST_REMOVAL;
    assert_false(left_may_be(&s.d));
    begin(&s);
    s.d.access_until_ms = OVER + DAY; /* drift.c: taken away at its time */
    assert_false(left_may_be(&s.d));
    begin(&s);
    s.d.after.over_ms = 0; /* ended before that was kept */
    assert_false(left_may_be(&s.d));
    begin(&s);
    s.d.ticket.issue_id = STR_NONE; /* nobody could work on it */
    assert_false(left_may_be(&s.d));
    begin(&s);
    s.d.approved_ms = 0; /* nobody was to */
    assert_true(does_nothing(&s.d));
    s.d.answered_cycle = STR("7"); /* and somebody closed its ticket all the same */
    assert_true(decided(&s.d).read_sources);
    s.item.desired = DESIRED_ABSENT; /* of a change: what it takes away */
    assert_true(does_nothing(&s.d));
}

static void what_is_somebody_elses_or_was_there_before_is_not_left(void **state)
{
    struct scene s;
    (void)state;

    begin(&s);
    read_at(&s, OVER + SECOND, OUTCOME_PRESENT);
    s.after.superseded = true;
    assert_true(does_nothing(&s.d));
    s.after.recorded = DRIFT_RECORDED; /* somebody asks for it since */
    assert_true(decided(&s.d).drift_over);
    s.after = (struct item_after){.before = true};
    assert_true(does_nothing(&s.d));
}

static void it_is_read_daily_until_it_is_gone(void **state)
{
    struct scene s;
    (void)state;

    begin(&s);
    read_at(&s, OVER + SECOND, OUTCOME_PRESENT);
    s.after.recorded = DRIFT_RECORDED;
    struct decision r = read_at(&s, OVER + 7 * DAY + SECOND, OUTCOME_PRESENT);
    assert_false(r.drift || r.drift_over); /* told once */
    assert_int_equal(r.look_again_ms, OVER + 8 * DAY);
    r = read_at(&s, OVER + 8 * DAY, OUTCOME_UNKNOWN); /* which is no all-clear */
    assert_false(r.drift || r.drift_over);
    assert_int_equal(r.look_again_ms, s.d.now_ms + drift_failed_wait_ms(&POLICY_DEFAULT.watch, 1));
    r = read_at(&s, OVER + 8 * DAY + HOUR, OUTCOME_ABSENT);
    assert_true(r.drift_over && !r.drift);
    s.after.recorded = DRIFT_NONE;
    assert_true(does_nothing(&s.d));
}

static void gone_is_believed_by_the_rules_of_a_removal(void **state)
{
    struct scene s;
    (void)state;

    begin(&s);
    s.item.rule.settle_ms = 5 * MINUTE;
    s.item.rule.confirmations = 2;
    struct decision r = read_at(&s, OVER + SECOND, OUTCOME_PRESENT); /* it may be on its way out */
    assert_false(r.drift);
    assert_int_equal(r.look_again_ms, s.d.now_ms + 5 * MINUTE);
    r = read_at(&s, OVER + 6 * MINUTE, OUTCOME_PRESENT);
    assert_true(records(&r));
    s.after.recorded = DRIFT_RECORDED;
    assert_false(read_at(&s, OVER + 8 * MINUTE, OUTCOME_ABSENT).drift_over);
    assert_true(read_at(&s, OVER + 14 * MINUTE, OUTCOME_ABSENT).drift_over);
    s.item.excepted = true; /* nobody owes anything any more */
    assert_true(decided(&s.d).drift_over);
}

static void who_cannot_look_looks_again_ever_more_seldom_and_says_so(void **state)
{
    struct scene s;
    int64_t when = OVER + SECOND;
    (void)state;

    begin(&s);
    for (size_t i = 1; i <= DRIFT_SILENT_READS; i++) {
        struct decision r = read_at(&s, when, OUTCOME_UNKNOWN);
        int64_t wait = drift_failed_wait_ms(&POLICY_DEFAULT.watch, i);
        assert_false(r.drift || r.drift_over || r.read_sources);
        assert_int_equal(r.look_again_ms, when + wait);
        assert_int_equal(escalates(&r, "WatchBlind"), i == DRIFT_SILENT_READS);
        when += wait;
    }
    struct decision r = read_at(&s, when, OUTCOME_PRESENT);
    s.obs[0].as_of_ms = OVER - SECOND; /* a copy of before the end */
    r = decided(&s.d);
    assert_true(!r.drift && escalates(&r, "WatchBlind"));
    s.obs[0].as_of_ms = s.obs[0].observed_ms;
    s.obs[0].native_id = STR("another");
    s.item.account_id = STR("id");
    assert_false(decided(&s.d).drift); /* nor is another's access his */
}

static void one_thing_at_a_time(void **state)
{
    struct observation there = seen(OUTCOME_PRESENT, 0), blind = seen(OUTCOME_UNKNOWN, 0);
    struct item_after after[2] = {{0}};
    struct item items[2];
    struct scene s;
    (void)state;

    begin(&s);
    there.as_of_ms = there.observed_ms = blind.observed_ms = s.d.now_ms;
    items[0] = items[1] = s.item;
    items[0].obs = items[1].obs = &there;
    items[0].obs_count = items[1].obs_count = 1;
    s.d.items = items;
    s.d.item_count = 2;
    s.d.after.items = after;
    struct decision r = decided(&s.d);
    assert_true(records(&r) && r.about == 0);
    assert_int_equal(r.look_again_ms, s.d.now_ms + SECOND);
    after[0].recorded = DRIFT_RECORDED;
    r = decided(&s.d);
    assert_true(records(&r) && r.about == 1);
    struct observation pair[] = {blind, there}; /* it names the read: only while it is the newest */
    items[1].obs = pair;
    items[1].obs_count = 2;
    assert_false(decided(&s.d).drift);
}

static void it_is_on_the_list_of_what_is_stuck(void **state)
{
    struct stuck_facts f = {.look_ms = OVER + HOUR};
    struct scene s;
    (void)state;

    begin(&s);
    assert_int_equal(stuck_judge(&s.d, &f).reason, STUCK_OVER);
    s.after.recorded = DRIFT_RECORDED;
    struct stuck stuck = stuck_judge(&s.d, &f);
    assert_int_equal(stuck.reason, STUCK_ACCESS_LEFT);
    assert_true(stuck.since_ms == OVER && stuck.next_ms == OVER + HOUR);
    s.d.phase = PHASE_CLOSED; /* a drift of another kind */
    assert_false(left_stands(&s.d));
    assert_int_equal(stuck_judge(&s.d, &f).reason, STUCK_OVER);
    s.d.after.items = NULL;
    assert_false(left_stands(&s.d));
}

UNIT_MAIN(cmocka_unit_test(it_is_read_at_once_and_as_after_a_close),
          cmocka_unit_test(whoever_ends_it_and_however),
          cmocka_unit_test(what_cannot_have_left_anything),
          cmocka_unit_test(what_is_somebody_elses_or_was_there_before_is_not_left),
          cmocka_unit_test(it_is_read_daily_until_it_is_gone),
          cmocka_unit_test(gone_is_believed_by_the_rules_of_a_removal),
          cmocka_unit_test(who_cannot_look_looks_again_ever_more_seldom_and_says_so),
          cmocka_unit_test(one_thing_at_a_time),
          cmocka_unit_test(it_is_on_the_list_of_what_is_stuck))
