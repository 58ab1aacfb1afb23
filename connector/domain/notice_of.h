/* notice_of.h: which of the notices is so. What each says: words.h; when it is said: decide.h.
 * Pure.
 */
#ifndef COUNTERSIGN_DOMAIN_NOTICE_OF_H
#define COUNTERSIGN_DOMAIN_NOTICE_OF_H

#include "domain/dossier.h"
#include "domain/gate.h"

/* While a proof is awaited: what the worst of the items lacks. */
enum notice_state notice_of_waiting(const struct dossier *d, const struct gate_verdict *g);

/* What the ticket of a request that is over says while people still treat it as open. */
enum notice_state notice_of_over(const struct dossier *d);

#endif
