/* api_priv.h: what the files of the API share. */
#ifndef COUNTERSIGN_SERVICE_API_PRIV_H
#define COUNTERSIGN_SERVICE_API_PRIV_H

#include "service/api.h"

struct asking; /* one request that waits for the store */

struct submit;

struct service *api_service(struct api *api);
struct submit *api_submits(struct api *api);
/* For the two below. created: answered 201 where the store made something; missing: static, said
 * where it knows nothing of it. */
struct asking *api_asking(struct api *api, struct serve_request *request, bool created,
                          const char *missing);
/* What the store refuses is a fault of that member of the body; static, NULL: of none. */
void api_asking_about(struct asking *a, const char *member);
/* The store's document is the answer; none: 404. What it refused: 422. A store_json_fn. */
void api_answer_json(void *arg, enum store_outcome outcome, struct str json);
/* Done is accepted, 202. A store_done_fn. */
void api_answer_accepted(void *arg, enum store_outcome outcome, const char *message);

/* 422 with the store's reason, or 503. */
void api_store_problem(struct serve_request *request, enum store_outcome outcome,
                       const char *message);

#endif
