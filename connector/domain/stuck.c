#include "domain/stuck.h"

#include "domain/approving.h"
#include "domain/contested.h"
#include "domain/gate.h"
#include "domain/left.h"
#include "domain/owes.h"
#include "domain/permit_decide.h"

static int64_t earliest(int64_t a, int64_t b)
{
    return !a || (b && b < a) ? b : a;
}

/* When we do something by ourselves the next time; 0 = only when hinted. */
static int64_t due(const struct stuck_facts *f)
{
    int64_t at = f->look_ms;

    for (size_t i = 0; i < f->work_count; i++)
        if (f->work[i].state != FS_PARKED)
            at = earliest(at, f->work[i].due_ms);
    return at;
}

static const struct {
    enum stuck_reason refused;
    int weight;   /* of two alike the heavier is told */
    bool is_move; /* decide() tries a refused move again; a ticket and words wait for a change */
    bool aside;   /* see is_aside */
} KINDS[] = {
    [FLOW_CREATE] = {STUCK_TICKET_REFUSED, 12, false, false},
    [FLOW_RETIRE] = {STUCK_RETIRE_REFUSED, 11, true, true},
    [FLOW_COMMENT] = {STUCK_WORDS_REFUSED, 10, false, true},
    [FLOW_FIELDS] = {STUCK_WORDS_REFUSED, 9, false, true},
    [FLOW_MEND] = {STUCK_MEND_REFUSED, 8, true, true},
    [FLOW_EVIDENCE_LINK] = {STUCK_LINK_REFUSED, 7, true, true},
    [FLOW_RETURN] = {STUCK_RETURN_REFUSED, 6, true, false},
    [FLOW_CLOSE] = {STUCK_CLOSE_REFUSED, 5, true, false},
    [FLOW_REOPEN] = {STUCK_REOPEN_REFUSED, 4, true, false},
    [FLOW_CANCEL] = {STUCK_CANCEL_REFUSED, 3, true, true},
    [FLOW_REMIND] = {STUCK_REMINDER_REFUSED, 2, false, true},
    [FLOW_RAISE] = {STUCK_RAISE_REFUSED, 1, false, true},
    [FLOW_ESCALATE] = {STUCK_ESCALATION_REFUSED, 13, false, true},
};
_Static_assert(sizeof KINDS / sizeof KINDS[0] == FLOW_KIND_COUNT, "a row for every kind");

/* Beside the request's own course, which goes on without it: words, a second ticket, and what is
 * left to do on a ticket that is made. */
static bool is_aside(const struct dossier *d, const struct stuck_work *w)
{
    return KINDS[w->kind].aside || (w->kind == FLOW_CREATE && !str_empty(d->ticket.issue_id));
}

/* What holds the request before what is done beside it, refused before failing, and then by kind;
 * 0 = it does not hold anything. */
static int weight(const struct dossier *d, const struct stuck_work *w)
{
    if (w->state != FS_PARKED && !w->failures)
        return 0;
    return KINDS[w->kind].weight + (w->state == FS_PARKED ? 20 : 0) + (is_aside(d, w) ? 0 : 40);
}

static const struct stuck_work *heaviest(const struct dossier *d, const struct stuck_facts *f)
{
    const struct stuck_work *found = NULL;

    for (size_t i = 0; i < f->work_count; i++)
        if (weight(d, &f->work[i]) > (found ? weight(d, found) : 0))
            found = &f->work[i];
    return found;
}

static struct stuck refused(const struct dossier *d, const struct stuck_work *w)
{
    bool unfinished = w->kind == FLOW_CREATE && is_aside(d, w);
    int64_t again_ms = w->parked_ms + refused_wait_ms(&POLICY_DEFAULT, w->attempts);

    return (struct stuck){unfinished ? STUCK_TICKET_UNFINISHED : KINDS[w->kind].refused,
                          w->parked_ms, w->attempts, KINDS[w->kind].is_move ? again_ms : 0};
}

static struct stuck fails(const struct stuck_work *w)
{
    bool doubt = w->state == FS_DOUBT || w->state == FS_PROBING;
    return (struct stuck){doubt ? STUCK_CALL_IN_DOUBT : STUCK_CALL_FAILS, w->created_ms,
                          w->failures, w->due_ms};
}

/* The newest reads in a row that failed. */
static int32_t failed_reads(const struct item *item)
{
    int32_t n = 0;

    while ((size_t)n < item->obs_count && item->obs[n].outcome == OUTCOME_UNKNOWN)
        n++;
    return n;
}

/* Somebody was asked whether it may be, and has not said yes. */
static struct stuck permit(const struct dossier *d, int64_t next_ms, struct stuck otherwise)
{
    const struct permit *p = permit_in_the_way(d);

    if (!p || !p->tries)
        return otherwise;
    return (struct stuck){p->answer == PERMIT_OPEN     ? STUCK_POLICY_AWAITED
                          : p->answer == PERMIT_DENIED ? STUCK_NOT_PERMITTED
                                                       : STUCK_DUTIES_CONFLICT,
                          p->since_ms, p->tries, next_ms};
}

/* What the reads say; the same order as on the ticket: not as asked, unreadable, stale. */
static struct stuck reads(const struct dossier *d, int64_t next_ms)
{
    const struct item *failed = NULL;
    bool stale = false;

