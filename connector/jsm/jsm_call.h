/* jsm_call.h: the calls we make to Jira, as plain data. Pure: nothing is sent from here.
 *
 * Paths and bodies follow Atlassian's OpenAPI files (Jira Cloud platform v3, JSM). Ids that go into
 * paths are checked (digits), JQL literals are quoted with the backslash first, user text goes into
 * JSON strings and ADF text nodes only.
 */
#ifndef COUNTERSIGN_JSM_CALL_H
#define COUNTERSIGN_JSM_CALL_H

#include "base/arena.h"
#include "domain/traffic.h"
#include "domain/words.h"
#include "json/json_read.h"

/* Of jsm_saga.h and jsm_relate.h; see JSM_ROUTES. */
#define JSM_SAGA_ROUTES(X)                                                               \
    X(BIND, "PUT", CREATE, 50, "/rest/api/3/issue/{id}/properties/{key}")                \
    X(LINKS, "GET", CREATE, 100, "/rest/api/3/issue/{id}/remotelink")                    \
    X(LINK, "POST", CREATE, 100, "/rest/api/3/issue/{id}/remotelink")                    \
    X(LINK_TYPES, "GET", CREATE, 100, "/rest/api/3/issueLinkType")                       \
    X(RELATE, "POST", CREATE, 100, "/rest/api/3/issueLink")                              \
    X(PARTICIPANTS, "GET", CREATE, 100, "/rest/servicedeskapi/request/{id}/participant") \
    X(PARTICIPANT_ADD, "POST", CREATE, 100, "/rest/servicedeskapi/request/{id}/participant")

/* Of jsm_screen.h. */
#define JSM_SCREEN_ROUTES(X)                                                                   \
    X(FIELD_ADD, "POST", SWEEP, 100, "/rest/api/3/field")                                      \
    X(FIELD_FIND, "GET", SWEEP, 100, "/rest/api/3/field/search")                               \
    X(FIELD_TRASH, "POST", SWEEP, 100, "/rest/api/3/field/{id}/trash")                         \
    X(FIELD_CONTEXTS, "GET", SWEEP, 100, "/rest/api/3/field/{id}/context")                     \
    X(OPTIONS, "GET", SWEEP, 100, "/rest/api/3/field/{id}/context/{id}/option")                \
    X(OPTIONS_ADD, "POST", SWEEP, 100, "/rest/api/3/field/{id}/context/{id}/option")           \
    X(FIELD_SCREENS, "GET", SWEEP, 100, "/rest/api/3/field/{id}/screens")                      \
    X(SCREENS, "GET", SWEEP, 100, "/rest/api/3/screens")                                       \
    X(SCREEN_ADD, "POST", SWEEP, 100, "/rest/api/3/screens")                                   \
    X(SCREEN_REMOVE, "DELETE", SWEEP, 50, "/rest/api/3/screens/{id}")                          \
    X(TABS, "GET", SWEEP, 100, "/rest/api/3/screens/{id}/tabs")                                \
    X(TAB_ADD, "POST", SWEEP, 100, "/rest/api/3/screens/{id}/tabs")                            \
    X(TAB_FIELDS, "GET", SWEEP, 100, "/rest/api/3/screens/{id}/tabs/{id}/fields")              \
    X(TAB_FIELD_ADD, "POST", SWEEP, 100, "/rest/api/3/screens/{id}/tabs/{id}/fields")          \
    X(TAB_FIELD_REMOVE, "DELETE", SWEEP, 50, "/rest/api/3/screens/{id}/tabs/{id}/fields/{id}") \
    X(SCHEME_OF, "GET", SWEEP, 100, "/rest/api/3/issuetypescreenscheme/project")               \
    X(SCHEME_TYPES, "GET", SWEEP, 100, "/rest/api/3/issuetypescreenscheme/mapping")            \
    X(SCHEMES, "GET", SWEEP, 100, "/rest/api/3/screenscheme")                                  \
    X(SCHEME_EDIT, "PUT", SWEEP, 50, "/rest/api/3/screenscheme/{id}")

