/* api.h: /v1, the API for identity platforms. Bearer tokens with roles; errors are RFC 9457 problem
 * documents; POST of a request needs an Idempotency-Key. */
#ifndef COUNTERSIGN_SERVICE_API_H
#define COUNTERSIGN_SERVICE_API_H

#include "service/service.h"

struct api;
/* Reads the tokens; NULL with the reason when one cannot be read. */
MUST_CHECK struct api *api_new(struct service *svc, struct err *err);
/* schemas/openapi.json, as it is: what this file and the store answer. */
extern const char API_DESCRIPTION[];
/* Whose token it is; NULL: nobody's. */
const struct token_config *api_token(const struct api *api, struct str secret);
/* Answers a request whose path begins with /v1/, or is /openapi.json. */
void api_serve(struct api *api, struct serve_request *request);
void api_free(struct api *api);

#endif
