/* superseded.h: two requests that want the opposite of one (source, account, entitlement). The one
 * approved last is what shall be; the database says so at its approval (sql/routine/supersede.sql),
 * item by item and for good. What is left to decide is what becomes of the older one. Pure. */
#ifndef COUNTERSIGN_DOMAIN_SUPERSEDED_H
#define COUNTERSIGN_DOMAIN_SUPERSEDED_H

#include "domain/dossier.h"

/* Nothing of what it asked for is asked for any more. */
bool superseded_wholly(const struct dossier *d);

/* It is over for that reason, and stays so, whatever people do to its ticket: the newer request
 * sees to what they did. */
bool superseded_is_over(const struct dossier *d);

/* It is, and its ticket stands open and says why: the ticket is cancelled, where we may hold one.
 */
bool superseded_cancels(const struct dossier *d);

/* It was proven, and we closed its ticket, before anybody knew of the other request: that may
 * stand, it was true. */
bool superseded_after_proof(const struct dossier *d);

#endif
