/* ahead.h: what a request takes away does not wait for what it gives. While one that does both
 * waits for a yes (an approval, the policy, duties in conflict), each removal of it goes ahead: a
 * request of its own asks for it at once, with a ticket, a clock that runs from the first request,
 * and a proof of its own. The first one goes on asking for it too, and is proven by its own reads
 * of the same; whatever becomes of it, what went ahead stays. A no, however quick, comes after
 * that; a yes that is there at once lets both go at once. What an edit takes out of the first one
 * again is withdrawn, as long as nobody said that it was done (sql/routine/ahead.sql). Pure; a part
 * of decide().
 */
#ifndef COUNTERSIGN_DOMAIN_AHEAD_H
#define COUNTERSIGN_DOMAIN_AHEAD_H

#include "domain/decide.h"
#include "domain/line.h"

/* What goes ahead now, into the decision: one removal at a time, each once; a no waits until
 * only one is left. Nothing where we only observe, and nothing of a rule that says `removal:
 * together`. Of a request that is edited again and again the next one waits, up to an hour. */
void ahead_decide(const struct dossier *d, struct decision *ret);

/* On the ticket of the first one: that its removals do not wait, where they are worked on, and what
 * became of those that it asks for no more. On the ticket of such a one: that. */
void ahead_say(struct line *next, const struct dossier *d, enum notice_state state);
/* What tells two such sentences apart; 0: nothing is said. */
uint64_t ahead_key(const struct dossier *d, enum notice_state state);

/* On the ticket of what goes ahead: of which request it is a part, and why it does not wait.
 * Returns ret. */
struct str ahead_story(const struct dossier *d, size_t item, char ret[FOLLOW_STORY_BYTES]);

#endif
