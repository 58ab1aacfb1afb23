#include "jsm/jsm_bulk.h"

#include "jsm/jsm_call_priv.h"
#include "jsm/jsm_marker.h"
#include "jsm/jsm_state.h"
#include "json/json_write.h"

/* --- reading --- */

static void put_list(struct json_out *out, const char *name, struct str listed)
{
    json_put_name(out, name);
    json_open_array(out);
    while (listed.len)
        json_put_str(out, str_cut(&listed, ','));
    json_close_array(out);
}

struct jsm_call jsm_call_issues(struct arena *a, const struct str *issue_ids, size_t count,
                                struct str fields)
{
    struct buf b;
    struct json_out out;

    buf_init(&b, JSM_BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_put_name(&out, "issueIdsOrKeys");
    json_open_array(&out);
    for (size_t i = 0; i < count; i++)
        json_put_str(&out, issue_ids[i]);
    json_close_array(&out);
    put_list(&out, "fields", fields.len ? fields : STR("*all"));
    put_list(&out, "expand", STR("changelog"));
    put_list(&out, "properties", STR(JSM_BIND "," JSM_STATE));
    json_close_object(&out);
    struct jsm_call call = jsm_call_of(JSM_ROUTE_BULK_FETCH, JSM_READ,
                                       STR("/rest/api/3/issue/bulkfetch"), jsm_settle(a, &b));
    call.lane = LANE_GATE;
    return call;
}

/* --- what is offered --- */

struct jsm_call jsm_call_bulk_offer(struct arena *a, const struct str *issue_ids, size_t count)
{
    struct buf b;
    bool are_ids = count > 0;

    buf_init(&b, JSM_BODY_BYTES);
    buf_add_c(&b, "/rest/api/3/bulk/issues/transition?issueIdsOrKeys=");
    for (size_t i = 0; i < count; i++) {
        are_ids &= jsm_is_id(issue_ids[i]);
        buf_add_c(&b, i ? "," : "");
        buf_add_str(&b, issue_ids[i]);
    }
    struct str path = jsm_settle(a, &b);
    return jsm_call_of(JSM_ROUTE_BULK_OFFER, JSM_READ, are_ids ? path : STR_NONE, STR_NONE);
}

static const struct json *workflow_of(const struct json *offer, size_t workflow)
{
    const struct json *at = json_first(json_member(offer, "availableTransitions"));

    while (at && workflow--)
        at = json_next(at);
    return at;
}

size_t jsm_bulk_workflow(const struct json *offer, struct str key)
{
    for (size_t i = 0; i < JSM_BULK_WORKFLOWS_MAX; i++)
        JSON_EACH(issue, json_member(workflow_of(offer, i), "issues"))
    if (key.len && str_eq(json_str(issue), key))
        return i;
    return JSM_BULK_WORKFLOWS_MAX;
}

bool jsm_bulk_offers(const struct json *offer, size_t workflow, struct str transition_id)
{
    JSON_EACH(t, json_member(workflow_of(offer, workflow), "transitions"))
    if (transition_id.len && str_eq(json_id(NULL, json_member(t, "transitionId")), transition_id))
        return true;
    return false;
}

bool jsm_bulk_is_bound(const struct json *transitions, struct str transition_id)
{
    JSON_EACH(t, json_member(transitions, "transitions"))
    if (str_eq(json_id(NULL, json_member(t, "id")), transition_id)) {
        const struct json *global = json_member(t, "isGlobal");
        return global && !json_is_true(global);
    }
    return false;
}

/* --- moving --- */

static void put_input(struct json_out *out, const struct jsm_bulk_move *moves, size_t count,
                      size_t workflow, struct str transition_id)
{
    json_open_object(out);
    json_put_name(out, "selectedIssueIdsOrKeys");
    json_open_array(out);
    for (size_t i = 0; i < count; i++)
        if (moves[i].workflow == workflow)
            json_put_str(out, moves[i].issue_id);
    json_close_array(out);
    json_str_member(out, "transitionId", transition_id);
    json_close_object(out);
}

static bool is_in(const struct jsm_bulk_move *moves, size_t count, size_t workflow)
{
    for (size_t i = 0; i < count; i++)
        if (moves[i].workflow == workflow)
            return true;
    return false;
}

struct jsm_call jsm_call_bulk_move(struct arena *a, const struct jsm_bulk_move *moves, size_t count,
                                   const struct str *transition_ids)
{
    struct buf b;
    struct json_out out;

    buf_init(&b, JSM_BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_put_name(&out, "bulkTransitionInputs");
    json_open_array(&out);
    for (size_t i = 0; i < JSM_BULK_WORKFLOWS_MAX; i++)
        if (is_in(moves, count, i))
            put_input(&out, moves, count, i, transition_ids[i]);
    json_close_array(&out);
    json_bool_member(&out, "sendBulkNotification", false);
    json_close_object(&out);
    return jsm_call_of(JSM_ROUTE_BULK_MOVE, JSM_ONCE, STR("/rest/api/3/bulk/issues/transition"),
                       jsm_settle(a, &b));
}

struct str jsm_bulk_task(const struct json *body)
{
    struct str id = json_id(NULL, json_member(body, "taskId"));
    return jsm_is_id(id) ? id : STR_NONE;
}

/* --- what became of it --- */

struct jsm_call jsm_call_bulk_progress(struct arena *a, struct str task_id)
{
    struct str path = STR_NONE;

    if (jsm_is_id(task_id))
        path = arena_printf(a, "/rest/api/3/bulk/queue/%.*s", STR_ARG(task_id));
    return jsm_call_of(JSM_ROUTE_BULK_PROGRESS, JSM_READ, path, STR_NONE);
}

enum bulk_task jsm_bulk_stands(const struct json *progress)
{
    static const char *const ENDED[] = {"FAILED", "CANCELLED", "DEAD"};
    struct str status = json_path_str(progress, "status");

    if (str_eq_c(status, "COMPLETE"))
        return BULK_COMPLETE;
    return str_index(status, ENDED, sizeof ENDED / sizeof ENDED[0]) >= 0 ? BULK_BROKEN : BULK_RUNS;
}

enum bulk_word jsm_bulk_says(const struct json *progress, struct str issue_id, struct str *ret_why)
{
    *ret_why = STR_NONE;
    JSON_EACH(id, json_member(progress, "processedAccessibleIssues"))
    if (str_eq(json_id(NULL, id), issue_id))
        return BULK_SAYS_MOVED;
    const struct json *failed =
        json_member_str(json_member(progress, "failedAccessibleIssues"), issue_id);
    if (!failed)
        return BULK_SAYS_NOTHING;
    *ret_why = json_str(json_first(failed));
    return BULK_SAYS_FAILED;
}
