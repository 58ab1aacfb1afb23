/* permit_decide.h: what follows from the answers to the question whether it may be (permit.h).
 *
 * A grant waits until somebody said yes. A removal is never asked about and never waits. An
 * emergency, which has an end, does not wait for a policy that does not answer; a no, and duties in
 * conflict, stop it like any other. Pure. */
#ifndef COUNTERSIGN_DOMAIN_PERMIT_DECIDE_H
#define COUNTERSIGN_DOMAIN_PERMIT_DECIDE_H

#include "domain/gate.h"

/* Is this request asked about? Only where something is to be given. */
bool permit_is_wanted(const struct dossier *d);

/* Before work. NOTICE_NONE: nothing is in the way. NOTICE_DENIED: it may not be. Else what the
 * ticket shall say while it waits. Sets in `ret` what is asked now, when it is looked at again, and
 * who is told. */
enum notice_state permit_before_work(const struct dossier *d, struct decision *ret);

/* Somebody was asked and has not said yes, and exceptions cover all that is given: it closes by
 * exception, however well the reads prove it. They cover no duties in conflict. */
bool permit_is_excepted(const struct dossier *d);

/* Not permitted (any more), and no exception covers that: what reads prove does not count yet. */
bool permit_bars_proof(const struct dossier *d);

/* The same, and not for want of an answer. */
bool permit_forbids(const struct dossier *d);

/* The same of what counts as proven and is not closed yet: the exception that let its duties be
 * together may have ended meanwhile. It goes back to verifying then, which says for whom it waits.
 * Also what was proven and only an exception covers now: it is to close as that. */
bool permit_bars_close(const struct dossier *d);

/* The same once the reads prove what is asked for, or an exception covers the rest. Never
 * NOTICE_DENIED: what was given is there. */
enum notice_state permit_before_proof(const struct dossier *d, const struct gate_verdict *g,
                                      struct decision *ret);

/* The answer that stands in the way of this request, as far as it is known; NULL: none does. */
const struct permit *permit_in_the_way(const struct dossier *d);

/* How long after so many fruitless tries the next one is made. */
int64_t permit_wait_ms(int32_t tries);

#endif
