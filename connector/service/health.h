/* health.h: the operations listener: /healthz (the loop lives), /readyz (database and schema; Jira
 * away is degraded, not unready: webhooks must be taken), /metrics. */
#ifndef COUNTERSIGN_SERVICE_HEALTH_H
#define COUNTERSIGN_SERVICE_HEALTH_H

#include "service/service.h"

/* A serve_fn; arg is the service. */
void health_serve(void *arg, struct serve_request *request);

#endif
