/* json_write.h: writing JSON into a buf. Strings are escaped as RFC 8785 says (only what must be);
 * integers are exact. Bytes that are not UTF-8 are replaced by U+FFFD, so that what we write is
 * always JSON. */
#ifndef COUNTERSIGN_JSON_WRITE_H
#define COUNTERSIGN_JSON_WRITE_H

#include "base/buf.h"
#include "json/json_read.h"

struct json_out {
    struct buf *buf;
    bool comma; /* a separator is due before the next value or name */
};

/* Begin a document in `buf`, which stays the caller's; look at buf->over at the end. Then values in
 * order, each member as a name followed by its value. The order of members is the caller's. */
void json_begin(struct json_out *out, struct buf *buf);
void json_open_object(struct json_out *out);
void json_close_object(struct json_out *out);
void json_open_array(struct json_out *out);
void json_close_array(struct json_out *out);
void json_put_name(struct json_out *out, const char *name);
void json_put_str(struct json_out *out, struct str value);
void json_put_i64(struct json_out *out, int64_t value);
void json_put_bool(struct json_out *out, bool value);
void json_put_null(struct json_out *out);
void json_put_raw(struct json_out *out, struct str json); /* already JSON */
/* Name and value in one. An empty string is written as "". */
void json_str_member(struct json_out *out, const char *name, struct str value);
void json_i64_member(struct json_out *out, const char *name, int64_t value);
void json_bool_member(struct json_out *out, const char *name, bool value);
/* A parsed value again, members in the order of RFC 8785 (by name), numbers with the digits they
 * had.
 */
void json_put_value(struct json_out *out, const struct json *value);

#endif
