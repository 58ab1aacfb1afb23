/* A workflow changed by a plan, and put back. */
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
    int64_t last_id; /* the highest number of a transition so far */
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

/* Ours, AND what is there: beside it where it is a group of ALL, else around it. */
static void put_conditions(const struct applying *p, const struct json *there)
{
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
    put_ours(p);
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

static void put_changed(const struct applying *p, const struct json *t, const struct gate_change *c)
{
    static const char *const CONDITIONS[] = {"conditions", NULL};
    static const char *const TARGET[] = {"toStatusReference", NULL};
    bool lead = c->kind == GATE_LEAD;

    json_open_object(p->out);
    jsm_workflow_put_others(p->out, t, lead ? TARGET : CONDITIONS);
    if (lead)
        json_str_member(p->out, "toStatusReference", ref_of(p, c->to));
    else
        put_conditions(p, json_member(t, "conditions"));
    json_close_object(p->out);
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
    const char *name = kind == GATE_ADD_RESOLVE ? "Mark done"
                       : kind == GATE_ADD_CLOSE ? "Close verified"
                       : kind == GATE_ADD_BACK  ? "Back to work"
                                                : "Reopen unverified";

    if (!is_taken(&p->flow->roads, str_of(name)))
        return str_of(name);
    return arena_printf(p->arena, "%s (access)", name);
}

/* A rule of another transition for a new one: Jira gives it an id of its own. */
static void put_rule_like(const struct applying *p, const struct json *rule)
{
    static const char *const ID[] = {"id", NULL};

    json_open_object(p->out);
    jsm_workflow_put_others(p->out, rule, ID);
    json_close_object(p->out);
}

static void put_like(const struct applying *p, const struct json *like)
{
    const struct json *screen = json_member(like, "transitionScreen");

    json_put_name(p->out, "actions");
    json_open_array(p->out);
    JSON_EACH(action, json_member(like, "actions"))
    put_rule_like(p, action);
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

static void put_added(struct applying *p, const struct gate_change *c)
{
    bool ours = c->kind == GATE_ADD_CLOSE || c->kind == GATE_ADD_REOPEN;
    struct json_out *out = p->out;

    p->last_id += ID_STEP;
    json_open_object(out);
    json_str_member(out, "id", arena_printf(p->arena, "%lld", (long long)p->last_id));
    json_str_member(out, "name", name_of(p, c->kind));
    json_str_member(out, "description", STR("Installed by Countersign"));
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
    put_like(p, c->like == ROAD_NOWHERE ? NULL : transition_at(p, c->like));
    put_empty(out);
    if (ours)
        put_conditions(p, NULL);
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
    for (size_t i = 0; i < p->plan->added_count; i++)
        if (p->plan->added[i].kind != GATE_ADD_STATUS)
            put_added(p, &p->plan->added[i]);
    json_close_array(p->out);
}

static bool adds_status(const struct gate_plan *plan)
{
    return plan->added_count && plan->added[0].kind == GATE_ADD_STATUS;
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

static void put_layouts(const struct applying *p)
{
    const struct json *layouts = json_path(p->flow->json, "workflow/statuses");

    json_put_name(p->out, "statuses");
    json_open_array(p->out);
    JSON_EACH(l, layouts)
    json_put_value(p->out, l);
    if (adds_status(p->plan)) {
        json_open_object(p->out);
        json_str_member(p->out, "statusReference", p->words->verify_ref);
        json_put_name(p->out, "layout");
        json_open_object(p->out);
        json_i64_member(p->out, "x", free_place(layouts));
        json_i64_member(p->out, "y", 0);
        json_close_object(p->out);
        json_put_name(p->out, "properties");
        json_put_raw(p->out, STR("{}"));
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
    if (adds_status(p->plan)) {
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

/* Written in any order, then put into the canonical one. */
static struct str canonical(struct arena *a, const struct buf *b)
{
    const struct json *v;
    struct err err;

    if (b->over || !json_parse_deep(a, buf_str(b), LIMIT_JIRA_JSON_DEPTH, &v, &err))
        return STR_NONE;
    return jsm_workflow_doc(a, json_member(v, "workflow"), json_member(v, "statuses"));
}

struct str jsm_workflow_apply(struct arena *a, const struct jsm_workflow *flow,
                              const struct gate_plan *plan, const struct jsm_gate_words *words)
{
    static const char *const OWN[] = {"statuses", "transitions", NULL};
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    struct applying p = {flow, plan, words, a, &out, FIRST_ID};

    buf_init(&b, JSM_WORKFLOW_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    put_statuses(&p);
    json_put_name(&out, "workflow");
    json_open_object(&out);
    jsm_workflow_put_others(&out, json_member(flow->json, "workflow"), OWN);
    put_layouts(&p);
    put_transitions(&p);
    json_close_object(&out);
    json_close_object(&out);
    return canonical(a, &b);
}

/* --- putting it back --- */

/* One list in its three states. */
struct merging {
    const struct json *before, *after, *now;
    const char *key;  /* member that tells elements apart; NULL: their own name */
    const char *what; /* "transition", for people */
};

static struct str key_of(const struct merging *m, const struct json *v)
{
    return m->key ? json_path_str(v, m->key) : json_name(v);
}

static const struct json *keyed(const struct merging *m, const struct json *list, struct str key)
{
    JSON_EACH(v, list)
    {
        if (str_eq(key_of(m, v), key))
            return v;
    }
    return NULL;
}

/* What one element becomes; NULL: it goes. False: ours and theirs at once. */
static bool settle(struct arena *a, const struct merging *m, struct str key,
                   const struct json **ret, struct err *err)
{
    const struct json *before = keyed(m, m->before, key), *after = keyed(m, m->after, key);
    const struct json *now = keyed(m, m->now, key);
    struct str was = jsm_workflow_text(a, before), ours = jsm_workflow_text(a, after);
    struct str is = jsm_workflow_text(a, now), name = json_path_str(now ? now : after, "name");

    *ret = str_eq(ours, is) ? before : now;
    if (str_eq(ours, is) || str_eq(was, ours) || str_eq(was, is))
        return true;
    return FAIL(err, ERR_CONFLICT,
                "%s '%.*s' was changed by somebody else since the gate was "
                "installed",
                m->what, STR_ARG(name.len ? name : key));
}

static bool merge(struct arena *a, struct json_out *out, const struct merging *m, struct err *err)
{
    const struct json *lists[] = {m->now, m->before};
    const struct json *kept;

    for (size_t l = 0; l < 2; l++) {
        JSON_EACH(v, lists[l])
        {
            struct str key = key_of(m, v);
            if (l && keyed(m, m->now, key))
                continue;
            if (!settle(a, m, key, &kept, err))
                return false;
            if (kept && !m->key)
                json_put_name(out, json_name(kept).p);
            if (kept)
                json_put_value(out, kept);
        }
    }
    /* what is in none of these two was ours and is gone already */
    return true;
}

static bool merge_member(struct arena *a, struct json_out *out, const struct json *three[3],
                         const char *path, const char *name, const char *key, const char *what,
                         struct err *err)
{
    struct merging m = {json_path(three[0], path), json_path(three[1], path),
                        json_path(three[2], path), key, what};

    json_put_name(out, name);
    json_open_array(out);
    bool ok = merge(a, out, &m, err);
    json_close_array(out);
    return ok;
}

static const struct json *plain_members(struct arena *a, const struct json *doc)
{
    static const char *const LISTS[] = {"statuses", "transitions", NULL};
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    const struct json *v = NULL;
    struct err err;

    buf_init(&b, JSM_WORKFLOW_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    jsm_workflow_put_others(&out, json_member(doc, "workflow"), LISTS);
    json_close_object(&out);
    return json_parse_deep(a, buf_str(&b), LIMIT_JIRA_JSON_DEPTH, &v, &err) ? v : NULL;
}

static bool has_status(const struct json *workflow, struct str ref)
{
    JSON_EACH(l, json_member(workflow, "statuses"))
    {
        if (str_eq(json_path_str(l, "statusReference"), ref))
            return true;
    }
    return false;
}

/* A transition of others that begins in the status that goes begins there no more; one that leads
 * there, or begins nowhere else, cannot stay as it is. */
static bool put_ends(struct json_out *out, const struct json *w, const struct json *t,
                     struct err *err)
{
    static const char *const LINKS[] = {"links", NULL};
    const struct json *links = json_member(t, "links"), *to = json_member(t, "toStatusReference");
    size_t left = 0;

    json_open_object(out);
    jsm_workflow_put_others(out, t, LINKS);
    if (links) {
        json_put_name(out, "links");
        json_open_array(out);
        JSON_EACH(link, links)
        {
            struct str from = json_path_str(link, "fromStatusReference");
            if (from.len && !has_status(w, from)) /* an initial one may name none */
                continue;
            json_put_value(out, link);
            left++;
        }
        json_close_array(out);
    }
    json_close_object(out);
    if ((!to || has_status(w, json_str(to))) && (left || !json_count(links)))
        return true;
    return FAIL(err, ERR_CONFLICT, "transition '%.*s' uses the status that the gate added",
                STR_ARG(json_path_str(t, "name")));
}

static bool settle_ends(struct arena *a, struct str doc, struct str *ret, struct err *err)
{
    static const char *const TRANSITIONS[] = {"transitions", NULL};
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    const struct json *v;

    if (!json_parse_deep(a, doc, LIMIT_JIRA_JSON_DEPTH, &v, err))
        return false;
    const struct json *w = json_member(v, "workflow");
    buf_init(&b, JSM_WORKFLOW_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_put_name(&out, "statuses");
    json_put_value(&out, json_member(v, "statuses"));
    json_put_name(&out, "workflow");
    json_open_object(&out);
    jsm_workflow_put_others(&out, w, TRANSITIONS);
    json_put_name(&out, "transitions");
    json_open_array(&out);
    JSON_EACH(t, json_member(w, "transitions"))
    {
        if (!put_ends(&out, w, t, err))
            return false;
    }
    json_close_array(&out);
    json_close_object(&out);
    json_close_object(&out);
    *ret = canonical(a, &b);
    return ret->len || FAIL(err, ERR_INPUT, "the workflow is longer than we look at");
}

bool jsm_workflow_undo(struct arena *a, struct str before, struct str after, struct str now,
                       struct str *ret, struct err *err)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    const struct json *three[3];
    const struct str texts[] = {before, after, now};

    for (size_t i = 0; i < 3; i++)
        if (!json_parse_deep(a, texts[i], LIMIT_JIRA_JSON_DEPTH, &three[i], err))
            return false;
    struct merging plain = {plain_members(a, three[0]), plain_members(a, three[1]),
                            plain_members(a, three[2]), NULL, "the workflow's"};
    buf_init(&b, JSM_WORKFLOW_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    if (!merge_member(a, &out, three, "statuses", "statuses", "statusReference", "status", err))
        return false;
    json_put_name(&out, "workflow");
    json_open_object(&out);
    if (!merge(a, &out, &plain, err) ||
        !merge_member(a, &out, three, "workflow/statuses", "statuses", "statusReference",
                      "the place of status", err) ||
        !merge_member(a, &out, three, "workflow/transitions", "transitions", "id", "transition",
                      err))
        return false;
    json_close_object(&out);
    json_close_object(&out);
    return settle_ends(a, canonical(a, &b), ret, err);
}
