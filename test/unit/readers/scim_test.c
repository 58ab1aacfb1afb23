#include <stdlib.h>

#include "readers/scim_server.h"
#include "unit.h"

#define LIST "\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"]"

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void literals_are_json(void **state)
{
    struct buf b;
    (void)state;

    buf_init(&b, 100);
    assert_true(scim_add_literal(&b, STR("a\"b\\c\x01 \xc3\xa9")));
    assert_str(buf_str(&b), "\"a\\\"b\\\\c\\u0001 \xc3\xa9\"");
    assert_false(scim_add_literal(&b, STR("\xff")));
    buf_done(&b);
}

static void attributes_are_names(void **state)
{
    static const char *const GOOD[] = {"userName", "emails.value", "a-b_c1",
                                       "urn:x:scim:2.0:User:employeeNumber"};
    static const char *const BAD[] = {"",   "user name", "a eq", "1a",  "a.b.c", ".a",
                                      "a.", "a\"b",      "urn:", "a,b", "a&b",   "urn:a b:c"};
    (void)state;

    for (size_t i = 0; i < COUNT(GOOD); i++)
        assert_true(scim_is_attribute(str_of(GOOD[i])));
    for (size_t i = 0; i < COUNT(BAD); i++)
        assert_false(scim_is_attribute(str_of(BAD[i])));
}

static const char *age = "7";

static struct scim_reply judged(int status, const char *type, const char *retry, const char *body)
{
    const struct http_header headers[] = {{STR("Content-Type"), str_of(type)},
                                          {STR("Retry-After"), str_of(retry)},
                                          {STR("Age"), str_of(age)}};
    struct http_reply http = {.outcome = HTTP_REPLIED,
                              .status = status,
                              .body = str_of(body),
                              .headers = headers,
                              .header_count = 3};
    struct scim_reply reply;

    scim_judge(arena, &http, 1000, &reply);
    return reply;
}

static void replies_are_judged(void **state)
{
    static const char TYPE[] = "application/scim+json;charset=utf-8";
    struct scim_reply r;
    (void)state;

    r = judged(200, TYPE, "", "{" LIST ",\"totalResults\":0}");
    assert_int_equal(r.told, SCIM_TOLD);
    assert_int_equal(r.age_ms, 7000);
    age = "9999999999999999";
    r = judged(200, TYPE, "", "{" LIST ",\"totalResults\":0}");
    assert_int_equal(r.age_ms, (int64_t)3650 * 24 * 3600 * 1000);
    age = "7";
    r = judged(400, TYPE, "", "{\"detail\":\"\\u001b[2J\"}");
    assert_string_equal(r.why, "status 400 ?[2J");
    assert_int_equal(judged(404, TYPE, "", "").told, SCIM_GONE);
    r = judged(400, TYPE, "", "{\"scimType\":\"invalidFilter\",\"detail\":\"no\"}");
    assert_int_equal(r.told, SCIM_UNSUPPORTED);
    assert_string_equal(r.why, "status 400 invalidFilter: no");
    assert_string_equal(judged(400, TYPE, "", "{\"scimType\":\"tooMany\"}").reason,
                        "PartialResult");
    assert_string_equal(judged(400, TYPE, "", "{\"scimType\":\"expiredCursor\"}").reason,
                        "CursorExpired");
    assert_int_equal(judged(429, TYPE, "12", "").wait_ms, 12000);
    assert_int_equal(judged(429, TYPE, "", "").wait_ms, WEB_WAIT_DEFAULT_MS);
    assert_int_equal(judged(429, TYPE, "-5", "").wait_ms, WEB_WAIT_DEFAULT_MS);
    assert_int_equal(judged(429, TYPE, "99999999999", "").wait_ms, WEB_WAIT_MAX_MS);
    assert_int_equal(judged(503, TYPE, "", "").wait_ms, 0);
    assert_int_equal(judged(503, TYPE, "3", "").wait_ms, 3000);
}

static struct str id_in(const char *text)
{
    const struct json *v = NULL;

    assert_true(json_parse(arena, str_of(text), &v, NULL));
    return scim_id(v, "ID");
}

static void ids_can_stand_in_an_address(void **state)
{
    (void)state;
    assert_str(id_in("{\"id\":\"a/b?c\"}"), "a/b?c");
    assert_str(id_in("{\"Id\":42}"), "42");
    assert_str(id_in("{\"id\":\"..\"}"), "");
    assert_str(id_in("{\"id\":\"\"}"), "");
    assert_str(id_in("{\"id\":\"a\\\"b\"}"), "");
    assert_str(id_in("{\"id\":\"a\\nb\"}"), "");
    assert_str(id_in("{\"id\":\"a\",\"ID\":\"b\"}"), ""); /* which of them? */
    assert_str(id_in("[]"), "");
}

