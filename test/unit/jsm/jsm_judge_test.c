/* What each reply means. The one mistake that must not happen: a write that may have been done,
 * told as refused or not sent. */
#include "jsm/jsm_judge.h"

#include "jsm_unit.h"

static const int64_t NOW = 1795000000000; /* 2026-11-18T11:06:40Z */

static struct jsm_answer judge(struct jsm_http http, bool write)
{
    struct jsm_answer answer;
    jsm_judge(arena, &http, write, NOW, &answer);
    return answer;
}

static void by_status(void **state)
{
    static const struct {
        int status;
        const char *body, *retry_after;
        enum jsm_verdict read, write;
    } ROWS[] = {
        {200, "{}", "", JSM_OK, JSM_OK},
        {201, "{\"id\":\"1\"}", "", JSM_OK, JSM_OK},
        {204, "", "", JSM_OK, JSM_OK},
        {200, "{\"id\":", "", JSM_UNKNOWN, JSM_UNKNOWN}, /* cut short */
        {302, "", "", JSM_UNREACHED, JSM_UNKNOWN},
        {400, "{}", "", JSM_REFUSED, JSM_REFUSED},
        {401, "", "", JSM_DENIED, JSM_DENIED},
        {403, "", "", JSM_DENIED, JSM_DENIED},
        {403, "{\"errorMessages\":[\"no\"]}", "", JSM_REFUSED, JSM_REFUSED},
        {404, "{}", "", JSM_MISSING, JSM_MISSING},
        {408, "", "", JSM_UNREACHED, JSM_UNKNOWN},
        {409, "", "", JSM_LATER, JSM_LATER},
        {410, "{}", "", JSM_MISSING, JSM_MISSING},
        {413, "", "", JSM_REFUSED, JSM_REFUSED},
        {415, "", "", JSM_REFUSED, JSM_REFUSED},
        {422, "{}", "", JSM_REFUSED, JSM_REFUSED},
        {429, "", "7", JSM_LATER, JSM_LATER},
        {500, "", "", JSM_UNREACHED, JSM_UNKNOWN},
        {502, "<html>", "", JSM_UNREACHED, JSM_UNKNOWN},
        {503, "", "", JSM_UNREACHED, JSM_UNKNOWN},
        {503, "", "3", JSM_LATER, JSM_LATER},
        {504, "", "", JSM_UNREACHED, JSM_UNKNOWN},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct jsm_http http = {.sent = JSM_REPLIED,
                                .status = ROWS[i].status,
                                .body = str_of(ROWS[i].body),
                                .retry_after = str_of(ROWS[i].retry_after)};
        struct jsm_answer read = judge(http, false), write = judge(http, true);
        if (read.verdict != ROWS[i].read || write.verdict != ROWS[i].write)
            fail_msg("%d '%s': read %d, write %d", ROWS[i].status, ROWS[i].body, (int)read.verdict,
                     (int)write.verdict);
        assert_true(write.verdict == JSM_OK || write.why[0]); /* and says why */
    }
}

static void without_a_reply(void **state)
{
    struct jsm_http not_sent = {.sent = JSM_NOT_SENT, .why = STR("connection refused")};
    struct jsm_http lost = {.sent = JSM_LOST, .why = STR("reset")};
    (void)state;

    assert_int_equal(judge(not_sent, true).verdict, JSM_UNREACHED);
    assert_int_equal(judge(not_sent, false).verdict, JSM_UNREACHED);
    assert_int_equal(judge(lost, false).verdict, JSM_UNREACHED);
    struct jsm_answer write = judge(lost, true);
    assert_int_equal(write.verdict, JSM_UNKNOWN);
    assert_string_equal(write.why, "reset");
}

static void how_long_to_wait(void **state)
{
    static const struct {
        const char *retry_after, *reset;
        int64_t told_ms;
    } ROWS[] = {
        {"7", "", 7000},
        {" 7 ", "", 7000},
        {"0", "", 0},
        {"86400", "", 3600000},           /* bounded: we ask again within the hour */
        {"", "2026-11-18T11:07Z", 20000}, /* as observed, without seconds */
        {"", "2026-11-18T11:06:55Z", 15000},
        {"", "2026-11-18T11:00:00Z", 5000}, /* over already */
        {"soon", "never", 5000},
        {"-5", "", 5000},
        {"", "", 5000},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct jsm_answer a = judge((struct jsm_http){.sent = JSM_REPLIED,
                                                      .status = 429,
                                                      .retry_after = str_of(ROWS[i].retry_after),
                                                      .ratelimit_reset = str_of(ROWS[i].reset)},
                                    true);
        assert_int_equal(a.verdict, JSM_LATER);
        assert_int_equal(a.told_ms, ROWS[i].told_ms);
    }
}

/* 200 does not mean that Jira knows us. */
static void answers_to_a_stranger(void **state)
{
    struct jsm_http empty = {.sent = JSM_REPLIED,
                             .status = 200,
                             .body = STR("{\"issues\":[]}"),
                             .login_reason = STR("AUTHENTICATED_FAILED")};
    struct jsm_http page = {.sent = JSM_REPLIED,
                            .status = 200,
                            .body = STR(" <!DOCTYPE html><html>"),
                            .content_type = STR("text/html;charset=UTF-8")};
    (void)state;

    assert_int_equal(judge(empty, false).verdict, JSM_DENIED);
    empty.login_reason = STR("ok");
    assert_int_equal(judge(empty, false).verdict, JSM_OK);
    assert_int_equal(judge(page, false).verdict, JSM_DENIED);
    page.content_type = STR_NONE;
    assert_int_equal(judge(page, true).verdict, JSM_DENIED);
}

static void a_refusal_names_the_field(void **state)
{
    static const struct {
        const char *body, *field, *why;
    } ROWS[] = {
        {"{\"errorMessages\":[],\"errors\":{\"customfield_1\":\"Role is required.\"}}",
         "customfield_1", "customfield_1: Role is required."},
        {"{\"errorMessages\":[\"Issue type is wrong\"],\"errors\":{}}", "", "Issue type is wrong"},
        {"{\"errorMessage\":\"No such request type\",\"i18nErrorMessage\":{}}", "",
         "No such request type"},
        {"{\"errors\":[{\"status\":400}]}", "", "Jira answered 400"}, /* the bulk API's list */
        {"<html>", "", "Jira answered 400"},
        {"[]", "", "Jira answered 400"},
        {"", "", "Jira answered 400"},
        {"{\"errors\":{\"a\":7}}", "a", "a: "},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct jsm_answer a = judge(
            (struct jsm_http){.sent = JSM_REPLIED, .status = 400, .body = str_of(ROWS[i].body)},
            true);
        assert_int_equal(a.verdict, JSM_REFUSED);
        assert_str(a.field, ROWS[i].field);
        assert_string_equal(a.why, ROWS[i].why);
    }
}

static void long_words_are_cut(void **state)
{
    char body[2000];
    (void)state;

    snprintf(body, sizeof body, "{\"errorMessages\":[\"%01500d\"]}", 7);
    struct jsm_answer a =
        judge((struct jsm_http){.sent = JSM_REPLIED, .status = 400, .body = str_of(body)}, true);
    assert_int_equal(strlen(a.why), sizeof a.why - 1);
}

JSM_UNIT_MAIN(cmocka_unit_test(by_status), cmocka_unit_test(without_a_reply),
              cmocka_unit_test(how_long_to_wait), cmocka_unit_test(answers_to_a_stranger),
              cmocka_unit_test(a_refusal_names_the_field), cmocka_unit_test(long_words_are_cut))
