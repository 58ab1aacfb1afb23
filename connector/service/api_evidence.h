/* api_evidence.h: /v1/access-requests/{id}/evidence, a page of the entries of one request. That its
 * reader sees them is on record before they are told, as on the console; where it cannot be
 * recorded nothing is told. */
#ifndef COUNTERSIGN_SERVICE_API_EVIDENCE_H
#define COUNTERSIGN_SERVICE_API_EVIDENCE_H

#include "service/api_route.h"

api_operation_fn api_evidence;

#endif
