/* lock_schema.h: a JSON Schema (draft-07) of one site: schemas/mapping.schema.json with the fields,
 * options, request types, projects, statuses and resolutions that there are, each under the name
 * that people know, so that an editor completes them. What it refuses `mapping validate` refuses.
 */
#ifndef COUNTERSIGN_LOCK_LOCK_SCHEMA_H
#define COUNTERSIGN_LOCK_LOCK_SCHEMA_H

#include "lock/lock.h"

extern const char LOCK_SCHEMA_BASE[]; /* schemas/mapping.schema.json (generated) */

/* In lines. False when it is too long. */
MUST_CHECK bool lock_schema(struct arena *a, const struct lock_site *site, struct buf *out,
                            struct err *err);

#endif
