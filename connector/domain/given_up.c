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
    if (d->ticket.moved_by_us || d->verified_ms)
        return false;
    for (size_t i = 0; i < d->item_count; i++)
        if (d->items[i].desired == DESIRED_ABSENT)
            return true;
    return false;
}
