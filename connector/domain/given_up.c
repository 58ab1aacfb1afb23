#include "domain/given_up.h"

#include "domain/request.h"

const char *ended_on_ticket(const struct dossier *d, enum phase *ret)
{
    bool cancelled = d->ticket.role == STATUS_CANCELLED;

    if (!cancelled && d->ticket.role != STATUS_DECLINED)
        return NULL;
    *ret = cancelled ? PHASE_CANCELLED : PHASE_DENIED;
    if (!phase_move_allowed(d->phase, *ret))
        return NULL;
    return cancelled ? "CancelledOnTicket" : "DeclinedOnTicket";
}

bool given_up(const struct dossier *d)
{
    if (d->ticket.moved_by_us || d->verified_ms || !d->approved_ms) /* a no is no way past a yes */
        return false;
    for (size_t i = 0; i < d->item_count; i++)
        if (d->items[i].desired == DESIRED_ABSENT &&
            (!d->items[i].ahead || d->items[i].ahead_over)) /* else it goes on by itself */
            return true;
    return false;
}
