/* Workflows of Jira read, changed by a plan, and put back to the byte. */
#include "jsm/jsm_workflow.h"

#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "workflow_plan_unit.h"

/* An update names the status for all projects: what they call it is not ours to change. */
static void test_a_status_that_exists_stays_what_it_is(void **state)
{
    const struct jsm_workflow *flow =
        read_one(REPLY(COMPANY, FOUR, STEP("31", "Resolve", "11", "20", "")));
    struct gate_plan *plan = ARENA_NEW(arena, struct gate_plan);
    struct jsm_gate_words words = words_of();

    (void)state;
    words.found = (struct jsm_status){STR("88"), STR("verifying Access"), STR("TODO"), STR("mine")};
    words.verify_ref = words.found.id;
    gate_plan(&flow->roads, plan);
    assert_int_equal(plan->added[0].kind, GATE_ADD_STATUS);
    assert_non_null(strstr(jsm_workflow_apply(arena, flow, plan, &words).p,
                           "{\"description\":\"mine\",\"id\":\"88\",\"name\":\"verifying Access\","
                           "\"statusCategory\":\"TODO\",\"statusReference\":\"88\"}"));
}

/* One transition from In progress to Resolved, with this before its links. */
static const char *judged_step(const char *conditions)
{
    struct str text = arena_printf(
        arena, REPLY(COMPANY, FIVE, STEP("31", "Resolve", "11", "20", "%s")), conditions);
    return judged(read_one(text.p));
}

static void test_who_a_condition_lets_through(void **state)
{
    (void)state;
    assert_string_equal(judged_step(""), "31 unguarded");
    assert_string_equal(judged_step(ALL(OURS)), "31 connector_only");
    assert_string_equal(judged_step(ALL(FIELD "," OURS)), "31 connector_only");
    assert_string_equal(judged_step(ANY(FIELD "," OURS)), "31 or_ed");
    assert_string_equal(judged_step(ALL(RESTRICT("'accountIds':'" ACCOUNT "'"))),
                        "31 connector_only");
    assert_string_equal(judged_step(ALL(RESTRICT("'groupIds':'" GROUP "','roleIds':'10002'"))),
                        "31 or_ed");
    assert_string_equal(judged_step(ALL(RESTRICT("'groupIds':'" GROUP "','roleIds':''"))),
                        "31 connector_only");
    assert_string_equal(judged_step(ALL(RESTRICT("'groupIds':'" GROUP ", b'"))), "31 or_ed");
    assert_string_equal(judged_step(ALL(RESTRICT("'groupIds':'b'"))), "31 others");
    assert_string_equal(judged_step(ALL(RESTRICT("'new':'" GROUP "'"))), "31 others");
    assert_string_equal(judged_step(ALL("{'ruleKey':'system:restrict-from-all-users',"
                                        "'parameters':{'restrictMode':'users'}}")),
                        "31 hidden_only");
    assert_string_equal(judged_step(ALL("{'ruleKey':'system:restrict-from-all-users',"
                                        "'parameters':{'restrictMode':'usersAndAPI'}}")),
                        "31 nobody");
    assert_string_equal(
        judged_step("'conditions':{'operation':'ALL','conditions':[],'conditionGroups':["
                    "{'operation':'ANY','conditions':[" OURS "," FIELD "]},"
                    "{'operation':'ALL','conditions':[" OURS "]}]},"),
        "31 connector_only");
    assert_string_equal(judged_step("'conditions':{'operation':'ALL','conditions':[]},"),
                        "31 unguarded");
}

