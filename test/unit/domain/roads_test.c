/* Which roads into Done are open, what else is wrong with a gate, and which gate is possible. */
#include "domain/roads.h"

#include <stdio.h>

#include "roads_unit.h"

/* "name of the reason, ..." of all roads into Done. */
static const char *judged(void)
{
    static char said[512];
    struct road_report report;
    size_t at = 0;

    roads_judge(&flow, &report);
    said[0] = '\0';
    for (size_t i = 0; i < report.count; i++)
        at += (size_t)snprintf(said + at, sizeof said - at, "%s%s", i ? " " : "",
                               ROAD_REASON_NAMES[report.rows[i].reason]);
    return said;
}

static const char *judged_one(enum road_type type, size_t from, size_t to, const struct guard *g,
                              size_t count)
{
    begin();
    road(type, from, to, g, count);
    return judged();
}

static void test_roads_into_done(void **state)
{
    struct road_report report;

    (void)state;
    assert_string_equal(judged_one(ROAD_DIRECTED, WORK, RESOLVED, NONE), "unguarded");
    assert_string_equal(judged_one(ROAD_DIRECTED, WORK, VERIFYING, NONE), "");
    assert_string_equal(judged_one(ROAD_DIRECTED, WORK, ROAD_NOWHERE, NONE), "");
    assert_string_equal(judged_one(ROAD_GLOBAL, ROAD_NOWHERE, RESOLVED, NONE), "global");
    assert_string_equal(judged_one(ROAD_INITIAL, ROAD_NOWHERE, RESOLVED, US), "created_done");
    assert_string_equal(judged_one(ROAD_UNKNOWN, WORK, RESOLVED, NONE), "unknown_type");
    assert_string_equal(judged_one(ROAD_UNKNOWN, WORK, RESOLVED, US), "connector_only");
    assert_string_equal(judged_one(ROAD_DIRECTED, VERIFYING, RESOLVED, US), "connector_only");
    assert_string_equal(judged_one(ROAD_GLOBAL, ROAD_NOWHERE, CANCELLED, NONE), "cancelled");
    assert_string_equal(judged_one(ROAD_DIRECTED, WORK, DECLINED, NONE), "declined");
    assert_string_equal(judged_one(ROAD_DIRECTED, RESOLVED, RESOLVED, NONE), "done_already");
    /* cancelling needs no proof, so resolving what is cancelled does */
    assert_string_equal(judged_one(ROAD_DIRECTED, CANCELLED, RESOLVED, NONE), "unguarded");
    road(ROAD_DIRECTED, VERIFYING, RESOLVED, US);
    road(ROAD_DIRECTED, WORK, DECLINED, NONE);
    roads_judge(&flow, &report);
    assert_int_equal(report.count, 3);
    assert_int_equal(report.open, 1);
    assert_int_equal(report.left, 1);
    assert_string_equal(road_state_name(report.rows[0].state), "open");
    assert_string_equal(road_state_name(report.rows[1].state), "gated");
    assert_string_equal(road_state_name(report.rows[2].state), "left");
}

static const char *guarded(const struct guard *guards, size_t count)
{
    return judged_one(ROAD_DIRECTED, WORK, RESOLVED, guards, count);
}

