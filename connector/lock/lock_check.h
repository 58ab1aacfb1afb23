/* lock_check.h: a mapping held against the desk that its lock shows. Pure; every fault has its
 * place.
 *
 * M101 to M106 speak of fields and forms, M110 to M112 of statuses and resolutions, M130 to M132 of
 * request types and projects; schemas/explain/desk.md has a page for each. */
#ifndef COUNTERSIGN_LOCK_LOCK_CHECK_H
#define COUNTERSIGN_LOCK_LOCK_CHECK_H

#include "lock/lock.h"
#include "mapping/mapping.h"

/* Tickets that no rule was for, as the database has seen them (M131). */
struct lock_tickets {
    int days; /* so far back */
    const struct lock_tickets_of {
        struct str site, request_type;
        int64_t count;
    } * of;
    size_t count;
};

/* sites: the sections of its lock that speak of this mapping (lock_sites_of). tickets: NULL where
 * nobody knows. diags: of the mapping, lock_diags: of the lock, where what is missing in the
 * mapping has no place. */
void lock_check(const struct mapping *m, const struct lock_site *const *sites, size_t count,
                const struct lock_tickets *tickets, struct arena *arena, struct diag_list *diags,
                struct diag_list *lock_diags);

#endif
