/* What has to change in a workflow. */
#include "domain/gate_plan.h"

#include <stdio.h>

#include "roads_unit.h"

static struct gate_plan plan;

/* "kind:road from>to" of all changes, in order; without people's loop, of which only its own tests
 * are about. */
static const char *planned(void)
{
    static const char *const KINDS[] = {"status", "restrict", "demand", "wait", "name",
                                        "lead",   "resolve",  "close",  "back", "check",
                                        "reopen", "record",   "ask",    "set"};
    static char said[1024];
    size_t at = 0;

    gate_plan(&flow, &plan);
    said[0] = '\0';
    for (size_t i = 0; i < plan.added_count + plan.changed_count; i++) {
        const struct gate_change *c =
            i < plan.added_count ? &plan.added[i] : &plan.changed[i - plan.added_count];
        if (c->kind == GATE_ADD_CHECK)
            continue;
        at +=
            (size_t)snprintf(said + at, sizeof said - at, "%s%s ", at ? "; " : "", KINDS[c->kind]);
        if (c->road != ROAD_NOWHERE)
            at += (size_t)snprintf(said + at, sizeof said - at, "%zu ", c->road);
        for (size_t f = 0; f < c->from_count; f++)
            at += (size_t)snprintf(said + at, sizeof said - at, "%s%zu", f ? "," : "", c->from[f]);
        if (c->to == ROAD_NOWHERE)
            at += (size_t)snprintf(said + at, sizeof said - at, ">itself");
        else
            at += (size_t)snprintf(said + at, sizeof said - at, ">%zu", c->to);
    }
    return said;
}

static void test_a_workflow_without_any_gate(void **state)
{
    (void)state;
    begin();
    statuses[VERIFYING].role = STATUS_OPEN; /* nobody has mapped it */
    statuses[VERIFYING].category = CATEGORY_NEW;
    road(ROAD_INITIAL, ROAD_NOWHERE, WAITING, NONE);
    road(ROAD_DIRECTED, WORK, RESOLVED, NONE);
    road(ROAD_GLOBAL, ROAD_NOWHERE, CANCELLED, NONE);
    road(ROAD_DIRECTED, WAITING, WORK, NONE);
    assert_string_equal(planned(), "status >6; resolve 1>6; close 6>3; back 6>1; reopen 3>1; "
                                   "restrict 1 >3");
    assert_int_equal(plan.added[2].like, 1);
    assert_false(gate_plan_is_empty(&plan));
    assert_int_equal(plan.blocked, 0);
}

static void test_a_planned_workflow_needs_nothing(void **state)
{
    (void)state;
    begin();
    road(ROAD_DIRECTED, WORK, RESOLVED, US);
    road(ROAD_DIRECTED, WORK, VERIFYING, NONE);
    road(ROAD_DIRECTED, VERIFYING, RESOLVED, US);
    road(ROAD_DIRECTED, VERIFYING, WORK, NONE);
    road(ROAD_DIRECTED, RESOLVED, WORK, US);
    assert_string_equal(planned(), "");
    assert_true(!gate_plan_is_empty(&plan) && gate_plan_holds(&plan)); /* of an earlier release */
    road(ROAD_DIRECTED, VERIFYING, VERIFYING, NONE);
    assert_string_equal(planned(), "");
    assert_true(gate_plan_is_empty(&plan) && gate_plan_holds(&plan));
    roads[0].guard_count = 0; /* one road of people's: neither */
    assert_string_equal(planned(), "restrict 0 >3");
    assert_true(!gate_plan_is_empty(&plan) && !gate_plan_holds(&plan));
}

/* People's loop in the verifying status: the change that adds it, or NULL. */
static const struct gate_change *check(void)
{
    gate_plan(&flow, &plan);
    for (size_t i = 0; i < plan.added_count; i++)
        if (plan.added[i].kind == GATE_ADD_CHECK)
            return &plan.added[i];
    return NULL;
}

/* It leads nowhere, and anybody may press it; whatever people have there already that does the same
 * suffices. */