static void test_roads_of_every_kind(void **state)
{
    const struct jsm_workflow *flow;

    (void)state;
    flow = read_one(REPLY(COMPANY, FIVE,
                          CREATE "," GLOBAL("91", "Close", "20", "") "," STEP(
                              "9", "Cancel", "10", "21",
                              "") ","
                                  "{'id':'41','name':'Loop','type':'LOOPED','toStatusReference':"
                                  "'20'}," STEP("51", "Done", "12", "20", ALL(OURS))));
    assert_string_equal(judged(flow), "41 unknown_type, 51 connector_only, 9 cancelled, 91 global");
    assert_int_equal(flow->version, 7);
    assert_str(flow->version_id, "v");
    assert_true(flow->editable && !flow->busy);
    assert_false(flow->roads.team_managed);
    assert_int_equal(flow->roads.status_count, 5);
    flow = read_one(
        REPLY(COMPANY, FIVE,
              "{'id':'31','name':'Resolve','type':'GLOBAL','toStatusReference':'20','properties':"
              "{'servicedesk.customer.transition.active':'true'}}"));
    assert_string_equal(judged(flow), "31 portal");
    flow =
        read_one(REPLY(COMPANY, FIVE,
                       "{'id':'51','name':'Done','type':'DIRECTED','toStatusReference':'20'," ALL(
                           OURS) "'links':" FROM("12") ",'triggers':[{'id':'t1','ruleKey':"
                                                       "'system:development-triggers',"
                                                       "'parameters':{'enabledTriggers':'x'}}]}"));
    assert_string_equal(judged(flow), "51 triggered");
    flow = read_one(
        REPLY(COMPANY,
              "{'statusReference':'10','properties':{'jira.issue.editable':'false'},"
              "'approvalConfiguration':{'active':'true','transitionApproved':'31',"
              "'transitionRejected':'32'}}," SHOWN("20", ""),
              STEP("31", "Approve", "10", "20", "") "," STEP("32", "Decline", "10", "20", "")));
    assert_string_equal(judged(flow), "31 approval, 32 decline");
    assert_true(flow->roads.statuses[0].frozen);
}

static bool is_refused(const char *text, const char *why)
{
    struct jsm_workflow *flows = arena_array(arena, JSM_WORKFLOWS_MAX, sizeof *flows);
    struct err err = {0};
    size_t count;
    bool read = jsm_workflows_read(arena, json_of(text), &VIEW, &KEY, flows, &count, &err);

    if (read || !strstr(err.what, why))
        fail_msg("'%s', wanted '%s'", err.what, why);
    return true;
}

static void test_shapes_we_do_not_know(void **state)
{
    struct str many = STR(CREATE), deep = STR(OURS);

    (void)state;
    is_refused("{'workflows':{}}", "no list of workflows");
    is_refused("{'workflows':[{}],'statuses':[]}", "without id");
    is_refused("{'workflows':[{'id':'a','transitions':[],'statuses':[]}],'statuses':[]}",
               "has no version");
    is_refused(REPLY(COMPANY, SHOWN("77", ""), CREATE), "'77' of the workflow is not described");
    is_refused(REPLY(COMPANY, FIVE, "{'name':'x','toStatusReference':'20'}"), "has no id");
    for (int i = 0; i < ROAD_TRANSITIONS_MAX; i++)
        many = arena_printf(arena, "%.*s," CREATE, STR_ARG(many));
    is_refused(arena_printf(arena, REPLY(COMPANY, FIVE, "%.*s"), STR_ARG(many)).p,
               "more transitions than");
    for (int i = 0; i < 130; i++)
        deep = arena_printf(arena, "%.*s," OURS, STR_ARG(deep));
    is_refused(arena_printf(arena, REPLY(COMPANY, FIVE, STEP("31", "a", "10", "20", ALL("%.*s"))),
                            STR_ARG(deep))
                   .p,
               "more conditions than");
}

static void test_a_plan_applied_gates_every_road(void **state)
{
    struct jsm_workflow *flow = read_one(OPEN_FLOW(COMPANY)), *after;
    struct str doc = apply(flow, NULL), rest;

    (void)state;
    after = parse_doc(doc);
    assert_string_equal(judged(after),
                        "101 connector_only, 121 connector_only, 21 connector_only, 91 cancelled");
    assert_int_equal(after->roads.status_count, 5);
    rest = apply(after, NULL);
    assert_str(rest, doc.p); /* a second time nothing is left to do */
    /* what was there stands inside, its ids too; what others know and we do not is kept */
    assert_non_null(strstr(doc.p, "\"conditionGroups\":[{\"conditions\":[{\"id\":\"r1\""));
    assert_non_null(strstr(doc.p, "\"x-new\":{\"kept\":true}"));
    assert_non_null(strstr(doc.p, "-100.0003"));
    assert_null(strstr(doc.p, "Of another workflow"));
    assert_null(strstr(doc.p, "versionNumber"));
    /* the closing transition has the screen of what closed before, under an id of its own */
    struct str screen = STR("\"transitionScreen\":{\"parameters\":{\"screenId\":\"7\"},");
    assert_non_null(strstr(strstr(doc.p, "Close verified"), screen.p));
}

