/* api_exception.h: /v1/exceptions: grant, renew, list, revoke; and /v1/departures: who left, whose
 * exceptions lapse. */
#ifndef COUNTERSIGN_SERVICE_API_EXCEPTION_H
#define COUNTERSIGN_SERVICE_API_EXCEPTION_H

#include "service/api_route.h"

api_operation_fn api_exceptions_list;
api_operation_fn api_exception_grant;
api_operation_fn api_exception_revoke;
api_operation_fn api_departure_tell;

#endif
