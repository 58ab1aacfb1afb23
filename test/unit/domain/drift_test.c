/* After a proven close: when it is read again, what is believed, what follows. */
#include "domain/drift.h"

#include "deciding.h"

#define DAY (24 * (int64_t)HOUR)
#define CLOSED ((int64_t)NOW + 5 * MINUTE)

enum { READS = 8 };

/* A removal that was closed on proof, and some reads since. */
struct scene {
    struct observation obs[READS];
    struct item item;
    struct item_after after;
    struct dossier d;
};

static void begin(struct scene *s, enum desired desired)
{
    *s = (struct scene){.after = {0}};
    s->item = item_of(desired, s->obs, 0);
    s->item.proven_ms = NOW;
    s->d = claimed_of(&s->item);
    s->d.phase = PHASE_CLOSED;
    s->d.kind = desired == DESIRED_ABSENT ? REQUEST_REMOVAL : REQUEST_GRANT;
    s->d.verified_ms = NOW;
    s->d.closed_ms = CLOSED;
    s->d.ticket.role = STATUS_DONE;
    s->d.ticket.moved_by_us = true;
    s->d.notice_shown = NOTICE_VERIFIED;
    s->d.now_ms = CLOSED + MINUTE;
    s->d.after.items = &s->after;
    have_said(&s->d, NOTICE_VERIFIED);
}

/* The newest read, made just now. */
static void read_now(struct scene *s, int64_t at_ms, enum outcome outcome)
{
    memmove(s->obs + 1, s->obs, sizeof s->obs - sizeof s->obs[0]);
    s->obs[0] = seen(outcome, 0);
    s->obs[0].as_of_ms = s->obs[0].observed_ms = s->d.now_ms = at_ms;
    s->item.obs_count = s->item.obs_count < READS ? s->item.obs_count + 1 : READS;
    s->d.last_read_ms = at_ms;
}

static struct decision at(struct scene *s, int64_t ms)
{
    s->d.now_ms = ms;
    return decided(&s->d);
}

static void it_is_read_after_an_hour_a_day_and_a_week(void **state)
{
    struct scene s;
    const int64_t points[] = {CLOSED + HOUR, CLOSED + DAY, CLOSED + 7 * DAY};
    (void)state;

    begin(&s, DESIRED_ABSENT);
    for (size_t i = 0; i < 3; i++) {
        struct decision r = decided(&s.d);
        assert_false(r.read_sources);
        assert_int_equal(r.look_again_ms, points[i]);
        r = at(&s, points[i]);
        assert_true(r.read_sources);
        assert_int_equal(r.look_again_ms, points[i] + SECOND);
        read_now(&s, points[i] + SECOND, OUTCOME_ABSENT);
    }
    struct decision r = decided(&s.d);
    assert_false(r.read_sources);
    assert_int_equal(r.look_again_ms, 0);
    assert_int_equal(drift_seen(&s.d, 0), SEEN_AS_ASKED);
}

static void time_bound_access_is_read_daily(void **state)
{
    struct scene s;
    (void)state;

    begin(&s, DESIRED_PRESENT);
    s.d.access_until_ms = CLOSED + 90 * DAY;
    read_now(&s, CLOSED + 7 * DAY, OUTCOME_PRESENT);
    assert_int_equal(decided(&s.d).look_again_ms, CLOSED + 8 * DAY);
    read_now(&s, CLOSED + 9 * DAY + HOUR, OUTCOME_PRESENT);
    assert_int_equal(decided(&s.d).look_again_ms, CLOSED + 10 * DAY);
    s.d.access_until_ms = 0;
    assert_int_equal(decided(&s.d).look_again_ms, 0);
}