static void test_people_have_a_button_while_it_waits(void **state)
{
    static const struct guard HIDDEN[] = {{GUARD_ALL, 2}, {GUARD_PEOPLE, 1}};
    struct road *loop;

    (void)state;
    begin();
    road(ROAD_DIRECTED, WORK, VERIFYING, NONE);
    assert_non_null(check());
    assert_int_equal(check()->to, VERIFYING);
    assert_true(check()->from_count == 1 && check()->from[0] == VERIFYING);
    loop = road(ROAD_DIRECTED, VERIFYING, VERIFYING, US); /* ours, for our fields */
    assert_non_null(check());
    loop->guards = HIDDEN;
    assert_non_null(check());
    loop->guard_count = 0;
    assert_null(check());
    loop->demands = true;
    assert_non_null(check());
    loop->type = ROAD_GLOBAL; /* to it from any status: from it, too */
    loop->demands = false;
    assert_null(check());
    loop->to = ROAD_NOWHERE;
    assert_non_null(check());
    flow.team_managed = true; /* Jira is asked whether it takes one there */
    assert_non_null(check());
    assert_true(gate_plan_adds(&plan, GATE_ADD_CHECK));
    flow.no_loop = true;
    assert_null(check());
    assert_false(gate_plan_adds(&plan, GATE_ADD_CHECK));
    flow.no_loop = flow.team_managed = false;
    statuses[VERIFYING].role = STATUS_OPEN; /* there is no such status yet: it is added with it */
    assert_int_equal(check()->to, STATUSES);
}

/* People keep their buttons: what they have demands, and the one road that closes is ours. */
static void test_roads_demand_what_nobody_fills(void **state)
{
    (void)state;
    begin();
    road(ROAD_DIRECTED, WORK, RESOLVED, NONE);
    road(ROAD_DIRECTED, WORK, VERIFYING, NONE);
    road(ROAD_DIRECTED, VERIFYING, RESOLVED, US);
    road(ROAD_DIRECTED, VERIFYING, WORK, NONE);
    road(ROAD_DIRECTED, RESOLVED, WORK, US);
    flow.wants_proof = true;
    assert_string_equal(planned(), "demand 0 >3");
    roads[0].demands = true;
    assert_string_equal(planned(), "");
    roads[2].demands = true; /* then nobody closes: we need one of our own */
    assert_string_equal(planned(), "close 2>3");
    roads[2].demands = false;
    roads[2].guard_count = 0; /* one that begins in the verifying status is no button of theirs */
    assert_string_equal(planned(), "restrict 2 >3");
    froms[2][1] = WORK;
    roads[2].from_count = 2; /* this one is: it cannot be ours at the same time */
    assert_string_equal(planned(), "close 2>3; demand 2 >3");
    flow.proof_shown = true; /* demanding it holds nobody back */
    assert_string_equal(planned(), "");
    assert_int_equal(plan.blocked, 2);
    flow.proof_shown = false;
    roads[0].fills_proof = true;
    assert_string_equal(planned(), "");
    assert_int_equal(plan.blocked, 2);
}

/* The configuration restricts roads again: what is left over of the demand goes. */
static void test_a_demand_is_taken_back(void **state)
{
    (void)state;
    begin();
    road(ROAD_DIRECTED, WORK, RESOLVED, NONE)->demands = true;
    road(ROAD_DIRECTED, WORK, RESOLVED, US)->demands = true;
    road(ROAD_DIRECTED, WORK, VERIFYING, NONE);
    road(ROAD_DIRECTED, VERIFYING, RESOLVED, US);
    road(ROAD_DIRECTED, VERIFYING, WORK, NONE);
    road(ROAD_DIRECTED, RESOLVED, WORK, US);
    assert_string_equal(planned(), "restrict 0 >3; restrict 1 >3");
    flow.proof_shown = true; /* wherever the field stands */
    assert_string_equal(planned(), "restrict 0 >3; restrict 1 >3");
    assert_int_equal(plan.blocked, 0);
    flow.proof_shown = false;
    flow.wants_proof = true;
    assert_string_equal(planned(), "");
    roads[0].demands = roads[1].demands = flow.wants_proof = false; /* restricted is not undone */
    roads[0].guards = ONLY_US;
    roads[0].guard_count = 2;
    flow.wants_proof = true;
    assert_string_equal(planned(), "");
}

