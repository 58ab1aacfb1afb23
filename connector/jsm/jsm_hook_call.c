#include "jsm/jsm_hook_call.h"

#include <inttypes.h>

#include "base/clock.h"
#include "jsm/jsm_call.h"
#include "jsm/jsm_marker.h"
#include "jsm/jsm_state.h"
#include "json/json_write.h"

enum { BODY_BYTES = 64 * 1024, FAILED_PAGE = 50, JQL_WORDS = 256 };

#define ADMIN_PATH "/rest/webhooks/1.0/webhook"
#define APP_PATH "/rest/api/3/webhook"
#define DC_PATH "/rest/jira-webhook/1.0/webhooks"

const char *const JSM_HOOK_EVENT_NAMES[JSM_HOOK_EVENT_COUNT] = {
#define X(suffix, name) name,
    JSM_HOOK_EVENTS(X)
#undef X
};
const char *const JSM_HOOK_FAULT_NAMES[JSM_HOOK_FAULT_COUNT] = {
#define X(suffix, name) name,
    JSM_HOOK_FAULTS(X)
#undef X
};

static unsigned bit(unsigned n)
{
    return 1U << n;
}

size_t jsm_hook_event_count(enum jsm_hook_registry registry)
{
    bool cloud = registry == JSM_HOOKS_ADMIN || registry == JSM_HOOKS_APP;
    return cloud ? JSM_HOOK_EVENT_COUNT : JSM_HOOK_EVENT_PROPERTY_SET;
}

/* --- what is registered --- */

struct jsm_call jsm_call_hooks(struct arena *a, enum jsm_hook_registry registry, size_t start_at)
{
    struct str path = STR(ADMIN_PATH);

    if (registry == JSM_HOOKS_DC)
        path = STR(DC_PATH);
    if (registry == JSM_HOOKS_APP)
        path = arena_printf(a, APP_PATH "?startAt=%zu&maxResults=100", start_at);
    return jsm_call_of(JSM_ROUTE_HOOKS, JSM_READ, path, STR_NONE);
}

static unsigned read_events(const struct json *events)
{
    unsigned found = 0;

    JSON_EACH(event, events)
    {
        for (unsigned i = 0; i < JSM_HOOK_EVENT_COUNT; i++)
            if (str_eq_c(json_str(event), JSM_HOOK_EVENT_NAMES[i]))
                found |= bit(i);
    }
    return found;
}

/* The last part of its own address, where it says no id. */
static struct str id_of(struct arena *a, const struct json *v)
{
    struct str id = json_id(a, json_member(v, "id")), rest = json_path_str(v, "self");

    while (!id.len && rest.len) {
        struct str part = str_cut(&rest, '/');
        if (!rest.len)
            return part;
    }
    return id;
}

static int64_t expiry_of(const struct json *v)
{
    int64_t ms = 0;

    bool said = json_i64(v, &ms) || clock_parse(json_str(v), &ms);
    return said && ms > 0 ? ms : 0;
}

/* Said, and true as JSON or as a word. */
static bool says_true(const struct json *v)
{
    return json_is_true(v) || str_eq_c(json_str(v), "true");
}

static struct jsm_hook_entry read_entry(struct arena *a, enum jsm_hook_registry registry,
                                        const struct json *v)
{
    struct jsm_hook_entry e = {.id = id_of(a, v),
                               .name = json_path_str(v, "name"),
                               .url = json_path_str(v, "url"),
                               .events = read_events(json_member(v, "events")),
                               .enabled = true,
                               .is_signed = true};

    switch (registry) {
    case JSM_HOOKS_APP: /* there is no secret: the app's own signs */
        e.jql = json_path_str(v, "jqlFilter");
        e.expires_ms = expiry_of(json_member(v, "expirationDate"));
        break;
    case JSM_HOOKS_ADMIN:
    case JSM_HOOKS_DC_OLD:
        e.jql = json_path_str(v, "filters/issue-related-events-section");
        e.enabled = says_true(json_member(v, "enabled"));
        e.is_signed = registry == JSM_HOOKS_DC_OLD || says_true(json_member(v, "isSigned"));
        e.exclude_body = says_true(json_member(v, "excludeBody"));
        break;
    case JSM_HOOKS_DC: /* it does not tell whether it has a secret */
        e.jql = json_path_str(v, "configuration/FILTERS");
        e.enabled = says_true(json_member(v, "active"));
        e.exclude_body = says_true(json_path(v, "configuration/EXCLUDE_BODY"));
        break;
    }
    return e;
}

