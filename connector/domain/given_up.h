/* given_up.h: a request that ends on its ticket, cancelled or declined there. A removal that ends
 * so leaves the access where it is: where whoever asked for it takes it back, that is a wish; where
 * somebody else does, it is a road past the gate as much as a close without proof is. Who it was is
 * compared where people are (sql/routine/decision_save.sql). Pure; a part of decide(). */
#ifndef COUNTERSIGN_DOMAIN_GIVEN_UP_H
#define COUNTERSIGN_DOMAIN_GIVEN_UP_H

#include "domain/dossier.h"

/* Does the status of the ticket end the request? The reason, and where it goes; NULL: it does not.
 */
const char *ended_on_ticket(const struct dossier *d, enum phase *ret);
/* Is anything to go that is not proven gone, and was it not our own hand that ended it? */
bool given_up(const struct dossier *d);

#endif
