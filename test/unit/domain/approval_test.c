/* Who may approve what, how many it takes, and until when. */
#include "domain/approval.h"

#include "unit.h"

enum { MINUTE = 60000, DAY = 24 * 60 * MINUTE, ASKED = 10 * DAY, NOW = ASKED + 60 * MINUTE };

static const struct approval_given APPROVED = {.approver = {"boss", 4}, .at_ms = NOW - MINUTE};

static struct approvals of(const struct approval_given *given, size_t count)
{
    return (struct approvals){.given = given, .count = count, .asked_ms = ASKED, .known = true};
}

/* One of person `who`, who answers those steps. */
static struct approval_given by(int32_t who, uint32_t steps)
{
    struct approval_given g = APPROVED;

    g.person = who;
    g.steps = steps;
    return g;
}

static enum approval_answer answer(const struct approvals *a)
{
    return approval_judge(a, NOW).answer;
}

/* The matrix: whoever is something else to the request beside its approver, for sure or for all
 * that is known, on any way, gives nothing. */
static void nobody_approves_who_is_something_else_to_it(void **state)
{
    (void)state;
    for (uint32_t hats = 0; hats < 16; hats++)
        for (uint32_t maybe = 0; maybe < 16; maybe++)
            for (int c = 0; c < CHANNEL_COUNT; c++) {
                struct approval_given g = APPROVED;
                g.hats = hats;
                g.maybe = maybe;
                g.channel = (enum approval_channel)c;
                struct approvals a = of(&g, 1);
                struct approval_verdict v = approval_judge(&a, NOW);
                bool person = c != CHANNEL_AUTOMATION, counts = !hats && !maybe && person;
                assert_int_equal(approval_fault(&a, &g), hats      ? FAULT_OWN
                                                         : maybe   ? FAULT_UNCLEAR
                                                         : !person ? FAULT_CHANNEL
                                                                   : FAULT_NONE);
                assert_int_equal(v.answer, counts ? APPROVAL_REACHED : APPROVAL_WAITS);
                assert_int_equal(v.unclear, !hats && maybe);
                assert_int_equal(v.more, counts ? 0 : 1);
            }
}

static void another_person_makes_up_for_one_who_may_not(void **state)
{
    struct approval_given g[] = {by(1, 0), by(2, 0)};
    struct approvals a = of(g, 2);
    (void)state;

    g[0].hats = HAT_FULFILLER;
    assert_int_equal(answer(&a), APPROVAL_REACHED);
    a.terms.at_least = 2;
    assert_int_equal(answer(&a), APPROVAL_WAITS);
    g[0].hats = 0;
    assert_int_equal(answer(&a), APPROVAL_REACHED);
}

static void nothing_is_approved_by_nobody(void **state)
{
    struct approvals a = of(NULL, 0);
    (void)state;

    assert_int_equal(answer(&a), APPROVAL_WAITS);
    assert_int_equal(approval_judge(&a, NOW).more, 1);
    assert_int_equal(approval_judge(&a, NOW).until_ms, 0);
    assert_int_equal(approval_judge(&a, NOW).next_ms, 0);
}

static void one_person_votes_once(void **state)
{
    struct approval_given g[] = {by(1, 1), by(1, 1), by(2, 1)};
    struct approvals a = of(g, 2);
    (void)state;

    g[1].channel = CHANNEL_API; /* the address there is the account here */
    a.terms = (struct approval_terms){
        .at_least = 2, .steps = {{STR("security"), STR("ann\nbob\neve"), 2}}, .step_count = 1};
    assert_int_equal(answer(&a), APPROVAL_WAITS);
    assert_int_equal(approval_step_lacks(&a, 0), 1);
    assert_int_equal(approval_judge(&a, NOW).more, 1);
    assert_int_equal(approval_judge(&a, NOW).missing, 1);
    a.count = 3;
    assert_int_equal(answer(&a), APPROVAL_REACHED);
    assert_int_equal(approval_step_lacks(&a, 0), 0);
}

