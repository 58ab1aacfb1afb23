#include "domain/schedule.h"

#include "domain/decide.h"
#include "unit.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

static const int64_t NOW = 1700000000000;

/* How long after the last read, begun `age` after the claim, the next one is due. */
static int64_t wait_of(struct schedule_ask ask)
{
    ask.now_ms = ask.last_read_ms;
    return schedule_next_ms(&POLICY_DEFAULT, &ask) - ask.last_read_ms;
}

static struct schedule_ask ask_of(const char *who, int32_t reads)
{
    return (struct schedule_ask){
        .who = str_of(who), .claimed_ms = NOW, .last_read_ms = NOW + MINUTE, .reads = reads};
}

static void at_once_then_ever_more_seldom_then_daily(void **state)
{
    static const int64_t WAITS[] = {15 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, HOUR};
    struct schedule_ask first = {.now_ms = NOW, .claimed_ms = NOW, .last_read_ms = NOW - HOUR};
    (void)state;

    assert_int_equal(schedule_next_ms(&POLICY_DEFAULT, &first), NOW);
    for (size_t i = 0; i < COUNT(WAITS); i++)
        assert_in_range(wait_of(ask_of("a", (int32_t)i + 1)), WAITS[i] - WAITS[i] / 8, WAITS[i]);
    struct schedule_ask late = ask_of("a", 30);
    late.last_read_ms = NOW + 24 * HOUR - 1;
    assert_in_range(wait_of(late), 52 * MINUTE, HOUR);
    late.last_read_ms++; /* a day has passed */
    assert_in_range(wait_of(late), 21 * HOUR, 24 * HOUR);
}

static void those_claimed_at_once_are_read_apart(void **state)
{
    int64_t first = HOUR, last = 0;
    char who[2] = "a";
    (void)state;

    for (; who[0] <= 'z'; who[0]++) {
        int64_t wait = wait_of(ask_of(who, 5));
        assert_int_equal(wait, wait_of(ask_of(who, 5))); /* asked again, the same */
        first = wait < first ? wait : first;
        last = wait > last ? wait : last;
    }
    assert_true(last - first > 4 * MINUTE);
    assert_int_not_equal(wait_of(ask_of("a", 5)), wait_of(ask_of("a", 6)));
}

static void a_settling_source_and_whoever_presses_bring_it_forward(void **state)
{
    struct schedule_ask ask = ask_of("a", 5);
    (void)state;

    ask.settling_ms = 90 * SECOND;
    assert_int_equal(wait_of(ask), 90 * SECOND); /* not sooner: it could not have settled */
    ask.touched = true;
    assert_int_equal(wait_of(ask), POLICY_DEFAULT.touch_ms);
    ask.settling_ms = SECOND;
    assert_int_equal(wait_of(ask), SECOND);
}

/* --- one source --- */

static enum schedule_turn turn(const struct schedule_source *s, const struct schedule_limits *l,
                               int64_t now_ms)
{
    int64_t wait_ms;
    return schedule_turn(s, l, now_ms, &wait_ms);
}

static void so_many_at_once(void **state)
{
    const struct schedule_limits two = {.at_once = 2};
    struct schedule_source s = {0};
    int64_t wait_ms = 7;
    (void)state;

    assert_int_equal(schedule_turn(&s, &two, NOW, &wait_ms), SCHEDULE_NOW);
    schedule_began(&s, &two, NOW);
    assert_int_equal(turn(&s, &two, NOW), SCHEDULE_NOW);
    schedule_began(&s, &two, NOW);
    assert_int_equal(schedule_turn(&s, &two, NOW + HOUR, &wait_ms), SCHEDULE_WAITS);
    assert_int_equal(wait_ms, 0); /* the end of one tells, no time does */
    schedule_ended(&s, &two, false, 0, NOW, 0);
    assert_int_equal(turn(&s, &two, NOW), SCHEDULE_NOW);
}

