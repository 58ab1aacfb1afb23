/* front.h: the front listener: webhooks go to intake, /v1 to the API, /icon are pictures, anything
 * else is not found.
 */
#ifndef COUNTERSIGN_SERVICE_FRONT_H
#define COUNTERSIGN_SERVICE_FRONT_H

#include "service/service.h"

/* A serve_fn; arg is the service. */
void front_serve(void *arg, struct serve_request *request);

#endif