static void a_read_that_says_nothing_is_made_again_ever_more_seldom(void **state)
{
    struct scene s;
    int64_t quarter = HOUR / 4 + 1, when = CLOSED + HOUR;
    (void)state;

    begin(&s, DESIRED_ABSENT);
    read_now(&s, CLOSED + MINUTE, OUTCOME_UNKNOWN); /* of before it was due */
    assert_int_equal(decided(&s.d).look_again_ms, CLOSED + HOUR);
    for (int i = 0; i < 5; i++, quarter *= 2) {
        read_now(&s, when, OUTCOME_UNKNOWN);
        struct decision r = decided(&s.d);
        assert_int_equal(r.look_again_ms, when + quarter);
        assert_false(r.read_sources || r.drift || r.follow || r.escalation_count);
        when = r.look_again_ms;
    }
    for (int i = 0; i < 12; i++)
        read_now(&s, when, OUTCOME_UNKNOWN);
    s.item.obs_count = READS;
    assert_int_equal(drift_seen(&s.d, 0), SEEN_NOTHING);
    struct policy p = POLICY_DEFAULT;
    p.watch.then_ms = HOUR;
    struct decision r = {0};
    drift_decide(&s.d, &p, &r);
    assert_int_equal(r.look_again_ms, when + HOUR); /* but daily */
}

/* Nobody shall take what is not read for proof; and it is read on. */
static void a_watch_that_sees_nothing_is_told_once_a_run(void **state)
{
    struct scene s;
    int64_t when = CLOSED + HOUR;
    struct decision r;
    (void)state;

    begin(&s, DESIRED_ABSENT);
    read_now(&s, CLOSED + MINUTE, OUTCOME_UNKNOWN); /* nobody waited for that one */
    for (int i = 0; i < 6; i++, when = r.look_again_ms) {
        read_now(&s, when, OUTCOME_UNKNOWN);
        r = decided(&s.d);
        assert_int_equal(escalates(&r, "WatchBlind"), i == 5);
    }
    assert_int_equal(r.escalations[0].since_ms, CLOSED);
    read_now(&s, when, OUTCOME_PRESENT); /* another has the name now: as silent */
    s.obs[0].account = ACCOUNT_REPLACED;
    r = decided(&s.d);
    assert_true(escalates(&r, "WatchBlind"));
    assert_true(r.look_again_ms > when);
    assert_int_equal(r.escalations[0].since_ms, CLOSED); /* the same run: nobody is told again */
    read_now(&s, when + HOUR, OUTCOME_ABSENT);
    r = decided(&s.d);
    assert_int_equal(r.escalation_count, 0);
    assert_int_equal(r.look_again_ms, CLOSED + DAY);
}

/* Seen to be otherwise once, then dark: that is told as well. */
static void a_suspicion_in_the_dark_is_told(void **state)
{
    struct scene s;
    int64_t when = CLOSED + HOUR + MINUTE;
    struct decision r = {0};
    (void)state;

    begin(&s, DESIRED_ABSENT);
    read_now(&s, CLOSED + HOUR, OUTCOME_PRESENT);
    for (int i = 0; i < 6; i++, when = r.look_again_ms) {
        assert_false(escalates(&r, "WatchBlind"));
        read_now(&s, when, OUTCOME_UNKNOWN);
        r = decided(&s.d);
    }
    assert_true(escalates(&r, "WatchBlind"));
    assert_int_equal(r.escalations[0].since_ms, CLOSED + HOUR);
}

static void what_else_is_held_keeps_no_drift_open(void **state)
{
    struct scene s;
    (void)state;

    begin(&s, DESIRED_PRESENT);
    s.after.recorded = DRIFT_OPENED;
    s.item.rule.extra_hinders = true;
    s.item.others_extra = STR("a-group-given-since");
    read_now(&s, CLOSED + HOUR, OUTCOME_PRESENT);
    assert_true(decided(&s.d).drift_over);
}

