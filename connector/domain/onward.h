/* onward.h: what a move makes of what is known, where nothing else can have changed: the same facts
 * need not be read again, nor decided on twice. Pure. */
#ifndef COUNTERSIGN_DOMAIN_ONWARD_H
#define COUNTERSIGN_DOMAIN_ONWARD_H

#include "domain/decide.h"

/* As decide(), and in one decision what two in a row would say: that the reads of a claim arrived,
 * and what follows from them, as long as that is no further move and asks for nothing more. Then
 * *ret_rests: there is nothing left to decide on these facts. Whatever is proven, sent back or
 * unread is a decision of its own. */
void decide_onward(const struct dossier *d, const struct policy *policy, struct decision *ret,
                   bool *ret_rests);

/* The claim of this dossier was taken up at that time (the database's), by a decision that is
 * saved: as it would be loaded again, as far as its sources are read by it. Nothing else is to be
 * decided on it. */
void onward_claimed(struct dossier *d, int64_t claimed_ms);

#endif
