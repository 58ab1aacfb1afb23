/* api_submit.h: POST /v1/access-requests. A wish is stored once for each Idempotency-Key of a
 * token; repeated it is answered as before, whatever would be said to it by now. */
#ifndef COUNTERSIGN_SERVICE_API_SUBMIT_H
#define COUNTERSIGN_SERVICE_API_SUBMIT_H

#include "service/api_route.h"

api_operation_fn api_submit;

#endif
