/* api_delegation.h: /v1/delegations: who answers for whom, for a time. */
#ifndef COUNTERSIGN_SERVICE_API_DELEGATION_H
#define COUNTERSIGN_SERVICE_API_DELEGATION_H

#include "service/api_route.h"

api_operation_fn api_delegations_list;
api_operation_fn api_delegation_give;
api_operation_fn api_delegation_revoke;

#endif
