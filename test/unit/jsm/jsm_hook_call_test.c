/* What is registered, what is wrong with it, and the calls that make it right. */
#include "jsm/jsm_hook_call.h"

#include "jsm_unit.h"

static const struct str PROJECTS[] = {{"IAM", 3}, {"OPS", 3}};
#define URL "https://c.example.com/webhook/jira/acme"
#define SIX                                                                     \
    "'events':['jira:issue_created','jira:issue_updated','jira:issue_deleted'," \
    "'comment_created','comment_updated','comment_deleted']"
#define EIGHT                                                                     \
    "'events':['jira:issue_created','jira:issue_updated','jira:issue_deleted',"   \
    "'comment_created','comment_updated','comment_deleted','issue_property_set'," \
    "'issue_property_deleted']"
#define BOTH "'filters':{'issue-related-events-section':'project in (IAM, OPS)'}"
#define ADMIN(id, more)                                                                         \
    "{'self':'https://x.atlassian.net/rest/webhooks/1.0/webhook/" id "','name':'n','url':'" URL \
    "','enabled':true,'isSigned':true,'excludeBody':false," more "}"
enum { DAY_S = 86400 };
static const int64_t NOW = 1777142400000;

static struct jsm_hook_want want_of(enum jsm_hook_registry registry)
{
    return (struct jsm_hook_want){.registry = registry,
                                  .url = STR(URL),
                                  .projects = PROJECTS,
                                  .project_count = 2,
                                  .secret = STR("s3cr3t\"")};
}

static struct jsm_hook_list *list_of(enum jsm_hook_registry registry, const char *text)
{
    struct jsm_hook_list *list = ARENA_NEW(arena, struct jsm_hook_list);
    struct err err = {0};

    if (!jsm_hooks_read(arena, registry, json_of(text), list, &err))
        fail_msg("%s: %s", text, err.what);
    return list;
}

/* Names of the faults, in order. */
static const char *faults_of(enum jsm_hook_registry registry, const char *text)
{
    const struct jsm_hook_entry *best;
    struct jsm_hook_want want = want_of(registry);
    unsigned faults = jsm_hooks_judge(&want, list_of(registry, text), NOW, &best);
    const char *said = "";

    for (unsigned i = 0; i < JSM_HOOK_FAULT_COUNT; i++)
        if (faults & 1U << i)
            said =
                arena_printf(arena, "%s%s%s", said, said[0] ? " " : "", JSM_HOOK_FAULT_NAMES[i]).p;
    return said;
}

/* "METHOD path body" of each call, one a line. */
static const char *plan_of(enum jsm_hook_registry registry, const char *text)
{
    struct jsm_call calls[JSM_HOOK_CALLS_MAX];
    struct jsm_hook_want want = want_of(registry);
    size_t count = jsm_hooks_plan(arena, &want, list_of(registry, text), NOW, calls);
    const char *said = "";

    for (size_t i = 0; i < count; i++)
        said = arena_printf(arena, "%s%s%s %.*s %.*s", said, i ? "\n" : "", calls[i].method,
                            STR_ARG(calls[i].path), STR_ARG(calls[i].body))
                   .p;
    return said;
}

