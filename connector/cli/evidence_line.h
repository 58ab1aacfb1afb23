/* evidence_line.h: what stands in an export beside the texts of entries, held to these texts: a
 * line's own members, and lines in the place of entries that were retained away. */
#ifndef COUNTERSIGN_CLI_EVIDENCE_LINE_H
#define COUNTERSIGN_CLI_EVIDENCE_LINE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "json/json_read.h"

enum { EVIDENCE_LINE_BYTES = 256 * 1024 }; /* at the most */

struct evidence_line {
    int64_t seq;
    uint8_t prev[SHA256_BYTES], hash[SHA256_BYTES];
    struct str body, kind, request;
    const struct json *gap; /* in the place of entries: that, of the above only prev and hash */
};

/* Read a line; false: it is none, for the reason in *err where it is no JSON. What it lends lives
 * as long as the arena, the room and the text stay as they are. */
MUST_CHECK bool evidence_line_read(struct arena *arena, struct buf *room, struct str text,
                                   struct evidence_line *ret, struct err *err);
/* Does a line that fits into the chain say kind and request as its body does? NULL: it does; else
 * why not, static. */
const char *evidence_line_fault(struct arena *arena, const struct evidence_line *line);

/* What is left of entries that were retained away anybody can make up who has them: what counts is
 * that an entry, records.retained, says of the same file that just these were dropped. */
struct evidence_gaps;
struct evidence_gaps *evidence_gaps_new(void);
void evidence_gaps_free(struct evidence_gaps *gaps); /* NULL is fine */
/* Take in a line in the place of entries first to last, in the order of the chain. */
MUST_CHECK bool evidence_gaps_add(struct evidence_gaps *gaps, const struct json *line,
                                  int64_t first, int64_t last);
/* Take in an entry that has no fault; others than records.retained are passed over. */
MUST_CHECK bool evidence_gaps_hear(struct evidence_gaps *gaps, struct arena *arena,
                                   const struct evidence_line *line);
/* All is taken in: has each of the files its entry? The error names the entries of the first that
 * has none. */
MUST_CHECK bool evidence_gaps_check(struct evidence_gaps *gaps, struct err *err);

#endif
