/* json_scan.h: one pass over the text that refuses what cJSON would let through. Private to json/. */
#ifndef COUNTERSIGN_JSON_SCAN_H
#define COUNTERSIGN_JSON_SCAN_H

#include "base/str.h"

/* NULL when `text` is one JSON value within our limits; else what is wrong, and where. */
const char *json_scan(struct str text, size_t *ret_offset);

#endif
