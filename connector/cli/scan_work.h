/* scan_work.h: what was closed, read again: one read an entitlement, nothing is written. Each
 * source is read one after the other, all sources beside each other. */
#ifndef COUNTERSIGN_CLI_SCAN_WORK_H
#define COUNTERSIGN_CLI_SCAN_WORK_H

#include "cli/cli.h"
#include "store/store_truth.h"

enum scan_finding { SCAN_AS_ASKED, SCAN_DRIFT, SCAN_EXCEPTED, SCAN_UNKNOWN };

struct scan_row {
    const struct closed_item *closed;
    struct observation obs; /* its strings are the arena's */
    enum scan_finding finding;
    const char *why; /* CamelCase; "Ok" as asked */
};

struct scan {
    struct scan_row *rows;
    size_t count;
    size_t found[SCAN_UNKNOWN + 1]; /* how many of each */
};

/* For people and for --json: "as asked", "drift", "excepted", "unknown". */
const char *scan_finding_name(enum scan_finding finding);
/* rows: one for each of `items`, in their order. A source that cannot be opened is told on standard
 * error and leaves its rows unknown, SourceNotOpened. False: there are too many items. */
MUST_CHECK bool scan_read(const struct config *config, struct arena *arena,
                          const struct closed_item *items, size_t count, struct scan *ret,
                          struct err *err);
/* 2 when anything drifted, else 75 when anything is not known, else 0. */
enum exit_code scan_code(const struct scan *scan);

#endif