static void admin_faults(void **state)
{
    static const struct {
        const char *list, *faults;
    } ROWS[] = {
        {"[" ADMIN("1", EIGHT "," BOTH) "]", ""},
        {"[" ADMIN("1", EIGHT) "]", ""}, /* no filter: all there is */
        {"[]", "missing"},
        {"[{'self':'x/1','url':'https://else/webhook/jira/acme'}]", "missing"},
        {"[" ADMIN("1", EIGHT "," BOTH) "," ADMIN("2", EIGHT "," BOTH) "]", "double"},
        {"[" ADMIN("1", BOTH ",'events':['jira:issue_updated']") "]", "events"},
        {"[" ADMIN("1", SIX "," BOTH) "]", "events"}, /* of properties nothing would be heard */
        {"[" ADMIN("1", EIGHT ",'filters':{'issue-related-events-section':'project = IAM'}") "]",
         "projects"},
        {"[" ADMIN("1", EIGHT ",'filters':{'issue-related-events-section':'PROJECT  IN "
                              "(\\\"OPS\\\",IAM,XY)'}") "]",
         ""},
        {"[" ADMIN("1", EIGHT ",'filters':{'issue-related-events-section':'project in (IAM, OPS) "
                              "AND type = x'}") "]",
         "projects"},
        {"[" ADMIN("1", EIGHT ",'filters':{'issue-related-events-section':'project not in "
                              "(IAM, OPS)'}") "]",
         "projects"},
        {"[" ADMIN("1",
                   EIGHT ",'filters':{'issue-related-events-section':'project in (IAM, OPS'}") "]",
         "projects"},
        {"[{'self':'x/3','url':'" URL "/'," EIGHT ",'enabled':false,'excludeBody':true}]",
         "disabled unsigned no_body"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(ROWS); i++)
        assert_string_equal(faults_of(JSM_HOOKS_ADMIN, ROWS[i].list), ROWS[i].faults);
}

static void admin_plans(void **state)
{
    (void)state;
    assert_string_equal(plan_of(JSM_HOOKS_ADMIN, "[" ADMIN("1", EIGHT "," BOTH) "]"), "");
    const char *made = plan_of(JSM_HOOKS_ADMIN, "[]");
    assert_non_null(strstr(made, "POST /rest/webhooks/1.0/webhook {"));
    assert_non_null(strstr(made, "\"secret\":\"s3cr3t\\\"\""));
    assert_non_null(
        strstr(made, "\"issue-related-events-section\":\"project in (\\\"IAM\\\", \\\"OPS\\\")\""));
    assert_null(strchr(made, '\n'));
    /* repaired under its own name, at its own address */
    const char *repaired = plan_of(JSM_HOOKS_ADMIN, "[" ADMIN("17", "'events':[]") "]");
    assert_non_null(strstr(repaired, "PUT /rest/webhooks/1.0/webhook/17 {\"name\":\"n\""));
    /* of two, the one that is right stays */
    assert_string_equal(plan_of(JSM_HOOKS_ADMIN, "[" ADMIN("1", BOTH ",'events':[]") "," ADMIN(
                                                     "2", EIGHT "," BOTH) "]"),
                        "DELETE /rest/webhooks/1.0/webhook/1 ");
    /* others' are left alone, however many */
    assert_string_equal(
        plan_of(JSM_HOOKS_ADMIN, "[{'self':'x/9','url':'https://else'}," ADMIN("1", EIGHT) "]"),
        "");
    /* an id that could not go into a path goes nowhere */
    assert_non_null(strstr(plan_of(JSM_HOOKS_ADMIN, "[{'id':'../3','url':'" URL "'}]"), "PUT  {"));
    for (enum jsm_hook_registry r = JSM_HOOKS_DC; r <= JSM_HOOKS_DC_OLD; r++)
        assert_string_equal(plan_of(r, "[]"), ""); /* by hand */
}

static const char *app_list(int64_t expires_ms, const char *jql)
{
    return arena_printf(arena,
                        "{'isLast':true,'values':[{'id':1001,'url':'" URL
                        "','jqlFilter':'%s'," EIGHT
                        ",'expirationDate':%lld},{'id':7,'url':'https://else'}]}",
                        jql, (long long)expires_ms)
        .p;
}

static void app_registrations(void **state)
{
    const int64_t DAY = (int64_t)DAY_S * 1000;
    (void)state;

    assert_string_equal(faults_of(JSM_HOOKS_APP, app_list(NOW + 20 * DAY, "project in (IAM, OPS)")),
                        "");
    assert_string_equal(plan_of(JSM_HOOKS_APP, app_list(NOW + 20 * DAY, "project in (IAM, OPS)")),
                        "");
    assert_string_equal(plan_of(JSM_HOOKS_APP, app_list(NOW + 19 * DAY, "project in (IAM, OPS)")),
                        "PUT /rest/api/3/webhook/refresh {\"webhookIds\":[1001]}");
    /* it cannot be changed: away with it, and a new one */
    const char *again = plan_of(JSM_HOOKS_APP, app_list(NOW + 20 * DAY, "project = IAM"));
    assert_non_null(strstr(again, "DELETE /rest/api/3/webhook {\"webhookIds\":[1001]}\n"
                                  "POST /rest/api/3/webhook {\"url\":\"" URL "\",\"webhooks\":[{"));
    assert_non_null(
        strstr(again, "\"issuePropertyKeysFilter\":[\"gar.bind\",\"countersign.state\"]"));
    assert_string_equal(faults_of(JSM_HOOKS_APP, "{'isLast':true,'values':[]}"), "missing");
    /* dates in either form */
    assert_string_equal(faults_of(JSM_HOOKS_APP,
                                  "{'isLast':true,'values':[{'id':1,'url':'" URL
                                  "','jqlFilter':''," EIGHT
                                  ",'expirationDate':'2026-06-01T12:42:30.000+0000'}]}"),
                        "");
    assert_false(list_of(JSM_HOOKS_APP, "{'isLast':false,'values':[{'id':1}]}")->last);
    assert_true(list_of(JSM_HOOKS_APP, "{'isLast':false,'values':[]}")->last);
    assert_str(jsm_call_hooks(arena, JSM_HOOKS_APP, 100).path,
               "/rest/api/3/webhook?startAt=100&maxResults=100");
    assert_str(jsm_hook_refusal(json_of("{'webhookRegistrationResult':[{'errors':['no']}]}")),
               "no");
    assert_str(jsm_hook_refusal(json_of("{'webhookRegistrationResult':[{'createdWebhookId':1}]}")),
               "");
}

static void data_center(void **state)
{
    (void)state;
    assert_string_equal(faults_of(JSM_HOOKS_DC,
                                  "[{'id':3,'name':'n','url':'" URL "','active':true," SIX
                                  ",'configuration':{'FILTERS':'project in (IAM, OPS)',"
                                  "'EXCLUDE_BODY':'false'}}]"),
                        "");
    assert_string_equal(faults_of(JSM_HOOKS_DC, "[{'id':3,'url':'" URL "','active':'false'," SIX
                                                ",'configuration':{'EXCLUDE_BODY':'true'}}]"),
                        "disabled no_body");
    assert_string_equal(
        faults_of(JSM_HOOKS_DC_OLD, "[{'self':'x/3','url':'" URL "','enabled':true," SIX "}]"), "");
    assert_str(jsm_call_hooks(arena, JSM_HOOKS_DC, 0).path, "/rest/jira-webhook/1.0/webhooks");
    assert_str(jsm_call_hooks(arena, JSM_HOOKS_DC_OLD, 0).path, "/rest/webhooks/1.0/webhook");
}

static void no_lists(void **state)
{
    static const char *const BAD[] = {"{}", "7", "'x'", "{'values':{}}"};
    struct jsm_hook_list list = {0};
    struct err err;
    (void)state;

    for (size_t i = 0; i < COUNT(BAD); i++) {
        assert_false(jsm_hooks_read(arena, JSM_HOOKS_ADMIN, json_of(BAD[i]), &list, &err));
        assert_false(jsm_hooks_read(arena, JSM_HOOKS_APP, json_of(BAD[i]), &list, &err));
    }
    /* more than there is room for, and rows that are none */
    const char *many = "[7,{},null,[]";
    for (int i = 0; i < JSM_HOOKS_MAX; i++)
        many = arena_printf(arena, "%s,{}", many).p;
    assert_int_equal(list_of(JSM_HOOKS_ADMIN, arena_printf(arena, "%s]", many).p)->count,
                     JSM_HOOKS_MAX);
}

static void failures(void **state)
{
    struct jsm_hook_failed rows[2];
    bool more;
    (void)state;

    assert_str(jsm_call_hooks_failed(arena, 5).path,
               "/rest/api/3/webhook/failed?maxResults=50&after=5");
    const struct json *body =
        json_of("{'values':[{'id':'1','body':'{}','url':'u','failureTime':1573118132000},"
                "{'id':'2','url':'u','failureTime':1573540473480},{'id':'3','failureTime':'x'},"
                "{'failureTime':1},{'id':'4','failureTime':1}],'maxResults':100}");
    assert_int_equal(jsm_hooks_failed_read(body, rows, 2, &more), 2);
    assert_false(more);
    assert_str(rows[0].body, "{}");
    assert_int_equal(rows[1].failed_ms, 1573540473480);
    assert_str(rows[1].body, "");
    assert_int_equal(jsm_hooks_failed_read(json_of("[]"), rows, 2, &more), 0);
}

JSM_UNIT_MAIN(cmocka_unit_test(admin_faults), cmocka_unit_test(admin_plans),
              cmocka_unit_test(app_registrations), cmocka_unit_test(data_center),
              cmocka_unit_test(no_lists), cmocka_unit_test(failures))
