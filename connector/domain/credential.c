#include "domain/credential.h"

int64_t credential_wait_ms(const struct credential *c, int64_t now_ms)
{
    if (!c->refusals)
        return 0;
    if (c->refusals >= CREDENTIAL_TRIES) {
        int64_t oldest = c->refused_ms[c->refusals % CREDENTIAL_TRIES];
        int64_t wait = oldest + CREDENTIAL_WINDOW_MS - now_ms;
        if (wait > 0)
            return wait;
    }
    return c->probing ? -1 : 0;
}

void credential_used(struct credential *c)
{
    c->probing = c->refusals > 0;
}

void credential_accepted(struct credential *c)
{
    *c = (struct credential){0};
}

bool credential_refused(struct credential *c, int64_t now_ms)
{
    c->refused_ms[c->refusals++ % CREDENTIAL_TRIES] = now_ms;
    c->probing = false;
    return credential_wait_ms(c, now_ms) > 0;
}

void credential_unclear(struct credential *c)
{
    c->probing = false;
}

void credential_replaced(struct credential *c)
{
    *c = (struct credential){0};
}