    for (size_t i = 0; i < d->item_count; i++) {
        struct finding found = verdict_judge(&d->items[i], d->claimed_ms, d->now_ms);
        bool unknown = found.verdict == VERDICT_UNKNOWN && found.proof;

        if (found.verdict == VERDICT_MISMATCH)
            return (struct stuck){STUCK_NOT_AS_ASKED, d->claimed_ms, 0, next_ms};
        if (unknown && found.proof->outcome == OUTCOME_UNKNOWN)
            failed = failed ? failed : &d->items[i];
        else
            stale |= unknown && found.proof->as_of_ms < d->claimed_ms;
    }
    if (failed)
        return (struct stuck){STUCK_SOURCE_UNREADABLE, item_since(failed).unreadable_ms,
                              failed_reads(failed), next_ms};
    if (stale)
        return (struct stuck){STUCK_STALE_COPY, d->claimed_ms, 0, next_ms};
    return permit(d, next_ms, (struct stuck){STUCK_CHECKING, d->claimed_ms, 0, next_ms});
}

/* Nothing fails: whose turn is it? */
static struct stuck turn(const struct dossier *d, int64_t next_ms)
{
    if (contested_waits(d))
        return (struct stuck){STUCK_MAPPING_CONTESTED, d->approved_ms, 0, next_ms};
    switch (d->phase) {
    case PHASE_RECEIVED:
    case PHASE_PENDING_APPROVAL:
        if (d->held)
            return (struct stuck){STUCK_UNCLEAR, d->requested_ms, 0, next_ms};
        return permit(d, next_ms,
                      (struct stuck){d->phase == PHASE_RECEIVED ? STUCK_RECEIVED
                                     : approving_is_barred(d)   ? STUCK_NOBODY_MAY_APPROVE
                                     : d->approval_unclear      ? STUCK_APPROVER_UNCLEAR
                                                                : STUCK_APPROVAL_AWAITED,
                                     d->requested_ms, 0, next_ms});
    case PHASE_APPROVED:
    case PHASE_TICKETING:
        return (struct stuck){STUCK_TICKET_WANTED, d->approved_ms, 0, next_ms};
    case PHASE_FULFILLING:
        if (!str_empty(d->answered_cycle))
            return (struct stuck){STUCK_NOT_AS_ASKED, d->claimed_ms, 0, next_ms};
        return (struct stuck){STUCK_WORK_AWAITED, d->approved_ms, 0, next_ms};
    case PHASE_CLAIMED:
    case PHASE_VERIFYING:
        return reads(d, next_ms);
    case PHASE_VERIFIED:
    case PHASE_EXCEPTION:
        return (struct stuck){owes_afterwards(owes(d)) ? STUCK_EMERGENCY_OWED
                              : gate_closes(d)         ? STUCK_CLOSING
                                                       : STUCK_CLOSE_AWAITED,
                              d->verified_ms, 0, next_ms};
    case PHASE_ORPHANED:
        return (struct stuck){STUCK_TICKET_GONE, 0, 0, next_ms};
    case PHASE_DENIED:
    case PHASE_CANCELLED:
    case PHASE_EXPIRED:
        if (left_stands(d))
            return (struct stuck){STUCK_ACCESS_LEFT, d->after.over_ms, 0, next_ms};
        break;
    case PHASE_CLOSED:
    case PHASE_COUNT:
        break;
    }
    return (struct stuck){STUCK_OVER, d->closed_ms, 0, 0};
}

struct stuck stuck_judge(const struct dossier *d, const struct stuck_facts *f)
{
    int64_t next_ms = due(f);
    const struct stuck_work *w = heaviest(d, f);
    bool holds = w && !is_aside(d, w);
    struct stuck now = turn(d, next_ms);

    if (next_ms && next_ms < d->now_ms - STUCK_OVERDUE_MS)
        return (struct stuck){STUCK_NOBODY_LOOKS, next_ms, 0, 0};
    if (f->refused_until_ms && now.reason != STUCK_OVER)
        return (struct stuck){STUCK_SITE_REFUSES, f->refused_since_ms, 0, f->refused_until_ms};
    if (f->told_until_ms > d->now_ms + STUCK_TOLD_MS && now.reason != STUCK_OVER)
        return (struct stuck){STUCK_JIRA_TELLS_WAIT, 0, 0, f->told_until_ms};
    if (holds && w->state == FS_PARKED)
        return refused(d, w);
    if (f->unreadable)
        return (struct stuck){f->unreadable >= STUCK_UNREADABLE_TRIES ? STUCK_TICKET_UNREADABLE
                                                                      : STUCK_TICKET_READ_FAILS,
                              f->readable_ms, f->unreadable, f->look_ms};
    if (holds)
        return fails(w);
    if (now.reason == STUCK_SOURCE_UNREADABLE || !w)
        return now;
    return w->state == FS_PARKED ? refused(d, w) : fails(w);
}

struct stuck_words stuck_words(enum stuck_reason reason)
{
    static const char *const STATES[] = {
#define X(name, text) text,
        STUCK_STATES(X)
#undef X
    };
    static const char *const WAITS[] = {
#define X(name, text) text,
        STUCK_WAITS(X)
#undef X
    };
    static const struct {
        const char *name;
        enum stuck_state state;
        enum stuck_wait waits;
        const char *next, *remedy;
    } ROWS[] = {
#define X(name, text, state, waits, next, remedy) \
    {text, STUCK_IS_##state, STUCK_FOR_##waits, next, remedy},
        STUCK_REASONS(X)
#undef X
    };

    return (struct stuck_words){ROWS[reason].name, STATES[ROWS[reason].state],
                                WAITS[ROWS[reason].waits], ROWS[reason].next, ROWS[reason].remedy};
}