static void test_who_is_let_through(void **state)
{
    static const struct guard ANY_US[] = {{GUARD_ANY, 3}, {GUARD_US, 1}, {GUARD_OTHER, 1}};
    static const struct guard ALL_US[] = {{GUARD_ALL, 3}, {GUARD_OTHER, 1}, {GUARD_US, 1}};
    static const struct guard BOTH[] = {{GUARD_ANY, 3}, {GUARD_US, 1}, {GUARD_US, 1}};
    static const struct guard EMPTY[] = {{GUARD_ALL, 1}}, EMPTY_ANY[] = {{GUARD_ANY, 1}};
    static const struct guard OR_ED[] = {{GUARD_ALL, 2}, {GUARD_US_OR, 1}};
    static const struct guard OTHERS[] = {{GUARD_ALL, 2}, {GUARD_OTHERS, 1}};
    static const struct guard HIDDEN[] = {{GUARD_ALL, 2}, {GUARD_PEOPLE, 1}};
    static const struct guard NOBODY[] = {{GUARD_ALL, 2}, {GUARD_NOBODY, 1}};
    static const struct guard NOBODY_ANY[] = {{GUARD_ANY, 2}, {GUARD_NOBODY, 1}};
    static const struct guard DEEP[] = {
        {GUARD_ALL, 4}, {GUARD_OTHER, 1}, {GUARD_ANY, 2}, {GUARD_US, 1}};
    static const struct guard DEEP_OPEN[] = {
        {GUARD_ANY, 4}, {GUARD_OTHER, 1}, {GUARD_ALL, 2}, {GUARD_US, 1}};

    (void)state;
    assert_string_equal(guarded(ALL_US, 3), "connector_only");
    assert_string_equal(guarded(ANY_US, 3), "or_ed");
    assert_string_equal(guarded(BOTH, 3), "connector_only");
    assert_string_equal(guarded(EMPTY, 1), "unguarded");
    assert_string_equal(guarded(EMPTY_ANY, 1), "unguarded");
    assert_true(road_lets_us(&roads[0]));
    assert_string_equal(guarded(OR_ED, 2), "or_ed");
    assert_string_equal(guarded(OTHERS, 2), "others");
    assert_string_equal(guarded(HIDDEN, 2), "hidden_only");
    assert_string_equal(guarded(NOBODY, 2), "nobody");
    assert_false(road_lets_us(&roads[0]));
    assert_string_equal(guarded(NOBODY_ANY, 2), "nobody");
    assert_string_equal(guarded(DEEP, 4), "connector_only");
    assert_string_equal(guarded(DEEP_OPEN, 4), "or_ed");
    begin();
    road(ROAD_GLOBAL, ROAD_NOWHERE, RESOLVED, NONE)->portal = true;
    assert_string_equal(judged(), "portal");
    assert_true(road_leaves(&flow, &roads[0], WAITING));
    assert_false(road_leaves(&flow, &roads[0], STATUSES));
}

static void test_approvals_go_by_themselves(void **state)
{
    (void)state;
    begin();
    road(ROAD_DIRECTED, WAITING, RESOLVED, US);
    road(ROAD_DIRECTED, WAITING, RESOLVED, US);
    road(ROAD_DIRECTED, WAITING, DECLINED, NONE);
    statuses[WAITING].on_approve = STR("0");
    statuses[WAITING].on_decline = STR("1");
    assert_string_equal(judged(), "approval decline declined");
}

/* Nobody goes it then, so nothing that holds people back counts. */
static void test_what_a_trigger_goes_is_open(void **state)
{
    struct gate_plan plan;

    (void)state;
    begin();
    road(ROAD_DIRECTED, VERIFYING, RESOLVED, US)->triggered = true;
    road(ROAD_DIRECTED, VERIFYING, RESOLVED, NONE)->demands = true;
    road(ROAD_DIRECTED, WORK, CANCELLED, NONE)->triggered = true;
    roads[1].triggered = true;
    assert_string_equal(judged(), "triggered triggered cancelled");
    /* nothing that could be added to it helps */
    gate_plan(&flow, &plan);
    assert_int_equal(plan.blocked, 2);
    assert_int_equal(plan.changed_count, 0);
}

/* Without the note on people's loop, which has a test of its own. */
static unsigned findings(const struct gate_facts *facts)
{
    return gate_findings(&flow, facts) & ~(1U << GATE_FOUND_NO_CHECK);
}

static const struct gate_facts GOOD = {.group = ROAD_YES,
                                       .member = ROAD_YES,
                                       .resolution = ROAD_NO,
                                       .may_transition = ROAD_YES,
                                       .may_edit = ROAD_YES,
                                       .agent_closes = ROAD_NO,
                                       .connector_closes = ROAD_YES};