/* What no edit screen carries is written by a loop that only we go. */
static void test_a_loop_of_our_own(void **state)
{
    struct road *loop;

    (void)state;
    begin();
    road(ROAD_DIRECTED, WORK, VERIFYING, NONE);
    road(ROAD_DIRECTED, VERIFYING, RESOLVED, US);
    road(ROAD_DIRECTED, VERIFYING, WORK, NONE);
    road(ROAD_DIRECTED, RESOLVED, WORK, US);
    flow.wants_record = true;
    assert_string_equal(planned(), "record >itself");
    loop = road(ROAD_GLOBAL, ROAD_NOWHERE, ROAD_NOWHERE, US);
    assert_string_equal(planned(), "record >itself");
    loop->records = true;
    assert_string_equal(planned(), "");
    loop->guard_count = 0; /* anybody goes it: it is not ours */
    assert_string_equal(planned(), "record >itself");
}

static void test_reopening_leads_to_work_not_to_the_queue(void **state)
{
    (void)state;
    begin();
    road(ROAD_DIRECTED, WORK, VERIFYING, NONE);
    road(ROAD_DIRECTED, VERIFYING, RESOLVED, US);
    road(ROAD_DIRECTED, VERIFYING, WAITING, NONE);
    road(ROAD_DIRECTED, RESOLVED, WAITING, US);
    assert_string_equal(planned(), "back 2>1; reopen 3>1");
    statuses[WORK].category = CATEGORY_NEW; /* then there is nowhere */
    assert_string_equal(planned(), "");
}

static void test_a_global_road(void **state)
{
    (void)state;
    begin();
    road(ROAD_GLOBAL, ROAD_NOWHERE, RESOLVED, NONE);
    road(ROAD_DIRECTED, WAITING, VERIFYING, NONE);
    road(ROAD_GLOBAL, ROAD_NOWHERE, WORK, NONE);
    /* from Waiting there is a road to Verifying already; the global one back suffices twice */
    assert_string_equal(planned(), "resolve 1>2; close 2>3; restrict 0 >3");
}

static void test_others_on_the_closing_road(void **state)
{
    static const struct guard OTHERS[] = {{GUARD_ALL, 2}, {GUARD_OTHERS, 1}};
    static const struct guard OR_ED[] = {{GUARD_ALL, 2}, {GUARD_US_OR, 1}};

    (void)state;
    begin();
    road(ROAD_DIRECTED, VERIFYING, RESOLVED, OTHERS, 2); /* and the connector may not be in it */
    road(ROAD_GLOBAL, ROAD_NOWHERE, WORK, NONE);
    assert_string_equal(planned(), "close 2>3; restrict 0 >3");
    roads[0].guards = OR_ED;
    assert_string_equal(planned(), "restrict 0 >3");
}

static void test_approvals(void **state)
{
    (void)state;
    begin();
    road(ROAD_DIRECTED, WAITING, RESOLVED, NONE);
    road(ROAD_DIRECTED, WAITING, RESOLVED, NONE);
    road(ROAD_GLOBAL, ROAD_NOWHERE, WORK, NONE);
    road(ROAD_DIRECTED, VERIFYING, RESOLVED, US);
    statuses[WAITING].on_approve = STR("0");
    assert_string_equal(planned(), "lead 0 >2; restrict 1 >3");
    statuses[WAITING].on_decline = STR("1");
    assert_string_equal(planned(), "lead 0 >2");
    assert_int_equal(plan.blocked, 1);
    /* an approval in the verifying status itself */
    froms[0][0] = VERIFYING;
    assert_string_equal(planned(), "");
    assert_int_equal(plan.blocked, 2);
}

