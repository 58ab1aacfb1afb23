/* What a call becomes on its way to a Data Center, and walks by offset while tickets change. */
#include "jsm/jsm_dialect.h"

#include "base/rng.h"
#include "jsm/jsm_adf.h"
#include "jsm/jsm_approval.h"
#include "jsm/jsm_names.h"
#include "jsm/jsm_saga.h"
#include "jsm_unit.h"

static struct jsm_call there(struct jsm_call call)
{
    struct err err = {0};
    if (!jsm_dialect_call(arena, JSM_DATACENTER, &call, &err))
        fail_msg("%s", err.what);
    return call;
}

static void knows_flavours(void **state)
{
    (void)state;
    assert_int_equal(jsm_flavour_of(STR("datacenter")), JSM_DATACENTER);
    assert_int_equal(jsm_flavour_of(STR("cloud")), JSM_CLOUD);
    for (int i = 0; i < JSM_ABILITY_COUNT; i++) {
        assert_true(jsm_can(JSM_CLOUD, (enum jsm_ability)i));
        assert_false(jsm_can(JSM_DATACENTER, (enum jsm_ability)i));
        assert_non_null(JSM_LACKS[i].lacks);
        assert_non_null(JSM_LACKS[i].instead);
    }
}

static void leaves_cloud_alone(void **state)
{
    struct jsm_call call = jsm_call_create(STR("not even json"));
    struct err err;
    (void)state;

    assert_true(jsm_dialect_call(arena, JSM_CLOUD, &call, &err));
    assert_str(call.path, "/rest/api/3/issue");
    assert_str(call.body, "not even json");
}

static void translates_paths(void **state)
{
    struct str id = STR("10042");
    (void)state;

    assert_str(there(jsm_call_myself()).path, "/rest/api/2/myself");
    assert_str(there(jsm_call_server_info()).path, "/rest/api/2/serverInfo");
    assert_str(there(jsm_call_issue(arena, id)).path,
               "/rest/api/2/issue/10042?expand=changelog&properties=gar.bind,countersign.state");
    assert_str(there(jsm_call_approvals(arena, id, 0)).path,
               "/rest/servicedeskapi/request/10042/approval?limit=50&start=0");
    struct jsm_call user = {.route = JSM_ROUTE_MYSELF,
                            .path = STR("/rest/api/3/user/search?query=ada%40x&maxResults=2")};
    assert_str(there(user).path, "/rest/api/2/user/search?username=ada%40x&maxResults=2");
    user.path = STR("/rest/api/3/user/search?maxResults=2&query=query%3D");
    assert_str(there(user).path, "/rest/api/2/user/search?maxResults=2&username=query%3D");
    assert_str(there(jsm_call_user(arena, STR("ada b"))).path, "/rest/api/2/user?username=ada%20b");
    user.path = STR("/rest/api/3/issue/1?query=x");
    assert_str(there(user).path, "/rest/api/2/issue/1?query=x");
    user.path = STR("/rest/jira-webhook/1.0/webhooks");
    assert_str(there(user).path, "/rest/jira-webhook/1.0/webhooks");
}

static void refuses_what_is_not_there(void **state)
{
    static const char *const NONE[] = {
        "/rest/api/3/issue/bulkfetch", "/rest/api/3/changelog/bulkfetch", "/rest/api/3/webhook",
        "/rest/api/3/workflows/update", "/rest/api/3/search/approximate-count"};
    struct err err = {0};
    (void)state;

    for (size_t i = 0; i < COUNT(NONE); i++) {
        struct jsm_call call = {.route = JSM_ROUTE_ISSUE, .path = str_of(NONE[i])};
        assert_false(jsm_dialect_call(arena, JSM_DATACENTER, &call, &err));
        assert_non_null(strstr(err.what, "Data Center has no /rest/api/3/"));
    }
    struct jsm_call call = jsm_call_changelog(arena, STR("10042"), 0);
    assert_false(jsm_dialect_call(arena, JSM_DATACENTER, &call, &err));
    call = jsm_call_changelogs(arena, STR("10042"), NULL, 0, STR_NONE);
    assert_false(jsm_dialect_call(arena, JSM_DATACENTER, &call, &err));
    call = jsm_call_create(STR("{"));
    assert_false(jsm_dialect_call(arena, JSM_DATACENTER, &call, &err));
}

