/* site_hook.h: the webhook that should come from a site: is it registered, and make it so. Used by
 * `countersign webhook` and, for an app's, by the service. */
#ifndef COUNTERSIGN_SITE_SITE_HOOK_H
#define COUNTERSIGN_SITE_SITE_HOOK_H

#include "jsm/jsm_hook_call.h"
#include "site/site.h"

/* Which registry a site's webhook stands in: an app's where it has the secret of one, else the
 * administrator's of its flavour. False: only automation rules send, and rules cannot be read. */
bool site_hook_registry(const struct site_config *config, enum jsm_hook_registry *ret);
/* "https://connector.example.com/webhook/jira/acme"; empty without listen.public_url. */
struct str site_hook_url(struct arena *a, const struct config *config,
                         const struct site_config *site);

struct site_hook_task {
    enum jsm_hook_registry registry;
    struct str url;
    struct str secret; /* of an administrator's webhook; only for a repair */
    bool repair;       /* false: look only */
};

struct site_hook_report {
    enum jsm_hook_registry registry;
    bool known;         /* the list could be read, and every change was answered well */
    unsigned before;    /* faults that were found: bits of enum jsm_hook_fault */
    unsigned after;     /* those that are left */
    size_t changes;     /* calls that changed something */
    struct str id;      /* of the one that comes to us; empty: none */
    struct str said;    /* what is registered instead, for people; empty when nothing comes to us */
    int64_t expires_ms; /* an app's; 0: none */
    enum jsm_verdict verdict; /* of the call that ended it; JSM_OK when known */
    char why[240];            /* Jira's words, when not known */
};
typedef void site_hook_fn(void *arg, const struct site_hook_report *report);

/* Read the list, repair where that is asked for, and read it again. Calls back exactly once, never
 * from inside; the report lives until it returns, its strings as long as the arena. The task's
 * strings are borrowed until then. */
void site_hook_look(struct site *site, struct arena *arena, const struct site_hook_task *task,
                    site_hook_fn *fn, void *arg);

#endif
