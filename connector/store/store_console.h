/* store_console.h: what the pages of the console ask. */
#ifndef COUNTERSIGN_STORE_CONSOLE_H
#define COUNTERSIGN_STORE_CONSOLE_H

#include "store/store.h"

/* The evidence of a request (a uuid) is about to be shown to `viewer` ("token audit-firm"), who is
 * a "viewer" or an "auditor": that becomes evidence. LOST: there is no such request. */
void store_evidence_seen(struct store *s, struct str request_id, struct str viewer, struct str role,
                         store_done_fn *fn, void *arg);

/* What /board shows, in two parts that are asked for beside each other (sql/routine/board.sql). */
void store_board(struct store *s, store_json_fn *fn, void *arg);
void store_board_weeks(struct store *s, store_json_fn *fn, void *arg);
/* What /gate shows (sql/routine/gates.sql). */
void store_gates(struct store *s, store_json_fn *fn, void *arg);

#endif
