/* evidence_end.h: the last line of an export says how many entries it is of, so that one that was
 * cut shows. Nobody signs it: that there was no more shows the log alone. */
#ifndef COUNTERSIGN_CLI_EVIDENCE_END_H
#define COUNTERSIGN_CLI_EVIDENCE_END_H

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
/* Does it end where the chain does that was read before it? NULL: it does; else why not, static. */
const char *evidence_end_fault(struct str line, const struct evidence_chain *chain);

#endif
