/* api_submit.h: wishes of identity platforms. One is stored once for each Idempotency-Key of a
 * token; repeated it is answered as before, whatever would be said to it by now. */
#ifndef COUNTERSIGN_SERVICE_API_SUBMIT_H
#define COUNTERSIGN_SERVICE_API_SUBMIT_H

#include "service/api.h"

/* Answers POST /v1/access-requests of a token that may submit. */
void api_submit(struct api *api, struct serve_request *request, const struct token_config *token);

#endif
