/* dossier.h: all we know about one request at one moment: the only input of decide(), gate_judge()
 * and flow_judge() (look.h). Loaded in one read from the database (store/) or from the simulator's
 * memory; borrowed from its arena. */
#ifndef COUNTERSIGN_DOMAIN_DOSSIER_H
#define COUNTERSIGN_DOMAIN_DOSSIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/after.h"
#include "domain/approval.h"
#include "domain/badge.h"
#include "domain/flow.h"
#include "domain/item.h"
#include "domain/permit.h"
#include "domain/refusal.h"
#include "domain/request.h"
#include "domain/ticket.h"

/* What we show on the ticket (user-experience: "The states and the exact words"). */
enum notice_state {
    NOTICE_NONE = 0,
    NOTICE_OBSERVING,
    NOTICE_WAITING_APPROVAL,
    NOTICE_READY,
    NOTICE_CHECKING,
    NOTICE_STALE,
    NOTICE_NOT_YET,
    NOTICE_WRONG_CHANGE,
    NOTICE_CANNOT_READ,
    NOTICE_UNCLEAR,
    NOTICE_EXCEPTION,
    NOTICE_VERIFIED,
    NOTICE_REOPENED,
    NOTICE_CANNOT_REOPEN,
    NOTICE_WITHDRAWN,
    NOTICE_DENIED,
    NOTICE_EXPIRED,
    NOTICE_HELD,           /* closed again and again: we reopen it no more for a while */
    NOTICE_NO_EXCEPTION,   /* asked for on the ticket, and not granted */
    NOTICE_CAME_BACK,      /* it was as asked, and is not any more */
    NOTICE_DRIFTED,        /* the same, after it was closed on proof */
    NOTICE_SUPERSEDED,     /* a request approved later asks for the opposite */
    NOTICE_OWED,           /* an emergency, proven: its approval or its review is owed */
    NOTICE_WAITING_POLICY, /* nobody has answered yet whether it may be */
    NOTICE_NOT_PERMITTED,  /* it is as asked, and the policy says no to it now */
    NOTICE_DUTIES,         /* duties in conflict, and no exception covers it */
    NOTICE_OWN_CLAIM,      /* who says that it is done has approved it */
    NOTICE_COUNT           /* as what was said: something only a newer release says */
};

struct dossier {
    struct str request_id;
    int64_t version; /* the fence of the request row */
    int64_t now_ms;  /* database time of this read */
    bool brief; /* only what its ticket is read by, and that read kept: nothing is decided on it */

    enum request_kind kind;
    enum phase phase;
    enum gate_mode mode;
    bool held; /* the ticket does not map (yet): no items; hold_text names the field */
    struct str hold_text;
    bool contested; /* the live mapping reads something else in the ticket than was approved */
    struct str
        mapping;      /* by which its ticket is read, as the store knows it; empty: the live one */
    bool from_ticket; /* the ticket came first (agent or portal); false: submitted by API or command
                         line */
    bool emergency;
    bool privileged;
    bool together; /* what it takes away waits for what it gives (ahead.h) */
    /* what went ahead of it and an edit took out of it, the latest edit first */
    const struct ahead_left *ahead_left;
    size_t ahead_left_count;
    int32_t generation;
    struct str requester, beneficiary; /* person keys */

    int64_t requested_ms, approved_ms, claimed_ms, verified_ms, closed_ms; /* 0 = not yet */
    int64_t access_until_ms;
    int64_t approval_due_ms,
        review_due_ms; /* of an emergency: by when they are owed (emergency.h) */
    bool reviewed;     /* it was looked at afterwards */

    bool approval_needed;
    bool approval_given;    /* a valid approval of these very items is recorded */
    bool approval_outdated; /* there are approvals, but of what was asked before an edit */
    bool approval_unclear;  /* one of these very items is recorded, by somebody who may be the
                             * requester or the one it is for: it does not count */
    bool approval_declined;
    struct approvals approvals; /* what the four above follow from; known where the database told */
    bool claims_own;            /* who pressed Resolve has approved it */
    bool cancel_asked;
    uint64_t approved_hash;   /* of the mapped tuple that was approved, 0 = not yet */
    struct str approved_edit; /* ticket.edit as it was approved, empty = not known */

    /* for making the ticket */
    struct str marker, rule, request_type, justification;
    struct str sponsor, manager; /* as they were mapped */

    /* the ticket as last read */
    struct str site;
    struct ticket ticket;
    int64_t ticket_read_ms;    /* when that read was begun; 0: somebody told of a change since */
    struct str claim_cycle;    /* cycle we are verifying or verified; empty = none */
    struct str answered_cycle; /* last cycle we answered by a return or a reopen; empty = none */
    enum refusal refused;      /* what is recorded of the present claim, or close */

    const struct item *items;
    size_t item_count;
    /* what it asked for until a request approved later asked for the opposite: none of `items` */
    const struct item *superseded;
    size_t superseded_count;

    /* outbound work */
    bool flow_open[FLOW_KIND_COUNT]; /* an unfinished flow of that kind exists (parked counts) */
    bool flow_parked[FLOW_KIND_COUNT];
    struct str flow_cycle[FLOW_KIND_COUNT];   /* of that unfinished flow */
    int64_t flow_sent_ms[FLOW_KIND_COUNT];    /* of a call whose fate is unknown, 0 = none is */
    int64_t flow_refused_ms[FLOW_KIND_COUNT]; /* when it was last refused, 0 = never */
    int32_t flow_attempts[FLOW_KIND_COUNT];   /* calls tried */
    bool ours_unseen; /* a ticket that Jira told us it made, for another request, is not shown to us
                       */
    bool close_sent;  /* a close for the present claim may have been carried out: calling..done. On
                         proof: no exception covered anything until it ended */
    int32_t reopens_last_hour, returns_last_hour;
    int32_t writes_last_hour; /* calls that write comments, fields or what was mended */
    int32_t tells;            /* comments that were new, ever: each is a notification */
    uint64_t said_hash; /* words_hash() of what the ticket shall say, 0 = we said nothing yet */
    struct str said_in; /* struct ticket's shown_in of where it was said, empty: not known */
    enum notice_state notice_shown; /* what the ticket says now, as far as we know */
    uint64_t notice_shown_key;
    int64_t notice_shown_ms;

    /* verification schedule */
    int32_t reads_since_claim;
    int64_t last_read_ms;
    bool touched;  /* somebody did something to the ticket since the sources were read last */
    bool unsteady; /* work of ours ended since the look began: what it shows of the ticket may be
                      older than that */
    struct str plea_done;    /* struct plea's edit that was carried out; empty: none */
    struct str plea_refused; /* why the database would not have it: "own", "unclear", "owner",
                              * "left", "control", or what it calls a broken rule; empty: it did */
    struct str plea_covers;  /* the same of one whose exception still covers something; empty: none
                              * does, or those that do were not asked for on the ticket */
    bool links_evidence;     /* tickets of this site link to their evidence */
    bool pleads;             /* an exception can be asked for on them */
    enum badge badge_shown;  /* what that link shows, as far as we wrote it; COUNT: what a newer
                              * version wrote */
    int64_t goal_ms;         /* from request to proof, 0 = none */
    bool permit_wanted; /* a policy, or duties to be kept apart, are asked about what it gives */
    struct permit permits[PERMIT_STAGE_COUNT];
    struct after after;
};

#endif
