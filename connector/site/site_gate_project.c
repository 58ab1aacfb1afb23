/* A look at a gate: the project, whose rights count, and the group that may close. */
#include <stdio.h>

#include "jsm/jsm_user.h"
#include "site/site_gate_priv.h"

bool look_build_project(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    *ret = jsm_call_project(l->arena, l->gate->project);
    return true;
}

static void add_pair(struct look *l, struct str type)
{
    for (size_t i = 0; i < l->pair_count; i++)
        if (str_eq(l->pairs[2 * i + 1], type))
            return;
    if (!type.len)
        return;
    if (l->pair_count == SITE_GATE_TYPES_MAX) {
        l->more_pairs = true;
        return;
    }
    l->pairs[2 * l->pair_count] = l->gate->project_id;
    l->pairs[2 * l->pair_count++ + 1] = arena_str(l->arena, type);
}

bool look_take_project(struct look *l, const struct jsm_answer *answer)
{
    struct site_gate *g = l->gate;

    g->project_id = arena_str(l->arena, json_id(l->arena, json_member(answer->body, "id")));
    g->style = arena_str(l->arena, json_path_str(answer->body, "style"));
    g->able.team_managed =
        str_eq_c(g->style, "next-gen") || json_is_true(json_member(answer->body, "simplified"));
    JSON_EACH(type, json_member(answer->body, "issueTypes"))
    add_pair(l, json_id(l->arena, json_member(type, "id")));
    return false;
}

/* The issue types of our request types; all of the project's where that cannot be told. */
bool look_build_types(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.own;
    *ret = jsm_call_request_types(l->arena, l->gate->project, l->page);
    return true;
}

static bool is_governed(const struct site *site, struct str request_type)
{
    const struct mapping *m = site->o.mapping;

    for (size_t i = 0; i < m->rule_count; i++)
        if (str_eq(m->rules[i].request_type, request_type))
            return true;
    return false;
}

bool look_take_types(struct look *l, const struct jsm_answer *answer)
{
    const struct json *values = json_member(answer->body, "values");

    if (answer->verdict != JSM_OK)
        return false;
    JSON_EACH(type, values)
    {
        if (!is_governed(l->eyes.own, json_id(l->arena, json_member(type, "id"))))
            continue;
        if (!l->index++) /* not all of the project's any more */
            l->pair_count = 0, l->more_pairs = false;
        add_pair(l, json_id(l->arena, json_member(type, "issueTypeId")));
    }
    l->page += (int64_t)json_count(values);
    return !json_is_true(json_member(answer->body, "isLastPage")) && json_count(values) > 0;
}

bool look_build_rights(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    *ret = jsm_call_permissions(l->arena, "ADMINISTER,ADMINISTER_PROJECTS", l->gate->project_id);
    return true;
}

/* Without the right Jira answers 401, as to a dead credential: then it is not asked at all. */
bool look_take_rights(struct look *l, const struct jsm_answer *answer)
{
    struct gate_abilities *able = &l->gate->able;
    bool admin = jsm_has_permission(answer->body, "ADMINISTER");

    l->admin = admin;
    able->may_write =
        admin || (able->team_managed && jsm_has_permission(answer->body, "ADMINISTER_PROJECTS"));
    l->gate->facts.group = able->team_managed ? ROAD_NOT_KNOWN : ROAD_NO;
    if (!able->may_write) {
        l->gate->denied = true;
        snprintf(l->gate->why, sizeof l->gate->why,
                 "our account may not read workflows: it needs the permission %s",
                 able->team_managed ? "Administer projects" : "Administer Jira");
    }
    return false;
}

bool look_build_own_rights(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.own;
    *ret = jsm_call_permissions(l->arena, "TRANSITION_ISSUES,EDIT_ISSUES", l->gate->project_id);
    return true;
}

bool look_take_own_rights(struct look *l, const struct jsm_answer *answer)
{
    if (answer->verdict != JSM_OK)
        return false;
    l->gate->facts.may_transition =
        look_known(jsm_has_permission(answer->body, "TRANSITION_ISSUES"));
    l->gate->facts.may_edit = look_known(jsm_has_permission(answer->body, "EDIT_ISSUES"));
    return false;
}

/* --- the group --- */

bool look_build_group(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    *ret = jsm_call_group(l->arena, l->eyes.own->config->gate.group);
    return !l->gate->able.team_managed;
}

bool look_take_group(struct look *l, const struct jsm_answer *answer)
{
    struct site_gate *g = l->gate;

    g->facts.group = answer->verdict == JSM_OK ? ROAD_NO : ROAD_NOT_KNOWN;
    JSON_EACH(group, json_member(answer->body, "values"))
    {
        if (!str_eq(json_path_str(group, "name"), l->eyes.own->config->gate.group))
            continue;
        g->key.group_id = arena_str(l->arena, json_path_str(group, "groupId"));
        g->facts.group = ROAD_YES;
        g->facts.member = ROAD_NO;
    }
    g->able.group_ready =
        g->facts.group == ROAD_YES || (g->able.may_write && !g->able.team_managed);
    return false;
}

bool look_build_members(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    *ret = jsm_call_group_members(l->arena, l->gate->key.group_id, l->page);
    return l->gate->key.group_id.len > 0;
}

bool look_take_members(struct look *l, const struct jsm_answer *answer)
{
    struct site_gate *g = l->gate;
    const struct json *values = json_member(answer->body, "values");

    if (answer->verdict != JSM_OK) {
        g->facts.group = ROAD_NOT_KNOWN;
        return false;
    }
    JSON_EACH(m, values)
    {
        if (str_eq(jsm_user_id(m), g->key.account_id)) {
            g->facts.member = ROAD_YES;
            continue;
        }
        if (g->facts.strangers < SITE_GATE_MEMBERS_MAX)
            g->strangers[g->facts.strangers] = arena_str(l->arena, json_path_str(m, "displayName"));
        g->facts.strangers++;
    }
    l->page += (int64_t)json_count(values);
    return !json_is_true(json_member(answer->body, "isLast")) && json_count(values) > 0;
}
