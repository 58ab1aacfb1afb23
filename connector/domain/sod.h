/* sod.h: separation of duties. A set names entitlements that one person must not hold together; its
 * cardinality n says of how many: nobody may hold n or more of them (ANSI INCITS 359-2012, static
 * separation of duty, there over roles). Who holds what is asked of the target systems, over every
 * account a person is known by. Pure. */
#ifndef COUNTERSIGN_DOMAIN_SOD_H
#define COUNTERSIGN_DOMAIN_SOD_H

#include <stddef.h>
#include <stdint.h>

#include "domain/item.h"

enum sod_wish { SOD_AS_IT_IS = 0, SOD_GIVEN, SOD_TAKEN };

/* One member of a set, as one account of the person holds it. A member has a row for each account;
 * it counts once. */
struct sod_holding {
    size_t set, member;
    struct str source, account, entitlement;
    struct str by;    /* the name under which it is given, where that is another one */
    struct str maybe; /* the request that gives it, where nobody can tell whether to this person */
    enum sod_wish wish; /* what this request, or another that is approved, makes of it */
    enum outcome held;  /* as read just now; unknown speaks against a grant */
    struct str reason;  /* of that read, CamelCase */
    int64_t as_of_ms;
};

struct sod_set {
    struct str name;
    int32_t n; /* at least 2 */
};

/* CLEAR: fewer than n, whatever the unknown ones turn out to be. CONFLICT: n or more for sure. */
enum sod_answer { SOD_UNKNOWN = 0, SOD_CLEAR, SOD_CONFLICT };

struct sod_finding {
    enum sod_answer answer;
    int32_t held, unknown;           /* members, after the change */
    int32_t doubted;                 /* those of the held that only another request may give him */
    const struct sod_holding *first, /* the first member held, for telling people */
        *unread,                     /* the first that nobody could tell */
        *doubt;                      /* the first of the doubted */
};

/* What the person would hold of one set after the change. before: the change is still to be made,
 * so that what is to be given counts as held and what is to be taken does not. Afterwards only what
 * was read counts. holdings: of all sets, in any order. */
struct sod_finding sod_judge(const struct sod_set *set, size_t index, bool before,
                             const struct sod_holding *holdings, size_t count);

#endif