static void translates_searches(void **state)
{
    const struct str project = STR("IAM");
    (void)state;

    struct jsm_call call = there(jsm_call_poll(arena, &project, 1, 5, STR_NONE, STR_NONE));
    assert_str(call.path, "/rest/api/2/search");
    assert_str(call.body,
               "{\"jql\":\"project in (\\\"IAM\\\") AND updated >= 5 ORDER BY updated ASC, "
               "key ASC\",\"maxResults\":100,\"fields\":[\"updated\"],\"startAt\":0}");
    call = there(jsm_call_poll(arena, &project, 1, 5, STR("50+50 1@2"), STR_NONE));
    assert_true(str_ends(call.body, STR("\"startAt\":50}")));
    call = there(jsm_call_find(arena, &project, 1, STR("gar-1"), STR_NONE));
    assert_str(call.body,
               "{\"jql\":\"project in (\\\"IAM\\\") AND labels = \\\"gar-1\\\" ORDER BY created "
               "ASC\",\"maxResults\":20,\"fields\":[\"created\",\"creator\",\"labels\",\"status\","
               "\"comment\"],\"expand\":[\"changelog\"],\"startAt\":0}");
    struct err err;
    call = jsm_call_poll(arena, &project, 1, 5, STR("a token of Cloud"), STR_NONE);
    assert_false(jsm_dialect_call(arena, JSM_DATACENTER, &call, &err));
}

static void translates_bodies(void **state)
{
    (void)state;
    struct jsm_call call = there(
        jsm_call_comment(arena, STR("10042"), STR_NONE, jsm_adf_text(arena, STR("not *bold*"))));
    assert_str(call.path, "/rest/api/2/issue/10042/comment");
    assert_str(call.body,
               "{\"body\":\"not \\\\*bold\\\\*\",\"properties\":[{\"key\":\"sd.public.comment\","
               "\"value\":{\"internal\":true}},{\"key\":\"countersign.role\",\"value\":{\"role\":"
               "\"status\"}}]}");
    call = there(jsm_call_create(
        STR("{\"fields\":{\"reporter\":{\"accountId\":\"ada\"},\"customfield_1\":[1.50,null,true]},"
            "\"isAdfRequest\":true,\"raise\":{\"accountIds\":[\"ada\"]},"
            "\"properties\":[{\"key\":\"k\",\"value\":{\"accountId\":\"x\"}}]}")));
    assert_str(call.body,
               "{\"fields\":{\"reporter\":{\"name\":\"ada\"},\"customfield_1\":[1.50,null,true]},"
               "\"raise\":{\"usernames\":[\"ada\"]},"
               "\"properties\":[{\"key\":\"k\",\"value\":{\"accountId\":\"x\"}}]}");
}

static void knows_people(void **state)
{
    (void)state;
    const struct json *cloud = json_of("{'accountId':'5b:1','displayName':'Ada'}");
    const struct json *dc = json_of("{'key':'JIRAUSER10100','name':'ada'}");
    const struct json *old = json_of("{'name':'ada'}");
    assert_str(jsm_user_id(cloud), "5b:1");
    assert_str(jsm_user_name(cloud), "5b:1");
    assert_str(jsm_user_id(dc), "JIRAUSER10100");
    assert_str(jsm_user_name(dc), "ada");
    assert_str(jsm_user_id(old), "ada");
    assert_int_equal(jsm_user_id(NULL).len, 0);
    assert_str(jsm_user_key(cloud), "5b:1");
    assert_str(jsm_user_key(dc), "ada");
    assert_str(jsm_user_key(json_of("{'key':'k','name':'ada','emailAddress':'ada@x'}")), "ada@x");
    assert_str(jsm_user_key(json_of("{'accountId':'5b:1','emailAddress':''}")), "5b:1");
    assert_int_equal(jsm_user_key(NULL).len, 0);
    assert_true(jsm_is_user(cloud));
    assert_false(jsm_is_user(json_of("{'name':'High'}")));
}

