/* ticket.h: what one fresh read of a ticket told us. Plain data; jsm/ fills it from Jira's JSON,
 * the simulator from its model. */
#ifndef COUNTERSIGN_DOMAIN_TICKET_H
#define COUNTERSIGN_DOMAIN_TICKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* What became of a look at the world. DENIED: the credential was not accepted. REFUSED: we may not
 * look, and asking again will not help. */
enum read_outcome { READ_OK, READ_FAILED, READ_DENIED, READ_REFUSED };

/* Jira's status category: the only robust "is it closed" test (not the status name, not the
 * resolution). */
enum status_category { CATEGORY_UNKNOWN = 0, CATEGORY_NEW, CATEGORY_INDETERMINATE, CATEGORY_DONE };

/* What a status means to us; the mapping says which status plays which part. A Done-category status
 * plays DONE unless the mapping calls it CANCELLED or DECLINED. */
enum status_role {
    STATUS_OPEN = 0,
    STATUS_VERIFY, /* "Verifying access": the fulfiller says done */
    STATUS_DONE,
    STATUS_CANCELLED,
    STATUS_DECLINED,
};

enum ticket_presence {
    TICKET_UNREAD = 0,
    TICKET_HERE,
    TICKET_GONE
}; /* GONE: 404, moved out of the projects we look after, archived */

enum approval_state { APPROVAL_NONE = 0, APPROVAL_PENDING, APPROVAL_APPROVED, APPROVAL_DECLINED };

/* Somebody who has to do with a request. */
struct person {
    struct str key;   /* what we call him; empty: nobody is named */
    struct str names; /* by what Jira knows him, a JSON array (jsm_user_names); empty: not known */
    /* of an approver: */
    int64_t given_ms;   /* when he answered, 0: as the ticket's approval says */
    int64_t asked_ms;   /* when Jira asked for that approval, 0: it does not say */
    struct str account; /* Cloud's id of him, by which it is told whether he is an app */
    bool app;           /* an app's account, not a person's */
};

enum plea_answer { PLEA_UNANSWERED = 0, PLEA_YES, PLEA_NO };

/* An exception asked for on the ticket, as its fields stand and its history tells of them (plea.h).
 */
struct plea {
    struct str reason;   /* empty: nobody asks */
    struct str asked_by; /* who wrote it, person key */
    struct str
        owner; /* who shall own it, person key; who asked where the site has no field for it */
    struct str control; /* what mitigates it meanwhile; empty: nothing is said to */
    int64_t until_ms;   /* its end, 0 = none is given */
    enum plea_answer answer;
    struct str decided_by;                 /* who set the answer, person key */
    struct str decided_names, owner_names; /* as in struct person; for the store */
    struct str asked_names;                /* the same: the owner's, where he has no field */
    bool by_approver;                      /* the mapping lists who did */
    bool by_worker;                        /* who did is the assignee, or moved the ticket last */
    struct str edit; /* changelog id of the answer, or of its end: what has been carried out
                        once is over */
};

struct ticket {
    enum ticket_presence presence;
    struct str issue_id; /* numeric id as text; the key is only for display */
    struct str key;
    enum status_category category;
    enum status_role role;
    struct str status_name;
    struct str
        cycle; /* changelog id of the move into the present status, "0" when it never moved */
    int64_t cycle_at_ms;    /* Jira's time of that move */
    struct str moved_by;    /* account id of who made that move */
    bool moved_by_us;       /* that account is the connector's own */
    struct str mover_names; /* by what Jira knows who made it, as in struct person */
    struct str reporter_names, creator_names; /* the same of who filed it; empty: ourselves */
    struct str verifier;                      /* our own account, for the store */
    int64_t edit_at_ms;                       /* Jira's time of `edit`, 0 = none */
    struct str
        edit; /* changelog id of the last change to a field that the mapping reads, "0" = none */
    bool resolution_set;  /* a resolution outside a Done status looks closed in queues */
    int64_t updated_ms;   /* Jira's `updated` */
    struct str marker;    /* correlation marker found on it, empty when none */
    struct str markers;   /* all labels that look like one, separated by blanks */
    struct str bound_to;  /* the request that its binding property names for this site, or empty */
    bool bound_elsewhere; /* that property names another site: copied, or somebody's own words */
    uint64_t shown_hash;  /* of what the ticket says in our name: words_hash() of the state property
                             and the two fields as they stand now */
    uint64_t stated_hash; /* the same of the property alone: of no other fields; 0: not known */
    struct str shown_in;  /* which two fields these are, as the mapping names them now */
    bool comment_over; /* somebody else edited or deleted a comment of ours since we wrote last */
    struct str resolution_edit; /* changelog id of the edit, by somebody else and outside a move,
                                   that set the resolution; empty: none did, or it was undone */
    struct plea plea;
    struct str assignee; /* account id */
    /* of the history of a plea: changelog ids of when it was asked for, and changed beside its
     * answer last; account id of who answered */
    struct str plea_asked, plea_varied, plea_decider;
    struct str plea_workers; /* account ids of who moved it or had it, ever, separated by blanks */
    struct str resolved_by; /* changelog id of the last change of the resolution, however it came */
    bool made_by_us;        /* our account made it, and its binding names no other site */
    bool human_touched;     /* somebody other than us and than an app changed it or, where comments
                               were read too, wrote on it; or more was done than the read shows */
    int64_t created_ms;
    enum approval_state approval;
    const struct person *approvers; /* who decided so, each of them */
    size_t approver_count;
    struct str awaited; /* whose answer is missing while it is pending, as people call them, one a
                           line */
    struct person requester, beneficiary; /* as the mapping reads them now */
    int64_t approved_at_ms;
    /* what the mapping made of the fields as they stand now */
    uint64_t mapped_hash; /* of the tuple; 0 = it does not map */
    uint64_t live_hash;   /* the same by the live mapping, where the request keeps another */
    struct str mapping;   /* which mapping was live then, as the store knows it */
    struct str mapped_by; /* which made that of them: the live one, or one that the request keeps */
    int64_t fields_ms;    /* `updated` of the read whose fields the store has; 0: of none */
    struct str
        fields; /* what they hold, as JSON, for the store; absent: not told, empty: too much */
    struct str mapped; /* the tuple as canonical JSON, for the store; empty when it does not map */
    struct str
        hold_text; /* it does not map: which field, and what to do, for the ticket's reader */
};

#endif