/* Whoever asks as fast as it may: how many reads have any minute at the most? */
static void no_minute_has_more_than_its_allowance(void **state)
{
    static const int32_t ALLOWED[] = {1, 2, 3, 10, 59, 600, 100000};
    (void)state;

    for (size_t i = 0; i < COUNT(ALLOWED); i++) {
        const struct schedule_limits l = {.at_once = 1, .per_minute = ALLOWED[i]};
        struct schedule_source s = {0};
        static int64_t began[400000];
        size_t count = 0, window = 0;
        int64_t wait_ms;
        for (int64_t now = NOW; now < NOW + 3 * MINUTE;) {
            if (schedule_turn(&s, &l, now, &wait_ms) == SCHEDULE_WAITS) {
                assert_true(wait_ms > 0);
                now += wait_ms;
                continue;
            }
            schedule_began(&s, &l, now);
            schedule_ended(&s, &l, false, 0, now, 0);
            began[count++] = now;
            while (began[window] <= now - MINUTE)
                window++;
            assert_true(count - window <= (size_t)ALLOWED[i]);
        }
        assert_true(count >= 3 * (size_t)ALLOWED[i] / 2); /* and it is not idle either */
    }
}

static const struct schedule_limits ONE = {.at_once = 9, .rest_max_ms = 4 * SECOND};

static void end(struct schedule_source *s, bool silent, int64_t told_ms)
{
    schedule_began(s, &ONE, NOW);
    schedule_ended(s, &ONE, silent, told_ms, NOW, 0);
}

static void a_source_that_does_not_answer_rests_until_a_probe_is_answered(void **state)
{
    static const int64_t RESTS[] = {SECOND, 2 * SECOND, 4 * SECOND, 4 * SECOND};
    struct schedule_source s = {0};
    int64_t now = NOW;
    (void)state;

    for (int i = 0; i < SCHEDULE_BREAK_AFTER - 1; i++)
        end(&s, true, 0);
    end(&s, false, 0); /* an answer in between: it is there */
    for (int i = 0; i < SCHEDULE_BREAK_AFTER - 1; i++)
        end(&s, true, 0);
    assert_int_equal(turn(&s, &ONE, NOW), SCHEDULE_NOW);
    assert_int_equal(schedule_probe_ms(&s, NOW), -1);
    end(&s, true, 0);
    for (size_t i = 0; i < COUNT(RESTS); i++) {
        assert_int_equal(turn(&s, &ONE, now + HOUR), SCHEDULE_RESTS); /* whoever asks, and when */
        assert_int_equal(schedule_probe_ms(&s, now), RESTS[i]);
        now += RESTS[i] + MINUTE;
        assert_int_equal(schedule_probe_ms(&s, now), 0);
        schedule_probe_began(&s, &ONE, now);
        assert_int_equal(schedule_probe_ms(&s, now), -1); /* one at a time */
        assert_int_equal(turn(&s, &ONE, now), SCHEDULE_RESTS);
        assert_false(schedule_probe_ended(&s, &ONE, true, 0, now, 0));
    }
    schedule_probe_began(&s, &ONE, now);
    assert_true(schedule_probe_ended(&s, &ONE, false, 0, now, 0));
    assert_int_equal(turn(&s, &ONE, now), SCHEDULE_NOW);
    end(&s, true, 0); /* it counts anew */
    assert_int_equal(turn(&s, &ONE, now), SCHEDULE_NOW);
}

/* Its canary is answered and nothing else: the rests grow, or it would be tried every second. */
static void whoever_comes_and_goes_rests_ever_longer(void **state)
{
    static const int64_t RESTS[] = {SECOND, 2 * SECOND, 4 * SECOND, 4 * SECOND, SECOND};
    struct schedule_source s = {0};
    (void)state;

    for (size_t flip = 0; flip < COUNT(RESTS); flip++) {
        if (flip == 4)
            end(&s, false, 0); /* until somebody is answered */
        for (int i = 0; i < SCHEDULE_BREAK_AFTER; i++)
            end(&s, true, 0);
        assert_int_equal(schedule_probe_ms(&s, NOW), RESTS[flip]);
        schedule_probe_began(&s, &ONE, NOW);
        assert_true(schedule_probe_ended(&s, &ONE, false, 0, NOW, 0));
    }
}

