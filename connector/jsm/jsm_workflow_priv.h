/* jsm_workflow_priv.h: what the files of jsm_workflow share. */
#ifndef COUNTERSIGN_JSM_JSM_WORKFLOW_PRIV_H
#define COUNTERSIGN_JSM_JSM_WORKFLOW_PRIV_H

#include "jsm/jsm_workflow.h"
#include "json/json_write.h"

#define JSM_RULE_RESTRICT "system:restrict-issue-transition"
#define JSM_RULE_SCREEN "system:transition-screen"
#define JSM_RULE_UPDATE "system:update-field"
#define JSM_RULE_DEMAND "system:validate-field-value"
#define JSM_RULE_BLOCK "system:block-in-progress-approval"
#define JSM_RULE_HIDE "system:restrict-from-all-users"

/* A document from two parts, in canonical form; empty when it is too long. */
struct str jsm_workflow_doc(struct arena *a, const struct json *workflow,
                            const struct json *statuses);
/* Written in any order, put into the canonical one; empty when it is too long. */
struct str jsm_workflow_canonical(struct arena *a, const struct buf *b);
/* Is that post function one that sets the resolution? */
bool jsm_workflow_resolves(const struct json *action);
/* Is that validator one that wants the field filled, of whoever goes there? */
bool jsm_workflow_demands(const struct json *rule, struct str field);
/* Elements of an array in the order of a member of theirs; *ret_count of them. */
const struct json **jsm_workflow_sorted(struct arena *a, const struct json *array, const char *key,
                                        size_t *ret_count);
/* The text of a value, canonical; empty for NULL. */
struct str jsm_workflow_text(struct arena *a, const struct json *v);
/* All members but those named; names ends with NULL. Inside an object that is open. */
void jsm_workflow_put_others(struct json_out *out, const struct json *object,
                             const char *const *names);

#endif
