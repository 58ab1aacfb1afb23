/* api_request.h: /v1/access-requests, but for asking: lists, one, its approvals, its clock, its
 * end. */
#ifndef COUNTERSIGN_SERVICE_API_REQUEST_H
#define COUNTERSIGN_SERVICE_API_REQUEST_H

#include "service/api_route.h"

api_operation_fn api_requests_list;
api_operation_fn api_request_show;
api_operation_fn api_request_cancel;
api_operation_fn api_request_retry;
api_operation_fn api_request_approve;
api_operation_fn api_request_review;
api_operation_fn api_request_pause;
api_operation_fn api_request_resume;

#endif
