/* Automation's rules: pages of them, which reach into a project, and what one does about a close.
 */
#include "jsm/jsm_automation.h"

#include "workflow_unit.h"

static struct jsm_workflow flows[JSM_WORKFLOWS_MAX];
static size_t flow_count;
static struct jsm_gate_key key;

static void read_flow(void)
{
    struct err err = {0};

    key = KEY;
    key.proof_id = STR("customfield_7");
    key.demanding = true;
    assert_true(jsm_workflows_read(arena, json_of(REPLY(COMPANY, FIVE, CREATE)), &VIEW, &key, flows,
                                   &flow_count, &err));
}

/* The rule's reason, roads being gated. */
static const char *judged(const char *actor, const char *trigger, const char *components)
{
    struct auto_rule rule;
    struct str text = arena_printf(
        arena, "{'rule':{'uuid':'u-1','name':'N','actor':%s,'trigger':%s,'components':[%s]}}",
        actor, trigger, components);

    read_flow();
    struct jsm_rule_place place = {flows, flow_count, &key};
    assert_true(jsm_rule_read(arena, json_of(text.p), &place, &rule));
    assert_str(rule.id, "u-1");
    assert_str(rule.name, "N");
    return RULE_REASON_NAMES[auto_rule_judge(&rule, false)];
}

#define AS(id) "{'type':'ACCOUNT_ID','actor':'" id "'}"
#define ROBOT AS("557058:f58131cb")
#define DAILY "{'type':'jira.jql.scheduled','value':{'jql':'x'}}"
#define ACT(type, value) "{'component':'ACTION','type':'" type "','value':" value "}"
#define GO(to) ACT("jira.issue.transition", "{'operations':[],'destinationStatus':" to "}")
#define DONE "{'type':'ID','value':'20'}"
#define EDIT(ops) ACT("jira.issue.edit", "{'operations':[" ops "]}")
#define SET(field, value) \
    "{'field':{'type':'ID','value':'" field "'},'type':'SET','value':" value "}"

static void where_it_leads(void **state)
{
    (void)state;
    assert_string_equal(judged(ROBOT, DAILY, GO(DONE)), "held");
    assert_string_equal(judged(ROBOT, DAILY, GO("{'type':'NAME','value':'resolved'}")), "held");
    assert_string_equal(judged(ROBOT, DAILY, GO("{'type':'ID','value':'21'}")), "cancelled");
    assert_string_equal(judged(ROBOT, DAILY, GO("{'type':'ID','value':'11'}")), "aside");
    /* a status of no workflow that tickets of ours follow, though the reply names it */
    assert_string_equal(judged(AS(ACCOUNT), DAILY, GO("{'type':'ID','value':'99'}")), "aside");
    assert_string_equal(judged(AS(ACCOUNT), DAILY, GO("{'type':'ID','value':'77'}")), "aside");
    /* nobody can tell */
    assert_string_equal(judged(AS(ACCOUNT), DAILY, GO("{'type':'SMART','value':'{{x}}'}")),
                        "acts_as_connector");
    assert_string_equal(judged(AS(ACCOUNT), DAILY, GO("null")), "acts_as_connector");
    assert_string_equal(judged(AS(ACCOUNT), DAILY, ACT("sd.approval.approve", "{}")),
                        "acts_as_connector");
    assert_string_equal(judged(ROBOT, DAILY, ACT("jira.issue.outgoing.email", "'20'")), "aside");
}

static void who_goes_there(void **state)
{
    (void)state;
    assert_string_equal(judged(AS(ACCOUNT), DAILY, GO(DONE)), "acts_as_connector");
    assert_string_equal(judged("{'type':'EVENT_INITIATOR'}", DAILY, GO(DONE)), "acts_as_whoever");
    assert_string_equal(judged("null", DAILY, GO(DONE)), "acts_as_whoever");
    assert_string_equal(judged(ROBOT, DAILY,
                               ACT("jira.issue.transition",
                                   "{'ignoreConditions':true,'destinationStatus':" DONE "}")),
                        "ignores_conditions");
}

static void branches_and_values_as_strings_are_read(void **state)
{
    (void)state;
    assert_string_equal(
        judged(
            AS(ACCOUNT), DAILY,
            "{'component':'CONDITION','children':[{'component':'CONDITION_BLOCK','children':[" GO(
                DONE) "]}]}"),
        "acts_as_connector");
    assert_string_equal(
        judged(ROBOT, DAILY,
               ACT("jira.issue.transition", "'{\\'destinationStatus\\':{\\'value\\':\\'20\\'}}'")),
        "held");
}

