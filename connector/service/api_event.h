/* api_event.h: /v1/events: what was told to subscribers, and what was given up. */
#ifndef COUNTERSIGN_SERVICE_API_EVENT_H
#define COUNTERSIGN_SERVICE_API_EVENT_H

#include "service/api_route.h"

api_operation_fn api_events_list;
api_operation_fn api_events_retry;

#endif
