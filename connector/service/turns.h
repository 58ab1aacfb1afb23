/* turns.h: what only one replica does at a time, by leases in the database: asking for an access
 * token. The tokens themselves are secrets and never stored: each replica has its own, and they ask
 * one after the other. */
#ifndef COUNTERSIGN_SERVICE_TURNS_H
#define COUNTERSIGN_SERVICE_TURNS_H

#include "service/service.h"
#include "site/site_auth.h"

/* Lent to the sites for the service's life. */
struct site_turns service_turns(struct service *svc);

#endif
