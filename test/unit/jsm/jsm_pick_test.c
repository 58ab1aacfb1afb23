/* Which transition leads where we want. */
#include "jsm/jsm_pick.h"

#include "jsm_unit.h"

static const struct jsm_status_role NAMED[] = {{{"Verifying access", 16}, STATUS_VERIFY},
                                               {{"Resolved", 8}, STATUS_DONE},
                                               {{"Cancelled", 9}, STATUS_CANCELLED}};
static const struct jsm_view WITH_NAMES = {.statuses = NAMED, .status_count = COUNT(NAMED)};
static const struct jsm_view WITHOUT_NAMES = {0};

#define TO(id, name, category) \
    "{'id':'" id "','to':{'name':'" name "','statusCategory':{'key':'" category "'}}"

static struct jsm_pick pick(const char *transitions, const struct jsm_view *view,
                            enum status_role wanted, const char *current)
{
    struct jsm_pick p;
    jsm_pick(arena, json_of(transitions), view, wanted, str_of(current), &p);
    return p;
}

static void the_mapped_done_and_no_other(void **state)
{
    const char *all = "{'transitions':[" TO("81", "Cancelled", "done") "}," TO(
        "82", "Declined", "done") "}," TO("51", "Resolved", "done") "}]}";
    const char *no_road = "{'transitions':[" TO("82", "Declined", "done") "}]}";
    (void)state;

    struct jsm_pick p = pick(all, &WITH_NAMES, STATUS_DONE, "Verifying access");
    assert_str(p.transition_id, "51");
    assert_int_equal(p.leads_to, STATUS_DONE);
    /* Declined is of the Done category and nobody said what it is: not a way to close */
    assert_int_equal(pick(no_road, &WITH_NAMES, STATUS_DONE, "x").transition_id.len, 0);
    /* nor is it a way to cancel: the same status, read on a ticket, is done and must be proven */
    assert_int_equal(pick(no_road, &WITH_NAMES, STATUS_CANCELLED, "x").transition_id.len, 0);
    assert_str(pick(all, &WITH_NAMES, STATUS_CANCELLED, "x").transition_id, "81");
    /* a mapping that names no done leaves the category to say it */
    assert_str(pick(no_road, &WITHOUT_NAMES, STATUS_DONE, "x").transition_id, "82");
}

static void by_way_of_verifying(void **state)
{
    const char *open = "{'transitions':[" TO("21", "Verifying access", "indeterminate") "}]}";
    (void)state;

    struct jsm_pick p = pick(open, &WITH_NAMES, STATUS_DONE, "In progress");
    assert_str(p.transition_id, "21");
    assert_int_equal(p.leads_to, STATUS_VERIFY);
    /* a loop is no road */
    assert_int_equal(pick(open, &WITH_NAMES, STATUS_DONE, "Verifying access").transition_id.len, 0);
}

static void back_to_work_not_to_the_queue(void **state)
{
    const char *back = "{'transitions':[" TO("31", "Waiting for support", "new") "}," TO(
        "61", "In progress", "indeterminate") "}]}";
    (void)state;

    assert_str(pick(back, &WITH_NAMES, STATUS_OPEN, "Verifying access").transition_id, "61");
}

/* Agents' buttons are offered to us, too, and demand what nobody fills: ours is the restricted one.
 */
static void the_road_of_our_own_among_those_of_agents(void **state)
{
    struct jsm_view view = WITH_NAMES;
    const char *work = "{'transitions':[" TO("51", "Resolved", "done") "}," TO(
        "21", "Verifying access", "indeterminate") "}]}";
    const char *verifying = "{'transitions':[" TO("51", "Resolved", "done") ",'isGlobal':true}," TO(
        "52", "Resolved",
        "done") ",'isConditional':true}," TO("61", "Resolved",
                                             "done") ",'name':"
                                                     "'Close verified "
                                                     "(access)','isConditional':true}," TO(
                                                         "53", "Resolved", "done") "}]}";
    (void)state;

    assert_str(pick(work, &view, STATUS_DONE, "In progress").transition_id, "51");
    assert_str(pick(verifying, &view, STATUS_DONE, "Verifying access").transition_id, "51");
    view.demanded = true;
    assert_str(pick(work, &view, STATUS_DONE, "In progress").transition_id, "21");
    assert_str(pick(work, &view, STATUS_DONE, "Verifying access").transition_id, "51");
    assert_str(pick(verifying, &view, STATUS_DONE, "Verifying access").transition_id, "61");
}

