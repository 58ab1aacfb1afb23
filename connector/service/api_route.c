#include "service/api_route.h"

#include <stdio.h>
#include <string.h>

#include "jsm/jsm_marker.h"
#include "service/api_delegation.h"
#include "service/api_event.h"
#include "service/api_evidence.h"
#include "service/api_exception.h"
#include "service/api_query.h"
#include "service/api_request.h"
#include "service/api_submit.h"
#include "service/problem.h"

enum { ALLOW_SIZE = 32, SENTENCE_SIZE = 80 };

enum role { ROLE_ANY, ROLE_SUBMIT, ROLE_READ, ROLE_APPROVE, ROLE_AUDIT };
static const char *const ROLES[] = {"any", "submit", "read", "approve", "audit"};

enum form { NOTHING, REQUEST, REQUEST_OR_KEY, NUMBER };

static void describe(struct api *api, struct serve_request *request,
                     const struct token_config *token, struct str id)
{
    (void)api, (void)token, (void)id;
    serve_reply(request, 200, "application/json", NULL, 0, str_of(API_DESCRIPTION));
}

static const struct route {
    const char *method, *path;
    enum form form; /* of what stands in braces */
    enum role role;
    api_operation_fn *fn;
} ROUTES[] = {
    {"POST", "/v1/access-requests", NOTHING, ROLE_SUBMIT, api_submit},
    {"GET", "/v1/access-requests", NOTHING, ROLE_READ, api_requests_list},
    {"GET", "/v1/access-requests/{id}", REQUEST_OR_KEY, ROLE_READ, api_request_show},
    {"POST", "/v1/access-requests/{id}/cancel", REQUEST, ROLE_SUBMIT, api_request_cancel},
    {"POST", "/v1/access-requests/{id}/retry", REQUEST_OR_KEY, ROLE_SUBMIT, api_request_retry},
    {"POST", "/v1/access-requests/{id}/pause", REQUEST, ROLE_APPROVE, api_request_pause},
    {"POST", "/v1/access-requests/{id}/resume", REQUEST, ROLE_APPROVE, api_request_resume},
    {"POST", "/v1/access-requests/{id}/approvals", REQUEST, ROLE_APPROVE, api_request_approve},
    {"POST", "/v1/access-requests/{id}/review", REQUEST, ROLE_APPROVE, api_request_review},
    {"GET", "/v1/access-requests/{id}/evidence", REQUEST, ROLE_AUDIT, api_evidence},
    {"GET", "/v1/events", NOTHING, ROLE_READ, api_events_list},
    {"POST", "/v1/events/retry", NOTHING, ROLE_SUBMIT, api_events_retry},
    {"POST", "/v1/delegations", NOTHING, ROLE_APPROVE, api_delegation_give},
    {"GET", "/v1/delegations", NOTHING, ROLE_READ, api_delegations_list},
    {"POST", "/v1/delegations/{delegation}/revoke", NUMBER, ROLE_APPROVE, api_delegation_revoke},
    {"POST", "/v1/exceptions", NOTHING, ROLE_APPROVE, api_exception_grant},
    {"GET", "/v1/exceptions", NOTHING, ROLE_READ, api_exceptions_list},
    {"POST", "/v1/exceptions/{exception}/revoke", NUMBER, ROLE_APPROVE, api_exception_revoke},
    {"POST", "/v1/departures", NOTHING, ROLE_APPROVE, api_departure_tell},
    {"GET", "/openapi.json", NOTHING, ROLE_ANY, describe},
};

bool api_route_reads(const struct serve_request *request)
{
    struct str method = serve_method(request);

    return str_eq_c(method, "GET") || str_eq_c(method, "HEAD");
}

/* One part of the path varies at most. */
static bool is_path(const struct route *r, struct str path, struct str *ret_id)
{
    struct str pattern = str_of(r->path), before = str_cut(&pattern, '{'), rest = path;

    *ret_id = STR_NONE;
    if (before.len == strlen(r->path))
        return str_eq(path, before);
    if (!str_starts(path, before))
        return false;
    (void)str_cut(&pattern, '}'); /* what is left stands behind it */
    rest = str_n(path.p + before.len, path.len - before.len);
    struct str behind = rest;
    *ret_id = str_cut(&behind, '/');
    return ret_id->len && str_eq(str_n(rest.p + ret_id->len, rest.len - ret_id->len), pattern);
}

static bool may(const struct token_config *token, enum role role)
{
    const bool HAS[] = {true, token->may_submit, token->may_read, token->may_approve,
                        token->may_audit};

    return HAS[role];
}

/* NULL, or what it should be. */
static const char *why_no_id(enum form form, struct str id)
{
    int64_t number;

    switch (form) {
    case NOTHING:
        return NULL;
    case REQUEST:
        return api_is_uuid(id) ? NULL : "a request has a UUID in lower case";
    case REQUEST_OR_KEY:
        return api_is_uuid(id) || jsm_is_key(id)
                   ? NULL
                   : "a request has a UUID in lower case, and its ticket a key";
    case NUMBER:
        return str_to_i64(id, &number) && number > 0 ? NULL : "it has a number, from 1 on";
    }
    return NULL;
}

static void serve_route(const struct route *r, struct api *api, struct serve_request *request,
                        const struct token_config *token, struct str id)
{
    char sentence[SENTENCE_SIZE];
    const char *wrong = why_no_id(r->form, id);

    snprintf(sentence, sizeof sentence, "this wants a token with the role %s", ROLES[r->role]);
    if (!may(token, r->role))
        problem_reply(request, 403, "Not permitted", sentence);
    else if (wrong)
        problem_reply(request, 404, "Not found", wrong);
    else
        r->fn(api, request, token, id);
}

void api_route(struct api *api, struct serve_request *request, const struct token_config *token)
{
    const char *method = api_route_reads(request) ? "GET" : NULL;
    const struct route *found = NULL;
    struct str path = serve_path(request), id, found_id = STR_NONE;
    bool gets = false, posts = false;

    for (size_t i = 0; i < sizeof ROUTES / sizeof ROUTES[0]; i++) {
        const struct route *r = &ROUTES[i];
        if (!is_path(r, path, &id))
            continue;
        gets |= !strcmp(r->method, "GET");
        posts |= !strcmp(r->method, "POST");
        if (method ? !strcmp(r->method, method) : str_eq_c(serve_method(request), r->method)) {
            found = r;
            found_id = id;
        }
    }
    if (found)
        serve_route(found, api, request, token, found_id);
    else if (gets || posts)
        problem_reply_allow(request, gets && posts ? "GET, HEAD, POST"
                                     : gets        ? "GET, HEAD"
                                                   : "POST");
    else
        problem_reply(request, 404, "Not found", "there is no such path: see /openapi.json");
}