/* Each of the steps, and so many people in all: one who is in two of them answers both. */
static void every_step_has_to_be_answered(void **state)
{
    struct approval_given g[] = {by(1, 1), by(2, 2), by(3, 4), by(4, 4)};
    struct approvals a = of(g, 4);
    (void)state;

    a.terms = (struct approval_terms){.steps = {{STR("manager"), STR("ann"), 1},
                                                {STR("application_owner"), STR("bob"), 1},
                                                {STR("security"), STR("eve\ndan"), 2}},
                                      .step_count = 3};
    assert_int_equal(answer(&a), APPROVAL_REACHED);
    for (size_t left_out = 0; left_out < 4; left_out++) {
        g[left_out].steps = 0; /* somebody, and none of them */
        assert_int_equal(approval_fault(&a, &g[left_out]), FAULT_UNNAMED);
        assert_int_equal(approval_judge(&a, NOW).missing, 1u << (left_out < 2 ? left_out : 2));
        g[left_out] = by((int32_t)left_out + 1, left_out < 2 ? 1u << left_out : 4);
    }
    g[0].steps = 3;
    a.given = g;
    a.count = 1;
    a.terms.step_count = 2;
    assert_int_equal(answer(&a), APPROVAL_REACHED);
    a.terms.at_least = 2; /* two people, whatever each of them is */
    assert_int_equal(answer(&a), APPROVAL_WAITS);
    assert_int_equal(approval_judge(&a, NOW).missing, 0);
    assert_int_equal(approval_judge(&a, NOW).more, 1);
}

static void what_was_taken_back_or_edited_away_is_nothing(void **state)
{
    struct approval_given g = APPROVED;
    struct approvals a = of(&g, 1);
    (void)state;

    g.outdated = true;
    assert_int_equal(approval_fault(&a, &g), FAULT_OUTDATED);
    assert_true(approval_judge(&a, NOW).outdated);
    assert_int_equal(answer(&a), APPROVAL_WAITS);
    g.maybe = HAT_REQUESTER; /* who it was is not asked for what no longer counts */
    assert_false(approval_judge(&a, NOW).unclear);
    g = APPROVED;
    g.withdrawn = true;
    assert_int_equal(approval_fault(&a, &g), FAULT_WITHDRAWN);
    assert_int_equal(answer(&a), APPROVAL_WAITS);
}

static void who_left_has_no_vote(void **state)
{
    struct approval_given g = APPROVED;
    struct approvals a = of(&g, 1);
    (void)state;

    g.left = true;
    assert_int_equal(approval_fault(&a, &g), FAULT_LEFT);
    assert_string_equal(approval_fault_words(FAULT_LEFT), "has left");
    assert_int_equal(answer(&a), APPROVAL_WAITS);
    assert_int_equal(approval_judge(&a, NOW).more, 1);
}

static void a_no_outweighs_every_yes_until_it_is_taken_back(void **state)
{
    struct approval_given g[] = {by(1, 0), by(2, 0)};
    struct approvals a = of(g, 2);
    (void)state;

    g[1].declined = true;
    assert_int_equal(answer(&a), APPROVAL_REFUSED);
    g[1].withdrawn = true;
    assert_int_equal(answer(&a), APPROVAL_REACHED);
    a.count = 1;
    g[0].declined = true; /* and is no approval */
    g[0].withdrawn = true;
    assert_int_equal(answer(&a), APPROVAL_WAITS);
}

static void only_the_ways_of_the_template_count(void **state)
{
    (void)state;
    for (int c = 0; c < CHANNEL_COUNT; c++)
        for (uint32_t takes = 0; takes <= CHANNELS_ALL; takes++) {
            struct approval_given g = APPROVED;
            struct approvals a = of(&g, 1);
            g.channel = (enum approval_channel)c;
            a.terms.channels = takes;
            bool taken =
                takes ? takes & 1u << c : c != CHANNEL_AUTOMATION; /* without a template: people */
            assert_int_equal(approval_fault(&a, &g), taken ? FAULT_NONE : FAULT_CHANNEL);
            assert_int_equal(answer(&a), taken ? APPROVAL_REACHED : APPROVAL_WAITS);
        }
}

