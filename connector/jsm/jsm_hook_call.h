/* jsm_hook_call.h: the webhooks registered at a site: calls to list and change them, and what is
 * wrong with them. Pure: nothing is sent from here.
 *
 * Three registries, each with a form of its own:
 *   admin  /rest/webhooks/1.0/webhook of Cloud; Administer Jira; permanent; a secret is written,
 *          never read (isSigned tells that there is one)
 *          (https://developer.atlassian.com/cloud/jira/platform/webhooks/)
 *   app    /rest/api/3/webhook, apps only; ends after 30 days unless refreshed; registering answers
 *          200 with a fault for each one refused (Atlassian's OpenAPI file)
 *   dc     Data Center: /rest/jira-webhook/1.0/webhooks from 10 on, the same as Cloud's before.
 * Read only here, since how a secret is written there is documented nowhere */
#ifndef COUNTERSIGN_JSM_HOOK_CALL_H
#define COUNTERSIGN_JSM_HOOK_CALL_H

#include "jsm/jsm_call.h"

enum jsm_hook_registry { JSM_HOOKS_ADMIN, JSM_HOOKS_APP, JSM_HOOKS_DC, JSM_HOOKS_DC_OLD };

/* The events that tell of what a governed ticket goes through. A property that somebody writes
 * moves no `updated`: no search finds it. The last two are Cloud's; of Data Center nobody documents
 * them. */
#define JSM_HOOK_EVENTS(X)                \
    X(CREATED, "jira:issue_created")      \
    X(UPDATED, "jira:issue_updated")      \
    X(DELETED, "jira:issue_deleted")      \
    X(COMMENTED, "comment_created")       \
    X(COMMENT_EDITED, "comment_updated")  \
    X(COMMENT_GONE, "comment_deleted")    \
    X(PROPERTY_SET, "issue_property_set") \
    X(PROPERTY_GONE, "issue_property_deleted")

enum jsm_hook_event {
#define X(suffix, name) JSM_HOOK_EVENT_##suffix,
    JSM_HOOK_EVENTS(X)
#undef X
        JSM_HOOK_EVENT_COUNT
};
extern const char *const JSM_HOOK_EVENT_NAMES[JSM_HOOK_EVENT_COUNT];
/* How many of them, from the first on, that registry is to tell of. */
size_t jsm_hook_event_count(enum jsm_hook_registry registry);

enum {
    JSM_HOOKS_MAX = 200,        /* of one site: what is beyond is not looked at */
    JSM_HOOK_CALLS_MAX = 8,     /* of one repair; what is left is done by the next */
    JSM_HOOK_REFRESH_DAYS = 20, /* of the 30: refreshed while fewer are left */
};

/* What should be registered: exactly one that is right. */
struct jsm_hook_want {
    enum jsm_hook_registry registry;
    struct str url; /* of ours, for this site */
    const struct str *projects;
    size_t project_count;
    struct str secret; /* only for a repair of JSM_HOOKS_ADMIN */
};

/* One that is registered. */
struct jsm_hook_entry {
    struct str id, name, url, jql;
    unsigned events; /* bits of enum jsm_hook_event */
    bool enabled, is_signed, exclude_body;
    int64_t expires_ms; /* JSM_HOOKS_APP; 0: not said */
};
struct jsm_hook_list {
    struct jsm_hook_entry entries[JSM_HOOKS_MAX];
    size_t count;
    bool last; /* no more pages */
};

/* A page of the list, from the start_at-th on (only JSM_HOOKS_APP has pages), and what it says,
 * appended to `list`. False: not such a list. */
struct jsm_call jsm_call_hooks(struct arena *a, enum jsm_hook_registry registry, size_t start_at);
MUST_CHECK bool jsm_hooks_read(struct arena *a, enum jsm_hook_registry registry,
                               const struct json *body, struct jsm_hook_list *list,
                               struct err *err);

/* X(suffix, name in JSON) */
#define JSM_HOOK_FAULTS(X)  \
    X(MISSING, "missing")   \
    X(DOUBLE, "double")     \
    X(DISABLED, "disabled") \
    X(EVENTS, "events")     \
    X(PROJECTS, "projects") \
    X(UNSIGNED, "unsigned") \
    X(NO_BODY, "no_body")   \
    X(ENDS, "ends_soon")

enum jsm_hook_fault {
#define X(suffix, name) JSM_HOOK_FAULT_##suffix,
    JSM_HOOK_FAULTS(X)
#undef X
        JSM_HOOK_FAULT_COUNT
};
extern const char *const JSM_HOOK_FAULT_NAMES[JSM_HOOK_FAULT_COUNT];

/* What is wrong with those that come to our address, as bits of enum jsm_hook_fault; 0: nothing.
 * *ret_best: the one closest to right, NULL when none comes to us. Others' are none of our
 * business. now_ms: wall clock. */
unsigned jsm_hooks_judge(const struct jsm_hook_want *want, const struct jsm_hook_list *list,
                         int64_t now_ms, const struct jsm_hook_entry **ret_best);

/* The calls that make it right, in order; their number. Never makes two, touches none that comes to
 * another address. None for Data Center. Sent again after a lost answer they do no harm, except
 * the one that registers: look at the list first. */
size_t jsm_hooks_plan(struct arena *a, const struct jsm_hook_want *want,
                      const struct jsm_hook_list *list, int64_t now_ms,
                      struct jsm_call calls[JSM_HOOK_CALLS_MAX]);
/* Jira's word against a registration inside an answer of 200; empty: it was taken. */
struct str jsm_hook_refusal(const struct json *body);

/* Deliveries that Jira gave up, oldest first; apps only (Connect, as documented).
 * GET /rest/api/3/webhook/failed?after= */
struct jsm_call jsm_call_hooks_failed(struct arena *a, int64_t after_ms);
struct jsm_hook_failed {
    struct str id;   /* X-Atlassian-Webhook-Identifier */
    struct str url;  /* where it was sent */
    struct str body; /* empty: Jira does not have it any more */
    int64_t failed_ms;
};
/* At most `max` of them. *ret_more: the page was full, ask again after the last one's time. */
size_t jsm_hooks_failed_read(const struct json *body, struct jsm_hook_failed *rows, size_t max,
                             bool *ret_more);

/* "project in (IAM, OPS)": the filter that is registered. */
struct str jsm_hook_jql(struct arena *a, const struct str *projects, size_t project_count);

#endif
