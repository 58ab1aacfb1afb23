/* site_gate_priv.h: what the files of a look at a gate share: what is asked, in which order, and
 * what of the answers is kept. */
#ifndef COUNTERSIGN_SITE_SITE_GATE_PRIV_H
#define COUNTERSIGN_SITE_SITE_GATE_PRIV_H

#include "site/site_gate.h"

struct look {
    struct site_gate_eyes eyes;
    struct arena *arena;
    struct site_gate *gate;
    size_t step;
    int64_t page; /* start of the next one, of steps with pages */
    size_t pages, index, pair_count, ticket_count;
    struct str pairs[2 * SITE_GATE_TYPES_MAX]; /* project and issue type */
    bool more_pairs;                           /* there are more than we look at */
    struct str tickets[SITE_GATE_TICKETS_MAX], keys[SITE_GATE_TICKETS_MAX];
    enum status_role roles[SITE_GATE_TICKETS_MAX];
    struct str seen[SITE_GATE_TICKETS_MAX], seen_types[SITE_GATE_TYPES_MAX]; /* of those, by name */
    bool unasked; /* of the ticket in hand: no approval waits there for the connector */
    struct str typed[SITE_GATE_TYPES_MAX]; /* one ticket of each issue type: their screens differ */
    size_t typed_count, unread_screens;
    struct str scheme; /* issue type screen scheme of the project */
    struct str serves[SITE_GATE_TYPES_MAX], serves_others; /* screen scheme of each pair */
    struct str resolution;                                 /* ids of the screens that carry it */
    bool admin;                                            /* the reader administers Jira */
    struct str usages_next; /* of the workflow in hand: next page of who else uses it */
    size_t usages_count;
    struct str cloud_id, next; /* of the rules of automation: next page */
    struct str rule_ids[JSM_RULES_MAX];
    size_t rule_count;
    site_gate_fn *fn;
    void *arg;
};

/* What one step asks: false when there is nothing to ask. */
typedef bool look_build_fn(struct look *l, struct site **ret_site, struct jsm_call *ret);
/* What it keeps of the answer: true when the same step goes on with the next page or ticket. It
 * gets answers that are OK, and those it can do without. */
typedef bool look_take_fn(struct look *l, const struct jsm_answer *answer);

/* What is read further still counts; the gate as a whole is not known. */
void look_not_all(struct look *l, const char *what, const char *why);
enum road_known look_known(bool yes);

/* site_gate_project.c: the project, whose rights count, the connector's group */
look_build_fn look_build_project, look_build_types, look_build_rights, look_build_own_rights,
    look_build_group, look_build_members;
look_take_fn look_take_project, look_take_types, look_take_rights, look_take_own_rights,
    look_take_group, look_take_members;
/* site_gate_screen.c: our two fields, and the screens of the project */
look_build_fn look_build_named, look_build_mapped, look_build_shown, look_build_scheme,
    look_build_scheme_types, look_build_schemes, look_build_resolution, look_build_resolutions,
    look_build_screens;
look_take_fn look_take_named, look_take_mapped, look_take_shown, look_take_scheme,
    look_take_scheme_types, look_take_schemes, look_take_resolution, look_take_resolutions,
    look_take_screens;
/* site_gate_flow.c: its workflows, and who else uses them */
look_build_fn look_build_flows, look_build_rules, look_build_usages, look_build_names,
    look_build_statuses;
look_take_fn look_take_flows, look_take_rules, look_take_usages, look_take_names,
    look_take_statuses;
/* site_gate_rules.c: the rules of automation */
look_build_fn look_build_tenant, look_build_rules_all, look_build_rule;
look_take_fn look_take_tenant, look_take_rules_all, look_take_rule;
/* site_gate_ticket.c: what tickets of it show */
look_build_fn look_build_samples, look_build_screen, look_build_fields, look_build_words,
    look_build_agent, look_build_own;
look_take_fn look_take_samples, look_take_screen, look_take_fields, look_take_words,
    look_take_agent, look_take_own;

#endif
