/* A workflow changed by a plan. */
#include "base/limits.h"
#include "jsm/jsm_workflow_priv.h"

enum { FIRST_ID = 1, ID_STEP = 10, LAYOUT_STEP = 200 };

/* --- applying a plan --- */

struct applying {
    const struct jsm_workflow *flow;
    const struct gate_plan *plan;
    const struct jsm_gate_words *words;
    struct arena *arena;
    struct json_out *out;
    int64_t last_id;         /* the highest number of a transition so far */
    int64_t closes, returns; /* of those added: where the answers of our approval lead */
};

static struct str ref_of(const struct applying *p, size_t status)
{
    const struct workflow *w = &p->flow->roads;
    return status < w->status_count ? w->statuses[status].ref : p->words->verify_ref;
}

static const struct json *transition_at(const struct applying *p, size_t road)
{
    const struct json *t = json_first(json_path(p->flow->json, "workflow/transitions"));

    while (t && road--)
        t = json_next(t);
    return t;
}

static const struct gate_change *change_of(const struct applying *p, size_t road)
{
    for (size_t i = 0; i < p->plan->changed_count; i++)
        if (p->plan->changed[i].road == road)
            return &p->plan->changed[i];
    return NULL;
}

/* The connector only. Group and account never stand in one rule: its criteria are OR-ed. */
static void put_ours(const struct applying *p)
{
    bool team = p->flow->roads.team_managed;

    json_open_object(p->out);
    json_str_member(p->out, "ruleKey", STR(JSM_RULE_RESTRICT));
    json_put_name(p->out, "parameters");
    json_open_object(p->out);
    json_str_member(p->out, team ? "accountIds" : "groupIds",
                    team ? p->words->key.account_id : p->words->key.group_id);
    json_close_object(p->out);
    json_close_object(p->out);
}

/* pairs: names and values by turns, up to a NULL. */
static void put_rule(struct json_out *out, const char *key, const char *const *pairs)
{
    json_open_object(out);
    json_str_member(out, "ruleKey", str_of(key));
    json_put_name(out, "parameters");
    json_open_object(out);
    for (; *pairs; pairs += 2)
        json_str_member(out, pairs[0], str_of(pairs[1]));
    json_close_object(out);
    json_close_object(out);
}

/* Ours, AND what is there: beside it where it is a group of ALL, else around it. waits: not while
 * an approval is open. */
static void put_conditions(const struct applying *p, const struct json *there, bool restricts,
                           bool waits)
{
    static const char *const NO_PARAMETERS[] = {NULL};
    static const char *const OWN[] = {"operation", "conditions", NULL};
    bool all = str_eq_c(json_path_str(there, "operation"), "ALL");
    bool some = json_count(json_member(there, "conditions")) ||
                json_count(json_member(there, "conditionGroups"));

    json_put_name(p->out, "conditions");
    json_open_object(p->out);
    json_str_member(p->out, "operation", STR("ALL"));
    json_put_name(p->out, "conditions");
    json_open_array(p->out);
    if (all)
        JSON_EACH(rule, json_member(there, "conditions"))
    json_put_value(p->out, rule);
    if (restricts)
        put_ours(p);
    if (waits)
        put_rule(p->out, JSM_RULE_BLOCK, NO_PARAMETERS);
    json_close_array(p->out);
    if (all) {
        jsm_workflow_put_others(p->out, there, OWN);
    } else if (some) {
        json_put_name(p->out, "conditionGroups");
        json_open_array(p->out);
        json_put_value(p->out, there);
        json_close_array(p->out);
    }
    json_close_object(p->out);
}

/* Whoever is to approve is written when a ticket comes to the verifying status. */
static void put_naming(const struct applying *p)
{
    const char *const ours[] = {
        "field", arena_cstr(p->arena, p->words->key.approver_id), "mode", "replace",
        "value", arena_cstr(p->arena, p->words->key.account_id),  NULL};

    if (p->flow->roads.wants_approval)
        put_rule(p->out, JSM_RULE_UPDATE, ours);
}

/* Post functions of a road into the verifying status: what was there, and who approves. On the way
 * to proof nothing is resolved yet: the closing transition sets the resolution. */
