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
 * one before it where that is in the file, and is (log NULL: not looked at) what was published.
 * *ret: records in it. */
MUST_CHECK bool retained_verify(const char *manifest_path, struct evidence_log *log, int64_t *ret,
                                struct err *err);

#endif
