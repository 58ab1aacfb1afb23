/* The calls around a workflow, and what their answers say. */
#include "base/codecs.h"
#include "base/limits.h"
#include "jsm/jsm_marker.h"
#include "jsm/jsm_workflow_priv.h"

enum { PATH_BYTES = 4096, BODY_BYTES = 64 * 1024, SAMPLES = 20 };

static struct jsm_call read_call(enum jsm_route route, struct str path)
{
    return jsm_call_of(route, JSM_READ, path, STR_NONE);
}

/* "{path}{value}", the value percent-encoded; empty without one. */
static struct str with(struct arena *a, const char *path, struct str value, const char *rest)
{
    AUTO(drop_buf) struct buf b;

    buf_init(&b, PATH_BYTES);
    buf_add_c(&b, path);
    url_encode(&b, value);
    buf_add_c(&b, rest);
    return value.len && !b.over ? arena_str(a, buf_str(&b)) : STR_NONE;
}

/* --- reading workflows --- */

struct jsm_call jsm_call_workflows(struct arena *a, const struct str *pairs, size_t pair_count)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_put_name(&out, "projectAndIssueTypes");
    json_open_array(&out);
    for (size_t i = 0; i < pair_count; i++) {
        json_open_object(&out);
        json_str_member(&out, "projectId", pairs[2 * i]);
        json_str_member(&out, "issueTypeId", pairs[2 * i + 1]);
        json_close_object(&out);
    }
    json_close_array(&out);
    json_close_object(&out);
    return jsm_call_of(JSM_ROUTE_WORKFLOWS, JSM_READ,
                       STR("/rest/api/3/workflows?useApprovalConfiguration=true"),
                       arena_str(a, buf_str(&b)));
}

struct jsm_call jsm_call_workflow(struct arena *a, struct str workflow_id)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_put_name(&out, "workflowIds");
    json_open_array(&out);
    json_put_str(&out, workflow_id);
    json_close_array(&out);
    json_close_object(&out);
    return jsm_call_of(JSM_ROUTE_WORKFLOWS, JSM_READ,
                       STR("/rest/api/3/workflows?useApprovalConfiguration=true"),
                       arena_str(a, buf_str(&b)));
}

/* --- updating one --- */

/* WorkflowStatusUpdate */
static void put_status(struct json_out *out, const struct json *status)
{
    static const char *const TAKEN[] = {"description", "id", "name", "statusCategory",
                                        "statusReference"};

    json_open_object(out);
    for (size_t i = 0; i < sizeof TAKEN / sizeof TAKEN[0]; i++) {
        const struct json *v = json_member(status, TAKEN[i]);
        if (json_type(v) == JSON_NULL)
            continue;
        json_put_name(out, TAKEN[i]);
        json_put_value(out, v);
    }
    json_close_object(out);
}

/* StatusLayoutUpdate: properties are required there, and "deprecated" is only told. */
static void put_layout(struct json_out *out, const struct json *layout)
{
    static const char *const LEFT_OUT[] = {"deprecated", NULL};

    json_open_object(out);
    jsm_workflow_put_others(out, layout, LEFT_OUT);
    if (!json_member(layout, "properties")) {
        json_put_name(out, "properties");
        json_put_raw(out, STR("{}"));
    }
    json_close_object(out);
}

static void put_moves(struct json_out *out, struct str moved_ref, struct str to_ref)
{
    if (!moved_ref.len)
        return;
    json_put_name(out, "defaultStatusMappings");
    json_open_array(out);
    json_open_object(out);
    json_str_member(out, "oldStatusReference", moved_ref);
    json_str_member(out, "newStatusReference", to_ref);
    json_close_object(out);
    json_close_array(out);
}

