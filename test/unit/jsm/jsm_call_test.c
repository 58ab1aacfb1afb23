/* The calls, byte by byte, as Atlassian's OpenAPI files want them. */
#include "jsm/jsm_call.h"

#include "jsm_unit.h"

static void assert_call(struct jsm_call c, const char *method, const char *path, const char *body,
                        bool once)
{
    assert_string_equal(c.method, method);
    assert_str(c.path, path);
    assert_str(c.body, body);
    assert_int_equal(c.effect == JSM_ONCE, once);
}

static void reads(void **state)
{
    struct str id = STR("10042");
    (void)state;

    assert_call(jsm_call_myself(), "GET", "/rest/api/3/myself", "", false);
    assert_call(jsm_call_issue(arena, id), "GET",
                "/rest/api/3/issue/10042?expand=changelog&properties=gar.bind,countersign.state",
                "", false);
    assert_call(jsm_call_issue_fields(arena, id, STR("status,customfield_1")), "GET",
                "/rest/api/3/issue/"
                "10042?expand=changelog&properties=gar.bind,countersign.state&fields=status,"
                "customfield_1",
                "", false);
    assert_call(jsm_call_issue_by_key(arena, STR("IAM-482"), STR("status")), "GET",
                "/rest/api/3/issue/IAM-482?expand=changelog&fields=status", "", false);
    assert_int_equal(jsm_call_issue_by_key(arena, STR("IAM-482/x"), STR("a")).path.len, 0);
    assert_str(jsm_call_issue_fields(arena, id, STR_NONE).path,
               "/rest/api/3/issue/10042?expand=changelog&properties=gar.bind,countersign.state");
    assert_call(jsm_call_server_info(), "GET", "/rest/api/3/serverInfo", "", false);
    assert_call(jsm_call_project(arena, STR("I/A M")), "GET", "/rest/api/3/project/I%2FA%20M", "",
                false);
    assert_int_equal(jsm_call_project(arena, STR_NONE).path.len, 0);
    assert_call(jsm_call_changelog(arena, id, 100), "GET",
                "/rest/api/3/issue/10042/changelog?startAt=100&maxResults=100", "", false);
    assert_call(jsm_call_transitions(arena, id), "GET",
                "/rest/api/3/issue/10042/transitions?expand=transitions.fields", "", false);
    assert_call(jsm_call_comments(arena, id, 100), "GET",
                "/rest/api/3/issue/10042/"
                "comment?expand=properties&orderBy=created&maxResults=100&startAt=100",
                "", false);
}

static void where_the_next_comments_begin(void **state)
{
    static const struct {
        const char *page;
        int64_t next;
    } ROWS[] = {
        {"{'startAt':0,'total':3,'comments':[{},{}]}", 2},
        {"{'startAt':2,'total':3,'comments':[{}]}", 0},
        {"{'startAt':2,'total':2,'comments':[]}", 0},
        {"{'startAt':0,'total':5,'comments':[]}", 0}, /* deleted meanwhile */
        {"{'comments':[{}]}", 0},
        {"{'startAt':-1,'total':5,'comments':[{}]}", 0},
        {"{'startAt':9223372036854775807,'total':9223372036854775807,'comments':[{},{}]}", 0},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(ROWS); i++)
        if (jsm_comments_next(json_of(ROWS[i].page)) != ROWS[i].next)
            fail_msg("%s", ROWS[i].page);
}

