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

bool emergency_holds(const struct dossier *d)
{
    return emergency_owes_approval(d) || emergency_owes_review(d);
}

bool emergency_is_declined(const struct dossier *d)
{
    return emergency_owes_approval(d) && d->approval_declined;
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
