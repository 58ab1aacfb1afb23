/* policy_duties.h: duties to be kept apart (domain/sod.h) as a question and its answer, in bytes
 * that are kept: what was asked of the target systems, what they said, and what follows. Pure. */
#ifndef COUNTERSIGN_POLICY_DUTIES_H
#define COUNTERSIGN_POLICY_DUTIES_H

#include "base/arena.h"
#include "base/buf.h"
#include "domain/sod.h"
#include "policy/policy.h"

enum { DUTIES_BYTES = 256 * 1024, DUTIES_READS_MAX = 64 };

struct duties {
    enum permit_stage stage;
    const struct sod_set *sets;
    size_t set_count;
    struct sod_holding *holdings; /* filled in as they are read */
    size_t holding_count;
    bool emergency; /* what nobody can tell does not hold it up */
};

/* Is this one read? What the change makes certain is not asked of the system beforehand. */
bool duties_reads(const struct duties *d, const struct sod_holding *h);

/* The sets and who is asked what, before any read. */
void duties_write_question(struct buf *out, const struct duties *d);
/* What every read said, and the finding of each set. */
void duties_write_answer(struct buf *out, const struct duties *d);

/* GIVEN: every set is clear. CONFLICT, and the names of the sets in conflict into `ret_conflicts`
 * (room for set_count), with how many: one is for sure. OPEN: nobody can tell of one. */
void duties_judge(const struct duties *d, struct policy_answer *ret, struct str *ret_conflicts,
                  size_t *ret_conflict_count);

/* What the person was seen to hold, as "source/entitlement", each once; in the arena. Returns how
 * many. */
size_t duties_held(const struct duties *d, struct arena *arena, const struct str **ret);

#endif
