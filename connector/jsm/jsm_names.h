/* jsm_names.h: what fields are called. A Data Center's changelog says which field changed by its
 * name alone; GET /rest/api/2/field tells ids and names. Pure. */
#ifndef COUNTERSIGN_JSM_JSM_NAMES_H
#define COUNTERSIGN_JSM_JSM_NAMES_H

#include "jsm/jsm_call.h"

/* GET /rest/api/3/field: all fields there are. */
struct jsm_call jsm_call_field_list(void);
/* The names of these ids from its answer, in the arena; empty where nobody has the id, or where
 * several fields are called so (letters of any case): then a name does not say which. False: it is
 * no list of fields. */
MUST_CHECK bool jsm_names_read(struct arena *a, const struct json *body, const struct str *ids,
                               size_t count, struct str *names, struct err *err);

#endif
