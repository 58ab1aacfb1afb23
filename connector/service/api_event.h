/* api_event.h: /v1/events: what was told to subscribers, and what was given up. */
#ifndef COUNTERSIGN_SERVICE_API_EVENT_H
#define COUNTERSIGN_SERVICE_API_EVENT_H

#include "service/service.h"

/* Answers a request whose path begins with /v1/events. */
void api_event_serve(struct service *svc, struct serve_request *request,
                     const struct token_config *token);

#endif
