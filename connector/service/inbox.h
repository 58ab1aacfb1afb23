/* inbox.h: stored deliveries become hints: each says which ticket to look at, nothing more. What
 * cannot be read is quarantined with a reason, and the others go on. */
#ifndef COUNTERSIGN_SERVICE_INBOX_H
#define COUNTERSIGN_SERVICE_INBOX_H

#include "service/service.h"

struct inbox;
/* One per service; borrows it. */
struct inbox *inbox_new(struct service *svc);
/* Something was stored: look now. Also called on a timer, so that a lost kick costs seconds at
 * most. */
void inbox_kick(struct inbox *inbox);
bool inbox_is_busy(const struct inbox *inbox);
/* Claim nothing more; call before the loop ends. */
void inbox_stop(struct inbox *inbox);
void inbox_free(struct inbox *inbox);

#endif
