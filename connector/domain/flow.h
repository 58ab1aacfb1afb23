/* flow.h: what may happen to one outbound piece of work. Data only: no I/O, no clock, no memory.
 *
 * Every kind of work runs through the same states: look first (a fresh read says whether the world
 * already is as wanted), act, and when the answer was lost, look again until it is known. An act is
 * one step (step.h): one call; work of several steps looks afresh between them. The table in flow.c
 * is the specification; the migrations seed governance.flow_edge with it and a test compares the
 * two.
 */
#ifndef COUNTERSIGN_DOMAIN_FLOW_H
#define COUNTERSIGN_DOMAIN_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define FLOW_KINDS(X)                                                                          \
    X(CREATE, "create_ticket")                                                                 \
    X(COMMENT, "comment")                                                                      \
    X(FIELDS, "field_update")                                                                  \
    X(RETURN, "transition") /* back to the fulfiller, with the missing fact */                 \
    X(CLOSE, "close")                                                                          \
    X(REOPEN, "reopen")                                                                        \
    X(RETIRE, "retire")               /* a second ticket of the request is cancelled */        \
    X(MEND, "mend")                   /* what somebody did to our binding or the resolution */ \
    X(EVIDENCE_LINK, "evidence_link") /* what the link to the evidence shows */                \
    X(CANCEL, "cancel")               /* the ticket of what is superseded */                   \
    X(REMIND, "remind")               /* of a deadline, in a comment of its own */             \
    X(RAISE, "raise")       /* priority, assignee or group of a ticket before a deadline */    \
    X(ESCALATE, "escalate") /* a ticket of its own about a deadline, linked to the late one */

#define FLOW_STATES(X)                                                                     \
    X(PENDING, "pending", false)                                                           \
    X(CHECKING, "checking", false) /* reading; nothing was ever sent, or it was refused */ \
    X(CALLING, "calling", false)   /* the call is on its way: dying here means doubt */    \
    X(DOUBT, "doubt", false)       /* it may have been done */                             \
    X(PROBING, "probing", false)   /* reading to find out */                               \
    X(DONE, "done", true)                                                                  \
    X(MOOT, "moot", true)      /* no longer wanted */                                      \
    X(PARKED, "parked", false) /* refused for good until somebody changes something */

#define FLOW_EVENTS(X)                                                                         \
    X(CLAIMED)    /* a worker leased the row */                                                \
    X(READY)      /* read: not yet so, and acting is right */                                  \
    X(FOUND)      /* read: already so */                                                       \
    X(NOT_WANTED) /* read: no longer wanted */                                                 \
    X(WAIT)       /* read: not yet so, but what was sent or done may still come to show */     \
    X(READ_FAILED)                                                                             \
    X(DID)         /* call: done, and that was all */                                          \
    X(STEP)        /* call: done, and more steps follow */                                     \
    X(REFUSED)     /* call or read: no, and asking again will not help */                      \
    X(NOT_SENT)    /* call: nothing left us */                                                 \
    X(LIMITED)     /* call: turned away for now (429, 503 with Retry-After before any work) */ \
    X(LOST)        /* call: outcome unknown */                                                 \
    X(RETRY_ASKED) /* configuration changed, or an operator asked */

enum flow_kind {
#define X(name, text) FLOW_##name,
    FLOW_KINDS(X)
#undef X
        FLOW_KIND_COUNT
};
enum flow_state {
#define X(name, text, final) FS_##name,
    FLOW_STATES(X)
#undef X
        FLOW_STATE_COUNT
};
enum flow_event {
#define X(name) EV_##name,
    FLOW_EVENTS(X)
#undef X
        FLOW_EVENT_COUNT
};

/* What the runner does once the move is durable. */
enum flow_effect { FX_REST, FX_LOOK, FX_ACT };
/* How long the row rests; the runner turns it into milliseconds with retry.h and flow_times. */
enum flow_rest { REST_NONE, REST_PROBE, REST_BACKOFF, REST_TOLD };

