/* Jira's JSON into our structs: tolerant of what we do not know, never guessing what we need. */
#include "jsm/jsm_issue.h"

#include "jsm/jsm_adf.h"
#include "jsm/jsm_state.h"
#include "jsm_unit.h"

static const struct jsm_status_role NAMED[] = {{{"Verifying access", 16}, STATUS_VERIFY},
                                               {{"Cancelled", 9}, STATUS_CANCELLED}};
static const struct str READ[] = {
    {"customfield_10052", 17}, {"customfield_10061", 17}, {"resolution", 10}};
static const struct jsm_view VIEW = {.our_account = {"us", 2},
                                     .site = {"acme", 4},
                                     .site_id = {"https://acme.example", 20},
                                     .statuses = NAMED,
                                     .status_count = COUNT(NAMED),
                                     .fields = READ,
                                     .field_count = COUNT(READ) - 1,
                                     .history_count = COUNT(READ)};

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

static void the_last_edit_of_what_is_approved(void **state)
{
    (void)state;
    struct ticket t = read_issue("{'id':1,'fields':{" STATUS(
        "Open",
        "new") "," UPDATED "},'changelog':{'histories':["
               "{'id':'99','items':[{'fieldId':'summary'},{'fieldId':'customfield_10061'}]},"
               "{'id':'100','items':[{'fieldId':'customfield_10052'}]},"
               "{'id':'9','items':[{'fieldId':'customfield_10052'}]},"
               "{'id':'101','items':[{'fieldId':'customfield_10080'}]}]}}");
    assert_str(t.edit, "100");
    assert_str(t.cycle, "0");
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

/* Whoever presses what leads to where the ticket stands, a person or we: it is no move, no claim,
 * and nobody took the ticket anywhere. */
static void a_loop_is_no_move(void **state)
{
#define LOOP(id, who)                                                                           \
    "{'id':'" id "','created':'2026-11-18T12:00:00.000+0000','author':{'accountId':'" who       \
    "'},'items':[{'field':'status','fieldId':'status','from':'7','fromString':'Verifying','to'" \
    ":'7','toString':'Verifying'}]}"
    (void)state;
    struct ticket t = read_issue("{'id':'1','fields':{" STATUS(
        "Verifying access",
        "indeterminate") "," UPDATED
                         ",'creator':{'accountId':'them'}},'changelog':{'histories':[" MOVE(
                             "99", "them") "," LOOP("100", "us") "," LOOP("101", "other") "]}}");

    assert_str(t.cycle, "99");
    assert_str(t.moved_by, "them");
    assert_int_equal(t.cycle_at_ms, 1794999600000);
    assert_false(t.moved_by_us);
    assert_false(jsm_history_moves(json_of(LOOP("1", "us"))));
    assert_true(jsm_history_moves(json_of("{'items':[{'field':'Status','from':'7','to':'8'}]}")));
}

static void a_long_history_of_several(void **state)
{
#define MOVED(id, created)                                         \
    "{'id':'" id "','author':{'accountId':'x'},'created':" created \
    ",'items':[{'fieldId':'status'}]}"
    struct ticket t = {.issue_id = STR("42"), .cycle = STR("5"), .edit = STR("0")};
    struct str token;
    struct err err;
    (void)state;

    assert_true(jsm_issue_changelogs_page(
        arena,
        json_of("{'issueChangeLogs':[{'issueId':'41','changeHistories':[" MOVED(
            "90", "1") "]},{"
                       "'issueId':'42','changeHistories':[" MOVED(
                           "7", "1777142100000") "]}],"
                                                 "'nextPageToken':'more'}"),
        &VIEW, &t, &token, &err));
    assert_str(token, "more");
    assert_str(t.cycle, "7"); /* of another ticket: not ours */
    assert_int_equal(t.cycle_at_ms, 1777142100000);
    assert_true(jsm_issue_changelogs_page(
        arena,
        json_of("{'issueChangeLogs':[{'issueId':42,'changeHistories':[" MOVED("8",
                                                                              "1492070429") "]}]}"),
        &VIEW, &t, &token, &err));
    assert_int_equal(t.cycle_at_ms, 1492070429000); /* seconds, as in Atlassian's example */
    assert_int_equal(token.len, 0);
    assert_true(jsm_issue_changelogs_page(arena, json_of("{'issueChangeLogs':[]}"), &VIEW, &t,
                                          &token, &err));
    assert_str(t.cycle, "8");
    assert_false(
        jsm_issue_changelogs_page(arena, json_of("{'values':[]}"), &VIEW, &t, &token, &err));
}

static void pages(void **state)
{
    struct jsm_page page;
    struct err err;
    (void)state;

    assert_true(jsm_page_read(arena,
                              json_of("{'issues':[{'id':'1','key':'A-1','fields':{" UPDATED
                                      "}}],'nextPageToken':'t','isLast':false}"),
                              STR_NONE, &page, &err));
    assert_int_equal(page.count, 1);
    assert_int_equal(page.hits[0].updated_ms, 1795000000250);
    assert_str(json_path_str(page.hits[0].issue, "key"), "A-1");
    assert_str(page.next_token, "t");
    assert_true(jsm_page_read(arena, json_of("{'issues':[],'nextPageToken':'t','isLast':true}"),
                              STR_NONE, &page, &err));
    assert_int_equal(page.next_token.len, 0);
    assert_false(jsm_page_read(arena, json_of("{}"), STR_NONE, &page, &err));
    assert_false(jsm_page_read(arena, json_of("{'issues':{}}"), STR_NONE, &page, &err));
    /* more is to come and it does not say where: not a complete walk */
    assert_false(
        jsm_page_read(arena, json_of("{'issues':[],'isLast':false}"), STR_NONE, &page, &err));
    assert_true(
        jsm_page_read(arena, json_of("{'issues':[],'issueErrors':[]}"), STR_NONE, &page, &err));
}

/* One hit that cannot be read costs nobody else anything: with an id it is looked at afresh. */
static void a_page_with_unreadable_hits(void **state)
{
    struct jsm_page page;
    struct err err;
    (void)state;

    assert_true(jsm_page_read(arena,
                              json_of("{'issues':[{'id':'1'},{'key':'A-2','fields':{" UPDATED
                                      "}},{'id':'A-3','fields':{" UPDATED "}},7,"
                                      "{'id':'4','fields':{'updated':'soon'}},"
                                      "{'id':'5','key':'A-5','fields':{" UPDATED "}}]}"),
                              STR_NONE, &page, &err));
    assert_int_equal(page.count, 3);
    assert_int_equal(page.unreadable, 5);
    assert_str(page.hits[0].issue_id, "1");
    assert_int_equal(page.hits[0].updated_ms, 0);
    assert_str(page.hits[1].issue_id, "4");
    assert_int_equal(page.hits[1].updated_ms, 0);
    assert_str(page.hits[2].key, "A-5");
    assert_int_equal(page.hits[2].updated_ms, 1795000000250);
}

static struct find_result find(const char *issues)
{
    struct find_result found;
    struct err err = {0};
    struct str text = arena_printf(arena, "{'isLast':true,'issues':[%s]}", issues);
    if (!jsm_found_read(arena, json_of(arena_cstr(arena, text)), &VIEW, &found, &err))
        fail_msg("%s", err.what);
    assert_true(found.proven);
    return found;
}

#define OURS "'creator':{'accountId':'us'}"
#define LOG(total, who)                                                                     \
    "'changelog':{'total':" total ",'histories':[{'author':{'accountId':'us'}},{'author':{" \
    "'accountId':" who "}}]}"

/* The one a person has had in hand is kept: whoever changed or commented it, but us and apps. */
static void who_touched_it(void **state)
{
    static const struct {
        const char *issue;
        bool touched;
    } ROWS[] = {
        {"{'id':'1','fields':{" OURS "}}", false},
        {"{'id':'1','fields':{" OURS "}," LOG("2", "'us'") "}", false},
        {"{'id':'1','fields':{" OURS "}," LOG("2", "'them'") "}", true},
        {"{'id':'1','fields':{" OURS "}," LOG("2", "'bot','accountType':'app'") "}", false},
        {"{'id':'1','fields':{" OURS "}," LOG("2", "null") "}", true}, /* hidden: somebody */
        {"{'id':'1','fields':{" OURS "}," LOG("3", "'us'") "}", true}, /* more than is shown */
        {"{'id':'1','fields':{" OURS ",'comment':{'total':1,'comments':[{'author':{'accountId':"
         "'us'}}]}}}",
         false},
        {"{'id':'1','fields':{" OURS ",'comment':{'total':2,'comments':[{'author':{'accountId':"
         "'us'}},{'author':{'accountId':'them'}}]}}}",
         true},
        {"{'id':'1','fields':{" OURS ",'comment':{'total':30,'comments':[]}}}", true},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct find_result found = find(ROWS[i].issue);
        assert_int_equal(found.count, 1);
        if (found.human_touched[0] != ROWS[i].touched)
            fail_msg("%s", ROWS[i].issue);
    }
    struct find_result two = find("{'id':'1','fields':{" OURS ",'created':'2026-11-18T11:00:00Z'}},"
                                  "{'id':'2','fields':{" OURS
                                  ",'created':'2026-11-18T12:00:00Z'}," LOG("2", "'them'") "}");
    assert_int_equal(two.count, 2);
    assert_int_equal(duplicate_keep(&two), 1);
}

/* Cancelled duplicates are over; tickets bound to another site are not ours, whoever made them. */
static void what_is_live_and_ours(void **state)
{
    (void)state;
    struct find_result over = find("{'id':'1','fields':{" OURS "," STATUS(
        "Cancelled", "done") "}},{'id':'2','fields':{" OURS "," STATUS("Resolved", "done") "}}");
    assert_int_equal(over.count, 1);
    assert_str(over.issue_id[0], "2");
    /* the only one: made, and cancelled by somebody. It is not made again. */
    assert_int_equal(find("{'id':'1','fields':{" OURS "," STATUS("Cancelled", "done") "}}").count,
                     1);
    assert_int_equal(find("{'id':'1','fields':{" OURS "," STATUS("Resolved", "done") "}}").count,
                     1);
    assert_int_equal(find("{'id':'1','fields':{'creator':null}}").count, 0);
    assert_int_equal(find("{'id':'1','fields':{" OURS "},'properties':{'gar.bind':{'site':'acme',"
                          "'site_id':'https://acme.example'}}}")
                         .count,
                     1);
    assert_int_equal(find("{'id':'1','fields':{" OURS "},'properties':{'gar.bind':{'site':'acme',"
                          "'site_id':'https://acme-sandbox.example'}}}")
                         .count,
                     0);

    static const struct jsm_view NOBODY = {0};
    struct find_result found;
    struct err err;
    assert_false(
        jsm_found_read(arena, json_of("{'issues':[],'isLast':true}"), &NOBODY, &found, &err));
    assert_false(
        jsm_found_read(arena, json_of("{'issues':[{'id':'1','fields':{}}]}"), &VIEW, &found, &err));
}

static void whose_it_is(void **state)
{
    (void)state;
    struct jsm_origin o =
        jsm_origin_read(arena, json_of("{'fields':{" OURS ",'labels':['gar-1','gar-2']}}"), &VIEW);
    assert_true(o.ours);
    assert_false(o.foreign);
    assert_str(o.markers, "gar-1 gar-2");
    o = jsm_origin_read(
        arena, json_of("{'fields':{'creator':{'accountId':'them'},'labels':['gar-1']}}"), &VIEW);
    assert_false(o.ours); /* a clone */
    o = jsm_origin_read(arena,
                        json_of("{'fields':{" OURS "},'properties':{'gar.bind':{'site_id':"
                                "'https://other.example'}}}"),
                        &VIEW);
    assert_false(o.ours); /* a sandbox copied from production */
    assert_true(o.foreign);
    assert_false(jsm_origin_read(arena, json_of("{'fields':{'creator':null}}"), &VIEW).ours);
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
    assert_str(jsm_comment_find(arena,
                                json_of("{'comments':[{'id':'1','author':{'accountId':'us'},"
                                        "'properties':[{'key':'other'}]}," /* a forged one: */
                                        "{'id':'2','author':{'accountId':'them'},'properties':[{"
                                        "'key':'countersign.role','value':{'role':'status'}}]},"
                                        "{'id':'3','author':{'accountId':'us'},'properties':[{'key'"
                                        ":'countersign.role','value':{'role':'told'}}]},"
                                        "{'id':'4','author':{'accountId':'us'},'properties':[{'key'"
                                        ":'sd.public.comment'},{'key':'countersign.role','value':"
                                        "{'role':'status'}}]}]}"),
                                STR("us")),
               "4");
    assert_int_equal(jsm_comment_find(arena, json_of("{'comments':[]}"), STR("us")).len, 0);
    /* whoever takes its mark away makes nobody write a second one */
    assert_str(jsm_comment_find(arena,
                                json_of("{'comments':[{'id':'5','body':'x\\n" JSM_NOTICE_END
                                        "','author':{'accountId':'us'},'properties':[{'key':"
                                        "'sd.public.comment','value':{'internal':true}}]}]}"),
                                STR("us")),
               "5");
}

static void what_we_told_is_told_once(void **state)
{
    const struct json *comments =
        json_of("{'comments':[{'id':'1','author':{'accountId':'them'},'body':'Not closed\\nrest'},"
                "{'id':'2','author':{'accountId':'us'},'body':'Held: fin\\\\_ x\\nrest'},"
                "{'id':'3','author':{'accountId':'us'},'body':'Marked','properties':[{'key':"
                "'countersign.role','value':{'role':'told','of':'7'}}]},"
                "{'id':'4','author':{'accountId':'them'},'properties':[{'key':"
                "'countersign.role','value':{'role':'told','of':'8'}}]}]}");
    (void)state;

    /* without a mark, by its words, in wiki markup or not */
    assert_true(jsm_told_is_said(arena, comments, STR("us"), STR("1"), STR("Held: fin_ x")));
    assert_false(jsm_told_is_said(arena, comments, STR("us"), STR("1"),
                                  STR("Not closed"))); /* a stranger's */
    assert_false(jsm_told_is_said(arena, comments, STR("us"), STR("1"), STR("rest")));
    assert_false(jsm_told_is_said(arena, comments, STR_NONE, STR("7"), STR("Marked")));
    /* of one time: the same words another time are told again */
    assert_true(jsm_told_is_said(arena, comments, STR("us"), STR("7"), STR("Marked")));
    assert_false(jsm_told_is_said(arena, comments, STR("us"), STR("8"), STR("Marked")));
}

/* Moved to a project that nobody told us of, or archived: nobody works there on what we ask. */
static void a_ticket_that_left_is_gone(void **state)
{
    static const struct str OUR_KEYS[] = {{"IAM", 3}, {"OPS", 3}};
    struct jsm_view view = VIEW;
    struct err err;
    struct ticket t;
    (void)state;

    view.projects = OUR_KEYS;
    view.project_count = COUNT(OUR_KEYS);
#define STANDS_IN(key, more)                                                               \
    json_of("{'id':1,'fields':{" STATUS("x", "done") "," UPDATED ",'project':{'key':'" key \
                                                     "'}" more "}}")
    assert_true(jsm_issue_read(arena, STANDS_IN("ops", ",'archiveddate':null"), &view, &t, &err));
    assert_int_equal(t.presence, TICKET_HERE);
    assert_true(jsm_issue_read(arena, STANDS_IN("HR", ""), &view, &t, &err));
    assert_int_equal(t.presence, TICKET_GONE);
    assert_str(t.issue_id, "1");
    assert_true(
        jsm_issue_read(arena, STANDS_IN("HR", ""), &VIEW, &t, &err)); /* no projects are named */
    assert_int_equal(t.presence, TICKET_HERE);
    assert_true(jsm_issue_read(arena,
                               STANDS_IN("IAM", ",'archiveddate':'2026-11-18T12:00:00.000+0000'"),
                               &view, &t, &err));
    assert_int_equal(t.presence, TICKET_GONE);
}

/* Set by an edit of somebody else it came without a close; the newest change of it counts. */
static void how_a_resolution_came(void **state)
{
#define RESOLVES(id, who, more) \
    "{'id':'" id "','author':{'accountId':'" who "'},'items':[{'fieldId':'resolution'}" more "]}"
    static const struct {
        const char *histories, *edit;
    } CASES[] = {{"", ""},
                 {RESOLVES("7", "them", ""), "7"},
                 {RESOLVES("7", "them", ",{'fieldId':'status'}"), ""},
                 {RESOLVES("7", "us", ""), ""},
                 {RESOLVES("10", "us", "") "," RESOLVES("9", "them", ""), ""},
                 {RESOLVES("9", "us", "") "," RESOLVES("10", "them", ""), "10"}};
    (void)state;

    for (size_t i = 0; i < COUNT(CASES); i++) {
        struct str text = arena_printf(
            arena,
            "{'id':1,'fields':{" STATUS("x", "new") "," UPDATED "},'changelog':{'histories':["
                                                    "%s]}}",
            CASES[i].histories);
        assert_str(read_issue(arena_cstr(arena, text)).resolution_edit, CASES[i].edit);
    }
}

/* What stands there in our name, wherever it stands. */
static void what_the_ticket_says_in_our_name(void **state)
{
#define SAYS(check, line, property_line)                                                    \
    json_of("{'id':1,'fields':{'cf_1':{'value':'" check "'},'cf_2':'" line                  \
            "'},'properties':{'countersign.state':{'v':1,'request':'r','state':'checking'," \
            "'check':'Checking','line':'" property_line "'}}}")
    struct said said = {STR("r"),   STR("checking"), STR("Checking"),
                        STR("Now"), STR("Checking"), STR("Now")};
    struct jsm_view view = VIEW;
    (void)state;

    view.check_field = STR("cf_1");
    view.reason_field = STR("cf_2");
    uint64_t right = words_hash(&said);
    assert_true(jsm_state_hash(SAYS("Checking", "Now", "Now"), &view) == right);
    assert_true(jsm_state_hash(SAYS("Verified", "Now", "Now"), &view) != right);
    assert_true(jsm_state_hash(SAYS("Checking", "Then", "Now"), &view) != right);
    assert_true(jsm_state_hash(SAYS("Checking", "Now", "Then"), &view) != right);
    assert_true(jsm_state_hash(json_of("{'fields':{}}"), &view) != right);
    /* a site without the fields: the property alone */
    assert_true(jsm_state_hash(SAYS("x", "y", "Now"), &VIEW) == right);
    assert_true(jsm_state_hash(SAYS("x", "y", "Then"), &VIEW) != right);
    /* which is known of a site with them, too */
    struct ticket t = {0};
    jsm_state_read(arena, SAYS("x", "y", "Now"), &view, &t);
    assert_true(t.stated_hash == right && t.shown_hash != right);
    assert_str(t.shown_in, "cf_1,cf_2");
    jsm_state_read(arena, SAYS("Checking", "Now", "Then"), &VIEW, &t);
    assert_true(t.stated_hash != right);
    assert_str(t.shown_in, ",");
}

static void a_status_is_known_by_its_number(void **state)
{
    static const struct jsm_status_role ROLE[] = {{{"Sealed", 6}, STATUS_DONE}};
    struct jsm_view view = {.statuses = ROLE, .status_count = 1, .own_statuses = {"7,10101", 7}};
    bool named;

    (void)state;
    assert_int_equal(
        jsm_role_by_id(&view, STR("10101"), STR("Proving"), CATEGORY_INDETERMINATE, &named),
        STATUS_VERIFY);
    assert_true(named);
    assert_int_equal(
        jsm_role_by_id(&view, STR("1010"), STR("Proving"), CATEGORY_INDETERMINATE, &named),
        STATUS_OPEN);
    assert_false(named);
    /* the mapping has the last word */
    assert_int_equal(jsm_role_by_id(&view, STR("10101"), STR("Sealed"), CATEGORY_DONE, NULL),
                     STATUS_DONE);
    assert_int_equal(jsm_role_by_id(&view, STR_NONE, STR("Proving"), CATEGORY_DONE, NULL),
                     STATUS_DONE);
}

/* One Closed for everything: only the resolution tells what was withdrawn or refused. */
static void a_resolution_tells_done_from_withdrawn(void **state)
{
    static const struct jsm_status_role STATUSES[] = {{{"Withdrawn", 9}, STATUS_CANCELLED}};
    static const struct jsm_status_role RESOLUTIONS[] = {{{"Won't Do", 8}, STATUS_DECLINED},
                                                         {{"Cancelled", 9}, STATUS_CANCELLED}};
    static const struct {
        const char *status, *category, *resolution;
        enum status_role role;
    } CASES[] = {
        {"Closed", "done", "{\"name\":\"Done\"}", STATUS_DONE},
        {"Closed", "done", "{\"name\":\"Cancelled\"}", STATUS_CANCELLED},
        {"Closed", "done", "{\"name\":\"Won't Do\"}", STATUS_DECLINED},
        {"Closed", "done", "{\"name\":\"won't do\"}", STATUS_DONE}, /* exactly */
        {"Closed", "done", "null", STATUS_DONE},
        {"Closed", "done", "{}", STATUS_DONE},
        {"Doing", "indeterminate", "{\"name\":\"Cancelled\"}", STATUS_OPEN}, /* set by hand */
        {"Withdrawn", "done", "{\"name\":\"Won't Do\"}", STATUS_CANCELLED}, /* the status says it */
    };
    struct jsm_view view = VIEW;
    (void)state;

    view.statuses = STATUSES;
    view.status_count = COUNT(STATUSES);
    view.resolutions = RESOLUTIONS;
    view.resolution_count = COUNT(RESOLUTIONS);
    for (size_t i = 0; i < COUNT(CASES); i++) {
        AUTO(drop_arena) struct arena *a = arena_new(1024 * 1024);
        const struct json *issue;
        struct ticket t;
        struct err err = {0};
        struct str text = arena_printf(
            a,
            "{\"id\":\"1\",\"key\":\"IAM-1\",\"fields\":{\"updated\":\"2026-11-24T10:20:56.123+"
            "0000\","
            "\"status\":{\"name\":\"%s\",\"statusCategory\":{\"key\":\"%s\"}},\"resolution\":%s}}",
            CASES[i].status, CASES[i].category, CASES[i].resolution);
        assert_true(json_parse(a, text, &issue, &err));
        assert_true(jsm_issue_read(a, issue, &view, &t, &err));
        assert_int_equal(t.role, CASES[i].role);
    }
}

JSM_UNIT_MAIN(cmocka_unit_test(an_issue), cmocka_unit_test(a_status_is_known_by_its_number),
              cmocka_unit_test(the_last_edit_of_what_is_approved), cmocka_unit_test(who_moved_it),
              cmocka_unit_test(what_is_missing_fails_the_read), cmocka_unit_test(a_long_changelog),
              cmocka_unit_test(a_loop_is_no_move), cmocka_unit_test(a_long_history_of_several),
              cmocka_unit_test(pages), cmocka_unit_test(a_page_with_unreadable_hits),
              cmocka_unit_test(found_tickets), cmocka_unit_test(who_touched_it),
              cmocka_unit_test(what_is_live_and_ours), cmocka_unit_test(whose_it_is),
              cmocka_unit_test(our_comment), cmocka_unit_test(what_we_told_is_told_once),
              cmocka_unit_test(a_ticket_that_left_is_gone), cmocka_unit_test(how_a_resolution_came),
              cmocka_unit_test(a_resolution_tells_done_from_withdrawn),
              cmocka_unit_test(what_the_ticket_says_in_our_name))
