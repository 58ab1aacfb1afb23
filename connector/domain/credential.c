#include "domain/credential.h"

/* Until the oldest of the last refusals has left the window. */
static int64_t window_ms(const struct credential *c, int64_t now_ms)
{
    if (c->refusals < CREDENTIAL_TRIES)
        return 0;
    return c->refused_ms[c->refusals % CREDENTIAL_TRIES] + CREDENTIAL_WINDOW_MS - now_ms;
}

int64_t credential_wait_ms(const struct credential *c, int64_t now_ms)
{
    int64_t ours = window_ms(c, now_ms), all = c->rest_until_ms - now_ms;
    int64_t wait = ours > all ? ours : all;

    if (c->accepted)
        return 0;
    if (wait > 0)
        return wait;
    return c->probing || c->asking || (c->shared && !c->lent) ? -1 : 0;
}

bool credential_wants_try(const struct credential *c, int64_t now_ms)
{
    return credential_wait_ms(c, now_ms) == -1 && !c->probing && !c->asking;
}

void credential_lend(struct credential *c)
{
    c->lent = !c->accepted;
}

void credential_used(struct credential *c)
{
    c->probing = !c->accepted;
}

bool credential_accepted(struct credential *c, int64_t now_ms)
{
    bool doubted = !c->accepted;

    *c = (struct credential){.accepted = true, .accepted_ms = now_ms, .shared = c->shared};
    return doubted;
}

bool credential_refused(struct credential *c, int64_t now_ms)
{
    c->refused_ms[c->refusals++ % CREDENTIAL_TRIES] = now_ms;
    c->accepted = c->probing = c->lent = false;
    return credential_wait_ms(c, now_ms) > 0;
}

bool credential_unclear(struct credential *c)
{
    bool back = c->lent;

    c->probing = c->lent = false;
    return back;
}

void credential_replaced(struct credential *c)
{
    *c = (struct credential){.shared = c->shared};
}

void credential_asks(struct credential *c)
{
    c->asking = true;
}

void credential_heard(struct credential *c)
{
    c->asking = false;
}

bool credential_rest(struct credential *c, int64_t ago_ms, int64_t wait_ms, int64_t now_ms)
{
    bool waits = credential_wait_ms(c, now_ms) > 0;

    if (ago_ms >= 0 && now_ms - ago_ms > c->accepted_ms)
        c->accepted = false;
    if (now_ms + wait_ms > c->rest_until_ms)
        c->rest_until_ms = now_ms + wait_ms;
    return !waits && credential_wait_ms(c, now_ms) > 0;
}
