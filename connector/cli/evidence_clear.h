/* evidence_clear.h: the clear text of what entries commit to, in a pack of evidence: for whoever
 * may read it, so that he can show it; else only what is erased. */
#ifndef COUNTERSIGN_CLI_EVIDENCE_CLEAR_H
#define COUNTERSIGN_CLI_EVIDENCE_CLEAR_H

#include "io/io_pg.h"
#include "json/json_read.h"
#include "json/json_write.h"

/* Add members "clear" and "clear_text" (revealed or withheld) to the open object of a pack. */
MUST_CHECK bool evidence_clear_put(const struct pg_options *options, struct str request,
                                   struct json_out *out, struct err *err);

struct evidence_clear {
    int64_t shown, erased;
    int64_t unproven; /* of entries that are too long to say what they commit to */
    bool withheld;
    bool salt; /* of the request's documents: by itself it proves nothing, and nothing proves it */
};
/* Is each clear text of the pack what its entry commits to, and is there no other? The bodies are
 * those that were verified; a pack without clear text is fine. */
MUST_CHECK bool evidence_clear_verify(const struct json *pack, struct evidence_clear *ret,
                                      struct err *err);

#endif
