/* site_org.h: which number an organisation of a service desk has, by its name. */
#ifndef COUNTERSIGN_SITE_SITE_ORG_H
#define COUNTERSIGN_SITE_SITE_ORG_H

#include "site/site_people.h"

enum { SITE_ORG_PAGES_MAX = 40 /* of 50: a longer list is not searched for a name */ };

/* GET /rest/servicedeskapi/servicedesk/{id}/organization, all pages: only the one organisation of
 * the project's desk with exactly that name counts, and an answer is kept as people are. Into
 * person->account: its number. REFUSED, with the remedy: none is called so, several are, or there
 * are too many to look through. Whoever looks for what is being looked for waits for that answer.
 * Calls back exactly once, never from inside; name is borrowed until
 * then. */
void site_org_find(struct site *site, struct arena *arena, struct str name, enum traffic_lane lane,
                   site_person_fn *fn, void *arg);

#endif