static void put_verifying(const struct applying *p, const struct json *actions, bool unresolving)
{
    json_put_name(p->out, "actions");
    json_open_array(p->out);
    JSON_EACH(action, actions)
    {
        if (!unresolving || !jsm_workflow_resolves(action))
            json_put_value(p->out, action);
    }
    put_naming(p);
    json_close_array(p->out);
}

static bool is_taken(const struct workflow *w, struct str name)
{
    for (size_t i = 0; i < w->road_count; i++)
        if (str_eq_nocase(w->roads[i].name, name))
            return true;
    return false;
}

static struct str name_of(const struct applying *p, enum gate_change_kind kind)
{
    const char *name = kind == GATE_ADD_RESOLVE  ? GATE_RESOLVE_NAME
                       : kind == GATE_ADD_CLOSE  ? GATE_CLOSE_NAME
                       : kind == GATE_ADD_BACK   ? "Back to work"
                       : kind == GATE_ADD_CHECK  ? GATE_CHECK_NAME
                       : kind == GATE_ADD_RECORD ? "Record access check"
                                                 : "Reopen unverified";

    if (!is_taken(&p->flow->roads, str_of(name)))
        return str_of(name);
    return arena_printf(p->arena, "%s (access)", name);
}

/* How people say that it is done, as the plan leaves it; empty: they cannot. */
static struct str claim_name(const struct applying *p)
{
    const struct workflow *w = &p->flow->roads;

    for (size_t i = 0; i < p->plan->added_count; i++)
        if (p->plan->added[i].kind == GATE_ADD_RESOLVE)
            return name_of(p, GATE_ADD_RESOLVE);
    for (size_t i = 0; i < w->road_count; i++)
        if (road_enters(&w->roads[i], p->plan->verify))
            return w->roads[i].name;
    return STR_NONE;
}

/* The exact words of what agents are told. Jira knows no variables there: it points at what is
 * live, and at the button that is not refused. */
#define DEMAND_WORDS                                                                               \
    "Not closed yet. The access change hasn't been confirmed \u2014 see \"Access check\" on this " \
    "ticket "                                                                                      \
    "for the reason and the next check."

/* What was there, and ours behind it. */
static void put_demand(const struct applying *p, const struct json *validators)
{
    struct str button = claim_name(p);
    struct str words =
        arena_printf(p->arena, DEMAND_WORDS "%s%.*s%s", button.len ? " Work done? Press " : "",
                     STR_ARG(button), button.len ? "." : "");
    const char *const ours[] = {"ruleType",
                                "fieldRequired",
                                "fieldsRequired",
                                arena_cstr(p->arena, p->words->key.proof_id),
                                "ignoreContext",
                                "false",
                                "errorMessage",
                                words.p,
                                NULL};

    json_put_name(p->out, "validators");
    json_open_array(p->out);
    JSON_EACH(rule, validators)
    json_put_value(p->out, rule);
    put_rule(p->out, JSM_RULE_DEMAND, ours);
    json_close_array(p->out);
}

/* What was there but ours; of a rule that wants other fields, too, these stay. */
static void put_undemanding(const struct applying *p, const struct json *validators)
{
    static const char *const PARAMETERS[] = {"parameters", NULL}, *const LIST[] = {"fieldsRequired",
                                                                                   NULL};
    struct str field = p->words->key.proof_id;

    json_put_name(p->out, "validators");
    json_open_array(p->out);
    JSON_EACH(rule, validators)
    {
        struct str wanted = json_path_str(rule, "parameters/fieldsRequired"), kept = STR("");
        if (!jsm_workflow_demands(rule, field)) {
            json_put_value(p->out, rule);
            continue;
        }
        while (wanted.len) {
            struct str one = str_trim(str_cut(&wanted, ','));
            if (!str_eq(one, field))
                kept = arena_printf(p->arena, "%.*s%s%.*s", STR_ARG(kept), kept.len ? "," : "",
                                    STR_ARG(one));
        }
        if (!kept.len)
            continue;
        json_open_object(p->out);
        jsm_workflow_put_others(p->out, rule, PARAMETERS);
        json_put_name(p->out, "parameters");
        json_open_object(p->out);
        jsm_workflow_put_others(p->out, json_member(rule, "parameters"), LIST);
        json_str_member(p->out, "fieldsRequired", kept);
        json_close_object(p->out);
        json_close_object(p->out);
    }
    json_close_array(p->out);
}

