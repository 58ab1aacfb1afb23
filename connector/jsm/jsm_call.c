#include "jsm/jsm_call.h"

#include <inttypes.h>

#include "base/codecs.h"
#include "jsm/jsm_adf.h"
#include "jsm/jsm_call_priv.h"
#include "jsm/jsm_field.h"
#include "jsm/jsm_marker.h"
#include "jsm/jsm_state.h"
#include "json/json_write.h"

enum { POLL_PAGE = 100, FIND_PAGE = 20 };
#define META_PAGE "200" /* most that createmeta gives */

struct str jsm_settle(struct arena *a, struct buf *b)
{
    struct str s = b->over ? STR_NONE : arena_str(a, buf_str(b));
    buf_done(b);
    return s;
}

static const char *const METHODS[] = {
#define X(suffix, method, lane, per_second, what) method,
    JSM_ROUTES(X)
#undef X
};
static const enum traffic_lane LANES[] = {
#define X(suffix, method, lane, per_second, what) LANE_##lane,
    JSM_ROUTES(X)
#undef X
};
const int32_t JSM_PER_SECOND[JSM_ROUTE_COUNT] = {
#define X(suffix, method, lane, per_second, what) per_second,
    JSM_ROUTES(X)
#undef X
};

static struct jsm_call call(enum jsm_route route, enum jsm_effect effect, struct str path,
                            struct str body)
{
    return (struct jsm_call){.route = route,
                             .effect = effect,
                             .lane = LANES[route],
                             .method = METHODS[route],
                             .path = path,
                             .body = body};
}

bool jsm_route_is_aside(enum jsm_route route)
{
    return route == JSM_ROUTE_TENANT || route == JSM_ROUTE_RULES || route == JSM_ROUTE_RULE ||
           jsm_route_is_of_forms(route);
}

bool jsm_route_is_of_forms(enum jsm_route route)
{
    return route == JSM_ROUTE_FORMS || route == JSM_ROUTE_FORM || route == JSM_ROUTE_TYPE_FORM;
}

struct jsm_call jsm_call_of(enum jsm_route route, enum jsm_effect effect, struct str path,
                            struct str body)
{
    return call(route, effect, path, body);
}

/* The same about one ticket. */
static struct jsm_call issue_call(enum jsm_route route, enum jsm_effect effect, struct str issue_id,
                                  struct str path, struct str body)
{
    struct jsm_call c = call(route, effect, path, body);
    c.issue_id = issue_id;
    return c;
}

/* "/rest/api/3/issue/{id}{rest}", empty when the id is not one. */
static struct str issue_path(struct arena *a, struct str issue_id, const char *rest)
{
    if (!jsm_is_id(issue_id))
        return STR_NONE;
    return arena_printf(a, "/rest/api/3/issue/%.*s%s", STR_ARG(issue_id), rest);
}

struct jsm_call jsm_call_myself(void)
{
    return call(JSM_ROUTE_MYSELF, JSM_READ, STR("/rest/api/3/myself"), STR_NONE);
}

struct jsm_call jsm_call_server_info(void)
{
    return call(JSM_ROUTE_SERVER_INFO, JSM_READ, STR("/rest/api/3/serverInfo"), STR_NONE);
}

struct jsm_call jsm_call_project(struct arena *a, struct str key)
{
    AUTO(drop_buf) struct buf b;

    buf_init(&b, JSM_BODY_BYTES);
    buf_add_c(&b, "/rest/api/3/project/");
    url_encode(&b, key);
    return call(JSM_ROUTE_PROJECT, JSM_READ, key.len ? arena_str(a, buf_str(&b)) : STR_NONE,
                STR_NONE);
}

/* A JQL string literal: backslash first, then the quote; control characters have no business in
 * one. */
static void add_literal(struct buf *b, struct str s)
{
    buf_add_byte(b, '"');
    for (size_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.p[i] < 0x20)
            continue;
        if (s.p[i] == '\\' || s.p[i] == '"')
            buf_add_byte(b, '\\');
        buf_add_byte(b, s.p[i]);
    }
    buf_add_byte(b, '"');
}