bool jsm_hooks_read(struct arena *a, enum jsm_hook_registry registry, const struct json *body,
                    struct jsm_hook_list *list, struct err *err)
{
    const struct json *values = registry == JSM_HOOKS_APP ? json_member(body, "values") : body;

    if (json_type(values) != JSON_ARRAY)
        return FAIL(err, ERR_INPUT, "not a list of webhooks");
    JSON_EACH(v, values)
    {
        if (list->count < JSM_HOOKS_MAX)
            list->entries[list->count++] = read_entry(a, registry, v);
    }
    list->last = registry != JSM_HOOKS_APP || json_is_true(json_member(body, "isLast")) ||
                 !json_count(values) || list->count == JSM_HOOKS_MAX;
    return true;
}

/* --- is it right --- */

static bool is_jql_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

/* The next word or sign of a filter; quotes are left out: only keys stand in them. */
static struct str next_token(struct str *jql)
{
    size_t at = 0, len = 0;

    while (at < jql->len && (jql->p[at] == ' ' || jql->p[at] == '"' || jql->p[at] == '\''))
        at++;
    while (at + len < jql->len && is_jql_word(jql->p[at + len]))
        len++;
    if (!len && at < jql->len)
        len = 1;
    struct str token = str_n(jql->p + at, len);
    *jql = str_n(jql->p + at + len, jql->len - at - len);
    return token;
}

/* Does the filter let events of all our projects through, as far as we can tell? Understood are no
 * filter, `project = A` and `project in (A, B)`. */
static bool lets_through(struct str jql, const struct str *projects, size_t count)
{
    uint64_t seen = 0;

    if (!str_trim(jql).len)
        return true;
    if (!str_eq_nocase(next_token(&jql), STR("project")))
        return false;
    struct str how = next_token(&jql), token = how;
    bool in = str_eq_nocase(how, STR("in")) && str_eq_c(next_token(&jql), "(");
    if (!in && !str_eq_c(how, "="))
        return false;
    for (size_t words = 0; words < JQL_WORDS; words++) {
        token = next_token(&jql);
        for (size_t i = 0; i < count; i++)
            if (str_eq(token, projects[i]))
                seen |= (uint64_t)1 << i;
        if (!in || !str_eq_c(token = next_token(&jql), ","))
            break;
    }
    bool ended = (!in || str_eq_c(token, ")")) && !next_token(&jql).len;
    return ended && seen == ((uint64_t)1 << count) - 1;
}

static unsigned judge_one(const struct jsm_hook_want *want, const struct jsm_hook_entry *e,
                          int64_t now_ms)
{
    const int64_t REFRESH_MS = (int64_t)JSM_HOOK_REFRESH_DAYS * 86400 * 1000;
    unsigned faults = 0;

    if (!e->enabled)
        faults |= bit(JSM_HOOK_FAULT_DISABLED);
    if (~e->events & (bit((unsigned)jsm_hook_event_count(want->registry)) - 1))
        faults |= bit(JSM_HOOK_FAULT_EVENTS);
    if (!lets_through(e->jql, want->projects, want->project_count))
        faults |= bit(JSM_HOOK_FAULT_PROJECTS);
    if (!e->is_signed)
        faults |= bit(JSM_HOOK_FAULT_UNSIGNED);
    if (e->exclude_body)
        faults |= bit(JSM_HOOK_FAULT_NO_BODY);
    if (want->registry == JSM_HOOKS_APP && e->expires_ms - now_ms < REFRESH_MS)
        faults |= bit(JSM_HOOK_FAULT_ENDS);
    return faults;
}