struct flow_rule {
    enum flow_state from;
    enum flow_event on;
    enum flow_state to;
    enum flow_effect then;
    enum flow_rest rest;
    const char *reason;
};

/* The rule for (state, event), or NULL: the pair is forbidden. Whoever met it stops and alerts; the
 * row keeps its state until its lease runs out, and is then looked at again. */
const struct flow_rule *flow_decide(enum flow_state state, enum flow_event event);
const struct flow_rule *flow_rules(size_t *ret_count);

/* Does nothing more happen from here? */
bool flow_state_is_final(enum flow_state state);
/* Names as they stand in the database, and back; an unknown name gives false. */
const char *flow_kind_name(enum flow_kind kind);
const char *flow_state_name(enum flow_state state);
const char *flow_event_name(enum flow_event event);
MUST_CHECK bool flow_kind_from(struct str name, enum flow_kind *ret);
MUST_CHECK bool flow_state_from(struct str name, enum flow_state *ret);

/* One row of governance.flow as the runner sees it. */
struct flow {
    int64_t id;
    enum flow_kind kind;
    enum flow_state state;
    int64_t version;  /* the fence: every claim and save adds one */
    int32_t attempt;  /* calls tried, counted before the call: 0 = never was anything sent */
    int32_t failures; /* consecutive, for back-off */
    struct str site;
    struct str request_id;
    struct str marker;
    struct str issue_id; /* the request's ticket; of a create also one that was made or found and is
                            not bound yet; of a retire the ticket to be cancelled; of an escalation
                            its own, once it was made or found; empty = none */
    struct str cycle;    /* the claim this flow answers (close, reopen, transition); of a retire the
                            id of the ticket; of an evidence link what it shows (badge_name) */
    /* canonical JSON frozen when it was added: the words of a comment or field update, else {} (a
     * create is built from the approved request, which never changes) */
    struct str payload;
    int64_t sent_at_ms; /* database time of the last call whose fate may be unknown, 0 = none is */
    int64_t now_ms;     /* database time when it was claimed or last saved */
};

struct ticket;

/* What a move writes beside its target state. */
struct flow_note {
    int64_t rest_ms;          /* the row sleeps this long from database now; 0 = at once */
    bool release;             /* give the lease back (REST), else renew it */
    bool count_attempt;       /* entering CALLING */
    bool failed;              /* failures + 1, else 0 */
    bool settled;             /* the fate of the last call is known: nothing is in doubt */
    struct str issue_id, key; /* the flow's ticket as far as it is known */
    bool bind;                /* a create: this look verified it, it is the request's from now on */
    const struct ticket
        *seen;         /* with bind: as this look saw it, kept for the request's next look */
    int64_t looked_ms; /* database time when this look began */
    const char *step;  /* name of the step that begins, NULL = none does */
    const char *why;   /* short text for the history, NULL = none */
};

/* Timing budget. flow_times_ok() checks the two inequalities that carry "never two tickets"
 * (call + safety < lease; grace > lease + lateness + index lag), each with FLOW_MARGIN_MS to spare,
 * and names the broken one. */
enum { FLOW_MARGIN_MS = 1000 }; /* what a busy machine may lose between two looks at its clock */
struct flow_times {
    int64_t call_timeout_ms; /* the client gives a call up after this */
    int64_t lease_ms;        /* a claim lasts this long without a save */
    int64_t safety_ms;    /* scheduling and clock slack: no call is sent that could outlive lease -
                             safety */
    int64_t lateness_ms;  /* Jira may still execute a request this long after we gave it up */
    int64_t index_lag_ms; /* Jira's search may lag this long */
    int64_t grace_ms; /* a lost create is not repeated before this has passed since it was sent */
    int64_t probe_ms; /* first probe after a lost call; later probes back off up to a quarter of
                         grace */
    int64_t backoff_base_ms, backoff_cap_ms;
};
MUST_CHECK bool flow_times_ok(const struct flow_times *t, const char **ret_broken);

#endif
