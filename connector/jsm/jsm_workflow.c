#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "jsm/jsm_workflow_priv.h"

/* What Jira changes by itself, or tells only when reading. */
static const char *const VOLATILE[] = {"version", "created",     "updated",  "taskId", "isEditable",
                                       "usages",  "transitions", "statuses", NULL};
enum { GUARDS_MAX = 128 }; /* nodes of one transition's conditions */

/* --- documents --- */

struct keyed {
    struct str key;
    const struct json *v;
};

static int by_key(const void *a, const void *b)
{
    return str_cmp(((const struct keyed *)a)->key, ((const struct keyed *)b)->key);
}

const struct json **jsm_workflow_sorted(struct arena *a, const struct json *array, const char *key,
                                        size_t *ret_count)
{
    size_t count = json_type(array) == JSON_ARRAY ? json_count(array) : 0, n = 0;
    struct keyed *keyed = arena_array(a, count + 1, sizeof *keyed);
    const struct json **sorted = arena_array(a, count + 1, sizeof(const struct json *));

    *ret_count = 0;
    if (!keyed || !sorted || !count)
        return sorted;
    JSON_EACH(v, array)
    keyed[n++] = (struct keyed){json_path_str(v, key), v};
    qsort(keyed, n, sizeof *keyed, by_key);
    for (size_t i = 0; i < n; i++)
        sorted[i] = keyed[i].v;
    *ret_count = n;
    return sorted;
}

struct str jsm_workflow_text(struct arena *a, const struct json *v)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    if (!v)
        return STR_NONE;
    buf_init(&b, JSM_WORKFLOW_BYTES);
    json_begin(&out, &b);
    json_put_value(&out, v);
    return b.over ? STR_NONE : arena_str(a, buf_str(&b));
}

void jsm_workflow_put_others(struct json_out *out, const struct json *object,
                             const char *const *names)
{
    JSON_EACH(m, object)
    {
        bool named = false;
        for (size_t i = 0; names[i]; i++)
            named |= str_eq_c(json_name(m), names[i]);
        if (named)
            continue;
        json_put_name(out, json_name(m).p);
        json_put_value(out, m);
    }
}

static void put_sorted(struct arena *a, struct json_out *out, const char *name,
                       const struct json *array, const char *key)
{
    size_t count;
    const struct json **sorted = jsm_workflow_sorted(a, array, key, &count);

    json_put_name(out, name);
    json_open_array(out);
    for (size_t i = 0; i < count; i++)
        json_put_value(out, sorted[i]);
    json_close_array(out);
}

static const struct json *by_ref(const struct json *statuses, struct str ref)
{
    JSON_EACH(s, statuses)
    {
        if (str_eq(json_path_str(s, "statusReference"), ref))
            return s;
    }
    return NULL;
}

/* Only the statuses that the workflow uses: a reply holds those of all its workflows. */
static void put_used(struct arena *a, struct json_out *out, const struct json *workflow,
                     const struct json *statuses)
{
    size_t count;
    const struct json **used =
        jsm_workflow_sorted(a, json_member(workflow, "statuses"), "statusReference", &count);

    json_put_name(out, "statuses");
    json_open_array(out);
    for (size_t i = 0; i < count; i++) {
        const struct json *s = by_ref(statuses, json_path_str(used[i], "statusReference"));
        if (s)
            json_put_value(out, s);
    }
    json_close_array(out);
}

struct str jsm_workflow_doc(struct arena *a, const struct json *workflow,
                            const struct json *statuses)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    const struct json *ordered;
    struct err err;

    buf_init(&b, JSM_WORKFLOW_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    put_used(a, &out, workflow, statuses);
    json_put_name(&out, "workflow");
    json_open_object(&out);
    jsm_workflow_put_others(&out, workflow, VOLATILE);
    put_sorted(a, &out, "statuses", json_member(workflow, "statuses"), "statusReference");
    put_sorted(a, &out, "transitions", json_member(workflow, "transitions"), "id");
    json_close_object(&out);
    json_close_object(&out);
    if (b.over || !json_parse_deep(a, buf_str(&b), LIMIT_JIRA_JSON_DEPTH, &ordered, &err))
        return STR_NONE;
    return jsm_workflow_text(a, ordered); /* members by name */
}