/* With a screen at hand the plan has the loop that carries it; found again, nothing is left. */
static void test_a_loop_carries_our_screen(void **state)
{
    struct gate_plan *plan = ARENA_NEW(arena, struct gate_plan);
    struct jsm_gate_words words = words_of();
    struct jsm_gate_key key = KEY;

    (void)state;
    key.screen_id = words.key.screen_id = STR("10310");
    const struct jsm_workflow *flow = parse_with(read_one(OPEN_FLOW(COMPANY))->doc, &key);
    assert_true(flow->roads.wants_record);
    gate_plan(&flow->roads, plan);
    struct str doc = jsm_workflow_apply(arena, flow, plan, &words);
    assert_non_null(strstr(doc.p, "\"name\":\"Record access check\",\"properties\":{},"
                                  "\"transitionScreen\":{\"parameters\":{\"screenId\":"
                                  "\"10310\"},\"ruleKey\":\"system:transition-screen\"},"
                                  "\"triggers\":[],\"type\":\"GLOBAL\",\"validators\":[]}"));
    const struct jsm_workflow *after = parse_with(doc, &key);
    assert_true(roads_record(&after->roads));
    assert_string_equal(judged(after), judged(parse_doc(apply(flow, NULL))));
    gate_plan(&after->roads, plan);
    assert_true(gate_plan_is_empty(plan));
    assert_str(undo(flow->doc, doc, doc, NULL), flow->doc.p);
    /* without a screen the rest can be judged */
    gate_plan(&flow->roads, plan);
    words.key.screen_id = STR_NONE;
    assert_null(strstr(jsm_workflow_apply(arena, flow, plan, &words).p, "Record access check"));
    /* a team-managed project keeps its screens to itself */
    assert_false(parse_with(read_one(OPEN_FLOW(TEAM))->doc, &key)->roads.wants_record);
}

static void test_in_a_team_managed_project_the_account_is_named(void **state)
{
    struct jsm_workflow *flow = read_one(OPEN_FLOW(TEAM));
    struct str doc = apply(flow, NULL);

    (void)state;
    assert_true(flow->roads.team_managed);
    assert_non_null(strstr(doc.p, "\"accountIds\":\"" ACCOUNT "\""));
    assert_null(strstr(doc.p, "groupIds"));
    assert_null(strstr(judged(parse_doc(doc)), "unguarded"));
}

static void test_an_approval_is_led_into_verifying(void **state)
{
    struct jsm_workflow *flow = read_one(
        REPLY(COMPANY,
              "{'statusReference':'10','properties':{},'approvalConfiguration':{'active':'true',"
              "'transitionApproved':'31','transitionRejected':'32'}}," SHOWN("20", "") "," SHOWN(
                  "21", "") "," SHOWN("11", ""),
              STEP("31", "Approve", "10", "20", "") "," STEP("32", "Decline", "10", "21", "")));
    const struct jsm_workflow *after = parse_doc(apply(flow, NULL));

    (void)state;
    assert_string_equal(judged(after), "32 cancelled, 42 connector_only");
    assert_int_equal(after->roads.roads[0].to, roads_status(&after->roads, STATUS_VERIFY));
}

