/* jsm_plea.h: an exception asked for on a ticket, from the issue and its history. Pure. */
#ifndef COUNTERSIGN_JSM_PLEA_H
#define COUNTERSIGN_JSM_PLEA_H

#include "jsm/jsm_issue.h"

/* The fields as they stand. */
void jsm_plea_read(struct arena *a, const struct json *issue, const struct jsm_view *view,
                   struct ticket *ticket);
/* One entry of the history: who asked and who answered. Of several the newest counts, in whichever
 * order they come. */
void jsm_plea_history(struct arena *a, const struct json *history, const struct jsm_view *view,
                      struct ticket *ticket);
/* All of both is in: an answer that nobody gave, or that was given before what it answers was
 * changed, is none. */
void jsm_plea_settle(const struct jsm_view *view, struct ticket *ticket);

#endif
