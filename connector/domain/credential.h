/* credential.h: how often a credential may be refused before we stop using it. Pure.
 *
 * Jira locks an account behind a CAPTCHA after a few failed sign-ins, and every refused call is
 * one. At most CREDENTIAL_TRIES refusals in CREDENTIAL_WINDOW_MS; after the first, one call at a
 * time until one is accepted; a changed secret starts anew, at once. */
#ifndef COUNTERSIGN_DOMAIN_CREDENTIAL_H
#define COUNTERSIGN_DOMAIN_CREDENTIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CREDENTIAL_TRIES = 3, CREDENTIAL_WINDOW_MS = 5 * 60 * 1000 };

/* All zero: never refused. */
struct credential {
    int64_t refused_ms[CREDENTIAL_TRIES]; /* the last ones, monotonic; a ring */
    size_t refusals;                      /* since it was last accepted */
    bool probing;                         /* a call is out that will show whether it works again */
};

/* May a call go out at now_ms? Ms to wait, 0 = yes; -1 = when the call that is out has come back.
 */
int64_t credential_wait_ms(const struct credential *c, int64_t now_ms);
/* A call goes out. */
void credential_used(struct credential *c);
/* The other side accepted it. */
void credential_accepted(struct credential *c);
/* The other side refused it, or ignored it and answered a stranger. True when it is now given up
 * until the window has passed: alarm. */
bool credential_refused(struct credential *c, int64_t now_ms);
/* The call came back without a word on the credential. */
void credential_unclear(struct credential *c);
/* Another secret stands in its place. */
void credential_replaced(struct credential *c);

#endif