static void whole_gate(void)
{
    begin();
    road(ROAD_DIRECTED, VERIFYING, RESOLVED, US);
    road(ROAD_DIRECTED, RESOLVED, WORK, US);
}

/* The facts with one thing changed give exactly that finding. */
#define FINDS(member, value, found)                       \
    do {                                                  \
        struct gate_facts facts_ = GOOD;                  \
        facts_.member = value;                            \
        whole_gate();                                     \
        assert_int_equal(findings(&facts_), 1U << found); \
    } while (0)

static void test_what_else_counts(void **state)
{
    struct gate_facts nothing = {0};

    (void)state;
    whole_gate();
    assert_int_equal(findings(&GOOD), 0);
    FINDS(group, ROAD_NO, GATE_FOUND_NO_GROUP);
    FINDS(group, ROAD_NOT_KNOWN, GATE_FOUND_GROUP_UNSEEN);
    FINDS(member, ROAD_NO, GATE_FOUND_NOT_MEMBER);
    FINDS(strangers, 1, GATE_FOUND_STRANGERS);
    whole_gate();
    roads[0].resolves = true; /* into done it does so rightly */
    assert_int_equal(findings(&GOOD), 0);
    road(ROAD_DIRECTED, WORK, VERIFYING, NONE)->resolves = true;
    assert_int_equal(findings(&GOOD), 1U << GATE_FOUND_EARLY);
    FINDS(resolution, ROAD_YES, GATE_FOUND_RESOLUTION);
    FINDS(may_transition, ROAD_NO, GATE_FOUND_NO_TRANSITION_RIGHT);
    FINDS(may_edit, ROAD_NO, GATE_FOUND_NO_EDIT_RIGHT);
    FINDS(words, ROAD_NO, GATE_FOUND_NO_WORDS);
    road(ROAD_GLOBAL, ROAD_NOWHERE, ROAD_NOWHERE, US)->records = true; /* another way to write */
    struct gate_facts looped = GOOD;
    looped.words = ROAD_NO;
    assert_int_equal(findings(&looped), 0);
    looped.fields_missing = true; /* no way writes what is not there */
    assert_int_equal(findings(&looped), 1U << GATE_FOUND_NO_WORDS);
    FINDS(agent_closes, ROAD_YES, GATE_FOUND_AGENT_CLOSES);
    FINDS(connector_closes, ROAD_NO, GATE_FOUND_CONNECTOR_STUCK);
    whole_gate();
    flow.team_managed = true; /* the account itself is named: there is no group */
    assert_int_equal(findings(&nothing), 0);
    statuses[VERIFYING].frozen = true;
    assert_int_equal(findings(&GOOD), 1U << GATE_FOUND_FROZEN);
    assert_int_equal(gate_failures(1U << GATE_FOUND_FROZEN), 0);
    statuses[VERIFYING].frozen = false;
    statuses[DECLINED].frozen = true; /* nobody has to write there */
    assert_int_equal(findings(&GOOD), 0);
    flow.road_count = 0;
    assert_int_equal(findings(&GOOD), 1U << GATE_FOUND_NO_CLOSE | 1U << GATE_FOUND_NO_REOPEN);
    assert_int_equal(gate_failures(findings(&GOOD)), 1);
    whole_gate();
    statuses[WORK].category = CATEGORY_NEW; /* the queue is not where we reopen to */
    assert_int_equal(findings(&GOOD), 1U << GATE_FOUND_NO_REOPEN);
    whole_gate();
    statuses[WORK].role = STATUS_DONE; /* mapped so, but Jira closes nothing there */
    road(ROAD_DIRECTED, RESOLVED, WAITING, US);
    statuses[WAITING].category = CATEGORY_INDETERMINATE;
    assert_int_equal(findings(&GOOD), 1U << GATE_FOUND_NOT_DONE);
    road(ROAD_DIRECTED, WORK, RESOLVED, NONE); /* it is not done already */
    assert_string_equal(judged(), "connector_only unguarded");
    whole_gate();
    statuses[VERIFYING].role = STATUS_OPEN;
    assert_int_equal(findings(&GOOD), 1U << GATE_FOUND_NO_VERIFY);
}

