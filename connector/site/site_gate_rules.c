/* A look at a gate: the rules of Jira's automation that reach into the project. */
#include "jsm/jsm_auth.h"
#include "jsm/jsm_automation.h"
#include "site/site_gate_priv.h"

enum { HTTP_UNAUTHORIZED = 401 };

/* Why they are not read, and what helps. */
static bool unseen(struct look *l, struct str why)
{
    l->gate->rules_unseen = why;
    return false;
}

static bool may_ask(struct look *l)
{
    if (jsm_auth_at_gateway(l->eyes.reader->config->auth))
        return unseen(l, STR("Atlassian tells them neither to service accounts nor to tokens with "
                             "scopes: countersign gate prove --email ADDRESS --token file:PATH, as "
                             "an administrator with an API token without scopes"));
    if (!l->admin)
        return unseen(l, STR("they are told to who has the permission Administer Jira: countersign "
                             "gate prove --email ADDRESS --token file:PATH, as one of them"));
    return l->gate->able.readable && !l->eyes.without_rules;
}

/* Refused, or not there: the next look hears the same. */
static bool read_well(struct look *l, const struct jsm_answer *answer)
{
    if (answer->verdict == JSM_OK)
        return true;
    if (answer->status == HTTP_UNAUTHORIZED)
        return unseen(l,
                      STR("automation's interface did not let us in (401): it takes an API token "
                          "without scopes of somebody who administers Jira"));
    return unseen(l, arena_printf(l->arena, "they were not told: %s", answer->why));
}

bool look_build_tenant(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    *ret = jsm_call_tenant();
    return may_ask(l);
}

bool look_take_tenant(struct look *l, const struct jsm_answer *answer)
{
    if (!read_well(l, answer))
        return false;
    l->cloud_id = arena_str(l->arena, jsm_auth_cloud_id(answer->body));
    if (!l->cloud_id.len)
        return unseen(l, STR("the site does not tell its cloud id"));
    l->gate->rules_unseen = STR_NONE; /* unless one of the next answers says otherwise */
    return false;
}

bool look_build_rules_all(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    if (l->cloud_id.len)
        *ret = jsm_call_rules(l->arena, l->cloud_id, l->next);
    return l->cloud_id.len > 0;
}

bool look_take_rules_all(struct look *l, const struct jsm_answer *answer)
{
    struct str next;

    if (!read_well(l, answer))
        return false;
    size_t count = l->rule_count;
    bool is_page = jsm_rules_page(answer->body, l->gate->project_id, l->rule_ids, &l->rule_count,
                                  &l->gate->rules_all);
    for (; count < l->rule_count; count++)
        l->rule_ids[count] = arena_str(l->arena, l->rule_ids[count]);
    if (!is_page || !jsm_rules_next(answer->body, &next))
        return unseen(l, STR("the list of them reads otherwise than is known here: there may be "
                             "more; look through the rest"));
    if (next.len && str_eq(next, l->next))
        return unseen(l, STR("the list of them leads back to the same page: there may be more; "
                             "look through the rest"));
    l->next = arena_str(l->arena, next);
    return next.len > 0;
}

bool look_build_rule(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    if (!l->index && !l->gate->rules_unseen.len && l->gate->rules_all > l->rule_count)
        unseen(l, arena_printf(l->arena,
                               "%zu of them reach into the project, and %zu can be read: "
                               "look through the rest",
                               l->gate->rules_all, l->rule_count));
    if (l->index >= l->rule_count)
        return false;
    *ret = jsm_call_rule(l->arena, l->cloud_id, l->rule_ids[l->index]);
    return true;
}

bool look_take_rule(struct look *l, const struct jsm_answer *answer)
{
    struct site_gate *g = l->gate;
    struct jsm_rule_place place = {g->flows, g->flow_count, &g->key};
    struct auto_rule rule;

    l->index++;
    if (answer->verdict == JSM_MISSING) { /* taken away meanwhile, or kept from us */
        unseen(l, STR("one that is listed is not there: look again"));
        return true;
    }
    if (!read_well(l, answer))
        return false;
    if (!jsm_rule_read(l->arena, answer->body, &place, &rule))
        return unseen(l, STR("a rule reads otherwise than is known here"));
    if (auto_rule_judge(&rule, false) != RULE_BECAUSE_ASIDE)
        g->rules[g->rule_count++] = rule;
    return true;
}

/* --- what it comes to --- */

bool site_gate_roads_open(const struct site_gate *gate)
{
    for (size_t i = 0; i < gate->flow_count; i++) {
        struct road_report report;
        roads_judge(&gate->flows[i].roads, &report);
        if (report.open)
            return true;
    }
    return false;
}

size_t site_gate_rules_open(const struct site_gate *gate)
{
    bool roads = site_gate_roads_open(gate);
    size_t open = 0;

    for (size_t i = 0; i < gate->rule_count; i++)
        open += auto_rule_state(auto_rule_judge(&gate->rules[i], roads)) == ROAD_IS_OPEN;
    return open;
}