struct str jsm_workflow_canonical(struct arena *a, const struct buf *b)
{
    const struct json *v;
    struct err err;

    if (b->over || !json_parse_deep(a, buf_str(b), LIMIT_JIRA_JSON_DEPTH, &v, &err))
        return STR_NONE;
    return jsm_workflow_doc(a, json_member(v, "workflow"), json_member(v, "statuses"));
}

/* --- conditions --- */

struct reading {
    struct arena *arena;
    const struct jsm_view *view;
    const struct jsm_gate_key *key;
    struct guard guards[GUARDS_MAX]; /* of the transition in hand */
    size_t guard_count;
    bool too_many;
};

static size_t push(struct reading *r, enum guard_kind kind)
{
    if (r->guard_count == GUARDS_MAX) {
        r->too_many = true;
        return 0;
    }
    r->guards[r->guard_count] = (struct guard){kind, 1};
    return r->guard_count++;
}

/* Is every word of the list ours? "a,b" */
static bool is_only(struct str list, struct str ours)
{
    while (list.len)
        if (!ours.len || !str_eq(str_trim(str_cut(&list, ',')), ours))
            return false;
    return true;
}

static bool names(struct str list, struct str ours)
{
    while (list.len)
        if (str_eq(str_trim(str_cut(&list, ',')), ours) && ours.len)
            return true;
    return false;
}

/* Criteria are OR-ed, and one we do not know may let anybody through. */
static enum guard_kind read_restriction(const struct reading *r, const struct json *parameters)
{
    bool us = false, others = false;

    JSON_EACH(p, parameters)
    {
        bool group = str_eq_c(json_name(p), "groupIds");
        bool account = str_eq_c(json_name(p), "accountIds");
        struct str value = json_str(p), ours = group     ? r->key->group_id
                                               : account ? r->key->account_id
                                                         : STR_NONE;
        if (json_type(p) == JSON_STRING && !str_trim(value).len)
            continue;
        us |= names(value, ours);
        others |= json_type(p) != JSON_STRING || !is_only(value, ours);
    }
    if (us)
        return others ? GUARD_US_OR : GUARD_US;
    return GUARD_OTHERS;
}

static enum guard_kind read_rule(const struct reading *r, const struct json *rule)
{
    struct str rule_key = json_path_str(rule, "ruleKey");
    struct str mode = json_path_str(rule, "parameters/restrictMode");

    if (str_eq_c(rule_key, JSM_RULE_RESTRICT))
        return read_restriction(r, json_member(rule, "parameters"));
    if (str_eq_c(rule_key, JSM_RULE_HIDE))
        return str_eq_c(mode, "usersAndAPI") ? GUARD_NOBODY : GUARD_PEOPLE;
    return GUARD_OTHER;
}

static void read_group(struct reading *r, const struct json *group, size_t depth)
{
    bool all = str_eq_c(json_path_str(group, "operation"), "ALL");
    size_t at = push(r, all ? GUARD_ALL : GUARD_ANY);

    if (depth > ROAD_DEPTH_MAX)
        r->too_many = true;
    if (r->too_many)
        return;
    JSON_EACH(rule, json_member(group, "conditions"))
    push(r, read_rule(r, rule));
    JSON_EACH(below, json_member(group, "conditionGroups"))
    read_group(r, below, depth + 1);
    r->guards[at].size = r->guard_count - at;
}

static bool read_guards(struct reading *r, const struct json *transition, struct road *road,
                        struct err *err)
{
    const struct json *conditions = json_member(transition, "conditions");

