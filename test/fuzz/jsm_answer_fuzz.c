/* Any document as the answer to anything we ask Jira: through every reader of jsm/ that judges one.
 * Whatever it is, a reader says what it lacks or gives what can be used: an id where it says that
 * there is a ticket, times that are none of before, counts within their limits. */
#include "base/assert.h"
#include "base/limits.h"
#include "domain/ticket.h"
#include "jsm/jsm_answers.h"
#include "jsm/jsm_approval.h"
#include "jsm/jsm_auth.h"
#include "jsm/jsm_field.h"
#include "jsm/jsm_hook_call.h"
#include "jsm/jsm_names.h"
#include "jsm/jsm_pick.h"
#include "jsm/jsm_saga.h"
#include "jsm/jsm_screen.h"
#include "jsm/jsm_state.h"
#include "jsm/jsm_user.h"
#include "jsm/jsm_workflow.h"

enum { ROOM = 64 * 1024 * 1024 };
#define US STR("712020:0f6b7e6c-0000-4000-8000-000000000001")

static const struct str FIELDS[] = {
    {"customfield_10052", 17}, {"customfield_10061", 17}, {"customfield_10090", 17}};
static const struct str NAMES[] = {{"Role", 4}, {"Person", 6}, {"", 0}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct jsm_view view_of(bool datacenter)
{
    return (struct jsm_view){
        .our_account = US,
        .site = STR("acme"),
        .site_id = STR("https://acme.atlassian.net"),
        .marker_field = STR("customfield_10090"),
        .fields = FIELDS,
        .field_count = 2,
        .history_count = 3,
        .field_names = datacenter ? NAMES : NULL,
        .check_field = STR("customfield_10080"),
        .reason_field = STR("customfield_10081"),
        .own_roads = STR("51,61"),
        .plea = {.asked = STR("customfield_10090"), .decision = STR("customfield_10070")},
    };
}

static void an_issue(struct arena *a, const struct json *v, const struct jsm_view *view)
{
    struct ticket ticket = {0};
    struct err err = {0};
    struct str token = STR_NONE;
    int64_t next = 0;

    if (jsm_issue_read(a, v, view, &ticket, &err)) {
        ASSERT(ticket.issue_id.len > 0 && ticket.updated_ms >= 0);
        ASSERT(!ticket.approvers || ticket.approver_count <= LIMIT_APPROVERS);
        ASSERT(jsm_issue_changelog_page(a, v, view, &ticket, &next, &err) || err.what[0]);
        ASSERT(jsm_issue_changelogs_page(a, v, view, &ticket, &token, &err) || err.what[0]);
    } else {
        ASSERT(err.what[0] != '\0');
    }
    (void)jsm_issue_changelog_is_cut(v);
    (void)jsm_origin_read(a, v, view);
    (void)jsm_state_hash(v, view);
}

static void a_page(struct arena *a, const struct json *v, const struct jsm_view *view)
{
    struct jsm_page page = {0};
    struct find_result found = {0};
    struct err err = {0};

    if (jsm_page_read(a, v, STR_NONE, &page, &err))
        for (size_t i = 0; i < page.count; i++)
            ASSERT(page.hits[i].issue_id.len > 0);
    else
        ASSERT(err.what[0] != '\0');
    if (jsm_found_read(a, v, view, &found, &err))
        ASSERT(found.count <= sizeof found.issue_id / sizeof *found.issue_id);
}

static void of_a_request(struct arena *a, const struct json *v)
{
    struct jsm_approvals all = {0};
    struct ticket ticket = {0};
    struct str wanted[] = {US, STR("712020:somebody")};
    struct jsm_link link = {.global_id = STR("g"), .url = STR("https://x"), .title = STR("t")};
    struct err err = {0};

    if (jsm_approvals_page(&all, v, US, &err))
        jsm_approvals_take(a, &all, &ticket);
    (void)jsm_approval_open(a, v, US);
    ASSERT(jsm_participants_next(v, 3) == 0 || jsm_participants_next(v, 3) > 3);
    ASSERT(jsm_participants_missing(v, wanted, 2, wanted) <= 2);
    (void)jsm_link_stands(v, &link);
    (void)jsm_comment_find(a, v, US);
    (void)jsm_told_is_said(a, v, US, STR("7"), STR("Somebody closed it."));
    (void)jsm_second_is_said(a, v, US);
}

static void a_move(struct arena *a, const struct json *v, const struct jsm_view *view)
{
    struct jsm_pick pick;

    for (enum status_role role = STATUS_OPEN; role <= STATUS_DECLINED; role++)
        jsm_pick(a, v, view, role, STR("Open"), &pick);
    jsm_pick_away(a, v, view, &pick);
    (void)jsm_pick_loop(a, v, FIELDS, 2);
}

static void of_a_site(struct arena *a, const struct json *v)
{
    static struct jsm_hook_list hooks; /* large */
    struct jsm_form form = {0};
    struct jsm_hook_failed failed[4];
    struct str names[3];
    struct err err = {0};
    size_t count = 0;
    bool more = false;

    if (jsm_form_read(a, v, &form, &err))
        (void)jsm_form_field(&form, FIELDS[0]);
    ASSERT(jsm_names_read(a, v, FIELDS, 3, names, &err) || err.what[0]);
    (void)jsm_person_pick(v, STR("a@example.com"), &count);
    (void)jsm_person_named(v, STR("agent"));
    (void)jsm_user_id(v);
    (void)jsm_user_names(a, v, US);
    (void)jsm_auth_cloud_id(v);
    for (int registry = JSM_HOOKS_ADMIN; registry <= JSM_HOOKS_DC_OLD; registry++) {
        hooks.count = 0;
        if (jsm_hooks_read(a, (enum jsm_hook_registry)registry, v, &hooks, &err))
            ASSERT(hooks.count <= JSM_HOOKS_MAX);
    }
    ASSERT(jsm_hooks_failed_read(v, failed, 4, &more) <= 4);
    (void)jsm_hook_refusal(v);
}

/* What is read of a form is JSON, each question once, and nothing but questions. */
static void a_form(struct arena *a, const struct json *v)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    const struct json *fields;
    struct str id = STR_NONE;
    struct err err = {0};
    int64_t updated_ms = -1;

    buf_init(&b, ROOM);
    json_begin(&out, &b);
    json_open_object(&out);
    jsm_answers_put(a, v, &out, &updated_ms);
    json_close_object(&out);
    ASSERT(json_parse_deep(a, buf_str(&b), LIMIT_JIRA_JSON_DEPTH, &fields, &err) || err.what[0]);
    JSON_EACH(field, fields)
    ASSERT(str_starts(json_name(field), STR(FIELD_QUESTION)));
    enum jsm_answered answered = jsm_forms_pick(v, STR("t1"), &id);
    ASSERT(!jsm_answered_name(answered) == (answered == ANSWERED));
    for (size_t i = 0; i < 2; i++) {
        struct jsm_call call = jsm_call_form(a, STR("c-1"), i ? STR("10001") : id, id);
        ASSERT(!call.path.len || str_starts(call.path, STR("/jira/forms/cloud/c-1/issue/")));
    }
}