/* What the gate has installed is known by its number, whatever people call it and theirs. */
static void what_is_ours_whatever_its_name(void **state)
{
    struct jsm_view view = WITH_NAMES;
    const char *offered =
        "{'transitions':[{'id':'5','name':'Close verified','isConditional':true,'to':{'name':"
        "'Resolved','statusCategory':{'key':'done'}}}," TO("51", "Resolved", "done") "}]}";
    const char *renamed =
        "{'transitions':[{'id':'21','to':{'id':'10101','name':'Proving','statusCategory':{'key':"
        "'indeterminate'}}},{'id':'31','to':{'id':'3','name':'In progress','statusCategory':"
        "{'key':'indeterminate'}}}]}";

    (void)state;
    assert_str(pick(offered, &view, STATUS_DONE, "Verifying access").transition_id, "5");
    view.own_roads = STR("41,51");
    assert_str(pick(offered, &view, STATUS_DONE, "Verifying access").transition_id, "51");
    view.demanded = true;
    assert_str(pick(offered, &view, STATUS_DONE, "Verifying access").transition_id, "51");
    view.demanded = false;
    assert_int_equal(pick(renamed, &view, STATUS_VERIFY, "x").transition_id.len, 0);
    view.own_statuses = STR("10100,10101");
    assert_str(pick(renamed, &view, STATUS_VERIFY, "x").transition_id, "21");
    assert_str(pick(renamed, &view, STATUS_OPEN, "x").transition_id, "31");
}

static void screens(void **state)
{
    const char *resolution = "{'transitions':[" TO(
        "51", "Resolved", "done") ",'fields':{'resolution':{'required':true},"
                                  "'summary':{'required':true,'hasDefaultValue':true},'comment':{'"
                                  "required':false}}}]}";
    const char *more = "{'transitions':[" TO(
        "51", "Resolved", "done") ",'fields':{'customfield_7':{'required':true}}}]}";
    const char *two = "{'transitions':[" TO(
        "51", "Resolved",
        "done") ",'fields':{'customfield_7':{'required':true}}}," TO("52", "Resolved",
                                                                     "done") "}]}";
    (void)state;

    struct jsm_pick p = pick(resolution, &WITH_NAMES, STATUS_DONE, "x");
    assert_str(p.transition_id, "51");
    assert_str(p.fields, "{\"resolution\":{\"name\":\"Done\"}}");
    p = pick(more, &WITH_NAMES, STATUS_DONE, "x");
    assert_int_equal(p.transition_id.len, 0);
    assert_str(p.needs, "customfield_7");
    p = pick(two, &WITH_NAMES, STATUS_DONE, "x");
    assert_str(p.transition_id, "52");
    assert_int_equal(p.needs.len, 0);
    assert_str(p.fields, "");
}

static void what_is_not_available(void **state)
{
    const char *hidden = "{'transitions':[" TO("51", "Resolved", "done") ",'isAvailable':false}]}";
    (void)state;

    assert_int_equal(pick(hidden, &WITH_NAMES, STATUS_DONE, "x").transition_id.len, 0);
    assert_int_equal(pick("{}", &WITH_NAMES, STATUS_DONE, "x").transition_id.len, 0);
    assert_int_equal(pick("[]", &WITH_NAMES, STATUS_OPEN, "x").transition_id.len, 0);
}

static struct jsm_pick away(const char *transitions, const struct jsm_view *view)
{
    struct jsm_pick p;
    jsm_pick_away(arena, json_of(transitions), view, &p);
    return p;
}

