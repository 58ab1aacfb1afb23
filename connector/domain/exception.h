/* exception.h: what an exception let close is owed all the same. It is read on; proven first, the
 * exception ends by itself; before it runs out people are told; when it ends, however, the request
 * is opened again. Level-triggered and pure, a part of decide(). How one is asked for on the
 * ticket: plea.h.
 */
#ifndef COUNTERSIGN_DOMAIN_EXCEPTION_H
#define COUNTERSIGN_DOMAIN_EXCEPTION_H

#include "domain/decide.h"

/* An exception covers nothing any more this long before its end: what is decided on it is done
 * before that. As in sql/routine/exception_live.sql. */
enum { EXCEPTION_SPARE_MS = 60000 };

/* The first item that was closed under an exception, is not proven, is still wanted, and is
 * covered by none any more; item_count: there is none. */
size_t exception_owed(const struct dossier *d);

/* What was closed under an exception that has ended is to be made after all: the request moves, and
 * people are told. False: nothing of the kind. */
bool exception_reopens(const struct dossier *d, struct decision *ret);

/* The rest, into the decision; nothing while it moves. */
void exception_decide(const struct dossier *d, const struct policy *policy, struct decision *ret);

#endif