static void a_late_answer_of_before_does_not_wake_it(void **state)
{
    struct schedule_source s = {0};
    (void)state;

    schedule_began(&s, &ONE, NOW);
    for (int i = 0; i < SCHEDULE_BREAK_AFTER + 3; i++)
        end(&s, true, 0);
    schedule_ended(&s, &ONE, false, 0, NOW, 0);
    assert_int_equal(turn(&s, &ONE, NOW), SCHEDULE_RESTS);
    assert_int_equal(schedule_probe_ms(&s, NOW),
                     SECOND); /* those that ended meanwhile moved nothing */
}

static void rests_are_spread_and_bounded(void **state)
{
    struct schedule_limits unsaid = {.at_once = 1};
    struct schedule_source s = {0};
    (void)state;

    schedule_began(&s, &unsaid, NOW);
    schedule_ended(&s, &unsaid, true, 1, NOW, 125); /* an eighth of a second sooner */
    assert_int_equal(schedule_probe_ms(&s, NOW), SECOND - 125);
    for (int i = 0; i < 20; i++) {
        schedule_probe_began(&s, &unsaid, NOW);
        schedule_probe_ended(&s, &unsaid, true, 0, NOW, 0);
    }
    assert_int_equal(schedule_probe_ms(&s, NOW), SCHEDULE_REST_MAX_MS);
}

static void what_the_source_told_is_never_undercut(void **state)
{
    struct schedule_source s = {0};
    (void)state;

    end(&s, true, 90 * SECOND); /* one word of it suffices */
    assert_int_equal(turn(&s, &ONE, NOW), SCHEDULE_RESTS);
    assert_int_equal(schedule_probe_ms(&s, NOW + 30 * SECOND), 60 * SECOND);
    end(&s, true, 10 * SECOND); /* of several the longest */
    assert_int_equal(schedule_probe_ms(&s, NOW + 89 * SECOND), SECOND);
    schedule_probe_began(&s, &ONE, NOW + 90 * SECOND);
    /* an answer, and beside it the word that it is enough */
    assert_false(schedule_probe_ended(&s, &ONE, false, MINUTE, NOW + 90 * SECOND, 0));
    assert_int_equal(schedule_probe_ms(&s, NOW + 90 * SECOND), MINUTE);
    schedule_probe_began(&s, &ONE, NOW + 150 * SECOND);
    assert_true(schedule_probe_ended(&s, &ONE, false, 0, NOW + 150 * SECOND, 0));
}

static void what_says_that_nobody_answers(void **state)
{
    (void)state;
    assert_true(schedule_is_silence(STR("Timeout")));
    assert_true(schedule_is_silence(STR("SourceDown")));
    assert_true(schedule_is_silence(STR("AuthFailed")));
    assert_true(schedule_is_silence(STR("RateLimited")));
    assert_false(schedule_is_silence(STR("Ok")));
    assert_false(schedule_is_silence(STR("EntitlementNotFound")));
    assert_false(schedule_is_silence(STR("CanaryMissing")));
}

static void removals_go_first_and_what_is_closed_last(void **state)
{
    (void)state;
    assert_int_equal(schedule_rank_of(REQUEST_REMOVAL, PHASE_CLAIMED), SCHEDULE_URGENT);
    assert_int_equal(schedule_rank_of(REQUEST_GRANT, PHASE_CLAIMED), SCHEDULE_ORDINARY);
    assert_int_equal(schedule_rank_of(REQUEST_MODIFY, PHASE_VERIFYING), SCHEDULE_ORDINARY);
    assert_int_equal(schedule_rank_of(REQUEST_REMOVAL, PHASE_CLOSED), SCHEDULE_WATCH);
    assert_int_equal(schedule_rank_of(REQUEST_GRANT, PHASE_CLOSED), SCHEDULE_WATCH);
    assert_true(SCHEDULE_URGENT < SCHEDULE_ORDINARY && SCHEDULE_ORDINARY < SCHEDULE_WATCH);
}