/* What is set where no screen asks. */
static void put_resolving(const struct applying *p)
{
    const char *const ours[] = {"field", "resolution",
                                "mode",  "replace",
                                "value", arena_cstr(p->arena, p->words->key.resolution_id),
                                NULL};

    put_rule(p->out, JSM_RULE_UPDATE, ours);
}

static void put_actions(const struct applying *p, const struct json *actions, bool resolves)
{
    json_put_name(p->out, "actions");
    json_open_array(p->out);
    JSON_EACH(action, actions)
    json_put_value(p->out, action);
    if (resolves)
        put_resolving(p);
    json_close_array(p->out);
}

static void put_changed(const struct applying *p, const struct json *t, const struct gate_change *c)
{
    static const char *const GUARDS[] = {"conditions", "validators", "actions", NULL};
    static const char *const TARGET[] = {"toStatusReference", "actions", NULL};
    static const char *const DEMANDS[] = {"validators", NULL}, *const ACTIONS[] = {"actions", NULL};
    const struct road *road = &p->flow->roads.roads[c->road];

    json_open_object(p->out);
    if (c->kind == GATE_LEAD) {
        jsm_workflow_put_others(p->out, t, TARGET);
        json_str_member(p->out, "toStatusReference", ref_of(p, c->to));
        put_verifying(p, json_member(t, "actions"), true);
    } else if (c->kind == GATE_NAME) {
        jsm_workflow_put_others(p->out, t, ACTIONS);
        put_verifying(p, json_member(t, "actions"), false);
    } else if (c->kind == GATE_RESOLVE) {
        jsm_workflow_put_others(p->out, t, ACTIONS);
        put_actions(p, json_member(t, "actions"), true);
    } else if (c->kind == GATE_DEMAND) {
        jsm_workflow_put_others(p->out, t, DEMANDS);
        put_demand(p, json_member(t, "validators"));
    } else {
        jsm_workflow_put_others(p->out, t, GUARDS);
        if (json_member(t, "actions") || c->resolves)
            put_actions(p, json_member(t, "actions"), c->resolves);
        put_undemanding(p, json_member(t, "validators"));
        bool waits = gate_must_wait(&p->flow->roads, road, p->plan->verify);
        if (!road_is_locked(road) || waits) {
            put_conditions(p, json_member(t, "conditions"), !road_is_locked(road), waits);
        } else {
            json_put_name(p->out, "conditions");
            json_put_value(p->out, json_member(t, "conditions"));
        }
    }
    json_close_object(p->out);
}

/* A rule of another transition for a new one: Jira gives it an id of its own. */
static void put_rule_like(const struct applying *p, const struct json *rule)
{
    static const char *const ID[] = {"id", NULL};

    json_open_object(p->out);
    jsm_workflow_put_others(p->out, rule, ID);
    json_close_object(p->out);
}

static void put_like(const struct applying *p, const struct json *like, bool resolves)
{
    const struct json *screen = json_member(like, "transitionScreen");

    json_put_name(p->out, "actions");
    json_open_array(p->out);
    JSON_EACH(action, json_member(like, "actions"))
    put_rule_like(p, action);
    if (resolves)
        put_resolving(p);
    json_close_array(p->out);
    if (json_type(screen) == JSON_OBJECT) {
        json_put_name(p->out, "transitionScreen");
        put_rule_like(p, screen);
    }
}

static void put_empty(struct json_out *out)
{
    json_put_name(out, "validators");
    json_put_raw(out, STR("[]"));
    json_put_name(out, "triggers");
    json_put_raw(out, STR("[]"));
    json_put_name(out, "properties");
    json_put_raw(out, STR("{}"));
}

