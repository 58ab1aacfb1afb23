/* words_checked.h: the comment's long form: how it begins, what was checked and what was found, and
 * what to do when it cannot be done as asked. Pure. */
#ifndef COUNTERSIGN_DOMAIN_WORDS_CHECKED_H
#define COUNTERSIGN_DOMAIN_WORDS_CHECKED_H

#include "domain/line.h"
#include "domain/words.h"

/* Fills head (unless it is fixed: not NULL), rows, help and attempt of a notice whose state is set.
 * shown: the item its line is about, NULL for none. */
void words_checked(const struct dossier *d, const struct item *shown, const char *head,
                   struct notice *ret);
/* How many of a bundle are missing beside the one that is named, and where they stand. */
void words_others(struct line *next, const struct gate_verdict *g, enum notice_state state);
/* Which of a bundle are missing by their newest reads, where that is said: 0 where it is not. */
uint64_t words_others_key(const struct dossier *d, enum notice_state state);

#endif
