/* Tickets that were closed: what is asked for, and when one was closed. */
#include "jsm/jsm_closed.h"

#include "jsm_unit.h"

static void what_is_searched_for(void **state)
{
    static const struct str PROJECTS[] = {STR("IAM"), STR("OPS")};
    static const struct str FIELDS[] = {STR("customfield_1"), STR("status"), STR("reporter")};
    struct jsm_closed_search s = {PROJECTS, FIELDS, 2, 3, 1795000000000};
    struct jsm_call c = jsm_call_closed(arena, &s, STR_NONE);
    const struct json *body;
    struct err err;
    (void)state;

    assert_str(c.path, "/rest/api/3/search/jql");
    assert_int_equal(c.effect, JSM_READ);
    assert_int_equal(c.lane, LANE_SWEEP); /* nobody waits for it */
    assert_true(json_parse(arena, c.body, &body, &err));
    assert_str(json_path_str(body, "jql"),
               "project in (\"IAM\", \"OPS\") AND (resolved >= 1795000000000 OR "
               "statusCategory = Done AND resolved is EMPTY AND updated >= 1795000000000) ORDER BY "
               "created ASC, key ASC");
    assert_int_equal(json_count(json_member(body, "fields")), 7); /* none of them twice */
    assert_null(json_member(body, "nextPageToken"));
    c = jsm_call_closed(arena, &s, STR("abc"));
    assert_true(json_parse(arena, c.body, &body, &err));
    assert_str(json_path_str(body, "nextPageToken"), "abc");
}

static void when_it_was_closed(void **state)
{
#define RESOLVED "'resolutiondate':'1970-01-01T00:00:01.000+0000'"
#define MOVED "'statuscategorychangedate':'1970-01-01T00:00:02.000+0000'"
#define UPDATED "'updated':'1970-01-01T00:00:03.000+0000'"
#define STATUS(name, key) \
    "'status':{'id':'5','name':'" name "','statusCategory':{'key':'" key "'}},"
    static const struct jsm_status_role STATUSES[] = {{STR("Cancelled"), STATUS_CANCELLED}};
    static const struct jsm_status_role RESOLUTIONS[] = {{STR("Won't Do"), STATUS_DECLINED}};
    static const struct jsm_view VIEW = {
        .statuses = STATUSES, .status_count = 1, .resolutions = RESOLUTIONS, .resolution_count = 1};
    static const struct {
        const char *issue;
        int64_t closed_ms; /* 0: it is not */
        bool withdrawn;
    } ROWS[] = {
        {"{'fields':{" STATUS("Resolved", "done") RESOLVED "," MOVED "," UPDATED "}}", 1000, false},
        {"{'fields':{" STATUS("Resolved", "done") "'resolutiondate':null," MOVED "," UPDATED "}}",
         2000, false},
        {"{'fields':{" STATUS("Resolved", "done") UPDATED "}}", 3000, false},
        {"{'fields':{" STATUS("Resolved", "done") "'resolution':null}}", 0, false},
        {"{'fields':{" STATUS("Cancelled", "done") RESOLVED "}}", 1000, true},
        {"{'fields':{" STATUS("Open", "new") UPDATED "}}", 0, false}, /* opened again */
        {"{'fields':{" UPDATED "}}", 0, false},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(ROWS); i++) {
        struct jsm_closed got = {0};
        bool closed = jsm_closed_read(json_of(ROWS[i].issue), &VIEW, &got);
        if (closed != (ROWS[i].closed_ms > 0) || got.withdrawn != ROWS[i].withdrawn ||
            got.closed_ms != ROWS[i].closed_ms)
            fail_msg("%s", ROWS[i].issue);
    }
}

static void a_resolution_tells_what_was_declined(void **state)
{
    static const struct jsm_status_role RESOLUTIONS[] = {{STR("Refused"), STATUS_DECLINED}};
    static const struct jsm_view VIEW = {.resolutions = RESOLUTIONS, .resolution_count = 1};
    struct jsm_closed got = {0};
    (void)state;

    assert_true(jsm_closed_read(
        json_of("{'fields':{" STATUS("Done", "done") RESOLVED ",'resolution':{'name':'Refused'}}}"),
        &VIEW, &got));
    assert_true(got.withdrawn);
}

JSM_UNIT_MAIN(cmocka_unit_test(what_is_searched_for), cmocka_unit_test(when_it_was_closed),
              cmocka_unit_test(a_resolution_tells_what_was_declined))
