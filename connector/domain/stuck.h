/* stuck.h: why is this request stuck? What it waits for, whose turn it is, since when, how often it
 * was tried, what happens next and when. Pure.
 *
 * The same rules stand in the view governance.request_status, the words of STUCK_REASONS in the
 * table governance.status_reason; a test compares both with this over many states. */
#ifndef COUNTERSIGN_DOMAIN_STUCK_H
#define COUNTERSIGN_DOMAIN_STUCK_H

#include "domain/decide.h"
#include "domain/words_next.h"

#define STUCK_STATES(X)                                             \
    X(OVER, "over")         /* nothing more happens by itself */    \
    X(MOVING, "moving")     /* we are at it */                      \
    X(WAITING, "waiting")   /* it is a person's or a copy's turn */ \
    X(RETRYING, "retrying") /* it fails, and is tried again */      \
    X(STUCK, "stuck")       /* somebody has to mend something */

#define STUCK_WAITS(X)      \
    X(NOBODY, "nobody")     \
    X(US, "us")             \
    X(AGENT, "agent")       \
    X(APPROVER, "approver") \
    X(SOURCE, "source")     \
    X(JIRA, "jira")         \
    X(OWNER, "governance_owner") /* of mapping and workflow */

/* X(enum suffix, name, state, who is waited for, what happens next, what a person can do). Without
 * a time of its own a next action happens when somebody asks for it. */
#define STUCK_REASONS(X)                                                                         \
    X(OVER, "Over", OVER, NOBODY, "nothing", "nothing")                                          \
    X(NOBODY_LOOKS, "NobodyLooks", STUCK, US, "a worker takes it up",                            \
      "look at /readyz and the log of the service: no worker has taken it up for five minutes")  \
    X(SITE_REFUSES, "SiteRefusesUs", STUCK, OWNER, "our credential is tried again",              \
      "replace the secret file of the site: a new secret is tried at once, without a restart")   \
    X(JIRA_TELLS_WAIT, "JiraTellsWait", WAITING, JIRA, "the site is called again",               \
      "nothing: Jira allows no call before; told by mistake, governance.site_rest_lift ends it") \
    X(TICKET_REFUSED, "TicketRefused", STUCK, OWNER, "the ticket is made once somebody retries", \
      "mend what Jira names in the mapping or on the create screen, then: request retry")        \
    X(CLOSE_REFUSED, "CloseRefused", STUCK, OWNER, "the close is tried again",                   \
      "let our account make this move in the workflow; request retry does it at once")           \
    X(REOPEN_REFUSED, "ReopenRefused", STUCK, OWNER, "the reopening is tried again",             \
      "reopen the ticket by hand and let our account make this move in the workflow")            \
    X(RETURN_REFUSED, "ReturnRefused", STUCK, OWNER, "the return is tried again",                \
      "move the ticket back by hand and let our account make this move in the workflow")         \
    X(TICKET_UNREADABLE, "TicketUnreadable", STUCK, OWNER, "the ticket is read again",           \
      "look at the ticket in Jira: our account may not see it, or a field holds what no field "  \
      "should")                                                                                  \
    X(TICKET_READ_FAILS, "TicketReadFails", RETRYING, JIRA, "the ticket is read again",          \
      "nothing yet: somebody is told when it stays so")                                          \
    X(CALL_IN_DOUBT, "CallInDoubt", RETRYING, JIRA, "we look whether it was done",               \
      "nothing: it is never repeated before its fate is known")                                  \
    X(CALL_FAILS, "CallFails", RETRYING, JIRA, "the call is tried again",                        \
      "nothing, unless all calls to this site fail: then look at the site")                      \
    X(SOURCE_UNREADABLE, "SourceUnreadable", RETRYING, SOURCE, "the source is read again",       \
      "mend the source or its credential; try it with: source test")                             \
    X(TICKET_UNFINISHED, "TicketUnfinished", STUCK, OWNER,                                       \
      "the ticket is finished once somebody retries",                                            \
      "mend what Jira names, its link or its participants, then: request retry")                 \
    X(RETIRE_REFUSED, "RetireRefused", STUCK, OWNER, "the cancelling is tried again",            \
      "cancel the second ticket by hand or let our account make this move in the workflow")      \
    X(CANCEL_REFUSED, "CancelRefused", STUCK, OWNER, "the cancelling is tried again",            \
      "cancel the ticket by hand: a later request asks for the opposite")                        \
    X(MEND_REFUSED, "MendRefused", STUCK, OWNER, "the mending is tried again",                   \
      "clear the resolution by hand, and let our account edit this ticket")                      \
    X(LINK_REFUSED, "LinkRefused", STUCK, OWNER, "the link is tried again",                      \
      "let our account link issues in this project, or leave evidence_url out")                  \
    X(WORDS_REFUSED, "WordsRefused", STUCK, OWNER, "the words are written once they change",     \
      "let our account comment and edit its two fields, then: request retry")                    \
    X(REMINDER_REFUSED, "ReminderRefused", STUCK, OWNER, "it is said once somebody retries",     \
      "let our account comment on tickets of this project, then: request retry")                 \
    X(RAISE_REFUSED, "RaiseRefused", STUCK, OWNER, "it is tried once somebody retries",          \
      "see that the priority, assignee or group of the ladder exists, then: request retry")      \
    X(ESCALATION_REFUSED, "EscalationRefused", STUCK, OWNER, "it is made once somebody retries", \
      "let our account make and link tickets in the project of the ladder, and see that its "    \
      "request type and issue type exist there, then: request retry")                            \
    X(UNCLEAR, "Unclear", WAITING, AGENT, "the ticket is read again",                            \
      "correct the field on the ticket, or ask the requester")                                   \
    X(MAPPING_CONTESTED, "MappingContested", WAITING, OWNER, "it is looked at again",            \
      "the live mapping reads something else in this ticket than was approved: cancel the "      \
      "request, or leave it as it was approved: mapping keep")                                   \
    X(RECEIVED, "Received", MOVING, US, "it is looked at", "nothing")                            \
    X(APPROVAL_AWAITED, "ApprovalAwaited", WAITING, APPROVER, "the approval is looked for",      \
      "have somebody who may approve it do so")                                                  \
    X(NOBODY_MAY_APPROVE, "NobodyMayApprove", STUCK, OWNER, "the ticket is read again",          \
      "name somebody else on the form, or have the mapping name more people: who asks, gains, "  \
      "does the work, checks it or has left does not count")                                     \
    X(APPROVER_UNCLEAR, "ApproverUnclear", WAITING, OWNER, "the approval is looked for",         \
      "name who asks and who it is for under people of the site as Jira names them, or have "    \
      "somebody else approve: nobody can tell whether one of them approved it")                  \
    X(POLICY_AWAITED, "PolicyAwaited", RETRYING, OWNER, "the policy is asked again",             \
      "see at /readyz?verbose why the policy gives no decision, or mend the source that nobody " \
      "can read")                                                                                \
    X(NOT_PERMITTED, "NotPermitted", WAITING, OWNER, "the policy is asked again",                \
      "take the access away and cancel the ticket, or have an exception approved")               \
    X(DUTIES_CONFLICT, "DutiesInConflict", WAITING, OWNER, "who holds what is read again",       \
      "take one of the duties away, or have an exception of scope sod approved")                 \
    X(TICKET_WANTED, "TicketWanted", MOVING, US, "the ticket is made", "nothing")                \
    X(WORK_AWAITED, "WorkAwaited", WAITING, AGENT, "the ticket is looked at",                    \
      "do the change and press " WORDS_CLAIM)                                                    \
    X(NOT_AS_ASKED, "NotAsAsked", WAITING, AGENT, "the ticket and the source are looked at",     \
      "make the access as asked: in Verifying access it is checked by itself, else "             \
      "press " WORDS_CLAIM)                                                                      \
    X(STALE_COPY, "StaleCopy", WAITING, SOURCE, "the next copy is read",                         \
      "nothing: the copy is older than the work")                                                \
    X(CHECKING, "Checking", MOVING, US, "the source is read", "nothing")                         \
    X(CLOSING, "Closing", MOVING, US, "the ticket is closed", "nothing")                         \
    X(EMERGENCY_OWED, "EmergencyOwed", WAITING, APPROVER, "the ticket is closed then",           \
      "approve it, and have somebody else review it: request review")                            \
    X(CLOSE_AWAITED, "CloseAwaited", WAITING, AGENT, "the ticket is looked at",                  \
      "close the ticket: here we do not")                                                        \
    X(ACCESS_LEFT, "AccessLeft", STUCK, OWNER, "the source is read again",                       \
      "take the access away where it was given, or ask for it anew: what an approved request "   \
      "wants is left of none")                                                                   \
    X(TICKET_GONE, "TicketGone", WAITING, OWNER, "the ticket is looked for",                     \
      "bring the ticket back, or withdraw the request: request cancel")

