/* rest_sign.h: AWS Signature Version 4
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html). Pure. */
#ifndef COUNTERSIGN_READERS_REST_SIGN_H
#define COUNTERSIGN_READERS_REST_SIGN_H

#include "base/arena.h"
#include "io/io_http.h"

struct rest_key {
    struct str id, secret, region, service;
};

/* "20150830T123600Z", the x-amz-date of a wall time. */
struct str rest_sign_date(struct arena *arena, int64_t wall_ms);
/* The value of Authorization for this call. The path is as it goes out (percent-encoded once, which
 * is right for all services but S3 when no letter needs it), there is no query. Headers: all that
 * are signed, names in small letters and sorted, host and x-amz-date among them. In the arena;
 * STR_NONE when it is over. */
struct str rest_sign(struct arena *arena, const struct rest_key *key, struct str method,
                     struct str path, const struct http_header *headers, size_t header_count,
                     struct str body, struct str date);

#endif
