/* The gates that people's buttons stay for, and that an approval is: what is written, and taken
 * back. */
#include "jsm/jsm_workflow.h"
#include "workflow_plan_unit.h"

/* The road that is restricted to us demands nothing. */
static bool ours_is_free(const struct jsm_workflow *flow)
{
    bool free = false;

    for (size_t i = 0; i < flow->roads.road_count; i++) {
        const struct road *r = &flow->roads.roads[i];
        if (!str_eq_c(r->name, "Close verified"))
            continue;
        free = road_is_locked(r) && road_lets_us(r) && !r->demands;
    }
    return free;
}

/* Restricted again, the roads demand nothing of ours; what others want beside it stays. */
static void take_back(const struct jsm_workflow *flow, struct str doc, struct jsm_gate_key key)
{
    struct gate_plan *plan = ARENA_NEW(arena, struct gate_plan);
    struct jsm_gate_words words = words_of();

    key.demanding = false;
    words.key = key;
    const struct jsm_workflow *now = parse_with(doc, &key);
    gate_plan(&now->roads, plan);
    struct str left = jsm_workflow_apply(arena, now, plan, &words);
    const struct jsm_workflow *after = parse_with(left, &key);
    assert_null(strstr(left.p, "customfield_7"));
    assert_null(strstr(judged(after), "proven_only"));
    gate_plan(&after->roads, plan);
    assert_true(gate_plan_is_empty(plan));
    assert_str(undo(flow->doc, left, left, NULL), flow->doc.p);
    now = parse_with(replaced(doc, "\"fieldsRequired\":\"customfield_7\"",
                              "\"fieldsRequired\":\"customfield_7, customfield_8\""),
                     &key);
    gate_plan(&now->roads, plan);
    left = jsm_workflow_apply(arena, now, plan, &words);
    assert_null(strstr(left.p, "customfield_7"));
    assert_non_null(strstr(left.p, "\"fieldsRequired\":\"customfield_8\",\"ignoreContext\""));
}

/* The other gate: a field that stays empty, and that people's roads into done demand. */
static void test_a_plan_demands_what_nobody_fills(void **state)
{
    struct gate_plan *plan = ARENA_NEW(arena, struct gate_plan);
    struct jsm_gate_words words = words_of();
    struct jsm_gate_key key = KEY;

    (void)state;
    key.proof_id = words.key.proof_id = STR("customfield_7");
    key.demanding = words.key.demanding = true;
    const struct jsm_workflow *flow = parse_with(read_one(OPEN_FLOW(COMPANY))->doc, &key);
    gate_plan(&flow->roads, plan);
    struct str doc = jsm_workflow_apply(arena, flow, plan, &words);
    const struct jsm_workflow *after = parse_with(doc, &key);
    assert_string_equal(judged(after),
                        "101 proven_only, 121 connector_only, 21 proven_only, 91 cancelled");
    gate_plan(&after->roads, plan);
    assert_true(gate_plan_is_empty(plan));
    assert_non_null(strstr(
        doc.p,
        "{\"parameters\":{\"errorMessage\":\"Not closed yet. The access change hasn't been "
        "confirmed \u2014 see \\\"Access check\\\" on this ticket for the reason and the next "
        "check. Work done? Press Mark "
        "done.\",\"fieldsRequired\":\"customfield_7\",\"ignoreContext\":\"false\","
        "\"ruleType\":\"fieldRequired\"},\"ruleKey\":\"system:validate-field-value\"}"));
    assert_null(strstr(doc.p, "\"field\":\"customfield_7\"")); /* nothing writes it */
    assert_true(ours_is_free(after));
    assert_str(undo(flow->doc, doc, doc, NULL), flow->doc.p);
    /* others have added a validator since: theirs stays */
    struct str more = replaced(doc, "\"validators\":[{\"parameters\":{\"errorMessage\"",
                               "\"validators\":[{\"id\":\"v\",\"parameters\":{},\"ruleKey\":\"y\"},"
                               "{\"parameters\":{\"errorMessage\"");
    struct str left = undo(flow->doc, doc, more, NULL);
    assert_non_null(strstr(left.p, "{\"id\":\"v\",\"parameters\":{},\"ruleKey\":\"y\"}"));
    assert_null(strstr(left.p, "errorMessage"));
    /* one that lets those go who may not see the field demands nothing */
    struct str loose = replaced(doc, "\"ignoreContext\":\"false\"", "\"ignoreContext\":\"true\"");
    assert_non_null(strstr(judged(parse_with(loose, &key)), "global"));
    take_back(flow, doc, key);
}

/* No screen is shown: the road that the answer goes sets what one would have asked for; so does the
 * one that was put there before. */
static void resolve_by_approval(const struct jsm_workflow *flow, struct str doc,
                                struct jsm_gate_key key)
{
    static const char SETS[] =
        "{\"parameters\":{\"field\":\"resolution\",\"mode\":\"replace\",\"value\":\"10009\"},"
        "\"ruleKey\":\"system:update-field\"}";
    struct gate_plan *plan = ARENA_NEW(arena, struct gate_plan);
    struct jsm_gate_words words = words_of();

