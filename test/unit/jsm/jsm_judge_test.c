/* What each reply means. The one mistake that must not happen: a write that may have been done,
 * told as refused or not sent. */
#include "jsm/jsm_judge.h"

#include "jsm_unit.h"

static const int64_t NOW = 1795000000000; /* 2026-11-18T11:06:40Z */

static struct jsm_answer judge_as(struct jsm_http http, enum jsm_effect effect)
{
    struct jsm_answer answer;
    jsm_judge(arena, &http, effect, NOW, &answer);
    return answer;
}

static struct jsm_answer judge(struct jsm_http http, bool write)
{
    return judge_as(http, write ? JSM_ONCE : JSM_READ);
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
        {201, "", "", JSM_OK, JSM_UNKNOWN}, /* a ticket without a body is none we could bind */
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
        {503, "", "3", JSM_LATER, JSM_UNKNOWN}, /* it may have been done before it gave up */
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

/* Whose answer is nothing but a status is done with it; a page or a stranger's answer still proves
 * nothing. */
static void an_answer_without_words(void **state)
{
    struct jsm_http http = {.sent = JSM_REPLIED, .status = 201, .silent = true};
    (void)state;

    assert_int_equal(judge_as(http, JSM_REPEATABLE).verdict, JSM_OK);
    http.silent = false;
    assert_int_equal(judge_as(http, JSM_REPEATABLE).verdict, JSM_UNKNOWN);
    http.silent = true;
    http.login_reason = STR("AUTHENTICATED_FAILED");
    assert_int_equal(judge_as(http, JSM_REPEATABLE).verdict, JSM_UNKNOWN);
    http.login_reason = STR("");
    http.content_type = STR("text/html");
    assert_int_equal(judge_as(http, JSM_REPEATABLE).verdict, JSM_UNKNOWN);
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
    lost.too_large = true; /* Jira is there, and what it says will be as long tomorrow */
    assert_int_equal(judge(lost, false).verdict, JSM_UNKNOWN);
    assert_int_equal(judge(lost, true).verdict, JSM_UNKNOWN);
}

static void how_long_to_wait(void **state)
{
    enum { DAY = 24 * 60 * 60 * 1000 };
    static const struct {
        const char *retry_after, *reset, *date;
        int64_t told_ms;
        bool cut;
    } ROWS[] = {
        {"7", "", "", 7000, false},
        {" 7 ", "", "", 7000, false},
        {"0", "", "", 0, false},
        {"0.2", "", "", 1000, false},
        {"7200", "", "", 7200000, false}, /* two hours are two hours */
        {"86400", "", "", DAY, false},
        {"86401", "", "", DAY, true}, /* bounded: we ask again within the day, and say so */
        {"9223372036854776", "", "", DAY, true},
        {"99999999999999999999999", "", "", DAY, true},
        {"Wed, 18 Nov 2026 13:06:40 GMT", "", "", 7200000, false},
        {" Wed, 18 Nov 2026 11:06:41 GMT ", "", "", 1000, false},
        {"Sun, 06 Nov 1994 08:49:37 GMT", "", "", 5000, false}, /* over already */
        {"Wed, 18 Nov 2026 13:06:40 UTC", "", "", 5000, false}, /* no such date */
        {"Wed, 18 Nix 2026 13:06:40 GMT", "", "", 5000, false},
        {"Wed, 99 Nov 2026 13:06:40 GMT", "", "", 5000, false},
        {"Fri, 18 Nov 2033 13:06:40 GMT", "", "", DAY, true},
        /* our clock is wrong by an hour, theirs counts */
        {"Wed, 18 Nov 2026 12:07:40 GMT", "", "Wed, 18 Nov 2026 12:06:40 GMT", 60000, false},
        {"", "2026-11-18T11:07Z", "", 20000, false}, /* as observed, without seconds */
        {"", "2026-11-18T11:06:55Z", "", 15000, false},
        {"", "2026-11-18T11:00:00Z", "", 5000, false}, /* over already */
        {"soon", "never", "", 5000, false},
        {"soon", "2026-11-18T11:06:55Z", "", 15000, false},
        {"-5", "", "", 5000, false},
        {".", "", "", 5000, false},
        {"", "", "", 5000, false},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct jsm_answer a = judge((struct jsm_http){.sent = JSM_REPLIED,
                                                      .status = 429,
                                                      .retry_after = str_of(ROWS[i].retry_after),
                                                      .date = str_of(ROWS[i].date),
                                                      .ratelimit_reset = str_of(ROWS[i].reset)},
                                    true);
        assert_int_equal(a.verdict, JSM_LATER);
        assert_int_equal(a.date_ms, ROWS[i].date[0] ? 1795003600000 : 0); /* theirs, not ours */
        if (a.told_ms != ROWS[i].told_ms || a.told_cut != ROWS[i].cut)
            fail_msg("'%s' '%s': %lld, %d", ROWS[i].retry_after, ROWS[i].reset,
                     (long long)a.told_ms, a.told_cut);
    }
    /* the last word is RateLimit's own */
    struct jsm_http last = {.sent = JSM_REPLIED, .status = 429, .reset_ms = 3000};
    assert_int_equal(judge(last, true).told_ms, 3000);
    last.retry_after = STR("9");
    assert_int_equal(judge(last, true).told_ms, 9000);
}

/* Jira has three limits; each holds what it names and no more. */
static void who_has_to_wait(void **state)
{
    static const struct {
        int status;
        const char *reason;
        enum traffic_reach scope;
    } ROWS[] = {
        {429, "jira-per-issue-on-write", REACH_ISSUE},
        {429, " Jira-Per-Issue-On-Write ", REACH_ISSUE},
        {429, "jira-burst-based", REACH_ROUTE},
        {429, "jira-quota-global-based", REACH_SITE},
        {429, "jira-quota-tenant-based", REACH_SITE},
        {429, "", REACH_SITE},
        {429, "something-new", REACH_SITE},
        {503, "", REACH_SITE},
        {409, "", REACH_NONE}, /* one ticket's transition is running: nobody else waits */
        {200, "jira-burst-based", REACH_NONE},
        {400, "", REACH_NONE},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct jsm_http http = {.sent = JSM_REPLIED,
                                .status = ROWS[i].status,
                                .body = STR("{}"),
                                .retry_after = STR("9"),
                                .ratelimit_reason = str_of(ROWS[i].reason)};
        struct jsm_answer a = judge(http, true);
        if (a.scope != ROWS[i].scope)
            fail_msg("%d '%s': %d", ROWS[i].status, ROWS[i].reason, (int)a.scope);
        assert_int_equal(a.told_ms, ROWS[i].status == 409         ? 5000
                                    : ROWS[i].scope == REACH_NONE ? 0
                                                                  : 9000);
    }
    /* doing it twice is harmless: simply later */
    struct jsm_http away = {.sent = JSM_REPLIED, .status = 503, .retry_after = STR("9")};
    assert_int_equal(judge_as(away, JSM_REPEATABLE).verdict, JSM_LATER);
    assert_int_equal(judge_as(away, JSM_ONCE).verdict, JSM_UNKNOWN);
    assert_int_equal(judge_as(away, JSM_ONCE).told_ms, 9000);
}

/* 200 does not mean that Jira knows us; and to a write that got one, not that nothing was done. */
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
    assert_non_null(strstr(judge(empty, false).why, "secret"));
    assert_int_equal(judge(empty, true).verdict, JSM_UNKNOWN);
    assert_null(judge(empty, true).body);
    empty.login_reason = STR("ok");
    assert_int_equal(judge(empty, false).verdict, JSM_OK);
    assert_int_equal(judge(page, false).verdict, JSM_DENIED);
    page.content_type = STR_NONE;
    assert_int_equal(judge(page, false).verdict, JSM_DENIED);
    assert_int_equal(judge(page, true).verdict, JSM_UNKNOWN);
    page.status = 201;
    assert_int_equal(judge(page, true).verdict, JSM_UNKNOWN);