/* A loop: from every status, and to none. */
static void put_loop(const struct applying *p)
{
    json_str_member(p->out, "type", STR("GLOBAL"));
    json_put_name(p->out, "links");
    json_put_raw(p->out, STR("[]"));
    json_put_name(p->out, "actions");
    json_put_raw(p->out, STR("[]"));
    json_put_name(p->out, "transitionScreen");
    json_open_object(p->out);
    json_str_member(p->out, "ruleKey", STR(JSM_RULE_SCREEN));
    json_put_name(p->out, "parameters");
    json_open_object(p->out);
    json_str_member(p->out, "screenId", p->words->key.screen_id);
    json_close_object(p->out);
    json_close_object(p->out);
}

static void put_road(const struct applying *p, const struct gate_change *c)
{
    struct json_out *out = p->out;

    json_str_member(out, "type", STR("DIRECTED"));
    json_str_member(out, "toStatusReference", ref_of(p, c->to));
    json_put_name(out, "links");
    json_open_array(out);
    for (size_t i = 0; i < c->from_count; i++) {
        json_open_object(out);
        json_str_member(out, "fromStatusReference", ref_of(p, c->from[i]));
        json_i64_member(out, "fromPort", 0);
        json_i64_member(out, "toPort", 1);
        json_close_object(out);
    }
    json_close_array(out);
    if (c->kind == GATE_ADD_RESOLVE || c->kind == GATE_ADD_CHECK)
        put_verifying(p, NULL, false);
    else
        put_like(p, c->like == ROAD_NOWHERE ? NULL : transition_at(p, c->like), c->resolves);
}

static void put_added(struct applying *p, const struct gate_change *c)
{
    bool loop = c->kind == GATE_ADD_RECORD;
    bool ours = loop || c->kind == GATE_ADD_CLOSE || c->kind == GATE_ADD_REOPEN;
    struct json_out *out = p->out;

    p->last_id += ID_STEP;
    if (c->kind == GATE_ADD_CLOSE)
        p->closes = p->last_id;
    if (c->kind == GATE_ADD_BACK)
        p->returns = p->last_id;
    json_open_object(out);
    json_str_member(out, "id", arena_printf(p->arena, "%lld", (long long)p->last_id));
    json_str_member(out, "name", name_of(p, c->kind));
    json_str_member(out, "description", STR("Installed by Countersign"));
    if (loop)
        put_loop(p);
    else
        put_road(p, c);
    put_empty(out);
    if (ours)
        put_conditions(p, NULL, true, c->kind == GATE_ADD_CLOSE && p->flow->roads.wants_approval);
    json_close_object(out);
}

static void put_transitions(struct applying *p)
{
    const struct json *transitions = json_path(p->flow->json, "workflow/transitions");
    size_t at = 0;

    json_put_name(p->out, "transitions");
    json_open_array(p->out);
    JSON_EACH(t, transitions)
    {
        const struct gate_change *c = change_of(p, at++);
        int64_t id = 0;
        if (str_to_i64(json_id(p->arena, json_member(t, "id")), &id) && id > p->last_id)
            p->last_id = id;
        if (c)
            put_changed(p, t, c);
        else
            json_put_value(p->out, t);
    }
    for (size_t i = 0; i < p->plan->added_count; i++) {
        enum gate_change_kind kind = p->plan->added[i].kind;
        bool later = kind == GATE_ADD_RECORD && !p->words->key.screen_id.len; /* no screen yet */
        if (kind != GATE_ADD_STATUS && kind != GATE_ASK && !later)
            put_added(p, &p->plan->added[i]);
    }
    json_close_array(p->out);
}

/* To the right of all others. */
static int64_t free_place(const struct json *layouts)
{
    int64_t most = 0;

    JSON_EACH(l, layouts)
    {
        struct str digits = json_number_text(json_path(l, "layout/x"));
        int64_t x = 0;
        if (str_to_i64(str_cut(&digits, '.'), &x) && x > most)
            most = x;
    }
    return most + LAYOUT_STEP;
}

static const struct gate_change *asks(const struct gate_plan *plan)
{
    for (size_t i = 0; i < plan->added_count; i++)
        if (plan->added[i].kind == GATE_ASK)
            return &plan->added[i];
    return NULL;
}

