/* contested.h: a request that was to be moved to the live mapping, which reads something else in
 * its ticket than was approved. It is not proven before people decide (sql/routine/
 * mapping_rebase.sql): cancelled, or left as it was approved. */
#ifndef COUNTERSIGN_DOMAIN_CONTESTED_H
#define COUNTERSIGN_DOMAIN_CONTESTED_H

#include "domain/dossier.h"

/* Does nothing go on until then? What was proven already goes back to be verified first. */
bool contested_waits(const struct dossier *d);

#endif
