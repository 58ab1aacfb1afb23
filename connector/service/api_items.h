/* api_items.h: what a wish of the API asks for: one entitlement, or `items`, several of one account
 * in one source, some of which come and some of which go. One request, one ticket, and a proof of
 * each.
 */
#ifndef COUNTERSIGN_SERVICE_API_ITEMS_H
#define COUNTERSIGN_SERVICE_API_ITEMS_H

#include "io/io_serve.h"
#include "json/json_read.h"
#include "mapping/mapping.h"

/* body: read by api_body_read. w->kind is known. Fills account, source, entitlement and instead_of.
 * False: it does not say what is asked for, and that is answered, with a pointer to each fault. */
MUST_CHECK bool api_items_read(struct serve_request *request, const struct json *body,
                               struct wanted *w);

#endif
