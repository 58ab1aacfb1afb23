/* site_gather.h: tickets that are read while many others are: one call for all of them. Jira lets
 * us read 150 tickets a second one by one, and a hundred in each of a hundred calls. */
#ifndef COUNTERSIGN_SITE_GATHER_H
#define COUNTERSIGN_SITE_GATHER_H

#include "site/site.h"

enum {
    GATHER_COUNT_MS = 100, /* reads are counted over so long */
    GATHER_ALONE = 4,      /* so many of them are made one by one, those after them with others */
    GATHER_MOST = 32,      /* a reply of these is parsed in one turn of the loop */
    GATHER_MS = 20,        /* that a read waits for others at most */
    GATHER_AGAIN_MS = 10 * 60 * 1000, /* Jira refused to show many: tried again after that */
};
struct gather;

/* One ticket as jsm_call_issue_fields reads it, with the same answer, however it is asked: by
 * itself, or with others by POST /rest/api/3/issue/bulkfetch. That shows every ticket afresh, past
 * the search index. What such a call does not show, or is refused, is read by itself: only that
 * says whether a ticket is gone. `fields` is borrowed until the answer; calls back as site_send. */
void site_gather_read(struct site *site, struct arena *arena, struct str issue_id,
                      struct str fields, site_answer_fn *fn, void *arg);
/* What waits leaves now. */
void site_gather_leave(struct site *site);

#endif