/* Text search takes a phrase, in its own quotes inside the literal. */
static void add_phrase(struct buf *b, struct str s)
{
    buf_add_c(b, "\"\\\"");
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] != '\\' && s.p[i] != '"' && (unsigned char)s.p[i] >= 0x20)
            buf_add_byte(b, s.p[i]);
    buf_add_c(b, "\\\"\"");
}

void jsm_jql_projects(struct buf *b, const struct str *projects, size_t count)
{
    buf_add_c(b, "project in (");
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_add_c(b, ", ");
        add_literal(b, projects[i]);
    }
    buf_add_c(b, ")");
}

/* What a hit of a marker search must say: whose it is, whether it lives, and, with the changelog,
 * whether a person has had it in hand. */
static const char *const FOUND_FIELDS[] = {"created", "creator", "labels", "status", "comment"};

static struct str search_body(struct arena *a, struct str jql, int64_t page, struct str token,
                              struct str field, bool is_find)
{
    struct buf b;
    struct json_out out;

    buf_init(&b, JSM_BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "jql", jql);
    json_i64_member(&out, "maxResults", page);
    json_put_name(&out, "fields");
    json_open_array(&out);
    for (size_t i = 0; is_find && i < sizeof FOUND_FIELDS / sizeof FOUND_FIELDS[0]; i++)
        json_put_str(&out, str_of(FOUND_FIELDS[i]));
    if (!is_find)
        json_put_str(&out, STR("updated"));
    if (field.len)
        json_put_str(&out, field);
    json_close_array(&out);
    if (is_find) {
        json_str_member(&out, "expand", STR("changelog"));
        json_put_name(&out, "properties");
        json_open_array(&out);
        json_put_str(&out, STR(JSM_BIND));
        json_close_array(&out);
    }
    if (token.len)
        json_str_member(&out, "nextPageToken", token);
    json_close_object(&out);
    return jsm_settle(a, &b);
}

struct jsm_call jsm_call_poll(struct arena *a, const struct str *projects, size_t project_count,
                              int64_t from_ms, struct str token, struct str field)
{
    struct buf jql;

    buf_init(&jql, JSM_BODY_BYTES);
    jsm_jql_projects(&jql, projects, project_count);
    buf_printf(&jql, " AND updated >= %" PRId64 " ORDER BY updated ASC, key ASC", from_ms);
    struct str body = search_body(a, buf_str(&jql), POLL_PAGE, token, field, false);
    buf_done(&jql);
    return call(JSM_ROUTE_SEARCH, JSM_READ, STR("/rest/api/3/search/jql"), body);
}

struct jsm_call jsm_call_find(struct arena *a, const struct str *projects, size_t project_count,
                              struct str marker, struct str field)
{
    struct buf jql;
    bool custom = str_starts(field, STR("customfield_"));

    buf_init(&jql, JSM_BODY_BYTES);
    jsm_jql_projects(&jql, projects, project_count);
    buf_add_c(&jql,
              custom || str_eq_c(field, "description") ? " AND (labels = " : " AND labels = ");
    add_literal(&jql, marker);
    if (custom)
        buf_printf(&jql, " OR cf[%.*s] ~ ", (int)field.len - 12, field.p + 12);
    else if (str_eq_c(field, "description"))
        buf_add_c(&jql, " OR description ~ ");
    if (custom || str_eq_c(field, "description")) {
        add_phrase(&jql, marker);
        buf_add_c(&jql, ")");
    }
    buf_add_c(&jql, " ORDER BY created ASC");
    struct str body = search_body(a, buf_str(&jql), FIND_PAGE, STR_NONE, STR_NONE, true);
    buf_done(&jql);
    struct jsm_call c = call(JSM_ROUTE_SEARCH, JSM_READ, STR("/rest/api/3/search/jql"), body);
    c.lane = LANE_CREATE; /* a new ticket waits for the answer */
    return c;
}

