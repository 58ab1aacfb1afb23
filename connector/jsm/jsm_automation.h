/* jsm_automation.h: the rules of Jira Cloud's automation, read as far as they bear on a close.
 * Pure.
 *
 * Atlassian's Automation REST API, an interface beside Jira's own, at the site's address by cloud
 * id (https://developer.atlassian.com/cloud/automation/api/base-paths):
 *   GET …/rest/v1/rule/summary   a page of all rules: name, state, scope; links.next is a query
 *   GET …/rest/v1/rule/{uuid}    one rule: actor, trigger, components as a tree
 * It takes an API token of somebody who administers Jira; apps, OAuth and tokens with scopes are
 * not let in. A component's value is an object, or that object as a string. Which fields it has the
 * description leaves open: what is read here is what exported rules show. A Data Center has no
 * documented interface for its rules. */
#ifndef COUNTERSIGN_JSM_AUTOMATION_H
#define COUNTERSIGN_JSM_AUTOMATION_H

#include "domain/automation.h"
#include "jsm/jsm_workflow.h"

enum { JSM_RULES_MAX = 100 }; /* of one project that are read one by one */

/* GET /_edge/tenant_info: the cloud id (jsm_auth_cloud_id reads it). */
struct jsm_call jsm_call_tenant(void);
/* A page of all rules. next: what jsm_rules_next gave, empty for the first. */
struct jsm_call jsm_call_rules(struct arena *a, struct str cloud_id, struct str next);
/* The query of the page that follows, "?cursor=…"; empty: it was the last. False: it says
 * something of a next page that is not understood, or could not stand in an address: there may be
 * more rules. Lives in the body. */
MUST_CHECK bool jsm_rules_next(const struct json *body, struct str *ret);
/* One rule; the path is empty when the id is not one. */
struct jsm_call jsm_call_rule(struct arena *a, struct str cloud_id, struct str id);

/* Ids of enabled rules on a page that reach into the project: by itself, or with everything.
 * Appended, at most JSM_RULES_MAX in all; *ret_all: how many there were, those included whose id is
 * missing or none. They live in the body. False: this is no page of rules. */
MUST_CHECK bool jsm_rules_page(const struct json *body, struct str project_id, struct str *ids,
                               size_t *count, size_t *ret_all);

/* Of whom and where it is read. Borrowed. */
struct jsm_rule_place {
    const struct jsm_workflow *flows;
    size_t flow_count;
    const struct jsm_gate_key *key;
};
/* Does an answer to jsm_call_rule hold one? What it does to tickets that follow these workflows. */
MUST_CHECK bool jsm_rule_read(struct arena *a, const struct json *body,
                              const struct jsm_rule_place *place, struct auto_rule *ret);

#endif
