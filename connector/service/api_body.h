/* api_body.h: bodies of the API, read strictly. Access is granted on what stands in them: a
 * misspelt member or a date written as a number must not turn into "no end" or "not privileged". */
#ifndef COUNTERSIGN_SERVICE_API_BODY_H
#define COUNTERSIGN_SERVICE_API_BODY_H

#include "io/io_serve.h"
#include "json/json_read.h"

enum body_kind {
    BODY_KEY,   /* 1 to LIMIT_KEY_CHARS bytes that somebody sees: a name, an account, an id */
    BODY_NAME,  /* the same, or nothing to see: what that means says who asks */
    BODY_TEXT,  /* up to BODY_TEXT_MAX bytes: for people */
    BODY_BOOL,  /* true or false, not "true" */
    BODY_TIME,  /* RFC 3339, after 1970 */
    BODY_LATER, /* the same, in the future */
    BODY_ID,    /* a whole number from 1 on */
    BODY_LIST,  /* a list; what is in it is for who asks */
};
enum { BODY_TEXT_MAX = 4096 };

struct body_member {
    const char *name;
    enum body_kind kind;
    bool required;
};

/* The body as an object whose members are among `members` (ended by a NULL name), each of its kind,
 * no required one missing. False when it is not: then the request is answered with a problem that
 * names the member. now_ms: the clock for BODY_LATER. The document lives in the request's arena. */
MUST_CHECK bool api_body_read(struct serve_request *request, const struct body_member *members,
                              int64_t now_ms, const struct json **ret);
/* The same of an object within the body: each fault of a member goes to fn. what: a predicate, for
 * behind the member's name. */
typedef void body_fault_fn(void *arg, struct str member, const char *what);
void api_body_each_fault(const struct body_member *members, const struct json *object,
                         int64_t now_ms, body_fault_fn *fn, void *arg);
/* A member that api_body_read has seen, in milliseconds since 1970; 0 when it is not there. */
int64_t api_body_time(const struct json *body, const char *name);

#endif
