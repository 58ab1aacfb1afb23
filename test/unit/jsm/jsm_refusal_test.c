/* Every error becomes one sentence with a remedy. The bodies are those of the public specification,
 * of real logs, and worse. */
#include "jsm/jsm_refusal.h"

#include <stdio.h>
#include <string.h>

#include "jsm_unit.h"

static char why[400];

static struct str say(int status, struct str body)
{
    struct str field;
    jsm_refusal_say(arena, status, body, body.len && body.p[0] == '<', &field, why, sizeof why);
    return field;
}

static const struct {
    int status;
    const char *body, *field, *why;
} ROWS[] = {
    /* fields */
    {400,
     "{\"errorMessages\":[],\"errors\":{\"labels\":\"Field 'labels' cannot be set. It is not "
     "on "
     "the appropriate screen, or unknown.\"}}",
     "labels",
     "labels is not on the screen of this call, or does not exist: add it to the screen, or "
     "take "
     "it out of the mapping"},
    {400, "{\"errorMessages\":[\"Field 'priority' is required\"],\"errors\":{}}", "priority",
     "priority is required and has no value: map a value to it, or make it optional in Jira"},
    {400, "{\"errorMessages\":[],\"errors\":{\"title\":\"'title' is required.\"}}", "title",
     "title is required and has no value: map a value to it, or make it optional in Jira"},
    {400, "{\"errorMessages\":[\"The value 'INVALID' does not exist for the field 'project'.\"]}",
     "project", "project has no such value: add the value in Jira, or correct it in the mapping"},
    {400, "{\"errors\":{\"customfield_1\":\"Option id '7' is not valid\"}}", "customfield_1",
     "customfield_1 does not take this option: add the option in Jira, or correct its value in "
     "the mapping"},
    {400,
     "{\"errors\":{\"description\":\"Operation value must be an Atlassian Document (see the "
     "Atlassian Document Format)\"}}",
     "description", "description takes rich text only: map it as rich text"},
    {400, "{\"errors\":{\"a\":\"Operation value must be a string\"}}", "a",
     "a takes plain text only: map it as text"},
    {400, "{\"errors\":{\"a\":\"data was not an array\"}}", "a",
     "a takes a list: map it as a list"},
    {400, "{\"errors\":{\"a\":\"Operation value must be a number\"}}", "a",
     "a takes a number only: map it as a number"},
    {400, "{\"errors\":{\"a\":\"Operation value must be a duck\"}}", "a",
     "a takes another type of value: compare its type in Jira with its format in the mapping"},
    {400, "{\"errors\":{\"a\":\"Error parsing date string: soon\"}}", "a",
     "a takes a date in another form: map it as a date (YYYY-MM-DD), or as a date and time"},
    {400, "{\"errors\":{\"a\":\"The entered text is too long. It exceeds 255.\"}}", "a",
     "a takes a shorter text: shorten what the mapping puts there"},
    {400, "{\"errors\":{\"assignee\":\"User 'x' cannot be assigned issues.\"}}", "assignee",
     "assignee cannot be given to this person: make the person assignable in the project, or "
     "correct the mapping"},
    {400, "{\"errors\":{\"a\":\"Specify a valid value\",\"b\":\"x\",\"c\":\"y\"}}", "a",
     "a does not take this value: correct its value in the mapping; 2 more"},
    {422, "{\"errors\":{\"a\":\"Ducks only.\"}}", "a",
     "a is refused (Ducks only): correct it in the mapping or in Jira"},
    {400, "{\"errors\":{\"a\":[\"is required\"]}}", "a",
     "a is required and has no value: map a value to it, or make it optional in Jira"},
    {400, "{\"errors\":{\"a\":7}}", "a", "a is refused: correct it in the mapping or in Jira"},
    /* words without a field */
    {400, "{\"errors\":[{\"message\":\"Every transition input must correspond.\"}]}", "",
     "Every transition input must correspond (Jira answered 400): compare the mapping with the "
     "fields of the request type"},
    {403, "{\"errorMessages\":[\"Only Jira administrators can access fields.\"]}", "",
     "Only Jira administrators can access fields (Jira answered 403): give our account that "
     "permission in Jira"},
    {404, "{\"errorMessages\":[\"Issue does not exist or you do not have permission to see it.\"]}",
     "",
     "Issue does not exist or you do not have permission to see it (Jira answered 404): let "
     "our "
     "account see the project, unless it was deleted"},
    {404,
     "{\"errorMessage\":\"The request was not found\",\"i18nErrorMessage\":{\"i18nKey\":\"k\","
     "\"parameters\":[]}}",
     "",
     "The request was not found (Jira answered 404): let our account see the project, unless "
     "it "
     "was deleted"},
    {409, "{\"errorMessages\":[\"busy\"],\"errors\":{}}", "",
     "busy (Jira answered 409): nothing to do, it is tried again"},
    {410, "{\"errorMessages\":[\"The requested API has been removed. Please migrate\"]}", "",
     "this Jira no longer has that operation (it answered 410): update Countersign"},
    {429, "{\"errorMessages\":[\"Rate limit exceeded\"]}", "",
     "Rate limit exceeded (Jira answered 429): nothing to do, we wait as long as it says"},
    /* nothing to read */
    {400, "", "",
     "Jira answered 400, and does not say why: compare the mapping with the fields of the "
     "request "
     "type"},
    {400, "{\"errorMessages\":[], \"errors\":{}}", "",
     "Jira answered 400, and does not say why: compare the mapping with the fields of the "
     "request "
     "type"},
    {400, "{\"errorMessages\":[\"cut sh", "",
     "Jira answered 400, and does not say why: compare the mapping with the fields of the "
     "request "
     "type"},
    {400, "[]", "",
     "Jira answered 400, and does not say why: compare the mapping with the fields of the "
     "request "
     "type"},
    {400, "{\"errorMessages\":{\"a\":[1]},\"errors\":true,\"message\":[[\"x\"]]}", "",
     "Jira answered 400, and does not say why: compare the mapping with the fields of the "
     "request "
     "type"},
    {403, "no", "", "Jira answered 403, and says no: give our account that permission in Jira"},
    {405, "", "",
     "Jira answered 405, and does not know this way of asking: check the url of the site"},
    {413, "", "",
     "Jira answered 413, because the call is too large: shorten what the mapping puts into the "
     "ticket"},
    {415, "", "",
     "Jira answered 415, and does not take JSON: check the url of the site: is this Jira "
     "itself?"},
    {418, "", "",
     "Jira answered 418, and says no: look at what this address is: check the url of the site"},
    {502, "<html>", "",
     "Jira answered 502 with a page instead of data, because of a trouble of its own: look for "
     "a "
     "proxy or a login between us and Jira"},
    {500, "{\"errorMessages\":[\"Internal server error\"]}", "",
     "Jira answered 500, because of a trouble of its own: nothing to do, it is tried again"},
    {400, "<!DOCTYPE html>", "",
     "Jira answered 400 with a page instead of data, and does not say why: look for a proxy or "
     "a "
     "login between us and Jira"},
    {400, "{\"errorMessages\":[\"Field 'x is required\"]}", "",
     "Field 'x is required (Jira answered 400): compare the mapping with the fields of the "
     "request type"},
};

