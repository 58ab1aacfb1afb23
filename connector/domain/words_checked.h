/* words_checked.h: the comment's long form: how it begins, what was checked and what was found, and
 * what to do when it cannot be done as asked. Pure. */
#ifndef COUNTERSIGN_DOMAIN_WORDS_CHECKED_H
#define COUNTERSIGN_DOMAIN_WORDS_CHECKED_H

#include "domain/words.h"

/* Fills head (unless it is fixed: not NULL), rows, help and attempt of a notice whose state is set.
 * shown: the item its line is about, NULL for none. */
void words_checked(const struct dossier *d, const struct item *shown, const char *head,
                   struct notice *ret);

#endif
