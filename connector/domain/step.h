/* step.h: an act is one step: one call that writes, between two looks. Data only, like flow.h.
 *
 * A kind of work is a row of steps in the table of step.c. They are level-triggered: whatever was
 * done before, the next step is the first one that a fresh look does not show as done. So work that
 * died anywhere is taken up where the world stands, and a step that somebody else did is not done
 * again.
 */
#ifndef COUNTERSIGN_DOMAIN_STEP_H
#define COUNTERSIGN_DOMAIN_STEP_H

#include "domain/dossier.h"
#include "domain/flow.h"
#include "domain/ticket.h"

/* X(NAME, name in the database) */
#define STEPS(X)                                                                                \
    X(CREATE, "create")                                                                         \
    X(BIND, "bind")                 /* our property says whose ticket it is */                  \
    X(LINK, "link")                 /* to the request at the identity platform */               \
    X(PARTICIPANTS, "participants") /* who shall follow it */                                   \
    X(COMMENT, "comment")                                                                       \
    X(FIELDS, "fields")                                                                         \
    X(TO_VERIFY, "to_verify")   /* nearer to Done: into Verifying, or there by a direct road */ \
    X(TO_DONE, "to_done")       /* into Done, and nowhere else */                               \
    X(TO_OPEN, "to_open")       /* back to work */                                              \
    X(SAY_SECOND, "say_second") /* one internal comment that names both tickets */              \
    X(TO_CANCELLED, "to_cancelled")   /* thrown away, never by a road that means verified */    \
    X(TELL, "tell")                   /* a new internal comment: somebody has to act */         \
    X(UNRESOLVE, "unresolve")         /* a resolution without a close is taken away */          \
    X(EVIDENCE_LINK, "evidence_link") /* the link to the evidence shows what is so */           \
    X(RELATE, "relate")               /* to the ticket of the request that it follows */        \
    X(REMIND, "remind")               /* a new internal comment about a deadline */             \
    X(RAISE, "raise")                 /* one field of the ticket, as the ladder says */         \
    X(ESCALATE, "escalate")           /* a ticket about the deadline, with a marker */

enum step {
#define X(name, text) STEP_##name,
    STEPS(X)
#undef X
        STEP_END /* how many there are */
};

/* What must be looked at before a step. */
enum look {
    LOOK_NOTHING, /* there is nothing that could be found: what we know suffices */
    LOOK_MARKER,  /* tickets that carry our marker; proven to be a search by us */
    LOOK_TICKET,  /* the ticket itself */
    LOOK_LATELY,  /* the same; that somebody read it a moment ago will do */
};

struct step_rule {
    enum flow_kind kind;
    enum step step;
    enum look look;
    bool makes;    /* it makes a ticket: its answer must name it, and doing it twice makes two */
    unsigned from; /* STEP_FROM bits: it is still to be done while the ticket stands there */
    const char *reason;
};
#define STEP_FROM(role) (1u << STATUS_##role)

/* The whole table; the rows of a kind stand together, in the order in which they are done. */
const struct step_rule *step_rules(size_t *ret_count);

/* What to look at before this flow's next step. A create that was never sent (no attempt is
 * counted, and one is before each call) needs no search: nothing can carry its marker yet. */
enum look step_look(const struct flow *flow);

/* The first step that neither the flow nor the fresh look shows as done; NULL: it is over. ticket:
 * as just read; ignored where none was read. shown: STEP_BITs of steps that making them ready found
 * done already, in this same look. */
#define STEP_BIT(step) (1u << (step))
const struct step_rule *step_next(const struct flow *flow, const struct ticket *ticket,
                                  unsigned shown);

/* STEP_BITs of steps that the gate's mode leaves to people: only who may hold a close takes a
 * resolution away. */
unsigned step_unwanted(const struct dossier *d);

/* Jira says that this step is done: DID when that was all, STEP when more follows, LOST when it
 * made a ticket and did not say which. reached: where a move led; issue_id: of the ticket it made.
 */
enum flow_event step_did(const struct step_rule *rule, enum status_role reached,
                         struct str issue_id);

/* A step that Jira called done, and the look after it does not show: WAIT the first time, for
 * whoever undoes it at once is not fought at full speed; REFUSED when that was waited out before
 * (flow->failures), for what never shows would be written for ever. *ret_why: as people read it. */
enum flow_event step_unseen(const struct flow *flow, const char **ret_why);

/* Name as it stands in the database. */
const char *step_text(enum step step);

#endif
