/* jsm_adf.h: Atlassian Document Format. What people wrote goes into text nodes only: no marks,
 * links or mentions come from it; control and bidirectional override characters are dropped.
 * https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/ */
#ifndef COUNTERSIGN_JSM_ADF_H
#define COUNTERSIGN_JSM_ADF_H

#include "base/arena.h"
#include "json/json_read.h"

/* The last line of every notice. */
#define JSM_NOTICE_END "Access check · updates in place"

/* A document of paragraphs, one a line. Never an empty text node (Jira refuses those). */
struct str jsm_adf_text(struct arena *a, struct str text);
/* One panel (info, note, warning, error, success) with a bold line and a second sentence. */
struct str jsm_adf_notice(struct arena *a, struct str panel, struct str line, struct str next);
/* The plain text of a document or of a plain string, bounded; blocks end in a line break. */
struct str jsm_adf_plain(struct arena *a, const struct json *document);

#endif