static void away_is_never_by_a_road_that_means_verified(void **state)
{
    static const struct jsm_status_role DECLINING[] = {{{"Resolved", 8}, STATUS_DONE},
                                                       {{"Declined", 8}, STATUS_DECLINED}};
    const struct jsm_view declining = {.statuses = DECLINING, .status_count = 2};
    const char *all =
        "{'transitions':[" TO("51", "Resolved", "done") "}," TO("83", "Withdrawn", "done") "}," TO(
            "82", "Declined", "done") "}," TO("81", "Cancelled", "done") "}]}";
    const char *verified = "{'transitions':[" TO("51", "Resolved", "done") "}," TO(
        "21", "Verifying access", "indeterminate") "}]}";
    (void)state;

    assert_str(away(all, &WITH_NAMES).transition_id, "81");
    assert_int_equal(away(all, &WITH_NAMES).leads_to, STATUS_CANCELLED);
    assert_str(away(all, &declining).transition_id, "82"); /* nothing is called cancelled */
    assert_int_equal(away(all, &declining).leads_to, STATUS_DECLINED);
    /* one of the Done category that is not called anything, where done has a name */
    assert_str(away("{'transitions':[" TO("51", "Resolved", "done") "}," TO("83", "Withdrawn",
                                                                            "done") "}]}",
                    &WITH_NAMES)
                   .transition_id,
               "83");
    assert_int_equal(away(verified, &WITH_NAMES).transition_id.len, 0);
    assert_int_equal(away(all, &WITHOUT_NAMES).transition_id.len, 0); /* any may mean verified */
    assert_int_equal(
        away("{'transitions':[" TO("81", "Cancelled", "done") ",'isAvailable':false}]}",
             &WITH_NAMES)
            .transition_id.len,
        0);
}

static void away_with_what_the_screen_wants(void **state)
{
    const char *resolutions = "{'transitions':[" TO(
        "81", "Cancelled",
        "done") ",'fields':{'resolution':{'required':true,'allowedValues':["
                "{'name':'Done'},{'name':'Won\\u0027t Do'},{'name':'Duplicate'}]}}}]}";
    const char *odd = "{'transitions':[" TO(
        "81", "Cancelled",
        "done") ",'fields':{'resolution':{'allowedValues':[{'name':'Erledigt'}]}}}]}";
    const char *more = "{'transitions':[" TO(
        "81", "Cancelled", "done") ",'fields':{'customfield_7':{'required':true}}}]}";
    (void)state;

    assert_str(away(resolutions, &WITH_NAMES).fields, "{\"resolution\":{\"name\":\"Duplicate\"}}");
    assert_str(away(odd, &WITH_NAMES).fields, "{\"resolution\":{\"name\":\"Erledigt\"}}");
    assert_int_equal(away(more, &WITH_NAMES).transition_id.len, 0);
    assert_str(away(more, &WITH_NAMES).needs, "customfield_7");
}

static void a_loop_that_carries_our_fields(void **state)
{
    static const struct str BOTH[] = {STR("cf1"), STR("cf2")};
    const struct json *t =
        json_of("{'transitions':["
                "{'id':'1','isAvailable':false,'isLooped':true,'fields':{'cf1':{},'cf2':{}}},"
                "{'id':'2','isAvailable':true,'isLooped':false,'fields':{'cf1':{},'cf2':{}}},"
                "{'id':'3','isAvailable':true,'isLooped':true,'fields':{'cf1':{}}},"
                "{'id':'4','isLooped':true,'fields':{'cf1':{},'cf2':{},'x':{'required':true}}},"
                "{'id':'5','looped':true,'fields':{'cf1':{'required':true},'cf2':{},"
                "'y':{'required':true,'hasDefaultValue':true}}}]}");

    (void)state;
    assert_str(jsm_pick_loop(arena, t, BOTH, 2), "5");
    assert_str(jsm_pick_loop(arena, t, BOTH, 1), "3");
    assert_int_equal(jsm_pick_loop(arena, json_of("{}"), BOTH, 2).len, 0);
}

JSM_UNIT_MAIN(cmocka_unit_test(a_loop_that_carries_our_fields),
              cmocka_unit_test(away_is_never_by_a_road_that_means_verified),
              cmocka_unit_test(away_with_what_the_screen_wants),
              cmocka_unit_test(the_mapped_done_and_no_other),
              cmocka_unit_test(the_road_of_our_own_among_those_of_agents),
              cmocka_unit_test(by_way_of_verifying),
              cmocka_unit_test(back_to_work_not_to_the_queue),
              cmocka_unit_test(what_is_ours_whatever_its_name), cmocka_unit_test(screens),
              cmocka_unit_test(what_is_not_available))