static int value_in(const char *text, const char *name, const char *value)
{
    const struct json *v = NULL;

    assert_true(json_parse(arena, str_of(text), &v, NULL));
    return scim_has_value(v, str_of(name), str_of(value), false);
}

static void values_are_found_where_they_are(void **state)
{
    static const char USER[] =
        "{\"userName\":\"Ada\",\"emails\":[{\"value\":\"a@x\"},{\"value\":\"b@x\"}],"
        "\"name\":{\"familyName\":\"L\"},\"urn:x:User\":{\"employeeNumber\":\"7\"}}";
    (void)state;

    assert_int_equal(value_in(USER, "username", "ada"), 1);
    assert_int_equal(value_in(USER, "userName", "ad"), 0);
    assert_int_equal(value_in(USER, "emails.value", "b@x"), 1);
    assert_int_equal(value_in(USER, "emails.value", "c@x"), 0);
    assert_int_equal(value_in(USER, "emails.type", "c@x"), -1);
    assert_int_equal(value_in(USER, "name.familyName", "l"), 1);
    assert_int_equal(value_in(USER, "urn:x:User:employeeNumber", "7"), 1);
    assert_int_equal(value_in(USER, "urn:y:User:userName", "ada"), 1); /* the core schema */
    assert_int_equal(value_in(USER, "externalId", "7"), -1);
}

static struct scim_reply told(const char *body)
{
    const struct http_header headers[] = {{STR("Content-Type"), STR("application/scim+json")}};
    struct http_reply http = {.outcome = HTTP_REPLIED,
                              .status = 200,
                              .body = str_of(body),
                              .headers = headers,
                              .header_count = 1};
    struct scim_reply reply;

    scim_judge(arena, &http, 1000, &reply);
    assert_int_equal(reply.told, SCIM_TOLD);
    return reply;
}

static const char *said(enum scim_way way, const char *body, enum scim_said expected)
{
    const struct scim_server server = {.users = "/Users", .groups = "/Groups"};
    const struct scim_place place = {0};
    struct scim_reply reply = told(body);
    enum account_state state = ACCOUNT_UNKNOWN;
    const char *reason = NULL;

    assert_int_equal(
        scim_way_take(&place, &server, way, STR("7"), STR("8"), &reply, &state, &reason), expected);
    return reason;
}

/* Members that are not shown are no empty list; a user without groups shows none. */
static void hidden_members_are_no_proof(void **state)
{
    (void)state;
    assert_string_equal(said(SCIM_BY_GROUP, "{\"id\":\"7\"}", SCIM_SAID_NOTHING),
                        "MembersNotVisible");
    assert_string_equal(said(SCIM_BY_GROUP, "{\"id\":\"7\",\"members\":null}", SCIM_SAID_NOTHING),
                        "MembersNotVisible");
    assert_string_equal(said(SCIM_BY_GROUP, "{\"id\":\"7\",\"members\":{}}", SCIM_SAID_NOTHING),
                        "BadReply");
    said(SCIM_BY_GROUP, "{\"id\":\"7\",\"members\":[]}", SCIM_SAID_NO);
    said(SCIM_BY_USER, "{\"id\":\"8\"}", SCIM_SAID_NO);
}

static void groups_in_a_group_are_nobody(void **state)
{
    (void)state;
    said(SCIM_BY_GROUP, "{\"id\":\"7\",\"members\":[{\"value\":\"8\",\"type\":\"GROUP\"}]}",
         SCIM_SAID_NO);
    said(SCIM_BY_GROUP,
         "{\"id\":\"7\",\"members\":[{\"value\":\"8\",\"type\":\"group\"},"
         "{\"value\":\"8\",\"type\":\"User\"}]}",
         SCIM_SAID_DIRECT);
    said(SCIM_BY_GROUP, "{\"id\":\"7\",\"members\":[{\"value\":\"8\"}]}", SCIM_SAID_DIRECT);
    said(SCIM_BY_USER, "{\"id\":\"8\",\"groups\":[{\"value\":\"7\",\"type\":\"Group\"}]}",
         SCIM_SAID_DIRECT);
}

