#include "service/api_delegation.h"

#include "base/clock.h"
#include "service/api_body.h"
#include "service/api_priv.h"
#include "service/api_query.h"
#include "service/problem.h"

enum { PAGE = 100 };

void api_delegation_give(struct api *api, struct serve_request *request,
                         const struct token_config *token, struct str id)
{
    static const struct body_member MEMBERS[] = {{"from", BODY_KEY, true},
                                                 {"to", BODY_KEY, true},
                                                 {"starts_at", BODY_TIME, false},
                                                 {"ends_at", BODY_TIME, true},
                                                 {NULL}};
    const struct json *body;

    (void)id;
    if (!api_body_read(request, MEMBERS, clock_wall_ms(&api_service(api)->db_clock), &body))
        return;
    store_delegation_add(&api_service(api)->store, json_path_str(body, "from"),
                         json_path_str(body, "to"), api_body_time(body, "starts_at"),
                         api_body_time(body, "ends_at"), token->name, api_answer_json,
                         api_asking(api, request, true, ""));
}

void api_delegations_list(struct api *api, struct serve_request *request,
                          const struct token_config *token, struct str id)
{
    static const char *const KNOWN[] = {"live", "person", "after", "limit", NULL};
    struct str live = api_query(request, "live"), person;
    const char *wrong = api_query_refuse_unknown(request, KNOWN);
    int32_t limit = PAGE;
    int64_t after = 0;

    (void)token, (void)id;
    if (!wrong && live.p && !str_eq_c(live, "true"))
        wrong = "live is true, or not there";
    if (!api_query_name(request, "person", &person) && !wrong)
        wrong = "person is the name of somebody";
    if (!wrong && api_query(request, "limit").p && !api_query_limit(request, &limit))
        wrong = "limit is a number from 1 to 100";
    if (!wrong && !api_query_after(request, &after))
        wrong = "after is the member next of the page before";
    if (wrong)
        problem_reply(request, 400, "Invalid query", wrong);
    else
        store_delegation_list(&api_service(api)->store, live.p != NULL, person, limit, after,
                              api_answer_json, api_asking(api, request, false, ""));
}

void api_delegation_revoke(struct api *api, struct serve_request *request,
                           const struct token_config *token, struct str id)
{
    static const struct body_member MEMBERS[] = {{"revoked_by", BODY_KEY, true}, {NULL}};
    const struct json *body;
    int64_t number;

    /* the route has seen that it is a number */
    if (str_to_i64(id, &number) && api_body_read(request, MEMBERS, 0, &body))
        store_delegation_revoke(&api_service(api)->store, number, json_path_str(body, "revoked_by"),
                                token->name, api_answer_json,
                                api_asking(api, request, false, "there is no such delegation"));
}