static void words_name_people(void **state)
{
    static const struct {
        const char *word;
        enum jsm_word cloud, datacenter;
    } CASES[] = {
        {"ada@x.org", JSM_WORD_ADDRESS, JSM_WORD_ADDRESS},
        {"712020:4f-1", JSM_WORD_ACCOUNT, JSM_WORD_NAME},
        {"5b10ac8d82e05b22cc7d4ef5", JSM_WORD_ACCOUNT, JSM_WORD_NAME},
        {"5b10ac8d82e05b22cc7d4ef", JSM_WORD_NOBODY, JSM_WORD_NAME},
        {"ada", JSM_WORD_NOBODY, JSM_WORD_NAME},
        {"ada.l_o", JSM_WORD_NOBODY, JSM_WORD_NAME},
        {"@ada", JSM_WORD_NOBODY, JSM_WORD_NOBODY},
        {"", JSM_WORD_NOBODY, JSM_WORD_NOBODY},
    };
    (void)state;

    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct str word = str_of(CASES[i].word);
        if (jsm_word_of(JSM_CLOUD, word) != CASES[i].cloud ||
            jsm_word_of(JSM_DATACENTER, word) != CASES[i].datacenter)
            fail_msg("%s", CASES[i].word);
    }
}

static void knows_the_last_page(void **state)
{
    (void)state;
    assert_true(jsm_is_last_page(json_of("{'issues':[],'isLast':true}")));
    assert_false(jsm_is_last_page(json_of("{'issues':[],'nextPageToken':'t'}")));
    assert_true(jsm_is_last_page(json_of("{'issues':[{}],'startAt':1,'total':2}")));
    assert_false(jsm_is_last_page(json_of("{'issues':[{}],'startAt':0,'total':2}")));
}

/* --- tickets as a Data Center shows them --- */

#define AUTHOR(name) "'author':{'name':'" name "','key':'JIRAUSER1" name "'}"
#define HISTORY(id, name)                                              \
    "{'id':'" id "','created':'2026-11-18T11:00:00.000+0000'," AUTHOR( \
        name) ",'items':[{'field':'status','fieldtype':'jira'}]}"
static const struct jsm_view VIEW = {.our_account = {"JIRAUSER1us", 11}};

static void reads_tickets(void **state)
{
    struct jsm_approvals approvals = {0};
    struct ticket t;
    struct err err = {0};
    (void)state;

    const struct json *issue = json_of(
        "{'id':'10042','key':'IAM-1','fields':{'status':{'name':'Resolved','statusCategory':{'key':"
        "'done'}},'updated':'2026-11-18T12:06:40.250+0100','creator':{'name':'us','key':"
        "'JIRAUSER1us'}},'changelog':{'startAt':0,'maxResults':2,'total':2,'histories':[" HISTORY(
            "100", "them") "," HISTORY("101", "us") "]}}");
    assert_true(jsm_issue_read(arena, issue, &VIEW, &t, &err));
    assert_str(t.moved_by, "JIRAUSER1us");
    assert_true(t.moved_by_us);
    assert_str(t.cycle, "101");
    assert_false(jsm_issue_changelog_is_cut(issue));
    assert_true(jsm_origin_read(arena, issue, &VIEW).ours);
    assert_true(jsm_approvals_page(
        &approvals,
        json_of("{'values':[{'finalDecision':'approved','approvers':[{'approver':{"
                "'name':'dana','key':'JIRAUSER9'},'approverDecision':'approved'}]}]}"),
        STR_NONE, &err));
    jsm_approvals_take(arena, &approvals, &t);
    assert_str(t.approvers[0].key, "dana"); /* as a reporter without an address is called */
    assert_str(t.approvers[0].names, "[\"account=dana\",\"account=JIRAUSER9\"]");
    assert_true(t.human_touched);
}

