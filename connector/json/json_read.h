/* json_read.h: strict JSON reading (RFC 8259) over cJSON, which is included nowhere else.
 *
 * Refused, because access is granted on what we read: anything after the value, invalid UTF-8, NUL
 * and lone surrogates in strings, raw control characters, numbers outside the grammar or longer
 * than 63 characters, duplicate member names, nesting above LIMIT_JSON_DEPTH, more than
 * LIMIT_JSON_NODES values. Names are compared exactly. Numbers keep their digits: no id and no
 * integer is rounded.
 *
 * The document lives in its arena, strings and digits too, and borrows nothing from the text; the
 * arena's limit bounds its memory.
 */
#ifndef COUNTERSIGN_JSON_READ_H
#define COUNTERSIGN_JSON_READ_H

#include "base/arena.h"

struct json; /* a value inside a parsed document; lives as long as the arena it was parsed into */

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* On failure ERR_INPUT with the byte offset, or the name that stands twice. Thread-safe. */
MUST_CHECK bool json_parse(struct arena *arena, struct str text, const struct json **ret,
                           struct err *err);
/* The same with a nesting limit of the caller's, at most LIMIT_JIRA_JSON_DEPTH: for texts whose
 * depth people decide on, such as rich text in Jira's replies. */
MUST_CHECK bool json_parse_deep(struct arena *arena, struct str text, size_t depth_max,
                                const struct json **ret, struct err *err);

/* All of these accept NULL and answer as for a missing value. */
enum json_type json_type(const struct json *v); /* JSON_NULL for NULL */
const struct json *json_member(const struct json *object, const char *name);
const struct json *json_member_str(const struct json *object, struct str name);
/* A path of member names and array indexes: "fields/status/statusCategory/key", "items/0/id". */
const struct json *json_path(const struct json *v, const char *path);
/* RFC 6901 pointer, "/fields/summary"; "" is the value itself. NULL when it is no pointer or leads
 * nowhere. */
const struct json *json_pointer(const struct json *v, struct str pointer);
struct str json_str(const struct json *v); /* STR_NONE when it is not a string */
struct str json_path_str(const struct json *v, const char *path);
bool json_is_true(const struct json *v);
/* The digits of a number as they stood in the text ("10.50"); STR_NONE when it is none. */
struct str json_number_text(const struct json *v);
/* A string, or the digits of a number that is a plain integer of any size: Jira's ids come as
 * either. STR_NONE otherwise. `arena` is not used any more. */
struct str json_id(struct arena *arena, const struct json *v);
/* Exact. False when it has a fraction or does not fit; "1.0" and "1e3" are integers up to 2^53. */
MUST_CHECK bool json_i64(const struct json *v, int64_t *ret);

/* Typed reading by RFC 6901 pointer. False with ERR_INPUT that names it: "'/kind' is missing",
 * "'/items/0/source' must be a string", "'/ttl' must be an integer from 1 to 90". */
MUST_CHECK bool json_get(const struct json *v, const char *pointer, enum json_type type,
                         const struct json **ret, struct err *err);
MUST_CHECK bool json_get_str(const struct json *v, const char *pointer, struct str *ret,
                             struct err *err);
MUST_CHECK bool json_get_i64(const struct json *v, const char *pointer, int64_t min, int64_t max,
                             int64_t *ret, struct err *err);
MUST_CHECK bool json_get_bool(const struct json *v, const char *pointer, bool *ret,
                              struct err *err);

size_t json_count(const struct json *v); /* elements of an array, members of an object, else 0 */
const struct json *json_first(const struct json *v);
const struct json *json_next(const struct json *v);
struct str json_name(const struct json *v); /* name of an object's member */

#define JSON_EACH(it, container) \
    for (const struct json *it = json_first(container); it; it = json_next(it))

#endif
