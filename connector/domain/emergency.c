#include "domain/emergency.h"

/* It may have been used: whoever worked on it did so before anybody had approved it. */
static bool was_begun(const struct dossier *d)
{
    return d->emergency && d->approved_ms;
}

bool emergency_owes_approval(const struct dossier *d)
{
    return was_begun(d) && !d->approval_given;
}

bool emergency_owes_review(const struct dossier *d)
{
    return was_begun(d) && !d->reviewed;
}

bool emergency_is_declined(const struct dossier *d)
{
    return emergency_owes_approval(d) && d->approval_declined;
}

bool emergency_may_be_used(const struct dossier *d)
{
    bool asked_of_somebody = !phase_is_terminal(d->phase) || !str_empty(d->ticket.issue_id);

    return was_begun(d) && asked_of_somebody;
}

bool emergency_ends_now(const struct dossier *d)
{
    bool stopped = d->phase == PHASE_CANCELLED || d->phase == PHASE_DENIED;

    return emergency_is_declined(d) || (stopped && emergency_may_be_used(d));
}

bool emergency_is_ending(const struct dossier *d)
{
    return d->after.follow == FOLLOW_EXPIRY;
}

/* Late, or looked at when it is. */
static bool is_late(const struct dossier *d, bool owed, int64_t due_ms, struct decision *r)
{
    if (!owed || !due_ms)
        return false;
    if (due_ms <= d->now_ms)
        return true;
    if (!r->look_again_ms || due_ms < r->look_again_ms)
        r->look_again_ms = due_ms;
    return false;
}

void emergency_decide(const struct dossier *d, struct decision *ret)
{
    ret->approval_late = is_late(d, emergency_owes_approval(d), d->approval_due_ms, ret);
    ret->review_late = is_late(d, emergency_owes_review(d), d->review_due_ms, ret);
    ret->declined_late = emergency_is_declined(d);
}
