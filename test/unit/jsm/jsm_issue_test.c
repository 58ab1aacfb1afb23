/* Jira's JSON into our structs: tolerant of what we do not know, never guessing what we need. */
#include "jsm/jsm_issue.h"

#include "jsm_unit.h"

static const struct jsm_status_role NAMED[] = {{{"Verifying access", 16}, STATUS_VERIFY},
                                               {{"Cancelled", 9}, STATUS_CANCELLED}};
static const struct jsm_view VIEW = {
    .our_account = {"us", 2}, .statuses = NAMED, .status_count = COUNT(NAMED)};

#define STATUS(name, category) \
    "'status':{'name':'" name "','statusCategory':{'key':'" category "'}}"
#define MOVE(id, who)                                                                     \
    "{'id':'" id "','created':'2026-11-18T11:00:00.000+0000','author':{'accountId':'" who \
    "'},'items':[{'field':'status','fieldId':'status'}]}"
#define UPDATED "'updated':'2026-11-18T12:06:40.250+0100'"

static struct ticket read_issue(const char *text)
{
    struct ticket t;
    struct err err = {0};
    if (!jsm_issue_read(arena, json_of(text), &VIEW, &t, &err))
        fail_msg("%s", err.what);
    return t;
}

static void an_issue(void **state)
{
    (void)state;
    struct ticket t =
        read_issue("{'id':'10042','key':'IAM-1','news':{'of':['tomorrow']},'fields':{" STATUS(
            "Verifying access",
            "indeterminate") "," UPDATED
                             ",'labels':['x','gar-77'],'creator':{'accountId':'them'},'resolution':"
                             "null},'changelog':{'histories':[" MOVE("100", "them") "," MOVE(
                                 "9", "us") "," MOVE("99", "us") ","
                                                                 "{'id':'500','items':[{'fieldId':'"
                                                                 "labels'}]}]}}");
    assert_int_equal(t.presence, TICKET_HERE);
    assert_str(t.issue_id, "10042");
    assert_int_equal(t.role, STATUS_VERIFY);
    assert_int_equal(t.category, CATEGORY_INDETERMINATE);
    assert_int_equal(t.updated_ms, 1795000000250);
    assert_str(t.marker, "gar-77");
    assert_str(t.cycle, "100"); /* as a number, whatever the order: 100 is newer than 99 */
    assert_false(t.moved_by_us);
    assert_int_equal(t.cycle_at_ms, 1794999600000);
    assert_false(t.resolution_set);
}

static void who_moved_it(void **state)
{
    (void)state;
    struct ticket ours = read_issue("{'id':1,'fields':{" STATUS(
        "Resolved", "done") "," UPDATED "},'changelog':{'histories':[" MOVE("7", "us") "]}}");
    assert_true(ours.moved_by_us);
    assert_int_equal(ours.role, STATUS_DONE); /* not named: the category says it */
    struct ticket never = read_issue(
        "{'id':1,'fields':{" STATUS("Open", "new") "," UPDATED ",'creator':{'accountId':'us'}}}");
    assert_str(never.cycle, "0");
    assert_false(never.moved_by_us);
    struct ticket cancelled =
        read_issue("{'id':1,'fields':{" STATUS("Cancelled", "done") "," UPDATED "}}");
    assert_int_equal(cancelled.role, STATUS_CANCELLED);
}

static void what_is_missing_fails_the_read(void **state)
{
    static const char *const BAD[] = {
        "{}",
        "[]",
        "{'fields':{" STATUS("a", "new") "," UPDATED "}}",
        "{'id':'1','fields':{" UPDATED "}}",
        "{'id':'1','fields':{" STATUS("a", "purple") "," UPDATED "}}",
        "{'id':'1','fields':{" STATUS("", "new") "," UPDATED "}}",
        "{'id':'1','fields':{" STATUS("a", "new") "}}",
        "{'id':'1','fields':{" STATUS("a", "new") ",'updated':'yesterday'}}",
        "{'id':'1','fields':{" STATUS("a", "new") ",'updated':17}}",
        "{'id':1.5,'fields':{" STATUS("a", "new") "," UPDATED "}}",
    };
    struct ticket t;
    struct err err;
    (void)state;

    for (size_t i = 0; i < COUNT(BAD); i++)
        if (jsm_issue_read(arena, json_of(BAD[i]), &VIEW, &t, &err))
            fail_msg("taken: %s", BAD[i]);
}

static void a_long_changelog(void **state)
{
    int64_t next;
    struct err err;
    (void)state;

    assert_true(jsm_issue_changelog_is_cut(
        json_of("{'changelog':{'total':3,'maxResults':1,'histories':[{}]}}")));
    assert_false(jsm_issue_changelog_is_cut(
        json_of("{'changelog':{'total':1,'maxResults':1,'histories':[{}]}}")));
    assert_false(jsm_issue_changelog_is_cut(json_of("{}")));
    struct ticket t = {.cycle = STR("100")};
    assert_true(jsm_issue_changelog_page(arena,
                                         json_of("{'startAt':0,'isLast':false,'values':[" MOVE(
                                             "7", "us") "," MOVE("200", "us") "]}"),
                                         &VIEW, &t, &next, &err));
    assert_int_equal(next, 2);
    assert_str(t.cycle, "200");
    assert_true(jsm_issue_changelog_page(
        arena, json_of("{'startAt':2,'isLast':true,'values':[" MOVE("300", "x") "]}"), &VIEW, &t,
        &next, &err));
    assert_int_equal(next, 0);
    assert_str(t.cycle, "300");
    assert_true(jsm_issue_changelog_page(arena, json_of("{'startAt':3,'isLast':false,'values':[]}"),
                                         &VIEW, &t, &next, &err));
    assert_int_equal(next, 0); /* an empty page ends the walk, whatever it says */
    assert_false(jsm_issue_changelog_page(arena, json_of("{'startAt':3}"), &VIEW, &t, &next, &err));
}

