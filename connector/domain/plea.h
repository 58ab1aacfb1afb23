/* plea.h: an exception asked for on the ticket: why and until when, who shall own it, and what
 * somebody allowed to decided. Decided by what Jira's history says of who did what, never by what a
 * field says of itself. Pure. */
#ifndef COUNTERSIGN_DOMAIN_PLEA_H
#define COUNTERSIGN_DOMAIN_PLEA_H

#include "domain/dossier.h"

enum { PLEA_DAYS_MAX = 90 };

enum plea_verdict {
    PLEA_NONE = 0, /* nobody asks, or nobody needs it any more */
    PLEA_WAITS,    /* for somebody allowed to decide */
    PLEA_GRANTED,
    PLEA_SPENT, /* it was granted, and covers nothing any more */
    PLEA_DECLINED,
    PLEA_TAKEN_BACK, /* it was granted, and the answer that did so is not there any more */
    PLEA_STRANGER,   /* decided by somebody who may not */
    PLEA_OWN,        /* by who asks, works on it, or gains by it */
    PLEA_UNCLEAR,    /* nobody can tell whether it was by who asks or gains by it */
    PLEA_NO_END,     /* no end, one that is over, or more than 90 days away */
    PLEA_NO_OWNER,   /* no owner, or the approver himself */
    PLEA_NO_CONTROL, /* nothing mitigates it meanwhile */
    PLEA_LEFT,       /* the owner, or who decided, has left */
};

/* What stands on the ticket now. Granted where it is to be carried out; the database knows more
 * names of people, and refuses once more who approves for himself under another of them. */
enum plea_verdict plea_judge(const struct dossier *d);
/* An exception that was granted here covers something, and the answer that granted it was changed
 * or removed since, by whomever: it ends. One from the API or the command line does not. */
bool plea_is_taken_back(const struct dossier *d);
/* The answer that stands there, or that nobody gives any more, undid one that was granted. */
bool plea_undid(const struct dossier *d);
/* Is it an answer that the ticket has to say? */
bool plea_is_refused(enum plea_verdict v);
/* Why it is refused, in the word that the database has for it (guard_exception); static. */
const char *plea_why(enum plea_verdict v);

#endif
