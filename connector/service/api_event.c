#include "service/api_event.h"

#include "json/json_write.h"
#include "service/api_body.h"
#include "service/api_priv.h"
#include "service/api_query.h"
#include "service/problem.h"
#include "store/store_event.h"

enum { FILTER_BYTES = 8 * 1024 };

static const char NONE[] = "there is no such event";

static bool is_subscriber(const struct service *svc, struct str name)
{
    for (size_t i = 0; i < svc->config->event_count; i++)
        if (str_eq(svc->config->events[i].name, name))
            return true;
    return false;
}

/* "1234.name", as the page before gave it. */
static bool is_place(struct str after)
{
    int64_t id;
    return str_to_i64(str_cut(&after, '.'), &id) && after.len;
}

static const char *read_filter(struct serve_request *request, struct buf *filter)
{
    static const char *const KNOWN[] = {"state", "subscriber", "request", "after", "limit", NULL};
    static const char *const STATES[] = {"waiting", "delivered", "dead", "dropped"};
    struct json_out out;
    int32_t limit;
    struct str values[4];

    for (size_t i = 0; i < 4; i++)
        values[i] = api_query(request, KNOWN[i]);
    const char *wrong = api_query_refuse_unknown(request, KNOWN);
    if (wrong)
        return wrong;
    if (!api_query_limit(request, &limit))
        return "limit is a number from 1 to 100";
    if (values[0].p && str_index(values[0], STATES, 4) < 0)
        return "state is waiting, delivered, dead or dropped";
    if (values[1].p && !values[1].len)
        return "subscriber is the name of one";
    if (values[2].p && !api_is_uuid(values[2]))
        return "request is the id of a request";
    if (values[3].p && !is_place(values[3]))
        return "after is the member next of the page before";
    json_begin(&out, filter);
    json_open_object(&out);
    for (size_t i = 0; i < 4; i++)
        if (values[i].p)
            json_str_member(&out, KNOWN[i], values[i]);
    json_i64_member(&out, "limit", limit);
    json_close_object(&out);
    return NULL;
}

void api_events_list(struct api *api, struct serve_request *request,
                     const struct token_config *token, struct str id)
{
    AUTO(drop_buf) struct buf filter;

    (void)token, (void)id;
    buf_init(&filter, FILTER_BYTES);
    const char *wrong = read_filter(request, &filter);
    if (wrong)
        problem_reply(request, 400, "Invalid query", wrong);
    else
        store_event_list(&api_service(api)->store, buf_str(&filter), api_answer_json,
                         api_asking(api, request, false, NONE));
}

/* One event by its id, or all that a subscriber did not get. */
void api_events_retry(struct api *api, struct serve_request *request,
                      const struct token_config *token, struct str id)
{
    static const struct body_member MEMBERS[] = {
        {"event", BODY_KEY, false}, {"subscriber", BODY_KEY, false}, {NULL}};
    const struct json *body;

    (void)id;
    if (!api_body_read(request, MEMBERS, 0, &body))
        return;
    struct str event = json_path_str(body, "event"), subscriber = json_path_str(body, "subscriber");
    if (!event.len && !subscriber.len)
        problem_reply_member(request, 422, "Invalid body", STR("event"),
                             "name an event, or a subscriber for all that it did not get");
    else if (event.len && !api_is_uuid(event))
        problem_reply_member(request, 422, "Invalid body", STR("event"),
                             "'event' must be an event's id: a UUID in lower case");
    else if (subscriber.len && !is_subscriber(api_service(api), subscriber))
        problem_reply_member(request, 422, "Invalid body", STR("subscriber"),
                             "'subscriber' is none of the configuration");
    else
        store_event_retry(&api_service(api)->store, event, subscriber, token->name, api_answer_json,
                          api_asking(api, request, false, NONE));
}
