/* api_evidence.h: /v1/access-requests/{id}/evidence, the entries of one request. */
#ifndef COUNTERSIGN_SERVICE_API_EVIDENCE_H
#define COUNTERSIGN_SERVICE_API_EVIDENCE_H

#include "service/api_priv.h"

/* A page of them, for a token that may audit. That its bearer sees them is on record before they
 * are told, as on the console; where it cannot be recorded nothing is told. */
void api_evidence(struct api *api, struct serve_request *request, const struct token_config *token,
                  struct str id);

#endif