/* Deeper than anybody looks: then nobody can tell. */
static void what_is_too_deep_may_lead_anywhere(void **state)
{
    struct jsm_rule_place place = {NULL, 0, &KEY};
    struct str part = STR(GO("{'value':'11'}"));
    const struct json *body;
    struct auto_rule rule;
    struct err err = {0};

    (void)state;
    for (int i = 0; i < 20; i++)
        part = arena_printf(arena, "{'component':'BRANCH','children':[%.*s]}", STR_ARG(part));
    part = arena_printf(arena, "{'rule':{'components':[%.*s]}}", STR_ARG(part));
    char *text = arena_alloc(arena, part.len);
    for (size_t i = 0; i < part.len; i++)
        text[i] = part.p[i] == '\'' ? '"' : part.p[i];
    assert_true(json_parse_deep(arena, str_n(text, part.len), 128, &body, &err));
    assert_true(jsm_rule_read(arena, body, &place, &rule));
    assert_true(rule.wanders);
}

static void what_it_writes(void **state)
{
    (void)state;
    assert_string_equal(judged(ROBOT, DAILY, EDIT(SET("resolution", "{'value':'10000'}"))),
                        "sets_resolution");
    assert_string_equal(judged(ROBOT, DAILY, EDIT(SET("resolution", "null"))), "aside");
    assert_string_equal(judged(ROBOT, DAILY, EDIT("{'fieldId':'resolution','value':'1'}")),
                        "sets_resolution");
    assert_string_equal(judged(ROBOT, DAILY, EDIT(SET("summary", "'x'"))), "aside");
    assert_string_equal(judged(ROBOT, DAILY, EDIT(SET("customfield_7", "'x'"))), "writes_lock");
    assert_string_equal(
        judged(ROBOT, DAILY,
               ACT("jira.issue.edit", "{'advancedFields':'{\\'fields\\':{\\'resolution\\':1}}'}")),
        "sets_resolution");
    assert_string_equal(judged(ROBOT, DAILY,
                               ACT("jira.issue.edit",
                                   "{'advancedFields':'{\\'fields\\':{\\'customfield_7\\':1}}'}")),
                        "writes_lock");
    assert_string_equal(judged(ROBOT, DAILY,
                               ACT("jira.issue.edit",
                                   "{'advancedFields':'{\\'fields\\':{\\'access_Proof\\':1}}'}")),
                        "writes_lock");
    assert_string_equal(judged(ROBOT, DAILY, EDIT(SET("Access proof", "'x'"))), "writes_lock");
    assert_string_equal(judged(ROBOT, DAILY, EDIT(SET("Access approver", "'x'"))), "aside");
}

#define ON(to) "{'type':'jira.issue.event.trigger:transitioned','value':{'toStatus':[" to "]}}"

static void what_only_follows_a_close(void **state)
{
    const char *resolves = EDIT(SET("resolution", "{'value':'10000'}"));

    (void)state;
    assert_string_equal(judged(ROBOT, ON(DONE), resolves), "done_already");
    assert_string_equal(judged(ROBOT, ON(DONE ",{'value':'12'}"), resolves), "sets_resolution");
    /* 77: of no ticket of ours */
    assert_string_equal(judged(ROBOT, ON(DONE ",{'value':'77'}"), resolves), "done_already");
    assert_string_equal(judged(ROBOT, ON(DONE ",{'type':'SMART'}"), resolves), "sets_resolution");
    assert_string_equal(judged(ROBOT, ON(""), resolves), "sets_resolution");
}

/* What a page says of the next: "?…", "" for none, "!" for what nobody understands. */
static const char *next_of(const char *page)
{
    struct str next;

    if (!jsm_rules_next(json_of(page), &next)) {
        assert_int_equal(next.len, 0);
        return "!";
    }
    return arena_str(arena, next).p;
}

static void the_end_of_the_list_is_told_from_what_nobody_understands(void **state)
{
    (void)state;
    assert_string_equal(next_of("{'links':{'next':'https://x.y/z?cursor=1'}}"), "?cursor=1");
    assert_string_equal(next_of("{'links':{'next':null}}"), "");
    assert_string_equal(next_of("{'links':{'self':'?a=b'}}"), "");
    assert_string_equal(next_of("{'links':{'next':''}}"), "");
    assert_string_equal(next_of("{'links':null}"), "");
    assert_string_equal(next_of("{}"), "");
    assert_string_equal(next_of("{'links':{'next':'?a b'}}"), "!");
    assert_string_equal(next_of("{'links':{'next':'?cursor=a,b'}}"), "!");
    assert_string_equal(next_of("{'links':{'next':'cursor=abc'}}"), "!");
    assert_string_equal(next_of("{'links':{'next':{'href':'?cursor=1'}}}"), "!");
    assert_string_equal(next_of("{'links':[{'next':'?cursor=1'}]}"), "!");
    assert_string_equal(next_of(arena_printf(arena, "{'links':{'next':'?%03000d'}}", 1).p), "!");
}