    key.resolution_id = STR("10009");
    words.key = key;
    assert_null(strstr(doc.p, SETS));
    flow = parse_with(flow->doc, &key);
    gate_plan(&flow->roads, plan);
    struct str resolving = jsm_workflow_apply(arena, flow, plan, &words);
    assert_non_null(strstr(resolving.p, SETS));
    gate_plan(&parse_with(resolving, &key)->roads, plan);
    assert_true(gate_plan_is_empty(plan));
    const struct jsm_workflow *before = parse_with(doc, &key);
    gate_plan(&before->roads, plan);
    assert_int_equal(plan->changed_count, 1);
    assert_int_equal(plan->changed[0].kind, GATE_RESOLVE);
    assert_str(jsm_workflow_apply(arena, before, plan, &words), resolving.p);
    assert_str(undo(flow->doc, resolving, resolving, NULL), flow->doc.p);
}

/* One who is left out, others who are put there, two who are needed, another account: it is not
 * ours any more. */
static void not_ours_otherwise(struct str doc, const struct jsm_gate_key *key)
{
    static const char *const OTHERWISE[][2] = {
        {"\"exclude\":[]", "\"exclude\":[\"reporter\"]"},
        {"\"exclude\":[]", "\"exclude\":[],\"prePopulatedFieldId\":\"customfield_8\""},
        {"\"conditionValue\":\"1\"", "\"conditionValue\":\"2\""},
        {"\"value\":\"" ACCOUNT "\"", "\"value\":\"somebody\""},
        {"\"mode\":\"replace\"", "\"mode\":\"append\""},
        {"\"ruleKey\":\"system:update-field\"}",
         "\"ruleKey\":\"system:update-field\"},{\"parameters\":{\"issueSource\":\"SAME\","
         "\"sourceFieldKey\":\"reporter\",\"targetFieldKey\":\"customfield_9\"},"
         "\"ruleKey\":\"system:copy-value-from-other-field\"}"},
    };
    for (size_t i = 0; i < sizeof OTHERWISE / sizeof OTHERWISE[0]; i++) {
        struct str other = replaced(doc, OTHERWISE[i][0], OTHERWISE[i][1]);
        assert_false(roads_ask(&parse_with(other, key)->roads));
    }
}

/* A workflow's rows of the approval gate: everything that has to be there, once. */
static void test_an_approval_waits_for_us(void **state)
{
    struct gate_plan *plan = ARENA_NEW(arena, struct gate_plan);
    struct jsm_gate_words words = words_of();
    struct jsm_gate_key key = KEY;

    (void)state;
    key.approver_id = words.key.approver_id = STR("customfield_9");
    key.approving = words.key.approving = true;
    const struct jsm_workflow *flow = parse_with(read_one(OPEN_FLOW(COMPANY))->doc, &key);
    assert_true(flow->roads.wants_approval);
    gate_plan(&flow->roads, plan);
    struct str doc = jsm_workflow_apply(arena, flow, plan, &words);
    const struct jsm_workflow *after = parse_with(doc, &key);
    assert_true(roads_ask(&after->roads));
    assert_non_null(strstr(judged(after), "121 approval_ours"));
    assert_null(strstr(judged(after), "unguarded"));
    assert_non_null(
        strstr(doc.p, "\"approvalConfiguration\":{\"active\":\"true\",\"conditionType\":\"number\","
                      "\"conditionValue\":\"1\",\"exclude\":[],\"fieldId\":\"customfield_9\","
                      "\"transitionApproved\":\"121\",\"transitionRejected\":\"131\"}"));
    assert_non_null(strstr(doc.p, "{\"parameters\":{\"field\":\"customfield_9\",\"mode\":"
                                  "\"replace\",\"value\":\"" ACCOUNT
                                  "\"},\"ruleKey\":\"system:update-field\"}"));
    assert_non_null(strstr(doc.p, "{\"parameters\":{},\"ruleKey\":"
                                  "\"system:block-in-progress-approval\"}"));
    gate_plan(&after->roads, plan);
    assert_true(gate_plan_is_empty(plan));
    assert_true(roads_recheck(&after->roads)); /* whoever presses that names nobody else */
    for (size_t i = 0; i < after->roads.road_count; i++)
        if (str_eq_c(after->roads.roads[i].name, GATE_CHECK_NAME))
            assert_true(after->roads.roads[i].names_us);
    assert_str(undo(flow->doc, doc, doc, NULL), flow->doc.p);
    not_ours_otherwise(doc, &key);
    /* a road that is there already names us, and one that is ours waits */
    struct str waits = replaced(doc,
                                ",{\"parameters\":{},\"ruleKey\":"
                                "\"system:block-in-progress-approval\"}",
                                "");
    after = parse_with(waits, &key);
    gate_plan(&after->roads, plan);
    assert_int_equal(plan->changed_count, 1);
    assert_int_equal(plan->changed[0].kind, GATE_WAIT);
    assert_str(jsm_workflow_apply(arena, after, plan, &words), doc.p);
    static const char *const NAMING =
        "\"actions\":[{\"parameters\":{\"field\":\"customfield_9\",\"mode\":\"replace\","
        "\"value\":\"" ACCOUNT "\"},\"ruleKey\":\"system:update-field\"}]";
    after = parse_with(replaced(doc, NAMING, "\"actions\":[]"), &key);
    gate_plan(&after->roads, plan);
    assert_int_equal(plan->changed[0].kind, GATE_NAME);
    assert_str(jsm_workflow_apply(arena, after, plan, &words), doc.p);
    resolve_by_approval(flow, doc, key);
    /* a team-managed project has no approvals that block */
    assert_false(parse_with(read_one(OPEN_FLOW(TEAM))->doc, &key)->roads.wants_approval);
}

JSM_UNIT_MAIN(cmocka_unit_test(test_a_plan_demands_what_nobody_fills),
              cmocka_unit_test(test_an_approval_waits_for_us))
