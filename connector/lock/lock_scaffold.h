/* lock_scaffold.h: a rule for a request type, or a mapping for a desk, to begin with. Pure: what
 * the form shows, guessed at by kinds and names of fields. Each id carries what people call it,
 * each guess says "check:", and what comes out is a mapping without faults. */
#ifndef COUNTERSIGN_LOCK_LOCK_SCAFFOLD_H
#define COUNTERSIGN_LOCK_LOCK_SCAFFOLD_H

#include "lock/lock.h"

/* One entry of `requests:`. */
void lock_scaffold_rule(struct arena *a, const struct lock_project *project,
                        const struct lock_type *type, struct buf *out);
/* A whole mapping: fields, statuses, resolutions, a rule for each request type whose form is known.
 */
void lock_scaffold_file(struct arena *a, const struct lock_site *site,
                        const struct lock_project *project, struct buf *out);

#endif
