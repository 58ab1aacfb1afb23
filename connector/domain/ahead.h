/* ahead.h: what a request takes away does not wait for what it gives. While one that does both
 * waits for a yes (an approval, the policy, duties in conflict), each removal of it goes ahead: a
 * request of its own asks for it at once, with a ticket, a clock that runs from the first request,
 * and a proof of its own. The first one goes on asking for it too, and is proven by its own reads
 * of the same; whatever becomes of it, what went ahead stays. Pure; a part of decide().
 */
#ifndef COUNTERSIGN_DOMAIN_AHEAD_H
#define COUNTERSIGN_DOMAIN_AHEAD_H

#include "domain/decide.h"
#include "domain/line.h"

/* What goes ahead now, into the decision: one removal at a time, each once. Nothing where we only
 * observe, and nothing of a rule that says `removal: together`. */
void ahead_decide(const struct dossier *d, struct decision *ret);

/* On the ticket of the first one: that its removal does not wait, and where it is worked on. */
void ahead_say(struct line *next, const struct dossier *d, enum notice_state state);
/* What tells two such sentences apart; 0: nothing is said. */
uint64_t ahead_key(const struct dossier *d, enum notice_state state);

/* On the ticket of what goes ahead: of which request it is a part, and why it does not wait.
 * Returns ret. */
struct str ahead_story(const struct dossier *d, size_t item, char ret[FOLLOW_STORY_BYTES]);

#endif