/* Of jsm_workflow.h. */
#define JSM_GATE_ROUTES(X)                                                                   \
    X(WORKFLOWS, "POST", SWEEP, 100, "/rest/api/3/workflows")                                \
    X(WORKFLOW_UPDATE, "POST", SWEEP, 100, "/rest/api/3/workflows/update")                   \
    X(WORKFLOW_CHECK, "POST", SWEEP, 100, "/rest/api/3/workflows/update/validation")         \
    X(CAPABILITIES, "GET", SWEEP, 100, "/rest/api/3/workflows/capabilities")                 \
    X(WORKFLOW_USAGES, "GET", SWEEP, 100, "/rest/api/3/workflow/{id}/projectUsages")         \
    X(GROUPS, "GET", SWEEP, 100, "/rest/api/3/group/bulk")                                   \
    X(GROUP_MEMBERS, "GET", SWEEP, 100, "/rest/api/3/group/member")                          \
    X(GROUP_ADD, "POST", SWEEP, 100, "/rest/api/3/group")                                    \
    X(GROUP_JOIN, "POST", SWEEP, 100, "/rest/api/3/group/user")                              \
    X(PERMISSIONS, "GET", SWEEP, 100, "/rest/api/3/mypermissions")                           \
    X(STATUSES, "GET", SWEEP, 100, "/rest/api/3/statuses/search")                            \
    X(REQUEST_TYPES, "GET", SWEEP, 100, "/rest/servicedeskapi/servicedesk/{id}/requesttype") \
    X(RESOLUTIONS, "GET", SWEEP, 100, "/rest/api/3/resolution/search")                       \
    X(RESOLUTION_LIST, "GET", SWEEP, 100, "/rest/api/3/resolution")                          \
    X(PROJECT_STATUSES, "GET", SWEEP, 100, "/rest/api/3/project/{key}/statuses")             \
    X(PROJECTS, "GET", GATE, 100, "/rest/api/3/project/search")                              \
    X(FIELDS, "GET", SWEEP, 100, "/rest/api/3/field")                                        \
    X(EDIT_SCREEN, "GET", SWEEP, 100, "/rest/api/3/issue/{id}/editmeta")                     \
    JSM_SCREEN_ROUTES(X)

/* Of jsm_automation.h: another service than Jira, which says nothing of our standing with it. */
#define JSM_RULE_ROUTES(X)                                     \
    X(TENANT, "GET", SWEEP, 100, "/_edge/tenant_info")         \
    X(RULES, "GET", SWEEP, 10, "a page of automation's rules") \
    X(RULE, "GET", SWEEP, 10, "a rule of automation")

/* Of jsm_answers.h: another service again. */
#define JSM_FORM_ROUTES(X)                                           \
    X(FORMS, "GET", GATE, 20, "the forms of a ticket")               \
    X(FORM, "GET", GATE, 20, "a form of a ticket, with its answers") \
    X(TYPE_FORM, "GET", CREATE, 20, "the form of a request type")

/* Of jsm_bulk.h. */
#define JSM_BULK_ROUTES(X)                                                \
    X(BULK_OFFER, "GET", GATE, 100, "/rest/api/3/bulk/issues/transition") \
    X(BULK_MOVE, "POST", GATE, 100, "/rest/api/3/bulk/issues/transition") \
    X(BULK_PROGRESS, "GET", GATE, 100, "/rest/api/3/bulk/queue/{task}")

/* X(suffix, method, lane, calls a second, what): every operation we use. Jira counts calls by
 * operation and method, so this is what limits are kept by; the numbers are Jira's own (burst
 * limits, page of August 2026); domain/traffic.h keeps to them. */
