/* When the next call may leave: never earlier than told, never more than Jira allows. */
#include "domain/traffic.h"

#include "unit.h"

enum { READ, WRITE, FREE, ROUTES };
static const int32_t RATES[ROUTES] = {100, 50, 0};
static struct traffic t;

static struct traffic_call write_to(uint64_t issue)
{
    return (struct traffic_call){.route = WRITE, .issue = issue, .write = true, .lane = LANE_GATE};
}

static const struct traffic_call READING = {.route = READ, .issue = 7, .lane = LANE_GATE};

static int start(void **state)
{
    (void)state;
    traffic_init(&t, RATES, ROUTES, 0);
    return 0;
}

/* Each kind of told wait holds what it reaches, nothing else, and a shorter one never undercuts. */
static void told_waits_reach_what_they_name(void **state)
{
    struct traffic_call one = write_to(7), other = write_to(8);
    (void)state;

    traffic_told(&t, &one, REACH_NONE, 9000, 0);
    traffic_told(&t, &one, REACH_SITE, 0, 0);
    assert_int_equal(traffic_told_ms(&t, &one, 0), 0);

    traffic_told(&t, &one, REACH_ISSUE, 2000, 0);
    assert_int_equal(traffic_told_ms(&t, &one, 500), 1500);
    assert_int_equal(traffic_told_ms(&t, &other, 500), 0);
    assert_int_equal(traffic_told_ms(&t, &READING, 500), 0); /* the same ticket, read */

    traffic_told(&t, &one, REACH_ROUTE, 3000, 0);
    traffic_told(&t, &other, REACH_ROUTE, 1000, 0); /* shorter: the longer one stands */
    assert_int_equal(traffic_told_ms(&t, &other, 0), 3000);
    assert_int_equal(traffic_told_ms(&t, &READING, 0), 0);

    traffic_told(&t, &one, REACH_SITE, 4000, 0);
    traffic_told(&t, &one, REACH_SITE, 1000, 0);
    assert_int_equal(traffic_told_ms(&t, &READING, 0), 4000);
    assert_int_equal(traffic_told_ms(&t, &READING, 3999), 1);
    assert_int_equal(traffic_told_ms(&t, &READING, 4000), 0);
}

/* More tickets than there are places, or none named: all writes to tickets wait, none too short. */
static void tickets_that_find_no_place(void **state)
{
    struct traffic_call none = write_to(0), last = write_to(1000), fresh = write_to(2000);
    (void)state;

    for (uint64_t i = 1; i <= TRAFFIC_ISSUES; i++) {
        struct traffic_call c = write_to(i);
        traffic_told(&t, &c, REACH_ISSUE, 1000, 0);
    }
    assert_int_equal(traffic_told_ms(&t, &fresh, 0), 0);
    traffic_told(&t, &last, REACH_ISSUE, 5000, 0);
    assert_int_equal(traffic_told_ms(&t, &last, 0), 5000);
    assert_int_equal(traffic_told_ms(&t, &fresh, 0), 5000);
    assert_int_equal(traffic_told_ms(&t, &none, 0), 0); /* a new ticket is not one of them */
    assert_int_equal(traffic_told_ms(&t, &READING, 0), 0);
    traffic_sent(&t, &last, 0); /* no place for it: not counted, and no harm */
    /* later there are places again */
    traffic_told(&t, &last, REACH_ISSUE, 7000, 60000);
    assert_int_equal(traffic_told_ms(&t, &fresh, 60000), 0);
    assert_int_equal(traffic_told_ms(&t, &last, 60000), 7000);
    start(NULL);
    traffic_told(&t, &none, REACH_ISSUE, 100, 0);
    assert_int_equal(traffic_told_ms(&t, &fresh, 0), 100);
}

/* The most calls that leave within any window, when a caller always sends as soon as it may. */
static int most_in(struct traffic_call c, int64_t window_ms, int64_t until_ms)
{
    static int64_t sent[20000];
    size_t count = 0;
    int most = 0;

    for (int64_t now = 0; now < until_ms; now++) {
        while (!traffic_pace_ms(&t, &c, now)) {
            traffic_sent(&t, &c, now);
            sent[count++] = now;
        }
    }
    for (size_t first = 0, i = 0; i < count; i++) {
        while (sent[first] <= sent[i] - window_ms)
            first++;
        if ((int)(i - first) + 1 > most)
            most = (int)(i - first) + 1;
    }
    return most;
}