static void test_undone_to_the_byte(void **state)
{
    struct jsm_workflow *flow = read_one(OPEN_FLOW(COMPANY));
    struct str after = apply(flow, NULL), now;

    (void)state;
    assert_str(undo(flow->doc, after, after, NULL), flow->doc.p);
    assert_str(undo(flow->doc, after, flow->doc, NULL), flow->doc.p);
    /* others renamed what we did not touch: that stays */
    now = replaced(after, "\"name\":\"Start\"", "\"name\":\"Begin\"");
    assert_str(undo(flow->doc, after, now, NULL),
               replaced(flow->doc, "\"name\":\"Start\"", "\"name\":\"Begin\"").p);
    now = replaced(after, "\"description\":\"d\"", "\"description\":\"e\"");
    assert_str(undo(flow->doc, after, now, NULL),
               replaced(flow->doc, "\"description\":\"d\"", "\"description\":\"e\"").p);
    /* they changed what we changed, or use what we added */
    now = replaced(after, "\"name\":\"Resolve\"", "\"name\":\"Finish\"");
    is_guessed = true; /* whose change is it? */
    undo(flow->doc, after, now, "transition 'Finish' was changed by somebody else");
    is_guessed = false;
    now = replaced(after, "\"name\":\"Start\",\"properties\":{},\"toStatusReference\":\"11\"",
                   "\"name\":\"Start\",\"properties\":{},\"toStatusReference\":"
                   "\"0f5b8c0e-0000-4000-8000-000000000001\"");
    undo(flow->doc, after, now, "transition 'Start' uses the status that the gate added");
    undo(flow->doc, STR("{"), after, "");
    /* one of theirs that begins in our status, among others, begins there no more */
    now = replaced(after, "\"links\":[{\"fromPort\":0,\"fromStatusReference\":\"10\"",
                   "\"links\":[{\"fromPort\":0,\"fromStatusReference\":"
                   "\"0f5b8c0e-0000-4000-8000-000000000001\",\"toPort\":1},"
                   "{\"fromPort\":0,\"fromStatusReference\":\"10\"");
    assert_str(undo(flow->doc, after, now, NULL), flow->doc.p);
    now = replaced(after, "\"links\":[{\"fromPort\":0,\"fromStatusReference\":\"10\"",
                   "\"links\":[{\"fromPort\":0,\"fromStatusReference\":"
                   "\"0f5b8c0e-0000-4000-8000-000000000001\"");
    undo(flow->doc, after, now, "transition 'Start' uses the status that the gate added");
}

/* As Jira shows it: rules that came without an id have one. */
static struct str with_ids(struct str doc)
{
    return replaced(doc, "\"groupIds\":\"" GROUP "\"},\"ruleKey\"",
                    "\"groupIds\":\"" GROUP "\"},\"id\":\"ours\",\"ruleKey\"");
}

/* An ordinary edit of a transition that the gate restricts, or has added. */
static void test_what_others_changed_of_ours_is_settled(void **state)
{
    struct jsm_workflow *flow =
        read_one(REPLY(COMPANY, FOUR, CREATE "," STEP("21", "Resolve", "11", "20", ALL(FIELD))));
    struct str after = with_ids(apply(flow, NULL)), now;

    (void)state;
    /* they renamed it: the new name stays, our rule goes */
    now = replaced(after, "\"name\":\"Resolve\"", "\"name\":\"Finish\"");
    assert_str(undo(flow->doc, after, now, NULL),
               replaced(flow->doc, "\"name\":\"Resolve\"", "\"name\":\"Finish\"").p);
    assert_int_equal(undo_notes.len, 0);
    /* they changed its conditions: of these ours alone goes, whatever its id is now */
    now = replaced(after, "\"conditions\":[{\"id\":\"r1\"",
                   "\"conditions\":[{\"id\":\"r0\",\"parameters\":{},\"ruleKey\":\"x\"},{\"id\":"
                   "\"r1\"");
    struct str theirs =
        replaced(flow->doc, "\"conditions\":[{\"id\":\"r1\"",
                 "\"conditions\":[{\"id\":\"r0\",\"parameters\":{},\"ruleKey\":\"x\"},{\"id\":"
                 "\"r1\"");
    assert_str(undo(flow->doc, after, now, NULL), theirs.p);
    now = replaced(now, "\"id\":\"ours\"", "\"id\":\"new\"");
    assert_str(undo(flow->doc, after, now, NULL), theirs.p);
    /* what we added goes whatever they did to it, and that is told */
    now = replaced(after, "\"name\":\"Mark done\"", "\"name\":\"I am done\"");
    assert_str(undo(flow->doc, after, now, NULL), flow->doc.p);
    assert_str(undo_notes, "I am done");
    /* one that they deleted stays deleted */
    struct jsm_workflow *less = read_one(REPLY(COMPANY, FOUR, CREATE));
    assert_null(strstr(undo(flow->doc, after, less->doc, NULL).p, "\"Resolve\""));
}

/* A group that we put around theirs goes with our rule, though they have changed what is in it. */
static void test_a_group_around_theirs_goes_too(void **state)
{
    struct jsm_workflow *flow =
        read_one(REPLY(COMPANY, FOUR, CREATE "," STEP("21", "Resolve", "11", "20", ANY(FIELD))));
    struct str after = with_ids(apply(flow, NULL));

    (void)state;
    assert_str(undo(flow->doc, after, replaced(after, "\"r1\"", "\"r2\""), NULL),
               replaced(flow->doc, "\"r1\"", "\"r2\"").p);
    flow = read_one(REPLY(COMPANY, FOUR, CREATE "," STEP("21", "Resolve", "11", "20", "")));
    after = with_ids(apply(flow, NULL));
    struct str now = replaced(after, "\"id\":\"ours\"", "\"id\":\"new\"");
    assert_str(undo(flow->doc, after, now, NULL), flow->doc.p);
}