#define JSM_ROUTES(X)                                                                           \
    X(MYSELF, "GET", GATE, 100, "/rest/api/3/myself")                                           \
    X(SERVER_INFO, "GET", GATE, 100, "/rest/api/3/serverInfo")                                  \
    X(PROJECT, "GET", GATE, 100, "/rest/api/3/project/{key}")                                   \
    X(SEARCH, "POST", SWEEP, 100, "/rest/api/3/search/jql")                                     \
    X(ISSUE, "GET", GATE, 150, "/rest/api/3/issue/{id}")                                        \
    X(CHANGELOG, "GET", GATE, 200, "/rest/api/3/issue/{id}/changelog")                          \
    X(CHANGELOGS, "POST", GATE, 100, "/rest/api/3/changelog/bulkfetch")                         \
    X(TRANSITIONS, "GET", GATE, 100, "/rest/api/3/issue/{id}/transitions")                      \
    X(TRANSITION, "POST", GATE, 100, "/rest/api/3/issue/{id}/transitions")                      \
    X(COMMENTS, "GET", WORDS, 100, "/rest/api/3/issue/{id}/comment")                            \
    X(COMMENT_ADD, "POST", WORDS, 100, "/rest/api/3/issue/{id}/comment")                        \
    X(COMMENT_EDIT, "PUT", WORDS, 50, "/rest/api/3/issue/{id}/comment/{id}")                    \
    X(ISSUE_EDIT, "PUT", WORDS, 50, "/rest/api/3/issue/{id}")                                   \
    X(ISSUE_CREATE, "POST", CREATE, 100, "/rest/api/3/issue")                                   \
    X(REQUEST_CREATE, "POST", CREATE, 100, "/rest/servicedeskapi/request")                      \
    X(DESK, "GET", CREATE, 100, "/rest/servicedeskapi/servicedesk/{id}")                        \
    X(REQUEST_FORM, "GET", CREATE, 100,                                                         \
      "/rest/servicedeskapi/servicedesk/{id}/requesttype/{id}/field")                           \
    X(ISSUE_TYPES, "GET", CREATE, 100, "/rest/api/3/issue/createmeta/{project}/issuetypes")     \
    X(ISSUE_FORM, "GET", CREATE, 100, "/rest/api/3/issue/createmeta/{project}/issuetypes/{id}") \
    X(USER_SEARCH, "GET", CREATE, 100, "/rest/api/3/user/search")                               \
    X(FIELD_LIST, "GET", GATE, 100, "/rest/api/3/field")                                        \
    X(ORGANISATIONS, "GET", CREATE, 100, "/rest/servicedeskapi/servicedesk/{id}/organization")  \
    X(USER, "GET", CREATE, 100, "/rest/api/3/user")                                             \
    X(USERS_BULK, "GET", GATE, 100, "/rest/api/3/user/bulk")                                    \
    X(BULK_FETCH, "POST", SWEEP, 100, "/rest/api/3/issue/bulkfetch")                            \
    X(HOOKS, "GET", SWEEP, 100, "registered webhooks")                                          \
    X(HOOK_ADD, "POST", SWEEP, 100, "a webhook")                                                \
    X(HOOK_EDIT, "PUT", SWEEP, 50, "a webhook, or its end put off")                             \
    X(HOOK_REMOVE, "DELETE", SWEEP, 50, "a webhook")                                            \
    X(HOOKS_FAILED, "GET", SWEEP, 100, "/rest/api/3/webhook/failed")                            \
    JSM_SAGA_ROUTES(X)                                                                          \
    JSM_BULK_ROUTES(X)                                                                          \
    JSM_GATE_ROUTES(X)                                                                          \
    JSM_RULE_ROUTES(X)                                                                          \
    JSM_FORM_ROUTES(X)                                                                          \
    X(SLA, "GET", SWEEP, 100, "/rest/servicedeskapi/request/{id}/sla")                          \
    X(APPROVALS, "GET", GATE, 100, "/rest/servicedeskapi/request/{id}/approval")                \
    X(APPROVE, "POST", GATE, 100, "/rest/servicedeskapi/request/{id}/approval/{id}")

enum jsm_route {
#define X(suffix, method, lane, per_second, what) JSM_ROUTE_##suffix,
    JSM_ROUTES(X)
#undef X
        JSM_ROUTE_COUNT
};
extern const int32_t JSM_PER_SECOND[JSM_ROUTE_COUNT];

/* Does another service than Jira answer it? What that thinks of our credential, or how it bears up,
 * is no word on Jira. */
bool jsm_route_is_aside(enum jsm_route route);
/* Is it one of forms? Those are told by Atlassian's API for all sites, not at the site's own
 * address. */
bool jsm_route_is_of_forms(enum jsm_route route);

/* What it means when the answer of a call is lost. */
enum jsm_effect {
    JSM_READ,       /* nothing was changed: ask again */
    JSM_REPEATABLE, /* it writes, and writing the same twice is harmless */
    JSM_ONCE,       /* twice would be two of them: never sent again by the client by itself */
};

struct jsm_call {
    enum jsm_route route;
    enum jsm_effect effect;
    enum traffic_lane lane; /* of the route; a caller who knows better may change it */
    const char *method;
    struct str path;     /* with query, relative to the site's base address; empty: not a call */
    struct str body;     /* JSON, or empty */
    struct str issue_id; /* of the ticket it is about, empty when none: writes are paced by it */
    int64_t send_by_ms;  /* monotonic: not to be begun after this; 0 = its caller does not mind */
    bool silent;         /* done, it is answered with a status and nothing else, not only as 204 */
};