static void approvals(void **state)
{
    struct ticket t = {0};
    (void)state;

    jsm_approvals_read(json_of("{'values':[]}"), &t);
    assert_int_equal(t.approval, APPROVAL_NONE);
    jsm_approvals_read(
        json_of("{'values':[{'finalDecision':'pending','approvers':[{'approverDecision':'pending',"
                "'approver':{'accountId':'a'}}]}]}"),
        &t);
    assert_int_equal(t.approval, APPROVAL_PENDING);
    jsm_approvals_read(json_of("{'values':[{'finalDecision':'approved',"
                               "'completedDate':{'epochMillis':1767225600000},'approvers':["
                               "{'approverDecision':'pending','approver':{'accountId':'x'}},"
                               "{'approverDecision':'approved','approver':{'accountId':'a','"
                               "emailAddress':'a@b'}}]}]}"),
                       &t);
    assert_int_equal(t.approval, APPROVAL_APPROVED);
    assert_int_equal(t.approved_at_ms, 1767225600000);
    assert_str(t.approver, "a@b");
    jsm_approvals_read(
        json_of(
            "{'values':[{'finalDecision':'declined','approvers':[{'approverDecision':'declined',"
            "'approver':{'accountId':'z'}}]}]}"),
        &t);
    assert_int_equal(t.approval, APPROVAL_DECLINED);
    assert_int_equal(t.approved_at_ms, 0); /* it does not say when */
    assert_str(t.approver, "z");
}

static void pages(void **state)
{
    struct jsm_page page;
    struct err err;
    (void)state;

    assert_true(jsm_page_read(arena,
                              json_of("{'issues':[{'id':'1','key':'A-1','fields':{" UPDATED
                                      "}}],'nextPageToken':'t','isLast':false}"),
                              &page, &err));
    assert_int_equal(page.count, 1);
    assert_int_equal(page.hits[0].updated_ms, 1795000000250);
    assert_str(page.next_token, "t");
    assert_true(jsm_page_read(arena, json_of("{'issues':[],'nextPageToken':'t','isLast':true}"),
                              &page, &err));
    assert_int_equal(page.next_token.len, 0);
    assert_false(jsm_page_read(arena, json_of("{}"), &page, &err));
    assert_false(jsm_page_read(arena, json_of("{'issues':{}}"), &page, &err));
    assert_false(jsm_page_read(arena, json_of("{'issues':[{'id':'1'}]}"), &page, &err));
}

/* Clones carry our label, and are somebody else's. None found is believed of a whole list only. */
static void found_tickets(void **state)
{
    struct find_result found;
    struct err err;
    (void)state;

    assert_true(jsm_found_read(
        arena,
        json_of("{'isLast':true,'issues':["
                "{'id':'1','key':'A-1','fields':{'creator':{'accountId':'us'}}},"
                "{'id':'2','key':'A-2','fields':{'creator':{'accountId':'them'}}}]}"),
        &VIEW, &found, &err));
    assert_true(found.proven);
    assert_int_equal(found.count, 1);
    assert_str(found.issue_id[0], "1");
    assert_true(jsm_found_read(arena, json_of("{'isLast':true,'issues':[]}"), &VIEW, &found, &err));
    assert_true(found.proven);
    assert_true(jsm_found_read(
        arena,
        json_of("{'isLast':false,'nextPageToken':'t','issues':[{'id':'2','fields':{'creator':"
                "{'accountId':'them'}}}]}"),
        &VIEW, &found, &err));
    assert_false(found.proven);
    assert_false(jsm_found_read(arena, json_of("{}"), &VIEW, &found, &err));
}

static void our_comment(void **state)
{
    (void)state;
    assert_str(
        jsm_comment_find(arena, json_of("{'comments':[{'id':'1','properties':[{'key':'other'}]},"
                                        "{'id':'2','properties':[{'key':'sd.public.comment'},{'key'"
                                        ":'countersign.role'}]}]}")),
        "2");
    assert_int_equal(jsm_comment_find(arena, json_of("{'comments':[]}")).len, 0);
}

JSM_UNIT_MAIN(cmocka_unit_test(an_issue), cmocka_unit_test(who_moved_it),
              cmocka_unit_test(what_is_missing_fails_the_read), cmocka_unit_test(a_long_changelog),
              cmocka_unit_test(approvals), cmocka_unit_test(pages), cmocka_unit_test(found_tickets),
              cmocka_unit_test(our_comment))
