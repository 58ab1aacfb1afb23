/* jsm_approval.h: the approvals of a request, which Jira gives in pages; and the one that waits for
 * the connector in the verifying status, with its answer. Pure.
 *
 * GET and POST .../servicedeskapi/request/{id}/approval (Atlassian's OpenAPI file): only an
 * assigned approver may answer, 409 when it is answered already; the yes goes the transition that
 * the workflow's status names. It is a check and not a person's decision: an approval that names
 * the connector never counts as one. */
#ifndef COUNTERSIGN_JSM_APPROVAL_H
#define COUNTERSIGN_JSM_APPROVAL_H

#include "jsm/jsm_call.h"
#include "jsm/jsm_issue.h"
#include "jsm/jsm_judge.h"

/* Of one request: each time it comes to a status that wants one there is another. */
enum {
    JSM_APPROVAL_PAGES_MAX = 50, /* of fifty each, unless Jira gives fewer at once */
    JSM_APPROVED_MAX = 16,       /* steps of one request that are kept */
};

/* Does the answer say that there are none? So it is of what is no request, and where we have no
 * right to see them. A token without the scope is told of like any other call that fails. */
bool jsm_approval_is_none(const struct jsm_answer *answer);

/* What the pages so far hold. Zero before the first but for what is no person; what it points to is
 * of their bodies. */
struct jsm_approvals {
    const struct str *automation; /* accounts that are no people, as jsm_user_is_listed */
    size_t automation_count;
    const struct json *newest; /* NULL: none yet */
    int64_t newest_ms;
    const struct json *approved[JSM_APPROVED_MAX]; /* all that were, in the order of the list */
    size_t approved_count;
    int64_t declined_ms; /* when the newest that was declined was made: those before it are over */
    struct str us;       /* as it was given with the newest */
    int64_t start;       /* of the next page */
    size_t pages;
    bool last; /* there is no next page */
};

/* GET /rest/servicedeskapi/request/{id}/approval from number `start` on. The path is empty when the
 * id is not one. */
struct jsm_call jsm_call_approvals(struct arena *a, struct str issue_id, int64_t start);
/* Take one page. A list may hold earlier ones, of before the ticket went back, in an order that is
 * not promised: only the whole of it tells which is the newest. One that asks us (the account;
 * empty: none does) and nobody else is none of theirs. False: it is no such page, or there are more
 * than JSM_APPROVAL_PAGES_MAX. */
MUST_CHECK bool jsm_approvals_page(struct jsm_approvals *all, const struct json *body,
                                   struct str us, struct err *err);
/* The newest of all into the ticket: its state, who of its approvers decided so, and while it is
 * pending who is awaited. Where it is approved, those too who approved in the steps before it, as
 * long as none was declined and nothing that is approved was edited since; each with his time. At
 * most LIMIT_APPROVERS are kept. What we answered beside others is no decision of a person: without
 * one it counts as pending. */
void jsm_approvals_take(struct arena *a, const struct jsm_approvals *all, struct ticket *ticket);
/* Was it decided on an issue that we have not seen? Approvals are read after the issue: who
 * decides, and edits, in between must not be taken to have decided on what stood there before.
 * seen_ms: the decision that was known before this issue was read, 0 for none; a site may not move
 * `updated` when an approval is answered. */
bool jsm_approval_is_unseen(const struct ticket *ticket, int64_t seen_ms);

/* Of one page: the id of the newest open one that asks us alone and that we may answer; empty:
 * none. */
struct str jsm_approval_open(struct arena *a, const struct json *body, struct str us);
/* The answer yes, once: a second one is refused. The path is empty when an id is not one. */
struct jsm_call jsm_call_approve(struct arena *a, struct str issue_id, struct str approval_id);

#endif
