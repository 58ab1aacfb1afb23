/* left.h: what a grant left behind that came to nothing. Whoever withdraws, cancels or declines it,
 * or lets it run out, takes nothing away with that, and nobody has to have said that it was given.
 * So what it asked for is read again after the end, as after a close: at once, and when whoever was
 * at work then has heard of it. Access that is there, was not before, and is nobody else's wish is
 * a drift of its own (AccessLeft): recorded, told, and read on until it is gone or somebody asks
 * for it. Nothing is opened: it may be there for a reason that nobody told us. Pure; a part of
 * drift_decide().
 *
 * Of access without an end: what is given for a time is asked to be taken away (drift.c).
 */
#ifndef COUNTERSIGN_DOMAIN_LEFT_H
#define COUNTERSIGN_DOMAIN_LEFT_H

#include "domain/decide.h"
#include "domain/dossier.h"

/* Came it to nothing, and may have been given? */
bool left_may_be(const struct dossier *d);

/* What to read and record then, into the decision. Asked only of dossiers that know of the time
 * after (d->after.items). */
void left_decide(const struct dossier *d, const struct policy *policy, struct decision *ret);

/* Is it recorded that access was left? */
bool left_stands(const struct dossier *d);

#endif
