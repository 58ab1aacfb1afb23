/* jsm_closed.h: tickets that were closed, whoever closed them: how they are searched for, and what
 * the closing of one says. Pure. */
#ifndef COUNTERSIGN_JSM_JSM_CLOSED_H
#define COUNTERSIGN_JSM_JSM_CLOSED_H

#include "jsm/jsm_call.h"
#include "jsm/jsm_issue.h"

enum { JSM_CLOSED_PAGE = 100 }; /* the most that Jira gives with their fields */

/* What is searched for. Fields: ids; what this file reads itself is asked for, too. */
struct jsm_closed_search {
    const struct str *projects, *fields;
    size_t project_count, field_count;
    int64_t from_ms; /* closed since then */
};
/* POST /rest/api/3/search/jql: tickets resolved since from_ms, whatever their status is called (the
 * mapping may call one done that Jira does not); those that are done without a time of that (a
 * workflow that sets no resolution) when they changed since. In the order in which they were
 * created, which never changes. token: of the page before (jsm_page_read), or empty. */
struct jsm_call jsm_call_closed(struct arena *a, const struct jsm_closed_search *search,
                                struct str token);

struct jsm_closed {
    int64_t closed_ms; /* when it was resolved, else moved into done, else changed last */
    bool withdrawn;    /* it ended without being done: the mapping's statuses and resolutions say */
};
/* Of one hit. False: it is not done, or shows no time. view: its statuses and resolutions. */
MUST_CHECK bool jsm_closed_read(const struct json *issue, const struct jsm_view *view,
                                struct jsm_closed *ret);

#endif
