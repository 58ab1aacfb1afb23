/* jsm_approval.h: the approvals of a request, which Jira gives in pages. Pure. */
#ifndef COUNTERSIGN_JSM_APPROVAL_H
#define COUNTERSIGN_JSM_APPROVAL_H

#include "jsm/jsm_call.h"
#include "jsm/jsm_issue.h"

/* Of one request: each time it comes to a status that wants one there is another. */
enum { JSM_APPROVAL_PAGES_MAX = 50 }; /* of fifty each, unless Jira gives fewer at once */

/* What the pages so far hold. {0} before the first; what it points to is of their bodies. */
struct jsm_approvals {
    const struct json *newest; /* NULL: none yet */
    int64_t newest_ms;
    int64_t start; /* of the next page */
    size_t pages;
    bool last; /* there is no next page */
};

/* GET /rest/servicedeskapi/request/{id}/approval from number `start` on. The path is empty when the
 * id is not one. */
struct jsm_call jsm_call_approvals(struct arena *a, struct str issue_id, int64_t start);
/* Take one page. A list may hold earlier ones, of before the ticket went back, in an order that is
 * not promised: only the whole of it tells which is the newest. False: it is no such page, or there
 * are more than JSM_APPROVAL_PAGES_MAX. */
MUST_CHECK bool jsm_approvals_page(struct jsm_approvals *all, const struct json *body,
                                   struct err *err);
/* The newest of all into the ticket: its state, who of its approvers decided so, and while it is
 * pending who is awaited. At most LIMIT_APPROVERS are kept. */
void jsm_approvals_take(struct arena *a, const struct jsm_approvals *all, struct ticket *ticket);
/* Was it decided on an issue that we have not seen? Approvals are read after the issue: who decides,
 * and edits, in between must not be taken to have decided on what stood there before. seen_ms: the
 * decision that was known before this issue was read, 0 for none; a site may not move `updated` when
 * an approval is answered. */
bool jsm_approval_is_unseen(const struct ticket *ticket, int64_t seen_ms);

#endif