struct jsm_call jsm_call_updated(struct arena *a, const struct str *issue_ids, size_t count)
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
    json_put_name(&out, "fields");
    json_open_array(&out);
    json_put_str(&out, STR("updated"));
    json_close_array(&out);
    json_close_object(&out);
    return call(JSM_ROUTE_BULK_FETCH, JSM_READ, STR("/rest/api/3/issue/bulkfetch"),
                jsm_settle(a, &b));
}

struct jsm_call jsm_call_own(struct arena *a, const struct str *projects, size_t project_count)
{
    struct buf jql;

    buf_init(&jql, JSM_BODY_BYTES);
    jsm_jql_projects(&jql, projects, project_count);
    buf_add_c(&jql, " AND creator = currentUser() ORDER BY created DESC");
    struct str body = search_body(a, buf_str(&jql), 1, STR_NONE, STR_NONE, false);
    buf_done(&jql);
    struct jsm_call c = call(JSM_ROUTE_SEARCH, JSM_READ, STR("/rest/api/3/search/jql"), body);
    c.lane = LANE_CREATE; /* a new ticket waits for the answer */
    return c;
}

bool jsm_own_is_shown(const struct json *body)
{
    return json_count(json_member(body, "issues")) > 0;
}

struct jsm_call jsm_call_issue(struct arena *a, struct str issue_id)
{
    return issue_call(
        JSM_ROUTE_ISSUE, JSM_READ, issue_id,
        issue_path(a, issue_id, "?expand=changelog&properties=" JSM_BIND "," JSM_STATE), STR_NONE);
}

struct jsm_call jsm_call_issue_fields(struct arena *a, struct str issue_id, struct str fields)
{
    struct jsm_call c = jsm_call_issue(a, issue_id);

    if (c.path.len && fields.len)
        c.path = arena_printf(a, "%.*s&fields=%.*s", STR_ARG(c.path), STR_ARG(fields));
    return c;
}

struct jsm_call jsm_call_issue_by_key(struct arena *a, struct str key, struct str fields)
{
    struct str path = STR_NONE;

    if (jsm_is_key(key))
        path = arena_printf(a, "/rest/api/3/issue/%.*s?expand=changelog&fields=%.*s", STR_ARG(key),
                            STR_ARG(fields));
    return call(JSM_ROUTE_ISSUE, JSM_READ, path, STR_NONE);
}

struct jsm_call jsm_call_changelog(struct arena *a, struct str issue_id, int64_t start_at)
{
    struct str path = issue_path(a, issue_id, "/changelog");
    if (path.len)
        path = arena_printf(a, "%.*s?startAt=%" PRId64 "&maxResults=100", STR_ARG(path), start_at);
    return issue_call(JSM_ROUTE_CHANGELOG, JSM_READ, issue_id, path, STR_NONE);
}

static bool is_among(struct str s, const struct str *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(s, list[i]))
            return true;
    return false;
}

/* Each once: Jira refuses a list that names one twice. False: they are too many to be named. */
static bool pick_fields(const struct str *fields, size_t count, struct str *picked, size_t *ret)
{
    *ret = 0;
    picked[(*ret)++] = STR("status");
    for (size_t i = 0; i < count; i++) {
        if (is_among(fields[i], picked, *ret))
            continue;
        if (*ret == JSM_CHANGELOG_FIELDS_MAX)
            return false;
        picked[(*ret)++] = fields[i];
    }
    return true;
}