static void pages(void **state)
{
    struct str ids[JSM_RULES_MAX], next;
    size_t count = 0, all = 0;
    const struct json *page = json_of(
        "{'links':{'next':'?cursor=bbb%3D&limit=100'},'data':["
        "{'uuid':'a','state':'ENABLED','ruleScopeARIs':['ari:cloud:jira:c:project/10002']},"
        "{'uuid':'b','state':'DISABLED','ruleScopeARIs':['ari:cloud:jira:c:project/10002']},"
        "{'uuid':'c','state':'ENABLED','ruleScopeARIs':['ari:cloud:jira:c:project/100']},"
        "{'uuid':'d','state':'ENABLED','ruleScopeARIs':['ari:cloud:jira::site/c']},"
        "{'uuid':'e','state':'ENABLED'},{'state':'ENABLED'},{'uuid':'../f'},{'uuid':7},"
        "{'state':'DISABLED'}]}");

    (void)state;
    assert_true(jsm_rules_page(page, STR("10002"), ids, &count, &all));
    assert_int_equal(count, 3);
    assert_int_equal(all, 6); /* three that nobody can ask for are counted */
    assert_str(ids[0], "a");
    assert_str(ids[1], "d");
    assert_str(ids[2], "e");
    count = JSM_RULES_MAX;
    assert_true(jsm_rules_page(page, STR("10002"), ids, &count, &all));
    assert_int_equal(count, JSM_RULES_MAX);
    assert_int_equal(all, 12);
    assert_true(jsm_rules_page(json_of("{'data':[]}"), STR("10002"), ids, &count, &all));
    assert_false(jsm_rules_page(json_of("{}"), STR("10002"), ids, &count, &all));
    assert_false(jsm_rules_page(json_of("{'data':{'a':1}}"), STR("10002"), ids, &count, &all));
    assert_true(jsm_rules_next(page, &next));
    assert_str(next, "?cursor=bbb%3D&limit=100");
    assert_str(jsm_call_rules(arena, STR("c-1"), next).path,
               "/gateway/api/automation/public/jira/c-1/rest/v1/rule/"
               "summary?cursor=bbb%3D&limit=100");
}

static void calls(void **state)
{
    (void)state;
    assert_str(jsm_call_tenant().path, "/_edge/tenant_info");
    assert_str(jsm_call_rules(arena, STR("c-1"), STR_NONE).path,
               "/gateway/api/automation/public/jira/c-1/rest/v1/rule/summary?limit=100");
    assert_str(jsm_call_rule(arena, STR("c-1"), STR("0192e5ac-0e25")).path,
               "/gateway/api/automation/public/jira/c-1/rest/v1/rule/0192e5ac-0e25");
    assert_int_equal(jsm_call_rule(arena, STR("c-1"), STR("../x")).path.len, 0);
    assert_true(jsm_route_is_aside(JSM_ROUTE_RULE) && !jsm_route_is_aside(JSM_ROUTE_MYSELF));
}

static void what_is_no_rule_is_not_taken_for_one(void **state)
{
    struct jsm_rule_place place = {NULL, 0, &KEY};
    struct auto_rule rule;

    (void)state;
    assert_false(jsm_rule_read(arena, json_of("{'rule':{'name':'x'}}"), &place, &rule));
    assert_false(jsm_rule_read(arena, json_of("{}"), &place, &rule));
}

JSM_UNIT_MAIN(cmocka_unit_test(where_it_leads), cmocka_unit_test(who_goes_there),
              cmocka_unit_test(branches_and_values_as_strings_are_read),
              cmocka_unit_test(what_is_too_deep_may_lead_anywhere),
              cmocka_unit_test(what_it_writes), cmocka_unit_test(what_only_follows_a_close),
              cmocka_unit_test(the_end_of_the_list_is_told_from_what_nobody_understands),
              cmocka_unit_test(pages), cmocka_unit_test(calls),
              cmocka_unit_test(what_is_no_rule_is_not_taken_for_one))