/* An approval that closed set the resolution; led to proof it does not. */
static void test_on_the_way_to_proof_nothing_is_resolved(void **state)
{
    struct jsm_workflow *flow = read_one(REPLY(
        COMPANY,
        "{'statusReference':'10','properties':{},'approvalConfiguration':{'active':'true',"
        "'transitionApproved':'31','transitionRejected':'32'}}," SHOWN("20", "") "," SHOWN(
            "21", "") "," SHOWN("11", ""),
        "{'id':'31','name':'Approve','type':'DIRECTED','toStatusReference':'20','links':" FROM(
            "10") ",'actions':[{'ruleKey':'system:update-field','parameters':{'field':"
                  "'resolution','value':'10000'}},{'ruleKey':'x','parameters':{}}],"
                  "'validators':[],'triggers':[],'properties':{}}," STEP("32", "Decline", "10",
                                                                         "21", "")));
    struct str doc = apply(flow, NULL);

    (void)state;
    assert_true(flow->roads.roads[0].resolves);
    const struct jsm_workflow *after = parse_doc(doc);
    assert_false(after->roads.roads[0].resolves);
    assert_non_null(
        strstr(doc.p, "\"actions\":[{\"parameters\":{},\"ruleKey\":\"x\"}],\"id\":\"31\""));
    assert_non_null(strstr(doc.p, "\"field\":\"resolution\"")); /* the closing one does */
    assert_str(undo(flow->doc, doc, doc, NULL), flow->doc.p);
}

/* --- random workflows --- */

enum { RANDOM_FLOWS = 300 };

static void add_conditions(struct buf *b, struct rng *rng)
{
    static const char *const RULES[] = {
        OURS,
        FIELD,
        RESTRICT("'roleIds':'10002'"),
        RESTRICT("'groupIds':'" GROUP ",x'"),
        "{'ruleKey':'system:restrict-from-all-users','parameters':{'restrictMode':'users'}}",
        "{'ruleKey':'forge:expression-condition','parameters':{'config':'{}'},'id':'f'}"};
    size_t count = rng_below(rng, 3);

    if (rng_below(rng, 3) == 0)
        return;
    buf_printf(b, "'conditions':{'operation':'%s','conditions':[",
               rng_below(rng, 2) ? "ALL" : "ANY");
    for (size_t i = 0; i < count; i++)
        buf_printf(b, "%s%s", i ? "," : "", RULES[rng_below(rng, COUNT(RULES))]);
    buf_printf(b, "]%s},",
               rng_below(rng, 4) ? ""
                                 : ",'conditionGroups':[{'operation':'ANY','conditions':[" OURS
                                   "]}]");
}

static struct str random_flow(struct rng *rng)
{
    static const char *const REFS[] = {"10", "11", "12", "20", "21"};
    static const char *const TYPES[] = {"DIRECTED", "DIRECTED", "DIRECTED", "GLOBAL"};
    AUTO(drop_buf) struct buf b;
    size_t count = 1 + rng_below(rng, 12);

    buf_init(&b, (size_t)1 << 20);
    for (size_t i = 0; i < count; i++) {
        const char *type = TYPES[rng_below(rng, COUNT(TYPES))];
        buf_printf(&b, "%s{'id':'%zu','name':'T%zu','type':'%s','toStatusReference':'%s',",
                   i ? "," : "", 11 + 10 * i, i, type, REFS[rng_below(rng, COUNT(REFS))]);
        add_conditions(&b, rng);
        buf_printf(&b, "'links':[");
        for (size_t k = 0; type[0] == 'D' && k <= rng_below(rng, 3); k++)
            buf_printf(&b, "%s{'fromStatusReference':'%s'}", k ? "," : "",
                       REFS[rng_below(rng, COUNT(REFS))]);
        buf_printf(&b, "],'odd-%zu':[%zu]}", i, i);
    }
    bool team = rng_below(rng, 2), verify = rng_below(rng, 2);
    const char *layouts = verify ? FIVE
                                 : SHOWN("20", "") "," SHOWN("10", "") "," SHOWN(
                                       "11", "") "," SHOWN("21", "") "," SHOWN("12", "'a':'b'");
    return arena_printf(arena, REPLY("%s", "%s", "%s"), team ? TEAM : COMPANY, layouts, b.p);
}

