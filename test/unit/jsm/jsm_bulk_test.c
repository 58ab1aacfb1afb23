/* Many tickets read by one call, and moved by one. */
#include "jsm/jsm_bulk.h"

#include "jsm_unit.h"

static const struct str IDS[] = {{"10001", 5}, {"10002", 5}, {"10003", 5}};

static void tickets_are_read_as_one_by_one(void **state)
{
    struct jsm_call c = jsm_call_issues(arena, IDS, 2, STR("summary,status"));
    (void)state;

    assert_str(c.path, "/rest/api/3/issue/bulkfetch");
    assert_int_equal(c.effect, JSM_READ);
    assert_int_equal(c.lane, LANE_GATE);
    assert_str(c.body,
               "{\"issueIdsOrKeys\":[\"10001\",\"10002\"],\"fields\":[\"summary\",\"status\"],"
               "\"expand\":[\"changelog\"],\"properties\":[\"gar.bind\",\"countersign.state\"]}");
    c = jsm_call_issues(arena, IDS, 1, STR_NONE);
    assert_str(c.body,
               "{\"issueIdsOrKeys\":[\"10001\"],\"fields\":[\"*all\"],"
               "\"expand\":[\"changelog\"],\"properties\":[\"gar.bind\",\"countersign.state\"]}");
}

static void what_they_share_is_told_workflow_by_workflow(void **state)
{
    struct str bad[] = {STR("10001"), STR("1&x=2")};
    struct jsm_call c = jsm_call_bulk_offer(arena, IDS, 3);
    const struct json *offer =
        json_of("{'availableTransitions':[{'issues':['IAM-1','IAM-2'],'transitions':"
                "[{'transitionId':71},{'transitionId':'81'}]},{'issues':['OPS-1'],"
                "'transitions':[]}]}");
    (void)state;

    assert_str(c.path, "/rest/api/3/bulk/issues/transition?issueIdsOrKeys=10001,10002,10003");
    assert_int_equal(c.effect, JSM_READ);
    assert_int_equal(jsm_call_bulk_offer(arena, bad, 2).path.len, 0);
    assert_int_equal(jsm_call_bulk_offer(arena, IDS, 0).path.len, 0);
    assert_int_equal(jsm_bulk_workflow(offer, STR("IAM-2")), 0);
    assert_int_equal(jsm_bulk_workflow(offer, STR("OPS-1")), 1);
    assert_int_equal(jsm_bulk_workflow(offer, STR("OPS-2")), JSM_BULK_WORKFLOWS_MAX);
    assert_int_equal(jsm_bulk_workflow(offer, STR_NONE), JSM_BULK_WORKFLOWS_MAX);
    assert_true(jsm_bulk_offers(offer, 0, STR("71")) && jsm_bulk_offers(offer, 0, STR("81")));
    assert_false(jsm_bulk_offers(offer, 0, STR("7")));
    assert_false(jsm_bulk_offers(offer, 0, STR_NONE));
    assert_false(jsm_bulk_offers(offer, 1, STR("71")));
    assert_false(jsm_bulk_offers(offer, 5, STR("71")));
}

/* Whoever has moved a ticket meanwhile must not see it moved on: only from where it was read. */
static void a_road_from_everywhere_is_not_taken_in_bulk(void **state)
{
    const struct json *offered =
        json_of("{'transitions':[{'id':'71','isGlobal':false},{'id':'11','isGlobal':true},"
                "{'id':'12'}]}");
    (void)state;

    assert_true(jsm_bulk_is_bound(offered, STR("71")));
    assert_false(jsm_bulk_is_bound(offered, STR("11")));
    assert_false(jsm_bulk_is_bound(offered, STR("12"))); /* Jira does not say */
    assert_false(jsm_bulk_is_bound(offered, STR("13")));
}

static void each_workflow_goes_its_road(void **state)
{
    struct str roads[JSM_BULK_WORKFLOWS_MAX] = {[0] = STR("71"), [2] = STR("31")};
    struct jsm_bulk_move moves[] = {{IDS[0], 0}, {IDS[1], 2}, {IDS[2], 0}};
    struct jsm_call c = jsm_call_bulk_move(arena, moves, 3, roads);
    (void)state;

    assert_string_equal(c.method, "POST");
    assert_int_equal(c.effect, JSM_ONCE);
    assert_str(c.body, "{\"bulkTransitionInputs\":[{\"selectedIssueIdsOrKeys\":[\"10001\",\"10003\""
                       "],\"transitionId\":\"71\"},{\"selectedIssueIdsOrKeys\":[\"10002\"],"
                       "\"transitionId\":\"31\"}],\"sendBulkNotification\":false}");
    assert_str(jsm_bulk_task(json_of("{'taskId':'10641'}")), "10641");
    assert_int_equal(jsm_bulk_task(json_of("{'taskId':'../1'}")).len, 0);
    assert_int_equal(jsm_bulk_task(NULL).len, 0);
}

static void the_task_tells_of_each(void **state)
{
    const struct json *p =
        json_of("{'status':'COMPLETE','processedAccessibleIssues':[10001],"
                "'failedAccessibleIssues':{'10002':['It is not valid.'],'10004':[]}}");
    struct str why;
    (void)state;

    assert_str(jsm_call_bulk_progress(arena, STR("10641")).path, "/rest/api/3/bulk/queue/10641");
    assert_int_equal(jsm_call_bulk_progress(arena, STR("x")).path.len, 0);
    assert_int_equal(jsm_bulk_stands(p), BULK_COMPLETE);
    assert_int_equal(jsm_bulk_stands(json_of("{'status':'DEAD'}")), BULK_BROKEN);
    assert_int_equal(jsm_bulk_stands(json_of("{'status':'FAILED'}")), BULK_BROKEN);
    assert_int_equal(jsm_bulk_stands(json_of("{'status':'CANCELLED'}")), BULK_BROKEN);
    assert_int_equal(jsm_bulk_stands(json_of("{'status':'CANCEL_REQUESTED'}")), BULK_RUNS);
    assert_int_equal(jsm_bulk_stands(json_of("{'status':'ENQUEUED'}")), BULK_RUNS);
    assert_int_equal(jsm_bulk_says(p, STR("10001"), &why), BULK_SAYS_MOVED);
    assert_int_equal(jsm_bulk_says(p, STR("10002"), &why), BULK_SAYS_FAILED);
    assert_str(why, "It is not valid.");
    assert_int_equal(jsm_bulk_says(p, STR("10004"), &why), BULK_SAYS_FAILED);
    assert_int_equal(jsm_bulk_says(p, STR("10003"), &why), BULK_SAYS_NOTHING);
    assert_int_equal(why.len, 0);
}

JSM_UNIT_MAIN(cmocka_unit_test(tickets_are_read_as_one_by_one),
              cmocka_unit_test(what_they_share_is_told_workflow_by_workflow),
              cmocka_unit_test(a_road_from_everywhere_is_not_taken_in_bulk),
              cmocka_unit_test(each_workflow_goes_its_road),
              cmocka_unit_test(the_task_tells_of_each))
