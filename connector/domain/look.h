/* look.h: what a fresh look at Jira means for outbound work: act, wait, done, or not any more. And
 * which of two tickets of one request is kept. Pure. */
#ifndef COUNTERSIGN_DOMAIN_LOOK_H
#define COUNTERSIGN_DOMAIN_LOOK_H

#include "domain/decide.h"

/* What the marker search found, newest knowledge last. */
struct find_result {
    bool proven;  /* authenticated and complete: an empty list means "none that we may see" */
    bool sighted; /* the same identity was shown a ticket that we made, in the project where this
                     one would be: what is not there is not hidden from us by issue security (asked
                     where a create is in doubt) */
    size_t count;
    struct str issue_id[8]; /* ours with the marker; thrown-away ones only where none lives */
    struct str key[8];
    bool human_touched[8];
    int64_t created_ms[8];
};

/* What a fresh read means for this flow. `ticket` as just read; for a create whose ticket nobody
 * knows yet NULL, and `found` instead. *ret_why: with REFUSED the reason as people read it. */
enum flow_event flow_judge(const struct flow *flow, const struct dossier *d,
                           const struct ticket *ticket, const struct find_result *found,
                           const struct policy *policy, int64_t now_ms, const char **ret_why);

/* May what stands in the dossier pass for a fresh read of the ticket, for words that harm nobody?
 * It was read a moment ago, whoever did, and nobody told of a change since. */
bool look_is_fresh(const struct dossier *d, const struct policy *policy);
/* May the request be looked at with it? Only where it says that nothing has happened yet: open, and
 * nobody's claim. Whatever claims, closes, reopens or cancels is read by the look that decides it.
 */
bool look_suffices(const struct dossier *d, const struct policy *policy);

/* Of several tickets with our marker the one to keep: touched by a human, else the oldest. Index.
 */
size_t duplicate_keep(const struct find_result *found);

/* Did our create for this request make that ticket? Our account did, and it carries the marker or
 * the binding. A clone has them too, but somebody else made it. */
bool look_is_ours(const struct ticket *ticket, struct str marker, struct str request_id);

/* A ticket that carries the marker of a request which has its ticket already. */
enum second {
    SECOND_FOREIGN,   /* not made by us: a clone, or a label somebody wrote */
    SECOND_OVER,      /* thrown away already */
    SECOND_RETIRE,    /* nobody has it in hand: it is cancelled */
    SECOND_SWAP,      /* it is the one to keep: the request goes over to it, its old one is
                         cancelled */
    SECOND_CONTESTED, /* people have both in hand, or it was closed: for people to sort out */
};
/* For the log. */
const char *second_name(enum second second);
/* Both as just read, comments included. phase: of the request. */
enum second second_judge(const struct ticket *second, const struct ticket *kept, struct str marker,
                         struct str request_id, enum phase phase);
/* Before a request goes over to a second ticket: of those with its marker only the ones that go
 * before it are left in `found`, none when it is next. People work on them, and not on this one;
 * what becomes of them is judged by looks of their own. kept: id of the ticket the request has. */
void second_rivals(const struct ticket *second, struct str kept, struct find_result *found);

#endif
