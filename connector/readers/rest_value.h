/* rest_value.h: values in replies, for rest_judge.c and rest_question.c. */
#ifndef COUNTERSIGN_READERS_REST_VALUE_H
#define COUNTERSIGN_READERS_REST_VALUE_H

#include "json/json_read.h"
#include "readers/rest_profile.h"

/* A text, a whole number's digits, true or false; STR_NONE for anything else. */
struct str rest_value(struct arena *arena, const struct json *body, struct str pointer);
/* Is the value one of the words, perhaps with a namespace and '#' in front? */
bool rest_is_one_of(struct str value, const struct rest_list *list);

#endif
