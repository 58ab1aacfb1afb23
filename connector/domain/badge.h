/* badge.h: what the link from a ticket to its evidence shows: the class of what is so, not its
 * words. There is one such link a ticket, and it is written again only when that class changes.
 * Pure. */
#ifndef COUNTERSIGN_DOMAIN_BADGE_H
#define COUNTERSIGN_DOMAIN_BADGE_H

#include "base/str.h"

/* X(enum suffix, name in the database and of its icon, what people read). */
#define BADGES(X)                                                                  \
    X(NONE, "", "")                                                                \
    X(OPEN, "open", "Not proven yet")                                              \
    X(VERIFIED, "verified", "Proven: the access was read, and is as asked")        \
    X(EXCEPTION, "exception", "Not proven: covered by an exception that will end") \
    X(OVER, "over", "Over: it is not to be done any more")

enum badge {
#define X(name, text, words) BADGE_##name,
    BADGES(X)
#undef X
        BADGE_COUNT
};

struct dossier;
struct decision;
struct policy;
/* Of what the ticket says. NONE: it says nothing yet, or only that it is observed. */
enum badge badge_of(const struct dossier *d);
/* What the link has to show and does not; NONE: it is right, it is on its way, the ticket is not
 * here or only observed, or its words change in this very decision and come first. */
enum badge badge_wanted(const struct dossier *d, const struct decision *decision);
/* Is there room for it in the hour? What shows an end has all of the allowance; while more may
 * have to be said (that it is checked, what is missing, how it ended) that comes first, and the
 * link is written in an hour in which nothing else was. */
bool badge_has_room(const struct dossier *d, const struct policy *policy, enum badge badge);

/* As in BADGES, static. */
const char *badge_name(enum badge badge);
/* What people read beside the picture, static. */
const char *badge_words(enum badge badge);
/* By its name; an unknown one gives false. */
MUST_CHECK bool badge_from(struct str name, enum badge *ret);

#endif