    /* with other answers the header says only whose fault it is */
    static const struct {
        int status;
        enum jsm_verdict read, write;
    } ROWS[] = {
        {302, JSM_DENIED, JSM_UNKNOWN},    {400, JSM_DENIED, JSM_DENIED},
        {401, JSM_DENIED, JSM_DENIED},     {404, JSM_DENIED, JSM_DENIED},
        {429, JSM_LATER, JSM_LATER},       {500, JSM_UNREACHED, JSM_UNKNOWN},
        {502, JSM_UNREACHED, JSM_UNKNOWN},
    };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct jsm_http http = {.sent = JSM_REPLIED,
                                .status = ROWS[i].status,
                                .login_reason = STR("AUTHENTICATED_FAILED")};
        if (judge(http, false).verdict != ROWS[i].read ||
            judge(http, true).verdict != ROWS[i].write)
            fail_msg("%d", ROWS[i].status);
    }
}

/* Where no password counts any more until a person has solved it: said so, as the remedy is
 * another.
 */
static void a_captcha_in_the_way(void **state)
{
    static const struct {
        const char *login, *denied;
    } ROWS[] = {
        {"AUTHENTICATION_DENIED", "CAPTCHA_CHALLENGE; login-url=https://x/login.jsp"},
        {"", "CAPTCHA_CHALLENGE; login-url=https://x/login.jsp"}, /* a proxy took the other away */
        {"AUTHENTICATION_DENIED", ""},
    };
    struct jsm_http http = {.sent = JSM_REPLIED,
                            .status = 403,
                            .body = STR("<html>Basic Authentication Failure</html>")};
    (void)state;

    for (size_t i = 0; i < COUNT(ROWS); i++) {
        http.login_reason = str_of(ROWS[i].login);
        http.denied_reason = str_of(ROWS[i].denied);
        assert_int_equal(judge(http, false).verdict, JSM_DENIED);
        assert_int_equal(judge(http, true).verdict, JSM_DENIED);
        assert_non_null(strstr(judge(http, true).why, "CAPTCHA"));
    }
    http.login_reason = STR("AUTHENTICATED_FAILED"); /* simply wrong */
    http.denied_reason = STR_NONE;
    assert_null(strstr(judge(http, true).why, "CAPTCHA"));
    http.login_reason = STR("OK"); /* a page of somebody in between */
    assert_int_equal(judge(http, true).verdict, JSM_REFUSED);
}

