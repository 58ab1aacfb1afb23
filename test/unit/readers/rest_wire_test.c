#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/rest_question.h"
#include "readers/rest_sign.h"
#include "unit.h"

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(16 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void shipped_profiles_are_good(void **state)
{
    static const char *const NAMES[] = {
        "okta",        "graph",    "github",       "aws-identity-center",
        "jira-groups", "midpoint", "sailpoint-isc"};
    (void)state;

    for (size_t i = 0; i < COUNT(NAMES); i++) {
        struct err err = {0};
        struct str text = rest_profile_shipped(str_of(NAMES[i]));
        assert_true(text.len > 0);
        if (!rest_profile_read(arena, text, NAMES[i], &err))
            fail_msg("%s", err.what);
        assert_non_null(strstr(rest_profile_names(arena).p, NAMES[i]));
    }
    assert_null(rest_profile_shipped(STR("none")).p);
}

/* AWS's published test suite of Signature Version 4: get-vanilla, post-vanilla,
 * post-x-www-form-urlencoded. */
static void signatures_of_the_published_suite(void **state)
{
    static const struct rest_key KEY = {{"AKIDEXAMPLE", 11},
                                        {"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", 40},
                                        {"us-east-1", 9},
                                        {"service", 7}};
    const struct http_header headers[] = {
        {STR("content-type"), STR("application/x-www-form-urlencoded")},
        {STR("host"), STR("example.amazonaws.com")},
        {STR("x-amz-date"), STR("20150830T123600Z")}};
    struct str date = rest_sign_date(arena, 1440938160000);
    (void)state;

    assert_str(date, "20150830T123600Z");
    assert_str(rest_sign(arena, &KEY, STR("GET"), STR("/"), headers + 1, 2, STR_NONE, date),
               "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
               "SignedHeaders=host;x-amz-date, "
               "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
    assert_true(
        str_ends(rest_sign(arena, &KEY, STR("POST"), STR("/"), headers + 1, 2, STR_NONE, date),
                 STR("5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")));
    assert_true(str_ends(
        rest_sign(arena, &KEY, STR("POST"), STR("/"), headers, 3, STR("Param1=value1"), date),
        STR("ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a")));
}

static void dates_and_waits(void **state)
{
    static const char *const BAD[] = {"", "soon", "Sun, 06 Foo 1994 08:49:37 GMT",
                                      "Sunday, 06-Nov-94 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 08:49:37 CET"};
    struct http_header headers[] = {{STR("Retry-After"), STR("Sun, 06 Nov 1994 08:49:37 GMT")},
                                    {STR("Date"), STR("Sun, 06 Nov 1994 08:49:07 GMT")}};
    struct http_reply http = {.headers = headers, .header_count = 2};
    int64_t ms = 0;
    (void)state;

    assert_true(web_date(STR("Sun, 06 Nov 1994 08:49:37 GMT"), &ms));
    assert_int_equal(ms, 784111777000);
    for (size_t i = 0; i < COUNT(BAD); i++)
        assert_false(web_date(str_of(BAD[i]), &ms));
    assert_int_equal(web_retry_after_ms(&http), 30000);
    headers[0].value = STR("Sun, 06 Nov 2094 08:49:37 GMT");
    assert_int_equal(web_retry_after_ms(&http), WEB_WAIT_MAX_MS);
    headers[0].value = STR("Sun, 06 Nov 1994 08:40:00 GMT");
    assert_int_equal(web_retry_after_ms(&http), 0);
    headers[0].value = STR(" 7 ");
    assert_int_equal(web_retry_after_ms(&http), 7000);
}

static void addresses_are_judged(void **state)
{
    (void)state;
    assert_str(web_host(STR("https://a.example:8443/x")), "a.example");
    assert_str(web_host(STR("https://[::1]/x")), "[::1]");
    assert_str(web_host(STR("https://u@a.example")), "");
    assert_str(web_host(STR("ftp://a.example")), "");
    assert_true(web_check_url(STR("http://localhost:1"), true, NULL));
    assert_false(web_check_url(STR("http://localhost:1"), false, NULL));
    assert_false(web_check_url(STR("http://localhost.example"), true, NULL));
}

static struct rest_reply judged(const struct rest_step *step, int status, const char *body,
                                const char *age)
{
    static const struct rest_profile PROFILE;
    struct http_header headers[] = {{STR("Content-Type"), STR("application/json")},
                                    {STR("Age"), str_of(age)}};
    struct http_reply http = {.outcome = HTTP_REPLIED,
                              .status = status,
                              .body = str_of(body),
                              .headers = headers,
                              .header_count = 2};
    struct rest_reply reply;

    rest_judge(arena, &PROFILE, step, &http, 1000, 0, &reply);
    return reply;
}

static void what_people_are_told_of_a_reply(void **state)
{
    static const struct rest_step STEP;
    static const char TOKEN[] = "{\"access_token\":\"t0ps3cret\"}";
    char body[400] = "";
    struct rest_reply reply;
    (void)state;

    assert_string_equal(judged(NULL, 201, TOKEN, "").why, "status 201");
    assert_string_equal(judged(NULL, 500, TOKEN, "").why, "status 500");
    assert_string_equal(judged(&STEP, 202, TOKEN, "").why, "status 202");
    assert_string_equal(judged(&STEP, 500, "a\x1b[2J\x7f\xc2\x9b\xff\xc3\xa9\xe2\x82", "").why,
                        "status 500 a?[2J???\xc3\xa9??");
    for (size_t i = 0; i + 3 < sizeof body; i += 2)
        memcpy(body + i, "\xc3\xa9", 2);
    for (int shift = 0; shift < 2; shift++) { /* cut at a letter */
        reply = judged(&STEP, 500, body + 0, "");
        assert_true(str_is_utf8(str_of(reply.why)) && !strchr(reply.why, '?'));
        assert_in_range(strlen(reply.why), REST_WHY_BYTES - 3, REST_WHY_BYTES - 1);
        memmove(body + 1, body, sizeof body - 2);
        body[0] = 'x';
    }
}

static void ages_are_bounded(void **state)
{
    static const struct rest_step STEP;
    static const int64_t TEN_YEARS_MS = (int64_t)3650 * 24 * 3600 * 1000;
    (void)state;

    assert_int_equal(judged(&STEP, 200, "{}", "60").age_ms, 60000);
    assert_int_equal(judged(&STEP, 200, "{}", "9999999999999999").age_ms, TEN_YEARS_MS);
    assert_int_equal(judged(&STEP, 200, "{}", "99999999999999999999999").age_ms, TEN_YEARS_MS);
    assert_int_equal(judged(&STEP, 200, "{}", "-1").age_ms, 0);
}

UNIT_MAIN(cmocka_unit_test_setup_teardown(shipped_profiles_are_good, set_up, tear_down),
          cmocka_unit_test_setup_teardown(signatures_of_the_published_suite, set_up, tear_down),
          cmocka_unit_test_setup_teardown(dates_and_waits, set_up, tear_down),
          cmocka_unit_test_setup_teardown(addresses_are_judged, set_up, tear_down),
          cmocka_unit_test_setup_teardown(what_people_are_told_of_a_reply, set_up, tear_down),
          cmocka_unit_test_setup_teardown(ages_are_bounded, set_up, tear_down))
