/* site_auth.h: who we are at one site: secrets, their renewal, and when to stop trying. Private to
 * site/.
 *
 * Secrets are read again every REREAD_MS and when one is refused, so that a new one counts without
 * a restart. Access tokens (service accounts) are asked for by one call at a time, before the old
 * one ends. A refused credential is tried again as domain/credential.h allows; what was refused to
 * one replica counts for all that are in doubt about theirs.
 *
 * Replicas ask for tokens one after the other, by turns that the service lends us: Jira's token
 * service sees one question at a time, and what it said to one of them (refused, too many, away)
 * holds for all for a while. Tokens are secrets and are not shared: each has its own. */
#ifndef COUNTERSIGN_SITE_SITE_AUTH_H
#define COUNTERSIGN_SITE_SITE_AUTH_H

#include "base/digest.h"
#include "base/list.h"
#include "config/config.h"
#include "io/io_http.h"
#include "jsm/jsm_hook.h"

enum site_turn_state {
    SITE_TURN_OURS,
    SITE_TURN_THEIRS,  /* another replica asks now */
    SITE_TURN_RESTS,   /* one has asked, and was turned away */
    SITE_TURN_UNKNOWN, /* nobody can tell: we ask; turns spare the other side, no promise is on them
                        */
};
struct site_turn {
    enum site_turn_state state;
    int64_t fence;   /* OURS */
    int64_t wait_ms; /* THEIRS, RESTS: until it ends at the latest */
};
typedef void site_turn_fn(void *arg, const struct site_turn *turn);
/* Both are lent for the site's life. take calls back exactly once, never from inside, and the turn
 * ends after lease_ms by itself; give lets everybody wait for rest_ms. */
struct site_turns {
    void (*take)(void *arg, struct str site, int64_t lease_ms, site_turn_fn *fn, void *fn_arg);
    void (*give)(void *arg, struct str site, int64_t fence, int64_t rest_ms);
    void *arg;
};

/* What one replica hears of a site and all of them keep to, after a restart too; lent for the
 * site's life. Told and forgotten: what comes of it comes back by site_rest, and of a refusal by
 * site_auth_rest_heard, too: nobody tries again before, unless that takes too long. mark: which
 * secret it was, as four digits of its hash: enough to tell a new one from the old, and no help to
 * guess it.
 */
struct site_rests {
    /* our credential, once more; lent: by the try that was lent */
    void (*refused)(void *arg, struct str site, struct str mark, bool lent);
    /* A try is wanted: site_auth_try_heard tells what comes of it. And one goes back unused. */
    void (*wanted)(void *arg, struct str site, struct str mark);
    void (*returned)(void *arg, struct str site, struct str mark);
    void (*accepted)(void *arg, struct str site, struct str mark); /* when that was in doubt */
    /* Jira wants no call at all for so long */
    void (*told)(void *arg, struct str site, int64_t wait_ms);
    void *arg;
};

struct site_auth;
struct site_auth_options {
    const struct site_config *config; /* borrowed */
    struct io_loop *loop;             /* borrowed, as the client is */
    struct http *http;
    const struct site_turns *turns; /* NULL: we are alone */
    const struct site_rests *rests; /* likewise */
    int64_t call_timeout_ms;
};

/* Reads the secrets; NULL with the reason when one cannot be read. */
MUST_CHECK struct site_auth *site_auth_new(const struct site_auth_options *options,
                                           struct err *err);
/* Reads nothing again any more: nothing of it is left on the loop. Calls may still come back. */
void site_auth_stop(struct site_auth *auth);
/* After the client has ended its calls. NULL is fine. */
void site_auth_free(struct site_auth *auth);

enum site_pass_state {
    SITE_PASS_READY,
    SITE_PASS_REFUSED,   /* given up for wait_ms: the credential is dead */
    SITE_PASS_UNREACHED, /* the token could not be had now */
};
/* What a call needs: valid until the loop turns. */
struct site_pass {
    enum site_pass_state state;
    struct str authorization; /* header value: never logged */
    struct str base;          /* address that paths are appended to */
    int64_t wait_ms;
    const char *why;
};
typedef void site_pass_fn(void *arg, const struct site_pass *pass);

/* A caller that waits for its pass; lives in the caller's object until called back. */
struct site_wait {
    struct list link;
    site_pass_fn *fn;
    void *arg;
};

/* Get a pass. True: *ret is it, at once. False: `wait` is called back exactly once, later. A pass
 * that was READY must be answered by site_auth_heard when the call has ended. */
MUST_CHECK bool site_auth_pass(struct site_auth *auth, struct site_wait *wait,
                               struct site_pass *ret);

enum site_heard { SITE_ACCEPTED, SITE_REFUSED, SITE_UNCLEAR };
/* How the call that had the pass ended. */
void site_auth_heard(struct site_auth *auth, enum site_heard heard);
/* A replica was refused the secret of that mark ago_ms ago (-1: none), all of them so often that
 * nobody tries it for wait_ms (0: not so often). Another mark than that of ours is no news. */
void site_auth_rest(struct site_auth *auth, struct str mark, int64_t ago_ms, int64_t wait_ms);
/* What is known of our refusal was told by site_auth_rest, or nobody can tell. */
void site_auth_rest_heard(struct site_auth *auth);
enum site_try {
    SITE_TRY_LENT,
    SITE_TRY_OUT,     /* others have them: asked for again soon */
    SITE_TRY_UNKNOWN, /* nobody can tell: we try as if we were alone, at most three times */
};
/* What became of the try we wanted; what is known of refusals was told by site_auth_rest before. */
void site_auth_try_heard(struct site_auth *auth, enum site_try what);
/* Refusals since the last acceptance: for /readyz. */
size_t site_auth_refusals(const struct site_auth *auth);
/* The credential is given up for so long; 0 = it is not. */
int64_t site_auth_rest_ms(const struct site_auth *auth);

/* The live webhook secrets, newest reading: of each kind one, or two while one replaces the other.
 * Valid until the loop turns. */
const struct jsm_hook_keys *site_auth_hook_keys(const struct site_auth *auth);
/* A delivery proved nothing: perhaps a secret was replaced a moment ago. Reads them again, not more
 * often than once a second; true when one has changed. */
bool site_auth_hook_renew(struct site_auth *auth);

#endif
