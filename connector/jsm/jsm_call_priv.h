/* jsm_call_priv.h: what the files that make calls share. */
#ifndef COUNTERSIGN_JSM_JSM_CALL_PRIV_H
#define COUNTERSIGN_JSM_JSM_CALL_PRIV_H

#include "base/buf.h"
#include "jsm/jsm_call.h"

enum { JSM_BODY_BYTES = 512 * 1024 };

/* Copy a finished buffer into the arena and free it; empty when it was too much. */
struct str jsm_settle(struct arena *a, struct buf *b);

#endif