static void a_window_ends_and_reminds_before(void **state)
{
    struct approval_given g = APPROVED;
    struct approvals a = of(&g, 0);
    (void)state;

    a.terms.within_ms = 2 * DAY;
    a.terms.remind[0] = 50;
    a.terms.remind[1] = 90;
    struct approval_verdict v = approval_judge(&a, NOW);
    assert_int_equal(v.until_ms, ASKED + 2 * DAY);
    assert_int_equal(v.reminder_ms, 0);
    assert_int_equal(v.next_ms, ASKED + DAY);
    v = approval_judge(&a, ASKED + DAY);
    assert_int_equal(v.reminder_ms, ASKED + DAY);
    assert_int_equal(v.next_ms, ASKED + 2 * DAY / 100 * 90);
    v = approval_judge(&a, ASKED + 2 * DAY - 1); /* of those that were missed the last */
    assert_int_equal(v.reminder_ms, ASKED + 2 * DAY / 100 * 90);
    assert_int_equal(v.next_ms, ASKED + 2 * DAY);
    assert_int_equal(v.answer, APPROVAL_WAITS);
    v = approval_judge(&a, ASKED + 2 * DAY);
    assert_int_equal(v.answer, APPROVAL_LAPSED);
    assert_int_equal(v.next_ms, 0);
    assert_int_equal(v.reminder_ms, 0);
    a.asked_ms = 0; /* it does not wait yet */
    v = approval_judge(&a, ASKED + 9 * DAY);
    assert_int_equal(v.answer, APPROVAL_WAITS);
    assert_int_equal(v.until_ms, 0);
}

/* What was given in time counts however late it is seen; what was given too late never does. */
static void the_time_it_was_given_counts(void **state)
{
    struct approval_given g = APPROVED;
    struct approvals a = of(&g, 1);
    (void)state;

    a.terms.within_ms = DAY;
    g.at_ms = ASKED + DAY;
    assert_int_equal(approval_judge(&a, ASKED + 5 * DAY).answer, APPROVAL_REACHED);
    g.at_ms = ASKED + DAY + 1;
    assert_int_equal(approval_fault(&a, &g), FAULT_LATE);
    assert_int_equal(approval_judge(&a, ASKED + 5 * DAY).answer, APPROVAL_LAPSED);
}

static void names_lead_there_and_back(void **state)
{
    enum approval_channel back = CHANNEL_JSM;
    (void)state;

    for (int c = 0; c < CHANNEL_COUNT; c++) {
        const char *name = approval_channel_name((enum approval_channel)c);
        assert_true(approval_channel_from(str_of(name), &back));
        assert_int_equal(back, c);
    }
    assert_false(approval_channel_from(STR("fax"), &back));
    for (int f = 0; f < FAULT_COUNT; f++)
        assert_true(str_of(approval_fault_words((enum approval_fault)f)).len > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_approves_who_is_something_else_to_it),
        cmocka_unit_test(another_person_makes_up_for_one_who_may_not),
        cmocka_unit_test(nothing_is_approved_by_nobody),
        cmocka_unit_test(one_person_votes_once),
        cmocka_unit_test(every_step_has_to_be_answered),
        cmocka_unit_test(what_was_taken_back_or_edited_away_is_nothing),
        cmocka_unit_test(who_left_has_no_vote),
        cmocka_unit_test(a_no_outweighs_every_yes_until_it_is_taken_back),
        cmocka_unit_test(only_the_ways_of_the_template_count),
        cmocka_unit_test(a_window_ends_and_reminds_before),
        cmocka_unit_test(the_time_it_was_given_counts),
        cmocka_unit_test(names_lead_there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
