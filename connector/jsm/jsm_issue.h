/* jsm_issue.h: Jira's JSON into our plain structs. Tolerant of members we do not know; what we need
 * and do not find makes the read fail, never guess. Pure. */
#ifndef COUNTERSIGN_JSM_ISSUE_H
#define COUNTERSIGN_JSM_ISSUE_H

#include "base/arena.h"
#include "domain/gate.h"
#include "json/json_read.h"

/* Which status plays which part (from the mapping): by name, exactly. Others: Done category means
 * done. */
struct jsm_status_role {
    struct str name;
    enum status_role role;
};
struct jsm_view {
    struct str our_account; /* accountId of the connector */
    const struct jsm_status_role *statuses;
    size_t status_count;
};

/* One issue as GET with expand=changelog gives it. False: something we need is missing (err says
 * what). */
MUST_CHECK bool jsm_issue_read(struct arena *a, const struct json *issue,
                               const struct jsm_view *view, struct ticket *ret, struct err *err);
/* True when the changelog inside the issue does not hold its newest entries: read the pages. */
bool jsm_issue_changelog_is_cut(const struct json *issue);
/* Take a page of GET changelog into a ticket that was read before. *ret_next: start of the next
 * page, 0 = last. */
MUST_CHECK bool jsm_issue_changelog_page(struct arena *a, const struct json *page,
                                         const struct jsm_view *view, struct ticket *ticket,
                                         int64_t *ret_next, struct err *err);

/* The newest finished approval of the request into the ticket: state and who decided. */
void jsm_approvals_read(const struct json *body, struct ticket *ticket);

/* One page of search/jql. */
struct jsm_hit {
    struct str issue_id, key;
    int64_t updated_ms;
};
struct jsm_page {
    const struct jsm_hit *hits;
    size_t count;
    struct str next_token; /* empty: last page */
};
MUST_CHECK bool jsm_page_read(struct arena *a, const struct json *body, struct jsm_page *ret,
                              struct err *err);
/* A marker search: live tickets that are bound to this request (label or property), clones told
 * apart by their creator. */
MUST_CHECK bool jsm_found_read(struct arena *a, const struct json *body,
                               const struct jsm_view *view, struct find_result *ret,
                               struct err *err);
/* Id of our status comment among the comments, empty when there is none. */
struct str jsm_comment_find(struct arena *a, const struct json *comments);
enum status_category jsm_category(struct str key);

#endif