/* Applied it gates, applied twice it changes nothing, taken back it is the same bytes. */
static void test_any_workflow_can_be_gated_and_restored(void **state)
{
    struct rng rng;
    size_t gated = 0;

    (void)state;
    rng_seed(&rng, 20260426);
    for (int i = 0; i < RANDOM_FLOWS; i++) {
        struct jsm_workflow *flow = read_one(random_flow(&rng).p);
        size_t blocked;
        struct str after = apply(flow, &blocked);
        struct jsm_workflow *planned = parse_doc(after);
        struct road_report *report = ARENA_NEW(arena, struct road_report);
        roads_judge(&planned->roads, report);
        if (report->open != blocked)
            fail_msg("flow %d: %s", i, judged(planned));
        assert_str(apply(planned, NULL), after.p);
        assert_str(undo(flow->doc, after, after, NULL), flow->doc.p);
        gated += !str_eq(flow->doc, after);
        arena_clear(arena);
    }
    assert_true(gated > RANDOM_FLOWS / 2);
}

/* --- calls --- */

static void test_the_update_is_complete(void **state)
{
    struct jsm_workflow *flow = read_one(OPEN_FLOW(COMPANY));
    struct jsm_call call = jsm_call_workflow_update(arena, flow->doc, flow->version_id, 7,
                                                    STR("12"), STR("11"), false);
    const struct json *body = json_of(call.body.p), *w = json_path(body, "workflows/0");

    (void)state;
    assert_string_equal(call.method, "POST");
    assert_str(call.path, "/rest/api/3/workflows/update");
    assert_int_equal(call.effect, JSM_ONCE);
    assert_int_equal(json_count(json_member(w, "transitions")), 5);
    assert_int_equal(json_count(json_member(w, "statuses")), 4);
    assert_int_equal(json_count(json_member(body, "statuses")), 4);
    assert_null(json_path(body, "statuses/0/scope"));
    assert_null(json_path(w, "statuses/0/deprecated"));
    assert_null(json_member(w, "name"));
    assert_str(json_path_str(w, "version/id"), "v");
    assert_str(json_path_str(w, "defaultStatusMappings/0/newStatusReference"), "11");
    assert_non_null(json_member(w, "x-new"));
    call =
        jsm_call_workflow_update(arena, flow->doc, flow->version_id, 7, STR_NONE, STR_NONE, true);
    body = json_of(call.body.p);
    assert_str(call.path, "/rest/api/3/workflows/update/validation");
    assert_non_null(json_path(body, "payload/workflows/0/id"));
    assert_str(json_path_str(body, "validationOptions/levels/0"), "ERROR");
    assert_int_equal(
        jsm_call_workflow_update(arena, STR("{"), STR("v"), 7, STR_NONE, STR_NONE, false).path.len,
        0);
}

