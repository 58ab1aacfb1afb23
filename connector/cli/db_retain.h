/* db_retain.h: records whose time is over leave the database by way of a file. */
#ifndef COUNTERSIGN_CLI_DB_RETAIN_H
#define COUNTERSIGN_CLI_DB_RETAIN_H

#include "base/arena.h"
#include "base/err.h"

struct cli;

/* `db retain`; conninfo NULL: the database of the configuration. */
int db_retain(struct cli *cli, const char *conninfo);

/* Is it a manifest of such a file, by its first bytes? */
bool retained_is(struct str text);
struct evidence_log;
/* Is the file beside that manifest whole? Of evidence each entry is what its hash says, follows the
 * one before it where that is in the file, and is what was published. With a log (NULL: without)
 * an entry of it, proven by the root that is signed, must say that just this file was written:
 * *ret_recorded is its number. *ret: records in the file. */
MUST_CHECK bool retained_verify(const char *manifest_path, struct evidence_log *log, int64_t *ret,
                                int64_t *ret_recorded, struct err *err);

#endif