static void of_an_administrator(struct arena *a, const struct json *v, const struct jsm_view *view)
{
    static struct jsm_workflow flows[JSM_WORKFLOWS_MAX];
    static const struct jsm_gate_key KEY = {.group_id = {"g", 1}};
    struct err err = {0};
    size_t count = 0;

    if (jsm_workflows_read(a, v, view, &KEY, flows, &count, &err))
        ASSERT(count <= JSM_WORKFLOWS_MAX);
    (void)jsm_workflow_complaints(a, v, &count);
    (void)jsm_rule_is_offered(v, "system:restrict-issue-transition");
    (void)jsm_has_permission(v, "ADMINISTER");
    (void)jsm_status_find(a, v, STR("Verifying access"), STR_NONE);
    (void)jsm_status_find(a, v, STR("Verifying access"), STR("10002"));
    (void)jsm_has_field(v, FIELDS[0]);
    (void)jsm_field_is_found(v, FIELDS[0]);
    (void)jsm_first_id(a, v);
    (void)jsm_ids(a, v);
    (void)jsm_screen_named(a, v, STR("Access check"));
    (void)jsm_scheme_of(a, v);
    (void)jsm_scheme_read(a, v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    const struct json *v;
    struct err err = {0};

    if (!json_parse_deep(a, str_n((const char *)data, size), LIMIT_JIRA_JSON_DEPTH, &v, &err))
        return 0;
    for (int datacenter = 0; datacenter < 2; datacenter++) {
        struct jsm_view view = view_of(datacenter);
        an_issue(a, v, &view);
        a_page(a, v, &view);
        a_move(a, v, &view);
        of_an_administrator(a, v, &view);
    }
    of_a_request(a, v);
    of_a_site(a, v);
    a_form(a, v);
    return 0;
}
