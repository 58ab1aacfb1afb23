/* gate.h: may this ticket close? And, from a fresh read, what a flow should do next. Pure. */
#ifndef COUNTERSIGN_DOMAIN_GATE_H
#define COUNTERSIGN_DOMAIN_GATE_H

#include "domain/decide.h"

enum gate_answer { GATE_NO = 0, GATE_YES, GATE_YES_BY_EXCEPTION };

struct gate_verdict {
    enum gate_answer answer;
    const char *reason;   /* CamelCase, static: NoItems, Unknown, Mismatch, Settling, NotClaimed,
                             WrongCycle, ... */
    size_t first_missing; /* index of the first item that is not proven, item_count when all are */
    size_t verified, excepted, missing;
    enum verdict worst;  /* what to tell people first: mismatch, then unknown, then settling */
    bool contradicted;   /* a fresh read says that at least one item is not as asked */
    bool stale_copy;     /* unknown only because the source's copy is older than the claim */
    bool read_failed;    /* the newest read of an item failed */
    size_t first_failed; /* index of the first such item, item_count when there is none */
    int64_t settling_ms; /* read again after this long to let a settling item settle; 0 = none
                            settles */
};

/* All items verified by reads that are newer than the claim of the ticket's present cycle, or
 * excepted. */
struct gate_verdict gate_judge(const struct dossier *d);

/* May the ticket stand in a Done status? Closed or being closed on a proof of its own cycle, closed
 * by us on a proof that is only being refreshed, or put there by the very decline that ended the
 * request. What decides to reopen and what carries it out ask the same question. */
bool gate_done_is_right(const struct dossier *d);

/* What the marker search found, newest knowledge last. */
struct find_result {
    bool proven; /* authenticated and complete: an empty list means "none" */
    size_t count;
    struct str issue_id[8]; /* live tickets carrying our marker */
    struct str key[8];
    bool human_touched[8];
    int64_t created_ms[8];
};

/* What a fresh read means for this flow. `ticket` for all kinds but create, `found` for create. */
enum flow_event flow_judge(const struct flow *flow, const struct dossier *d,
                           const struct ticket *ticket, const struct find_result *found,
                           const struct policy *policy, int64_t now_ms);

/* Of several tickets with our marker the one to keep: touched by a human, else the oldest. Index.
 */
size_t duplicate_keep(const struct find_result *found);

#endif
