/* jsm_hook.h: webhooks of Jira: is it from them, and which ticket is it about. Pure.
 *
 * Three kinds of senders, each with a proof of its own:
 *   admin webhooks, Data Center  X-Hub-Signature: sha256=<hex> over the raw body (WebSub), secret
 *                                set when the webhook was registered:
 *                                https://developer.atlassian.com/cloud/jira/platform/webhooks/
 *   dynamic webhooks of an app   Authorization: JWT|Bearer <token>, HS256 under the app's client
 *                                secret; nothing binds it to the body
 *   automation "send web request" a secret that whoever wrote the rule put into a header
 * All of them are hints only: a body that is believed wrongly costs one read of one ticket. */
#ifndef COUNTERSIGN_JSM_HOOK_H
#define COUNTERSIGN_JSM_HOOK_H

#include "base/arena.h"
#include "base/digest.h"

/* Any of the keys (two while one is being replaced) must match, in constant time. */
bool jsm_hook_is_signed(struct hmac *const *keys, size_t key_count, struct str header,
                        struct str body);

enum {
    JSM_HOOK_KEYS_MAX = 2, /* the secret, and the one it replaces */
    JSM_HOOK_TOKEN_MAX = 4096,
    JSM_HOOK_SKEW_S = 60, /* how far the clocks of two machines may differ */
};

/* The live secrets of one site, by kind of sender. A kind without secrets proves nothing. */
struct jsm_hook_keys {
    struct hmac *signing[JSM_HOOK_KEYS_MAX];
    size_t signing_count;
    struct hmac *app[JSM_HOOK_KEYS_MAX]; /* client secret of the app */
    size_t app_count;
    uint8_t shared[JSM_HOOK_KEYS_MAX][SHA256_BYTES]; /* SHA-256 of what automation sends */
    size_t shared_count;
};

/* What came with a delivery. A header's count tells how often it stood there. */
struct jsm_hook_proof {
    struct str signature, authorization, shared;
    size_t signatures, authorizations, shareds;
    struct str path, query; /* as requested: a token may name them */
    struct str body;
    int64_t now_ms; /* wall clock */
};

enum jsm_hook_sender {
    JSM_HOOK_NOBODY,     /* not proven: refuse, and say nothing */
    JSM_HOOK_SIGNED,     /* admin webhook, Data Center */
    JSM_HOOK_APP,        /* dynamic webhook */
    JSM_HOOK_AUTOMATION, /* a rule of somebody's */
};
/* Who sent it. Exactly one proof counts, the first of the order above that is there, and a wrong
 * one is not made good by another. Reads JSON only after the signature holds. */
enum jsm_hook_sender jsm_hook_sender_of(const struct jsm_hook_keys *keys,
                                        const struct jsm_hook_proof *proof);

/* The value of an Authorization header, "JWT <token>" or "Bearer <token>" (RFC 7519). HS256 and
 * nothing else, `exp` required, `nbf` and `iat` not in the future, and where it has a `qsh` that
 * must be the one of this POST
 * (https://developer.atlassian.com/cloud/jira/platform/understanding-jwt-for-connect-apps/); our
 * addresses have no query, so one with a query fits no `qsh`. */
bool jsm_hook_token_holds(struct hmac *const *keys, size_t key_count, struct str authorization,
                          struct str path, struct str query, int64_t now_ms);

struct jsm_hook {
    struct str issue_id; /* empty: nothing about a ticket */
    struct str other_id; /* the other end of a link between tickets; else empty */
    struct str key;
    struct str event;     /* empty: from an automation rule */
    int64_t event_ms;     /* when it happened, Jira's clock; 0: not said */
    int64_t announced_ms; /* changes up to this time of Jira's are told by it; 0: not said */
    struct str property;  /* key of the property that was set or deleted; else empty */
    struct str by;        /* jsm_user_id of who did it; empty: not said */
    struct str author;    /* jsm_user_id of whose comment it is about; else empty */
};
/* Is it worth no look? Somebody wrote a property that is none of ours, or we wrote one. It tells of
 * nothing else: `updated` does not move. */
bool jsm_hook_is_idle(const struct jsm_hook *hook, struct str our_account);
/* Does it tell of a change to a ticket that we made ourselves? Its look may wait for others. */
bool jsm_hook_is_echo(const struct jsm_hook *hook, struct str our_account);
/* Did somebody else edit or delete a comment of ours? Of a deleted one nobody says who did it; we
 * delete none. */
bool jsm_hook_is_over(const struct jsm_hook *hook, struct str our_account);
/* False: not a delivery we can read (err says why); it is kept and counted, never guessed at.
 *
 * Taken: events of Jira with their issue whole, reduced or absent (the id is then in the `self` of
 * comment, worklog or property, or in a link's two ends); automation's bare issue, {"issue":{...}}
 * and bodies of one's own with the id as issue, issueId or issue_id; and no body at all, kept as
 * its query ("?issue=10042") or empty, which names no ticket. */
MUST_CHECK bool jsm_hook_read(struct arena *a, struct str body, struct jsm_hook *ret,
                              struct err *err);

/* How far the time an event says it happened may lie from its arrival. */
#define JSM_HOOK_WINDOW_MS (7 * 86400 * (int64_t)1000)
/* Is it so far from it that somebody sends it again? Without a time: no. */
bool jsm_hook_is_replayed(const struct jsm_hook *hook, int64_t received_ms);

#endif
