/* rest_shipped.h: the profiles of profile/ inside the program (generated). */
#ifndef COUNTERSIGN_READERS_REST_SHIPPED_H
#define COUNTERSIGN_READERS_REST_SHIPPED_H

#include <stddef.h>

extern const struct rest_shipped {
    const char *name, *text;
} REST_SHIPPED[];
extern const size_t REST_SHIPPED_COUNT;

#endif