/* An approval waits for the connector: every road there names it, and its answer goes our road. */
static void test_an_approval_that_we_answer(void **state)
{
    (void)state;
    begin();
    road(ROAD_DIRECTED, WORK, RESOLVED, US);
    road(ROAD_DIRECTED, WORK, VERIFYING, NONE);
    road(ROAD_DIRECTED, VERIFYING, RESOLVED, US);
    road(ROAD_DIRECTED, VERIFYING, WORK, NONE);
    road(ROAD_DIRECTED, RESOLVED, WORK, US);
    flow.wants_approval = true;
    assert_string_equal(planned(), "ask 2 >2; wait 2 >3; name 1 >2");
    assert_int_equal(plan.added[plan.added_count - 1].like, 3);
    roads[1].names_us = roads[2].waits = true;
    statuses[VERIFYING].on_approve = roads[2].id;
    statuses[VERIFYING].on_decline = roads[3].id;
    statuses[VERIFYING].asks_us = true;
    assert_string_equal(planned(), "");
    road(ROAD_DIRECTED, VERIFYING, VERIFYING, NONE); /* it may be asked anew: of us again */
    assert_string_equal(planned(), "name 5 >2");
    roads[5].names_us = true;
    assert_string_equal(planned(), "");
    roads[2].guard_count = 0; /* people need no approval to go it */
    assert_string_equal(planned(), "ask 2 >2; restrict 2 >3");
    roads[2].guard_count = 2;
    statuses[VERIFYING].on_decline = roads[2].id; /* a no would close, too */
    assert_string_equal(planned(), "ask 2 >2");
    flow.approver_shown = true; /* whoever works there says who approves */
    (void)planned();
    assert_int_equal(plan.blocked, 1);
    flow.approver_shown = false;
    statuses[VERIFYING].asks_us = false; /* somebody else's */
    (void)planned();
    assert_true(plan.taken);
}

/* No screen is shown to an approval: the road that it goes sets the resolution, whatever else it
 * gets. */
static void test_an_approval_resolves(void **state)
{
    (void)state;
    begin();
    road(ROAD_DIRECTED, WORK, RESOLVED, US);
    road(ROAD_DIRECTED, WORK, VERIFYING, NONE);
    road(ROAD_DIRECTED, VERIFYING, RESOLVED, US);
    road(ROAD_DIRECTED, VERIFYING, WORK, NONE);
    road(ROAD_DIRECTED, RESOLVED, WORK, US);
    flow.wants_approval = flow.wants_resolution = true;
    assert_string_equal(planned(), "ask 2 >2; wait 2 >3; name 1 >2");
    assert_true(plan.changed[0].resolves && !plan.changed[1].resolves);
    roads[1].names_us = roads[2].waits = true;
    assert_string_equal(planned(), "ask 2 >2; set 2 >3");
    statuses[VERIFYING].on_approve = roads[2].id;
    statuses[VERIFYING].on_decline = roads[3].id;
    statuses[VERIFYING].asks_us = true;
    assert_string_equal(planned(), "set 2 >3");
    roads[2].resolves = true;
    assert_string_equal(planned(), "");
    struct workflow shown = flow;
    struct road other[5];
    memcpy(other, roads, sizeof other);
    other[2].resolves = false;
    shown.roads = other;
    assert_false(gate_is_alike(&flow, &shown));
    begin();
    flow.wants_approval = flow.wants_resolution = true;
    road(ROAD_GLOBAL, ROAD_NOWHERE, RESOLVED, NONE);
    road(ROAD_DIRECTED, WAITING, WORK, NONE);
    (void)planned(); /* the one that is added is like one that shows a screen */
    assert_true(plan.added[1].kind == GATE_ADD_CLOSE && plan.added[1].resolves);
    roads[0].resolves = true;
    (void)planned();
    assert_false(plan.added[1].resolves);
}

