/* words_beside.h: what a ticket says beside what its request asks for: that a later request asks
 * for the opposite (superseded.h), and that more was given than asked for (extra.h). Pure. */
#ifndef COUNTERSIGN_DOMAIN_WORDS_BESIDE_H
#define COUNTERSIGN_DOMAIN_WORDS_BESIDE_H

#include "domain/dossier.h"
#include "domain/line.h"

/* Nothing is asked for any more: by whom it is superseded, and what follows. */
void words_superseded(struct line *l, struct line *next, const struct dossier *d);

/* An emergency is proven, and waits for what is owed of it; and what tells one such wait from
 * another. */
void words_owed(struct line *l, struct line *next, const struct dossier *d);
uint64_t words_owed_key(const struct dossier *d);

/* Added to the second sentence of whatever is said of the rest. */
void words_beside(struct line *next, const struct dossier *d, enum notice_state state);

/* Of an item: "more was given than asked for: X and 2 more to A". */
void words_extra(struct line *l, const struct item *item);

/* Of what stands over midnight the day it is now: the times in it are of an earlier one, and are
 * told anew, with their day. 0: all that the item tells of is of today. */
uint64_t words_day_key(const struct dossier *d, const struct item *i, enum notice_state state);

/* "You're done. Checking SAP FIN; …": how it goes on, and how soon, also where a source is slow;
 * and what tells one such wait from another, 0 where it is not. */
void words_checking(struct line *l, const struct dossier *d, const struct item *i, bool closes);
uint64_t words_checking_key(const struct dossier *d, const struct item *i);

#endif
