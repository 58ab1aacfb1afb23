/* decide.h: the one decision about a request: dossier in, decision out. Level-triggered: it never
 * asks what happened, only what is so, and may be called at any time, any number of times. Pure. */
#ifndef COUNTERSIGN_DOMAIN_DECIDE_H
#define COUNTERSIGN_DOMAIN_DECIDE_H

#include "domain/dossier.h"

/* After the close: when it is read again, and what is asked for then (drift.h). */
struct watch {
    bool drift;                            /* it is read again */
    bool expiry;                           /* removal is asked for of access that ends */
    int64_t first_ms, second_ms, third_ms; /* reads so long after the close */
    int64_t then_ms; /* then so far apart, while access is time-bound or a drift is there */
    int64_t lead_ms; /* removal is asked for so long before access ends */
    int32_t
        loop_limit; /* requests opened for one reason about one entitlement of one account ... */
    int64_t loop_window_ms; /* ... within this: then nothing more is opened, and people are told */
};

struct policy {
    int64_t recheck_ms;       /* while a proof is awaited, read at least this often, for a day */
    int64_t return_after_ms;  /* a mismatch this long after the claim goes back to the fulfiller */
    int32_t reopens_per_hour; /* then hold and escalate (reliability D4) */
    int32_t writes_per_hour;  /* comments and fields on one ticket */
    int32_t tells_per_ticket; /* comments that are new rather than edited in place */
    int64_t touch_ms;         /* a touched ticket's sources are read again no sooner than this */
    int64_t sweep_ms;         /* look at an open ticket at least this often */
    int64_t look_ms;    /* a save of a look prolongs its claim by so much: schedule_look_ms() */
    int64_t refused_ms; /* a move that Jira refused is tried again after this, then twice this,
                           ..., at least hourly */
    bool compares; /* some source tells what else an account holds: it is read before work, too */
    struct flow_times times;
    /* waits between reads after a claim (schedule.h): 0, 15 s, 1 m, 5 m, 15 m, then hourly */
    const int64_t *read_waits_ms;
    size_t read_wait_count;
    struct watch watch;
};
extern const struct policy POLICY_DEFAULT;

struct enqueue {
    enum flow_kind kind;
    struct str cycle;
    enum notice_state notice; /* for comment and field_update: what it says; words.h renders it */
    int32_t
        tell; /* of a comment: 0 an edit in place suffices, 1 it is the ticket's first, 2 somebody
                 has to act and is told by a new one as well. Also how many calls it takes */
};

/* Somebody is told, once for each reason, claim and `since_ms`. */
struct escalation {
    const char *reason; /* CamelCase, static */
    int64_t
        since_ms; /* what tells two of the same reason apart (the begin of a run); 0 = nothing */
};

struct decision {
    bool move; /* phase changes: exactly one evidence entry */
    enum phase to;
    const char *reason; /* CamelCase, static: goes into the evidence entry */
    bool new_claim; /* claimed_at := database now, claim_cycle := ticket cycle, generation + 1 */
    bool answered;  /* answered_cycle := ticket cycle */
    bool breach;    /* Done was seen without proof: counted, in evidence */
    enum refusal refused; /* why the gate says no to this close: in evidence, whatever the mode;
                             NONE: it does not, or that is recorded already */
    bool tampered; /* mapped fields differ from what was approved, or are empty: in evidence, never
                      followed */
    bool rebound;  /* our binding on the ticket was changed: in evidence, written anew */
    bool unmarked; /* our marker was taken off the ticket: in evidence, of no effect */
    bool resolved; /* a resolution was set without a close: in evidence, taken away */
    bool given_up; /* a removal was ended on its ticket: a breach, unless by who asked for it */
    bool respoken; /* what we said on the ticket was changed: in evidence, and said anew when it may
                      be */
    bool edited_back; /* they are as approved, but were edited since: in evidence */
    bool grants;      /* the exception asked for on the ticket is granted: rows, and evidence */
    bool refuses;     /* it is not: in evidence */
    const char *refuses_why; /* plea_why() of that; NULL: it does not refuse; static */
    bool revokes; /* the answer that granted one was taken back: it ends, and people hear of it */
    bool read_sources; /* read every item's source now, then decide again */
    bool asks;         /* ask the policy now, at this stage, then decide again */
    enum permit_stage asks_at;
    int64_t next_read_ms; /* absolute: when the sources are read next; 0 = not planned */
    struct enqueue flows[LIMIT_EFFECTS_PER_STEP];
    size_t flow_count;
    bool retry[FLOW_KIND_COUNT]; /* this refused (parked) flow may try once more */
    uint64_t notice_key; /* identity of the notice wanted (state and facts, without times) */
    struct escalation escalations[LIMIT_EFFECTS_PER_STEP];
    size_t escalation_count;
    int64_t look_again_ms; /* absolute database time of the next look; 0 = only when hinted */
    size_t about;          /* the item that the next four are about */
    enum follow follow;    /* a request is opened because of this one */
    enum drift_answer
        drift;             /* it is not as proven any more: recorded, with what is done about it */
    const char *drift_why; /* CamelCase, static */
    bool drift_over;       /* it is as proven again: recorded */
    bool approval_late, review_late, declined_late; /* of an emergency: told, once each */
    bool settles;   /* what an exception let close is proven after all: recorded */
    size_t settled; /* that item */
};

/* One step. Callers apply the decision in one transaction and call again while `move` was set
 * (bounded). */
void decide(const struct dossier *d, const struct policy *policy, struct decision *ret);

/* How long a move that Jira refused rests before it is tried again by itself, after so many calls.
 */
int64_t refused_wait_ms(const struct policy *policy, int32_t attempts);

#endif
