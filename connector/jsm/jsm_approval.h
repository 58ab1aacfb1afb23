/* jsm_approval.h: the approval that waits for the connector in the verifying status, and its
 * answer. Pure.
 *
 * GET and POST .../servicedeskapi/request/{id}/approval (Atlassian's OpenAPI file): only an
 * assigned approver may answer, 409 when it is answered already; the yes goes the transition that
 * the workflow's status names. It is a check and not a person's decision: an approval that names
 * the connector never counts as one. */
#ifndef COUNTERSIGN_JSM_JSM_APPROVAL_H
#define COUNTERSIGN_JSM_JSM_APPROVAL_H

#include "jsm/jsm_call.h"

/* Is the account among its approvers? approval: one of the list. us empty: no. */
bool jsm_approval_names(const struct json *approval, struct str us);
/* Of the reply with the list: the id of the newest open one that we may answer; empty: none. */
struct str jsm_approval_open(struct arena *a, const struct json *body, struct str us);
/* The answer yes, once: a second one is refused. The path is empty when an id is not one. */
struct jsm_call jsm_call_approve(struct arena *a, struct str issue_id, struct str approval_id);

#endif
