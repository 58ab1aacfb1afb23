/* lock_scaffold.h: a rule for a request type, or a mapping for a desk, to begin with. Pure: what
 * the form shows, guessed at by kinds and names of fields. Each id carries what people call it,
 * each guess says "check:", and what comes out is a mapping without faults. */
#ifndef COUNTERSIGN_LOCK_LOCK_SCAFFOLD_H
#define COUNTERSIGN_LOCK_LOCK_SCAFFOLD_H

#include "lock/lock.h"

/* Sources of the configuration: an option that none is called after is commented out, as long as
 * one is. */
struct lock_sources {
    const struct str *names;
    size_t count;
};
/* One entry of `requests:`. sources: NULL where they are not known. */
void lock_scaffold_rule(struct arena *a, const struct lock_project *project,
                        const struct lock_type *type, const struct lock_sources *sources,
                        struct buf *out);
/* A whole mapping: fields, statuses, resolutions, a rule for each request type whose form is known.
 */
void lock_scaffold_file(struct arena *a, const struct lock_site *site,
                        const struct lock_project *project, const struct lock_sources *sources,
                        struct buf *out);

#endif