static void writes_to_one_ticket_are_paced(void **state)
{
    (void)state;
    assert_in_range(most_in(write_to(7), 2000, 60000), 10, 20);
    start(NULL);
    assert_in_range(most_in(write_to(7), 30000, 120000), 50, 100);
}

static void an_operation_keeps_to_its_bucket(void **state)
{
    (void)state;
    assert_in_range(most_in(READING, 1000, 5000), 100, 150); /* half of the bucket, then its rate */
    start(NULL);
    assert_in_range(most_in(READING, 10000, 10000), 1000, 1050);
    struct traffic_call unlimited = {.route = FREE};
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(traffic_pace_ms(&t, &unlimited, 0), 0);
        traffic_sent(&t, &unlimited, 0);
    }
}

/* It says exactly how long: a millisecond earlier it is still too early. */
static void the_wait_is_exact(void **state)
{
    (void)state;
    while (!traffic_pace_ms(&t, &READING, 0))
        traffic_sent(&t, &READING, 0);
    int64_t wait = traffic_pace_ms(&t, &READING, 0);
    assert_true(wait > 1);
    assert_int_equal(traffic_pace_ms(&t, &READING, wait - 1), 1);
    assert_int_equal(traffic_pace_ms(&t, &READING, wait), 0);
    assert_int_equal(traffic_pace_ms(&t, &READING, -5000), wait); /* a clock that went back */
    int64_t year = 365LL * 24 * 3600 * 1000; /* full again, and no more than full */
    int at_once = 0;
    for (; !traffic_pace_ms(&t, &READING, year); at_once++)
        traffic_sent(&t, &READING, year);
    assert_int_equal(at_once, 50);
    int32_t one = 1;
    traffic_init(&t, &one, 1, 0); /* the smallest bucket there is */
    struct traffic_call c = {.route = 0};
    assert_int_equal(traffic_pace_ms(&t, &c, 0), 0);
    traffic_sent(&t, &c, 0);
    assert_int_equal(traffic_pace_ms(&t, &c, 0), 1000);
}

/* A call that failed is a repetition when it comes again; others at the same operation are not. */
static void repetitions_have_a_budget(void **state)
{
    (void)state;
    for (uint64_t what = 1; what <= BUDGET_FLOOR + 1; what++) {
        struct traffic_call c = {.route = FREE, .what = what * 0x100000001u};
        traffic_sent(&t, &c, 0);
        traffic_ended(&t, &c, TRAFFIC_FAILED, 0);
        if (what > BUDGET_FLOOR) {
            assert_int_equal(traffic_pace_ms(&t, &c, 0), BUDGET_STARVE_MS);
            break;
        }
        assert_int_equal(traffic_pace_ms(&t, &c, 0), 0);
        traffic_sent(&t, &c, 0);
        traffic_ended(&t, &c, TRAFFIC_ANSWERED, 0);
    }
    struct traffic_call fresh = {.route = FREE, .what = 99};
    assert_int_equal(traffic_pace_ms(&t, &fresh, 0), 0);
}

