/* rest_expand.h: templates beyond addresses, for rest_question.c. */
#ifndef COUNTERSIGN_READERS_REST_EXPAND_H
#define COUNTERSIGN_READERS_REST_EXPAND_H

#include "readers/rest_question.h"

/* With the names as they are: for comparing. STR_NONE as in rest_expand(). */
struct str rest_expand_plain(struct arena *arena, const struct rest_question *q,
                             struct str template);
/* A step's body as JSON, in the question's arena; STR_NONE as in rest_expand(). */
struct str rest_expand_body(const struct rest_question *q, const struct yaml *body);

#endif