struct jsm_call jsm_call_workflow_update(struct arena *a, struct str doc, struct str version_id,
                                         int64_t version, struct str moved_ref, struct str to_ref,
                                         bool validate_only)
{
    static const char *const OWN[] = {"name", "scope", "statuses", NULL};
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    const struct json *v = NULL;
    struct err err;

    buf_init(&b, 2 * JSM_WORKFLOW_BYTES);
    json_begin(&out, &b);
    if (!json_parse_deep(a, doc, LIMIT_JIRA_JSON_DEPTH, &v, &err))
        return (struct jsm_call){0};
    const struct json *w = json_member(v, "workflow");
    json_open_object(&out);
    if (validate_only) {
        json_put_name(&out, "payload");
        json_open_object(&out);
    }
    json_put_name(&out, "statuses");
    json_open_array(&out);
    JSON_EACH(s, json_member(v, "statuses"))
    put_status(&out, s);
    json_close_array(&out);
    json_put_name(&out, "workflows");
    json_open_array(&out);
    json_open_object(&out);
    jsm_workflow_put_others(&out, w, OWN);
    json_put_name(&out, "statuses");
    json_open_array(&out);
    JSON_EACH(l, json_member(w, "statuses"))
    put_layout(&out, l);
    json_close_array(&out);
    json_put_name(&out, "version");
    json_open_object(&out);
    json_str_member(&out, "id", version_id);
    json_i64_member(&out, "versionNumber", version);
    json_close_object(&out);
    put_moves(&out, moved_ref, to_ref);
    json_close_object(&out);
    json_close_array(&out);
    json_close_object(&out);
    if (validate_only) {
        json_put_name(&out, "validationOptions");
        json_put_raw(&out, STR("{\"levels\":[\"ERROR\",\"WARNING\"]}"));
        json_close_object(&out);
    }
    struct str body = b.over ? STR_NONE : arena_str(a, buf_str(&b));
    if (validate_only)
        return jsm_call_of(JSM_ROUTE_WORKFLOW_CHECK, JSM_READ,
                           STR("/rest/api/3/workflows/update/validation"), body);
    return jsm_call_of(JSM_ROUTE_WORKFLOW_UPDATE, JSM_ONCE, STR("/rest/api/3/workflows/update"),
                       body);
}

struct str jsm_workflow_complaints(struct arena *a, const struct json *body, size_t *ret_errors)
{
    AUTO(drop_buf) struct buf b;

    *ret_errors = 0;
    buf_init(&b, BODY_BYTES);
    JSON_EACH(e, json_member(body, "errors"))
    {
        bool warning = str_eq_c(json_path_str(e, "level"), "WARNING");
        struct str message = json_path_str(e, "message");
        struct str at = json_path_str(e, "elementReference/transitionId");
        if (!at.len)
            at = json_path_str(e, "elementReference/statusReference");
        *ret_errors += !warning;
        buf_printf(&b, "%s %.*s%s%.*s: %.*s\n", warning ? "warning" : "error",
                   STR_ARG(json_path_str(e, "code")), at.len ? " at " : "", STR_ARG(at),
                   STR_ARG(message));
    }
    return arena_str(a, buf_str(&b));
}

/* --- what is possible, and who uses it --- */

struct jsm_call jsm_call_capabilities(struct arena *a, struct str project_id, struct str type_id)
{
    return read_call(JSM_ROUTE_CAPABILITIES,
                     arena_printf(a,
                                  "/rest/api/3/workflows/capabilities?projectId=%.*s&issueTypeId="
                                  "%.*s",
                                  STR_ARG(project_id), STR_ARG(type_id)));
}

bool jsm_rule_is_offered(const struct json *body, const char *rule_key)
{
    JSON_EACH(rule, json_member(body, "systemRules"))
    {
        if (str_eq_c(json_path_str(rule, "ruleKey"), rule_key))
            return true;
    }
    return false;
}

struct jsm_call jsm_call_workflow_usages(struct arena *a, struct str workflow_id, struct str token)
{
    struct str path = with(a, "/rest/api/3/workflow/", workflow_id, "/projectUsages?maxResults=50");

    if (token.len)
        path = with(a, arena_printf(a, "%.*s&nextPageToken=", STR_ARG(path)).p, token, "");
    return read_call(JSM_ROUTE_WORKFLOW_USAGES, path);
}

struct str jsm_usages_page(struct arena *a, const struct json *body, struct str own, size_t most,
                           struct str *list, size_t *count)
{
    JSON_EACH(p, json_path(body, "projects/values"))
    {
        struct str id = json_id(a, json_member(p, "id"));
        if (str_eq(id, own) || ++*count > most + 1)
            continue;
        if (*count > most)
            id = STR("and more");
        *list = arena_printf(a, "%.*s%s%.*s", STR_ARG(*list), list->len ? ", " : "", STR_ARG(id));
    }
    return *count > most ? STR_NONE : json_path_str(body, "projects/nextPageToken");
}

struct jsm_call jsm_call_projects(struct arena *a, struct str list)
{
    struct str path = STR("/rest/api/3/project/search?maxResults=100");
    size_t count = 0;

