/* site_secret.h: secrets by reference, read again while we run. Private to site/. */
#ifndef COUNTERSIGN_SITE_SITE_SECRET_H
#define COUNTERSIGN_SITE_SITE_SECRET_H

#include "config/config.h"
#include "jsm/jsm_hook.h"

/* A secret as last read. All zero: there is none. */
struct site_secret {
    struct str reference; /* borrowed; empty: there is none */
    struct secret *value; /* owned */
};
/* Reads it again; *ret_changed is set when it differs and left alone when not. False: it cannot be
 * read (err says why), and the old value stays. */
MUST_CHECK bool site_secret_read(struct site_secret *secret, bool *ret_changed, struct err *err);

/* What webhooks of a site are signed or guarded with: of each kind one, or two while one replaces
 * the other. */
struct site_hook_secrets {
    struct site_secret signing[JSM_HOOK_KEYS_MAX], app[JSM_HOOK_KEYS_MAX],
        shared[JSM_HOOK_KEYS_MAX];
    struct jsm_hook_keys keys; /* made of them */
    uint64_t version;          /* of the keys */
};
/* Names them; config is borrowed. Nothing is read yet. */
void site_hook_secrets_init(struct site_hook_secrets *secrets, const struct site_config *config);
/* Reads all again and makes the keys of them where one has changed. False: one cannot be read or is
 * too short, and the keys stay as they were. */
MUST_CHECK bool site_hook_secrets_read(struct site_hook_secrets *secrets, struct err *err);
/* Frees what they hold. */
void site_hook_secrets_end(struct site_hook_secrets *secrets);

#endif
