/* emergency.h: break-glass. Work precedes the approval, which is owed by a time, as is a review of
 * its use; until both are there the ticket does not close, and what is late is told. Declined or
 * cancelled afterwards, its access ends at once. Pure, a part of decide().
 */
#ifndef COUNTERSIGN_DOMAIN_EMERGENCY_H
#define COUNTERSIGN_DOMAIN_EMERGENCY_H

#include "domain/decide.h"

/* It was put to work before anybody approved it, so both are owed, whatever became of it since. */
bool emergency_owes_approval(const struct dossier *d);
bool emergency_owes_review(const struct dossier *d);
/* The access is not to go on. */
bool emergency_is_declined(const struct dossier *d);
/* Its access may have been given, whatever anybody said of it and however the request ended since;
 * not where it ended before there was a ticket to work on. */
bool emergency_may_be_used(const struct dossier *d);
/* Its access ends at once and not at its time: it was declined, or cancelled after it had begun. */
bool emergency_ends_now(const struct dossier *d);
/* Somebody was asked to take its access away: whoever thinks better of having cancelled it asks for
 * it anew. */
bool emergency_is_ending(const struct dossier *d);

/* What is late, and when to look again, into the decision. */
void emergency_decide(const struct dossier *d, struct decision *ret);

#endif