    while (list.len) {
        int64_t number;
        struct str word = str_trim(str_cut(&list, ','));
        if (!str_to_i64(word, &number))
            continue;
        path = arena_printf(a, "%.*s&id=%.*s", STR_ARG(path), STR_ARG(word));
        count++;
    }
    return read_call(JSM_ROUTE_PROJECTS, count ? path : STR_NONE);
}

static struct str key_of(struct arena *a, const struct json *projects, struct str id)
{
    JSON_EACH(p, projects)
    {
        if (str_eq(json_id(a, json_member(p, "id")), id))
            return json_path_str(p, "key");
    }
    return STR_NONE;
}

struct str jsm_projects_named(struct arena *a, const struct json *body, struct str list)
{
    struct str named = STR("");

    while (list.len) {
        int64_t number;
        struct str word = str_trim(str_cut(&list, ','));
        bool is_id = str_to_i64(word, &number);
        struct str key = is_id ? key_of(a, json_member(body, "values"), word) : word;
        named = arena_printf(a, "%.*s%s%s%.*s", STR_ARG(named), named.len ? ", " : "",
                             key.len ? "" : "#", STR_ARG(key.len ? key : word));
    }
    return named;
}

/* --- groups, rights --- */

struct jsm_call jsm_call_group(struct arena *a, struct str name)
{
    return read_call(JSM_ROUTE_GROUPS, with(a, "/rest/api/3/group/bulk?groupName=", name, ""));
}

struct jsm_call jsm_call_group_members(struct arena *a, struct str group_id, int64_t start_at)
{
    struct str path = with(a, "/rest/api/3/group/member?groupId=", group_id, "");

    return read_call(JSM_ROUTE_GROUP_MEMBERS, arena_printf(a, "%.*s&maxResults=50&startAt=%lld",
                                                           STR_ARG(path), (long long)start_at));
}

static struct str one_member(struct arena *a, const char *name, struct str value)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, name, value);
    json_close_object(&out);
    return arena_str(a, buf_str(&b));
}

struct jsm_call jsm_call_group_add(struct arena *a, struct str name)
{
    return jsm_call_of(JSM_ROUTE_GROUP_ADD, JSM_REPEATABLE, STR("/rest/api/3/group"),
                       one_member(a, "name", name));
}

struct jsm_call jsm_call_group_join(struct arena *a, struct str group_id, struct str account_id)
{
    return jsm_call_of(JSM_ROUTE_GROUP_JOIN, JSM_REPEATABLE,
                       with(a, "/rest/api/3/group/user?groupId=", group_id, ""),
                       one_member(a, "accountId", account_id));
}

struct jsm_call jsm_call_permissions(struct arena *a, const char *keys, struct str project_id)
{
    struct str path = arena_printf(a, "/rest/api/3/mypermissions?permissions=%s", keys);

    if (project_id.len)
        path = arena_printf(a, "%.*s&projectId=%.*s", STR_ARG(path), STR_ARG(project_id));
    return read_call(JSM_ROUTE_PERMISSIONS, path);
}

bool jsm_has_permission(const struct json *body, const char *key)
{
    const struct json *permission = json_member(json_member(body, "permissions"), key);
    return json_is_true(json_member(permission, "havePermission"));
}

/* --- statuses, request types, tickets --- */

struct jsm_call jsm_call_statuses(struct arena *a, struct str name, struct str project_id)
{
    struct str path = with(a, "/rest/api/3/statuses/search?maxResults=50&searchString=", name, "");

    if (project_id.len)
        path = arena_printf(a, "%.*s&projectId=%.*s", STR_ARG(path), STR_ARG(project_id));
    return read_call(JSM_ROUTE_STATUSES, path);
}

struct jsm_status jsm_status_find(struct arena *a, const struct json *body, struct str name,
                                  struct str project_id)
{
    JSON_EACH(s, json_member(body, "values"))
    {
        bool global = str_eq_c(json_path_str(s, "scope/type"), "GLOBAL");
        bool theirs = project_id.len
                          ? !str_eq(json_id(a, json_path(s, "scope/project/id")), project_id)
                          : !global;
        bool done = str_eq_c(json_path_str(s, "statusCategory"), "DONE");
        if (!theirs && !done && str_eq_nocase(json_path_str(s, "name"), name))
            return (struct jsm_status){.id = json_id(a, json_member(s, "id")),
                                       .name = arena_str(a, json_path_str(s, "name")),
                                       .category = arena_str(a, json_path_str(s, "statusCategory")),
                                       .description =
                                           arena_str(a, json_path_str(s, "description"))};
    }
    return (struct jsm_status){0};
}

