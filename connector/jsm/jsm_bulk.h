/* jsm_bulk.h: many tickets in one call: read together, moved together. Pure.
 *
 * Moving is a task that Jira works on after it has answered: `POST /rest/api/3/bulk/issues/
 * transition` takes up to 1,000 tickets (one transition for those of a workflow), tells the number
 * of its task, and `GET /rest/api/3/bulk/queue/{taskId}` what became of each ticket. Each is moved
 * as if by itself: a transition that its status no longer offers fails for that ticket alone. It
 * wants the global permission to change in bulk, and "at any given time, only 5 concurrent requests
 * can be sent across all users" (Jira platform v3, issue bulk operations, August 2026). A Data
 * Center has none of it. */
#ifndef COUNTERSIGN_JSM_BULK_H
#define COUNTERSIGN_JSM_BULK_H

#include "domain/bulk.h"
#include "jsm/jsm_call.h"
#include "jsm/jsm_issue.h"

enum {
    JSM_ISSUES_MAX = 100, /* that one read may ask for */
    JSM_BULK_WORKFLOWS_MAX = 8,
};

/* POST /rest/api/3/issue/bulkfetch: these tickets, each as jsm_call_issue_fields asks for it, for
 * the gate. fields: "a,b" without escapes; empty: all. */
struct jsm_call jsm_call_issues(struct arena *a, const struct str *issue_ids, size_t count,
                                struct str fields);

/* GET /rest/api/3/bulk/issues/transition: which transitions these tickets share, workflow by
 * workflow; only such as want no field filled in. The path is empty when one is no id. */
struct jsm_call jsm_call_bulk_offer(struct arena *a, const struct str *issue_ids, size_t count);
/* Number of the workflow in that answer to which the ticket belongs; JSM_BULK_WORKFLOWS_MAX: it is
 * not among them. */
size_t jsm_bulk_workflow(const struct json *offer, struct str key);
/* Do the tickets of that workflow share that transition? */
bool jsm_bulk_offers(const struct json *offer, size_t workflow, struct str transition_id);
/* May tickets be moved by it that we read some seconds ago? GET transitions of one of them. Not
 * where it leads from every status: whoever has moved a ticket meanwhile would see it moved on. */
bool jsm_bulk_is_bound(const struct json *transitions, struct str transition_id);

/* One ticket that is moved, and the transition of its workflow. */
struct jsm_bulk_move {
    struct str issue_id;
    size_t workflow; /* below JSM_BULK_WORKFLOWS_MAX */
};
/* POST /rest/api/3/bulk/issues/transition; nobody is mailed. transition_ids: by workflow. */
struct jsm_call jsm_call_bulk_move(struct arena *a, const struct jsm_bulk_move *moves, size_t count,
                                   const struct str *transition_ids);
/* Of its answer; empty: it does not say. */
struct str jsm_bulk_task(const struct json *body);

/* GET /rest/api/3/bulk/queue/{taskId}; the path is empty when that is no number. */
struct jsm_call jsm_call_bulk_progress(struct arena *a, struct str task_id);
/* How the task stands: a word we do not know is running. */
enum bulk_task jsm_bulk_stands(const struct json *progress);
/* What it says of one ticket; why: Jira's words when it refused. */
enum bulk_word jsm_bulk_says(const struct json *progress, struct str issue_id, struct str *ret_why);

#endif
