/* Signing in: headers, tokens, addresses. */
#include "jsm/jsm_auth.h"

#include "jsm_unit.h"

static void headers(void **state)
{
    AUTO(drop_buf) struct buf b;
    (void)state;

    buf_init(&b, 256);
    jsm_auth_header(&b, JSM_AUTH_BASIC, STR("a@b.c"), STR("tok"));
    assert_str(buf_str(&b), "Basic YUBiLmM6dG9r");
    buf_clear(&b);
    jsm_auth_header(&b, JSM_AUTH_SCOPED, STR("a@b.c"), STR("tok"));
    assert_str(buf_str(&b), "Basic YUBiLmM6dG9r");
    buf_clear(&b);
    jsm_auth_header(&b, JSM_AUTH_BEARER, STR("ignored"), STR("pat"));
    assert_str(buf_str(&b), "Bearer pat");
    buf_clear(&b);
    jsm_auth_header(&b, JSM_AUTH_SERVICE_ACCOUNT, STR_NONE, STR("access"));
    assert_str(buf_str(&b), "Bearer access");
}

static void asking_for_a_token(void **state)
{
    AUTO(drop_buf) struct buf b;
    (void)state;

    buf_init(&b, 256);
    jsm_auth_token_body(&b, STR("id"), STR("se\"cret"));
    assert_str(buf_str(&b), "{\"grant_type\":\"client_credentials\",\"client_id\":\"id\","
                            "\"client_secret\":\"se\\\"cret\"}");
}

static void reading_a_token(void **state)
{
    struct jsm_token token;
    struct err err = {0};
    static const struct {
        const char *body, *complaint;
    } BAD[] = {
        {"{}", "an answer without access_token"},
        {"{'access_token':'a b','expires_in':3600}", "an answer without access_token"},
        {"{'access_token':'abc'}", "an access token without a life (expires_in)"},
        {"{'access_token':'abc','expires_in':0}", "an access token without a life (expires_in)"},
        {"{'access_token':'abc','expires_in':999999}",
         "an access token without a life (expires_in)"},
        {"{'error':'access_denied','error_description':'Unauthorized'}",
         "the token was refused: access_denied Unauthorized"},
    };
    (void)state;

    assert_true(jsm_auth_token_read(
        json_of("{'access_token':'eyJ.x','expires_in':3600,'token_type':'Bearer'}"), &token, &err));
    assert_str(token.value, "eyJ.x");
    assert_int_equal(token.lives_ms, 3600000);
    for (size_t i = 0; i < COUNT(BAD); i++) {
        assert_false(jsm_auth_token_read(json_of(BAD[i].body), &token, &err));
        assert_string_equal(err.what, BAD[i].complaint);
    }
    assert_false(jsm_auth_token_read(NULL, &token, &err));
}

static void renewal_is_early_and_spread(void **state)
{
    (void)state;
    assert_int_equal(jsm_auth_renew_before_ms(3600000, 0), 360000);
    assert_int_equal(jsm_auth_renew_before_ms(3600000, 36000), 324000);
    assert_int_equal(jsm_auth_renew_before_ms(600000, 0), 120000);
    assert_int_equal(jsm_auth_renew_before_ms(10000, 0), 1000); /* a short life, in tests */
}

static void the_gateway(void **state)
{
    (void)state;
    assert_false(jsm_auth_at_gateway(JSM_AUTH_BASIC));
    assert_false(jsm_auth_at_gateway(JSM_AUTH_BEARER));
    assert_true(jsm_auth_at_gateway(JSM_AUTH_SCOPED));
    assert_true(jsm_auth_at_gateway(JSM_AUTH_SERVICE_ACCOUNT));
    assert_str(jsm_auth_cloud_id(json_of("{'cloudId':'11223344-a1b2'}")), "11223344-a1b2");
    assert_str(jsm_auth_cloud_id(json_of("{'cloudId':'../x'}")), "");
    assert_str(jsm_auth_cloud_id(json_of("{}")), "");
    assert_str(jsm_auth_gateway(arena, STR("https://api.atlassian.com"), STR("1-2")),
               "https://api.atlassian.com/ex/jira/1-2");
}

JSM_UNIT_MAIN(cmocka_unit_test(headers), cmocka_unit_test(asking_for_a_token),
              cmocka_unit_test(reading_a_token), cmocka_unit_test(renewal_is_early_and_spread),
              cmocka_unit_test(the_gateway))
