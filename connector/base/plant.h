/* plant.h: planted bugs, for testing the tests. In the product PLANTED() is the constant false and
 * nothing of it is compiled; the simulator's own build of the same sources (-DCOUNTERSIGN_PLANTS)
 * turns one on at a time and must catch it.
 */
#ifndef COUNTERSIGN_BASE_PLANT_H
#define COUNTERSIGN_BASE_PLANT_H

/* X(name, what is wrong) */
#define PLANTS(X)                                                                         \
    X(REPOST_AT_ONCE, "a lost create is repeated without waiting")                        \
    X(GRACE_WITHOUT_LAG, "the grace covers lateness but not the index lag")               \
    X(LOST_LEASE_GOES_ON, "a save that found another owner counts as saved")              \
    X(OLD_EVIDENCE, "reads older than the claim count")                                   \
    X(LOCAL_CLOCK_AS_OF, "a lagging copy is taken to be as of now")                       \
    X(LATE_WAKER_ACTS, "a process that slept past its lease sends its call all the same") \
    X(CALL_OUTLIVES_LEASE, "a call is sent although it may end after its lease")          \
    X(OLD_LOOK_ACTS, "a call is sent on a look that took far too long")                   \
    X(CRASH_IS_BLIND, "a create found mid-call after a crash is sent again")              \
    X(LOST_IS_NOT_SENT, "a lost answer counts as never sent")                             \
    X(NO_CANARY, "absent is believed although the canary was not visible")                \
    X(PARTIAL_READ, "an incomplete read is believed")                                     \
    X(ANY_ACCOUNT, "a read of whoever has the account's name now counts")                 \
    X(ANY_ENTITLEMENT, "a read of whatever has the entitlement's name now counts")        \
    X(ONE_ABSENT_SUFFICES, "a single absent read proves a removal")                       \
    X(UNKNOWN_IS_SKIPPED, "an unknown between two absents does not break the run")        \
    X(CYCLE_IGNORED, "a claim that was taken back still counts")                          \
    X(EVIDENCE_ACROSS_CYCLES, "reads of an earlier claim count for the next one")         \
    X(RETRY_AFTER_IGNORED, "Retry-After is undercut")                                     \
    X(REOPEN_UNCAPPED, "a fight over a ticket never ends")                                \
    X(CURSOR_WITHOUT_OVERLAP, "the poll does not look back")                              \
    X(CURSOR_BEFORE_PAGES, "the cursor moves although the walk was not complete")         \
    X(ANONYMOUS_SEARCH, "an empty answer to a stranger proves that there is no ticket")   \
    X(CLOSE_WITHOUT_GATE, "the close does not look at the proof again")                   \
    X(CLOSE_UNGUARDED, "the store lets a close be sent for a claim that is over")         \
    X(DONE_IS_DONE, "a Done status counts as fulfilled")                                  \
    X(NEWEST_IS_KEPT, "of two tickets the newest is kept, not the one people work on")    \
    X(EDIT_IGNORED, "an edit after approval leaves no trace")                             \
    X(EMPTY_IS_NO_EDIT, "a field emptied after approval leaves no trace")                 \
    X(ITEMS_STAY, "what is approved is the edited form, what is checked is not")          \
    X(APPROVAL_OF_ANYTHING, "an approval counts for what was edited after it")            \
    X(OVER_IS_OVER, "a request that is over never looks at its ticket again")             \
    X(WITHDRAWN_IS_WORKED, "a withdrawn request comes back with its ticket")              \
    X(SUPERSEDED_COMES_BACK, "a superseded request comes back with its ticket")           \
    X(SUPERSEDED_IS_PROVEN, "what a later request wants the opposite of is still proven") \
    X(MORE_IS_NO_HINDRANCE, "what was given beside it hinders no close")                  \
    X(BACK_WITHOUT_APPROVAL, "a ticket that comes back needs no approval")                \
    X(REFUSAL_IS_SILENT, "a refused reopening is told to nobody")                         \
    X(REFUSAL_IS_REPEATED, "a refused move is tried again at every look")                 \
    X(EXCEPTION_NEVER_ENDS, "an exception that has run out still covers")                 \
    X(LAPSE_IS_FORGOTTEN, "what an exception let close stays closed when it ends")        \
    X(LAPSE_IGNORES_PROOF, "what was proven meanwhile is opened again all the same")      \
    X(NO_FENCE, "the store takes writes of a lost lease")                                 \
    X(ACK_BEFORE_COMMIT, "a webhook is answered before it is stored")                     \
    X(SLA_REPLICA_CLOCK, "the clock of a replica stops the time")                         \
    X(EVIDENCE_APART, "evidence is written in a transaction of its own")                  \
    X(BIND_UNVERIFIED, "a ticket is bound before a read showed that it is ours")          \
    X(BLIND_REPOST, "an empty search counts although Jira hides our tickets from us")     \
    X(SEARCH_REUSED, "a create is repeated on the search of an earlier look")             \
    X(TOUCHED_IS_CANCELLED, "a second ticket is cancelled although people work on it")    \
    X(CLONE_IS_CANCELLED, "a clone is taken for a second ticket of ours")                 \
    X(SAID_TWICE, "a lost comment on a second ticket is written again at once")           \
    X(KEPT_IS_TRUSTED, "a second ticket is cancelled though the kept one is gone")        \
    X(SECOND_IGNORED, "a second ticket is left alone")                                    \
    X(WARN_REOPENS, "where we only warn, a close without proof is reopened")              \
    X(OBSERVED_IS_PROVEN, "where we only observe, a closed ticket counts as proven")      \
    X(OBSERVING_SPEAKS, "where we only observe, the ticket is told what is missing")      \
    X(MODE_STAYS, "a request keeps the mode it was opened with")                          \
    X(REFUSAL_UNRECORDED, "what would have been refused leaves no trace")                 \
    X(KEPT_OVER_HINT, "a read serves on although somebody told of a change since")        \
    X(KEPT_FOR_EVER, "a read of a ticket serves as a fresh one for ever")                 \
    X(KEPT_DECIDES, "a request is claimed or closed on a read of an earlier look")        \
    X(SPOOF_STANDS, "a forged binding and a resolution without a close stay")             \
    X(WORDS_STAND, "what people write in our name stays")                                 \
    X(FORGERY_UNRECORDED, "forged words are written over and leave no trace")             \
    X(RENAMED_IS_FORGED, "words missing in fields newly named count as forged")           \
    X(UNSTEADY_IGNORED, "a read from before our own write counts as a forgery")           \
    X(UNSAID_IS_SAID, "words that were never written count as said")                      \
    X(SAID_IS_OLD, "new words are held against those said before")                        \
    X(UNKNOWN_IS_DRIFT, "after the close, what cannot be read counts as changed")         \
    X(ONE_READ_IS_DRIFT, "after the close, a single read makes a new ticket")             \
    X(LOOP_UNBOUNDED, "what comes back again and again makes tickets without end")        \
    X(LEFT_IS_GONE, "nobody looks for the access that a cancelled grant left behind")     \
    X(ACCESS_NEVER_ENDS, "nobody asks for the removal of access whose time ends")         \
    X(PORTION_IS_ALL, "of a bundle nothing is read but what one claim has time for")      \
    X(POLICY_IGNORED, "nobody is asked whether it may be")                                \
    X(SILENCE_PERMITS, "a policy that does not answer permits")                           \
    X(DENIED_IS_SILENT, "an emergency goes on although the policy says no")               \
    X(REMOVAL_ASKS, "a removal waits for the policy")                                     \
    X(PROOF_WITHOUT_PERMIT, "what became forbidden meanwhile is closed as proven")        \
    X(UNREAD_IS_CLEAR, "a duty that nobody can read counts as not held")                  \
    X(SELF_APPROVAL, "whoever asks, gains or does the work may approve it")               \
    X(ONE_VOTES_TWICE, "one person on two ways counts as two")                            \
    X(ANY_STEP, "enough people suffice, whoever was to approve")                          \
    X(ANY_CHANNEL, "an approval counts on a way that the template does not take")         \
    X(LATE_APPROVAL, "an approval after its window counts")                               \
    X(WINDOW_NEVER_ENDS, "a window for approvals never ends")                             \
    X(APPROVER_FULFILS, "whoever approved it may claim the work")                         \
    X(PROVEN_IS_PRESSED, "people are reminded of what is proven or over")                 \
    X(REMOVAL_WAITS, "what a request takes away waits for what it gives")                 \
    X(AHEAD_TWICE, "what went ahead is asked for at every look again")                    \
    X(REMINDED_BLINDLY, "a reminder whose answer was lost is written again at once")      \
    X(CLOSE_UNDER_BULK, "a close is sent though a call for many may open its ticket")     \
    X(BULK_SILENCE_IS_LEFT, "what a task is silent about counts as not moved")            \
    X(BULK_LEAVES_LATE, "a call for many leaves though its replica slept meanwhile")      \
    X(CONTESTED_UNTOLD, "nobody is told that the live mapping reads something else")      \
    X(ESCALATED_BLINDLY, "an escalation whose answer was lost is made again at once")     \
    X(LOG_FORK_IS_SIGNED, "a checkpoint is signed of entries that are not those signed")  \
    X(LOG_UNRECORDED_IS_SHOWN, "a checkpoint is shown whose record nobody knows of")      \
    X(LOG_LATE_IS_SHOWN, "a checkpoint is shown after its turn is over")

enum plant {
    PLANT_NONE = 0,
#define X(name, what) PLANT_##name,
    PLANTS(X)
#undef X
        PLANT_COUNT
};

#ifdef COUNTERSIGN_PLANTS
extern enum plant plant_on;
#define PLANTED(name) (plant_on == PLANT_##name)
#else
#define PLANTED(name) (0)
#endif

#endif
