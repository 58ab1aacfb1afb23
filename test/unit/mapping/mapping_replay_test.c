#include "mapping/mapping_replay.h"

#include "unit.h"

static const struct mapping_rule REMOVE = {.name = {"remove", 6},
                                           .change = REQUEST_REMOVAL,
                                           .expect = DESIRED_ABSENT,
                                           .mode = GATE_ENFORCE,
                                           .mode_said = true};

static struct mapped mapped(const struct mapping_rule *rule, const char *entitlement)
{
    return (struct mapped){.outcome = MAPPED_OK,
                           .rule = rule,
                           .requester = STR("asker"),
                           .beneficiary = STR("okafor"),
                           .account = STR("okafor"),
                           .source = STR("sap-fin"),
                           .entitlement = str_of(entitlement),
                           .justification = STR(""),
                           .sla_goal_ms = 4000};
}

static const struct mapped HELD = {
    .outcome = MAPPED_HOLD, .rule = &REMOVE, .hold_text = {"which role", 10}};
static const struct mapped NONE = {.outcome = MAPPED_NOT_GOVERNED};
static const struct replay_past OPEN = {.open_ms = 1000, .otherwise = GATE_ENFORCE},
                                CLOSED = {.closed = true, .stopped = true, .open_ms = 5000},
                                REFUSED = {.refused = true, .open_ms = 1000};

#define FLIP(which) (1U << REPLAY_##which)
#define VALUE(which) (1U << REPLAY_OF_##which)

static void the_same_is_the_same(void **state)
{
    (void)state;
    struct mapped a = mapped(&REMOVE, "admin"), b = mapped(&REMOVE, "admin");
    struct replay_result r = mapping_replay(&a, &b, &CLOSED);
    assert_int_equal(r.flips, 0);
    assert_int_equal(r.values, 0);
    assert_false(r.asks_else);
    r = mapping_replay(&HELD, &HELD, &OPEN);
    assert_int_equal(r.flips | r.values, 0);
    r = mapping_replay(&NONE, &NONE, &OPEN);
    assert_int_equal(r.flips | r.values, 0);
}

static void what_was_closed_on_another_proof_would_be_refused(void **state)
{
    (void)state;
    struct mapped a = mapped(&REMOVE, "admin"), b = mapped(&REMOVE, "fin-admin");
    struct replay_result r = mapping_replay(&a, &b, &CLOSED);
    assert_true(r.asks_else);
    assert_int_equal(r.values, VALUE(ENTITLEMENT));
    assert_int_equal(r.flips, FLIP(REFUSED));
    mapping_replay_judge(&r, &CLOSED, false);
    assert_int_equal(r.flips, FLIP(REFUSED));
    mapping_replay_judge(&r, &CLOSED, true); /* it is so: only the value changes */
    assert_int_equal(r.flips, 0);
}

static void what_was_refused_may_be_as_asked_now(void **state)
{
    (void)state;
    struct mapped a = mapped(&REMOVE, "admin"), b = mapped(&REMOVE, "fin-admin");
    struct replay_result r = mapping_replay(&a, &b, &REFUSED);
    assert_int_equal(r.flips, 0);
    mapping_replay_judge(&r, &REFUSED, false);
    assert_int_equal(r.flips, 0);
    mapping_replay_judge(&r, &REFUSED, true);
    assert_int_equal(r.flips, FLIP(CLOSED));
    r = mapping_replay(&a, &b, &OPEN);
    mapping_replay_judge(&r, &OPEN, true); /* nobody has claimed it: nothing flips */
    assert_int_equal(r.flips, 0);
}

static void held_mapped_governed_or_left_alone(void **state)
{
    (void)state;
    struct mapped a = mapped(&REMOVE, "admin");
    assert_int_equal(mapping_replay(&a, &HELD, &OPEN).flips, FLIP(HELD));
    assert_int_equal(mapping_replay(&HELD, &a, &OPEN).flips, FLIP(MAPPED));
    assert_int_equal(mapping_replay(&a, &NONE, &OPEN).flips, FLIP(UNGOVERNED));
    assert_int_equal(mapping_replay(&HELD, &NONE, &OPEN).flips, FLIP(UNGOVERNED));
    assert_int_equal(mapping_replay(&NONE, &a, &OPEN).flips, FLIP(GOVERNED));
    assert_int_equal(mapping_replay(&NONE, &HELD, &OPEN).flips, FLIP(GOVERNED));
    struct mapped other = HELD;
    other.hold_text = STR("which person");
    assert_int_equal(mapping_replay(&HELD, &other, &OPEN).values, VALUE(REASON));
}

static void how_it_is_gated_and_approved(void **state)
{
    struct mapping_rule rule = REMOVE;
    struct mapped a = mapped(&REMOVE, "admin"), b = mapped(&rule, "admin");
    (void)state;

    rule.mode = GATE_WARN;
    assert_int_equal(mapping_replay(&a, &b, &OPEN).flips, FLIP(LOOSER));
    assert_int_equal(mapping_replay(&b, &a, &OPEN).flips, FLIP(STRICTER));
    rule.mode_said = false; /* then the site's: enforce */
    assert_int_equal(mapping_replay(&a, &b, &OPEN).flips, 0);
    rule.approval_needed = true;
    assert_int_equal(mapping_replay(&a, &b, &OPEN).flips, FLIP(APPROVAL));
    assert_int_equal(mapping_replay(&b, &a, &OPEN).flips, FLIP(NO_APPROVAL));
}