    r->guard_count = 0;
    if (json_type(conditions) == JSON_OBJECT)
        read_group(r, conditions, 1);
    struct guard *kept = arena_array(r->arena, r->guard_count + 1, sizeof *kept);
    if (r->too_many || !kept)
        return FAIL(err, ERR_INPUT, "transition %.*s has more conditions than %d",
                    STR_ARG(road->id), GUARDS_MAX);
    memcpy(kept, r->guards, r->guard_count * sizeof *kept);
    road->guards = kept;
    road->guard_count = r->guard_count;
    return true;
}

/* --- statuses and transitions --- */

/* Atlassian's workflow API has three words for a status category: what is neither done nor under
 * way has not begun. */
static enum status_category read_category(struct str name)
{
    if (str_eq_c(name, "DONE"))
        return CATEGORY_DONE;
    return str_eq_c(name, "IN_PROGRESS") ? CATEGORY_INDETERMINATE : CATEGORY_NEW;
}

static bool is_word(const struct json *v, const char *word)
{
    return str_eq_c(json_str(v), word) || (str_eq_c(STR("true"), word) && json_is_true(v));
}

/* In our field, of all who stand there, one suffices. Nobody is left out: the connector is the
 * reporter of what it made itself. And nobody is put there for a field that people edit. */
static bool asks_us(const struct reading *r, const struct json *approval)
{
    return r->key->approver_id.len &&
           str_eq(json_path_str(approval, "fieldId"), r->key->approver_id) &&
           str_eq_c(json_path_str(approval, "conditionType"), "number") &&
           str_eq_c(json_path_str(approval, "conditionValue"), "1") &&
           !json_path_str(approval, "prePopulatedFieldId").len &&
           !json_count(json_member(approval, "exclude"));
}

static bool read_statuses(struct reading *r, struct jsm_workflow *flow, struct err *err)
{
    const struct json *layouts = json_path(flow->json, "workflow/statuses");
    const struct json *known = json_member(flow->json, "statuses");
    size_t count = json_count(layouts), n = 0;
    struct road_status *rows = arena_array(r->arena, count + 1, sizeof *rows);

    if (count > ROAD_STATUSES_MAX || !rows)
        return FAIL(err, ERR_INPUT, "the workflow has more statuses than %d", ROAD_STATUSES_MAX);
    JSON_EACH(l, layouts)
    {
        struct road_status *s = &rows[n++];
        const struct json *approval = json_member(l, "approvalConfiguration");
        const struct json *properties = json_member(l, "properties");
        s->ref = json_path_str(l, "statusReference");
        const struct json *told = by_ref(known, s->ref);
        if (!told)
            return FAIL(err, ERR_INPUT, "status '%.*s' of the workflow is not described",
                        STR_ARG(s->ref));
        s->name = json_path_str(told, "name");
        s->category = read_category(json_path_str(told, "statusCategory"));
        s->role = jsm_role_by_id(r->view, s->ref, s->name, s->category, &s->named);
        s->frozen = is_word(json_member(properties, "jira.issue.editable"), "false");
        if (!is_word(json_member(approval, "active"), "true"))
            continue;
        s->on_approve = json_id(r->arena, json_member(approval, "transitionApproved"));
        s->on_decline = json_id(r->arena, json_member(approval, "transitionRejected"));
        s->asks_us = asks_us(r, approval);
    }
    flow->roads.statuses = rows;
    flow->roads.status_count = n;
    return true;
}

static size_t status_at(const struct workflow *w, struct str ref)
{
    for (size_t i = 0; i < w->status_count; i++)
        if (str_eq(w->statuses[i].ref, ref))
            return i;
    return ROAD_NOWHERE;
}

static enum road_type read_type(struct str name)
{
    if (str_eq_c(name, "INITIAL"))
        return ROAD_INITIAL;
    if (str_eq_c(name, "GLOBAL"))
        return ROAD_GLOBAL;
    return str_eq_c(name, "DIRECTED") ? ROAD_DIRECTED : ROAD_UNKNOWN;
}