static void a_copy_of_before_and_another_say_nothing(void **state)
{
    struct scene s;
    (void)state;

    begin(&s, DESIRED_ABSENT);
    read_now(&s, CLOSED + HOUR, OUTCOME_PRESENT);
    s.obs[0].as_of_ms = NOW - 1;
    assert_int_equal(drift_seen(&s.d, 0), SEEN_NOTHING);
    s.obs[0].as_of_ms = CLOSED + HOUR;
    assert_int_equal(drift_seen(&s.d, 0), SEEN_SUSPECT);
    s.obs[0].account = ACCOUNT_REPLACED;
    assert_int_equal(drift_seen(&s.d, 0), SEEN_NOTHING);
    s.obs[0].account = ACCOUNT_ACTIVE;
    s.item.entitlement_id = STR("group");
    s.obs[0].entitlement_id = STR("group");
    assert_int_equal(drift_seen(&s.d, 0), SEEN_SUSPECT);
    s.obs[0].entitlement_id = STR("another");
    assert_int_equal(drift_seen(&s.d, 0), SEEN_NOTHING);
}

static void what_was_suspect_is_read_again_though_a_read_said_nothing(void **state)
{
    struct scene s;
    (void)state;

    begin(&s, DESIRED_ABSENT);
    struct policy p = POLICY_DEFAULT;
    struct decision r = {0};
    read_now(&s, CLOSED + 7 * DAY, OUTCOME_PRESENT);
    read_now(&s, CLOSED + 7 * DAY + 30000, OUTCOME_UNKNOWN);
    assert_int_equal(drift_seen(&s.d, 0), SEEN_NOTHING);
    drift_decide(&s.d, &p, &r);
    assert_in_range(r.look_again_ms, s.d.now_ms, s.d.now_ms + HOUR);
}

static void it_is_believed_by_the_rules_of_a_proof(void **state)
{
    struct scene s;
    int64_t hour = CLOSED + HOUR;
    (void)state;

    begin(&s, DESIRED_ABSENT);
    read_now(&s, hour, OUTCOME_PRESENT);
    struct decision r = decided(&s.d);
    assert_int_equal(r.look_again_ms, hour + MINUTE); /* as long as it may be settling */
    assert_false(r.drift || r.follow);
    read_now(&s, hour + 30 * SECOND, OUTCOME_PRESENT);
    assert_int_equal(drift_seen(&s.d, 0), SEEN_SUSPECT); /* two, within the minute */
    read_now(&s, hour + 40 * SECOND, OUTCOME_UNKNOWN);
    read_now(&s, hour + MINUTE, OUTCOME_PRESENT);
    assert_int_equal(drift_seen(&s.d, 0), SEEN_SUSPECT); /* what nobody could read broke the row */
    read_now(&s, hour + 90 * SECOND, OUTCOME_PRESENT);
    s.obs[0].as_of_ms = hour; /* an older copy after a newer one */
    s.obs[1].as_of_ms = hour + MINUTE;
    assert_int_equal(drift_seen(&s.d, 0), SEEN_SUSPECT);
    s.obs[0].as_of_ms = hour + 2 * MINUTE;
    assert_int_equal(drift_seen(&s.d, 0), SEEN_DRIFT);
    s.item.rule.settle_ms = 0; /* a source that settles at once is still asked again */
    s.item.rule.confirmations = 9;
    assert_int_equal(decided(&s.d).look_again_ms, s.obs[0].observed_ms + SECOND);
}

static void drift(struct scene *s, enum outcome outcome)
{
    read_now(s, CLOSED + HOUR, outcome);
    read_now(s, CLOSED + HOUR + MINUTE, outcome);
    assert_int_equal(drift_seen(&s->d, 0), SEEN_DRIFT);
}