enum stuck_state {
#define X(name, text) STUCK_IS_##name,
    STUCK_STATES(X)
#undef X
};
enum stuck_wait {
#define X(name, text) STUCK_FOR_##name,
    STUCK_WAITS(X)
#undef X
};
enum stuck_reason {
#define X(name, ...) STUCK_##name,
    STUCK_REASONS(X)
#undef X
        STUCK_REASON_COUNT
};

/* One open piece of outbound work as the database holds it. */
struct stuck_work {
    enum flow_kind kind;
    enum flow_state state;
    int32_t attempts, failures;
    int64_t created_ms, parked_ms; /* parked: since when, else 0 */
    int64_t due_ms;                /* sleeps, or is leased, until then */
};

/* What the dossier does not hold, because no decision needs it. */
struct stuck_facts {
    const struct stuck_work *work;
    size_t work_count;
    int64_t look_ms;     /* next look, or the end of the one under way; 0 = only when hinted */
    int32_t unreadable;  /* reads in a row that nobody could make sense of */
    int64_t readable_ms; /* when the ticket was last read, or first seen */
    /* Since when its site has refused our credential, and until when it is left alone; until 0: it
     * is not */
    int64_t refused_since_ms, refused_until_ms;
    int64_t told_until_ms; /* Jira wants no call to its site before; 0: it told nothing */
};

struct stuck {
    enum stuck_reason reason;
    int64_t since_ms; /* 0 = not known */
    int32_t attempts; /* 0 = nothing failed */
    int64_t next_ms;  /* when the next action happens; 0 = not by itself, or nobody knows */
};

enum {
    STUCK_UNREADABLE_TRIES = 5,   /* from then on people are told */
    STUCK_OVERDUE_MS = 5 * 60000, /* due for so long: nobody works */
    STUCK_TOLD_MS = 60000,        /* told to wait for longer: worth a word */
};

/* The one thing a person who asks wants to hear: what holds the request, not all that is so. */
struct stuck stuck_judge(const struct dossier *d, const struct stuck_facts *f);

/* The words of a reason; static. */
struct stuck_words {
    const char *name, *state, *waits_for, *next, *remedy;
};
struct stuck_words stuck_words(enum stuck_reason reason);

#endif
