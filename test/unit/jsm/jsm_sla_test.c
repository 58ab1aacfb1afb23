/* The service desk's own clocks. */
#include "jsm/jsm_sla.h"

#include "jsm_unit.h"

#define TIME(ms) "{'epochMillis':" #ms "}"
#define SPAN(ms) "{'millis':" #ms "}"

static void it_is_asked_for_by_the_id(void **state)
{
    struct jsm_call call = jsm_call_sla(arena, STR("10001"));
    (void)state;

    assert_str(call.path, "/rest/servicedeskapi/request/10001/sla?limit=50");
    assert_int_equal(jsm_call_sla(arena, STR("../x")).path.len, 0);
}

static void cycles_are_counted(void **state)
{
    const struct json
        *body =
            json_of("{'values':[{'id':'7','name':'Time to resolution','completedCycles':["
                    "{'startTime':" TIME(1000) ",'stopTime':" TIME(5000) ",'breachTime':" TIME(9000) ",'breached':false,'goalDuration':" SPAN(8000) ",'elapsedTime':" SPAN(
                        4000) ",'remainingTime':" SPAN(4000) "}],'ongoingCycle':{'startTime'"
                                                             ":" TIME(
                                                                 6000) ",'breached':true,'"
                                                                       "paused':true,'"
                                                                       "withinCalendarHour"
                                                                       "s':false,'"
                                                                       "elapsedTime'"
                                                                       ":" SPAN(
                                                                           9000) ",'"
                                                                                 "rem"
                                                                                 "ain"
                                                                                 "ing"
                                                                                 "Tim"
                                                                                 "e'"
                                                                                 ":" SPAN(
                                                                                     -1000) "}}]}");
    (void)state;

    assert_str(jsm_sla_rows(arena, body),
               "[{\"metric\":\"7\",\"name\":\"Time to resolution\",\"cycle\":1,\"started_ms\":1000,"
               "\"stopped_ms\":5000,\"breach_ms\":9000,\"breached\":false,\"goal_ms\":8000,"
               "\"elapsed_ms\":4000,\"remaining_ms\":4000},"
               "{\"metric\":\"7\",\"name\":\"Time to resolution\",\"cycle\":2,\"started_ms\":6000,"
               "\"breached\":true,\"paused\":true,\"calendar\":false,\"elapsed_ms\":9000,"
               "\"remaining_ms\":-1000}]");
}

static void what_says_too_little_is_left_out(void **state)
{
    static const char *const BODIES[] = {
        "{}",
        "{'values':[{}]}",
        "{'values':[{'id':'7','name':'x','ongoingCycle':{}}]}",
        "{'values':[{'id':'7','name':'x','ongoingCycle':{'startTime':" TIME(1) "}}]}",
        "{'values':[{'id':'7','name':'x','ongoingCycle':{'startTime':{'epochMillis':'1'},"
        "'elapsedTime':" SPAN(1) "}}]}",
        "{'values':[{'id':7,'name':'x','ongoingCycle':{'startTime':" TIME(1) ",'elapsedTime':" SPAN(
            1) "}}]}",
        "{'values':[{'id':'7','name':'x','completedCycles':[{'startTime':" TIME(
            2) ",'stopTime':" TIME(1) ",'elapsedTime':" SPAN(1) "}]}]}",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(BODIES); i++)
        assert_str(jsm_sla_rows(arena, json_of(BODIES[i])), "[]");
}

static void there_are_only_so_many(void **state)
{
    enum { MANY = JSM_SLA_CYCLES_MAX + 10, EACH = 64 };
    static const char CYCLE[] = "{'startTime':" TIME(1) ",'elapsedTime':" SPAN(1) "},";
    char *text = arena_alloc(arena, (size_t)MANY * EACH + 200);
    size_t at = 0, rows = 0;
    (void)state;

    for (const char *p = "{'values':[{'id':'7','name':'x','completedCycles':["; *p; p++)
        text[at++] = *p;
    for (int i = 0; i < MANY; i++)
        for (const char *p = CYCLE; *p; p++)
            text[at++] = *p;
    at--; /* no comma after the last */
    for (const char *p = "]}]}"; *p; p++)
        text[at++] = *p;
    text[at] = 0;
    struct str said = jsm_sla_rows(arena, json_of(text));
    for (size_t i = 0; i < said.len; i++)
        rows += said.p[i] == '{';
    assert_int_equal(rows, JSM_SLA_CYCLES_MAX);
}

JSM_UNIT_MAIN(cmocka_unit_test(it_is_asked_for_by_the_id), cmocka_unit_test(cycles_are_counted),
              cmocka_unit_test(what_says_too_little_is_left_out),
              cmocka_unit_test(there_are_only_so_many))
