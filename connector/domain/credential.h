/* credential.h: how often a credential may be refused before we stop using it. Pure.
 *
 * Jira locks an account behind a CAPTCHA after a few failed sign-ins, and every refused call is
 * one. At most CREDENTIAL_TRIES refusals in CREDENTIAL_WINDOW_MS; one call at a time until one is
 * accepted, at the start too: many calls of a start with a dead secret would be many refusals. A
 * changed secret starts anew, at once. What other replicas were refused counts for whoever was not
 * accepted since: see credential_rest. Replicas share the tries: whoever is in doubt has one lent
 * before it calls, so that there are three in all, however many replicas and starts; beside that
 * only what was on its way before it was heard that the secret is dead. */
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
    int64_t accepted_ms;                  /* the last time */
    bool accepted;                        /* and nobody was refused since */
    bool probing;                         /* a call is out that will show whether it works */
    bool asking;                          /* what all replicas were refused is being asked for */
    bool shared;                          /* tries are lent by all replicas together */
    bool lent;                            /* one is ours */
};

/* May a call go out at now_ms? Ms to wait, 0 = yes; -1 = when the call that is out has come back,
 * or what is being asked for, or a try was lent. */
int64_t credential_wait_ms(const struct credential *c, int64_t now_ms);
/* All that a call waits for is a try that is lent. */
bool credential_wants_try(const struct credential *c, int64_t now_ms);
/* One is lent, for the next call of a credential in doubt. */
void credential_lend(struct credential *c);
/* A call goes out. */
void credential_used(struct credential *c);
/* The other side accepted it. True when that was in doubt. */
bool credential_accepted(struct credential *c, int64_t now_ms);
/* The other side refused it, or ignored it and answered a stranger. True when it is now given up
 * until the window has passed: alarm. */
bool credential_refused(struct credential *c, int64_t now_ms);
/* The call came back without a word on the credential. True when a try that was lent goes back. */
bool credential_unclear(struct credential *c);
/* Another secret stands in its place. */
void credential_replaced(struct credential *c);
/* Nobody tries again before it is heard what all replicas together were refused; and now it is, or
 * cannot be. */
void credential_asks(struct credential *c);
void credential_heard(struct credential *c);
/* One of the replicas was refused the same secret ago_ms ago, -1 = none; 0 wait_ms: not so often
 * yet that nobody tries it for so long. Whoever was accepted since has a secret that works and goes
 * on; for the others it is in doubt now. True when it is now given up, and was not before. */
bool credential_rest(struct credential *c, int64_t ago_ms, int64_t wait_ms, int64_t now_ms);

#endif
