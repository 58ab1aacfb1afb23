/* api_exception.h: the routes /v1/exceptions: grant, renew, list, revoke; and /v1/departures: who
 * left, whose exceptions lapse. */
#ifndef COUNTERSIGN_SERVICE_API_EXCEPTION_H
#define COUNTERSIGN_SERVICE_API_EXCEPTION_H

#include "service/api.h"

/* Answers what is one of these routes; false: none of them, and nothing is answered. */
MUST_CHECK bool api_exceptions(struct api *api, struct serve_request *request,
                               const struct token_config *token, struct str path, bool post);

#endif
