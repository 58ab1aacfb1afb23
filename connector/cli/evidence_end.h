/* evidence_end.h: the last line of an export says how many entries it is of, so that one that was
 * cut shows. Nobody signs it: that there was no more shows the log alone. The checkpoint in it is
 * signed, and of the entries before it. */
#ifndef COUNTERSIGN_CLI_EVIDENCE_END_H
#define COUNTERSIGN_CLI_EVIDENCE_END_H

#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "domain/evidence.h"
#include "io/io_pg.h"

/* Append {"end":NUMBER,"hash":HEX,"checkpoint":NOTE} and the line's end. seq, hash: of the last
 * entry, 0 and "" for none. The checkpoint is the newest that was signed of no more entries; ""
 * where there is none, or it cannot be read. */
void evidence_end_put(struct buf *out, const struct pg_options *options, int64_t seq,
                      struct str hash);
/* Is a line the last one, by its first bytes? */
bool evidence_end_is(struct str line);
/* The checkpoint in the last line of that file, which is then at its beginning again; false: it has
 * no such line, or there is none in it. Lent by the arena. */
MUST_CHECK bool evidence_end_note(FILE *file, struct arena *arena, struct str *ret);
/* Does it end where the chain does that was read before it? NULL: it does; else why not, static. */
const char *evidence_end_fault(struct str line, const struct evidence_chain *chain);

#endif