static void a_long_history_by_what_we_look_for(void **state)
{
    static const struct str FIELDS[] = {STR("customfield_1"), STR("status"), STR("customfield_1"),
                                        STR("summary")};
    struct str many[JSM_CHANGELOG_FIELDS_MAX];
    struct str id = STR("10042");
    (void)state;

    assert_call(jsm_call_changelogs(arena, id, FIELDS, COUNT(FIELDS), STR_NONE), "POST",
                "/rest/api/3/changelog/bulkfetch",
                "{\"issueIdsOrKeys\":[\"10042\"],\"fieldIds\":[\"status\",\"customfield_1\","
                "\"summary\"],\"maxResults\":1000}",
                false);
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = arena_printf(arena, "customfield_%zu", i);
    assert_call(jsm_call_changelogs(arena, id, many, COUNT(many), STR("t")), "POST",
                "/rest/api/3/changelog/bulkfetch",
                "{\"issueIdsOrKeys\":[\"10042\"],\"maxResults\":1000,\"nextPageToken\":\"t\"}",
                false);
    assert_int_equal(jsm_call_changelogs(arena, STR("IAM-1"), FIELDS, 1, STR_NONE).path.len, 0);
    assert_call(jsm_call_organisations(arena, STR("I/A"), 50), "GET",
                "/rest/servicedeskapi/servicedesk/projectKey:I%2FA/organization?limit=50&start=50",
                "", false);
}

static void many_by_id(void **state)
{
    const struct str ids[] = {STR("10042"), STR("10043")};
    (void)state;

    struct jsm_call c = jsm_call_updated(arena, ids, 2);
    assert_call(c, "POST", "/rest/api/3/issue/bulkfetch",
                "{\"issueIdsOrKeys\":[\"10042\",\"10043\"],\"fields\":[\"updated\"]}", false);
    assert_int_equal(c.lane, LANE_SWEEP);
}

static void searches(void **state)
{
    const struct str projects[] = {STR("IAM"), STR("O\"P\\S\n")};
    (void)state;

    assert_call(jsm_call_poll(arena, projects, 2, 1777142100000, STR_NONE, STR_NONE), "POST",
                "/rest/api/3/search/jql",
                "{\"jql\":\"project in (\\\"IAM\\\", \\\"O\\\\\\\"P\\\\\\\\S\\\") AND updated >= "
                "1777142100000 ORDER BY updated ASC, key ASC\",\"maxResults\":100,"
                "\"fields\":[\"updated\"]}",
                false);
    struct jsm_call next =
        jsm_call_poll(arena, projects, 1, 5, STR("a\"b"), STR("customfield_10010"));
    assert_true(str_find(next.body, 'n') > 0);
    assert_str(json_path_str(json_of("{'x':'y'}"), "x"), "y");
    const struct json *body;
    struct err err;
    assert_true(json_parse(arena, next.body, &body, &err));
    assert_str(json_path_str(body, "nextPageToken"), "a\"b");
    assert_str(json_path_str(body, "fields/1"), "customfield_10010");
    struct jsm_call find = jsm_call_find(arena, projects, 1, STR("gar-1"), STR("labels"));
    assert_true(json_parse(arena, find.body, &body, &err));
    assert_str(json_path_str(body, "jql"),
               "project in (\"IAM\") AND labels = \"gar-1\" ORDER BY created ASC");
    assert_str(json_path_str(body, "properties/0"), "gar.bind");
    assert_str(json_path_str(body, "expand"), "changelog");
    assert_int_equal(json_count(json_member(body, "fields")), 5);
    /* a new ticket waits for the answer; a sweep can wait itself */
    assert_int_equal(find.lane, LANE_CREATE);
    assert_int_equal(next.lane, LANE_SWEEP);
}

static void a_marker_is_searched_where_it_stands(void **state)
{
    const struct str projects[] = {STR("IAM")};
    const struct json *body;
    struct err err;
    (void)state;

    struct jsm_call c = jsm_call_find(arena, projects, 1, STR("gar-1"), STR("customfield_10090"));
    assert_true(json_parse(arena, c.body, &body, &err));
    assert_str(json_path_str(body, "jql"),
               "project in (\"IAM\") AND (labels = \"gar-1\" OR cf[10090] ~ "
               "\"\\\"gar-1\\\"\") ORDER BY created ASC");
    c = jsm_call_find(arena, projects, 1, STR("gar-\"1\\"), STR("description"));
    assert_true(json_parse(arena, c.body, &body, &err));
    assert_str(json_path_str(body, "jql"),
               "project in (\"IAM\") AND (labels = \"gar-\\\"1\\\\\" OR description ~ "
               "\"\\\"gar-1\\\"\") ORDER BY created ASC");
}