static void edits_are_told_by_name(void **state)
{
    static const struct str IDS[] = {STR("customfield_1"), STR("summary"), STR("customfield_3"),
                                     STR("customfield_4")};
    struct str names[COUNT(IDS)];
    struct jsm_view view = VIEW;
    struct ticket t = {.cycle = STR("0"), .edit = STR("0")};
    struct err err = {0};
    int64_t next;
    (void)state;

    assert_str(jsm_call_field_list().path, "/rest/api/3/field");
    assert_false(jsm_names_read(arena, json_of("{}"), IDS, COUNT(IDS), names, &err));
    assert_true(jsm_names_read(
        arena,
        json_of("[{'id':'customfield_1','name':'Role'},{'id':'summary','name':'Summary'},"
                "{'id':'customfield_3','name':'Person'},{'id':'customfield_9','name':'person'}]"),
        IDS, COUNT(IDS), names, &err));
    assert_str(names[0], "Role");
    assert_int_equal(names[2].len + names[3].len, 0); /* two are called so; nobody is */
    view.fields = IDS;
    view.field_count = view.history_count = COUNT(IDS);
    view.field_names = names;
#define EDITED(id, field) "{'id':'" id "','items':[{'field':'" field "'}]}"
    assert_true(jsm_issue_changelog_page(
        arena,
        json_of("{'startAt':0,'isLast':true,'values':[" EDITED("5", "Role") "," EDITED(
            "6", "summary") "," EDITED("7", "Person") "," EDITED("8", "") "]}"),
        &view, &t, &next, &err));
    assert_str(t.edit, "6");
    view.field_names = NULL;
    t.edit = STR("0");
    assert_true(jsm_issue_changelog_page(
        arena, json_of("{'startAt':0,'isLast':true,'values':[" EDITED("5", "Role") "]}"), &view, &t,
        &next, &err));
    assert_str(t.edit, "0");
}

static void finds_tickets_by_offset(void **state)
{
    struct find_result found;
    struct err err = {0};
    (void)state;

    assert_true(
        jsm_found_read(arena, json_of("{'startAt':0,'total':0,'issues':[]}"), &VIEW, &found, &err));
    assert_true(found.proven);
    assert_true(jsm_found_read(arena,
                               json_of("{'startAt':0,'total':30,'issues':[{'id':'1','fields':{"
                                       "'creator':{'key':'JIRAUSER1them'}}}]}"),
                               &VIEW, &found, &err));
    assert_int_equal(found.count, 0);
    assert_false(found.proven); /* there may be ours among those not shown */
    assert_true(jsm_found_read(arena,
                               json_of("{'startAt':0,'total':1,'issues':[{'id':'1','fields':{"
                                       "'creator':{'key':'JIRAUSER1us'},'comment':{'total':1,"
                                       "'comments':[{" AUTHOR("them") "}]}}}]}"),
                               &VIEW, &found, &err));
    assert_int_equal(found.count, 1);
    assert_true(found.human_touched[0]);
    /* what we did ourselves is nobody's work; who hides may be anybody */
    assert_true(jsm_found_read(
        arena,
        json_of("{'startAt':0,'total':2,'issues':["
                "{'id':'1','fields':{'creator':{'key':'JIRAUSER1us'},'comment':{'total':1,"
                "'comments':[{" AUTHOR("us") "}]}},'changelog':{'histories':[{" AUTHOR(
                    "us") "}]}},{'id':'2','fields':{'creator':{'key':'JIRAUSER1us'}},"
                          "'changelog':{'histories':[{}]}}]}"),
        &VIEW, &found, &err));
    assert_int_equal(found.count, 2);
    assert_false(found.human_touched[0]);
    assert_true(found.human_touched[1]);
}

