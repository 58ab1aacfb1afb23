/* secret.h: a secret value with its own type, so that it cannot be printed by accident. Wiped when
 * dropped. */
#ifndef COUNTERSIGN_BASE_SECRET_H
#define COUNTERSIGN_BASE_SECRET_H

#include "base/str.h"

enum { SECRET_BYTES_MAX = 4096 };

struct secret;

struct secret *secret_new(struct str value); /* copies */
void secret_free(struct secret *secret);     /* wipes; NULL is allowed */
/* Only where the value leaves for its purpose. NULL gives STR_NONE. */
struct str secret_reveal(const struct secret *secret);

#endif