static void bodies(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct str field = say(ROWS[i].status, str_of(ROWS[i].body));
        if (strcmp(why, ROWS[i].why) != 0)
            fail_msg("%s\n got %s\nwant %s", ROWS[i].body, why, ROWS[i].why);
        assert_str(field, ROWS[i].field);
    }
}

/* However much of it there is, the remedy stays. */
static void much_is_cut(void **state)
{
    static char body[200000];
    size_t len = 0;
    (void)state;

    snprintf(body, sizeof body, "{\"errorMessages\":[\"%01500d\"]}", 7);
    say(400, str_of(body));
    assert_non_null(strstr(why, "… (Jira answered 400): compare"));
    snprintf(body, sizeof body, "{\"errors\":{\"%0900d\":\"is required\"}}", 7);
    say(400, str_of(body));
    assert_non_null(strstr(why, "… is required and has no value: map a value to it"));

    len = (size_t)snprintf(body, sizeof body, "{\"errors\":{\"f\":\"x\"");
    for (int i = 0; i < 9000; i++)
        len += (size_t)snprintf(body + len, sizeof body - len, ",\"f%d\":\"x\"", i);
    snprintf(body + len, sizeof body - len, "}}");
    say(400, str_of(body));
    assert_string_equal(why, "f is refused (x): correct it in the mapping or in Jira; 9000 more");
}

/* Any beginning of a body, as a line that breaks leaves it. */
static void cut_bodies(void **state)
{
    static const char BODY[] = "{\"errorMessages\":[\"Field 'a' is required\"],\"errors\":{}}";
    (void)state;

    for (size_t len = 0; len < sizeof BODY - 1; len++) {
        assert_int_equal(say(400, str_n(BODY, len)).len, 0);
        assert_non_null(strstr(why, "does not say why"));
    }
}

JSM_UNIT_MAIN(cmocka_unit_test(bodies), cmocka_unit_test(much_is_cut), cmocka_unit_test(cut_bodies))