static void what_a_form_is_read_by(void **state)
{
    (void)state;
    assert_str(jsm_call_desk(arena, STR("IAM")).path,
               "/rest/servicedeskapi/servicedesk/projectKey:IAM");
    assert_str(jsm_call_request_form(arena, STR("4"), STR("30")).path,
               "/rest/servicedeskapi/servicedesk/4/requesttype/30/field");
    assert_int_equal(jsm_call_request_form(arena, STR("4"), STR("x")).path.len, 0);
    assert_int_equal(jsm_call_request_form(arena, STR(""), STR("30")).path.len, 0);
    assert_str(jsm_call_issue_types(arena, STR("I/M")).path,
               "/rest/api/3/issue/createmeta/I%2FM/issuetypes?maxResults=200");
    assert_str(jsm_call_issue_form(arena, STR("IAM"), STR("10039"), 200).path,
               "/rest/api/3/issue/createmeta/IAM/issuetypes/10039?startAt=200&maxResults=200");
    assert_int_equal(jsm_call_issue_form(arena, STR("IAM"), STR("a"), 0).path.len, 0);
    assert_str(jsm_call_users(arena, STR("a+b@x.org")).path,
               "/rest/api/3/user/search?maxResults=50&query=a%2Bb%40x.org");
    assert_str(jsm_call_user(arena, STR("712020:a")).path, "/rest/api/3/user?accountId=712020%3Aa");
    assert_str(jsm_call_accounts(arena, (struct str[]){STR("712020:a"), STR("b&c")}, 2).path,
               "/rest/api/3/user/bulk?maxResults=100&accountId=712020%3Aa&accountId=b%26c");
    assert_int_equal(jsm_call_accounts(arena, NULL, 0).path.len, 0);
}

static void writes(void **state)
{
    struct str id = STR("10042");
    (void)state;

    assert_call(
        jsm_call_transition(arena, id, STR("51"), STR("{\"resolution\":{\"name\":\"Done\"}}")),
        "POST", "/rest/api/3/issue/10042/transitions",
        "{\"transition\":{\"id\":\"51\"},\"fields\":{\"resolution\":{\"name\":\"Done\"}}}", true);
    assert_call(jsm_call_transition(arena, id, STR("51"), STR_NONE), "POST",
                "/rest/api/3/issue/10042/transitions", "{\"transition\":{\"id\":\"51\"}}", true);
    assert_call(jsm_call_fields(arena, id, STR("{\"customfield_1\":null}")), "PUT",
                "/rest/api/3/issue/10042", "{\"fields\":{\"customfield_1\":null}}", false);
}

/* The API's default is public: internal must be said on every write, the repeated one too. */
static void our_comment_is_always_internal(void **state)
{
    const char *body = "{\"body\":{},\"properties\":[{\"key\":\"sd.public.comment\",\"value\":{"
                       "\"internal\":true}},{\"key\":\"countersign.role\",\"value\":{\"role\":"
                       "\"status\"}}]}";
    (void)state;

    assert_call(jsm_call_comment(arena, STR("1"), STR_NONE, STR("{}")), "POST",
                "/rest/api/3/issue/1/comment", body, true);
    assert_call(jsm_call_comment(arena, STR("1"), STR("77"), STR("{}")), "PUT",
                "/rest/api/3/issue/1/comment/77?notifyUsers=false", body, false);
    struct jsm_call tell = jsm_call_tell(arena, STR("1"), STR("{}"), STR("7"));
    assert_call(tell, "POST", "/rest/api/3/issue/1/comment",
                "{\"body\":{},\"properties\":[{\"key\":\"sd.public.comment\",\"value\":{"
                "\"internal\":true}},{\"key\":\"countersign.role\",\"value\":{\"role\":"
                "\"told\",\"of\":\"7\"}}]}",
                true);
}

