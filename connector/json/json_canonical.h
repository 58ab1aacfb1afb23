/* json_canonical.h: an object whose text is canonical (RFC 8785, as far as we write it ourselves)
 * in one pass, without a tree and without memory: for texts that come by the million and are ours.
 *
 * Canonical here: no blanks, the names of each object in rising order and without escapes (so that
 * none stands twice), integers only, strings escaped as json_write.h escapes them. What is accepted
 * here json_read.h accepts, too, and understands alike; what is not may still be JSON: it is asked
 * then, and has the words for what is wrong.
 */
#ifndef COUNTERSIGN_JSON_CANONICAL_H
#define COUNTERSIGN_JSON_CANONICAL_H

#include "base/buf.h"

/* What a member is: the text of its value, of a string what it stands for. */
struct json_field {
    struct str text; /* lent from where it stands, or from the room where it has escapes */
    bool is_string;
};

/* The values of `names` (rising, `count` of them) into `ret`, the zero value where there is no such
 * member. False: it is no object in canonical form, or a string among them has escapes and there is
 * no room (NULL) for what it stands for; the room is overwritten. */
MUST_CHECK bool json_canonical(struct str text, const struct str *names, size_t count,
                               struct buf *room, struct json_field *ret);

#endif
