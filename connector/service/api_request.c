#include "service/api_request.h"

#include "base/clock.h"
#include "service/api_body.h"
#include "service/api_priv.h"
#include "service/api_query.h"
#include "service/problem.h"
#include "site/site.h"

enum { OLDER_MAX_S = 10 * 366 * 86400 };

static const char NONE[] = "there is no such request";

/* What the query asks for, or what is wrong with it. */
static const char *read_filter(struct api *api, struct serve_request *request,
                               struct store_filter *ret)
{
    static const char *const KNOWN[] = {
        "limit",     "older_than_seconds", "stuck",       "phase", "site",    "after", "kind",
        "lifecycle", "subject_kind",       "application", "since", "overdue", "sort",  NULL};
    struct str older = api_query(request, "older_than_seconds");
    struct str stuck = api_query(request, "stuck");
    const char *wrong = api_query_refuse_unknown(request, KNOWN);
    enum phase known;

    *ret = (struct store_filter){.phase = api_query(request, "phase"),
                                 .site = api_query(request, "site"),
                                 .stuck = str_eq_c(stuck, "true")};
    if (wrong)
        return wrong;
    if (!api_query_limit(request, &ret->limit))
        return "limit is a number from 1 to 100";
    if (ret->phase.p && !phase_from(ret->phase, &known))
        return "there is no such phase";
    if (ret->site.p && !service_site(api_service(api), ret->site))
        return "site is none of the configuration";
    if (stuck.p && !ret->stuck)
        return "stuck is true, or not there";
    if (older.p && (!str_to_i64(older, &ret->older_than_s) || ret->older_than_s < 0 ||
                    ret->older_than_s > OLDER_MAX_S))
        return "older_than_seconds is a number of seconds, up to ten years";
    return api_query_requests(request, ret);
}

void api_requests_list(struct api *api, struct serve_request *request,
                       const struct token_config *token, struct str id)
{
    struct store_filter filter;
    const char *wrong = read_filter(api, request, &filter);

    (void)token, (void)id;
    if (wrong)
        problem_reply(request, 400, "Invalid query", wrong);
    else
        store_request_list(&api_service(api)->store, &filter, api_answer_json,
                           api_asking(api, request, false, NONE));
}

void api_request_review(struct api *api, struct serve_request *request,
                        const struct token_config *token, struct str id)
{
    static const struct body_member MEMBERS[] = {{"reviewer", BODY_KEY, true},
                                                 {"outcome", BODY_KEY, true},
                                                 {"note", BODY_TEXT, true},
                                                 {NULL}};
    const struct json *body;

    if (!api_body_read(request, MEMBERS, 0, &body))
        return;
    struct str outcome = json_path_str(body, "outcome");
    if (!str_eq_c(outcome, "in_order") && !str_eq_c(outcome, "objected"))
        problem_reply_member(request, 422, "Invalid body", STR("outcome"),
                             "'outcome' must be in_order or objected");
    else if (!str_trim(json_path_str(body, "note")).len)
        problem_reply_member(request, 422, "Invalid body", STR("note"),
                             "'note' must say what was found");
    else
        store_review_add(&api_service(api)->store, id, json_path_str(body, "reviewer"), outcome,
                         json_path_str(body, "note"), token->name, api_answer_accepted,
                         api_asking(api, request, false, NONE));
}

void api_request_approve(struct api *api, struct serve_request *request,
                         const struct token_config *token, struct str id)
{
    static const struct body_member MEMBERS[] = {
        {"approver", BODY_KEY, true}, {"decision", BODY_KEY, true}, {NULL}};
    const struct json *body;

    if (!api_body_read(request, MEMBERS, 0, &body))
        return;
    struct str decision = json_path_str(body, "decision");
    if (!str_eq_c(decision, "approved") && !str_eq_c(decision, "declined") &&
        !str_eq_c(decision, "withdrawn")) {
        problem_reply_member(request, 422, "Invalid body", STR("decision"),
                             "'decision' must be approved, declined or withdrawn");
        return;
    }
    store_approval_add(&api_service(api)->store, id, json_path_str(body, "approver"), decision,
                       STR("api"), token->name, api_answer_accepted,
                       api_asking(api, request, false, NONE));
}

void api_request_pause(struct api *api, struct serve_request *request,
                       const struct token_config *token, struct str id)
{
    static const struct body_member MEMBERS[] = {
        {"reason", BODY_TEXT, true}, {"until", BODY_LATER, true}, {NULL}};
    const struct json *body;

    if (!api_body_read(request, MEMBERS, clock_wall_ms(&api_service(api)->db_clock), &body))
        return;
    store_clock_hold(&api_service(api)->store, id, token->name, json_path_str(body, "reason"),
                     api_body_time(body, "until"), api_answer_accepted,
                     api_asking(api, request, false, NONE));
}

void api_request_show(struct api *api, struct serve_request *request,
                      const struct token_config *token, struct str id)
{
    (void)token;
    store_request_show(&api_service(api)->store, id, api_answer_json,
                       api_asking(api, request, false, NONE));
}

void api_request_cancel(struct api *api, struct serve_request *request,
                        const struct token_config *token, struct str id)
{
    store_request_cancel(&api_service(api)->store, id, token->name, api_answer_accepted,
                         api_asking(api, request, false, NONE));
}

void api_request_retry(struct api *api, struct serve_request *request,
                       const struct token_config *token, struct str id)
{
    store_request_retry(&api_service(api)->store, id, token->name, api_answer_json,
                        api_asking(api, request, false, NONE));
}

void api_request_resume(struct api *api, struct serve_request *request,
                        const struct token_config *token, struct str id)
{
    store_clock_resume(&api_service(api)->store, id, token->name, api_answer_accepted,
                       api_asking(api, request, false, NONE));
}
