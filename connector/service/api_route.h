/* api_route.h: which operation of the API a method and a path are, whose role it wants, and of what
 * form the part of the path is that varies: a row each, as schemas/openapi.json has them. */
#ifndef COUNTERSIGN_SERVICE_API_ROUTE_H
#define COUNTERSIGN_SERVICE_API_ROUTE_H

#include "service/api.h"

/* One operation, for a token that has its role. id: the part of the path that varies, of its form;
 * STR_NONE where none does. */
typedef void api_operation_fn(struct api *api, struct serve_request *request,
                              const struct token_config *token, struct str id);
/* Hands it to its operation; 404, 405 with what there is instead, or 403. */
void api_route(struct api *api, struct serve_request *request, const struct token_config *token);
/* Is it answered with what is there, and changes nothing? HEAD is GET without the body. */
bool api_route_reads(const struct serve_request *request);

#endif
