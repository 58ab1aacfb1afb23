/* mapping_priv.h: values on their way from a field to a target. Private to mapping/. */
#ifndef COUNTERSIGN_MAPPING_PRIV_H
#define COUNTERSIGN_MAPPING_PRIV_H

#include "mapping/mapping.h"

enum value_kind {
    VALUE_MISSING, /* empty, null, absent, blank */
    VALUE_TEXT,
    VALUE_PERSON, /* json: a user; becomes text by email or account only, because Jira may hide one
                     of them any day */
    VALUE_LIST,   /* json: more than one element */
    VALUE_WRONG,  /* cannot be taken; `wrong` says why */
};

struct value {
    enum value_kind kind;
    struct str text;
    const struct json *json;
    const char *wrong;
};

struct value value_of_field(const struct json *v);
struct value value_step(struct arena *arena, enum mapping_step step, struct value in);
/* A person's key as jsm/ gives an approver's: the address where we may see it, else the account id.
 */
struct str person_key(const struct json *user);
const char *step_name(enum mapping_step step);
struct str canonical_duration(struct arena *arena, int64_t ms);
struct json_out;
void put_yaml(struct json_out *out,
              const struct yaml *v); /* unquoted null, true, false and numbers as such */

#endif
