#include "jsm/jsm_sla.h"

#include "json/json_write.h"

enum { ROWS_BYTES = 512 * 1024 };

struct jsm_call jsm_call_sla(struct arena *a, struct str issue_id)
{
    return jsm_call_about(a, JSM_ROUTE_SLA, JSM_READ, issue_id, "/sla?limit=50", STR_NONE);
}

static bool number(const struct json *v, const char *member, const char *unit, int64_t *ret)
{
    return json_i64(json_member(json_member(v, member), unit), ret);
}

static void put_number(struct json_out *out, const struct json *v, const char *member,
                       const char *unit, const char *name)
{
    int64_t n;

    if (number(v, member, unit, &n))
        json_i64_member(out, name, n);
}

static void put_flag(struct json_out *out, const struct json *v, const char *member,
                     const char *name)
{
    const struct json *flag = json_member(v, member);

    if (json_type(flag) == JSON_BOOL)
        json_bool_member(out, name, json_is_true(flag));
}

/* One cycle; false: it says too little. */
static bool put_cycle(struct json_out *out, const struct json *metric, const struct json *v,
                      int64_t cycle)
{
    struct str id = json_path_str(metric, "id"), name = json_path_str(metric, "name");
    int64_t started, elapsed, stopped;
    bool over = number(v, "stopTime", "epochMillis", &stopped);

    if (!id.len || !name.len || !number(v, "startTime", "epochMillis", &started) ||
        !number(v, "elapsedTime", "millis", &elapsed) || (over && stopped < started))
        return false;
    json_open_object(out);
    json_str_member(out, "metric", id);
    json_str_member(out, "name", name);
    json_i64_member(out, "cycle", cycle);
    json_i64_member(out, "started_ms", started);
    put_number(out, v, "stopTime", "epochMillis", "stopped_ms");
    put_number(out, v, "breachTime", "epochMillis", "breach_ms");
    json_bool_member(out, "breached", json_is_true(json_member(v, "breached")));
    put_flag(out, v, "paused", "paused");
    put_flag(out, v, "withinCalendarHours", "calendar");
    put_number(out, v, "goalDuration", "millis", "goal_ms");
    json_i64_member(out, "elapsed_ms", elapsed);
    put_number(out, v, "remainingTime", "millis", "remaining_ms");
    json_close_object(out);
    return true;
}

struct str jsm_sla_rows(struct arena *a, const struct json *body)
{
    struct buf b;
    struct json_out out;
    int metrics = 0;

    buf_init(&b, ROWS_BYTES);
    json_begin(&out, &b);
    json_open_array(&out);
    JSON_EACH(metric, json_member(body, "values"))
    {
        const struct json *goes_on = json_member(metric, "ongoingCycle");
        int64_t cycles = 0;
        if (metrics++ == JSM_SLA_METRICS_MAX)
            break;
        JSON_EACH(cycle, json_member(metric, "completedCycles"))
        if (cycles < JSM_SLA_CYCLES_MAX)
            cycles += put_cycle(&out, metric, cycle, cycles + 1);
        if (json_type(goes_on) == JSON_OBJECT)
            (void)put_cycle(&out, metric, goes_on, cycles + 1);
    }
    json_close_array(&out);
    struct str rows = arena_str(a, buf_str(&b));
    buf_done(&b);
    return rows;
}
