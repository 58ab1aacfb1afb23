/* refusal.h: why the gate says no to a close, whatever the mode of the request does about it. The
 * same names, in the same order, stand in governance.refusal; a test compares them. Pure. */
#ifndef COUNTERSIGN_DOMAIN_REFUSAL_H
#define COUNTERSIGN_DOMAIN_REFUSAL_H

#include "base/str.h"

/* X(enum suffix, name, what people read). What was found out outweighs what nobody could tell: of
 * two reasons for one close the later in this list stays. */
#define REFUSALS(X)                                                          \
    X(NONE, "None", "")                                                      \
    X(STALE, "StaleCopy", "our copy of the source was older than the close") \
    X(UNREADABLE, "SourceUnreadable", "the source could not be read")        \
    X(UNCLEAR, "Unclear", "the form does not say what is asked for")         \
    X(NOT_APPROVED, "NotApproved", "nobody allowed to had approved it")      \
    X(OVER, "Over", "it was withdrawn, declined or too late")                \
    X(OVER_GRANTED, "OverGranted", "more was given than asked for")          \
    X(MISSING, "Missing", "the access was not there")                        \
    X(STILL_PRESENT, "StillPresent", "the access was still there")

enum refusal {
#define X(name, text, words) REFUSAL_##name,
    REFUSALS(X)
#undef X
        REFUSAL_COUNT
};

struct dossier;
/* Why the ticket, as it stands, would not be let through: closed before anybody might work on it,
 * closed although it is over, or claimed and read, and not proven. NONE too while it only needs
 * time (settling, not read yet). */
enum refusal refusal_judge(const struct dossier *d);
/* Nobody could tell, rather than: it is not as asked. */
bool refusal_is_unknown(enum refusal r);

/* Names as they stand in the database, and back; an unknown name gives false. */
const char *refusal_name(enum refusal r);
MUST_CHECK bool refusal_from(struct str name, enum refusal *ret);
/* What people read: a clause without a stop. */
const char *refusal_words(enum refusal r);

#endif
