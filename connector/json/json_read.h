/* json_read.h: strict JSON reading (RFC 8259) over cJSON, which is included nowhere else.
 *
 * Refused, because access is granted on what we read: anything after the value, invalid UTF-8, NUL in strings, raw control
 * characters, numbers outside the grammar or the range of a double, duplicate member names, nesting above
 * LIMIT_JSON_DEPTH, more than LIMIT_JSON_NODES values. Names are compared exactly. Ids are read as strings: numbers are
 * doubles, so integers beyond 2^53 are refused by json_i64 rather than rounded.
 */
#ifndef COUNTERSIGN_JSON_READ_H
#define COUNTERSIGN_JSON_READ_H

#include "base/arena.h"

struct json; /* a value inside a parsed document; lives as long as the arena it was parsed into */

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* On failure ERR_INPUT with the byte offset and what is wrong there. */
MUST_CHECK bool json_parse(struct arena *arena, struct str text, const struct json **ret, struct err *err);

/* All of these accept NULL and answer as for a missing value. */
enum json_type json_type(const struct json *v); /* JSON_NULL for NULL */
const struct json *json_member(const struct json *object, const char *name);
/* A path of member names and array indexes: "fields/status/statusCategory/key", "items/0/id". */
const struct json *json_path(const struct json *v, const char *path);
/* RFC 6901 pointer, "/fields/summary"; "" is the value itself. */
const struct json *json_pointer(const struct json *v, struct str pointer);
struct str json_str(const struct json *v); /* STR_NONE when it is not a string */
struct str json_path_str(const struct json *v, const char *path);
bool json_is_true(const struct json *v);
/* A string, or an integral number as decimal text in the arena: Jira's ids come as either. STR_NONE otherwise. */
struct str json_id(struct arena *arena, const struct json *v);
MUST_CHECK bool json_i64(const struct json *v, int64_t *ret); /* integral and at most 2^53 in size */

size_t json_count(const struct json *v); /* elements of an array, members of an object, else 0 */
const struct json *json_first(const struct json *v);
const struct json *json_next(const struct json *v);
struct str json_name(const struct json *v); /* name of an object's member */

#define JSON_EACH(it, container) for (const struct json *it = json_first(container); it; it = json_next(it))

#endif
