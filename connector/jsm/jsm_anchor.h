/* jsm_anchor.h: a checkpoint of the evidence, left in Jira as a property of a ticket that nobody
 * governs: a place that whoever can write our database need not reach. Pure.
 *
 * PUT /rest/api/3/issue/{issueIdOrKey}/properties/{propertyKey} replaces the value (at most 32,768
 * bytes of JSON), so that a lost answer is harmless: it is written again. It notifies nobody. */
#ifndef COUNTERSIGN_JSM_ANCHOR_H
#define COUNTERSIGN_JSM_ANCHOR_H

#include "jsm/jsm_call.h"

#define JSM_ANCHOR "countersign.evidence"

/* Is it the key of a ticket: PROJ-123? */
bool jsm_anchor_key_ok(struct str key);
/* {"checkpoint": note, "entries": N} becomes the property of that ticket; the key must be one. */
struct jsm_call jsm_call_anchor(struct arena *a, struct str issue_key, int64_t entries,
                                struct str note);

#endif