/* Comments without properties: ours by author and last line, never somebody else's. */
static void knows_our_comment_by_its_end(void **state)
{
    static const char END[] = "'body':'{panel}x{panel}\\n" JSM_NOTICE_END "'";
    (void)state;

    struct str text =
        arena_printf(arena,
                     "{'comments':[{'id':'1',%s," AUTHOR(
                         "them") "},{'id':'2',%s,"
                                 "'properties':[{'key':'countersign.role','value':{'role':'told'}}"
                                 "]," AUTHOR("us") "},{'id':'3','body':'x'," AUTHOR(
                                     "us") "},{'id':'4',%s," AUTHOR("us") "}]}",
                     END, END, END);
    const struct json *comments = json_of(arena_cstr(arena, text));
    assert_str(jsm_comment_find(arena, comments, VIEW.our_account), "4");
    assert_int_equal(jsm_comment_find(arena, comments, STR_NONE).len, 0);
}

/* Why a second ticket is thrown away is said once there too, and a stranger's words are not ours.
 */
static void knows_what_we_said_of_a_second_ticket(void **state)
{
    struct jsm_call c = there(jsm_call_say_second(arena, STR("10002"), STR("IAM-2"), STR("IAM-1")));
    struct str sent = json_path_str(json_of(arena_cstr(arena, c.body)), "body");
    struct str line = str_cut(&sent, '\n'); /* of a text without quotes */
    (void)state;

    struct str text = arena_printf(arena,
                                   "{'comments':[{'id':'1','body':'x'," AUTHOR(
                                       "us") "},{'id':'2','body':'%.*s'," AUTHOR("us") "}]}",
                                   STR_ARG(line));
    const struct json *said = json_of(arena_cstr(arena, text));
    assert_true(jsm_second_is_said(arena, said, VIEW.our_account));
    assert_false(jsm_second_is_said(arena, said, STR("JIRAUSER1them")));
    assert_false(jsm_second_is_said(arena, said, STR_NONE));
    assert_int_equal(jsm_comment_find(arena, said, VIEW.our_account).len, 0);
}

/* --- walks --- */

enum { TICKETS = 60, PAGE = 10, NOW = 1000000 };

struct desk {
    int64_t id[TICKETS], updated[TICKETS];
    size_t count;
    int64_t now;
};

static void desk_fill(struct desk *d)
{
    *d = (struct desk){.count = TICKETS, .now = NOW};
    for (size_t i = 0; i < TICKETS; i++) {
        d->id[i] = 100 + (int64_t)i;
        d->updated[i] = 1 + (int64_t)i / 7; /* many at the same time */
    }
}

static void desk_remove(struct desk *d, size_t i)
{
    for (d->count--; i < d->count; i++) {
        d->id[i] = d->id[i + 1];
        d->updated[i] = d->updated[i + 1];
    }
}

/* Somebody changes a ticket: it goes to the end of the list. */
static void desk_touch(struct desk *d, size_t i)
{
    int64_t id = d->id[i];
    desk_remove(d, i);
    d->id[d->count] = id;
    d->updated[d->count++] = d->now++;
}

static const struct json *desk_page(const struct desk *d, int64_t start)
{
    struct str hits = STR("");
    const struct json *v;
    struct err err;

    for (size_t i = (size_t)start; i < d->count && i < (size_t)start + PAGE; i++)
        hits = arena_printf(arena,
                            "%.*s%s{\"id\":\"%d\",\"fields\":{\"updated\":\"1970-01-01T%02d:%02d:%"
                            "02d.%03d+0000\"}}",
                            STR_ARG(hits), hits.len ? "," : "", (int)d->id[i],
                            (int)(d->updated[i] / 3600000), (int)(d->updated[i] / 60000 % 60),
                            (int)(d->updated[i] / 1000 % 60), (int)(d->updated[i] % 1000));
    struct str text =
        arena_printf(arena, "{\"startAt\":%d,\"maxResults\":%d,\"total\":%d,\"issues\":[%.*s]}",
                     (int)start, PAGE, (int)d->count, STR_ARG(hits));
    assert_true(json_parse(arena, text, &v, &err));
    return v;
}

static int64_t start_of(struct str token)
{
    struct jsm_call call = there(jsm_call_poll(arena, &STR("IAM"), 1, 0, token, STR_NONE));
    const struct json *body;
    struct err err;
    int64_t start = -1;

    assert_true(json_parse(arena, call.body, &body, &err));
    assert_true(json_i64(json_member(body, "startAt"), &start));
    return start;
}