/* What is left until the hour is over is spread over it; the gate and creation are not held. */
static void near_the_limit_words_and_sweeps_slow_down(void **state)
{
    struct traffic_call words = {.route = FREE, .lane = LANE_WORDS};
    struct traffic_call create = {.route = FREE, .lane = LANE_CREATE};
    (void)state;

    traffic_near(&t, 100, 50000, 0);
    assert_int_equal(traffic_pace_ms(&t, &create, 0), 0);
    assert_int_equal(traffic_pace_ms(&t, &words, 0), 500);
    traffic_near(&t, 100, 50000, 400); /* said again with each reply: nobody is put off by it */
    assert_int_equal(traffic_pace_ms(&t, &words, 500), 0);
    traffic_sent(&t, &words, 500);
    assert_int_equal(traffic_pace_ms(&t, &words, 500), 500);
    traffic_sent(&t, &create, 600); /* does not count against the words */
    assert_int_equal(traffic_pace_ms(&t, &words, 1000), 0);
    assert_int_equal(traffic_pace_ms(&t, &words, 50400), 0); /* the time is over */

    start(NULL);
    traffic_near(&t, 0, 8000, 0); /* nothing is left */
    assert_int_equal(traffic_pace_ms(&t, &words, 1000), 7000);
    assert_int_equal(traffic_pace_ms(&t, &create, 1000), 0);
    traffic_near(&t, 1000, 7000, 1000); /* or there is some again */
    assert_int_equal(traffic_pace_ms(&t, &words, 1000), 7);

    start(NULL);
    traffic_near(&t, -1, 0, 0); /* near, and no number */
    assert_int_equal(traffic_pace_ms(&t, &words, 0), TRAFFIC_SPARE_GAP_MS);
    traffic_sent(&t, &words, TRAFFIC_SPARE_MS - 100);
    assert_int_equal(traffic_pace_ms(&t, &words, TRAFFIC_SPARE_MS - 100), 100);
    assert_int_equal(traffic_pace_ms(&t, &words, TRAFFIC_SPARE_MS), 0);
    traffic_near(&t, 0, 1000LL * TRAFFIC_SPARE_MAX_MS, 2000000); /* a clock that is wrong */
    assert_int_equal(traffic_pace_ms(&t, &words, 2000000), TRAFFIC_SPARE_MAX_MS);
}

/* Nobody answers: words and sweeps rest, longer each time; gate and creation find out. */
static void a_silent_site_is_given_a_rest(void **state)
{
    struct traffic_call gate = {.route = FREE, .lane = LANE_GATE};
    struct traffic_call words = {.route = READ, .lane = LANE_WORDS};
    (void)state;

    for (int i = 1; i < TRAFFIC_BREAK_AFTER; i++)
        traffic_ended(&t, &gate, TRAFFIC_SILENT, 0);
    assert_int_equal(traffic_pace_ms(&t, &words, 0), 0);
    traffic_ended(&t, &gate, TRAFFIC_SILENT, 0);
    assert_int_equal(traffic_pace_ms(&t, &words, 0), TRAFFIC_BREAK_MS);
    assert_int_equal(traffic_pace_ms(&t, &gate, 0), 0);
    traffic_ended(&t, &gate, TRAFFIC_SILENT, 0);
    assert_int_equal(traffic_pace_ms(&t, &words, 0), 2 * TRAFFIC_BREAK_MS);
    for (int i = 0; i < 100; i++)
        traffic_ended(&t, &gate, TRAFFIC_SILENT, 0);
    assert_int_equal(traffic_pace_ms(&t, &words, 0), TRAFFIC_BREAK_MAX_MS);
    traffic_ended(&t, &gate, TRAFFIC_FAILED, 0); /* an error is an answer */
    assert_int_equal(traffic_pace_ms(&t, &words, 0), 0);
}

static void what_was_told_for_the_site_can_be_lifted(void **state)
{
    static const struct traffic_call one = {.route = 1};
    (void)state;

    traffic_told(&t, &one, REACH_ROUTE, 2000, 0);
    traffic_told(&t, &one, REACH_SITE, 9000, 0);
    assert_int_equal(traffic_site_ms(&t, 1000), 8000);
    traffic_lifted(&t);
    assert_int_equal(traffic_site_ms(&t, 1000), 0);
    assert_int_equal(traffic_told_ms(&t, &one, 1000), 1000); /* the operation's own stands */
}

#define TEST(name) cmocka_unit_test_setup(name, start)
UNIT_MAIN(TEST(told_waits_reach_what_they_name), TEST(tickets_that_find_no_place),
          TEST(writes_to_one_ticket_are_paced), TEST(an_operation_keeps_to_its_bucket),
          TEST(the_wait_is_exact), TEST(repetitions_have_a_budget),
          TEST(near_the_limit_words_and_sweeps_slow_down), TEST(a_silent_site_is_given_a_rest),
          TEST(what_was_told_for_the_site_can_be_lifted))
