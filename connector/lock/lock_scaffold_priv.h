/* lock_scaffold_priv.h: what is guessed, and how it is written. Private to lock/. */
#ifndef COUNTERSIGN_LOCK_LOCK_SCAFFOLD_PRIV_H
#define COUNTERSIGN_LOCK_LOCK_SCAFFOLD_PRIV_H

#include "lock/lock_scaffold.h"

/* Which field of a form is what; NULL: none looks like it. */
struct lock_guess {
    const struct jsm_field *subject, *application, *entitlement, *privileged, *justification;
    const char *change; /* "grant" */
};
void lock_guess(const struct lock_type *type, struct lock_guess *ret);
/* May a mapping name a field so? */
bool lock_is_id(struct str id);
/* Is it a question of the form that is attached, as a mapping names it? */
bool lock_is_question(struct str id);
/* Has the text one of these words? NULL-terminated; one of four letters or more may go on
 * ("system" is in "Systems"). */
bool lock_says(struct str text, const char *const *words);
/* Are its options yes and no? */
bool lock_is_yes_no(const struct jsm_field *f);

#endif