/* A field that nobody fills: a road that demands it is closed to all, the connector too, as long as
 * the field is on no screen. */
static void test_a_field_that_stays_empty(void **state)
{
    struct gate_facts facts = GOOD;
    struct road_report report;

    (void)state;
    whole_gate();
    flow.wants_proof = true;
    struct road *theirs = road(ROAD_GLOBAL, ROAD_NOWHERE, RESOLVED, NONE);
    assert_string_equal(judged(), "connector_only global");
    theirs->demands = true;
    assert_string_equal(judged(), "connector_only proven_only");
    assert_false(road_lets_us(theirs));
    assert_int_equal(findings(&facts), 0);
    flow.proof_shown = true;
    roads_judge(&flow, &report);
    assert_int_equal(report.open, 1);
    assert_int_equal(report.rows[1].reason, ROAD_BECAUSE_SHOWN);
    flow.proof_shown = false;
    road(ROAD_DIRECTED, WORK, VERIFYING, NONE)->fills_proof = true; /* wherever that leads */
    assert_string_equal(judged(), "connector_only proof_written");
    roads[2].fills_proof = false;
    facts.proof_edited = ROAD_YES;
    assert_int_equal(findings(&facts), 1U << GATE_FOUND_PROOF_EDITED);
    facts.proof_edited = ROAD_NO;
    facts.proof_filled = ROAD_YES;
    assert_int_equal(findings(&facts), 1U << GATE_FOUND_PROOF_FILLED);
    assert_int_equal(gate_failures(1U << GATE_FOUND_PROOF_EDITED | 1U << GATE_FOUND_PROOF_FILLED),
                     2);
    assert_int_equal(gate_lasting(&facts, false).proof_filled, ROAD_NOT_KNOWN);
    flow.wants_proof = false; /* nothing hangs on it */
    assert_int_equal(findings(&facts), 0);
}

/* An approval that only the connector answers closes; whoever else could answer it is told. */
static void test_an_approval_of_our_own(void **state)
{
    struct gate_facts facts = GOOD;

    (void)state;
    whole_gate();
    flow.wants_approval = true;
    assert_int_equal(findings(&facts), 1U << GATE_FOUND_NOT_ASKED);
    struct road *back = road(ROAD_DIRECTED, VERIFYING, WORK, NONE);
    struct road *here = road(ROAD_DIRECTED, WORK, VERIFYING, NONE);
    statuses[VERIFYING].asks_us = true;
    statuses[VERIFYING].on_approve = roads[0].id;
    statuses[VERIFYING].on_decline = back->id;
    assert_true(roads_answered(&flow) && !roads_ask(&flow));
    here->names_us = true;
    assert_true(roads_ask(&flow));
    assert_string_equal(judged(), "approval_ours");
    assert_int_equal(findings(&facts), 1U << GATE_FOUND_UNRESOLVED); /* no screen is shown */
    assert_int_equal(gate_failures(1U << GATE_FOUND_UNRESOLVED), 0);
    roads[0].resolves = true;
    assert_int_equal(findings(&facts), 0);
    road(ROAD_DIRECTED, VERIFYING, VERIFYING, NONE); /* whoever is there already is named */
    assert_true(roads_ask(&flow));
    roads[0].guard_count = 0; /* people need no approval to go it */
    assert_string_equal(judged(), "unguarded");
    assert_false(roads_answered(&flow));
    roads[0].guard_count = 2;
    flow.approver_shown = true;
    assert_string_equal(judged(), "approver_shown");
    facts.approver_edited = facts.approver_forged = ROAD_YES;
    assert_int_equal(findings(&facts),
                     1U << GATE_FOUND_APPROVER_EDITED | 1U << GATE_FOUND_APPROVER_FORGED);
    assert_int_equal(gate_failures(findings(&facts)), 2);
    assert_int_equal(gate_lasting(&facts, false).approver_forged, ROAD_NOT_KNOWN);
    flow.wants_approval = false; /* nothing hangs on it */
    assert_int_equal(findings(&facts), 0);
    statuses[VERIFYING].role = STATUS_OPEN;
    assert_false(roads_answered(&flow));
}