static void what_came_back_opens_one_request_and_is_said(void **state)
{
    struct scene s;
    char story[FOLLOW_STORY_BYTES];
    struct notice n;
    (void)state;

    begin(&s, DESIRED_ABSENT);
    drift(&s, OUTCOME_PRESENT);
    s.d.after.proof_seq = 231;
    struct decision r = decided(&s.d);
    assert_int_equal(r.follow, FOLLOW_DRIFT);
    assert_int_equal(r.drift, DRIFT_OPENED);
    assert_int_equal(r.about, 0);
    assert_string_equal(r.drift_why, "StillPresent");
    drift_story(&s.d, FOLLOW_DRIFT, 0, story);
    assert_string_equal(story, "IAM-1 proved on 1 Jan (evidence 231) that M. Okafor lost "
                               "fin-ledger-admin. It was there again on 1 Jan: nobody asked for "
                               "that here.");

    s.after.recorded = DRIFT_OPENED;
    s.after.mending = true;
    s.d.after.follow = FOLLOW_DRIFT;
    s.d.after.follow_key = STR("IAM-611");
    r = decided(&s.d);
    assert_false(r.follow || r.drift || r.read_sources);
    assert_int_equal(says(&r), NOTICE_DRIFTED);
    words_for(&s.d, 0, NOTICE_DRIFTED, &n);
    assert_string_equal(n.line, "Removed 11:10 UTC, present again 12:15 UTC. New ticket IAM-611");
    assert_false(n.notify);
    s.d.after.follow_key = STR_NONE;
    words_for(&s.d, 0, NOTICE_DRIFTED, &n);
    assert_string_equal(n.line, "Removed 11:10 UTC, present again 12:15 UTC. A new ticket follows");
    s.d.after.follow = FOLLOW_NONE;
    words_for(&s.d, 0, NOTICE_DRIFTED, &n);
    assert_string_equal(n.line, "Removed 11:10 UTC, present again 12:15 UTC. IAM on-call was told");
    s.item.proven_ms = 0; /* not known any more: the words stay true */
    s.d.ticket.key = STR_NONE;
    assert_true(str_starts(drift_story(&s.d, FOLLOW_DRIFT, 0, story), STR("r was to prove that")));
}

static void access_that_vanished_is_given_again_only_to_a_live_account(void **state)
{
    struct scene s;
    char story[FOLLOW_STORY_BYTES];
    struct notice n;
    (void)state;

    begin(&s, DESIRED_PRESENT);
    drift(&s, OUTCOME_ABSENT);
    struct decision r = decided(&s.d);
    assert_int_equal(r.follow, FOLLOW_DRIFT);
    drift_story(&s.d, FOLLOW_DRIFT, 0, story);
    assert_string_equal(story, "IAM-1 proved on 1 Jan that M. Okafor has fin-ledger-admin. It was "
                               "missing again on 1 Jan: nobody asked for that here.");
    words_for(&s.d, 0, NOTICE_DRIFTED, &n);
    assert_string_equal(n.line, "There 11:10 UTC, missing again 12:15 UTC. IAM on-call was told");

    s.obs[0].account = ACCOUNT_MISSING;
    r = decided(&s.d);
    assert_int_equal(r.follow, FOLLOW_NONE);
    assert_int_equal(r.drift, DRIFT_RECORDED);
    assert_string_equal(r.drift_why, "AccountMissing");
    s.obs[0].account = ACCOUNT_ACTIVE;
    s.d.access_until_ms = s.d.now_ms + HOUR; /* it would be taken away at once */
    assert_int_equal(decided(&s.d).follow, FOLLOW_EXPIRY);
    struct policy p = POLICY_DEFAULT;
    p.watch.expiry = false;
    decide(&s.d, &p, &r);
    assert_int_equal(r.drift, DRIFT_RECORDED);
    assert_int_equal(r.follow, FOLLOW_NONE);
    s.after.recorded = DRIFT_RECORDED;
    decide(&s.d, &p, &r);
    assert_int_equal(r.drift, DRIFT_NONE);
}

static void where_we_observe_it_is_recorded_only(void **state)
{
    struct scene s;
    (void)state;

    begin(&s, DESIRED_ABSENT);
    s.d.mode = GATE_OBSERVE;
    drift(&s, OUTCOME_PRESENT);
    struct decision r = decided(&s.d);
    assert_int_equal(r.drift, DRIFT_RECORDED);
    assert_int_equal(r.follow, FOLLOW_NONE);
    s.after.recorded = DRIFT_RECORDED; /* it is watched on, daily, after the week too */
    read_now(&s, CLOSED + 8 * DAY, OUTCOME_PRESENT);
    r = decided(&s.d);
    assert_false(r.drift);
    assert_int_equal(r.look_again_ms, CLOSED + 9 * DAY);
}

