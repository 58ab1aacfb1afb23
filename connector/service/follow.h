/* follow.h: a request that is opened because of another one (domain/drift.h, ahead.h), as the live
 * mapping has it. */
#ifndef COUNTERSIGN_SERVICE_FOLLOW_H
#define COUNTERSIGN_SERVICE_FOLLOW_H

#include "service/world_real.h"

/* What decision->follow opens, into *ret, in the arena. A removal that no rule of the mapping can
 * say is opened all the same, by the nearest rule, and people are told; what is in its ticket's
 * fields is then compared with nothing. ret->open is NULL where nothing is opened: no rule can say
 * a grant, or the one that can say it only observes (ret->unsaid says which). */
void follow_of(struct service *svc, struct arena *arena, const struct dossier *d,
               const struct decision *decision, struct store_follow *ret);

#endif