/* Walk once; between two pages `touches` tickets change or go. False: the walk was given up. */
static bool walk(struct desk *d, struct rng *rng, size_t touches, bool seen[TICKETS])
{
    struct str token = STR_NONE;
    struct jsm_page page;
    struct err err;

    for (;;) {
        if (!jsm_page_read(arena, desk_page(d, start_of(token)), token, &page, &err))
            return false;
        for (size_t i = 0; i < page.count; i++) {
            int64_t id = 0;
            assert_true(str_to_i64(page.hits[i].issue_id, &id));
            seen[id - 100] = true;
        }
        if (!page.next_token.len)
            return true;
        token = page.next_token;
        for (size_t i = 0; i < touches && d->count > 1; i++) {
            size_t at = (size_t)rng_below(rng, (uint64_t)d->count);
            if (rng_below(rng, 4))
                desk_touch(d, at);
            else
                desk_remove(d, at);
        }
    }
}

/* A walk that ends has seen every ticket that is still there. */
static void loses_nothing_while_walking(void **state)
{
    struct rng rng;
    size_t ended = 0, given_up = 0;
    (void)state;

    rng_seed(&rng, 7);
    for (size_t round = 0; round < 400; round++) {
        struct desk d;
        bool seen[TICKETS] = {false};
        arena_clear(arena);
        desk_fill(&d);
        if (!walk(&d, &rng, round % 12, seen)) {
            given_up++;
            continue;
        }
        ended++;
        for (size_t i = 0; i < d.count; i++)
            if (!seen[d.id[i] - 100])
                fail_msg("round %zu: ticket %d was passed over", round, (int)d.id[i]);
    }
    assert_true(ended > 100);
    assert_true(given_up > 0);
}

static void refuses_pages_that_cannot_be(void **state)
{
    struct jsm_page page;
    struct err err;
    (void)state;

    assert_false(jsm_page_read(arena, json_of("{'startAt':3,'total':9,'issues':[]}"), STR_NONE,
                               &page, &err));
    assert_false(jsm_page_read(arena, json_of("{'startAt':0,'total':9,'issues':[]}"), STR_NONE,
                               &page, &err));
    assert_false(jsm_page_read(arena, json_of("{'startAt':0,'total':9,'issues':[{'id':'1'}]}"),
                               STR_NONE, &page, &err));
    assert_false(jsm_page_read(arena, json_of("{'startAt':0,'total':0,'issues':[]}"), STR("x"),
                               &page, &err));
    assert_true(jsm_page_read(arena, json_of("{'startAt':0,'total':0,'issues':[]}"), STR_NONE,
                              &page, &err));
    assert_int_equal(page.next_token.len, 0);
    /* cut short by a limit of the server: the next begins where this one ends */
    assert_true(jsm_page_read(arena,
                              json_of("{'startAt':0,'total':9,'issues':[{'id':'1'},{'id':'2'}]}"),
                              STR_NONE, &page, &err));
    assert_str(page.next_token, "1+1");
}

JSM_UNIT_MAIN(cmocka_unit_test(knows_flavours), cmocka_unit_test(leaves_cloud_alone),
              cmocka_unit_test(translates_paths), cmocka_unit_test(refuses_what_is_not_there),
              cmocka_unit_test(translates_searches), cmocka_unit_test(translates_bodies),
              cmocka_unit_test(knows_people), cmocka_unit_test(words_name_people),
              cmocka_unit_test(knows_what_we_said_of_a_second_ticket),
              cmocka_unit_test(knows_the_last_page), cmocka_unit_test(reads_tickets),
              cmocka_unit_test(edits_are_told_by_name), cmocka_unit_test(finds_tickets_by_offset),
              cmocka_unit_test(knows_our_comment_by_its_end),
              cmocka_unit_test(loses_nothing_while_walking),
              cmocka_unit_test(refuses_pages_that_cannot_be))