static void what_comes_again_and_again_is_held_and_told(void **state)
{
    struct scene s;
    int64_t opened[4] = {0};
    (void)state;

    begin(&s, DESIRED_ABSENT);
    drift(&s, OUTCOME_PRESENT);
    for (int i = 0; i < 4; i++)
        opened[i] = s.d.now_ms - HOUR - i * DAY;
    s.after.drifts_ms = opened;
    s.after.drift_count = 2;
    assert_int_equal(decided(&s.d).follow, FOLLOW_DRIFT);
    s.after.drift_count = 3;
    struct decision r = decided(&s.d);
    assert_int_equal(r.follow, FOLLOW_NONE);
    assert_int_equal(r.drift, DRIFT_HELD);
    assert_true(escalates(&r, "DriftKeepsComing"));
    s.after.recorded = DRIFT_HELD;
    r = decided(&s.d);
    assert_int_equal(r.drift, DRIFT_NONE);
    opened[2] -= 30 * DAY; /* long ago */
    r = decided(&s.d);
    assert_int_equal(r.follow, FOLLOW_DRIFT);
    assert_int_equal(r.drift, DRIFT_OPENED);
}

static void a_request_that_was_ended_is_opened_again_after_another_read(void **state)
{
    struct scene s;
    int64_t opened;
    (void)state;

    begin(&s, DESIRED_ABSENT);
    drift(&s, OUTCOME_PRESENT);
    opened = s.d.now_ms;
    s.after.drifts_ms = &opened;
    s.after.drift_count = 1;
    s.after.recorded = DRIFT_OPENED;
    assert_int_equal(decided(&s.d).follow, FOLLOW_NONE);
    read_now(&s, CLOSED + DAY, OUTCOME_PRESENT);
    assert_int_equal(decided(&s.d).follow, FOLLOW_DRIFT);
}

static void a_drift_ends_by_itself_on_proof(void **state)
{
    struct scene s;
    (void)state;

    begin(&s, DESIRED_ABSENT);
    s.after.recorded = DRIFT_HELD;
    drift(&s, OUTCOME_PRESENT);
    read_now(&s, CLOSED + DAY, OUTCOME_ABSENT);
    assert_false(decided(&s.d).drift_over);
    read_now(&s, CLOSED + DAY + MINUTE, OUTCOME_ABSENT);
    struct decision r = decided(&s.d);
    assert_true(r.drift_over);
    assert_int_equal(r.about, 0);
}

static void what_is_not_watched(void **state)
{
    struct scene s;
    struct policy p = POLICY_DEFAULT;
    struct decision r;
    (void)state;

    begin(&s, DESIRED_ABSENT);
    drift(&s, OUTCOME_PRESENT);
    s.after.superseded = true;
    assert_int_equal(decided(&s.d).look_again_ms, 0);
    s.after.superseded = false;
    s.after.ending = true;
    assert_false(decided(&s.d).drift);
    s.after.ending = false;
    s.item.excepted = true;
    assert_false(decided(&s.d).drift);
    s.item.excepted = false;
    s.item.proven_ms = 0; /* closed under an exception */
    assert_false(decided(&s.d).drift);
    s.item.proven_ms = NOW;
    p.watch.drift = false;
    decide(&s.d, &p, &r);
    assert_false(r.drift || r.read_sources);
    s.d.after.items = NULL; /* a database of before */
    assert_false(decided(&s.d).drift);
    s.d.after.items = &s.after;
    s.d.ticket.role = STATUS_OPEN; /* it is worked on again */
    s.d.ticket.moved_by_us = false;
    r = decided(&s.d);
    assert_true(r.move && !r.drift);
}

