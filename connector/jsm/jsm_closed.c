#include "jsm/jsm_closed.h"

#include <inttypes.h>

#include "base/clock.h"
#include "jsm/jsm_call_priv.h"
#include "json/json_write.h"

/* Atlassian's names: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/;
 * Data Center has no statuscategorychangedate, and leaves out what it does not know. */
static const char *const READ[] = {"status", "resolution", "resolutiondate",
                                   "statuscategorychangedate", "updated"};

static void put_fields(struct json_out *out, const struct jsm_closed_search *s)
{
    json_put_name(out, "fields");
    json_open_array(out);
    for (size_t i = 0; i < sizeof READ / sizeof READ[0]; i++)
        json_put_str(out, str_of(READ[i]));
    for (size_t i = 0; i < s->field_count; i++)
        if (str_index(s->fields[i], READ, sizeof READ / sizeof READ[0]) < 0)
            json_put_str(out, s->fields[i]);
    json_close_array(out);
}

struct jsm_call jsm_call_closed(struct arena *a, const struct jsm_closed_search *s,
                                struct str token)
{
    AUTO(drop_buf) struct buf jql;
    struct buf b;
    struct json_out out;

    buf_init(&jql, JSM_BODY_BYTES);
    jsm_jql_projects(&jql, s->projects, s->project_count);
    buf_printf(&jql,
               " AND (resolved >= %" PRId64
               " OR statusCategory = Done AND resolved is EMPTY AND updated >= %" PRId64
               ") ORDER BY created ASC, key ASC",
               s->from_ms, s->from_ms);
    buf_init(&b, JSM_BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "jql", buf_str(&jql));
    json_i64_member(&out, "maxResults", JSM_CLOSED_PAGE);
    put_fields(&out, s);
    if (token.len)
        json_str_member(&out, "nextPageToken", token);
    json_close_object(&out);
    return jsm_call_of(JSM_ROUTE_SEARCH, JSM_READ, STR("/rest/api/3/search/jql"),
                       jsm_settle(a, &b));
}

bool jsm_closed_read(const struct json *issue, const struct jsm_view *view, struct jsm_closed *ret)
{
    static const char *const TIMES[] = {"fields/resolutiondate", "fields/statuscategorychangedate",
                                        "fields/updated"};
    enum status_role role = jsm_issue_role(issue, view);

    ret->withdrawn = role == STATUS_CANCELLED || role == STATUS_DECLINED;
    if (!ret->withdrawn && role != STATUS_DONE)
        return false;
    for (size_t i = 0; i < sizeof TIMES / sizeof TIMES[0]; i++)
        if (clock_parse(json_path_str(issue, TIMES[i]), &ret->closed_ms))
            return true;
    return false;
}
