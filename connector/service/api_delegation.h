/* api_delegation.h: the routes /v1/delegations: who answers for whom, for a time. */
#ifndef COUNTERSIGN_SERVICE_API_DELEGATION_H
#define COUNTERSIGN_SERVICE_API_DELEGATION_H

#include "service/api.h"

/* Answers what is one of these routes; false: none of them, and nothing is answered. */
MUST_CHECK bool api_delegations(struct api *api, struct serve_request *request,
                                const struct token_config *token, struct str path, bool post);

#endif