static void one_item_at_a_time(void **state)
{
    struct scene s;
    struct item items[2];
    struct item_after after[2] = {{0}};
    (void)state;

    begin(&s, DESIRED_ABSENT);
    drift(&s, OUTCOME_PRESENT);
    items[0] = items[1] = s.item;
    s.d.items = items;
    s.d.item_count = 2;
    s.d.after.items = after;
    struct decision r = decided(&s.d);
    assert_int_equal(r.about, 0);
    assert_int_equal(r.look_again_ms, s.d.now_ms + SECOND);
    after[0].mending = true;
    r = decided(&s.d);
    assert_int_equal(r.about, 1);
    assert_int_equal(r.follow, FOLLOW_DRIFT);
    assert_int_equal(drift_notice(&s.d), NOTICE_VERIFIED);
    items[1].excepted = items[1].on_exception = true;
    assert_int_equal(drift_notice(&s.d), NOTICE_EXCEPTION);
    after[1].recorded = DRIFT_HELD;
    assert_int_equal(drift_notice(&s.d), NOTICE_DRIFTED);
}

static void removal_is_asked_for_before_access_ends(void **state)
{
    struct scene s;
    char story[FOLLOW_STORY_BYTES];
    int64_t until = CLOSED + 30 * DAY;
    (void)state;

    begin(&s, DESIRED_PRESENT);
    s.d.access_until_ms = until;
    s.item.proven_ms = 0; /* closed under an exception, perhaps: it may be there all the same */
    struct decision r = at(&s, until - DAY - 1);
    assert_int_equal(r.follow, FOLLOW_NONE);
    assert_int_equal(r.look_again_ms, until - DAY);
    r = at(&s, until - DAY);
    assert_int_equal(r.follow, FOLLOW_EXPIRY);
    s.item.proven_ms = NOW;
    drift_story(&s.d, FOLLOW_EXPIRY, 0, story);
    assert_string_equal(story, "IAM-1 proved on 1 Jan that M. Okafor has fin-ledger-admin. That "
                               "was agreed until 1970-01-31 11:15 UTC: take it away by then.");
    s.after.ending = true;
    assert_int_equal(decided(&s.d).follow, FOLLOW_NONE);
    s.after.ending = false;
    s.after.superseded = true; /* the time was extended, and that was approved */
    assert_int_equal(decided(&s.d).follow, FOLLOW_NONE);
    s.after.superseded = false;
    s.d.phase = PHASE_VERIFYING; /* nobody could read it yet: it may be there */
    assert_int_equal(decided(&s.d).follow, FOLLOW_EXPIRY);
    s.d.kind = REQUEST_REMOVAL;
    assert_int_equal(decided(&s.d).follow, FOLLOW_NONE);
    s.d.kind = REQUEST_GRANT;
    s.d.claimed_ms = 0; /* nobody said it is done */
    s.d.phase = PHASE_FULFILLING;
    assert_int_equal(decided(&s.d).follow, FOLLOW_NONE);
}

static void short_access_is_ended_in_its_second_half(void **state)
{
    struct scene s;
    (void)state;

    begin(&s, DESIRED_PRESENT);
    s.d.access_until_ms = s.d.approved_ms + 2 * HOUR;
    assert_int_equal(drift_lead_ms(&s.d, &POLICY_DEFAULT), HOUR);
    s.d.access_until_ms = s.d.approved_ms + 30 * DAY;
    assert_int_equal(drift_lead_ms(&s.d, &POLICY_DEFAULT), DAY);
    s.d.access_until_ms = s.d.approved_ms - 1; /* approved too late */
    assert_int_equal(drift_lead_ms(&s.d, &POLICY_DEFAULT), 0);
}

