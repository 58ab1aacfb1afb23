/* automation.h: rules of Jira's automation that bear on a close, judged. Pure.
 *
 * A rule acts on behalf of somebody, and its transitions obey the workflow's conditions as that
 * account's do: a gated road holds a rule back, too, unless it acts as the connector. The actor may
 * be an account or whoever set the rule off; every write of ours sets rules off. Sources:
 * https://developer.atlassian.com/cloud/automation/rest/api-group-rule-management/ (what a rule
 * is), https://support.atlassian.com/cloud-automation/docs/what-is-a-rule-actor/. */
#ifndef COUNTERSIGN_DOMAIN_AUTOMATION_H
#define COUNTERSIGN_DOMAIN_AUTOMATION_H

#include "domain/roads.h"

enum rule_actor { RULE_AS_OTHERS, RULE_AS_US, RULE_AS_WHOEVER };
/* What one enabled rule does to tickets of ours. Strings are borrowed. */
struct auto_rule {
    struct str id, name;
    enum rule_actor actor;
    bool closes;   /* it leads into a status that means done */
    bool wanders;  /* it leads somewhere, or answers approvals, and nobody can tell where to */
    bool cancels;  /* it leads to what the mapping calls cancelled or declined */
    bool passes;   /* it ignores the conditions of the transition */
    bool resolves; /* it sets the resolution without going into done */
    bool fills;    /* it writes the field that the gate hangs on */
    bool is_after; /* it starts only when a ticket is done already */
};

/* X(suffix, name in JSON, state, in words) */
#define RULE_REASONS(X)                                                                         \
    X(FILLS, "writes_lock", OPEN, "it writes the field that the gate hangs on: take that out")  \
    X(AS_US, "acts_as_connector", OPEN,                                                         \
      "it leads into done as the connector's account: let another account be its actor")        \
    X(AS_WHOEVER, "acts_as_whoever", OPEN,                                                      \
      "it leads into done as whoever set it off, which may be the connector: let one account "  \
      "be its actor")                                                                           \
    X(PASSES, "ignores_conditions", OPEN,                                                       \
      "it leads into done past the conditions of the transition: take that option off")         \
    X(ROADS, "roads_open", OPEN, "it leads into done, and a road there stands open, see above") \
    X(RESOLVES, "sets_resolution", OPEN,                                                        \
      "it sets the resolution: a ticket looks resolved without a transition; take that out")    \
    X(HELD, "held", GATED, "it leads into done, and every road there is closed to its actor")   \
    X(AFTER, "done_already", LEFT, "it sets the resolution of what is done already")            \
    X(CANCELS, "cancelled", LEFT,                                                               \
      "it leads to what the mapping calls cancelled or declined: no access is claimed there")   \
    X(ASIDE, "aside", LEFT, "it does nothing about a close")

enum rule_reason {
#define X(suffix, name, state, words) RULE_BECAUSE_##suffix,
    RULE_REASONS(X)
#undef X
        RULE_REASON_COUNT
};
extern const char *const RULE_REASON_NAMES[RULE_REASON_COUNT];
extern const char *const RULE_REASON_WORDS[RULE_REASON_COUNT];

/* The worst that can be said of it. roads_open: does any road into done stand open to others than
 * the connector. */
enum rule_reason auto_rule_judge(const struct auto_rule *rule, bool roads_open);
enum road_state auto_rule_state(enum rule_reason reason);

#endif
