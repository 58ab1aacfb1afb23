/* api_query.h: what stands behind the question mark, and answers that a client may have already. */
#ifndef COUNTERSIGN_SERVICE_API_QUERY_H
#define COUNTERSIGN_SERVICE_API_QUERY_H

#include "io/io_serve.h"
#include "store/store.h"

enum { API_PAGE_MAX = 100, API_PAGE_DEFAULT = 50 };

/* A query parameter, percent-decoded; STR_NONE when it is not there, "" also when it cannot be
 * read.
 */
struct str api_query(struct serve_request *request, const char *name);
/* Every parameter is among `known` (ended by NULL)? What is misspelt must not turn into "all".
 * NULL, or what is wrong. */
const char *api_query_refuse_unknown(struct serve_request *request, const char *const *known);
/* The name of somebody; STR_NONE when it is not there, false when it is none: what cannot be read
 * must not turn into "all" either. */
MUST_CHECK bool api_query_name(struct serve_request *request, const char *name, struct str *ret);
/* `limit`; false when it is none. */
MUST_CHECK bool api_query_limit(struct serve_request *request, int32_t *ret);
/* `after`, where rows have numbers: the last one of the page before; 0 when it is not there, false
 * when it is none. */
MUST_CHECK bool api_query_after(struct serve_request *request, int64_t *ret);
/* kind, lifecycle, subject_kind, application, since, overdue, sort and after of a list of requests:
 * NULL, or what is wrong. */
const char *api_query_requests(struct serve_request *request, struct store_filter *filter);
bool api_is_uuid(struct str s);
/* 200 with an ETag; 304 and no body where If-None-Match has it (RFC 9110, 13.1.2). */
void api_reply_tagged(struct serve_request *request, struct str json);

#endif
