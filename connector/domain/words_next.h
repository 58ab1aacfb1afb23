/* words_next.h: when the sources are read next, as a ticket says it, and how people have that done
 * at once. Words are written anew seldom: what they say of the next read has to stay true until
 * then, however often we read meanwhile. Pure. */
#ifndef COUNTERSIGN_DOMAIN_WORDS_NEXT_H
#define COUNTERSIGN_DOMAIN_WORDS_NEXT_H

#include "domain/dossier.h"
#include "domain/gate_plan.h"
#include "domain/line.h"

/* What people press to say that it is done: our own where the gate has added it, for then Resolve
 * is gone, or refuses. */
#define WORDS_CLAIM GATE_RESOLVE_NAME " (or Resolve)"

/* " within 15 min" or " 11:17 UTC" behind the words that are given; nothing where no read is
 * planned (next_read_ms 0), or people have it in work. */
void words_next(struct line *l, const char *words, const struct dossier *d, enum notice_state state,
                int64_t next_read_ms);
/* What tells one such sentence from another; 0: it says nothing of it. */
uint64_t words_next_key(const struct dossier *d, enum notice_state state, int64_t next_read_ms);
/* Whether who is to mend it has to come back: also true once it was sent back to them, for it may
 * be an hour until words are written anew. */
void words_comes_back(struct line *next, const struct dossier *d, enum notice_state state);
/* Of what stood in Done: what to press, and why it is open again. lapsed: an exception has ended.
 */
void words_reopened(struct line *next, bool lapsed);
/* Who waits for the next read need not: what to press. */
void words_at_once(struct line *next, const struct dossier *d, enum notice_state state,
                   int64_t next_read_ms);

#endif
