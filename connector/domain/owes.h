/* owes.h: what a request owes before it may close: the one answer of the core, and the same as the
 * database's (sql/routine/owes.sql). Pure. */
#ifndef COUNTERSIGN_DOMAIN_OWES_H
#define COUNTERSIGN_DOMAIN_OWES_H

#include "domain/dossier.h"

/* In the order in which they are told. X(enum suffix, text) */
#define DEBTS(X)                                                                               \
    X(APPROVAL, "approval")   /* nobody approved it; an emergency may be begun without */      \
    X(REVIEW, "review")       /* an emergency, looked at afterwards by somebody else */        \
    X(CONTESTED, "contested") /* people decide what was approved (contested.h) */              \
    X(CLAIM, "claim")         /* nobody said that it is done */                                \
    X(ITEMS, "items")         /* reads do not show something, and no exception covers it */    \
    X(PERMIT, "permit")       /* the policy says no, or nothing, and no exception covers it */ \
    X(DUTIES, "duties")       /* duties are in conflict */

enum debt {
#define X(name, text) DEBT_##name,
    DEBTS(X)
#undef X
        DEBT_COUNT
};

/* Bits 1 << enum debt. What is owed of the ticket itself (that it is here, in the claimed cycle) is
 * the gate's to say. */
uint32_t owes(const struct dossier *d);

/* What of that may come after the proof: the request waits in it. */
bool owes_afterwards(uint32_t owed);
/* What of that only a yes of the policy pays. */
bool owes_permit(uint32_t owed);

/* As the database calls it. */
const char *debt_name(enum debt debt);

#endif