/* What is said of one user, whom a filter finds in the group and whose own list shows these. */
static const char *by_filter_then(const char *id, const char *groups, enum outcome expected)
{
    static const struct scim_place PLACE = {
        .base = {"https://x", 9}, .user_name = {"userName", 8}, .group_name = {"displayName", 11}};
    const struct scim_server server = {
        .users = "/Users", .groups = "/Groups", .first = SCIM_BY_VALUE, .second = SCIM_BY_USER};
    struct scim_question q;
    struct scim_reply reply = told("{" LIST ",\"totalResults\":1,\"Resources\":[{\"id\":\"g\"}]}");

    scim_question_begin(&q, &PLACE, &server, arena, STR("ada"), STR("finance"), 0);
    q.at = SCIM_AT_MEMBER;
    q.state = ACCOUNT_ACTIVE;
    str_copy(q.group_id, sizeof q.group_id, STR("g"));
    str_copy(q.user_id, sizeof q.user_id, str_of(id));
    scim_question_take(&q, &reply);
    if (q.at != SCIM_AT_END) {
        reply = told(
            arena_printf(arena, "{\"id\":\"%s\",\"active\":true,\"groups\":[%s]}", id, groups).p);
        scim_question_take(&q, &reply);
    }
    assert_int_equal(q.at, SCIM_AT_END);
    assert_int_equal(q.answer.outcome, expected);
    return q.answer.reason;
}

static void a_short_id_may_be_a_groups_too(void **state)
{
    static const char UUID[] = "2819c223-7f76-453a-919d-413861904646";
    (void)state;

    assert_string_equal(by_filter_then("5", "{\"value\":\"g\"}", OUTCOME_PRESENT), "Ok");
    assert_string_equal(by_filter_then("5", "", OUTCOME_UNKNOWN), "SourceContradicts");
    assert_string_equal(by_filter_then(UUID, "", OUTCOME_PRESENT), "Ok"); /* not asked */
}

/* Walks a list of the canary and another: the trouble, or what is found of this name. */
static const char *walked(bool of_users, bool exact, const char *name, const char *other)
{
    static const struct scim_place PLACE = {.base = {"https://x", 9},
                                            .user_name = {"userName", 8},
                                            .group_name = {"displayName", 11},
                                            .canary_account = {"canary", 6}};
    const struct scim_server server = {
        .users = "/Users", .groups = "/Groups", .page_size = 9, .user_exact = exact};
    struct scim_find find;
    char body[1000];

    snprintf(body, sizeof body,
             "{" LIST ",\"totalResults\":2,\"startIndex\":1,\"Resources\":["
             "{\"id\":\"1\",\"userName\":\"canary\",\"displayName\":\"g\"},{\"id\":\"2\"%s}]}",
             other);
    struct scim_reply reply = told(body);
    scim_find_begin(&find, &PLACE, &server, arena, of_users, str_of(name));
    assert_true(scim_find_next(&find, arena).len > 0);
    scim_find_take(&find, &reply);
    assert_true(find.done);
    return find.trouble ? find.trouble : find.found ? "found" : "nobody";
}

static void nobody_in_the_whole_list(void **state)
{
    static const char SHOWN[] = ",\"userName\":\"\xc3\xa1"
                                "nya\",\"displayName\":\"h\"";
    (void)state;

    assert_string_equal(walked(true, false, "ada", SHOWN), "nobody");
    assert_string_equal(walked(true, false, "a\xcc\x81nya", SHOWN), "NameNotComparable");
    assert_string_equal(walked(true, true, "a\xcc\x81nya", SHOWN), "nobody"); /* bytes count */
    assert_string_equal(walked(true, false, "\xc3\xa1nya", SHOWN), "found");
    assert_string_equal(walked(false, false, "\xc3\xa9", SHOWN), "nobody");
    assert_string_equal(walked(true, false, "ada", ""), "AttributeHidden");
    assert_string_equal(walked(true, true, "ada", ""), "AttributeHidden");
    assert_string_equal(walked(true, false, "a\xcc\x81nya", ""), "AttributeHidden");
    assert_string_equal(walked(false, false, "x", ""), "AttributeHidden");
    assert_string_equal(walked(true, false, "canary", ""), "found"); /* it is surely him */
}