/* So a service desk answers whoever is no agent there, and so a dead credential may be answered. */
static void nothing_but_403(void **state)
{
    struct jsm_http http = {.sent = JSM_REPLIED, .status = 403};
    (void)state;

    assert_int_equal(judge(http, false).verdict, JSM_DENIED);
    assert_non_null(strstr(judge(http, false).why, "licence as agent of the service desk, or "
                                                   "replace the site's secret file"));
    http.login_reason = STR("AUTHENTICATED_FAILED"); /* simply wrong */
    assert_null(strstr(judge(http, false).why, "licence"));
    http.login_reason = STR_NONE;
    http.status = 401;
    assert_null(strstr(judge(http, false).why, "licence"));
}

/* The gateway's word for a token that may not do this one thing, as recorded of live sites. */
static void a_scope_too_few_is_no_dead_credential(void **state)
{
    struct jsm_http http = {.sent = JSM_REPLIED,
                            .status = 401,
                            .body = STR("{\"code\":401,\"message\":\"Unauthorized; scope does not "
                                        "match\"}")};
    (void)state;

    assert_int_equal(judge(http, false).verdict, JSM_REFUSED);
    assert_int_equal(judge(http, true).verdict, JSM_REFUSED);
    assert_non_null(strstr(judge(http, true).why, "scope"));
    http.login_reason = STR("AUTHENTICATED_FAILED");
    assert_int_equal(judge(http, false).verdict, JSM_DENIED);
    http.login_reason = STR_NONE;
    http.body = STR("{\"code\":401,\"message\":\"Unauthorized\"}");
    assert_int_equal(judge(http, false).verdict, JSM_DENIED);
    http.body = STR("Client must be authenticated to access this resource.");
    assert_int_equal(judge(http, false).verdict, JSM_DENIED);
}

/* Rich text nests as deep as people like: eight lists are more than thirty levels. */
static void deep_answers_are_read(void **state)
{
    char text[1024];
    (void)state;

    for (int depth = 1; depth <= 200; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        struct jsm_http http = {
            .sent = JSM_REPLIED, .status = 200, .body = str_n(text, (size_t)depth * 2)};
        struct jsm_answer a = judge(http, false);
        assert_int_equal(a.verdict, depth <= 128 ? JSM_OK : JSM_UNKNOWN);
    }
}

/* 410 says that a ticket is gone, and also that an address of Jira's is: the one is no proof of the
 * other. */
static void an_operation_that_is_gone_takes_no_ticket_with_it(void **state)
{
    struct jsm_http http = {.sent = JSM_REPLIED,
                            .status = 410,
                            .body = STR("{\"errorMessages\":[\"The requested API has been removed. "
                                        "Please migrate to the /rest/api/3/search/jql API.\"]}")};
    (void)state;

    assert_int_equal(judge(http, false).verdict, JSM_REFUSED);
    assert_int_equal(judge(http, true).verdict, JSM_REFUSED);
    assert_non_null(strstr(judge(http, false).why, "update Countersign"));
    http.body = STR("{\"errorMessages\":[\"The issue is archived.\"]}");
    assert_int_equal(judge(http, false).verdict, JSM_MISSING);
}

static void a_refusal_names_the_field(void **state)
{
    struct jsm_http http = {.sent = JSM_REPLIED,
                            .status = 400,
                            .body = STR("{\"errors\":{\"customfield_1\":\"Role is required.\"}}")};
    struct jsm_answer a = judge(http, true);
    (void)state;

    assert_int_equal(a.verdict, JSM_REFUSED);
    assert_str(a.field, "customfield_1");
    assert_non_null(strstr(a.why, "customfield_1 is required"));
}

JSM_UNIT_MAIN(cmocka_unit_test(by_status), cmocka_unit_test(an_answer_without_words),
              cmocka_unit_test(without_a_reply), cmocka_unit_test(how_long_to_wait),
              cmocka_unit_test(who_has_to_wait), cmocka_unit_test(answers_to_a_stranger),
              cmocka_unit_test(a_captcha_in_the_way), cmocka_unit_test(nothing_but_403),
              cmocka_unit_test(a_scope_too_few_is_no_dead_credential),
              cmocka_unit_test(deep_answers_are_read),
              cmocka_unit_test(an_operation_that_is_gone_takes_no_ticket_with_it),
              cmocka_unit_test(a_refusal_names_the_field))
