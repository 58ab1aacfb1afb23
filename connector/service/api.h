/* api.h: the front listener's routes: webhooks go to intake, /v1 to the API for identity platforms.
 * Bearer tokens with roles; errors are RFC 9457 problem documents; POST of a request needs an
 * Idempotency-Key. */
#ifndef COUNTERSIGN_SERVICE_API_H
#define COUNTERSIGN_SERVICE_API_H

#include "service/service.h"

struct api;
/* Reads the tokens; NULL with the reason when one cannot be read. */
MUST_CHECK struct api *api_new(struct service *svc, struct err *err);
/* A serve_fn; arg is the api. */
void api_serve(void *arg, struct serve_request *request);
void api_free(struct api *api);

/* RFC 9457 */
void api_problem(struct serve_request *request, int status, const char *title, const char *detail);

#endif
