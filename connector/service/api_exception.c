#include "service/api_exception.h"

#include "base/clock.h"
#include "service/api_body.h"
#include "service/api_priv.h"
#include "service/api_query.h"
#include "service/problem.h"

enum { PAGE = 100, EXPIRING_MAX_S = 90 * 86400 };

static void refuse(struct serve_request *request, struct str member, const char *what)
{
    problem_reply_member(request, 422, "Invalid body", member, what);
}

/* What it covers: a request or its unproven items, all that is asked of a source, a conflict of a
 * request, or what an earlier one covered. */
static bool covers_well(struct serve_request *request, const struct store_exception *e)
{
    bool of_request = !e->scope.len || str_eq_c(e->scope, "item") || str_eq_c(e->scope, "request");
    bool of_source = str_eq_c(e->scope, "source"), of_sod = str_eq_c(e->scope, "sod");

    if (e->renews && (e->request.len || e->scope.len || e->source.len || e->sod_set.len))
        refuse(request, STR("renews"), "'renews' says what it covers: nothing else may");
    else if (!e->renews && !of_request && !of_source && !of_sod)
        refuse(request, STR("scope"), "'scope' must be item, request, source or sod");
    else if (!e->renews && !of_source && !api_is_uuid(e->request))
        refuse(request, STR("request"), "'request' must be a request's id: a UUID in lower case");
    else if (of_source && e->request.len)
        refuse(request, STR("request"), "one of scope source names no request");
    else if (of_source != (e->source.len > 0))
        refuse(request, STR("source"), "'source' names the source of scope source, and only there");
    else if (of_sod != (e->sod_set.len > 0))
        refuse(request, STR("sod_set"),
               "'sod_set' names the conflict of scope sod, and only there");
    else
        return true;
    return false;
}

/* What no exception is without. Refused here, so that the member is named; kept by the store as
 * tried, as all that it refuses itself. The first fault's member; NULL: it has all of it. */
static const char *lacks(struct store_exception *e, int64_t now_ms)
{
    const struct {
        const char *member, *why, *said;
        bool there;
    } NEEDS[] = {
        {"owner", "owner", "'owner' is missing: somebody who answers for it until it ends",
         str_trim(e->owner).len},
        {"approved_by", "unnamed", "'approved_by' is missing: somebody else than the owner",
         str_trim(e->approved_by).len},
        {"reason", "reason", "'reason' must say why", e->reason.len},
        {"compensating_control", "control",
         "'compensating_control' must say what mitigates it meanwhile", e->control.len},
        {"expires_at", "end", "'expires_at' must be a time in the future, 90 days at the most",
         e->expires_ms > now_ms},
    };

    for (size_t i = 0; i < sizeof NEEDS / sizeof NEEDS[0]; i++) {
        if (NEEDS[i].there)
            continue;
        e->fault_why = NEEDS[i].why;
        e->fault_said = NEEDS[i].said;
        return NEEDS[i].member;
    }
    return NULL;
}

void api_exception_grant(struct api *api, struct serve_request *request,
                         const struct token_config *token, struct str id)
{
    static const struct body_member MEMBERS[] = {
        {"request", BODY_KEY, false},
        {"scope", BODY_KEY, false},
        {"source", BODY_KEY, false},
        {"sod_set", BODY_KEY, false},
        {"renews", BODY_ID, false},
        {"owner", BODY_NAME, false},
        {"approved_by", BODY_NAME, false},
        {"reason", BODY_TEXT, false},
        {"expires_at", BODY_TIME, false},
        {"review_at", BODY_LATER, false},
        {"compensating_control", BODY_TEXT, false},
        {NULL},
    };
    const struct json *body;

    (void)id;
    int64_t now_ms = clock_wall_ms(&api_service(api)->db_clock);

    if (!api_body_read(request, MEMBERS, now_ms, &body))
        return;
    struct store_exception e = {
        .request = json_path_str(body, "request"),
        .scope = json_path_str(body, "scope"),
        .source = json_path_str(body, "source"),
        .sod_set = json_path_str(body, "sod_set"),
        .owner = json_path_str(body, "owner"),
        .approved_by = json_path_str(body, "approved_by"),
        .reason = str_trim(json_path_str(body, "reason")),
        .control = str_trim(json_path_str(body, "compensating_control")),
        .vouched_by = token->name,
        .expires_ms = api_body_time(body, "expires_at"),
        .review_ms = api_body_time(body, "review_at"),
    };
    if (!json_i64(json_member(body, "renews"), &e.renews))
        e.renews = 0;
    if (!covers_well(request, &e))
        return;
    struct asking *a = api_asking(api, request, true, "there is no such request");
    api_asking_about(a, lacks(&e, now_ms));
    store_exception_grant(&api_service(api)->store, &e, api_answer_json, a);
}