/* Any other call, with the method and lane of its route; body empty for none. */
struct jsm_call jsm_call_of(enum jsm_route route, enum jsm_effect effect, struct str path,
                            struct str body);

/* GET /rest/api/3/myself: who are we, and is the credential alive. */
struct jsm_call jsm_call_myself(void);
/* GET /rest/api/3/serverInfo: which site is this. Answered to strangers too. */
struct jsm_call jsm_call_server_info(void);
/* GET /rest/api/3/project/{key}: may we browse it. The path is empty without a key. */
struct jsm_call jsm_call_project(struct arena *a, struct str key);
/* POST /rest/api/3/search/jql: what changed since from_ms, oldest first. Bounds are unquoted epoch
 * milliseconds: a quoted date would be read in the account's time zone, rounded to minutes. token:
 * of the page before, or empty. field: shown of each beside `updated`; empty: none. */
struct jsm_call jsm_call_poll(struct arena *a, const struct str *projects, size_t project_count,
                              int64_t from_ms, struct str token, struct str field);
/* The same endpoint: tickets that carry the marker, with what jsm_found_read needs. field: which
 * one carries it beside labels: "description", the id of a text field; "labels" or empty: none. */
struct jsm_call jsm_call_find(struct arena *a, const struct str *projects, size_t project_count,
                              struct str marker, struct str field);
enum { JSM_UPDATED_MAX = 100 }; /* issues that one call may ask for */
/* POST /rest/api/3/issue/bulkfetch: `updated` of these issues, at most JSM_UPDATED_MAX, past the
 * search index. Those that are gone, or that we may not see, are left out of the answer. */
struct jsm_call jsm_call_updated(struct arena *a, const struct str *issue_ids, size_t count);
/* The same endpoint: one ticket of these projects that this account made, whichever. */
struct jsm_call jsm_call_own(struct arena *a, const struct str *projects, size_t project_count);
/* Was there one? Then what we make is not hidden from us. */
bool jsm_own_is_shown(const struct json *body);
/* GET issue with changelog and our binding property; the path is empty when the id is not one. */
struct jsm_call jsm_call_issue(struct arena *a, struct str issue_id);
/* The same, with these fields only ("a,b", percent-encoded where needed); empty: all fields. */
struct jsm_call jsm_call_issue_fields(struct arena *a, struct str issue_id, struct str fields);
/* The same by its key; the path is empty when that is none. For people's questions alone: a key is
 * another ticket's once it was moved and made anew. */
struct jsm_call jsm_call_issue_by_key(struct arena *a, struct str key, struct str fields);
/* Pages of the changelog, when the one inside the issue is cut. */
struct jsm_call jsm_call_changelog(struct arena *a, struct str issue_id, int64_t start_at);
enum { JSM_CHANGELOG_FIELDS_MAX = 10 }; /* that one call may ask for */
/* POST /rest/api/3/changelog/bulkfetch: the changes of one ticket to its status and to these
 * fields, oldest first, a thousand on a page; more than JSM_CHANGELOG_FIELDS_MAX - 1 fields: to
 * all. token: of the page before, or empty. The path is empty when the id is not one. */
struct jsm_call jsm_call_changelogs(struct arena *a, struct str issue_id, const struct str *fields,
                                    size_t field_count, struct str token);
struct jsm_call jsm_call_transitions(struct arena *a, struct str issue_id);
/* fields: a JSON object, or empty. */
struct jsm_call jsm_call_transition(struct arena *a, struct str issue_id, struct str transition_id,
                                    struct str fields);
/* A page of the comments, the oldest first; and where the next one begins, 0 = it was the last. */
struct jsm_call jsm_call_comments(struct arena *a, struct str issue_id, int64_t start_at);
int64_t jsm_comments_next(const struct json *page);
/* Our one comment: internal on every write (the API's default is public), marked by a property so
 * that it is found again. comment_id empty: create. */
struct jsm_call jsm_call_comment(struct arena *a, struct str issue_id, struct str comment_id,
                                 struct str adf);
#define JSM_ROLE "countersign.role" /* property of a comment */
#define JSM_ROLE_STATUS "status"
#define JSM_ROLE_TOLD "told"
/* A new comment that tells somebody; internal, and marked as that. of: which time it is, so that
 * the same words are told once each time (jsm_told_is_said). */
