/* jsm_issue.h: Jira's JSON into our plain structs. Tolerant of members we do not know; what we need
 * and do not find makes the read fail, never guess. Pure. */
#ifndef COUNTERSIGN_JSM_ISSUE_H
#define COUNTERSIGN_JSM_ISSUE_H

#include "base/arena.h"
#include "domain/look.h"
#include "json/json_read.h"

/* Which status plays which part (from the mapping): by name, exactly. Others: Done category means
 * done. */
struct jsm_status_role {
    struct str name;
    enum status_role role;
};
/* Fields in which an exception is asked for and answered (the mapping's `exception`). */
struct jsm_plea_fields {
    struct str asked, until, owner, control,
        decision;                  /* ids; asked empty: it cannot be asked for */
    struct str approved, declined; /* options of the decision */
    const struct str *approvers;   /* person keys, or account ids */
    size_t approver_count;
};
struct jsm_view {
    struct str our_account;   /* jsm_user_id of the connector */
    struct str site, site_id; /* this site: name in the configuration, address Jira says it has */
    struct str marker_field;  /* where a marker may stand beside labels; see jsm_marker.h */
    const struct jsm_status_role *statuses;
    size_t status_count;
    /* what a resolution says of a ticket in a status that means done; others: it is done */
    const struct jsm_status_role *resolutions;
    size_t resolution_count;
    /* ids of those whose changes are looked for: first those that say what is approved, then those
     * of an exception asked for, and what belongs to it */
    const struct str *fields;
    size_t field_count;            /* of the first */
    size_t history_count;          /* of all */
    const struct str *field_names; /* theirs, where a changelog names fields (jsm_names.h); an empty
                                    * one matches nothing; NULL: it has ids */
    struct str check_field,
        reason_field; /* "Access check" and its reason; empty: the site has none */
    /* ids of what the gate has added to workflows, "51,61": transitions, and verifying statuses. A
     * name is people's to change; the same number is another road in another workflow */
    struct str own_roads, own_statuses;
    bool approving; /* we close by answering an approval where one waits for us */
    bool demanded;  /* roads into Done are shown that demand what nobody fills: see jsm_pick.h */
    struct jsm_plea_fields plea;
    const struct str
        *projects; /* keys of those we look after; a ticket elsewhere is gone. NULL: all */
    size_t project_count;
};

/* What a status means: as the mapping names it, else by its category: Done is done. ret_named: does
 * the mapping name it; may be NULL. */
enum status_role jsm_role(const struct jsm_view *view, struct str name,
                          enum status_category category, bool *ret_named);
/* The same of a status that has an id, too: the verifying one that the gate has added stays that,
 * whatever people call it, unless the mapping names it otherwise. */
enum status_role jsm_role_by_id(const struct jsm_view *view, struct str id, struct str name,
                                enum status_category category, bool *ret_named);

/* The same of an issue, by its status and its resolution. */
enum status_role jsm_issue_role(const struct json *issue, const struct jsm_view *view);

/* Does an entry of the changelog change this field? One of view->fields, by its id, or at a Data
 * Center by its name. */
bool jsm_history_changes(const struct json *history, const struct jsm_view *view, struct str field);
/* Does it move the ticket to another status? What stays where it is, a loop, is nobody's move:
 * Jira's history may mention it all the same. */
bool jsm_history_moves(const struct json *history);

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

/* The same of a page of jsm_call_changelogs. *ret_token: of the next page, empty = last. */
MUST_CHECK bool jsm_issue_changelogs_page(struct arena *a, const struct json *page,
                                          const struct jsm_view *view, struct ticket *ticket,
                                          struct str *ret_token, struct err *err);

/* Whose a ticket is, from the same issue. */
struct jsm_origin {
    bool ours;          /* we made it, for this site */
    bool foreign;       /* its binding names another site */
    struct str markers; /* all labels that look like our markers, separated by blanks */
};
struct jsm_origin jsm_origin_read(struct arena *a, const struct json *issue,
                                  const struct jsm_view *view);

/* One page of search/jql, or the answer to jsm_call_updated. A hit without a readable `updated` is
 * given with updated_ms 0 (look at it afresh); one without an id cannot be looked at: it is left
 * out and counted. */
struct jsm_hit {
    struct str issue_id, key;
    int64_t updated_ms;
    const struct json *issue; /* all that was shown of it */
};
struct jsm_page {
    const struct jsm_hit *hits;
    size_t count;
    size_t unreadable;     /* hits left out, and hits with updated_ms 0 */
    struct str next_token; /* empty: last page */
};
/* token: what the page was asked for with, empty for the first (see jsm_next_page). */
MUST_CHECK bool jsm_page_read(struct arena *a, const struct json *body, struct str token,
                              struct jsm_page *ret, struct err *err);
/* The answer to jsm_call_find: the tickets with that label which are ours. Left out: what somebody
 * else made (people clone tickets, labels and all), what is bound to another site, and, where there
 * is a live one, what was cancelled or declined. human_touched: somebody other than us and other
 * than an app has commented on it or changed it, or more was done to it than the answer shows.
 * False also when nobody has told us yet who we are. */
MUST_CHECK bool jsm_found_read(struct arena *a, const struct json *body,
                               const struct jsm_view *view, struct find_result *ret,
                               struct err *err);
/* Id of our status comment among the comments, empty when there is none: ours, and marked as that
 * one, or ending as that one does where the mark is not there; others may copy both. our_account:
 * see struct jsm_view. */
struct str jsm_comment_find(struct arena *a, const struct json *comments, struct str our_account);
/* Is there a comment of ours that told somebody this time (jsm_call_tell)? Where no mark is shown:
 * one, other than the status comment, that says that line. */
bool jsm_told_is_said(struct arena *a, const struct json *comments, struct str our_account,
                      struct str of, struct str line);
enum status_category jsm_category(struct str key);

#endif