/* What the query asks for, or what is wrong with it. */
static const char *read_filter(struct serve_request *request, struct store_exceptions *ret)
{
    static const char *const KNOWN[] = {
        "live", "expiring_seconds", "owner", "request", "after", "limit", NULL};
    struct str live = api_query(request, "live"), expiring = api_query(request, "expiring_seconds");
    const char *wrong = api_query_refuse_unknown(request, KNOWN);

    *ret = (struct store_exceptions){
        .live = str_eq_c(live, "true"), .request = api_query(request, "request"), .limit = PAGE};
    if (wrong)
        return wrong;
    if (live.p && !ret->live)
        return "live is true, or not there";
    if (!api_query_name(request, "owner", &ret->owner))
        return "owner is the name of somebody";
    if (expiring.p && (!str_to_i64(expiring, &ret->expiring_s) || ret->expiring_s < 1 ||
                       ret->expiring_s > EXPIRING_MAX_S))
        return "expiring_seconds is a number of seconds, up to ninety days";
    if (ret->request.p && !api_is_uuid(ret->request))
        return "request is a request's id";
    if (api_query(request, "limit").p && !api_query_limit(request, &ret->limit))
        return "limit is a number from 1 to 100";
    if (!api_query_after(request, &ret->after))
        return "after is the member next of the page before";
    return NULL;
}

void api_exceptions_list(struct api *api, struct serve_request *request,
                         const struct token_config *token, struct str id)
{
    struct store_exceptions filter;
    const char *wrong = read_filter(request, &filter);

    (void)token, (void)id;
    if (wrong)
        problem_reply(request, 400, "Invalid query", wrong);
    else
        store_exception_list(&api_service(api)->store, &filter, api_answer_json,
                             api_asking(api, request, false, ""));
}

void api_exception_revoke(struct api *api, struct serve_request *request,
                          const struct token_config *token, struct str id)
{
    static const struct body_member MEMBERS[] = {
        {"revoked_by", BODY_KEY, true}, {"reason", BODY_TEXT, true}, {NULL}};
    const struct json *body;
    int64_t number;

    if (!str_to_i64(id, &number) || !api_body_read(request, MEMBERS, 0, &body))
        return;
    if (!str_trim(json_path_str(body, "reason")).len) {
        refuse(request, STR("reason"), "'reason' must say why");
        return;
    }
    store_exception_revoke(&api_service(api)->store, number, json_path_str(body, "revoked_by"),
                           str_trim(json_path_str(body, "reason")), token->name, api_answer_json,
                           api_asking(api, request, false, "there is no such exception"));
}

void api_departure_tell(struct api *api, struct serve_request *request,
                        const struct token_config *token, struct str id)
{
    static const struct body_member MEMBERS[] = {{"person", BODY_KEY, true},
                                                 {"left", BODY_BOOL, true},
                                                 {"reason", BODY_TEXT, false},
                                                 {NULL}};
    const struct json *body;

    (void)id;
    if (!api_body_read(request, MEMBERS, 0, &body))
        return;
    store_departure_put(&api_service(api)->store, json_path_str(body, "person"),
                        json_is_true(json_member(body, "left")), token->name,
                        json_path_str(body, "reason"), api_answer_json,
                        api_asking(api, request, false, "nobody of that name had left"));
}
