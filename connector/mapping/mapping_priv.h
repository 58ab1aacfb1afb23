/* mapping_priv.h: values on their way from a field to a target. Private to mapping/. */
#ifndef COUNTERSIGN_MAPPING_PRIV_H
#define COUNTERSIGN_MAPPING_PRIV_H

#include "mapping/mapping.h"

/* A file being read. */
struct loader {
    struct mapping *m;
    struct arena *arena;
    struct diag_list *diags;
    const struct str *sources;
    size_t source_count;
};
struct str text_of(const struct loader *l, const struct yaml *map, const char *key,
                   const char *otherwise);
void refuse_unknown(const struct loader *l, const struct yaml *map, const char *const *known,
                    const char *where);
const struct yaml *list_of(const struct loader *l, const struct yaml *v, const char *what);

enum value_kind {
    VALUE_MISSING, /* empty, null, absent, blank */
    VALUE_TEXT,
    VALUE_PERSON, /* json: a user; becomes text by email or account only, because Jira may hide one
                     of them any day */
    VALUE_LIST,   /* json: more than one element */
    VALUE_WRONG,  /* cannot be taken as it stands; `wrong` says why. json, when there is one: a
                     function may take a part of it */
};

struct value {
    enum value_kind kind;
    struct str text;
    const struct json *json;
    const char *wrong;
};

struct value value_of_field(const struct json *v);
struct value value_step(struct arena *arena, enum mapping_step step, struct value in);
const char *step_name(enum mapping_step step);
struct str canonical_duration(struct arena *arena, int64_t ms);
/* mapping_ticket.c: `ticket` of the file and of a rule, and how kinds are called. */
void load_ticket_head(const struct loader *l, const struct yaml *ticket);
void load_ticket_rule(const struct loader *l, const struct yaml *ticket, struct mapping_rule *r);
void load_kind(const struct loader *l, const struct yaml *v, struct binding *b);
bool is_field_id(struct str s);
/* mapping_reverse.c: the value of "$requester" and its like; false when there is no such word. */
bool wish_word(struct arena *arena, const struct wanted *w, struct str word, struct str *ret);
struct json_out;
void put_yaml(struct json_out *out,
              const struct yaml *v); /* unquoted null, true, false and numbers as such */

#endif
