/* A look at a gate: the workflows, what may be done to them, and who else uses them. */
#include <stdio.h>

#include "site/site_gate_priv.h"

bool look_build_flows(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    *ret = jsm_call_workflows(l->arena, l->pairs, l->pair_count);
    if (l->more_pairs)
        look_not_all(l, "the issue types", "there are more than we look at");
    return l->gate->able.may_write && l->pair_count > 0;
}

bool look_take_flows(struct look *l, const struct jsm_answer *answer)
{
    struct site_gate *g = l->gate;
    struct err err = {0};

    if (!jsm_workflows_read(l->arena, answer->body, &l->eyes.own->view, &g->key, g->flows,
                            &g->flow_count, &err)) {
        g->flow_count = 0;
        snprintf(g->why, sizeof g->why, "%s %s", err.what, err.trail);
        return false;
    }
    g->able.readable = g->flow_count > 0;
    g->flows_none = !g->flow_count;
    if (g->flows_none)
        snprintf(g->why, sizeof g->why, "Jira tells of no workflow where there must be one");
    for (size_t i = 0; i < g->flow_count; i++) {
        g->flows[i].roads.proof_shown = g->facts.proof_edited == ROAD_YES;
        g->flows[i].roads.approver_shown = g->facts.approver_edited == ROAD_YES;
    }
    return false;
}

bool look_build_rules(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    if (l->gate->able.readable)
        *ret = jsm_call_capabilities(l->arena, l->pairs[0], l->pairs[1]);
    return l->gate->able.readable;
}

bool look_take_rules(struct look *l, const struct jsm_answer *answer)
{
    struct gate_abilities *able = &l->gate->able;

    able->rule_restrict = jsm_rule_is_offered(answer->body, "system:restrict-issue-transition");
    able->rule_validator = jsm_rule_is_offered(answer->body, "system:validate-field-value");
    able->rule_approval = jsm_rule_is_offered(answer->body, "system:block-in-progress-approval");
    return false;
}

bool look_build_usages(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    if (l->index >= l->gate->flow_count)
        return false;
    *ret = jsm_call_workflow_usages(l->arena, l->gate->flows[l->index].roads.id, l->usages_next);
    return true;
}

/* A project's id for now; its key is asked for later. */
bool look_take_usages(struct look *l, const struct jsm_answer *answer)
{
    struct site_gate *g = l->gate;
    struct str next = jsm_usages_page(l->arena, answer->body, g->project_id, SITE_GATE_SHARED_MAX,
                                      &g->shared[l->index], &l->usages_count);

    g->users_unread |= answer->verdict != JSM_OK;
    l->usages_next = arena_str(l->arena, next);
    if (next.len)
        return true;
    l->usages_count = 0;
    return ++l->index < g->flow_count;
}

/* One call for each workflow that others use: at most SITE_GATE_SHARED_MAX ids, and Jira takes 50.
 */
bool look_build_names(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    while (l->index < l->gate->flow_count && !l->gate->shared[l->index].len)
        l->index++;
    if (l->index >= l->gate->flow_count)
        return false;
    *ret = jsm_call_projects(l->arena, l->gate->shared[l->index]);
    return ret->path.len > 0;
}

/* In place of the id its key; one that nobody may see stays as "#id". */
bool look_take_names(struct look *l, const struct jsm_answer *answer)
{
    struct str *shared = &l->gate->shared[l->index++];

    *shared = jsm_projects_named(l->arena, answer->body, *shared);
    return l->index < l->gate->flow_count;
}

/* Whose statuses the workflows use: all projects', or (its number) those of a team-managed one. */
static struct str statuses_of(const struct site_gate *g)
{
    return g->able.team_managed ? g->project_id : STR_NONE;
}

bool look_build_statuses(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    *ret = jsm_call_statuses(l->arena, site_gate_verify_name(l->eyes.own), statuses_of(l->gate));
    return l->gate->able.readable;
}

bool look_take_statuses(struct look *l, const struct jsm_answer *answer)
{
    l->gate->verify_status = jsm_status_find(
        l->arena, answer->body, site_gate_verify_name(l->eyes.own), statuses_of(l->gate));
    return false;
}
