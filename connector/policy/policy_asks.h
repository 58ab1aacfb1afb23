/* policy_asks.h: approvals that a policy wants of what it permits, beside those of the template. A
 * rule file says them (`approvals`), a decision point in its answer's context: AuthZEN 1.0 leaves
 * that open, and what is read of it stands in schemas/README.md. Pure. */
#ifndef COUNTERSIGN_POLICY_ASKS_H
#define COUNTERSIGN_POLICY_ASKS_H

#include "base/arena.h"
#include "base/buf.h"
#include "domain/approval.h"
#include "json/json_read.h"

enum { POLICY_ASKS_MAX = 4, POLICY_ASKS_PEOPLE_MAX = 32 };

/* All zero: none. */
struct policy_asks {
    int32_t at_least; /* people in all; 0: as many as the template wants */
    struct approval_step steps[POLICY_ASKS_MAX];
    size_t count;
};

/* Of how many people a step speaks: a name counts once, however it is spelled. */
size_t policy_asks_people(const struct approval_step *step);
/* Does it want any? */
bool policy_asks_any(const struct policy_asks *a);
/* Both are wanted. False: they are too many. */
MUST_CHECK bool policy_asks_join(struct policy_asks *all, const struct policy_asks *more);
/* {"at_least":2,"steps":[{"at_least":1,"people":["ciso@example.com"],"who":"risk office"}]} */
void policy_asks_write(struct buf *out, const struct policy_asks *a);
/* The same document, from others. False: it is not all understood, and then nothing of it may be
 * passed over. */
MUST_CHECK bool policy_asks_read(struct arena *arena, const struct json *v,
                                 struct policy_asks *ret);

#endif
