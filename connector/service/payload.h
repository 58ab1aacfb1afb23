/* payload.h: the words of a comment or field update, frozen with the decision that wants them. The
 * only writer and the only reader of governance.flow.payload, but for `tell`, which the database
 * adds up. */
#ifndef COUNTERSIGN_SERVICE_PAYLOAD_H
#define COUNTERSIGN_SERVICE_PAYLOAD_H

#include "base/arena.h"
#include "domain/words.h"
#include "jsm/jsm_adf.h"

/* A notice (words.h) as the ticket will show it; borrowed from the arena. */
struct payload {
    struct str state; /* empty: frozen by an earlier release */
    struct str check;
    struct jsm_notice notice;
    int64_t tell; /* see struct enqueue */
};

/* Canonical JSON, in the arena. */
struct str payload_write(struct arena *arena, const struct notice *n, int32_t tell);
/* False: this is not what payload_write() makes; a member is missing or empty. */
MUST_CHECK bool payload_read(struct arena *arena, struct str text, struct payload *ret);

#endif
