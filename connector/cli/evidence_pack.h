/* evidence_pack.h: the evidence of one request as one file that proves itself: its entries, the way
 * of each to the root of a checkpoint, and the checkpoint, signed. */
#ifndef COUNTERSIGN_CLI_EVIDENCE_PACK_H
#define COUNTERSIGN_CLI_EVIDENCE_PACK_H

#include "base/buf.h"
#include "cli/evidence_clear.h"
#include "cli/evidence_log.h"
#include "io/io_pg.h"

enum { EVIDENCE_PACK_BYTES = 64 * 1024 * 1024 };

/* Append the pack of the request with that id to *out. */
MUST_CHECK bool evidence_pack_make(const struct pg_options *options, const char *id,
                                   struct evidence_log *log, struct buf *out, struct err *err);

struct evidence_pack {
    const struct json *document;
    int64_t entries, last;      /* last: number of the last one */
    struct str request, ticket; /* borrowed from the text's arena */
    int64_t named;              /* the entry that calls the ticket so; 0: none tells its key */
    struct tlog_checkpoint checkpoint;
    struct evidence_clear clear;
};
/* Is it a pack, by its first bytes? */
bool evidence_pack_is(struct str text);
/* Does each entry, in their order, lead to a root that was signed by one of those keys, and is the
 * ticket called as the last of them that tells its key says? The error names the first that does
 * not. */
MUST_CHECK bool evidence_pack_verify(struct arena *arena, struct str text,
                                     const struct tlog_verifiers *keys, struct evidence_pack *ret,
                                     struct err *err);
/* Are these all entries of its request that the log had when the pack was made? Derives the log
 * anew; the error names the first entry that is missing. *ret_later: how many came since. */
MUST_CHECK bool evidence_pack_is_whole(const struct evidence_pack *pack, struct evidence_log *log,
                                       int64_t *ret_later, struct err *err);

#endif