struct jsm_call jsm_call_changelogs(struct arena *a, struct str issue_id, const struct str *fields,
                                    size_t field_count, struct str token)
{
    struct str picked[JSM_CHANGELOG_FIELDS_MAX], path = STR_NONE;
    struct json_out out;
    struct buf b;
    size_t count;

    buf_init(&b, JSM_BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_put_name(&out, "issueIdsOrKeys");
    json_open_array(&out);
    json_put_str(&out, issue_id);
    json_close_array(&out);
    if (pick_fields(fields, field_count, picked, &count)) {
        json_put_name(&out, "fieldIds");
        json_open_array(&out);
        for (size_t i = 0; i < count; i++)
            json_put_str(&out, picked[i]);
        json_close_array(&out);
    }
    json_put_name(&out, "maxResults");
    json_put_i64(&out, 1000);
    if (token.len)
        json_str_member(&out, "nextPageToken", token);
    json_close_object(&out);
    if (jsm_is_id(issue_id))
        path = STR("/rest/api/3/changelog/bulkfetch");
    return issue_call(JSM_ROUTE_CHANGELOGS, JSM_READ, issue_id, path, jsm_settle(a, &b));
}

struct jsm_call jsm_call_transitions(struct arena *a, struct str issue_id)
{
    return issue_call(JSM_ROUTE_TRANSITIONS, JSM_READ, issue_id,
                      issue_path(a, issue_id, "/transitions?expand=transitions.fields"), STR_NONE);
}

struct jsm_call jsm_call_transition(struct arena *a, struct str issue_id, struct str transition_id,
                                    struct str fields)
{
    struct buf b;
    struct json_out out;

    if (!jsm_is_id(transition_id))
        return issue_call(JSM_ROUTE_TRANSITION, JSM_ONCE, issue_id, STR_NONE, STR_NONE);
    buf_init(&b, JSM_BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_put_name(&out, "transition");
    json_open_object(&out);
    json_str_member(&out, "id", transition_id);
    json_close_object(&out);
    if (fields.len) {
        json_put_name(&out, "fields");
        json_put_raw(&out, fields);
    }
    json_close_object(&out);
    return issue_call(JSM_ROUTE_TRANSITION, JSM_ONCE, issue_id,
                      issue_path(a, issue_id, "/transitions"), jsm_settle(a, &b));
}

struct jsm_call jsm_call_comments(struct arena *a, struct str issue_id, int64_t start_at)
{
    struct str path =
        issue_path(a, issue_id, "/comment?expand=properties&orderBy=created&maxResults=100");
    if (path.len)
        path = arena_printf(a, "%.*s&startAt=%" PRId64, STR_ARG(path), start_at);
    return issue_call(JSM_ROUTE_COMMENTS, JSM_READ, issue_id, path, STR_NONE);
}

int64_t jsm_comments_next(const struct json *page)
{
    int64_t start, total, count = (int64_t)json_count(json_member(page, "comments"));
    bool counted = json_i64(json_member(page, "startAt"), &start) &&
                   json_i64(json_member(page, "total"), &total);

    return counted && count && start >= 0 && start < total - count ? start + count : 0;
}

static void add_internal(struct json_out *out)
{
    json_open_object(out);
    json_str_member(out, "key", STR("sd.public.comment"));
    json_put_name(out, "value");
    json_open_object(out);
    json_bool_member(out, "internal", true);
    json_close_object(out);
    json_close_object(out);
}

/* of: empty, there is one of that role. */
static void add_role(struct json_out *out, const char *role, struct str of)
{
    json_open_object(out);
    json_str_member(out, "key", STR(JSM_ROLE));
    json_put_name(out, "value");
    json_open_object(out);
    json_str_member(out, "role", str_of(role));
    if (of.len)
        json_str_member(out, "of", of);
    json_close_object(out);
    json_close_object(out);
}

static struct str comment_body(struct arena *a, struct str adf, const char *role, struct str of)
{
    struct buf b;
    struct json_out out;

    buf_init(&b, JSM_BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_put_name(&out, "body");
    json_put_raw(&out, adf);
    json_put_name(&out, "properties");
    json_open_array(&out);
    add_internal(&out);
    add_role(&out, role, of);
    json_close_array(&out);
    json_close_object(&out);
    return jsm_settle(a, &b);
}

struct jsm_call jsm_call_comment(struct arena *a, struct str issue_id, struct str comment_id,
                                 struct str adf)
{
    struct str body = comment_body(a, adf, JSM_ROLE_STATUS, STR_NONE);

    if (!comment_id.len)
        return issue_call(JSM_ROUTE_COMMENT_ADD, JSM_ONCE, issue_id,
                          issue_path(a, issue_id, "/comment"), body);
    struct str path = jsm_is_id(comment_id) ? issue_path(a, issue_id, "/comment/") : STR_NONE;
    if (path.len)
        path = arena_printf(a, "%.*s%.*s?notifyUsers=false", STR_ARG(path), STR_ARG(comment_id));
    return issue_call(JSM_ROUTE_COMMENT_EDIT, JSM_REPEATABLE, issue_id, path, body);
}

struct jsm_call jsm_call_tell(struct arena *a, struct str issue_id, struct str adf, struct str of)
{
    return issue_call(JSM_ROUTE_COMMENT_ADD, JSM_ONCE, issue_id,
                      issue_path(a, issue_id, "/comment"), comment_body(a, adf, JSM_ROLE_TOLD, of));
}

/* Into an object that is open. */
static void put_say(struct json_out *out, const struct jsm_say *say)
{
    if (say->fields.len) {
        json_put_name(out, "fields");
        json_put_raw(out, say->fields);
    }
    json_put_name(out, "properties");
    json_open_array(out);
    json_open_object(out);
    json_str_member(out, "key", STR(JSM_STATE));
    json_put_name(out, "value");
    jsm_state_write(out, &say->said);
    json_close_object(out);
    json_close_array(out);
}

struct jsm_call jsm_call_say(struct arena *a, struct str issue_id, const struct jsm_say *say)
{
    struct buf b;
    struct json_out out;

    buf_init(&b, JSM_BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    put_say(&out, say);
    json_close_object(&out);
    return issue_call(JSM_ROUTE_ISSUE_EDIT, JSM_REPEATABLE, issue_id,
                      issue_path(a, issue_id, say->silent ? "?notifyUsers=false" : ""),
                      jsm_settle(a, &b));
}

struct jsm_call jsm_call_record(struct arena *a, struct str issue_id, struct str transition_id,
                                const struct jsm_say *say)
{
    struct buf b;
    struct json_out out;

    buf_init(&b, JSM_BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_put_name(&out, "transition");
    json_open_object(&out);
    json_str_member(&out, "id", transition_id);
    json_close_object(&out);
    put_say(&out, say);
    json_close_object(&out);
    struct jsm_call c = issue_call(JSM_ROUTE_TRANSITION, JSM_REPEATABLE, issue_id,
                                   issue_path(a, issue_id, "/transitions"), jsm_settle(a, &b));
    c.lane = LANE_WORDS;
    return c;
}

struct jsm_call jsm_call_fields(struct arena *a, struct str issue_id, struct str fields)
{
    return issue_call(JSM_ROUTE_ISSUE_EDIT, JSM_REPEATABLE, issue_id, issue_path(a, issue_id, ""),
                      arena_printf(a, "{\"fields\":%.*s}", STR_ARG(fields)));
}

struct jsm_call jsm_call_create(struct str body)
{
    return call(JSM_ROUTE_ISSUE_CREATE, JSM_ONCE, STR("/rest/api/3/issue"), body);
}

struct jsm_call jsm_call_request(struct str body)
{
    return call(JSM_ROUTE_REQUEST_CREATE, JSM_ONCE, STR("/rest/servicedeskapi/request"), body);
}

/* before, the text percent-encoded, after; empty when the text is. */
static struct str coded_path(struct arena *a, const char *before, struct str text,
                             const char *after)
{
    AUTO(drop_buf) struct buf b;

    buf_init(&b, JSM_BODY_BYTES);
    buf_add_c(&b, before);
    url_encode(&b, text);
    buf_add_c(&b, after);
    return text.len ? arena_str(a, buf_str(&b)) : STR_NONE;
}

struct jsm_call jsm_call_desk(struct arena *a, struct str project)
{
    return call(JSM_ROUTE_DESK, JSM_READ,
                coded_path(a, "/rest/servicedeskapi/servicedesk/projectKey:", project, ""),
                STR_NONE);
}

struct jsm_call jsm_call_request_form(struct arena *a, struct str desk, struct str type)
{
    struct str path = STR_NONE;
    if (jsm_is_id(desk) && jsm_is_id(type))
        path = arena_printf(a, "/rest/servicedeskapi/servicedesk/%.*s/requesttype/%.*s/field",
                            STR_ARG(desk), STR_ARG(type));
    return call(JSM_ROUTE_REQUEST_FORM, JSM_READ, path, STR_NONE);
}

struct jsm_call jsm_call_issue_types(struct arena *a, struct str project)
{
    return call(JSM_ROUTE_ISSUE_TYPES, JSM_READ,
                coded_path(a, "/rest/api/3/issue/createmeta/", project,
                           "/issuetypes?maxResults=" META_PAGE),
                STR_NONE);
}

struct jsm_call jsm_call_issue_form(struct arena *a, struct str project, struct str type,
                                    int64_t start_at)
{
    struct str path = coded_path(a, "/rest/api/3/issue/createmeta/", project, "/issuetypes/");
    if (path.len && jsm_is_id(type))
        path = arena_printf(a, "%.*s%.*s?startAt=%" PRId64 "&maxResults=" META_PAGE, STR_ARG(path),
                            STR_ARG(type), start_at);
    return call(JSM_ROUTE_ISSUE_FORM, JSM_READ, jsm_is_id(type) ? path : STR_NONE, STR_NONE);
}

struct jsm_call jsm_call_users(struct arena *a, struct str address)
{
    return call(JSM_ROUTE_USER_SEARCH, JSM_READ,
                coded_path(a, "/rest/api/3/user/search?maxResults=50&query=", address, ""),
                STR_NONE);
}

struct jsm_call jsm_call_user(struct arena *a, struct str account)
{
    return call(JSM_ROUTE_USER, JSM_READ, coded_path(a, "/rest/api/3/user?accountId=", account, ""),
                STR_NONE);
}

struct jsm_call jsm_call_accounts(struct arena *a, const struct str *accounts, size_t count)
{
    struct str path = STR("/rest/api/3/user/bulk?maxResults=100");

    for (size_t i = 0; path.len && i < count; i++)
        path = coded_path(a, arena_printf(a, "%.*s&accountId=", STR_ARG(path)).p, accounts[i], "");
    return call(JSM_ROUTE_USERS_BULK, JSM_READ, count ? path : STR_NONE, STR_NONE);
}

struct jsm_call jsm_call_organisations(struct arena *a, struct str project, int64_t start)
{
    struct str rest = arena_printf(a, "/organization?limit=50&start=%lld", (long long)start);

    return call(
        JSM_ROUTE_ORGANISATIONS, JSM_READ,
        coded_path(a, "/rest/servicedeskapi/servicedesk/projectKey:", project, arena_cstr(a, rest)),
        STR_NONE);
}

static bool is_of_the_desk(enum jsm_route route)
{
    return route == JSM_ROUTE_APPROVALS || route == JSM_ROUTE_APPROVE || route == JSM_ROUTE_SLA ||
           route == JSM_ROUTE_PARTICIPANTS || route == JSM_ROUTE_PARTICIPANT_ADD;
}

struct jsm_call jsm_call_about(struct arena *a, enum jsm_route route, enum jsm_effect effect,
                               struct str issue_id, const char *rest, struct str body)
{
    struct str path = issue_path(a, issue_id, rest);

    if (path.len && is_of_the_desk(route))
        path = arena_printf(a, "/rest/servicedeskapi/request/%.*s%s", STR_ARG(issue_id), rest);
    return issue_call(route, effect, issue_id, path, body);
}