static bool is_ours(const struct jsm_hook_want *want, const struct jsm_hook_entry *e)
{
    struct str url = e->url;

    while (str_ends(url, STR("/")))
        url.len--;
    return str_eq(url, want->url);
}

static int count_bits(unsigned faults)
{
    int n = 0;

    for (; faults; faults &= faults - 1)
        n++;
    return n;
}

unsigned jsm_hooks_judge(const struct jsm_hook_want *want, const struct jsm_hook_list *list,
                         int64_t now_ms, const struct jsm_hook_entry **ret_best)
{
    unsigned least = 0;
    size_t ours = 0;

    *ret_best = NULL;
    for (size_t i = 0; i < list->count; i++) {
        const struct jsm_hook_entry *e = &list->entries[i];
        if (!is_ours(want, e))
            continue;
        unsigned faults = judge_one(want, e, now_ms);
        if (!ours++ || count_bits(faults) < count_bits(least)) {
            least = faults;
            *ret_best = e;
        }
    }
    if (!ours)
        return bit(JSM_HOOK_FAULT_MISSING);
    return least | (ours > 1 ? bit(JSM_HOOK_FAULT_DOUBLE) : 0);
}

/* --- making it right --- */

struct str jsm_hook_jql(struct arena *a, const struct str *projects, size_t project_count)
{
    AUTO(drop_buf) struct buf b;

    buf_init(&b, BODY_BYTES);
    jsm_jql_projects(&b, projects, project_count);
    return arena_str(a, buf_str(&b));
}

static void put_events(struct json_out *out, enum jsm_hook_registry registry)
{
    json_put_name(out, "events");
    json_open_array(out);
    for (size_t i = 0; i < jsm_hook_event_count(registry); i++)
        json_put_str(out, str_of(JSM_HOOK_EVENT_NAMES[i]));
    json_close_array(out);
}

/* Of all the properties that apps write on tickets two are ours. Only an app's registry can say so.
 */
static void put_properties(struct json_out *out)
{
    json_put_name(out, "issuePropertyKeysFilter");
    json_open_array(out);
    json_put_str(out, STR(JSM_BIND));
    json_put_str(out, STR(JSM_STATE));
    json_close_array(out);
}

static struct str admin_body(struct arena *a, const struct jsm_hook_want *want, struct str name)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "name", name.len ? name : STR("Countersign"));
    json_str_member(&out, "description", STR("Tells Countersign which tickets changed"));
    json_str_member(&out, "url", want->url);
    json_bool_member(&out, "excludeBody", false);
    json_bool_member(&out, "enabled", true);
    put_events(&out, want->registry);
    json_put_name(&out, "filters");
    json_open_object(&out);
    json_str_member(&out, "issue-related-events-section",
                    jsm_hook_jql(a, want->projects, want->project_count));
    json_close_object(&out);
    json_str_member(&out, "secret", want->secret);
    json_close_object(&out);
    return arena_str(a, buf_str(&b));
}

static struct str app_body(struct arena *a, const struct jsm_hook_want *want)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, BODY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "url", want->url);
    json_put_name(&out, "webhooks");
    json_open_array(&out);
    json_open_object(&out);
    put_events(&out, want->registry);
    put_properties(&out);
    json_str_member(&out, "jqlFilter", jsm_hook_jql(a, want->projects, want->project_count));
    json_close_object(&out);
    json_close_array(&out);
    json_close_object(&out);
    return arena_str(a, buf_str(&b));
}

static struct jsm_call call_remove(struct arena *a, enum jsm_hook_registry registry, struct str id)
{
    struct str path = jsm_is_id(id) ? STR(APP_PATH) : STR_NONE, body = STR_NONE;

    if (registry == JSM_HOOKS_APP)
        body = arena_printf(a, "{\"webhookIds\":[%.*s]}", STR_ARG(id));
    else if (path.len)
        path = arena_printf(a, ADMIN_PATH "/%.*s", STR_ARG(id));
    return jsm_call_of(JSM_ROUTE_HOOK_REMOVE, JSM_REPEATABLE, path, body);
}

