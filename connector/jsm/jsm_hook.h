/* jsm_hook.h: webhooks of Jira: is it from them, and which ticket is it about. Pure.
 *
 * X-Hub-Signature: sha256=<hex> over the raw body (WebSub), secret set when the webhook was
 * registered: https://developer.atlassian.com/cloud/jira/platform/webhooks/ */
#ifndef COUNTERSIGN_JSM_HOOK_H
#define COUNTERSIGN_JSM_HOOK_H

#include "base/arena.h"
#include "base/digest.h"

/* Any of the keys (two while one is being replaced) must match, in constant time. */
bool jsm_hook_is_signed(struct hmac *const *keys, size_t key_count, struct str header,
                        struct str body);

struct jsm_hook {
    struct str issue_id; /* empty: nothing about a ticket */
    struct str key;
    struct str event;
};
/* False: not a delivery we can read (err says why); it is kept and counted, never guessed at. */
MUST_CHECK bool jsm_hook_read(struct arena *a, struct str body, struct jsm_hook *ret,
                              struct err *err);

#endif
