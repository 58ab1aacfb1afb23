/* evidence_words.h: what the names that stand in the database mean, for the evidence page. A name
 * that is not known is told in its own words: "ClaimTakenBack" is "claim taken back". */
#ifndef COUNTERSIGN_CONSOLE_EVIDENCE_WORDS_H
#define COUNTERSIGN_CONSOLE_EVIDENCE_WORDS_H

#include "base/arena.h"
#include "console/say.h"

/* Of a reason in CamelCase, or of names_like_this: a clause without a stop. */
struct str evidence_reason(struct arena *arena, struct str name);

/* What an entry of the chain tells, by its kind and (of a move) where it went. */
struct evidence_deed {
    enum say_mark mark;
    struct str words;
};
struct evidence_deed evidence_deed(struct arena *arena, struct str kind, struct str to);

/* Why an approval does not count. */
struct str evidence_fault(struct str fault);

#endif
