/* hook_keep.h: one site's webhooks, looked after: what they lose is counted, an app's registration
 * is put off before its 30 days end and made again when it is gone, and what Jira could not deliver
 * is taken from its list of failures. One replica at a time; nothing waits for it. */
#ifndef COUNTERSIGN_SERVICE_HOOK_KEEP_H
#define COUNTERSIGN_SERVICE_HOOK_KEEP_H

#include "site/site.h"

struct hook_keep;
struct service;
/* index: of the site in the configuration. Begins at once, then as the configuration says. */
struct hook_keep *hook_keep_new(struct service *svc, size_t index);
/* Is a look under way? */
bool hook_keep_is_busy(const struct hook_keep *keep);
/* Only when it is not busy; NULL is fine. */
void hook_keep_free(struct hook_keep *keep);

#endif
