#include "domain/owes.h"

#include "domain/emergency.h"
#include "domain/gate.h"
#include "domain/permit_decide.h"

static const char *const NAMES[] = {
#define X(name, text) text,
    DEBTS(X)
#undef X
};

const char *debt_name(enum debt debt)
{
    return NAMES[debt];
}

static uint32_t bit(bool owed, enum debt debt)
{
    return owed ? 1u << debt : 0;
}

uint32_t owes(const struct dossier *d)
{
    struct gate_verdict g = gate_judge(d);
    bool barred = permit_bars_close(d);
    bool conflict = d->permits[PERMIT_VERIFICATION].answer == PERMIT_CONFLICT;

    return bit(!d->approved_ms || emergency_owes_approval(d), DEBT_APPROVAL) |
           bit(emergency_owes_review(d), DEBT_REVIEW) | bit(d->contested, DEBT_CONTESTED) |
           bit(str_empty(d->claim_cycle), DEBT_CLAIM) |
           bit(!d->item_count || g.missing, DEBT_ITEMS) | bit(barred && !conflict, DEBT_PERMIT) |
           bit(barred && conflict, DEBT_DUTIES);
}

bool owes_afterwards(uint32_t owed)
{
    return owed & (1u << DEBT_APPROVAL | 1u << DEBT_REVIEW);
}

bool owes_permit(uint32_t owed)
{
    return owed & (1u << DEBT_PERMIT | 1u << DEBT_DUTIES);
}