static void what_ranks_below_takes_no_room(void **state)
{
    enum { MOST = SCHEDULE_LINE_MAX };
    static const struct {
        size_t waiting[SCHEDULE_RANK_COUNT];
        enum schedule_room urgent, ordinary, watch;
    } CASES[] = {
        {{0, MOST - 1, 0}, SCHEDULE_ROOM, SCHEDULE_ROOM, SCHEDULE_ROOM},
        {{0, MOST, 0}, SCHEDULE_ROOM_OF_ANOTHER, SCHEDULE_FULL, SCHEDULE_FULL},
        {{1, 1, MOST - 2}, SCHEDULE_ROOM_OF_ANOTHER, SCHEDULE_ROOM_OF_ANOTHER, SCHEDULE_FULL},
        {{MOST - 1, 3, 3}, SCHEDULE_ROOM_OF_ANOTHER, SCHEDULE_FULL, SCHEDULE_FULL},
        {{MOST, 0, 0}, SCHEDULE_FULL, SCHEDULE_FULL, SCHEDULE_FULL},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        assert_int_equal(schedule_room(CASES[i].waiting, SCHEDULE_URGENT), CASES[i].urgent);
        assert_int_equal(schedule_room(CASES[i].waiting, SCHEDULE_ORDINARY), CASES[i].ordinary);
        assert_int_equal(schedule_room(CASES[i].waiting, SCHEDULE_WATCH), CASES[i].watch);
    }
}

static void who_is_turned_away_comes_again_later(void **state)
{
    (void)state;
    assert_int_equal(schedule_again_ms(0), SCHEDULE_LINE_MS);
    assert_int_equal(schedule_again_ms(2 * SCHEDULE_LINE_MS - 1), 3 * SCHEDULE_LINE_MS - 1);
    assert_int_equal(schedule_again_ms(2 * SCHEDULE_LINE_MS), SCHEDULE_LINE_MS);
}

static void a_claim_outlasts_the_slowest_read(void **state)
{
    const int64_t minute = 60000;
    (void)state;

    assert_int_equal(schedule_look_ms(2000), SCHEDULE_LOOK_MS);
    assert_int_equal(schedule_look_ms(5000), SCHEDULE_LOOK_MS);
    assert_int_equal(schedule_look_ms(minute), 2 * minute + SCHEDULE_LINE_MS + 2 * LOOK_PORTION_MS);
}

static void a_read_serves_only_who_asked_before_it_began(void **state)
{
    (void)state;
    assert_true(schedule_serves(0, NOW, NOW));            /* it has not begun */
    assert_true(schedule_serves(NOW, NOW - 1, 0));        /* after the claim */
    assert_false(schedule_serves(NOW, NOW, 0));           /* or with it: nobody can tell */
    assert_false(schedule_serves(NOW, NOW - 2, NOW + 1)); /* two reads want two */
    assert_true(schedule_serves(NOW, NOW - 2, NOW - 1));
}

UNIT_MAIN(cmocka_unit_test(at_once_then_ever_more_seldom_then_daily),
          cmocka_unit_test(those_claimed_at_once_are_read_apart),
          cmocka_unit_test(a_settling_source_and_whoever_presses_bring_it_forward),
          cmocka_unit_test(so_many_at_once),
          cmocka_unit_test(no_minute_has_more_than_its_allowance),
          cmocka_unit_test(a_source_that_does_not_answer_rests_until_a_probe_is_answered),
          cmocka_unit_test(whoever_comes_and_goes_rests_ever_longer),
          cmocka_unit_test(a_late_answer_of_before_does_not_wake_it),
          cmocka_unit_test(rests_are_spread_and_bounded),
          cmocka_unit_test(what_the_source_told_is_never_undercut),
          cmocka_unit_test(what_says_that_nobody_answers),
          cmocka_unit_test(removals_go_first_and_what_is_closed_last),
          cmocka_unit_test(what_ranks_below_takes_no_room),
          cmocka_unit_test(who_is_turned_away_comes_again_later),
          cmocka_unit_test(a_claim_outlasts_the_slowest_read),
          cmocka_unit_test(a_read_serves_only_who_asked_before_it_began))
