#include "service/api_evidence.h"

#include "service/api_priv.h"
#include "service/api_query.h"
#include "service/problem.h"
#include "service/service.h"
#include "store/store_console.h"

enum { ENTRIES_MAX = 1000 };

struct reading {
    struct api *api;
    struct serve_request *request;
    struct str id;
    int64_t after, count;
};

static const char NONE[] = "there is no such request";

static void refuse_unrecorded(struct serve_request *request)
{
    problem_reply(request, 503, "Database unavailable",
                  "that this is read could not be recorded, so it is not told: ask again");
}

static void on_recorded(void *arg, enum store_outcome outcome, const char *message)
{
    struct reading *r = arg;

    (void)message;
    if (outcome == STORE_LOST)
        problem_reply(r->request, 404, "Not found", NONE);
    else if (outcome != STORE_OK)
        refuse_unrecorded(r->request);
    else
        store_evidence_of(&api_service(r->api)->store, r->id, r->after, (int32_t)r->count,
                          api_answer_json, api_asking(r->api, r->request, false, NONE));
}

static const char *read_page(struct serve_request *request, struct reading *ret)
{
    static const char *const KNOWN[] = {"after", "limit", NULL};
    struct str after = api_query(request, "after"), limit = api_query(request, "limit");
    const char *wrong = api_query_refuse_unknown(request, KNOWN);

    if (wrong)
        return wrong;
    if (after.p && (!str_to_i64(after, &ret->after) || ret->after < 0))
        return "after is the member next of the page before";
    if (limit.p && (!str_to_i64(limit, &ret->count) || ret->count < 1 || ret->count > ENTRIES_MAX))
        return "limit is a number from 1 to 1000";
    return NULL;
}

void api_evidence(struct api *api, struct serve_request *request, const struct token_config *token,
                  struct str id)
{
    struct arena *arena = serve_arena(request);
    struct reading *r = ARENA_NEW(arena, struct reading);
    struct str viewer = arena_printf(arena, "token %.*s", STR_ARG(token->name));

    if (!r || !viewer.p) {
        refuse_unrecorded(request);
        return;
    }
    *r = (struct reading){api, request, id, 0, ENTRIES_MAX};
    const char *wrong = read_page(request, r);
    if (wrong)
        problem_reply(request, 400, "Invalid query", wrong);
    else
        store_evidence_seen(&api_service(api)->store, id, viewer, STR("auditor"), on_recorded, r);
}