/* Looked for with others: is it found, or is it asked for alone? */
static bool found_together(int total, const char *shown)
{
    static const struct scim_place PLACE = {.base = {"https://x", 9}, .user_name = {"userName", 8}};
    const struct scim_server server = {.users = "/Users", .filters = true, .any_of = true};
    struct scim_find find;
    char body[1000];

    snprintf(body, sizeof body, "{" LIST ",\"totalResults\":%d,\"Resources\":[%s]}", total, shown);
    struct scim_reply reply = told(body);
    scim_find_begin(&find, &PLACE, &server, arena, true, STR("ada"));
    assert_true(scim_find_may_join(&find));
    scim_find_join(&find, STR("userName eq \"ada\" or userName eq \"ben\""));
    assert_false(scim_find_may_join(&find));
    assert_true(
        str_ends(scim_find_next(&find, arena), STR("%22ben%22&attributes=id%2CuserName%2Cactive")));
    scim_find_take(&find, &reply);
    assert_true(!find.trouble && find.done == (find.found == 1));
    if (!find.done)
        assert_true(str_ends(scim_find_next(&find, arena), STR("&count=2")));
    return find.done;
}

#define ADA "{\"id\":\"1\",\"userName\":\"ada\"}"
#define BEN "{\"id\":\"2\",\"userName\":\"ben\"}"
static void who_is_not_surely_found_with_others_is_asked_for_alone(void **state)
{
    (void)state;
    assert_true(found_together(2, BEN "," ADA));
    assert_true(found_together(1, ADA));
    assert_false(found_together(1, BEN));
    assert_false(found_together(0, ""));
    assert_false(found_together(3, BEN "," ADA));           /* not the whole list */
    assert_false(found_together(2, ADA ",{\"id\":\"3\"}")); /* that may be her, too */
    assert_false(found_together(2, ADA ",{\"id\":\"3\",\"userName\":\"ada\"}")); /* two */
}

static void a_filter_for_several_has_an_end(void **state)
{
    static const struct scim_place PLACE = {.user_name = {"userName", 8}};
    const struct scim_server server = {.filters = true, .any_of = true};
    AUTO(drop_buf) struct buf filter;
    struct scim_find find;
    size_t count = 0;
    (void)state;

    buf_init(&filter, SCIM_TOGETHER_BYTES);
    scim_find_begin(&find, &PLACE, &server, arena, true, STR("a\"b"));
    while (scim_find_add(&find, &filter) && count < SCIM_TOGETHER_BYTES)
        count++;
    assert_in_range(count, 30, 60);
    assert_true(!filter.over && str_ends(buf_str(&filter), STR(" or userName eq \"a\\\"b\"")));
}

/* Every reason that a reader gives has a remedy. */
static void reasons_have_remedies(void **state)
{
    static const char *const REASONS[] = {"AccountAmbiguous",  "AccountStateHidden",
                                          "AddressRefused",    "AttributeHidden",
                                          "AuthFailed",        "BadReply",
                                          "CanaryMissing",     "ChangedWhileReading",
                                          "CursorExpired",     "EntitlementNotFound",
                                          "FilterIgnored",     "KeyTooLong",
                                          "MembersNotVisible", "MembersNotVisible",
                                          "NameNotComparable", "NotScim",
                                          "NotVisible",        "PageLoop",
                                          "PartialResult",     "QueryShape",
                                          "RateLimited",       "Redirected",
                                          "ReplyTooLarge",     "RightsLost",
                                          "SourceContradicts", "SourceDown",
                                          "Timeout",           "WrongPage"};
    (void)state;

    for (size_t i = 0; i < COUNT(REASONS); i++)
        assert_true(reader_remedy(str_of(REASONS[i]))[0] != '\0');
    assert_string_equal(reader_remedy(STR("Ok")), "");
}

UNIT_MAIN(cmocka_unit_test_setup_teardown(literals_are_json, set_up, tear_down),
          cmocka_unit_test_setup_teardown(attributes_are_names, set_up, tear_down),
          cmocka_unit_test_setup_teardown(replies_are_judged, set_up, tear_down),
          cmocka_unit_test_setup_teardown(ids_can_stand_in_an_address, set_up, tear_down),
          cmocka_unit_test_setup_teardown(values_are_found_where_they_are, set_up, tear_down),
          cmocka_unit_test_setup_teardown(hidden_members_are_no_proof, set_up, tear_down),
          cmocka_unit_test_setup_teardown(groups_in_a_group_are_nobody, set_up, tear_down),
          cmocka_unit_test_setup_teardown(a_short_id_may_be_a_groups_too, set_up, tear_down),
          cmocka_unit_test_setup_teardown(nobody_in_the_whole_list, set_up, tear_down),
          cmocka_unit_test_setup_teardown(who_is_not_surely_found_with_others_is_asked_for_alone,
                                          set_up, tear_down),
          cmocka_unit_test_setup_teardown(a_filter_for_several_has_an_end, set_up, tear_down),
          cmocka_unit_test(reasons_have_remedies))
