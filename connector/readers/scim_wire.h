/* scim_wire.h: SCIM 2.0 on the wire (RFC 7643, 7644, 9865): addresses with filters in them, and
 * what a reply is worth. Pure: no network, no state. */
#ifndef COUNTERSIGN_READERS_SCIM_WIRE_H
#define COUNTERSIGN_READERS_SCIM_WIRE_H

#include "base/buf.h"
#include "json/json_read.h"
#include "readers/web.h"

enum {
    SCIM_ID_BYTES = 256, /* an id, its NUL included */
    SCIM_NAME_BYTES = 128,
    SCIM_URL_BYTES = 4096, /* servers refuse 8 KB */
    SCIM_WHY_BYTES = 200,
};

/* A value as RFC 7644 section 3.4.2.2 wants it in a filter: a JSON string. */
bool scim_add_literal(struct buf *dst, struct str value);
/* A letter, then letters, digits, '-', '_', '$', and one sub-attribute behind a '.'; with a
 * schema's "urn:...:" in front or not. */
bool scim_is_attribute(struct str name);

/* SCIM_GONE: 404. SCIM_UNSUPPORTED: it does not take this question (400, 501). */
enum scim_told { SCIM_TROUBLE, SCIM_TOLD, SCIM_GONE, SCIM_UNSUPPORTED };

struct scim_reply {
    enum scim_told told;
    const struct json *body;  /* of SCIM_TOLD: an object */
    const char *reason;       /* else; CamelCase, static */
    int64_t wait_ms;          /* nothing is to be asked for so long */
    int64_t age_ms;           /* a cache kept it for so long */
    char why[SCIM_WHY_BYTES]; /* for people */
};
/* timeout_ms: what the call was given. The body lives in the arena. */
void scim_judge(struct arena *arena, const struct http_reply *http, int64_t timeout_ms,
                struct scim_reply *ret);

/* A ListResponse. */
struct scim_list {
    int64_t total;                /* -1: not said, as with cursors it may be */
    int64_t start;                /* 0: not said */
    const struct json *resources; /* every one an object with an id */
    size_t count;
    struct str next_cursor; /* empty: the last page */
};
/* False: it is none, or contradicts itself. */
MUST_CHECK bool scim_list_read(const struct json *body, struct scim_list *ret);

/* Attributes by name, whatever its case (RFC 7643 section 2.1); NULL also when two differ in
 * nothing else. */
const struct json *scim_member(const struct json *object, const char *name);
const struct json *scim_member_str(const struct json *object, struct str name);
/* An id that can stand in an address and in a filter and be kept whole, of a resource or a
 * reference; else STR_NONE. */
struct str scim_id(const struct json *resource, const char *name);
/* The attribute `name` (as in scim_is_attribute) has this value; several values: one of them.
 * 0: it has others. -1: the resource does not show it. */
int scim_has_value(const struct json *resource, struct str name, struct str value, bool exact);
/* Some servers write booleans as text. False when it is neither. */
MUST_CHECK bool scim_bool(const struct json *v, bool *ret);

#endif
