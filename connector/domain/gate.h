/* gate.h: may this ticket close? Pure. */
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

/* Was what is missing now as asked before? */
bool gate_came_back(const struct dossier *d, const struct gate_verdict *g);

/* What to say of what a fresh read contradicts: it came back, something else was changed instead,
 * or it is not there yet. */
enum notice_state gate_contradicts(const struct dossier *d, const struct gate_verdict *g);

/* Does the ticket stand where the claim left it, or where we moved it? The proof belongs to the
 * claim's cycle; our own moves (reopen, the way through Verifying) do not start a new one. */
bool gate_in_claimed_cycle(const struct dossier *d);

/* May the ticket stand in a Done status? Closed or being closed on a proof of its own cycle, closed
 * by us on a proof that is only being refreshed, or put there by the very decline that ended the
 * request. What decides to reopen and what carries it out ask the same question. */
bool gate_done_is_right(const struct dossier *d);

/* What the mode lets us do to the ticket. Its words: decide.c and look.c. */
/* Is what stands in Done without proof put back, and what is not as asked sent back? */
bool gate_holds(const struct dossier *d);
/* Do we close it once it is proven? Where nothing is enforced people close by themselves; but out
 * of Verifying only we lead, in every mode: the gate belongs to a workflow, which may carry request
 * types of every mode. */
bool gate_closes(const struct dossier *d);
/* Is nothing said but that it is not enforced? So it is where we only observe; but whoever waits in
 * Verifying is held by the workflow all the same, and reads for what. */
bool gate_is_silent(const struct dossier *d);

#endif
