/* follow.h: a request that is opened because of another one (domain/drift.h), as the live mapping
 * has it. */
#ifndef COUNTERSIGN_SERVICE_FOLLOW_H
#define COUNTERSIGN_SERVICE_FOLLOW_H

#include "service/world_real.h"

/* What decision->follow opens, into *ret, in the arena; ret->open is NULL where nothing does: no
 * rule of the mapping can say it, or the one that can only observes (ret->unopened says which). */
void follow_of(struct service *svc, struct arena *arena, const struct dossier *d,
               const struct decision *decision, struct store_follow *ret);

#endif
