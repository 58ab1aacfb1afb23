/* evidence_format.h: evidence in the formats of others (connector/export), on standard output. */
#ifndef COUNTERSIGN_CLI_EVIDENCE_FORMAT_H
#define COUNTERSIGN_CLI_EVIDENCE_FORMAT_H

#include "cli/evidence_log.h"
#include "io/io_pg.h"

struct evidence_format {
    const char *name;      /* "ocsf" or "oscal" */
    const char *from, *to; /* NULL: no bound; RFC 3339 or dates */
    bool names;            /* of accounts; OSCAL never has any */
    const char *log, *key; /* of OSCAL: the published log that it is of */
};
/* *ret_count, *ret_what: what was written, so many. *ret_recorded false: names were in it, and that
 * is not on record, as was warned of. ERR_INPUT for a format that is none, or a log
 * that is not given. */
MUST_CHECK bool evidence_format_write(const struct pg_options *options,
                                      const struct evidence_format *f, int64_t *ret_count,
                                      const char **ret_what, bool *ret_recorded, struct err *err);

#endif