/* Whatever else it wants beside our field. */
bool jsm_workflow_demands(const struct json *rule, struct str field)
{
    return field.len && str_eq_c(json_path_str(rule, "ruleKey"), JSM_RULE_DEMAND) &&
           str_eq_c(json_path_str(rule, "parameters/ruleType"), "fieldRequired") &&
           !str_eq_c(json_path_str(rule, "parameters/ignoreContext"), "true") &&
           names(json_path_str(rule, "parameters/fieldsRequired"), field);
}

bool jsm_workflow_resolves(const struct json *action)
{
    return str_eq_c(json_path_str(action, "ruleKey"), JSM_RULE_UPDATE) &&
           str_eq_c(json_path_str(action, "parameters/field"), "resolution") &&
           json_path_str(action, "parameters/value").len > 0;
}

/* Whoever stood there before is replaced. */
static bool names_us(const struct reading *r, const struct json *action)
{
    return r->key->approver_id.len && r->key->account_id.len &&
           str_eq_c(json_path_str(action, "ruleKey"), JSM_RULE_UPDATE) &&
           str_eq(json_path_str(action, "parameters/field"), r->key->approver_id) &&
           str_eq(json_path_str(action, "parameters/value"), r->key->account_id) &&
           str_eq_c(json_path_str(action, "parameters/mode"), "replace");
}

/* Does it write that field, by whatever kind of rule? One that only copies from it does not. */
static bool writes(const struct json *action, struct str field)
{
    JSON_EACH(p, json_member(action, "parameters"))
    {
        if (field.len && str_eq(json_str(p), field) && !str_eq_c(json_name(p), "sourceFieldKey"))
            return true;
    }
    return false;
}

static bool read_waits(const struct json *conditions)
{
    if (str_eq_c(json_path_str(conditions, "operation"), "ALL"))
        JSON_EACH(rule, json_member(conditions, "conditions"))
    if (str_eq_c(json_path_str(rule, "ruleKey"), JSM_RULE_BLOCK))
        return true;
    return false;
}

static bool read_road(struct reading *r, const struct workflow *w, const struct json *t,
                      struct road *road, struct err *err)
{
    const struct json *links = json_member(t, "links");
    size_t *from = arena_array(r->arena, json_count(links) + 1, sizeof *from);
    const struct json *portal =
        json_member(json_member(t, "properties"), "servicedesk.customer.transition.active");

    road->id = json_id(r->arena, json_member(t, "id"));
    road->name = json_path_str(t, "name");
    road->type = read_type(json_path_str(t, "type"));
    road->to = status_at(w, json_path_str(t, "toStatusReference"));
    road->portal = is_word(portal, "true");
    road->triggered = json_count(json_member(t, "triggers")) > 0;
    road->screen = json_path_str(t, "transitionScreen/parameters/screenId");
    JSON_EACH(rule, json_member(t, "validators"))
    road->demands |= jsm_workflow_demands(rule, r->key->proof_id);
    JSON_EACH(action, json_member(t, "actions"))
    {
        road->resolves |= jsm_workflow_resolves(action);
        road->fills_proof |= writes(action, r->key->proof_id);
        if (writes(action, r->key->approver_id)) /* the last one counts */
            road->names_us = names_us(r, action);
    }
    road->waits = read_waits(json_member(t, "conditions"));
    /* no target: from any status to itself */
    road->records =
        road->type == ROAD_GLOBAL && !json_path_str(t, "toStatusReference").len &&
        r->key->screen_id.len &&
        str_eq(json_path_str(t, "transitionScreen/parameters/screenId"), r->key->screen_id);
    road->from = from;
    if (!from || !road->id.len)
        return FAIL(err, ERR_INPUT, "a transition of the workflow has no id");
    JSON_EACH(link, links)
    from[road->from_count++] = status_at(w, json_path_str(link, "fromStatusReference"));
    return read_guards(r, t, road, err);
}

