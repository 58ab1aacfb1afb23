/* forged.h: what people write over on a ticket: our words, and what was approved. Pure. */
#ifndef COUNTERSIGN_DOMAIN_FORGED_H
#define COUNTERSIGN_DOMAIN_FORGED_H

#include "domain/dossier.h"

/* The ticket says in our name what we did not say, as far as we may speak there: somebody, or a
 * rule, wrote over it, or the mapping names other fields since. */
bool forged_words_stand(const struct dossier *d);
/* Of words that stand so: did somebody write over ours? In fields that the mapping has named since,
 * or names no more, we wrote nothing; the property is ours whatever it names. */
bool forged_by_people(const struct dossier *d);
/* Somebody edited, published or deleted a comment of ours: no field shows it, a delivery tells it.
 * The words are written again, as an internal comment, whatever they were made into. */
bool forged_comment(const struct dossier *d);
/* What is asked for was edited since it was approved, whatever it says now. What stands on a ticket
 * that we made was approved before: every edit of it came later. */
bool forged_and_taken_back(const struct dossier *d);

#endif
