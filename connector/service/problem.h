/* problem.h: RFC 9457 problem documents, the one shape of every refusal on both listeners. The type
 * of one is made of its title, "urn:countersign:problem:not-found"; schemas/README.md lists them.
 */
#ifndef COUNTERSIGN_SERVICE_PROBLEM_H
#define COUNTERSIGN_SERVICE_PROBLEM_H

#include "io/io_serve.h"

/* Answers the request. detail: what is wrong and what to do, for whoever wrote the client. A 503
 * says to come again in a second. */
void problem_reply(struct serve_request *request, int status, const char *title,
                   const char *detail);
/* The same about one member of the body: the extension "member" names it (section 3.2). */
void problem_reply_member(struct serve_request *request, int status, const char *title,
                          struct str member, const char *detail);
/* One of several things that are wrong with a body. */
struct problem_fault {
    char pointer[64]; /* RFC 6901, as a fragment: "#/items/2/source" */
    char detail[160];
};
/* The same, each by itself: the extension "errors" (RFC 9457, section 3). member: what all of them
 * stand in. */
void problem_reply_faults(struct serve_request *request, int status, const char *title,
                          struct str member, const struct problem_fault *faults, size_t count);
/* 405. allow: the methods that there are. */
void problem_reply_allow(struct serve_request *request, const char *allow);
/* The same, to be asked again in so many seconds (Retry-After). */
void problem_reply_later(struct serve_request *request, int status, const char *title,
                         const char *detail, int32_t after_s);

#endif