static bool read_flow(struct reading *r, struct jsm_workflow *flow, struct err *err)
{
    const struct json *w = json_member(flow->json, "workflow");
    const struct json *transitions = json_member(w, "transitions");
    size_t count = json_count(transitions);
    struct road *roads = arena_array(r->arena, count + 1, sizeof *roads);

    if (count > ROAD_TRANSITIONS_MAX || !roads)
        return FAIL(err, ERR_INPUT, "the workflow has more transitions than %d",
                    ROAD_TRANSITIONS_MAX);
    flow->roads.id = json_path_str(w, "id");
    flow->roads.name = json_path_str(w, "name");
    flow->roads.team_managed = str_eq_c(json_path_str(w, "scope/type"), "PROJECT");
    flow->roads.wants_proof = r->key->demanding && !flow->roads.team_managed;
    flow->roads.wants_approval = r->key->approving && !flow->roads.team_managed;
    flow->roads.wants_resolution = flow->roads.wants_approval && r->key->resolution_id.len;
    flow->roads.wants_record = r->key->screen_id.len > 0 && !flow->roads.team_managed;
    if (!flow->roads.id.len || json_type(transitions) != JSON_ARRAY)
        return FAIL(err, ERR_INPUT, "a workflow without id or transitions");
    if (!read_statuses(r, flow, err))
        return false;
    JSON_EACH(t, transitions)
    {
        if (!read_road(r, &flow->roads, t, &roads[flow->roads.road_count], err))
            return err_while(err, "reading workflow '%.*s'", STR_ARG(flow->roads.name));
        flow->roads.road_count++;
    }
    flow->roads.roads = roads;
    return true;
}

bool jsm_workflow_parse(struct arena *a, struct str doc, const struct jsm_view *view,
                        const struct jsm_gate_key *key, struct jsm_workflow *ret, struct err *err)
{
    struct reading r = {.arena = a, .view = view, .key = key};

    *ret = (struct jsm_workflow){.doc = arena_str(a, doc), .editable = true};
    if (!doc.len)
        return FAIL(err, ERR_INPUT, "the workflow is longer than we look at");
    return json_parse_deep(a, ret->doc, LIMIT_JIRA_JSON_DEPTH, &ret->json, err) &&
           read_flow(&r, ret, err);
}

bool jsm_workflows_read(struct arena *a, const struct json *body, const struct jsm_view *view,
                        const struct jsm_gate_key *key, struct jsm_workflow *ret, size_t *ret_count,
                        struct err *err)
{
    const struct json *workflows = json_member(body, "workflows");
    const struct json *statuses = json_member(body, "statuses");

    *ret_count = 0;
    if (json_type(workflows) != JSON_ARRAY || json_type(statuses) != JSON_ARRAY)
        return FAIL(err, ERR_INPUT, "Jira gave no list of workflows");
    JSON_EACH(w, workflows)
    {
        if (*ret_count == JSM_WORKFLOWS_MAX)
            return FAIL(err, ERR_INPUT, "more than %d workflows", JSM_WORKFLOWS_MAX);
        struct jsm_workflow *flow = &ret[(*ret_count)++];
        if (!jsm_workflow_parse(a, jsm_workflow_doc(a, w, statuses), view, key, flow, err))
            return false;
        const struct json *editable = json_member(w, "isEditable");
        flow->editable = !editable || json_is_true(editable);
        flow->busy = json_path_str(w, "taskId").len > 0;
        flow->version_id = json_path_str(w, "version/id");
        if (!flow->version_id.len ||
            !json_i64(json_path(w, "version/versionNumber"), &flow->version))
            return FAIL(err, ERR_INPUT, "workflow '%.*s' has no version",
                        STR_ARG(flow->roads.name));
    }
    return true;
}
