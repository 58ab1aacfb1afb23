#include "console/evidence_words.h"

#include "domain/refusal.h"

struct word {
    const char *name, *words;
};

/* Reasons that say more than their names do. */
static const struct word REASONS[] = {
    {"Ok", "as read"},
    {"AllItemsVerified", "every item was read, and is as asked"},
    {"CoveredByException", "what is not proven is covered by an exception"},
    {"ClaimedDone", "the fulfiller said that it is done"},
    {"ClaimTakenBack", "the fulfiller took it back"},
    {"ClosedBeforeProof", "the ticket was closed before anything was proven"},
    {"NoApprovalNeeded", "no approval is needed"},
    {"TicketReady", "the ticket can be worked"},
    {"TicketGone", "the ticket was deleted, or moved away"},
    {"TicketCameBack", "the ticket is back"},
    {"WrongCycle", "it was closed by another move than the one that was proven"},
    {"StillPresent", "the access was still there"},
    {"StillAbsent", "the access was not there"},
    {"AccountMissing", "there is no such account"},
    {"AccountReplaced", "the name belongs to another account than before"},
    {"EntitlementReplaced", "the name belongs to another entitlement than before"},
    {"EntitlementRetained", "the disabled account still has it"},
    {"InheritedVia", "it is still there through something else: a group, a role"},
    {"PresentButInert", "it is there, on an account that is not active"},
    {"OverGranted", "more was given than asked for"},
    {"SourceDown", "the source did not answer"},
    {"AuthFailed", "the source refused the credential"},
    {"CanaryMissing", "what is known to be there was not shown: the credential sees too little"},
    {"ReopenedTooOften", "it was closed without proof so often that it is left to people"},
    {"DeclinedOnTicket", "it was declined on the ticket"},
    {"CancelledOnTicket", "it was cancelled on the ticket"},
    {"ExceptionLapsed", "the exception that covered it ended"},
    {"ExceptionTakenBack", "the exception that covered it was taken back"},
    {"AccessLeft", "the access is there, and nobody asks for it any more"},
    {"AccessPeriodOver", "the time it was asked for is over"},
};

/* Entries of the chain. Of a move the phase it led to stands behind a slash. */
static const struct {
    const char *name;
    enum say_mark mark;
    const char *words;
} DEEDS[] = {
    {"request.received", MARK_NOTE, "Asked for"},
    {"request.moved/pending_approval", MARK_NOTE, "Waits for approval"},
    {"request.moved/approved", MARK_GOOD, "Approved"},
    {"request.moved/ticketing", MARK_NOTE, "A ticket is made"},
    {"request.moved/fulfilling", MARK_NOTE, "Work can begin, or goes on"},
    {"request.moved/claimed", MARK_NOTE, "Said to be done"},
    {"request.moved/verifying", MARK_NOTE, "First reads are in"},
    {"request.moved/verified", MARK_GOOD, "Proven"},
    {"request.moved/exception", MARK_WARN, "Covered without proof"},
    {"request.moved/closed", MARK_GOOD, "Closed"},
    {"request.moved/denied", MARK_NOTE, "Declined"},
    {"request.moved/cancelled", MARK_NOTE, "Withdrawn"},
    {"request.moved/expired", MARK_NOTE, "Nobody approved it in time"},
    {"request.moved/orphaned", MARK_BAD, "Its ticket is gone"},
    {"request.moved/received", MARK_NOTE, "Taken up again"},
    {"request.remapped", MARK_WARN, "The ticket asks for something else since"},
    {"request.mode", MARK_NOTE, "The gate's mode changed"},
    {"request.approval", MARK_NOTE, "Decided by an approver"},
    {"approval.settled/approved", MARK_GOOD, "Enough had approved"},
    {"approval.settled/declined", MARK_NOTE, "Declined by an approver"},
    {"approval.settled/lapsed", MARK_NOTE, "Not enough approved in time"},
    {"approval.settled/withdrawn", MARK_WARN, "An approval was taken back"},
    {"request.rebased", MARK_NOTE, "Read by another mapping from here on"},
    {"request.escalated", MARK_WARN, "People were told"},
    {"close.refused", MARK_BAD, "Close refused"},
    {"decision.refused", MARK_WARN, "Tried, and refused"},
    {"policy.decided", MARK_NOTE, "Asked of the policy"},
    {"item.wanted", MARK_NOTE, "What is asked for was taken down"},
    {"item.replaced", MARK_WARN, "What was asked for was replaced"},
    {"item.superseded", MARK_WARN, "A later request asks for the opposite"},
    {"item.overgranted", MARK_WARN, "More was given than asked for"},
    {"exception.granted", MARK_WARN, "Exception granted"},
    {"exception.revoked", MARK_NOTE, "Exception ended early"},
    {"exception.lapsed", MARK_NOTE, "Exception ended"},
    {"exception.settled", MARK_GOOD, "Proven after all"},
    {"emergency.reviewed", MARK_NOTE, "The emergency was reviewed"},
    {"clock.held", MARK_NOTE, "The clock was held"},
    {"clock.resumed", MARK_NOTE, "The clock runs on"},
    {"drift.found", MARK_BAD, "Not as it shall be"},
    {"drift.changed", MARK_NOTE, "What was not as it shall be was answered"},
    {"operator.acted", MARK_NOTE, "An operator acted"},
    {"ticket.bound", MARK_NOTE, "Bound to its ticket"},
    {"ticket.second", MARK_WARN, "A second ticket was found"},
    {"ticket.named", MARK_NOTE, "Its ticket has another key"},
    {"person.left", MARK_NOTE, "Its subject left"},
    {"person.returned", MARK_NOTE, "Its subject is back"},
};

