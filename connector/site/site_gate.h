/* site_gate.h: the gate of one project, as Jira has it now: its workflows, who may close, what else
 * counts. Used by `countersign gate` and by the service, which proves it again and again. */
#ifndef COUNTERSIGN_SITE_SITE_GATE_H
#define COUNTERSIGN_SITE_SITE_GATE_H

#include "domain/gate_part.h"
#include "domain/gate_plan.h"
#include "jsm/jsm_automation.h"
#include "site/site.h"

enum {
    SITE_GATE_TYPES_MAX = 32,   /* governed issue types of one project */
    SITE_GATE_SHARED_MAX = 20,  /* projects named that share a workflow */
    SITE_GATE_TICKETS_MAX = 6,  /* looked at in a self-test */
    SITE_GATE_MEMBERS_MAX = 20, /* strangers named */
    SITE_GATE_PORTAL_MAX = 8,   /* request types whose word for the verifying status is told */
};

/* Who looks. All borrowed; reader and own may be the same, agent may be NULL. */
struct site_gate_eyes {
    struct site *reader; /* reads workflows and groups; an administrator's, where there is one */
    struct site *own;    /* the connector itself */
    struct site *agent;  /* an ordinary agent */
    bool without_rules;  /* of automation: for a plan, which changes none of them */
    bool without_fields; /* the gate is known all the same when our fields and screens are not */
    bool rules_seen;     /* all of them, once: without them the gate is not known any more */
};

/* One offer of a self-test. */
struct site_gate_try {
    struct str ticket, who; /* key; "agent", "connector" */
    size_t offered;         /* roads into a status that means done */
};

/* What customers read of the verifying status, as a ticket that stands there showed it. */
struct site_gate_read {
    struct str request_type, name; /* as people call both */
    enum gate_portal says;
};

struct site_gate {
    struct str project, project_id, style; /* style: as Jira calls it */
    bool known;                            /* all of it could be read */
    char why[520];                         /* what could not, for people */
    bool denied;                           /* for want of a right */
    bool broken_off;                       /* another mapping waits: it is to be looked at again */
    struct jsm_workflow flows[JSM_WORKFLOWS_MAX];
    size_t flow_count;
    bool flows_none; /* we may read workflows, and Jira knows none of those we asked for */
    struct str shared[JSM_WORKFLOWS_MAX]; /* other projects that use it: "OPS, HR, and more" */
    bool parts_unread; /* our fields and screens could not be read, or not to the end */
    bool users_unread; /* of some workflow nobody told which projects use it */
    struct gate_abilities able;
    struct gate_facts facts;
    struct jsm_gate_key key;
    struct jsm_status verify_status;             /* of that name, where one exists */
    struct str strangers[SITE_GATE_MEMBERS_MAX]; /* in the group, by name */
    struct gate_parts_there there;               /* our fields and their screens */
    struct str unshown;                          /* why not all of that could be read; or empty */
    struct str missing;                          /* ids of our fields that do not exist */
    struct str editable;                         /* our fields on the edit screen: "Access check" */
    struct auto_rule rules[JSM_RULES_MAX];       /* of automation: those that bear on a close */
    size_t rule_count, rules_all; /* all: how many enabled ones reach into the project */
    struct str rules_unseen;      /* why not all of them were read, and what helps; or empty */
    struct site_gate_try tries[2 * SITE_GATE_TICKETS_MAX];
    size_t try_count;
    struct site_gate_read reads[SITE_GATE_PORTAL_MAX];
    size_t read_count;
    const char *not_tried; /* as an agent, why not; NULL: it was, or not even that far was looked */
};
typedef void site_gate_fn(void *arg, const struct site_gate *gate);

/* Look at one project, about twenty calls one after the other, and one for each rule of automation.
 * Calls back exactly once, never from inside; all of it lives in the arena. */
void site_gate_look(const struct site_gate_eyes *eyes, struct arena *arena, struct str project,
                    site_gate_fn *fn, void *arg);
/* The same for one of its workflows only: is it still what it was? flow_count is 1 or 0;
 * flows_none: it was deleted. */
void site_gate_read(struct site *reader, struct arena *arena, const struct jsm_gate_key *key,
                    struct str workflow_id, site_gate_fn *fn, void *arg);
/* How the verifying status is called in this mapping. Borrowed from the site. */
struct str site_gate_verify_name(const struct site *site);
/* Roads that stand open and findings that fail, of all workflows, and rules that close. */
size_t site_gate_open(const struct site_gate *gate);
/* Does any road into done stand open? How many rules of automation does the gate not hold? */
bool site_gate_roads_open(const struct site_gate *gate);
size_t site_gate_rules_open(const struct site_gate *gate);

/* Send a call, and again while Jira says "later" or that another update runs, at most for a minute
 * or two. Calls back exactly once, never from inside. */
void site_gate_send(struct site *site, struct arena *arena, const struct jsm_call *call,
                    site_answer_fn *fn, void *arg);

#endif
