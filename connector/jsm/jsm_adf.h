/* jsm_adf.h: Atlassian Document Format. What people wrote goes into text nodes only: no marks,
 * links or mentions come from it; control and bidirectional override characters are dropped.
 * https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/ */
#ifndef COUNTERSIGN_JSM_ADF_H
#define COUNTERSIGN_JSM_ADF_H

#include "base/arena.h"
#include "json/json_read.h"

/* The last line of every notice begins so. */
#define JSM_NOTICE_END "Access check · updates in place"

/* A document of paragraphs, one a line; of more lines than Jira takes as such one paragraph. Never
 * an empty text node (Jira refuses those). */
struct str jsm_adf_text(struct arena *a, struct str text);
/* What was checked: a sentence, a coloured word or two, and when. */
struct jsm_notice_row {
    struct str what, mark, colour, note; /* colour: of an ADF status */
};
struct jsm_notice {
    struct str panel; /* info, note, warning, error, success */
    struct str head;  /* bold; empty: the line is */
    struct str line, next, help;
    const struct jsm_notice_row *rows; /* folded away, with the help */
    size_t row_count;
    int64_t attempt; /* 0: none yet */
};
/* Our one comment: a panel, what was checked, how it is kept. A success is its head alone. */
struct str jsm_adf_notice(struct arena *a, const struct jsm_notice *n);
/* What a new comment says that tells somebody: the line, then where the rest stands. */
struct str jsm_adf_told(struct arena *a, struct str line);
/* The plain text of a document or of a plain string, bounded; blocks end in a line break. */
struct str jsm_adf_plain(struct arena *a, const struct json *document);

#endif
