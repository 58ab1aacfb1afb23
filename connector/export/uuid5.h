/* uuid5.h: UUIDs of names (RFC 9562, section 5.5): the same name has the same one each time. */
#ifndef COUNTERSIGN_EXPORT_UUID5_H
#define COUNTERSIGN_EXPORT_UUID5_H

#include <stdint.h>

#include "base/str.h"

enum { UUID_BYTES = 16, UUID_TEXT_SIZE = 37 };

struct uuid {
    uint8_t bytes[UUID_BYTES];
};

/* For names that are URLs (RFC 9562, section 6.6). */
extern const struct uuid UUID_NAMESPACE_URL;
struct uuid uuid5(const struct uuid *space, struct str name);
/* "6ba7b811-9dad-11d1-80b4-00c04fd430c8"; returns `ret`. */
const char *uuid_text(const struct uuid *uuid, char ret[UUID_TEXT_SIZE]);

#endif
