/* credential.h: how often a credential may be refused before we stop using it. Pure.
 *
 * Jira locks an account behind a CAPTCHA after a few failed sign-ins, and every refused call is
 * one. At most CREDENTIAL_TRIES refusals in CREDENTIAL_WINDOW_MS; one call at a time until one is
 * accepted, at the start too: many calls of a start with a dead secret would be many refusals. A
 * changed secret starts anew, at once. What other replicas were refused counts for whoever has not
 * been accepted: see credential_rest. */
#ifndef COUNTERSIGN_DOMAIN_CREDENTIAL_H
#define COUNTERSIGN_DOMAIN_CREDENTIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CREDENTIAL_TRIES = 3, CREDENTIAL_WINDOW_MS = 5 * 60 * 1000 };

/* All zero: never tried. */
struct credential {
    int64_t refused_ms[CREDENTIAL_TRIES]; /* the last ones, monotonic; a ring */
    size_t refusals;                      /* since it was last accepted */
    int64_t rest_until_ms;                /* by what all replicas together were refused */
    bool accepted;                        /* and not refused since */
    bool probing;                         /* a call is out that will show whether it works */
};

/* May a call go out at now_ms? Ms to wait, 0 = yes; -1 = when the call that is out has come back.
 */
int64_t credential_wait_ms(const struct credential *c, int64_t now_ms);
/* A call goes out. */
void credential_used(struct credential *c);
/* The other side accepted it. True when that was in doubt. */
bool credential_accepted(struct credential *c);
/* The other side refused it, or ignored it and answered a stranger. True when it is now given up
 * until the window has passed: alarm. */
bool credential_refused(struct credential *c, int64_t now_ms);
/* The call came back without a word on the credential. */
void credential_unclear(struct credential *c);
/* Another secret stands in its place. */
void credential_replaced(struct credential *c);
/* All replicas together were refused so often that nobody tries for wait_ms. Whoever is accepted
 * has a secret that works and goes on. True when it is now given up, and was not before. */
bool credential_rest(struct credential *c, int64_t wait_ms, int64_t now_ms);

#endif
