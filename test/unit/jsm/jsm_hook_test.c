/* Is it from Jira, and which ticket is it about. */
#include "jsm/jsm_hook.h"

#include "jsm_unit.h"

/* Atlassian's own example: developer.atlassian.com/cloud/jira/platform/webhooks/ */
static const char SECRET[] = "It's a Secret to Everybody", BODY[] = "Hello World!";
static const char SIGNED[] =
    "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9";

static bool is_signed(const char *header, const char *body, struct hmac *const *keys, size_t count)
{
    return jsm_hook_is_signed(keys, count, str_of(header), str_of(body));
}

static void signatures(void **state)
{
    struct hmac *right = hmac_new(str_of(SECRET)), *other = hmac_new(STR("another one"));
    struct hmac *one[] = {right}, *both[] = {other, right}, *wrong[] = {other};
    (void)state;

    assert_true(is_signed(SIGNED, BODY, one, 1));
    assert_true(is_signed(SIGNED, BODY, both, 2)); /* while a secret is being replaced */
    assert_false(is_signed(SIGNED, BODY, wrong, 1));
    assert_false(is_signed(SIGNED, BODY, NULL, 0)); /* no secret, nobody */
    assert_false(is_signed(SIGNED, "Hello World", one, 1));
    assert_false(is_signed("", BODY, one, 1));
    assert_false(is_signed(SIGNED + 7, BODY, one, 1)); /* no method */
    assert_false(is_signed("sha1=a4771c39fbe90f317c7824e83ddef3caae9cb3d9", BODY, one, 1));
    assert_false(is_signed(
        "SHA256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9", BODY, one, 1));
    assert_false(is_signed("sha256=a4771c39", BODY, one, 1));
    assert_false(is_signed("sha256=", BODY, one, 1));
    assert_false(is_signed(
        "sha256=zz771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9", BODY, one, 1));
    for (size_t i = 7; i < sizeof SIGNED - 1; i++) { /* every digit counts */
        char changed[sizeof SIGNED];
        memcpy(changed, SIGNED, sizeof SIGNED);
        changed[i] = changed[i] == '0' ? '1' : '0';
        assert_false(is_signed(changed, BODY, one, 1));
    }
    hmac_free(right);
    hmac_free(other);
}

