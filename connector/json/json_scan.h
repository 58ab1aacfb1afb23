/* json_scan.h: one pass over the text that refuses what cJSON would let through, and notes where
 * the numbers stand, which cJSON would round. Private to json/. */
#ifndef COUNTERSIGN_JSON_SCAN_H
#define COUNTERSIGN_JSON_SCAN_H

#include "base/arena.h"

struct json_numbers {
    struct str *items; /* in the order of the text; borrowed from it */
    size_t count, room;
};

/* NULL when `text` is one JSON value within our limits, nested at most depth_max (up to
 * LIMIT_JIRA_JSON_DEPTH); else what is wrong, and where. */
const char *json_scan(struct arena *arena, struct str text, size_t depth_max,
                      struct json_numbers *numbers, size_t *ret_offset);

#endif