static struct jsm_call call_add(struct arena *a, const struct jsm_hook_want *want)
{
    bool app = want->registry == JSM_HOOKS_APP;

    return jsm_call_of(JSM_ROUTE_HOOK_ADD, JSM_ONCE, app ? STR(APP_PATH) : STR(ADMIN_PATH),
                       app ? app_body(a, want) : admin_body(a, want, STR_NONE));
}

static struct jsm_call call_edit(struct arena *a, const struct jsm_hook_want *want,
                                 const struct jsm_hook_entry *e)
{
    struct str path = STR_NONE;

    if (jsm_is_id(e->id))
        path = arena_printf(a, ADMIN_PATH "/%.*s", STR_ARG(e->id));
    return jsm_call_of(JSM_ROUTE_HOOK_EDIT, JSM_REPEATABLE, path, admin_body(a, want, e->name));
}

static struct jsm_call call_refresh(struct arena *a, struct str id)
{
    return jsm_call_of(JSM_ROUTE_HOOK_EDIT, JSM_REPEATABLE,
                       jsm_is_id(id) ? STR(APP_PATH "/refresh") : STR_NONE,
                       arena_printf(a, "{\"webhookIds\":[%.*s]}", STR_ARG(id)));
}

size_t jsm_hooks_plan(struct arena *a, const struct jsm_hook_want *want,
                      const struct jsm_hook_list *list, int64_t now_ms,
                      struct jsm_call calls[JSM_HOOK_CALLS_MAX])
{
    const struct jsm_hook_entry *keep;
    unsigned faults = jsm_hooks_judge(want, list, now_ms, &keep);
    unsigned other = faults & ~(bit(JSM_HOOK_FAULT_DOUBLE) | bit(JSM_HOOK_FAULT_ENDS));
    bool app = want->registry == JSM_HOOKS_APP;
    size_t count = 0;

    if (want->registry == JSM_HOOKS_DC || want->registry == JSM_HOOKS_DC_OLD)
        return 0;
    if (app && other)
        keep = NULL; /* an app's cannot be changed */
    for (size_t i = 0; i < list->count && count < JSM_HOOK_CALLS_MAX - 1; i++)
        if (is_ours(want, &list->entries[i]) && &list->entries[i] != keep)
            calls[count++] = call_remove(a, want->registry, list->entries[i].id);
    if (!keep)
        calls[count++] = call_add(a, want);
    else if (app && (faults & bit(JSM_HOOK_FAULT_ENDS)))
        calls[count++] = call_refresh(a, keep->id);
    else if (!app && other)
        calls[count++] = call_edit(a, want, keep);
    return count;
}

struct str jsm_hook_refusal(const struct json *body)
{
    return json_path_str(body, "webhookRegistrationResult/0/errors/0");
}

/* --- what could not be delivered --- */

struct jsm_call jsm_call_hooks_failed(struct arena *a, int64_t after_ms)
{
    struct str path =
        arena_printf(a, APP_PATH "/failed?maxResults=%d&after=%" PRId64, FAILED_PAGE, after_ms);
    return jsm_call_of(JSM_ROUTE_HOOKS_FAILED, JSM_READ, path, STR_NONE);
}

size_t jsm_hooks_failed_read(const struct json *body, struct jsm_hook_failed *rows, size_t max,
                             bool *ret_more)
{
    const struct json *values = json_member(body, "values");
    size_t count = 0;

    *ret_more = json_count(values) >= FAILED_PAGE;
    JSON_EACH(v, values)
    {
        struct jsm_hook_failed row = {.id = json_path_str(v, "id"),
                                      .url = json_path_str(v, "url"),
                                      .body = json_path_str(v, "body")};
        if (count < max && row.id.len && json_i64(json_member(v, "failureTime"), &row.failed_ms))
            rows[count++] = row;
    }
    return count;
}