static void test_calls_and_their_answers(void **state)
{
    const struct str pairs[] = {STR("10001"), STR("10039")};
    size_t errors;
    struct str said;

    (void)state;
    assert_str(jsm_call_workflows(arena, pairs, 1).body,
               "{\"projectAndIssueTypes\":[{\"projectId\":\"10001\",\"issueTypeId\":\"10039\"}]}");
    assert_str(jsm_call_workflow(arena, STR("wf")).body, "{\"workflowIds\":[\"wf\"]}");
    said = jsm_workflow_complaints(
        arena,
        json_of("{'errors':[{'code':'A','level':'ERROR','message':'m','elementReference':"
                "{'transitionId':'51'}},{'code':'B','level':'WARNING','message':'n'}]}"),
        &errors);
    assert_str(said, "error A at 51: m\nwarning B: n\n");
    assert_int_equal(errors, 1);
    assert_str(jsm_call_capabilities(arena, STR("1"), STR("2")).path,
               "/rest/api/3/workflows/capabilities?projectId=1&issueTypeId=2");
    assert_true(jsm_rule_is_offered(json_of("{'systemRules':[{'ruleKey':'a'}]}"), "a"));
    assert_false(jsm_rule_is_offered(json_of("{'systemRules':[{'ruleKey':'a'}]}"), "b"));
    assert_str(jsm_call_workflow_usages(arena, STR("wf"), STR_NONE).path,
               "/rest/api/3/workflow/wf/projectUsages?maxResults=50");
    assert_str(jsm_call_workflow_usages(arena, STR("wf"), STR("a=")).path,
               "/rest/api/3/workflow/wf/projectUsages?maxResults=50&nextPageToken=a%3D");
    assert_str(jsm_call_group(arena, STR("our group")).path,
               "/rest/api/3/group/bulk?groupName=our%20group");
    assert_str(jsm_call_group_members(arena, STR("g"), 50).path,
               "/rest/api/3/group/member?groupId=g&maxResults=50&startAt=50");
    assert_str(jsm_call_group_add(arena, STR("g")).body, "{\"name\":\"g\"}");
    assert_str(jsm_call_group_join(arena, STR("g"), STR("a")).body, "{\"accountId\":\"a\"}");
    assert_str(jsm_call_permissions(arena, "A,B", STR("1")).path,
               "/rest/api/3/mypermissions?permissions=A,B&projectId=1");
    assert_true(jsm_has_permission(json_of("{'permissions':{'A':{'havePermission':true}}}"), "A"));
    assert_false(jsm_has_permission(json_of("{'permissions':{}}"), "A"));
    const struct json *statuses = json_of(
        "{'values':[{'id':'1','name':'v','scope':{'type':'PROJECT','project':{'id':'10001'}}},"
        "{'id':'3','name':'V','scope':{'type':'GLOBAL'},'statusCategory':'DONE'},"
        "{'id':'2','name':'V','scope':{'type':'GLOBAL'},'statusCategory':'TODO','description':'d'},"
        "{'id':'5','name':'V','scope':{'type':'PROJECT','project':{'id':'10002'}},"
        "'statusCategory':'DONE'},"
        "{'id':'4','name':'V','scope':{'type':'PROJECT','project':{'id':'10002'}}}]}");
    struct jsm_status found = jsm_status_find(arena, statuses, STR("v"), STR_NONE);
    assert_str(found.id, "2");
    assert_str(found.name, "V");
    assert_str(found.category, "TODO");
    assert_str(found.description, "d");
    /* of a team-managed project its own alone */
    assert_str(jsm_status_find(arena, statuses, STR("v"), STR("10002")).id, "4");
    assert_int_equal(jsm_status_find(arena, statuses, STR("v"), STR("10003")).id.len, 0);
    assert_int_equal(jsm_status_find(arena, json_of("{}"), STR("v"), STR_NONE).id.len, 0);
    assert_str(jsm_call_request_types(arena, STR("IAM"), 50).path,
               "/rest/servicedeskapi/servicedesk/projectKey:IAM/requesttype?start=50&limit=50");
    assert_str(jsm_call_edit_screen(arena, STR("7")).path, "/rest/api/3/issue/7/editmeta");
    assert_str(jsm_call_all_transitions(arena, STR("7")).path,
               "/rest/api/3/issue/7/transitions?includeUnavailableTransitions=true");
    assert_str(jsm_call_statuses(arena, STR("Verifying access"), STR_NONE).path,
               "/rest/api/3/statuses/search?maxResults=50&searchString=Verifying%20access");
    assert_str(jsm_call_statuses(arena, STR("v"), STR("10002")).path,
               "/rest/api/3/statuses/search?maxResults=50&searchString=v&projectId=10002");
    assert_str(jsm_call_all_fields().path, "/rest/api/3/field");
    assert_true(jsm_has_field(json_of("[{'id':'a'},{'id':'b'}]"), STR("b")));
    assert_false(jsm_has_field(json_of("[{'id':'a'}]"), STR("b")));
}

static void test_a_resolution_is_picked(void **state)
{
    (void)state;
    assert_str(jsm_call_resolutions().path, "/rest/api/3/resolution/search?maxResults=50");
    assert_str(jsm_resolution_pick(
                   arena, json_of("{'values':[{'id':'1','name':'Fixed'},{'id':'2','name':'Done'},"
                                  "{'id':'3','name':'X','isDefault':true}]}")),
               "2");
    assert_str(
        jsm_resolution_pick(
            arena,
            json_of(
                "{'values':[{'id':'1','name':'Fixed'},{'id':'3','name':'X','isDefault':true}]}")),
        "3");
    assert_str(
        jsm_resolution_pick(
            arena, json_of("{'values':[{'id':'1','name':'Fixed'},{'id':'4','default':true}]}")),
        "4");
    assert_int_equal(jsm_resolution_pick(arena, json_of("{}")).len, 0);
}

