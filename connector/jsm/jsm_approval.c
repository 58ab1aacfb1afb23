#include "jsm/jsm_approval.h"

#include "jsm/jsm_marker.h"
#include "jsm/jsm_user.h"

bool jsm_approval_names(const struct json *approval, struct str us)
{
    JSON_EACH(approver, json_member(approval, "approvers"))
    {
        if (us.len && str_eq(jsm_user_id(json_member(approver, "approver")), us))
            return true;
    }
    return false;
}

struct str jsm_approval_open(struct arena *a, const struct json *body, struct str us)
{
    struct str found = STR_NONE;
    int64_t newest = -1, number;

    JSON_EACH(approval, json_member(body, "values"))
    {
        struct str id = json_id(a, json_member(approval, "id"));
        bool open = str_eq_c(json_path_str(approval, "finalDecision"), "pending") &&
                    json_is_true(json_member(approval, "canAnswerApproval"));
        if (!open || !jsm_approval_names(approval, us) || !str_to_i64(id, &number) ||
            number <= newest)
            continue;
        newest = number;
        found = id;
    }
    return found;
}

struct jsm_call jsm_call_approve(struct arena *a, struct str issue_id, struct str approval_id)
{
    bool is_one = jsm_is_id(issue_id) && jsm_is_id(approval_id);
    const char *rest = arena_printf(a, "/approval/%.*s", STR_ARG(approval_id)).p;

    return jsm_call_about(a, JSM_ROUTE_APPROVE, JSM_ONCE, is_one ? issue_id : STR_NONE, rest,
                          STR("{\"decision\":\"approve\"}"));
}