static void a_removal_that_is_cancelled_is_asked_for_again_and_given_up_in_the_end(void **state)
{
    struct scene s;
    struct policy p = POLICY_DEFAULT;
    struct decision r;
    int64_t asked[3];
    (void)state;

    begin(&s, DESIRED_PRESENT);
    s.d.access_until_ms = CLOSED + 30 * DAY;
    s.d.now_ms = s.d.access_until_ms;
    for (int i = 0; i < 3; i++)
        asked[i] = s.d.now_ms - 30 * MINUTE - i * (int64_t)HOUR;
    s.after.ends_ms = asked;
    s.after.end_count = 1;
    r = decided(&s.d);
    assert_int_equal(r.follow, FOLLOW_NONE);
    assert_true(r.look_again_ms <= s.d.now_ms + HOUR);
    asked[0] -= HOUR;
    assert_int_equal(decided(&s.d).follow, FOLLOW_EXPIRY);
    s.after.end_count = 3;
    r = decided(&s.d);
    assert_int_equal(r.follow, FOLLOW_NONE);
    assert_true(escalates(&r, "RemovalGivenUp"));
    s.after.end_count = 0;
    s.d.mode = GATE_OBSERVE;
    r = decided(&s.d);
    assert_int_equal(r.follow, FOLLOW_NONE);
    assert_true(escalates(&r, "AccessEnds"));
    s.d.mode = GATE_ENFORCE;
    p.watch.expiry = false;
    decide(&s.d, &p, &r);
    assert_int_equal(r.follow, FOLLOW_NONE);
}

static void a_full_list_takes_no_more(void **state)
{
    struct scene s;
    struct decision r = {.escalation_count = LIMIT_EFFECTS_PER_STEP};
    (void)state;

    begin(&s, DESIRED_PRESENT);
    s.d.mode = GATE_OBSERVE;
    s.d.access_until_ms = s.d.now_ms;
    drift_decide(&s.d, &POLICY_DEFAULT, &r);
    assert_int_equal(r.escalation_count, LIMIT_EFFECTS_PER_STEP);
}

static void names_are_known_both_ways(void **state)
{
    enum follow f;
    enum drift_answer a;
    (void)state;

    for (int i = 0; i < FOLLOW_COUNT; i++)
        assert_true(follow_from(str_of(follow_name((enum follow)i)), &f) && (int)f == i);
    for (int i = 0; i < DRIFT_ANSWER_COUNT; i++)
        assert_true(drift_answer_from(str_of(drift_answer_name((enum drift_answer)i)), &a) &&
                    (int)a == i);
    assert_false(follow_from(STR("whim"), &f));
    assert_false(drift_answer_from(STR("shrug"), &a));
}

UNIT_MAIN(cmocka_unit_test(it_is_read_after_an_hour_a_day_and_a_week),
          cmocka_unit_test(time_bound_access_is_read_daily),
          cmocka_unit_test(a_read_that_says_nothing_is_made_again_ever_more_seldom),
          cmocka_unit_test(a_watch_that_sees_nothing_is_told_once_a_run),
          cmocka_unit_test(a_suspicion_in_the_dark_is_told),
          cmocka_unit_test(what_else_is_held_keeps_no_drift_open),
          cmocka_unit_test(a_copy_of_before_and_another_say_nothing),
          cmocka_unit_test(what_was_suspect_is_read_again_though_a_read_said_nothing),
          cmocka_unit_test(it_is_believed_by_the_rules_of_a_proof),
          cmocka_unit_test(what_came_back_opens_one_request_and_is_said),
          cmocka_unit_test(access_that_vanished_is_given_again_only_to_a_live_account),
          cmocka_unit_test(where_we_observe_it_is_recorded_only),
          cmocka_unit_test(what_comes_again_and_again_is_held_and_told),
          cmocka_unit_test(a_request_that_was_ended_is_opened_again_after_another_read),
          cmocka_unit_test(a_drift_ends_by_itself_on_proof), cmocka_unit_test(what_is_not_watched),
          cmocka_unit_test(one_item_at_a_time),
          cmocka_unit_test(removal_is_asked_for_before_access_ends),
          cmocka_unit_test(short_access_is_ended_in_its_second_half),
          cmocka_unit_test(a_removal_that_is_cancelled_is_asked_for_again_and_given_up_in_the_end),
          cmocka_unit_test(a_full_list_takes_no_more), cmocka_unit_test(names_are_known_both_ways))
