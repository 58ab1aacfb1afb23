/* jsm_state.h: what a ticket says in our name for machines: one issue property, for queues, rules
 * and apps of others. It informs and locks nothing: everybody who may edit a ticket may write it.
 * Pure. */
#ifndef COUNTERSIGN_JSM_STATE_H
#define COUNTERSIGN_JSM_STATE_H

#include "domain/words.h"
#include "jsm/jsm_issue.h"
#include "json/json_write.h"

/* {"v":1,"request":"…","state":"not_yet","check":"Not there yet","line":"…"}, under 1 KiB: the line
 * has at most 140 characters. */
#define JSM_STATE "countersign.state"
void jsm_state_write(struct json_out *out, const struct said *said);

/* words_hash() of an issue as GET with that property gives it: of its members, and of the two
 * fields beside it. */
uint64_t jsm_state_hash(const struct json *issue, const struct jsm_view *view);
/* Into the ticket: that, the same of the property alone, and which fields they are. */
void jsm_state_read(struct arena *a, const struct json *issue, const struct jsm_view *view,
                    struct ticket *ticket);
/* Which fields stand beside the property, "customfield_1,customfield_2"; each may be none. In the
 * arena. */
struct str jsm_state_fields(struct arena *a, const struct jsm_view *view);

#endif
