/* jsm_refusal.h: an error of Jira in one sentence: which field, what is wrong with it, and what to
 * do. Pure; any bytes are taken.
 *
 * Shapes (jsm.md, samples of real logs): {"errorMessages":[text],"errors":{field:text}} of the
 * platform, {"errors":[{"message":text}]} of its bulk operations, {"errorMessage":text,
 * "i18nErrorMessage":{...}} of JSM, plain text, a page of something between us and Jira, nothing.
 */
#ifndef COUNTERSIGN_JSM_REFUSAL_H
#define COUNTERSIGN_JSM_REFUSAL_H

#include "base/arena.h"

/* Write the sentence into why (always terminated; Jira's own words are cut before the remedy is).
 * page: the body is HTML. *ret_field: the first field Jira names, in the arena; empty when none. */
void jsm_refusal_say(struct arena *a, int status, struct str body, bool page, struct str *ret_field,
                     char *why, size_t size);

/* A 410 that is about the operation, not about what it was asked of: Atlassian takes old addresses
 * away like this. Then nothing is known of the ticket. */
bool jsm_refusal_is_of_api(struct str body);
/* A 401 of the gateway that is about what a token may do, not about whose it is. */
bool jsm_refusal_is_of_scope(struct str body);

#endif
