/* payload.h: the words of a comment or field update, frozen with the decision that wants them. The
 * only writer and the only reader of governance.flow.payload. */
#ifndef COUNTERSIGN_SERVICE_PAYLOAD_H
#define COUNTERSIGN_SERVICE_PAYLOAD_H

#include "base/arena.h"
#include "domain/words.h"

/* Parts of a notice (words.h) as the ticket will show them; borrowed from the arena. */
struct payload {
    struct str check, line, next, panel;
};

/* Canonical JSON, in the arena. */
struct str payload_write(struct arena *arena, const struct notice *n);
/* False: this is not what payload_write() makes; a member is missing or empty. */
MUST_CHECK bool payload_read(struct arena *arena, struct str text, struct payload *ret);

#endif