/* The two fields and the property in one write, and nobody is mailed where that can be asked. */
static void what_is_said_in_our_name_is_one_write(void **state)
{
    struct jsm_say say = {.fields = STR("{\"cf_2\":\"Now\"}"),
                          .said = {.request = STR("r"),
                                   .state = STR("checking"),
                                   .check = STR("Checking"),
                                   .line = STR("Now")},
                          .silent = true};
    (void)state;

#define STATE                                                                              \
    "\"properties\":[{\"key\":\"countersign.state\",\"value\":{\"v\":1,\"request\":\"r\"," \
    "\"state\":\"checking\",\"check\":\"Checking\",\"line\":\"Now\"}}]}"
    assert_call(jsm_call_say(arena, STR("1"), &say), "PUT", "/rest/api/3/issue/1?notifyUsers=false",
                "{\"fields\":{\"cf_2\":\"Now\"}," STATE, false);
    struct jsm_call loop = jsm_call_record(arena, STR("1"), STR("201"), &say);
    assert_call(loop, "POST", "/rest/api/3/issue/1/transitions",
                "{\"transition\":{\"id\":\"201\"},\"fields\":{\"cf_2\":\"Now\"}," STATE, false);
    assert_int_equal(loop.lane, LANE_WORDS);
    say.silent = false;
    say.fields = STR_NONE; /* a site without the fields */
    assert_call(jsm_call_say(arena, STR("1"), &say), "PUT", "/rest/api/3/issue/1", "{" STATE,
                false);
}

/* What is no id leads nowhere: no path, so nothing is sent. */
static void only_ids_go_into_paths(void **state)
{
    static const char *const BAD[] = {"",   "IAM-1", "1/../2", "1?x",
                                      "-1", "1 ",    "%31",    "123456789012345678901"};
    (void)state;

    for (size_t i = 0; i < COUNT(BAD); i++) {
        struct str id = str_of(BAD[i]);
        assert_int_equal(jsm_call_issue(arena, id).path.len, 0);
        assert_int_equal(jsm_call_issue_fields(arena, id, STR("a")).path.len, 0);
        assert_int_equal(jsm_call_changelog(arena, id, 0).path.len, 0);
        assert_int_equal(jsm_call_transitions(arena, id).path.len, 0);
        assert_int_equal(jsm_call_transition(arena, id, STR("1"), STR_NONE).path.len, 0);
        assert_int_equal(jsm_call_transition(arena, STR("1"), id, STR_NONE).path.len, 0);
        assert_int_equal(jsm_call_comments(arena, id, 0).path.len, 0);
        assert_int_equal(jsm_call_comment(arena, id, STR_NONE, STR("{}")).path.len, 0);
        if (id.len)
            assert_int_equal(jsm_call_comment(arena, STR("1"), id, STR("{}")).path.len, 0);
        assert_int_equal(jsm_call_fields(arena, id, STR("{}")).path.len, 0);
    }
}

static void a_create_carries_marker_and_binding(void **state)
{
    const struct jsm_create c = {.project = STR("IAM"),
                                 .issue_type = STR("Service Request"),
                                 .request_type_field = STR("customfield_10010"),
                                 .request_type = STR("31"),
                                 .summary = STR("Remove \"x\""),
                                 .description = STR("why\nso"),
                                 .fields = STR("{\"customfield_1\":{\"id\":\"9\"}}"),
                                 .marker = STR("gar-77"),
                                 .site = STR("acme"),
                                 .site_id = STR("https://acme.example"),
                                 .request_id = STR("r-1")};
    const struct json *v;
    struct err err;
    (void)state;

    struct jsm_call call = jsm_call_create(jsm_create_body(arena, &c));
    assert_string_equal(call.method, "POST");
    assert_str(call.path, "/rest/api/3/issue");
    assert_int_equal(call.effect, JSM_ONCE);
    assert_true(json_parse(arena, call.body, &v, &err));
    assert_str(json_path_str(v, "fields/project/key"), "IAM");
    assert_str(json_path_str(v, "fields/issuetype/name"), "Service Request");
    assert_str(json_path_str(v, "fields/summary"), "Remove \"x\"");
    assert_str(json_path_str(v, "fields/labels/0"), "gar-77");
    assert_str(json_path_str(v, "fields/customfield_10010"), "31");
    assert_str(json_path_str(v, "fields/customfield_1/id"), "9");
    assert_str(json_path_str(v, "fields/description/content/2/content/0/text"),
               "Countersign gar-77");
    assert_str(json_path_str(v, "properties/0/key"), "gar.bind");
    assert_str(json_path_str(v, "properties/0/value/request"), "r-1");
    assert_str(json_path_str(v, "properties/0/value/site"), "acme");
    assert_str(json_path_str(v, "properties/0/value/site_id"), "https://acme.example");
}