static void a_goal_may_turn_met_into_breached(void **state)
{
    (void)state;
    struct mapped a = mapped(&REMOVE, "admin"), b = mapped(&REMOVE, "admin");
    a.sla_goal_ms = 8000;
    struct replay_result r = mapping_replay(&a, &b, &CLOSED);
    assert_int_equal(r.flips, FLIP(BREACHED));
    assert_int_equal(r.values, VALUE(GOAL));
    assert_int_equal(mapping_replay(&b, &a, &CLOSED).flips, FLIP(MET));
    b.sla_goal_ms = 0; /* without a goal nothing is breached */
    assert_int_equal(mapping_replay(&a, &b, &CLOSED).flips, 0);
}

/* Who has to approve, how many of them, on which ways, by when: eased one way round, tightened the
 * other. */
static void terms_of_approvals_are_compared(void **state)
{
    struct mapping_rule rule = REMOVE;
    const struct approval_step boss = {STR("manager"), STR("boss"), 1};
    const struct approval_terms was = {.channels = 1u << CHANNEL_JSM,
                                       .at_least = 2,
                                       .within_ms = 1000,
                                       .steps = {boss},
                                       .step_count = 1};
    struct approval_terms by[] = {was, was, was, was, was};
    const char *words[] = {"a step is gone, or asks fewer or other people", "fewer people",
                           "another way counts", "more time", "more time"};
    struct mapped a = mapped(&rule, "admin"), b = mapped(&rule, "admin");
    (void)state;

    rule.approval_needed = true;
    by[0].steps[0].people = STR("somebody else");
    by[1].at_least = 1;
    by[2].channels |= 1u << CHANNEL_API;
    by[3].within_ms = 0;
    by[4].within_ms = 2000;
    a.terms = was;
    assert_null(mapping_replay_eased(&was, &was));
    for (size_t i = 0; i < COUNT(by); i++) {
        uint32_t other = i ? 0 : FLIP(TIGHTENED) | FLIP(EASED); /* another person: both */
        b.terms = by[i];
        assert_string_equal(mapping_replay_eased(&was, &by[i]), words[i]);
        assert_int_equal(mapping_replay(&a, &b, &OPEN).flips, FLIP(EASED) | other);
        assert_int_equal(mapping_replay(&b, &a, &OPEN).flips, FLIP(TIGHTENED) | other);
        assert_int_equal(mapping_replay(&a, &b, &OPEN).values, VALUE(APPROVAL));
    }
    b.terms = was;
    b.terms.step_count = 0;
    assert_int_equal(mapping_replay(&a, &b, &OPEN).flips, FLIP(EASED));
    a.terms = (struct approval_terms){0}; /* no template: any way but an app's */
    b.terms = (struct approval_terms){.channels = 1u << CHANNEL_AUTOMATION};
    assert_int_equal(mapping_replay(&a, &b, &OPEN).flips, FLIP(EASED) | FLIP(TIGHTENED));
    rule.approval_needed = false; /* then nobody is asked either way */
    assert_int_equal(mapping_replay(&a, &b, &OPEN).flips, 0);
}

static void ends_are_compared(void **state)
{
    struct mapping_rule glass = REMOVE;
    struct mapped a = mapped(&REMOVE, "admin"), b = mapped(&REMOVE, "admin");
    (void)state;

    a.access_until_ms = 1000;
    assert_int_equal(mapping_replay(&a, &b, &OPEN).flips, FLIP(LONGER)); /* for ever */
    assert_int_equal(mapping_replay(&b, &a, &OPEN).flips, FLIP(SHORTER));
    b.access_until_ms = 2000;
    assert_int_equal(mapping_replay(&a, &b, &OPEN).flips, FLIP(LONGER));
    assert_int_equal(mapping_replay(&a, &b, &OPEN).values, VALUE(ACCESS_UNTIL));
    a = mapped(&REMOVE, "admin");
    b = mapped(&glass, "admin");
    glass.emergency_ms = 1000;
    struct replay_result r = mapping_replay(&a, &b, &OPEN);
    assert_int_equal(r.flips, FLIP(NO_APPROVAL) | FLIP(SHORTER));
    assert_int_equal(r.values, VALUE(EMERGENCY));
    assert_int_equal(mapping_replay(&b, &a, &OPEN).flips, FLIP(APPROVAL) | FLIP(LONGER));
}

static void every_value_is_compared(void **state)
{
    struct mapping_rule of = REMOVE, rule = REMOVE;
    struct mapped a = mapped(&of, "admin"), b = mapped(&rule, "admin");
    (void)state;

    of.approval_needed = rule.approval_needed = true;
    rule.emergency_ms = b.access_until_ms = b.terms.at_least = 2;
    b.sponsor = STR("x");
    rule.name = STR("grant");
    rule.change = REQUEST_GRANT;
    rule.expect = DESIRED_PRESENT;
    b.beneficiary = b.account = b.source = b.requester = b.justification = b.entitlement = STR("x");
    b.privileged = true;
    b.sla_goal_ms = 1;
    assert_int_equal(mapping_replay(&a, &b, &OPEN).values,
                     (1U << REPLAY_VALUE_COUNT) - 1 - VALUE(REASON));
    assert_string_equal(REPLAY_VALUE_WORDS[REPLAY_OF_GOAL], "sla.goal");
    assert_string_equal(REPLAY_FLIP_WORDS[REPLAY_MET], "sla_met");
}

UNIT_MAIN(cmocka_unit_test(the_same_is_the_same), cmocka_unit_test(terms_of_approvals_are_compared),
          cmocka_unit_test(ends_are_compared),
          cmocka_unit_test(what_was_closed_on_another_proof_would_be_refused),
          cmocka_unit_test(what_was_refused_may_be_as_asked_now),
          cmocka_unit_test(held_mapped_governed_or_left_alone),
          cmocka_unit_test(how_it_is_gated_and_approved),
          cmocka_unit_test(a_goal_may_turn_met_into_breached),
          cmocka_unit_test(every_value_is_compared))