struct jsm_call jsm_call_tell(struct arena *a, struct str issue_id, struct str adf, struct str of);
/* What the ticket says in our name, in one write: the two fields and the property (jsm_state.h).
 * silent: nobody is mailed, for which Jira wants project administration and else answers 403. */
struct jsm_say {
    struct str fields; /* a JSON object; empty: none */
    struct said said;
    bool silent;
};
struct jsm_call jsm_call_say(struct arena *a, struct str issue_id, const struct jsm_say *say);
/* The same by a transition from any status to itself, whose screen carries the two fields: where no
 * edit screen does. Doing it twice is harmless; Jira mails as it does for a transition. */
struct jsm_call jsm_call_record(struct arena *a, struct str issue_id, struct str transition_id,
                                const struct jsm_say *say);
/* PUT issue with {"fields":...}. */
struct jsm_call jsm_call_fields(struct arena *a, struct str issue_id, struct str fields);
/* POST /rest/api/3/issue. body: as the mapping made it, with marker and binding (see
 * jsm_create_body). */
struct jsm_call jsm_call_create(struct str body);
/* POST /rest/servicedeskapi/request. body: see jsm_request_body. */
struct jsm_call jsm_call_request(struct str body);
/* GET /rest/servicedeskapi/servicedesk/projectKey:{key}: the number of a project's service desk. */
struct jsm_call jsm_call_desk(struct arena *a, struct str project);
/* GET .../servicedesk/{desk}/requesttype/{type}/field: the form of a request type. */
struct jsm_call jsm_call_request_form(struct arena *a, struct str desk, struct str type);
/* GET createmeta: which issue types a project has; a page of what the create screen of one asks. */
struct jsm_call jsm_call_issue_types(struct arena *a, struct str project);
struct jsm_call jsm_call_issue_form(struct arena *a, struct str project, struct str type,
                                    int64_t start_at);
/* GET /rest/api/3/user/search: whose address or name begins so. */
struct jsm_call jsm_call_users(struct arena *a, struct str address);
/* GET /rest/api/3/user: the one with this account id, at a Data Center with this name. */
struct jsm_call jsm_call_user(struct arena *a, struct str account);
/* GET /rest/api/3/user/bulk: those with these account ids, of Cloud. Asks for no other right than
 * to sign in. */
struct jsm_call jsm_call_accounts(struct arena *a, const struct str *accounts, size_t count);

/* Appends `project in ("A", "B")`: quoted, as a key may be a word of JQL's own. */
void jsm_jql_projects(struct buf *b, const struct str *projects, size_t count);

/* GET /rest/servicedeskapi/servicedesk/{id}/organization: a page of the organisations of a
 * project's desk, from number `start` on. The path is empty without a key. */
struct jsm_call jsm_call_organisations(struct arena *a, struct str project, int64_t start);
/* A call about one ticket: "/rest/api/3/issue/{id}{rest}", or below servicedeskapi where the route
 * is one of JSM's. For what has a file of its own; the path is empty when the id is not one. */
struct jsm_call jsm_call_about(struct arena *a, enum jsm_route route, enum jsm_effect effect,
                               struct str issue_id, const char *rest, struct str body);

/* What a create needs beside the mapped fields. */
struct jsm_create {
    struct str project, issue_type, request_type_field, request_type; /* type: may be empty */
    struct str summary, description;                                  /* plain text */
    struct str fields;       /* members of "fields" made by the mapping: {"customfield_1":...} */
    struct str marker_field; /* which field carries the marker: labels (also when empty),
                                description (whose last line it is anyway) or a text field */
    struct str labels;       /* more labels, as the inside of a JSON array; may be empty */
    struct str reporter;     /* account; empty: whoever creates it */
    struct str marker, site;
    struct str request_id; /* empty: it is no request's ticket, and is bound to none */
    struct str site_id;    /* see struct jsm_bind; empty when Jira has not told us yet */
    struct str answers;    /* of the request type's form, {"12":{"text":...}}; by request only */
};
struct str jsm_create_body(struct arena *a, const struct jsm_create *c);
/* The body for the request API: no properties, fields of the form only. Of c: summary, description
 * (left out when it is empty), fields, marker, marker_field, labels, request_type, reporter: on
 * whose behalf. Rich text is ADF. */
struct str jsm_request_body(struct arena *a, const struct jsm_create *c, struct str desk,
                            const struct str *participants, size_t participant_count);

#endif
