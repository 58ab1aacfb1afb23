/* jsm_workflow.h: a workflow of Jira Cloud, read into the roads of domain/roads.h, changed by a
 * plan of domain/gate_plan.h, and put back. Pure.
 *
 * POST /rest/api/3/workflows gives it, POST /rest/api/3/workflows/update takes it (Atlassian's
 * OpenAPI file). An update is complete: a transition that is left out is deleted, so all that we do
 * not understand is sent back as it came, ids of rules included.
 *
 * A document is one workflow with the statuses it uses, as canonical JSON (RFC 8785): without what
 * Jira changes by itself (version, dates, tasks), statuses and transitions in the order of their
 * ids. Two documents are the same workflow when their bytes are the same. */
#ifndef COUNTERSIGN_JSM_WORKFLOW_H
#define COUNTERSIGN_JSM_WORKFLOW_H

#include "domain/gate_plan.h"
#include "jsm/jsm_call.h"
#include "jsm/jsm_issue.h"

enum {
    JSM_WORKFLOWS_MAX = 16,               /* of one project's governed issue types */
    JSM_WORKFLOW_BYTES = 4 * 1024 * 1024, /* of one document */
};

/* Who may close: a group (company-managed projects), or the account itself (team-managed, where
 * accountIds are allowed). */
struct jsm_gate_key {
    struct str group_id, account_id;
    struct str proof_id; /* our field that stays empty; empty: there is none */
    bool demanding;      /* people's roads into done demand it, else they are restricted */
    struct str
        approver_id; /* our field that names who approves in the verifying status; or empty */
    bool approving;  /* an approval waits there for the connector */
    struct str resolution_id; /* what the road sets that its answer goes; empty: not known */
    struct str screen_id;     /* of the loop by which we write our fields; empty: none is wanted */
};

struct jsm_workflow {
    struct workflow roads; /* what the document says */
    struct str doc;        /* its text */
    const struct json *json;
    struct str version_id; /* empty when it was not read from Jira */
    int64_t version;
    bool editable, busy; /* busy: an update of it is under way */
};

/* All workflows of a reply, at most JSM_WORKFLOWS_MAX. view: what the mapping calls the statuses.
 * False: not such a reply, or one that is longer than we look at (err says what). Everything lives
 * in the arena. */
MUST_CHECK bool jsm_workflows_read(struct arena *a, const struct json *body,
                                   const struct jsm_view *view, const struct jsm_gate_key *key,
                                   struct jsm_workflow *ret, size_t *ret_count, struct err *err);
/* The same from a document. */
MUST_CHECK bool jsm_workflow_parse(struct arena *a, struct str doc, const struct jsm_view *view,
                                   const struct jsm_gate_key *key, struct jsm_workflow *ret,
                                   struct err *err);

/* A status of the site, as all projects have it (one of a team-managed project: as it has it): an
 * update that names it by its id writes all of this for all of them. id empty: none. */
struct jsm_status {
    struct str id, name, category, description; /* category: Atlassian's word, as it was read */
};

/* What a plan needs beside it. */
struct jsm_gate_words {
    struct jsm_gate_key key;
    struct str verify_name;  /* of the verifying status, where it is added */
    struct str verify_ref;   /* a UUID, or the id of a status of that name that exists */
    struct jsm_status found; /* that one, sent back as it is; without an id: it is made */
};
/* The document as the plan leaves it; empty when it would be longer than JSM_WORKFLOW_BYTES.
 * Without a screen in words->key it goes without the loop. */
struct str jsm_workflow_apply(struct arena *a, const struct jsm_workflow *flow,
                              const struct gate_plan *plan, const struct jsm_gate_words *words);

/* A workflow as it was, as we have left it, and as it is. guessed: nobody has seen what Jira made
 * of our change, and after is what we asked for: names of rules and statuses differ. */
struct jsm_undo {
    struct str before, after, now;
    bool guessed;
};
/* Take our changes out of what is there now, each status and transition by its id: what is as we
 * left it becomes what it was, what we did not change stays as others left it. Where both have
 * changed a transition, its members are settled one by one, and of its conditions only our rule
 * goes. What we added goes, even when others have changed it: ret_notes names it then. With now the
 * same as after the result is before, to the byte. False: what we added is used by others, or it is
 * guessed whose a change is; err names it. */
MUST_CHECK bool jsm_workflow_undo(struct arena *a, const struct jsm_undo *of, struct str *ret,
                                  struct str *ret_notes, struct err *err);

