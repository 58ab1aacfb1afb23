#include "jsm/jsm_hook.h"

#include "base/clock.h"
#include "base/limits.h"
#include "jsm/jsm_marker.h"
#include "jsm/jsm_state.h"
#include "jsm/jsm_user.h"

enum { SECONDS_BELOW = 100000 }; /* in millions: less is no time in milliseconds of our days */

/* ".../issue/10042/comment/10500": comment events may carry no issue at all. */
static struct str id_from_link(struct str link)
{
    const struct str PART = STR("/issue/");

    for (size_t i = 0; i + PART.len < link.len; i++) {
        if (!str_starts(str_n(link.p + i, link.len - i), PART))
            continue;
        struct str rest = str_n(link.p + i + PART.len, link.len - i - PART.len);
        struct str id = str_cut(&rest, '/');
        return jsm_is_id(id) ? id : STR_NONE;
    }
    return STR_NONE;
}

/* The issue of an event, or the body itself where automation sends the bare issue. */
static const struct json *issue_of(const struct json *v, bool is_event)
{
    const struct json *issue = json_member(v, "issue");

    if (!issue && !is_event && (json_member(v, "fields") || json_member(v, "key")))
        return v;
    return issue;
}

/* The first of the places an id may stand in that has one. */
static struct str find_id(struct arena *a, const struct json *v, const struct json *issue)
{
    static const char *const IDS[] = {"issueId", "issue_id", "worklog/issueId",
                                      "issueLink/sourceIssueId"};
    static const char *const LINKS[] = {"issue/self", "comment/self", "worklog/self",
                                        "property/self"};
    struct str id = json_id(a, json_type(issue) == JSON_OBJECT ? json_member(issue, "id") : issue);

    for (size_t i = 0; !id.len && i < sizeof IDS / sizeof IDS[0]; i++)
        id = json_id(a, json_path(v, IDS[i]));
    for (size_t i = 0; !id.len && i < sizeof LINKS / sizeof LINKS[0]; i++)
        id = id_from_link(json_path_str(v, LINKS[i]));
    return id;
}

/* Milliseconds by example; the unit is stated nowhere. */
static int64_t time_of(const struct json *v)
{
    int64_t ms = 0;

    if (!json_i64(v, &ms) || ms <= 0)
        return 0;
    return ms / 1000000 < SECONDS_BELOW ? ms * 1000 : ms;
}

/* No body: what its address says, "?issue=10042&…". */
static bool read_query(struct arena *a, struct str query, struct jsm_hook *ret, struct err *err)
{
    struct str rest = query.len ? str_n(query.p + 1, query.len - 1) : STR_NONE;

    while (rest.len) {
        struct str value = str_cut(&rest, '&'), name = str_cut(&value, '=');
        if (str_eq_c(name, "issue"))
            ret->issue_id = arena_str(a, value);
    }
    if (ret->issue_id.len && !jsm_is_id(ret->issue_id))
        return FAIL(err, ERR_INPUT, "issue= in the address must be a number: {{issue.id}}");
    return true;
}

bool jsm_hook_read(struct arena *a, struct str body, struct jsm_hook *ret, struct err *err)
{
    const struct json *v;

    *ret = (struct jsm_hook){0};
    if (!body.len || body.p[0] == '?')
        return read_query(a, body, ret, err);
    if (!json_parse_deep(a, body, LIMIT_JIRA_JSON_DEPTH, &v, err))
        return false;
    if (json_type(v) != JSON_OBJECT)
        return FAIL(err, ERR_INPUT, "not an object");
    ret->event = json_path_str(v, "webhookEvent");
    const struct json *issue = issue_of(v, ret->event.len > 0);
    ret->issue_id = find_id(a, v, issue);
    ret->key = json_path_str(issue, "key");
    ret->other_id = json_id(a, json_path(v, "issueLink/destinationIssueId"));
    ret->event_ms = time_of(json_member(v, "timestamp"));
    if (str_starts(ret->event, STR("issue_property_")))
        ret->property = json_path_str(v, "property/key");
    ret->by = jsm_user_id(json_member(v, "user"));
    ret->author = jsm_user_id(json_path(v, "comment/author"));
    if (str_eq_c(ret->event, "comment_updated"))
        ret->by = jsm_user_id(json_path(v, "comment/updateAuthor"));
    int64_t updated_ms = 0;
    if (clock_parse(json_path_str(issue, "fields/updated"), &updated_ms))
        ret->announced_ms = updated_ms;
    if (ret->event_ms > ret->announced_ms && !ret->property.len)
        ret->announced_ms = ret->event_ms;
    bool numbers = (!ret->issue_id.len || jsm_is_id(ret->issue_id)) &&
                   (!ret->other_id.len || jsm_is_id(ret->other_id));
    if (!numbers)
        return FAIL(err, ERR_INPUT, "an issue id that is not a number");
    if (!ret->issue_id.len && !ret->event.len && (ret->key.len || json_str(issue).len))
        return FAIL(err, ERR_INPUT, "it names a ticket without its id: send {{issue.id}}");
    if (!ret->issue_id.len && !ret->event.len)
        return FAIL(err, ERR_INPUT, "neither an event nor an issue");
    return true;
}

bool jsm_hook_is_idle(const struct jsm_hook *hook, struct str our_account)
{
    bool ours = str_eq_c(hook->property, JSM_BIND) || str_eq_c(hook->property, JSM_STATE);
    bool by_us = our_account.len && str_eq(hook->by, our_account);

    return hook->property.len && (!ours || by_us);
}

bool jsm_hook_is_echo(const struct jsm_hook *hook, struct str our_account)
{
    return our_account.len && str_eq(hook->by, our_account) &&
           str_eq_c(hook->event, "jira:issue_updated");
}

bool jsm_hook_is_over(const struct jsm_hook *hook, struct str our_account)
{
    bool ours = our_account.len && str_eq(hook->author, our_account);
    bool edited =
        str_eq_c(hook->event, "comment_updated") && hook->by.len && !str_eq(hook->by, our_account);

    return ours && (edited || str_eq_c(hook->event, "comment_deleted"));
}

bool jsm_hook_is_replayed(const struct jsm_hook *hook, int64_t received_ms)
{
    int64_t apart = received_ms - hook->event_ms;

    return hook->event_ms && (apart > JSM_HOOK_WINDOW_MS || apart < -JSM_HOOK_WINDOW_MS);
}
