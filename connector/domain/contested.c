#include "domain/contested.h"

bool contested_waits(const struct dossier *d)
{
    return d->contested && d->phase >= PHASE_APPROVED && d->phase <= PHASE_VERIFYING;
}