static void which_ticket(void **state)
{
    static const struct {
        const char *body, *id, *key, *event;
    } ROWS[] = {
        {"{'webhookEvent':'jira:issue_updated','issue':{'id':'10042','key':'IAM-1'}}", "10042",
         "IAM-1", "jira:issue_updated"},
        {"{'webhookEvent':'jira:issue_updated','issue':{'id':10042,'key':'IAM-1'}}", "10042",
         "IAM-1", "jira:issue_updated"},
        /* a comment event without its issue */
        {"{'webhookEvent':'comment_created','comment':{'self':'https://x/rest/api/2/issue/10043/"
         "comment/7'}}",
         "10043", "", "comment_created"},
        {"{'webhookEvent':'comment_created','comment':{'self':'https://x/nothing'}}", "", "",
         "comment_created"},
        {"{'webhookEvent':'comment_created','comment':{'self':'https://x/issue/IAM-1/comment/7'}}",
         "", "", "comment_created"},
        {"{'webhookEvent':'user_created','user':{}}", "", "", "user_created"},
        /* automation: the bare issue, and the wrapped one without an event */
        {"{'id':10044,'key':'IAM-2','fields':{}}", "10044", "IAM-2", ""},
        {"{'issue':{'id':10045,'key':'IAM-3','fields':{}}}", "10045", "IAM-3", ""},
        /* automation: words of one's own */
        {"{'issue':10046}", "10046", "", ""},
        {"{'issue':'10046'}", "10046", "", ""},
        {"{'issueId':10047,'text':'done'}", "10047", "", ""},
        {"{'issue_id':'10048'}", "10048", "", ""},
        {"{'id':10049,'key':'IAM-4'}", "10049", "IAM-4", ""},
        /* automation, and webhooks told to leave the body out */
        {"", "", "", ""},
        {"?issue=10050", "10050", "", ""},
        {"?a=1&issue=10051&b", "10051", "", ""},
        {"?triggeredByUser=7", "", "", ""},
        /* around a ticket: only a link to it, or an id of its own place */
        {"{'webhookEvent':'worklog_created','worklog':{'issueId':'10052'}}", "10052", "",
         "worklog_created"},
        {"{'webhookEvent':'worklog_updated','worklog':{'self':'https://x/rest/api/2/issue/10053/"
         "worklog/1'}}",
         "10053", "", "worklog_updated"},
        {"{'webhookEvent':'issue_property_set','property':{'self':'https://x/issue/10054/"
         "properties/gar.bind'}}",
         "10054", "", "issue_property_set"},
        {"{'webhookEvent':'comment_created','issue':{'self':'https://x/rest/api/2/issue/10055',"
         "'key':'IAM-5'}}",
         "10055", "IAM-5", "comment_created"},
        {"{'webhookEvent':'jira:issue_deleted','issue':{'id':'10056','key':'IAM-6'}}", "10056",
         "IAM-6", "jira:issue_deleted"},
        /* about no ticket */
        {"{'webhookEvent':'jira:version_released','version':{'id':'10001','key':'x'}}", "", "",
         "jira:version_released"},
        {"{'webhookEvent':'project_created','project':{'id':10000,'key':'IAM'}}", "", "",
         "project_created"},
        {"{'webhookEvent':'attachment_created','attachment':{'id':'1'}}", "", "",
         "attachment_created"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct jsm_hook hook;
        struct err err = {0};
        char text[300];
        snprintf(text, sizeof text, "%s", ROWS[i].body);
        for (char *p = text; *p; p++)
            *p = *p == '\'' ? '"' : *p;
        if (!jsm_hook_read(arena, str_of(text), &hook, &err))
            fail_msg("%s: %s", text, err.what);
        assert_str(hook.issue_id, ROWS[i].id);
        assert_str(hook.key, ROWS[i].key);
        assert_str(hook.event, ROWS[i].event);
    }
}

/* A link has two ends, and both are looked at. */
static void two_tickets(void **state)
{
    struct jsm_hook hook;
    struct err err = {0};
    (void)state;

    assert_true(jsm_hook_read(arena,
                              STR("{\"webhookEvent\":\"issuelink_created\",\"issueLink\":{\"id\":1,"
                                  "\"sourceIssueId\":10060,\"destinationIssueId\":10061}}"),
                              &hook, &err));
    assert_str(hook.issue_id, "10060");
    assert_str(hook.other_id, "10061");
}

static const struct jsm_hook *hook_at(const char *text)
{
    struct jsm_hook *hook = ARENA_NEW(arena, struct jsm_hook);
    struct err err = {0};

    assert_true(jsm_hook_read(arena, str_of(text), hook, &err));
    return hook;
}

static void times(void **state)
{
    const int64_t DAY = 86400000, NOW = 1777142400123;
    const struct jsm_hook *hook =
        hook_at("{\"webhookEvent\":\"x\",\"timestamp\":1777142400123,\"issue\":{\"id\":\"1\","
                "\"fields\":{\"updated\":\"2026-04-25T18:40:01.000+0000\"}}}");
    (void)state;

    assert_int_equal(hook->event_ms, NOW);
    assert_int_equal(hook->announced_ms, 1777142401000); /* the later of the two */
    assert_false(jsm_hook_is_replayed(hook, NOW));
    assert_false(jsm_hook_is_replayed(hook, NOW + 7 * DAY));
    assert_true(jsm_hook_is_replayed(hook, NOW + 7 * DAY + 1));
    assert_true(jsm_hook_is_replayed(hook, NOW - 7 * DAY - 1)); /* from the future */
    hook = hook_at("{\"webhookEvent\":\"x\",\"timestamp\":1777142400}");
    assert_int_equal(hook->event_ms, 1777142400000); /* the unit is stated nowhere */
    assert_int_equal(hook->announced_ms, 1777142400000);
    hook = hook_at("{\"id\":1,\"fields\":{\"updated\":\"2026-04-25T18:40:00.123+0000\"}}");
    assert_int_equal(hook->event_ms, 0);
    assert_int_equal(hook->announced_ms, NOW);
    assert_false(jsm_hook_is_replayed(hook, NOW + 100 * DAY));
    assert_int_equal(hook_at("{\"webhookEvent\":\"x\",\"timestamp\":-5}")->event_ms, 0);
    assert_int_equal(hook_at("{\"webhookEvent\":\"x\",\"timestamp\":\"now\"}")->event_ms, 0);
}

/* The whole issue comes along, and its description nests as deep as somebody liked. */
static void deep_descriptions(void **state)
{
    struct str deep = STR("0");
    struct jsm_hook hook;
    struct err err;
    (void)state;

    for (int i = 0; i < 60; i++)
        deep = arena_printf(arena, "[%.*s]", STR_ARG(deep));
    struct str body = arena_printf(
        arena, "{\"webhookEvent\":\"x\",\"issue\":{\"id\":\"7\",\"fields\":{\"d\":%.*s}}}",
        STR_ARG(deep));
    assert_true(jsm_hook_read(arena, body, &hook, &err));
    assert_str(hook.issue_id, "7");
}

static void poison(void **state)
{
    static const char *const BAD[] = {
        " ",
        "?issue=IAM-1",
        "?issue=1%2e",
        "{\"issue\":{\"key\":\"IAM-1\"}}",
        "{\"key\":\"IAM-1\"}",
        "{\"issue\":\"IAM-1\"}",
        "{\"issueKey\":\"IAM-1\"}",
        "{\"webhookEvent\":\"x\",\"issueLink\":{\"destinationIssueId\":\"../2\"}}",
        "nonsense",
        "[]",
        "7",
        "\"text\"",
        "{}",
        "{\"issue\":{\"id\":\"IAM-1\"}}",
        "{\"issue\":{\"id\":\"../1\"}}",
        "{\"issue\":{\"id\":\"123456789012345678901\"}}",
        "{\"issue\":{\"id\":1},\"issue\":{\"id\":2}}",
        "{\"webhookEvent\":\"\xff\"}",
        "{\"webhookEvent\":\"x\"} and more",
    };
    struct jsm_hook hook;
    struct err err;
    (void)state;

    for (size_t i = 0; i < COUNT(BAD); i++)
        if (jsm_hook_read(arena, str_of(BAD[i]), &hook, &err))
            fail_msg("taken: %s", BAD[i]);
}

/* A property that somebody writes is found by no search. Those of others are nothing to us, and of
 * what we wrote we know. */
static void properties(void **state)
{
#define SET(key, who)                                                                \
    "{\"timestamp\":1777142400123,\"webhookEvent\":\"issue_property_set\",\"user\":" \
    "{\"accountId\":\"" who "\"},\"issue\":{\"id\":\"10047\"},\"property\":{\"key\":\"" key "\"}}"
    const struct jsm_hook *hook = hook_at(SET("gar.bind", "5b10"));
    (void)state;

    assert_str(hook->property, "gar.bind");
    assert_str(hook->by, "5b10");
    assert_true(hook->event_ms &&
                !hook->announced_ms); /* of the ticket's own changes it says nothing */
    assert_false(jsm_hook_is_idle(hook, STR("us")));
    assert_true(jsm_hook_is_idle(hook, STR("5b10")));
    assert_false(jsm_hook_is_idle(hook_at(SET("countersign.state", "")), STR_NONE));
    assert_true(jsm_hook_is_idle(hook_at(SET("request.participants", "5b10")), STR("us")));
    /* a rule's own words are no event, whatever they name */
    assert_false(
        jsm_hook_is_idle(hook_at("{\"issue\":10047,\"property\":{\"key\":\"x\"}}"), STR("us")));
    assert_false(jsm_hook_is_idle(hook_at("{\"webhookEvent\":\"jira:issue_updated\",\"user\":"
                                          "{\"accountId\":\"us\"},\"issue\":{\"id\":1}}"),
                                  STR("us")));
}

static void an_echo_is_a_change_of_ours(void **state)
{
    struct jsm_hook hook = {.event = STR("jira:issue_updated"), .by = STR("us")};
    (void)state;

    assert_true(jsm_hook_is_echo(&hook, STR("us")));
    assert_false(jsm_hook_is_echo(&hook, STR("them")));
    assert_false(jsm_hook_is_echo(&hook, STR_NONE)); /* nobody has told us yet who we are */
    hook.event = STR("jira:issue_deleted");
    assert_false(jsm_hook_is_echo(&hook, STR("us")));
    hook = (struct jsm_hook){.event = STR("jira:issue_updated")};
    assert_false(jsm_hook_is_echo(&hook, STR_NONE));
}

/* A comment of ours is nobody else's to change; whose it is stands in the event. */
static void who_wrote_over_a_comment_of_ours(void **state)
{
    static const char BY_ADMIN[] =
        "{\"webhookEvent\":\"comment_updated\",\"comment\":{\"author\":{\"accountId\":\"us\"},"
        "\"updateAuthor\":{\"accountId\":\"admin\"}},\"issue\":{\"id\":\"7\"}}";
    struct jsm_hook hook = *hook_at(BY_ADMIN);
    (void)state;

    assert_true(jsm_hook_is_over(&hook, STR("us")));
    assert_false(jsm_hook_is_over(&hook, STR("admin"))); /* edited his own */
    assert_false(jsm_hook_is_over(&hook, STR_NONE));
    hook.by = STR("us");
    assert_false(jsm_hook_is_over(&hook, STR("us")));
    hook.by = STR_NONE; /* not said */
    assert_false(jsm_hook_is_over(&hook, STR("us")));
    hook.event = STR("comment_deleted"); /* of which nobody says who did it */
    assert_true(jsm_hook_is_over(&hook, STR("us")));
    hook.event = STR("comment_created");
    assert_false(jsm_hook_is_over(&hook, STR("us")));
}

JSM_UNIT_MAIN(cmocka_unit_test(signatures), cmocka_unit_test(properties),
              cmocka_unit_test(which_ticket), cmocka_unit_test(two_tickets),
              cmocka_unit_test(times), cmocka_unit_test(deep_descriptions),
              cmocka_unit_test(poison), cmocka_unit_test(an_echo_is_a_change_of_ours),
              cmocka_unit_test(who_wrote_over_a_comment_of_ours))
