/* others.h: what else an account holds, beside what is asked. It proves nothing: it names what was
 * changed instead. A list that is not whole is none. */
#ifndef COUNTERSIGN_READERS_OTHERS_H
#define COUNTERSIGN_READERS_OTHERS_H

#include "readers/honest.h"

enum { OTHERS_MAX = 64 /* of one account; who holds more is not compared */ };

/* Begin a list: known and empty. */
void others_begin(struct answer *a);
/* Put a name into it. What does not fit, is no text or has a line break in it makes it unknown. */
void others_add(struct answer *a, struct str name);
/* Nobody knows what else. */
void others_lost(struct answer *a);

#endif
