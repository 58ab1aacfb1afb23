/* extra.h: more was given than asked for. It is told, on the ticket and in the evidence
 * (sql/routine/others_changed.sql), and hinders no close unless the source's rule says so: what was
 * asked for is proven or not. And how it was
 * before anybody worked on it, without which nobody can tell. Pure. */
#ifndef COUNTERSIGN_DOMAIN_EXTRA_H
#define COUNTERSIGN_DOMAIN_EXTRA_H

#include "domain/decide.h"

/* What was given beside it: the first one and its item, and how many. */
struct extra {
    const struct item *item; /* NULL: nothing */
    struct str name;
    size_t count;
};
struct extra extra_of(const struct dossier *d);

/* How it was before is to be read: as soon as it is approved, once for each source that could be
 * read, by whoever compares. */
bool extra_is_unread(const struct dossier *d, const struct policy *policy);

#endif