static void a_create_by_the_desk_carries_the_marker_alone(void **state)
{
    const struct str participants[] = {STR("712020:p")};
    struct jsm_create c = {.request_type = STR("31"),
                           .summary = STR("s"),
                           .description = STR("why"),
                           .fields = STR("{\"customfield_1\":\"x\"}"),
                           .marker = STR("gar-77"),
                           .marker_field = STR("customfield_10090"),
                           .labels = STR("\"a\",\"b\""),
                           .reporter = STR("712020:r")};
    const struct json *v;
    struct err err;
    (void)state;

    struct jsm_call call = jsm_call_request(jsm_request_body(arena, &c, STR("4"), participants, 1));
    assert_str(call.path, "/rest/servicedeskapi/request");
    assert_int_equal(call.effect, JSM_ONCE);
    assert_str(
        call.body,
        "{\"serviceDeskId\":\"4\",\"requestTypeId\":\"31\",\"isAdfRequest\":true,"
        "\"raiseOnBehalfOf\":\"712020:r\",\"requestParticipants\":[\"712020:p\"],"
        "\"requestFieldValues\":{\"summary\":\"s\",\"description\":{\"version\":1,\"type\":"
        "\"doc\",\"content\":[{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\","
        "\"text\":\"why\"}]},{\"type\":\"paragraph\",\"content\":[{\"type\":\"text\",\"text\":"
        "\"Countersign gar-77\"}]}]},\"labels\":[\"a\",\"b\"],\"customfield_10090\":\"gar-77\","
        "\"customfield_1\":\"x\"}}");
    c = (struct jsm_create){.request_type = STR("31"), .summary = STR("s"), .marker = STR("gar-1")};
    assert_str(jsm_request_body(arena, &c, STR("4"), NULL, 0),
               "{\"serviceDeskId\":\"4\",\"requestTypeId\":\"31\",\"isAdfRequest\":true,"
               "\"requestFieldValues\":{\"summary\":\"s\",\"labels\":[\"gar-1\"]}}");
    c.reporter = STR("712020:r");
    c.request_type_field = STR("customfield_10010");
    assert_true(json_parse(arena, jsm_create_body(arena, &c), &v, &err));
    assert_str(json_path_str(v, "fields/reporter/accountId"), "712020:r");
}

JSM_UNIT_MAIN(cmocka_unit_test(a_marker_is_searched_where_it_stands),
              cmocka_unit_test(what_a_form_is_read_by),
              cmocka_unit_test(a_create_by_the_desk_carries_the_marker_alone),
              cmocka_unit_test(reads), cmocka_unit_test(where_the_next_comments_begin),
              cmocka_unit_test(a_long_history_by_what_we_look_for), cmocka_unit_test(many_by_id),
              cmocka_unit_test(searches), cmocka_unit_test(writes),
              cmocka_unit_test(our_comment_is_always_internal),
              cmocka_unit_test(what_is_said_in_our_name_is_one_write),
              cmocka_unit_test(only_ids_go_into_paths),
              cmocka_unit_test(a_create_carries_marker_and_binding))