struct jsm_call jsm_call_all_fields(void)
{
    return read_call(JSM_ROUTE_FIELDS, STR("/rest/api/3/field"));
}

struct jsm_call jsm_call_resolutions(void)
{
    return read_call(JSM_ROUTE_RESOLUTIONS, STR("/rest/api/3/resolution/search?maxResults=50"));
}

struct jsm_call jsm_call_resolution_list(void)
{
    return read_call(JSM_ROUTE_RESOLUTION_LIST, STR("/rest/api/3/resolution"));
}

struct jsm_call jsm_call_project_statuses(struct arena *a, struct str project)
{
    return read_call(JSM_ROUTE_PROJECT_STATUSES,
                     with(a, "/rest/api/3/project/", project, "/statuses"));
}

struct str jsm_resolution_pick(struct arena *a, const struct json *body)
{
    const struct json *best = NULL;

    JSON_EACH(r, json_member(body, "values"))
    {
        bool named = str_eq_c(json_path_str(r, "name"), "Done");
        /* the description's example has the one name, its schema the other */
        bool usual =
            json_is_true(json_member(r, "isDefault")) || json_is_true(json_member(r, "default"));
        if (!best || named || usual)
            best = r;
        if (named)
            break;
    }
    return json_id(a, json_member(best, "id"));
}

bool jsm_has_field(const struct json *body, struct str id)
{
    JSON_EACH(f, body)
    {
        if (str_eq(json_path_str(f, "id"), id))
            return true;
    }
    return false;
}

struct jsm_call jsm_call_request_types(struct arena *a, struct str project, int64_t start_at)
{
    struct str path =
        with(a, "/rest/servicedeskapi/servicedesk/projectKey:", project, "/requesttype");

    return read_call(JSM_ROUTE_REQUEST_TYPES, arena_printf(a, "%.*s?start=%lld&limit=50",
                                                           STR_ARG(path), (long long)start_at));
}

/* "customfield_10100" to 10100. */
static bool field_number(struct str field, int64_t *ret)
{
    static const struct str CUSTOM = {"customfield_", sizeof "customfield_" - 1};

    return str_starts(field, CUSTOM) &&
           str_to_i64(str_n(field.p + CUSTOM.len, field.len - CUSTOM.len), ret);
}

struct jsm_call jsm_call_samples(struct arena *a, const struct jsm_sampling *of)
{
    const struct str fields[] = {of->field, of->request_type};
    AUTO(drop_buf) struct buf jql, b;
    struct json_out out;

    buf_init(&jql, BODY_BYTES);
    buf_init(&b, BODY_BYTES);
    jsm_jql_projects(&jql, &of->project, 1);
    int64_t number;
    if (str_to_i64(of->status, &number))
        (void)buf_printf(&jql, " AND status = %lld", (long long)number);
    if (of->filled && field_number(of->field, &number))
        (void)buf_printf(&jql, " AND cf[%lld] is not EMPTY", (long long)number);
    buf_add_c(&jql, " ORDER BY updated DESC");
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "jql", buf_str(&jql));
    json_i64_member(&out, "maxResults", SAMPLES);
    json_put_name(&out, "fields");
    json_open_array(&out);
    json_put_str(&out, STR("status"));
    json_put_str(&out, STR("issuetype"));
    json_put_str(&out, STR("updated"));
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (fields[i].len)
            json_put_str(&out, fields[i]);
    json_close_array(&out);
    json_close_object(&out);
    return jsm_call_of(JSM_ROUTE_SEARCH, JSM_READ, STR("/rest/api/3/search/jql"),
                       arena_str(a, buf_str(&b)));
}

struct jsm_call jsm_call_edit_screen(struct arena *a, struct str issue_id)
{
    return jsm_call_about(a, JSM_ROUTE_EDIT_SCREEN, JSM_READ, issue_id, "/editmeta", STR_NONE);
}

struct jsm_call jsm_call_all_transitions(struct arena *a, struct str issue_id)
{
    return jsm_call_about(a, JSM_ROUTE_TRANSITIONS, JSM_READ, issue_id,
                          "/transitions?includeUnavailableTransitions=true", STR_NONE);
}
