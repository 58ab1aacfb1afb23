/* approving.h: what approvals mean to the course of a request: whether work may begin, when people
 * are told that somebody is still waited for, and whose claim of being done counts. Pure; a part of
 * decide(). */
#ifndef COUNTERSIGN_DOMAIN_APPROVING_H
#define COUNTERSIGN_DOMAIN_APPROVING_H

#include "domain/decide.h"
#include "domain/line.h"

/* Enough of those who may have approved it: the database says so, and so do the rules here. */
bool approving_is_done(const struct dossier *d);

/* Nobody did within the time that its template gives. */
bool approving_lapsed(const struct dossier *d);

/* A step is missing that nobody can answer as it stands: those it names ask for it, gain by it, do
 * the work, check it, or have left. */
bool approving_is_barred(const struct dossier *d);

/* While it waits: who is told at which part of that time, and when to look again. */
void approving_wait(const struct dossier *d, struct decision *ret);

/* Who says that it is done has approved it: where we may refuse a close, that is no claim. */
bool approving_forbids_claim(const struct dossier *d);

/* That ticket goes back out of Verifying once it says why, unless somebody fights us for it. */
void approving_send_back(const struct dossier *d, const struct policy *policy,
                         struct decision *ret);

/* "Waiting for manager boss@example.com and 2 of security to approve, until 28 Nov 10:00 UTC": whom
 * the template wants, else whom Jira asks. */
void approving_say_awaited(struct line *l, struct line *next, const struct dossier *d);
/* Whoever claims has approved it. */
void approving_say_own_claim(struct line *l, struct line *next);
/* What tells two such sentences apart. */
uint64_t approving_key(const struct dossier *d);
/* Has somebody to be told again, because the time is running out? */
bool approving_reminds(const struct dossier *d);

#endif
