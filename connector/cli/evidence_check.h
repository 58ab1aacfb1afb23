/* evidence_check.h: an export of the chain, held to itself and to what was signed of it. */
#ifndef COUNTERSIGN_CLI_EVIDENCE_CHECK_H
#define COUNTERSIGN_CLI_EVIDENCE_CHECK_H

#include "base/arena.h"
#include "cli/evidence_log.h"

struct evidence_checked {
    int64_t entries;  /* that verify */
    int64_t retained; /* others, which are in files of their own */
    int64_t line;     /* of the fault; 0: it is of no line */
    char head[SHA256_HEX_SIZE];
    bool is_whole; /* its last line says where it ends */
    /* the checkpoint it was held to; size 0: none */
    struct tlog_checkpoint held;
    const struct tlog_verifier *signer; /* of `log` or `keys` */
};

/* Verify the export in that file, against a log where there is one: it must be all that was
 * published. Without one, and with keys, it is held to the checkpoint that it brings in its last
 * line. Both NULL: nobody vouches for it. The error is told without the line, which is in *ret, as
 * is what verifies before it; *ret borrows from the arena. */
MUST_CHECK bool evidence_export_verify(const char *path, struct evidence_log *log,
                                       const struct tlog_verifiers *keys, struct arena *arena,
                                       struct evidence_checked *ret, struct err *err);

#endif