static const struct word WORK[] = {
    {"create_ticket", "Ticket made"},
    {"transition", "Given back to the agent"},
    {"close", "Ticket resolved by Countersign"},
    {"reopen", "Ticket reopened by Countersign"},
    {"retire", "Second ticket cancelled"},
    {"mend", "What is ours on the ticket was mended"},
    {"cancel", "Ticket cancelled"},
    {"remind", "Reminded of the deadline"},
    {"raise", "Ticket raised before the deadline"},
};

static const struct word FAULTS[] = {
    {"own", "does not count: is another party to the request"},
    {"unclear", "does not count: nobody can tell whether it is another person"},
    {"left", "does not count: had left"},
    {"withdrawn", "taken back"},
    {"outdated", "does not count: was for something else"},
    {"channel", "does not count: not on this way"},
    {"late", "does not count: too late"},
    {"unnamed", "does not count: was not asked"},
    {"after", "came when it was decided"},
};

static const char *find(const struct word *words, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq_c(name, words[i].name))
            return words[i].words;
    return NULL;
}

/* "ClaimTakenBack" and "claim_taken_back" are "claim taken back". */
static struct str in_words(struct arena *arena, struct str name)
{
    char *p = arena_alloc(arena, 2 * name.len + 1);
    size_t len = 0;

    for (size_t i = 0; p && i < name.len; i++) {
        char c = name.p[i];
        bool capital = c >= 'A' && c <= 'Z';
        if (capital && i)
            p[len++] = ' ';
        p[len++] = capital ? (char)(c - 'A' + 'a') : c == '_' || c == '.' ? ' ' : c;
    }
    return str_n(p, len);
}

struct str evidence_reason(struct arena *arena, struct str name)
{
    const char *known = find(REASONS, sizeof REASONS / sizeof REASONS[0], name);
    enum refusal refusal;

    if (known)
        return str_of(known);
    if (refusal_from(name, &refusal))
        return str_of(refusal_words(refusal));
    return in_words(arena, name);
}

struct evidence_deed evidence_deed(struct arena *arena, struct str kind, struct str to)
{
    struct str whole = to.len ? arena_printf(arena, "%.*s/%.*s", STR_ARG(kind), STR_ARG(to)) : kind;
    const char *work =
        str_eq_c(kind, "flow.ended") ? find(WORK, sizeof WORK / sizeof WORK[0], to) : NULL;

    for (size_t i = 0; i < sizeof DEEDS / sizeof DEEDS[0]; i++)
        if (str_eq_c(whole, DEEDS[i].name))
            return (struct evidence_deed){DEEDS[i].mark, str_of(DEEDS[i].words)};
    return (struct evidence_deed){MARK_NOTE, work ? str_of(work) : in_words(arena, kind)};
}

struct str evidence_fault(struct str fault)
{
    const char *known = find(FAULTS, sizeof FAULTS / sizeof FAULTS[0], fault);

    return known ? str_of(known) : STR("does not count");
}
