/* form_watch.h: does what the mapping writes fit the forms that Jira shows? Looked at from the
 * start on, for every rule of every site, in the lane of sweeps and beside everything else: nobody
 * waits for it. What does not fit is logged once, stands in /readyz and in a metric, and its
 * creates are parked one by one with the same words (step_real.c). */
#ifndef COUNTERSIGN_SERVICE_FORM_WATCH_H
#define COUNTERSIGN_SERVICE_FORM_WATCH_H

#include "service/service.h"

struct form_watch;
/* One for each site. */
struct form_watch *form_watch_new(struct service *svc, struct site *site);
/* Its mapping is another one now: look again soon. Only while it is not busy. */
void form_watch_again(struct form_watch *watch);
bool form_watch_is_busy(const struct form_watch *watch);
/* Before the loop ends, when it is not busy or its calls have ended. NULL is fine. */
void form_watch_free(struct form_watch *watch);

#endif