/* Where people's roads demand, the one on which we close is restricted, and demands nothing. */
static void test_we_close_by_a_road_of_our_own(void **state)
{
    (void)state;
    whole_gate();
    flow.wants_proof = true;
    roads[0].demands = true;
    assert_string_equal(judged(), "nobody");
    assert_int_equal(findings(&GOOD), 1U << GATE_FOUND_NO_CLOSE);
    roads[0].demands = false;
    roads[0].guard_count = 0;
    assert_int_equal(findings(&GOOD), 1U << GATE_FOUND_NO_CLOSE);
    flow.wants_proof = false;
    assert_int_equal(findings(&GOOD), 0);
}

static void test_what_tickets_show_does_not_last(void **state)
{
    struct gate_facts facts = {.group = ROAD_YES,
                               .member = ROAD_NO,
                               .strangers = 2,
                               .resolution = ROAD_YES,
                               .may_transition = ROAD_NO,
                               .words = ROAD_NO,
                               .agent_closes = ROAD_YES,
                               .connector_closes = ROAD_NO};
    struct gate_facts lasting = gate_lasting(&facts, false);

    (void)state;
    assert_true(!lasting.resolution && !lasting.words && !lasting.agent_closes);
    assert_true(!lasting.connector_closes && lasting.strangers == 2);
    assert_true(lasting.member == ROAD_NO && lasting.may_transition == ROAD_NO);
    assert_int_equal(gate_lasting(&facts, true).words, ROAD_NO);
}

static void test_the_status_of_a_part(void **state)
{
    (void)state;
    begin();
    statuses[CANCELLED].role = statuses[DECLINED].role = STATUS_DONE;
    assert_int_equal(roads_status(&flow, STATUS_DONE), RESOLVED);
    statuses[RESOLVED].named = statuses[CANCELLED].named = false;
    assert_int_equal(roads_status(&flow, STATUS_DONE), DECLINED);
    statuses[DECLINED].named = false;
    assert_int_equal(roads_status(&flow, STATUS_DONE), RESOLVED);
    assert_int_equal(roads_status(&flow, STATUS_DECLINED), ROAD_NOWHERE);
}

static const struct gate_abilities ALL_ABLE = {.workflow_rest = true,
                                               .readable = true,
                                               .may_write = true,
                                               .group_ready = true,
                                               .rule_restrict = true,
                                               .rule_validator = true,
                                               .rule_approval = true};

/* The kind that is chosen without that ability, and why not the strongest. */
#define CHOOSES(member, value, wanted, words)                            \
    do {                                                                 \
        struct gate_abilities able_ = ALL_ABLE;                          \
        struct gate_choice choice_;                                      \
        able_.member = value;                                            \
        gate_choose(&able_, GATE_BY_CLOSES, &choice_);                   \
        assert_string_equal(GATE_KIND_NAMES[choice_.kind], wanted);      \
        assert_non_null(strstr(choice_.why_not[GATE_BY_CLOSES], words)); \
        assert_null(choice_.why_not[GATE_BY_REOPEN]);                    \
    } while (0)