static struct str answer_road(const struct applying *p, size_t road, int64_t added)
{
    return road == ROAD_NOWHERE ? arena_printf(p->arena, "%lld", (long long)added)
                                : p->flow->roads.roads[road].id;
}

/* The approval of the verifying status; its transitions are written already. Inside its object. */
static void put_ask(const struct applying *p)
{
    const struct gate_change *c = asks(p->plan);

    if (!c)
        return;
    json_put_name(p->out, "approvalConfiguration");
    json_open_object(p->out);
    json_str_member(p->out, "active", STR("true"));
    json_str_member(p->out, "conditionType", STR("number"));
    json_str_member(p->out, "conditionValue", STR("1"));
    json_put_name(p->out, "exclude");
    json_put_raw(p->out, STR("[]"));
    json_str_member(p->out, "fieldId", p->words->key.approver_id);
    json_str_member(p->out, "transitionApproved", answer_road(p, c->road, p->closes));
    json_str_member(p->out, "transitionRejected", answer_road(p, c->like, p->returns));
    json_close_object(p->out);
}

static void put_layouts(const struct applying *p)
{
    static const char *const APPROVAL[] = {"approvalConfiguration", NULL};
    const struct json *layouts = json_path(p->flow->json, "workflow/statuses");
    struct str verify = ref_of(p, p->plan->verify);

    json_put_name(p->out, "statuses");
    json_open_array(p->out);
    JSON_EACH(l, layouts)
    {
        if (!asks(p->plan) || !str_eq(json_path_str(l, "statusReference"), verify)) {
            json_put_value(p->out, l);
            continue;
        }
        json_open_object(p->out);
        jsm_workflow_put_others(p->out, l, APPROVAL);
        put_ask(p);
        json_close_object(p->out);
    }
    if (gate_plan_adds(p->plan, GATE_ADD_STATUS)) {
        json_open_object(p->out);
        json_str_member(p->out, "statusReference", p->words->verify_ref);
        json_put_name(p->out, "layout");
        json_open_object(p->out);
        json_i64_member(p->out, "x", free_place(layouts));
        json_i64_member(p->out, "y", 0);
        json_close_object(p->out);
        json_put_name(p->out, "properties");
        json_put_raw(p->out, STR("{}"));
        put_ask(p);
        json_close_object(p->out);
    }
    json_close_array(p->out);
}

static void put_statuses(const struct applying *p)
{
    json_put_name(p->out, "statuses");
    json_open_array(p->out);
    JSON_EACH(s, json_member(p->flow->json, "statuses"))
    json_put_value(p->out, s);
    if (gate_plan_adds(p->plan, GATE_ADD_STATUS)) {
        const struct jsm_status made = {.name = p->words->verify_name,
                                        .category = STR("IN_PROGRESS"),
                                        .description =
                                            STR("The access is proven, then the ticket closes")};
        const struct jsm_status *is = p->words->found.id.len ? &p->words->found : &made;
        json_open_object(p->out);
        json_str_member(p->out, "name", is->name);
        json_str_member(p->out, "statusCategory", is->category);
        json_str_member(p->out, "statusReference", p->words->verify_ref);
        json_str_member(p->out, "description", is->description);
        if (is->id.len)
            json_str_member(p->out, "id", is->id);
        json_close_object(p->out);
    }
    json_close_array(p->out);
}

struct str jsm_workflow_apply(struct arena *a, const struct jsm_workflow *flow,
                              const struct gate_plan *plan, const struct jsm_gate_words *words)
{
    static const char *const OWN[] = {"statuses", "transitions", NULL};
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    struct applying p = {flow, plan, words, a, &out, FIRST_ID, 0, 0};

    buf_init(&b, JSM_WORKFLOW_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    put_statuses(&p);
    json_put_name(&out, "workflow");
    json_open_object(&out);
    jsm_workflow_put_others(&out, json_member(flow->json, "workflow"), OWN);
    put_transitions(&p);
    put_layouts(&p);
    json_close_object(&out);
    json_close_object(&out);
    return jsm_workflow_canonical(a, &b);
}
