/* site_who.h: whether who approved a ticket is another person than who asks and who it is for, as
 * far as Jira can tell. */
#ifndef COUNTERSIGN_SITE_SITE_WHO_H
#define COUNTERSIGN_SITE_SITE_WHO_H

#include "site/site.h"

/* Into t->ticket: requester and beneficiary as the mapping names them, with all that Jira shows of
 * them. t: the issue as read and mapped, its approvals too. */
void site_who_take(struct site_ticket *t, struct arena *arena);

/* Is there anybody to ask whose account that key is? It is an address, or stands under `people`. */
bool site_who_may_be_found(const struct site *site, struct str key);

/* OK: all is known that anybody here can know. Else the ticket was not read; told_ms as of a read.
 */
typedef void site_who_fn(void *arg, enum read_outcome outcome, int64_t told_ms);
/* Where somebody has approved, or answered yes to an exception, and what is known of him has
 * nothing in common with what is known of the requester or of the beneficiary (here an account,
 * there an address), Jira or `people` of the site is asked whose account that key is. Whom nobody
 * knows stays unknown. On Cloud it is asked which of those who approved are apps, too: that is no
 * person's approval. At most three calls to Jira, kept as site_people.h keeps them. Calls back
 * exactly once, perhaps from inside. */
void site_who_find(struct site *site, struct arena *arena, struct site_ticket *t, site_who_fn *fn,
                   void *arg);

#endif
