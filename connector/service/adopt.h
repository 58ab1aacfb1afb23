/* adopt.h: a ticket that belongs to no request yet: read it afresh, map it, and open its governed
 * request, held when it does not map, or remember that it is none of ours. A label or a property on
 * it proves nothing: only what our own unfinished create made is left to that create. */
#ifndef COUNTERSIGN_SERVICE_ADOPT_H
#define COUNTERSIGN_SERVICE_ADOPT_H

#include "service/service.h"

/* Why a ticket is left alone that no rule of the mapping is for. */
#define ADOPT_NOT_GOVERNED "request type not governed"

typedef void adopt_done_fn(void *arg);
/* claim: copied. fn exactly once. */
void adopt_start(struct service *svc, const struct store_ticket_claim *claim, adopt_done_fn *fn,
                 void *arg);

#endif
