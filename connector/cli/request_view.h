/* request_view.h: requests for people's eyes; the same documents as --json prints whole. */
#ifndef COUNTERSIGN_CLI_REQUEST_VIEW_H
#define COUNTERSIGN_CLI_REQUEST_VIEW_H

#include <stdio.h>

#include "base/arena.h"

/* A table of a list: one line a request (and a ticket that nobody can read), then how to see the
 * next page. False, and nothing printed: the document is none of ours. */
MUST_CHECK bool request_view_list(FILE *to, struct arena *arena, struct str document);
/* One request: where it stands, why it is stuck, and what was read of its items. */
MUST_CHECK bool request_view_one(FILE *to, struct arena *arena, struct str document);
/* What a retry did. */
MUST_CHECK bool request_view_retried(FILE *to, struct arena *arena, struct str document);

#endif