/* Calls. route: the bodies hold all that Jira needs. pairs: "projectId", "issueTypeId" by turns. */
struct jsm_call jsm_call_workflows(struct arena *a, const struct str *pairs, size_t pair_count);
struct jsm_call jsm_call_workflow(struct arena *a, struct str workflow_id);
/* The update of the version that was read, or its validation. moved_ref, to_ref: tickets in that
 * status, which the document has no more, go there; empty: none. */
struct jsm_call jsm_call_workflow_update(struct arena *a, struct str doc, struct str version_id,
                                         int64_t version, struct str moved_ref, struct str to_ref,
                                         bool validate_only);
/* What the validation says, as sentences of one line each; *ret_errors: how many of them speak
 * against the update. */
struct str jsm_workflow_complaints(struct arena *a, const struct json *body, size_t *ret_errors);
/* GET /rest/api/3/workflows/capabilities, and is the rule offered there? */
struct jsm_call jsm_call_capabilities(struct arena *a, struct str project_id, struct str type_id);
bool jsm_rule_is_offered(const struct json *body, const char *rule_key);
/* GET /rest/api/3/workflow/{id}/projectUsages: a page of the projects that use it. */
struct jsm_call jsm_call_workflow_usages(struct arena *a, struct str workflow_id, struct str token);
/* Those of a page that are not `own`, by id: *list grows to "1, 2"; after `most` of them, counted
 * in *count over all pages, it ends with "and more". Returns where it goes on; empty: that was the
 * last page, or further ones would not be named. Borrowed from the body. */
struct str jsm_usages_page(struct arena *a, const struct json *body, struct str own, size_t most,
                           struct str *list, size_t *count);

/* GET /rest/api/3/project/search: of such a list, "1, 2, and more", the projects that we may see;
 * and the list with their keys, where an id of none of them stays as "#id". The path is empty
 * without an id. */
struct jsm_call jsm_call_projects(struct arena *a, struct str list);
struct str jsm_projects_named(struct arena *a, const struct json *body, struct str list);

/* Groups: by name, its members from start_at on, made, joined. */
struct jsm_call jsm_call_group(struct arena *a, struct str name);
struct jsm_call jsm_call_group_members(struct arena *a, struct str group_id, int64_t start_at);
struct jsm_call jsm_call_group_add(struct arena *a, struct str name);
struct jsm_call jsm_call_group_join(struct arena *a, struct str group_id, struct str account_id);
/* GET /rest/api/3/mypermissions: keys "A,B", of a project or (empty) of the site; the answer. */
struct jsm_call jsm_call_permissions(struct arena *a, const char *keys, struct str project_id);
bool jsm_has_permission(const struct json *body, const char *key);
/* GET /rest/api/3/statuses/search: is there one of this name that all projects share, or that a
 * team-managed project (its number) has for itself, and that does not mean done? Case does not tell
 * names of statuses apart. */
struct jsm_call jsm_call_statuses(struct arena *a, struct str name, struct str project_id);
struct jsm_status jsm_status_find(struct arena *a, const struct json *body, struct str name,
                                  struct str project_id);
/* GET /rest/api/3/resolution/search: the id of the one that is called Done, else of the site's
 * default, else of the first; empty: there is none. */
struct jsm_call jsm_call_resolutions(void);
struct str jsm_resolution_pick(struct arena *a, const struct json *body);
/* GET /rest/api/3/resolution: all of them, an array; at a Data Center too. */
struct jsm_call jsm_call_resolution_list(void);
/* GET /rest/api/3/project/{key}/statuses: the statuses of each issue type of a project, an array;
 * for whoever may browse it, at a Data Center too. The path is empty without a key. */
struct jsm_call jsm_call_project_statuses(struct arena *a, struct str project);
/* GET /rest/api/3/field: all fields we may see; is one of this id among them? */
struct jsm_call jsm_call_all_fields(void);
bool jsm_has_field(const struct json *body, struct str id);
/* GET .../servicedesk/projectKey:{key}/requesttype: a page of a desk's request types. */
struct jsm_call jsm_call_request_types(struct arena *a, struct str project, int64_t start_at);
/* Tickets of a project for the self-test, newest first, and what of them is read. */
struct jsm_sampling {
    struct str project;
    struct str field, request_type; /* fields that are read, too; empty: not */
    struct str status;              /* only those in the one of that number; empty: in any */
    bool filled; /* only those that have a value in `field`, one of ours (customfield_N) */
};
struct jsm_call jsm_call_samples(struct arena *a, const struct jsm_sampling *of);
/* What an edit screen of one offers; the transitions of one, unavailable ones too. */
struct jsm_call jsm_call_edit_screen(struct arena *a, struct str issue_id);
struct jsm_call jsm_call_all_transitions(struct arena *a, struct str issue_id);

#endif