static void test_an_approval_on_the_way(void **state)
{
    (void)state;
    begin();
    road(ROAD_GLOBAL, ROAD_NOWHERE, RESOLVED, NONE);
    road(ROAD_DIRECTED, WAITING, WORK, NONE);
    flow.wants_approval = true;
    /* what is added names and waits by itself; the two roads of the answer are among it */
    assert_string_equal(planned(), "resolve 0,1>2; close 2>3; back 2>1; reopen 3>1; ask >2; "
                                   "restrict 0 >3");
    assert_int_equal(plan.added[4].like, ROAD_NOWHERE);
    assert_true(gate_must_wait(&flow, &roads[0], VERIFYING));
    assert_false(gate_must_wait(&flow, &roads[1], VERIFYING));
    begin();
    flow.wants_approval = true;
    statuses[WORK].category = CATEGORY_NEW; /* then a no leads nowhere */
    road(ROAD_DIRECTED, WAITING, RESOLVED, US);
    road(ROAD_DIRECTED, WAITING, VERIFYING, NONE);
    assert_string_equal(planned(), "close 2>3; name 1 >2");
    assert_int_equal(plan.blocked, 1);
}

/* As many of everything: the order, and what it is called, may be another. */
static void test_gated_alike(void **state)
{
    struct road_status told[STATUSES];
    struct road shown[3];
    struct workflow other;

    (void)state;
    begin();
    road(ROAD_DIRECTED, WORK, RESOLVED, US);
    road(ROAD_DIRECTED, WORK, VERIFYING, NONE);
    road(ROAD_DIRECTED, VERIFYING, RESOLVED, US);
    memcpy(told, statuses, sizeof told);
    for (size_t i = 0; i < 3; i++)
        shown[i] = roads[2 - i];
    other = flow;
    other.statuses = told;
    other.roads = shown;
    assert_true(gate_is_alike(&flow, &other));
    told[VERIFYING].asks_us = true;
    assert_false(gate_is_alike(&flow, &other));
    told[VERIFYING].asks_us = false;
    bool *const parts[] = {&shown[1].names_us, &shown[1].demands, &shown[1].waits,
                           &shown[1].records};
    for (size_t i = 0; i < 4; i++) {
        *parts[i] = true;
        assert_false(gate_is_alike(&flow, &other));
        *parts[i] = false;
    }
    shown[1].to = RESOLVED;
    assert_false(gate_is_alike(&flow, &other));
    shown[1].to = VERIFYING;
    shown[0].guard_count = 0;
    assert_false(gate_is_alike(&other, &flow));
    shown[0].guard_count = 2;
    other.road_count = 2;
    assert_false(gate_is_alike(&flow, &other));
    other.road_count = 3;
    other.status_count--;
    assert_false(gate_is_alike(&flow, &other));
    other.status_count++;
    assert_true(gate_is_alike(&flow, &other));
}

static void test_what_no_plan_closes(void **state)
{
    (void)state;
    begin();
    road(ROAD_INITIAL, ROAD_NOWHERE, RESOLVED, NONE);
    (void)planned();
    assert_int_equal(plan.blocked, 1);
    assert_int_equal(plan.added[0].like, ROAD_NOWHERE);
    statuses[RESOLVED].role = STATUS_DECLINED;
    assert_string_equal(planned(), "");
    assert_true(plan.no_done);
    begin();
    statuses[WAITING].role = statuses[WORK].role = STATUS_VERIFY; /* nowhere to work */
    road(ROAD_DIRECTED, VERIFYING, RESOLVED, US);
    assert_string_equal(planned(), "");
}

UNIT_MAIN(cmocka_unit_test(test_a_workflow_without_any_gate),
          cmocka_unit_test(test_a_planned_workflow_needs_nothing),
          cmocka_unit_test(test_people_have_a_button_while_it_waits),
          cmocka_unit_test(test_a_loop_of_our_own),
          cmocka_unit_test(test_roads_demand_what_nobody_fills),
          cmocka_unit_test(test_a_demand_is_taken_back),
          cmocka_unit_test(test_reopening_leads_to_work_not_to_the_queue),
          cmocka_unit_test(test_a_global_road), cmocka_unit_test(test_others_on_the_closing_road),
          cmocka_unit_test(test_an_approval_that_we_answer),
          cmocka_unit_test(test_an_approval_resolves),
          cmocka_unit_test(test_an_approval_on_the_way), cmocka_unit_test(test_approvals),
          cmocka_unit_test(test_gated_alike), cmocka_unit_test(test_what_no_plan_closes))