static void test_which_tickets_are_looked_at(void **state)
{
    (void)state;
    struct jsm_call call =
        jsm_call_samples(arena, &(struct jsm_sampling){.project = STR("IAM"),
                                                       .field = STR("customfield_7"),
                                                       .request_type = STR("customfield_9"),
                                                       .status = STR("10105")});
    assert_str(call.path, "/rest/api/3/search/jql");
    assert_non_null(strstr(call.body.p, "AND status = 10105 ORDER BY updated DESC"));
    assert_non_null(strstr(call.body.p, "\"updated\",\"customfield_7\",\"customfield_9\"]"));
    call = jsm_call_samples(arena, &(struct jsm_sampling){.project = STR("IAM"),
                                                          .field = STR("customfield_7"),
                                                          .filled = true});
    assert_non_null(strstr(call.body.p, "AND cf[7] is not EMPTY ORDER BY updated DESC"));
    call = jsm_call_samples(
        arena,
        &(struct jsm_sampling){.project = STR("IAM"), .field = STR("labels"), .filled = true});
    assert_null(strstr(call.body.p, "EMPTY"));
}

/* Who else uses a workflow is named up to a number, and that there are more is said. */
static void test_who_shares_a_workflow_is_read_page_by_page(void **state)
{
    struct str list = STR_NONE, next;
    size_t count = 0;

    (void)state;
    next =
        jsm_usages_page(arena, json_of("{'projects':{'values':[{'id':'1'}],'nextPageToken':'a'}}"),
                        STR("1"), 2, &list, &count);
    assert_str(next, "a"); /* only our own so far */
    assert_int_equal(list.len, 0);
    next = jsm_usages_page(
        arena, json_of("{'projects':{'values':[{'id':'2'},{'id':'3'}],'nextPageToken':'b'}}"),
        STR("1"), 2, &list, &count);
    assert_str(next, "b");
    assert_str(list, "2, 3");
    next = jsm_usages_page(arena,
                           json_of("{'projects':{'values':[{'id':'4'},{'id':'5'},{'id':'6'}],"
                                   "'nextPageToken':'c'}}"),
                           STR("1"), 2, &list, &count);
    assert_int_equal(next.len, 0);
    assert_str(list, "2, 3, and more");
    assert_str(jsm_call_projects(arena, list).path,
               "/rest/api/3/project/search?maxResults=100&id=2&id=3");
    assert_str(jsm_projects_named(arena, json_of("{'values':[{'id':'3','key':'HR'}]}"), list),
               "#2, HR, and more");
    assert_int_equal(jsm_call_projects(arena, STR_NONE).path.len, 0);
}

JSM_UNIT_MAIN(cmocka_unit_test(test_which_tickets_are_looked_at),
              cmocka_unit_test(test_who_shares_a_workflow_is_read_page_by_page),
              cmocka_unit_test(test_who_a_condition_lets_through),
              cmocka_unit_test(test_roads_of_every_kind),
              cmocka_unit_test(test_shapes_we_do_not_know),
              cmocka_unit_test(test_a_status_that_exists_stays_what_it_is),
              cmocka_unit_test(test_a_plan_applied_gates_every_road),
              cmocka_unit_test(test_a_loop_carries_our_screen),
              cmocka_unit_test(test_in_a_team_managed_project_the_account_is_named),
              cmocka_unit_test(test_an_approval_is_led_into_verifying),
              cmocka_unit_test(test_undone_to_the_byte),
              cmocka_unit_test(test_what_others_changed_of_ours_is_settled),
              cmocka_unit_test(test_a_group_around_theirs_goes_too),
              cmocka_unit_test(test_on_the_way_to_proof_nothing_is_resolved),
              cmocka_unit_test(test_any_workflow_can_be_gated_and_restored),
              cmocka_unit_test(test_the_update_is_complete),
              cmocka_unit_test(test_calls_and_their_answers),
              cmocka_unit_test(test_a_resolution_is_picked))