static void test_the_strongest_possible_gate(void **state)
{
    struct gate_abilities able = ALL_ABLE;
    struct gate_choice choice;

    (void)state;
    gate_choose(&able, GATE_BY_CLOSES, &choice);
    assert_int_equal(choice.kind, GATE_BY_CLOSES);
    gate_choose(&able, GATE_BY_VALIDATOR, &choice);
    assert_int_equal(choice.kind, GATE_BY_VALIDATOR);
    gate_choose(&able, GATE_BY_REOPEN, &choice);
    assert_int_equal(choice.kind, GATE_BY_REOPEN);
    assert_null(choice.why_not[GATE_BY_CLOSES]);
    CHOOSES(workflow_rest, false, "reopen", "Data Center");
    CHOOSES(readable, false, "reopen", "may not read");
    CHOOSES(may_write, false, "reopen", "Administer Jira");
    /* whichever gate it is, the road on which we close is nobody else's */
    CHOOSES(group_ready, false, "reopen", "group does not exist");
    CHOOSES(rule_restrict, false, "reopen", "restricts who");
    able.rule_approval = false;
    gate_choose(&able, GATE_BY_APPROVAL, &choice);
    assert_int_equal(choice.kind, GATE_BY_VALIDATOR);
    able.rule_restrict = false; /* then nobody but everybody could write the proof */
    gate_choose(&able, GATE_BY_CLOSES, &choice);
    assert_int_equal(choice.kind, GATE_BY_REOPEN);
    assert_non_null(strstr(choice.why_not[GATE_BY_VALIDATOR], "restricts who"));
    able = ALL_ABLE;
    able.rule_validator = false;
    gate_choose(&able, GATE_BY_CLOSES, &choice);
    assert_non_null(strstr(choice.why_not[GATE_BY_VALIDATOR], "does not offer validators"));
    able = ALL_ABLE;
    able.team_managed = true;
    able.group_ready = false;
    gate_choose(&able, GATE_BY_CLOSES, &choice);
    assert_int_equal(choice.kind, GATE_BY_CLOSES);
    assert_non_null(strstr(choice.why_not[GATE_BY_APPROVAL], "keeps its fields to itself"));
    assert_non_null(strstr(choice.why_not[GATE_BY_VALIDATOR], "keeps its fields to itself"));
    able.may_write = false;
    gate_choose(&able, GATE_BY_CLOSES, &choice);
    assert_non_null(strstr(choice.why_not[GATE_BY_CLOSES], "Administer projects"));
}

/* A gate of an earlier release is whole without it: a note, and nothing that fails. */
static void test_a_missing_button_is_a_note(void **state)
{
    const unsigned note = 1U << GATE_FOUND_NO_CHECK;

    (void)state;
    begin();
    road(ROAD_DIRECTED, VERIFYING, RESOLVED, US);
    road(ROAD_DIRECTED, RESOLVED, WORK, US);
    assert_int_equal(gate_findings(&flow, &GOOD), note);
    assert_int_equal(gate_failures(note), 0);
    flow.team_managed = true;
    assert_int_equal(gate_findings(&flow, &GOOD), note);
    flow.team_managed = false;
    statuses[VERIFYING].role = STATUS_OPEN;
    assert_false(gate_findings(&flow, &GOOD) & note);
    statuses[VERIFYING].role = STATUS_VERIFY;
    road(ROAD_DIRECTED, VERIFYING, VERIFYING, NONE);
    assert_int_equal(gate_findings(&flow, &GOOD), 0);
}

UNIT_MAIN(cmocka_unit_test(test_a_missing_button_is_a_note), cmocka_unit_test(test_roads_into_done),
          cmocka_unit_test(test_who_is_let_through),
          cmocka_unit_test(test_approvals_go_by_themselves),
          cmocka_unit_test(test_what_a_trigger_goes_is_open),
          cmocka_unit_test(test_what_else_counts), cmocka_unit_test(test_a_field_that_stays_empty),
          cmocka_unit_test(test_an_approval_of_our_own),
          cmocka_unit_test(test_we_close_by_a_road_of_our_own),
          cmocka_unit_test(test_the_status_of_a_part),
          cmocka_unit_test(test_what_tickets_show_does_not_last),
          cmocka_unit_test(test_the_strongest_possible_gate))
